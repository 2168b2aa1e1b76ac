//! Landmarks, skin, places and rulers through the facade, on good and on bad pictures.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use skinkit::inference::RuntimeConfig;
use skinkit::roi::{BodyPart, BodySite, FaceRegion, Networks, Side};
use skinkit::{
    Error, FaceDetail, Frame, Landmarks, Limits, Photo, Pin, Place, Relocation, Ruler, Unmatched, face_regions, roi,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn photo(name: &str) -> Photo {
    Photo::open(&root().join(name), &Limits::default()).unwrap()
}

fn hopper() -> Photo {
    photo("crates/roi/tests/goldens/grace_hopper.png")
}

fn landmarks() -> Landmarks {
    let networks = Networks::from_folder(root().join("models/landmarks"));
    Landmarks::open(&RuntimeConfig::default(), networks).unwrap()
}

/// The middle of the left cheek.
fn cheek(mesh: &roi::FaceMesh) -> [f32; 2] {
    let [x, y, _] = mesh.points[280];
    [x, y]
}

/// A photo turned about its middle, made `scale` times as large, and lit by `gain`.
fn reshot(photo: &Photo, turn: f32, scale: f32, gain: f32) -> (Photo, impl Fn([f32; 2]) -> [f32; 2]) {
    let (width, height) = (photo.width(), photo.height());
    let middle = [width as f32 / 2.0, height as f32 / 2.0];
    let (sin, cos) = turn.sin_cos();
    let mut pixels = Vec::with_capacity(photo.pixels().len());
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (
                (x as f32 + 0.5 - middle[0]) / scale,
                (y as f32 + 0.5 - middle[1]) / scale,
            );
            let source = [middle[0] + cos * u + sin * v, middle[1] + cos * v - sin * u];
            let column = (source[0] as i64).clamp(0, i64::from(width) - 1) as usize;
            let row = (source[1] as i64).clamp(0, i64::from(height) - 1) as usize;
            let at = (row * width as usize + column) * 3;
            let pixel = &photo.pixels()[at..at + 3];
            pixels.extend(pixel.iter().map(|v| (f32::from(*v) * gain).min(255.0) as u8));
        }
    }
    let forth = move |[x, y]: [f32; 2]| {
        let (u, v) = (x - middle[0], y - middle[1]);
        [
            middle[0] + scale * (cos * u - sin * v),
            middle[1] + scale * (sin * u + cos * v),
        ]
    };
    (Photo::from_rgb8(pixels, width, height).unwrap(), forth)
}

#[test]
fn a_portrait_has_a_face_its_parts_its_skin_and_a_pose() {
    let (photo, landmarks) = (hopper(), landmarks());
    let frame = photo.frame();
    let face = landmarks.face(&frame, FaceDetail::Irises).unwrap();
    assert_eq!(face.mesh.points.len(), 468);
    assert_eq!(face.mesh_478.as_ref().unwrap().points.len(), 478);
    let regions = face_regions(&face.mesh);
    assert_eq!(regions.len(), FaceRegion::ALL.len());
    let skin = landmarks.face_skin(&frame, &face.mesh).unwrap();
    for region in &skin.regions {
        println!(
            "{}: {:.0} % of the part, {:.0} % of its square",
            region.region,
            100.0 * region.part,
            100.0 * region.square
        );
        let least = if region.region == FaceRegion::Forehead {
            0.3
        } else {
            0.45
        };
        assert!((least..=1.0).contains(&region.part), "{region:?}");
    }
    let whole = &skin.regions[0];
    assert!(
        (whole.part - skin.mask.coverage).abs() < 0.02,
        "{whole:?} against {}",
        skin.mask.coverage
    );
    let person = landmarks.person(&frame).unwrap();
    assert!((0.2..0.95).contains(&person.share(0.5)));
    let body = landmarks.body_skin(&frame, None).unwrap();
    assert!(body.contains(face.mesh.points[50].first_chunk().copied().unwrap()));
    assert!(landmarks.hands(&frame).unwrap().is_empty());
    let pose = landmarks.pose(&frame).unwrap().unwrap();
    let hint = landmarks.scale_hint(&frame).unwrap().unwrap();
    assert_eq!(Some(hint), pose.hint);
}

#[test]
fn a_hint_is_of_the_size_that_the_irises_measure() {
    let landmarks = landmarks();
    for name in ["grace_hopper", "astronaut_scale050"] {
        let photo = photo(&format!("crates/roi/tests/goldens/{name}.png"));
        let scale = landmarks.scale(&photo.frame(), Ruler::Iris, None).unwrap().unwrap();
        let hint = landmarks.scale_hint(&photo.frame()).unwrap().unwrap();
        let ratio = hint.rough_mm_per_pixel / scale.mm_per_pixel;
        println!("{name}: the pose's hint is {ratio:.2} times the irises' scale");
        assert!((ratio - 1.0).abs() < 2.0 * hint.spread, "{ratio}");
    }
}

#[test]
fn results_survive_json() {
    let (photo, landmarks) = (hopper(), landmarks());
    let frame = photo.frame();
    let face = landmarks.face(&frame, FaceDetail::Mesh).unwrap();
    let skin = landmarks.face_skin(&frame, &face.mesh).unwrap();
    let text = serde_json::to_string(&skin).unwrap();
    assert_eq!(serde_json::from_str::<skinkit::FaceSkin>(&text).unwrap(), skin);
    let pose = landmarks.pose(&frame).unwrap().unwrap();
    let text = serde_json::to_string(&pose).unwrap();
    assert_eq!(serde_json::from_str::<roi::Pose>(&text).unwrap(), pose);
}

#[test]
fn a_place_on_a_face_is_found_in_a_later_photo() {
    let (photo, landmarks) = (hopper(), landmarks());
    let face = landmarks.face(&photo.frame(), FaceDetail::Mesh).unwrap();
    let eyes = face.mesh.interocular_distance();
    let mole = cheek(&face.mesh);
    let place = landmarks.mark(&photo.frame(), &Pin::new(mole, 40.0)).unwrap();
    assert_eq!(place.site(), Some(BodySite::on(BodyPart::Cheek, Side::Left)));
    let token = place.to_string();
    assert!(token.len() < 200 && !token.contains('\n'), "{token}");
    let place: Place = token.parse().unwrap();
    for (turn, scale, gain) in [(0.0, 1.0, 1.0), (0.3, 0.7, 0.6), (-0.25, 1.1, 1.2)] {
        let (later, forth) = reshot(&photo, turn, scale, gain);
        let found = landmarks.find(&later.frame(), &place, None).unwrap();
        let Relocation::Found { point, roi, confidence } = found else {
            panic!("{turn} {scale}: {found:?}")
        };
        let expected = forth(mole);
        let error = (point[0] - expected[0]).hypot(point[1] - expected[1]) / (eyes * scale);
        println!("turn {turn}, scale {scale}: {:.1} % of the eye distance", 100.0 * error);
        assert!(error < 0.05, "{error}");
        assert!((roi.width / (40.0 * scale) - 1.0).abs() < 0.1, "{}", roi.width);
        assert!((0.3..=1.0).contains(&confidence));
    }
    let none = photo_of(320, 240, 90);
    assert_eq!(
        landmarks.find(&none.frame(), &place, None).unwrap(),
        Relocation::Unmatched {
            reason: Unmatched::NoFace
        }
    );
}

#[test]
fn a_place_on_a_body_is_found_by_the_skin_around_it() {
    let landmarks = landmarks();
    let first = photo("examples/photos/lesion-first.jpg");
    let site = BodySite::on(BodyPart::Forearm, Side::Left);
    let (x, y) = (first.width() as f32 / 2.0, first.height() as f32 / 2.0);
    let pin = Pin::new([x + 30.0, y], 500.0).on(site);
    let place: Place = landmarks
        .mark(&first.frame(), &pin)
        .unwrap()
        .to_string()
        .parse()
        .unwrap();
    assert_eq!(place.site(), Some(site));
    let (later, forth) = reshot(&first, 0.2, 1.1, 0.8);
    let Relocation::Found { point, confidence, .. } = landmarks.find(&later.frame(), &place, None).unwrap() else {
        panic!("unmatched")
    };
    let expected = forth(pin.point);
    let error = (point[0] - expected[0]).hypot(point[1] - expected[1]);
    println!("{error:.1} px off, confidence {confidence:.2}");
    assert!(error < 10.0 && confidence >= 0.6);
    assert_eq!(
        landmarks.find(&hopper().frame(), &place, Some([100.0, 400.0])).unwrap(),
        Relocation::Unmatched {
            reason: Unmatched::NothingLikeIt
        }
    );
}

#[test]
fn pins_and_tokens_that_make_no_sense_are_refused() {
    let (photo, landmarks) = (hopper(), landmarks());
    let frame = photo.frame();
    for pin in [
        Pin::new([-1.0, 5.0], 40.0),
        Pin::new([f32::NAN, 5.0], 40.0),
        Pin::new([50.0, 1e9], 40.0),
        Pin::new([50.0, 50.0], 0.0),
        Pin::new([50.0, 50.0], f32::INFINITY),
        Pin::new([50.0, 50.0], 5_000.0),
    ] {
        assert!(matches!(landmarks.mark(&frame, &pin), Err(Error::Pin(_))), "{pin:?}");
    }
    let place = landmarks.mark(&frame, &Pin::new([330.0, 270.0], 40.0)).unwrap();
    assert!(matches!(
        landmarks.find(&frame, &place, Some([-5.0, 0.0])),
        Err(Error::Pin(_))
    ));
    let token = place.to_string();
    for forged in [
        String::new(),
        "{}".to_owned(),
        token[..token.len() / 2].to_owned(),
        token.replace("\"side\":", "\"side\":-"),
        token.replace("\"triangle\":", "\"triangle\":9"),
        r#"{"kind":"body","patch":"AAAA","pin":[0.5,0.5],"centre":[0.5,0.5],"side":0.2,"site":null}"#.to_owned(),
    ] {
        assert!(matches!(forged.parse::<Place>(), Err(Error::Place(_))), "{forged}");
    }
}

#[test]
fn no_ruler_no_millimetre() {
    let (close_up, landmarks) = (photo("examples/photos/lesion-first.jpg"), landmarks());
    let frame = close_up.frame();
    assert_eq!(landmarks.scale(&frame, Ruler::Iris, None).unwrap(), None);
    for name in ["lesion-first.jpg", "lesion-second.jpg", "face.jpg"] {
        let photo = photo(&format!("examples/photos/{name}"));
        for ruler in [Ruler::Coin { diameter_mm: 23.25 }, Ruler::Card { side_mm: 30.0 }] {
            let scale = landmarks.scale(&photo.frame(), ruler, None).unwrap();
            assert_eq!(scale, None, "{name}: {ruler:?}");
        }
    }
    for ruler in [
        Ruler::Coin { diameter_mm: 0.0 },
        Ruler::Coin { diameter_mm: f32::NAN },
        Ruler::Card { side_mm: -3.0 },
    ] {
        assert!(matches!(landmarks.scale(&frame, ruler, None), Err(Error::Roi(_))));
    }
}

#[test]
fn without_their_networks_hands_say_what_to_do_and_the_rest_works() {
    let landmarks = Landmarks::open(&RuntimeConfig::default(), Networks::embedded()).unwrap();
    let photo = hopper();
    let frame = photo.frame();
    assert!(!landmarks.has_hands() && !landmarks.has_pose());
    assert!(landmarks.hands(&frame).unwrap_err().to_string().contains("from_folder"));
    assert_eq!(landmarks.scale_hint(&frame).unwrap(), None);
    assert_eq!(landmarks.site_at(&frame, [10.0, 500.0]).unwrap(), None);
    let mesh = landmarks.face(&frame, FaceDetail::Mesh).unwrap().mesh;
    assert_eq!(
        landmarks.site_at(&frame, cheek(&mesh)).unwrap().unwrap().to_string(),
        "left_cheek"
    );
}

fn photo_of(width: u32, height: u32, value: u8) -> Photo {
    Photo::from_rgb8(vec![value; (width * height * 3) as usize], width, height).unwrap()
}

#[test]
fn odd_pictures_have_typed_outcomes() {
    let landmarks = landmarks();
    let place = landmarks
        .mark(&hopper().frame(), &Pin::new([330.0, 270.0], 40.0))
        .unwrap();
    let mesh = landmarks.face(&hopper().frame(), FaceDetail::Mesh).unwrap().mesh;
    for (width, height, value) in [
        (1, 1, 0),
        (1, 1, 255),
        (640, 480, 0),
        (20_000, 10, 128),
        (10, 20_000, 90),
    ] {
        let photo = photo_of(width, height, value);
        let frame: Frame<'_> = photo.frame();
        let none = |outcome: skinkit::Result<roi::Face>| matches!(outcome, Err(Error::Roi(roi::Error::NoFace)));
        assert!(none(landmarks.face(&frame, FaceDetail::Steady)), "{width}×{height}");
        assert!(landmarks.hands(&frame).unwrap().is_empty());
        assert_eq!(landmarks.pose(&frame).unwrap(), None);
        assert!(landmarks.person(&frame).unwrap().values.iter().all(|v| v.is_finite()));
        assert!(matches!(
            landmarks.body_skin(&frame, None),
            Err(Error::Roi(roi::Error::NoSkin))
        ));
        assert!(landmarks.face_skin(&frame, &mesh).is_err() || width * height > 100_000);
        assert!(matches!(
            landmarks.find(&frame, &place, None).unwrap(),
            Relocation::Unmatched {
                reason: Unmatched::NoFace
            }
        ));
        for ruler in [
            Ruler::Iris,
            Ruler::Coin { diameter_mm: 23.25 },
            Ruler::Card { side_mm: 30.0 },
        ] {
            assert_eq!(
                landmarks.scale(&frame, ruler, None).unwrap(),
                None,
                "{width}×{height} {ruler:?}"
            );
        }
    }
}

/// A picture whose pixel (x, y) is the photo's at `source(x, y)`.
fn remapped(photo: &Photo, width: u32, height: u32, source: impl Fn(u32, u32) -> (u32, u32)) -> Photo {
    let mut pixels = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            let (x, y) = source(x, y);
            let (x, y) = (x.min(photo.width() - 1), y.min(photo.height() - 1));
            let at = ((y * photo.width() + x) * 3) as usize;
            pixels.extend_from_slice(&photo.pixels()[at..at + 3]);
        }
    }
    Photo::from_rgb8(pixels, width, height).unwrap()
}

#[test]
fn unusable_faces_have_typed_outcomes() {
    let landmarks = landmarks();
    let face = photo("crates/roi/tests/goldens/astronaut_scale050.png");
    let (w, h) = (face.width(), face.height());
    let whole = landmarks.face(&face.frame(), FaceDetail::Mesh).unwrap();
    let place = landmarks
        .mark(&face.frame(), &Pin::new(cheek(&whole.mesh), 20.0))
        .unwrap();
    let find = |photo: &Photo| landmarks.find(&photo.frame(), &place, None).unwrap();

    // The nose is at x 112: the picture ends there.
    let half = remapped(&face, 112, h, |x, y| (x, y));
    assert!(matches!(
        landmarks.face(&half.frame(), FaceDetail::Mesh),
        Err(Error::Roi(roi::Error::FaceCutOff { .. } | roi::Error::NoFace))
    ));
    assert!(matches!(
        find(&half),
        Relocation::Unmatched {
            reason: Unmatched::FaceCutOff | Unmatched::NoFace
        }
    ));

    // The face is 48 of 256 pixels wide: every fifth pixel leaves 10.
    let small = remapped(&face, w / 5, h / 5, |x, y| (x * 5, y * 5));
    assert!(matches!(
        landmarks.face(&small.frame(), FaceDetail::Mesh),
        Err(Error::Roi(roi::Error::FaceTooSmall { .. } | roi::Error::NoFace))
    ));
    assert!(matches!(
        find(&small),
        Relocation::Unmatched {
            reason: Unmatched::FaceTooSmall | Unmatched::NoFace
        }
    ));

    // Upside down it is a face, and the place is where it was.
    let turned = remapped(&face, w, h, |x, y| (w - 1 - x, h - 1 - y));
    let Relocation::Found { point, .. } = find(&turned) else {
        panic!("not found upside down")
    };
    let [x, y] = cheek(&whole.mesh);
    let error = (point[0] - (w as f32 - x)).hypot(point[1] - (h as f32 - y));
    assert!(error < 0.1 * whole.mesh.interocular_distance(), "{error} px");

    // Forty heads, eight by five.
    let crowd = remapped(&face, 8 * 76, 5 * 84, |x, y| (74 + x % 76, 20 + y % 84));
    let found = landmarks.faces(&crowd.frame(), FaceDetail::Mesh).unwrap();
    assert!(found.len() <= 40);
    assert!(
        found
            .iter()
            .flat_map(|f| f.mesh.points.iter().flatten())
            .all(|v| v.is_finite())
    );
    for face in &found {
        let skin = landmarks.face_skin(&crowd.frame(), &face.mesh);
        assert!(skin.is_ok() || matches!(skin, Err(Error::Roi(roi::Error::NoSkin))));
    }
}

#[test]
fn threads_share_landmarks() {
    let landmarks = landmarks();
    let photo = hopper();
    let alone = landmarks.face(&photo.frame(), FaceDetail::Mesh).unwrap().mesh;
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let here = landmarks.face(&photo.frame(), FaceDetail::Mesh).unwrap().mesh;
                assert_eq!(here, alone);
            });
        }
    });
}
