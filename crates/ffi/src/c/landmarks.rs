//! Faces, hands, people, skin, places and rulers in C.

use std::ffi::c_char;

use serde::Serialize;
use serde_json::json;
use skinkit::{FaceDetail, Frame, Landmarks, Place};

use super::argument::{self, Out, optional, optional_json, text, word};
use super::call::{SkinkitError, call};
use super::handle::{SkinkitHandle, get};
use crate::{Photo, Result, SkinKit};

/// A call that looks at a picture, and gives JSON.
///
/// # Safety
/// The header's rule for pointers.
unsafe fn look<T: Serialize>(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
    work: impl FnOnce(&Landmarks, &Frame<'_>) -> Result<T>,
) -> i32 {
    call(error, || {
        let (kit, photo) = (get::<SkinKit>(kit)?.held()?, get::<Photo>(photo)?);
        // SAFETY: the caller's.
        let out = unsafe { Out::new("json", json) }?;
        out.json(&work(kit.landmarks(), &photo.frame()?)?)
    })
}

/// Faces in the picture, by falling score: a JSON array of objects with `detection` and `mesh`. `detail` is `mesh`, `irises`
/// (also `mesh_478`), or `steady` (both, averaged over several looks). Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_faces(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    detail: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        look(kit, photo, json, error, |landmarks, frame| {
            Ok(landmarks.faces(frame, word("detail", detail)?)?)
        })
    }
}

/// Every part of the largest face: a JSON array of objects with `region` and `roi`. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_face_regions(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        look(kit, photo, json, error, |landmarks, frame| {
            let face = landmarks.face(frame, FaceDetail::Mesh)?;
            Ok(skinkit::face_regions(&face.mesh))
        })
    }
}

/// The skin of the largest face: a JSON object with `mask` and `regions`. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_face_skin(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        look(kit, photo, json, error, |landmarks, frame| {
            let face = landmarks.face(frame, FaceDetail::Mesh)?;
            Ok(landmarks.face_skin(frame, &face.mesh)?)
        })
    }
}

/// The skin of a person: a JSON object with `roi`, `cells`, `tone`, `coverage`. `roi` is the region to look in as a JSON object
/// (`centre`, `width`, `height`, `rotation`), NULL for the whole picture. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_body_skin(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    roi: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        look(kit, photo, json, error, |landmarks, frame| {
            Ok(landmarks.body_skin(frame, optional_json("roi", roi)?)?)
        })
    }
}

/// Hands, at most eight, by falling score: a JSON array. Needs the folder `networks` of `skinkit_open`. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_hands(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe { look(kit, photo, json, error, |landmarks, frame| Ok(landmarks.hands(frame)?)) }
}

/// The pose of the person with the highest score: a JSON object, `null` where nobody is seen. Needs the folder `networks` of
/// `skinkit_open`. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_pose(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe { look(kit, photo, json, error, |landmarks, frame| Ok(landmarks.pose(frame)?)) }
}

/// How likely each part of the picture belongs to a person: a JSON object with 256 rows of 256 `values`. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_person(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe { look(kit, photo, json, error, |landmarks, frame| Ok(landmarks.person(frame)?)) }
}

/// Marks a place that a user tapped. `pin` is a JSON object: `point` (`[x, y]`), `side` (of the square around it that matters,
/// in pixels, at least 16), `site` (a body site such as `left_forearm` if the user said it, or null). Gives a JSON object, the
/// token to be kept for `skinkit_find`; that of a body holds a small grey picture of the skin: keep it as private as a
/// photo. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_mark(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    pin: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        look(kit, photo, json, error, |landmarks, frame| {
            Ok(landmarks.mark(frame, &argument::json("pin", pin)?)?)
        })
    }
}

/// Looks for a marked place in a later picture, near the point `near` (two numbers) unless it is NULL: a JSON object with
/// `outcome` (`found` with `point`, `roi`, `confidence`; or `unmatched` with `reason`). Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_find(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    token: *const c_char,
    near: *const [f32; 2],
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        look(kit, photo, json, error, |landmarks, frame| {
            let place: Place = text("token", token)?.parse()?;
            Ok(landmarks.find(frame, &place, optional("near", near)?.copied())?)
        })
    }
}

/// The part of the body under a point: a JSON object with `code`, `words` and `snomed_ct` (using SNOMED CT in a product takes
/// its maker's own licence in most countries), `null` where there is none. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_site_at(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    x: f32,
    y: f32,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        look(kit, photo, json, error, |landmarks, frame| {
            let site = landmarks.site_at(frame, [x, y])?;
            Ok(site.map(|site| json!({"code": site, "words": site.words(), "snomed_ct": site.snomed_expression()})))
        })
    }
}

/// Millimetres a pixel: a JSON object with `mm_per_pixel`, `error`, `source`; `null` where the ruler is not in the picture or
/// cannot be read. `ruler` is a JSON object: `{"kind": "iris"}`, `{"kind": "coin", "diameter_mm": 23.25}` or
/// `{"kind": "card", "side_mm": 20}`; `near` the square that holds it, as `roi` of `skinkit_body_skin`, or NULL. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_scale(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    ruler: *const c_char,
    near: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        look(kit, photo, json, error, |landmarks, frame| {
            let near = optional_json("near", near)?;
            Ok(landmarks.scale(frame, argument::json("ruler", ruler)?, near)?)
        })
    }
}

/// Roughly how large a pixel is, from a hand or else a person: a JSON object with `rough_mm_per_pixel` and `spread`, `null`
/// where neither is seen. Not a measurement. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_scale_hint(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    // SAFETY: the header's rule for pointers.
    unsafe {
        look(kit, photo, json, error, |landmarks, frame| {
            Ok(landmarks.scale_hint(frame)?)
        })
    }
}
