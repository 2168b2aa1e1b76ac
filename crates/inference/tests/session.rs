//! Both engines run the same tiny networks and refuse the same bad ones.

mod common;

use common::{embedded, fixture, onnxruntime, runtimes};
use ndarray::{Array2, Array4, Ix2, Ix3};
use skinkit_inference::{DataType, Error};

fn close(got: &[f32], want: &[f32]) -> bool {
    got.len() == want.len() && got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-5)
}

#[test]
fn a_float_network_runs_again_and_again() {
    for runtime in runtimes() {
        let mut session = runtime.session("float", &fixture("float.onnx")).unwrap();
        assert_eq!(
            (session.input().name.as_str(), session.input().shape.as_slice()),
            ("x", &[1, 4][..])
        );
        assert_eq!(session.input().dtype, DataType::F32);
        let names: Vec<&str> = session.outputs().iter().map(|output| output.name.as_str()).collect();
        assert_eq!(names, ["twice", "total"]);
        for step in 0..3 {
            let x = [1.0, 2.0, 3.0, step as f32];
            let outputs = session.run(x.as_slice()).unwrap();
            assert!(close(
                outputs.f32("twice").unwrap(),
                &[2.0, 4.0, 6.0, 2.0 * step as f32]
            ));
            assert!(close(outputs.f32("total").unwrap(), &[6.0 + step as f32]));
            assert_eq!(outputs.array::<Ix2>("twice").unwrap().dim(), (1, 4));
            assert!(matches!(outputs.array::<Ix3>("twice"), Err(Error::Output { .. })));
        }
    }
}

#[test]
fn a_byte_network_takes_pixels() {
    for runtime in runtimes() {
        let mut session = runtime.session("bytes", &fixture("bytes.onnx")).unwrap();
        assert_eq!(session.input().dtype, DataType::U8);
        let pixels: Vec<u8> = (0..16).flat_map(|_| [255, 0, 51]).collect();
        let outputs = session.run(pixels.as_slice()).unwrap();
        assert!(close(outputs.f32("mean").unwrap(), &[1.0, 0.0, 0.2]));
        drop(outputs);
        let view = Array4::from_shape_vec((1, 4, 4, 3), pixels).unwrap();
        let outputs = session.run(view.view()).unwrap();
        assert!(close(outputs.f32("mean").unwrap(), &[1.0, 0.0, 0.2]));
        drop(outputs);
        // The same pixels column by column: no row-major order to read them in.
        let turned = view.view().permuted_axes([0, 2, 1, 3]);
        assert!(matches!(session.run(turned), Err(Error::Input { .. })));
    }
}

#[test]
fn a_wrong_input_is_refused_and_the_session_lives_on() {
    for runtime in runtimes() {
        let mut session = runtime.session("float", &fixture("float.onnx")).unwrap();
        assert!(matches!(session.run(&[1.0f32; 3][..]), Err(Error::Input { .. })));
        assert!(matches!(session.run(&[1u8; 4][..]), Err(Error::Input { .. })));
        assert!(matches!(session.run(&[0f32; 0][..]), Err(Error::Input { .. })));
        // Views: of the input's own shape, in row-major order.
        assert!(session.run(Array2::<f32>::ones((1, 4)).view()).is_ok());
        assert!(matches!(
            session.run(Array2::<f32>::ones((4, 1)).view()),
            Err(Error::Input { .. })
        ));
        let outputs = session.run(&[1.0f32; 4][..]).unwrap();
        let error = outputs.f32("nothing").unwrap_err().to_string();
        assert!(error.contains("nothing") && error.contains("twice"), "{error}");
        assert!(matches!(outputs.f32("nothing"), Err(Error::Output { .. })));
    }
}

#[test]
fn a_dynamic_first_dimension_counts_as_one() {
    for runtime in runtimes() {
        let mut session = runtime.session("batch", &fixture("batch.onnx")).unwrap();
        assert_eq!(session.input().shape, [1, 4]);
        let outputs = session.run(&[-1.0f32, 1.0, -2.0, 2.0][..]).unwrap();
        assert!(close(outputs.f32("y").unwrap(), &[0.0, 1.0, 0.0, 2.0]));
    }
}

#[test]
fn an_output_of_another_type_can_be_listed_but_not_read() {
    for runtime in runtimes() {
        let mut session = runtime.session("integer", &fixture("integer_output.onnx")).unwrap();
        assert_eq!(session.outputs()[0].dtype, DataType::Other);
        assert!(matches!(
            session.run(&[1.0f32; 4][..]).unwrap().f32("y"),
            Err(Error::Output { .. })
        ));
    }
}

#[test]
fn bad_networks_are_errors() {
    let good = fixture("pack/model.onnx");
    let mut flipped = good.clone();
    flipped[10..40].fill(0xff);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("text", b"this is not a network".to_vec()),
        ("half", good[..good.len() / 2].to_vec()),
        ("one byte short", good[..good.len() - 1].to_vec()),
        ("flipped", flipped),
        ("unknown operator", fixture("unknown_op.onnx")),
        ("dynamic shape", fixture("dynamic.onnx")),
        ("two inputs", fixture("two_inputs.onnx")),
    ];
    for runtime in runtimes() {
        for (name, bytes) in &cases {
            let error = runtime.session(name, bytes).err();
            assert!(
                matches!(error, Some(Error::Network { .. })),
                "{}: {name}: {error:?}",
                runtime.engine().kind
            );
            assert!(error.unwrap().to_string().contains(name));
        }
    }
}

#[test]
fn every_truncation_is_an_error() {
    let good = fixture("pack/model.onnx");
    for runtime in runtimes() {
        let refused = (0..good.len())
            .step_by(13)
            .filter(|end| runtime.session("cut", &good[..*end]).is_err())
            .count();
        assert_eq!(
            refused,
            (0..good.len()).step_by(13).count(),
            "{}",
            runtime.engine().kind
        );
    }
}

#[test]
fn sessions_move_between_threads_and_run_side_by_side() {
    for runtime in runtimes() {
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let mut session = runtime.session("float", &fixture("float.onnx")).unwrap();
                std::thread::spawn(move || {
                    for step in 0..50 {
                        let x = [worker as f32, step as f32, 0.0, 1.0];
                        let outputs = session.run(x.as_slice()).unwrap();
                        assert!(close(
                            outputs.f32("total").unwrap(),
                            &[worker as f32 + step as f32 + 1.0]
                        ));
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
    }
}

#[test]
fn a_network_of_doubles_is_refused_by_onnx_runtime_and_runs_in_f32_embedded() {
    let bytes = fixture("double_input.onnx");
    let mut session = embedded().session("double", &bytes).unwrap();
    assert_eq!(session.input().dtype, DataType::F32);
    assert!(session.run(&[1.0f32; 4][..]).is_ok());
    if let Some(runtime) = onnxruntime() {
        assert!(matches!(runtime.session("double", &bytes), Err(Error::Network { .. })));
    }
}

#[test]
fn flipped_bits_are_an_error_or_a_network_but_never_a_crash() {
    let good = fixture("pack/model.onnx");
    let mut state = 0x5eed_u64;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let (mut refused, mut loaded) = (0, 0);
    for _ in 0..250 {
        let mut bytes = good.clone();
        for _ in 0..1 + next() % 3 {
            let at = next() % bytes.len();
            bytes[at] ^= 1 << (next() % 8);
        }
        for runtime in runtimes() {
            match runtime.session("flipped", &bytes) {
                Err(_) => refused += 1,
                Ok(mut session) if session.input().len() == 768 => {
                    loaded += 1;
                    let _ = session.run(&[9u8; 768][..]);
                }
                Ok(_) => loaded += 1,
            }
        }
    }
    assert!(
        refused > 0 && loaded > 0,
        "{refused} refused, {loaded} loaded: the flips do not test anything"
    );
}
