//! Hands, poses and the outline of a person.

pub(crate) mod hand;
pub(crate) mod person;
pub(crate) mod pose;
