//! The translated text, which knows where each byte comes from.

use std::ops::Range;

/// Where a run of bytes comes from.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// In the output.
    start: usize,
    /// In the source.
    source: usize,
    /// Whether it is the source's own text; else it all stands for one place.
    is_copy: bool,
}

/// A text under way.
#[derive(Debug, Default)]
pub struct Output {
    pub text: String,
    segments: Vec<Segment>,
}

/// An address that leads nowhere: a link to it is none.
pub const NOWHERE: &str = "about:blank";

impl Output {
    /// Goes on with a part of the source as it is.
    pub fn copy(&mut self, source: &str, range: Range<usize>) {
        if let Some(text) = source.get(range.clone()).filter(|text| !text.is_empty()) {
            self.segments.push(Segment { start: self.text.len(), source: range.start, is_copy: true });
            self.text.push_str(text);
        }
    }

    /// Goes on with a text that stands for something at that place of the source.
    pub fn insert(&mut self, text: &str, source: usize) {
        if !text.is_empty() {
            self.segments.push(Segment { start: self.text.len(), source, is_copy: false });
            self.text.push_str(text);
        }
    }

    /// The place in the source of a place in the output.
    pub fn original(&self, at: usize) -> usize {
        let after = self.segments.partition_point(|segment| segment.start <= at);
        match self.segments.get(after.wrapping_sub(1)) {
            Some(segment) if segment.is_copy => segment.source + (at - segment.start),
            Some(segment) => segment.source,
            None => at,
        }
    }

    /// Takes back what stands behind so many bytes.
    pub fn truncate(&mut self, length: usize) {
        self.text.truncate(length);
        let kept = self.segments.partition_point(|segment| segment.start < length);
        self.segments.truncate(kept);
    }

    /// Takes back the spaces that stand at the end of the last line.
    pub fn trim_line(&mut self) {
        let length = self.text.trim_end_matches([' ', '\t']).len();
        self.truncate(length);
    }

    /// Where the address begins that is being written, if one is: a Markdown link's, a definition's, an attribute's.
    pub fn open_address(&self) -> Option<usize> {
        // No address is longer.
        let from = (self.text.len().saturating_sub(4000)..).find(|at| self.text.is_char_boundary(*at))?;
        let line = self.text.get(from..)?.rsplit('\n').next()?;
        let start = line.rfind([' ', '\t', '"', '\'', '<']).map_or(0, |at| at + 1);
        let base = self.text.len() - line.len();
        let word = line.get(start..)?;
        if let Some(at) = word.rfind("](") {
            return (!word.get(at..)?.contains(')')).then_some(base + start + at + 2);
        }
        let before = line.get(..start)?.trim_end_matches([' ', '\t']);
        let is_open = match line.get(..start)?.chars().next_back() {
            Some('<') => line.get(..start - 1).is_some_and(|before| before.ends_with("](") || is_definition(before.trim_end())),
            Some('"' | '\'') => line.get(..start - 1).is_some_and(|before| before.ends_with("href=") || before.ends_with("src=")),
            Some(_) => before.ends_with("](") || is_definition(before),
            None => false,
        };
        if is_open {
            Some(base + start)
        } else {
            (is_definition_word(word)).then(|| base + start + word.rfind("]:").map_or(0, |at| at + 2))
        }
    }

    /// Makes the address that is being written lead nowhere.
    pub fn spoil_address(&mut self, start: usize, source: usize) {
        if !self.text.get(start..).is_some_and(|address| address.starts_with(NOWHERE)) {
            self.truncate(start);
            self.insert(NOWHERE, source);
        }
    }
}

/// `[name]:` at the beginning of a line.
fn is_definition(line: &str) -> bool {
    line.ends_with("]:") && line.trim_start().starts_with('[')
}

fn is_definition_word(word: &str) -> bool {
    word.starts_with('[') && word.contains("]:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_again() {
        let source = "ab{{x}}cd";
        let mut output = Output::default();
        output.copy(source, 0..2);
        output.insert("<long text>", 2);
        output.copy(source, 7..9);
        assert_eq!(output.text, "ab<long text>cd");
        assert_eq!([0, 1, 2, 5, 13, 14, 15].map(|at| output.original(at)), [0, 1, 2, 2, 7, 8, 9]);
    }

    #[test]
    fn addresses_under_way_are_seen() {
        for (text, open) in [
            ("[a](", Some("")),
            ("x [a](/b/", Some("/b/")),
            ("x [a](</b", Some("/b")),
            ("![a b]( ", Some("")),
            ("[a]: ", Some("")),
            ("[a]:", Some("")),
            ("  [a b]: /x", Some("/x")),
            ("<a class='x' href=\"/b", Some("/b")),
            ("<img src='", Some("")),
            ("<p title='", None),
            ("[a](b) ", None),
            ("[a](b)", None),
            ("plain", None),
            ("", None),
            ("a]: ", None),
        ] {
            let mut output = Output::default();
            output.copy(text, 0..text.len());
            assert_eq!(output.open_address().map(|at| &output.text[at..]), open, "{text}");
        }
    }

    #[test]
    fn a_spoilt_address_stays_spoilt() {
        let mut output = Output::default();
        output.copy("[a](/b/", 0..7);
        for _ in 0..2 {
            let start = output.open_address().unwrap();
            output.spoil_address(start, 7);
            output.copy("/x", 0..2);
        }
        assert_eq!(output.text, "[a](about:blank/x/x");
    }
}
