import 'dart:typed_data';

import 'call.dart';
import 'change.dart';
import 'native.dart';
import 'results.dart';

/// An encrypted history of scans. It opens without a model pack.
class History extends Held {
  History.of(super.handle);

  /// Opens a history with its 32-byte key, or makes it.
  ///
  /// Throws [SkinKitException] with `wrongKey`, `history`, `invalidArgument`; nothing is changed then.
  static Future<History> open(String path, Uint8List key) async => History.of(await Call.later((call) => call.handle(
      (out) => cHistoryOpen(call.text(path), call.bytes(key), key.length, 0, out, call.error))));

  /// Sites of a person, in the order they were first recorded.
  Future<List<String>> sites({String subject = 'me'}) {
    final history = handle;
    return Call.later((call) => (call.result((out) => cHistorySites(history, call.text(subject), out, call.error))
            as List<Object?>)
        .cast<String>());
  }

  /// Scans of a site, oldest first.
  Future<List<StoredScan>> scans(String site, {String subject = 'me'}) {
    final history = handle;
    return Call.later((call) => [
          for (final scan in call.result(
                  (out) => cHistoryScans(history, call.text(subject), call.text(site), out, call.error))
              as List<Object?>)
            StoredScan(scan as Json)
        ]);
  }

  /// Compares the two latest scans of a site; null where there are fewer than two.
  Future<Change?> compare(String site, {String subject = 'me'}) {
    final history = handle;
    return Call.later((call) {
      final change = call.result(
          (out) => cHistoryCompare(history, call.text(subject), call.text(site), out, call.error));
      return change == null ? null : Change(change as Json);
    });
  }

  /// Erases one scan for good.
  Future<void> eraseScan(int id) {
    final history = handle;
    return Call.later((call) => call.check(cHistoryEraseScan(history, id, call.error)));
  }

  /// Erases a site with all its scans; gives their number.
  Future<int> eraseSite(String site, {String subject = 'me'}) {
    final history = handle;
    return Call.later((call) => call.count(
        (out) => cHistoryEraseSite(history, call.text(subject), call.text(site), out, call.error)));
  }

  /// Erases a person: destroys the data key and all that it sealed. Gives the number of scans.
  Future<int> eraseSubject(String subject) {
    final history = handle;
    return Call.later(
        (call) => call.count((out) => cHistoryEraseSubject(history, call.text(subject), out, call.error)));
  }

  /// Erases everything; an empty history remains that the same key opens. Gives the number of scans.
  Future<int> eraseEverything() {
    final history = handle;
    return Call.later((call) => call.count((out) => cHistoryEraseEverything(history, out, call.error)));
  }

  /// Writes the history to a new JSON file, readable by anyone.
  Future<void> export(String path, {String? subject, bool pictures = false}) {
    final history = handle;
    return Call.later((call) => call.check(
        cHistoryExport(history, call.text(path), call.text(subject), pictures ? 1 : 0, call.error)));
  }
}
