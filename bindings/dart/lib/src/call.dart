import 'dart:convert';
import 'dart:ffi';
import 'dart:isolate';
import 'dart:typed_data';

import 'package:ffi/ffi.dart';

import 'error.dart';
import 'native.dart';

/// One call over the border: memory that is freed when it ends, and its error.
class Call {
  Call._(this._arena) : error = _arena<NativeError>();

  final Arena _arena;

  /// Where the function puts its error.
  final Pointer<NativeError> error;

  /// Runs a call and frees what it used. Blocks.
  static T now<T>(T Function(Call call) body) => using((arena) => body(Call._(arena)));

  /// Runs a call in an isolate of its own. What [body] holds is copied there: handles are numbers, valid in every isolate.
  static Future<T> later<T>(T Function(Call call) body) => Isolate.run(() => now(body));

  Pointer<Utf8> text(String? value) =>
      value == null ? nullptr : value.toNativeUtf8(allocator: _arena);

  Pointer<Utf8> json(Object? value) => text(jsonEncode(value));

  /// [json], where null is no text at all.
  Pointer<Utf8> optional(Object? value) => value == null ? nullptr : json(value);

  Pointer<Uint8> bytes(List<int>? value) {
    if (value == null) return nullptr;
    // One more byte, so that an empty list has an address too.
    final memory = _arena<Uint8>(value.length + 1);
    memory.asTypedList(value.length).setAll(0, value);
    return memory;
  }

  Pointer<T> place<T extends NativeType>(int size) => _arena.allocate<T>(size);

  /// Throws what a function's status says.
  void check(int status) {
    if (status == 0) return;
    String said(Pointer<Utf8> text) => text == nullptr ? '' : text.toDartString();
    final exception = SkinKitException(
        Status.of(status), said(error.ref.reason), said(error.ref.details));
    cErrorClear(error);
    throw exception;
  }

  /// A handle that a function gives.
  int handle(int Function(Pointer<Uint64> out) function) {
    final out = place<Uint64>(8);
    check(function(out));
    return out.value;
  }

  /// A count that a function gives.
  int count(int Function(Pointer<Uint64> out) function) => handle(function);

  /// A file's bytes that a function gives, copied and freed; null where it gives none.
  Uint8List? file(int Function(Pointer<Pointer<Uint8>> out, Pointer<Size> length) function) {
    final out = place<Pointer<Uint8>>(sizeOf<Pointer<Uint8>>());
    final length = place<Size>(sizeOf<Size>());
    check(function(out, length));
    if (out.value == nullptr) return null;
    try {
      return Uint8List.fromList(out.value.asTypedList(length.value));
    } finally {
      cBytesFree(out.value, length.value);
    }
  }

  /// JSON that a function gives, read and freed.
  Object? result(int Function(Pointer<Pointer<Utf8>> out) function) {
    final out = place<Pointer<Utf8>>(sizeOf<Pointer<Utf8>>());
    check(function(out));
    try {
      return jsonDecode(out.value.toDartString());
    } finally {
      cStringFree(out.value);
    }
  }
}

/// Something of SkinKit's that is held by a number and closed once.
abstract class Held {
  Held(this.handle);

  /// Valid in every isolate until [close].
  final int handle;

  /// Closes it. Calls under way end first; later ones throw with [Status.closed]. Closing twice is no error.
  void close() {
    try {
      Call.now((call) => call.check(cClose(handle, call.error)));
    } on SkinKitException catch (exception) {
      if (exception.status != Status.closed) rethrow;
    }
  }
}
