import Foundation
import XCTest

@testable import SkinKit

final class PixelTests: XCTestCase {
    /// EXIF 2.32, table 4: where the stored picture's first row and first column lie in the upright picture.
    private let sides: [Orientation: (row: String, column: String)] = [
        .up: ("top", "left"), .upMirrored: ("top", "right"), .down: ("bottom", "right"), .downMirrored: ("bottom", "left"),
        .leftMirrored: ("left", "top"), .right: ("right", "top"), .rightMirrored: ("right", "bottom"), .left: ("left", "bottom"),
    ]

    func testOrientationsAreThoseOfExif() {
        for orientation in Orientation.allCases {
            // Turning clockwise by a quarter takes top to right, and so on; mirroring swaps left and right.
            let ring = ["top", "right", "bottom", "left"]
            func land(_ side: String) -> String {
                let turned = ring[(ring.firstIndex(of: side)! + Int(orientation.rotationDegrees) / 90) % 4]
                guard orientation.isMirrored else { return turned }
                return turned == "left" ? "right" : turned == "right" ? "left" : turned
            }
            XCTAssertEqual(land("top"), sides[orientation]?.row, "\(orientation)")
            XCTAssertEqual(land("left"), sides[orientation]?.column, "\(orientation)")
        }
    }

    func testATurnedFrameHasItsSidesSwapped() throws {
        let skin = Skin(width: 64, height: 48)
        let turned = try skin.frame(orientation: .right) { try Photo.copy($0) }
        XCTAssertEqual([turned.width(), turned.height()], [48, 64])
    }

    /// A camera's padding, sliced planes and video range must not change what is seen.
    func testNV12WithPaddedRowsIsTheFrameWithout() async throws {
        let kit = try Fixtures.kit.get()
        let (width, height) = (320, 240)
        func nv12(row: Int) throws -> Analysis {
            let skin = Skin(width: width, height: height)
            var luma = [UInt8](repeating: 7, count: row * height)
            var chroma = [UInt8](repeating: 7, count: row * height / 2)
            for y in 0..<height {
                for x in 0..<width { luma[y * row + x] = skin.bytes[(y * width + x) * 4 + 1] }
            }
            for y in 0..<height / 2 {
                for x in 0..<width { chroma[y * row + x] = x % 2 == 0 ? 110 : 150 }
            }
            return try luma.withUnsafeBytes { luma in
                try chroma.withUnsafeBytes { chroma in
                    let frame = CameraFrame(
                        .nv12, width: width, height: height,
                        planes: [.init(luma, bytesPerRow: row), .init(chroma, bytesPerRow: row)])
                    return try kit.analyze(
                        photo: Photo.copy(frame), options: AnalyzeOptions(region: .lesion), cancel: nil)
                }
            }
        }
        let (packed, padded) = (try nv12(row: 320), try nv12(row: 384))
        XCTAssertEqual(packed.finding.probabilities, padded.finding.probabilities)
        XCTAssertEqual(packed.quality, padded.quality)
    }

    func testHeatmapAndMaskAsPNG() async throws {
        let photo = try await Photo.open(Fixtures.photoFile("lesion-first.jpg"))
        let finding = try await Fixtures.kit.get().analyze(photo).finding
        let heatmap = try XCTUnwrap(finding.heatmap)
        XCTAssertEqual(heatmap.map(of: 0)?.count, Int(heatmap.width * heatmap.height))
        XCTAssertNil(heatmap.map(of: Int(heatmap.classes)))
        XCTAssertNil(heatmap.png(of: -1))
        // Rust reads what Swift wrote, and checks both of its checksums.
        let read = try await Photo.decode(XCTUnwrap(heatmap.png(of: 0)))
        XCTAssertEqual([read.width(), read.height()], [heatmap.width, heatmap.height])
        let mask = try XCTUnwrap(finding.mask)
        let second = try await Photo.decode(XCTUnwrap(mask.png()))
        XCTAssertEqual([second.width(), second.height()], [mask.width, mask.height])
        // More than one stored block.
        let large = PNG.encode(width: 200, height: 150, pixels: [UInt8](repeating: 9, count: 200 * 150 * 4))
        let third = try await Photo.decode(large)
        XCTAssertEqual(third.width(), 200)
        var broken = large
        broken[broken.count - 30] ^= 1
        let refused = await kind { try await Photo.decode(broken) }
        XCTAssertEqual(refused, .picture)
    }

    func testFloatsOfASlice() {
        let bytes = Data([9, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 1]).dropFirst()
        XCTAssertEqual(bytes.floats, [1, -2])
        XCTAssertEqual(Data().floats, [])
    }

    func testThePrivacyManifestIsAPropertyList() throws {
        let file = Fixtures.root.appendingPathComponent("bindings/swift/Sources/SkinKit/Resources/PrivacyInfo.xcprivacy")
        let list = try PropertyListSerialization.propertyList(from: Data(contentsOf: file), format: nil) as? [String: Any]
        XCTAssertEqual(list?["NSPrivacyTracking"] as? Bool, false)
        XCTAssertEqual((list?["NSPrivacyCollectedDataTypes"] as? [Any])?.count, 0)
    }
}
