package skinkit.android

import android.graphics.Bitmap
import android.graphics.ImageFormat
import android.media.Image
import android.graphics.PixelFormat as AndroidPixelFormat
import androidx.camera.core.ImageProxy
import java.nio.ByteBuffer
import skinkit.Frame
import skinkit.FrameLayout
import skinkit.Photo
import skinkit.PixelFormat
import skinkit.of

/** One plane of an image as Android describes it. */
internal class Plane(val bytes: ByteBuffer, val rowStride: Int, val pixelStride: Int)

/**
 * A camera's image as a frame: `YUV_420_888` with the strides that it reports, or `RGBA_8888`. Nothing is copied: keep the
 * image open until the call that gets the frame has returned.
 *
 * @param rotationDegrees clockwise turn that brings the picture upright: from the sensor's orientation and the display's
 * @param mirrored whether the upright picture is then mirrored left to right (front cameras)
 * @throws IllegalArgumentException for another format
 */
fun Image.toFrame(rotationDegrees: Int, mirrored: Boolean = false): Frame =
    frame(format, width, height, rotationDegrees, mirrored, planes.map { Plane(it.buffer, it.rowStride, it.pixelStride) })

/**
 * A CameraX image as a frame, upright by what CameraX says: see [Image.toFrame]. Close the image after the call that gets
 * the frame has returned.
 *
 * @param mirrored whether the upright picture is then mirrored left to right (front cameras)
 * @throws IllegalArgumentException for a format other than `YUV_420_888` and `RGBA_8888`
 */
fun ImageProxy.toFrame(mirrored: Boolean = false): Frame {
    val given = planes.map { Plane(it.buffer, it.rowStride, it.pixelStride) }
    return frame(format, width, height, imageInfo.rotationDegrees, mirrored, given)
}

/**
 * Copies a bitmap. One that is not `ARGB_8888` (or is in graphics memory only) is converted first.
 *
 * @throws skinkit.SkinKitException [skinkit.ErrorKind.PICTURE] an empty bitmap
 */
fun Photo.Companion.of(bitmap: Bitmap): Photo {
    val plain = bitmap.takeIf { it.config == Bitmap.Config.ARGB_8888 } ?: bitmap.copy(Bitmap.Config.ARGB_8888, false)
    val pixels = ByteBuffer.allocateDirect(plain.rowBytes * plain.height)
    plain.copyPixelsToBuffer(pixels)
    pixels.rewind()
    return of(Frame.rgba(pixels, plain.width, plain.height, plain.rowBytes))
}

private fun frame(format: Int, width: Int, height: Int, rotation: Int, mirrored: Boolean, planes: List<Plane>): Frame {
    val first = planes.firstOrNull()
    val wanted = if (format == ImageFormat.YUV_420_888) 3 else 1
    require(first != null && planes.size >= wanted) { "an image of ${planes.size} planes; it needs $wanted" }
    val layout = FrameLayout(
        format = when (format) {
            ImageFormat.YUV_420_888 -> PixelFormat.YUV420
            AndroidPixelFormat.RGBA_8888 -> PixelFormat.RGBA8
            else -> throw IllegalArgumentException(
                "image format $format is not known: ask the camera for YUV_420_888 or RGBA_8888",
            )
        },
        width = width.toUInt(),
        height = height.toUInt(),
        yRowStride = first.rowStride.toUInt(),
        uvRowStride = if (wanted == 3) planes[1].rowStride.toUInt() else 0u,
        uvPixelStride = if (wanted == 3) planes[1].pixelStride.toUInt() else 0u,
        rotationDegrees = rotation,
        mirrored = mirrored,
    )
    if (wanted == 1) return Frame(layout, first.bytes)
    require(planes[1].rowStride == planes[2].rowStride && planes[1].pixelStride == planes[2].pixelStride) {
        "the image's U and V planes have different strides"
    }
    return Frame(layout, first.bytes, planes[1].bytes, planes[2].bytes)
}
