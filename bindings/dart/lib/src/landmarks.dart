import 'dart:ffi';

import 'package:ffi/ffi.dart';

import 'call.dart';
import 'kit.dart';
import 'native.dart';
import 'photo.dart';
import 'results.dart';

/// Faces, skin, hands, bodies, places and millimeters. What comes back is the library's JSON, described in `skinkit.h`.
extension Landmarks on SkinKit {
  /// Faces in the picture, by falling score; [detail]: `mesh`, `irises`, `steady`.
  Future<List<Object?>> faces(Photo photo, {String detail = 'mesh'}) => _list(
      photo, (call, kit, picture, out) => cFaces(kit, picture, call.text(detail), out, call.error));

  /// Every part of the largest face: objects with `region` and `roi`.
  Future<List<Object?>> faceRegions(Photo photo) =>
      _list(photo, (call, kit, picture, out) => cFaceRegions(kit, picture, out, call.error));

  /// The skin of the largest face: `mask` and, for each part, `regions`.
  Future<Json> faceSkin(Photo photo) =>
      _object(photo, (call, kit, picture, out) => cFaceSkin(kit, picture, out, call.error));

  /// The skin of a person in a square of the picture, or in all of it: `roi`, `cells`, `tone`, `coverage`.
  Future<Json> bodySkin(Photo photo, {Json? roi}) => _object(photo,
      (call, kit, picture, out) => cBodySkin(kit, picture, call.optional(roi), out, call.error));

  /// Hands, at most eight, by falling score. Needs the folder `networks`.
  Future<List<Object?>> hands(Photo photo) =>
      _list(photo, (call, kit, picture, out) => cHands(kit, picture, out, call.error));

  /// The pose of the person with the highest score; null where nobody is seen. Needs the folder `networks`.
  Future<Json?> pose(Photo photo) =>
      _maybe(photo, (call, kit, picture, out) => cPose(kit, picture, out, call.error));

  /// How likely each part of the picture belongs to a person: 256 rows of 256 `values`.
  Future<Json> person(Photo photo) =>
      _object(photo, (call, kit, picture, out) => cPerson(kit, picture, out, call.error));

  /// Marks a place that a user tapped: a token to be kept, as private as a photo.
  Future<Json> mark(Photo photo, double x, double y, {required double side, String? site}) {
    final pin = {'point': [x, y], 'side': side, 'site': site};
    return _object(
        photo, (call, kit, picture, out) => cMark(kit, picture, call.json(pin), out, call.error));
  }

  /// Looks for a marked place in a later picture: `outcome`, and `point`, `roi`, `confidence` or `reason`.
  Future<Json> find(Photo photo, Json token) => _object(photo,
      (call, kit, picture, out) => cFind(kit, picture, call.json(token), nullptr, out, call.error));

  /// The part of the body under a point: `code`, `words`, `snomed_ct`; null where there is none.
  Future<Json?> siteAt(Photo photo, double x, double y) =>
      _maybe(photo, (call, kit, picture, out) => cSiteAt(kit, picture, x, y, out, call.error));

  /// Millimeters a pixel: `mm_per_pixel`, `error`, `source`; null where the ruler cannot be read. [ruler] is
  /// `{'kind': 'iris'}`, `{'kind': 'coin', 'diameter_mm': 23.25}` or `{'kind': 'card', 'side_mm': 20}`.
  Future<Json?> scale(Photo photo, Json ruler, {Json? near}) => _maybe(
      photo,
      (call, kit, picture, out) =>
          cScale(kit, picture, call.json(ruler), call.optional(near), out, call.error));

  /// Roughly how large a pixel is: `rough_mm_per_pixel`, `spread`; null where neither hand nor person is seen.
  Future<Json?> scaleHint(Photo photo) =>
      _maybe(photo, (call, kit, picture, out) => cScaleHint(kit, picture, out, call.error));

  Future<Object?> _any(Photo photo, _Function function) {
    final (kit, picture) = (handle, photo.handle);
    return Call.later((call) => call.result((out) => function(call, kit, picture, out)));
  }

  Future<List<Object?>> _list(Photo photo, _Function function) async =>
      await _any(photo, function) as List<Object?>;

  Future<Json> _object(Photo photo, _Function function) async => await _any(photo, function) as Json;

  Future<Json?> _maybe(Photo photo, _Function function) async => await _any(photo, function) as Json?;
}

typedef _Function = int Function(Call call, int kit, int picture, Pointer<Pointer<Utf8>> out);
