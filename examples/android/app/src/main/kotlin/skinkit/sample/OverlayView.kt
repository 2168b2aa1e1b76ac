package skinkit.sample

import android.content.Context
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.graphics.Path
import android.view.View
import kotlin.math.min
import skinkit.Guidance
import skinkit.LiveUpdate

/** The watched region's outline and what to do, over a preview that shows the picture whole. */
class OverlayView(context: Context) : View(context) {
    private val line = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        style = Paint.Style.STROKE
        strokeWidth = 8f
    }
    private val text = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        color = Color.WHITE
        textSize = 56f
        textAlign = Paint.Align.CENTER
        setShadowLayer(8f, 0f, 0f, Color.BLACK)
    }
    private val outline = Path()
    private var update: LiveUpdate? = null
    private var words = ""

    /** Shows the latest frame's guidance. */
    fun show(update: LiveUpdate) {
        this.update = update
        say(words(update.guidance))
    }

    /** Shows words. */
    fun say(words: String) {
        this.words = words
        contentDescription = words
        invalidate()
    }

    override fun onDraw(canvas: Canvas) {
        val update = update
        if (update != null && update.outline.isNotEmpty()) {
            val (pictureWidth, pictureHeight) = update.width.toFloat() to update.height.toFloat()
            val scale = min(width / pictureWidth, height / pictureHeight)
            val (left, top) = (width - pictureWidth * scale) / 2 to (height - pictureHeight * scale) / 2
            outline.rewind()
            update.outline.forEachIndexed { index, point ->
                val (x, y) = left + point.x * scale to top + point.y * scale
                if (index == 0) outline.moveTo(x, y) else outline.lineTo(x, y)
            }
            outline.close()
            line.color = if (update.guidance == Guidance.Hold) Color.GREEN else Color.WHITE
            canvas.drawPath(outline, line)
            canvas.drawRect(0f, height - 12f, width * update.progress, height.toFloat(), line)
        }
        canvas.drawText(words, width / 2f, height * 0.9f, text)
    }
}
