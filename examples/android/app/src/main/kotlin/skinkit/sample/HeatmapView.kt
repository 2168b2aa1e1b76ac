package skinkit.sample

import android.content.Context
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.view.View
import kotlin.math.min
import skinkit.Finding
import skinkit.map

/** Where the evidence for the likeliest label lies: darker is more. */
class HeatmapView(context: Context, finding: Finding) : View(context) {
    private val heatmap = finding.heatmap
    private val label = finding.probabilities.indices.maxByOrNull { finding.probabilities[it].p } ?: 0
    private val cells = heatmap?.map(label)
    private val paint = Paint()

    init {
        contentDescription = "Evidence for ${finding.probabilities.getOrNull(label)?.name}"
    }

    override fun onDraw(canvas: Canvas) {
        val (heatmap, cells) = (heatmap ?: return) to (cells ?: return)
        val (columns, rows) = heatmap.width.toInt() to heatmap.height.toInt()
        val side = min(width / columns, height / rows).toFloat()
        val (low, high) = cells.min() to cells.max()
        for (row in 0 until rows) {
            for (column in 0 until columns) {
                val share = (cells[row * columns + column] - low) / (high - low).coerceAtLeast(1e-6f)
                paint.color = Color.rgb(255, (255 * (1 - share)).toInt(), (235 * (1 - share)).toInt())
                canvas.drawRect(column * side, row * side, (column + 1) * side, (row + 1) * side, paint)
            }
        }
    }
}
