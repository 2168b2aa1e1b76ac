//! Open, scan two photos of one spot, compare: the README's snippet, run by the tests.

use skinkit::{Config, Key, Limits, Region, ScanRequest, SkinKit};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let history = folder.path().join("scans.skinkit");

    // ANCHOR: quickstart
    let key = Key::generate()?; // keep it in the Keychain or Keystore
    let kit = SkinKit::open(Config::new("models/lesion-ham7").history(&history, key))?;
    for file in ["lesion-first.jpg", "lesion-second.jpg"] {
        let path = format!("examples/photos/{file}");
        let photo = kit.open_photo(path.as_ref(), &Limits::default(), Region::Lesion)?;
        let scan = kit.scan(&photo, &ScanRequest::new("left forearm"))?;
        println!(
            "{file}: accepted {}, set {:?}",
            scan.analysis.quality.accepted, scan.analysis.finding.prediction_set
        );
    }
    if let Some(change) = kit.compare("me", "left forearm")? {
        println!("similarity {:?}, {:?}", change.similarity, change.verdict);
    }
    // ANCHOR_END: quickstart
    Ok(())
}
