import SkinKit
import SwiftUI

@main
struct DiaryApp: App {
    @StateObject private var model = DiaryModel()

    var body: some Scene {
        WindowGroup {
            Group {
                if let diary = model.diary {
                    TabView {
                        ScanView(diary: diary) { await model.reload() }
                            .tabItem { Label("Scan", systemImage: "camera") }
                        HistoryView(model: model).tabItem { Label("Diary", systemImage: "list.bullet") }
                        DataView(model: model).tabItem { Label("My data", systemImage: "lock") }
                    }
                } else if let message = model.message {
                    Text(message).padding()
                } else {
                    ProgressView("Opening")
                }
            }
            .task { await model.open() }
        }
    }
}

/// What the views show.
@MainActor
final class DiaryModel: ObservableObject {
    @Published private(set) var diary: Diary?
    @Published private(set) var sites: [SiteRecord] = []
    @Published var message: String?

    func open() async {
        guard diary == nil else { return }
        await attempt {
            guard let pack = Bundle.main.url(forResource: "lesion-ham7", withExtension: nil) ?? Self.packOfPackage else {
                self.message = "The model pack is not in the app: see the README"
                return
            }
            let folder = URL.applicationSupportDirectory.appending(path: "diary")
            let key = try KeychainKey(service: "dev.skinkit.diary").loadOrMake()
            self.diary = try await Diary(pack: pack, folder: folder, key: key)
            self.sites = try await self.diary?.sites() ?? []
        }
    }

    func reload() async { await attempt { self.sites = try await self.diary?.sites() ?? [] } }

    func delete(_ scan: StoredScan) async {
        await attempt { try await self.diary?.delete(scan) }
        await reload()
    }

    func deleteAll() async {
        await attempt { try await self.diary?.deleteAll() }
        await reload()
    }

    func export() async -> URL? {
        var file: URL?
        await attempt { file = try await self.diary?.export(to: .temporaryDirectory) }
        return file
    }

    private static var packOfPackage: URL? { Bundle.module.url(forResource: "lesion-ham7", withExtension: nil) }

    private func attempt(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch let error as SkinKitError {
            message = error.words
        } catch {
            message = error.localizedDescription
        }
    }
}
