//! Execution providers race for a network: on this machine variants of the processor, and accelerators that it lacks.

// Helpers of tests are no #[test] functions, so clippy's leave for tests does not reach them.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{fixture, onnxruntime};
use skinkit_inference::{
    Candidate, EngineChoice, Optimization, Provider, ProviderRace, RaceOutcome, Runtime, RuntimeConfig,
};

fn network() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../roi/models/face_mesh_468.onnx")).unwrap()
}

fn raced(race: ProviderRace) -> Runtime {
    let config = RuntimeConfig {
        engine: EngineChoice::OnnxRuntime,
        race: Some(race),
        ..RuntimeConfig::default()
    };
    Runtime::new(&config).unwrap()
}

fn run(runtime: &Runtime) -> Vec<f32> {
    let mut session = runtime.session("mesh", &network()).unwrap();
    let input = vec![0.5; session.input().len()];
    let outputs = session.run(input.as_slice()).unwrap();
    outputs.f32("landmarks").unwrap().to_vec()
}

#[test]
fn the_processors_variants_race_and_agree() {
    let Some(plain) = onnxruntime() else { return };
    let cpu = |threads| Candidate::new(Provider::Cpu, threads);
    let challengers = [
        cpu(2),
        cpu(1).optimization(Optimization::None),
        cpu(1).optimization(Optimization::Basic),
        // Named twice, and the same as the one who always races.
        cpu(1),
    ];
    let runtime = raced(ProviderRace::default().challengers(challengers).file(None).runs(3));
    let expected = run(&plain);
    for (a, b) in run(&runtime).iter().zip(&expected) {
        assert!((a - b).abs() < 0.02, "{a} {b}");
    }
    let races = runtime.races();
    let [race] = races.as_slice() else { panic!("{races:?}") };
    println!("{:#?}", race.entries);
    assert_eq!(race.entries[0].candidate, cpu(1));
    assert_eq!(race.entries.len(), 4);
    let timed = |outcome: &RaceOutcome| match outcome {
        RaceOutcome::Won { median_ms } | RaceOutcome::Lost { median_ms } => *median_ms > 0.0,
        _ => false,
    };
    assert!(race.entries.iter().all(|entry| timed(&entry.outcome)));
    assert!(race.winner().is_some() && !race.remembered);
    // The second session of the network does not race again.
    run(&runtime);
    assert_eq!(runtime.races(), races);
    assert!(plain.races().is_empty(), "nobody races unless asked to");
}

#[test]
fn what_this_machine_lacks_is_refused_with_a_reason() {
    if onnxruntime().is_none() {
        return;
    }
    let lacking = [Provider::CoreMl, Provider::Nnapi].map(|provider| Candidate::new(provider, 1));
    let runtime = raced(ProviderRace::default().challengers(lacking).file(None).runs(1));
    assert_eq!(run(&runtime).len(), 468 * 3);
    let race = runtime.races().remove(0);
    assert_eq!(race.winner(), Some(Candidate::new(Provider::Cpu, 1)));
    let refused = race.entries[1..].iter().filter(|entry| match &entry.outcome {
        RaceOutcome::Refused { reason } => !reason.is_empty(),
        _ => false,
    });
    if cfg!(target_os = "linux") {
        assert_eq!(refused.count(), 2, "{race:#?}");
    }
    // Nobody lets it in unasked.
    let usual = ProviderRace::default().challengers;
    assert!(usual.iter().all(|challenger| challenger.provider != Provider::Nnapi));
}

#[test]
fn a_result_is_kept_for_the_next_start_and_a_damaged_file_is_begun_anew() {
    if onnxruntime().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("providers.json");
    let race = ProviderRace::default()
        .challengers([Candidate::new(Provider::Cpu, 2)])
        .file(Some(path.clone()))
        .runs(1);
    let start = |race: &ProviderRace| {
        let runtime = raced(race.clone());
        run(&runtime);
        runtime.races().remove(0)
    };
    let first = start(&race);
    assert!(!first.remembered && first.note.is_none());
    let second = start(&race);
    assert!(second.remembered);
    assert_eq!((&second.entries, &second.key), (&first.entries, &first.key));
    // Another device, or other candidates: another race.
    assert!(!start(&race.clone().device("another")).remembered);
    assert!(!start(&race.clone().challengers([])).remembered);

    std::fs::write(&path, "{\"format\":1,\"races\":[{\"network\":").unwrap();
    let again = start(&race);
    assert!(!again.remembered);
    assert!(again.note.as_deref().unwrap().contains("cannot be used"), "{again:?}");
    assert!(start(&race).remembered, "the file was written anew");
    // A place that cannot be written costs the memory of it, not the session.
    let nowhere = race.file(Some(folder.path().join("providers.json/below")));
    assert!(start(&nowhere).note.unwrap().contains("providers.json"));
}

#[test]
fn networks_that_cannot_be_loaded_are_refused_as_without_a_race() {
    if onnxruntime().is_none() {
        return;
    }
    let runtime = raced(ProviderRace::default().file(None));
    let good = fixture("float.onnx");
    assert!(runtime.session("cut", &good[..good.len() - 3]).is_err());
    assert!(runtime.races().is_empty());
}
