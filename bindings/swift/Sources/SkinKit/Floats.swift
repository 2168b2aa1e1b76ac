import Foundation

extension Data {
    /// The little-endian 32-bit floats that these bytes are; a rest of fewer than four bytes is left out.
    public var floats: [Float] {
        withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }
}

extension Finding {
    /// Cosine similarity with another finding's embedding, -1 to 1; nil where one has none or the packs differ.
    public func similarity(to other: Finding) -> Float? {
        guard pack.id == other.pack.id, pack.version == other.pack.version,
            let a = embedding?.floats, let b = other.embedding?.floats, a.count == b.count
        else { return nil }
        var (dot, aa, bb): (Float, Float, Float) = (0, 0, 0)
        for (x, y) in zip(a, b) {
            dot += x * y
            aa += x * x
            bb += y * y
        }
        return aa > 0 && bb > 0 ? dot / (aa * bb).squareRoot() : nil
    }
}

extension Heatmap {
    /// The map of one label, in the order of the pack: `height` rows of `width` values of raw evidence; nil out of range.
    public func map(of label: Int) -> [Float]? {
        let size = Int(width) * Int(height)
        guard label >= 0, label < Int(classes), values.count == size * Int(classes) * 4 else { return nil }
        let start = values.startIndex + label * size * 4
        return values[start..<start + size * 4].floats
    }
}

extension FaceMesh {
    /// x and y of each point, in pixels of the upright picture.
    public var outline: [Point] {
        let numbers = points.floats
        return stride(from: 0, to: numbers.count - 2, by: 3).map { Point(x: numbers[$0], y: numbers[$0 + 1]) }
    }
}
