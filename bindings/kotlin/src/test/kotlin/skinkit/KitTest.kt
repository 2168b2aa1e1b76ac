package skinkit

import java.io.File
import java.nio.ByteBuffer
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.PosixFilePermissions
import java.util.concurrent.CountDownLatch
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
                assertEquals(2, history.exportFile(export.toString()))
                assertTrue(export.toFile().readText().contains("lesion-ham7"))
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(export)))
                refuses(ErrorKind.INVALID_ARGUMENT) { history.exportFile("$folder/nowhere/export.json") }
                assertEquals(1uL, history.erase(Erase.Scan(scans[0].id)).scans)
                refuses(ErrorKind.NOT_FOUND) { history.erase(Erase.Scan(scans[0].id)) }
                assertEquals(scans[1].id, history.scans(Fixture.SITE).single().id)
                assertEquals(1uL, history.erase(Erase.Site("me", Fixture.SITE)).scans)
                refuses(ErrorKind.NOT_FOUND) { history.erase(Erase.Subject("me")) }
            }
        }
        History.openExisting(folder.resolve("scans.skinkit").toString(), key).use { again ->
            assertNull(again.compare(Fixture.SITE))
            assertEquals(0uL, again.erase(Erase.Everything).scans)
        }
    }

    @Test
    fun `a lesion over time, in millimeters`() = runBlocking<Unit> {
        val key = generateKey()
        SkinKit.open(Fixture.options(folder, key).copy(keepPictures = true)).use { kit ->
            val options = AnalyzeOptions(Region.Lesion, scale = Scale(0.05f, 0.001f, ScaleSource.COIN))
            val (first, second) = listOf("lesion-first.jpg", "lesion-second.jpg").mapIndexed { index, name ->
                val request = ScanRequest(
                    site = Fixture.SITE,
                    lesion = "mole",
                    position = Point(1f, 2f),
                    options = options,
                    takenAt = 1_000L + index,
                )
                Fixture.photo(name).use { kit.scan(it, request).id }
            }
            kit.reopenPhoto(first, "examples/photos/lesion-first.jpg").use { assertTrue(kit.replay(first, it).reproduced) }
            kit.history().use { history ->
                assertEquals(listOf("me"), history.subjects())
                assertEquals(listOf("mole"), history.lesions(Fixture.SITE))
                val details = assertNotNull(history.scan(first).details)
                assertEquals(Point(1f, 2f), details.position)
                assertEquals(LengthUnit.MILLIMETRE, details.measures?.unit)
                assertEquals(LengthUnit.MILLIMETRE, history.compareScans(first, second).unit)
                val request = TrendRequest("me", Fixture.SITE, "mole", null)
                val area = history.trend(request, Measure.AREA)
                assertEquals(2, area.points.size)
                assertTrue(area in history.trends(request))
                val lesion = history.summary(SummaryRequest(null, null, true, null)).single().sites.single().lesions.single()
                assertEquals(2uL, lesion.scans)
                assertTrue(history.noiseJson().contains("repeats"))
                val matching = history.matchLesions(MatchRequest("me", Fixture.SITE, listOf(second), 5f, emptyList()))
                assertEquals("mole", history.applyMatching(Fixture.SITE, matching).single().lesion)
                history.assign(second, "other", "it is another")
                assertTrue(history.assignments(second).last().evidenceJson.contains("it is another"))
                assertEquals(second, history.nearest(first).single().scan)
                refuses(ErrorKind.UNMEASURABLE) { history.unlikeTheOthers() }
                assertTrue(assertNotNull(history.thumbnail(first)).size > 100)
                assertTrue(history.check().problems.isEmpty())
                val export = folder.resolve("all.json").toString()
                history.exportFile(export, pictures = true)
                assertEquals(2uL, history.importFile(export).known)
                val backup = folder.resolve("backup.skinkit").toString()
                assertTrue(history.backup(backup) > 0)
                assertEquals(2uL, History.restore(backup, folder.resolve("again.skinkit").toString(), key).scans)
                history.rotateKey(generateKey())
            }
            refuses(ErrorKind.WRONG_KEY) { History.open(folder.resolve("scans.skinkit").toString(), key) }
        }
        val strict = qualityThresholds().copy(minRoiPixels = 1e6f)
        SkinKit.open(Fixture.options.copy(quality = strict)).use { kit ->
            Fixture.photo("lesion-first.jpg").use { assertEquals(false, kit.analyze(it).quality.accepted) }
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
                val cheek = kit.analyze(photo, Region.Face(FaceRegion.LEFT_CHEEK))
                assertEquals(Region.Face(FaceRegion.LEFT_CHEEK), cheek.region)
            }
        }
    }

    @Test
    fun `what makes no sense is refused by its kind`() = runBlocking<Unit> {
        refuses(ErrorKind.PACK) { SkinKit.open(Options(pack = "nowhere")) }
        refuses(ErrorKind.INVALID_ARGUMENT) { SkinKit.open(Fixture.options.copy(history = "x")) }
        refuses(ErrorKind.INVALID_ARGUMENT) { SkinKit.open(Fixture.options(folder, ByteArray(31))) }
        refuses(ErrorKind.RUNTIME) {
            SkinKit.open(Fixture.options.copy(engine = EngineChoice.ONNX_RUNTIME, library = "nowhere.so"))
        }
        refuses(ErrorKind.HISTORY) { History.openExisting("$folder/none", generateKey()) }
        History.open("$folder/one", generateKey()).close()
        refuses(ErrorKind.WRONG_KEY) { History.open("$folder/one", generateKey()) }
        refuses(ErrorKind.PICTURE) { Photo.open("nowhere.jpg") }
        refuses(ErrorKind.PICTURE) { Photo.decode(byteArrayOf(1, 2, 3)) }
        refuses(ErrorKind.PICTURE) { Photo.decode(ByteBuffer.allocate(0)) }
        SkinKit.open(Fixture.options).use { kit ->
            Fixture.photo("lesion-first.jpg").use { photo ->
                refuses(ErrorKind.NO_HISTORY) { kit.scan(photo, Fixture.SITE) }
                refuses(ErrorKind.NO_HISTORY) { kit.history() }
                refuses(ErrorKind.REGION) { kit.analyze(photo, Region.Face(FaceRegion.NOSE)) }
                refuses(ErrorKind.REGION) { kit.analyze(photo, Region.Square(Point(Float.NaN, 1f), 100f)) }
                refuses(ErrorKind.INVALID_ARGUMENT) { kit.find(photo, "no token") }
            }
        }
    }

    @Test
    fun `a photo from bytes, from a buffer and from a frame`() = runBlocking<Unit> {
        val file = File("examples/photos/lesion-first.jpg")
        val bytes = file.readBytes()
        SkinKit.open(Fixture.options).use { kit ->
            val wanted = Fixture.photo(file.name).use { kit.analyze(it) }.finding.probabilities
            // A buffer that does not begin at 0, in direct memory and on the heap.
            for (buffer in listOf(ByteBuffer.allocateDirect(bytes.size + 7), ByteBuffer.allocate(bytes.size + 7))) {
                buffer.position(7)
                buffer.put(bytes).position(7)
                Photo.decode(buffer).use { assertEquals(wanted, kit.analyze(it).finding.probabilities) }
                assertEquals(7, buffer.position())
            }
            Photo.decode(bytes).use { photo ->
                val frame = kit.analyze(Fixture.frame(file.name)).finding
                // Java's JPEG decoder rounds differently by a level.
                frame.probabilities.zip(kit.analyze(photo).finding.probabilities).forEach { (a, b) ->
                    assertEquals(a.p, b.p, 0.05f)
                }
            }
        }
        val short = ByteBuffer.allocateDirect(10)
        refuses(ErrorKind.PICTURE) { Photo.of(Frame.rgba(short, 100, 100)) }
        refuses(ErrorKind.PICTURE) { Photo.of(Frame.rgba(short, 0, 0)) }
        refuses(ErrorKind.INVALID_ARGUMENT) { Photo.of(Frame.rgba(ByteBuffer.allocate(16), 2, 2, 0, 45)) }
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
            val whole = Photo.open(file.path).use { kit.analyze(it) }
            val direct = ByteBuffer.allocateDirect(bytes.size + 7).position(7).put(bytes).position(7)
            for (photo in listOf(kit.openPhoto(file.path), kit.decodePhoto(bytes), kit.decodePhoto(direct))) {
                photo.use {
                    assertEquals(1283u to 1601u, it.width() to it.height())
                    val small = kit.analyze(it)
                    assertEquals(whole.roi, small.roi)
                    assertNotEquals(whole.quality.sharpness, small.quality.sharpness)
                    assertEquals(whole.quality.sharpness, small.quality.sharpness, 0.03f)
                    whole.finding.probabilities.zip(small.finding.probabilities).forEach { (a, b) ->
                        assertEquals(a.p, b.p, 0.05f)
                    }
                    assertEquals(whole.roi, kit.scan(it, Fixture.SITE).analysis.roi)
                    val square = Region.Square(Point(600f, 600f), 400f)
                    refuses(ErrorKind.INVALID_ARGUMENT) { kit.analyze(it, square) }
                    refuses(ErrorKind.INVALID_ARGUMENT) { kit.faces(it) }
                    kit.openPhoto(file.path, square).use { other -> assertEquals(400f, kit.analyze(other, square).roi.width) }
                }
            }
            val outside = Region.Square(Point(9000f, 600f), 400f)
            refuses(ErrorKind.REGION) { kit.openPhoto(file.path, outside).use { kit.analyze(it, outside) } }
            refuses(ErrorKind.PICTURE) { kit.openPhoto("nowhere.jpg") }
            refuses(ErrorKind.PICTURE) { kit.decodePhoto(ByteArray(0)) }
            refuses(ErrorKind.PICTURE) { kit.decodePhoto(bytes.copyOf(5_000)) }
            kit.close()
            refuses(ErrorKind.CLOSED) { kit.openPhoto(file.path) }
            refuses(ErrorKind.CLOSED) { kit.decodePhoto(bytes) }
        }
    }

    @Test
    fun `a cancelled scan is whole or not there`() = runBlocking<Unit> {
        SkinKit.open(Fixture.options(folder)).use { kit ->
            val photo = Fixture.photo("lesion-first.jpg")
            val never = launch(Dispatchers.Default) { kit.scan(photo, Fixture.SITE) }
            never.cancelAndJoin()
            kit.history().use { assertTrue(it.scans(Fixture.SITE).size <= 1) }
            kit.history().use { it.erase(Erase.Everything) }
            // Cancelled while it runs: the call ends early, by the coroutine's own exception.
            val scan = async(start = CoroutineStart.UNDISPATCHED) { kit.scan(photo, Fixture.SITE) }
            yield()
            scan.cancel()
            assertFailsWith<CancellationException> { scan.await() }
            kit.history().use { assertTrue(it.scans(Fixture.SITE).size <= 1) }
            // A token of one's own, with the call that blocks.
            Cancel().use { token ->
                token.cancel()
                refuses(ErrorKind.CANCELLED) { kit.analyzeBlocking(photo, AnalyzeOptions(region = Region.Lesion), token) }
            }
        }
    }

    @Test
    fun `what was opened for a cancelled coroutine is closed`() = runBlocking<Unit> {
        val (begun, closed) = CountDownLatch(1) to CountDownLatch(1)
        val opening = launch(Dispatchers.Default) {
            opened {
                begun.countDown()
                Thread.sleep(200)
                AutoCloseable { closed.countDown() }
            }
        }
        begun.await()
        opening.cancelAndJoin()
        assertEquals(0L, closed.count)
    }

    @Test
    fun `use after close is an error, in this thread and in others`() = runBlocking<Unit>(Dispatchers.Default) {
        val kit = SkinKit.open(Fixture.options)
        val photo = Fixture.photo("lesion-first.jpg")
        val errors = java.util.concurrent.ConcurrentLinkedQueue<Throwable>()
        val workers = List(3) {
            thread {
                val end = runCatching { runBlocking { while (true) kit.analyze(photo) } }
                errors += end.exceptionOrNull()!!
            }
        }
        kit.analyze(photo)
        kit.close()
        kit.close()
        workers.forEach { it.join() }
        assertEquals(3, errors.size)
        errors.forEach { assertEquals(ErrorKind.CLOSED, (it as SkinKitException).kind, it.toString()) }
        SkinKit.open(Fixture.options).use { other ->
            photo.close()
            refuses(ErrorKind.CLOSED) { other.analyze(photo) }
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
