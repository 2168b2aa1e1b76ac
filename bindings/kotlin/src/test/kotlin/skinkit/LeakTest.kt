package skinkit

import java.io.File
import java.lang.management.ManagementFactory
import java.nio.ByteBuffer
import java.nio.file.Path
import javax.management.ObjectName
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
        val (memory, objects) = settled()
        val (files, threads) = open("fd") to open("task")
        round(9_000)
        val (memoryNow, objectsNow) = settled()
        println(
            "10,000 of each: ${memoryNow - memory} MB, ${objectsNow - objects} objects, ${open("fd") - files} files, " +
                "${open("task") - threads} threads more than after 1,000",
        )
        // A photo alone would be 16 KiB each, a kit or a session more: 300 MB and over.
        assertTrue(memoryNow - memory < 100, "grew by ${memoryNow - memory} MB")
        assertTrue(objectsNow - objects < 100, "${objectsNow - objects} more of SkinKit's objects in Java's heap")
        // The JVM opens files and threads of its own.
        assertTrue(open("fd") < files + 50, "$files files before, ${open("fd")} after")
        assertTrue(open("task") < threads + 50, "$threads threads before, ${open("task")} after")
    }

    /**
     * Megabytes of memory, of which Java's heap is a constant part here (see pom.xml), and how many objects of SkinKit's classes
     * live in that heap. The least of several looks, because JNA frees what it passed over the border in a thread of its own.
     */
    private fun settled(): Pair<Long, Int> {
        val looks = List(20) {
            Thread.sleep(100)
            Fixture.residentMegabytes() to objects()
        }
        return looks.minOf { it.first } to looks.minOf { it.second }
    }

    /** Collects garbage and counts what is left: lines such as `  12:   3   96  skinkit.Photo`. */
    private fun objects(): Int {
        val said = ManagementFactory.getPlatformMBeanServer().invoke(
            ObjectName("com.sun.management:type=DiagnosticCommand"),
            "gcClassHistogram",
            arrayOf<Any>(emptyArray<String>()),
            arrayOf(Array<String>::class.java.name),
        ) as String
        val ours = said.lines().map { it.trim().split(Regex(" +")) }.filter { it.size > 3 && it[3].startsWith("skinkit.") }
        assertTrue(ours.isNotEmpty(), said.take(500))
        return ours.sumOf { it[1].toInt() }
    }
}
