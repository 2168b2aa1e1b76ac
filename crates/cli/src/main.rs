//! `skinkit`: the command line over the SDK.

mod analyze;
mod arguments;
mod bench_change;
mod canvas;
mod doctor;
mod eval;
mod evaluate;
mod failure;
mod history;
mod instead;
mod keep;
mod key_file;
mod landmarks;
mod lesions;
mod open;
mod output;
mod overlay;
mod packs;
mod page;
mod place;
mod replay;
mod report;
mod series;
mod table;
mod words;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command, Key, Site};
use failure::Failure;
use output::Output;

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
        Command::Add(arguments) => history::add(arguments),
        Command::History(arguments) => history::list(arguments),
        Command::Compare(arguments) => history::compare(arguments),
        Command::Report(arguments) => history::report(arguments),
        Command::Summary(arguments) => series::summary(arguments),
        Command::Trend(arguments) => series::trend(arguments),
        Command::Thumbnail(arguments) => keep::thumbnail(arguments),
        Command::Nearest(arguments) => lesions::nearest(arguments),
        Command::Unlike(arguments) => lesions::unlike(arguments),
        Command::Match(arguments) => lesions::match_scans(arguments),
        Command::Assign(arguments) => lesions::assign(arguments),
        Command::Export(arguments) => keep::export(arguments),
        Command::Import(arguments) => keep::import(arguments),
        Command::Erase(arguments) => keep::erase(arguments),
        Command::Backup(arguments) => keep::backup(arguments),
        Command::Restore(arguments) => keep::restore(arguments),
        Command::Check(arguments) => keep::check(arguments),
        Command::Replay(arguments) => replay::run(arguments),
        Command::BenchChange(arguments) => bench_change::run(arguments),
        Command::Eval(arguments) => evaluate::run(arguments),
        Command::Landmarks(arguments) => landmarks::run(arguments),
        Command::Site(Site::Mark(arguments)) => place::mark(arguments),
        Command::Site(Site::Find(arguments)) => place::find(arguments),
        Command::Scale(arguments) => place::scale(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Key(Key::New { file }) => key_file::create(file),
        Command::Key(Key::Rotate { db, new, key }) => keep::rotate(db, key, new),
    }
}
