package androidx.camera.core;

import java.nio.ByteBuffer;

/** As in CameraX 1.x: what SkinKit uses of it. */
public interface ImageProxy extends AutoCloseable {
    @Override
    void close();

    int getFormat();

    int getWidth();

    int getHeight();

    PlaneProxy[] getPlanes();

    ImageInfo getImageInfo();

    interface PlaneProxy {
        int getRowStride();

        int getPixelStride();

        ByteBuffer getBuffer();
    }
}
