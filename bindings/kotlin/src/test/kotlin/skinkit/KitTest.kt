package skinkit

import java.io.File
import java.nio.ByteBuffer
import java.nio.file.Path
import kotlin.concurrent.thread
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class KitTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `scan, compare, export, erase`() = runBlocking<Unit> {
        val key = generateKey()
        SkinKit.open(Fixture.options(folder, key)).use { kit ->
            assertNull(kit.compare(Fixture.SITE))
            val scans = listOf("lesion-first.jpg", "lesion-second.jpg").map { name ->
                Fixture.photo(name).use { kit.scan(it, Fixture.SITE) }
            }
            val finding = scans[0].analysis.finding
            assertEquals(kit.pack().labels.map { it.id }, finding.probabilities.map { it.label })
            assertEquals(1f, finding.probabilities.map { it.p }.sum(), 1e-4f)
            val (heatmap, mask) = assertNotNull(finding.heatmap) to assertNotNull(finding.mask)
            assertEquals((heatmap.width * heatmap.height).toInt(), heatmap.map(6).size)
            assertFailsWith<IllegalArgumentException> { heatmap.map(7) }
            assertTrue(mask.probabilities().all { it in 0f..1f })
            assertTrue(assertNotNull(finding.embedding).toFloats().any { it != 0f })
            assertEquals(Verdict.NoMeasurableChange, assertNotNull(kit.compare(Fixture.SITE)).verdict)

            kit.history().use { history ->
                assertEquals(listOf(Fixture.SITE), history.sites())
                val export = folder.resolve("export.json")
                assertEquals(2, history.exportJson(export.toString()))
                assertTrue(export.toFile().readText().contains("lesion-ham7"))
                refuses<SkinKitException.InvalidArgument> { history.exportJson(export.toString()) }
                assertEquals(1uL, history.eraseScan(scans[0].id).scans)
                refuses<SkinKitException.NotFound> { history.eraseScan(scans[0].id) }
                assertEquals(scans[1].id, history.scans(Fixture.SITE).single().id)
                assertEquals(1uL, history.eraseSite(Fixture.SITE).scans)
                assertEquals(0uL, history.eraseSubject().scans)
            }
        }
        History.openExisting(folder.resolve("scans.skinkit").toString(), key).use { again ->
            assertNull(again.compare(Fixture.SITE))
            assertEquals(0uL, again.eraseEverything().scans)
        }
    }

    @Test
    fun `a face, its parts, and a place on it`() = runBlocking<Unit> {
        SkinKit.open(Fixture.options.copy(networks = "models/landmarks")).use { kit ->
            Fixture.photo("face.jpg").use { photo ->
                val face = kit.faces(photo).first()
                assertEquals(468 * 3, face.mesh.coordinates().size)
                assertEquals(9, kit.faceRegions(photo).size)
                assertTrue(kit.faceSkin(photo).mask.tone.lightness in 20f..95f)
                assertTrue(kit.bodySkin(photo).cells.any { it == 1.toByte() })
                assertTrue(kit.person(photo).values.toFloats().any { it > 0.9f })
                assertNotNull(kit.pose(photo))
                assertEquals(0, kit.hands(photo).size)
                val point = kit.faceRegions(photo).first { it.region == FaceRegion.LEFT_CHEEK }.roi.centre
                val token = kit.mark(photo, point, 60f)
                val found = kit.find(photo, token) as Relocation.Found
                assertEquals(point.x, found.point.x, 2f)
                assertNotNull(kit.siteAt(photo, point))
                assertNotNull(kit.scaleHint(photo))
                val scale = assertNotNull(kit.scale(photo, Ruler.Iris))
                assertTrue(scale.error > 0 && scale.mmPerPixel > 0)
                val cheek = kit.analyse(photo, Region.Face(FaceRegion.LEFT_CHEEK))
                assertEquals(Region.Face(FaceRegion.LEFT_CHEEK), cheek.region)
            }
        }
    }

    @Test
    fun `what makes no sense is refused by its kind`() = runBlocking<Unit> {
        refuses<SkinKitException.Pack> { SkinKit.open(Options(pack = "nowhere")) }
        refuses<SkinKitException.InvalidArgument> { SkinKit.open(Fixture.options.copy(history = "x")) }
        refuses<SkinKitException.InvalidArgument> { SkinKit.open(Fixture.options(folder, ByteArray(31))) }
        refuses<SkinKitException.Runtime> {
            SkinKit.open(Fixture.options.copy(engine = EngineChoice.ONNX_RUNTIME, library = "nowhere.so"))
        }
        refuses<SkinKitException.History> { History.openExisting("$folder/none", generateKey()) }
        History.open("$folder/one", generateKey()).close()
        refuses<SkinKitException.WrongKey> { History.open("$folder/one", generateKey()) }
        refuses<SkinKitException.Picture> { Photo.open("nowhere.jpg") }
        refuses<SkinKitException.Picture> { Photo.decode(byteArrayOf(1, 2, 3)) }
        refuses<SkinKitException.Picture> { Photo.decode(ByteBuffer.allocate(0)) }
        SkinKit.open(Fixture.options).use { kit ->
            Fixture.photo("lesion-first.jpg").use { photo ->
                refuses<SkinKitException.NoHistory> { kit.scan(photo, Fixture.SITE) }
                refuses<SkinKitException.NoHistory> { kit.history() }
                refuses<SkinKitException.Region> { kit.analyse(photo, Region.Face(FaceRegion.NOSE)) }
                refuses<SkinKitException.Region> { kit.analyse(photo, Region.Square(Point(Float.NaN, 1f), 100f)) }
                refuses<SkinKitException.InvalidArgument> { kit.find(photo, "no token") }
            }
        }
    }

    @Test
    fun `a photo from bytes, from a buffer and from a frame`() = runBlocking<Unit> {
        val file = File("examples/photos/lesion-first.jpg")
        val bytes = file.readBytes()
        SkinKit.open(Fixture.options).use { kit ->
            val wanted = Fixture.photo(file.name).use { kit.analyse(it) }.finding.probabilities
            // A buffer that does not begin at 0, in direct memory and on the heap.
            for (buffer in listOf(ByteBuffer.allocateDirect(bytes.size + 7), ByteBuffer.allocate(bytes.size + 7))) {
                buffer.position(7)
                buffer.put(bytes).position(7)
                Photo.decode(buffer).use { assertEquals(wanted, kit.analyse(it).finding.probabilities) }
                assertEquals(7, buffer.position())
            }
            Photo.decode(bytes).use { photo ->
                val frame = kit.analyse(Fixture.frame(file.name)).finding
                // Java's JPEG decoder rounds differently by a level.
                frame.probabilities.zip(kit.analyse(photo).finding.probabilities).forEach { (a, b) ->
                    assertEquals(a.p, b.p, 0.05f)
                }
            }
        }
        val short = ByteBuffer.allocateDirect(10)
        refuses<SkinKitException.Picture> { Photo.of(Frame.rgba(short, 100, 100)) }
        refuses<SkinKitException.Picture> { Photo.of(Frame.rgba(short, 0, 0)) }
        refuses<SkinKitException.InvalidArgument> { Photo.of(Frame.rgba(ByteBuffer.allocate(16), 2, 2, 0, 45)) }
        assertFailsWith<IllegalArgumentException> { Frame.rgba(short, -1, 5) }
        Photo.of(Frame.rgba(ByteBuffer.allocate(24), 3, 2, rotationDegrees = 90)).use {
            assertEquals(2u to 3u, it.width() to it.height())
        }
    }

    @Test
    fun `a photo opened for a region is decoded smaller and spoken of as the file`() = runBlocking<Unit> {
        val file = File("bindings/scenario/large.jpg")
        val bytes = file.readBytes()
        SkinKit.open(Fixture.options(folder)).use { kit ->
            val whole = Photo.open(file.path).use { kit.analyse(it) }
            val direct = ByteBuffer.allocateDirect(bytes.size + 7).position(7).put(bytes).position(7)
            for (photo in listOf(kit.openPhoto(file.path), kit.decodePhoto(bytes), kit.decodePhoto(direct))) {
                photo.use {
                    assertEquals(1283u to 1601u, it.width() to it.height())
                    val small = kit.analyse(it)
                    assertEquals(whole.roi, small.roi)
                    assertNotEquals(whole.quality.sharpness, small.quality.sharpness)
                    assertEquals(whole.quality.sharpness, small.quality.sharpness, 0.03f)
                    whole.finding.probabilities.zip(small.finding.probabilities).forEach { (a, b) ->
                        assertEquals(a.p, b.p, 0.05f)
                    }
                    assertEquals(whole.roi, kit.scan(it, Fixture.SITE).analysis.roi)
                    val square = Region.Square(Point(600f, 600f), 400f)
                    refuses<SkinKitException.InvalidArgument> { kit.analyse(it, square) }
                    refuses<SkinKitException.InvalidArgument> { kit.faces(it) }
                    kit.openPhoto(file.path, square).use { other -> assertEquals(400f, kit.analyse(other, square).roi.width) }
                }
            }
            val outside = Region.Square(Point(9000f, 600f), 400f)
            refuses<SkinKitException.Region> { kit.openPhoto(file.path, outside).use { kit.analyse(it, outside) } }
            refuses<SkinKitException.Picture> { kit.openPhoto("nowhere.jpg") }
            refuses<SkinKitException.Picture> { kit.decodePhoto(ByteArray(0)) }
            refuses<SkinKitException.Picture> { kit.decodePhoto(bytes.copyOf(5_000)) }
            kit.close()
            refuses<SkinKitException.Closed> { kit.openPhoto(file.path) }
            refuses<SkinKitException.Closed> { kit.decodePhoto(bytes) }
        }
    }

    @Test
    fun `a cancelled scan is whole or not there`() = runBlocking<Unit> {
        SkinKit.open(Fixture.options(folder)).use { kit ->
            val photo = Fixture.photo("lesion-first.jpg")
            val never = launch(Dispatchers.Default) { kit.scan(photo, Fixture.SITE) }
            never.cancelAndJoin()
            kit.history().use { assertTrue(it.scans(Fixture.SITE).size <= 1) }
            kit.history().use { it.eraseEverything() }
            // Cancelled while it runs: the call ends early, by the coroutine's own exception.
            val scan = async(start = CoroutineStart.UNDISPATCHED) { kit.scan(photo, Fixture.SITE) }
            yield()
            scan.cancel()
            assertFailsWith<CancellationException> { scan.await() }
            kit.history().use { assertTrue(it.scans(Fixture.SITE).size <= 1) }
            // A token of one's own, with the call that blocks.
            Cancel().use { token ->
                token.cancel()
                refuses<SkinKitException.Cancelled> { kit.analyseBlocking(photo, Region.Lesion, token) }
            }
        }
    }

    @Test
    fun `use after close is an error, in this thread and in others`() = runBlocking<Unit>(Dispatchers.Default) {
        val kit = SkinKit.open(Fixture.options)
        val photo = Fixture.photo("lesion-first.jpg")
        val errors = java.util.concurrent.ConcurrentLinkedQueue<Throwable>()
        val workers = List(3) {
            thread {
                val end = runCatching { runBlocking { while (true) kit.analyse(photo) } }
                errors += end.exceptionOrNull()!!
            }
        }
        kit.analyse(photo)
        kit.close()
        kit.close()
        workers.forEach { it.join() }
        assertEquals(3, errors.size)
        errors.forEach { assertTrue(it is SkinKitException.Closed, it.toString()) }
        SkinKit.open(Fixture.options).use { other ->
            photo.close()
            refuses<SkinKitException.Closed> { other.analyse(photo) }
            // Also where the generated call is used directly: a freed photo is not handed over.
            assertFailsWith<IllegalStateException> { other.facesBlocking(photo, FaceDetail.MESH) }
        }
    }

    @Test
    fun `kits with the real pack leave no memory behind`() = runBlocking<Unit> {
        val options = Fixture.options(folder)
        repeat(2) { SkinKit.open(options).close() }
        System.gc()
        val before = Fixture.residentMegabytes()
        repeat(20) { SkinKit.open(options).close() }
        val grown = Fixture.residentMegabytes() - before
        // A leaked kit would hold its networks, some 30 MB.
        assertTrue(grown < 200, "grew by $grown MB")
    }
}
