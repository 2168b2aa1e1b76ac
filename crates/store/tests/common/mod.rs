//! What the tests share.
#![allow(dead_code, clippy::unwrap_used)]

use skinkit_store::{Key, NewScan, Payload, Raster};

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
        embedding: Some(vec![0.25, -1.0, 3.5]),
        payload: Payload {
            version: 1,
            bytes: br#"{"probabilities": "of a scan"}"#.to_vec(),
        },
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
        picture: Some(b"the very bytes of a JPEG".to_vec()),
        payload: Payload {
            version: 7,
            bytes: "ünïcode \0 and zeros".into(),
        },
        ..scan("Ada", "left forearm", 1_700_000_000_123)
    }
}
