import Foundation

/// A live session whose updates and captures are streams.
///
/// ```swift
/// let live = try await kit.live(LiveOptions(region: .lesion))
/// Task { for await update in live.updates { show(update.guidance) } }
/// for await outcome in live.captures { keep(try outcome.get()) }
/// ```
///
/// Push frames from the camera's queue. Each stream has one reader. They end with ``stop()`` or with the last reference.
public final class Live: Sendable {
    /// One a frame that was looked at; a reader that is late gets the newest only.
    public let updates: AsyncStream<LiveUpdate>
    /// Every capture, and why a frame or capture failed (the session goes on). None is lost.
    public let captures: AsyncStream<Result<Capture, SkinKitError>>
    /// The session itself, for what is not here.
    public let session: LiveSession
    private let sink: Sink

    init(_ kit: SkinKit, _ options: LiveOptions) throws {
        let (updates, update) = AsyncStream.makeStream(of: LiveUpdate.self, bufferingPolicy: .bufferingNewest(1))
        let (captures, capture) = AsyncStream.makeStream(of: Result<Capture, SkinKitError>.self)
        self.updates = updates
        self.captures = captures
        sink = Sink(updates: update, captures: capture)
        session = try LiveSession.start(kit: kit, options: options, listener: sink)
    }

    deinit {
        stop()
    }

    /// Hands over a frame taken at a time counted from any fixed moment; its planes are copied before this returns.
    ///
    /// - Throws: ``SkinKitError`` of the kind `picture` where the planes do not fit; `invalidArgument`, `closed`.
    @discardableResult
    public func push(_ frame: CameraFrame, nanoseconds: UInt64) throws -> Pushed {
        try frame.borrow { try session.push(layout: $0, y: $1, u: $2, v: $3, timestampNs: nanoseconds) }
    }

    /// Looks at a frame on the calling thread, in place.
    @discardableResult
    public func process(_ frame: CameraFrame, nanoseconds: UInt64) throws -> Pushed {
        try frame.borrow { try session.process(layout: $0, y: $1, u: $2, v: $3, timestampNs: nanoseconds) }
    }

    /// Captures the next frame that shows the region, whatever its quality.
    public func shutter() throws { try session.shutter() }

    /// Begins again after a capture; or cancels one that is held or analysed.
    public func restart() throws { try session.restart() }

    /// Ends the session and its streams; waits at most for a model run and a callback under way.
    public func stop() {
        session.shut()
        sink.finish()
    }
}

private final class Sink: LiveListener {
    private let updates: AsyncStream<LiveUpdate>.Continuation
    private let captures: AsyncStream<Result<Capture, SkinKitError>>.Continuation

    init(
        updates: AsyncStream<LiveUpdate>.Continuation,
        captures: AsyncStream<Result<Capture, SkinKitError>>.Continuation
    ) {
        self.updates = updates
        self.captures = captures
    }

    func onUpdate(update: LiveUpdate) throws { updates.yield(update) }
    func onCapture(capture: Capture) throws { captures.yield(.success(capture)) }
    func onFailure(error: SkinKitError) throws { captures.yield(.failure(error)) }

    func finish() {
        updates.finish()
        captures.finish()
    }
}

extension ThermalLevel {
    #if canImport(Darwin)
    /// What the system says of itself; hand it to `session.setThermalLevel` when it changes.
    public init(_ state: ProcessInfo.ThermalState) {
        switch state {
        case .nominal: self = .nominal
        case .fair: self = .fair
        case .serious: self = .serious
        case .critical: self = .critical
        @unknown default: self = .critical
        }
    }
    #endif
}
