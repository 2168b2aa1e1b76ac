//! Photos in C.

use std::ffi::c_char;
use std::path::Path;

use skinkit::Limits;

use super::argument::{Out, bytes, text};
use super::call::{SkinkitError, call};
use super::frame::{SkinkitFrame, frame};
use super::handle::{SkinkitHandle, get, give};
use super::kit::region;
use crate::{Photo, Result, SkinKit};

/// A call that gives a photo.
///
/// # Safety
/// The header's rule for pointers.
unsafe fn opened(photo: *mut SkinkitHandle, error: *mut SkinkitError, work: impl FnOnce() -> Result<Photo>) -> i32 {
    call(error, || {
        // SAFETY: the caller's.
        let out = unsafe { Out::new("photo", photo) }?;
        out.set(give(work()?)?);
        Ok(())
    })
}

/// Reads and decodes a JPEG or PNG file of at most 64 MiB, 64 million pixels, 16,384 a side. EXIF orientation is applied,
/// all other metadata is dropped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_photo_open(
    path: *const c_char,
    photo: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe { opened(photo, error, || Photo::open(text("path", path)?.to_owned())) }
}

/// Decodes a JPEG or PNG held in memory; the bytes are borrowed during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_photo_decode(
    data: *const u8,
    length: usize,
    photo: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe { opened(photo, error, || Photo::decode(bytes("data", data, length)?)) }
}

/// `skinkit_photo_open` with no more pixels than analyzing or scanning this region of the file needs (`region` as for
/// `skinkit_analyze`): a large JPEG of which a close-up fills the middle at half, a quarter or an eighth of its sides, in
/// half the time and a small part of the memory. Its size, regions and results are in the file's pixels all the same. Use it
/// for this region alone: where it came out smaller, anything else gives `SKINKIT_STATUS_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_photo_open_for(
    kit: SkinkitHandle,
    path: *const c_char,
    region: *const c_char,
    photo: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        opened(photo, error, || {
            let (kit, path) = (get::<SkinKit>(kit)?.held()?, text("path", path)?);
            let region = self::region(text("region", region)?)?;
            Ok(kit.open_photo(Path::new(path), &Limits::default(), region)?.into())
        })
    }
}

/// `skinkit_photo_open_for` of a file held in memory; the bytes are borrowed during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_photo_decode_for(
    kit: SkinkitHandle,
    data: *const u8,
    length: usize,
    region: *const c_char,
    photo: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        opened(photo, error, || {
            let (kit, data) = (get::<SkinKit>(kit)?.held()?, bytes("data", data, length)?);
            let region = self::region(text("region", region)?)?;
            Ok(kit.decode_photo(data, &Limits::default(), region)?.into())
        })
    }
}

/// Copies a camera frame as it is, so that the camera may have its buffer back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_photo_from_frame(
    frame: *const SkinkitFrame,
    photo: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe { opened(photo, error, || Ok(Photo::copy_of(&self::frame(frame)?))) }
}

/// Width and height of the upright picture in pixels, also of a photo that was decoded smaller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_photo_size(
    photo: SkinkitHandle,
    width: *mut u32,
    height: *mut u32,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let photo = get::<Photo>(photo)?;
        // SAFETY: the header's rule for pointers.
        let (width, height) = unsafe { (Out::new("width", width)?, Out::new("height", height)?) };
        width.set(photo.width());
        height.set(photo.height());
        Ok(())
    })
}
