import Foundation
import XCTest

import SkinKit

final class KitTests: XCTestCase {
    func testScanStoreCompareExportErase() async throws {
        let folder = try Fixtures.folder(self)
        let key = try generateKey()
        let file = folder.appendingPathComponent("scans.skinkit")
        let kit = try await SkinKit.open(Options(pack: Fixtures.pack, history: file.path, key: key, keepPictures: true))
        let labels = try kit.pack().labels
        var findings: [Finding] = []
        for (index, name) in ["lesion-first.jpg", "lesion-second.jpg"].enumerated() {
            let photo = try await Photo.open(Fixtures.photoFile(name))
            let taken = Date(timeIntervalSince1970: Double(index + 1))
            let scan = try await kit.scan(photo, ScanRequest("left forearm", takenAt: taken))
            let finding = scan.analysis.finding
            findings.append(finding)
            XCTAssertEqual(finding.probabilities.map(\.label), labels.map(\.id))
            XCTAssertEqual(finding.probabilities.map(\.p).reduce(0, +), 1, accuracy: 1e-4)
            // Results are Codable both ways.
            let json = try JSONEncoder().encode(scan.analysis)
            XCTAssertEqual(try JSONDecoder().decode(Analysis.self, from: json), scan.analysis)
        }
        let between = try await kit.compare(site: "left forearm")
        let change = try XCTUnwrap(between)
        XCTAssertEqual(change.verdict, .noMeasurableChange)
        let similarity = try XCTUnwrap(findings[0].similarity(to: findings[1]))
        XCTAssertEqual(similarity, try XCTUnwrap(change.similarity), accuracy: 1e-4)

        let history = try kit.history()
        kit.shut()
        let scans = try await history.scans(at: "left forearm")
        XCTAssertEqual(scans.map(\.takenAt), [1000, 2000])
        XCTAssertEqual(scans[0].date, Date(timeIntervalSince1970: 1))
        let sites = try await history.sites()
        XCTAssertEqual(sites, ["left forearm"])
        let export = folder.appendingPathComponent("export.json")
        let exported = try await history.export(to: export)
        XCTAssertEqual(exported, 2)
        XCTAssertNotNil(try JSONSerialization.jsonObject(with: Data(contentsOf: export)) as? [String: Any])
        let one = try await history.erase(.scan(scan: scans[0].id))
        XCTAssertEqual(one.scans, 1)
        let site = try await history.erase(.site(subject: "me", site: "left forearm"))
        XCTAssertEqual(site.scans, 1)
        let person = await kind { try await history.erase(.subject(subject: "me")) }
        XCTAssertEqual(person, .notFound)
        let all = try await history.erase(.everything)
        XCTAssertEqual(all.scans, 0)
        let left = try await history.sites()
        XCTAssertEqual(left, [])
    }

    func testPhotosOpenedForARegionAreSpokenOfAsTheFile() async throws {
        let folder = try Fixtures.folder(self)
        let history = folder.appendingPathComponent("a.skinkit").path
        let kit = try await SkinKit.open(Options(pack: Fixtures.pack, history: history, key: try generateKey()))
        let file = Fixtures.root.appendingPathComponent("bindings/scenario/large.jpg")
        let data = try Data(contentsOf: file)
        let whole = try await kit.analyze(Photo.open(file))
        let square = Region.square(centre: Point(x: 600, y: 600), size: 400)
        for photo in [try await kit.openPhoto(file), try await kit.decodePhoto(data, for: .lesion)] {
            XCTAssertEqual([photo.width(), photo.height()], [1283, 1601])
            let small = try await kit.analyze(photo)
            XCTAssertEqual(small.roi, whole.roi)
            XCTAssertNotEqual(small.quality.sharpness, whole.quality.sharpness)
            for (a, b) in zip(small.finding.probabilities, whole.finding.probabilities) {
                XCTAssertEqual(a.p, b.p, accuracy: 0.05)
            }
            let scan = try await kit.scan(photo, ScanRequest("left forearm"))
            XCTAssertEqual(scan.analysis.roi, whole.roi)
            var found = await kind { try await kit.analyze(photo, in: square) }
            XCTAssertEqual(found, .invalidArgument)
            found = await kind { try await kit.faces(in: photo) }
            XCTAssertEqual(found, .invalidArgument)
        }
        let other = try await kit.analyze(kit.openPhoto(file, for: square), in: square)
        XCTAssertEqual(other.roi.width, 400)
        let outside = Region.square(centre: Point(x: 9000, y: 600), size: 400)
        var found = await kind { try await kit.analyze(kit.openPhoto(file, for: outside), in: outside) }
        XCTAssertEqual(found, .region)
        found = await kind { try await kit.openPhoto(URL(fileURLWithPath: "/nowhere.jpg")) }
        XCTAssertEqual(found, .picture)
        found = await kind { try await kit.decodePhoto(Data()) }
        XCTAssertEqual(found, .picture)
        found = await kind { try await kit.decodePhoto(data.prefix(5_000)) }
        XCTAssertEqual(found, .picture)
        kit.shut()
        found = await kind { try await kit.openPhoto(file) }
        XCTAssertEqual(found, .closed)
        found = await kind { try await kit.decodePhoto(data) }
        XCTAssertEqual(found, .closed)
    }

    func testALesionOverTimeInMillimeters() async throws {
        let folder = try Fixtures.folder(self)
        let file = folder.appendingPathComponent("scans.skinkit")
        let key = try generateKey()
        let options = Options(pack: Fixtures.pack, history: file.path, key: key, keepPictures: true)
        let kit = try await SkinKit.open(options)
        let scale = Scale(mmPerPixel: 0.05, error: 0.001, source: .coin)
        var ids: [ScanId] = []
        for (index, name) in ["lesion-first.jpg", "lesion-second.jpg"].enumerated() {
            let request = ScanRequest(
                site: "left forearm", lesion: "mole", position: Point(x: 1, y: 2),
                options: AnalyzeOptions(region: .lesion, scale: scale), takenAt: Int64(1_000 + index))
            ids.append(try await kit.scan(Photo.open(Fixtures.photoFile(name)), request).id)
        }
        let again = try await kit.reopenPhoto(of: ids[0], Fixtures.photoFile("lesion-first.jpg"))
        let replay = try await kit.replay(ids[0], again)
        XCTAssertTrue(replay.reproduced)
        let history = try kit.history()
        let everybody = try await history.everybody()
        XCTAssertEqual(everybody, ["me"])
        let lesions = try await history.lesions(at: "left forearm")
        XCTAssertEqual(lesions, ["mole"])
        let kept = try await history.scan(ids[0])
        XCTAssertEqual(kept.details?.position, Point(x: 1, y: 2))
        XCTAssertEqual(kept.details?.measures?.unit, .millimetre)
        let change = try await history.compare(ids[0], with: ids[1])
        XCTAssertEqual(change.unit, .millimetre)
        let request = TrendRequest(subject: "me", site: "left forearm", lesion: "mole", visitDays: nil)
        let area = try await history.trend(of: .area, request)
        XCTAssertEqual(area.points.count, 2)
        let trends = try await history.trends(request)
        XCTAssertTrue(trends.contains(area))
        let summary = try await history.summary(SummaryRequest(subject: nil, visitDays: nil, verdicts: true, now: nil))
        XCTAssertEqual(summary.first?.sites.first?.lesions.first?.scans, 2)
        let noise = try await history.noise(of: "me")
        XCTAssertTrue(noise.contains("repeats"))
        let matching = try await history.match(
            MatchRequest(subject: "me", site: "left forearm", scans: [ids[1]], positionSd: 5, overrides: []))
        let assigned = try await history.apply(matching, at: "left forearm")
        XCTAssertEqual(assigned.first?.lesion, "mole")
        try await history.assign(ids[1], to: "other", note: "it is another")
        let assignments = try await history.assignments(of: ids[1])
        XCTAssertEqual(assignments.last?.evidenceJson.contains("it is another"), true)
        let nearest = try await history.nearest(to: ids[0])
        XCTAssertEqual(nearest.first?.scan, ids[1])
        let found = await kind { try await history.unlikeTheOthers() }
        XCTAssertEqual(found, .unmeasurable)
        let png = try await history.thumbnail(of: ids[0])
        XCTAssertNotNil(png)
        let check = try await history.checked()
        XCTAssertEqual(check.problems, [])
        let export = folder.appendingPathComponent("all.json")
        try await history.export(to: export, pictures: true)
        let imported = try await history.import(from: export)
        XCTAssertEqual(imported.known, 2)
        let backup = folder.appendingPathComponent("backup.skinkit")
        let size = try await history.backup(to: backup)
        XCTAssertGreaterThan(size, 0)
        let restored = try await History.restore(backup, to: folder.appendingPathComponent("again.skinkit"), key: key)
        XCTAssertEqual(restored.scans, 2)
        try await history.changeKey(to: try generateKey())
        var strict = qualityThresholds()
        strict = QualityThresholds(
            minSharpness: strict.minSharpness, minExposure: strict.minExposure, maxExposure: strict.maxExposure,
            maxClippedDark: strict.maxClippedDark, maxClippedBright: strict.maxClippedBright, maxGlare: strict.maxGlare,
            maxColourCast: strict.maxColourCast, moved: strict.moved, minRoiPixels: 1e6, minVisible: strict.minVisible,
            maxTurn: strict.maxTurn, maxMovement: strict.maxMovement)
        let choosy = try await SkinKit.open(Options(pack: Fixtures.pack, quality: strict))
        let refused = try await choosy.analyze(Photo.open(Fixtures.photoFile("lesion-first.jpg")))
        XCTAssertFalse(refused.quality.accepted)
    }

    func testErrorsHaveKinds() async throws {
        let folder = try Fixtures.folder(self)
        let kit = try Fixtures.kit.get()
        let photo = try await Photo.open(Fixtures.photoFile("lesion-first.jpg"))
        let file = folder.appendingPathComponent("a.skinkit")
        let key = try generateKey()
        let history = try await History.open(at: file, key: key)
        var found = await kind { try await SkinKit.open(Options(pack: "nowhere")) }
        XCTAssertEqual(found, .pack)
        found = await kind { try await SkinKit.open(Options(pack: Fixtures.pack, history: "alone")) }
        XCTAssertEqual(found, .invalidArgument)
        found = await kind { try await Photo.open(URL(fileURLWithPath: "/nowhere.jpg")) }
        XCTAssertEqual(found, .picture)
        found = await kind { try await Photo.decode(Data([1, 2, 3])) }
        XCTAssertEqual(found, .picture)
        found = await kind { try await Photo.decode(Data()) }
        XCTAssertEqual(found, .picture)
        found = await kind { try await kit.analyze(photo, in: .face(.nose)) }
        XCTAssertEqual(found, .region)
        found = await kind { try await kit.scan(photo, ScanRequest("left forearm")) }
        XCTAssertEqual(found, .noHistory)
        found = await kind { try await History.open(at: file, key: try generateKey()) }
        XCTAssertEqual(found, .wrongKey)
        found = await kind { try await History.open(at: file, key: key.dropFirst()) }
        XCTAssertEqual(found, .invalidArgument)
        found = await kind { try await history.erase(.scan(scan: 999)) }
        XCTAssertEqual(found, .notFound)
        found = await kind { try await kit.find("{", in: photo) }
        XCTAssertEqual(found, .invalidArgument)
    }

    func testFacesRegionsAndPlaces() async throws {
        let kit = try Fixtures.kit.get()
        let photo = try await Photo.open(Fixtures.photoFile("face.jpg"))
        let faces = try await kit.faces(in: photo, .irises)
        XCTAssertEqual(faces.first?.mesh.outline.count, 468)
        XCTAssertEqual(faces.first?.mesh478?.points.floats.count, 478 * 3)
        let regions = try await kit.faceRegions(in: photo)
        let cheek = try XCTUnwrap(regions.first { $0.region == .leftCheek })
        let analysis = try await kit.analyze(photo, in: .face(.leftCheek))
        XCTAssertEqual(analysis.roi.width, cheek.roi.width, accuracy: cheek.roi.width * 0.02)
        let skin = try await kit.faceSkin(in: photo)
        XCTAssertGreaterThan(skin.mask.coverage, 0.3)
        let token = try await kit.mark(cheek.roi.centre, side: 40, in: photo)
        let place = try await kit.find(token, in: photo)
        guard case .found(let point, _, _) = place else { return XCTFail("\(place)") }
        XCTAssertEqual(point.x, cheek.roi.centre.x, accuracy: 3)
        XCTAssertEqual(point.y, cheek.roi.centre.y, accuracy: 3)
        // There are no networks for hands in this kit, and no coin in the picture.
        let hands = await kind { try await kit.hands(in: photo) }
        XCTAssertEqual(hands, .runtime)
        let scale = try await kit.scale(by: .coin(diameterMm: 23.25), in: photo)
        XCTAssertNil(scale)
    }

    func testUseAfterCloseFromAnotherThread() async throws {
        let folder = try Fixtures.folder(self)
        let file = folder.appendingPathComponent("a.skinkit")
        let kit = try await SkinKit.open(Options(pack: Fixtures.pack, history: file.path, key: try generateKey()))
        let photo = try Skin().frame { try Photo.copy($0) }
        let history = try kit.history()
        let outcomes = await withTaskGroup(of: ErrorKind?.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do {
                        for _ in 0..<1_000 { _ = try await kit.analyze(photo) }
                        return nil
                    } catch {
                        return (error as? SkinKitError)?.kind
                    }
                }
            }
            try? await Task.sleep(nanoseconds: 50_000_000)
            kit.shut()
            history.shut()
            return await group.reduce(into: []) { $0.append($1) }
        }
        XCTAssertEqual(outcomes, Array(repeating: .closed, count: 8))
        kit.shut()
        let after = await kind { try await history.sites() }
        XCTAssertEqual(after, .closed)
    }

    func testCancellingStopsAScanAndKeepsNothing() async throws {
        let folder = try Fixtures.folder(self)
        let file = folder.appendingPathComponent("a.skinkit")
        let kit = try await SkinKit.open(Options(pack: Fixtures.pack, history: file.path, key: try generateKey()))
        let photo = try await Photo.open(Fixtures.photoFile("lesion-first.jpg"))
        // One before it begins, many at some moment while it runs.
        let cancel = Cancel()
        cancel.cancel()
        XCTAssertThrowsError(try kit.analyze(photo: photo, options: AnalyzeOptions(region: .lesion), cancel: cancel)) {
            XCTAssertEqual(($0 as? SkinKitError)?.kind, .cancelled)
        }
        var kept = 0
        var cancelled = 0
        for step in 0..<12 {
            let task = Task { try await kit.scan(photo, ScanRequest("arm")) }
            try await Task.sleep(nanoseconds: UInt64(step) * 3_000_000)
            task.cancel()
            switch await task.result {
            case .success: kept += 1
            case .failure(is CancellationError): cancelled += 1
            case .failure(let error): XCTFail("\(error)")
            }
        }
        XCTAssertGreaterThan(cancelled, 0)
        let scans = try await kit.history().scans(at: "arm")
        XCTAssertEqual(scans.count, kept)
    }
}
