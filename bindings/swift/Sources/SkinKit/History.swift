import Foundation

extension History {
    /// Opens a history with its 32-byte key, or makes it. It needs neither a model pack nor an engine.
    ///
    /// - Throws: ``SkinKitError`` of the kinds `wrongKey`, `history`, `invalidArgument`; nothing is changed then.
    public static func open(at file: URL, key: Data) async throws -> History {
        try await Background.run { try History.open(path: file.path, keyBytes: key) }
    }

    /// Puts a backup in place of the history at `file`, after checking it whole. What is there has to have the same key; a
    /// damaged file is moved aside.
    @discardableResult
    public static func restore(_ backup: URL, to file: URL, key: Data) async throws -> Restored {
        try await Background.run { try restoreHistory(backup: backup.path, path: file.path, keyBytes: key) }
    }

    /// Everybody in the history, in the order they were first recorded.
    public func everybody() async throws -> [String] {
        try await Background.run { try self.subjects() }
    }

    /// Sites of a person, in the order they were first recorded.
    public func sites(of subject: String = "me") async throws -> [String] {
        try await Background.run { try self.sites(subject: subject) }
    }

    /// Names of the lesions told apart at a site, in the order they were first seen.
    public func lesions(at site: String, of subject: String = "me") async throws -> [String] {
        try await Background.run { try self.lesions(subject: subject, site: site) }
    }

    /// Scans of a site, oldest first.
    public func scans(at site: String, of subject: String = "me") async throws -> [StoredScan] {
        try await Background.run { try self.scans(subject: subject, site: site) }
    }

    /// One scan.
    public func scan(_ id: ScanId) async throws -> StoredScan {
        try await Background.run { try self.scan(id: id) }
    }

    /// Compares the two latest visits of the site's lesion that was scanned last; nil where there are fewer than two scans.
    public func compare(site: String, of subject: String = "me") async throws -> Change? {
        try await Background.run { try self.compare(subject: subject, site: site) }
    }

    /// Compares two scans, with the noise of the later one's person.
    public func compare(_ before: ScanId, with after: ScanId) async throws -> Change {
        try await Background.run { try self.compareScans(before: before, after: after) }
    }

    /// What a person's own repeat shots say about the noise of a comparison, as JSON.
    public func noise(of subject: String = "me") async throws -> String {
        try await Background.run { try self.noiseJson(subject: subject) }
    }

    /// Every measure of a lesion over time.
    public func trends(_ request: TrendRequest) async throws -> [MeasureTrend] {
        try await Background.run { try self.trends(request: request) }
    }

    /// One measure of a lesion over time; without points where it was never measured.
    public func trend(of measure: Measure, _ request: TrendRequest) async throws -> MeasureTrend {
        try await Background.run { try self.trend(request: request, measure: measure) }
    }

    /// Counts, dates, due and missed visits of every lesion, and if asked for its latest verdict.
    public func summary(_ request: SummaryRequest) async throws -> [SubjectSummary] {
        try await Background.run { try self.summary(request: request) }
    }

    /// Says which of a site's known lesions each scan of a visit shows. In the result an `earlier` id is a lesion's name and a
    /// `later` id a scan's number. Nothing is changed: ``apply(_:at:of:on:)`` does that.
    public func match(_ request: MatchRequest) async throws -> Matching {
        try await Background.run { try self.matchLesions(request: request) }
    }

    /// Puts scans to lesions as a matching says, and keeps why as evidence.
    @discardableResult
    public func apply(
        _ matching: Matching, at site: String, of subject: String = "me", on date: Date = Date()
    ) async throws -> [Assigned] {
        let at = milliseconds(date)
        return try await Background.run {
            try self.applyMatching(subject: subject, site: site, matching: matching, at: at)
        }
    }

    /// Puts one scan to a lesion of its site by a person's word (nil: to no lesion), and keeps the note as evidence.
    public func assign(_ scan: ScanId, to lesion: String?, note: String, on date: Date = Date()) async throws {
        let at = milliseconds(date)
        try await Background.run { try self.assign(scan: scan, lesion: lesion, note: note, at: at) }
    }

    /// Every assignment of a scan to a lesion after it was added, oldest first.
    public func assignments(of scan: ScanId) async throws -> [Assignment] {
        try await Background.run { try self.assignments(scan: scan) }
    }

    /// The scans of anybody that look most like this one, itself left out, most alike first.
    public func nearest(to scan: ScanId, most: UInt32 = 10) async throws -> [Similar] {
        try await Background.run { try self.nearest(scan: scan, most: most) }
    }

    /// Ranks a person's lesions by how little each is like that person's others, least alike first. A rank, not a verdict: in
    /// everyone some lesion comes first.
    public func unlikeTheOthers(of subject: String = "me") async throws -> [UnlikeRank] {
        try await Background.run { try self.unlikeTheOthers(subject: subject) }
    }

    /// The analyzed region of a scan as a PNG, its longer side `side` pixels (16 to 2048); nil where what was asked for was not
    /// kept.
    public func thumbnail(of scan: ScanId, _ view: ThumbnailView = .picture, side: UInt32 = 256) async throws -> Data? {
        try await Background.run { try self.thumbnail(scan: scan, view: view, side: side) }
    }

    /// Erases for good. What is not there erases nothing.
    @discardableResult
    public func erase(_ what: Erase) async throws -> Erased {
        try await Background.run { try self.erase(what: what) }
    }

    /// Writes an export, **in clear**, into a file that only its owner can read and that appears under its name only when it is
    /// whole; a file of that name is replaced. Gives the number of scans.
    @discardableResult
    public func export(
        to file: URL, as format: ExportFormat = .json, of subject: String? = nil, pictures: Bool = false
    ) async throws -> UInt64 {
        let request = ExportRequest(format: format, subject: subject, pictures: pictures)
        return try await Background.run { try self.exportFile(request: request, path: file.path) }
    }

    /// Adds the scans of a JSON export: all of them, or on an error none.
    @discardableResult
    public func `import`(from file: URL) async throws -> Imported {
        try await Background.run { try self.importFile(path: file.path) }
    }

    /// Writes a backup, sealed with the present key, while the history is in use; gives its size in bytes.
    @discardableResult
    public func backup(to file: URL) async throws -> UInt64 {
        try await Background.run { try self.backup(path: file.path) }
    }

    /// Reads everything and says what is damaged; changes nothing.
    public func checked() async throws -> Check {
        try await Background.run { try self.check() }
    }

    /// Changes the key: afterwards only the new one opens the history. Backups made before still need the old key.
    public func changeKey(to new: Data) async throws {
        try await Background.run { try self.rotateKey(newKey: new) }
    }
}

private func milliseconds(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded()) }

extension StoredScan {
    /// When the picture was taken.
    public var date: Date { Date(timeIntervalSince1970: Double(takenAt) / 1000) }
}
