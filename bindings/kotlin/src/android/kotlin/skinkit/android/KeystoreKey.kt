package skinkit.android

import android.content.Context
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import java.io.File
import java.security.GeneralSecurityException
import java.security.KeyStore
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import skinkit.ErrorKind
import skinkit.SkinKitException
import skinkit.generateKey

/**
 * The 32 bytes that open a history, kept by the Android Keystore: they lie encrypted in a file that backups leave out, under
 * an AES key that never leaves the Keystore (secure hardware where the device has it).
 *
 * Calls block on the disk and the Keystore: run them off the UI thread. Not to be used from two processes at once.
 *
 * @param context any context of the app
 * @param name tells several histories apart
 */
class KeystoreKey(context: Context, private val name: String = "history") {
    private val file = File(context.noBackupFilesDir, "skinkit-$name.key")
    private val alias = "skinkit-$name"

    /**
     * The history's key; made at the first call.
     *
     * @throws SkinKitException [ErrorKind.WRONG_KEY] the file is there, but the Keystore no longer opens it (the device was
     * restored, or its lock removed). The history cannot be read any more: [forget] the key and begin a new history.
     */
    fun get(): ByteArray {
        if (file.exists()) {
            return try {
                unwrap(file.readBytes(), wrapper() ?: throw GeneralSecurityException("no key $alias in the Keystore"))
            } catch (lost: GeneralSecurityException) {
                throw SkinKitException.Failed(
                    ErrorKind.WRONG_KEY,
                    "the Keystore no longer opens the key of the history '$name': forget it and begin a new history",
                    lost.toString(),
                )
            }
        }
        val key = generateKey()
        // Whole or not there: a key that is lost half-way would lose the history.
        val part = File(file.path + ".part")
        part.writeBytes(wrap(key, wrapper() ?: newWrapper()))
        check(part.renameTo(file)) { "cannot write ${file.name}" }
        return key
    }

    /** Destroys the key: a history under it can never be read again. Part of deleting a user's data. */
    fun forget() {
        file.delete()
        keystore().deleteEntry(alias)
    }

    private fun keystore() = KeyStore.getInstance("AndroidKeyStore").apply { load(null) }

    private fun wrapper() = keystore().getKey(alias, null) as SecretKey?

    private fun newWrapper(): SecretKey {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val spec = KeyGenParameterSpec.Builder(alias, purposes)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(256)
            .build()
        val generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, "AndroidKeyStore")
        return generator.apply { init(spec) }.generateKey()
    }
}

private const val CIPHER = "AES/GCM/NoPadding"
private const val NONCE_BYTES = 12
private const val TAG_BITS = 128

/** The nonce, which the Keystore itself draws, and the sealed key. */
internal fun wrap(key: ByteArray, wrapper: SecretKey): ByteArray {
    val cipher = Cipher.getInstance(CIPHER).apply { init(Cipher.ENCRYPT_MODE, wrapper) }
    return cipher.iv + cipher.doFinal(key)
}

/** The key of what [wrap] gave. */
internal fun unwrap(sealed: ByteArray, wrapper: SecretKey): ByteArray {
    if (sealed.size <= NONCE_BYTES) throw GeneralSecurityException("${sealed.size} bytes are no sealed key")
    val nonce = GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES)
    val cipher = Cipher.getInstance(CIPHER).apply { init(Cipher.DECRYPT_MODE, wrapper, nonce) }
    return cipher.doFinal(sealed, NONCE_BYTES, sealed.size - NONCE_BYTES)
}
