import 'dart:convert';
import 'dart:io';

import 'package:flutter/services.dart';
import 'package:flutter_secure_storage/flutter_secure_storage.dart';
import 'package:path_provider/path_provider.dart';
import 'package:skinkit/skinkit.dart';

/// What the app does, without its looks: one SkinKit, one history, one person.
class Diary {
  Diary._(this.kit, this.history);

  final SkinKit kit;
  final History history;

  /// Copies the pack out of the assets, gets the key out of Keychain or Keystore, and opens both.
  static Future<Diary> open() async {
    final folder = await getApplicationSupportDirectory();
    final pack = await _unpack(Directory('${folder.path}/lesion-ham7'));
    final kit = await SkinKit.open(
        pack: pack.path, history: '${folder.path}/scans.skinkit', key: await _key());
    return Diary._(kit, kit.history());
  }

  static Future<Directory> _unpack(Directory folder) async {
    await folder.create(recursive: true);
    final manifest = await AssetManifest.loadFromAssetBundle(rootBundle);
    const place = 'assets/lesion-ham7/';
    for (final asset in manifest.listAssets().where((asset) => asset.startsWith(place))) {
      final data = await rootBundle.load(asset);
      final bytes = data.buffer.asUint8List(data.offsetInBytes, data.lengthInBytes);
      await File('${folder.path}/${asset.substring(place.length)}').writeAsBytes(bytes);
    }
    return folder;
  }

  static Future<Uint8List> _key() async {
    const storage = FlutterSecureStorage();
    const name = 'skinkit.history';
    final kept = await storage.read(key: name);
    if (kept != null) return base64Decode(kept);
    final made = generateKey();
    await storage.write(key: name, value: base64Encode(made));
    return made;
  }

  /// What can be scanned: a spot in the middle of the picture, or a part of a face that its landmarks find.
  static const regions = ['lesion', 'whole_face', 'forehead', 'left_cheek', 'right_cheek', 'nose', 'chin'];

  /// A camera session that watches a region, and whose capture is kept at a site.
  Future<Live> live(String site, String region) => Live.start(kit, region: region, keep: {'site': site});

  /// Every site with its scans, oldest first, and what changed.
  Future<List<SiteRecord>> sites() async => [
        for (final name in await history.sites())
          SiteRecord(name, await history.scans(name), await history.compare(name)),
      ];

  Future<void> delete(int scan) => history.eraseScan(scan);

  Future<int> deleteAll() => history.eraseEverything();

  /// Writes everything to a new file that the person can take along.
  Future<String> export() async {
    final folder = await getTemporaryDirectory();
    final path = '${folder.path}/skin-diary-${DateTime.now().microsecondsSinceEpoch}.json';
    await history.export(path, pictures: true);
    return path;
  }
}

/// One place on the body.
class SiteRecord {
  SiteRecord(this.name, this.scans, this.change);

  final String name;
  final List<StoredScan> scans;
  final Change? change;

  /// The greatest diameter over time with the interval of a re-shot; scans where no spot stood out have none.
  List<(DateTime, Estimate)> get trend => [
        for (final scan in scans)
          if (scan.measures['greatest_diameter'] case final value?) (scan.takenAt, value),
      ];
}
