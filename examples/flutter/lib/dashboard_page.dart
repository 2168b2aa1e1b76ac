import 'dart:math';

import 'package:flutter/material.dart';
import 'package:skinkit/skinkit.dart';

import 'diary.dart';
import 'words.dart';

/// Every site, its trend and its scans.
class DashboardPage extends StatefulWidget {
  const DashboardPage({super.key, required this.diary});

  final Diary diary;

  @override
  State<DashboardPage> createState() => _DashboardPageState();
}

class _DashboardPageState extends State<DashboardPage> {
  late Future<List<SiteRecord>> _sites = widget.diary.sites();

  Future<void> _delete(int scan) async {
    await widget.diary.delete(scan);
    if (mounted) setState(() => _sites = widget.diary.sites());
  }

  @override
  Widget build(BuildContext context) => SafeArea(
        child: FutureBuilder(
          future: _sites,
          builder: (context, snapshot) {
            if (snapshot.hasError) return Center(child: Text('The diary cannot be read: ${snapshot.error}'));
            final sites = snapshot.data;
            if (sites == null) return const Center(child: CircularProgressIndicator());
            if (sites.isEmpty) return const Center(child: Text('Nothing yet'));
            return ListView(padding: const EdgeInsets.all(16), children: [
              for (final site in sites) ...[
                Text(site.name, style: Theme.of(context).textTheme.titleLarge),
                if (site.change case final change?) Text(changeWords(change)),
                if (site.trend.length > 1) TrendChart(points: site.trend),
                for (final scan in site.scans)
                  ListTile(
                    title: Text('${scan.takenAt.toLocal()}'.split('.').first),
                    subtitle: Text(scan.predictionSet.join(', ')),
                    trailing: IconButton(
                        icon: const Icon(Icons.delete),
                        tooltip: 'Delete this scan for good',
                        onPressed: () => _delete(scan.id)),
                  ),
              ],
            ]);
          },
        ),
      );
}

/// The greatest diameter over time. The bar is where a re-shot of an unchanged spot would lie.
class TrendChart extends StatelessWidget {
  const TrendChart({super.key, required this.points});

  final List<(DateTime, Estimate)> points;

  @override
  Widget build(BuildContext context) => Semantics(
        label: 'Greatest diameter, ${points.length} scans',
        child: SizedBox(
          height: 160,
          width: double.infinity,
          child: CustomPaint(painter: TrendPainter(points, Theme.of(context).colorScheme)),
        ),
      );
}

class TrendPainter extends CustomPainter {
  TrendPainter(this.points, this.colours);

  final List<(DateTime, Estimate)> points;
  final ColorScheme colours;

  @override
  void paint(Canvas canvas, Size size) {
    final times = [for (final (time, _) in points) time.millisecondsSinceEpoch.toDouble()];
    final low = [for (final (_, value) in points) value.low].reduce(min);
    final high = [for (final (_, value) in points) value.high].reduce(max);
    final first = times.reduce(min);
    final span = max(times.reduce(max) - first, 1.0);
    double x(double time) => 8 + (size.width - 16) * (time - first) / span;
    double y(double value) => size.height - 8 - (size.height - 16) * (value - low) / max(high - low, 1e-9);
    final bar = Paint()
      ..color = colours.outlineVariant
      ..strokeWidth = 4;
    final line = Paint()
      ..color = colours.primary
      ..strokeWidth = 2;
    for (var index = 0; index < points.length; index++) {
      final (_, value) = points[index];
      final here = Offset(x(times[index]), y(value.value));
      canvas.drawLine(Offset(here.dx, y(value.low)), Offset(here.dx, y(value.high)), bar);
      if (index > 0) {
        final (_, before) = points[index - 1];
        canvas.drawLine(Offset(x(times[index - 1]), y(before.value)), here, line);
      }
      canvas.drawCircle(here, 4, line);
    }
  }

  @override
  bool shouldRepaint(TrendPainter old) => old.points != points || old.colours != colours;
}
