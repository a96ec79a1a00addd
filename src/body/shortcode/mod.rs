//! The syntax of generators in bodies: shortcodes, template tags, components. No reader may see it, so it is translated
//! before the text is parsed: what many sites have under one name into HTML, escaped samples into what they show, the
//! rest into the text inside, with one warning for each file.
//!
//! Nothing is evaluated but what the text itself and its page decide. Code stays as it is, except for what a generator
//! is known to escape there.

mod code;
mod directive;
mod hugo;
mod jsx;
mod known;
mod liquid;
mod output;
mod render;
mod scan;
mod token;
mod value;
mod zola;

use crate::entry::{Markup, Syntax};
use code::Code;
use memchr::{memchr_iter, memmem};
use output::Output;
use scan::Families;

pub use known::label as box_label;
pub use render::{Context, Found};

/// A text without the syntax of generators, which knows where its bytes come from.
#[derive(Debug)]
pub struct Translated {
    output: Output,
    /// With their places in the source.
    pub faults: Found,
}

impl Translated {
    pub fn text(&self) -> &str {
        &self.output.text
    }

    /// The place in the source of a place in the text.
    pub fn original(&self, at: usize) -> usize {
        self.output.original(at)
    }
}

/// Translates a text; `None` if there is nothing to translate, as in nearly all.
pub fn translate(text: &str, markup: Markup, syntax: Syntax, context: Context<'_>) -> Option<Translated> {
    if !may_hold(text, markup, syntax) {
        return None;
    }
    let code = Code::find(text, markup);
    let families = Families::find(text, markup, syntax, &code);
    // Components may be indented, so their code is found in another way.
    let code = if families.jsx { Code::find_in_mdx(text) } else { code };
    let pieces = scan::scan(text, markup, families, &code);
    if pieces.is_empty() {
        return None;
    }
    let (output, faults) = render::render(text, markup, &pieces, context);
    Some(Translated { output, faults })
}

/// Whether anything in the text looks like a generator's syntax: all texts are asked, so this must be fast.
fn may_hold(text: &str, markup: Markup, syntax: Syntax) -> bool {
    let bytes = text.as_bytes();
    match markup {
        Markup::Text => return false,
        Markup::Mdx => return true,
        Markup::Markdown | Markup::Html => {}
    }
    if memchr_iter(b'{', bytes).any(|at| matches!(bytes.get(at + 1), Some(b'{' | b'%' | b'/'))) {
        return true;
    }
    markup == Markup::Markdown
        && (memmem::find(bytes, b":::").is_some()
            || ["!!! ", "???"].iter().any(|mark| memmem::find_iter(bytes, mark).any(|at| at == 0 || bytes.get(at - 1) == Some(&b'\n')))
            || syntax == Syntax::Unknown && (bytes.starts_with(b"import ") || memmem::find(bytes, b"\nimport ").is_some())
            || syntax == Syntax::Pelican && memmem::find(bytes, b"]({").is_some())
}

#[cfg(test)]
mod tests;
