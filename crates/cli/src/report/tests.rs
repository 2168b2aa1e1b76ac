use super::*;

const EVIL: &str = "</style><script>alert(1)</script>\"'&<img src=x onerror=alert(2)>";

fn png() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([200, (x * 3) as u8, (y * 4) as u8]));
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// A report that has every part, with `word` wherever a string goes.
fn full(word: &str) -> Report {
    let text = || word.to_owned();
    let measurement = || Measurement {
        name: text(),
        value: 4.2,
        interval: Some([4.0, 4.4]),
        unit: text(),
    };
    let scan = |id: &str, taken_at| Scan {
        id: format!("{word}{id}"),
        taken_at,
        region: Some(text()),
        roi: Some(Roi {
            center: [32.0, 24.0],
            size: [40.0, 40.0],
            rotation: 0.1,
        }),
        pack: Some(Pack {
            id: text(),
            version: text(),
            license: text(),
            intended_use: Some(text()),
        }),
        engine: text(),
        probabilities: vec![
            Probability {
                label: text(),
                name: text(),
                p: 0.8,
            },
            Probability {
                p: 0.2,
                ..Default::default()
            },
        ],
        prediction_set: vec![text()],
        quality: Some(Quality {
            accepted: false,
            issues: vec![text()],
            values: vec![measurement()],
        }),
        familiarity: Some(Familiarity {
            in_distribution: false,
            score: 3.0,
            threshold: 2.0,
        }),
        picture: Some(png()),
        heatmap: Some(Raster {
            width: 2,
            height: 2,
            values: vec![0.0, 0.3, 0.6, 1.0],
        }),
        mask: Some(Raster {
            width: 2,
            height: 2,
            values: vec![0.0, 1.0, 1.0, 1.0],
        }),
        border: Vec::new(),
        measures: vec![measurement()],
    };
    let row = Difference {
        name: text(),
        before: 4.0,
        after: 5.0,
        difference: 1.0,
        minimum_detectable: Some(0.4),
        unit: text(),
        difference_unit: text(),
    };
    let points = vec![
        Point {
            taken_at: 0,
            value: 4.0,
            interval: Some([3.0, 5.0]),
            outlier: true,
        },
        Point {
            taken_at: 1,
            value: 5.0,
            ..Default::default()
        },
    ];
    let trend = Trend {
        name: text(),
        unit: text(),
        points,
        band: Some([3.5, 4.5]),
        line: Some([(0, 4.0), (1, 5.0)]),
        note: Some(text()),
    };
    let comparison = Comparison {
        before: format!("{word}1"),
        after: format!("{word}2"),
        similarity: Some(0.93),
        tone: Tone::Changed,
        verdict: text(),
        rows: vec![row],
        transform: Some([1.0, 0.0, 0.0, 1.0, 2.0, -1.0]),
    };
    let site = Site {
        name: text(),
        scans: vec![scan("2", 2_000_000_000), scan("1", 1_000_000_000), scan("0", 0)],
        comparison: Some(comparison),
        trends: vec![trend],
    };
    Report {
        subject: Some(text()),
        generated_at: 0,
        made_with: text(),
        sites: vec![site.clone(), site],
    }
}

#[test]
fn every_string_is_escaped() {
    let page = super::page(&full(EVIL));
    assert!(!page.contains("alert(1)</script>") && !page.contains("<img") && !page.contains("\"'&<"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</style").count(), 1);
    // As many escaped copies as there are plain ones of a harmless word.
    let plain = super::page(&full("harmless"));
    assert_eq!(
        page.matches("&lt;img").count(),
        plain.to_lowercase().matches("harmless").count()
    );
}

#[test]
fn nothing_refers_to_anything_outside() {
    let page = super::page(&full("word")).to_lowercase();
    for outside in [
        "http:",
        "https:",
        "//",
        "@import",
        "<link",
        "<base",
        "<iframe",
        "<object",
        "<form",
        " style=",
        "javascript:",
        " onclick",
        " onload",
    ] {
        // The pictures' own base64 may hold two slashes.
        let without_pictures: String = page
            .split('"')
            .filter(|part| !part.starts_with("data:image/"))
            .collect();
        // The script's comments are no addresses.
        let without_comments: Vec<&str> = without_pictures
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        assert!(!without_comments.join("\n").contains(outside), "{outside}");
    }
    for address in page.split("href=\"").skip(1).chain(page.split("src=\"").skip(1)) {
        assert!(
            address.starts_with('#') || address.starts_with("data:image/"),
            "{:.60}",
            address
        );
    }
}

#[test]
fn the_policy_allows_this_style_and_script_only() {
    let page = super::page(&Report::default());
    let policy = page
        .split("Content-Security-Policy\" content=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(policy.starts_with("default-src 'none'; img-src data:;"), "{policy}");
    assert!(!policy.contains("unsafe"));
    let hash_of = |open: &str, close: &str| {
        let text = page.split(open).nth(1).unwrap().split(close).next().unwrap();
        STANDARD.encode(Sha256::digest(text.as_bytes()))
    };
    assert!(policy.contains(&format!("style-src 'sha256-{}'", hash_of("<style>", "</style>"))));
    assert!(policy.contains(&format!("script-src 'sha256-{}'", hash_of("<script>", "</script>"))));
}

#[test]
fn every_reference_has_one_target() {
    let page = super::page(&full("word"));
    let mut ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id comes twice");
    for open in ["href=\"#", "for=\"", "labelledby=\"", "url(#"] {
        for target in page
            .split(open)
            .skip(1)
            .filter_map(|rest| rest.split(['"', ')']).next())
        {
            assert!(ids.contains(&target), "{open}{target}");
        }
    }
}

#[test]
fn tags_are_closed_in_order() {
    let page = super::page(&full("word"));
    let body = page.split("<body>").nth(1).unwrap().split("<script>").next().unwrap();
    let mut open: Vec<&str> = Vec::new();
    for tag in body.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "…{tag}");
        } else if !tag.ends_with('/') && !["input", "br", "meta"].contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn an_empty_report_says_so() {
    let page = super::page(&Report::default());
    assert!(page.contains("No scan is recorded yet.") && page.contains("not a medical device"));
    let page = super::page(&Report {
        sites: vec![Site {
            name: "left arm".into(),
            ..Default::default()
        }],
        ..Default::default()
    });
    assert!(page.contains("left arm") && page.contains("No scan of this place is recorded yet."));
    let site = Site {
        scans: vec![Scan::default()],
        ..Default::default()
    };
    let page = super::page(&Report {
        sites: vec![site],
        ..Default::default()
    });
    assert!(page.contains("This is the first scan.") && page.contains("No picture was kept of this scan."));
}

#[test]
fn values_that_are_not_numbers_never_show() {
    let mut report = full("word");
    for site in &mut report.sites {
        for scan in &mut site.scans {
            scan.roi = Some(Roi {
                center: [f64::NAN; 2],
                size: [f64::INFINITY; 2],
                rotation: f64::NAN,
            });
            scan.probabilities[0].p = f64::NAN;
            scan.measures[0].value = f64::NAN;
            scan.familiarity = Some(Familiarity {
                in_distribution: true,
                score: f64::NAN,
                threshold: f64::INFINITY,
            });
            scan.heatmap = Some(Raster {
                width: 1,
                height: 1,
                values: vec![f32::NAN],
            });
            scan.taken_at = i64::MAX;
        }
        let comparison = site.comparison.as_mut().unwrap();
        comparison.similarity = Some(f64::NAN);
        comparison.transform = Some([f64::NAN; 6]);
        comparison.rows[0] = Difference {
            before: f64::NAN,
            after: f64::INFINITY,
            difference: f64::NAN,
            ..Default::default()
        };
    }
    let page = super::page(&report);
    let words: String = page
        .split('"')
        .filter(|part| !part.starts_with("data:image/"))
        .collect();
    assert!(!words.contains("NaN") && !words.contains(">inf") && !words.contains("inf<"));
    assert!(words.contains("not measured") && words.contains("unknown date"));
}

#[test]
fn the_pair_is_the_one_compared() {
    let mut report = full("word");
    report.sites.truncate(1);
    let comparison = report.sites[0].comparison.as_mut().unwrap();
    (comparison.before, comparison.after) = ("word0".into(), "word2".into());
    let page = super::page(&report);
    assert!(page.contains("1 Jan 1970 compared with 24 Jan 1970"));
    assert!(page.contains("matrix(1 0 0 1 2 -1)"), "the alignment is used");
}

#[test]
fn without_pictures_the_outlines_are_compared() {
    let mut report = full("word");
    assert!(!page(&report).contains(" checked"));
    report.sites[0].scans.iter_mut().for_each(|scan| scan.picture = None);
    let page = super::page(&report);
    assert_eq!(page.matches(" checked").count(), 1);
    assert!(page.contains("No picture was kept of at least one of the two scans"));
}

#[test]
fn what_was_measured_is_drawn_where_it_is_known() {
    let mut report = full("x");
    assert!(page(&report).contains("as the model outlines it"));
    for scan in report.sites.iter_mut().flat_map(|site| &mut site.scans) {
        scan.border = vec![[0.2, 0.2], [0.8, 0.3], [0.5, 0.9]];
    }
    let page = super::page(&report);
    assert!(page.contains("as it was measured") && !page.contains("as the model outlines it"));
    for scan in report.sites.iter_mut().flat_map(|site| &mut site.scans) {
        (scan.border, scan.measures) = (Vec::new(), Vec::new());
    }
    assert!(super::page(&report).contains("no lesion stood out"));
}

#[test]
fn wording_records_and_compares() {
    let page = super::page(&full("word")).to_lowercase();
    for claim in [
        "detect",
        "healthy",
        "harmless",
        "benign",
        "you have",
        "reassur",
        "diagnosed",
    ] {
        assert!(!page.contains(claim), "{claim}");
    }
}
