import 'dart:ffi';
import 'dart:typed_data';

import 'call.dart';
import 'frame.dart';
import 'native.dart';

/// A picture in memory: a decoded photo, or a copy of a camera frame. Close it when you are done.
class Photo extends Held {
  /// Of a handle that is open.
  Photo.of(super.handle);

  /// Reads and decodes a JPEG or PNG file, upright. Of its metadata only the orientation is used. For one region of it,
  /// `SkinKit.openPhoto` is faster.
  ///
  /// Throws [SkinKitException] with `picture`: missing, damaged, too large, of another format.
  static Future<Photo> open(String path) async =>
      Photo.of(await Call.later((call) => call.handle((out) => cPhotoOpen(call.text(path), out, call.error))));

  /// Decodes a JPEG or PNG held in memory.
  static Future<Photo> decode(Uint8List bytes) async => Photo.of(await Call.later(
      (call) => call.handle((out) => cPhotoDecode(call.bytes(bytes), bytes.length, out, call.error))));

  /// Copies a camera frame.
  static Photo copy(Frame frame) =>
      Photo.of(Call.now((call) => call.handle((out) => cPhotoFromFrame(frame.native(call), out, call.error))));

  /// Width and height of the upright picture in pixels, of a file's all, however it was opened.
  (int, int) get size => Call.now((call) {
        final sides = call.place<Uint32>(8);
        call.check(cPhotoSize(handle, sides, sides + 1, call.error));
        return (sides[0], sides[1]);
      });
}
