//! SkinKit in C.

use std::ffi::c_char;

use serde::Deserialize;
use skinkit::AnalyzeOptions;

use super::argument::{Out, bytes, json, text};
use super::call::{SkinkitError, call};
use super::frame::{SkinkitFrame, frame};
use super::handle::{SkinkitHandle, get, get_optional, give};
use crate::{Cancel, Options, Photo, Result, SkinKit, SkinKitError};

/// A scan request, as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    site: String,
    subject: Option<String>,
    region: Option<String>,
    taken_at: Option<i64>,
    picture_sha256: Option<String>,
}

impl Request {
    pub(super) fn facade(self) -> Result<skinkit::ScanRequest> {
        let mut request = skinkit::ScanRequest::new(self.site);
        request.subject = self.subject.unwrap_or(request.subject);
        request.taken_at = self.taken_at;
        request.picture_sha256 = self.picture_sha256;
        if let Some(text) = self.region {
            request.options.region = region(&text)?;
        }
        Ok(request)
    }
}

pub(super) fn region(text: &str) -> Result<skinkit::Region> {
    Ok(text.parse()?)
}

/// Checks the pack, finds an engine, warms the lesion model up, and opens the history if one is named.
///
/// `options` is a JSON object: `pack` (the model pack's folder; the only one that must be there), `history` (a file, made
/// if it is not there), `engine` (`auto`, `onnx-runtime`, `embedded`), `library` (the ONNX Runtime library to load),
/// `threads` (for one run of a network, 1 unless said otherwise), `networks` (the folder of landmark networks, like
/// `models/landmarks`; those for faces are built in), `keep_pictures` (true keeps the analysed region of each
/// picture, encrypted). `key` is the history's `key_length` = 32 bytes; NULL and 0 without a history.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_open(
    options: *const c_char,
    key: *const u8,
    key_length: usize,
    kit: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        // SAFETY: the header's rule for pointers.
        let (given, key, out) = unsafe {
            (
                json::<Options>("options", options)?,
                bytes("key", key, key_length)?,
                Out::new("kit", kit)?,
            )
        };
        let key = (!key.is_empty()).then(|| key.to_vec());
        out.set(give(SkinKit::open(Options { key, ..given })?)?);
        Ok(())
    })
}

/// Which engine runs the networks, and why not the other one: a JSON object with `kind`, `version`, `library`, `note`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_engine(kit: SkinkitHandle, json: *mut *mut c_char, error: *mut SkinkitError) -> i32 {
    call(error, || {
        let kit = get::<SkinKit>(kit)?.held()?;
        // SAFETY: the header's rule for pointers.
        unsafe { Out::new("json", json) }?.json(kit.engine())
    })
}

/// The pack's manifest as JSON: `models/README.md` says what is in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_pack(kit: SkinkitHandle, json: *mut *mut c_char, error: *mut SkinkitError) -> i32 {
    call(error, || {
        let kit = get::<SkinKit>(kit)?.held()?;
        // SAFETY: the header's rule for pointers.
        unsafe { Out::new("json", json) }?.json(kit.pack())
    })
}

/// Judges, classifies and measures one picture; nothing is kept. Blocks.
///
/// `region` is `lesion`, `face`, a part of the face (`whole_face`, `forehead`, `left_cheek`, `right_cheek`, `nose`,
/// `chin`, `perioral`, `left_periorbital`, `right_periorbital`), or `X,Y,SIZE`: centre and side of a square in pixels of
/// the upright picture. `cancel` may be 0. The JSON object has `region`, `roi`, `face`, `quality`, `finding`, `measures`,
/// `engine` and `timings`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_analyse(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    region: *const c_char,
    cancel: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let (kit, photo) = (get::<SkinKit>(kit)?.held()?, get::<Photo>(photo)?);
        let cancel = Cancel::of(get_optional(cancel)?.as_deref());
        // SAFETY: the header's rule for pointers.
        let (region, out) = unsafe { (self::region(text("region", region)?)?, Out::new("json", json)?) };
        out.json(&kit.analyze(photo.picture()?, &AnalyzeOptions::new(region).cancel(&cancel))?)
    })
}

/// `skinkit_analyse` of a camera frame, borrowed during the call and not copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_analyse_frame(
    kit: SkinkitHandle,
    frame: *const SkinkitFrame,
    region: *const c_char,
    cancel: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let kit = get::<SkinKit>(kit)?.held()?;
        let cancel = Cancel::of(get_optional(cancel)?.as_deref());
        // SAFETY: the header's rule for pointers.
        let (frame, region, out) = unsafe {
            (
                self::frame(frame)?,
                self::region(text("region", region)?)?,
                Out::new("json", json)?,
            )
        };
        out.json(&kit.analyze(&frame, &AnalyzeOptions::new(region).cancel(&cancel))?)
    })
}

/// Analyses one picture and adds it to the history; returns when it is safely on the disk. Blocks.
///
/// `request` is a JSON object: `site` (where on the body, in the user's words; must be there), `subject` (whose skin: `me`
/// unless said otherwise), `region` (as for `skinkit_analyse`; `lesion`), `taken_at` (milliseconds since 1970-01-01 UTC;
/// now), `picture_sha256` (of the picture's file, in hexadecimal). `cancel` may be 0. Gives the scan's number and the
/// JSON object of `skinkit_analyse`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_scan(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    request: *const c_char,
    cancel: SkinkitHandle,
    scan: *mut i64,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let (kit, photo) = (get::<SkinKit>(kit)?.held()?, get::<Photo>(photo)?);
        let cancel = Cancel::of(get_optional(cancel)?.as_deref());
        // SAFETY: the header's rule for pointers.
        let (given, id, out) = unsafe {
            (
                self::json::<Request>("request", request)?,
                Out::new("scan", scan)?,
                Out::new("json", json)?,
            )
        };
        let mut request = given.facade()?;
        request.options.cancel = cancel;
        let scan = kit.scan(photo.picture()?, &request)?;
        out.json(&scan.analysis)?;
        id.set(scan.id.0);
        Ok(())
    })
}

/// The history that SkinKit was opened with; close it on its own. It may outlive the kit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_history(
    kit: SkinkitHandle,
    history: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let kit = get::<SkinKit>(kit)?;
        // SAFETY: the header's rule for pointers.
        let out = unsafe { Out::new("history", history) }?;
        out.set(give(kit.history()?)?);
        Ok::<_, SkinKitError>(())
    })
}
