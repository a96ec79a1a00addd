//! What differs between recipients, in text that is rendered once.
//!
//! A slot goes through template and inliner as a marker: two private-use characters around a nonce, the escaping
//! context and the slot's number. The nonce is a hash of all content, so that no content can hold a marker of its own
//! issue: what looks like one is content. After rendering, the markers are cut out once, and only pieces remain.

use sha2::{Digest, Sha256};
use std::ops::Range;

const OPEN: char = '\u{10FFF0}';
const CLOSE: char = '\u{10FFF1}';
/// Who a subscriber without a name is, where the placeholder has no fallback of its own.
const NAMELESS: &str = "reader";

/// Something that is filled in for each recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// `{{ subscriber.name | default("…") }}`.
    Name { default: String },
    /// `{{ subscriber.fields.X | default("…") }}`.
    Field { name: String, default: String },
    /// Where this recipient leaves the list.
    Unsubscribe,
}

/// Where a slot stands, and so how its value is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Text or a quoted attribute.
    Html,
    /// Plain text of RFC 3676.
    Text,
    /// A header's text, before it is encoded.
    Header,
}

/// A part of a [`Slotted`] text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Fixed(String),
    Slot(Slot, Context),
}

/// Rendered text with slots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slotted {
    pieces: Vec<Piece>,
}

impl From<String> for Slotted {
    /// A text without slots.
    fn from(text: String) -> Slotted {
        Slotted { pieces: vec![Piece::Fixed(text)] }
    }
}

impl Slotted {
    /// The text with each slot filled by `value`, which gets what has been filled so far, and escapes by context.
    pub fn fill(&self, mut value: impl FnMut(&Slot, Context, &str) -> String) -> String {
        let mut out = String::with_capacity(self.fixed_len() + 256);
        for piece in &self.pieces {
            match piece {
                Piece::Fixed(text) => out.push_str(text),
                Piece::Slot(slot, context) => {
                    let filled = value(slot, *context, &out);
                    out.push_str(&filled);
                }
            }
        }
        out
    }

    /// The text in its parts, no two of them fixed in a row.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The text with its fixed parts changed.
    #[must_use]
    pub fn map_fixed(&self, change: impl Fn(&str) -> String) -> Slotted {
        let map = |piece: &Piece| match piece {
            Piece::Fixed(text) => Piece::Fixed(change(text)),
            slot => slot.clone(),
        };
        Slotted { pieces: self.pieces.iter().map(map).collect() }
    }

    /// Bytes without what the slots will hold.
    pub fn fixed_len(&self) -> usize {
        self.pieces.iter().map(|piece| if let Piece::Fixed(text) = piece { text.len() } else { 0 }).sum()
    }

    /// Whether it says where a recipient leaves the list; HTML says it as the address of a link.
    pub fn has_way_out(&self, part: Context) -> bool {
        let is_link = |before: Option<&Piece>| matches!(before, Some(Piece::Fixed(text)) if text.ends_with("href=\""));
        let mut before = None;
        self.pieces.iter().any(|piece| {
            let is_out = matches!(piece, Piece::Slot(Slot::Unsubscribe, _)) && (part != Context::Html || is_link(before));
            before = Some(piece);
            is_out
        })
    }

    /// How many slots there are.
    pub fn slot_count(&self) -> usize {
        self.pieces.iter().filter(|piece| matches!(piece, Piece::Slot(..))).count()
    }
}

/// A text as its author wrote it, with its placeholders read.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'a> {
    Fixed(&'a str),
    Slot(Slot),
}

/// Whether the placeholders of a text are ones that can be filled; the error says which isn't, and why.
pub fn check_placeholders(text: &str) -> Result<(), String> {
    read_parts(text).map(|_| ())
}

/// The placeholders of a text that can't be filled, each with its place and why.
pub fn wrong_placeholders(text: &str) -> Vec<(Range<usize>, String)> {
    parts(text).into_iter().filter_map(|(place, part)| Some((place, part.err()?))).collect()
}

fn read_parts(text: &str) -> Result<Vec<Part<'_>>, String> {
    parts(text).into_iter().map(|(_, part)| part).collect()
}

/// Each part with its place, or why it can't be filled. One that is never closed is the last.
fn parts(text: &str) -> Vec<(Range<usize>, Result<Part<'_>, String>)> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|found| at + found) {
        if open > at {
            parts.push((at..open, Ok(Part::Fixed(&text[at..open]))));
        }
        let Some((inside, after)) = split_placeholder(&text[open + 2..]) else {
            let line = text[open..].lines().next().unwrap_or_default();
            parts.push((open..open + line.len(), Err(format!("`{line}` is opened but never closed with `}}}}`"))));
            return parts;
        };
        at = text.len() - after.len();
        parts.push((open..at, read_slot(inside).map(Part::Slot)));
    }
    if at < text.len() {
        parts.push((at..text.len(), Ok(Part::Fixed(&text[at..]))));
    }
    parts
}

/// Splits at the `}}` that closes the placeholder: one inside quotes doesn't.
fn split_placeholder(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            (None, '}') if text[at..].starts_with("}}") => return Some((&text[..at], &text[at + 2..])),
            _ => {}
        }
    }
    None
}

fn read_slot(inside: &str) -> Result<Slot, String> {
    let fault = |what: &str| {
        let written = inside.trim();
        format!(
            "`{{{{ {written} }}}}` {what}; allowed are `{{{{ subscriber.name | default(\"reader\") }}}}` and \
             `{{{{ subscriber.fields.X | default(\"…\") }}}}`"
        )
    };
    let (path, default) = match inside.split_once('|') {
        Some((path, filter)) => (path.trim(), read_default(filter.trim()).ok_or_else(|| fault("has a filter that is not known"))?),
        // `Hi {{ subscriber.name }},` must not become `Hi ,`.
        None if inside.trim() == "subscriber.name" => ("subscriber.name", NAMELESS.to_owned()),
        None => (inside.trim(), String::new()),
    };
    match path.strip_prefix("subscriber.") {
        Some("name") => Ok(Slot::Name { default }),
        Some(field) => match field.strip_prefix("fields.") {
            Some(name) if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) => {
                Ok(Slot::Field { name: name.to_owned(), default })
            }
            _ => Err(fault("names nothing that is known of a subscriber")),
        },
        None => Err(fault("is not a placeholder")),
    }
}

/// `default("reader")` → `reader`.
fn read_default(filter: &str) -> Option<String> {
    let inside = filter.strip_prefix("default")?.trim_start().strip_prefix('(')?.strip_suffix(')')?.trim();
    let quote = inside.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let text = inside.strip_prefix(quote)?.strip_suffix(quote)?;
    (!text.contains(quote) && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// Makes markers for one issue, and cuts them out again.
#[derive(Debug)]
pub struct Markers {
    nonce: String,
    slots: Vec<Slot>,
}

impl Markers {
    /// The nonce is made from everything that the issue will hold.
    pub fn new<'a>(content: impl Iterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        for text in content {
            // The length keeps `ab`, `c` apart from `a`, `bc`.
            hash.update(text.len().to_le_bytes());
            hash.update(text.as_bytes());
        }
        // 64 bits: content that holds its own nonce can't be found by trying.
        let nonce = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Markers { nonce, slots: Vec::new() }
    }

    /// A slot as it goes through the template.
    pub fn mark(&mut self, slot: Slot, context: Context) -> String {
        let number = self.slots.iter().position(|known| *known == slot).unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        });
        let context = match context {
            Context::Html => 'h',
            Context::Text => 't',
            Context::Header => 's',
        };
        format!("{OPEN}{}{context}{number}{CLOSE}", self.nonce)
    }

    /// A text with placeholders, its fixed parts escaped by `escape`. A text with a bad placeholder stays as it is
    /// written, since configuration has already refused it.
    pub fn mark_text(&mut self, text: &str, context: Context, escape: impl Fn(&str) -> String) -> String {
        let parts = read_parts(text).unwrap_or_else(|_| vec![Part::Fixed(text)]);
        let marked = parts.into_iter().map(|part| match part {
            Part::Fixed(fixed) => escape(fixed),
            Part::Slot(slot) => self.mark(slot, context),
        });
        marked.collect()
    }

    /// Cuts the markers out of what was rendered.
    pub fn cut(&self, rendered: &str) -> Slotted {
        let start = format!("{OPEN}{}", self.nonce);
        let mut pieces = Vec::new();
        let mut fixed = String::new();
        let mut rest = rendered;
        while let Some((before, after)) = rest.split_once(&start) {
            fixed.push_str(before);
            match self.read_marker(after) {
                Some((slot, context, after)) => {
                    if !fixed.is_empty() {
                        pieces.push(Piece::Fixed(std::mem::take(&mut fixed)));
                    }
                    pieces.push(Piece::Slot(slot, context));
                    rest = after;
                }
                None => {
                    fixed.push_str(&start);
                    rest = after;
                }
            }
        }
        fixed.push_str(rest);
        if !fixed.is_empty() {
            pieces.push(Piece::Fixed(fixed));
        }
        Slotted { pieces }
    }

    /// Whether no marker was changed on the way, so that it was not cut out.
    pub fn are_whole(&self, slotted: &Slotted) -> bool {
        let fixed = slotted.pieces.iter().filter_map(|piece| if let Piece::Fixed(text) = piece { Some(text) } else { None });
        let mut rests = fixed.flat_map(|text| text.split(OPEN).skip(1));
        // Most of the nonce is enough: it may have been cut off, or written in capitals.
        !rests.any(|rest| {
            let start: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
            !start.is_empty() && (start.starts_with(&self.nonce) || self.nonce.starts_with(&start))
        })
    }

    fn read_marker<'a>(&self, text: &'a str) -> Option<(Slot, Context, &'a str)> {
        let (inside, after) = text.split_once(CLOSE)?;
        let mut inside = inside.chars();
        let context = match inside.next()? {
            'h' => Context::Html,
            't' => Context::Text,
            's' => Context::Header,
            _ => return None,
        };
        let number = inside.as_str();
        let slot = self.slots.get(number.parse::<usize>().ok()?)?;
        Some((slot.clone(), context, after))
    }
}

/// A text with placeholders as it is shown to nobody in particular: with the fallbacks.
pub fn impersonal(text: &str) -> String {
    let parts = read_parts(text).unwrap_or_else(|_| vec![Part::Fixed(text)]);
    let shown = parts.into_iter().map(|part| match part {
        Part::Fixed(fixed) => fixed.to_owned(),
        Part::Slot(Slot::Name { default } | Slot::Field { default, .. }) => default,
        Part::Slot(Slot::Unsubscribe) => String::new(),
    });
    shown.collect()
}

/// Whether a text holds something like a marker.
pub fn is_marked(text: &str) -> bool {
    text.contains([OPEN, CLOSE])
}

/// Whether a text holds placeholders.
pub fn has_placeholders(text: &str) -> bool {
    read_parts(text).is_ok_and(|parts| parts.iter().any(|part| matches!(part, Part::Slot(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(slotted: &Slotted) -> String {
        slotted.fill(|slot, context, _| format!("[{slot:?} {context:?}]"))
    }

    #[test]
    fn placeholders_are_read_with_their_fallback() {
        let parts = read_parts(r#"Dear {{ subscriber.name | default("reader }} \") }}, of {{subscriber.fields.town}}!"#).unwrap();
        let name = Slot::Name { default: "reader }} \\".into() };
        let town = Slot::Field { name: "town".into(), default: String::new() };
        assert_eq!(parts, [Part::Fixed("Dear "), Part::Slot(name), Part::Fixed(", of "), Part::Slot(town), Part::Fixed("!")]);
    }

    #[test]
    fn a_name_always_has_a_fallback() {
        let name = |default: &str| vec![Part::Slot(Slot::Name { default: default.into() })];
        assert_eq!(read_parts("{{ subscriber.name }}").unwrap(), name("reader"));
        assert_eq!(read_parts("{{subscriber.name|default('')}}").unwrap(), name(""));
    }

    #[test]
    fn bad_placeholders_are_named() {
        for text in [
            "{{ subscriber.nam }}",
            "{{ name }}",
            "{{ subscriber.fields. }}",
            "{{ subscriber.fields.a b }}",
            "{{ subscriber.name | upper }}",
            "{{ subscriber.name | default(reader) }}",
            "{{ subscriber.name | default(\"a\nb\") }}",
            "{{ subscriber.name",
            "{{ }}",
            "{{ subscriber.name | default(\") }}",
        ] {
            let fault = check_placeholders(text).unwrap_err();
            assert!(fault.contains("{{"), "{text}: {fault}");
        }
        assert_eq!(check_placeholders("a } b { c }} {% x %}"), Ok(()));
    }

    #[test]
    fn markers_are_cut_into_slots() {
        let mut markers = Markers::new(["content"].into_iter());
        let greeting = markers.mark_text("<Hi {{ subscriber.name | default('you') }}>", Context::Html, |text| text.replace('<', "&lt;"));
        let link = markers.mark(Slot::Unsubscribe, Context::Text);
        let slotted = markers.cut(&format!("{greeting} {link}"));
        assert_eq!(slotted.slot_count(), 2);
        assert_eq!(filled(&slotted), r#"&lt;Hi [Name { default: "you" } Html]> [Unsubscribe Text]"#);
    }

    #[test]
    fn a_marker_of_other_content_is_content() {
        let mut other = Markers::new(["other"].into_iter());
        let forged = other.mark(Slot::Unsubscribe, Context::Html);
        let mut markers = Markers::new([forged.as_str()].into_iter());
        let real = markers.mark(Slot::Unsubscribe, Context::Html);
        let slotted = markers.cut(&format!("{forged}{real}"));
        assert_eq!(filled(&slotted), format!("{forged}[Unsubscribe Html]"));
    }

    #[test]
    fn a_marker_that_a_filter_changed_is_seen() {
        let mut markers = Markers::new(["content"].into_iter());
        let real = markers.mark(Slot::Unsubscribe, Context::Html);
        let cut = |text: &str| markers.are_whole(&markers.cut(text));
        assert!(cut(&real) && cut("plain") && cut(&format!("x{OPEN}{CLOSE}y{OPEN}")));
        assert!(!cut(&real.to_uppercase()) && !cut(&real[..12]) && !cut(&real.replace(CLOSE, "")));
    }

    #[test]
    fn the_way_out_is_a_link_in_html_and_words_in_text() {
        let mut markers = Markers::new(std::iter::empty());
        let real = markers.mark(Slot::Unsubscribe, Context::Html);
        let link = markers.cut(&format!("<a href=\"{real}\">"));
        let words = markers.cut(&format!("<p>{real}</p>"));
        assert!(link.has_way_out(Context::Html) && words.has_way_out(Context::Text));
        assert!(!words.has_way_out(Context::Html) && !markers.cut("").has_way_out(Context::Text));
    }

    #[test]
    fn a_broken_marker_is_content() {
        let mut markers = Markers::new(std::iter::empty());
        let real = markers.mark(Slot::Unsubscribe, Context::Html);
        for broken in [real.replace(CLOSE, ""), real.replace("h0", "h7"), real.replace("h0", "x0"), real.replace("h0", "")] {
            let slotted = markers.cut(&broken);
            assert_eq!((slotted.slot_count(), filled(&slotted)), (0, broken));
        }
    }

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_around_slots_stays_as_it_is(before in any::<String>(), after in "[\u{10FFF0}\u{10FFF1}h0-9a-f]{0,40}") {
            let mut markers = Markers::new([before.as_str(), after.as_str()].into_iter());
            let marker = markers.mark(Slot::Unsubscribe, Context::Text);
            let slotted = markers.cut(&format!("{before}{marker}{after}"));
            prop_assert_eq!(slotted.slot_count(), 1);
            prop_assert_eq!(slotted.fill(|_, _, so_far| format!("<{}>", so_far.len())), format!("{before}<{}>{after}", before.len()));
        }

        #[test]
        fn reading_placeholders_never_panics(text in "[{}|\"'() a-z.\u{e9}]{0,40}") {
            if check_placeholders(&text).is_err() {
                prop_assert!(text.contains("{{"));
            }
        }
    }
}
