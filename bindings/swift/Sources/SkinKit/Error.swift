import Foundation

extension SkinKitError {
    /// The stable kind of an error, without its words: what an app decides by.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case invalidArgument = "invalid_argument"
        case picture, region, pack, runtime
        case noHistory = "no_history"
        case wrongKey = "wrong_key"
        case history, busy
        case notFound = "not_found"
        case unmeasurable, cancelled, closed, `internal`
    }

    /// The stable kind.
    public var kind: Kind { parts.kind }

    /// One English sentence or more that say what was wrong, where, and what to do. Not for a patient's eyes as it is.
    public var reason: String { parts.reason }

    /// The error as Rust prints it, for a log; not stable, may be empty.
    public var details: String { parts.details }

    private var parts: (kind: Kind, reason: String, details: String) {
        switch self {
        case .InvalidArgument(let reason, let details): (.invalidArgument, reason, details)
        case .Picture(let reason, let details): (.picture, reason, details)
        case .Region(let reason, let details): (.region, reason, details)
        case .Pack(let reason, let details): (.pack, reason, details)
        case .Runtime(let reason, let details): (.runtime, reason, details)
        case .NoHistory(let reason, let details): (.noHistory, reason, details)
        case .WrongKey(let reason, let details): (.wrongKey, reason, details)
        case .History(let reason, let details): (.history, reason, details)
        case .Busy(let reason, let details): (.busy, reason, details)
        case .NotFound(let reason, let details): (.notFound, reason, details)
        case .Unmeasurable(let reason, let details): (.unmeasurable, reason, details)
        case .Cancelled(let reason, let details): (.cancelled, reason, details)
        case .Closed(let reason, let details): (.closed, reason, details)
        case .Internal(let reason, let details): (.internal, reason, details)
        }
    }
}

extension SkinKitError: LocalizedError {
    /// The reason.
    public var errorDescription: String? { reason }
}
