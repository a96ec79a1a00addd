//! Finds the front matter of a source, whatever its dialect, and reads it.

use super::value::{Field, Node, Value};
use super::yaml::read_yaml;
use crate::diagnostic::{Diagnostic, Source, Span};

/// How the front matter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    Toml,
    Yaml,
    Json,
    /// `Key: value` lines (MultiMarkdown, Pelican).
    Lines,
    Nothing,
}

/// The front matter and where the body begins.
#[derive(Debug)]
pub struct FrontMatter {
    pub syntax: Syntax,
    pub fields: Vec<Field>,
    pub body_start: usize,
}

/// Reads the front matter of a source. A fault in it leaves the fields empty.
pub fn read_front_matter(source: &Source) -> (FrontMatter, Vec<Diagnostic>) {
    let text = source.text.as_str();
    let mut faults = Vec::new();
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    let front_matter = match first.trim_end() {
        "+++" => fenced(source, first.len(), "+++", Syntax::Toml, &mut faults),
        "---" if closes(text, first.len()) => fenced(source, first.len(), "---", Syntax::Yaml, &mut faults),
        // A file that opens with a thematic break has no front matter, one that goes on with keys has.
        "---" if looks_like_keys(&text[first.len()..]) => {
            faults.push(Diagnostic::front_matter_unclosed("---").at(source, Span::new(0, 3)));
            nothing(text.len())
        }
        _ if text.starts_with('{') && !text.starts_with("{{") && !text.starts_with("{%") => json(source, &mut faults),
        _ => lines(text).unwrap_or_else(|| nothing(0)),
    };
    (front_matter, faults)
}

fn nothing(body_start: usize) -> FrontMatter {
    FrontMatter { syntax: Syntax::Nothing, fields: Vec::new(), body_start }
}

fn is_close(line: &str, mark: &str) -> bool {
    let line = line.trim_end();
    line == mark || (mark == "---" && line == "...")
}

fn closes(text: &str, from: usize) -> bool {
    text[from..].lines().any(|line| is_close(line, "---"))
}

fn looks_like_keys(text: &str) -> bool {
    text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).is_some_and(|line| key_of(line).is_some())
}

fn fenced(source: &Source, start: usize, mark: &str, syntax: Syntax, faults: &mut Vec<Diagnostic>) -> FrontMatter {
    let text = source.text.as_str();
    let mut at = start;
    let mut end = None;
    for line in text[start..].split_inclusive('\n') {
        if is_close(line, mark) {
            end = Some((at, at + line.len()));
            break;
        }
        at += line.len();
    }
    let Some((end, body_start)) = end else {
        faults.push(Diagnostic::front_matter_unclosed(mark).at(source, Span::new(0, mark.len())));
        return nothing(text.len());
    };
    let head = &text[start..end];
    let read = match syntax {
        Syntax::Toml => read_toml(head, start).map_err(|fault| ("TOML", fault)),
        _ => read_yaml(head, start).map_err(|fault| ("YAML", fault)),
    };
    let fields = read.unwrap_or_else(|(name, (reason, span))| {
        faults.push(Diagnostic::front_matter_invalid(name, &reason).at(source, span));
        Vec::new()
    });
    FrontMatter { syntax, fields, body_start }
}

/// Reads TOML into the common tree; `base` is where the text begins in its source.
pub fn read_toml(text: &str, base: usize) -> Result<Vec<Field>, (String, Span)> {
    // The parser wants no carriage return outside a line's end, and knows CRLF itself.
    match toml::de::DeTable::parse(text) {
        Ok(table) => Ok(toml_fields(table.into_inner(), base)),
        Err(error) => {
            let range = error.span().unwrap_or(0..1);
            Err((error.message().lines().collect::<Vec<_>>().join(" "), Span::new(base + range.start, base + range.end)))
        }
    }
}

fn toml_fields(table: toml::de::DeTable<'_>, base: usize) -> Vec<Field> {
    table.into_iter().map(|(key, value)| Field { name: key.into_inner().into_owned(), node: toml_node(value, base) }).collect()
}

fn toml_node(value: toml::Spanned<toml::de::DeValue<'_>>, base: usize) -> Node {
    use toml::de::DeValue;
    let span = Span::new(base + value.span().start, base + value.span().end);
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => Value::Bare(number.to_string()),
        DeValue::Float(number) => Value::Bare(number.to_string()),
        DeValue::Boolean(flag) => Value::Bool(flag),
        DeValue::Datetime(date) => Value::Bare(date.to_string()),
        DeValue::Array(values) => Value::List(values.into_iter().map(|value| toml_node(value, base)).collect()),
        DeValue::Table(table) => Value::Table(toml_fields(table, base)),
    };
    Node { value, span }
}

fn json(source: &Source, faults: &mut Vec<Diagnostic>) -> FrontMatter {
    let text = source.text.as_str();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    match stream.next() {
        Some(Ok(serde_json::Value::Object(table))) => {
            let end = stream.byte_offset();
            let fields = table.into_iter().map(|(name, value)| {
                let needle = serde_json::Value::String(name.clone()).to_string();
                let at = text[..end].find(&needle).unwrap_or(0);
                Field { name, node: json_node(value, Span::new(at, at + needle.len())) }
            });
            let fields = fields.collect();
            let rest = &text[end..];
            let body_start = end + rest.find('\n').map_or(rest.len(), |at| if rest[..at].trim().is_empty() { at + 1 } else { 0 });
            FrontMatter { syntax: Syntax::Json, fields, body_start }
        }
        Some(Err(error)) => {
            let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = line_start + error.column().saturating_sub(1);
            faults.push(Diagnostic::front_matter_invalid("JSON", &error.to_string()).at(source, Span::new(at, at + 1)));
            nothing(text.len())
        }
        _ => nothing(0),
    }
}

fn json_node(value: serde_json::Value, span: Span) -> Node {
    let value = match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Bool(flag),
        serde_json::Value::Number(number) => Value::Bare(number.to_string()),
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(values) => Value::List(values.into_iter().map(|value| json_node(value, span)).collect()),
        serde_json::Value::Object(table) => {
            Value::Table(table.into_iter().map(|(name, value)| Field { name, node: json_node(value, span) }).collect())
        }
    };
    Node { value, span }
}

/// Keys that make a first block of `Key: value` lines front matter and not a letter's opening.
const LINE_KEYS: [&str; 14] = [
    "title",
    "date",
    "author",
    "authors",
    "tags",
    "category",
    "categories",
    "slug",
    "summary",
    "status",
    "lang",
    "modified",
    "keywords",
    "template",
];

/// `Key` of a `Key: value` line (Python-Markdown's meta extension: letters, digits, `_` and `-`).
fn key_of(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let trimmed = key.trim_start_matches(' ');
    let is_key =
        !trimmed.is_empty() && key.len() - trimmed.len() <= 3 && trimmed.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    // `http://…` is no key.
    (is_key && !value.starts_with("//")).then_some((trimmed, value))
}

fn lines(text: &str) -> Option<FrontMatter> {
    let mut fields: Vec<Field> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        if content.is_empty() {
            at += line.len();
            break;
        }
        if let Some((key, value)) = key_of(content) {
            let start = at + (content.len() - value.trim_start().len());
            let node = Node { value: Value::Text(value.trim().to_owned()), span: Span::new(start, at + content.len()) };
            fields.push(Field { name: key.to_ascii_lowercase(), node });
        } else if content.starts_with("    ") || content.starts_with('\t') {
            // A value may go on in indented lines, each one more value of a list.
            if let Value::Text(value) = &mut fields.last_mut()?.node.value {
                let separator = if value.is_empty() { "" } else { ", " };
                *value = format!("{value}{separator}{}", content.trim());
            }
        } else {
            return None;
        }
        at += line.len();
    }
    let is_known = |field: &Field| LINE_KEYS.contains(&field.name.as_str());
    fields.iter().any(is_known).then_some(FrontMatter { syntax: Syntax::Lines, fields, body_start: at })
}

#[cfg(test)]
mod tests {
    use super::super::value::find;
    use super::*;

    fn read(text: &str) -> (FrontMatter, Vec<Diagnostic>) {
        read_front_matter(&Source::new("a.md", text))
    }

    #[test]
    fn every_syntax_gives_the_same_title_and_body() {
        for (text, syntax) in [
            ("---\ntitle: Hi\n---\nBody\n", Syntax::Yaml),
            ("---\r\ntitle: Hi\r\n---\r\nBody\n", Syntax::Yaml),
            ("---\ntitle: Hi\n...\nBody\n", Syntax::Yaml),
            ("+++\ntitle = \"Hi\"\n+++\nBody\n", Syntax::Toml),
            ("+++\r\ntitle = \"Hi\"\r\n+++\r\nBody\n", Syntax::Toml),
            ("{\"title\": \"Hi\"}\nBody\n", Syntax::Json),
            ("Title: Hi\nTags: a, b\n\nBody\n", Syntax::Lines),
        ] {
            let (front_matter, faults) = read(text);
            assert!(faults.is_empty(), "{text}: {faults:?}");
            assert_eq!(front_matter.syntax, syntax, "{text}");
            assert_eq!(find(&front_matter.fields, "title").unwrap().text(), Some("Hi"), "{text}");
            assert_eq!(&text[front_matter.body_start..], "Body\n", "{text}");
        }
    }

    #[test]
    fn prose_is_not_front_matter() {
        for text in
            ["Note: this is prose\nand goes on\n", "---\n\nA break first\n", "{{ x }}\n", "http://x.org\n\nx", "Dear all: hello\n\nx"]
        {
            assert_eq!(read(text).0.body_start, 0, "{text}");
        }
    }

    #[test]
    fn an_open_head_is_told_once_at_its_start() {
        for text in ["+++\ntitle = 1\n", "---\ntitle: x\n"] {
            let (_, faults) = read(text);
            assert_eq!(faults.len(), 1);
            assert_eq!(faults[0].code, "front-matter-unclosed");
        }
    }
}
