package skinkit

/**
 * Opens a history with its 32-byte key, or makes it if the file is not there. Needs neither a model pack nor an engine.
 *
 * @throws SkinKitException.WrongKey the key does not open it
 * @throws SkinKitException.History no history, newer than this version, not writable
 * @throws SkinKitException.InvalidArgument a key that is not 32 bytes
 */
suspend fun History.Companion.open(path: String, key: ByteArray): History =
    background { key.borrowed { openBlocking(path, it) } }

/**
 * Opens a history that has to be there already.
 *
 * @throws SkinKitException as [open], and [SkinKitException.History] for a missing file
 */
suspend fun History.Companion.openExisting(path: String, key: ByteArray): History =
    background { key.borrowed { openExistingBlocking(path, it) } }

/** Sites of a person, in the order they were first recorded. */
suspend fun History.sites(subject: String = "me"): List<String> = background { sitesBlocking(subject) }

/** Scans of a site, oldest first. */
suspend fun History.scans(site: String, subject: String = "me"): List<StoredScan> =
    background { scansBlocking(subject, site) }

/** Compares the two latest scans of a site; null where there are fewer than two. */
suspend fun History.compare(site: String, subject: String = "me"): Change? =
    background { compareBlocking(subject, site) }

/**
 * Erases one scan for good.
 *
 * @throws SkinKitException.NotFound no scan of that number
 */
suspend fun History.eraseScan(id: Long): Erased = background { eraseScanBlocking(id) }

/** Erases a site with all its scans; 0 scans where there is no such site. */
suspend fun History.eraseSite(site: String, subject: String = "me"): Erased =
    background { eraseSiteBlocking(subject, site) }

/** Erases a person: destroys the data key and all that it sealed. */
suspend fun History.eraseSubject(subject: String = "me"): Erased = background { eraseSubjectBlocking(subject) }

/** Erases everything; an empty history remains that the same key opens. */
suspend fun History.eraseEverything(): Erased = background { eraseEverythingBlocking() }

/**
 * Writes the history to a new JSON file, readable by anyone: what happens to it is the person's choice.
 *
 * @param subject limits it to one person
 * @param pictures takes the kept pictures along
 * @return the number of scans
 * @throws SkinKitException.InvalidArgument where the file is there already or cannot be made
 */
suspend fun History.exportJson(path: String, subject: String? = null, pictures: Boolean = false): Long =
    background { exportJsonBlocking(path, subject, pictures).toLong() }
