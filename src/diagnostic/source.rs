//! Content files as read, and places in them.

use super::Place;
use std::sync::Arc;

/// A range of bytes in a source's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }
}

/// Where a source is: below the content folder, and as shown to the user. Copies share the text: each head has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourcePath {
    /// Below the content folder, with `/` between folders on every system.
    pub relative: Arc<str>,
    /// As the user would type it.
    pub display: Arc<str>,
}

/// A content file: its path and its text (UTF-8, without a byte order mark).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub path: SourcePath,
    pub text: String,
}

impl Source {
    pub fn new(relative: &str, text: impl Into<String>) -> Self {
        let path = SourcePath { relative: relative.into(), display: relative.into() };
        Source { path, text: text.into() }
    }

    /// The line and column of `span`, with the text of its line.
    pub fn place(&self, span: Span) -> Place {
        let start = floor_char(&self.text, span.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let line = &self.text[line_start..line_end];
        let end = floor_char(&self.text, span.end.clamp(start, line_end)).max(start);
        // A snippet is for reading: a line of a megabyte isn't.
        let from = floor_char(&self.text, start.saturating_sub(60)).max(line_start);
        let from = if line.len() <= 160 { line_start } else { from };
        let to = if line.len() <= 160 { line_end } else { floor_char(&self.text, (start + 100).min(line_end)) };
        Place {
            line: self.text[..start].matches('\n').count() + 1,
            column: self.text[line_start..start].chars().count() + 1,
            snippet: self.text[from..to].trim_end_matches('\r').to_owned(),
            range: start - from..end.min(to) - from,
        }
    }
}

fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_counts_lines_from_one_and_columns_in_characters() {
        let source = Source::new("a.md", "één\nsecond é here\n");
        let place = source.place(Span::new(16, 20));
        assert_eq!((place.line, place.column), (2, 10));
        assert_eq!(&place.snippet[place.range.clone()], "here");
    }

    #[test]
    fn place_survives_spans_outside_the_text() {
        let place = Source::new("a.md", "é").place(Span::new(1, 99));
        assert_eq!((place.line, place.column), (1, 1));
    }
}
