import Foundation
import XCTest

@testable import SkinKit

#if os(Linux)  // It reads /proc.
final class LeakTests: XCTestCase {
    /// 10,000 of each cheap object, opened and closed: what grows with them would be hundreds of megabytes.
    func testTenThousandOpenAndClose() throws {
        let folder = try Fixtures.folder(self)
        let file = folder.appendingPathComponent("a.skinkit").path
        let key = try generateKey()
        _ = try History.open(path: file, keyBytes: key)
        let skin = Skin(width: 96, height: 96)
        func rounds(_ count: Int) throws {
            for _ in 0..<count {
                let history = try History.openExisting(path: file, keyBytes: key)
                history.shut()
                Cancel().cancel()
                XCTAssertEqual(try skin.frame { try Photo.copy($0) }.width(), 96)
                XCTAssertThrowsError(try Photo.decode(bytes: Data([0xFF, 0xD8, 0xFF])))
            }
        }
        try rounds(1_000)
        let before = try residentBytes()
        try rounds(9_000)
        let grown = try residentBytes() - before
        print("10,000 open and close: \(grown / 1024) KiB more than after 1,000")
        XCTAssertLessThan(grown, 8 << 20)
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
