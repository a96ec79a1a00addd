//! Fields whose names are nearly those of fields that we know.
//!
//! Any key may be a theme's own, so one counts as misspelt only where a single edit makes it a field that the file lacks, and
//! its value is one that this field could have.

use super::dates::read_date;
use super::names::Meaning;
use super::value::{Field, Node, Value};
use crate::diagnostic::{Diagnostic, Source, Span};
use chrono_tz::Tz;

/// The names that people write by hand.
const USUAL: [(&str, Meaning); 14] = [
    ("title", Meaning::Title),
    ("date", Meaning::Date),
    ("updated", Meaning::Updated),
    ("lastmod", Meaning::Updated),
    ("draft", Meaning::Draft),
    ("tags", Meaning::Tags),
    ("category", Meaning::Categories),
    ("categories", Meaning::Categories),
    ("author", Meaning::Person),
    ("authors", Meaning::Authors),
    ("summary", Meaning::Summary),
    ("description", Meaning::Summary),
    ("slug", Meaning::Slug),
    ("permalink", Meaning::Permalink),
];

/// The field that an unknown one may have been meant to be.
pub(super) fn meant_by(field: &Field) -> Option<(&'static str, Meaning)> {
    // One edit leaves the first letter or the last, which is quick to see: unknown fields are many.
    let end = |byte: Option<u8>| byte.map(|byte| byte.to_ascii_lowercase());
    let (first, last) = (end(field.name.bytes().next()), end(field.name.bytes().next_back()));
    let has_an_end = |name: &str| name.bytes().next() == first || name.bytes().next_back() == last;
    USUAL.iter().copied().filter(|(name, _)| has_an_end(name)).find(|(name, meaning)| {
        is_one_edit(&field.name, name) && could_be(&field.node, *meaning) && (*meaning == Meaning::Date || !is_word_like(&field.name, name))
    })
}

/// Points at the key. A field that comes from elsewhere, such as a cascade, has none in this file.
pub(super) fn misspelt(source: &Source, body_start: usize, field: &Field, known: &str) -> Option<Diagnostic> {
    let head = source.text.get(..field.node.span.start.min(body_start))?;
    // Names of `Key: value` lines are in small letters.
    let at = head.to_ascii_lowercase().rfind(&field.name.to_ascii_lowercase())?;
    Some(Diagnostic::field_misspelt(&field.name, known).at(source, Span::new(at, at + field.name.len())))
}

/// Whether one letter was left out, added or changed, or two were swapped.
fn is_one_edit(name: &str, known: &str) -> bool {
    if name.len().abs_diff(known.len()) > 1 || !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return false;
    }
    let same = |pair: &(u8, u8)| pair.0.eq_ignore_ascii_case(&pair.1);
    let start = name.bytes().zip(known.bytes()).take_while(same).count();
    let (name, known) = (&name.as_bytes()[start..], &known.as_bytes()[start..]);
    let end = name.iter().rev().copied().zip(known.iter().rev().copied()).take_while(same).count();
    match (&name[..name.len() - end], &known[..known.len() - end]) {
        ([_], [] | [_]) | ([], [_]) => true,
        ([a, b], [c, d]) => a.eq_ignore_ascii_case(d) && b.eq_ignore_ascii_case(c),
        _ => false,
    }
}

/// Four letters of which one is another are as likely a word of their own: `tabs`, `plug`.
fn is_word_like(name: &str, known: &str) -> bool {
    name.len() == 4 && known.len() == 4 && name.bytes().zip(known.bytes()).filter(|(a, b)| !a.eq_ignore_ascii_case(b)).count() == 1
}

fn could_be(node: &Node, meaning: Meaning) -> bool {
    let text = node.text().filter(|text| !text.is_empty());
    match meaning {
        Meaning::Date | Meaning::Updated => text.is_some_and(|text| read_date(text, Tz::UTC).is_some()),
        Meaning::Draft => node.flag().is_some(),
        Meaning::Tags | Meaning::Categories | Meaning::Authors => text.is_some() || matches!(node.value, Value::List(_)),
        _ => text.is_some() && !matches!(node.value, Value::Bool(_)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::yaml::read_yaml;
    use super::*;

    fn meant(yaml: &str) -> Option<&'static str> {
        meant_by(&read_yaml(yaml, 0).unwrap().fields[0]).map(|(name, _)| name)
    }

    #[test]
    fn one_edit_away_is_meant() {
        for (yaml, known) in [
            ("titel: A", "title"),
            ("Tilte: A", "title"),
            ("titre: A", "title"),
            ("dates: 2025-01-01", "date"),
            ("data: 2025-01-01", "date"),
            ("dtae: 2025-01-01 10:00", "date"),
            ("update: 2025-01-01", "updated"),
            ("daft: true", "draft"),
            ("tgas: [a, b]", "tags"),
            ("auther: Ann", "author"),
            ("autor: Ann", "author"),
            ("categorie: a", "categories"),
            ("sumary: A", "summary"),
            ("desciption: A", "description"),
            ("slugg: a", "slug"),
            ("permalnk: /a/", "permalink"),
        ] {
            assert_eq!(meant(yaml), Some(known), "{yaml}");
        }
    }

    #[test]
    fn words_of_their_own_stay_silent() {
        for yaml in [
            "data: {a: 1}",
            "dates: [2025-01-01, 2025-02-01]",
            "rate: 5",
            "tabs: [a]",
            "plug: a",
            "craft: wood",
            "titles: [a]",
            "title2: A",
            "tile: true",
            "mood: calm",
            "series: a",
            "tittel2: A",
            "layouts: a",
        ] {
            assert_eq!(meant(yaml), None, "{yaml}");
        }
    }
}
