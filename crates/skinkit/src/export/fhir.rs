//! FHIR R4.

use std::collections::HashSet;
use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use skinkit_inference::LabelProbability;
use skinkit_store::Visited;
use skinkit_tracking::{Estimate, LengthUnit, Measure};

use super::{each_scan, json_error, picture, write_error};
use crate::history::History;
use crate::time::rfc3339;
use crate::{ExportRequest, Result, StoredScan};

/// Code systems, by the names that FHIR gives them (R4, section 4.1, "Using Codes in resources").
const UCUM: &str = "http://unitsofmeasure.org";
const SNOMED_CT: &str = "http://snomed.info/sct";
const ICD_10: &str = "http://hl7.org/fhir/sid/icd-10";

/// Writes a FHIR R4 `Bundle` of type `collection`: a `Patient` a subject, a `BodyStructure` a site or lesion, a `Device` a
/// model pack and version, an `Observation` with status *preliminary* a scan, and a `DocumentReference` with document status
/// *preliminary* a kept picture.
///
/// An observation has a component for each label, with the clinical codes that the pack states, and two for each measure:
/// its value in UCUM units and its 95 % interval. Sites are texts as the host names them. Heatmaps, masks and embeddings are
/// in the JSON export only.
pub(crate) fn write(history: &History, request: &ExportRequest, mut out: impl Write) -> Result<u64> {
    out.write_all(b"{\"resourceType\":\"Bundle\",\"type\":\"collection\"")
        .map_err(write_error)?;
    let mut entries = Entries {
        out: &mut out,
        written: HashSet::new(),
    };
    let scans = each_scan(history, request, |scan, visited| {
        put_scan(&mut entries, &scan, visited, request)
    })?;
    // FHIR has no empty arrays.
    let end = if entries.written.is_empty() { "}\n" } else { "\n]}\n" };
    out.write_all(end.as_bytes())
        .and_then(|()| out.flush())
        .map_err(write_error)?;
    Ok(scans)
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
            self.out.write_all(separator.as_bytes()).map_err(write_error)?;
            let entry = json!({"fullUrl": url, "resource": resource()});
            serde_json::to_writer(&mut *self.out, &entry).map_err(json_error)?;
            self.written.insert(url.clone());
        }
        Ok(json!({"reference": url}))
    }
}

fn put_scan<W: Write>(
    entries: &mut Entries<'_, W>,
    scan: &StoredScan,
    visited: &Visited<'_>,
    request: &ExportRequest,
) -> Result<()> {
    let time = rfc3339(scan.taken_at);
    let (subject, site, lesion) = (text(&scan.subject), text(&scan.site), scan.lesion.as_deref().map(text));
    let patient = entries.put(
        &["Patient", &scan.subject],
        || json!({"resourceType": "Patient", "identifier": [{"value": subject}]}),
    )?;
    let place = [
        "BodyStructure",
        &scan.subject,
        &scan.site,
        scan.lesion.as_deref().unwrap_or_default(),
    ];
    let structure = entries.put(&place[..if lesion.is_some() { 4 } else { 3 }], || {
        let mut structure = json!({"resourceType": "BodyStructure", "location": {"text": site}, "patient": patient});
        if let Some(lesion) = &lesion {
            structure["identifier"] = json!([{"value": lesion}]);
        }
        structure
    })?;
    let device = match device(scan) {
        Some(device) => {
            let record = &scan.record;
            let parts = [
                "Device",
                &scan.pack_id,
                &scan.pack_version,
                &record.sdk_version,
                &record.engine,
            ];
            Some(entries.put(&parts, || device)?)
        }
        None => None,
    };
    let picture = match picture(request, visited)? {
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
        let mut observation = observation(scan);
        observation["subject"] = patient;
        observation["focus"] = json!([structure]);
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

/// The observation but for its references.
fn observation(scan: &StoredScan) -> Value {
    let record = &scan.record;
    let mut notes = vec![json!({"text": "Recorded by software for comparison; not reviewed by a clinician."})];
    if !record.accepted() {
        notes.push(json!({"text": "The picture is not good enough to compare."}));
    }
    if !record.prediction_set.is_empty() {
        let set = text(&record.prediction_set.join(", "));
        notes.push(json!({"text": format!("Prediction set: {set}")}));
    }
    let mut observation = json!({
        "resourceType": "Observation",
        "identifier": [{"value": scan.uid}],
        "status": "preliminary",
        "code": {"text": "Label probabilities and measures of a skin picture"},
        "bodySite": {"text": text(&scan.site)},
        "effectiveDateTime": rfc3339(scan.taken_at),
        "note": notes,
    });
    let mut components: Vec<Value> = record.probabilities.iter().map(|p| probability(scan, p)).collect();
    if let Some(measures) = &record.measures {
        components.extend(
            measures
                .values
                .iter()
                .flat_map(|estimate| measure(estimate, measures.unit)),
        );
    }
    if components.is_empty() {
        observation["dataAbsentReason"] = json!({"text": "nothing was measured"});
    } else {
        observation["component"] = components.into();
    }
    observation
}

/// A label's probability, with the codes that the pack states for the label.
fn probability(scan: &StoredScan, p: &LabelProbability) -> Value {
    let stated = scan.record.pack.labels.iter().find(|label| label.id == p.label);
    let codings: Vec<Value> = stated
        .iter()
        .flat_map(|label| [(SNOMED_CT, &label.snomed_ct), (ICD_10, &label.icd10)])
        .filter_map(|(system, code)| Some(json!({"system": system, "code": code.as_ref()?})))
        .collect();
    let name = if p.name.trim().is_empty() { &p.label } else { &p.name };
    let mut code = json!({"text": format!("Probability of {}", text(name))});
    if !codings.is_empty() {
        code["coding"] = codings.into();
    }
    json!({"code": code, "valueQuantity": quantity(decimal(p.p), ("1", "1"))})
}

/// A measure's value and its interval.
fn measure(estimate: &Estimate, unit: LengthUnit) -> Vec<Value> {
    let mut components = Vec::new();
    let Some((name, unit)) = words(estimate.measure, unit) else {
        return components;
    };
    if estimate.value.is_finite() {
        components.push(json!({"code": {"text": name}, "valueQuantity": quantity(json!(estimate.value), unit)}));
    }
    if estimate.low.is_finite() && estimate.high.is_finite() {
        components.push(json!({
            "code": {"text": format!("{name}: 95 % interval")},
            "valueRange": {"low": quantity(json!(estimate.low), unit), "high": quantity(json!(estimate.high), unit)},
        }));
    }
    components
}

fn quantity(value: Value, (unit, code): (&str, &str)) -> Value {
    json!({"value": value, "unit": unit, "system": UCUM, "code": code})
}

/// A unit in words and in UCUM.
type Unit = (&'static str, &'static str);

/// A measure's name and its unit. Pixels are an annotation in UCUM: they are no length.
fn words(measure: Measure, unit: LengthUnit) -> Option<(&'static str, Unit)> {
    let length = match unit {
        LengthUnit::Millimetre => ("mm", "mm"),
        LengthUnit::Pixel => ("pixel", "{pixel}"),
    };
    let area = match unit {
        LengthUnit::Millimetre => ("mm²", "mm2"),
        LengthUnit::Pixel => ("square pixel", "{square_pixel}"),
    };
    const NUMBER: Unit = ("1", "1");
    const COLOR: Unit = ("CIELAB unit", "{CIELAB}");
    Some(match measure {
        Measure::Area => ("Area", area),
        Measure::GreatestDiameter => ("Greatest diameter", length),
        Measure::LeastDiameter => ("Least diameter", length),
        Measure::Perimeter => ("Length of the border", length),
        Measure::Asymmetry => ("Asymmetry: part not covered by its mirror image", NUMBER),
        Measure::BorderIrregularity => ("Border irregularity: perimeter² / (4π · area)", NUMBER),
        Measure::Lightness => ("Lightness (CIE L*) less that of the skin around", COLOR),
        Measure::Redness => ("Redness (CIE a*) less that of the skin around", COLOR),
        Measure::Yellowness => ("Yellowness (CIE b*) less that of the skin around", COLOR),
        Measure::Variegation => (
            "Variegation: root mean square color difference (ΔE*ab) from the mean",
            COLOR,
        ),
        Measure::Colours => ("Number of dermoscopic colors", NUMBER),
        Measure::GainedArea => ("Gained area as a part of the earlier", NUMBER),
        Measure::LostArea => ("Lost area as a part of the earlier", NUMBER),
        Measure::NewSpot => ("Diameter of the largest new spot as a part of the lesion's", NUMBER),
        Measure::ColourShift => ("Shift of the mean color (ΔE*ab)", COLOR),
        // A test holds that every measure has words.
        _ => return None,
    })
}

/// The model pack as a device; `None` when the scan names none.
fn device(scan: &StoredScan) -> Option<Value> {
    if scan.pack_id.is_empty() {
        return None;
    }
    let versions: Vec<Value> = [
        ("model pack", &scan.pack_version),
        ("SkinKit", &scan.record.sdk_version),
        ("engine", &scan.record.engine),
    ]
    .into_iter()
    .filter(|(_, version)| !version.trim().is_empty())
    .map(|(of, version)| json!({"type": {"text": of}, "value": text(version)}))
    .collect();
    let mut device = json!({
        "resourceType": "Device",
        "deviceName": [{"name": text(&scan.pack_id), "type": "model-name"}],
    });
    if !versions.is_empty() {
        device["version"] = versions.into();
    }
    Some(device)
}

/// A text as FHIR allows it: without control characters. Names of before names had a form may have some.
fn text(value: &str) -> String {
    value
        .chars()
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
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
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_has_words_and_a_unit() {
        for measure in Measure::SINGLE.into_iter().chain(Measure::PAIR) {
            for unit in [LengthUnit::Millimetre, LengthUnit::Pixel] {
                assert!(words(measure, unit).is_some(), "{measure:?}");
            }
        }
    }
}
