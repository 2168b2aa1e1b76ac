//! Which kind of file bytes are, by their first ones.

use crate::{Error, Result};

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Jpeg,
    Png,
    WebP,
}

/// First bytes of what is known but not read, and its name.
const NOT_READ: [(&[u8], &str); 13] = [
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II\xbc\x01", "JPEG XR"),
    (b"IIU\0", "camera raw"),
    (b"II*\0", "TIFF or camera raw (DNG)"),
    (b"MM\0*", "TIFF or camera raw (DNG)"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"8BPS", "Photoshop"),
    (b"%PDF", "PDF"),
];

/// The format, by name where it is not read.
///
/// # Errors
/// [`Error::Unsupported`] with the name, or [`Error::UnknownFormat`].
pub(super) fn recognize(bytes: &[u8]) -> Result<Format> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Ok(Format::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Format::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Format::WebP);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Err(base_media(bytes).map_or(Error::UnknownFormat, Error::Unsupported));
    }
    let known = NOT_READ.iter().find(|(first, _)| bytes.starts_with(first));
    Err(known.map_or(Error::UnknownFormat, |(_, name)| Error::Unsupported(name)))
}

/// What a file of ISO base media boxes holds, by its brands: the major one, then those that it is compatible with.
fn base_media(bytes: &[u8]) -> Option<&'static str> {
    let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    let brands = bytes.get(8..length.min(bytes.len()))?.as_chunks::<4>().0;
    // The second word is a version.
    let brands = brands.iter().enumerate().filter(|(at, _)| *at != 1);
    let mut named = brands.filter_map(|(_, brand)| match brand {
        b"avif" | b"avis" => Some("AVIF"),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => Some("HEIC"),
        b"crx " => Some("camera raw (CR3)"),
        b"mp41" | b"mp42" | b"isom" | b"qt  " => Some("video"),
        b"mif1" | b"msf1" => Some("HEIF"),
        _ => None,
    });
    let first = named.next()?;
    // `mif1` is any coding in that container; the others say which.
    let is_telling = |name: &&str| !matches!(*name, "video" | "HEIF");
    Some(if first == "HEIF" {
        named.find(is_telling).unwrap_or(first)
    } else {
        first
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read_is_named() {
        for (bytes, name) in [
            (&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], "HEIC"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "AVIF"),
            (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "AVIF"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf", "HEIF"),
            (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", "camera raw (CR3)"),
            (b"\xff\x0a\xfa\x1f", "JPEG XL"),
            (b"\0\0\0\x0cJXL \r\n\x87\n\0\0", "JPEG XL"),
            (b"II*\0\x08\0\0\0", "TIFF or camera raw (DNG)"),
            (b"GIF89a\x01\0", "GIF"),
        ] {
            let error = recognize(bytes).unwrap_err();
            assert!(
                matches!(error, Error::Unsupported(said) if said == name),
                "{error:?}, not {name}"
            );
            let said = error.to_string();
            assert!(said.contains(name) && said.contains("platform"), "{said}");
        }
        for bytes in [&b"a text"[..], b"\0\0\0\x18ftypabcd\0\0\0\0", b"\xff\xd8"] {
            assert!(matches!(recognize(bytes), Err(Error::UnknownFormat)));
        }
    }
}
