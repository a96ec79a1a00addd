//! What generators have beside CommonMark and what must not reach a reader: attribute lists (`{: .wide}`), marks of a table
//! of contents, comments of kramdown, formulas between `\(` and `\)`.

use std::ops::Range;

/// Marks that generators replace by the table of contents.
const CONTENTS: [&str; 3] = ["[TOC]", "[[TOC]]", "[[_TOC_]]"];

/// Whether a closer look is worthwhile. No branch in the loop, so that many bytes are compared at once.
pub fn may_have_extras(text: &str) -> bool {
    let bytes = text.as_bytes();
    let second = bytes.get(1..).unwrap_or_default();
    let pairs = bytes.iter().zip(second).zip(bytes.get(2..).unwrap_or_default());
    pairs.fold(false, |found, ((a, b), c)| {
        let is_list = (*a == b'{') & (*b == b':');
        let is_math = (*a == b'\\') & ((*b == b'(') | (*b == b'['));
        let is_contents = (*a == b'[') & ((*b == b'[') | (*b == b'!') | ((*b | 0x20 == b't') & (*c | 0x20 == b'o')));
        found | is_list | is_math | is_contents
    })
}

/// The first line of a box whose title its author wrote, or whose kind is none of GitHub's (`[!NOTE] Title`, `[!faq]- Title`):
/// kind, title and length.
pub fn callout(paragraph: &str) -> Option<(&str, &str, usize)> {
    let line = paragraph.lines().next()?;
    let (kind, title) = line.strip_prefix("[!")?.split_once(']')?;
    let is_kind = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_kind.then(|| (kind, title.trim_start_matches(['+', '-']).trim(), line.len()))
}

/// Whether lines begin with the colon of a definition, and none with another: the parser takes `:tada:` for one.
pub fn has_definitions(text: &str) -> bool {
    let bytes = text.as_bytes();
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    let may_have = pairs.fold(false, |found, (a, b)| found | ((*a == b'\n') & (*b == b':')));
    may_have && text.match_indices("\n:").all(|(at, _)| text[at + 2..].starts_with([' ', '\t']))
}

/// An attribute list, as far as it matters: what makes links and pictures work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    pub id: Option<String>,
    pub width: Option<String>,
    pub height: Option<String>,
    /// Whether nothing else looks like it: it has classes, an id or values.
    pub is_certain: bool,
}

/// The attribute list at the start of a text, and its length: `{: #id .class width="300"}`.
pub fn attribute_list(text: &str) -> Option<(Attributes, usize)> {
    let inner = text.strip_prefix("{:")?;
    // `{::comment}` and `{:/}` are no lists.
    if inner.starts_with([':', '/']) {
        return None;
    }
    let mut quote = None;
    let end = inner.char_indices().find(|(_, c)| match quote {
        Some(open) => {
            if *c == open {
                quote = None;
            }
            false
        }
        None if matches!(c, '"' | '\'') => {
            quote = Some(*c);
            false
        }
        None => matches!(c, '}' | '\n'),
    });
    let end = end.filter(|(_, c)| *c == '}')?.0;
    let is_certain = inner.trim_start().starts_with(['.', '#']) || ["=\"", "='"].iter().any(|mark| inner[..end].contains(mark));
    let mut found = Attributes { is_certain, ..Attributes::default() };
    for part in inner[..end].split_whitespace() {
        let value = |name: &str| part.strip_prefix(name)?.strip_prefix('=').map(|value| value.trim_matches(['"', '\'']).to_owned());
        if let Some(id) = part.strip_prefix('#') {
            found.id = Some(id.to_owned());
        } else if let Some(id) = value("id") {
            found.id = Some(id);
        } else if let Some(width) = value("width") {
            found.width = Some(width);
        } else if let Some(height) = value("height") {
            found.height = Some(height);
        }
    }
    Some((found, "{:".len() + end + 1))
}

/// Whether a text is attribute lists and nothing else; the last one's attributes.
pub fn only_attributes(text: &str) -> Option<Attributes> {
    let mut rest = text.trim();
    let mut found = None;
    while !rest.is_empty() {
        let (attributes, length) = attribute_list(rest)?;
        found = Some(attributes);
        rest = rest[length..].trim_start();
    }
    found
}

/// A paragraph that stands for the table of contents.
pub fn is_contents_mark(paragraph: &str) -> bool {
    CONTENTS.iter().any(|mark| paragraph.trim().eq_ignore_ascii_case(mark))
}

/// A list that kramdown replaces by the table of contents: one line, then `{:toc}`.
pub fn is_contents_list(list: &str) -> bool {
    let lines: Vec<&str> = list.trim_end().lines().collect();
    matches!(lines.as_slice(), [_, last] if {
        let last = last.trim().trim_start_matches(['>', ' ']);
        last.starts_with("{:") && last.ends_with('}') && last.trim_matches(['{', ':', '}', ' ']).split([' ', '.', '#']).next() == Some("toc")
    })
}

/// How long the extension of kramdown at the start of a text is: a comment with what is in it, else the tag alone.
pub fn extension(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("{:")?;
    if !rest.starts_with([':', '/']) {
        return None;
    }
    let end = rest.find('}').filter(|end| !rest[..*end].contains('\n'))?;
    let tag = "{:".len() + end + 1;
    if rest.starts_with(":comment") && !rest[..end].ends_with('/') {
        let close = ["{:/comment}", "{:/}"].iter().filter_map(|mark| text[tag..].find(mark).map(|at| (at, mark.len()))).min()?;
        return Some(tag + close.0 + close.1);
    }
    Some(tag)
}

/// The formula that begins at `at`, where the source has `\(`, `\[`, or the same with two backslashes, as those write it
/// who know what Markdown does to it: its range in the source, marks and all.
pub fn formula(source: &str, at: usize, end: usize) -> Option<Range<usize>> {
    let text = source.get(at..end)?;
    let text = text.split("\n\n").next().unwrap_or(text);
    let (close, is_inline) = match text {
        _ if text.starts_with("\\\\(") => ("\\\\)", true),
        _ if text.starts_with("\\\\[") => ("\\\\]", false),
        _ if text.starts_with("\\(") => ("\\)", true),
        _ if text.starts_with("\\[") => ("\\]", false),
        _ => return None,
    };
    let length = text.get(close.len()..)?.find(close)?;
    let inner = &text[close.len()..close.len() + length];
    // Brackets may be escaped for other reasons: `\[1\]`, `file\(s\)`.
    let has_signs = inner.contains(['\\', '^', '_', '=']);
    let is_name = is_inline && (1..=3).contains(&inner.trim().len()) && inner.trim().chars().all(|c| c.is_ascii_alphanumeric());
    let has_sum = is_inline && inner.contains(['+', '<', '>', '|', '*', '/']) && inner.len() < 80;
    let stands_alone = !source[..at].ends_with(|c: char| c.is_alphanumeric());
    (stands_alone && (has_signs || is_name || has_sum)).then(|| at..at + length + 2 * close.len())
}

/// Whether a dollar between which and the next one a formula would stand is one of a price: `$5–$10`, `US$5/US$6`.
pub fn is_price(source: &str, range: &Range<usize>) -> bool {
    let before = source.get(..range.start).and_then(|text| text.chars().next_back());
    let after = source.get(range.end..).and_then(|text| text.chars().next());
    [before, after].into_iter().flatten().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attribute_lists_are_told_from_braces() {
        let width = Attributes { width: Some("300".into()), is_certain: true, ..Attributes::default() };
        assert_eq!(attribute_list("{: .a width=\"300\" } x"), Some((width, 19)));
        assert_eq!(only_attributes("{:.a}\n{: #top}").and_then(|found| found.id).as_deref(), Some("top"));
        assert_eq!(attribute_list("{: title=\"a } b\"}x").map(|(_, length)| length), Some(17));
        for text in ["{:", "{: \n}", "{::comment}", "{:/}", "{ : x}", "{: title=\"a }"] {
            assert_eq!(attribute_list(text), None, "{text}");
        }
        assert_eq!(only_attributes("{:.a} x"), None);
    }

    #[test]
    fn marks_of_the_contents_are_found() {
        for list in ["* TOC\n{:toc}", "1. Contents\n{: toc .no}\n", "- x\n  {:toc}"] {
            assert!(is_contents_list(list), "{list}");
        }
        for list in ["* TOC", "* a\n* {:toc}\n* b", "* a\n{:.tocx}", "* a\n{:.x}"] {
            assert!(!is_contents_list(list), "{list}");
        }
        assert!(is_contents_mark(" [toc] ") && !is_contents_mark("[TOC] x"));
    }

    #[test]
    fn formulas_are_told_from_brackets() {
        let found = |text: &str| formula(text, text.find('\\').unwrap(), text.len()).map(|range| text[range].to_owned());
        for text in ["\\(x\\)", "\\(a_1 + b\\)", "\\\\(a_1\\\\)", "\\[ x^2 \\]", "\\\\[\\frac12\\\\]"] {
            assert_eq!(found(&format!("so {text} is")).as_deref(), Some(text));
        }
        for text in ["\\[1\\]", "file\\(s\\)", "\\(the appendix\\)", "\\(open", "\\(x\n\ny=\\)", "\\[citation needed\\]"] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn prices_are_no_formulas() {
        let is = |text: &str| {
            let start = text.find('$').unwrap();
            is_price(text, &(start..text.rfind('$').unwrap() + 1))
        };
        assert!(is("from $5–$10") && is("US$5$ x") && is("$HOME/$USER"));
        assert!(!is("so $x$, and") && !is("$x$"));
    }

    #[test]
    fn extensions_end_where_they_say() {
        assert_eq!(extension("{::comment}\nx\n{:/comment}y"), Some(25));
        assert_eq!(extension("{::nomarkdown}x"), Some(14));
        assert_eq!(extension("{:/}x"), Some(4));
        assert_eq!(extension("{::options a=\"b\" /}"), Some(19));
        assert_eq!(extension("{::comment}never closed"), None);
    }
}
