//! The committed networks are the ones that the manifest describes.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use skinkit_roi::Network;

#[derive(Deserialize)]
struct Manifest {
    networks: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    bytes: usize,
    sha256: String,
    licence: String,
    source_sha256: String,
}

#[test]
fn every_network_has_its_hash_and_licence() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let manifest: Manifest = serde_json::from_slice(&std::fs::read(folder.join("MANIFEST.json")).unwrap()).unwrap();
    assert!(manifest.networks.len() >= 5);
    for entry in &manifest.networks {
        let bytes = std::fs::read(folder.join(&entry.file)).unwrap();
        assert_eq!(bytes.len(), entry.bytes, "{}", entry.file);
        let digest: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(digest, entry.sha256, "{}", entry.file);
        assert_eq!(entry.licence, "Apache-2.0");
        assert_eq!(entry.source_sha256.len(), 64);
        let name = entry.file.trim_end_matches(".onnx");
        assert!(
            Network::ALL.iter().any(|n| n.name() == name),
            "{name} is in the manifest but not in Network"
        );
    }
    let licence = std::fs::read_to_string(folder.join("LICENSE")).unwrap();
    assert!(licence.contains("Apache License") && licence.contains("Version 2.0"));
    // And nothing lies there unlisted.
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".onnx") {
            assert!(
                manifest.networks.iter().any(|e| e.file == name),
                "{name} is not in the manifest"
            );
        }
    }
}
