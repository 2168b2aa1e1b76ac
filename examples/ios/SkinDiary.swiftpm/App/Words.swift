import SkinKit

// SkinKit gives names, the app gives words: here English, elsewhere a table of translations. None of them is a diagnosis.

extension Guidance {
    var words: String {
        switch self {
        case .showFace: "Bring your face into the picture"
        case .improve(let issue): issue.words
        case .hold: "Hold still"
        case .wait: "One moment"
        case .done: "Done"
        }
    }
}

extension QualityIssue {
    var words: String {
        switch self {
        case .tooSmall: "Move closer"
        case .cutOff: "Bring all of it into the picture"
        case .turned: "Look at the camera"
        case .tooDark: "More light"
        case .tooBright: "Less light"
        case .unsteady, .moved: "Hold still"
        case .blurred: "Let the camera focus"
        case .glare: "Tilt a little: the light is mirrored"
        case .colourCast: "Use daylight or white light"
        }
    }
}

extension Change {
    var words: String {
        switch verdict {
        case .noMeasurableChange: "No measurable change since last time"
        case .changed(let what, let direction): "Changed: \(what), \(direction). If it worries you, see a doctor"
        case .cannotCompare(let why): "Cannot be compared: \(why)"
        }
    }
}

extension SkinKitError {
    /// What to tell the person: by kind, never the library's own words.
    var words: String {
        switch kind {
        case .picture: "This picture cannot be read"
        case .region: "It is not in the picture"
        case .wrongKey: "The key of your diary is not on this device"
        case .history, .busy: "The diary cannot be written just now"
        default: "Something went wrong (\(kind))"
        }
    }
}
