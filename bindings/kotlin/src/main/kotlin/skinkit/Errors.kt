package skinkit

/** The one case of [SkinKitException]. */
private val SkinKitException.failed: SkinKitException.Failed
    get() = when (this) {
        is SkinKitException.Failed -> this
    }

/** What kind of failure it is: kinds are stable, and an app may act on them. */
val SkinKitException.kind: ErrorKind
    get() = failed.kind

/** What was wrong, where, and what to do: one English sentence or more, for people. Carries no pixels, keys or names. */
val SkinKitException.reason: String
    get() = failed.reason

/** The error as the library prints it: for a log, not stable, often empty. */
val SkinKitException.details: String
    get() = failed.details
