//! Every kind of unusable picture has its own outcome, and none a number that means nothing.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use skinkit_inference::{Runtime, RuntimeConfig};
use skinkit_preprocess::{Frame, Limits, Photo};
use skinkit_roi::{Face, FaceLandmarker, FaceOptions, FaceOutcome, Networks};
use skinkit_skin::{Error, Measure, Reading, Reason, SkinAnalyzer, SkinReport, SpotFinder, SpotOptions, Zone};

fn picture(name: &str) -> Photo {
    let path = format!("{}/../roi/tests/goldens/{name}.png", env!("CARGO_MANIFEST_DIR"));
    Photo::open(path.as_ref(), &Limits::default()).unwrap()
}

fn find(pixels: &[u8], width: u32, height: u32) -> FaceOutcome {
    let runtime = Runtime::new(&RuntimeConfig::default()).unwrap();
    let options = FaceOptions::default().with_irises(true);
    let mut landmarker = FaceLandmarker::with_options(&runtime, &Networks::embedded(), options).unwrap();
    landmarker
        .find_one(&Frame::rgb8(pixels, width, height).unwrap())
        .unwrap()
}

fn face(photo: &Photo) -> Face {
    match find(photo.pixels(), photo.width(), photo.height()) {
        FaceOutcome::Found(face) => *face,
        other => panic!("{other:?}"),
    }
}

fn measured(pixels: &[u8], width: u32, height: u32, face: &Face) -> skinkit_skin::Result<SkinReport> {
    SkinAnalyzer::new().measure(&Frame::rgb8(pixels, width, height).unwrap(), face)
}

fn reason(report: &SkinReport, zone: Zone, measure: Measure) -> Reason {
    match report.zone(zone).unwrap().readings[&measure] {
        Reading::NotMeasurable(reason) => reason,
        Reading::Measured(estimate) => panic!("{zone} {measure}: {estimate:?}"),
    }
}

/// Recolors pixels by place.
fn painted(photo: &Photo, color: impl Fn(u32, u32, [u8; 3]) -> [u8; 3]) -> Vec<u8> {
    let width = photo.width();
    let pixels = photo.pixels().chunks_exact(3).enumerate();
    pixels
        .flat_map(|(i, p)| color(i as u32 % width, i as u32 / width, [p[0], p[1], p[2]]))
        .collect()
}

#[test]
fn a_face_has_values_with_intervals_and_its_sides_are_told_apart() {
    let photo = picture("grace_hopper");
    let report = measured(photo.pixels(), photo.width(), photo.height(), &face(&photo)).unwrap();
    for zone in [Zone::Forehead, Zone::LeftCheek, Zone::RightCheek] {
        let Reading::Measured(redness) = report.zone(zone).unwrap().readings[&Measure::Redness] else {
            panic!("{zone}: {:?}", report.zone(zone));
        };
        assert!(redness.value.abs() < 15.0);
        assert!(
            redness.low.unwrap() < redness.value && redness.value < redness.high.unwrap(),
            "{zone}: {redness:?}"
        );
    }
    // Its highlight has lost its color in this picture.
    assert!(matches!(reason(&report, Zone::Nose, Measure::Redness), Reason::Clipped { clipped } if clipped > 0.1));
    let left = report.value(Zone::LeftCheek, Measure::Redness).unwrap();
    let right = report.value(Zone::RightCheek, Measure::Redness).unwrap();
    assert_eq!(
        report.left_less_right(Zone::RightCheek, Measure::Redness),
        Some(left - right)
    );
    assert_eq!(report.left_less_right(Zone::Nose, Measure::Redness), None);
    // The whole face has no other skin to be redder than.
    assert!(
        !report
            .zone(Zone::WholeFace)
            .unwrap()
            .readings
            .contains_key(&Measure::Redness)
    );
}

#[test]
fn a_cat_has_no_face() {
    let photo = picture("noface_chelsea");
    assert_eq!(find(photo.pixels(), photo.width(), photo.height()), FaceOutcome::NoFace);
}

#[test]
fn a_picture_without_colors_has_no_redness_but_lightness() {
    let photo = picture("grace_hopper");
    let face = face(&photo);
    let grey = painted(&photo, |_, _, [r, g, b]| {
        [((u32::from(r) * 3 + u32::from(g) * 6 + u32::from(b)) / 10) as u8; 3]
    });
    match measured(&grey, photo.width(), photo.height(), &face) {
        Ok(report) => {
            assert_eq!(reason(&report, Zone::LeftCheek, Measure::Redness), Reason::Colorless);
            assert_eq!(reason(&report, Zone::Nose, Measure::Shine), Reason::Colorless);
            assert!(report.value(Zone::LeftCheek, Measure::Lightness).is_some());
            assert!(report.spots.is_none());
        }
        // Where grey has no hue to learn a skin's color from, the face's skin is not found.
        Err(error) => assert!(matches!(error, Error::Covered { .. } | Error::Roi(_)), "{error}"),
    }
}

#[test]
fn a_blue_mask_is_not_taken_for_skin() {
    let photo = picture("grace_hopper");
    let face = face(&photo);
    let cheek = face.mesh.points[4][1];
    let masked = painted(
        &photo,
        |_, y, old| if y as f32 > cheek - 40.0 { [70, 110, 190] } else { old },
    );
    let outcome = measured(&masked, photo.width(), photo.height(), &face);
    assert!(
        matches!(outcome, Err(Error::NotSkin { .. } | Error::Covered { .. })),
        "{outcome:?}"
    );
}

#[test]
fn sunglasses_cover_what_lies_below_the_eyes_and_nothing_else() {
    let photo = picture("grace_hopper");
    let face = face(&photo);
    let [top, bottom] = [face.mesh.points[105][1], face.mesh.points[118][1]];
    let dark = painted(&photo, |_, y, old| {
        if (top..bottom).contains(&(y as f32)) {
            [18, 18, 20]
        } else {
            old
        }
    });
    let report = measured(&dark, photo.width(), photo.height(), &face).unwrap();
    let below = reason(&report, Zone::LeftInfraorbital, Measure::UnderEyeDarkness);
    assert!(matches!(below, Reason::Covered { .. }), "{below:?}");
    assert!(report.value(Zone::Forehead, Measure::Lightness).is_some());
}

#[test]
fn a_black_visor_over_half_the_face_is_not_taken_for_skin() {
    let photo = picture("grace_hopper");
    let face = face(&photo);
    let [top, bottom] = [face.mesh.points[105][1], face.mesh.points[50][1] + 30.0];
    let dark = painted(&photo, |_, y, old| {
        if (top..bottom).contains(&(y as f32)) {
            [18, 18, 20]
        } else {
            old
        }
    });
    let outcome = measured(&dark, photo.width(), photo.height(), &face);
    assert!(
        matches!(
            outcome,
            Err(Error::Covered { .. } | Error::Roi(_) | Error::NotSkin { .. })
        ),
        "{outcome:?}"
    );
}

#[test]
fn a_small_face_is_too_coarse() {
    let photo = picture("grace_hopper");
    let image = image::RgbImage::from_raw(photo.width(), photo.height(), photo.pixels().to_vec()).unwrap();
    let own = face(&photo);
    let factor = 60.0 / own.side();
    let size = [photo.width(), photo.height()].map(|side| (side as f32 * factor) as u32);
    let small = image::imageops::resize(&image, size[0], size[1], image::imageops::FilterType::Triangle);
    let FaceOutcome::Found(face) = find(&small, size[0], size[1]) else {
        return; // No face at all is an outcome, too.
    };
    let report = measured(&small, size[0], size[1], &face).unwrap();
    for measure in [Measure::MelaninSpread, Measure::PigmentedSpots] {
        let why = reason(&report, Zone::RightCheek, measure);
        assert!(matches!(why, Reason::Resolution { .. }), "{why:?}");
    }
    assert!(report.spots.is_none());
}

#[test]
fn an_overexposed_face_is_not_measured() {
    let photo = picture("grace_hopper");
    let face = face(&photo);
    let bright = painted(&photo, |_, _, old| old.map(|v| v.saturating_mul(2)));
    match measured(&bright, photo.width(), photo.height(), &face) {
        Ok(report) => {
            let why = reason(&report, Zone::Forehead, Measure::Redness);
            assert!(
                matches!(why, Reason::Clipped { .. } | Reason::Covered { .. }),
                "{why:?}"
            );
        }
        Err(error) => assert!(matches!(error, Error::Covered { .. } | Error::Roi(_)), "{error}"),
    }
}

#[test]
fn a_face_that_leaves_the_picture_is_measured_where_it_is_seen() {
    let photo = picture("grace_hopper");
    let face = face(&photo);
    let middle = face.mesh.points[4][0] as u32;
    let image = image::RgbImage::from_raw(photo.width(), photo.height(), photo.pixels().to_vec()).unwrap();
    let half = image::imageops::crop_imm(&image, 0, 0, middle, photo.height()).to_image();
    let report = measured(&half, middle, photo.height(), &face).unwrap();
    // The subject's left lies on the right of the picture.
    let gone = reason(&report, Zone::LeftCheek, Measure::Redness);
    assert!(matches!(gone, Reason::Covered { seen } if seen < 0.2), "{gone:?}");
}

#[test]
fn no_skin_means_no_spots() {
    let blue = [40u8, 80, 200].repeat(200 * 150);
    let frame = Frame::rgb8(&blue, 200, 150).unwrap();
    let outcome = SpotFinder::new().find(&frame, SpotOptions::default());
    assert!(matches!(outcome, Err(Error::NoSkin)), "{outcome:?}");
    let grey = [120u8; 200 * 150 * 3];
    let frame = Frame::rgb8(&grey, 200, 150).unwrap();
    assert!(matches!(
        SpotFinder::new().find(&frame, SpotOptions::default()),
        Err(Error::NoSkin)
    ));
    // Skin without a spot has none.
    let plain = [200u8, 150, 120].repeat(200 * 150);
    let frame = Frame::rgb8(&plain, 200, 150).unwrap();
    let map = SpotFinder::new().find(&frame, SpotOptions::default()).unwrap();
    assert!(map.spots.is_empty() && map.coverage > 0.99, "{map:?}");
}

#[test]
fn tiny_and_thin_pictures_are_harmless() {
    for (width, height) in [(1, 1), (3, 200), (200, 3), (17, 16)] {
        let skin = [200u8, 150, 120].repeat((width * height) as usize);
        let frame = Frame::rgb8(&skin, width, height).unwrap();
        match SpotFinder::new().find(&frame, SpotOptions::default()) {
            Ok(map) => assert!(map.spots.is_empty()),
            Err(error) => assert!(matches!(error, Error::NoSkin), "{error}"),
        }
    }
}
