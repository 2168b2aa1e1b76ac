package skinkit

import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.takeWhile

/**
 * A camera's frames in; guidance for each, and at last one analyzed capture out. Made by [live].
 *
 * Every method may be called from any thread and returns at once, but [close], which waits for the model run under way.
 * The flows may be collected any number of times; a slow collector misses updates and gets the newest. They end when this
 * is closed.
 */
class Live internal constructor(private val session: LiveSession, private val listener: FlowListener) : AutoCloseable {
    /** What each frame gave: guidance, region, quality. A new collector begins with the latest. */
    val updates: Flow<LiveUpdate> = listener.updates.untilClosed()

    /** Captures, analyzed exactly like a photo, and kept if [LiveOptions.keep] asks for it. */
    val captures: Flow<Capture> = listener.captures.untilClosed()

    /** What went wrong with a frame or a capture; the session goes on. */
    val failures: Flow<SkinKitException> = listener.failures.untilClosed()

    /** Frames so far. */
    val counts: LiveCounts
        get() = plainErrors { session.counts() }

    /**
     * Hands over a frame; its planes are copied before this returns, nothing is converted. The newest frame wins: those
     * that nobody looked at are dropped.
     *
     * @param timestampNs nanoseconds from any fixed moment, as cameras give them
     * @throws SkinKitException [ErrorKind.PICTURE] where the planes do not fit the layout or the frame is too large
     * @throws SkinKitException [ErrorKind.CLOSED] this is closed
     */
    fun push(frame: Frame, timestampNs: Long): Pushed = plainErrors {
        require(timestampNs >= 0) { "a frame's time is not negative" }
        session.push(frame.layout, frame.y, frame.u, frame.v, timestampNs.toULong())
    }

    /** Captures the next frame that shows the region, whatever its quality. Without effect after a capture. */
    fun shutter() = plainErrors { session.shutter() }

    /** Begins again after a capture; or cancels one that is held or analyzed, which is then neither delivered nor kept. */
    fun restart() = plainErrors { session.restart() }

    /** Watches another region from the next frame on; also cancels, as [restart] does. */
    fun watch(region: Region) = plainErrors { session.setRegion(region) }

    /** Looks at no more frames. An analysis under way goes on. */
    fun pause() = plainErrors { session.pause() }

    /** Looks at frames again. Timestamps may start anew. */
    fun resume() = plainErrors { session.resume() }

    /** How warm the device is, so that fewer frames are looked at. */
    fun setThermalLevel(level: ThermalLevel) = plainErrors { session.setThermalLevel(level) }

    /** Ends the session and the flows. What was being analyzed is not delivered. Closing twice is no error. */
    override fun close() {
        if (!session.uniffiIsDestroyed) {
            plainErrors { session.shut() }
            session.close()
            listener.close()
        }
    }
}

/**
 * Starts a live session: loads the face networks if the region needs them (some 100 ms).
 *
 * ```
 * kit.live(LiveOptions(region = Region.Lesion)).use { live ->
 *     launch { live.updates.collect { show(it.guidance) } }
 *     val capture = live.captures.first()   // while the camera calls live.push(frame, time)
 * }
 * ```
 *
 * @throws SkinKitException [ErrorKind.NO_HISTORY] where captures are to be kept and there is none
 * @throws SkinKitException [ErrorKind.RUNTIME] the engine failed
 */
suspend fun SkinKit.live(options: LiveOptions): Live {
    val listener = FlowListener()
    return Live(opened { LiveSession.startBlocking(this, options, listener) }, listener)
}

/** Holds flows and no session: a listener that held its session would keep both alive. */
internal class FlowListener : LiveListener {
    val updates = channel<LiveUpdate>(0)
    val captures = channel<Capture>(7)
    val failures = channel<SkinKitException>(15)

    override fun onUpdate(update: LiveUpdate) {
        updates.tryEmit(update)
    }

    override fun onCapture(capture: Capture) {
        captures.tryEmit(capture)
    }

    override fun onFailure(error: SkinKitException) {
        failures.tryEmit(error)
    }

    fun close() {
        updates.tryEmit(null)
        captures.tryEmit(null)
        failures.tryEmit(null)
    }

    /** null says that nothing follows. */
    private fun <T : Any> channel(extra: Int) =
        MutableSharedFlow<T?>(replay = 1, extraBufferCapacity = extra, onBufferOverflow = BufferOverflow.DROP_OLDEST)
}

private fun <T : Any> Flow<T?>.untilClosed(): Flow<T> = takeWhile { it != null }.filterNotNull()
