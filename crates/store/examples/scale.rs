//! What each call costs against the size of the history; prints the README's table.
//!
//! ```sh
//! cargo run -p skinkit-store --example scale [FOLDER]
//! ```
//!
//! FOLDER is where the histories are made (a temporary folder unless given): the time of a durable
//! write is the disk's.

use std::{
    hint::black_box,
    path::PathBuf,
    time::{Duration, Instant},
};

use skinkit_store::{Key, NewScan, Payload, Store};

const SIZES: [usize; 3] = [10, 1_000, 100_000];
/// Values an embedding.
const LENGTH: usize = 192;
/// Scans of the lesion that is looked at, whatever the size of the rest.
const OWN: usize = 10;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let temporary = tempfile::tempdir()?;
    let folder = std::env::args_os()
        .nth(1)
        .map_or(temporary.path().to_path_buf(), PathBuf::from);
    let mut names: Vec<&str> = Vec::new();
    let mut cells: Vec<Vec<String>> = Vec::new();
    for size in SIZES {
        let rows = measure(&folder.join(format!("scale-{size}.db")), size)?;
        names = rows.iter().map(|(name, _)| *name).collect();
        cells.push(rows.into_iter().map(|(_, cell)| cell).collect());
    }
    println!("| | {} |", SIZES.map(|size| format!("{size} scans")).join(" | "));
    println!("|---|{}", "---|".repeat(SIZES.len()));
    for (row, name) in names.iter().enumerate() {
        let line: Vec<_> = cells.iter().map(|column| column[row].clone()).collect();
        println!("| {name} | {} |", line.join(" | "));
    }
    Ok(())
}

fn measure(path: &PathBuf, size: usize) -> Outcome<Vec<(&'static str, String)>> {
    let key = Key::generate()?;
    let store = Store::create(path, &key)?;
    let mut made = OWN;
    let own: Vec<_> = (0..OWN).map(|n| scan("own", "mole", n)).collect();
    store.add_all(&own)?;
    let start = Instant::now();
    while made < size {
        let count = 1_000.min(size - made);
        let batch: Vec<_> = (made..made + count)
            .map(|n| scan(&format!("person {}", n % 50), &format!("mole {}", n % 20), n))
            .collect();
        store.add_all(&batch)?;
        made += count;
    }
    let filled = start.elapsed() / (size - OWN).max(1) as u32;
    drop(store);

    let mut rows = Vec::new();
    let mut store = Store::open(path, &key)?;
    rows.push((
        "open",
        median(20, || {
            store = Store::open(path, &key)?;
            Ok(())
        })?,
    ));
    let query = embedding(7);
    let mut cold = median(3, || {
        store.forget_embeddings();
        black_box(store.nearest("pack", "1", &query, 10)?);
        Ok(())
    })?;
    let warm = time(21, || {
        black_box(store.nearest("pack", "1", &query, 10)?);
        Ok(())
    })?;
    rows.push((
        "add one scan, durable",
        median(50, || {
            store.add(&scan("own", "other", made))?;
            made += 1;
            Ok(())
        })?,
    ));
    rows.push((
        "add one scan taken before all others, durable",
        median(20, || {
            store.add(&scan("own", "other", 0))?;
            Ok(())
        })?,
    ));
    let in_bulk = if size > OWN { show(filled) } else { String::new() };
    rows.push(("add in transactions of 1,000, a scan", in_bulk));
    rows.push((
        "list a lesion's 10 scans",
        median(50, || {
            black_box(store.lesion_scans("own", "arm", "mole")?);
            Ok(())
        })?,
    ));
    rows.push((
        "latest scan of a lesion",
        median(50, || {
            black_box(store.latest_of_lesion("own", "arm", "mole")?);
            Ok(())
        })?,
    ));
    rows.push((
        "list all sites",
        median(5, || {
            black_box(store.sites()?);
            Ok(())
        })?,
    ));
    rows.push(("top 10 by similarity, first time", std::mem::take(&mut cold)));
    rows.push(("top 10 by similarity, then", show(warm)));
    let read = read_once(size * LENGTH)?;
    // Ten rows are read faster than a clock ticks.
    let if_many = |cell: String| if size > OWN { cell } else { String::new() };
    rows.push(("reading as many bytes from memory once", if_many(show(read))));
    let ratio = warm.as_secs_f64() / read.as_secs_f64();
    rows.push(("top 10 ÷ reading once", if_many(format!("{ratio:.1}×"))));
    rows.push((
        "erase one scan, durable",
        median(10, || {
            let last = store.latest("own", "arm")?.ok_or("no scan left")?;
            store.erase_scan(last.id)?;
            Ok(())
        })?,
    ));
    rows.push(("change the key", median(5, || Ok(store.rotate_key(&key)?))?));
    let backup = path.with_extension("backup");
    rows.push((
        "backup",
        median(1, || {
            store.backup(&backup)?;
            Ok(())
        })?,
    ));
    std::fs::remove_file(&backup)?;
    rows.push((
        "check everything",
        median(1, || {
            if !store.check()?.is_ok() {
                return Err("damaged".into());
            }
            Ok(())
        })?,
    ));
    rows.push((
        "read everything",
        median(1, || {
            store.walk(None, |_| Ok::<_, skinkit_store::Error>(()))?;
            Ok(())
        })?,
    ));
    drop(store);
    let bytes = std::fs::metadata(path)?.len();
    rows.push(("bytes a scan", format!("{}", bytes as usize / size)));
    std::fs::remove_file(path)?;
    Ok(rows)
}

fn scan(subject: &str, lesion: &str, n: usize) -> NewScan {
    NewScan {
        subject: subject.to_owned(),
        site: "arm".to_owned(),
        lesion: Some(lesion.to_owned()),
        taken_at: 1_700_000_000_000 + n as i64,
        pack_id: "pack".to_owned(),
        pack_version: "1".to_owned(),
        payload: Payload {
            version: 1,
            bytes: vec![b'x'; 500],
        },
        embedding: Some(embedding(n as u64)),
        ..NewScan::default()
    }
}

/// Different for each `n`, the same on every run.
fn embedding(n: u64) -> Vec<f32> {
    let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..LENGTH)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        })
        .collect()
}

/// The least time that one thread needs to read so many floats: the floor for any exact search.
fn read_once(floats: usize) -> Outcome<Duration> {
    let memory: Vec<u64> = (0..floats.div_ceil(2) as u64).collect();
    time(21, || {
        let mut sums = [0u64; 16];
        for lanes in memory.chunks_exact(16) {
            for (sum, value) in sums.iter_mut().zip(lanes) {
                *sum = sum.wrapping_add(*value);
            }
        }
        black_box(sums);
        Ok(())
    })
}

fn median(repeats: usize, work: impl FnMut() -> Outcome<()>) -> Outcome<String> {
    Ok(show(time(repeats, work)?))
}

fn time(repeats: usize, mut work: impl FnMut() -> Outcome<()>) -> Outcome<Duration> {
    let mut times = Vec::with_capacity(repeats);
    for _ in 0..repeats {
        let start = Instant::now();
        work()?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times[repeats / 2])
}

fn show(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s => format!("{s:.1} s"),
    }
}
