/// How a stored picture becomes upright: the eight orientations of EXIF, named as in UIKit, numbered as in EXIF and in
/// `CGImagePropertyOrientation`.
public enum Orientation: UInt32, Sendable, Hashable, Codable, CaseIterable {
    case up = 1, upMirrored, down, downMirrored, leftMirrored, right, rightMirrored, left

    /// Clockwise turn that comes first.
    var rotationDegrees: Int32 {
        switch self {
        case .up, .upMirrored: 0
        case .right, .leftMirrored: 90
        case .down, .downMirrored: 180
        case .left, .rightMirrored: 270
        }
    }

    /// Whether the turned picture is then mirrored left to right.
    var isMirrored: Bool {
        switch self {
        case .up, .down, .left, .right: false
        case .upMirrored, .downMirrored, .leftMirrored, .rightMirrored: true
        }
    }
}

#if canImport(UIKit)
import UIKit

extension Orientation {
    /// UIKit's orientation of a picture.
    public init(_ orientation: UIImage.Orientation) {
        switch orientation {
        case .up: self = .up
        case .upMirrored: self = .upMirrored
        case .down: self = .down
        case .downMirrored: self = .downMirrored
        case .left: self = .left
        case .leftMirrored: self = .leftMirrored
        case .right: self = .right
        case .rightMirrored: self = .rightMirrored
        @unknown default: self = .up
        }
    }
}
#endif
