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
}

impl Default for Style {
    fn default() -> Self {
        Style { language: "en".into(), smart_punctuation: false, highlight: None }
    }
}

impl Style {
    /// What tidings itself says in a text of this language.
    pub fn words(&self) -> &'static Words {
        words(&self.language)
    }
}
