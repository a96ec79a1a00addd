//! Where code stands in a text.

use crate::body::markdown::options;
use crate::entry::Markup;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use std::ops::Range;

/// How code is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A fence, a span, an element.
    Marked,
    /// By spaces alone.
    Indented,
}

/// The places of code, in their order.
#[derive(Debug, Default)]
pub struct Code {
    places: Vec<(Range<usize>, Kind)>,
}

impl Code {
    pub fn find(text: &str, markup: Markup) -> Code {
        let mut places = Vec::new();
        if markup != Markup::Html {
            for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
                match event {
                    Event::Code(_) | Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => places.push((range, Kind::Marked)),
                    // MDX has no indented code.
                    Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) if markup != Markup::Mdx => places.push((range, Kind::Indented)),
                    _ => {}
                }
            }
        }
        let has_elements = memchr::memmem::find(text.as_bytes(), b"<").is_some();
        for name in if has_elements { ["pre", "code", "script", "style"].as_slice() } else { &[] } {
            let (open, close) = (format!("<{name}"), format!("</{name}"));
            let mut from = 0;
            while let Some(start) = text.get(from..).and_then(|rest| rest.find(&open)).map(|at| from + at) {
                let end = text.get(start..).and_then(|rest| rest.find(&close)).map_or(text.len(), |at| start + at);
                let is_name = text.get(start + open.len()..).is_some_and(|rest| rest.starts_with(['>', ' ', '\n', '\t']));
                if is_name {
                    places.push((start..end, Kind::Marked));
                }
                from = if is_name { end } else { start + open.len() };
            }
        }
        places.sort_by_key(|(range, _)| (range.start, range.end));
        // A place within another one adds nothing.
        let mut end = 0;
        places.retain(|(range, _)| {
            let is_new = range.end > end;
            end = end.max(range.end);
            is_new
        });
        Code { places }
    }

    /// The places of code in MDX, where spaces mean nothing: fences, spans, and TeX.
    pub fn find_in_mdx(text: &str) -> Code {
        let mut places = Vec::new();
        let mut at = 0;
        let mut fence: Option<(usize, &str)> = None;
        // A span ends in its own paragraph.
        let mut paragraph = 0;
        for line in text.split_inclusive('\n') {
            let end = at + line.len();
            let words = line.trim();
            let marks = ["`", "~"].iter().map(|mark| words.len() - words.trim_start_matches(mark).len()).max().unwrap_or(0);
            match fence {
                Some((start, open)) if words.starts_with(open) && words.trim_start_matches(['`', '~']).is_empty() => {
                    places.push((start..end, Kind::Marked));
                    (fence, paragraph) = (None, end);
                }
                Some(_) => {}
                None if marks >= 3 => {
                    spans(text, paragraph..at, &mut places);
                    fence = words.get(..marks).map(|open| (at, open));
                }
                None if words.is_empty() => {
                    spans(text, paragraph..end, &mut places);
                    paragraph = end;
                }
                None => {}
            }
            at = end;
        }
        match fence {
            Some((start, _)) => places.push((start..text.len(), Kind::Marked)),
            None => spans(text, paragraph..text.len(), &mut places),
        }
        Code { places }
    }

    /// How the byte at this place is marked as code, and where that code ends.
    pub fn at(&self, at: usize) -> Option<(Kind, usize)> {
        let after = self.places.partition_point(|(range, _)| range.start <= at);
        let (range, kind) = self.places.get(after.checked_sub(1)?)?;
        range.contains(&at).then_some((*kind, range.end))
    }
}

/// The spans of code and TeX in a paragraph.
fn spans(text: &str, paragraph: Range<usize>, places: &mut Vec<(Range<usize>, Kind)>) {
    let bytes = text.as_bytes();
    let mut at = paragraph.start;
    while let Some(start) = bytes.get(at..paragraph.end).and_then(|rest| memchr::memchr2(b'`', b'$', rest)).map(|found| at + found) {
        let mark = bytes.get(start).copied().unwrap_or_default();
        let run = |from: usize| bytes.get(from..paragraph.end).unwrap_or_default().iter().take_while(|byte| **byte == mark).count();
        let length = run(start);
        let mut next = start + length;
        let end = loop {
            match bytes.get(next..paragraph.end).and_then(|rest| memchr::memchr(mark, rest)).map(|found| next + found) {
                Some(found) if run(found) == length => break Some(found + length),
                Some(found) => next = found + run(found),
                None => break None,
            }
        };
        // A price is no formula.
        let is_code = mark == b'`' || end.is_some_and(|end| text.get(start..end).is_some_and(|tex| tex.contains(['\\', '^', '_'])));
        match end.filter(|_| is_code) {
            Some(end) => {
                places.push((start..end, Kind::Marked));
                at = end;
            }
            None => at = start + length,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, markup: Markup) -> String {
        let code = Code::find(text, markup);
        text.char_indices()
            .map(|(at, c)| match code.at(at) {
                Some((Kind::Marked, _)) => 'c',
                Some((Kind::Indented, _)) => 'i',
                None => c,
            })
            .collect::<String>()
            .split_inclusive(|c| c != 'c' && c != 'i')
            .collect()
    }

    #[test]
    fn fences_spans_and_elements_are_code() {
        assert_eq!(marked("x `y` z", Markup::Markdown), "x ccc z");
        assert_eq!(marked("x\n\n~~~\ny\n~~~\n\nz", Markup::Markdown).matches('c').count(), 9);
        assert_eq!(marked("x\n\n    y\n\nz", Markup::Markdown).matches('i').count(), 2);
        assert_eq!(marked("x\n\n    y\n\nz", Markup::Mdx).matches('i').count(), 0);
        assert_eq!(marked("<pre>y</pre><prefix>z", Markup::Html), "cccccc</pre><prefix>z");
        assert_eq!(marked("`y`", Markup::Html), "`y`");
        assert_eq!(marked("<code>y", Markup::Html), "ccccccc");
    }

    #[test]
    fn code_in_mdx_may_be_indented() {
        let marked = |text: &str| {
            let code = Code::find_in_mdx(text);
            text.char_indices().map(|(at, c)| if code.at(at).is_some() { '.' } else { c }).collect::<String>()
        };
        assert_eq!(marked("a `{b}` c"), "a ..... c");
        assert_eq!(marked("    ```js\n    {a}\n    ```\n{b}").replace('.', ""), "{b}");
        assert_eq!(marked("    {a}"), "    {a}");
        assert_eq!(marked("x $a_{1}$ y costs $5 and {z} $6"), "x ....... y costs $5 and {z} $6");
        assert_eq!(marked("~~~\n{a}"), "~~~\n{a}".replace(|c| c != 'q', "."));
        assert_eq!(marked("a ` b\n\nc ` {d}"), "a ` b\n\nc ` {d}");
    }
}
