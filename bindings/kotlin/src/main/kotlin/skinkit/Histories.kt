package skinkit

/**
 * Opens a history with its 32-byte key, or makes it if the file is not there. Needs neither a model pack nor an engine.
 *
 * @throws SkinKitException [ErrorKind.WRONG_KEY] the key does not open it
 * @throws SkinKitException [ErrorKind.HISTORY] no history, newer than this version, not writable
 * @throws SkinKitException [ErrorKind.INVALID_ARGUMENT] a key that is not 32 bytes
 */
suspend fun History.Companion.open(path: String, key: ByteArray): History =
    opened { key.borrowed { openBlocking(path, it) } }

/**
 * Opens a history that has to be there already.
 *
 * @throws SkinKitException as [open], and [ErrorKind.HISTORY] for a missing file
 */
suspend fun History.Companion.openExisting(path: String, key: ByteArray): History =
    opened { key.borrowed { openExistingBlocking(path, it) } }

/** Everybody in the history, in the order they were first recorded. */
suspend fun History.subjects(): List<String> = background { subjectsBlocking() }

/** Sites of a person, in the order they were first recorded. */
suspend fun History.sites(subject: String = "me"): List<String> = background { sitesBlocking(subject) }

/** Names of the lesions told apart at a site, in the order they were first seen. */
suspend fun History.lesions(site: String, subject: String = "me"): List<String> =
    background { lesionsBlocking(subject, site) }

/** Scans of a site, oldest first. */
suspend fun History.scans(site: String, subject: String = "me"): List<StoredScan> =
    background { scansBlocking(subject, site) }

/**
 * One scan.
 *
 * @throws SkinKitException [ErrorKind.NOT_FOUND] no scan of that number
 */
suspend fun History.scan(id: ScanId): StoredScan = background { scanBlocking(id) }

/** Compares the two latest visits of the site's lesion that was scanned last; null where there are fewer than two scans. */
suspend fun History.compare(site: String, subject: String = "me"): Change? =
    background { compareBlocking(subject, site) }

/** Compares two scans, with the noise of the later one's person. */
suspend fun History.compareScans(before: ScanId, after: ScanId): Change =
    background { compareScansBlocking(before, after) }

/** What a person's own repeat shots say about the noise of a comparison, as JSON. */
suspend fun History.noiseJson(subject: String = "me"): String = background { noiseJsonBlocking(subject) }

/** Every measure of a lesion over time. */
suspend fun History.trends(request: TrendRequest): List<MeasureTrend> = background { trendsBlocking(request) }

/** One measure of a lesion over time; without points where it was never measured. */
suspend fun History.trend(request: TrendRequest, measure: Measure): MeasureTrend =
    background { trendBlocking(request, measure) }

/** Counts, dates, due and missed visits of every lesion, and if asked for its latest verdict. */
suspend fun History.summary(request: SummaryRequest = SummaryRequest()): List<SubjectSummary> =
    background { summaryBlocking(request) }

/**
 * Says which of a site's known lesions each scan of a visit shows. In the result an `earlier` id is a lesion's name and a
 * `later` id a scan's number. Nothing is changed: [applyMatching] does that.
 *
 * @throws SkinKitException [ErrorKind.INVALID_ARGUMENT] an override of what is not there, a scan of another site
 */
suspend fun History.matchLesions(request: MatchRequest): Matching = background { matchLesionsBlocking(request) }

/** Puts scans to lesions as a matching says, and keeps why as evidence. */
suspend fun History.applyMatching(
    site: String,
    matching: Matching,
    subject: String = "me",
    at: Long = System.currentTimeMillis(),
): List<Assigned> = background { applyMatchingBlocking(subject, site, matching, at) }

/**
 * Puts one scan to a lesion of its site by a person's word, and keeps the note as evidence.
 *
 * @param lesion null puts it to none
 * @throws SkinKitException [ErrorKind.NOT_FOUND] no scan of that number
 */
suspend fun History.assign(scan: ScanId, lesion: String?, note: String, at: Long = System.currentTimeMillis()) =
    background { assignBlocking(scan, lesion, note, at) }

/** Every assignment of a scan to a lesion after it was added, oldest first. */
suspend fun History.assignments(scan: ScanId): List<Assignment> = background { assignmentsBlocking(scan) }

/**
 * The scans of anybody that look most like this one, itself left out, most alike first.
 *
 * @throws SkinKitException [ErrorKind.UNMEASURABLE] where the scan's pack makes no embedding
 */
suspend fun History.nearest(scan: ScanId, most: Int = 10): List<Similar> {
    require(most >= 0) { "the number of scans is not negative" }
    return background { nearestBlocking(scan, most.toUInt()) }
}

/**
 * Ranks a person's lesions by how little each is like that person's others, least alike first. A rank, not a verdict: in
 * everyone some lesion comes first.
 *
 * @throws SkinKitException [ErrorKind.UNMEASURABLE] with fewer than three lesions
 */
suspend fun History.unlikeTheOthers(subject: String = "me"): List<UnlikeRank> =
    background { unlikeTheOthersBlocking(subject) }

/**
 * The analyzed region of a scan as a PNG; null where what was asked for was not kept.
 *
 * @param side of the longer side in pixels, 16 to 2048
 */
suspend fun History.thumbnail(scan: ScanId, view: ThumbnailView = ThumbnailView.PICTURE, side: Int = 256): ByteArray? {
    require(side >= 0) { "a side is not negative" }
    return background { thumbnailBlocking(scan, view, side.toUInt()) }
}

/**
 * Writes an export, **in clear**, into a file that only its owner can read and that appears under its name only when it is
 * whole. A file of that name is replaced.
 *
 * @return the number of scans
 * @throws SkinKitException [ErrorKind.INVALID_ARGUMENT] a file that cannot be written or must not be replaced
 */
suspend fun History.exportFile(
    path: String,
    format: ExportFormat = ExportFormat.JSON,
    subject: String? = null,
    pictures: Boolean = false,
): Long = background { exportFileBlocking(ExportRequest(format, subject, pictures), path).toLong() }

/**
 * Adds the scans of a JSON export: all of them, or on an error none. Scans that are already there are left as they are.
 *
 * @throws SkinKitException [ErrorKind.INVALID_ARGUMENT] a file that cannot be read or is no export
 */
suspend fun History.importFile(path: String): Imported = background { importFileBlocking(path) }

/**
 * Erases for good. What is not there erases nothing.
 *
 * @throws SkinKitException [ErrorKind.NOT_FOUND] no scan of that number
 */
suspend fun History.erase(what: Erase): Erased = background { eraseBlocking(what) }

/**
 * Writes a backup, sealed with the present key, while the history is in use; gives its size in bytes.
 *
 * @throws SkinKitException [ErrorKind.HISTORY] where the file is there already or cannot be written
 */
suspend fun History.backup(path: String): Long = background { backupBlocking(path).toLong() }

/** Reads everything and says what is damaged; changes nothing. */
suspend fun History.check(): Check = background { checkBlocking() }

/**
 * Changes the key: afterwards only the new one opens the history. Backups made before still need the old key.
 *
 * @throws SkinKitException [ErrorKind.INVALID_ARGUMENT] a key that is not 32 bytes
 */
suspend fun History.rotateKey(newKey: ByteArray) = background { newKey.borrowed { rotateKeyBlocking(it) } }

/**
 * Puts a backup in place of the history at [path], after checking it whole. What is there has to have the same key; a
 * damaged file is moved aside.
 *
 * @throws SkinKitException [ErrorKind.WRONG_KEY], [ErrorKind.HISTORY]; nothing is replaced then
 */
suspend fun History.Companion.restore(backup: String, path: String, key: ByteArray): Restored =
    background { key.borrowed { restoreHistoryBlocking(backup, path, it) } }
