//! Bodies: one stream of events, read by two renderers, one for HTML and one for lines of plain text.

/// A line of plain text, before it becomes RFC 3676 text: quoting and space-stuffing come last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// How deep the line is quoted.
    pub quote: usize,
    /// Whether the paragraph goes on in the next line (RFC 3676, section 4.1).
    pub flowed: bool,
    pub text: String,
}
