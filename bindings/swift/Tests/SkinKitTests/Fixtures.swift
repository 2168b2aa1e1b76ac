import Foundation
import XCTest

@testable import SkinKit

/// What the tests work on, from the repository alone.
enum Fixtures {
    /// The repository's root.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let pack = root.appendingPathComponent("models/lesion-ham7").path

    static func photoFile(_ name: String) -> URL { root.appendingPathComponent("examples/photos/\(name)") }

    /// A new folder, removed with the test.
    static func folder(_ test: XCTestCase) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("skinkit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        test.addTeardownBlock { try? FileManager.default.removeItem(at: folder) }
        return folder
    }

    /// One SkinKit without a history for all tests that need none: opening takes long.
    static let kit = Result { try SkinKit.open(options: Options(pack: pack)) }
}

/// A made-up close-up: textured skin with a dark disc, RGBA. It is the same for the same seed.
struct Skin {
    let (width, height): (Int, Int)
    var bytes: [UInt8]

    init(width: Int = 640, height: Int = 480, brightness: Double = 1, seed: UInt64 = 1) {
        (self.width, self.height) = (width, height)
        bytes = [UInt8](repeating: 255, count: width * height * 4)
        var state = seed
        for y in 0..<height {
            for x in 0..<width {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let noise = Double(state >> 40) / Double(1 << 24) * 30 - 15
                let (dx, dy) = (Double(x - width / 2), Double(y - height / 2))
                let colour = dx * dx + dy * dy < 3600 ? (110.0, 70.0, 50.0) : (205.0, 160.0, 140.0)
                let at = (y * width + x) * 4
                bytes[at] = UInt8(max(0, min(255, (colour.0 + noise) * brightness)))
                bytes[at + 1] = UInt8(max(0, min(255, (colour.1 + noise) * brightness)))
                bytes[at + 2] = UInt8(max(0, min(255, (colour.2 + noise) * brightness)))
            }
        }
    }

    func frame<T>(orientation: Orientation = .up, _ body: (CameraFrame) throws -> T) rethrows -> T {
        try bytes.withUnsafeBytes {
            try body(
                CameraFrame(
                    .rgba8, width: width, height: height,
                    planes: [CameraFrame.Plane($0, bytesPerRow: width * 4)], orientation: orientation))
        }
    }
}

/// The error's kind that a call must end with.
func kind<T>(
    of call: () async throws -> T, file: StaticString = #filePath, line: UInt = #line
) async -> ErrorKind? {
    do {
        _ = try await call()
        XCTFail("no error", file: file, line: line)
    } catch let error as SkinKitError {
        XCTAssertFalse(error.reason.isEmpty, file: file, line: line)
        XCTAssertEqual(error.errorDescription, error.reason, file: file, line: line)
        return error.kind
    } catch {
        XCTFail("\(error) is not a SkinKitError", file: file, line: line)
    }
    return nil
}

/// Bytes of memory that this process holds.
func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .ascii)
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
}
