//! What SkinKit wants to reach, held against what was measured.

use serde::Serialize;

use super::figures::{Spread, Track, ratio};

/// One target, and what came out.
#[derive(Debug, Serialize)]
pub struct Target {
    pub what: &'static str,
    pub wanted: f64,
    /// Whether more is better.
    pub at_least: bool,
    pub unit: &'static str,
    pub got: Spread,
    pub met: bool,
}

impl Target {
    fn new(what: &'static str, at_least: bool, wanted: f64, unit: &'static str, got: Spread) -> Self {
        Self {
            what,
            wanted,
            at_least,
            unit,
            met: if at_least {
                got.median >= wanted
            } else {
                got.median <= wanted
            },
            got,
        }
    }
}

/// A ratio of processor times: task, implementation above, implementation below, whether it should be large, how large.
type Ratio = (&'static str, &'static str, &'static str, &'static str, bool, f64);

const RATIOS: [Ratio; 7] = [
    (
        "NV12 → tensor at 1080p: cv2, crop first, over SkinKit",
        "nv12-1080p",
        "cv2, crop first",
        "SkinKit",
        true,
        2.0,
    ),
    (
        "NV12 → tensor at 12 MP: cv2, crop first, over SkinKit",
        "nv12-12mp",
        "cv2, crop first",
        "SkinKit",
        true,
        2.0,
    ),
    (
        "NV12 → tensor at 1080p: cv2, whole frame, over SkinKit",
        "nv12-1080p",
        "cv2, whole frame",
        "SkinKit",
        true,
        5.0,
    ),
    (
        "NV12 → tensor at 12 MP: cv2, whole frame, over SkinKit",
        "nv12-12mp",
        "cv2, whole frame",
        "SkinKit",
        true,
        5.0,
    ),
    (
        "Face followed, RGB: SkinKit over mediapipe",
        "face-rgb",
        "SkinKit",
        "mediapipe",
        false,
        0.6,
    ),
    (
        "Face followed, NV12: SkinKit over cv2 + mediapipe",
        "face-nv12",
        "SkinKit",
        "cv2 + mediapipe",
        false,
        0.6,
    ),
    (
        "12 MP JPEG: SkinKit's full analysis over Pillow + onnxruntime",
        "jpeg-12mp",
        "SkinKit, full analysis",
        "Pillow + onnxruntime",
        false,
        0.4,
    ),
];

/// Every target that this run can speak about.
pub fn check(tracks: &[Track], peak_memory_mb: Option<f64>) -> Vec<Target> {
    let find = |task: &str, implementation: &str| {
        tracks
            .iter()
            .find(|track| track.task == task && track.implementation == implementation)
    };
    let mut targets = Vec::new();
    for (what, task, above, below, at_least, wanted) in RATIOS {
        if let (Some(above), Some(below)) = (find(task, above), find(task, below)) {
            targets.push(Target::new(what, at_least, wanted, "×", ratio(above, below)));
        }
    }
    let frames = [
        (
            "Live frame: share outside of ONNX Runtime",
            "live-frame",
            "face-network",
        ),
        (
            "Classified frame: share outside of ONNX Runtime",
            "scan-frame",
            "lesion-network",
        ),
    ];
    for (what, frame, network) in frames {
        if let (Some(frame), Some(network)) = (find(frame, "SkinKit"), find(network, "SkinKit")) {
            let inside = ratio(network, frame);
            let percent = |inside: f64| (1.0 - inside) * 100.0;
            let outside = Spread {
                median: percent(inside.median),
                low: percent(inside.high),
                high: percent(inside.low),
            };
            targets.push(Target::new(what, false, 15.0, "%", outside));
        }
    }
    if let Some(live) = find("live-frame", "SkinKit") {
        let cpu = Spread::of(live.cpu_by_round());
        targets.push(Target::new(
            "Live frame at 1080p, processor time",
            false,
            8.0,
            "ms",
            cpu,
        ));
    }
    if let Some(peak) = peak_memory_mb {
        let got = Spread {
            median: peak,
            low: peak,
            high: peak,
        };
        targets.push(Target::new(
            "Peak memory of `skinkit analyze` on a 12 MP JPEG",
            false,
            120.0,
            "MB",
            got,
        ));
    }
    targets
}
