import AVFoundation
import SkinKit
import SwiftUI

/// The camera with guidance over it, and then the result.
struct ScanView: View {
    let diary: Diary
    let kept: () async -> Void
    @State private var site = ""
    @State private var camera = Camera()
    @State private var running = false
    @State private var update: LiveUpdate?
    @State private var result: Analysis?
    @State private var message: String?

    var body: some View {
        NavigationStack {
            VStack {
                if running {
                    ZStack(alignment: .bottom) {
                        CameraPreview(session: camera.session)
                        if let update { GuidanceOverlay(update: update) }
                    }
                    Button("Stop") { stop() }
                } else {
                    Form {
                        TextField("Where on your body?", text: $site)
                        Button("Start camera") { running = true }.disabled(site.isEmpty)
                        if let message { Text(message) }
                    }
                }
            }
            .navigationTitle("Scan")
            .navigationDestination(item: $result) { ResultView(analysis: $0) }
            .task(id: running) { if running { await scan() } }
            .onDisappear { stop() }
        }
    }

    private func stop() {
        camera.stop()
        running = false
        update = nil
    }

    private func scan() async {
        do {
            let live = try await diary.live(at: site)
            guard await camera.start(live) else {
                message = "The camera is not allowed or not there"
                return stop()
            }
            async let updates: Void = show(live)
            for await outcome in live.captures {
                switch outcome {
                case .success(let capture):
                    await kept()
                    stop()
                    result = capture.analysis
                case .failure(let error):
                    message = error.words
                }
            }
            await updates
        } catch let error as SkinKitError {
            message = error.words
            stop()
        } catch {
            stop()
        }
    }

    private func show(_ live: Live) async {
        for await next in live.updates { update = next }
    }
}

/// What to do, how long still, and the watched region.
struct GuidanceOverlay: View {
    let update: LiveUpdate

    var body: some View {
        ZStack(alignment: .bottom) {
            GeometryReader { place in
                // As the preview fills its layer: the picture is scaled to cover it and centred.
                let scale = max(
                    place.size.width / CGFloat(update.width), place.size.height / CGFloat(update.height))
                let left = (place.size.width - CGFloat(update.width) * scale) / 2
                let top = (place.size.height - CGFloat(update.height) * scale) / 2
                Path { path in
                    path.addLines(
                        update.outline.map { CGPoint(x: left + CGFloat($0.x) * scale, y: top + CGFloat($0.y) * scale) })
                    path.closeSubpath()
                }
                .stroke(update.guidance == .hold ? .green : .yellow, lineWidth: 3)
            }
            VStack {
                Text(update.guidance.words).font(.headline)
                ProgressView(value: update.progress)
            }
            .padding()
            .background(.thinMaterial)
        }
        .accessibilityElement(children: .combine)
    }
}

/// The camera's own preview layer.
struct CameraPreview: UIViewRepresentable {
    let session: AVCaptureSession

    final class Preview: UIView {
        override static var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }
        var preview: AVCaptureVideoPreviewLayer? { layer as? AVCaptureVideoPreviewLayer }
    }

    func makeUIView(context: Context) -> Preview {
        let view = Preview()
        view.preview?.session = session
        view.preview?.videoGravity = .resizeAspectFill
        return view
    }

    func updateUIView(_ view: Preview, context: Context) {}
}
