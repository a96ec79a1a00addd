//! How bodies are written: what `[content]` says, and the entry's language.

use super::highlight::Theme;
use crate::language::{Words, words};

/// How a body is read.
#[derive(Clone, Debug)]
pub struct Style {
    /// BCP 47 tag of the text.
    pub language: String,
    /// Quotation marks, dashes and ellipses as the language has them, for those of a typewriter.
    pub smart_punctuation: bool,
    /// The colours of code blocks whose language is known.
    pub highlight: Option<Theme>,
    /// Whether the first line of a code block may be the name of its language (Python-Markdown's CodeHilite).
    pub code_headers: bool,
    /// The words of the comment at which the summary ends, beside `more`.
    pub summary_end: Option<Box<str>>,
}

impl Default for Style {
    fn default() -> Self {
        Style { language: "en".into(), smart_punctuation: false, highlight: None, code_headers: false, summary_end: None }
    }
}

impl Style {
    /// What tidings itself says in a text of this language.
    pub fn words(&self) -> &'static Words {
        words(&self.language)
    }
}
