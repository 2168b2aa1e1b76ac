//! Photo files, good and bad.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::Cursor;

use common::{Apart, apart};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, RgbImage};
use skinkit_preprocess::{Error, Limits, Photo};

/// Red left half, blue right half, darker towards the bottom: every orientation differs.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let level = (255 - y * 150 / height) as u8;
        if x < width / 2 {
            image::Rgb([level, 30, 20])
        } else {
            image::Rgb([20, 30, level])
        }
    })
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 95)
        .write_image(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    out
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

/// A JPEG with an EXIF block that holds an orientation and a place.
fn with_orientation(jpeg: &[u8], orientation: u16) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    exif.extend([1, 0]); // one entry
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0]); // orientation, SHORT, one
    exif.extend(u32::from(orientation).to_le_bytes());
    exif.extend([0; 4]); // no further directory
    exif.extend(b"GPS 48.2082 N 16.3738 E");
    let mut out = jpeg[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend((exif.len() as u16 + 2).to_be_bytes());
    out.extend(exif);
    out.extend(&jpeg[2..]);
    out
}

fn near(photo: &Photo, x: u32, y: u32, expected: [u8; 3]) {
    let got = photo.frame().pixel(x, y).unwrap();
    assert!(
        got.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 12),
        "({x},{y}) {got:?}, not {expected:?}"
    );
}

const RED: [u8; 3] = [252, 30, 20];
const DARK_RED: [u8; 3] = [108, 30, 20];
const BLUE: [u8; 3] = [20, 30, 252];
const DARK_BLUE: [u8; 3] = [20, 30, 108];

#[test]
fn every_exif_orientation_is_applied_whole_and_scaled() {
    // What lies top left, top right and bottom left once upright, by the EXIF 2.3 table.
    let corners = [
        (1, [RED, BLUE, DARK_RED]),
        (2, [BLUE, RED, DARK_BLUE]),
        (3, [DARK_BLUE, DARK_RED, BLUE]),
        (4, [DARK_RED, DARK_BLUE, RED]),
        (5, [RED, DARK_RED, BLUE]),
        (6, [DARK_RED, RED, DARK_BLUE]),
        (7, [DARK_BLUE, BLUE, DARK_RED]),
        (8, [BLUE, DARK_BLUE, RED]),
    ];
    let plain = jpeg(&picture(96, 64));
    for (orientation, [top_left, top_right, bottom_left]) in corners {
        let bytes = with_orientation(&plain, orientation);
        for least in [u32::MAX, 32, 16] {
            let photo = Photo::decode_for(&bytes, &Limits::default(), least).unwrap();
            let part = photo.scale();
            assert_eq!(part, if least == u32::MAX { 1.0 } else { least as f32 / 64.0 });
            let side = |full: u32| (full as f32 * part) as u32;
            let (width, height) = if orientation < 5 {
                (side(96), side(64))
            } else {
                (side(64), side(96))
            };
            assert_eq!(
                (photo.width(), photo.height()),
                (width, height),
                "orientation {orientation}"
            );
            assert_eq!(photo.file_size(), if orientation < 5 { (96, 64) } else { (64, 96) });
            near(&photo, 0, 0, top_left);
            near(&photo, width - 1, 0, top_right);
            near(&photo, 0, height - 1, bottom_left);
        }
    }
}

#[test]
fn only_pixels_are_kept() {
    let photo = Photo::decode(&with_orientation(&jpeg(&picture(16, 16)), 1), &Limits::default()).unwrap();
    assert_eq!(photo.pixels().len(), 16 * 16 * 3);
    assert_eq!(
        format!("{photo:?}"),
        "Photo(16x16)",
        "neither pixels nor metadata in logs"
    );
}

#[test]
fn a_scaled_photo_is_the_average_of_the_whole() {
    // Smooth, so that DCT scaling and plain averaging agree.
    let smooth = RgbImage::from_fn(160, 128, |x, y| {
        image::Rgb([(x + 40) as u8, (y + 60) as u8, (x / 2 + y / 2) as u8])
    });
    let bytes = jpeg(&smooth);
    let whole = Photo::decode(&bytes, &Limits::default()).unwrap();
    for (least, step) in [(64, 2u32), (32, 4), (16, 8)] {
        let part = Photo::decode_for(&bytes, &Limits::default(), least).unwrap();
        assert_eq!((part.width(), part.height()), (160 / step, 128 / step));
        for y in 1..part.height() - 1 {
            for x in 1..part.width() - 1 {
                let mut sums = [0u32; 3];
                for at in 0..step * step {
                    let pixel = whole.frame().pixel(x * step + at % step, y * step + at / step).unwrap();
                    sums.iter_mut()
                        .zip(pixel)
                        .for_each(|(sum, value)| *sum += u32::from(value));
                }
                let got = part.frame().pixel(x, y).unwrap();
                for (sum, got) in sums.iter().zip(got) {
                    assert!((sum / (step * step)).abs_diff(got.into()) <= 3, "1/{step} at ({x},{y})");
                }
            }
        }
    }
}

#[test]
fn scaled_photos_show_what_the_whole_ones_do() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/photos");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "jpg") {
            continue;
        }
        count += 1;
        let whole = Photo::open(&path, &Limits::default()).unwrap();
        let short = whole.width().min(whole.height());
        for step in [2, 4, 8] {
            let part = Photo::open_for(&path, &Limits::default(), short / step).unwrap();
            assert_eq!(part.scale(), 1.0 / step as f32, "{}", path.display());
            let Apart { mean, most, .. } = apart(&whole, &part);
            println!(
                "{} 1/{step}: {mean:.2} levels on average, {most} at most",
                path.display()
            );
            assert!(mean < 2.5 && most < 64, "{} 1/{step}: {mean} {most}", path.display());
        }
    }
    assert!(count >= 3, "{count} photos");
}

#[test]
fn a_photo_is_never_smaller_than_asked_for() {
    let bytes = jpeg(&picture(100, 72));
    for (least, height) in [
        (9, 9),
        (10, 18),
        (18, 18),
        (19, 36),
        (36, 36),
        (37, 72),
        (72, 72),
        (500, 72),
    ] {
        let photo = Photo::decode_for(&bytes, &Limits::default(), least).unwrap();
        assert_eq!((photo.height(), photo.file_size()), (height, (100, 72)), "{least}");
    }
}

#[test]
fn grey_and_png_are_read() {
    let grey = image::DynamicImage::ImageRgb8(picture(32, 32)).to_luma8();
    let mut bytes = Vec::new();
    JpegEncoder::new(&mut bytes)
        .write_image(grey.as_raw(), 32, 32, ExtendedColorType::L8)
        .unwrap();
    for least in [u32::MAX, 8] {
        let photo = Photo::decode_for(&bytes, &Limits::default(), least).unwrap();
        let [r, g, b] = photo.frame().pixel(1, 1).unwrap();
        assert!(r == g && g == b);
    }
    let photo = Photo::decode(&png(&picture(20, 10)), &Limits::default()).unwrap();
    assert_eq!(
        (photo.width(), photo.height(), photo.pixels()),
        (20, 10, picture(20, 10).as_raw().as_slice())
    );
}

/// A JPEG with a colour profile in segments of at most `most` bytes, the last of them first.
fn with_profile(jpeg: &[u8], profile: &[u8], most: usize) -> Vec<u8> {
    let parts: Vec<_> = profile.chunks(most).collect();
    let mut out = jpeg[..2].to_vec();
    for (at, part) in parts.iter().enumerate().rev() {
        out.extend([0xff, 0xe2]);
        out.extend((part.len() as u16 + 16).to_be_bytes());
        out.extend(b"ICC_PROFILE\0");
        out.extend([at as u8 + 1, parts.len() as u8]);
        out.extend(*part);
    }
    out.extend(&jpeg[2..]);
    out
}

#[test]
fn colours_of_another_space_become_srgb() {
    let orange = RgbImage::from_pixel(32, 32, image::Rgb([200, 120, 90]));
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let mut as_png = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut as_png);
    encoder.set_icc_profile(p3.clone()).unwrap();
    encoder.write_image(&orange, 32, 32, ExtendedColorType::Rgb8).unwrap();
    let plain = jpeg(&orange);
    let srgb = moxcms::ColorProfile::new_srgb().encode().unwrap();
    let mut incomplete = with_profile(&plain, &p3, 100);
    incomplete.drain(2..4 + usize::from(u16::from_be_bytes([incomplete[4], incomplete[5]])));
    // Expected value: CSS Color 4's matrices.
    let (converted, as_it_is) = ([213, 115, 83], [200, 120, 90]);
    for (bytes, expected) in [
        (as_png, converted),
        (with_profile(&plain, &p3, 60_000), converted),
        (with_profile(&plain, &p3, 100), converted),
        (with_orientation(&with_profile(&plain, &p3, 100), 6), converted),
        (with_profile(&plain, &srgb, 60_000), as_it_is),
        (incomplete, as_it_is),
        (plain, as_it_is),
    ] {
        for least in [u32::MAX, 8] {
            let photo = Photo::decode_for(&bytes, &Limits::default(), least).unwrap();
            let got = photo.frame().pixel(1, 1).unwrap();
            let most = got.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max();
            assert!(most <= Some(3), "{got:?}, not {expected:?}");
        }
    }
}

#[test]
fn png_of_every_kind_is_read_as_image_reads_it() {
    let colour = image::DynamicImage::ImageRgb8(picture(21, 13));
    for picture in [
        colour.to_rgba8().into(),
        colour.to_luma_alpha8().into(),
        colour.to_rgb16().into(),
        colour.to_rgba16().into(),
        colour.to_luma16().into(),
        colour.to_luma_alpha16().into(),
        colour.to_luma8().into(),
        // Values between those of eight bits.
        image::DynamicImage::ImageRgba16(image::ImageBuffer::from_fn(256, 256, |x, y| {
            image::Rgba([(x * 257 + y) as u16, (y * 255) as u16, (x * y) as u16, x as u16])
        })),
    ] {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        let photo = Photo::decode(&bytes.into_inner(), &Limits::default()).unwrap();
        assert_eq!((photo.width(), photo.height()), (picture.width(), picture.height()));
        assert_eq!(
            photo.pixels(),
            picture.to_rgb8().as_raw().as_slice(),
            "{:?}",
            picture.color()
        );
    }
}

#[test]
fn one_pixel_is_a_picture() {
    for bytes in [jpeg(&picture(1, 1)), png(&picture(1, 1))] {
        let photo = Photo::decode(&bytes, &Limits::default()).unwrap();
        assert_eq!((photo.width(), photo.height()), (1, 1));
    }
}

#[test]
fn bombs_are_stopped_at_the_header() {
    let mut bomb = jpeg(&picture(16, 16));
    let at = bomb.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap() + 5;
    bomb[at..at + 4].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    let error = Photo::decode(&bomb, &Limits::default()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::TooManyPixels {
                width: 65_535,
                height: 65_535,
                ..
            }
        ),
        "{error:?}"
    );

    let mut bomb = png(&picture(16, 16));
    bomb[16..20].copy_from_slice(&100_000u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&100_000u32.to_be_bytes());
    let checksum = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
    let error = Photo::decode(&bomb, &Limits::default()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::TooManyPixels {
                width: 100_000,
                height: 100_000,
                ..
            }
        ),
        "{error:?}"
    );
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// A PNG of one pixel with a palette of so many bytes.
fn with_palette(bytes: usize) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8], data: &[u8]| {
        out.extend((data.len() as u32).to_be_bytes());
        let whole = [name, data].concat();
        out.extend(&whole);
        out.extend(crc32(&whole).to_be_bytes());
    };
    chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 4, 3, 0, 0, 0]);
    chunk(b"PLTE", &vec![200; bytes]);
    chunk(b"tRNS", &[64]);
    // Two bytes of zeros, stored.
    chunk(b"IDAT", &[0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, 0, 0, 2, 0, 1]);
    chunk(b"IEND", &[]);
    out
}

/// Found by fuzzing: the decoder panics at these.
#[test]
fn palettes_of_impossible_lengths_are_refused() {
    let photo = Photo::decode(&with_palette(48), &Limits::default()).unwrap();
    assert_eq!(photo.pixels(), [200; 3]);
    for bytes in [1, 47, 49, 771] {
        let error = Photo::decode(&with_palette(bytes), &Limits::default()).unwrap_err();
        assert!(
            matches!(error, Error::Damaged { format: "PNG", .. }),
            "{bytes}: {error:?}"
        );
    }
}

#[test]
fn limits_hold() {
    let bytes = jpeg(&picture(64, 64));
    let limits = |max_bytes, max_pixels, max_side| Limits {
        max_bytes,
        max_pixels,
        max_side,
        max_file_pixels: max_pixels,
    };
    assert!(Photo::decode(&bytes, &limits(1 << 20, 64 * 64, 64)).is_ok());
    assert!(matches!(
        Photo::decode(&bytes, &limits(100, 1 << 20, 1 << 12)),
        Err(Error::TooManyBytes { .. })
    ));
    assert!(matches!(
        Photo::decode(&bytes, &limits(1 << 20, 4095, 1 << 12)),
        Err(Error::TooManyPixels { .. })
    ));
    assert!(matches!(
        Photo::decode(&bytes, &limits(1 << 20, 1 << 20, 63)),
        Err(Error::TooManyPixels { .. })
    ));
}

#[test]
fn cut_files_are_refused_wherever_they_are_cut() {
    for bytes in [jpeg(&picture(80, 60)), png(&picture(80, 60))] {
        // A PNG's last 12 bytes mark its end and hold no pixels.
        for keep in (1..bytes.len() - 12).step_by(7).chain([bytes.len() - 13]) {
            for least in [u32::MAX, 20] {
                let cut = Photo::decode_for(&bytes[..keep], &Limits::default(), least);
                assert!(cut.is_err(), "{keep} of {} bytes gave {cut:?}", bytes.len());
            }
        }
    }
}

#[test]
fn what_is_no_picture_says_so() {
    let limits = Limits::default();
    assert!(matches!(Photo::decode(&[], &limits), Err(Error::EmptyFile)));
    assert!(matches!(
        Photo::decode(b"a text file named .jpg\n", &limits),
        Err(Error::UnknownFormat)
    ));
    assert!(matches!(
        Photo::decode(b"\0\0\0\x18ftypheic\0\0\0\0mif1", &limits),
        Err(Error::Unsupported("HEIC"))
    ));
    assert!(matches!(
        Photo::decode(b"RIFF\x10\0\0\0WEBPVP8 ", &limits),
        Err(Error::Damaged { format: "WebP", .. })
    ));
    assert!(matches!(
        Photo::decode(b"\xff\xd8\xff\xe0", &limits),
        Err(Error::Damaged { format: "JPEG", .. })
    ));
}

#[test]
fn paths_that_lead_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits::default();
    let missing = Photo::open(&folder.path().join("missing.jpg"), &limits).unwrap_err();
    assert!(
        matches!(missing, Error::Read { .. }) && missing.to_string().contains("missing.jpg"),
        "{missing}"
    );
    // Windows refuses to open a folder at all.
    let error = Photo::open(folder.path(), &limits).unwrap_err();
    assert!(matches!(error, Error::NotAFile(_) | Error::Read { .. }), "{error:?}");
    let empty = folder.path().join("empty.jpg");
    std::fs::write(&empty, b"").unwrap();
    assert!(matches!(Photo::open(&empty, &limits), Err(Error::EmptyFile)));
    let good = folder.path().join("good.jpg");
    std::fs::write(&good, jpeg(&picture(8, 8))).unwrap();
    assert_eq!(Photo::open(&good, &limits).unwrap().width(), 8);
}

/// Opening one would wait for whoever writes into it.
#[cfg(unix)]
#[test]
fn a_pipe_is_refused_at_once() {
    let folder = std::env::temp_dir().join(format!("skinkit-pipe-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let pipe = folder.join("photo.jpg");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let (tell, told) = std::sync::mpsc::channel();
    let path = pipe.clone();
    std::thread::spawn(move || tell.send(Photo::open(&path, &Limits::default()).unwrap_err()));
    let error = told.recv_timeout(std::time::Duration::from_secs(60));
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(matches!(error, Ok(Error::NotAFile(_))), "{error:?}");
}
