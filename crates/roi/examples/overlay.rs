//! Draws what this crate finds in a photo, for a person to look at:
//! `cargo run -p skinkit-roi --example overlay -- PHOTO OUT.png`

use std::path::Path;

use image::{Rgb, RgbImage};
use skinkit_inference::{Runtime, RuntimeConfig};
use skinkit_preprocess::{Limits, Photo, Roi};
use skinkit_roi::{
    FaceLandmarker, FaceOptions, FaceRange, FaceRegion, Networks, Scale, SkinFinder, region_roi, topology,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, photo, out] = &arguments[..] else {
        return Err("usage: overlay PHOTO OUT.png".into());
    };
    let photo = Photo::open(Path::new(photo), &Limits::default())?;
    let runtime = Runtime::new(&RuntimeConfig::default())?;
    let options = FaceOptions::default().with_range(FaceRange::Full).with_irises(true);
    let mut landmarker = FaceLandmarker::with_options(&runtime, &Networks::embedded(), options)?;
    let mut picture = RgbImage::from_raw(photo.width(), photo.height(), photo.pixels().to_vec())
        .ok_or("the photo's pixels do not fit its size")?;
    for face in landmarker.find(&photo.frame())? {
        println!("score {:.3}, presence {:.3}", face.detection.score, face.mesh.presence);
        let skin = SkinFinder::new().face(&photo.frame(), &face.mesh, FaceRegion::WholeFace)?;
        println!("skin: {:.0} % of the oval, {:?}", skin.coverage * 100.0, skin.tone);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            if skin.contains([x as f32 + 0.5, y as f32 + 0.5]) {
                pixel.0[1] = pixel.0[1].saturating_add(70);
            }
        }
        for [a, b] in topology::edges() {
            let [a, b] = [a, b].map(|i| face.mesh.points[usize::from(i)]);
            line(&mut picture, [a[0], a[1]], [b[0], b[1]], [90, 120, 160]);
        }
        for region in [
            FaceRegion::LeftCheek,
            FaceRegion::RightCheek,
            FaceRegion::Forehead,
            FaceRegion::Chin,
        ] {
            outline(&mut picture, &region_roi(&face.mesh, region), [255, 220, 0]);
        }
        outline(
            &mut picture,
            &region_roi(&face.mesh, FaceRegion::WholeFace),
            [255, 60, 60],
        );
        if let Some(mesh) = &face.mesh_478 {
            for [x, y, _] in &mesh.points[468..] {
                line(&mut picture, [x - 1.0, *y], [x + 1.0, *y], [0, 255, 255]);
            }
            let scale = Scale::from_irises(mesh)?;
            let [distance, error] = scale.millimeters(mesh.interocular_distance(), 1.0);
            println!(
                "eyes {distance:.1} ± {error:.1} mm apart, {:.3} mm a pixel",
                scale.mm_per_pixel
            );
        }
    }
    picture.save(out)?;
    Ok(())
}

fn outline(picture: &mut RgbImage, roi: &Roi, colour: [u8; 3]) {
    let corners = roi.corners();
    for i in 0..4 {
        line(picture, corners[i], corners[(i + 1) % 4], colour);
    }
}

fn line(picture: &mut RgbImage, a: [f32; 2], b: [f32; 2], colour: [u8; 3]) {
    let steps = (b[0] - a[0]).abs().max((b[1] - a[1]).abs()).ceil().max(1.0);
    for step in 0..=steps as u32 {
        let t = step as f32 / steps;
        let (x, y) = (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]));
        if x >= 0.0 && y >= 0.0 && x < picture.width() as f32 && y < picture.height() as f32 {
            picture.put_pixel(x as u32, y as u32, Rgb(colour));
        }
    }
}
