// swift-tools-version: 5.9
// The plugin has no code of its own for iOS: it links SkinKit's library into the app, where Dart finds its symbols.
import PackageDescription

let package = Package(
    name: "skinkit",
    platforms: [.iOS(.v15)],
    products: [.library(name: "skinkit", targets: ["skinkit"])],
    dependencies: [.package(name: "SkinKit", path: "../../../swift")],
    targets: [
        .target(
            name: "skinkit",
            dependencies: [.product(name: "SkinKit", package: "SkinKit")],
            // Dart looks symbols up at run time: without this the linker drops those that no Swift code calls.
            linkerSettings: [.unsafeFlags(["-Wl,-all_load"])]
        )
    ]
)
