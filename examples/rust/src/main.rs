//! skinkit-example-rust

fn main() {}
