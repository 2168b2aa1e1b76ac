import 'package:skinkit/skinkit.dart';

// SkinKit gives names, the app gives words: here English, elsewhere a table of translations. None of them is a diagnosis.

String guidanceWords(LiveUpdate update) => switch (update.guidance) {
      'show_face' => 'Bring your face into the picture',
      'improve' => issueWords(update.issue ?? ''),
      'hold' => 'Hold still',
      'wait' => 'One moment',
      _ => 'Done',
    };

String issueWords(String issue) => switch (issue) {
      'too_small' => 'Move closer',
      'cut_off' => 'Bring all of it into the picture',
      'turned' => 'Look at the camera',
      'too_dark' => 'More light',
      'too_bright' => 'Less light',
      'unsteady' || 'moved' => 'Hold still',
      'blurred' => 'Let the camera focus',
      'glare' => 'Tilt a little: the light is mirrored',
      'colour_cast' => 'Use daylight or white light',
      _ => 'Try again',
    };

String changeWords(Change change) => switch (change.verdict) {
      'no_measurable_change' => 'No measurable change since last time',
      'changed' => 'Changed: ${change.changed?.$1}, ${change.changed?.$2}. If it worries you, see a doctor',
      _ => 'Cannot be compared: ${change.why}',
    };
