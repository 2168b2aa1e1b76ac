//! `skinkit.h` is what the sources say. `SKINKIT_WRITE=1 cargo test -p skinkit-ffi --test header` writes it anew.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::path::Path;

#[test]
fn the_header_is_what_the_sources_say() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(here.join("cbindgen.toml")).unwrap();
    // It follows `mod` to the other files.
    let builder = cbindgen::Builder::new()
        .with_config(config)
        .with_src(here.join("src/c/mod.rs"));
    let mut made = Vec::new();
    builder.generate().unwrap().write(&mut made);
    let made = String::from_utf8(made).unwrap();
    let header = here.join("../../bindings/c/include/skinkit.h");
    if std::env::var_os("SKINKIT_WRITE").is_some() {
        std::fs::write(&header, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&header).unwrap_or_default();
    let differs = made.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    assert!(
        made == kept,
        "bindings/c/include/skinkit.h is not what crates/ffi/src/c says (first at {differs:?}): run SKINKIT_WRITE=1 \
         cargo test -p skinkit-ffi --test header"
    );
}
