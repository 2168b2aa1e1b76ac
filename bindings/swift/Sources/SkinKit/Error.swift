import Foundation

extension SkinKitError {
    /// What kind of failure it is: kinds are stable, and an app may decide by them.
    public var kind: ErrorKind {
        switch self { case .Failed(let kind, _, _): kind }
    }

    /// One English sentence or more that say what was wrong, where, and what to do. Not for a patient's eyes as it is.
    public var reason: String {
        switch self { case .Failed(_, let reason, _): reason }
    }

    /// The error as Rust prints it, for a log; not stable, may be empty.
    public var details: String {
        switch self { case .Failed(_, _, let details): details }
    }

    /// An error of Swift's own side.
    static func failed(_ kind: ErrorKind, _ reason: String) -> SkinKitError {
        .Failed(kind: kind, reason: reason, details: "")
    }
}

extension SkinKitError: LocalizedError {
    /// The reason.
    public var errorDescription: String? { reason }
}
