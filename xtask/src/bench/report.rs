//! The figures for a reader: `benches/REPORT.md`.

use std::fmt::Write;

use super::figures::{Figures, Row, Spread};
use super::tasks::{TASKS, Task};

/// The whole report.
pub fn markdown(figures: &Figures) -> String {
    let mut out = String::new();
    let machine = &figures.machine;
    let load = machine
        .load
        .map_or(String::new(), |load| format!(", load {load:.1} before the run"));
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "# SkinKit beside its peers\n\n\
         Made by `cargo xtask bench`; `--json` prints the same figures. All implementations run interleaved on the same inputs: the \
         same pictures, models and ONNX Runtime, with one thread, in {} rounds. Times are milliseconds, median (lower to \
         upper quartile) of all runs. Ratios are medians over the rounds of the ratio of processor times, so other load on the \
         machine affects both sides alike. Measured on: {}, {} threads, {}{load}.\n\n## Targets\n",
        super::ROUNDS,
        machine.processor,
        machine.threads,
        machine.system,
    );
    out.push_str("| target | wanted | got | |\n|---|---|---|---|\n");
    for target in &figures.targets {
        let sign = if target.at_least { "≥" } else { "≤" };
        let verdict = if target.met {
            "met".to_owned()
        } else {
            let short = (target.got.median / target.wanted - 1.0).abs() * 100.0;
            format!("**missed by {short:.0} %**")
        };
        let _ = writeln!(
            out,
            "| {} | {sign} {} {} | {} {} | {verdict} |",
            target.what,
            target.wanted,
            target.unit,
            spread(target.got),
            target.unit
        );
    }
    let _ = writeln!(out, "\n## Losses\n\n{}", losses(figures));
    for task in TASKS {
        let rows: Vec<&Row> = figures.rows.iter().filter(|row| row.task == task.id).collect();
        if !rows.is_empty() {
            table(&mut out, &task, &rows);
        }
    }
    if !figures.skipped.is_empty() {
        out.push_str("\n## Skipped\n\n");
        for line in &figures.skipped {
            let _ = writeln!(out, "- {line}");
        }
    }
    out.push_str(NOTES);
    out
}

/// Every implementation that took less than SkinKit's.
fn losses(figures: &Figures) -> String {
    let lost: Vec<String> = figures
        .rows
        .iter()
        .filter(|row| !row.implementation.starts_with("SkinKit") && row.ratio.median < 1.0)
        .map(|row| {
            format!(
                "- {}: {} takes {:.2} of SkinKit's time",
                title(&row.task),
                row.implementation,
                row.ratio.median
            )
        })
        .collect();
    if lost.is_empty() {
        "None: no peer was faster at any task.".to_owned()
    } else {
        lost.join("\n")
    }
}

fn table(out: &mut String, task: &Task, rows: &[&Row]) {
    let unit = task.unit.map_or("", |(unit, _)| unit);
    let _ = writeln!(
        out,
        "\n## {}\n\n| implementation | processor | wall | to the first | result differs by |\n|---|---|---|---|---|",
        task.title
    );
    for row in rows {
        let difference = row
            .difference
            .map_or("–".to_owned(), |value| format!("{} {unit}", number(value)));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {:.2} | {difference} |",
            row.implementation,
            spread(row.cpu_ms),
            spread(row.wall_ms),
            row.ratio.median
        );
    }
}

fn title(id: &str) -> &str {
    TASKS.iter().find(|task| task.id == id).map_or(id, |task| task.title)
}

fn spread(value: Spread) -> String {
    if value.low == value.high {
        return number(value.median);
    }
    format!(
        "{} ({}–{})",
        number(value.median),
        number(value.low),
        number(value.high)
    )
}

/// Three digits that mean something.
fn number(value: f64) -> String {
    let digits = if value.abs() >= 100.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else if value.abs() >= 0.1 {
        2
    } else {
        4
    };
    format!("{value:.digits$}")
}

const NOTES: &str = "
## How to read this

- `cv2, crop first` converts and scales only the middle square; `whole frame` converts the frame and then crops. Both scale
  with `INTER_AREA`, the antialiased filter that OpenCV is fastest at, and make the tensor in one pass (`blobFromImage`).
- SkinKit's filter is a triangle as wide as the scale (Pillow's `BILINEAR`, `fast_image_resize`'s `Bilinear` and `image`'s
  `Triangle` are the same); `INTER_AREA` is a box and thereby sharper, so its tensors differ by more.
- `Pillow + onnxruntime` decodes the whole photo as articles do; `with draft` and `cv2 at 1/4` let libjpeg scale while it
  decodes, as SkinKit's `Photo::decode_for` does. `full analysis` measures quality and the lesion besides.
- mediapipe runs its graph on threads of its own: compare processor time. Its landmarks are smoothed over frames while
  SkinKit's smoothing is off in this task.
- The pictures are made from the sample photos, enlarged, with noise of ±4 levels.
- Peak memory is that of one process from start to end, ONNX Runtime and the program's own code included.
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figures::{Machine, Track};
    use crate::bench::peer::Visit;

    fn track(implementation: &str, cpu: f64) -> Track {
        let mut track = Track::new(0, 0, "jpeg-12mp", implementation);
        track.visits.push(Visit {
            wall_ms: vec![cpu],
            cpu_ms: vec![cpu],
            result: vec![0.5],
        });
        track
    }

    #[test]
    fn misses_losses_and_skips_are_shown() {
        let tracks = [
            track("SkinKit", 40.0),
            track("SkinKit, full analysis", 60.0),
            track("Pillow + onnxruntime", 100.0),
            track("cv2 at 1/4 + onnxruntime", 20.0),
        ];
        let figures = Figures::new(
            Machine::here(),
            &tracks,
            Some(100.0),
            vec!["mediapipe: not to be had".into()],
        );
        let report = markdown(&figures);
        assert!(report.contains("| ≤ 0.4 × | 0.60 × | **missed by 50 %** |"), "{report}");
        assert!(report.contains("| ≤ 120 MB | 100 MB | met |"), "{report}");
        assert!(
            report.contains("cv2 at 1/4 + onnxruntime takes 0.50 of SkinKit's time"),
            "{report}"
        );
        assert!(report.contains("- mediapipe: not to be had"), "{report}");
    }
}
