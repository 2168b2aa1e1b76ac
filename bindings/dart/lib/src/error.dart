/// What a call came to, as in `skinkit_status`; the order is its numbers.
enum Status {
  ok,
  invalidArgument,
  picture,
  region,
  pack,
  runtime,
  noHistory,
  wrongKey,
  history,
  busy,
  notFound,
  unmeasurable,
  cancelled,
  closed,
  internal;

  /// The status of a number; `internal` for one that a newer library gives.
  static Status of(int number) =>
      number >= 0 && number < values.length ? values[number] : internal;
}

/// Why a call failed. Decide by [status]; [reason] says what was wrong, where, and what to do; [details] is for a log.
class SkinKitException implements Exception {
  const SkinKitException(this.status, this.reason, [this.details = '']);

  final Status status;
  final String reason;
  final String details;

  @override
  String toString() => 'SkinKitException(${status.name}): $reason';
}
