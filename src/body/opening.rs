//! How a text begins, for those who need no more of it: its first heading, its first paragraph.

use super::Body;
use super::clean::clean_for_xml;
use super::event::{Event, Layout, heading_level, layout};
use super::markdown::options;
use super::shortcode;
use super::style::Style;
use super::words::one_line;
use crate::catalog::{Asset, Links, Reference};
use crate::diagnostic::Diagnostic;
use crate::entry::{Markup, Syntax};
use pulldown_cmark::{Event as Markdown, Parser, Tag, TagEnd};
use std::ops::Range;

/// A heading in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Plain text on one line.
    pub words: String,
    /// 1 to 6.
    pub level: u8,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// Whether nothing stands before it.
    pub is_first: bool,
}

/// The first heading of a text that has words.
pub fn find_heading(text: &str, markup: Markup) -> Option<Heading> {
    let Some(translated) = translate_alone(text, markup) else { return heading(text, markup) };
    let found = heading(translated.text(), markup)?;
    Some(Heading { range: translated.original(found.range.start)..translated.original(found.range.end), ..found })
}

/// The text without the syntax of generators, where neither page nor links are known yet.
fn translate_alone(text: &str, markup: Markup) -> Option<shortcode::Translated> {
    shortcode::translate(
        text,
        markup,
        Syntax::Unknown,
        shortcode::Context { links: &Nowhere, page: &|_| None, words: Style::default().words() },
    )
}

/// Links of a text that stands nowhere yet: only its words are asked for.
struct Nowhere;

impl Links for Nowhere {
    fn absolute(&self, _target: &str) -> Option<String> {
        None
    }

    fn asset(&self, _target: &str) -> Option<Asset> {
        None
    }

    fn reference(&self, _reference: Reference<'_>) -> Result<String, Diagnostic> {
        Ok(String::new())
    }

    fn fault(&self, _target: &str) -> Option<Diagnostic> {
        None
    }

    fn site(&self, _field: &str) -> Option<String> {
        None
    }
}

fn heading(text: &str, markup: Markup) -> Option<Heading> {
    match markup {
        // Only a text that might have a heading is parsed for it.
        Markup::Markdown | Markup::Mdx => {
            let may_have = text.contains('#') || text.contains("\n=") || text.contains("\n-") || text.contains("\n ");
            may_have.then(|| markdown_heading(text)).flatten()
        }
        Markup::Html => html_heading(text),
        Markup::Text => None,
    }
}

/// The first heading of a Markdown text.
fn markdown_heading(body: &str) -> Option<Heading> {
    let mut is_first = true;
    // A heading in a quotation or a list is not the text's own.
    let mut nesting = 0_usize;
    let mut open: Option<(Range<usize>, bool, u8, String)> = None;
    for (event, range) in Parser::new_ext(body, options()).into_offset_iter() {
        match event {
            Markdown::Start(Tag::BlockQuote(_) | Tag::Item | Tag::FootnoteDefinition(_)) => nesting += 1,
            Markdown::End(TagEnd::BlockQuote(_) | TagEnd::Item | TagEnd::FootnoteDefinition) => nesting = nesting.saturating_sub(1),
            Markdown::Start(Tag::Heading { level, .. }) if nesting == 0 => {
                open = Some((range, is_first, level as u8, String::new()));
                continue;
            }
            Markdown::End(TagEnd::Heading(_)) => {
                if let Some((place, was_first, level, words)) = open.take() {
                    let words = one_line(&clean_for_xml(&words));
                    if !words.is_empty() {
                        return Some(Heading { words, level, range: place, is_first: was_first });
                    }
                    continue;
                }
            }
            _ => {}
        }
        if let Some((.., words)) = &mut open {
            match event {
                Markdown::Text(text) | Markdown::Code(text) => words.push_str(&text),
                Markdown::InlineMath(math) | Markdown::DisplayMath(math) => words.push_str(&format!("${math}$")),
                Markdown::SoftBreak | Markdown::HardBreak => words.push(' '),
                _ => {}
            }
            continue;
        }
        match event {
            Markdown::Html(text) if text.trim_start().starts_with("<!--") => {}
            Markdown::Start(Tag::HtmlBlock) | Markdown::End(TagEnd::HtmlBlock) => {}
            _ => is_first = false,
        }
    }
    None
}

fn html_heading(text: &str) -> Option<Heading> {
    let (body, _) = Body::parse(text, Markup::Html, &Style::default());
    let start = body.events.iter().position(|event| matches!(event, Event::Start(element) if heading_level(element.name).is_some()))?;
    let inside = body.events[start + 1..].iter().take_while(|event| !matches!(event, Event::End(name) if heading_level(name).is_some()));
    let words: String = inside.filter_map(|event| if let Event::Text(text) = event { Some(text.as_ref()) } else { None }).collect();
    let words = one_line(&words);
    // The tokenizer tells no places; one at the very start is found without.
    let blank = text.len() - text.trim_start().len();
    let is_blank = |event: &Event| matches!(event, Event::Text(text) if text.trim().is_empty());
    let is_first = text[blank..].starts_with("<h") && body.events[..start].iter().all(is_blank);
    let end = text[blank..].find("</h").and_then(|at| text[blank + at..].find('>').map(|end| blank + at + end + 1));
    let range = match end.filter(|_| is_first) {
        Some(end) => blank..end,
        None => 0..0,
    };
    let level = body.events.get(start).map_or(1, |event| match event {
        Event::Start(element) => heading_level(element.name).unwrap_or(1),
        _ => 1,
    });
    (!words.is_empty()).then_some(Heading { words, level, is_first: !range.is_empty(), range })
}

/// The words of the first paragraph, on one line; of the whole text, if it has no paragraph.
pub fn first_paragraph(text: &str, markup: Markup) -> String {
    let translated = translate_alone(text, markup);
    let (body, _) = Body::parse(translated.as_ref().map_or(text, shortcode::Translated::text), markup, &Style::default());
    body.first_paragraph().unwrap_or_else(|| body.words(0..body.events.len()))
}

/// The words of a Markdown text, on one line.
pub fn markdown_words(text: &str) -> String {
    let (body, _) = Body::parse(text, Markup::Markdown, &Style::default());
    body.words(0..body.events.len())
}

/// Words from the beginning of a text, without code, for guessing their language.
pub fn sample(text: &str, markup: Markup) -> String {
    const BYTES: usize = 4000;
    let mut end = BYTES.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (body, _) = Body::parse(&text[..end], markup, &Style::default());
    let mut out = String::new();
    let mut code = 0_usize;
    for event in &body.events {
        match event {
            Event::Start(element) if matches!(element.name, "code" | "pre") => code += 1,
            Event::End("code" | "pre") => code = code.saturating_sub(1),
            Event::Text(text) if code == 0 && !text.contains("://") => out.push_str(text),
            Event::End(name) if layout(name) == Layout::Block => out.push(' '),
            _ => {}
        }
    }
    one_line(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_heading() {
        let title = |text: &str| find_heading(text, Markup::Markdown).map(|heading| (heading.words, heading.is_first));
        assert_eq!(title("## Hello *you* & `<T>`\n\nx"), Some(("Hello you & <T>".into(), true)));
        assert_eq!(title("Hello\n=====\nx"), Some(("Hello".into(), true)));
        assert_eq!(title("<!-- c -->\n# A\n"), Some(("A".into(), true)));
        assert_eq!(title("#\n# A\n"), Some(("A".into(), true)));
        assert_eq!(title("x\n\n## A\n"), Some(("A".into(), false)));
        assert_eq!(title("> # A\n\n- # B\n"), None);
    }

    #[test]
    fn paragraphs_begin_after_headings_and_pictures() {
        assert_eq!(first_paragraph("# T\n\n![a](b)\n\nOne *two*\nthree.\n\nFour.", Markup::Markdown), "One two three.");
        assert_eq!(first_paragraph("<h1>T</h1><p>One<br>two</p>", Markup::Html), "One two");
        assert_eq!(first_paragraph("- a\n- b\n", Markup::Markdown), "a b");
    }

    #[test]
    fn shortcodes_are_no_words() {
        assert_eq!(
            first_paragraph("{{< own >}}\n\n{{< figure src=\"a.png\" >}}\n\nWords {{< own >}}x{{< /own >}}.", Markup::Markdown),
            "Words x."
        );
        let text = "{{< own >}}\n# A {{< b >}}title{{< /b >}}\nx";
        let heading = find_heading(text, Markup::Markdown).unwrap();
        assert_eq!((heading.words.as_str(), &text[heading.range]), ("A title", "# A {{< b >}}title{{< /b >}}\n"));
    }

    #[test]
    fn samples_hold_words_alone() {
        assert_eq!(sample("Un `code` **mot**.\n\n    pre\n\nhttps://x.org fin", Markup::Markdown), "Un mot. fin");
        assert!(sample(&"é".repeat(9000), Markup::Text).len() <= 4000);
    }
}
