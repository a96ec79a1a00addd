//! JSON front matter with the places of its values, which serde_json doesn't tell.

use super::value::{Fault, Field, Node, Parsed, Value};
use crate::diagnostic::Span;
use std::collections::HashMap;

/// Reads the object at the start of a text; also where it ends. `None` if there is no object.
pub fn read_json(text: &str) -> Option<Result<(Parsed, usize), Fault>> {
    let inner = text.strip_prefix('{')?.trim_start();
    // `{{ … }}` and words in braces are text.
    if !inner.starts_with(['"', '}']) {
        return None;
    }
    // As a `Value`, since that refuses deep nesting: what is skipped has no limit, and `Walker` goes as deep as the text.
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    match stream.next()? {
        Ok(_) => {
            let end = stream.byte_offset();
            let mut walker = Walker { text: text.get(..end).unwrap_or(text), at: 0, repeated: Vec::new() };
            let fields = match walker.value().value {
                Value::Table(fields) => fields,
                _ => Vec::new(),
            };
            Some(Ok((Parsed { fields, repeated: walker.repeated }, end)))
        }
        Err(error) => {
            let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = line_start + error.column().saturating_sub(1);
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
            Some(Err((reason, Span::new(at, at + 1))))
        }
    }
}

/// Reads a text that is an object and nothing else; `base` is where it begins in its source.
pub fn read_json_at(text: &str, base: usize) -> Result<Parsed, Fault> {
    let lead = text.len() - text.trim_start().len();
    let place = |span: Span| Span::new(base + lead + span.start, base + lead + span.end);
    match read_json(&text[lead..]) {
        Some(Ok((mut parsed, _))) => {
            parsed.fields.iter_mut().for_each(|field| shift(&mut field.node, &place));
            parsed.repeated.iter_mut().for_each(|(_, span)| *span = place(*span));
            Ok(parsed)
        }
        Some(Err((reason, span))) => Err((reason, place(span))),
        None => Err(("it should be an object in braces".into(), Span::new(base, base + text.len()))),
    }
}

fn shift(node: &mut Node, place: &dyn Fn(Span) -> Span) {
    node.span = place(node.span);
    match &mut node.value {
        Value::List(nodes) => nodes.iter_mut().for_each(|node| shift(node, place)),
        Value::Table(fields) => fields.iter_mut().for_each(|field| shift(&mut field.node, place)),
        _ => {}
    }
}

/// Goes through JSON that was found valid.
struct Walker<'t> {
    text: &'t str,
    at: usize,
    repeated: Vec<(String, Span)>,
}

impl Walker<'_> {
    fn peek(&mut self) -> u8 {
        let blank = self.text.as_bytes()[self.at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.at += blank;
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// Whether a list or table goes on after a comma.
    fn goes_on(&mut self) -> bool {
        let goes_on = self.peek() == b',';
        self.at = (self.at + 1).min(self.text.len());
        goes_on
    }

    fn value(&mut self) -> Node {
        let first = self.peek();
        let start = self.at;
        let value = match first {
            b'{' => Value::Table(self.table()),
            b'[' => Value::List(self.list()),
            b'"' => Value::Text(self.string()),
            _ => {
                let length = self.text[start..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
                self.at += length;
                match &self.text[start..self.at] {
                    "null" => Value::Null,
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    number => Value::Bare(number.to_owned()),
                }
            }
        };
        Node { value, span: Span::new(start, self.at) }
    }

    fn table(&mut self) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        self.at += 1;
        if self.peek() == b'}' {
            self.at += 1;
            return fields;
        }
        loop {
            self.peek();
            let start = self.at;
            let name = self.string();
            let span = Span::new(start, self.at);
            self.peek();
            self.at = (self.at + 1).min(self.text.len());
            let node = self.value();
            match places.get(&name).and_then(|place| fields.get_mut(*place)) {
                Some(known) => {
                    known.node = node;
                    self.repeated.push((name, span));
                }
                None => {
                    places.insert(name.clone(), fields.len());
                    fields.push(Field { name, node });
                }
            }
            if !self.goes_on() {
                return fields;
            }
        }
    }

    fn list(&mut self) -> Vec<Node> {
        let mut nodes = Vec::new();
        self.at += 1;
        if self.peek() == b']' {
            self.at += 1;
            return nodes;
        }
        loop {
            nodes.push(self.value());
            if !self.goes_on() {
                return nodes;
            }
        }
    }

    fn string(&mut self) -> String {
        let start = self.at;
        let mut is_escaped = false;
        let length = self.text.as_bytes().iter().skip(start + 1).take_while(|byte| {
            let ends = **byte == b'"' && !is_escaped;
            is_escaped = **byte == b'\\' && !is_escaped;
            !ends
        });
        self.at = (start + length.count() + 2).min(self.text.len());
        self.text.get(start..self.at).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_source() {
        let text = "---json\n {\"a\": [{\"b\": \"c\"}], \"a\": 1}\n---\n";
        let parsed = read_json_at(&text[8..], 8).unwrap();
        assert_eq!(&text[parsed.fields[0].node.span.start..parsed.fields[0].node.span.end], "1");
        assert_eq!(parsed.repeated.len(), 1);
        assert_eq!(read_json_at("x", 5).unwrap_err().1, Span::new(5, 6));
        assert_eq!(read_json_at(" {\"a\" 1}", 5).unwrap_err().1.start, 11);
    }

    #[test]
    fn deep_nesting_is_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
        assert!(read_json(&deep).unwrap().is_err());
    }

    #[test]
    fn values_know_their_places() {
        let text = "{ \"a\": \"x\\\"y\\\\\", \"b\": [1, {\"c\": null}], \"d\": true, \"e\": {}, \"f\": [],\n\"é\": -1.5e3 } rest";
        let (parsed, end) = read_json(text).unwrap().unwrap();
        assert_eq!(&text[end..], " rest");
        let shown: Vec<(&str, &str)> =
            parsed.fields.iter().map(|field| (field.name.as_str(), &text[field.node.span.start..field.node.span.end])).collect();
        assert_eq!(shown, [("a", "\"x\\\"y\\\\\""), ("b", "[1, {\"c\": null}]"), ("d", "true"), ("e", "{}"), ("f", "[]"), ("é", "-1.5e3")]);
        assert_eq!(parsed.fields[0].node.text(), Some("x\"y\\"));
    }

    #[test]
    fn faults_and_repetitions_have_places() {
        let text = "{\n  \"a\": 1,\n  \"b\": oops\n}";
        let (reason, span) = read_json(text).unwrap().unwrap_err();
        assert!(text[span.start..].starts_with("oops") && !reason.contains("line"), "{reason} {span:?}");
        let (parsed, _) = read_json("{\"a\": 1, \"a\": 2}").unwrap().unwrap();
        assert_eq!((parsed.repeated, parsed.fields[0].node.text()), (vec![("a".to_owned(), Span::new(9, 12))], Some("2")));
    }

    #[test]
    fn braces_in_prose_are_no_object() {
        for text in ["{{ x }}", "{% x %}", "{word} and", "x"] {
            assert!(read_json(text).is_none(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\{\"[\\PC\n]{0,40}") {
            let _ = read_json(&text);
        }

        #[test]
        fn any_object_is_read_as_serde_json_reads_it(name in "\\PC{0,8}", value in "\\PC{0,8}") {
            let text = serde_json::json!({ "k": [value, {"n": name}] }).to_string();
            let (parsed, end) = read_json(&text).unwrap().unwrap();
            proptest::prop_assert_eq!(end, text.len());
            let Value::List(nodes) = &parsed.fields[0].node.value else { panic!() };
            proptest::prop_assert_eq!(&nodes[0].value, &Value::Text(value));
            proptest::prop_assert_eq!(&nodes[1].get("n").unwrap().value, &Value::Text(name));
        }
    }
}
