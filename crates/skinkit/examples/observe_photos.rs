//! Analyzes a folder of photos and writes what a comparison needs of each: the first half of the bench of real pairs.
//!
//! ```text
//! cargo run --release -p skinkit --example observe_photos -- models/lesion-ham7 ../shared/data/pad_ufes_20/images target/pairs
//! ```
//!
//! For each photo `OUT/ID.png`, the region's pixels with the pack's mask as alpha, and in `OUT/observations.json` its
//! embedding and whether it passed the quality gate. `skinkit-tracking`'s example `real_pairs` reads both.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use serde_json::json;
use skinkit::{AnalyzeOptions, Config, Limits, Region, SkinKit};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pack, photos, out] = &arguments[..] else {
        return Err("usage: observe_photos PACK PHOTOS OUT".into());
    };
    let (photos, out) = (Path::new(photos), Path::new(out));
    std::fs::create_dir_all(out)?;
    let kit = SkinKit::open(Config::new(pack))?;
    let mut files: Vec<_> = std::fs::read_dir(photos)?.collect::<Result<_, _>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    let mut observed = BTreeMap::new();
    let mut capture = None;
    for file in files {
        let path = file.path();
        let Some(id) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        let photo = kit.open_photo(&path, &Limits::default(), Region::Lesion)?;
        let analysis = kit.analyze(&photo, &AnalyzeOptions::default())?;
        let Some(patch) = &analysis.patch else { continue };
        let opaque = vec![255; patch.width() * patch.height()];
        let mask = patch.mask().unwrap_or(&opaque);
        let pixels = patch.rgb().chunks_exact(3).zip(mask);
        let rgba = pixels.flat_map(|(rgb, mask)| [rgb[0], rgb[1], rgb[2], *mask]).collect();
        image::RgbaImage::from_raw(patch.width() as u32, patch.height() as u32, rgba)
            .ok_or("a patch has fewer pixels than its size says")?
            .save(out.join(format!("{id}.png")))?;
        capture = Some(analysis.finding.capture.capture);
        observed.insert(
            id.to_owned(),
            json!({
                "accepted": analysis.quality.accepted,
                "embedding": analysis.finding.embedding.as_ref().map(|embedding| embedding.to_vec()),
            }),
        );
    }
    let pack = kit.pack();
    // All photos of a folder are taken in one way.
    let noise = kit.noise(capture.ok_or("the folder has no photo")?);
    let all = json!({
        "pack": [pack.id, pack.version],
        "same_lesion": noise.same_lesion,
        "different_lesion": noise.different_lesion,
        "photos": observed,
    });
    std::fs::write(out.join("observations.json"), serde_json::to_vec(&all)?)?;
    println!("{} photos", observed.len());
    Ok(())
}
