import 'dart:ffi';
import 'dart:typed_data';

import 'package:ffi/ffi.dart';

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

  /// Puts a backup in place of the history at [path], after checking it whole: `scans`, `set_aside`. What is there has to have
  /// the same key; a damaged file is moved aside.
  static Future<Json> restore(String backup, String path, Uint8List key) => Call.later((call) => call.result((out) =>
      cHistoryRestore(call.text(backup), call.text(path), call.bytes(key), key.length, out, call.error)) as Json);

  /// Everybody in the history, in the order they were first recorded.
  Future<List<String>> subjects() =>
      _words((call, history, out) => cHistorySubjects(history, out, call.error));

  /// Sites of a person, in the order they were first recorded.
  Future<List<String>> sites({String subject = 'me'}) =>
      _words((call, history, out) => cHistorySites(history, call.text(subject), out, call.error));

  /// Names of the lesions told apart at a site, in the order they were first seen.
  Future<List<String>> lesions(String site, {String subject = 'me'}) => _words((call, history, out) =>
      cHistoryLesions(history, call.text(subject), call.text(site), out, call.error));

  /// Scans of a site, oldest first.
  Future<List<StoredScan>> scans(String site, {String subject = 'me'}) async {
    final scans = await _objects((call, history, out) =>
        cHistoryScans(history, call.text(subject), call.text(site), out, call.error));
    return scans.map(StoredScan.new).toList();
  }

  /// One scan.
  Future<StoredScan> scan(int id) async =>
      StoredScan(await _object((call, history, out) => cHistoryScan(history, id, out, call.error)));

  /// Compares the two latest visits of the site's lesion that was scanned last; null where there are fewer than two scans.
  Future<Change?> compare(String site, {String subject = 'me'}) async {
    final change = await _any((call, history, out) =>
        cHistoryCompare(history, call.text(subject), call.text(site), out, call.error));
    return change == null ? null : Change(change as Json);
  }

  /// Compares two scans, with the noise of the later one's person.
  Future<Change> compareScans(int before, int after) async => Change(await _object(
      (call, history, out) => cHistoryCompareScans(history, before, after, out, call.error)));

  /// What a person's own repeat shots say about the noise of a comparison.
  Future<Json> noise({String subject = 'me'}) =>
      _object((call, history, out) => cHistoryNoise(history, call.text(subject), out, call.error));

  /// Every measure of a lesion over time: objects with `measure`, `unit`, `points`, `line`.
  Future<List<Json>> trends(String site, {String subject = 'me', String? lesion, double? visitDays}) {
    final request = _trend(site, subject, lesion, visitDays);
    return _objects((call, history, out) => cHistoryTrends(history, call.json(request), out, call.error));
  }

  /// One measure of a lesion over time, such as `area`; without points where it was never measured.
  Future<Json> trend(String measure, String site, {String subject = 'me', String? lesion, double? visitDays}) {
    final request = _trend(site, subject, lesion, visitDays);
    return _object((call, history, out) =>
        cHistoryTrend(history, call.json(request), call.text(measure), out, call.error));
  }

  /// Counts, dates, due and missed visits of every lesion, an object a person; with [verdicts] what each lesion's latest pair
  /// shows.
  Future<List<Json>> summary({String? subject, double? visitDays, bool verdicts = false}) {
    final request = {'subject': subject, 'visit_days': visitDays, 'verdicts': verdicts};
    return _objects((call, history, out) => cHistorySummary(history, call.json(request), out, call.error));
  }

  /// Says which of a site's known lesions each scan of a visit shows: `matched`, `new`, `gone`, `unmatched`. An `earlier` id
  /// is a lesion's name, a `later` id a scan's number. Nothing is changed: [applyMatching] does that. [positionSd]: how far a
  /// lesion's position may move between visits. [overrides]: a person's word, objects of `earlier`, `later`, `note`.
  Future<Json> matchLesions(String site, List<int> scans,
      {required double positionSd, String subject = 'me', List<Json> overrides = const []}) {
    final request = {
      'subject': subject,
      'site': site,
      'scans': scans,
      'position_sd': positionSd,
      'overrides': overrides,
    };
    return _object((call, history, out) => cHistoryMatchLesions(history, call.json(request), out, call.error));
  }

  /// Puts scans to lesions as a matching says, and keeps why as evidence: objects of `scan`, `lesion`, `new`.
  Future<List<Json>> applyMatching(String site, Json matching, {String subject = 'me', DateTime? at}) {
    final time = _time(at);
    return _objects((call, history, out) => cHistoryApplyMatching(
        history, call.text(subject), call.text(site), call.json(matching), time, out, call.error));
  }

  /// Puts one scan to a lesion of its site by a person's word (null: to no lesion), and keeps the note as evidence.
  Future<void> assign(int scan, String? lesion, {required String note, DateTime? at}) {
    final (history, time) = (handle, _time(at));
    return Call.later((call) =>
        call.check(cHistoryAssign(history, scan, call.text(lesion), call.text(note), time, call.error)));
  }

  /// Every assignment of a scan to a lesion after it was added, oldest first.
  Future<List<Json>> assignments(int scan) =>
      _objects((call, history, out) => cHistoryAssignments(history, scan, out, call.error));

  /// The scans of anybody that look most like this one, itself left out, most alike first.
  Future<List<Json>> nearest(int scan, {int most = 10}) =>
      _objects((call, history, out) => cHistoryNearest(history, scan, most, out, call.error));

  /// Ranks a person's lesions by how little each is like that person's others, least alike first. A rank, not a verdict: in
  /// everyone some lesion comes first.
  Future<List<Json>> unlikeTheOthers({String subject = 'me'}) => _objects(
      (call, history, out) => cHistoryUnlikeTheOthers(history, call.text(subject), out, call.error));

  /// The analyzed region of a scan as a PNG, its longer side [side] pixels (16 to 2048); null where what was asked for was not
  /// kept. [view]: `picture`, `mask` (with the lesion's outline), `heatmap`.
  Future<Uint8List?> thumbnail(int scan, {String view = 'picture', int side = 256}) {
    final history = handle;
    return Call.later((call) => call.file(
        (out, length) => cHistoryThumbnail(history, scan, call.text(view), side, out, length, call.error)));
  }

  /// Writes an export, **in clear**, into a file that only its owner can read and that appears under its name only when it is
  /// whole; a file of that name is replaced. Gives the number of scans. [format]: `json`, `csv`, `fhir`.
  Future<int> export(String path, {String format = 'json', String? subject, bool pictures = false}) async {
    final request = {'format': format, 'subject': subject, 'pictures': pictures};
    return await _any((call, history, out) =>
        cHistoryExport(history, call.json(request), call.text(path), out, call.error)) as int;
  }

  /// Adds the scans of a JSON export: all of them, or on an error none. Gives `added` and `known`.
  Future<Json> importFile(String path) =>
      _object((call, history, out) => cHistoryImport(history, call.text(path), out, call.error));

  /// Erases one scan for good.
  Future<int> eraseScan(int id) => _erase({'kind': 'scan', 'scan': id});

  /// Erases a lesion with its scans; gives their number.
  Future<int> eraseLesion(String site, String lesion, {String subject = 'me'}) =>
      _erase({'kind': 'lesion', 'subject': subject, 'site': site, 'lesion': lesion});

  /// Erases a site with all its scans; gives their number.
  Future<int> eraseSite(String site, {String subject = 'me'}) =>
      _erase({'kind': 'site', 'subject': subject, 'site': site});

  /// Erases a person: destroys the data key and all that it sealed. Gives the number of scans.
  Future<int> eraseSubject(String subject) => _erase({'kind': 'subject', 'subject': subject});

  /// Erases everything; an empty history remains that the same key opens. Gives the number of scans.
  Future<int> eraseEverything() => _erase({'kind': 'everything'});

  /// Writes a backup, sealed with the present key, while the history is in use; gives its size in bytes.
  Future<int> backup(String path) async =>
      await _any((call, history, out) => cHistoryBackup(history, call.text(path), out, call.error)) as int;

  /// Reads everything and says what is damaged: `scans`, `problems`. Changes nothing.
  Future<Json> check() => _object((call, history, out) => cHistoryCheck(history, out, call.error));

  /// Changes the key: afterwards only the new one opens the history. Backups made before still need the old key.
  Future<void> rotateKey(Uint8List newKey) {
    final history = handle;
    return Call.later(
        (call) => call.check(cHistoryRotateKey(history, call.bytes(newKey), newKey.length, call.error)));
  }

  Future<int> _erase(Json what) async {
    final erased = await _object((call, history, out) => cHistoryErase(history, call.json(what), out, call.error));
    return erased['scans'] as int;
  }

  Future<Object?> _any(_Function function) {
    final history = handle;
    return Call.later((call) => call.result((out) => function(call, history, out)));
  }

  Future<Json> _object(_Function function) async => await _any(function) as Json;

  Future<List<Json>> _objects(_Function function) async => (await _any(function) as List<Object?>).cast<Json>();

  Future<List<String>> _words(_Function function) async =>
      (await _any(function) as List<Object?>).cast<String>();
}

Json _trend(String site, String subject, String? lesion, double? visitDays) =>
    {'subject': subject, 'site': site, 'lesion': lesion, 'visit_days': visitDays};

int _time(DateTime? at) => (at ?? DateTime.now()).millisecondsSinceEpoch;

typedef _Function = int Function(Call call, int history, Pointer<Pointer<Utf8>> out);
