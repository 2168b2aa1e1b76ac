import AVFoundation
import SkinKit

/// The back camera into a live session.
final class Camera: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate, @unchecked Sendable {
    let session = AVCaptureSession()
    private let queue = DispatchQueue(label: "dev.skinkit.diary.camera")
    // Only touched on the queue.
    private var live: Live?

    /// Asks for the camera if need be; false where the person says no or there is none.
    func start(_ live: Live) async -> Bool {
        guard await AVCaptureDevice.requestAccess(for: .video) else { return false }
        return await withCheckedContinuation { continuation in
            queue.async {
                self.live = live
                let ready = !self.session.inputs.isEmpty || self.configure()
                if ready { self.session.startRunning() }
                continuation.resume(returning: ready)
            }
        }
    }

    func stop() {
        queue.async {
            self.session.stopRunning()
            self.live?.stop()
            self.live = nil
        }
    }

    private func configure() -> Bool {
        guard let device = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back),
            let input = try? AVCaptureDeviceInput(device: device)
        else { return false }
        let output = AVCaptureVideoDataOutput()
        output.videoSettings = [
            kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_420YpCbCr8BiPlanarFullRange
        ]
        output.alwaysDiscardsLateVideoFrames = true
        output.setSampleBufferDelegate(self, queue: queue)
        session.beginConfiguration()
        defer { session.commitConfiguration() }
        session.sessionPreset = .hd1920x1080
        guard session.canAddInput(input), session.canAddOutput(output) else { return false }
        session.addInput(input)
        session.addOutput(output)
        return true
    }

    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection
    ) {
        try? live?.session.setThermalLevel(level: ThermalLevel(ProcessInfo.processInfo.thermalState))
        // The sensor lies on its side in a phone that is held upright.
        _ = try? live?.push(sampleBuffer, orientation: .right)
    }
}
