import Foundation

/// Writes small pictures, such as heatmaps, as PNG: uncompressed, without anything but pixels.
enum PNG {
    /// `pixels`: 4 bytes R G B A each, row after row; alpha is not premultiplied.
    static func encode(width: Int, height: Int, pixels: [UInt8]) -> Data {
        precondition(width > 0 && height > 0 && pixels.count == width * height * 4)
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (width * 4 + 1))
        for row in 0..<height {
            rows.append(0)
            rows += pixels[row * width * 4..<(row + 1) * width * 4]
        }
        var data = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        append("IHDR", big(UInt32(width)) + big(UInt32(height)) + [8, 6, 0, 0, 0], to: &data)
        append("IDAT", zlib(rows), to: &data)
        append("IEND", [], to: &data)
        return data
    }

    private static func append(_ kind: String, _ body: [UInt8], to data: inout Data) {
        let checked = Array(kind.utf8) + body
        data.append(contentsOf: big(UInt32(body.count)))
        data.append(contentsOf: checked)
        data.append(contentsOf: big(crc(checked)))
    }

    /// Stored blocks: RFC 1950 and 1951.
    private static func zlib(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let count = min(bytes.count - start, 0xFFFF)
            let last: UInt8 = start + count == bytes.count ? 1 : 0
            out += [last, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8((~count >> 8) & 0xFF)]
            out += bytes[start..<start + count]
            start += count
        } while start < bytes.count
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return out + big(b << 16 | a)
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ ($0 >> 8) }
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}

extension Heatmap {
    /// One label's map as a PNG to be laid over the region (stretch it smoothly): red, its opacity the evidence between the
    /// map's least and greatest. Nil out of range, or where the map is the same everywhere.
    public func png(of label: Int) -> Data? {
        guard let map = map(of: label), let low = map.min(), let high = map.max(), high > low else { return nil }
        let pixels = map.flatMap { [230, 40, 30, UInt8(200 * ($0 - low) / (high - low))] }
        return PNG.encode(width: Int(width), height: Int(height), pixels: pixels)
    }
}

extension Mask {
    /// The lesion as a PNG to be laid over the region: white, its opacity the probability.
    public func png() -> Data? {
        guard width > 0, height > 0, values.count == Int(width) * Int(height) * 4 else { return nil }
        let pixels = values.floats.flatMap { [255, 255, 255, UInt8(255 * min(max($0, 0), 1))] }
        return PNG.encode(width: Int(width), height: Int(height), pixels: pixels)
    }
}
