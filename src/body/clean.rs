//! Characters that XML 1.0 forbids (section 2.2, `Char`): neither escaping nor CDATA lets them into a feed, and the
//! feeds' crates write them unseen. They are taken out where text comes in.

use std::borrow::Cow;

/// Whether XML 1.0 has no way to hold the character.
pub fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// The forbidden characters of a text, with their places in bytes.
pub fn forbidden(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let text = if is_suspect(text.as_bytes()) { text } else { "" };
    text.char_indices().filter(|(_, c)| is_forbidden(*c))
}

/// Whether bytes may hold forbidden characters. Nearly all texts hold none, and all are looked through, some twice: no
/// branch in the loop, so that many bytes are compared at once.
fn is_suspect(bytes: &[u8]) -> bool {
    let has_control =
        bytes.iter().fold(false, |found, byte| found | ((*byte < 0x20) & (*byte != b'\t') & (*byte != b'\n') & (*byte != b'\r')));
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
    let has_mark = bytes.iter().fold(false, |found, byte| found | (*byte == 0xef));
    has_control || has_mark && bytes.windows(3).any(|three| three[..2] == [0xef, 0xbf] && three[2] >= 0xbe)
}

/// The text without the characters that XML forbids.
pub fn clean_for_xml(text: &str) -> Cow<'_, str> {
    match forbidden(text).next() {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().filter(|c| !is_forbidden(*c)).collect()),
    }
}

/// A text without what XML forbids, which still knows where each byte stood.
#[derive(Debug)]
pub struct Cleaned {
    pub text: String,
    /// Where characters were taken out: their place in the original text, in bytes.
    pub removed: Vec<(usize, char)>,
}

impl Cleaned {
    /// `None` if there is nothing to clean.
    pub fn new(text: &str) -> Option<Cleaned> {
        let removed: Vec<(usize, char)> = forbidden(text).collect();
        (!removed.is_empty()).then(|| Cleaned { text: text.chars().filter(|c| !is_forbidden(*c)).collect(), removed })
    }

    /// The place in the original text of a place in this one.
    pub fn original(&self, at: usize) -> usize {
        let mut shift = 0;
        for (place, c) in &self.removed {
            if place - shift > at {
                break;
            }
            shift += c.len_utf8();
        }
        at + shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_xml_forbids_goes() {
        assert_eq!(clean_for_xml("a\u{8}b\u{0}\u{b}\u{c}\u{1f}c\u{fffe}\u{ffff}"), "abc");
        let kept = "tab\tline\n\r\u{7f}\u{85}\u{a0}\u{202e}\u{fffd}\u{1fffe}😀";
        assert!(matches!(clean_for_xml(kept), Cow::Borrowed(_)));
    }

    #[test]
    fn places_are_those_of_the_original() {
        let text = "é\u{8}b\u{fffe}\u{1}c";
        let cleaned = Cleaned::new(text).unwrap();
        assert_eq!(cleaned.text, "ébc");
        assert_eq!(cleaned.removed, [(2, '\u{8}'), (4, '\u{fffe}'), (7, '\u{1}')]);
        let at = |c: char| cleaned.original(cleaned.text.find(c).unwrap());
        assert_eq!((at('é'), at('b'), at('c')), (0, text.find('b').unwrap(), text.find('c').unwrap()));
        assert!(Cleaned::new("abc").is_none());
    }
}
