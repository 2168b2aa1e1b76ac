//! A camera without a camera: real pictures as a 1080p NV12 stream at 60 frames a second, through a live session.
//!
//! `cargo run --release -p skinkit-example-live-camera -- --strip strip.png`

mod camera;
mod error;
mod report;
mod strip;
mod watcher;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use skinkit::preprocess::quality::QualityThresholds;
use skinkit::{Config, LiveConfig, LiveSession, Photo, Region, SkinKit};

use camera::Camera;
use error::Result;
use report::{Memory, Stages};
use strip::Strip;
use watcher::{Said, Watcher};

/// Plays photos as a camera stream through a live session, and says how long each stage took.
#[derive(Parser)]
struct Arguments {
    /// Photos to play, one after the other; each should hold a face if the region is one of a face.
    #[arg(default_value = "examples/photos/face.jpg")]
    photos: Vec<PathBuf>,
    /// lesion, face, or a face region such as left_cheek.
    #[arg(long, default_value = "face")]
    region: Region,
    /// Least side of the region in pixels of the stream: below it the session says that it is too small.
    #[arg(long, default_value_t = 350.0)]
    least_pixels: f32,
    /// Frames to play; ten seconds of camera time, one act, are 600.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    frames: u64,
    /// Gives the next frame as soon as the last one was looked at, instead of 60 a second.
    #[arg(long)]
    no_pace: bool,
    /// Lets the session look at the frames on the camera's thread, without a copy.
    #[arg(long)]
    in_place: bool,
    /// Draws what the host would show into this PNG, a tile for every quarter of a second of the first ten.
    #[arg(long)]
    strip: Option<PathBuf>,
    /// The model pack.
    #[arg(long, default_value = "models/lesion-ham7")]
    pack: PathBuf,
}

/// Between two frames.
const PERIOD: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// Frames from one tile of the strip to the next, and how many frames have tiles.
const TILE_EVERY: u64 = 15;
const TILES_UNTIL: u64 = 600;

fn main() -> ExitCode {
    match play(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn play(arguments: &Arguments) -> Result<()> {
    let kit = Arc::new(SkinKit::open(Config::new(&arguments.pack))?);
    println!("engine: {}", kit.engine());
    let photos: Vec<Photo> = arguments
        .photos
        .iter()
        .map(|path| {
            Photo::open(path, &skinkit::Limits::default())
                .map_err(|error| format!("{}: {error}", path.display()).into())
        })
        .collect::<Result<_>>()?;
    let camera = Camera::new(&photos)?;
    let (heard, said) = sync_channel(64);
    let watcher = Watcher::new(heard);
    let mut config = LiveConfig::new(arguments.region);
    // This app wants the face near, so that a region of it still has a few hundred pixels.
    let mut thresholds = QualityThresholds::default();
    thresholds.min_roi_pixels = arguments.least_pixels;
    config.quality = Some(thresholds);
    let session = LiveSession::start(Arc::clone(&kit), config, Some(Box::new(watcher)))?;
    let mut stages = Stages::with_capacity(arguments.frames as usize);
    let mut memory = Memory::default();
    let mut strip = arguments.strip.as_ref().map(|_| Strip::default());
    let bar = progress_bar(arguments.frames);
    let start = Instant::now();
    let mut captures = 0;
    for index in 0..arguments.frames {
        let time = PERIOD * index as u32;
        if !arguments.no_pace
            && let Some(early) = time.checked_sub(start.elapsed())
        {
            std::thread::sleep(early);
        }
        if camera.begins_anew(index) {
            session.restart();
        }
        camera.with_frame(index, |frame| {
            if arguments.in_place {
                session.process(frame, time)
            } else {
                session.push(frame, time)
            }
        })??;
        let mut hear = |said: Said| -> Result<Duration> {
            match said {
                Said::Update(update) => {
                    stages.add(&update.timings);
                    if let Some(strip) = &mut strip
                        && update.index(PERIOD) < TILES_UNTIL
                        && update.index(PERIOD) % TILE_EVERY == 0
                    {
                        camera.with_frame(update.index(PERIOD), |frame| strip.add(frame, &update))??;
                    }
                    Ok(update.timestamp)
                }
                Said::Capture { timestamp, chosen_from } => {
                    captures += 1;
                    if captures <= 3 {
                        bar.println(format!(
                            "captured the frame at {:.2} s, the sharpest of {chosen_from}",
                            timestamp.as_secs_f64()
                        ));
                    }
                    Ok(Duration::ZERO)
                }
                Said::Failure(message) => Err(message.into()),
            }
        };
        if arguments.no_pace {
            // In step: every frame is looked at, however slow the machine.
            while hear(said.recv()?)? < time {}
        } else {
            for said in said.try_iter() {
                hear(said)?;
            }
        }
        memory.look(index, arguments.frames);
        bar.inc(1);
    }
    bar.finish_and_clear();
    session.close();
    println!("{:?}", session.counts());
    println!("captures: {captures} in {:.1} s", start.elapsed().as_secs_f64());
    stages.print();
    memory.print();
    if let (Some(strip), Some(path)) = (strip, &arguments.strip) {
        strip.save(path)?;
        println!("strip: {}", path.display());
    }
    Ok(())
}

fn progress_bar(frames: u64) -> ProgressBar {
    let style = "{bar:40} {pos}/{len} frames, {per_sec}, {eta} left";
    // The template is a constant; were it wrong, the plain bar would do.
    let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(frames).with_style(style)
}
