package skinkit.sample

import android.os.Bundle
import android.view.View
import androidx.camera.core.CameraSelector
import androidx.camera.core.ImageAnalysis
import androidx.camera.core.ImageProxy
import androidx.camera.core.Preview
import androidx.camera.lifecycle.ProcessCameraProvider
import androidx.camera.view.PreviewView
import androidx.lifecycle.Lifecycle
import androidx.lifecycle.LifecycleOwner
import androidx.lifecycle.LifecycleRegistry
import java.util.concurrent.Executors

/** The app with CameraX, which lies in Google's registry only: this file is not compiled by SkinKit's own tests. */
class MainActivity : SampleActivity(), LifecycleOwner {
    private val registry = LifecycleRegistry(this)

    override val lifecycle: Lifecycle
        get() = registry

    override fun onCreate(savedInstanceState: Bundle?) {
        registry.currentState = Lifecycle.State.CREATED
        super.onCreate(savedInstanceState)
    }

    override fun onResume() {
        super.onResume()
        registry.currentState = Lifecycle.State.RESUMED
    }

    override fun onPause() {
        registry.currentState = Lifecycle.State.CREATED
        super.onPause()
    }

    override fun onDestroy() {
        registry.currentState = Lifecycle.State.DESTROYED
        super.onDestroy()
    }

    override fun camera(onFrame: (ImageProxy) -> Unit): Camera = BackCamera(this, onFrame)
}

private class BackCamera(private val activity: MainActivity, onFrame: (ImageProxy) -> Unit) : Camera {
    private val view = PreviewView(activity).apply { scaleType = PreviewView.ScaleType.FIT_CENTER }
    private val worker = Executors.newSingleThreadExecutor()
    private val provider = ProcessCameraProvider.getInstance(activity)
    private val analysis = ImageAnalysis.Builder()
        .setBackpressureStrategy(ImageAnalysis.STRATEGY_KEEP_ONLY_LATEST)
        .build()
        .apply { setAnalyzer(worker, onFrame) }

    override val preview: View
        get() = view

    override fun start() = provider.addListener(
        {
            val shown = Preview.Builder().build().apply { setSurfaceProvider(view.surfaceProvider) }
            provider.get().bindToLifecycle(activity, CameraSelector.DEFAULT_BACK_CAMERA, shown, analysis)
        },
        activity.mainExecutorCompat(),
    )

    override fun stop() {
        if (provider.isDone) provider.get().unbindAll()
        worker.shutdown()
    }
}

/** `Activity.getMainExecutor` needs API 28. */
private fun MainActivity.mainExecutorCompat() = java.util.concurrent.Executor { runOnUiThread(it) }
