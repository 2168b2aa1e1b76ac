import Foundation

/// A camera's buffer, borrowed: it must stay where it is, unchanged, while a call that takes the frame runs. Every such call
/// has copied what it needs, or is done with it, when it returns.
public struct CameraFrame {
    /// One plane of it.
    public struct Plane {
        /// Its bytes. The last row may end without its padding.
        public var bytes: UnsafeRawBufferPointer
        /// Bytes from row to row.
        public var bytesPerRow: Int

        /// A plane at an address.
        public init(_ bytes: UnsafeRawBufferPointer, bytesPerRow: Int) {
            self.bytes = bytes
            self.bytesPerRow = bytesPerRow
        }
    }

    /// How pixels lie in memory.
    public var format: PixelFormat
    /// Stored width in pixels.
    public var width: Int
    /// Stored height in pixels.
    public var height: Int
    /// One plane for RGB and grey, two for NV12 and NV21, three for I420.
    public var planes: [Plane]
    /// How the stored picture becomes upright.
    public var orientation: Orientation
    /// Luma weights of a YUV frame.
    public var matrix: ColorMatrix
    /// Value range of a YUV frame.
    public var range: ValueRange

    /// A frame over planes.
    public init(
        _ format: PixelFormat,
        width: Int,
        height: Int,
        planes: [Plane],
        orientation: Orientation = .up,
        matrix: ColorMatrix = .bt601,
        range: ValueRange = .full
    ) {
        self.format = format
        self.width = width
        self.height = height
        self.planes = planes
        self.orientation = orientation
        self.matrix = matrix
        self.range = range
    }

    /// Calls with what the generated functions take, without copying a byte.
    func borrow<T>(_ body: (FrameLayout, Data, Data, Data) throws -> T) throws -> T {
        let layout = FrameLayout(
            format: format,
            width: try number(width, "width"),
            height: try number(height, "height"),
            yRowStride: try number(planes.first?.bytesPerRow ?? 0, "bytes per row"),
            uvRowStride: try number(planes.count > 1 ? planes[1].bytesPerRow : 0, "bytes per row of chroma"),
            rotationDegrees: orientation.rotationDegrees,
            mirrored: orientation.isMirrored,
            matrix: matrix,
            range: range
        )
        if planes.count == 3, planes[2].bytesPerRow != planes[1].bytesPerRow {
            throw refused("the chroma planes have different bytes per row: copy them into one stride")
        }
        return try body(layout, data(0), data(1), data(2))
    }

    private func data(_ index: Int) -> Data {
        guard index < planes.count, let base = planes[index].bytes.baseAddress else { return Data() }
        return Data(
            bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: planes[index].bytes.count, deallocator: .none)
    }

    private func number(_ value: Int, _ name: String) throws -> UInt32 {
        guard let number = UInt32(exactly: value) else { throw refused("the frame's \(name) is \(value)") }
        return number
    }

    private func refused(_ reason: String) -> SkinKitError { .failed(.invalidArgument, reason) }
}
