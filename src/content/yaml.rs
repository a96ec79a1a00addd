//! YAML front matter (YAML 1.2), from parser events: scalars stay as written.

use super::value::{Fault, Field, Node, Parsed, Value};
use super::yaml_input::TextInput;
use crate::diagnostic::Span;
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::HashMap;

/// Aliases copy what they name; a file must not grow without bound by naming names (a "billion laughs").
const MAX_NODES: usize = 20_000;
const MAX_DEPTH: usize = 64;

/// Reads a YAML mapping. `base` is where `text` begins in its source. A key that is written twice is told, not refused:
/// its last value counts, as with most generators.
pub fn read_yaml(text: &str, base: usize) -> Result<Parsed, Fault> {
    read_with(text, Bytes::new(text), base).or_else(|fault| match join_surrogates(text) {
        Some((joined, bytes)) => read_with(&joined, bytes, base),
        None => Err(fault),
    })
}

fn read_with(text: &str, bytes: Bytes, base: usize) -> Result<Parsed, Fault> {
    let parser = Parser::new(TextInput::new(text));
    let mut reader = Reader { parser, anchors: HashMap::new(), nodes: 0, bytes, base, repeated: Vec::new() };
    let fields = reader.read()?;
    Ok(Parsed { fields, repeated: reader.repeated })
}

/// The text with the character itself for each pair of surrogates (`\ud83d\ude00`), which JSON writes and the parser
/// refuses, and with the places of the text as it was. `None` if it has no pair.
fn join_surrogates(text: &str) -> Option<(String, Bytes)> {
    let mut joined = String::with_capacity(text.len());
    let mut bytes = Bytes { length: text.len(), wide: Vec::new(), passed: 0 };
    let (mut at, mut count, mut has_pair) = (0, 0, false);
    while let Some(c) = text[at..].chars().next() {
        let pair = surrogates(&text[at..]);
        has_pair |= pair.is_some();
        // An escaped backslash begins nothing.
        let length = match pair {
            Some(_) => PAIR,
            None if text[at..].starts_with("\\\\") => 2,
            None => c.len_utf8(),
        };
        match pair {
            Some(character) => joined.push(character),
            None => joined.push_str(&text[at..at + length]),
        }
        at += length;
        count += if pair.is_none() && c == '\\' { length } else { 1 };
        if at - count > bytes.wide.last().map_or(0, |(_, more)| *more) {
            bytes.wide.push((count - 1, at - count));
        }
    }
    has_pair.then_some((joined, bytes))
}

/// Two escapes of four digits.
const PAIR: usize = 12;

fn surrogates(text: &str) -> Option<char> {
    let unit = |from: usize| u16::from_str_radix(text.get(from..from + 6)?.strip_prefix("\\u")?, 16).ok();
    char::decode_utf16([unit(0)?, unit(6)?]).next()?.ok().filter(|c| *c > '\u{ffff}')
}

/// The parser counts characters; places are bytes.
struct Bytes {
    length: usize,
    /// The characters of more than one byte: their place in characters, and how many more bytes than characters end with
    /// them.
    wide: Vec<(usize, usize)>,
    /// So many of them stand before the last place that was asked for: the next one is near.
    passed: usize,
}

impl Bytes {
    fn new(text: &str) -> Self {
        let (mut wide, mut more) = (Vec::new(), 0);
        let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
        let has_wide = |block: &[u8; BLOCK]| block.iter().fold(0, |all, byte| all | byte) >= 0x80;
        let blocks = (0..).step_by(BLOCK).zip(blocks).filter(|(_, block)| has_wide(block)).map(|(from, block)| (from, block.as_slice()));
        for (from, bytes) in blocks.chain([(text.len() - rest.len(), rest)]) {
            for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| **byte >= 0xc0) {
                let place = from + at - more;
                more += 1 + usize::from(*byte >= 0xe0) + usize::from(*byte >= 0xf0);
                wide.push((place, more));
            }
        }
        Bytes { length: text.len(), wide, passed: 0 }
    }

    fn at(&mut self, index: usize) -> usize {
        while self.wide.get(self.passed).is_some_and(|(place, _)| *place < index) {
            self.passed += 1;
        }
        while let Some(before) = self.passed.checked_sub(1)
            && self.wide.get(before).is_some_and(|(place, _)| *place >= index)
        {
            self.passed = before;
        }
        let more = self.passed.checked_sub(1).and_then(|last| self.wide.get(last)).map_or(0, |(_, more)| *more);
        index.saturating_add(more).min(self.length)
    }
}

/// Most blocks hold nothing but ASCII, which is quick to see.
const BLOCK: usize = 32;

/// Where an event begins and ends, in characters.
#[derive(Clone, Copy)]
struct Place(usize, usize);

struct Reader<'a> {
    parser: Parser<'a, TextInput<'a>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    bytes: Bytes,
    base: usize,
    repeated: Vec<(String, Span)>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Place), Fault> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, Place(span.start.index(), span.end.index()))),
            Some(Err(error)) => {
                let at = error.marker().index();
                Err((error.info().to_owned(), self.span(Place(at, at + 1))))
            }
            None => Ok((Event::StreamEnd, Place(usize::MAX, usize::MAX))),
        }
    }

    fn span(&mut self, place: Place) -> Span {
        Span::new(self.base + self.bytes.at(place.0), self.base + self.bytes.at(place.1))
    }

    fn read(&mut self) -> Result<Vec<Field>, Fault> {
        loop {
            let (event, place) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                Event::StreamEnd | Event::DocumentEnd => return Ok(Vec::new()),
                event => {
                    let node = self.node(event, place, 0)?;
                    return match node.value {
                        Value::Table(fields) => Ok(fields),
                        Value::Null => Ok(Vec::new()),
                        _ => Err(("it should be lines of `key: value`".into(), node.span)),
                    };
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, place: Place, depth: usize) -> Result<Node, Fault> {
        let span = self.span(place);
        self.nodes += 1;
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            return Err(("it is nested too deeply, or its aliases make it too large".into(), span));
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.is_some_and(|tag| tag.suffix == "str");
                (scalar(text.into_owned(), style, is_text), anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let mut nodes = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, place) => nodes.push(self.node(event, place, depth + 1)?),
                    }
                }
                (Value::List(nodes), anchor)
            }
            Event::MappingStart(anchor, _) => (Value::Table(self.fields(depth)?), anchor),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or_else(|| ("the alias names itself".to_owned(), span))?;
                self.nodes += count(&node);
                return Ok(node);
            }
            _ => return Err(("it ends too early".into(), span)),
        };
        let node = Node { value, span };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn fields(&mut self, depth: usize) -> Result<Vec<Field>, Fault> {
        let mut fields: Vec<Field> = Vec::with_capacity(if depth == 0 { 16 } else { 4 });
        let mut merged = Vec::new();
        loop {
            let (event, key) = self.next()?;
            let name = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, 0, None) => name(scalar(text.into_owned(), style, false)),
                event => name(self.node(event, key, depth + 1)?.value),
            };
            let (event, place) = self.next()?;
            let node = self.node(event, place, depth + 1)?;
            if name == "<<" {
                merged.push(node);
                continue;
            }
            match fields.iter_mut().find(|field| field.name == name) {
                Some(known) => {
                    known.node = node;
                    let span = self.span(key);
                    self.repeated.push((name, span));
                }
                None => fields.push(Field { name, node }),
            }
        }
        for node in merged {
            let tables = match node.value {
                Value::List(nodes) => nodes,
                _ => vec![node],
            };
            for table in tables {
                if let Value::Table(more) = table.value {
                    for field in more {
                        if !fields.iter().any(|known| known.name == field.name) {
                            fields.push(field);
                        }
                    }
                }
            }
        }
        Ok(fields)
    }
}

/// A key as text; what is no scalar has none.
fn name(key: Value) -> String {
    match key {
        Value::Text(text) | Value::Bare(text) if !text.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace) => text,
        key => Node { value: key, span: Span::default() }.text().unwrap_or_default().to_owned(),
    }
}

fn count(node: &Node) -> usize {
    match &node.value {
        Value::List(nodes) => 1 + nodes.iter().map(count).sum::<usize>(),
        Value::Table(fields) => 1 + fields.iter().map(|field| count(&field.node)).sum::<usize>(),
        _ => 1,
    }
}

fn scalar(text: String, style: ScalarStyle, is_text: bool) -> Value {
    if style != ScalarStyle::Plain || is_text {
        return Value::Text(text);
    }
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') => Value::Bare(text),
        _ => Value::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(yaml: &str, key: &str) -> String {
        super::super::value::find(&read_yaml(yaml, 0).unwrap().fields, key).unwrap().flat()
    }

    #[test]
    fn scalars_keep_their_text() {
        assert_eq!(text("title: 1.10", "title"), "1.10");
        assert_eq!(text("title: 2048\n", "title"), "2048");
        assert_eq!(text("title: 'it''s'", "title"), "it's");
        assert_eq!(text("a: [x, \"y, z\"]", "a"), "x, y, z");
        assert_eq!(text("d: >\n  one\n  two\n", "d"), "one two");
    }

    #[test]
    fn surrogates_of_json_are_one_character() {
        let yaml = r#"{"title": "é \ud83d\uDE00!", "b": "\\ud83d\\ude00", "c": "é", "d": 1}"#;
        assert_eq!((text(yaml, "title").as_str(), text(yaml, "b").as_str()), ("é 😀!", r"\ud83d\ude00"));
        for field in read_yaml(yaml, 0).unwrap().fields.iter().skip(2) {
            assert_eq!(yaml[field.node.span.start..field.node.span.end].trim_matches('"'), field.node.text().unwrap());
        }
        assert_eq!(text(r"title: C:\ud83d\ude00", "title"), r"C:\ud83d\ude00");
        assert!(read_yaml(r#"title: "\ud83d""#, 0).is_err());
        assert!(read_yaml(r#"title: "\ud83d\u0041""#, 0).is_err());
    }

    #[test]
    fn merge_keys_and_aliases_are_followed() {
        let yaml = "base: &b {author: Ann, lang: fr}\nx:\n  <<: *b\n  lang: de\n";
        let fields = read_yaml(yaml, 0).unwrap().fields;
        let x = super::super::value::find(&fields, "x").unwrap();
        assert_eq!(x.get("author").unwrap().text(), Some("Ann"));
        assert_eq!(x.get("lang").unwrap().text(), Some("de"));
    }

    #[test]
    fn a_billion_laughs_are_refused() {
        let mut yaml = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let list = vec![format!("*a{}", n - 1); 10].join(", ");
            yaml.push_str(&format!("a{n}: &a{n} [{list}]\n"));
        }
        assert!(read_yaml(&yaml, 0).is_err());
    }

    #[test]
    fn faults_are_placed_in_bytes() {
        let (_, span) = read_yaml("é: é\nb: [", 10).unwrap_err();
        assert!(span.start >= 10, "{span:?}");
    }

    #[test]
    fn places_are_found_in_both_directions() {
        let text = "aé漢😀b";
        let mut bytes = Bytes::new(text);
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len(), text.len()]).collect();
        for index in [0, 3, 1, 6, 2, 5, 4, 0, 5] {
            assert_eq!(bytes.at(index), places[index], "{index}");
        }
        assert_eq!((bytes.at(usize::MAX), bytes.at(1)), (text.len(), 1));
    }

    #[test]
    fn a_repeated_key_is_told_and_its_last_value_counts() {
        let parsed = read_yaml("a: 1\na: 2", 5).unwrap();
        assert_eq!(parsed.repeated, [("a".to_owned(), Span::new(10, 11))]);
        assert_eq!(parsed.fields[0].node.text(), Some("2"));
    }
}
