package skinkit.android

import android.graphics.ImageFormat
import android.media.Image
import androidx.camera.core.ImageInfo
import androidx.camera.core.ImageProxy
import java.io.File
import java.nio.ByteBuffer
import javax.crypto.KeyGenerator
import javax.imageio.ImageIO
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test
import skinkit.EngineChoice
import skinkit.Options
import skinkit.Photo
import skinkit.SkinKit
import skinkit.ErrorKind
import skinkit.SkinKitException
import skinkit.kind
import skinkit.analyze
import skinkit.of
import skinkit.open

/** A picture as a camera gives it: rows with padding, and U and V either apart or interleaved. */
private class Yuv(file: String, val pixelStride: Int) {
    private val picture = ImageIO.read(File(file))
    val width = picture.width / 2 * 2
    val height = picture.height / 2 * 2
    val rowStride = width + 32
    val chromaStride = width / 2 * pixelStride + 16
    val y: ByteBuffer = ByteBuffer.allocateDirect(rowStride * height)
    val u: ByteBuffer
    val v: ByteBuffer

    init {
        val chroma = ByteBuffer.allocateDirect(chromaStride * height / 2 * (3 - pixelStride) + 1)
        u = chroma.duplicate()
        // Interleaved: V begins a byte later in the same memory, as on most phones. Apart: after all of U.
        v = chroma.duplicate().apply { position(if (pixelStride == 2) 1 else chromaStride * height / 2) }.slice()
        for (row in 0 until height) {
            for (column in 0 until width) {
                val rgb = picture.getRGB(column, row)
                val (r, g, b) = Triple(rgb shr 16 and 255, rgb shr 8 and 255, rgb and 255)
                y.put(row * rowStride + column, level(0.299 * r + 0.587 * g + 0.114 * b))
                if (row % 2 == 0 && column % 2 == 0) {
                    val at = row / 2 * chromaStride + column / 2 * pixelStride
                    u.put(at, level(128 - 0.168736 * r - 0.331264 * g + 0.5 * b))
                    v.put(at, level(128 + 0.5 * r - 0.418688 * g - 0.081312 * b))
                }
            }
        }
    }

    private fun level(value: Double) = value.toInt().coerceIn(0, 255).toByte()
}

private class FakeImage(private val yuv: Yuv, private val given: Int = ImageFormat.YUV_420_888) : Image() {
    override fun getFormat() = given
    override fun getWidth() = yuv.width
    override fun getHeight() = yuv.height
    override fun getTimestamp() = 0L
    override fun getTransform() = 0
    override fun getScalingMode() = 0
    override fun close() = Unit
    override fun getPlanes(): Array<Plane> = arrayOf(
        plane(yuv.y, yuv.rowStride, 1),
        plane(yuv.u, yuv.chromaStride, yuv.pixelStride),
        plane(yuv.v, yuv.chromaStride, yuv.pixelStride),
    )

    private fun plane(bytes: ByteBuffer, row: Int, pixel: Int) = object : Plane() {
        override fun getRowStride() = row
        override fun getPixelStride() = pixel
        override fun getBuffer() = bytes
    }
}

private class FakeProxy(private val image: Image, private val rotation: Int) : ImageProxy {
    override fun close() = Unit
    override fun getFormat() = image.format
    override fun getWidth() = image.width
    override fun getHeight() = image.height
    override fun getPlanes(): Array<ImageProxy.PlaneProxy> = image.planes.map {
        object : ImageProxy.PlaneProxy {
            override fun getRowStride() = it.rowStride
            override fun getPixelStride() = it.pixelStride
            override fun getBuffer() = it.buffer
        }
    }.toTypedArray()

    override fun getImageInfo() = object : ImageInfo {
        override fun getTimestamp() = 0L
        override fun getRotationDegrees() = rotation
    }
}

class FramesTest {
    private val file = "examples/photos/lesion-first.jpg"

    @Test
    fun `a camera's image gives what the photo gives`() = runBlocking<Unit> {
        SkinKit.open(Options(pack = "models/lesion-ham7", engine = EngineChoice.EMBEDDED)).use { kit ->
            val wanted = Photo.open(file).use { kit.analyze(it) }.finding.probabilities
            for (pixelStride in listOf(1, 2)) {
                val image = FakeImage(Yuv(file, pixelStride))
                val given = listOf(image.toFrame(0), FakeProxy(image, 0).toFrame())
                for (frame in given) {
                    val got = kit.analyze(frame).finding.probabilities
                    // Chroma at half size is another picture, a little.
                    got.zip(wanted).forEach { (a, b) -> assertEquals(b.p, a.p, 0.05f, "stride $pixelStride, ${a.label}") }
                }
            }
        }
    }

    @Test
    fun `rotation and refusals`() {
        val yuv = Yuv(file, 2)
        Photo.of(FakeProxy(FakeImage(yuv), 90).toFrame(mirrored = true)).use {
            assertEquals(yuv.height.toUInt() to yuv.width.toUInt(), it.width() to it.height())
        }
        assertFailsWith<IllegalArgumentException> { FakeImage(yuv, ImageFormat.JPEG).toFrame(0) }
        val wrong = assertFailsWith<SkinKitException> { Photo.of(FakeImage(yuv).toFrame(45)) }
        assertEquals(ErrorKind.INVALID_ARGUMENT, wrong.kind)
    }

    @Test
    fun `a wrapped key comes back, and a changed one does not`() {
        val wrapper = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
        val key = skinkit.generateKey()
        val sealed = wrap(key, wrapper)
        assertContentEquals(key, unwrap(sealed, wrapper))
        assertEquals(12 + 32 + 16, sealed.size)
        sealed[20] = (sealed[20] + 1).toByte()
        assertFailsWith<java.security.GeneralSecurityException> { unwrap(sealed, wrapper) }
        assertFailsWith<java.security.GeneralSecurityException> { unwrap(ByteArray(12), wrapper) }
    }
}
