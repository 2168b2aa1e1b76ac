import 'results.dart';

/// What differs between two scans, and whether that is more than noise.
class Change {
  Change(this.json);

  final Json json;

  /// Cosine similarity of the embeddings, -1 to 1, where both scans have one.
  double? get similarity => (json['similarity'] as num?)?.toDouble();

  /// `millimetre` where both scans have a scale, else `pixel` (of the earlier analyzed square): the unit of the lengths that
  /// were compared; areas are in its square.
  String get unit => json['unit'] as String;

  /// `no_measurable_change`, `changed` or `cannot_compare`.
  String get verdict => (json['verdict'] as Json)['kind'] as String;

  /// What changed, and which way.
  (String, String)? get changed => verdict == 'changed'
      ? ((json['verdict'] as Json)['what'] as String, (json['verdict'] as Json)['direction'] as String)
      : null;

  /// Why the scans cannot be compared.
  String? get why => (json['verdict'] as Json)['why'] as String?;
}
