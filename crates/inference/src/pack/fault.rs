//! What is wrong with a pack, and in which field.

/// A field of `pack.json`, or a part of a network, that does not fit.
#[derive(Debug)]
pub(crate) struct Fault {
    pub field: String,
    pub reason: String,
}

/// A fault of this field.
pub(crate) fn fault(field: impl Into<String>, reason: impl Into<String>) -> Fault {
    Fault {
        field: field.into(),
        reason: reason.into(),
    }
}

/// Nothing, or what is wrong.
pub(crate) type Checked = Result<(), Fault>;

/// [`fault`] as a result.
pub(crate) fn fail(field: impl Into<String>, reason: impl Into<String>) -> Checked {
    Err(fault(field, reason))
}
