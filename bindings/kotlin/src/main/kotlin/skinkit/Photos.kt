package skinkit

import java.nio.ByteBuffer

/**
 * Reads and decodes a JPEG or PNG file of at most 64 MiB, 64 million pixels, 16,384 a side. Only pixels are kept: the
 * orientation is applied, place, time and camera are dropped. For one region of it, [openPhoto] is faster.
 *
 * @throws SkinKitException [ErrorKind.PICTURE] missing, too large, damaged, or of another format
 */
suspend fun Photo.Companion.open(path: String): Photo = opened { openBlocking(path) }

/**
 * Decodes a JPEG or PNG held in memory, from the buffer's position to its limit.
 *
 * @throws SkinKitException [ErrorKind.PICTURE] as [open]
 */
suspend fun Photo.Companion.decode(bytes: ByteBuffer): Photo = opened { decodeBlocking(bytes.asDirect()) }

/** Decodes a JPEG or PNG held in memory: see [decode]. */
suspend fun Photo.Companion.decode(bytes: ByteArray): Photo = decode(ByteBuffer.wrap(bytes))

/**
 * Copies a camera frame as it is, so that the camera may have its buffer back. A copy and nothing else: from any thread.
 *
 * @throws SkinKitException [ErrorKind.PICTURE] where the planes do not fit the layout
 * @throws SkinKitException [ErrorKind.INVALID_ARGUMENT] for a rotation that is no quarter turn
 */
fun Photo.Companion.of(frame: Frame): Photo = plainErrors { fromFrame(frame.layout, frame.y, frame.u, frame.v) }
