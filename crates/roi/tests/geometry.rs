//! Properties of the geometry that must hold for any crop, any turn, any number.

// Helpers of tests are no #[test] functions themselves.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use skinkit_preprocess::Roi;
use skinkit_roi::{
    FaceMesh, FaceRegion, FaceSite, RoiBounds, Scale, fit, region_roi, region_roi_with_margin, topology,
};

fn roi() -> impl Strategy<Value = Roi> {
    let number = -3000.0f32..3000.0;
    (number.clone(), number, 1.0f32..4000.0, 1.0f32..4000.0, -10.0f32..10.0).prop_map(
        |(x, y, width, height, rotation)| Roi {
            centre: [x, y],
            width,
            height,
            rotation,
        },
    )
}

/// A grid bent over a ball: a mesh with the topology's numbers but any size, place and turn.
fn mesh() -> impl Strategy<Value = FaceMesh> {
    (0.5f32..200.0, -500.0f32..500.0, -500.0f32..500.0, -3.1f32..3.1).prop_map(|(scale, x, y, turn)| {
        let (sin, cos) = turn.sin_cos();
        let points = (0..468)
            .map(|i| {
                // The face's own texture is as good a flat face as any.
                let [u, v] = topology::TEXTURE[i];
                let (a, b) = ((u - 0.5) * scale, (v - 0.5) * scale);
                [
                    x + cos * a - sin * b,
                    y + sin * a + cos * b,
                    ((u - 0.5).powi(2) + (v - 0.5).powi(2)) * scale,
                ]
            })
            .collect();
        FaceMesh {
            presence: 1.0,
            points,
            roi: Roi::square([x, y], scale),
        }
    })
}

proptest! {
    #[test]
    fn to_unit_undoes_to_picture(roi in roi(), u in -2.0f32..3.0, v in -2.0f32..3.0) {
        let [a, b] = roi.to_unit(roi.to_picture([u, v]));
        // Single precision: thousands of pixels leave a few ten-thousandths.
        let slack = 3e-3 * (1.0 + 4000.0 / roi.width.min(roi.height));
        prop_assert!((a - u).abs() < slack && (b - v).abs() < slack, "{a},{b} for {u},{v} in {roi:?}");
    }

    #[test]
    fn clamped_regions_lie_in_the_picture_and_keep_their_shape(roi in roi(), w in 1u32..5000, h in 1u32..5000) {
        let fitted = fit(&roi, w, h, RoiBounds::Clamp);
        for [x, y] in fitted.corners() {
            prop_assert!(x >= -0.01 * w as f32 - 0.1 && x <= 1.01 * w as f32 + 0.1, "{x} of {w}");
            prop_assert!(y >= -0.01 * h as f32 - 0.1 && y <= 1.01 * h as f32 + 0.1, "{y} of {h}");
        }
        prop_assert_eq!(fitted.rotation, roi.rotation);
        prop_assert!((fitted.width / fitted.height - roi.width / roi.height).abs() < 1e-3 * roi.width / roi.height);
        prop_assert!(fitted.width <= roi.width);
        prop_assert_eq!(fit(&roi, w, h, RoiBounds::Pad), roi);
    }

    #[test]
    fn regions_hold_their_outline_at_any_turn(mesh in mesh()) {
        for region in FaceRegion::ALL {
            let roi = region_roi(&mesh, region);
            for &index in region.outline() {
                let [x, y, _] = mesh.points[usize::from(index)];
                let [u, v] = roi.to_unit([x, y]);
                let [across, down] = [u, v].map(|c| (-0.01..=1.01).contains(&c));
                // Of the forehead it is the middle: all of its height, or of its width if that is less.
                let held = if region == FaceRegion::Forehead { across || down } else { across && down };
                prop_assert!(held, "{region}: {u},{v}");
            }
            prop_assert!(region_roi_with_margin(&mesh, region, 0.5).width >= roi.width);
        }
    }

    #[test]
    fn a_site_is_found_where_it_was_set(mesh in mesh(), triangle in 0usize..898, a in 0.1f32..0.8, share in 0.1f32..0.9) {
        let corners = topology::TRIANGLES[triangle].map(|c| mesh.points[usize::from(c)]);
        let weights = [a, (1.0 - a) * share, (1.0 - a) * (1.0 - share)];
        let at = |axis: usize| (0..3).map(|i| weights[i] * corners[i][axis]).sum::<f32>();
        if let Ok(site) = FaceSite::at(&mesh, [at(0), at(1)]) {
            let [x, y] = site.locate(&mesh).point;
            prop_assert!((x - at(0)).hypot(y - at(1)) < 2e-3 * mesh.roi.width + 2e-3);
            prop_assert!(site.uv().iter().all(|c| (0.0..=1.0).contains(c)));
        }
    }

    #[test]
    fn any_bits_in_a_mesh_are_survived(bits in proptest::collection::vec(any::<[u32; 3]>(), 478)) {
        let points: Vec<[f32; 3]> = bits.into_iter().map(|p| p.map(f32::from_bits)).collect();
        let mesh = FaceMesh { presence: 1.0, points, roi: Roi::square([0.0, 0.0], 1.0) };
        for region in FaceRegion::ALL {
            let _ = fit(&region_roi(&mesh, region), 640, 480, RoiBounds::Clamp);
        }
        let _ = FaceSite::at(&mesh, [1.0, 1.0]).map(|site| site.locate(&mesh));
        let _ = Scale::from_irises(&mesh);
        let _ = (mesh.next_roi(), mesh.visible(640, 480), mesh.roll());
    }
}
