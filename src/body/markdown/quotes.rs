//! Quotation marks as languages have them, for those of a typewriter, and the spaces of French punctuation.

use std::borrow::Cow;

/// Marks of quotations and of quotations inside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotes {
    pub open: &'static str,
    pub close: &'static str,
    pub open_inner: &'static str,
    pub close_inner: &'static str,
}

/// By CLDR's `delimiters`.
const TABLE: [(&str, [&str; 4]); 26] = [
    ("bg", ["„", "“", "„", "“"]),
    ("cs", ["„", "“", "‚", "‘"]),
    ("da", ["”", "”", "’", "’"]),
    ("de", ["„", "“", "‚", "‘"]),
    ("de-CH", ["«", "»", "‹", "›"]),
    ("el", ["«", "»", "“", "”"]),
    ("es", ["«", "»", "“", "”"]),
    ("et", ["„", "“", "‚", "‘"]),
    ("fi", ["”", "”", "’", "’"]),
    ("fr", ["«\u{202f}", "\u{202f}»", "“", "”"]),
    ("fr-CH", ["«", "»", "‹", "›"]),
    ("hr", ["„", "“", "‚", "‘"]),
    ("hu", ["„", "”", "»", "«"]),
    ("it", ["«", "»", "“", "”"]),
    ("lt", ["„", "“", "‚", "‘"]),
    ("nb", ["«", "»", "‘", "’"]),
    ("nn", ["«", "»", "‘", "’"]),
    ("no", ["«", "»", "‘", "’"]),
    ("pl", ["„", "”", "«", "»"]),
    ("pt-PT", ["«", "»", "“", "”"]),
    ("ro", ["„", "”", "«", "»"]),
    ("ru", ["«", "»", "„", "“"]),
    ("sk", ["„", "“", "‚", "‘"]),
    ("sl", ["„", "“", "‚", "‘"]),
    ("sv", ["”", "”", "’", "’"]),
    ("uk", ["«", "»", "„", "“"]),
];

/// The marks of a language; English ones where it has no others.
pub fn quotes(language: &str) -> Quotes {
    let find = |tag: &str| TABLE.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag)).map(|(_, marks)| *marks);
    let [open, close, open_inner, close_inner] = find(language)
        .or_else(|| find(language.split(['-', '_']).next().unwrap_or_default()))
        .or_else(|| matches!(language.get(..2), Some("ja")).then_some(["「", "」", "『", "』"]))
        .unwrap_or(["“", "”", "‘", "’"]);
    Quotes { open, close, open_inner, close_inner }
}

/// Spaces that French has before high punctuation become ones at which no line breaks. None is put in: where the author
/// wrote none, there may be a reason.
pub fn french_spaces(text: &str) -> Cow<'_, str> {
    // Most texts have none of these marks, and all are looked through: no branch in the loop. C2 begins « and ».
    if !text.bytes().fold(false, |found, byte| found | matches!(byte, b';' | b':' | b'!' | b'?' | 0xc2)) {
        return Cow::Borrowed(text);
    }
    let is_wanted = |before: &str, after: &str| before.ends_with('«') || after.starts_with([';', ':', '!', '?', '»']);
    if !text.match_indices(' ').any(|(at, _)| is_wanted(&text[..at], &text[at + 1..])) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut done = 0;
    for (at, _) in text.match_indices(' ') {
        if !is_wanted(&text[..at], &text[at + 1..]) {
            continue;
        }
        out.push_str(&text[done..at]);
        // The colon has a whole space before it, the others a narrow one.
        out.push(if text[at + 1..].starts_with(':') { '\u{a0}' } else { '\u{202f}' });
        done = at + 1;
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_their_marks() {
        let outer = |tag: &str| (quotes(tag).open, quotes(tag).close);
        for (tag, wanted) in [
            ("en-GB", ("“", "”")),
            ("de-AT", ("„", "“")),
            ("de-CH", ("«", "»")),
            ("FR", ("«\u{202f}", "\u{202f}»")),
            ("sv", ("”", "”")),
            ("ja", ("「", "」")),
            ("zh", ("“", "”")),
            ("", ("“", "”")),
        ] {
            assert_eq!(outer(tag), wanted, "{tag}");
        }
        assert!(TABLE.is_sorted_by_key(|(tag, _)| *tag));
    }

    #[test]
    fn french_spaces_do_not_break() {
        assert_eq!(french_spaces("Quoi ? Oui : « non » !"), "Quoi\u{202f}? Oui\u{a0}: «\u{202f}non\u{202f}»\u{202f}!");
        assert!(matches!(french_spaces("rien à faire"), Cow::Borrowed(_)));
    }
}
