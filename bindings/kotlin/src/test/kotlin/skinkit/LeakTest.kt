package skinkit

import java.io.File
import java.nio.ByteBuffer
import java.nio.file.Path
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class LeakTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `10,000 of every kind opened and closed leave no memory, file or thread behind`() = runBlocking<Unit> {
        assumeTrue(File("/proc/self/fd").isDirectory, "it reads /proc")
        // A pack of a kilobyte: opening the real one takes a hundred times as long and tells no more.
        val options = Fixture.options(folder).copy(pack = "crates/inference/tests/fixtures/pack")
        val key = ByteBuffer.allocateDirect(32).put(options.key!!).apply { rewind() }
        val other = folder.resolve("other.skinkit").toString()
        History.openBlocking(other, key).close()
        val frame = Fixture.grey(64, 64)
        fun round(times: Int) = repeat(times) {
            SkinKit.openBlocking(options).use { kit ->
                kit.history().close()
                History.openExistingBlocking(other, key).close()
                Photo.of(frame).close()
                Cancel().close()
                val listener = FlowListener()
                LiveSession.startBlocking(kit, LiveOptions(region = Region.Lesion, autoCapture = false), listener).use {
                    assertEquals(Pushed.TAKEN, it.process(frame.layout, frame.y, frame.u, frame.v, 1u))
                    it.shut()
                }
            }
        }
        fun open(what: String) = File("/proc/self/$what").list()!!.size
        round(1_000)
        val (native, heap) = memory()
        val (files, threads) = open("fd") to open("task")
        round(9_000)
        val (nativeNow, heapNow) = memory()
        println(
            "10,000 of each: ${nativeNow - native} MB native, ${heapNow - heap} MB of Java's heap, ${open("fd") - files} files, " +
                "${open("task") - threads} threads more than after 1,000",
        )
        // A photo alone would be 16 KiB each, a kit or a session more: 300 MB and over.
        assertTrue(nativeNow - native < 100, "grew by ${nativeNow - native} MB")
        // A listener that is not let go would be a few KiB each.
        assertTrue(heapNow - heap < 10, "Java's heap grew by ${heapNow - heap} MB")
        // The JVM opens files and threads of its own.
        assertTrue(open("fd") < files + 50, "$files files before, ${open("fd")} after")
        assertTrue(open("task") < threads + 50, "$threads threads before, ${open("task")} after")
    }

    /**
     * Megabytes of memory, of which Java's heap is a constant part here (see pom.xml), and those that live in that heap. The
     * least of several looks, because JNA frees what it passed over the border in a thread of its own, later.
     */
    private fun memory(): Pair<Long, Long> {
        val heap = Runtime.getRuntime()
        val looks = List(50) {
            System.gc()
            Thread.sleep(100)
            Fixture.residentMegabytes() to (heap.totalMemory() - heap.freeMemory()) / 1_048_576
        }
        return looks.minOf { it.first } to looks.minOf { it.second }
    }
}
