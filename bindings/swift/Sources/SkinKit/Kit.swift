import Foundation

// The verbs of SkinKit as async functions. They run on threads of SkinKit's own; the same names with labels for every
// argument block the caller, for those who have a thread to spare.

extension SkinKit {
    /// Checks the pack, finds an engine, warms the model up and opens the history, if one is named.
    ///
    /// - Throws: ``SkinKitError`` of the kinds `pack`, `runtime`, `wrongKey`, `history`, `invalidArgument`.
    public static func open(_ options: Options) async throws -> SkinKit {
        try await Background.run { try SkinKit.open(options: options) }
    }

    /// Reads and decodes a JPEG or PNG file with no more pixels than analyzing or scanning this region of it needs: a large
    /// JPEG of which a close-up fills the middle in half the time of ``Photo/open(_:)`` and a small part of the memory.
    /// Its width and height, regions and results are in the file's pixels all the same. Use it for this region alone:
    /// where it came out smaller, anything else is `invalidArgument`.
    ///
    /// - Throws: ``SkinKitError`` of the kind `picture`: missing, damaged, too large, of another format; `closed`.
    public func openPhoto(_ file: URL, for region: Region = .lesion) async throws -> Photo {
        try await Background.run { try self.openPhoto(path: file.path, region: region) }
    }

    /// Decodes a JPEG or PNG held in memory for a region: see ``openPhoto(_:for:)``.
    public func decodePhoto(_ data: Data, for region: Region = .lesion) async throws -> Photo {
        try await Background.run { try self.decodePhoto(bytes: data, region: region) }
    }

    /// Judges, classifies and measures one picture; nothing is kept. Cancelling the task stops it within one run of a network.
    ///
    /// - Throws: ``SkinKitError`` of the kind `region` where the picture shows no face, or too small, cut off or outside;
    ///   `invalidArgument` for a photo that was opened for another region; `runtime`, `closed`; `CancellationError`.
    public func analyze(_ photo: Photo, _ options: AnalyzeOptions) async throws -> Analysis {
        try await Background.stoppable { try self.analyze(photo: photo, options: options, cancel: $0) }
    }

    /// Analyzes a part of a picture: see ``analyze(_:_:)``.
    public func analyze(_ photo: Photo, in region: Region = .lesion) async throws -> Analysis {
        try await analyze(photo, AnalyzeOptions(region: region))
    }

    /// Analyzes one picture and adds it to the history; returns when it is safely on the disk. A task that is cancelled
    /// adds nothing.
    ///
    /// - Throws: As ``analyze(_:_:)``, and `noHistory`, `history`, `busy`; then nothing was added.
    public func scan(_ photo: Photo, _ request: ScanRequest) async throws -> Scan {
        try await Background.stoppable { try self.scan(photo: photo, request: request, cancel: $0) }
    }

    /// Opens the photo of a scan as it was opened then, for the scan's region or whole, to replay it.
    public func reopenPhoto(of scan: ScanId, _ file: URL) async throws -> Photo {
        try await Background.run { try self.reopenPhoto(scan: scan, path: file.path) }
    }

    /// Runs a scan's picture again and compares every number with what was recorded; nothing is added. The photo is to be
    /// opened with ``reopenPhoto(of:_:)``.
    public func replay(_ scan: ScanId, _ photo: Photo, pictureSha256: String? = nil) async throws -> Replay {
        try await Background.run { try self.replay(scan: scan, photo: photo, pictureSha256: pictureSha256) }
    }

    /// Compares the two latest scans of a site; nil where there are fewer than two.
    public func compare(site: String, of subject: String = "me") async throws -> Change? {
        try await Background.run { try self.compare(subject: subject, site: site) }
    }

    /// Starts a live session: frames in, guidance for each and at last one analyzed capture out.
    public func live(_ options: LiveOptions) async throws -> Live {
        try await Background.run { try Live(self, options) }
    }

    /// Faces in the picture, by falling score.
    public func faces(in photo: Photo, _ detail: FaceDetail = .mesh) async throws -> [Face] {
        try await Background.run { try self.faces(photo: photo, detail: detail) }
    }

    /// Every part of the largest face.
    public func faceRegions(in photo: Photo) async throws -> [NamedRegion] {
        try await Background.run { try self.faceRegions(photo: photo) }
    }

    /// The skin of the largest face, and its share of every part.
    public func faceSkin(in photo: Photo) async throws -> FaceSkin {
        try await Background.run { try self.faceSkin(photo: photo) }
    }

    /// The skin of a person in a region of the picture, or in all of it.
    public func bodySkin(in photo: Photo, _ roi: Roi? = nil) async throws -> SkinMask {
        try await Background.run { try self.bodySkin(photo: photo, roi: roi) }
    }

    /// Hands, at most eight, by falling score.
    public func hands(in photo: Photo) async throws -> [Hand] {
        try await Background.run { try self.hands(photo: photo) }
    }

    /// The pose of the person with the highest score; nil where nobody is seen.
    public func pose(in photo: Photo) async throws -> Pose? {
        try await Background.run { try self.pose(photo: photo) }
    }

    /// How likely each part of the picture belongs to a person.
    public func person(in photo: Photo) async throws -> PersonMask {
        try await Background.run { try self.person(photo: photo) }
    }

    /// Marks a place that a user tapped: a token to be kept (as private as a photo) and found again. `side` is that of the
    /// square around it that matters, in pixels, at least 16; `site` a body site's code such as `left_forearm`.
    public func mark(_ point: Point, side: Float, on site: String? = nil, in photo: Photo) async throws -> String {
        try await Background.run { try self.mark(photo: photo, point: point, side: side, site: site) }
    }

    /// Looks for a marked place in a later picture, near a point if one is given.
    public func find(_ token: String, near: Point? = nil, in photo: Photo) async throws -> Relocation {
        try await Background.run { try self.find(photo: photo, token: token, near: near) }
    }

    /// The part of the body under a point; nil where there is none.
    public func site(at point: Point, in photo: Photo) async throws -> BodySite? {
        try await Background.run { try self.siteAt(photo: photo, point: point) }
    }

    /// Millimeters a pixel with their error; nil where the ruler cannot be read. Never a guess.
    public func scale(by ruler: Ruler, near: Roi? = nil, in photo: Photo) async throws -> Scale? {
        try await Background.run { try self.scale(photo: photo, ruler: ruler, near: near) }
    }

    /// Roughly how large a pixel is, from a hand or else a person; nil where neither is seen.
    public func scaleHint(in photo: Photo) async throws -> ScaleHint? {
        try await Background.run { try self.scaleHint(photo: photo) }
    }
}

extension ScanRequest {
    /// A scan of the lesion at a site of the user's own words, taken now.
    public init(_ site: String, of subject: String = "me", in region: Region = .lesion, takenAt: Date? = nil) {
        self.init(
            site: site,
            subject: subject,
            options: AnalyzeOptions(region: region),
            takenAt: takenAt.map { Int64(($0.timeIntervalSince1970 * 1000).rounded()) }
        )
    }
}
