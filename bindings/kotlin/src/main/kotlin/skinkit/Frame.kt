package skinkit

import java.nio.ByteBuffer

/**
 * A camera's buffer as it is: its layout and its planes, borrowed and not copied.
 *
 * A plane begins at its buffer's position and ends at its limit. Direct buffers, which cameras give, are read in place;
 * others are copied once. The buffers must stay as they are until the call that gets the frame has returned.
 *
 * @property layout format, size in pixels, strides in bytes, and the quarter turn that brings the picture upright
 * @param y the only plane, or the luma plane
 * @param u the second plane: U, or interleaved U V (V U) of NV12 (NV21); empty where the format has none
 * @param v the third plane; empty where the format has none
 */
class Frame(val layout: FrameLayout, y: ByteBuffer, u: ByteBuffer = NONE, v: ByteBuffer = NONE) {
    internal val y = y.asDirect()
    internal val u = u.asDirect()
    internal val v = v.asDirect()

    companion object {
        private val NONE: ByteBuffer = ByteBuffer.allocateDirect(0)

        /**
         * A frame of one plane of four bytes a pixel, such as `Bitmap.Config.ARGB_8888` (which lies R G B A in memory).
         *
         * @param pixels the bytes, from the position to the limit
         * @param width in pixels, before rotation
         * @param height in pixels, before rotation
         * @param rowStride bytes from row to row; 0 means packed
         * @param rotationDegrees clockwise turn that brings the picture upright: any multiple of 90
         */
        fun rgba(pixels: ByteBuffer, width: Int, height: Int, rowStride: Int = 0, rotationDegrees: Int = 0): Frame {
            require(width >= 0 && height >= 0 && rowStride >= 0) { "sizes of a frame are not negative" }
            val layout = FrameLayout(
                format = PixelFormat.RGBA8,
                width = width.toUInt(),
                height = height.toUInt(),
                yRowStride = rowStride.toUInt(),
                rotationDegrees = rotationDegrees,
            )
            return Frame(layout, pixels)
        }
    }
}

/** The remaining bytes at the start of a direct buffer: UniFFI hands over a buffer's first address, not its position. */
internal fun ByteBuffer.asDirect(): ByteBuffer =
    if (isDirect) slice() else ByteBuffer.allocateDirect(remaining()).put(duplicate()).apply { rewind() }

/** Bytes in a direct buffer for the length of a call, which are wiped afterwards: for keys. */
internal inline fun <T> ByteArray.borrowed(call: (ByteBuffer) -> T): T {
    val direct = ByteBuffer.allocateDirect(size).put(this).apply { rewind() }
    try {
        return call(direct)
    } finally {
        repeat(size) { direct.put(it, 0) }
    }
}
