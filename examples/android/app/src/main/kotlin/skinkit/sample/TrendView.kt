package skinkit.sample

import android.content.Context
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.view.View

/**
 * A measure over time.
 *
 * @param points times in milliseconds since 1970 with values, oldest first
 */
class TrendView(context: Context, private val points: List<Pair<Long, Double>>) : View(context) {
    private val line = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        color = Color.rgb(0, 90, 160)
        strokeWidth = 6f
    }
    private val text = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        color = Color.DKGRAY
        textSize = 36f
    }

    init {
        contentDescription = "Greatest diameter: ${points.joinToString { "%.0f".format(it.second) }}"
    }

    override fun onDraw(canvas: Canvas) {
        canvas.drawText("greatest diameter", 24f, 40f, text)
        if (points.isEmpty()) return
        val (from, to) = points.first().first to points.last().first
        // From zero: a chart that begins elsewhere makes noise look like change.
        val most = points.maxOf { it.second }.coerceAtLeast(1e-9)
        val places = points.map { (time, value) ->
            val along = if (to == from) 0.5 else (time - from).toDouble() / (to - from)
            (40 + along * (width - 80)).toFloat() to (height - 30 - value / most * (height - 110)).toFloat()
        }
        places.zipWithNext { a, b -> canvas.drawLine(a.first, a.second, b.first, b.second, line) }
        places.forEach { (x, y) -> canvas.drawCircle(x, y, 12f, line) }
        canvas.drawText("%.0f".format(points.last().second), places.last().first - 40, places.last().second - 24, text)
    }
}
