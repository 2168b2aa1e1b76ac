//! The skinkit command line.

fn main() {}
