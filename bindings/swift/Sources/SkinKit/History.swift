import Foundation

extension History {
    /// Opens a history with its 32-byte key, or makes it. It needs neither a model pack nor an engine.
    ///
    /// - Throws: ``SkinKitError`` of the kinds `wrongKey`, `history`, `invalidArgument`; nothing is changed then.
    public static func open(at file: URL, key: Data) async throws -> History {
        try await Background.run { try History.open(path: file.path, keyBytes: key) }
    }

    /// Sites of a person, in the order they were first recorded.
    public func sites(of subject: String = "me") async throws -> [String] {
        try await Background.run { try self.sites(subject: subject) }
    }

    /// Scans of a site, oldest first.
    public func scans(at site: String, of subject: String = "me") async throws -> [StoredScan] {
        try await Background.run { try self.scans(subject: subject, site: site) }
    }

    /// Compares the two latest scans of a site; nil where there are fewer than two.
    public func compare(site: String, of subject: String = "me") async throws -> Change? {
        try await Background.run { try self.compare(subject: subject, site: site) }
    }

    /// Erases one scan for good.
    @discardableResult
    public func erase(scan id: Int64) async throws -> Erased {
        try await Background.run { try self.eraseScan(id: id) }
    }

    /// Erases a site with all its scans; 0 scans where there is no such site.
    @discardableResult
    public func erase(site: String, of subject: String = "me") async throws -> Erased {
        try await Background.run { try self.eraseSite(subject: subject, site: site) }
    }

    /// Erases a person: destroys the data key and all that it sealed.
    @discardableResult
    public func erase(subject: String) async throws -> Erased {
        try await Background.run { try self.eraseSubject(subject: subject) }
    }

    /// Erases everything; an empty history remains that the same key opens.
    @discardableResult
    public func eraseAll() async throws -> Erased {
        try await Background.run { try self.eraseEverything() }
    }

    /// Writes the history to a new JSON file, readable by anyone; gives the number of scans.
    @discardableResult
    public func export(to file: URL, of subject: String? = nil, pictures: Bool = false) async throws -> UInt64 {
        try await Background.run { try self.exportJson(path: file.path, subject: subject, pictures: pictures) }
    }
}

extension StoredScan {
    /// When the picture was taken.
    public var date: Date { Date(timeIntervalSince1970: Double(takenAt) / 1000) }
}
