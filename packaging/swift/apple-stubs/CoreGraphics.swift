@_exported import Foundation

public typealias CFString = String
public final class CGImage {
    public var width: Int { fatalError() }
    public var height: Int { fatalError() }
}
public final class CGColorSpace {
    public init?(name: CFString) {}
    public static var sRGB: CFString { fatalError() }
}
public enum CGImageAlphaInfo: UInt32 { case none, premultipliedLast, premultipliedFirst, last, first, noneSkipLast }
public final class CGContext {
    public init?(
        data: UnsafeMutableRawPointer?, width: Int, height: Int, bitsPerComponent: Int, bytesPerRow: Int,
        space: CGColorSpace, bitmapInfo: UInt32
    ) {}
    public var data: UnsafeMutableRawPointer? { fatalError() }
    public var bytesPerRow: Int { fatalError() }
    public func draw(_ image: CGImage, in rect: CGRect, byTiling: Bool = false) { fatalError() }
}
