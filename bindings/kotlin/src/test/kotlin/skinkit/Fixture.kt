package skinkit

import java.io.File
import java.nio.file.Path
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlinx.coroutines.runBlocking

/** What every test needs. Paths are relative to the repository's root, where Surefire starts the tests. */
internal object Fixture {
    const val SITE = "left forearm"

    /** The embedded engine: the same numbers on every machine, and no library to look for. */
    val options = Options(pack = "models/lesion-ham7", engine = EngineChoice.EMBEDDED)

    fun options(folder: Path, key: ByteArray = generateKey()) =
        options.copy(history = folder.resolve("scans.skinkit").toString(), key = key)

    fun photo(name: String) = runBlocking { Photo.open("examples/photos/$name") }

    /** A frame of one colour. */
    fun grey(width: Int, height: Int): Frame {
        val pixels = java.nio.ByteBuffer.allocateDirect(width * height * 4)
        while (pixels.hasRemaining()) pixels.put(120)
        return Frame.rgba(pixels.apply { rewind() }, width, height)
    }

    /** An upright photo as the camera's buffer that would have given it: R G B A, row after row. */
    fun frame(name: String): Frame {
        val picture = javax.imageio.ImageIO.read(File("examples/photos/$name"))
        val pixels = java.nio.ByteBuffer.allocateDirect(picture.width * picture.height * 4)
        for (y in 0 until picture.height) {
            for (x in 0 until picture.width) {
                val rgb = picture.getRGB(x, y)
                pixels.put((rgb shr 16).toByte()).put((rgb shr 8).toByte()).put(rgb.toByte()).put(-1)
            }
        }
        return Frame.rgba(pixels.apply { rewind() }, picture.width, picture.height)
    }

    /** Megabytes of memory that this process has in use. */
    fun residentMegabytes(): Long {
        val line = File("/proc/self/status").readLines().first { it.startsWith("VmRSS") }
        return line.filter(Char::isDigit).toLong() / 1024
    }
}

internal fun refuses(kind: ErrorKind, call: suspend () -> Any?): SkinKitException {
    val error = assertFailsWith<SkinKitException> { runBlocking { call() } }
    assertEquals(kind, error.kind, error.reason)
    assert(error.reason.length > 8) { "a reason for people: ${error.reason}" }
    return error
}
