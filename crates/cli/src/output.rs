//! What a command says on standard output: made whole, then written once.

use std::fmt::{Display, Write as _};
use std::io::{ErrorKind, Write as _};

use crate::failure::Failure;

/// Lines for standard output.
#[derive(Debug, Default)]
pub struct Output(String);

impl Output {
    /// Output of one line.
    pub fn of(line: impl Display) -> Self {
        let mut output = Self::default();
        output.line(line);
        output
    }

    /// Adds a line, or several.
    pub fn line(&mut self, line: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line}");
    }

    /// Writes it all. A reader that has seen enough and closed the pipe is no failure.
    pub fn write(&self) -> Result<(), Failure> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(self.0.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::Input(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }
}
