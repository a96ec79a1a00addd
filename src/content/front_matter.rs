//! Finds the front matter of a source, whatever its dialect, and reads it.

use super::json::{read_json, read_json_at};
use super::lines::{key_of, read_lines};
use super::names::is_meant;
use super::toml::read_toml;
use super::value::{Fault, Field, Node, Parsed, Value};
use super::yaml::read_yaml;
use crate::body::{Cleaned, clean_for_xml, forbidden};
use crate::diagnostic::{Diagnostic, Source, Span};
use std::ops::Range;

/// How the front matter is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    Toml,
    Yaml,
    Json,
    /// `Key: value` lines (MultiMarkdown, Pelican).
    Lines,
    #[default]
    Nothing,
}

/// The front matter and where the body begins.
#[derive(Debug, Default)]
pub struct FrontMatter {
    pub syntax: Syntax,
    pub fields: Vec<Field>,
    pub body_start: usize,
}

/// Reads the front matter of a source, without the characters that XML forbids. An error in it leaves the fields empty.
pub fn read_front_matter(source: &Source) -> (FrontMatter, Vec<Diagnostic>) {
    let (mut front_matter, mut faults) = parse(source);
    let head = source.text.get(..front_matter.body_start).unwrap_or_default();
    if let Some(cleaned) = Cleaned::new(head) {
        // The parsers refuse such characters, each in its own words: read again without them.
        let body = source.text.get(front_matter.body_start..).unwrap_or_default();
        let clean = Source { path: source.path.clone(), text: format!("{}{body}", cleaned.text) };
        (front_matter, faults) = parse(&clean);
        front_matter.body_start = cleaned.original(front_matter.body_start);
        // Those of the body are told with the body.
        let told = cleaned.removed.iter().filter(|(at, _)| *at < front_matter.body_start).take(MAX_TOLD);
        faults.extend(told.map(|(at, c)| Diagnostic::control_removed(*c).at(source, Span::new(*at, at + c.len_utf8()))));
    }
    // Only an escape (`"\u0008"`) can still stand for such a character.
    if memchr::memchr(b'\\', head.as_bytes()).is_some() {
        for field in &mut front_matter.fields {
            clean(&mut field.node, source, &mut faults);
        }
    }
    (front_matter, faults)
}

/// Places of forbidden characters that are told, at most.
const MAX_TOLD: usize = 20;

/// Takes out what escapes stand for.
fn clean(node: &mut Node, source: &Source, faults: &mut Vec<Diagnostic>) {
    match &mut node.value {
        Value::Text(text) | Value::Bare(text) => {
            let found = forbidden(text).next();
            if let Some((_, c)) = found {
                faults.push(Diagnostic::control_removed(c).at(source, node.span));
                *text = clean_for_xml(text).into_owned();
            }
        }
        Value::List(nodes) => nodes.iter_mut().for_each(|node| clean(node, source, faults)),
        Value::Table(fields) => fields.iter_mut().for_each(|field| clean(&mut field.node, source, faults)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn parse(source: &Source) -> (FrontMatter, Vec<Diagnostic>) {
    let text = source.text.as_str();
    let mut faults = Vec::new();
    // Hugo and Zola let blank lines stand before it.
    let blank = text.len() - text.trim_start().len();
    let lead = text[..blank].rfind('\n').map_or(0, |at| at + 1);
    let first = text[lead..].split_inclusive('\n').next().unwrap_or_default();
    let start = lead + first.len();
    let end = closing_line(text, first, start);
    let front_matter = match (first.trim_end(), end) {
        ("+++", Some(end)) => fenced(source, start..end.start, end.end, Syntax::Toml, &mut faults),
        ("+++", None) => {
            faults.push(unclosed(source, lead, start));
            nothing(text.len())
        }
        ("---", Some(end)) if lead == 0 || looks_like_keys(&text[start..]) => {
            fenced(source, start..end.start, end.end, Syntax::Yaml, &mut faults)
        }
        // Eleventy and Docusaurus (gray-matter): the language stands behind the mark.
        // Those generators read it as they read YAML.
        ("---json" | "--- json", Some(end)) => {
            FrontMatter { syntax: Syntax::Yaml, ..fenced(source, start..end.start, end.end, Syntax::Json, &mut faults) }
        }
        ("---toml" | "--- toml", Some(end)) => {
            FrontMatter { syntax: Syntax::Yaml, ..fenced(source, start..end.start, end.end, Syntax::Toml, &mut faults) }
        }
        ("---yaml" | "--- yaml" | "---yml", Some(end)) => fenced(source, start..end.start, end.end, Syntax::Yaml, &mut faults),
        ("---js" | "--- js" | "---javascript" | "--- javascript", Some(end)) => {
            // An object of plain values is YAML, too; nothing is run.
            let mut found = Vec::new();
            let read = fenced(source, start..end.start, end.end, Syntax::Yaml, &mut found);
            if found.is_empty() && text[start..].trim_start().starts_with('{') {
                read
            } else {
                let reason = "tidings runs no programs; write it as YAML or JSON";
                let place = Span::new(lead, lead + first.trim_end().len());
                faults.push(Diagnostic::front_matter_invalid("JavaScript", reason).at(source, place));
                nothing(end.end)
            }
        }
        // A file that opens with a thematic break has no front matter, one that goes on with keys has.
        ("---", _) if lead == 0 && looks_like_keys(&text[start..]) => {
            faults.push(unclosed(source, lead, start));
            nothing(text.len())
        }
        (line, _) if meant_mark(line).is_some() && opens_fields(&text[start..]) => {
            faults.extend(wrong_mark(source, lead..start));
            nothing(text.len())
        }
        _ if text.starts_with('{') => json(source, &mut faults),
        _ => match read_lines(text) {
            Some((parsed, body_start)) => {
                let fields = told(source, parsed, "last", &mut faults);
                FrontMatter { syntax: Syntax::Lines, fields, body_start }
            }
            None => nothing(0),
        },
    };
    (front_matter, faults)
}

/// The fields, after the keys that are written twice were told.
fn told(source: &Source, parsed: Parsed, which: &str, faults: &mut Vec<Diagnostic>) -> Vec<Field> {
    faults.extend(parsed.repeated.iter().map(|(name, span)| Diagnostic::key_repeated(name, which).at(source, *span)));
    parsed.fields
}

fn nothing(body_start: usize) -> FrontMatter {
    FrontMatter { syntax: Syntax::Nothing, fields: Vec::new(), body_start }
}

/// The line that closes the front matter that the line `first` opens; `from` is where the next one begins.
fn closing_line(text: &str, first: &str, from: usize) -> Option<Range<usize>> {
    let marks: &[&str] = match first.get(..3)? {
        "+++" => &["\n+++"],
        "---" => &["\n---", "\n..."],
        _ => return None,
    };
    // From the end of the first line on.
    let from = from - 1;
    let mut closing: Option<Range<usize>> = None;
    for mark in marks {
        let until = closing.as_ref().map_or(text.len(), |line| line.start);
        let lines = memchr::memmem::find_iter(&text.as_bytes()[from..until], mark).map(|at| {
            let start = from + at + 1;
            start..memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |length| start + length + 1)
        });
        closing = lines.into_iter().find(|line| text[line.clone()].trim_end() == &mark[1..]).or(closing);
    }
    closing
}

/// What keeps front matter open: a line that nearly closes it, else that there is none.
fn unclosed(source: &Source, lead: usize, start: usize) -> Diagnostic {
    let mark = &source.text[lead..lead + 3];
    wrong_mark(source, start..source.text.len())
        .unwrap_or_else(|| Diagnostic::front_matter_unclosed(mark).at(source, Span::new(lead, lead + 3)))
}

/// The mark that a line was meant to be: it is too short or too long, or an editor made one dash of several.
fn meant_mark(line: &str) -> Option<&'static str> {
    let is_of = |marks: &[char]| !line.is_empty() && line.chars().all(|c| marks.contains(&c));
    match line {
        "---" | "+++" | "-" | "+" => None,
        _ if is_of(&['-', '–', '—']) => Some("---"),
        _ if is_of(&['+']) => Some("+++"),
        _ => None,
    }
}

/// Points at the first line in the range that was meant to be a mark.
fn wrong_mark(source: &Source, range: Range<usize>) -> Option<Diagnostic> {
    let mut at = range.start;
    for line in source.text.get(range)?.split_inclusive('\n') {
        let shown = line.trim_end();
        if let Some(mark) = meant_mark(shown) {
            return Some(Diagnostic::front_matter_mark(shown, mark).at(source, Span::new(at, at + shown.len())));
        }
        at += line.len();
    }
    None
}

/// Whether a text begins with a field that we know: a letter may well begin with a line of dashes.
fn opens_fields(text: &str) -> bool {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.split_once([':', '=']).is_some_and(|(key, _)| is_meant(key.trim()))
}

fn looks_like_keys(text: &str) -> bool {
    text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).is_some_and(|line| key_of(line).is_some())
}

fn fenced(source: &Source, range: Range<usize>, body_start: usize, syntax: Syntax, faults: &mut Vec<Diagnostic>) -> FrontMatter {
    let start = range.start;
    let head = &source.text[range];
    let (name, which, read) = match syntax {
        Syntax::Toml => ("TOML", "first", read_toml(head, start)),
        Syntax::Json => ("JSON", "last", read_json_at(head, start).map_err(|fault| vec![fault])),
        _ => ("YAML", "last", read_yaml(head, start).map_err(|fault| vec![fault])),
    };
    let fields = match read {
        Ok(parsed) => told(source, parsed, which, faults),
        Err(wrong) => {
            // A line that should have closed it makes faults of all that follows.
            if let Some(fault) = wrong_mark(source, start..start + head.len()) {
                faults.push(fault);
                return nothing(body_start);
            }
            let fault = |(reason, span): Fault| Diagnostic::front_matter_invalid(name, &reason).at(source, span);
            faults.extend(wrong.into_iter().map(fault));
            Vec::new()
        }
    };
    FrontMatter { syntax, fields, body_start }
}

fn json(source: &Source, faults: &mut Vec<Diagnostic>) -> FrontMatter {
    let text = source.text.as_str();
    match read_json(text) {
        Some(Ok((parsed, end))) => {
            let fields = told(source, parsed, "last", faults);
            let rest = &text[end..];
            let line = rest.find('\n').map_or(rest.len(), |at| at + 1);
            let body_start = if rest[..line].trim().is_empty() { end + line } else { end };
            FrontMatter { syntax: Syntax::Json, fields, body_start }
        }
        Some(Err((reason, span))) => {
            faults.push(Diagnostic::front_matter_invalid("JSON", &reason).at(source, span));
            nothing(text.len())
        }
        None => nothing(0),
    }
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
            ("\n \n+++\ntitle = \"Hi\"\n+++\nBody\n", Syntax::Toml),
            ("\n---\ntitle: Hi\n---\nBody\n", Syntax::Yaml),
            ("---json\n{\"title\": \"Hi\"}\n---\nBody\n", Syntax::Yaml),
            ("---js\n{\n  title: \"Hi\",\n  tags: ['a', 'b'],\n}\n---\nBody\n", Syntax::Yaml),
            ("---toml\ntitle = \"Hi\"\n---\nBody\n", Syntax::Yaml),
            ("--- yaml\ntitle: Hi\n---\nBody\n", Syntax::Yaml),
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
        for text in [
            "{word} is not JSON\n",
            "Note: this is prose\nand goes on\n",
            "---\n\nA break first\n",
            "{{ x }}\n",
            "http://x.org\n\nx",
            "Dear all: hello\n\nx",
        ] {
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

    #[test]
    fn a_mark_that_is_none_is_told_at_its_line() {
        for (text, line, mark) in [
            ("--\ntitle: x\n---\nBody\n", 1, "---"),
            ("----\ntitle: x\n----\nBody\n", 1, "---"),
            ("—\ntitle: x\n—\nBody\n", 1, "---"),
            ("---\ntitle: x\n--\nBody\n", 3, "---"),
            ("---\ntitle: x\ntags:\n- a\n----\nBody\n\n---\n\nMore\n", 5, "---"),
            ("---\r\ntitle: x\r\n–-\r\nBody\r\n", 3, "---"),
            ("++\ntitle = 'x'\n+++\nBody\n", 1, "+++"),
            ("+++\ntitle = 'x'\n++\nBody\n\n+++\n", 3, "+++"),
        ] {
            let (front_matter, faults) = read(text);
            assert!(front_matter.fields.is_empty(), "{text}");
            assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["front-matter-mark"], "{text}");
            assert_eq!(faults[0].place.as_ref().map(|place| (place.line, place.column)), Some((line, 1)), "{text}");
            assert!(faults[0].help.contains(mark), "{text}: {}", faults[0].help);
        }
        for text in ["----\n\nA break first\n", "--\nAnn: hello\n", "---\ntitle: |\n  x\n  --\n---\n"] {
            assert_eq!(read(text).1, [], "{text}");
        }
    }

    #[test]
    fn programs_are_told() {
        for text in ["---js\nconst title = 'Hi';\n---\nBody\n", "---javascript\n{ title() { return 1 } }\n---\n", "---js\n[1]\n---\n"] {
            let (front_matter, faults) = read(text);
            assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["front-matter-invalid"], "{text}");
            assert!(front_matter.fields.is_empty() && faults[0].message.contains("JavaScript"), "{faults:?}");
        }
    }

    #[test]
    fn forbidden_characters_are_taken_out_and_told() {
        for text in [
            "---\ntitle: a\u{8}b\n---\nBody\u{8}",
            "+++\ntitle = \"a\u{8}b\"\n+++\nBody\u{8}",
            "{\"x\": 1,\n\"title\": \"a\u{8}b\"}\nBody\u{8}",
            "Date: 2024-05-01\nTitle: a\u{8}b\n\nBody\u{8}",
            "+++\ntitle = \"a\\u0008b\"\n+++\nBody\u{8}",
        ] {
            let (front_matter, faults) = read(text);
            assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["control-character"], "{text}");
            assert_eq!(faults[0].place.as_ref().unwrap().line, 2, "{text}");
            assert_eq!(find(&front_matter.fields, "title").unwrap().text(), Some("ab"), "{text}");
            assert_eq!(&text[front_matter.body_start..], "Body\u{8}", "{text}");
        }
    }

    #[test]
    fn repeated_keys_are_a_warning() {
        for text in ["---\ntitle: a\ntitle: b\n---\n", "+++\ntitle = 'a'\ntitle = 'b'\n+++\n", "Title: a\nTitle: b\n\n"] {
            let (front_matter, faults) = read(text);
            assert_eq!(faults.len(), 1, "{text}");
            assert!(!faults[0].is_error() && front_matter.fields.len() == 1, "{text}");
        }
    }
}
