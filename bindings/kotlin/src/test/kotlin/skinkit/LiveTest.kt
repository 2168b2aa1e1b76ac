package skinkit

import java.nio.file.Path
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class LiveTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `frames in, guidance and one kept capture out`() = runBlocking<Unit> {
        withTimeout(60_000) {
            SkinKit.open(Fixture.options(folder)).use { kit ->
                val keep = ScanRequest(site = Fixture.SITE, options = AnalyzeOptions(region = Region.Lesion))
                kit.live(LiveOptions(region = Region.Lesion, holdMs = 200u, keep = keep)).use { live ->
                    val all = async(Dispatchers.Default) { live.updates.toList() }
                    val frame = Fixture.frame("lesion-first.jpg")
                    val camera = launch(Dispatchers.Default) {
                        var time = 0L
                        while (true) {
                            live.push(frame, time)
                            time += 33_000_000
                            delay(33)
                        }
                    }
                    val holding = live.updates.first { it.guidance == Guidance.Hold }
                    assertTrue(assertNotNull(holding.quality).accepted)
                    val capture = live.captures.first()
                    camera.cancel()
                    assertTrue(capture.chosenFrom > 0u)
                    assertEquals(7, capture.analysis.finding.probabilities.size)
                    kit.history().use { assertEquals(capture.scan, it.scans(Fixture.SITE).single().id) }
                    assertTrue(live.counts.lookedAt > 0u)
                    live.close()
                    live.close()
                    // Closing ends the flows.
                    val updates = all.await()
                    assertEquals(updates.sortedBy { it.sequence }, updates)
                    refuses(ErrorKind.CLOSED) { live.push(frame, 0) }
                    refuses(ErrorKind.CLOSED) { live.counts }
                }
            }
        }
    }

    @Test
    fun `the shutter, pausing, and another region`() = runBlocking<Unit> {
        withTimeout(60_000) {
            SkinKit.open(Fixture.options).use { kit ->
                kit.live(LiveOptions(region = Region.Lesion, autoCapture = false)).use { live ->
                    val frame = Fixture.frame("lesion-second.jpg")
                    live.pause()
                    assertEquals(Pushed.PAUSED, live.push(frame, 1))
                    live.resume()
                    live.setThermalLevel(ThermalLevel.NOMINAL)
                    live.shutter()
                    assertEquals(Pushed.TAKEN, live.push(frame, 2))
                    assertEquals(0u, live.captures.first().chosenFrom)
                    live.watch(Region.Face(FaceRegion.NOSE))
                    live.push(Fixture.grey(320, 240), 3)
                    assertEquals(Guidance.ShowFace, live.updates.first { it.width == 320u }.guidance)
                    live.restart()
                    refuses(ErrorKind.PICTURE) {
                        live.push(Frame.rgba(java.nio.ByteBuffer.allocateDirect(4), 100, 100), 4)
                    }
                }
                refuses(ErrorKind.NO_HISTORY) {
                    kit.live(LiveOptions(region = Region.Lesion, keep = ScanRequest("x", options = AnalyzeOptions(region = Region.Lesion))))
                }
            }
        }
    }

    @Test
    fun `a listener that throws is not called again, and the session goes on`() = runBlocking<Unit> {
        var calls = 0
        val listener = object : LiveListener {
            override fun onUpdate(update: LiveUpdate) {
                calls++
                error("the host's own fault")
            }

            override fun onCapture(capture: Capture) = Unit

            override fun onFailure(error: SkinKitException) = Unit
        }
        val frame = Fixture.grey(320, 240)
        SkinKit.open(Fixture.options).use { kit ->
            LiveSession.startBlocking(kit, LiveOptions(region = Region.Lesion), listener).use { session ->
                repeat(3) {
                    session.process(frame.layout, frame.y, frame.u, frame.v, (it * 50_000_000L).toULong())
                }
                assertEquals(1, calls)
                assertTrue(session.listenerFailed())
                assertEquals(3uL, session.counts().lookedAt)
                session.shut()
            }
        }
    }
}
