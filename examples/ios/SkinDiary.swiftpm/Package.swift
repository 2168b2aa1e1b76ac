// swift-tools-version: 6.0
// An app that Xcode 16 and Swift Playgrounds open as it is.
import AppleProductTypes
import PackageDescription

let package = Package(
    name: "SkinDiary",
    platforms: [.iOS(.v17)],
    products: [
        .iOSApplication(
            name: "SkinDiary",
            targets: ["App"],
            bundleIdentifier: "dev.skinkit.diary",
            displayVersion: "0.1",
            bundleVersion: "1",
            appIcon: .placeholder(icon: .camera),
            accentColor: .presetColor(.teal),
            supportedDeviceFamilies: [.phone],
            supportedInterfaceOrientations: [.portrait],
            capabilities: [.camera(purposeString: "Pictures of your skin are taken and kept on this device only.")]
        )
    ],
    dependencies: [.package(path: "../../../bindings/swift")],
    targets: [
        .executableTarget(
            name: "App",
            dependencies: [.product(name: "SkinKit", package: "swift")],
            path: "App",
            // models/lesion-ham7, copied here: see the README.
            resources: [.copy("lesion-ham7")]
        )
    ]
)
