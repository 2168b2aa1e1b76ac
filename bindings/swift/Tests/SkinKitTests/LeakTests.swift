import Foundation
import XCTest

@testable import SkinKit

#if os(Linux)  // It reads /proc.
final class LeakTests: XCTestCase {
    /// 10,000 of every kind, opened and closed. With a pack of a kilobyte: opening the real one takes a hundred times as long
    /// and tells no more.
    func testTenThousandOpenAndClose() throws {
        let folder = try Fixtures.folder(self)
        let file = folder.appendingPathComponent("a.skinkit").path
        let key = try generateKey()
        _ = try History.open(path: file, keyBytes: key)
        let pack = Fixtures.root.appendingPathComponent("crates/inference/tests/fixtures/pack").path
        let own = folder.appendingPathComponent("b.skinkit").path
        let options = Options(pack: pack, history: own, key: key, engine: .embedded)
        let skin = Skin(width: 96, height: 96)
        func open(_ what: String) throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(what)").count }
        func rounds(_ count: Int) throws {
            for _ in 0..<count {
                let kit = try SkinKit.open(options: options)
                let live = try Live(kit, LiveOptions(region: .lesion, autoCapture: false))
                XCTAssertEqual(try skin.frame { try live.process($0, nanoseconds: 1) }, .taken)
                XCTAssertEqual(try kit.history().sites(subject: "me"), [])
                let history = try History.openExisting(path: file, keyBytes: key)
                history.shut()
                Cancel().cancel()
                XCTAssertEqual(try skin.frame { try Photo.copy($0) }.width(), 96)
                XCTAssertThrowsError(try Photo.decode(bytes: Data([0xFF, 0xD8, 0xFF])))
            }
        }
        try rounds(1_000)
        let before = try residentBytes()
        let (files, threads) = (try open("fd"), try open("task"))
        try rounds(9_000)
        let grown = try residentBytes() - before
        print("10,000 of each: \(grown / 1024) KiB more than after 1,000")
        XCTAssertLessThan(grown, 8 << 20)
        XCTAssertLessThan(try open("fd"), files + 20)
        XCTAssertLessThan(try open("task"), threads + 20)
    }

    /// Objects that hold a model or threads, fewer of them: one that leaked would keep 6 MB of weights, or its frames.
    func testKitsAndSessionsAreFreed() throws {
        let skin = Skin(width: 320, height: 240)
        func round() throws {
            let kit = try SkinKit.open(options: Options(pack: Fixtures.pack, engine: .embedded))
            // Ended by its last reference alone.
            let live = try Live(kit, LiveOptions(region: .lesion))
            XCTAssertEqual(try skin.frame { try live.process($0, nanoseconds: 1) }, .taken)
        }
        for _ in 0..<5 { try round() }
        let before = try residentBytes()
        for _ in 0..<15 { try round() }
        let grown = try residentBytes() - before
        print("15 kits and sessions: \(grown / 1024) KiB more than after 5")
        XCTAssertLessThan(grown, 40 << 20)
    }
}
#endif
