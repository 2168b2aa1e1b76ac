import Foundation

extension Photo {
    /// Reads and decodes a JPEG or PNG file, upright. Of its metadata only the orientation is used; nothing of it is kept.
    /// For one region of it, ``SkinKit/SkinKit/openPhoto(_:for:)`` is faster.
    ///
    /// - Throws: ``SkinKitError`` of the kind `picture`: missing, damaged, too large, of another format.
    public static func open(_ file: URL) async throws -> Photo {
        try await Background.run { try Photo.open(path: file.path) }
    }

    /// Decodes a JPEG or PNG held in memory, upright.
    public static func decode(_ data: Data) async throws -> Photo {
        try await Background.run { try Photo.decode(bytes: data) }
    }

    /// Copies a camera's buffer.
    ///
    /// - Throws: ``SkinKitError`` of the kind `picture` where the planes do not fit.
    public static func copy(_ frame: CameraFrame) throws -> Photo {
        try frame.borrow { try Photo.fromFrame(layout: $0, y: $1, u: $2, v: $3) }
    }
}
