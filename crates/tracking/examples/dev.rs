use skinkit_tracking::bench::*;
use skinkit_tracking::*;
fn main() {
    let root = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let csv = std::fs::read_to_string(root.join("labels.csv")).unwrap();
    let lesion: std::collections::HashMap<&str, &str> = csv
        .lines()
        .skip(1)
        .map(|l| {
            let f: Vec<&str> = l.split(',').collect();
            (f[0], f[2])
        })
        .collect();
    let mut names: Vec<String> = lesion
        .iter()
        .map(|(k, _)| k.to_string())
        .filter(|k| root.join("masks").join(format!("{k}.png")).exists())
        .collect();
    names.sort();
    let step = names.len() / n;
    let pics = names.iter().step_by(step).map(|name| {
        let mask = image::open(root.join("masks").join(format!("{name}.png")))
            .unwrap()
            .to_luma8();
        let rgb = image::open(root.join("images").join(format!("{name}.jpg")))
            .unwrap()
            .to_rgb8();
        Picture {
            lesion: lesion[name.as_str()].to_string(),
            width: rgb.width() as usize,
            height: rgb.height() as usize,
            rgb: rgb.into_raw(),
            mask: mask.into_raw(),
        }
    });
    let t = std::time::Instant::now();
    let settings = Settings {
        changes_a_picture: 4,
        ..Settings::default()
    };
    let mut none = |_: &[u8], _: usize, _: usize| Given::default();
    let noise = NoiseModel::default();
    let r = run(pics, &settings, &noise, &mut none);
    println!("{}\n{:?}", r.to_markdown(), t.elapsed());
}
