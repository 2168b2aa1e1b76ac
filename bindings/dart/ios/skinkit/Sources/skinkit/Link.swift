// SwiftPM wants a source file: this one makes the library a dependency of the app.
@_exported import SkinKit
