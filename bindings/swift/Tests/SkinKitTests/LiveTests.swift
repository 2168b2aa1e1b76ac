import Foundation
import XCTest

@testable import SkinKit

final class LiveTests: XCTestCase {
    func testGuidanceThenOneCapture() async throws {
        let live = try await Fixtures.kit.get().live(LiveOptions(region: .lesion, autoCapture: false))
        let dark = Skin(brightness: 0.08)
        XCTAssertEqual(try dark.frame { try live.process($0, nanoseconds: 1) }, .taken)
        var updates = live.updates.makeAsyncIterator()
        let first = await updates.next()
        XCTAssertEqual(first?.sequence, 1)
        XCTAssertEqual(first?.width, 640)
        XCTAssertEqual(first?.guidance, .improve(.tooDark))
        // An older frame is no news.
        XCTAssertEqual(try dark.frame { try live.push($0, nanoseconds: 1) }, .stale)

        let skin = Skin()
        try live.shutter()
        XCTAssertEqual(try skin.frame { try live.process($0, nanoseconds: 40_000_000) }, .taken)
        var captures = live.captures.makeAsyncIterator()
        let outcome = await captures.next()
        let capture = try XCTUnwrap(outcome).get()
        XCTAssertEqual(capture.timestampNs, 40_000_000)
        XCTAssertNil(capture.scan)
        // The capture is analyzed exactly like a photo of the same frame.
        let photo = try skin.frame { try Photo.copy($0) }
        let alone = try await Fixtures.kit.get().analyze(photo)
        XCTAssertEqual(capture.analysis.finding.probabilities, alone.finding.probabilities)

        live.stop()
        XCTAssertThrowsError(try skin.frame { try live.push($0, nanoseconds: 80_000_000) }) {
            XCTAssertEqual(($0 as? SkinKitError)?.kind, .closed)
        }
        while await updates.next() != nil {}
        let end = await captures.next()
        XCTAssertNil(end)
    }

    func testCapturesAreKeptWhereAskedFor() async throws {
        let folder = try Fixtures.folder(self)
        let file = folder.appendingPathComponent("a.skinkit")
        let kit = try await SkinKit.open(Options(pack: Fixtures.pack, history: file.path, key: try generateKey()))
        let live = try await kit.live(LiveOptions(region: .lesion, keep: ScanRequest("back")))
        try live.shutter()
        try Skin().frame { _ = try live.process($0, nanoseconds: 1) }
        for await outcome in live.captures {
            let number = try outcome.get().scan
            let scans = try await kit.history().scans(at: "back")
            XCTAssertEqual(scans.map { Optional($0.id) }, [number])
            break
        }
    }

    func testTheLastReferenceEndsTheStreams() async throws {
        var live: Live? = try await Fixtures.kit.get().live(LiveOptions(region: .lesion))
        let updates = try XCTUnwrap(live?.updates)
        let captures = try XCTUnwrap(live?.captures)
        live = nil
        for await _ in updates {}
        for await _ in captures {}
    }

    func testAListenerThatThrowsIsNotCalledAgain() throws {
        let listener = Counting(fails: true)
        let session = try LiveSession.start(
            kit: Fixtures.kit.get(), options: LiveOptions(region: .lesion, autoCapture: false), listener: listener)
        let skin = Skin()
        for time in UInt64(1)...5 {
            let pushed = try skin.frame { frame in
                try frame.borrow { try session.process(layout: $0, y: $1, u: $2, v: $3, timestampNs: time * 40_000_000) }
            }
            XCTAssertEqual(pushed, .taken)
        }
        XCTAssertEqual(listener.updates, 1)
        XCTAssertTrue(session.listenerFailed())
        // The session goes on and can be polled.
        XCTAssertEqual(try session.latest()?.sequence, 5)
        XCTAssertEqual(try session.counts().lookedAt, 5)
        session.shut()
    }

    func testNoCallbackComesAfterShut() throws {
        for round in 0..<20 {
            let listener = Counting(delay: 0.002)
            let session = try LiveSession.start(
                kit: Fixtures.kit.get(), options: LiveOptions(region: .lesion), listener: listener)
            let skin = Skin(width: 320, height: 240)
            for time in UInt64(1)...10 {
                _ = try skin.frame { frame in
                    try frame.borrow { try session.push(layout: $0, y: $1, u: $2, v: $3, timestampNs: time * 40_000_000) }
                }
            }
            Thread.sleep(forTimeInterval: Double(round) * 0.001)
            session.shut()
            let heard = listener.updates
            Thread.sleep(forTimeInterval: 0.02)
            XCTAssertEqual(listener.updates, heard)
        }
    }

    func testBadFramesAreErrors() throws {
        let session = try LiveSession.start(
            kit: Fixtures.kit.get(), options: LiveOptions(region: .lesion), listener: nil)
        let layout = FrameLayout(format: .nv12, width: 64, height: 64)
        for (y, u) in [(0, 0), (64 * 64, 0), (64 * 64 - 1, 2048), (64 * 64, 2047), (10, 10)] {
            XCTAssertThrowsError(
                try session.push(layout: layout, y: Data(count: y), u: Data(count: u), v: Data(), timestampNs: 1), "\(y) \(u)"
            ) { XCTAssertEqual(($0 as? SkinKitError)?.kind, .picture) }
        }
        XCTAssertThrowsError(
            try Skin().frame { frame in
                var frame = frame
                frame.width = -1
                return try frame.borrow { try session.push(layout: $0, y: $1, u: $2, v: $3, timestampNs: 1) }
            }
        ) { XCTAssertEqual(($0 as? SkinKitError)?.kind, .invalidArgument) }
        session.shut()
    }
}

/// Counts what it hears, slowly or badly.
private final class Counting: LiveListener, @unchecked Sendable {
    struct Failure: Error {}
    private let lock = NSLock()
    private var count = 0
    private let fails: Bool
    private let delay: TimeInterval

    init(fails: Bool = false, delay: TimeInterval = 0) {
        self.fails = fails
        self.delay = delay
    }

    var updates: Int { lock.withLock { count } }

    func onUpdate(update: LiveUpdate) throws {
        if delay > 0 { Thread.sleep(forTimeInterval: delay) }
        lock.withLock { count += 1 }
        if fails { throw Failure() }
    }
    func onCapture(capture: Capture) throws {}
    func onFailure(error: SkinKitError) throws {}
}
