//! Front matter as `Key: value` lines on top of a file (MultiMarkdown, Pelican).

use super::value::{Field, Node, Parsed, Value};
use crate::diagnostic::Span;

/// Keys that make a first block of `Key: value` lines front matter and not a letter's opening.
const KNOWN: [&str; 14] = [
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

/// The fields, and where the body begins; `None` if the text doesn't begin with such lines.
pub fn read_lines(text: &str) -> Option<(Parsed, usize)> {
    let mut parsed = Parsed::default();
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
            let name = key.to_ascii_lowercase();
            match parsed.fields.iter_mut().find(|field| field.name == name) {
                Some(known) => {
                    known.node = node;
                    parsed.repeated.push((name, Span::new(at, at + content.len())));
                }
                None => parsed.fields.push(Field { name, node }),
            }
        } else if content.starts_with("    ") || content.starts_with('\t') {
            // A value may go on in indented lines: each is one more value of a list, or more of a text.
            let field = parsed.fields.last_mut()?;
            let is_list = ["tags", "keywords", "authors", "categories"].contains(&field.name.as_str());
            if let Value::Text(value) = &mut field.node.value {
                let separator = match value.as_str() {
                    "" => "",
                    _ if is_list => ", ",
                    _ => " ",
                };
                *value = format!("{value}{separator}{}", content.trim());
            }
        } else {
            return None;
        }
        at += line.len();
    }
    let is_known = |field: &Field| KNOWN.contains(&field.name.as_str());
    parsed.fields.iter().any(is_known).then_some((parsed, at))
}

/// `Key` of a `Key: value` line (Python-Markdown's meta extension: letters, digits, `_` and `-`).
pub fn key_of(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let trimmed = key.trim_start_matches(' ');
    let is_key =
        !trimmed.is_empty() && key.len() - trimmed.len() <= 3 && trimmed.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    // `http://…` is no key.
    (is_key && !value.starts_with("//")).then_some((trimmed, value))
}

#[cfg(test)]
mod tests {
    use super::super::value::find;
    use super::*;

    #[test]
    fn values_go_on_in_indented_lines() {
        let text = "Title: A\nAuthors: Ann\n    Bob\nDate: 2024-05-01\n\nBody";
        let (parsed, at) = read_lines(text).unwrap();
        assert_eq!(find(&parsed.fields, "authors").unwrap().text(), Some("Ann, Bob"));
        let date = find(&parsed.fields, "date").unwrap().span;
        assert_eq!((&text[date.start..date.end], &text[at..]), ("2024-05-01", "Body"));
    }

    #[test]
    fn a_repeated_key_is_told_and_its_last_value_counts() {
        let (parsed, _) = read_lines("Title: A\nTitle: B\n").unwrap();
        assert_eq!(parsed.repeated, [("title".to_owned(), Span::new(9, 17))]);
        assert_eq!(find(&parsed.fields, "title").unwrap().text(), Some("B"));
    }

    #[test]
    fn letters_and_prose_have_no_fields() {
        for text in ["Dear all: hello\n\nx", "Note: x\nand on\n", "http://x.org\n", "", "    Title: x\n"] {
            assert!(read_lines(text).is_none(), "{text}");
        }
    }
}
