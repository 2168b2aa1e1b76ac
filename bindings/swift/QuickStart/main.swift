// The snippet of bindings/swift/README.md, which the tests run: from the repository's root, with a new folder as argument.
// ANCHOR: quickstart
import Foundation
import SkinKit

let folder = URL(fileURLWithPath: CommandLine.arguments[1])
let key = try generateKey()  // in an app: try KeychainKey(service: "com.example.app").loadOrMake()
let history = folder.appendingPathComponent("scans.skinkit").path
let kit = try await SkinKit.open(Options(pack: "models/lesion-ham7", history: history, key: key))

for file in ["lesion-first.jpg", "lesion-second.jpg"] {
    let photo = try await kit.openPhoto(URL(fileURLWithPath: "examples/photos/\(file)"))
    let scan = try await kit.scan(photo, ScanRequest("left forearm"))
    print(file, "accepted:", scan.analysis.quality.accepted, "set:", scan.analysis.finding.predictionSet)
    try scan.analysis.finding.heatmap?.png(of: 0)?.write(to: folder.appendingPathComponent("heatmap-\(scan.id).png"))
}
if let change = try await kit.compare(site: "left forearm") { print("similarity:", change.similarity ?? 0, change.verdict) }
// ANCHOR_END: quickstart
