package skinkit

import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.json.JSONObject
import org.junit.jupiter.api.Test

/** The calls that no other test makes: each once, with a result that only the real thing gives. */
class EveryCallTest {
    @Test
    fun `what the library and the kit say of themselves`() = runBlocking<Unit> {
        assertEquals(3, version().split(".").size)
        assertFalse(generateKey().contentEquals(generateKey()))
        SkinKit.open(Fixture.options).use { kit ->
            assertEquals(EngineKind.EMBEDDED, kit.engine().kind)
            val manifest = JSONObject(kit.packJson())
            assertEquals(kit.pack().id, manifest.getString("id"))
            assertEquals(7, manifest.getJSONArray("labels").length())
        }
        Cancel().use {
            assertFalse(it.isCancelled())
            it.cancel()
            assertTrue(it.isCancelled())
        }
    }

    @Test
    fun `a session without a listener is asked`() = runBlocking<Unit> {
        val frame = Fixture.frame("lesion-first.jpg")
        SkinKit.open(Fixture.options).use { kit ->
            LiveSession.startBlocking(kit, LiveOptions(region = Region.Lesion, autoCapture = false), null).use { session ->
                fun process(time: ULong) = session.process(frame.layout, frame.y, frame.u, frame.v, time)
                assertNull(session.latest())
                assertNull(session.takeCapture())
                assertEquals(Pushed.TAKEN, process(1u))
                assertEquals(Pushed.STALE, process(1u))
                assertEquals(1uL, assertNotNull(session.latest()).sequence)
                session.shutter()
                process(40_000_000u)
                var capture = session.takeCapture()
                while (capture == null) {
                    Thread.sleep(10)
                    capture = session.takeCapture()
                }
                assertEquals(40_000_000uL, capture.timestampNs)
                assertNull(session.takeCapture())
                session.shut()
                refuses(ErrorKind.CLOSED) { session.latest() }
            }
        }
    }
}
