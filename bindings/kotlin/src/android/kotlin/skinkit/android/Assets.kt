package skinkit.android

import android.content.Context
import android.content.res.AssetManager
import java.io.File
import java.io.IOException
import skinkit.EngineChoice
import skinkit.Options

/**
 * Options for a model pack that lies in the app's assets: copies it once to the app's own files (some MB: call it off the UI
 * thread) and names the ONNX Runtime library of the app.
 *
 * The library is found only where Android unpacks native libraries
 * (`android { packaging { jniLibs { useLegacyPackaging = true } } }`); else the embedded engine runs.
 *
 * @param asset the pack's folder in the assets, for example `lesion-ham7`
 * @throws IOException no such folder, or no room on the disk
 */
fun Options.Companion.fromAssets(context: Context, asset: String): Options {
    val runtime = File(context.applicationInfo.nativeLibraryDir, "libonnxruntime.so")
    // An app's update may bring another pack under the same name.
    val installed = context.packageManager.getPackageInfo(context.packageName, 0).lastUpdateTime
    val pack = File(context.noBackupFilesDir, "skinkit-packs/$installed/$asset")
    if (!pack.exists()) {
        pack.parentFile?.parentFile?.deleteRecursively()
        val part = File(pack.path + ".part")
        copy(context.assets, asset, part)
        if (!part.renameTo(pack)) throw IOException("cannot write ${pack.path}")
    }
    return Options(
        pack = pack.path,
        engine = EngineChoice.AUTO,
        library = runtime.path.takeIf { runtime.exists() },
    )
}

private fun copy(assets: AssetManager, from: String, to: File) {
    val names = assets.list(from).orEmpty()
    if (names.isEmpty()) {
        to.parentFile?.mkdirs()
        assets.open(from).use { source -> to.outputStream().use { source.copyTo(it) } }
    } else {
        names.forEach { copy(assets, "$from/$it", File(to, it)) }
    }
}
