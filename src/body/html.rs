//! Events to HTML that can stand in a feed or a message: absolute addresses, nothing that runs.

use super::event::{ELEMENTS, Element, Event, GENERAL, heading_level, heading_name};
use super::{Body, HtmlPlace};
use crate::catalog::Links;
use crate::language::Words;
use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::LazyLock;

/// The second wall for bodies with HTML in them: the stream holds nothing that it would take out, but this parser
/// mends what an author's tags leave crooked, as a browser would.
static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(ELEMENTS.iter().map(|(name, _, _)| *name).collect())
        .generic_attributes(HashSet::from(GENERAL))
        .tag_attributes(ELEMENTS.iter().map(|(name, _, own)| (*name, own.iter().copied().collect())).collect::<HashMap<_, HashSet<_>>>())
        .url_schemes(
            ["http", "https", "mailto", "tel", "sms", "xmpp", "ftp", "magnet", "geo", "irc", "ircs", "news", "gemini", "data"].into(),
        )
        .filter_style_properties(["color", "background-color", "font-weight", "font-style"].into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None);
    builder
});

/// Takes out what must not stand in a feed. What [`Writer`] wrote has nothing of it.
pub fn sanitize(html: &str) -> String {
    SANITIZER.clean(html).to_string()
}

/// Writes events as HTML.
pub struct Writer<'a> {
    place: &'a HtmlPlace,
    links: &'a dyn Links,
    words: &'a Words,
    events: &'a [Event<'a>],
    notes: &'a [Vec<Event<'a>>],
    /// Fragments that lead to a place in the same text; looked for when one is asked for.
    ids: OnceCell<HashSet<&'a str>>,
    /// Ids that were written: no other element gets the same.
    written: HashSet<String>,
    out: String,
    /// For each open link, whether it was written: one without a good target leaves its words.
    open_links: Vec<bool>,
}

impl<'a> Writer<'a> {
    pub fn new(place: &'a HtmlPlace, links: &'a dyn Links, body: &'a Body<'a>) -> Self {
        Writer {
            place,
            links,
            words: body.words,
            events: &body.events,
            notes: &body.notes,
            ids: OnceCell::new(),
            written: HashSet::new(),
            out: String::with_capacity(body.length + body.length / 2 + 64),
            open_links: Vec::new(),
        }
    }

    /// The events and then the footnotes, each with a way back.
    pub fn write(mut self) -> String {
        let notes = self.notes;
        let title = escaped(&self.words.back);
        self.events(self.events);
        if !notes.is_empty() {
            self.out.push_str("<hr>\n<ol>\n");
            for (at, note) in notes.iter().enumerate() {
                let (prefix, number) = (escaped(&self.place.id_prefix), at + 1);
                let _ = write!(self.out, "<li id=\"fn-{prefix}{number}\">");
                self.events(note);
                let back = format!(" <a href=\"#fnref-{prefix}{number}\" title=\"{title}\">↩</a>");
                let end = self.out.trim_end().len();
                self.out.truncate(end);
                match self.out.strip_suffix("</p>").map(str::len) {
                    Some(end) => self.out.insert_str(end, &back),
                    None => self.out.push_str(&back),
                }
                self.out.push_str("</li>\n");
            }
            self.out.push_str("</ol>\n");
        }
        self.out
    }

    fn events(&mut self, events: &[Event<'_>]) {
        for event in events {
            match event {
                Event::Start(element) => self.start(element),
                Event::End(name) => self.end(name),
                Event::Text(text) => escape_into(&mut self.out, text, false),
                Event::More => {}
                Event::Note { number, mention } => {
                    let prefix = escaped(&self.place.id_prefix);
                    let again = if *mention > 1 { format!("-{mention}") } else { String::new() };
                    let _ =
                        write!(self.out, "<sup><a id=\"fnref-{prefix}{number}{again}\" href=\"#fn-{prefix}{number}\">{number}</a></sup>");
                }
            }
        }
    }

    fn start(&mut self, element: &Element<'_>) {
        let mut name = element.name;
        let target = match name {
            "a" => element.get("href").map(|target| self.resolve(target)),
            "img" if element.get("srcset").is_none() => Some(self.picture(element.get("src").unwrap_or_default())),
            _ => None,
        };
        if name == "a" {
            // A mark that links may lead to stays as it is.
            let is_written = !matches!(target, Some(None)) || element.get("id").is_some();
            self.open_links.push(is_written);
            if !is_written {
                return;
            }
        } else if name == "img" && target == Some(None) {
            return escape_into(&mut self.out, element.get("alt").unwrap_or_default(), false);
        } else if let Some(level) = heading_level(name) {
            name = heading_name(level.saturating_add(self.place.first_heading.max(1) - 1));
        }
        if matches!(name, "ul" | "ol" | "table" | "blockquote" | "pre" | "hr") && !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push('<');
        self.out.push_str(name);
        for (attribute, value) in &element.attributes {
            let value: Option<Cow<str>> = match *attribute {
                "id" => self.own_id(value).map(Cow::Owned),
                "headers" => Some(self.own_headers(value).into()),
                "href" => target.as_ref().and_then(|target| target.as_deref()).map(Cow::Borrowed),
                "src" if name == "img" => match &target {
                    Some(target) => target.as_deref().map(Cow::Borrowed),
                    None => self.picture(value).map(Cow::Owned),
                },
                "src" | "poster" | "cite" => self.resolve(value).map(Cow::Owned),
                "srcset" => self.candidates(value).map(Cow::Owned),
                _ => Some(Cow::Borrowed(value)),
            };
            if let Some(value) = value {
                self.out.push(' ');
                self.out.push_str(attribute);
                self.out.push_str("=\"");
                escape_into(&mut self.out, &value, true);
                self.out.push('"');
            }
        }
        if name == "img" {
            self.push_size(element);
        }
        self.out.push('>');
        if matches!(name, "ul" | "ol" | "blockquote" | "table" | "thead" | "tbody" | "tr" | "hr") {
            self.out.push('\n');
        }
    }

    /// The sides of a picture that its author left out, if its file lies beside the content.
    fn push_size(&mut self, element: &Element<'_>) {
        let (Some(given), Some(src)) = (element.pixels(), element.get("src")) else { return };
        if given.whole().is_some() {
            return;
        }
        let full = given.fill(self.links.asset(src).and_then(|asset| asset.size));
        for (name, given, full) in [("width", given.width, full.width), ("height", given.height, full.height)] {
            if let (None, Some(pixels)) = (given, full) {
                let _ = write!(self.out, " {name}=\"{pixels}\"");
            }
        }
    }

    fn end(&mut self, name: &str) {
        let mut name = name;
        if name == "a" && self.open_links.pop() == Some(false) {
            return;
        } else if let Some(level) = heading_level(name) {
            name = heading_name(level.saturating_add(self.place.first_heading.max(1) - 1));
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        let is_line =
            matches!(name, "p" | "ul" | "ol" | "li" | "blockquote" | "pre" | "table" | "thead" | "tbody" | "tr" | "dl" | "dt" | "dd");
        if is_line || heading_level(name).is_some() {
            self.out.push('\n');
        }
    }

    /// The address of a link or file; a fragment of the same text stays as it is.
    fn resolve(&self, target: &str) -> Option<String> {
        let target = target.trim();
        if let Some(fragment) = target.strip_prefix('#')
            && let Some(id) = self.find_id(fragment)
        {
            return Some(format!("#{}", self.prefixed(id)));
        }
        self.links.absolute(target).filter(|url| !has_scheme(url, "data") && !has_scheme(url, "javascript") && !has_scheme(url, "vbscript"))
    }

    /// The id of the same text that a fragment names, be it percent-encoded or not.
    fn find_id(&self, fragment: &str) -> Option<&'a str> {
        let ids = self.ids.get_or_init(|| {
            let all = self.events.iter().chain(self.notes.iter().flatten());
            all.filter_map(|event| if let Event::Start(element) = event { element.get("id") } else { None }).collect()
        });
        ids.get(fragment).or_else(|| ids.get(&*crate::url::decode_path(fragment))).copied()
    }

    /// An id that no other entry on the same page has.
    fn prefixed(&self, id: &str) -> String {
        if self.place.id_prefix.is_empty() { id.to_owned() } else { format!("{}-{id}", self.place.id_prefix) }
    }

    /// The id as it's written; `None` if another element of the text has it.
    fn own_id(&mut self, id: &str) -> Option<String> {
        let own = self.prefixed(id);
        self.written.insert(own.clone()).then_some(own)
    }

    /// The cells that head another one.
    fn own_headers(&self, ids: &str) -> String {
        ids.split_ascii_whitespace().map(|id| self.prefixed(id)).collect::<Vec<_>>().join(" ")
    }

    /// The address of a picture, which may also stand in the text itself; no other `data:` address is safe.
    fn picture(&self, target: &str) -> Option<String> {
        let target = target.trim();
        if has_scheme(target, "data") {
            let kind = target.get(5..)?.to_ascii_lowercase();
            let is_picture = ["png", "jpeg", "jpg", "gif", "webp", "avif"].iter().any(|name| {
                kind.strip_prefix("image/").and_then(|kind| kind.strip_prefix(name)).is_some_and(|rest| rest.starts_with([';', ',']))
            });
            return is_picture.then(|| target.to_owned());
        }
        if target.is_empty() || target.starts_with('#') { None } else { self.resolve(target) }
    }

    /// `a.png 1x, b.png 2x`: each candidate's address (HTML, section 4.8.4.2).
    fn candidates(&self, value: &str) -> Option<String> {
        let mut out: Vec<String> = Vec::new();
        let mut rest = value.trim_start_matches([' ', '\t', '\n', ',']);
        while !rest.is_empty() {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let url = rest[..end].trim_end_matches(',');
            let has_size = url.len() == end;
            rest = &rest[end..];
            let size_end = if has_size { rest.find(',').unwrap_or(rest.len()) } else { 0 };
            let size = rest[..size_end].trim();
            rest = rest[size_end..].trim_start_matches([' ', '\t', '\n', ',']);
            if !has_scheme(url, "data")
                && let Some(url) = self.resolve(url)
            {
                out.push(format!("{} {size}", url.replace(',', "%2C")).trim_end().to_owned());
            }
        }
        (!out.is_empty()).then(|| out.join(", "))
    }
}

fn has_scheme(url: &str, scheme: &str) -> bool {
    url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) && url[scheme.len()..].starts_with(':')
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text, true);
    out
}

/// Text for HTML, in elements or in attributes.
fn escape_into(out: &mut String, text: &str, in_attribute: bool) {
    let mut done = 0;
    let mut put = |at: usize| {
        let entity = match text.as_bytes().get(at) {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'"') if in_attribute => "&quot;",
            _ => return,
        };
        out.push_str(&text[done..at]);
        out.push_str(entity);
        done = at + 1;
    };
    if in_attribute && text.contains('"') {
        (0..text.len()).for_each(&mut put);
    } else {
        memchr::memchr3_iter(b'&', b'<', b'>', text.as_bytes()).for_each(&mut put);
    }
    out.push_str(&text[done..]);
}
