package skinkit.sample

import skinkit.Change
import skinkit.Guidance
import skinkit.QualityIssue
import skinkit.Verdict

/** Guidance in the app's own words. */
fun words(guidance: Guidance): String = when (guidance) {
    is Guidance.ShowFace -> "Show your face"
    is Guidance.Hold -> "Hold still"
    is Guidance.Wait -> "One moment…"
    is Guidance.Done -> "Done"
    is Guidance.Improve -> when (guidance.v1) {
        QualityIssue.TOO_SMALL -> "Move closer"
        QualityIssue.CUT_OFF -> "Show all of it"
        QualityIssue.TURNED -> "Face the camera"
        QualityIssue.TOO_DARK -> "More light, please"
        QualityIssue.TOO_BRIGHT -> "Less light, please"
        QualityIssue.UNSTEADY, QualityIssue.MOVED -> "Hold still"
        QualityIssue.BLURRED -> "Let the camera focus"
        QualityIssue.GLARE -> "Tilt the camera: the light is mirrored"
        QualityIssue.COLOUR_CAST -> "Use daylight or white light"
    }
}

/** A comparison in the app's own words. */
fun verdict(change: Change?): String = when (val verdict = change?.verdict) {
    null -> "The first scan of this place."
    is Verdict.NoMeasurableChange -> "No measurable change since the last scan."
    is Verdict.Changed -> "Changed since the last scan: ${verdict.what.name.lowercase()}, ${verdict.direction.name.lowercase()}."
    is Verdict.CannotCompare -> "Cannot be compared with the last scan: ${verdict.why.name.lowercase().replace('_', ' ')}."
}
