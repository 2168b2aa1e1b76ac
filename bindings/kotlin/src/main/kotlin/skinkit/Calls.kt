package skinkit

import kotlin.coroutines.cancellation.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/** Runs a call that blocks off the caller's thread. */
internal suspend fun <T> background(call: () -> T): T = withContext(Dispatchers.IO) { plainErrors(call) }

/** [background] for what has to be closed: an object that comes too late for a cancelled coroutine is closed, not lost. */
internal suspend fun <T : AutoCloseable> opened(call: () -> T): T {
    var made: T? = null
    try {
        return background { call().also { made = it } }
    } catch (stopped: CancellationException) {
        made?.close()
        throw stopped
    }
}

/** Runs a call that blocks off the caller's thread; cancelling the coroutine stops it within one run of a network. */
internal suspend fun <T> stoppable(call: (Cancel) -> T): T =
    Cancel().use { token ->
        coroutineScope {
            val watcher = launch(start = CoroutineStart.UNDISPATCHED) {
                try {
                    awaitCancellation()
                } finally {
                    token.cancel()
                }
            }
            try {
                background { call(token) }
            } catch (stopped: SkinKitException) {
                throw if (stopped.kind == ErrorKind.CANCELLED) CancellationException(stopped.reason, stopped) else stopped
            } finally {
                watcher.cancel()
            }
        }
    }

/** What the generated code throws besides [SkinKitException], as one. */
internal inline fun <T> plainErrors(call: () -> T): T =
    try {
        call()
    } catch (closed: IllegalStateException) {
        throw SkinKitException.Failed(ErrorKind.CLOSED, "this object is closed: open it again", closed.message.orEmpty())
    } catch (fault: InternalException) {
        throw SkinKitException.Failed(ErrorKind.INTERNAL, "SkinKit failed: please report it", fault.message.orEmpty())
    }
