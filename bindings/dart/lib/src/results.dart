import 'dart:math';
import 'dart:typed_data';

/// A JSON object of the library. Views over it read what they know and pass over what they do not.
typedef Json = Map<String, Object?>;

double _number(Object? value) => (value as num).toDouble();

List<double> _numbers(Object? value) => [for (final v in value as List<Object?>) _number(v)];

List<Point<double>> _border(Json? of) => [
      for (final point in (of?['measures'] as Json?)?['border'] as List<Object?>? ?? const [])
        Point(_numbers(point)[0], _numbers(point)[1]),
    ];

/// What was recorded and measured on one picture. Nothing in it is a medical statement.
class Analysis {
  Analysis(this.json);

  /// All of it, as the library wrote it.
  final Json json;

  Roi get roi => Roi(json['roi'] as Json);
  Quality get quality => Quality(json['quality'] as Json);
  Finding get finding => Finding(json['finding'] as Json);

  /// Measures of the lesion by name, where one stands out from the skin.
  Map<String, Estimate> get measures => {
        for (final value in (json['measures'] as Json?)?['values'] as List<Object?>? ?? const [])
          (value as Json)['measure'] as String: Estimate(value),
      };

  /// The border around what was measured, to be drawn: corners of a closed line, as parts of [roi]'s width and height;
  /// empty where nothing stands out.
  List<Point<double>> get border => _border(json);

  /// The face's points in pixels of the upright picture, where the region belongs to a face.
  List<Point<double>> get mesh => [
        for (final point in ((json['face'] as Json?)?['mesh'] as Json?)?['points'] as List<Object?>? ?? const [])
          Point(_numbers(point)[0], _numbers(point)[1]),
      ];
}

/// A rectangle on the upright picture, perhaps turned (radians, clockwise on the screen).
class Roi {
  Roi(Json json)
      : centre = Point(_numbers(json['centre'])[0], _numbers(json['centre'])[1]),
        width = _number(json['width']),
        height = _number(json['height']),
        rotation = _number(json['rotation']);

  final Point<double> centre;
  final double width;
  final double height;
  final double rotation;
}

/// Whether a picture is good enough, and what is wrong with it.
class Quality {
  Quality(this.json);

  final Json json;

  bool get accepted => json['accepted'] as bool;

  /// Names such as `too_dark` and `blurred`, most telling first.
  List<String> get issues => (json['issues'] as List<Object?>).cast<String>();

  double get sharpness => _number(json['sharpness']);
}

/// What the lesion model gave.
class Finding {
  Finding(this.json);

  final Json json;

  /// Calibrated probabilities by label, in the order of the pack.
  Map<String, double> get probabilities => {
        for (final entry in json['probabilities'] as List<Object?>)
          (entry as Json)['label'] as String: _number(entry['p']),
      };

  /// Labels that the conformal threshold keeps, likeliest first.
  List<String> get predictionSet => (json['prediction_set'] as List<Object?>).cast<String>();

  List<double>? get embedding => json['embedding'] == null ? null : _numbers(json['embedding']);

  Heatmap? get heatmap => json['heatmap'] == null ? null : Heatmap(json['heatmap'] as Json);
}

/// Raw evidence for each label at each place.
class Heatmap {
  Heatmap(Json json)
      : width = json['width'] as int,
        height = json['height'] as int,
        classes = json['classes'] as int,
        values = _numbers(json['values']);

  final int width;
  final int height;
  final int classes;

  /// Map after map, row after row.
  final List<double> values;

  /// One label's map as R G B A bytes, for `decodeImageFromPixels`: red, its opacity the evidence between the map's least and
  /// greatest; alpha is premultiplied.
  Uint8List overlay(int label) {
    RangeError.checkValueInInterval(label, 0, classes - 1, 'label');
    final map = values.sublist(label * width * height, (label + 1) * width * height);
    final low = map.reduce(min);
    final span = map.reduce(max) - low;
    final pixels = Uint8List(width * height * 4);
    for (var index = 0; index < map.length; index++) {
      final part = span > 0 ? 0.8 * (map[index] - low) / span : 0.0;
      pixels[index * 4] = (230 * part).round();
      pixels[index * 4 + 1] = (40 * part).round();
      pixels[index * 4 + 2] = (30 * part).round();
      pixels[index * 4 + 3] = (255 * part).round();
    }
    return pixels;
  }
}

/// A measured value with the 95 % interval for a re-shot of the same lesion.
class Estimate {
  Estimate(Json json)
      : value = _number(json['value']),
        low = _number(json['low']),
        high = _number(json['high']);

  final double value;
  final double low;
  final double high;
}

/// A scan as it is in the history.
class StoredScan {
  StoredScan(this.json);

  final Json json;

  int get id => json['id'] as int;
  DateTime get takenAt => DateTime.fromMillisecondsSinceEpoch(json['taken_at'] as int);
  List<String> get predictionSet => (json['prediction_set'] as List<Object?>).cast<String>();

  /// Measures of the lesion by name; empty where none stood out.
  Map<String, Estimate> get measures => {
        for (final value
            in (json['measures'] as Json?)?['values'] as List<Object?>? ?? const [])
          (value as Json)['measure'] as String: Estimate(value),
      };

  /// The border around what was measured, as [Analysis.border]; empty in scans from before it was kept.
  List<Point<double>> get border => _border(json);
}
