package skinkit

import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.nio.file.Path
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class ReadmeTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `the quick start says what the README says`() {
        val console = System.out
        val said = ByteArrayOutputStream()
        System.setOut(PrintStream(said))
        try {
            runBlocking { readme.quickStart(folder.toFile()) }
        } finally {
            System.setOut(console)
        }
        val lines = said.toString().trim().lines()
        assertTrue(lines.size == 4 && lines[0].contains("Melanocytic naevus"), said.toString())
        assertTrue(lines[2].contains("NoMeasurableChange") && lines[3] == "erased 2 scans", said.toString())
    }
}
