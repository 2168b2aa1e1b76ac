//! `skinkit`: the command line over the SDK.

mod analyze;
mod arguments;
mod canvas;
mod doctor;
mod eval;
mod evaluate;
mod failure;
mod history;
mod key_file;
mod landmarks;
mod open;
mod output;
mod overlay;
mod packs;
mod page;
mod report;
mod table;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command, Key};
use failure::Failure;
use output::Output;

fn main() -> ExitCode {
    match run(&Arguments::parse().command).and_then(|output| output.write()) {
        Ok(()) => ExitCode::SUCCESS,
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
        Command::Eval(arguments) => evaluate::run(arguments),
        Command::Landmarks(arguments) => landmarks::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Key(Key::New { file }) => key_file::create(file),
    }
}
