// swift-tools-version: 6.0
import Foundation
import PackageDescription

// The Rust library. On Apple platforms an XCFramework: `cargo xtask package swift` on a Mac puts it beside this file, and
// a release names it by address and checksum. On Linux, and for the tests on a Mac (SKINKIT_ON_PATH), the library lies on
// the linker's path: `swift test -Xlinker -L…`.
#if os(Linux)
let onPath = true
#else
let onPath = ProcessInfo.processInfo.environment["SKINKIT_ON_PATH"] != nil
#endif
let library: Target =
    onPath
    ? .systemLibrary(name: "CSkinKit", path: "Sources/CSkinKit")
    : .binaryTarget(name: "CSkinKit", path: "CSkinKit.xcframework")

let package = Package(
    name: "SkinKit",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "SkinKit", targets: ["SkinKit"])],
    targets: [
        library,
        .target(
            name: "SkinKit",
            dependencies: ["CSkinKit"],
            // Here and not in the binary: SwiftPM drops the privacy manifest of a static framework.
            resources: [.copy("Resources/PrivacyInfo.xcprivacy")]
        ),
        .executableTarget(name: "QuickStart", dependencies: ["SkinKit"], path: "QuickStart"),
        .testTarget(name: "SkinKitTests", dependencies: ["SkinKit"]),
    ],
    swiftLanguageModes: [.v6]
)
