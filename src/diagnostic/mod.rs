//! Faults in the user's files: what is wrong, where, and how to mend it.

mod faults;
mod json;
mod render;
mod source;

pub use json::to_json;
pub use render::{render, render_short, render_summary};
pub use source::{Source, SourcePath, Span};

/// How bad a fault is: an error keeps the build from writing, a warning doesn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    /// The word in output.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// The place of a fault: the lines are copied here, so that no file has to stay in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// One-based line of the fault.
    pub line: usize,
    /// One-based column, in characters.
    pub column: usize,
    /// The line's text.
    pub snippet: String,
    /// What the caret points at, as bytes of `snippet`.
    pub range: std::ops::Range<usize>,
}

impl Place {
    /// The line before, at and after the fault.
    pub fn split(&self) -> (&str, &str, &str) {
        let cut = |from: usize, to: usize| self.snippet.get(from..to).unwrap_or_default();
        (cut(0, self.range.start), cut(self.range.start, self.range.end), cut(self.range.end, self.snippet.len()))
    }
}

/// So many bytes are shown after one that is no text: such a file may have no lines.
const SHOWN_BYTES: usize = 80;

/// One fault in one of the user's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable kebab-case name, documented in `docs/checks.md`.
    pub code: &'static str,
    pub severity: Severity,
    /// What is wrong, in the user's words.
    pub message: String,
    /// The file, as the user would name it; empty for the command line.
    pub path: String,
    pub place: Option<Place>,
    /// How to mend it.
    pub help: String,
}

impl Diagnostic {
    /// Points the diagnostic at `span` of `source`.
    pub fn at(mut self, source: &Source, span: Span) -> Self {
        self.path = source.path.display.to_string();
        self.place = Some(source.place(span));
        self
    }

    /// Names the file where no place in it is to blame.
    pub fn in_file(mut self, path: impl AsRef<str>) -> Self {
        path.as_ref().clone_into(&mut self.path);
        self
    }

    /// Points at a byte of a file that is no text: what is none in its line is shown as U+FFFD.
    pub fn at_byte(mut self, path: &str, bytes: &[u8], offset: usize) -> Self {
        let before = bytes.get(..offset).unwrap_or(bytes);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let rest = bytes.get(offset..).unwrap_or_default();
        let end = rest.iter().take(SHOWN_BYTES).position(|byte| *byte == b'\n').unwrap_or(SHOWN_BYTES.min(rest.len()));
        let (before, rest) = (String::from_utf8_lossy(&before[start..]), String::from_utf8_lossy(&rest[..end]));
        let range = before.len()..before.len() + rest.chars().next().map_or(0, char::len_utf8);
        self.place = Some(Place { line, column: before.chars().count() + 1, snippet: format!("{before}{rest}"), range });
        self.in_file(path)
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
