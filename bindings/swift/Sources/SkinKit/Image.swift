#if canImport(CoreGraphics)
import CoreGraphics

extension Photo {
    /// Draws a picture into memory as sRGB, upright.
    ///
    /// - Throws: ``SkinKitError`` of the kind `picture` where there is no memory for it.
    public static func copy(_ image: CGImage, orientation: Orientation = .up) throws -> Photo {
        let (width, height) = (image.width, image.height)
        guard let space = CGColorSpace(name: CGColorSpace.sRGB),
            let context = CGContext(
                data: nil, width: width, height: height, bitsPerComponent: 8, bytesPerRow: 0, space: space,
                bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue),
            let data = context.data
        else {
            throw SkinKitError.failed(.picture, "no memory to draw \(width) x \(height) pixels: scale it down")
        }
        context.draw(image, in: CGRect(x: 0, y: 0, width: width, height: height))
        let row = context.bytesPerRow
        let plane = CameraFrame.Plane(UnsafeRawBufferPointer(start: data, count: row * height), bytesPerRow: row)
        let frame = CameraFrame(.rgba8, width: width, height: height, planes: [plane], orientation: orientation)
        return try withExtendedLifetime(context) { try Photo.copy(frame) }
    }
}
#endif

#if canImport(UIKit)
import UIKit

extension Photo {
    /// Draws a picture into memory as sRGB, upright by its own orientation.
    public static func copy(_ image: UIImage) throws -> Photo {
        guard let pixels = image.cgImage else {
            throw SkinKitError.failed(.picture, "the image has no pixels of its own (CIImage): render it first")
        }
        return try copy(pixels, orientation: Orientation(image.imageOrientation))
    }
}
#endif
