import Foundation

/// Where calls that block run: threads of SkinKit's own, so that Swift's few cooperative threads stay free.
enum Background {
    private static let queue: OperationQueue = {
        let queue = OperationQueue()
        queue.name = "SkinKit"
        queue.qualityOfService = .userInitiated
        queue.maxConcurrentOperationCount = max(2, ProcessInfo.processInfo.activeProcessorCount)
        return queue
    }()

    /// Runs a call that cannot be stopped once it has begun; a task that is cancelled before does not begin it.
    static func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: body)) }
        }
    }

    /// Runs a call that stops when the task is cancelled, within one run of a network; then throws `CancellationError`.
    static func stoppable<T: Sendable>(_ body: @escaping @Sendable (Cancel) throws -> T) async throws -> T {
        let cancel = Cancel()
        do {
            return try await withTaskCancellationHandler {
                try await run { try body(cancel) }
            } onCancel: {
                cancel.cancel()
            }
        } catch let error as SkinKitError where error.kind == .cancelled && cancel.isCancelled() {
            throw CancellationError()
        }
    }
}
