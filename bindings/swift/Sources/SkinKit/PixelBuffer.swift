#if canImport(CoreVideo)
import CoreVideo

extension CameraFrame {
    /// Calls with the frame of a pixel buffer, which is locked for the call. Formats: 420YpCbCr8BiPlanar, full and video
    /// range, and 32BGRA, with the buffer's own bytes per row.
    ///
    /// - Throws: ``SkinKitError`` of the kind `picture` for another format or a buffer that cannot be locked.
    public static func with<T>(
        _ buffer: CVPixelBuffer,
        orientation: Orientation = .up,
        _ body: (CameraFrame) throws -> T
    ) throws -> T {
        let format: PixelFormat
        var range = ValueRange.full
        switch CVPixelBufferGetPixelFormatType(buffer) {
        case kCVPixelFormatType_420YpCbCr8BiPlanarFullRange:
            format = .nv12
        case kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange:
            format = .nv12
            range = .video
        case kCVPixelFormatType_32BGRA:
            format = .bgra8
        case let other:
            throw SkinKitError.failed(
                .picture, "pixel format \(other) is not read: ask the camera for 420YpCbCr8BiPlanarFullRange or 32BGRA")
        }
        guard CVPixelBufferLockBaseAddress(buffer, .readOnly) == kCVReturnSuccess else {
            throw SkinKitError.failed(.picture, "the pixel buffer cannot be locked: push it while it is alive")
        }
        defer { CVPixelBufferUnlockBaseAddress(buffer, .readOnly) }
        let planes: [Plane]
        if CVPixelBufferIsPlanar(buffer) {
            planes = (0..<CVPixelBufferGetPlaneCount(buffer)).map { index in
                let row = CVPixelBufferGetBytesPerRowOfPlane(buffer, index)
                return Plane(
                    UnsafeRawBufferPointer(
                        start: CVPixelBufferGetBaseAddressOfPlane(buffer, index),
                        count: row * CVPixelBufferGetHeightOfPlane(buffer, index)),
                    bytesPerRow: row)
            }
        } else {
            let row = CVPixelBufferGetBytesPerRow(buffer)
            planes = [
                Plane(
                    UnsafeRawBufferPointer(
                        start: CVPixelBufferGetBaseAddress(buffer), count: row * CVPixelBufferGetHeight(buffer)),
                    bytesPerRow: row)
            ]
        }
        return try body(
            CameraFrame(
                format,
                width: CVPixelBufferGetWidth(buffer),
                height: CVPixelBufferGetHeight(buffer),
                planes: planes,
                orientation: orientation,
                matrix: matrix(of: buffer),
                range: range))
    }

    private static func matrix(of buffer: CVPixelBuffer) -> ColorMatrix {
        let value = CVBufferCopyAttachment(buffer, kCVImageBufferYCbCrMatrixKey, nil) as? String
        return value == kCVImageBufferYCbCrMatrix_ITU_R_709_2 as String ? .bt709 : .bt601
    }
}

extension Photo {
    /// Copies a pixel buffer, so that the camera may have it back.
    public static func copy(_ buffer: CVPixelBuffer, orientation: Orientation = .up) throws -> Photo {
        try CameraFrame.with(buffer, orientation: orientation) { try Photo.copy($0) }
    }
}
#endif

#if canImport(CoreMedia) && canImport(CoreVideo)
import CoreMedia

extension Live {
    /// Hands over a camera's sample buffer with its own time.
    ///
    /// - Throws: ``SkinKitError`` of the kind `picture` where it holds no image of a format that is read.
    @discardableResult
    public func push(_ sample: CMSampleBuffer, orientation: Orientation = .up) throws -> Pushed {
        guard let buffer = CMSampleBufferGetImageBuffer(sample) else {
            throw SkinKitError.failed(.picture, "the sample buffer holds no image: push those of a video output")
        }
        let time = CMTimeGetSeconds(CMSampleBufferGetPresentationTimeStamp(sample))
        let nanoseconds = time.isFinite && time >= 0 ? UInt64(time * 1e9) : 0
        return try CameraFrame.with(buffer, orientation: orientation) { try push($0, nanoseconds: nanoseconds) }
    }
}
#endif
