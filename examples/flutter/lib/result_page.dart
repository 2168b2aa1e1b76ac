import 'dart:async';
import 'dart:ui' as ui;

import 'package:flutter/material.dart';
import 'package:skinkit/skinkit.dart';

import 'words.dart';

/// What was recorded and measured, with the heatmap of the likeliest label.
class ResultPage extends StatelessWidget {
  const ResultPage({super.key, required this.analysis});

  final Analysis analysis;

  @override
  Widget build(BuildContext context) {
    final finding = analysis.finding;
    final labels = finding.probabilities.entries.toList();
    final sorted = [...labels]..sort((a, b) => b.value.compareTo(a.value));
    return Scaffold(
      appBar: AppBar(title: const Text('Result')),
      body: ListView(padding: const EdgeInsets.all(16), children: [
        Text(analysis.quality.accepted ? 'The picture is good enough' : 'The picture is not good enough'),
        for (final issue in analysis.quality.issues) Text(issueWords(issue)),
        const Divider(),
        const Text('Where the evidence lies'),
        if (finding.heatmap case final heatmap?)
          HeatmapView(
              heatmap: heatmap, label: labels.indexWhere((entry) => entry.key == sorted.first.key)),
        const Divider(),
        const Text('Labels of the model pack, not a diagnosis'),
        for (final entry in sorted)
          ListTile(
            dense: true,
            title: Text(entry.key),
            leading: Icon(finding.predictionSet.contains(entry.key) ? Icons.check : null),
            trailing: Text('${(entry.value * 100).round()} %'),
          ),
      ]),
    );
  }
}

/// One label's map, stretched smoothly over its region.
class HeatmapView extends StatefulWidget {
  const HeatmapView({super.key, required this.heatmap, required this.label});

  final Heatmap heatmap;
  final int label;

  @override
  State<HeatmapView> createState() => _HeatmapViewState();
}

class _HeatmapViewState extends State<HeatmapView> {
  ui.Image? _image;

  @override
  void initState() {
    super.initState();
    ui.decodeImageFromPixels(widget.heatmap.overlay(widget.label), widget.heatmap.width,
        widget.heatmap.height, ui.PixelFormat.rgba8888, (image) {
      if (mounted) {
        setState(() => _image = image);
      } else {
        image.dispose();
      }
    });
  }

  @override
  void dispose() {
    _image?.dispose();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => AspectRatio(
        aspectRatio: 1,
        child: ColoredBox(
          color: Colors.black12,
          child: RawImage(image: _image, fit: BoxFit.fill, filterQuality: FilterQuality.high),
        ),
      );
}
