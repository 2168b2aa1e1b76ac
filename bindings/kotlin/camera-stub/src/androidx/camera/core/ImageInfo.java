package androidx.camera.core;

/** As in CameraX 1.x: what SkinKit uses of it. */
public interface ImageInfo {
    long getTimestamp();

    int getRotationDegrees();
}
