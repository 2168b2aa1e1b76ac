import Foundation
import SkinKit

/// What the app does, without its looks: one SkinKit, one history, one person.
final class Diary: Sendable {
    private let kit: SkinKit
    private let history: History

    /// Opens the pack and the history in a folder of the app's own.
    init(pack: URL, folder: URL, key: Data) async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("scans.skinkit")
        kit = try await SkinKit.open(Options(pack: pack.path, history: file.path, key: key))
        history = try kit.history()
    }

    /// What the pack says of itself: shown before the first scan.
    func about() throws -> Pack { try kit.pack() }

    /// A camera session whose capture is kept at a site.
    func live(at site: String) async throws -> Live {
        try await kit.live(LiveOptions(region: .lesion, keep: ScanRequest(site)))
    }

    /// Every site with its scans, oldest first.
    func sites() async throws -> [SiteRecord] {
        var records: [SiteRecord] = []
        for name in try await history.sites() {
            records.append(
                SiteRecord(
                    name: name, scans: try await history.scans(at: name), change: try await history.compare(site: name)))
        }
        return records
    }

    /// Deletes one scan for good.
    func delete(_ scan: StoredScan) async throws { try await history.erase(.scan(scan: scan.id)) }

    /// Deletes everything for good.
    func deleteAll() async throws { try await history.erase(.everything) }

    /// Writes everything to a file that the person can take along.
    func export(to folder: URL) async throws -> URL {
        let file = folder.appendingPathComponent("skin-diary-\(UUID().uuidString).json")
        try await history.export(to: file, pictures: true)
        return file
    }
}

/// One place on the body.
struct SiteRecord: Identifiable, Sendable {
    let name: String
    let scans: [StoredScan]
    let change: Change?

    var id: String { name }

    /// The greatest diameter over time, and its unit; scans where no spot stood out have none.
    var trend: [TrendPoint] {
        scans.compactMap { scan in
            guard let measures = scan.details?.measures,
                let value = measures.values.first(where: { $0.measure == .greatestDiameter })
            else { return nil }
            let unit = measures.unit == .millimetre ? "mm" : "px"
            return TrendPoint(id: scan.id, date: scan.date, value: value.value, low: value.low, high: value.high, unit: unit)
        }
    }
}

/// A measured value of one scan with the interval of a re-shot.
struct TrendPoint: Identifiable, Sendable {
    let id: Int64
    let date: Date
    let (value, low, high): (Double, Double, Double)
    let unit: String

    init(id: Int64, date: Date, value: Double, low: Double, high: Double, unit: String) {
        self.id = id
        self.date = date
        (self.value, self.low, self.high) = (value, low, high)
        self.unit = unit
    }
}
