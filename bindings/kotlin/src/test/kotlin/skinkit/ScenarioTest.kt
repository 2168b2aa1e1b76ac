package skinkit

import java.io.File
import java.nio.file.Path
import kotlin.math.abs
import kotlin.math.max
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.json.JSONObject
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** The scenario of bindings/scenario, whose README says what each step is. */
class ScenarioTest {
    @TempDir
    lateinit var folder: Path

    private val results = mutableMapOf<String, Any>()

    @Test
    fun `the same results as in every language`() = runBlocking<Unit> {
        val scenario = read("scenario.json")
        val (subject, site) = scenario.getString("subject") to scenario.getString("site")
        assertEquals("embedded", scenario.getString("engine"))
        val options = Options(pack = scenario.getString("pack"), engine = EngineChoice.EMBEDDED)
        val (file, key) = folder.resolve("scans.skinkit").toString() to generateKey()
        val kit = SkinKit.open(options.copy(history = file, key = key))
        results["pack.id"] = kit.pack().id
        results["pack.labels"] = kit.pack().labels.size

        val scans = scenario.getJSONArray("scans").map { it as JSONObject }
        val photos = scans.map { Photo.open(it.getString("photo")) }
        analysis(kit.analyze(photos[0]))
        val face = scenario.getJSONObject("face")
        val part = FaceRegion.valueOf(face.getString("region").uppercase())
        face(kit.analyze(Photo.open(face.getString("photo")), Region.Face(part)))
        val large = scenario.getJSONObject("large")
        assertEquals("lesion", large.getString("region"))
        val opened = kit.openPhoto(large.getString("photo"))
        large(opened, kit.analyze(opened))
        val ids = scans.zip(photos).mapIndexed { index, (scan, photo) ->
            val request = ScanRequest(
                site,
                subject,
                options = AnalyzeOptions(region = Region.Lesion),
                takenAt = scan.getLong("taken_at"),
            )
            kit.scan(photo, request).also { labels("scan.${index + 1}", it.analysis) }.id
        }
        val change = kit.compare(site, subject)!!
        results["compare.verdict"] = snake(change.verdict.javaClass.simpleName)
        results["compare.similarity"] = change.similarity!!
        results["compare.basis"] = change.basis.name.lowercase()
        results["compare.measures"] = change.measures.size
        results["compare.unit"] = change.unit.name.lowercase()
        val history = kit.history()
        results["history.sites"] = history.sites(subject).joinToString(",")
        results["history.taken_at"] = history.scans(site, subject).joinToString(",") { it.takenAt.toString() }
        history.erase(Erase.Scan(ids[0]))
        results["erase.left"] = history.scans(site, subject).size
        results["erase.everything"] = history.erase(Erase.Everything).scans.toLong()
        results["erase.sites"] = history.sites(subject).size

        error("pack") { SkinKit.open(Options(pack = "nowhere")) }
        error("photo") { Photo.open("nowhere.jpg") }
        error("photo_for") { kit.openPhoto("nowhere.jpg") }
        error("other_region") { kit.analyze(opened, Region.Face(part)) }
        error("key") { History.openExisting(file, ByteArray(32)) }
        error("key_length") { History.openExisting(file, key.copyOf(31)) }
        error("region") { kit.analyze(photos[0], Region.Face(FaceRegion.NOSE)) }
        error("scan") { history.erase(Erase.Scan(999)) }
        error("cancelled") { kit.analyzeBlocking(photos[0], AnalyzeOptions(region = Region.Lesion), Cancel().apply { cancel() }) }
        SkinKit.open(options).use { plain -> error("no_history") { plain.scan(photos[0], site) } }
        kit.close()
        error("closed") { kit.analyze(photos[0]) }
        compare(scenario.getDouble("tolerance"))
    }

    private fun analysis(analysis: Analysis) {
        labels("analyse", analysis)
        results["pack.rarest"] = analysis.finding.probabilities.minOf { it.frequency!! }
        val (finding, measures) = analysis.finding to analysis.measures!!
        measures.values.forEach { results["analyse.measure.${it.measure.name.lowercase()}"] = it.value }
        results["analyse.unit"] = measures.unit.name.lowercase()
        results["analyse.border"] = measures.border.flatMap { listOf(it.x, it.y) }.average()
        results["analyse.accepted"] = analysis.quality.accepted
        results["analyse.sharpness"] = analysis.quality.sharpness
        results["analyse.roi.width"] = analysis.roi.width
        results["analyse.set"] = finding.predictionSet.joinToString(" ")
        results["analyse.embedding"] = mean(finding.embedding!!)
        results["analyse.mask"] = mean(finding.mask!!.values)
        results["analyse.heatmap"] = mean(finding.heatmap!!.values)
    }

    private fun face(analysis: Analysis) {
        results["face.roi.width"] = analysis.roi.width
        results["face.mesh"] = mean(analysis.face!!.mesh.points)
        results["face.accepted"] = analysis.quality.accepted
    }

    private fun large(photo: Photo, analysis: Analysis) {
        labels("large", analysis)
        results["large.width"] = photo.width().toInt()
        results["large.height"] = photo.height().toInt()
        results["large.roi.width"] = analysis.roi.width
        results["large.accepted"] = analysis.quality.accepted
        results["large.measure.area"] = analysis.measures!!.values.first { it.measure == Measure.AREA }.value
    }

    private fun labels(step: String, analysis: Analysis) =
        analysis.finding.probabilities.forEach { results["$step.p.${it.label}"] = it.p }

    private suspend fun error(key: String, call: suspend () -> Any?) {
        val error = runCatching { call() }.exceptionOrNull() as SkinKitException?
        results["error.$key"] = error?.kind?.name?.lowercase() ?: "no error"
    }

    private fun compare(tolerance: Double) {
        val expected = read("expected.json").toMap()
        assertEquals(expected.keys.sorted(), results.keys.sorted())
        for ((key, wanted) in expected) {
            val got = results.getValue(key)
            if (wanted is Number) {
                val difference = abs((got as Number).toDouble() - wanted.toDouble())
                assertTrue(difference <= tolerance * max(1.0, abs(wanted.toDouble())), "$key: $got, expected $wanted")
            } else {
                assertEquals(wanted, got, key)
            }
        }
    }

    private fun read(name: String) = JSONObject(File("bindings/scenario/$name").readText())

    private fun mean(bytes: ByteArray) = bytes.toFloats().map { it.toDouble() }.average()

    /** `WrongKey` as `wrong_key`. */
    private fun snake(name: String) = name.replace(Regex("(?<=.)[A-Z]")) { "_" + it.value }.lowercase()
}
