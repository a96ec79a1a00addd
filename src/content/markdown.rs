//! Markdown to HTML: CommonMark with GitHub's extensions (tables, footnotes, strikethrough, task lists, alerts, autolinks).

use super::autolink::find_url;
use super::plain::escape;
use pulldown_cmark::{BlockQuoteKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::collections::HashMap;
use std::fmt::Write;

/// What a site can choose.
#[derive(Clone, Copy, Debug, Default)]
pub struct MarkdownRules {
    /// Curly quotes, dashes and ellipses.
    pub smart_punctuation: bool,
}

fn options(rules: MarkdownRules) -> Options {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH;
    options.set(Options::ENABLE_SMART_PUNCTUATION, rules.smart_punctuation);
    options
}

/// The HTML of a Markdown text, neither sanitised nor with absolute links. `note_key` keeps the ids of footnotes
/// apart where several entries stand on one page.
pub fn render(text: &str, rules: MarkdownRules, note_key: &str) -> String {
    let mut notes = Notes { key: note_key, ..Notes::default() };
    let mut events: Vec<Event> = Vec::new();
    let mut definition: Option<(String, Vec<Event>)> = None;
    let mut in_link = 0_usize;
    let mut in_code = false;
    for event in Parser::new_ext(text, options(rules)) {
        let out = match &mut definition {
            Some((_, events)) => events,
            None => &mut events,
        };
        match event {
            Event::Start(Tag::FootnoteDefinition(name)) => {
                definition = Some((name.into_string(), Vec::new()));
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                if let Some((name, events)) = definition.take() {
                    notes.definitions.insert(name, events);
                }
            }
            Event::FootnoteReference(name) => out.push(notes.reference(&name)),
            Event::TaskListMarker(done) => out.push(Event::Text(if done { "☑ " } else { "☐ " }.into())),
            Event::InlineMath(math) => out.push(Event::Text(format!("${math}$").into())),
            Event::DisplayMath(math) => out.push(Event::Text(format!("$${math}$$").into())),
            Event::Start(Tag::BlockQuote(Some(kind))) => {
                out.push(Event::Start(Tag::BlockQuote(None)));
                out.push(Event::Html(format!("<p><strong>{}</strong></p>\n", alert(kind)).into()));
            }
            Event::Start(tag @ (Tag::Link { .. } | Tag::Image { .. })) => {
                in_link += 1;
                out.push(Event::Start(tag));
            }
            Event::End(tag @ (TagEnd::Link | TagEnd::Image)) => {
                in_link = in_link.saturating_sub(1);
                out.push(Event::End(tag));
            }
            Event::Start(tag @ Tag::CodeBlock(_)) => {
                in_code = true;
                out.push(Event::Start(tag));
            }
            Event::End(TagEnd::CodeBlock) => {
                in_code = false;
                out.push(Event::End(TagEnd::CodeBlock));
            }
            Event::Text(text) if in_link == 0 && !in_code && (text.contains("://") || text.contains("www.")) => push_linked(out, text),
            event => out.push(event),
        }
    }
    let mut html = String::with_capacity(text.len() * 3 / 2);
    push_html(&mut html, events);
    notes.push_html(&mut html);
    html
}

fn push_html(html: &mut String, mut events: Vec<Event>) {
    name_headings(&mut events);
    pulldown_cmark::html::push_html(html, events.into_iter());
}

fn alert(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "Note",
        BlockQuoteKind::Tip => "Tip",
        BlockQuoteKind::Important => "Important",
        BlockQuoteKind::Warning => "Warning",
        BlockQuoteKind::Caution => "Caution",
    }
}

fn push_linked<'a>(out: &mut Vec<Event<'a>>, text: CowStr<'a>) {
    let mut rest: &str = &text;
    while let Some((start, end)) = find_url(rest) {
        let url = &rest[start..end];
        let target = if url.starts_with("www.") { format!("https://{url}") } else { url.to_owned() };
        out.push(Event::Text(rest[..start].to_owned().into()));
        out.push(Event::InlineHtml(format!("<a href=\"{}\">{}</a>", escape(&target), escape(url)).into()));
        rest = &rest[end..];
    }
    out.push(Event::Text(rest.to_owned().into()));
}

/// Gives each heading an id of its words, as GitHub does; a second one of the same name gets a number.
fn name_headings(events: &mut [Event]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for at in 0..events.len() {
        let Event::Start(Tag::Heading { id: None, .. }) = &events[at] else { continue };
        let mut words = String::new();
        for event in &events[at + 1..] {
            match event {
                Event::End(TagEnd::Heading(_)) => break,
                Event::Text(text) | Event::Code(text) => words.push_str(text),
                _ => {}
            }
        }
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_') || unicode_normalization::char::is_combining_mark(*c);
        let name: String = words.trim().to_lowercase().replace(char::is_whitespace, "-").chars().filter(kept).collect();
        if name.is_empty() {
            continue;
        }
        let count = seen.entry(name.clone()).or_insert(0);
        let unique = if *count == 0 { name } else { format!("{name}-{count}") };
        *count += 1;
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[at] {
            *id = Some(unique.into());
        }
    }
}

/// Footnotes in the order of their first mention, gathered at the end.
#[derive(Default)]
struct Notes<'a, 'k> {
    key: &'k str,
    /// Name and how often it was mentioned.
    order: Vec<(String, usize)>,
    definitions: HashMap<String, Vec<Event<'a>>>,
}

impl<'a> Notes<'a, '_> {
    fn reference(&mut self, name: &str) -> Event<'a> {
        let number = match self.order.iter().position(|(known, _)| known == name) {
            Some(at) => at + 1,
            None => {
                self.order.push((name.to_owned(), 0));
                self.order.len()
            }
        };
        self.order[number - 1].1 += 1;
        let mention = self.order[number - 1].1;
        let suffix = if mention > 1 { format!("-{mention}") } else { String::new() };
        let key = self.key;
        Event::InlineHtml(format!("<sup><a id=\"fnref-{key}-{number}{suffix}\" href=\"#fn-{key}-{number}\">{number}</a></sup>").into())
    }

    fn push_html(mut self, html: &mut String) {
        if self.order.is_empty() {
            return;
        }
        html.push_str("<hr>\n<ol>\n");
        for (at, (name, _)) in self.order.iter().enumerate() {
            let (key, number) = (self.key, at + 1);
            let back = format!(" <a href=\"#fnref-{key}-{number}\" title=\"Back to the text\">↩</a>");
            let mut note = String::new();
            push_html(&mut note, self.definitions.remove(name).unwrap_or_default());
            let note = match note.trim_end().strip_suffix("</p>") {
                Some(start) => format!("{start}{back}</p>"),
                None => format!("{}{back}", note.trim_end()),
            };
            let _ = writeln!(html, "<li id=\"fn-{key}-{number}\">{note}</li>");
        }
        html.push_str("</ol>\n");
    }
}

/// The words of a line of Markdown, without its marks.
pub fn inline_text(text: &str) -> String {
    let mut out = String::new();
    for event in Parser::new_ext(text, options(MarkdownRules::default())) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::InlineMath(math) | Event::DisplayMath(math) => {
                let _ = write!(out, "${math}$");
            }
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
    out.trim().to_owned()
}

/// The title that a body's own heading gives: its text, and where it stands in the body. A heading further down
/// counts only if it's of the first level.
pub fn find_title(body: &str) -> Option<(String, std::ops::Range<usize>, bool)> {
    let mut is_first = true;
    let mut start = None;
    for (event, range) in Parser::new_ext(body, options(MarkdownRules::default())).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) if is_first || level == HeadingLevel::H1 => start = Some((range.start, is_first)),
            Event::End(TagEnd::Heading(_)) => {
                if let Some((from, is_first)) = start.take() {
                    let line = &body[from..range.end];
                    let text = inline_text(line);
                    if !text.is_empty() {
                        return Some((text, from..range.end, is_first));
                    }
                }
            }
            Event::Html(text) if text.trim_start().starts_with("<!--") => continue,
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => continue,
            _ => {}
        }
        is_first = is_first && start.is_some();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        render(text, MarkdownRules::default(), "k")
    }

    #[test]
    fn github_extensions_are_rendered() {
        assert_eq!(html("~~x~~ https://x.org/a_b_c."), "<p><del>x</del> <a href=\"https://x.org/a_b_c\">https://x.org/a_b_c</a>.</p>\n");
        assert_eq!(html("- [ ] a\n- [x] b"), "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n</ul>\n");
        assert_eq!(html("> [!WARNING]\n> x"), "<blockquote>\n<p><strong>Warning</strong></p>\n<p>x</p>\n</blockquote>\n");
        assert!(html("|a|\n|-|\n|b|").contains("<td>b</td>"));
    }

    #[test]
    fn math_stays_readable() {
        assert_eq!(html("So $a_1 < b_2$ and $$x*y*z$$."), "<p>So $a_1 &lt; b_2$ and $$x*y*z$$.</p>\n");
        assert_eq!(html("It costs $5 or $10."), "<p>It costs $5 or $10.</p>\n");
    }

    #[test]
    fn footnotes_are_gathered_in_order_with_ways_back() {
        assert_eq!(
            html("b[^2] a[^x] b[^2]\n\n[^x]: X\n[^2]: Two\n"),
            "<p>b<sup><a id=\"fnref-k-1\" href=\"#fn-k-1\">1</a></sup> a<sup><a id=\"fnref-k-2\" href=\"#fn-k-2\">2</a></sup> b<sup><a id=\"fnref-k-1-2\" href=\"#fn-k-1\">1</a></sup></p>\n<hr>\n<ol>\n<li id=\"fn-k-1\"><p>Two <a href=\"#fnref-k-1\" title=\"Back to the text\">↩</a></p></li>\n<li id=\"fn-k-2\"><p>X <a href=\"#fnref-k-2\" title=\"Back to the text\">↩</a></p></li>\n</ol>\n"
        );
    }

    #[test]
    fn headings_have_ids_of_their_words() {
        assert_eq!(
            html("# Été & `x`\n# Été & `x`\n# A {#own}"),
            "<h1 id=\"été--x\">Été &amp; <code>x</code></h1>\n<h1 id=\"été--x-1\">Été &amp; <code>x</code></h1>\n<h1 id=\"own\">A</h1>\n"
        );
    }

    #[test]
    fn a_title_is_the_heading_on_top_or_one_of_the_first_level() {
        let title = |text: &str| find_title(text).map(|(title, _, _)| title);
        assert_eq!(title("## Hello *you*\n\nx").as_deref(), Some("Hello you"));
        assert_eq!(title("Hello\n=====\nx").as_deref(), Some("Hello"));
        assert_eq!(title("<!-- c -->\n# A\n").as_deref(), Some("A"));
        assert_eq!(title("x\n\n# A\n").as_deref(), Some("A"));
        assert_eq!(title("x\n\n## A\n"), None);
    }
}
