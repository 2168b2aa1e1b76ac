//! What a command says on standard output: made whole, then written once.

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use crate::failure::Failure;

/// Lines for standard output.
#[derive(Debug, Default)]
pub struct Output {
    text: String,
    failed_check: bool,
}

impl Output {
    /// Output of one line.
    pub fn of(line: impl Display) -> Self {
        let mut output = Self::default();
        output.line(line);
        output
    }

    /// Adds a line, or several. What a history or a file has put into it cannot move the terminal's cursor: control
    /// characters but line ends are left out.
    pub fn line(&mut self, line: impl Display) {
        let line = line.to_string();
        self.text.extend(line.chars().filter(|c| *c == '\n' || !c.is_control()));
        self.text.push('\n');
    }

    /// The same for a check that failed: exit status 1.
    pub fn failed(mut self) -> Self {
        self.failed_check = true;
        self
    }

    /// Writes it all and gives the exit status. A reader that has seen enough and closed the pipe is no failure.
    pub fn write(&self) -> Result<ExitCode, Failure> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(self.text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::Input(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(ExitCode::from(u8::from(self.failed_check))),
        }
    }
}
