//! How a command fails: one line for the person, one exit status for the caller.

use std::process::ExitCode;

use skinkit::{Error, inference, roi, store};

/// A failed command.
#[derive(Debug)]
pub enum Failure {
    /// The arguments make no sense together, or a value has the wrong form.
    Arguments(String),
    /// A file that was given is missing, unreadable or not what it should be.
    Input(String),
    /// The runtime library or a model is missing or unfit.
    Runtime(String),
    /// The history or its key.
    Store(String),
}

impl Failure {
    /// The documented exit status.
    pub fn status(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Arguments(_) => 2,
            Self::Input(_) => 3,
            Self::Runtime(_) => 4,
            Self::Store(_) => 5,
        })
    }

    /// One line: whatever a lower layer wrote, a terminal gets no line breaks and no control characters from it.
    pub fn line(&self) -> String {
        let (Self::Arguments(message) | Self::Input(message) | Self::Runtime(message) | Self::Store(message)) = self;
        message
            .split(|c: char| c.is_control())
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Picture(_)
            | Error::RegionTooSmall { .. }
            | Error::Roi(roi::Error::NoFace | roi::Error::FaceTooSmall { .. } | roi::Error::FaceCutOff { .. }) => {
                Self::Input(message)
            }
            Error::Region { .. }
            | Error::Pin(_)
            | Error::WouldReplace { .. }
            | Error::SameScanTwice { .. }
            | Error::Roi(roi::Error::Argument { .. })
            | Error::Inference(inference::Error::Capture { .. } | inference::Error::Context { .. })
            | Error::Store(store::Error::BadValue { .. }) => Self::Arguments(message),
            Error::Inference(_) | Error::Roi(_) => Self::Runtime(message),
            Error::Store(_) | Error::Stored { .. } | Error::NoHistory | Error::Encode(_) | Error::Record { .. } => {
                Self::Store(message)
            }
            _ => Self::Input(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_clean_line() {
        let failure = Failure::Input("cannot read\n  'a\u{1b}[31mb'\r\n".to_owned());
        assert_eq!(failure.line(), "cannot read 'a [31mb'");
    }
}
