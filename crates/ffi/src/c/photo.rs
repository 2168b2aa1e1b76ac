//! Photos in C.

use std::ffi::c_char;

use super::argument::{Out, bytes, text};
use super::call::{SkinkitError, call};
use super::frame::{SkinkitFrame, frame};
use super::handle::{SkinkitHandle, get, give};
use crate::Photo;

/// Reads and decodes a JPEG or PNG file of at most 64 MiB, 64 million pixels, 16,384 a side. EXIF orientation is applied,
/// all other metadata is dropped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_photo_open(
    path: *const c_char,
    photo: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        // SAFETY: the header's rule for pointers.
        let (path, out) = unsafe { (text("path", path)?, Out::new("photo", photo)?) };
        out.set(give(Photo::open(path.to_owned())?)?);
        Ok(())
    })
}

/// Decodes a JPEG or PNG held in memory; the bytes are borrowed during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_photo_decode(
    data: *const u8,
    length: usize,
    photo: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        // SAFETY: the header's rule for pointers.
        let (data, out) = unsafe { (bytes("data", data, length)?, Out::new("photo", photo)?) };
        out.set(give(Photo::decode(data)?)?);
        Ok(())
    })
}

/// Copies a camera frame as it is, so that the camera may have its buffer back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_photo_from_frame(
    frame: *const SkinkitFrame,
    photo: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        // SAFETY: the header's rule for pointers.
        let (frame, out) = unsafe { (self::frame(frame)?, Out::new("photo", photo)?) };
        out.set(give(Photo::copy_of(&frame))?);
        Ok(())
    })
}

/// Width and height of the upright picture in pixels.
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
