#!/usr/bin/env bash
# Type-checks, in Swift 6 mode, what a Linux build leaves out: the Apple parts of bindings/swift against the declarations in
# apple-stubs, and of examples/ios what needs no Apple framework; parses the rest of it. Run by test.sh inside the
# toolchain, in the repository's root; $1 is the folder with SkinKit.swiftmodule.
set -euo pipefail
stubs="$(mktemp -d)"
trap 'rm -rf "$stubs"' EXIT
for name in CoreVideo CoreMedia CoreGraphics UIKit Security; do
    swiftc -swift-version 5 -suppress-warnings -parse-as-library -emit-module -module-name "$name" -I "$stubs" \
        -emit-module-path "$stubs/$name.swiftmodule" "packaging/swift/apple-stubs/$name.swift"
done
# The README's second snippet, which needs a camera, as a function of what an app has around it.
{
    echo "import CoreMedia"
    echo "struct Overlay: Sendable { func show(_ guidance: Guidance, _ outline: [Point]) {} }"
    echo "func show(_ analysis: Analysis) {}"
    echo "func camera(_ kit: SkinKit, _ overlay: Overlay, _ sampleBuffer: CMSampleBuffer) async throws {"
    awk '/^```/ { if (inside) exit; inside = /^```swift/ && ++count == 2; next } inside' bindings/swift/README.md
    echo "}"
} > "$stubs/snippet.swift"
grep -q "live.push(sampleBuffer" "$stubs/snippet.swift"
swiftc -typecheck -swift-version 6 -warnings-as-errors -module-name SkinKit -I "$stubs" -I bindings/swift/Sources/CSkinKit \
    bindings/swift/Sources/SkinKit/*.swift bindings/swift/Sources/SkinKit/Generated/*.swift "$stubs/snippet.swift"
app=examples/ios/SkinDiary.swiftpm/App
swiftc -typecheck -swift-version 6 -warnings-as-errors -parse-as-library -module-name App -I "$1" \
    -I bindings/swift/Sources/CSkinKit "$app/Diary.swift" "$app/Words.swift"
swiftc -frontend -parse "$app"/*.swift
echo "type-checks: passed"
