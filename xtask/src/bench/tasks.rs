//! What is measured: each task's words, and the unit in which the results of its implementations are compared.

/// One task; several implementations lead through it.
pub struct Task {
    pub id: &'static str,
    pub title: &'static str,
    /// Unit of the result's numbers, and what 1 is in it; none where there is one implementation only.
    pub unit: Option<(&'static str, f64)>,
}

const LEVELS: Option<(&str, f64)> = Some(("levels", 127.5));
const PROBABILITY: Option<(&str, f64)> = Some(("of probability", 1.0));
const PIXELS: Option<(&str, f64)> = Some(("px", 1.0));

/// Every task, in the order of the report.
pub const TASKS: [Task; 12] = [
    task("nv12-1080p", "NV12 frame at 1080p: middle square → 224² tensor", LEVELS),
    task("nv12-12mp", "NV12 frame at 12 MP: middle square → 224² tensor", LEVELS),
    task("rgb-1080p", "RGB picture at 1080p: middle square → 224² tensor", LEVELS),
    task("rgb-12mp", "RGB picture at 12 MP: middle square → 224² tensor", LEVELS),
    task(
        "jpeg-12mp",
        "JPEG file of 12 MP → probabilities of the lesion model",
        PROBABILITY,
    ),
    task("face-rgb", "Face followed into the next frame, RGB at 1080p", PIXELS),
    task("face-nv12", "Face followed into the next frame, NV12 at 1080p", PIXELS),
    task("face-photo", "Face found and its mesh fitted, RGB at 1080p", PIXELS),
    task(
        "live-frame",
        "Live frame, NV12 at 1080p: face followed, cheek's quality judged",
        None,
    ),
    task("face-network", "Live frame: its network by itself", None),
    task(
        "scan-frame",
        "Frame classified, NV12 at 1080p: quality, tensor, lesion model",
        None,
    ),
    task("lesion-network", "Classified frame: its network by itself", None),
];

const fn task(id: &'static str, title: &'static str, unit: Option<(&'static str, f64)>) -> Task {
    Task { id, title, unit }
}

/// A task's place in the report; an unknown one comes last.
pub fn place(id: &str) -> usize {
    TASKS.iter().position(|task| task.id == id).unwrap_or(TASKS.len())
}
