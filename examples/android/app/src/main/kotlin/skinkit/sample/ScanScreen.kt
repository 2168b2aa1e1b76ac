package skinkit.sample

import android.app.Activity
import android.view.View
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.ScrollView
import android.widget.TextView
import androidx.camera.core.ImageProxy
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch
import skinkit.Analysis
import skinkit.AnalyzeOptions
import skinkit.ErrorKind
import skinkit.Live
import skinkit.LiveOptions
import skinkit.Region
import skinkit.ScanRequest
import skinkit.SkinKit
import skinkit.SkinKitException
import skinkit.android.toFrame
import skinkit.compare
import skinkit.kind
import skinkit.live

/** The camera with guidance over it, and then the result. */
class ScanScreen(
    private val activity: Activity,
    private val scope: CoroutineScope,
    private val kit: SkinKit,
    openCamera: ((ImageProxy) -> Unit) -> Camera,
) {
    private val guide = OverlayView(activity)
    private val camera = openCamera(::push)

    /** What is shown. */
    val view = FrameLayout(activity).apply {
        addView(camera.preview)
        addView(guide)
    }

    @Volatile
    private var live: Live? = null

    /** Watches the camera until one good picture is kept. */
    suspend fun start() {
        val keep = ScanRequest(site = SITE, options = AnalyzeOptions(region = Region.Lesion))
        val live = kit.live(LiveOptions(region = Region.Lesion, keep = keep)).also { live = it }
        scope.launch { live.updates.collect(guide::show) }
        scope.launch { live.failures.collect { guide.say("This picture could not be used.") } }
        scope.launch {
            live.captures.collect { capture ->
                stop()
                showResult(capture.analysis)
            }
        }
        camera.start()
    }

    /** Ends the session and the camera. */
    fun stop() {
        camera.stop()
        live?.close()
        live = null
    }

    /** On the camera's thread: the frame is copied before its buffer goes back. */
    private fun push(image: ImageProxy) = image.use {
        try {
            live?.push(it.toFrame(), it.imageInfo.timestamp)
        } catch (error: SkinKitException) {
            // Closed: stopped between two frames.
            if (error.kind != ErrorKind.CLOSED) throw error
        }
    }

    private suspend fun showResult(analysis: Analysis) {
        val change = kit.compare(SITE)
        val lines = analysis.finding.probabilities.sortedByDescending { it.p }.take(3)
            .map { "${it.name}: %.0f %%".format(it.p * 100) }
        val words = TextView(activity).apply {
            textSize = 18f
            text = (lines + "" + verdict(change) + "" + NOTICE).joinToString("\n")
        }
        val heatmap = HeatmapView(activity, analysis.finding)
        val list = LinearLayout(activity).apply {
            orientation = LinearLayout.VERTICAL
            addView(heatmap, LinearLayout.LayoutParams(-1, 600))
            addView(words)
        }
        view.removeAllViews()
        view.addView(ScrollView(activity).apply { addView(list) }, FrameLayout.LayoutParams(-1, -1))
        view.visibility = View.VISIBLE
    }
}

/** Where on the body; an app of its own would ask. */
const val SITE = "left forearm"

private const val NOTICE = "SkinKit records, measures and compares. This is not a medical device and not a diagnosis."
