//! The host's key.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{Error, Result};

/// The 32-byte key that opens a history.
///
/// The host makes it once and keeps it where the platform keeps secrets (Keychain, Keystore).
/// It must come from a random source: it is used as it is, with no stretching, so a password will not do.
/// Its bytes are overwritten when it is dropped and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    /// A key from its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key from 64 hexadecimal digits; blanks and line ends around them are ignored.
    ///
    /// # Errors
    /// [`Error::BadKey`] when the text is anything else.
    pub fn from_hex(text: &str) -> Result<Self> {
        let digits = text.trim().as_bytes();
        if digits.len() != 64 {
            return Err(Error::BadKey {
                detail: format!("found {} characters", digits.len()),
            });
        }
        let mut key = Self([0; 32]);
        for (byte, pair) in key.0.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (nibble(pair[0])? << 4) | nibble(pair[1])?;
        }
        Ok(key)
    }

    /// A new key from the operating system's random source.
    ///
    /// # Errors
    /// [`Error::Random`] when there is none.
    pub fn generate() -> Result<Self> {
        let mut key = Self([0; 32]);
        fill_random(&mut key.0)?;
        Ok(key)
    }

    /// The key as 64 lower-case hexadecimal digits, overwritten when dropped.
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(&self.0))
    }

    /// The 32 bytes, for the platform's own keystore.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

fn nibble(digit: u8) -> Result<u8> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(Error::BadKey {
            detail: "found a character that is none".to_owned(),
        }),
    }
}

pub(crate) fn fill_random(out: &mut [u8]) -> Result<()> {
    getrandom::fill(out).map_err(|e| Error::Random { detail: e.to_string() })
}

/// Lower-case hexadecimal digits, two a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // One allocation of the final size: growing would leave copies of a key behind.
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trip() {
        let key = Key::generate().unwrap();
        let text = key.to_hex();
        assert_eq!(text.len(), 64);
        let same = Key::from_hex(&format!(" {}\n", text.to_uppercase())).unwrap();
        assert_eq!(same.bytes(), key.bytes());
        assert_ne!(Key::generate().unwrap().bytes(), key.bytes());
    }

    #[test]
    fn bad_hex_is_refused_without_echo() {
        for text in ["", "00", &"g".repeat(64), &"é".repeat(32), &"0".repeat(65)] {
            let error = Key::from_hex(text).unwrap_err();
            assert!(matches!(error, Error::BadKey { .. }), "{text:?}");
            assert!(text.len() < 8 || !error.to_string().contains(text));
        }
    }

    #[test]
    fn debug_hides_the_bytes() {
        let key = Key::from_bytes([0xab; 32]);
        assert_eq!(format!("{key:?}"), "Key(…)");
    }
}
