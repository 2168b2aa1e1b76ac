package skinkit.sample

import android.view.View

/** A camera with its preview. */
interface Camera {
    /** The preview, which shows the picture whole. */
    val preview: View

    /** Begins to deliver frames. */
    fun start()

    /** Ends that. */
    fun stop()
}
