import Foundation
import XCTest

import SkinKit

/// The calls that no other test makes: each once, with a result that only the real thing gives.
final class EveryCallTests: XCTestCase {
    func testWhatTheKitSaysOfItself() throws {
        let kit = try Fixtures.kit.get()
        XCTAssertEqual(version().split(separator: ".").count, 3)
        let pack = try kit.pack()
        let manifest = try JSONSerialization.jsonObject(with: Data(try kit.packJson().utf8)) as? [String: Any]
        XCTAssertEqual(manifest?["id"] as? String, pack.id)
        XCTAssertEqual(pack.labels.count, 7)
        XCTAssertFalse(pack.license.commercialUse)
        XCTAssertFalse(try kit.engine().version.isEmpty)
        XCTAssertFalse(Cancel().isCancelled())
        XCTAssertNotEqual(try generateKey(), try generateKey())
        XCTAssertThrowsError(
            try SkinKit.open(options: Options(pack: Fixtures.pack, engine: .onnxRuntime, library: "nowhere.so"))
        ) { XCTAssertEqual(($0 as? SkinKitError)?.kind, .runtime) }
    }

    func testBodiesOnAPictureOfAFace() async throws {
        let networks = Fixtures.root.appendingPathComponent("models/landmarks").path
        let kit = try await SkinKit.open(Options(pack: Fixtures.pack, networks: networks))
        let photo = try await Photo.open(Fixtures.photoFile("face.jpg"))
        let hands = try await kit.hands(in: photo)
        XCTAssertEqual(hands, [])
        let person = try await kit.person(in: photo)
        XCTAssertEqual(person.picture, [photo.width(), photo.height()])
        let values = person.values.floats
        XCTAssertEqual(values.count, 256 * 256)
        XCTAssertGreaterThan(values[128 * 256 + 128], 0.5)
        let skin = try await kit.bodySkin(in: photo)
        XCTAssertEqual(Set(skin.cells), [0, 1])
        if let pose = try await kit.pose(in: photo) { XCTAssertGreaterThan(pose.presence, 0) }
        if let hint = try await kit.scaleHint(in: photo) { XCTAssertGreaterThan(hint.roughMmPerPixel, 0) }
        let faces = try await kit.faces(in: photo)
        let nose = try XCTUnwrap(faces.first?.detection.keyPoints[2])
        let site = try await kit.site(at: nose, in: photo)
        XCTAssertFalse(site?.code.isEmpty ?? true, "the nose is part of a body")
        if let scale = try await kit.scale(by: .iris, in: photo) { XCTAssertEqual(scale.source, .iris) }
    }

    func testASessionIsSteered() throws {
        let session = try LiveSession.start(
            kit: Fixtures.kit.get(), options: LiveOptions(region: .lesion, autoCapture: false), listener: nil)
        XCTAssertNil(try session.latest())
        XCTAssertNil(try session.takeCapture())
        let layout = FrameLayout(format: .rgba8, width: 320, height: 240)
        let pixels = Data(Skin(width: 320, height: 240).bytes)
        func process(_ time: UInt64) throws -> Pushed {
            try session.process(layout: layout, y: pixels, u: Data(), v: Data(), timestampNs: time * 1_000_000_000)
        }
        XCTAssertEqual(try process(1), .taken)
        try session.pause()
        XCTAssertEqual(try process(2), .paused)
        try session.resume()
        try session.setThermalLevel(level: .critical)
        XCTAssertEqual(try process(3), .skipped)
        try session.setThermalLevel(level: .nominal)
        try session.setRegion(region: .square(centre: Point(x: 160, y: 120), size: 100))
        XCTAssertEqual(try process(4), .taken)
        XCTAssertEqual(try XCTUnwrap(session.latest()?.roi?.width), 100, accuracy: 0.5)
        try session.setRegion(region: .face(.nose))
        XCTAssertEqual(try process(5), .taken)
        XCTAssertEqual(try session.latest()?.guidance, .showFace)
        try session.restart()
        XCTAssertEqual(try session.counts().skipped, 1)
        session.shut()
        session.shut()
        XCTAssertThrowsError(try session.counts()) { XCTAssertEqual(($0 as? SkinKitError)?.kind, .closed) }
    }
}
