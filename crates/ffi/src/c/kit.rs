//! SkinKit in C.

use std::ffi::c_char;
use std::path::Path;

use skinkit::Limits;
use skinkit::store::ScanId;

use super::argument::{Out, bytes, json, optional_json, optional_text, text};
use super::call::{SkinkitError, call};
use super::frame::{SkinkitFrame, frame};
use super::handle::{SkinkitHandle, get, get_optional, give};
use crate::{AnalyzeOptions, Options, Photo, Result, ScanRequest, SkinKit, SkinKitError};

pub(super) fn region(text: &str) -> Result<skinkit::Region> {
    Ok(text.parse()?)
}

/// Checks the pack, finds an engine, warms the lesion model up, and opens the history if one is named.
///
/// `options` is a JSON object: `pack` (the model pack's folder; the only one that must be there), `history` (a file, made
/// if it is not there), `engine` (`auto`, `onnx-runtime`, `embedded`), `library` (the ONNX Runtime library to load),
/// `threads` (for one run of a network, 1 unless said otherwise), `networks` (the folder of landmark networks, like
/// `models/landmarks`; those for faces are built in), `keep_pictures` (true keeps the analyzed region of each
/// picture, encrypted), `quality` (what a picture must meet: `skinkit_quality_thresholds` gives the fields; those left out
/// keep their values), `race` (an array of ONNX Runtime's execution providers `xnnpack`, `coreml`, `nnapi` that race against
/// the processor for each network), `race_results` (the file that keeps what a race gave). `key` is the history's `key_length` = 32 bytes; NULL and 0 without a history.
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
        let mut options = given;
        options.key = (!key.is_empty()).then(|| key.to_vec());
        out.set(give(SkinKit::open(options)?)?);
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
/// `options` is a JSON object, or NULL for a close-up of one spot: `region` (`lesion`, `face`, a part of the face
/// (`whole_face`, `forehead`, `left_cheek`, `right_cheek`, `nose`, `chin`, `perioral`, `left_periorbital`,
/// `right_periorbital`), or `X,Y,SIZE`: center and side of a square in pixels of the upright picture), `scale` (the object
/// that `skinkit_scale` gives: then sizes are in millimeters), `measures` (false leaves the measures out; true), `capture` (how
/// the picture was taken: `auto`, `dermoscope`, `close_up`), `context` (what a person knows of the lesion: an object of answers
/// by the question's id in the pack). `cancel` may be 0. The JSON object has `region`, `roi`, `face`, `quality`, `finding`,
/// `measures`, `scale`, `engine` and `timings`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_analyze(
    kit: SkinkitHandle,
    photo: SkinkitHandle,
    options: *const c_char,
    cancel: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let (kit, photo) = (get::<SkinKit>(kit)?.held()?, get::<Photo>(photo)?);
        let cancel = get_optional(cancel)?;
        // SAFETY: the header's rule for pointers.
        let (options, out) = unsafe { (self::options(options)?, Out::new("json", json)?) };
        out.json(&kit.analyze(photo.picture()?, &options.facade(cancel.as_deref()))?)
    })
}

/// `skinkit_analyze` of a camera frame, borrowed during the call and not copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_analyze_frame(
    kit: SkinkitHandle,
    frame: *const SkinkitFrame,
    options: *const c_char,
    cancel: SkinkitHandle,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let kit = get::<SkinKit>(kit)?.held()?;
        let cancel = get_optional(cancel)?;
        // SAFETY: the header's rule for pointers.
        let (frame, options, out) = unsafe { (self::frame(frame)?, self::options(options)?, Out::new("json", json)?) };
        out.json(&kit.analyze(&frame, &options.facade(cancel.as_deref()))?)
    })
}

/// # Safety
/// `at` is null or ends with a NUL.
unsafe fn options(at: *const c_char) -> Result<AnalyzeOptions> {
    // SAFETY: as the caller promises.
    Ok(unsafe { optional_json("options", at) }?.unwrap_or_default())
}

/// Analyzes one picture and adds it to the history; returns when it is safely on the disk. Blocks.
///
/// `request` is a JSON object: `site` (where on the body, in the user's words; must be there), `subject` (whose skin: `me`
/// unless said otherwise), `lesion` (which one there, where they are told apart), `position` (`[x, y]` of the lesion on the
/// site, in any unit that all its scans share), `options` (as for `skinkit_analyze`), `taken_at` (milliseconds since
/// 1970-01-01 UTC; now), `picture_sha256` (of the picture's file, in hexadecimal). `cancel` may be 0. Gives the scan's
/// number and the JSON object of `skinkit_analyze`.
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
        let cancel = get_optional(cancel)?;
        // SAFETY: the header's rule for pointers.
        let (request, id, out) = unsafe {
            (
                self::json::<ScanRequest>("request", request)?,
                Out::new("scan", scan)?,
                Out::new("json", json)?,
            )
        };
        let scan = kit.scan(photo.picture()?, &request.facade(cancel.as_deref()))?;
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

/// Runs a scan's picture again, by the scan's own region and scale, and compares every number with what was recorded: a
/// JSON object. Nothing is added. The photo has to be opened as it was then: `skinkit_reopen_photo`. `picture_sha256` may be
/// NULL. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_replay(
    kit: SkinkitHandle,
    scan: i64,
    photo: SkinkitHandle,
    picture_sha256: *const c_char,
    json: *mut *mut c_char,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let (kit, photo) = (get::<SkinKit>(kit)?.held()?, get::<Photo>(photo)?);
        // SAFETY: the header's rule for pointers.
        let (sha256, out) = unsafe {
            (
                optional_text("picture_sha256", picture_sha256)?,
                Out::new("json", json)?,
            )
        };
        out.json(&kit.replay(ScanId(scan), photo.picture()?, sha256)?)
    })
}

/// Opens the photo of a scan as it was opened then, for the scan's region or whole, to replay it. Blocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_reopen_photo(
    kit: SkinkitHandle,
    scan: i64,
    path: *const c_char,
    photo: *mut SkinkitHandle,
    error: *mut SkinkitError,
) -> i32 {
    call(error, || {
        let kit = get::<SkinKit>(kit)?.held()?;
        // SAFETY: the header's rule for pointers.
        let (path, out) = unsafe { (text("path", path)?, Out::new("photo", photo)?) };
        let photo = kit.reopen_photo(ScanId(scan), Path::new(path), &Limits::default())?;
        out.set(give(Photo::from(photo))?);
        Ok(())
    })
}

/// What a picture must meet to be accepted unless the host says otherwise: a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skinkit_quality_thresholds(json: *mut *mut c_char, error: *mut SkinkitError) -> i32 {
    call(error, || {
        // SAFETY: the header's rule for pointers.
        unsafe { Out::new("json", json) }?.json(&crate::quality_thresholds())
    })
}
