//! FHIR R4.

use std::{collections::HashSet, io::Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{ExportOptions, Outgoing, each_scan, json_error, timestamp, write_error};
use crate::{Result, Scan, Store};

impl Store {
    /// Writes the history as a FHIR R4 `Bundle` of type `collection`, **in clear**: a `Patient`
    /// per subject, a `BodyStructure` per site or lesion, a `Device` per model pack and version,
    /// an `Observation` with status *preliminary* per scan (one component per label), and a
    /// `DocumentReference` with document status *preliminary* per stored picture.
    ///
    /// Labels and sites are texts as the host and the pack name them, without a coding.
    /// Heatmaps, masks and embeddings are in the JSON export only. Gives the number of scans.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) of `out`; [`Error::Corrupt`](crate::Error::Corrupt).
    pub fn export_fhir(&self, options: &ExportOptions, mut out: impl Write) -> Result<u64> {
        self.read(|db, vault| {
            out.write_all(b"{\"resourceType\":\"Bundle\",\"type\":\"collection\"")
                .map_err(|e| write_error(&e))?;
            let mut entries = Entries {
                out: &mut out,
                written: HashSet::new(),
            };
            let scans = each_scan(db, vault, options, |outgoing| scan(&mut entries, &outgoing))?;
            let end: &[u8] = if entries.written.is_empty() {
                // FHIR has no empty arrays.
                b"}\n"
            } else {
                b"\n]}\n"
            };
            out.write_all(end)
                .and_then(|()| out.flush())
                .map_err(|e| write_error(&e))?;
            Ok(scans)
        })
    }
}

/// Entries of the bundle, each written once.
struct Entries<'a, W> {
    out: &'a mut W,
    written: HashSet<String>,
}

impl<W: Write> Entries<'_, W> {
    /// Writes a resource unless it is there already; gives the reference to it.
    fn put(&mut self, parts: &[&str], resource: impl FnOnce() -> Value) -> Result<Value> {
        let url = urn(parts);
        if !self.written.contains(&url) {
            let separator = if self.written.is_empty() {
                ",\"entry\":[\n"
            } else {
                ",\n"
            };
            self.out.write_all(separator.as_bytes()).map_err(|e| write_error(&e))?;
            let entry = json!({"fullUrl": url, "resource": resource()});
            serde_json::to_writer(&mut *self.out, &entry).map_err(json_error)?;
            self.written.insert(url.clone());
        }
        Ok(json!({"reference": url}))
    }
}

fn scan<W: Write>(entries: &mut Entries<'_, W>, outgoing: &Outgoing<'_>) -> Result<()> {
    let scan = &outgoing.scan;
    let time = timestamp(scan.taken_at)?;
    let patient = entries.put(
        &["Patient", &scan.subject],
        || json!({"resourceType": "Patient", "identifier": [{"value": scan.subject}]}),
    )?;
    let lesion = scan.lesion.as_deref();
    let place = ["BodyStructure", &scan.subject, &scan.site, lesion.unwrap_or_default()];
    let structure = entries.put(&place[..if lesion.is_some() { 4 } else { 3 }], || {
        let mut structure = json!({
            "resourceType": "BodyStructure",
            "location": {"text": scan.site},
            "patient": patient,
        });
        if let Some(lesion) = lesion {
            structure["identifier"] = json!([{"value": lesion}]);
        }
        structure
    })?;
    let device = match device(scan) {
        Some(device) => Some(entries.put(
            &[
                "Device",
                &scan.pack_id,
                &scan.pack_version,
                &scan.sdk_version,
                &scan.engine,
            ],
            || device,
        )?),
        None => None,
    };
    let picture = match outgoing.picture()? {
        Some(picture) => Some(entries.put(&["DocumentReference", &scan.uid], || {
            json!({
                "resourceType": "DocumentReference",
                "status": "current",
                "docStatus": "preliminary",
                "subject": patient,
                "date": time,
                "content": [{"attachment": {
                    "contentType": content_type(&picture),
                    "data": STANDARD.encode(&picture),
                    "size": picture.len(),
                    "creation": time,
                }}],
            })
        })?),
        None => None,
    };
    entries.put(&["Observation", &scan.uid], || {
        let mut observation = json!({
            "resourceType": "Observation",
            "identifier": [{"value": scan.uid}],
            "status": "preliminary",
            "code": {"text": "Label probabilities of a skin picture by a model pack"},
            "subject": patient,
            "focus": [structure],
            "bodySite": {"text": scan.site},
            "effectiveDateTime": time,
            "note": [{"text": "Recorded by software for comparison; not reviewed by a clinician."}],
        });
        if !scan.prediction_set.is_empty() {
            let set = format!("Prediction set: {}", scan.prediction_set.join(", "));
            observation["note"] = json!([observation["note"][0], {"text": set}]);
        }
        if scan.probabilities.is_empty() {
            observation["dataAbsentReason"] = json!({"text": "no model was run"});
        } else {
            observation["component"] = scan
                .probabilities
                .iter()
                .map(|l| {
                    json!({
                        "code": {"text": l.label},
                        "valueQuantity": {"value": decimal(l.p), "unit": "1"},
                    })
                })
                .collect();
        }
        if let Some(device) = device {
            observation["device"] = device;
        }
        if let Some(picture) = picture {
            observation["derivedFrom"] = json!([picture]);
        }
        observation
    })?;
    Ok(())
}

/// The model pack as a device; `None` when the scan names none.
fn device(scan: &Scan) -> Option<Value> {
    if scan.pack_id.is_empty() {
        return None;
    }
    let versions: Vec<Value> = [
        ("model pack", &scan.pack_version),
        ("SkinKit", &scan.sdk_version),
        ("engine", &scan.engine),
    ]
    .into_iter()
    .filter(|(_, version)| !version.is_empty())
    .map(|(of, version)| json!({"type": {"text": of}, "value": version}))
    .collect();
    let mut device = json!({
        "resourceType": "Device",
        "deviceName": [{"name": scan.pack_id, "type": "model-name"}],
    });
    if !versions.is_empty() {
        device["version"] = versions.into();
    }
    Some(device)
}

/// The shortest decimal that names the 32-bit value, rather than its 64-bit neighbour's digits.
fn decimal(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

/// The picture's media type from its first bytes.
fn content_type(picture: &[u8]) -> &'static str {
    match picture {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        _ => "application/octet-stream",
    }
}

/// The same UUID (version 8) for the same thing in every export.
fn urn(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("skinkit-store 1 FHIR resource");
    for part in parts {
        // Lengths keep ("a", "bc") and ("ab", "c") apart.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = crate::key::hex(&bytes);
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..]
    )
}
