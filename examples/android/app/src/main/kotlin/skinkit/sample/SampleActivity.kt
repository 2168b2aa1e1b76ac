package skinkit.sample

import android.Manifest
import android.app.Activity
import android.app.AlertDialog
import android.content.pm.PackageManager
import android.os.Bundle
import android.widget.Button
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.TextView
import androidx.camera.core.ImageProxy
import java.io.File
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import skinkit.Options
import skinkit.SkinKit
import skinkit.SkinKitException
import skinkit.android.KeystoreKey
import skinkit.android.fromAssets
import skinkit.Erase
import skinkit.erase
import skinkit.open
import skinkit.reason

/** The whole app but its camera: scan, result, history with its trend, and the deletion of all data. */
abstract class SampleActivity : Activity(), CoroutineScope by MainScope() {
    private lateinit var screen: FrameLayout
    private var kit: SkinKit? = null
    private var scan: ScanScreen? = null

    /** The camera; each frame is closed by who gets it. */
    abstract fun camera(onFrame: (ImageProxy) -> Unit): Camera

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        screen = FrameLayout(this)
        val bar = LinearLayout(this).apply {
            addView(button("Scan") { kit?.let(::showScan) })
            addView(button("History") { kit?.let(::showHistory) })
            addView(button("Delete my data") { confirmDeletion() })
        }
        setContentView(
            LinearLayout(this).apply {
                orientation = LinearLayout.VERTICAL
                fitsSystemWindows = true
                addView(bar)
                addView(screen, LinearLayout.LayoutParams(-1, 0, 1f))
            },
        )
        say("Loading…")
        if (checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED) {
            begin()
        } else {
            requestPermissions(arrayOf(Manifest.permission.CAMERA), 1)
        }
    }

    override fun onRequestPermissionsResult(code: Int, permissions: Array<String>, results: IntArray) {
        if (results.firstOrNull() == PackageManager.PERMISSION_GRANTED) begin() else say("This app needs the camera.")
    }

    override fun onStop() {
        scan?.stop()
        super.onStop()
    }

    override fun onDestroy() {
        scan?.stop()
        cancel()
        kit?.close()
        super.onDestroy()
    }

    private fun begin() = attempt {
        kit = withContext(Dispatchers.IO) {
            val history = File(noBackupFilesDir, "scans.skinkit").path
            Options.fromAssets(this@SampleActivity, "lesion-ham7")
                .copy(history = history, key = KeystoreKey(this@SampleActivity).get())
        }.let { SkinKit.open(it) }
        kit?.let(::showScan)
    }

    private fun showScan(kit: SkinKit) {
        scan?.stop()
        scan = ScanScreen(this, this, kit, ::camera).also { show(it.view) }
        attempt { scan?.start() }
    }

    private fun showHistory(kit: SkinKit) {
        scan?.stop()
        attempt { show(HistoryScreen(this, kit).load()) }
    }

    private fun confirmDeletion() {
        AlertDialog.Builder(this)
            .setMessage("Delete all scans? They cannot be brought back.")
            .setPositiveButton("Delete") { _, _ -> attempt { delete() } }
            .setNegativeButton("Cancel", null)
            .show()
    }

    private suspend fun delete() {
        val erased = kit?.history()?.use { it.erase(Erase.Everything) }
        scan?.stop()
        say("${erased?.scans ?: 0} scans were deleted.")
    }

    private fun attempt(action: suspend () -> Unit) {
        launch {
            try {
                action()
            } catch (error: SkinKitException) {
                say(error.reason)
            }
        }
    }

    private fun say(words: String) = show(TextView(this).apply { text = words })

    private fun show(view: android.view.View) {
        screen.removeAllViews()
        screen.addView(view)
    }

    private fun button(words: String, action: () -> Unit) = Button(this).apply {
        text = words
        setOnClickListener { action() }
    }
}
