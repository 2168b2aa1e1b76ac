//! Several lesions of one person: which is which, and which is unlike the others.

pub(crate) mod assignment;
pub(crate) mod matching;
pub(crate) mod unlike;
