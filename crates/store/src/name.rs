//! Names of subjects, sites and lesions.

use unicode_normalization::UnicodeNormalization;

use crate::{Result, scan::bad};

/// Longest name of a subject, site or lesion, in bytes of UTF-8.
pub const MAX_NAME: usize = 256;

/// Characters that turn the direction of writing of what follows them: they would make two names look alike, or a line on
/// a terminal say something else (Unicode Standard Annex 9, sections 2.1 to 2.4).
const TURNING: [std::ops::RangeInclusive<char>; 2] = ['\u{202a}'..='\u{202e}', '\u{2066}'..='\u{2069}'];

/// A name in the one form in which it is kept and looked up: NFC, without blanks around it, of 1 to [`MAX_NAME`] bytes,
/// and without control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// Brings a name into its form; `field` is what an error calls it.
    ///
    /// # Errors
    /// [`Error::BadValue`](crate::Error::BadValue) for one that is empty, too long, or has a control character.
    pub fn new(field: &'static str, text: &str) -> Result<Self> {
        let name: String = text.trim().nfc().collect();
        if name.is_empty() {
            return Err(bad(field, "empty: give it a name"));
        }
        if name.len() > MAX_NAME {
            return Err(bad(field, "longer than 256 bytes"));
        }
        let breaks = |c: char| matches!(c, '\u{2028}' | '\u{2029}');
        if name
            .chars()
            .any(|c| c.is_control() || breaks(c) || TURNING.iter().any(|range| range.contains(&c)))
        {
            return Err(bad(field, "has a control character: leave it out"));
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The forms in which a name may be found: its own, and as it was typed for one that was kept before names had a form.
pub(crate) fn forms(text: &str) -> impl Iterator<Item = String> {
    let own = Name::new("name", text).ok().map(|name| name.0);
    let typed = Some(text.to_owned()).filter(|typed| own.as_ref() != Some(typed));
    own.into_iter().chain(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        let name = |text| Name::new("site", text).unwrap();
        assert_eq!(name("caf\u{e9}"), name("cafe\u{301}"));
        assert_eq!(name(" left forearm\n"), name("left forearm"));
        assert_eq!(name("\u{a0}arm"), name("arm"));
        assert_ne!(name("arm"), name("Arm"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            " \t",
            "a\u{1b}[31mb",
            "a\0",
            "a\nb",
            "a\u{85}b",
            "a\u{202e}b",
            "a\u{2028}b",
        ] {
            assert!(Name::new("site", text).is_err(), "{text:?}");
        }
        assert!(Name::new("site", &"n".repeat(256)).is_ok());
        assert!(Name::new("site", &"n".repeat(257)).is_err());
        // 128 letters of three bytes that are two once they are composed.
        assert!(Name::new("site", &"e\u{301}".repeat(128)).is_ok());
    }

    #[test]
    fn a_name_is_found_in_its_form_and_as_typed() {
        assert_eq!(forms("arm").collect::<Vec<_>>(), ["arm"]);
        assert_eq!(forms(" arm").collect::<Vec<_>>(), ["arm", " arm"]);
        assert_eq!(forms("\u{1b}").collect::<Vec<_>>(), ["\u{1b}"]);
    }
}
