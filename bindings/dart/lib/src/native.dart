// The C ABI, function by function, as in bindings/c/include/skinkit.h; `cargo xtask test` holds each name and type here
// against the header and the library.

import 'dart:ffi';
import 'dart:io';

import 'package:ffi/ffi.dart';

/// A `skinkit_error`.
final class NativeError extends Struct {
  @Int32()
  external int status;
  external Pointer<Utf8> reason;
  external Pointer<Utf8> details;
}

/// A `skinkit_plane`.
final class NativePlane extends Struct {
  external Pointer<Uint8> data;
  @Size()
  external int length;
  @Size()
  external int rowStride;
  @Size()
  external int pixelStride;
}

/// A `skinkit_frame`.
final class NativeFrame extends Struct {
  @Int32()
  external int format;
  @Uint32()
  external int width;
  @Uint32()
  external int height;
  @Int32()
  external int rotationDegrees;
  @Int32()
  external int mirrored;
  @Int32()
  external int matrix;
  @Int32()
  external int range;
  @Uint32()
  external int planeCount;
  @Array(3)
  external Array<NativePlane> planes;
}

/// The version of the ABI that these declarations belong to: `SKINKIT_ABI_VERSION`.
const int abiVersion = 1;

/// Android loads the AAR's library by name; on iOS it is linked into the app. `SKINKIT_LIBRARY` names one for tests.
DynamicLibrary _open() {
  final named = Platform.environment['SKINKIT_LIBRARY'];
  final library = named != null
      ? DynamicLibrary.open(named)
      : Platform.isIOS
          ? DynamicLibrary.process()
          : DynamicLibrary.open(Platform.isMacOS ? 'libskinkit_ffi.dylib' : 'libskinkit_ffi.so');
  final version = library.lookupFunction<Uint32 Function(), int Function()>('skinkit_abi_version')();
  if (version != abiVersion) {
    throw StateError('libskinkit_ffi has ABI $version and this package needs $abiVersion: use both of one release');
  }
  return library;
}

final DynamicLibrary _library = _open();

final cHistoryExport =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> request, Pointer<Utf8> path, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_export');

final cHistoryImport =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> path, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_import');

final cHistoryErase =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> what, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_erase');

final cHistoryBackup =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> path, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_backup');

final cHistoryRestore =
    _library.lookupFunction<
        Int32 Function(Pointer<Utf8>, Pointer<Utf8>, Pointer<Uint8>, Size, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(Pointer<Utf8> backup, Pointer<Utf8> path, Pointer<Uint8> key, int keyLength, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_restore');

final cHistoryCheck =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_check');

final cHistoryRotateKey =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Uint8>, Size, Pointer<NativeError>),
        int Function(int history, Pointer<Uint8> newKey, int keyLength, Pointer<NativeError> error)>('skinkit_history_rotate_key');

final cStringFree =
    _library.lookupFunction<
        Void Function(Pointer<Utf8>),
        void Function(Pointer<Utf8> text)>('skinkit_string_free');

final cErrorClear =
    _library.lookupFunction<
        Void Function(Pointer<NativeError>),
        void Function(Pointer<NativeError> error)>('skinkit_error_clear');

final cClose =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<NativeError>),
        int Function(int handle, Pointer<NativeError> error)>('skinkit_close');

final cHistoryOpen =
    _library.lookupFunction<
        Int32 Function(Pointer<Utf8>, Pointer<Uint8>, Size, Int32, Pointer<Uint64>, Pointer<NativeError>),
        int Function(Pointer<Utf8> path, Pointer<Uint8> key, int keyLength, int existing, Pointer<Uint64> history, Pointer<NativeError> error)>('skinkit_history_open');

final cHistorySubjects =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_subjects');

final cHistorySites =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> subject, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_sites');

final cHistoryLesions =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> subject, Pointer<Utf8> site, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_lesions');

final cHistoryScans =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> subject, Pointer<Utf8> site, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_scans');

final cHistoryScan =
    _library.lookupFunction<
        Int32 Function(Uint64, Int64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, int scan, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_scan');

final cHistoryCompare =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> subject, Pointer<Utf8> site, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_compare');

final cHistoryCompareScans =
    _library.lookupFunction<
        Int32 Function(Uint64, Int64, Int64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, int before, int after, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_compare_scans');

final cHistoryNoise =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> subject, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_noise');

final cHistoryTrends =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> request, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_trends');

final cHistoryTrend =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> request, Pointer<Utf8> measure, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_trend');

final cHistorySummary =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> request, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_summary');

final cHistoryMatchLesions =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> request, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_match_lesions');

final cHistoryApplyMatching =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Utf8>, Pointer<Utf8>, Int64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> subject, Pointer<Utf8> site, Pointer<Utf8> matching, int at, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_apply_matching');

final cHistoryAssignments =
    _library.lookupFunction<
        Int32 Function(Uint64, Int64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, int scan, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_assignments');

final cHistoryNearest =
    _library.lookupFunction<
        Int32 Function(Uint64, Int64, Uint32, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, int scan, int most, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_nearest');

final cHistoryUnlikeTheOthers =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int history, Pointer<Utf8> subject, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_history_unlike_the_others');

final cHistoryAssign =
    _library.lookupFunction<
        Int32 Function(Uint64, Int64, Pointer<Utf8>, Pointer<Utf8>, Int64, Pointer<NativeError>),
        int Function(int history, int scan, Pointer<Utf8> lesion, Pointer<Utf8> note, int at, Pointer<NativeError> error)>('skinkit_history_assign');

final cHistoryThumbnail =
    _library.lookupFunction<
        Int32 Function(Uint64, Int64, Pointer<Utf8>, Uint32, Pointer<Pointer<Uint8>>, Pointer<Size>, Pointer<NativeError>),
        int Function(int history, int scan, Pointer<Utf8> view, int side, Pointer<Pointer<Uint8>> png, Pointer<Size> length, Pointer<NativeError> error)>('skinkit_history_thumbnail');

final cBytesFree =
    _library.lookupFunction<
        Void Function(Pointer<Uint8>, Size),
        void Function(Pointer<Uint8> bytes, int length)>('skinkit_bytes_free');

final cOpen =
    _library.lookupFunction<
        Int32 Function(Pointer<Utf8>, Pointer<Uint8>, Size, Pointer<Uint64>, Pointer<NativeError>),
        int Function(Pointer<Utf8> options, Pointer<Uint8> key, int keyLength, Pointer<Uint64> kit, Pointer<NativeError> error)>('skinkit_open');

final cEngine =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_engine');

final cPack =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_pack');

final cAnalyze =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Utf8>, Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Utf8> options, int cancel, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_analyze');

final cAnalyzeFrame =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<NativeFrame>, Pointer<Utf8>, Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, Pointer<NativeFrame> frame, Pointer<Utf8> options, int cancel, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_analyze_frame');

final cScan =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Utf8>, Uint64, Pointer<Int64>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Utf8> request, int cancel, Pointer<Int64> scan, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_scan');

final cHistory =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Uint64>, Pointer<NativeError>),
        int Function(int kit, Pointer<Uint64> history, Pointer<NativeError> error)>('skinkit_history');

final cReplay =
    _library.lookupFunction<
        Int32 Function(Uint64, Int64, Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int scan, int photo, Pointer<Utf8> pictureSha256, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_replay');

final cReopenPhoto =
    _library.lookupFunction<
        Int32 Function(Uint64, Int64, Pointer<Utf8>, Pointer<Uint64>, Pointer<NativeError>),
        int Function(int kit, int scan, Pointer<Utf8> path, Pointer<Uint64> photo, Pointer<NativeError> error)>('skinkit_reopen_photo');

final cQualityThresholds =
    _library.lookupFunction<
        Int32 Function(Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_quality_thresholds');

final cFaces =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Utf8> detail, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_faces');

final cFaceRegions =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_face_regions');

final cFaceSkin =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_face_skin');

final cBodySkin =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Utf8> roi, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_body_skin');

final cHands =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_hands');

final cPose =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_pose');

final cPerson =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_person');

final cMark =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Utf8> pin, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_mark');

final cFind =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Utf8>, Pointer<Float>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Utf8> token, Pointer<Float> near, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_find');

final cSiteAt =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Float, Float, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, double x, double y, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_site_at');

final cScale =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Utf8>, Pointer<Utf8>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Utf8> ruler, Pointer<Utf8> near, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_scale');

final cScaleHint =
    _library.lookupFunction<
        Int32 Function(Uint64, Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int kit, int photo, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_scale_hint');

final cVersion =
    _library.lookupFunction<
        Pointer<Utf8> Function(),
        Pointer<Utf8> Function()>('skinkit_version');

final cKeyGenerate =
    _library.lookupFunction<
        Int32 Function(Pointer<Uint8>, Size, Pointer<NativeError>),
        int Function(Pointer<Uint8> key, int length, Pointer<NativeError> error)>('skinkit_key_generate');

final cCancelNew =
    _library.lookupFunction<
        Int32 Function(Pointer<Uint64>, Pointer<NativeError>),
        int Function(Pointer<Uint64> cancel, Pointer<NativeError> error)>('skinkit_cancel_new');

final cCancel =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<NativeError>),
        int Function(int cancel, Pointer<NativeError> error)>('skinkit_cancel');

final cLiveStart =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Void>, Pointer<Uint64>, Pointer<NativeError>),
        int Function(int kit, Pointer<Utf8> options, Pointer<Void> listener, Pointer<Uint64> live, Pointer<NativeError> error)>('skinkit_live_start');

final cLivePush =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<NativeFrame>, Uint64, Pointer<Int32>, Pointer<NativeError>),
        int Function(int live, Pointer<NativeFrame> frame, int timestampNs, Pointer<Int32> pushed, Pointer<NativeError> error)>('skinkit_live_push');

final cLiveProcess =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<NativeFrame>, Uint64, Pointer<Int32>, Pointer<NativeError>),
        int Function(int live, Pointer<NativeFrame> frame, int timestampNs, Pointer<Int32> pushed, Pointer<NativeError> error)>('skinkit_live_process');

final cLiveLatest =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int live, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_live_latest');

final cLiveTakeCapture =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Int64>, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int live, Pointer<Int64> scan, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_live_take_capture');

final cLiveCounts =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Pointer<Utf8>>, Pointer<NativeError>),
        int Function(int live, Pointer<Pointer<Utf8>> json, Pointer<NativeError> error)>('skinkit_live_counts');

final cLiveShutter =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<NativeError>),
        int Function(int live, Pointer<NativeError> error)>('skinkit_live_shutter');

final cLiveRestart =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<NativeError>),
        int Function(int live, Pointer<NativeError> error)>('skinkit_live_restart');

final cLivePause =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<NativeError>),
        int Function(int live, Pointer<NativeError> error)>('skinkit_live_pause');

final cLiveResume =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<NativeError>),
        int Function(int live, Pointer<NativeError> error)>('skinkit_live_resume');

final cLiveSetRegion =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<NativeError>),
        int Function(int live, Pointer<Utf8> region, Pointer<NativeError> error)>('skinkit_live_set_region');

final cLiveSetThermalLevel =
    _library.lookupFunction<
        Int32 Function(Uint64, Int32, Pointer<NativeError>),
        int Function(int live, int level, Pointer<NativeError> error)>('skinkit_live_set_thermal_level');

final cPhotoOpen =
    _library.lookupFunction<
        Int32 Function(Pointer<Utf8>, Pointer<Uint64>, Pointer<NativeError>),
        int Function(Pointer<Utf8> path, Pointer<Uint64> photo, Pointer<NativeError> error)>('skinkit_photo_open');

final cPhotoDecode =
    _library.lookupFunction<
        Int32 Function(Pointer<Uint8>, Size, Pointer<Uint64>, Pointer<NativeError>),
        int Function(Pointer<Uint8> data, int length, Pointer<Uint64> photo, Pointer<NativeError> error)>('skinkit_photo_decode');

final cPhotoOpenFor =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Utf8>, Pointer<Utf8>, Pointer<Uint64>, Pointer<NativeError>),
        int Function(int kit, Pointer<Utf8> path, Pointer<Utf8> region, Pointer<Uint64> photo, Pointer<NativeError> error)>('skinkit_photo_open_for');

final cPhotoDecodeFor =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Uint8>, Size, Pointer<Utf8>, Pointer<Uint64>, Pointer<NativeError>),
        int Function(int kit, Pointer<Uint8> data, int length, Pointer<Utf8> region, Pointer<Uint64> photo, Pointer<NativeError> error)>('skinkit_photo_decode_for');

final cPhotoFromFrame =
    _library.lookupFunction<
        Int32 Function(Pointer<NativeFrame>, Pointer<Uint64>, Pointer<NativeError>),
        int Function(Pointer<NativeFrame> frame, Pointer<Uint64> photo, Pointer<NativeError> error)>('skinkit_photo_from_frame');

final cPhotoSize =
    _library.lookupFunction<
        Int32 Function(Uint64, Pointer<Uint32>, Pointer<Uint32>, Pointer<NativeError>),
        int Function(int photo, Pointer<Uint32> width, Pointer<Uint32> height, Pointer<NativeError> error)>('skinkit_photo_size');

final cStatusName =
    _library.lookupFunction<
        Pointer<Utf8> Function(Int32),
        Pointer<Utf8> Function(int status)>('skinkit_status_name');
