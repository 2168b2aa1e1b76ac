package skinkit

import java.nio.ByteBuffer
import java.nio.ByteOrder

/** The little-endian 32-bit floats that an array of bytes holds: embeddings, meshes, maps and masks come as bytes. */
fun ByteArray.toFloats(): FloatArray {
    require(size % Float.SIZE_BYTES == 0) { "$size bytes are no whole number of 32-bit floats" }
    return FloatArray(size / Float.SIZE_BYTES).also {
        ByteBuffer.wrap(this).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(it)
    }
}

/**
 * The map of one label: [Heatmap.height] rows of [Heatmap.width] values of raw evidence.
 *
 * @param label its place in [Finding.probabilities] and [Pack.labels], from 0
 */
fun Heatmap.map(label: Int): FloatArray {
    require(label in 0 until classes.toInt()) { "there are maps for labels 0 to ${classes.toInt() - 1}, not for $label" }
    val cells = (width * height).toInt()
    return values.copyOfRange(label * cells * Float.SIZE_BYTES, (label + 1) * cells * Float.SIZE_BYTES).toFloats()
}

/** Probability of lesion at each place of the region: [Mask.height] rows of [Mask.width] values, 0 to 1. */
fun Mask.probabilities(): FloatArray = values.toFloats()

/** x, y, z of each landmark, one after the other: pixels from the left and from the top, and depth in the same unit. */
fun FaceMesh.coordinates(): FloatArray = points.toFloats()
