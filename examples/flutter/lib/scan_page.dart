import 'dart:async';

import 'package:camera/camera.dart';
import 'package:flutter/material.dart';
import 'package:skinkit/skinkit.dart';

import 'diary.dart';
import 'result_page.dart';
import 'words.dart';

/// The camera with guidance over it, and then the result.
class ScanPage extends StatefulWidget {
  const ScanPage({super.key, required this.diary});

  final Diary diary;

  @override
  State<ScanPage> createState() => _ScanPageState();
}

class _ScanPageState extends State<ScanPage> {
  final TextEditingController _site = TextEditingController();
  final Stopwatch _clock = Stopwatch();
  CameraController? _camera;
  Live? _live;
  LiveUpdate? _update;
  String? _message;
  String _region = Diary.regions.first;

  @override
  void dispose() {
    unawaited(_stop());
    _site.dispose();
    super.dispose();
  }

  Future<void> _start() async {
    try {
      final cameras = await availableCameras();
      final back = cameras.firstWhere((camera) => camera.lensDirection == CameraLensDirection.back);
      final camera = CameraController(back, ResolutionPreset.veryHigh,
          enableAudio: false, imageFormatGroup: ImageFormatGroup.yuv420);
      await camera.initialize();
      final live = await widget.diary.live(_site.text, _region);
      live.updates.listen((update) => setState(() => _update = update));
      live.captures.listen(_captured, onError: (Object error) => setState(() => _message = '$error'));
      _clock.start();
      await camera.startImageStream((image) => _push(live, image, back.sensorOrientation));
      setState(() {
        _camera = camera;
        _live = live;
        _message = null;
      });
    } on Exception catch (error) {
      setState(() => _message = '$error');
    }
  }

  void _push(Live live, CameraImage image, int rotation) {
    final planes = [
      for (final plane in image.planes)
        FramePlane(plane.bytes, bytesPerRow: plane.bytesPerRow, bytesPerPixel: plane.bytesPerPixel ?? 0),
    ];
    try {
      live.push(
          Frame.camera(image.format.group.name, image.width, image.height, planes, rotationDegrees: rotation),
          _clock.elapsed);
    } on SkinKitException catch (error) {
      // A frame that comes after the end.
      if (error.status != Status.closed) setState(() => _message = error.reason);
    }
  }

  Future<void> _captured(Capture capture) async {
    await _stop();
    if (!mounted) return;
    setState(() {});
    await Navigator.of(context)
        .push(MaterialPageRoute<void>(builder: (_) => ResultPage(analysis: capture.analysis)));
  }

  Future<void> _stop() async {
    final (camera, live) = (_camera, _live);
    _camera = null;
    _live = null;
    _update = null;
    if (camera != null) {
      await camera.stopImageStream();
      await camera.dispose();
    }
    live?.close();
  }

  @override
  Widget build(BuildContext context) {
    final camera = _camera;
    final update = _update;
    return SafeArea(
      child: camera == null
          ? Padding(
              padding: const EdgeInsets.all(24),
              child: Column(children: [
                TextField(
                    controller: _site, decoration: const InputDecoration(labelText: 'Where on your body?')),
                const SizedBox(height: 16),
                DropdownMenu(
                  label: const Text('What is scanned?'),
                  initialSelection: _region,
                  dropdownMenuEntries: [
                    for (final region in Diary.regions)
                      DropdownMenuEntry(value: region, label: region.replaceAll('_', ' ')),
                  ],
                  onSelected: (region) => setState(() => _region = region ?? _region),
                ),
                const SizedBox(height: 16),
                ListenableBuilder(
                  listenable: _site,
                  builder: (context, _) => FilledButton(
                      onPressed: _site.text.isEmpty ? null : _start, child: const Text('Start camera')),
                ),
                if (_message case final message?) Text(message),
              ]),
            )
          : Stack(alignment: Alignment.bottomCenter, children: [
              Positioned.fill(
                child: CameraPreview(camera,
                    child: update == null ? null : CustomPaint(painter: OutlinePainter(update))),
              ),
              Card(
                margin: const EdgeInsets.all(16),
                child: Padding(
                  padding: const EdgeInsets.all(16),
                  child: Column(mainAxisSize: MainAxisSize.min, children: [
                    Text(update == null ? 'Looking' : guidanceWords(update)),
                    const SizedBox(height: 8),
                    LinearProgressIndicator(value: update?.progress ?? 0),
                    TextButton(
                        onPressed: () async {
                          await _stop();
                          if (mounted) setState(() {});
                        },
                        child: const Text('Stop')),
                  ]),
                ),
              ),
            ]),
    );
  }
}

/// The watched region over the preview, which shows the whole upright frame.
class OutlinePainter extends CustomPainter {
  OutlinePainter(this.update);

  final LiveUpdate update;

  @override
  void paint(Canvas canvas, Size size) {
    final outline = [
      for (final point in update.outline)
        Offset(point.x * size.width / update.width, point.y * size.height / update.height),
    ];
    if (outline.isEmpty) return;
    canvas.drawPath(
        Path()..addPolygon(outline, true),
        Paint()
          ..style = PaintingStyle.stroke
          ..strokeWidth = 3
          ..color = update.guidance == 'hold' ? Colors.green : Colors.amber);
  }

  @override
  bool shouldRepaint(OutlinePainter old) => old.update.sequence != update.sequence;
}
