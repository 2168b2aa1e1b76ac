//! What the tests share.
#![allow(dead_code, clippy::unwrap_used)]

use serde_json::json;
use skinkit_store::{Key, LabelProbability, NewScan, Raster, Receipt};

pub fn key() -> Key {
    Key::from_bytes([7; 32])
}

pub fn scan(subject: &str, site: &str, taken_at: i64) -> NewScan {
    NewScan {
        subject: subject.to_owned(),
        site: site.to_owned(),
        taken_at,
        pack_id: "pack".to_owned(),
        pack_version: "1.0.0".to_owned(),
        sdk_version: "0.1.0".to_owned(),
        engine: "embedded".to_owned(),
        probabilities: vec![
            LabelProbability {
                label: "nv".to_owned(),
                p: 0.1 + 0.2,
            },
            LabelProbability {
                label: "mel".to_owned(),
                p: 0.7,
            },
        ],
        prediction_set: vec!["mel".to_owned()],
        embedding: Some(vec![0.25, -1.0, 3.5]),
        ..NewScan::default()
    }
}

pub fn full_scan() -> NewScan {
    NewScan {
        lesion: Some("mole 1".to_owned()),
        heatmap: Some(Raster {
            width: 2,
            height: 3,
            channels: 2,
            bytes: (0..12).collect(),
        }),
        mask: Some(Raster {
            width: 1,
            height: 2,
            channels: 1,
            bytes: vec![0, 255],
        }),
        roi: json!({"centre": [1.5, 2.0], "width": 3.0}),
        quality: json!({"accepted": true}),
        extra: json!({"note": "ünïcode"}),
        picture: Some(b"the very bytes of a JPEG".to_vec()),
        receipt: Receipt {
            picture_sha256: "ab".repeat(32),
            preprocessing: "preprocess 0.1.0".to_owned(),
            pack_sha256: "cd".repeat(32),
            sdk_version: "0.1.0".to_owned(),
        },
        ..scan("Ada", "left forearm", 1_700_000_000_123)
    }
}
