//! The name that programs look the library up by: without it, they would look where it was built.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let name = match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux" | "android") => "-Wl,-soname,libskinkit_ffi.so",
        Ok("macos") => "-Wl,-install_name,@rpath/libskinkit_ffi.dylib",
        _ => return,
    };
    println!("cargo:rustc-cdylib-link-arg={name}");
}
