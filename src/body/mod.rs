//! Bodies: one stream of events, read by two renderers, one for HTML and one for lines of plain text.
//!
//! Markdown, HTML and plain text all become the same events (`event.rs`), so that HTML inside Markdown is not lost to
//! the text part, and what is not known as safe never gets into the stream at all.

mod autolink;
mod clean;
mod embed;
mod event;
mod foreign;
mod hidden;
mod highlight;
mod html;
mod html_reader;
mod markdown;
mod nesting;
mod opening;
mod plain;
mod shortcode;
mod size;
mod stream;
mod style;
mod text;
mod words;

use crate::catalog::{Image, Links};
use crate::diagnostic::{Diagnostic, Span};
use crate::entry::{Entry, Markup, Syntax};
use crate::language::Words;
use event::{Event, heading_level};
use std::collections::HashMap;
use std::ops::Range;

pub use clean::{Cleaned, clean_for_xml, forbidden, is_forbidden};
pub use highlight::Theme;
pub use opening::{Heading, find_heading, first_paragraph, markdown_words, sample};
pub use plain::split_title;
pub use style::Style;
pub use text::{PLACE, to_flowed, wrap_item, wrap_text};
pub use words::{is_cjk, one_line, plain_text, shorten};

/// A line of plain text, before it becomes RFC 3676 text: quoting and space-stuffing come last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// How deep the line is quoted.
    pub quote: usize,
    /// Whether the paragraph goes on in the next line (RFC 3676, section 4.1).
    pub flowed: bool,
    /// Without the space that a flowed line was broken at, unless a CJK character stands there.
    pub text: String,
}

/// Where HTML will stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlPlace {
    /// Keeps the ids of headings, footnotes and others apart where several entries stand on one page.
    pub id_prefix: String,
    /// The level that a first-level heading has there: 1, as written; 3: `h1` becomes `h3`, and so on.
    pub first_heading: u8,
}

/// What an entry says, ready to be rendered.
#[derive(Debug)]
pub struct Body<'e> {
    events: Vec<Event<'e>>,
    /// The footnotes in the order of their numbers.
    notes: Vec<Vec<Event<'e>>>,
    /// Whether an author's own tags are in it, which may be crooked.
    has_html: bool,
    /// What tidings itself says in it.
    words: &'static Words,
    /// Bytes of the source.
    length: usize,
    /// The words before the author's own separator, if it is no comment.
    lead: Option<String>,
}

/// Places of one kind of fault that are told, at most: a binary file has thousands of forbidden characters.
const MAX_TOLD: usize = 20;

/// A field of the page that a body is on, as templates name it.
fn page_field(entry: &Entry, field: &str) -> Option<String> {
    let head = &entry.head;
    match field.to_ascii_lowercase().as_str() {
        "title" => entry.title.clone(),
        "description" | "summary" | "excerpt" => entry.summary.clone(),
        "url" | "permalink" => Some(head.url.to_string()),
        "slug" => head.url.trim_end_matches(".html").trim_end_matches('/').rsplit('/').next().map(str::to_owned),
        "date" => head.published.map(|date| date.format("%Y-%m-%d").to_string()),
        "author" => entry.authors.first().map(|author| author.name.clone()),
        "image" => entry.image.clone(),
        field => entry.extra.iter().find(|(name, _)| name.eq_ignore_ascii_case(field)).map(|(_, value)| value.clone()),
    }
}

/// The style of an entry whose generator or own fields ask for another.
fn own_style(entry: &Entry, style: &Style) -> Option<Style> {
    let code_headers = entry.syntax == Syntax::Pelican;
    let comment = |text: &str| Some(text.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim().into());
    let summary_end = entry.summary_end.as_deref().and_then(comment);
    (code_headers || summary_end.is_some()).then(|| Style { code_headers, summary_end, ..style.clone() })
}

/// The words before a separator that may be anything, blank lines too. It stays in the body, as Jekyll leaves it there, and
/// what follows it may define links of what stands before.
fn lead(text: &str, end: &str, markup: Markup, style: &Style) -> Option<String> {
    let (before, after) = text.split_once(end)?;
    let marked = format!("{before}\n\n<!--more-->\n\n{after}");
    let body = Body::parse(&marked, markup, style).0;
    let more = body.events.iter().position(|event| *event == Event::More)?;
    Some(body.words(0..more)).filter(|words| !words.is_empty())
}

impl<'e> Body<'e> {
    /// Reads an entry's body, whose links are `links`, in a style. Diagnostics are about the body alone.
    pub fn read(entry: &'e Entry, links: &dyn Links, style: &Style) -> (Body<'e>, Vec<Diagnostic>) {
        let own = own_style(entry, style);
        let style = own.as_ref().unwrap_or(style);
        let text = entry.body_text();
        let span = |range: Range<usize>| Span::new(entry.body.start + range.start, entry.body.start + range.end);
        // A path, as Jekyll and Eleventy have it: people write the site's address before it.
        let path = || {
            let site = format!("{}{}", links.site("url")?, links.site("baseurl")?);
            entry.head.url.strip_prefix(&site).filter(|path| path.starts_with('/')).map(str::to_owned)
        };
        let page = |field: &str| if field == "url" { path().or_else(|| page_field(entry, field)) } else { page_field(entry, field) };
        let cleaned = Cleaned::new(text);
        let clean = cleaned.as_ref().map_or(text, |cleaned| &cleaned.text);
        let translated =
            shortcode::translate(clean, entry.markup, entry.syntax, shortcode::Context { links, page: &page, words: style.words() });
        // The place in the body of a place in what is parsed.
        let original = |at: usize| {
            let at = translated.as_ref().map_or(at, |translated| translated.original(at));
            cleaned.as_ref().map_or(at, |cleaned| cleaned.original(at))
        };
        let (mut body, references): (Body<'e>, _) = match (&cleaned, &translated) {
            (None, None) => Body::parse(text, entry.markup, style),
            _ => {
                let (body, references) = Body::parse(translated.as_ref().map_or(clean, shortcode::Translated::text), entry.markup, style);
                (body.into_owned(), references)
            }
        };
        if let Some(end) = entry.summary_end.as_deref().filter(|_| style.summary_end.is_none()) {
            body.lead = lead(translated.as_ref().map_or(clean, shortcode::Translated::text), end, entry.markup, style);
        }
        let mut found: Vec<(char, Range<usize>)> =
            references.into_iter().map(|(c, range)| (c, original(range.start)..original(range.end))).collect();
        found.extend(cleaned.iter().flat_map(|cleaned| &cleaned.removed).map(|(at, c)| (*c, *at..at + c.len_utf8())));
        found.sort_by_key(|(_, range)| range.start);
        let fault = |(c, range): (char, Range<usize>)| Diagnostic::control_removed(c).at(&entry.source, span(range));
        let mut faults: Vec<Diagnostic> = found.into_iter().take(MAX_TOLD).map(fault).collect();
        for (fault, range) in translated.iter().flat_map(|translated| &translated.faults).take(MAX_TOLD) {
            let place = |at: usize| cleaned.as_ref().map_or(at, |cleaned| cleaned.original(at));
            faults.push(fault.clone().at(&entry.source, span(place(range.start)..place(range.end))));
        }
        faults.extend(body.dead_links(entry, links));
        (body, faults)
    }

    /// Links to content files that aren't there.
    fn dead_links(&self, entry: &Entry, links: &dyn Links) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        // Where the same target was found last.
        let mut found: HashMap<&str, usize> = HashMap::new();
        for event in self.events.iter().chain(self.notes.iter().flatten()) {
            let Event::Start(element) = event else { continue };
            let Some(target) = (if element.name == "a" { element.get("href") } else { None }) else { continue };
            let Some(fault) = links.fault(target) else { continue };
            let from = found.get(target).copied().unwrap_or(entry.body.start);
            let text = entry.source.text.get(from..entry.body.end).unwrap_or_default();
            // Not as a part of a longer address.
            let is_part = |c: char| c.is_alphanumeric() || "/@#?&._-%}".contains(c);
            let is_whole = |at: &usize| !text[..*at].ends_with(is_part) && !text[at + target.len()..].starts_with(is_part);
            faults.push(match text.match_indices(target).map(|(at, _)| at).find(is_whole) {
                Some(at) => {
                    found.insert(target, from + at + target.len());
                    fault.at(&entry.source, Span::new(from + at, from + at + target.len()))
                }
                // Written with escapes, or a second mention of a definition.
                None => fault.in_file(&entry.source.path.display),
            });
            if faults.len() == MAX_TOLD {
                break;
            }
        }
        faults
    }

    /// Reads Markdown that is no entry's: it has no page, and so no syntax of generators.
    pub fn of_markdown(text: &'e str, style: &Style) -> Body<'e> {
        Body::parse(text, Markup::Markdown, style).0
    }

    /// Reads a text, in which nothing is forbidden but what references stand for; these are told.
    fn parse<'t>(text: &'t str, markup: Markup, style: &Style) -> (Body<'t>, Vec<(char, Range<usize>)>) {
        let (words, length) = (style.words(), text.len());
        match markup {
            Markup::Markdown | Markup::Mdx => {
                let read = markdown::read(text, style);
                (Body { events: read.events, notes: read.notes, has_html: read.has_html, words, length, lead: None }, read.forbidden)
            }
            Markup::Html => {
                let mut stream = stream::Stream::with_capacity(text.len() / 24).ending_summary(style);
                html_reader::read(text, &mut stream);
                (Body { events: stream.finish(), notes: Vec::new(), has_html: true, words, length, lead: None }, Vec::new())
            }
            Markup::Text => (Body { events: plain::read(text), notes: Vec::new(), has_html: false, words, length, lead: None }, Vec::new()),
        }
    }

    fn into_owned<'o>(self) -> Body<'o> {
        let owned = |events: Vec<Event<'e>>| events.into_iter().map(Event::into_owned).collect();
        Body {
            events: owned(self.events),
            notes: self.notes.into_iter().map(owned).collect(),
            has_html: self.has_html,
            words: self.words,
            length: self.length,
            lead: self.lead,
        }
    }

    /// HTML for a feed or a message: nothing that runs, every address absolute, footnotes at the end.
    pub fn html(&self, place: &HtmlPlace, links: &dyn Links) -> String {
        let html = html::Writer::new(place, links, self).write();
        if self.has_html && !self.is_regular() { html::sanitize(&html) } else { html }
    }

    /// Whether a browser would leave all tags where they are.
    fn is_regular(&self) -> bool {
        nesting::is_regular(&self.events, &[]) && self.notes.iter().all(|note| nesting::is_regular(note, &["ol", "li"]))
    }

    /// Plain text in lines of at most 72 columns; only code and addresses are longer.
    pub fn lines(&self, links: &dyn Links) -> Vec<Line> {
        text::Writer::new(links, self.words).write(&self.events, &self.notes)
    }

    /// How many minutes it takes to read it, at least one; 0 where there are no words.
    pub fn reading_minutes(&self) -> usize {
        let texts = self.events.iter().chain(self.notes.iter().flatten()).filter_map(|event| match event {
            Event::Text(text) => Some(text.as_ref()),
            _ => None,
        });
        words::reading_minutes(texts)
    }

    /// What stands before the separator or `<!--more-->`, else the first paragraph, as plain text of at most `max_chars` characters.
    pub fn summary(&self, max_chars: usize) -> String {
        let text = match (&self.lead, self.events.iter().position(|event| *event == Event::More)) {
            (Some(lead), _) => lead.clone(),
            (None, Some(end)) => self.words(0..end),
            (None, None) => self.first_paragraph().unwrap_or_else(|| self.words(0..self.events.len())),
        };
        shorten(&text, max_chars)
    }

    /// The words of the first paragraph that has some.
    fn first_paragraph(&self) -> Option<String> {
        let mut from = 0;
        while let Some(start) = self.events[from..].iter().position(|event| matches!(event, Event::Start(element) if element.name == "p")) {
            let start = from + start;
            let end = self.events[start..].iter().position(|event| *event == Event::End("p")).map_or(self.events.len(), |end| start + end);
            let words = self.words(start..end);
            if !words.is_empty() {
                return Some(words);
            }
            from = end;
        }
        None
    }

    /// Words on one line, without those of headings.
    fn words(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        let mut in_heading = false;
        let mut raised_from = None;
        // A broken line of Chinese or Japanese goes on without a space.
        let mut is_broken = false;
        for event in self.events.get(range).unwrap_or_default() {
            match event {
                Event::Start(element) if heading_level(element.name).is_some() => in_heading = true,
                Event::End(name) if heading_level(name).is_some() => in_heading = false,
                Event::Start(element) if element.name == "sup" => raised_from = Some(out.len()),
                Event::End("sup") => {
                    if let Some(start) = raised_from.take()
                        && let Some(digits) = out.get(start..).and_then(text::raised)
                    {
                        out.truncate(start);
                        out.push_str(&digits);
                    }
                }
                Event::Start(element) if element.name == "br" && out.ends_with(words::is_cjk) => is_broken = true,
                Event::Start(element) if element.name == "br" || event::layout(element.name) == event::Layout::Block => out.push(' '),
                Event::Text(text) if !in_heading => {
                    let text = if is_broken { text.trim_start_matches('\n') } else { text };
                    if is_broken && !text.is_empty() {
                        is_broken = false;
                        if !text.starts_with(words::is_cjk) {
                            out.push(' ');
                        }
                    }
                    out.push_str(text);
                }
                _ => {}
            }
        }
        one_line(&out)
    }

    /// The first picture that the web can reach and that is more than a mark or a counter of readers.
    pub fn lead_image(&self, links: &dyn Links) -> Option<Image> {
        self.events.iter().find_map(|event| match event {
            Event::Start(element) if element.name == "img" => {
                let image = links.image(element.get("src")?.trim())?;
                let size = element.pixels().and_then(|given| given.fill(image.size).whole());
                let is_mark = size.is_some_and(|(width, height)| width.max(height) < 32);
                (!is_mark).then_some(Image { size, ..image })
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
