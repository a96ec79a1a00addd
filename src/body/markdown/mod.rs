//! Markdown to events: CommonMark with GitHub's extensions (tables, footnotes, strikethrough, task lists, alerts, autolinks),
//! and what else the generators' own readers know.

mod extras;
mod numbers;
mod own;
mod quotes;

use super::autolink::{links, may_have_links};
use super::clean::forbidden;
use super::event::{Element, Event, heading_name};
use super::highlight;
use super::html_reader;
use super::stream::{Stream, clean};
use super::style::Style;
use numbers::Numbers;
use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event as Markdown, LinkType, Options, Parser, Tag, TagEnd};
use quotes::{Quotes, french_spaces, quotes};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// What a Markdown text says.
#[derive(Debug, Default)]
pub struct Read<'e> {
    pub events: Vec<Event<'e>>,
    /// The footnotes that are mentioned, in the order of their numbers.
    pub notes: Vec<Vec<Event<'e>>>,
    /// Whether there is HTML in it.
    pub has_html: bool,
    /// Forbidden characters that were written as references (`&#8;`), and where.
    pub forbidden: Vec<(char, Range<usize>)>,
}

/// Readers within readers: a box may hold a box.
const MAX_READERS: usize = 3;

pub fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
}

/// Reads a Markdown text.
pub fn read<'e>(text: &'e str, style: &Style) -> Read<'e> {
    let mut reader = Reader::new(text, style, 0);
    reader.read_all();
    reader.finish()
}

/// Text that is put together again, for the addresses in it: the parser breaks it at each mark that might have meant
/// something.
enum Pending {
    Nothing,
    /// As it stands in the source.
    Slice(Range<usize>),
    Owned(String),
}

impl Pending {
    fn push(&mut self, source: &str, piece: &str, range: Range<usize>) {
        let is_as_written = source.get(range.clone()).is_some_and(|slice| std::ptr::eq(slice.as_bytes(), piece.as_bytes()));
        match self {
            Pending::Nothing if is_as_written => *self = Pending::Slice(range),
            Pending::Nothing => *self = Pending::Owned(piece.to_owned()),
            Pending::Slice(known) if is_as_written && known.end == range.start => known.end = range.end,
            Pending::Slice(known) => *self = Pending::Owned(format!("{}{piece}", source.get(known.clone()).unwrap_or_default())),
            Pending::Owned(text) => text.push_str(piece),
        }
    }

    fn take<'e>(&mut self, source: &'e str) -> Option<CowStr<'e>> {
        match std::mem::replace(self, Pending::Nothing) {
            Pending::Nothing => None,
            Pending::Slice(range) => source.get(range).map(CowStr::Borrowed),
            Pending::Owned(text) => Some(text.into()),
        }
    }
}

struct Reader<'e, 's> {
    source: &'e str,
    style: &'s Style,
    /// Readers within readers, for boxes and for Markdown inside HTML.
    depth: usize,
    stream: Stream<'e>,
    read: Read<'e>,
    /// The stream outside of the footnote's definition that is being read, and the footnote's name.
    definition: Option<(Stream<'e>, CowStr<'e>)>,
    definitions: HashMap<CowStr<'e>, Vec<Event<'e>>>,
    /// The footnotes' names in the order of their first mention in the stream: an index stands in `Event::Note` until
    /// all are known.
    names: Vec<CowStr<'e>>,
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    /// A block of HTML comes in lines.
    html: Option<String>,
    /// A block of code that gets colours: the start of it, its language, and its lines.
    code: Option<(Element<'e>, String, String)>,
    /// Whether the first line of the code that comes is the name of its language.
    is_header_due: bool,
    /// An image, its alternative text, and how deep we are in it.
    image: Option<(Element<'e>, String, usize)>,
    /// Where the open heading stands in the stream, if it needs an id, and its words.
    heading: Option<(usize, String)>,
    /// The heading that has just ended, for an id that is written below it.
    last_heading: Option<usize>,
    ids: HashMap<String, usize>,
    /// Whether there may be more in the source than CommonMark knows.
    has_extras: bool,
    /// A part of the source that is no Markdown, or that has been read.
    skip: Range<usize>,
    /// Whether it is whole blocks, with their ends.
    is_block_skipped: bool,
    /// The lines that define links and footnotes, once they were asked for.
    known: Option<Rc<str>>,
    /// Where the innermost block with words in it ends.
    block_end: usize,
    quotes: Option<Quotes>,
    /// Inner quotations that are open.
    open_quotes: usize,
    is_french: bool,
}

impl<'e, 's> Reader<'e, 's> {
    fn new(source: &'e str, style: &'s Style, depth: usize) -> Self {
        Reader {
            source,
            style,
            depth,
            stream: Stream::of(source).ending_summary(style),
            is_header_due: false,
            read: Read::default(),
            definition: None,
            definitions: HashMap::new(),
            names: Vec::new(),
            alignments: Vec::new(),
            column: 0,
            in_head: false,
            html: None,
            code: None,
            image: None,
            heading: None,
            last_heading: None,
            ids: HashMap::new(),
            has_extras: extras::may_have_extras(source),
            skip: 0..0,
            is_block_skipped: false,
            known: None,
            block_end: source.len(),
            quotes: style.smart_punctuation.then(|| quotes(&style.language)),
            open_quotes: 0,
            is_french: style.smart_punctuation && style.language.get(..2).is_some_and(|language| language.eq_ignore_ascii_case("fr")),
        }
    }

    fn read_all(&mut self) {
        let mut options = options();
        options.set(Options::ENABLE_SMART_PUNCTUATION, self.quotes.is_some());
        options.set(Options::ENABLE_DEFINITION_LIST, extras::has_definitions(self.source));
        let mut pending = Pending::Nothing;
        for (event, range) in Parser::new_ext(self.source, options).into_offset_iter() {
            // The cells that a row lacks stand at its end.
            let is_lacking_cell = self.is_block_skipped && range == (self.skip.end..self.skip.end);
            if self.skip.contains(&range.start) && (self.is_block_skipped || !is_end_of_block(&event)) || is_lacking_cell {
                // A piece of text may go on where the part that is left out has ended.
                if let (Markdown::Text(_), true) = (&event, range.end > self.skip.end) {
                    pending.push(self.source, &self.source[self.skip.end..range.end], self.skip.end..range.end);
                }
                // So may a block that the parser sees where a box has ended already.
                if let Markdown::Start(Tag::Paragraph | Tag::List(_) | Tag::BlockQuote(_) | Tag::HtmlBlock | Tag::Table(_)) = event
                    && range.end > self.skip.end
                {
                    let rest = self.skip.end..range.end;
                    self.skip.end = range.end;
                    self.nested(&self.source[rest], false);
                }
                continue;
            }
            if self.has_extras && self.read_extra(&event, &range, &mut pending) {
                continue;
            }
            match event {
                Markdown::Text(piece) => {
                    let piece = if self.quotes.is_some() { self.quote(piece, &range) } else { piece };
                    // The source holds nothing forbidden; a reference may stand for it.
                    if !matches!(piece, CowStr::Borrowed(_))
                        && let Some((_, c)) = forbidden(&piece).next()
                    {
                        self.read.forbidden.push((c, range.clone()));
                    }
                    pending.push(self.source, &piece, range);
                }
                event => {
                    self.flush(&mut pending);
                    self.event(event, range);
                }
            }
        }
        self.flush(&mut pending);
    }

    fn flush(&mut self, pending: &mut Pending) {
        if let Some(text) = pending.take(self.source) {
            self.event(Markdown::Text(text), 0..0);
        }
    }

    /// The language's own mark for a typewriter's.
    fn quote(&mut self, piece: CowStr<'e>, range: &Range<usize>) -> CowStr<'e> {
        let (Some(quotes), Some(written)) = (self.quotes, self.source.get(range.clone())) else { return piece };
        match (written, &*piece) {
            ("\"", "“") => quotes.open.into(),
            ("\"", "”") => quotes.close.into(),
            ("'", "‘") => {
                self.open_quotes += 1;
                quotes.open_inner.into()
            }
            // Else it's an apostrophe.
            ("'", "’") if self.open_quotes > 0 && !self.source[range.end..].starts_with(char::is_alphanumeric) => {
                self.open_quotes -= 1;
                quotes.close_inner.into()
            }
            _ => piece,
        }
    }

    fn event(&mut self, event: Markdown<'e>, range: Range<usize>) {
        let event = match event {
            Markdown::Text(text) if std::mem::take(&mut self.is_header_due) => Markdown::Text(without_first_line(&text).into()),
            event => event,
        };
        if self.image.is_some() {
            return self.in_image(event);
        }
        match (event, &mut self.code) {
            (Markdown::Text(text), Some((_, _, code))) => code.push_str(&text),
            (event, _) => self.step(event, range),
        }
    }

    fn step(&mut self, event: Markdown<'e>, range: Range<usize>) {
        match event {
            Markdown::Start(tag) => self.start(tag, range),
            Markdown::End(tag) => self.end(tag),
            Markdown::Text(text) => {
                self.words(&text);
                let text = if self.is_french && !self.stream.is_any_open(&["code", "pre"]) {
                    match french_spaces(&text) {
                        Cow::Owned(spaced) => spaced.into(),
                        Cow::Borrowed(_) => text,
                    }
                } else {
                    text
                };
                push_linked(&mut self.stream, text);
            }
            Markdown::Code(text) => {
                self.words(&text);
                self.stream.start(Element::inline("code"));
                self.stream.text(text);
                self.stream.end("code");
            }
            Markdown::InlineMath(math) if extras::is_price(self.source, &range) => self.prices(&math),
            Markdown::InlineMath(math) => self.stream.text(format!("${math}$")),
            Markdown::DisplayMath(math) => self.stream.text(format!("$${math}$$")),
            Markdown::Html(text) => match &mut self.html {
                Some(html) => html.push_str(&text),
                None => self.html(&text),
            },
            Markdown::InlineHtml(text) => self.html(&text),
            Markdown::FootnoteReference(name) => self.note(name),
            // The line before it was an attribute list.
            Markdown::SoftBreak if matches!(self.stream.events.last(), Some(Event::Start(element)) if element.name == "p") => {}
            Markdown::SoftBreak => self.stream.soft_break(),
            Markdown::HardBreak => {
                self.stream.start(Element::void("br"));
                self.stream.push(Event::Text("\n".into()));
            }
            Markdown::Rule => self.stream.start(Element::void("hr")),
            Markdown::TaskListMarker(done) => self.stream.text(if done { "☑ " } else { "☐ " }),
        }
    }

    fn start(&mut self, tag: Tag<'e>, range: Range<usize>) {
        if let Tag::Paragraph | Tag::Heading { .. } | Tag::Item | Tag::TableCell | Tag::DefinitionListTitle = tag {
            self.block_end = range.end;
            self.open_quotes = 0;
        }
        let element = match tag {
            Tag::Paragraph => Element::block("p"),
            Tag::Heading { level, id, .. } => {
                let element = Element::block(heading_name(level as u8));
                match id {
                    Some(id) => {
                        self.ids.entry(id.to_string()).or_insert(1);
                        element.with("id", id)
                    }
                    None => {
                        self.heading = Some((self.stream.events.len(), String::new()));
                        element
                    }
                }
            }
            Tag::BlockQuote(kind) => {
                self.stream.start(Element::block("blockquote"));
                if let Some(kind) = kind {
                    self.box_title(self.alert(kind));
                }
                return;
            }
            Tag::CodeBlock(kind) => {
                let header = self.style.code_headers.then(|| code_header(&kind, &self.source[range])).flatten();
                self.is_header_due = header.as_ref().is_some_and(|(_, is_alone)| *is_alone);
                let element = match header {
                    Some((language, _)) => Element::inline("code").with("class", format!("language-{}", language.to_lowercase())),
                    None => code_element(&kind),
                };
                if self.style.highlight.is_some()
                    && let Some(language) = element.get("class").and_then(|class| class.strip_prefix("language-")).map(str::to_owned)
                {
                    self.code = Some((element, language, String::new()));
                    return;
                }
                self.stream.start(Element::block("pre"));
                element
            }
            Tag::HtmlBlock => {
                self.html = Some(String::new());
                return;
            }
            Tag::List(None) => Element::block("ul"),
            Tag::List(Some(1)) => Element::block("ol"),
            Tag::List(Some(start)) => Element::block("ol").with("start", start.to_string()),
            Tag::Item => Element::block("li"),
            Tag::FootnoteDefinition(name) => {
                let inner = self.stream.inner();
                let outer = std::mem::replace(&mut self.stream, inner);
                self.definition = Some((outer, name));
                return;
            }
            Tag::Table(alignments) => {
                self.alignments = alignments;
                Element::block("table")
            }
            Tag::TableHead => {
                (self.in_head, self.column) = (true, 0);
                self.stream.start(Element::block("thead"));
                Element::block("tr")
            }
            Tag::TableRow => {
                self.column = 0;
                if !self.stream.is_open("tbody") {
                    self.stream.start(Element::block("tbody"));
                }
                Element::block("tr")
            }
            Tag::TableCell => {
                let element = Element::block(if self.in_head { "th" } else { "td" });
                self.column += 1;
                match self.alignments.get(self.column - 1) {
                    Some(Alignment::Left) => element.with("align", "left"),
                    Some(Alignment::Center) => element.with("align", "center"),
                    Some(Alignment::Right) => element.with("align", "right"),
                    Some(Alignment::None) | None => element,
                }
            }
            Tag::Emphasis => Element::inline("em"),
            Tag::Strong => Element::inline("strong"),
            Tag::Strikethrough => Element::inline("del"),
            Tag::Superscript => Element::inline("sup"),
            Tag::Subscript => Element::inline("sub"),
            Tag::Link { link_type, dest_url, title, .. } => {
                let target = if link_type == LinkType::Email { format!("mailto:{dest_url}").into() } else { dest_url };
                let element = Element::inline("a").with("href", target);
                if title.is_empty() { element } else { element.with("title", title) }
            }
            Tag::Image { dest_url, title, .. } => {
                let element = Element::void("img").with("src", dest_url);
                let element = if title.is_empty() { element } else { element.with("title", title) };
                self.image = Some((element, String::new(), 1));
                return;
            }
            Tag::DefinitionList => Element::block("dl"),
            Tag::DefinitionListTitle => Element::block("dt"),
            Tag::DefinitionListDefinition => Element::block("dd"),
            // No syntax for it is turned on.
            Tag::MetadataBlock(_) => return,
        };
        self.stream.start(element);
    }

    fn end(&mut self, tag: TagEnd) {
        let name = match tag {
            TagEnd::Paragraph => "p",
            TagEnd::Heading(level) => {
                self.name_heading();
                let is_heading = |event: &Event| matches!(event, Event::Start(element) if element.name == heading_name(level as u8));
                self.last_heading = self.stream.events.iter().rposition(is_heading);
                heading_name(level as u8)
            }
            TagEnd::BlockQuote(_) => "blockquote",
            TagEnd::CodeBlock => {
                self.paint_code();
                "pre"
            }
            TagEnd::HtmlBlock => {
                if let Some(html) = self.html.take() {
                    self.html(&html);
                }
                return;
            }
            TagEnd::List(true) => "ol",
            TagEnd::List(false) => "ul",
            TagEnd::Item => "li",
            TagEnd::FootnoteDefinition => {
                if let Some((outer, name)) = self.definition.take() {
                    let stream = std::mem::replace(&mut self.stream, outer);
                    self.definitions.entry(name).or_insert(stream.finish());
                }
                return;
            }
            TagEnd::Table => "table",
            TagEnd::TableHead => {
                self.in_head = false;
                "thead"
            }
            TagEnd::TableRow => "tr",
            TagEnd::TableCell => {
                self.stream.end("th");
                "td"
            }
            TagEnd::Emphasis => "em",
            TagEnd::Strong => "strong",
            TagEnd::Strikethrough => "del",
            TagEnd::Superscript => "sup",
            TagEnd::Subscript => "sub",
            TagEnd::Link => "a",
            TagEnd::DefinitionList => "dl",
            TagEnd::DefinitionListTitle => "dt",
            TagEnd::DefinitionListDefinition => "dd",
            TagEnd::Image | TagEnd::MetadataBlock(_) => return,
        };
        self.stream.end(name);
    }

    /// Puts in the code that was waiting for its colours.
    fn paint_code(&mut self) {
        let Some((element, language, code)) = self.code.take() else { return };
        let painted = self.style.highlight.and_then(|theme| highlight::paint(theme, &language, &code));
        let pre = Element::block("pre");
        let Some(painted) = painted else {
            self.stream.start(pre);
            self.stream.start(element);
            return self.stream.text(code);
        };
        self.stream.start(pre.with("style", painted.block));
        self.stream.start(element);
        for (style, words) in painted.spans {
            if style.is_empty() {
                self.stream.text(words.to_owned());
                continue;
            }
            self.stream.start(Element::inline("span").with("style", style));
            self.stream.text(words.to_owned());
            self.stream.end("span");
        }
    }

    /// What stands in an image is its alternative text.
    fn in_image(&mut self, event: Markdown<'e>) {
        let Some((_, words, depth)) = &mut self.image else { return };
        match event {
            Markdown::Text(text) | Markdown::Code(text) => words.push_str(&text),
            Markdown::InlineMath(math) | Markdown::DisplayMath(math) => words.push_str(&math),
            Markdown::SoftBreak | Markdown::HardBreak => words.push(' '),
            Markdown::Start(_) => *depth += 1,
            Markdown::End(_) => {
                *depth -= 1;
                if *depth == 0
                    && let Some((element, words, _)) = self.image.take()
                {
                    self.stream.start(element.with("alt", clean(words.into())));
                }
            }
            _ => {}
        }
    }

    fn html(&mut self, text: &str) {
        if self.depth < MAX_READERS && text.contains("markdown") && self.html_with_markdown(text) {
            return;
        }
        // A comment leaves nothing that would have to be sanitised.
        self.read.has_html |= !(text.starts_with("<!--") && text.trim_end().ends_with("-->") && text.matches('<').count() == 1);
        html_reader::read(text, &mut self.stream);
    }

    fn words(&mut self, text: &str) {
        if let Some((_, words)) = &mut self.heading {
            words.push_str(text);
        }
    }

    /// Gives the heading an id of its words, as GitHub does; a second one of the same name gets a number.
    fn name_heading(&mut self) {
        let Some((at, words)) = self.heading.take() else { return };
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_') || unicode_normalization::char::is_combining_mark(*c);
        let name: String = words.trim().to_lowercase().replace(char::is_whitespace, "-").chars().filter(kept).collect();
        if name.is_empty() {
            return;
        }
        // As GitHub numbers headings of one name; the next number may be another heading's name.
        let mut count = self.ids.get(&name).copied().unwrap_or(0);
        let mut unique = name.clone();
        while self.ids.contains_key(&unique) {
            count += 1;
            unique = format!("{name}-{count}");
        }
        self.ids.insert(name, count);
        self.ids.insert(unique.clone(), 0);
        if let Some(Event::Start(element)) = self.stream.events.get_mut(at) {
            element.attributes.push(("id", unique.into()));
        }
    }

    fn note(&mut self, name: CowStr<'e>) {
        let at = self.names.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        });
        // Numbered when all are known.
        self.stream.push(Event::Note { number: at, mention: 0 });
    }

    fn finish(mut self) -> Read<'e> {
        self.read.events = self.stream.finish();
        let mut numbers = Numbers::default();
        numbers.number(&mut self.read.events);
        let mut done = 0;
        // A footnote may mention another one.
        while let Some(index) = numbers.order.get(done).copied() {
            let definition = self.names.get(index).and_then(|name| self.definitions.remove(name));
            let mut events = definition.unwrap_or_default();
            numbers.number(&mut events);
            self.read.notes.push(events);
            done += 1;
        }
        self.read
    }
}

fn is_end_of_block(event: &Markdown<'_>) -> bool {
    use TagEnd::{Emphasis, Image, Link, Strikethrough, Strong, Subscript, Superscript};
    matches!(event, Markdown::End(tag) if !matches!(tag, Emphasis | Image | Link | Strikethrough | Strong | Subscript | Superscript))
}

fn code_element<'e>(kind: &CodeBlockKind<'e>) -> Element<'e> {
    let info = match kind {
        CodeBlockKind::Fenced(info) => info.as_ref(),
        CodeBlockKind::Indented => "",
    };
    let language: String = info
        .split([' ', ',', '{', '\t'])
        .next()
        .unwrap_or_default()
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '+' | '#' | '.'))
        .collect();
    let element = Element::inline("code");
    if language.is_empty() { element } else { element.with("class", format!("language-{language}")) }
}

/// The language that the first line of a code block names, as CodeHilite reads it, and whether it says nothing else:
/// `:::python`, `#!python`; `#!/usr/bin/python` is a part of the code.
fn code_header(kind: &CodeBlockKind<'_>, written: &str) -> Option<(String, bool)> {
    let mut lines = written.lines();
    if let CodeBlockKind::Fenced(info) = kind {
        lines.next().filter(|_| info.is_empty())?;
    }
    let line = lines.next()?.trim();
    let rest = match line.strip_prefix("::") {
        Some(rest) => rest.trim_start_matches(':'),
        None => line.strip_prefix("#!")?,
    };
    // Lines to be marked stand behind the name.
    let rest = rest.split(" hl_lines").next()?.trim_end();
    let (path, name) = rest.rfind(['/', ' ']).map_or(("", rest), |at| rest.split_at(at + 1));
    let is_name =
        (path.is_empty() || path.starts_with('/')) && !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_#.+-".contains(c));
    is_name.then(|| (name.to_owned(), path.is_empty()))
}

fn without_first_line(text: &str) -> String {
    text.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default()
}

/// Text with its bare addresses as links, where it is neither code nor a link already.
pub fn push_linked<'e>(stream: &mut Stream<'e>, text: CowStr<'e>) {
    if !may_have_links(text.as_bytes()) || stream.is_any_open(&["a", "code", "pre"]) {
        return stream.text(text);
    }
    let mut done = 0;
    for link in links(&text) {
        stream.text(text[done..link.start].to_owned());
        stream.start(Element::inline("a").with("href", link.target));
        stream.text(text[link.start..link.end].to_owned());
        stream.end("a");
        done = link.end;
    }
    if done == 0 { stream.text(text) } else { stream.text(text[done..].to_owned()) }
}

#[cfg(test)]
mod tests;
