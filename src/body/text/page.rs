//! Lines as they are put on the page: quotation, indentation, and one empty line between blocks.

use super::COLUMNS;
use super::wrap::{width, wrap};
use crate::body::Line;

/// The lines so far, and how the next ones stand.
#[derive(Debug, Default)]
pub struct Page {
    pub lines: Vec<Line>,
    pub quote: usize,
    indents: Vec<String>,
    /// What stands before the next line in place of the innermost indentation.
    marker: Option<String>,
    is_gap_due: bool,
    /// The least depth of quotation since the last line: between two quotations stands a line of neither.
    gap_quote: usize,
}

impl Page {
    /// The next line has an empty one before it.
    pub fn gap(&mut self) {
        self.gap_quote = if self.is_gap_due { self.gap_quote.min(self.quote) } else { self.quote };
        self.is_gap_due = !self.lines.is_empty();
    }

    pub fn no_gap(&mut self) {
        self.is_gap_due = false;
    }

    /// Begins lines that are indented; the first of them has `marker` instead.
    pub fn indent(&mut self, marker: &str) {
        self.flush_marker();
        self.indents.push(" ".repeat(width(marker)));
        self.marker = (!marker.trim().is_empty()).then(|| marker.to_owned());
    }

    pub fn outdent(&mut self) {
        self.flush_marker();
        self.indents.pop();
    }

    /// Columns that quotation and indentation take.
    pub fn used(&self) -> usize {
        let quote = if self.quote > 0 { self.quote + 1 } else { 0 };
        quote + self.indents.iter().map(String::len).sum::<usize>()
    }

    /// An element without words still has its mark.
    fn flush_marker(&mut self) {
        if self.marker.is_some() {
            self.push(String::new(), false);
        }
    }

    /// One line as it is.
    pub fn push(&mut self, text: String, flowed: bool) {
        if std::mem::take(&mut self.is_gap_due) {
            let quote = self.lines.last().map_or(0, |line| line.quote).min(self.quote).min(self.gap_quote);
            self.lines.push(Line { quote, ..Line::default() });
        }
        let mut out = String::with_capacity(text.len() + 8);
        match self.marker.take() {
            Some(marker) => {
                let (_, outer) = self.indents.split_last().unwrap_or((const { &String::new() }, &[]));
                out.extend(outer.iter().map(String::as_str));
                out.push_str(&marker);
            }
            None => out.extend(self.indents.iter().map(String::as_str)),
        }
        out.push_str(&text);
        if !flowed {
            out.truncate(out.trim_end_matches(' ').len());
        }
        self.lines.push(Line { quote: self.quote, flowed, text: out });
    }

    /// Words, wrapped; line feeds in them are kept. The width of the longest line.
    pub fn paragraph(&mut self, text: &str) -> usize {
        // Whoever joins the lines of an indented paragraph has the indentation in the middle of it.
        let is_flowed = self.indents.is_empty();
        let columns = COLUMNS.saturating_sub(self.used());
        let mut longest = 0;
        for line in text.split('\n') {
            for (line, is_soft) in wrap(line, columns) {
                longest = longest.max(width(line.trim_end()));
                self.push(line, is_soft && is_flowed);
            }
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(page: &Page) -> Vec<String> {
        page.lines.iter().map(|line| format!("{}{}{}", ">".repeat(line.quote), line.text, if line.flowed { "~" } else { "" })).collect()
    }

    #[test]
    fn marks_stand_before_the_first_line_alone() {
        let mut page = Page::default();
        page.indent("- ");
        page.paragraph("a\nb");
        page.indent("10. ");
        page.paragraph("c");
        page.outdent();
        page.outdent();
        page.indent("- ");
        page.outdent();
        assert_eq!(show(&page), ["- a", "  b", "  10. c", "-"]);
    }

    #[test]
    fn gaps_are_single_and_as_deep_as_both_sides() {
        let mut page = Page::default();
        page.gap();
        page.paragraph("a");
        page.gap();
        page.gap();
        page.quote = 1;
        page.paragraph("b");
        page.gap();
        page.paragraph("c");
        assert_eq!(show(&page), ["a", "", ">b", ">", ">c"]);
    }

    #[test]
    fn only_paragraphs_without_indentation_flow() {
        let mut page = Page::default();
        let text = "word ".repeat(20);
        page.paragraph(&text);
        page.indent("- ");
        page.paragraph(&text);
        let flowed: Vec<bool> = page.lines.iter().map(|line| line.flowed).collect();
        assert_eq!(flowed, [true, false, false, false]);
    }
}
