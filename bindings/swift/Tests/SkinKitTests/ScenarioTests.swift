import Foundation
import XCTest

import SkinKit

/// The steps of bindings/scenario/README.md: the same in every language, with the same results.
final class ScenarioTests: XCTestCase {
    private struct Scenario: Decodable {
        struct Scan: Decodable {
            let photo: String
            let taken_at: Int64
        }
        struct Face: Decodable {
            let photo: String
            let region: String
        }
        let tolerance: Double
        let pack: String
        let subject: String
        let site: String
        let scans: [Scan]
        let face: Face
        let large: Face
    }

    private var found: [String: Any] = [:]

    func testScenario() async throws {
        let place = Fixtures.root.appendingPathComponent("bindings/scenario")
        let inputs = place.appendingPathComponent("scenario.json")
        let scenario = try JSONDecoder().decode(
            Scenario.self, from: Data(contentsOf: inputs))
        try await run(scenario)
        let expected = try XCTUnwrap(
            JSONSerialization.jsonObject(with: Data(contentsOf: place.appendingPathComponent("expected.json"))) as? [String: Any])
        XCTAssertEqual(Set(found.keys), Set(expected.keys))
        for (name, value) in expected {
            guard let mine = found[name] else { continue }
            if let text = value as? String {
                XCTAssertEqual(mine as? String, text, name)
            } else if let flag = mine as? Bool {
                XCTAssertEqual(value as? Bool, flag, name)
            } else if let number = (value as? NSNumber)?.doubleValue, let other = mine as? Double {
                XCTAssertEqual(other, number, accuracy: scenario.tolerance * max(1, abs(number)), name)
            } else {
                XCTFail("\(name): \(mine) is not of the kind of \(value)")
            }
        }
    }

    private func run(_ scenario: Scenario) async throws {
        let file = try Fixtures.folder(self).appendingPathComponent("scans.skinkit")
        let key = try generateKey()
        let pack = Fixtures.root.appendingPathComponent(scenario.pack).path
        func photo(_ path: String) async throws -> Photo { try await Photo.open(Fixtures.root.appendingPathComponent(path)) }

        let kit = try await SkinKit.open(Options(pack: pack, history: file.path, key: key, engine: .embedded))
        found["pack.id"] = try kit.pack().id
        found["pack.labels"] = Double(try kit.pack().labels.count)
        let first = try await photo(scenario.scans[0].photo)
        let analysis = try await kit.analyze(first)
        keep(analysis)

        XCTAssertEqual(scenario.face.region, "left_cheek")
        let face = try await kit.analyze(photo(scenario.face.photo), in: .face(.leftCheek))
        found["face.roi.width"] = Double(face.roi.width)
        found["face.mesh"] = mean(face.face?.mesh.points)
        found["face.accepted"] = face.quality.accepted

        XCTAssertEqual(scenario.large.region, "lesion")
        let large = try await kit.openPhoto(Fixtures.root.appendingPathComponent(scenario.large.photo))
        keep(try await kit.analyze(large), of: large)

        for (index, scan) in scenario.scans.enumerated() {
            let request = ScanRequest(
                site: scenario.site, subject: scenario.subject, options: AnalyzeOptions(region: .lesion), takenAt: scan.taken_at)
            let made = try await kit.scan(photo(scan.photo), request)
            keep(made.analysis.finding.probabilities, as: "scan.\(index + 1)")
        }
        let between = try await kit.compare(site: scenario.site, of: scenario.subject)
        let change = try XCTUnwrap(between)
        switch change.verdict {
        case .noMeasurableChange: found["compare.verdict"] = "no_measurable_change"
        case .changed: found["compare.verdict"] = "changed"
        case .cannotCompare: found["compare.verdict"] = "cannot_compare"
        }
        found["compare.similarity"] = change.similarity.map { Double($0) }
        found["compare.basis"] = "\(change.basis)"
        found["compare.measures"] = Double(change.measures.count)
        found["compare.unit"] = "\(change.unit)"

        let history = try kit.history()
        let scans = try await history.scans(at: scenario.site, of: scenario.subject)
        found["history.sites"] = try await history.sites(of: scenario.subject).joined(separator: ",")
        found["history.taken_at"] = scans.map { String($0.takenAt) }.joined(separator: ",")
        try await history.erase(.scan(scan: scans[0].id))
        found["erase.left"] = Double(try await history.scans(at: scenario.site, of: scenario.subject).count)
        found["erase.everything"] = Double(try await history.erase(.everything).scans)
        found["erase.sites"] = Double(try await history.sites(of: scenario.subject).count)

        await misuse("error.pack") { try await SkinKit.open(Options(pack: "nowhere")) }
        await misuse("error.photo") { try await Photo.open(URL(fileURLWithPath: "/nowhere.jpg")) }
        await misuse("error.photo_for") { try await kit.openPhoto(URL(fileURLWithPath: "/nowhere.jpg")) }
        await misuse("error.other_region") { try await kit.analyze(large, in: .face(.leftCheek)) }
        await misuse("error.key") { try await History.open(at: file, key: try generateKey()) }
        await misuse("error.key_length") { try await History.open(at: file, key: key.dropLast()) }
        await misuse("error.region") { try await kit.analyze(first, in: .face(.nose)) }
        await misuse("error.scan") { try await history.erase(.scan(scan: 999)) }
        let cancel = Cancel()
        cancel.cancel()
        await misuse("error.cancelled") { try kit.analyze(photo: first, options: AnalyzeOptions(region: .lesion), cancel: cancel) }
        let plain = try await SkinKit.open(Options(pack: pack, engine: .embedded))
        await misuse("error.no_history") { try await plain.scan(first, ScanRequest(scenario.site)) }
        kit.shut()
        await misuse("error.closed") { try await kit.analyze(first) }
    }

    private func keep(_ analysis: Analysis) {
        found["analyse.accepted"] = analysis.quality.accepted
        found["analyse.sharpness"] = Double(analysis.quality.sharpness)
        found["analyse.roi.width"] = Double(analysis.roi.width)
        keep(analysis.finding.probabilities, as: "analyse")
        found["pack.rarest"] = analysis.finding.probabilities.compactMap(\.frequency).min().map { Double($0) }
        found["analyse.set"] = analysis.finding.predictionSet.joined(separator: " ")
        for estimate in analysis.measures?.values ?? [] {
            found["analyse.measure.\(snake("\(estimate.measure)"))"] = estimate.value
        }
        found["analyse.unit"] = analysis.measures.map { snake("\($0.unit)") }
        let border = analysis.measures?.border.flatMap { [Double($0.x), Double($0.y)] } ?? []
        found["analyse.border"] = border.reduce(0, +) / Double(border.count)
        found["analyse.embedding"] = mean(analysis.finding.embedding)
        found["analyse.mask"] = mean(analysis.finding.mask?.values)
        found["analyse.heatmap"] = mean(analysis.finding.heatmap?.values)
    }

    private func keep(_ analysis: Analysis, of large: Photo) {
        keep(analysis.finding.probabilities, as: "large")
        found["large.width"] = Double(large.width())
        found["large.height"] = Double(large.height())
        found["large.roi.width"] = Double(analysis.roi.width)
        found["large.accepted"] = analysis.quality.accepted
        found["large.measure.area"] = analysis.measures?.values.first { $0.measure == .area }?.value
    }

    private func keep(_ probabilities: [LabelProbability], as name: String) {
        for label in probabilities { found["\(name).p.\(label.label)"] = Double(label.p) }
    }

    private func misuse<T>(_ name: String, _ call: () async throws -> T) async {
        found[name] = await kind(of: call).map { snake("\($0)") }
    }

    private func mean(_ bytes: Data?) -> Double? {
        guard let numbers = bytes?.floats, !numbers.isEmpty else { return nil }
        return numbers.reduce(0.0) { $0 + Double($1) } / Double(numbers.count)
    }

    private func snake(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
    }
}
