package skinkit.sample

import android.content.Context
import android.view.View
import android.widget.LinearLayout
import android.widget.ScrollView
import android.widget.TextView
import java.text.DateFormat
import java.util.Date
import skinkit.Measure
import skinkit.SkinKit
import skinkit.StoredScan
import skinkit.scans
import skinkit.sites

/** Every site with its scans, and how the lesion's diameter went. */
class HistoryScreen(private val context: Context, private val kit: SkinKit) {
    /** Reads the history and lays it out. */
    suspend fun load(): View {
        val list = LinearLayout(context).apply { orientation = LinearLayout.VERTICAL }
        kit.history().use { history ->
            for (site in history.sites()) {
                val scans = history.scans(site)
                list.addView(text(site, 24f))
                val points = scans.mapNotNull { scan -> diameter(scan)?.let { scan.takenAt to it } }
                list.addView(TrendView(context, points), LinearLayout.LayoutParams(-1, 400))
                scans.asReversed().forEach { list.addView(text(line(it), 16f)) }
            }
        }
        if (list.childCount == 0) list.addView(text("Nothing was scanned yet.", 18f))
        return ScrollView(context).apply { addView(list) }
    }

    private fun line(scan: StoredScan): String {
        val day = DateFormat.getDateTimeInstance(DateFormat.MEDIUM, DateFormat.SHORT).format(Date(scan.takenAt))
        val quality = if (scan.quality?.accepted == true) "" else " (poor picture)"
        return "$day  ${scan.predictionSet.joinToString()}$quality"
    }

    private fun text(words: String, size: Float) = TextView(context).apply {
        text = words
        textSize = size
        setPadding(24, 12, 24, 12)
    }
}

private fun diameter(scan: StoredScan): Double? =
    scan.details?.measures?.values?.firstOrNull { it.measure == Measure.GREATEST_DIAMETER }?.value
