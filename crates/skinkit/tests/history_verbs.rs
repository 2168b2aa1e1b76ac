//! What a host does with a history, without a model: scans are drawn and put in by hand.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use skinkit::store::{NewScan, Payload, Raster, ScanId};
use skinkit::tracking::{Measure, NoiseModel, Override, Patch, PixelScale, Verdict, measure};
use skinkit::{
    Erase, Error, ExportFormat, ExportRequest, History, Key, MatchRequest, ScanRecord, SummaryRequest, ThumbnailView,
    TrendRequest,
};

const DAY: i64 = 86_400_000;
const START: i64 = 1_760_000_000_000;
const SIDE: usize = 160;

/// Smooth random light of the skin, about -1 to 1.
fn texture(x: f32, y: f32) -> f32 {
    let value = |ix: i32, iy: i32| {
        let mut h = (ix as u32).wrapping_mul(0x9E37_79B1) ^ (iy as u32).wrapping_mul(0x85EB_CA77);
        h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
        h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
        (h ^ (h >> 15)) as f32 / u32::MAX as f32 * 2.0 - 1.0
    };
    let (x, y) = (x / 4.0, y / 4.0);
    let (ix, iy, fx, fy) = (x as i32, y as i32, x.fract(), y.fract());
    let top = value(ix, iy) * (1.0 - fx) + value(ix + 1, iy) * fx;
    let low = value(ix, iy + 1) * (1.0 - fx) + value(ix + 1, iy + 1) * fx;
    top * (1.0 - fy) + low * fy
}

/// A dark oval of this radius on skin with texture; `shot` makes shots differ as a sensor does.
fn spot(radius: f32, shot: usize) -> Vec<u8> {
    let mut rgb = Vec::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (u, v) = (x as f32, y as f32);
            let noise = ((x * 7919 + y * 104_729 + shot * 331) % 5) as f32;
            // Soft over two pixels, as a lens shows an edge.
            let away = ((u - 80.0) / 1.14).hypot((v - 80.0) * 1.14);
            let part = (0.5 + (radius - away) / 2.0).clamp(0.0, 1.0);
            for (skin, spot) in [(190.0, 105.0), (142.0, 62.0), (118.0, 50.0)] {
                rgb.push((skin + (spot - skin) * part + 9.0 * texture(u, v) + noise) as u8);
            }
        }
    }
    rgb
}

fn jpeg(rgb: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 95)
        .encode(rgb, SIDE as u32, SIDE as u32, image::ExtendedColorType::Rgb8)
        .unwrap();
    file
}

/// A record with these fields, sealed as SkinKit writes it.
fn payload(fields: &Value) -> Payload {
    let record: ScanRecord = serde_json::from_value(fields.clone()).unwrap();
    record.payload().unwrap()
}

/// Changes a field of a scan's record.
fn set(scan: &mut NewScan, field: &str, value: Value) {
    let mut record: Value = serde_json::from_slice(&scan.payload.bytes).unwrap();
    record[field] = value;
    scan.payload.bytes = record.to_string().into_bytes();
}

fn quality(accepted: bool) -> Value {
    json!({
        "sharpness": 0.5, "exposure": 0.5, "clipped_dark": 0.0, "clipped_bright": 0.0, "glare": 0.0, "colour_cast": 1.0,
        "roi_pixels": 320.0, "visible": 1.0, "accepted": accepted, "issues": [],
    })
}

/// A scan of such a spot, measured in millimetres.
fn scan(site: &str, taken_at: i64, radius: f32) -> NewScan {
    let rgb = spot(radius, taken_at as usize % 7);
    let patch = Patch::new(SIDE, SIDE, rgb.clone(), None).unwrap();
    let scale = PixelScale { mm: 0.1, error: 0.01 };
    let measures = measure(&patch, Some(scale), &NoiseModel::default()).unwrap();
    let inside = |i: usize| ((i % 8) as f32 - 3.5).hypot((i / 8) as f32 - 3.5) < radius / 20.0;
    NewScan {
        subject: "me".into(),
        site: site.into(),
        taken_at,
        pack_id: "pack".into(),
        pack_version: "1".into(),
        embedding: Some(vec![1.0, radius / 100.0, 0.1]),
        payload: payload(&json!({
            "quality": quality(true),
            "region": "lesion",
            "measures": measures,
            "scale": {"mm_per_pixel": 0.1, "error": 0.001, "source": "coin"},
        })),
        mask: Some(Raster {
            width: 8,
            height: 8,
            channels: 1,
            bytes: (0..64).map(|i| if inside(i) { 255 } else { 0 }).collect(),
        }),
        picture: Some(jpeg(&rgb)),
        ..NewScan::default()
    }
}

struct Recorded {
    folder: tempfile::TempDir,
    key: Key,
    history: History,
}

fn recorded(scans: impl IntoIterator<Item = NewScan>) -> Recorded {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::generate().unwrap();
    let history = History::open(folder.path().join("h.skinkit"), &key).unwrap();
    for scan in scans {
        history.store().add(&scan).unwrap();
    }
    Recorded { folder, key, history }
}

/// Four weekly visits to one spot, the last one missed and made up a week later, growing.
fn four_visits() -> Recorded {
    let days = [0, 7, 14, 28];
    recorded(
        days.iter()
            .zip([24.0, 26.0, 28.0, 33.0])
            .map(|(day, radius)| scan("arm", START + day * DAY, radius)),
    )
}

#[test]
fn a_summary_counts_dates_and_judges() {
    let recorded = four_visits();
    recorded.history.store().add(&scan("leg", START, 24.0)).unwrap();
    let request = SummaryRequest {
        verdicts: true,
        visit_days: Some(7.0),
        now: Some(START + 40 * DAY),
        ..SummaryRequest::default()
    };
    let summary = recorded.history.summary(&request).unwrap();
    assert_eq!(
        (summary.len(), summary[0].subject.as_str(), summary[0].scans),
        (1, "me", 5)
    );
    let arm = &summary[0].sites[0].lesions[0];
    assert_eq!((arm.scans, arm.accepted, &arm.lesion), (4, 4, &None));
    assert_eq!((arm.first_taken_at, arm.last_taken_at), (START, START + 28 * DAY));
    assert_eq!(arm.missing, [START + 21 * DAY]);
    assert_eq!((arm.next_due, arm.overdue), (Some(START + 35 * DAY), true));
    assert!(
        matches!(arm.verdict, Some(Verdict::Changed { .. })),
        "{:?}",
        arm.verdict
    );
    let leg = &summary[0].sites[1].lesions[0];
    assert_eq!((leg.scans, &leg.verdict), (1, &None));
    let text = serde_json::to_string(&summary).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<skinkit::SubjectSummary>>(&text).unwrap(),
        summary
    );

    let other = SummaryRequest {
        subject: Some("you".into()),
        ..SummaryRequest::default()
    };
    assert!(matches!(
        recorded.history.summary(&other),
        Err(Error::UnknownSubject { .. })
    ));
}

#[test]
fn a_trend_is_a_series_with_its_line() {
    let recorded = four_visits();
    let request = TrendRequest {
        visit_days: Some(7.0),
        ..TrendRequest::new("me", "arm")
    };
    let area = recorded.history.trend(&request, Measure::Area).unwrap();
    assert_eq!((area.unit.as_str(), area.points.len(), area.left_out), ("mm²", 4, 0));
    let line = area.line.as_ref().unwrap();
    assert!(line.slope_a_day > 0.2 && line.to > line.from, "{line:?}");
    assert!(area.points.iter().all(|p| p.low < p.value && p.value < p.high));
    assert_eq!(area.missing, [START + 21 * DAY]);
    assert!(area.recovery.unwrap().value < 0.0, "a larger spot has not recovered");
    let text = serde_json::to_string(&area).unwrap();
    assert_eq!(serde_json::from_str::<skinkit::MeasureTrend>(&text).unwrap(), area);

    let all = recorded.history.trends(&request).unwrap();
    assert!(all.len() >= 8 && all.contains(&area));
    let nothing = recorded
        .history
        .trend(&TrendRequest::new("me", "nose"), Measure::Area)
        .unwrap();
    assert!(nothing.points.is_empty() && nothing.line.is_none());
}

#[test]
fn pictures_that_are_not_good_enough_and_sizes_without_a_scale_are_left_out() {
    let mut poor = scan("arm", START, 24.0);
    set(&mut poor, "quality", quality(false));
    let mut unscaled = scan("arm", START + DAY, 24.0);
    let patch = Patch::new(SIDE, SIDE, spot(24.0, 0), None).unwrap();
    set(
        &mut unscaled,
        "measures",
        json!(measure(&patch, None, &NoiseModel::default()).unwrap()),
    );
    set(&mut unscaled, "scale", Value::Null);
    let recorded = recorded([poor, unscaled, scan("arm", START + 2 * DAY, 24.0)]);
    let request = TrendRequest::new("me", "arm");
    let area = recorded.history.trend(&request, Measure::Area).unwrap();
    assert_eq!((area.points.len(), area.left_out), (1, 2));
    assert!(area.line.is_none(), "one point has no line");
    let tone = recorded.history.trend(&request, Measure::Lightness).unwrap();
    assert_eq!((tone.points.len(), tone.left_out), (2, 1));
}

#[test]
fn two_shots_of_a_visit_are_noise_and_are_not_compared_across() {
    let minute = 60_000;
    let week = 7 * DAY;
    let mut blurred = scan("arm", START + week + 2 * minute, 30.0);
    set(&mut blurred, "quality", quality(false));
    let recorded = recorded([
        scan("arm", START, 24.0),
        scan("arm", START + minute, 24.0),
        scan("arm", START + week, 30.0),
        scan("arm", START + week + minute, 30.0),
        blurred,
    ]);
    let pair = recorded.history.latest_pair("me", "arm", None).unwrap().unwrap();
    assert_eq!(
        (pair.before.taken_at, pair.after.taken_at),
        (START + minute, START + week + minute),
        "the last good shot of each visit"
    );
    let change = recorded.history.compare("me", "arm").unwrap().unwrap();
    assert!(
        matches!(change.verdict, Verdict::Changed { .. }),
        "{:?}",
        change.verdict
    );
    let noise = recorded.history.noise_of("me").unwrap();
    assert_eq!(noise.repeats, 2);
    assert_ne!(noise.measures, NoiseModel::default().measures);
    assert_eq!(
        recorded.history.noise_of("you").unwrap().measures,
        NoiseModel::default().measures
    );
}

#[test]
fn a_summary_says_what_a_comparison_says() {
    let minute = 60_000;
    // Close repeats of one spot; of the other a single visit whose two shots differ by more than guided ones do.
    let recorded = recorded([
        scan("leg", START, 24.0),
        scan("leg", START + minute, 24.0),
        scan("leg", START + 2 * minute, 24.0),
        scan("arm", START, 24.0),
        scan("arm", START + minute, 25.2),
    ]);
    let request = SummaryRequest {
        verdicts: true,
        ..SummaryRequest::default()
    };
    let summary = recorded.history.summary(&request).unwrap();
    for site in &summary[0].sites {
        let compared = recorded.history.compare("me", &site.site).unwrap().unwrap();
        assert_eq!(site.lesions[0].verdict, Some(compared.verdict), "{}", site.site);
    }
}

#[test]
fn thumbnails_are_pngs_of_the_asked_size() {
    let mut bare = scan("leg", START, 24.0);
    bare.picture = None;
    // As it was kept before borders were: with the mask only.
    let mut old = scan("neck", START, 40.0);
    let record: Value = serde_json::from_slice(&old.payload.bytes).unwrap();
    let mut measures = record["measures"].clone();
    measures.as_object_mut().unwrap().remove("border").unwrap();
    set(&mut old, "measures", measures);
    let recorded = recorded([scan("arm", START, 40.0), bare, old]);
    let id = |site: &str| recorded.history.scans("me", site).unwrap()[0].id;
    let draw_of = |site, view| {
        let png = recorded.history.thumbnail(id(site), view, 64).unwrap()?;
        Some(
            image::load_from_memory_with_format(&png, image::ImageFormat::Png)
                .unwrap()
                .to_rgb8(),
        )
    };
    let draw = |view| draw_of("arm", view);
    let plain = draw(ThumbnailView::Picture).unwrap();
    assert_eq!(plain.dimensions(), (64, 64));
    assert!(plain.get_pixel(32, 32).0[0] < 140 && plain.get_pixel(2, 2).0[0] > 180);
    for site in ["arm", "neck"] {
        let outlined = draw_of(site, ThumbnailView::Mask).unwrap();
        let changed = plain.pixels().zip(outlined.pixels()).filter(|(a, b)| a != b).count();
        assert!((40..1500).contains(&changed), "an outline is a line: {changed} pixels");
    }
    assert!(draw(ThumbnailView::Heatmap).is_none(), "no heatmap was kept");
    let history = &recorded.history;
    assert_eq!(history.thumbnail(id("leg"), ThumbnailView::Picture, 64).unwrap(), None);
    assert!(matches!(
        history.thumbnail(id("arm"), ThumbnailView::Picture, 8),
        Err(Error::ThumbnailSide { side: 8 })
    ));
    assert!(matches!(
        history.thumbnail(ScanId(99), ThumbnailView::Picture, 64),
        Err(Error::Store(_))
    ));
}

#[test]
fn an_export_is_imported_whole_and_erasing_erases() {
    let recorded = four_visits();
    let file = recorded.folder.path().join("export.json");
    let request = ExportRequest::new(ExportFormat::Json);
    assert_eq!(recorded.history.export_file(&request, &file).unwrap(), 4);
    let other = History::open(recorded.folder.path().join("other"), &recorded.key).unwrap();
    assert_eq!(other.import_file(&file).unwrap().added, 4);
    let known = other.import_file(&file).unwrap();
    assert_eq!((known.added, known.known), (0, 4));
    assert_eq!(
        other.compare("me", "arm").unwrap(),
        recorded.history.compare("me", "arm").unwrap()
    );

    let mut bundle = Vec::new();
    recorded
        .history
        .export(&ExportRequest::new(ExportFormat::Fhir), &mut bundle)
        .unwrap();
    let bundle: serde_json::Value = serde_json::from_slice(&bundle).unwrap();
    assert_eq!(bundle["resourceType"], "Bundle");
    let missing = recorded.folder.path().join("no/such/folder.json");
    assert!(matches!(
        recorded.history.export_file(&request, &missing),
        Err(Error::File { what: "write", .. })
    ));
    assert!(matches!(
        other.import_file(&missing),
        Err(Error::File { what: "read", .. })
    ));

    let last = other.scans("me", "arm").unwrap()[3].id;
    assert_eq!(other.erase(&Erase::Scan { scan: last }).unwrap().scans, 1);
    assert!(other.erase(&Erase::Scan { scan: last }).is_err(), "it is gone");
    let site = Erase::Site {
        subject: "me".into(),
        site: "arm".into(),
    };
    assert_eq!(other.erase(&site).unwrap().scans, 3);
    assert!(other.subjects().unwrap().is_empty(), "a person without scans goes too");
    assert_eq!(recorded.history.erase(&Erase::Everything).unwrap().scans, 4);
}

#[test]
fn a_backup_comes_back_and_the_key_can_change() {
    let recorded = four_visits();
    let history = &recorded.history;
    let backup = recorded.folder.path().join("backup");
    assert!(history.backup(&backup).unwrap() > 0);
    history.erase(&Erase::Subject { subject: "me".into() }).unwrap();
    assert!(history.subjects().unwrap().is_empty());
    let restored = History::restore(&backup, history.path(), &recorded.key).unwrap();
    assert_eq!(restored.scans, 4);
    assert_eq!(history.scans("me", "arm").unwrap().len(), 4);
    let check = history.check().unwrap();
    assert!(check.is_ok() && check.scans == 4, "{check:?}");
    let new = Key::generate().unwrap();
    history.rotate_key(&new).unwrap();
    assert!(History::open_existing(history.path(), &recorded.key).is_err());
    assert!(History::open_existing(history.path(), &new).is_ok());
}

#[test]
fn similar_scans_are_found_and_lesions_ranked() {
    let mut scans: Vec<NewScan> = (0..4).map(|i| scan(&format!("site {i}"), START, 24.0)).collect();
    for (i, scan) in scans.iter_mut().enumerate() {
        scan.embedding = Some(vec![1.0, 0.05 * i as f32, if i == 3 { 2.0 } else { 0.0 }]);
    }
    scans[0].subject = "you".into();
    let mut other_pack = scans[1].clone();
    other_pack.pack_version = "2".into();
    other_pack.site = "elsewhere".into();
    other_pack.taken_at = START - DAY;
    let mut bare = scan("bare", START - DAY, 24.0);
    bare.embedding = None;
    scans.extend([other_pack, bare]);
    scans.push(scan("site 5", START, 24.0));
    let recorded = recorded(scans);
    let history = &recorded.history;
    let id = |site: &str| history.scans("me", site).unwrap()[0].id;
    let found = history.nearest(id("site 1"), 2).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].subject.as_str(), found[1].site.as_str()), ("me", "site 0"));
    assert!(found[0].similarity >= found[1].similarity && found[0].similarity <= 1.000_001);
    assert!(matches!(history.nearest(id("bare"), 2), Err(Error::NoEmbedding { .. })));
    let ranked = history.unlike_the_others("me").unwrap();
    assert_eq!(
        (ranked.len(), ranked[0].rank, ranked[0].site.as_str()),
        (4, 1, "site 3")
    );
    assert!(matches!(history.unlike_the_others("you"), Err(Error::Tracking(_))));
}

#[test]
fn lesions_of_a_site_are_told_apart() {
    let placed = |taken_at: i64, position: [f32; 2], lesion: Option<&str>| {
        let mut scan = scan("back", taken_at, 24.0);
        set(&mut scan, "position", json!(position));
        scan.lesion = lesion.map(str::to_owned);
        scan
    };
    let recorded = recorded([
        placed(START, [10.0, 10.0], Some("upper")),
        placed(START, [80.0, 80.0], Some("lower")),
        placed(START + 7 * DAY, [11.0, 10.5], None),
        placed(START + 7 * DAY, [40.0, 50.0], None),
    ]);
    let history = &recorded.history;
    let ids: Vec<ScanId> = history.scans("me", "back").unwrap().iter().map(|s| s.id).collect();
    let mut request = MatchRequest {
        subject: "me".into(),
        site: "back".into(),
        scans: ids[2..].to_vec(),
        position_sd: 3.0,
        overrides: Vec::new(),
    };
    let matching = history.match_lesions(&request).unwrap();
    assert_eq!(matching.matched.len(), 1);
    assert_eq!(matching.matched[0].earlier, "upper");
    assert_eq!(matching.gone, ["lower"]);
    assert_eq!(matching.new, [ids[3].to_string()]);

    // A person says that the second one is the lower lesion, moved.
    request.overrides = vec![Override {
        earlier: Some("lower".into()),
        later: Some(ids[3].to_string()),
        note: "same freckle beside it".into(),
    }];
    let matching = history.match_lesions(&request).unwrap();
    assert!(matching.new.is_empty() && matching.gone.is_empty());
    let assigned = history
        .apply_matching("me", "back", &matching, START + 8 * DAY)
        .unwrap();
    assert_eq!(assigned.len(), 2);
    assert_eq!(history.lesions("me", "back").unwrap(), ["upper", "lower"]);
    let pair = history.latest_pair("me", "back", Some("lower")).unwrap().unwrap();
    assert_eq!((pair.before.id, pair.after.id), (ids[1], ids[3]));
    let evidence = history.assignments(ids[3]).unwrap();
    assert!(
        evidence[0].evidence.to_string().contains("same freckle"),
        "{evidence:?}"
    );

    history
        .assign(ids[3], None, "no, it is another", START + 9 * DAY)
        .unwrap();
    assert_eq!(history.assignments(ids[3]).unwrap().len(), 2);
    request.scans = vec![ids[3], ids[3]];
    assert!(matches!(
        history.match_lesions(&request),
        Err(Error::SameScanTwice { .. })
    ));
    request.scans = vec![ScanId(99)];
    assert!(matches!(history.match_lesions(&request), Err(Error::OtherSite { .. })));
}

#[test]
fn a_record_that_cannot_be_read_is_an_error_and_a_finding() {
    let mut odd = scan("arm", START + DAY, 24.0);
    set(&mut odd, "pack", json!({"noise": {"same_lesion": "a newer form"}}));
    let recorded = recorded([scan("arm", START, 24.0), odd]);
    let error = recorded.history.compare("me", "arm").unwrap_err();
    assert!(matches!(error, Error::Stored { what: "record", .. }), "{error}");
    assert!(
        !error.to_string().contains("newer form"),
        "no stored value in a message"
    );
    let check = recorded.history.check().unwrap();
    assert_eq!((check.scans, check.problems.len()), (2, 1), "{check:?}");
    assert!(check.problems[0].contains("scan 2"), "{check:?}");
}

#[test]
fn nobody_and_nothing_are_told_from_somebody() {
    let recorded = recorded([scan("arm", START, 24.0)]);
    let history = &recorded.history;
    let request = |subject: &str| ExportRequest {
        subject: Some(subject.to_owned()),
        ..ExportRequest::new(ExportFormat::Csv)
    };
    assert!(matches!(
        history.export(&request("mee"), Vec::new()),
        Err(Error::UnknownSubject { .. })
    ));
    assert_eq!(history.export(&request(" me "), Vec::new()).unwrap(), 1);
    let (subject, site) = ("me".to_owned(), "leg".to_owned());
    for what in [
        Erase::Subject { subject: "mee".into() },
        Erase::Site { subject, site },
        Erase::Lesion {
            subject: "me".into(),
            site: "arm".into(),
            lesion: "upper".into(),
        },
    ] {
        assert!(
            matches!(history.erase(&what), Err(Error::NothingToErase { .. })),
            "{what:?}"
        );
    }
    assert_eq!(history.scans("me", "arm").unwrap().len(), 1);
    assert_eq!(history.erase(&Erase::Everything).unwrap().scans, 1);
    assert_eq!(history.erase(&Erase::Everything).unwrap().scans, 0);
    history.check_subject("anybody").unwrap();
}

#[test]
fn spellings_of_a_name_are_one_site() {
    let mut typed = scan("cafe\u{301} ", START, 24.0);
    typed.subject = " me".into();
    let recorded = recorded([scan("caf\u{e9}", START - DAY, 24.0), typed]);
    let history = &recorded.history;
    assert_eq!(history.subjects().unwrap(), ["me"]);
    assert_eq!(history.sites("me ").unwrap(), ["caf\u{e9}"]);
    assert_eq!(history.scans("me", " cafe\u{301}").unwrap().len(), 2);
    let request = SummaryRequest {
        subject: Some("me\t".into()),
        ..SummaryRequest::default()
    };
    assert_eq!(history.summary(&request).unwrap()[0].scans, 2);
    let escape = history.store().add(&scan("a\u{1b}[2J", START, 24.0));
    assert!(matches!(
        escape,
        Err(skinkit::store::Error::BadValue { field: "site", .. })
    ));
}
