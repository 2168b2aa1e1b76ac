package skinkit

import java.nio.ByteBuffer

/**
 * Checks the pack, finds an engine, warms the lesion model up, and opens the history if one is configured.
 *
 * Close the object when done (`use`); calls under way then finish first, later ones end with [ErrorKind.CLOSED].
 *
 * @throws SkinKitException [ErrorKind.PACK] the model pack is refused
 * @throws SkinKitException [ErrorKind.RUNTIME] no engine
 * @throws SkinKitException [ErrorKind.WRONG_KEY] the key does not open the history
 * @throws SkinKitException [ErrorKind.HISTORY] the history's file is damaged, newer, or not writable
 * @throws SkinKitException [ErrorKind.INVALID_ARGUMENT] a history without a key, or a key that is not 32 bytes
 */
suspend fun SkinKit.Companion.open(options: Options): SkinKit = opened { openBlocking(options) }

/**
 * Reads and decodes a JPEG or PNG file with no more pixels than analyzing or scanning this region of it needs: a large JPEG
 * of which a close-up fills the middle in half the time of [Photo.Companion.open] and a small part of the memory. Its
 * width and height, regions and results are in the file's pixels all the same. Use it for this region alone:
 * where it came out smaller, anything else is [ErrorKind.INVALID_ARGUMENT].
 *
 * @throws SkinKitException [ErrorKind.PICTURE] missing, too large, damaged, or of another format
 */
suspend fun SkinKit.openPhoto(path: String, region: Region = Region.Lesion): Photo =
    opened { openPhotoBlocking(path, region) }

/**
 * Decodes a JPEG or PNG held in memory, from the buffer's position to its limit, for a region: see [openPhoto].
 *
 * @throws SkinKitException [ErrorKind.PICTURE] as [openPhoto]
 */
suspend fun SkinKit.decodePhoto(bytes: ByteBuffer, region: Region = Region.Lesion): Photo =
    opened { decodePhotoBlocking(bytes.asDirect(), region) }

/** Decodes a JPEG or PNG held in memory for a region: see [openPhoto]. */
suspend fun SkinKit.decodePhoto(bytes: ByteArray, region: Region = Region.Lesion): Photo =
    decodePhoto(ByteBuffer.wrap(bytes), region)

/**
 * Judges, classifies and measures one picture; nothing is kept. Takes 10 to 100 ms; cancelling the coroutine stops it
 * within one run of a network.
 *
 * @throws SkinKitException [ErrorKind.REGION] where it shows no face, or too small, cut off or outside
 * @throws SkinKitException [ErrorKind.INVALID_ARGUMENT] the photo was opened for another region
 * @throws SkinKitException [ErrorKind.RUNTIME] the engine failed
 * @throws SkinKitException [ErrorKind.CLOSED] this object or the photo is closed
 */
suspend fun SkinKit.analyze(photo: Photo, options: AnalyzeOptions): Analysis =
    stoppable { analyzeBlocking(photo, options, it) }

/** Analyzes a part of a picture: see the other `analyze`. */
suspend fun SkinKit.analyze(photo: Photo, region: Region = Region.Lesion): Analysis =
    analyze(photo, AnalyzeOptions(region = region))

/**
 * Copies a camera frame before it suspends for the analysis, so that the camera may have its buffer back then: see the
 * other `analyze`.
 */
suspend fun SkinKit.analyze(frame: Frame, region: Region = Region.Lesion): Analysis =
    Photo.of(frame).use { analyze(it, region) }

/**
 * Analyzes one picture and adds it to the history; returns when it is safely on the disk. A coroutine that is cancelled
 * before that keeps nothing; one that is cancelled later has kept the scan.
 *
 * @throws SkinKitException as [analyze], and [ErrorKind.NO_HISTORY], [ErrorKind.HISTORY], [ErrorKind.BUSY]; then nothing
 * was added
 */
suspend fun SkinKit.scan(photo: Photo, request: ScanRequest): Scan = stoppable { scanBlocking(photo, request, it) }

/** Analyzes a picture and keeps it under the name of a place on the body, in the user's words: see the other `scan`. */
suspend fun SkinKit.scan(photo: Photo, site: String, subject: String = "me", region: Region = Region.Lesion): Scan =
    scan(photo, ScanRequest(site = site, subject = subject, options = AnalyzeOptions(region = region)))

/**
 * Opens the photo of a scan as it was opened then, for the scan's region or whole, to [replay] it.
 *
 * @throws SkinKitException [ErrorKind.NOT_FOUND] no scan of that number
 */
suspend fun SkinKit.reopenPhoto(scan: ScanId, path: String): Photo = opened { reopenPhotoBlocking(scan, path) }

/**
 * Runs a scan's picture again and compares every number with what was recorded; nothing is added.
 *
 * @param photo from [reopenPhoto]
 * @param pictureSha256 of the picture's file in hexadecimal, as in [ScanRequest]
 */
suspend fun SkinKit.replay(scan: ScanId, photo: Photo, pictureSha256: String? = null): Replay =
    background { replayBlocking(scan, photo, pictureSha256) }

/**
 * Compares the two latest scans of a site; null where there are fewer than two.
 *
 * @throws SkinKitException [ErrorKind.NO_HISTORY] opened without one
 */
suspend fun SkinKit.compare(site: String, subject: String = "me"): Change? =
    background { compareBlocking(subject, site) }

/** Faces in the picture, by falling score. */
suspend fun SkinKit.faces(photo: Photo, detail: FaceDetail = FaceDetail.MESH): List<Face> =
    background { facesBlocking(photo, detail) }

/**
 * Every part of the largest face.
 *
 * @throws SkinKitException [ErrorKind.REGION] where there is no face, or it is too small or cut off
 */
suspend fun SkinKit.faceRegions(photo: Photo): List<NamedRegion> = background { faceRegionsBlocking(photo) }

/**
 * The skin of the largest face, and its share of every part.
 *
 * @throws SkinKitException [ErrorKind.REGION] as [faceRegions], and where too little skin can be seen
 */
suspend fun SkinKit.faceSkin(photo: Photo): FaceSkin = background { faceSkinBlocking(photo) }

/**
 * The skin of a person in a region of the picture, or in all of it.
 *
 * @throws SkinKitException [ErrorKind.REGION] where no person or no skin can be seen, or the region lies outside
 */
suspend fun SkinKit.bodySkin(photo: Photo, roi: Roi? = null): SkinMask = background { bodySkinBlocking(photo, roi) }

/**
 * Hands, at most eight, by falling score.
 *
 * @throws SkinKitException [ErrorKind.RUNTIME] also where [Options.networks] lacks the networks for it
 */
suspend fun SkinKit.hands(photo: Photo): List<Hand> = background { handsBlocking(photo) }

/**
 * The pose of the person with the highest score; null where nobody is seen.
 *
 * @throws SkinKitException [ErrorKind.RUNTIME] also where [Options.networks] lacks the network for it
 */
suspend fun SkinKit.pose(photo: Photo): Pose? = background { poseBlocking(photo) }

/** How likely each part of the picture belongs to a person. */
suspend fun SkinKit.person(photo: Photo): PersonMask = background { personBlocking(photo) }

/**
 * Marks a place that a user tapped: a token (one line of JSON) to be kept and found again. A body's token holds a small
 * gray picture of the skin: keep it as private as a photo.
 *
 * @param point in pixels of the upright picture
 * @param side of the square around it that matters, in pixels, at least 16
 * @param site a body site's code if the user said it
 * @throws SkinKitException [ErrorKind.INVALID_ARGUMENT] for a point outside, a square too small or too large, an unknown site
 */
suspend fun SkinKit.mark(photo: Photo, point: Point, side: Float, site: String? = null): String =
    background { markBlocking(photo, point, side, site) }

/**
 * Looks for a marked place in a later picture, near a point if one is given.
 *
 * @throws SkinKitException [ErrorKind.INVALID_ARGUMENT] where [token] is none, or [near] lies outside the picture
 */
suspend fun SkinKit.find(photo: Photo, token: String, near: Point? = null): Relocation =
    background { findBlocking(photo, token, near) }

/** The part of the body under a point; null where there is none. */
suspend fun SkinKit.siteAt(photo: Photo, point: Point): BodySite? = background { siteAtBlocking(photo, point) }

/**
 * Millimeters a pixel with their error; null where the ruler is not in the picture or cannot be read. Never a guess.
 *
 * @param near the square that holds the coin or card
 */
suspend fun SkinKit.scale(photo: Photo, ruler: Ruler, near: Roi? = null): Scale? =
    background { scaleBlocking(photo, ruler, near) }

/** Roughly how large a pixel is, from a hand or else a person; null where neither is seen. Not a measurement. */
suspend fun SkinKit.scaleHint(photo: Photo): ScaleHint? = background { scaleHintBlocking(photo) }
