//! What a run took: time by stage, and memory.

use skinkit::LiveTimings;

/// Times of every frame by stage, in milliseconds. All memory is taken at the start, so that it does not pass for the
/// session's.
pub struct Stages([(&'static str, Vec<f64>); 6]);

impl Stages {
    pub fn with_capacity(frames: usize) -> Self {
        let names = ["copy", "wait", "landmarks", "quality", "frame", "handed over to told"];
        Self(names.map(|name| (name, Vec::with_capacity(frames))))
    }

    pub fn add(&mut self, timings: &LiveTimings) {
        let t = timings;
        let values = [
            t.copy,
            t.wait,
            t.landmarks,
            t.quality,
            t.total,
            t.copy + t.wait + t.total,
        ];
        for ((_, stage), value) in self.0.iter_mut().zip(values) {
            stage.push(value);
        }
    }

    pub fn print(mut self) {
        println!("{:<20} {:>8} {:>8} {:>8}", "ms", "p50", "p95", "p99");
        for (name, values) in &mut self.0 {
            values.sort_by(f64::total_cmp);
            let at = |share: f64| {
                values
                    .get((values.len() as f64 * share) as usize)
                    .copied()
                    .unwrap_or(f64::NAN)
            };
            println!("{name:<20} {:>8.3} {:>8.3} {:>8.3}", at(0.5), at(0.95), at(0.99));
        }
    }
}

/// Resident memory after a tenth of the frames and at the end.
#[derive(Default)]
pub struct Memory {
    early: Option<u64>,
    late: Option<u64>,
}

impl Memory {
    pub fn look(&mut self, index: u64, frames: u64) {
        if index == frames / 10 {
            self.early = resident();
        }
        if index + 1 == frames {
            self.late = resident();
        }
    }

    pub fn print(&self) {
        match (self.early, self.late) {
            (Some(early), Some(late)) => println!(
                "resident memory: {early} KiB after a tenth, {late} KiB at the end, {:+} KiB",
                late as i64 - early as i64
            ),
            _ => println!("resident memory: this system does not say (Linux does)"),
        }
    }
}

/// KiB of memory that this process occupies.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
