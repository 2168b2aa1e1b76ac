use skinkit_tracking::bench::*;
use skinkit_tracking::*;
use std::env::var;
fn main() {
    let root = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let csv = std::fs::read_to_string(root.join("labels.csv")).unwrap();
    let lesion: std::collections::BTreeMap<&str, &str> = csv.lines().skip(1).map(|l| { let f: Vec<&str> = l.split(',').collect(); (f[0], f[2]) }).collect();
    let mut names: Vec<String> = lesion.iter().map(|(k,_)| k.to_string()).filter(|k| root.join("masks").join(format!("{k}.png")).exists()).collect();
    names.sort();
    let load = |name: &String| {
        let mask = image::open(root.join("masks").join(format!("{name}.png"))).unwrap().to_luma8();
        let rgb = image::open(root.join("images").join(format!("{name}.jpg"))).unwrap().to_rgb8();
        Picture { lesion: lesion[name.as_str()].to_string(), width: rgb.width() as usize, height: rgb.height() as usize, rgb: rgb.into_raw(), mask: mask.into_raw() }
    };
    let noise = NoiseModel::default();
    if var("REAL").is_ok() {
        let mut by: std::collections::BTreeMap<&str, Vec<&String>> = Default::default();
        for k in &names { by.entry(lesion[k.as_str()]).or_default().push(k); }
        let pairs: Vec<_> = by.iter().filter(|(_, v)| v.len() > 1).collect();
        for (l, v) in pairs.iter().step_by((pairs.len() / n).max(1)) {
            let obs = |k: &String| { let p = load(k); Observation { patch: Some(Patch::new(p.width, p.height, p.rgb, var("MASK").ok().map(|_| p.mask)).unwrap()), ..Observation::new(0, "", "") } };
            let c = compare(&obs(v[0]), &obs(v[1]), &noise);
            let al = c.alignment.map(|a| format!("{:.4} {:.4} {:.2} {} {:.2} {:.3}", a.scale, a.scale_sd, a.agreement, a.scale_known, a.overlap, a.rotation));
            let ms: Vec<String> = c.measures.iter().map(|m| format!("{:?}={:.3}", m.measure, m.difference)).collect();
            eprintln!("DBG\tNone\t{l} {} {}\t{}\t{:?}\t{}", v[0], v[1], al.unwrap_or_default(), c.verdict, ms.join(" "));
        }
        return;
    }
    let step = names.len() / n;
    let pics = names.iter().step_by(step).map(load);
    let t = std::time::Instant::now();
    let mut settings = Settings { changes_a_picture: var("NCH").map_or(4, |s| s.parse().unwrap()), ..Settings::default() };
    if var("NULLS").is_ok() { settings.changes = vec![]; }
    let mut none = |_: &[u8], _: usize, _: usize| Given::default();
    let r = run(pics, &settings, &noise, &mut none);
    println!("{}\n{:?}", r.to_markdown(), t.elapsed());
}
