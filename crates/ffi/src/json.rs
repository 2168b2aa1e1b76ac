//! The facade's own types as JSON: what C and Dart read.

use serde::Serialize;
use skinkit::ErrorKind;

use crate::{Result, SkinKitError};

/// The facade's own JSON.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| {
        SkinKitError::detailed(
            ErrorKind::Internal,
            "a result could not be written as JSON: please report it",
            error,
        )
    })
}
