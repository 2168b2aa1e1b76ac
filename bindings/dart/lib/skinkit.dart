/// On-device skin analysis: a photo or camera frame in; probabilities, a lesion mask, a heatmap and an embedding out, an
/// encrypted history, and whether a later scan differs by more than re-taking the picture explains.
///
/// It records, measures and compares. It is not a medical device.
library;

export 'src/change.dart';
export 'src/error.dart' show SkinKitException, Status;
export 'src/frame.dart';
export 'src/history.dart';
export 'src/kit.dart';
export 'src/landmarks.dart';
export 'src/live.dart';
export 'src/photo.dart';
export 'src/results.dart';
