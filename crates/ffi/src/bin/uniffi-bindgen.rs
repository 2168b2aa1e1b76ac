//! Writes Kotlin and Swift from the built library: see the crate's README.

fn main() {
    uniffi::uniffi_bindgen_main();
}
