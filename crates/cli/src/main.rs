//! `skinkit`: the command line over the SDK.

mod arguments;
mod eval;
mod evaluate;
mod failure;
mod file;
mod found;
mod history;
mod json;
mod open;
mod overlay;
mod pack;
mod parse;
mod photo;
mod report;
mod skin;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command, Key, Site};
use failure::Failure;
use history::{add, archive, compare, erase, key, lesions, list, replay, similarity, summary, thumbnail, trend};
use pack::{bench_change, doctor};
use photo::{analyze, landmarks, scale, site};
use terminal::Output;

fn main() -> ExitCode {
    match run(&Arguments::parse().command).and_then(|output| output.write()) {
        Ok(status) => status,
        Err(failure) => {
            eprintln!("skinkit: {}", failure.line());
            failure.status()
        }
    }
}

fn run(command: &Command) -> Result<Output, Failure> {
    match command {
        Command::Analyze(arguments) => analyze::run(arguments),
        Command::Add(arguments) => add::run(arguments),
        Command::History(arguments) => list::run(arguments),
        Command::Compare(arguments) => compare::run(arguments),
        Command::Report(arguments) => history::report::run(arguments),
        Command::Summary(arguments) => summary::run(arguments),
        Command::Trend(arguments) => trend::run(arguments),
        Command::Thumbnail(arguments) => thumbnail::run(arguments),
        Command::Nearest(arguments) => similarity::nearest(arguments),
        Command::Unlike(arguments) => similarity::unlike(arguments),
        Command::Match(arguments) => lesions::match_scans(arguments),
        Command::Assign(arguments) => lesions::assign(arguments),
        Command::Export(arguments) => archive::export(arguments),
        Command::Import(arguments) => archive::import(arguments),
        Command::Erase(arguments) => erase::run(arguments),
        Command::Backup(arguments) => archive::backup(arguments),
        Command::Restore(arguments) => archive::restore(arguments),
        Command::Check(arguments) => archive::check(arguments),
        Command::Replay(arguments) => replay::run(arguments),
        Command::BenchChange(arguments) => bench_change::run(arguments),
        Command::Eval(arguments) => evaluate::run(arguments),
        Command::Landmarks(arguments) => landmarks::run(arguments),
        Command::Site(Site::Mark(arguments)) => site::mark(arguments),
        Command::Site(Site::Find(arguments)) => site::find(arguments),
        Command::Skin(arguments) => skin::measure::run(arguments),
        Command::Spots(arguments) => skin::spots::run(arguments),
        Command::Scale(arguments) => scale::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Key(Key::New { file }) => key::create(file),
        Command::Key(Key::Rotate { db, new, key }) => key::rotate(db, key, new),
    }
}
