import 'dart:ffi';
import 'dart:typed_data';

import 'call.dart';
import 'native.dart';

/// How pixels lie in memory; the order is that of `skinkit_pixel_format`.
enum PixelFormat { rgb8, rgba8, bgra8, gray8, nv12, nv21, i420, yuv420 }

/// One plane of a camera's buffer.
class FramePlane {
  const FramePlane(this.bytes, {this.bytesPerRow = 0, this.bytesPerPixel = 0});

  final Uint8List bytes;

  /// From row to row; 0 means packed.
  final int bytesPerRow;

  /// From pixel to pixel; 0 means packed.
  final int bytesPerPixel;
}

/// A camera's frame. Its bytes are copied once, into memory that the library may read.
class Frame {
  const Frame(
    this.format, {
    required this.width,
    required this.height,
    required this.planes,
    this.rotationDegrees = 0,
    this.mirrored = false,
    this.bt709 = false,
    this.videoRange = false,
  });

  /// A `CameraImage` of Flutter's package `camera`, by its parts so that this package does not depend on that one:
  /// `Frame.camera(image.format.group.name, image.width, image.height, [for (final p in image.planes)
  /// FramePlane(p.bytes, bytesPerRow: p.bytesPerRow, bytesPerPixel: p.bytesPerPixel ?? 0)], rotationDegrees:
  /// camera.sensorOrientation)`. Groups: `yuv420` (Android's three planes, iOS's two), `nv21`, `bgra8888`.
  factory Frame.camera(
    String group,
    int width,
    int height,
    List<FramePlane> planes, {
    int rotationDegrees = 0,
    bool mirrored = false,
  }) {
    final format = switch ((group, planes.length)) {
      ('bgra8888', 1) => PixelFormat.bgra8,
      ('yuv420', 2) => PixelFormat.nv12,
      ('yuv420', 3) => PixelFormat.yuv420,
      ('nv21', 1 || 2) => PixelFormat.nv21,
      _ => throw ArgumentError.value(group, 'group', 'with ${planes.length} planes is not read: use yuv420 or bgra8888'),
    };
    return Frame(
      format,
      width: width,
      height: height,
      planes: format == PixelFormat.nv21 && planes.length == 1
          ? _split(planes.single, width, height)
          // The pixel stride is that of Android's chroma planes; elsewhere the format says it.
          : [
              for (final plane in planes)
                FramePlane(plane.bytes,
                    bytesPerRow: plane.bytesPerRow,
                    bytesPerPixel: format == PixelFormat.yuv420 ? plane.bytesPerPixel : 0)
            ],
      rotationDegrees: rotationDegrees,
      mirrored: mirrored,
    );
  }

  /// The package `camera` gives NV21 as one plane: luma, then chroma with the same bytes per row.
  static List<FramePlane> _split(FramePlane plane, int width, int height) {
    final row = plane.bytesPerRow == 0 ? width : plane.bytesPerRow;
    if (plane.bytes.length < row * height) {
      throw ArgumentError('an NV21 plane of ${plane.bytes.length} bytes is too short for $height rows of $row');
    }
    return [
      FramePlane(Uint8List.sublistView(plane.bytes, 0, row * height), bytesPerRow: row),
      FramePlane(Uint8List.sublistView(plane.bytes, row * height), bytesPerRow: row),
    ];
  }

  final PixelFormat format;

  /// Stored width in pixels, before rotation.
  final int width;

  /// Stored height in pixels, before rotation.
  final int height;

  /// 1 to 3, in the format's order.
  final List<FramePlane> planes;

  /// Clockwise turn that brings the stored picture upright: a multiple of 90.
  final int rotationDegrees;

  /// Whether the upright picture is then mirrored left to right.
  final bool mirrored;

  /// BT.709 luma weights instead of BT.601.
  final bool bt709;

  /// Luma 16 to 235 instead of 0 to 255.
  final bool videoRange;

  /// The frame in memory of a call.
  Pointer<NativeFrame> native(Call call) {
    if (planes.isEmpty || planes.length > 3) {
      throw ArgumentError.value(planes.length, 'planes', 'a frame has 1 to 3');
    }
    final frame = call.place<NativeFrame>(sizeOf<NativeFrame>());
    frame.ref
      ..format = format.index
      ..width = width
      ..height = height
      ..rotationDegrees = rotationDegrees
      ..mirrored = mirrored ? 1 : 0
      ..matrix = bt709 ? 1 : 0
      ..range = videoRange ? 1 : 0
      ..planeCount = planes.length;
    for (var index = 0; index < planes.length; index++) {
      final plane = frame.ref.planes[index];
      plane.data = call.bytes(planes[index].bytes);
      plane.length = planes[index].bytes.length;
      plane.rowStride = planes[index].bytesPerRow;
      plane.pixelStride = planes[index].bytesPerPixel;
    }
    return frame;
  }
}
