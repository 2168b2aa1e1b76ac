//! What a linker must know of the library: the name that programs look it up by (without it, they would look where it was
//! built), and on Android pages of 16 KB, without which Play refuses an app, and packed relocations, which Android reads
//! since API 23.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let arguments: &[&str] = match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => &["-Wl,-soname,libskinkit_ffi.so"],
        Ok("android") => &[
            "-Wl,-soname,libskinkit_ffi.so",
            "-Wl,-z,max-page-size=16384",
            "-Wl,--pack-dyn-relocs=android",
        ],
        Ok("macos") => &["-Wl,-install_name,@rpath/libskinkit_ffi.dylib"],
        _ => &[],
    };
    for argument in arguments {
        println!("cargo:rustc-cdylib-link-arg={argument}");
    }
}
