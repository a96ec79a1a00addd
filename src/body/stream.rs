//! Builds a body's stream: whatever comes in, elements nest, and no forbidden character gets through.

use super::clean::clean_for_xml;
use super::event::{Element, Event, Layout};
use super::foreign::{Foreign, Step};
use super::hidden::keep_pictures;
use super::style::Style;
use super::words::is_cjk;
use html5ever::tokenizer::Token;
use pulldown_cmark::CowStr;
use std::borrow::Cow;

/// Deeper elements are not opened: no text needs them, and a hostile one must not cost the square of its length.
const MAX_DEPTH: usize = 120;

/// An element whose content is left out: where it began, so that the stream can be cut back to there.
#[derive(Debug)]
struct Skipped {
    name: String,
    /// Elements of the same name inside.
    depth: usize,
    events: usize,
    open: usize,
    /// Whether its content is code rather than words: it goes even if the element is never closed.
    is_code: bool,
}

/// The events so far, and which elements are open.
#[derive(Debug, Default)]
pub struct Stream<'e> {
    pub events: Vec<Event<'e>>,
    open: Vec<&'static str>,
    skipped: Option<Skipped>,
    /// The object that is open: its address, and where its content begins.
    object: Option<(String, usize)>,
    /// The drawing or formula that is open.
    pub foreign: Option<Foreign>,
    /// The words of the comment at which the summary ends, beside `more`.
    pub summary_end: Option<Box<str>>,
    /// The line's end that vanishes if a CJK character follows.
    soft: Option<usize>,
    /// Whether what is borrowed needs no cleaning.
    is_clean: bool,
    /// How deep the last code block stands, if it has colours of its own.
    styled_code: Option<usize>,
}

impl<'e> Stream<'e> {
    pub fn with_capacity(events: usize) -> Self {
        Stream { events: Vec::with_capacity(events), ..Stream::default() }
    }

    /// A stream of a source in which nothing is forbidden.
    pub fn of(source: &str) -> Self {
        // No branch in the loop, so that many bytes are compared at once.
        let has_return = source.bytes().fold(false, |found, byte| found | (byte == b'\r'));
        Stream { is_clean: !has_return, ..Stream::with_capacity(source.len() / 20) }
    }

    /// The same, which knows the author's own comment at the end of summaries.
    pub fn ending_summary(self, style: &Style) -> Self {
        Stream { summary_end: style.summary_end.clone(), ..self }
    }

    /// An empty stream of the same source.
    pub fn inner(&self) -> Self {
        Stream { is_clean: self.is_clean, ..Stream::default() }
    }

    pub fn is_open(&self, name: &str) -> bool {
        self.open.contains(&name)
    }

    pub fn is_any_open(&self, names: &[&str]) -> bool {
        self.open.iter().any(|open| names.contains(open))
    }

    /// Whether only elements are open that hold paragraphs.
    pub fn is_between_blocks(&self) -> bool {
        let is_outer = |name: &&str| matches!(*name, "article" | "blockquote" | "div" | "main" | "section");
        self.open.iter().all(is_outer) && !matches!(self.events.last(), Some(Event::Text(text)) if !text.trim().is_empty())
    }

    /// Whether code is open that has colours of its own.
    pub fn has_styled_code(&self) -> bool {
        self.styled_code.is_some_and(|depth| depth < self.open.len())
    }

    /// Opens an element, or puts in one that holds nothing.
    pub fn start(&mut self, element: Element<'e>) {
        if element.layout == Layout::Block {
            self.soft = None;
        }
        if let Some(foreign) = &self.foreign {
            if element.layout != Layout::Block {
                return;
            }
            // Markdown has begun a block; up to the end tag, if there is one, all of it belongs to the drawing.
            let root = foreign.root();
            self.end_foreign();
            self.skip(root, false);
        }
        if element.layout != Layout::Void {
            if self.open.len() >= MAX_DEPTH {
                return;
            }
            if element.name == "pre" {
                self.styled_code = element.get("style").map(|_| self.open.len());
            }
            self.open.push(element.name);
        }
        self.events.push(Event::Start(element));
    }

    /// Closes an element and what is still open in it; without such an element nothing happens.
    pub fn end(&mut self, name: &'static str) {
        let Some(at) = self.open.iter().rposition(|open| *open == name) else { return };
        self.close_to(at);
    }

    fn close_to(&mut self, depth: usize) {
        if self.foreign.is_some() {
            self.end_foreign();
        }
        if self.skipped.as_ref().is_some_and(|skipped| depth < skipped.open) {
            self.leave_skipped();
        }
        while self.open.len() > depth {
            if let Some(name) = self.open.pop() {
                self.events.push(Event::End(name));
            }
        }
    }

    /// HTML lets authors leave out end tags: an element of a list ends where the next begins, a paragraph where a
    /// block does.
    pub fn imply_ends(&mut self, name: &str, layout: Layout) {
        let (closes, within): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "tr" => (&["tr"], &["table"]),
            "thead" | "tbody" | "tfoot" => (&["thead", "tbody", "tfoot", "colgroup", "caption"], &["table"]),
            _ if layout == Layout::Block || name == "hr" => (&["p"], &["td", "th", "li", "blockquote", "div", "figure", "dd"]),
            _ => return,
        };
        let scope = self.open.iter().rposition(|open| within.contains(open)).map_or(0, |at| at + 1);
        if let Some(at) = self.open[scope..].iter().position(|open| closes.contains(open)) {
            self.close_to(scope + at);
        }
    }

    /// Gives a token to the drawing or formula that is open; false: it is HTML's.
    pub fn take_foreign(&mut self, token: &Token) -> bool {
        let Some(open) = &mut self.foreign else { return false };
        let (words, is_taken) = match open.token(token) {
            Step::Goes => return true,
            Step::Ends(words) => (words, true),
            Step::Breaks(words) => (words, false),
        };
        self.foreign = None;
        self.text(words);
        is_taken
    }

    fn end_foreign(&mut self) {
        if let Some(mut foreign) = self.foreign.take() {
            self.text(foreign.words());
        }
    }

    pub fn text(&mut self, text: impl Into<CowStr<'e>>) {
        let text = text.into();
        if let Some(foreign) = &mut self.foreign {
            return foreign.text(&text);
        }
        let text = if self.is_clean && matches!(text, CowStr::Borrowed(_)) { text } else { clean(text) };
        // A parser passes over the line's end that stands first.
        let is_first = text.starts_with('\n') && self.is_first_in_pre();
        let text = if is_first { text.trim_start_matches('\n').to_owned().into() } else { text };
        let Some(first) = text.chars().next() else { return };
        if let Some(at) = self.soft.take()
            && is_cjk(first)
            && let Some(Event::Text(line_end)) = self.events.get_mut(at)
        {
            *line_end = CowStr::Borrowed("");
        }
        self.events.push(Event::Text(text));
    }

    fn is_first_in_pre(&self) -> bool {
        matches!(self.events.last(), Some(Event::Start(element)) if element.name == "pre")
    }

    /// A line's end in the source: a space, but nothing between two CJK characters.
    pub fn soft_break(&mut self) {
        if self.is_first_in_pre() {
            return;
        }
        let before = self.events.iter().rev().find_map(|event| match event {
            Event::Text(text) => Some(text.chars().next_back()),
            Event::Start(_) | Event::End("p" | "li" | "td" | "th") => Some(None),
            _ => None,
        });
        self.events.push(Event::Text(CowStr::Borrowed("\n")));
        self.soft = before.flatten().filter(|c| is_cjk(*c)).map(|_| self.events.len() - 1);
    }

    /// Takes a line's end back: the next line says nothing.
    pub fn undo_line_end(&mut self) {
        if matches!(self.events.last(), Some(Event::Text(text)) if &**text == "\n") {
            self.events.pop();
            self.soft = None;
        }
    }

    pub fn push(&mut self, event: Event<'e>) {
        self.events.push(event);
    }

    /// Begins to leave out the content of an element. Inside of one, only those of the same name matter.
    pub fn skip(&mut self, name: &str, is_code: bool) {
        match &mut self.skipped {
            Some(skipped) if skipped.name == name => skipped.depth += 1,
            Some(_) => {}
            None => {
                let (events, open) = (self.events.len(), self.open.len());
                self.skipped = Some(Skipped { name: name.to_owned(), depth: 1, events, open, is_code });
            }
        }
    }

    /// The end tag of an element whose content is left out.
    /// False: there is none.
    pub fn end_skip(&mut self, name: &str) -> bool {
        let Some(skipped) = self.skipped.as_mut().filter(|skipped| skipped.name == name) else { return false };
        skipped.depth -= 1;
        if skipped.depth == 0 {
            if name == "noscript" {
                keep_pictures(&mut self.events, skipped.events);
            } else {
                self.events.truncate(skipped.events);
            }
            self.open.truncate(skipped.open);
            self.soft = None;
            self.skipped = None;
        }
        true
    }

    /// Whether the content of an element of that name is being left out.
    pub fn is_skipping(&self, name: &str) -> bool {
        self.skipped.as_ref().is_some_and(|skipped| skipped.name == name)
    }

    /// An object opens: what is in it is for those who can't show it.
    pub fn start_object(&mut self, data: String) {
        self.object = Some((data, self.events.len()));
    }

    /// The address of the object that ends, if nothing stands in for it.
    pub fn end_object(&mut self) -> Option<String> {
        let (data, start) = self.object.take()?;
        let is_blank = |event: &Event<'_>| matches!(event, Event::Text(text) if text.trim().is_empty());
        self.events.get(start..).is_none_or(|inside| inside.iter().all(is_blank)).then_some(data)
    }

    /// The element around ends, so this one was never closed: words are kept, for losing the rest of a text is worse.
    fn leave_skipped(&mut self) {
        if let Some(skipped) = self.skipped.take().filter(|skipped| skipped.is_code) {
            self.events.truncate(skipped.events);
            self.open.truncate(skipped.open);
        }
    }

    pub fn finish(mut self) -> Vec<Event<'e>> {
        self.end_foreign();
        self.leave_skipped();
        self.close_to(0);
        self.events
    }
}

/// Without what XML forbids, and with line feeds alone.
pub fn clean(text: CowStr<'_>) -> CowStr<'_> {
    // Nearly all texts are clean: no branch in the loop, so that many bytes are compared at once.
    let is_odd = |byte: u8| (byte == 0xef) | ((byte < 0x20) & (byte != b'\n') & (byte != b'\t'));
    if !text.bytes().fold(false, |found, byte| found | is_odd(byte)) {
        return text;
    }
    if let Cow::Owned(cleaned) = clean_for_xml(&text) {
        return clean(cleaned.into());
    }
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(stream: Stream) -> String {
        stream
            .finish()
            .iter()
            .map(|event| match event {
                Event::Start(element) => format!("<{}>", element.name),
                Event::End(name) => format!("</{name}>"),
                Event::Text(text) => text.to_string(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn elements_nest_whatever_comes() {
        let mut stream = Stream::default();
        stream.start(Element::block("p"));
        stream.start(Element::inline("b"));
        stream.start(Element::inline("i"));
        stream.text("x");
        stream.end("b");
        stream.end("i");
        stream.end("div");
        stream.start(Element::inline("em"));
        assert_eq!(show(stream), "<p><b><i>x</i></b><em></em></p>");
    }

    #[test]
    fn left_out_end_tags_are_implied() {
        let mut stream = Stream::default();
        for name in ["ul", "li", "ul", "li", "li"] {
            stream.imply_ends(name, Layout::Block);
            stream.start(Element::block(name));
        }
        stream.end("ul");
        for name in ["li", "p", "p"] {
            stream.imply_ends(name, Layout::Block);
            stream.start(Element::block(name));
        }
        assert_eq!(show(stream), "<ul><li><ul><li></li><li></li></ul></li><li><p></p><p></p></li></ul>");
    }

    #[test]
    fn content_is_left_out_up_to_its_end() {
        let mut stream = Stream::default();
        stream.text("a");
        stream.skip("form", false);
        stream.skip("form", false);
        stream.start(Element::block("p"));
        stream.end_skip("form");
        stream.text("b");
        stream.end_skip("form");
        stream.text("c");
        assert_eq!(show(stream), "ac");
    }

    #[test]
    fn an_element_that_is_never_closed_loses_code_but_no_words() {
        for (is_code, expected) in [(true, "<p>a</p>c"), (false, "<p>ab</p>c")] {
            let mut stream = Stream::default();
            stream.start(Element::block("p"));
            stream.text("a");
            stream.skip("x", is_code);
            stream.text("b");
            stream.end("p");
            stream.text("c");
            assert_eq!(show(stream), expected);
        }
    }

    #[test]
    fn a_line_end_between_cjk_characters_vanishes() {
        for (before, after, expected) in [("字", "文", "字文"), ("字", "a", "字\na"), ("a", "b", "a\nb"), ("한", "글", "한\n글")]
        {
            let mut stream = Stream::default();
            stream.text(before);
            stream.soft_break();
            stream.text(after);
            assert_eq!(show(stream), expected);
        }
    }

    #[test]
    fn forbidden_characters_are_taken_out_of_text() {
        assert_eq!(&*clean("a\u{8}\r\nb\rc".into()), "a\nb\nc");
    }
}
