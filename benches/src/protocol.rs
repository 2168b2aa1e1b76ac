//! One program, many implementations: each line on stdin asks for some runs of one implementation, each line on stdout answers with times.
//!
//! The first line out is a JSON list of `[task, implementation]` pairs. A line in is `INDEX COUNT`, and its answer
//! `{"wall_ms": […], "cpu_ms": […], "result": […]}`: COUNT times, and what the last run computed, so that the runner
//! can see that all implementations compute the same. `benches/peers/protocol.py` is the same in Python.

use std::io::{BufRead, Write};
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

use crate::Outcome;

/// A way to do a task; each call is one run, and returns a few numbers that tell what came out.
pub struct Implementation<'a> {
    task: &'static str,
    name: &'static str,
    run: Box<dyn FnMut() -> Outcome<Vec<f32>> + 'a>,
}

impl<'a> Implementation<'a> {
    /// A implementation `name` for `task`.
    pub fn new(task: &'static str, name: &'static str, run: impl FnMut() -> Outcome<Vec<f32>> + 'a) -> Self {
        Self {
            task,
            name,
            run: Box::new(run),
        }
    }
}

/// Answers until stdin ends. Each implementation is run once before the first line, to warm up.
pub fn serve(mut implementations: Vec<Implementation<'_>>) -> Outcome<()> {
    for implementation in &mut implementations {
        (implementation.run)()
            .map_err(|error| format!("{} / {}: {error}", implementation.task, implementation.name))?;
    }
    let names: Vec<_> = implementations
        .iter()
        .map(|implementation| [implementation.task, implementation.name])
        .collect();
    say(&json!(names))?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (index, count) = line.split_once(' ').ok_or("a line is INDEX COUNT")?;
        let (index, count): (usize, usize) = (index.parse()?, count.parse()?);
        let implementation = implementations.get_mut(index).ok_or("no such implementation")?;
        let (mut wall, mut cpu, mut result) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            let (started, used) = (Instant::now(), processor_ms());
            result = (implementation.run)()?;
            cpu.push(processor_ms() - used);
            wall.push(started.elapsed().as_secs_f64() * 1e3);
        }
        say(&json!({"wall_ms": wall, "cpu_ms": cpu, "result": result}))?;
    }
    Ok(())
}

fn say(value: &serde_json::Value) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}

/// Processor time of all threads of this program so far.
fn processor_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
