package skinkit

/** What was wrong, where, and what to do: one English sentence or more, for people. Carries no pixels, keys or names. */
val SkinKitException.reason: String
    get() = both.first

/** The error as the library prints it: for a log, not stable, often empty. */
val SkinKitException.details: String
    get() = both.second

private val SkinKitException.both: Pair<String, String>
    get() = when (this) {
        is SkinKitException.InvalidArgument -> reason to details
        is SkinKitException.Picture -> reason to details
        is SkinKitException.Region -> reason to details
        is SkinKitException.Pack -> reason to details
        is SkinKitException.Runtime -> reason to details
        is SkinKitException.NoHistory -> reason to details
        is SkinKitException.WrongKey -> reason to details
        is SkinKitException.History -> reason to details
        is SkinKitException.Busy -> reason to details
        is SkinKitException.NotFound -> reason to details
        is SkinKitException.Unmeasurable -> reason to details
        is SkinKitException.Cancelled -> reason to details
        is SkinKitException.Closed -> reason to details
        is SkinKitException.Internal -> reason to details
    }
