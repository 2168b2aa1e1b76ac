import 'dart:async';
import 'dart:ffi';
import 'dart:math';

import 'call.dart';
import 'error.dart';
import 'frame.dart';
import 'kit.dart';
import 'native.dart';
import 'results.dart';

/// What one frame of a live session gave.
class LiveUpdate {
  LiveUpdate(this.json);

  final Json json;

  int get sequence => json['sequence'] as int;

  /// `show_face`, `improve`, `hold`, `wait` or `done`.
  String get guidance {
    final guidance = json['guidance'];
    return guidance is String ? guidance : (guidance as Json).keys.first;
  }

  /// What to improve, such as `too_dark`; null where there is nothing.
  String? get issue {
    final guidance = json['guidance'];
    return guidance is Json ? guidance['improve'] as String? : null;
  }

  /// Width of the upright frame.
  int get width => json['width'] as int;

  /// Height of the upright frame.
  int get height => json['height'] as int;

  /// The region's outline, closed, in pixels of the upright frame; empty where its face is not in the picture.
  List<Point<double>> get outline => [
        for (final point in json['outline'] as List<Object?>)
          Point(((point as List<Object?>)[0] as num).toDouble(), (point[1] as num).toDouble()),
      ];

  /// How much of the hold is over, 0 to 1.
  double get progress => (json['progress'] as num).toDouble();
}

/// A capture, analyzed like a photo.
class Capture {
  Capture(this.scan, this.json);

  /// Its number in the history, where it was kept.
  final int? scan;
  final Json json;

  Analysis get analysis => Analysis(json['analysis'] as Json);
}

/// A camera's frames in; guidance for each, and at last one analyzed capture out.
///
/// The library's callbacks come from threads of its own with memory that lives as long as the call, which Dart's callbacks
/// cannot hear: so this asks, [every] so often, what is new.
class Live extends Held {
  Live._(super.handle, Duration every) {
    _timer = Timer.periodic(every, (_) => _ask());
  }

  /// Starts a session. [keep] (`{'site': 'left forearm'}`) adds the capture to the history.
  static Future<Live> start(
    SkinKit kit, {
    String region = 'lesion',
    bool autoCapture = true,
    Json? keep,
    Duration every = const Duration(milliseconds: 33),
  }) async {
    final handle = kit.handle;
    final options = {
      'region': region,
      'auto_capture': autoCapture,
      if (keep != null) 'keep': keep,
    };
    return Live._(
        await Call.later((call) =>
            call.handle((out) => cLiveStart(handle, call.json(options), nullptr, out, call.error))),
        every);
  }

  late final Timer _timer;
  int _seen = 0;
  final StreamController<LiveUpdate> _updates = StreamController.broadcast();
  final StreamController<Capture> _captures = StreamController.broadcast();

  /// The newest update, once.
  Stream<LiveUpdate> get updates => _updates.stream;

  /// Captures; an error where a frame or capture failed, and the session goes on.
  Stream<Capture> get captures => _captures.stream;

  /// Hands over a frame taken at a time counted from any fixed moment; its bytes are copied before this returns. Whether it
  /// was taken, or dropped because it is old, everything is in use, or the device too warm.
  bool push(Frame frame, Duration time) => Call.now((call) {
        final pushed = call.place<Int32>(4);
        call.check(cLivePush(handle, frame.native(call), time.inMicroseconds * 1000, pushed, call.error));
        return pushed.value == 0;
      });

  /// Captures the next frame that shows the region, whatever its quality.
  void shutter() => Call.now((call) => call.check(cLiveShutter(handle, call.error)));

  /// Begins again after a capture; or cancels one that is held or analyzed.
  void restart() => Call.now((call) => call.check(cLiveRestart(handle, call.error)));

  /// Watches another region from the next frame on; also cancels, as [restart] does.
  void watch(String region) =>
      Call.now((call) => call.check(cLiveSetRegion(handle, call.text(region), call.error)));

  /// Looks at no more frames. An analysis under way goes on.
  void pause() => Call.now((call) => call.check(cLivePause(handle, call.error)));

  /// Looks at frames again. Times may start anew.
  void resume() => Call.now((call) => call.check(cLiveResume(handle, call.error)));

  /// How warm the device is, 0 (cool) to 3 (critical), so that fewer frames are looked at.
  void setThermalLevel(int level) =>
      Call.now((call) => call.check(cLiveSetThermalLevel(handle, level, call.error)));

  /// Frames so far: `pushed`, `looked_at`, `replaced`, `stale`, `busy`, `skipped`.
  Json get counts =>
      Call.now((call) => call.result((out) => cLiveCounts(handle, out, call.error)) as Json);

  /// Ends the session and its streams; waits at most for a model run.
  @override
  void close() {
    _timer.cancel();
    super.close();
    _updates.close();
    _captures.close();
  }

  void _ask() {
    try {
      Call.now((call) {
        final latest = call.result((out) => cLiveLatest(handle, out, call.error));
        if (latest != null && (latest as Json)['sequence'] != _seen) {
          final update = LiveUpdate(latest);
          _seen = update.sequence;
          _updates.add(update);
        }
        final scan = call.place<Int64>(8);
        final capture = call.result((out) => cLiveTakeCapture(handle, scan, out, call.error));
        if (capture != null) {
          _captures.add(Capture(scan.value < 0 ? null : scan.value, capture as Json));
        }
      });
    } on SkinKitException catch (exception) {
      if (!_captures.isClosed) _captures.addError(exception);
    }
  }
}
