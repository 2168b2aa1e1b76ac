import 'dart:ffi';
import 'dart:math';
import 'dart:typed_data';

import 'package:ffi/ffi.dart';

import 'call.dart';
import 'history.dart';
import 'native.dart';
import 'photo.dart';
import 'results.dart';

/// The version of SkinKit, for example `0.1.0`.
String version() => cVersion().toDartString();

/// 32 new bytes for a history, from the operating system's random source. Keep them in `flutter_secure_storage` or another
/// door to Keychain and Keystore.
Uint8List generateKey() => Call.now((call) {
      final key = call.place<Uint8>(32);
      call.check(cKeyGenerate(key, 32, call.error));
      return Uint8List.fromList(key.asTypedList(32));
    });

/// Stops the calls that it was given to.
class Cancel extends Held {
  Cancel() : super(Call.now((call) => call.handle((out) => cCancelNew(out, call.error))));

  /// Each call ends with [Status.cancelled] within one run of a network, and keeps nothing. Returns at once.
  void cancel() => Call.now((call) => call.check(cCancel(handle, call.error)));
}

/// One model pack, one engine, and at most one history. Calls run in isolates of their own.
class SkinKit extends Held {
  SkinKit._(super.handle);

  /// Checks the pack, finds an engine, warms the model up and opens the history, if one is named.
  ///
  /// [pack] is a folder: copy an asset's files out first. [engine]: `auto`, `onnx-runtime`, `embedded`. [quality]: what a
  /// picture must meet, those of [qualityThresholds] that are to be others. [race]: ONNX Runtime's execution providers
  /// (`xnnpack`, `coreml`, `nnapi`) that race against the processor, [raceResults] the file that keeps what came of it.
  /// Throws [SkinKitException] with `pack`, `runtime`, `wrongKey`, `history`, `invalidArgument`.
  static Future<SkinKit> open({
    required String pack,
    String? history,
    Uint8List? key,
    String engine = 'auto',
    String? networks,
    bool keepPictures = false,
    Json? quality,
    List<String> race = const [],
    String? raceResults,
  }) async {
    final options = {
      'pack': pack,
      if (history != null) 'history': history,
      'engine': engine,
      if (networks != null) 'networks': networks,
      'keep_pictures': keepPictures,
      if (quality != null) 'quality': quality,
      'race': race,
      if (raceResults != null) 'race_results': raceResults,
    };
    return SkinKit._(await Call.later((call) => call.handle(
        (out) => cOpen(call.json(options), call.bytes(key), key?.length ?? 0, out, call.error))));
  }

  /// Which engine runs the networks.
  Json get engine => Call.now((call) => call.result((out) => cEngine(handle, out, call.error)) as Json);

  /// The pack's manifest.
  Json get pack => Call.now((call) => call.result((out) => cPack(handle, out, call.error)) as Json);

  /// Reads and decodes a JPEG or PNG file with no more pixels than analyzing or scanning this region of it needs ([region] as
  /// for [analyze]): a large JPEG of which a close-up fills the middle in half the time of `Photo.open` and a small
  /// part of the memory. Its size, regions and results are in the file's pixels all the same. Use it for this region alone:
  /// where it came out smaller, anything else is `invalidArgument`.
  Future<Photo> openPhoto(String path, {String region = 'lesion'}) async {
    final kit = handle;
    return Photo.of(await Call.later((call) => call.handle(
        (out) => cPhotoOpenFor(kit, call.text(path), call.text(region), out, call.error))));
  }

  /// Decodes a JPEG or PNG held in memory for a region: see [openPhoto].
  Future<Photo> decodePhoto(Uint8List bytes, {String region = 'lesion'}) async {
    final kit = handle;
    return Photo.of(await Call.later((call) => call.handle((out) =>
        cPhotoDecodeFor(kit, call.bytes(bytes), bytes.length, call.text(region), out, call.error))));
  }

  /// Judges, classifies and measures one picture; nothing is kept. [region]: `lesion`, `face`, a part of the face such as
  /// `left_cheek`, or `X,Y,SIZE`. [scale]: what `scale` of a ruler in the picture gave: then sizes are in millimeters.
  Future<Analysis> analyze(Photo photo,
      {String region = 'lesion', Json? scale, bool measures = true, Cancel? cancel}) {
    final (kit, picture, stop) = (handle, photo.handle, cancel?.handle ?? 0);
    final options = _options(region, scale, measures);
    return Call.later((call) => Analysis(
        call.result((out) => cAnalyze(kit, picture, call.json(options), stop, out, call.error)) as Json));
  }

  /// Analyzes one picture and adds it to the history: its number there and what was recorded. Complete when it is safely on
  /// the disk. [lesion]: which one at the site, where they are told apart; [position]: where on the site it is, in any unit
  /// that all its scans share.
  Future<(int, Analysis)> scan(
    Photo photo, {
    required String site,
    String subject = 'me',
    String? lesion,
    Point<double>? position,
    String region = 'lesion',
    Json? scale,
    DateTime? takenAt,
    String? pictureSha256,
    Cancel? cancel,
  }) {
    final (kit, picture, stop) = (handle, photo.handle, cancel?.handle ?? 0);
    final request = {
      'site': site,
      'subject': subject,
      'lesion': lesion,
      'position': position == null ? null : [position.x, position.y],
      'options': _options(region, scale, true),
      'taken_at': takenAt?.millisecondsSinceEpoch,
      'picture_sha256': pictureSha256,
    };
    return Call.later((call) {
      final id = call.place<Int64>(8);
      final analysis =
          call.result((out) => cScan(kit, picture, call.json(request), stop, id, out, call.error));
      return (id.value, Analysis(analysis as Json));
    });
  }

  /// Opens the photo of a scan as it was opened then, for the scan's region or whole, to [replay] it.
  Future<Photo> reopenPhoto(int scan, String path) async {
    final kit = handle;
    return Photo.of(await Call.later(
        (call) => call.handle((out) => cReopenPhoto(kit, scan, call.text(path), out, call.error))));
  }

  /// Runs a scan's picture again and compares every number with what was recorded; nothing is added. [photo]: from
  /// [reopenPhoto].
  Future<Json> replay(int scan, Photo photo, {String? pictureSha256}) {
    final (kit, picture) = (handle, photo.handle);
    return Call.later((call) => call.result(
        (out) => cReplay(kit, scan, picture, call.text(pictureSha256), out, call.error)) as Json);
  }

  /// The history that SkinKit was opened with; close it on its own.
  History history() => History.of(Call.now((call) => call.handle((out) => cHistory(handle, out, call.error))));
}

Json _options(String region, Json? scale, bool measures) =>
    {'region': region, 'scale': scale, 'measures': measures};

/// What a picture must meet to be accepted unless the host says otherwise.
Json qualityThresholds() =>
    Call.now((call) => call.result((out) => cQualityThresholds(out, call.error)) as Json);
