//! Where the reader meets what CommonMark doesn't know: boxes, attribute lists, formulas, Markdown inside HTML.

use super::extras::{self, Attributes};
use super::{MAX_READERS, Pending, Reader};
use crate::body::event::{Element, Event, Layout, find_element};
use crate::body::html_reader;
use crate::body::shortcode::box_label;
use pulldown_cmark::{BlockQuoteKind, CowStr, Event as Markdown, Tag};
use std::ops::Range;
use std::rc::Rc;

impl<'e> Reader<'e, '_> {
    /// Reads what is no Markdown to the parser; false: the event is to be read as it is.
    pub(super) fn read_extra(&mut self, event: &Markdown<'e>, range: &Range<usize>, pending: &mut Pending) -> bool {
        let Some(written) = self.source.get(range.clone()) else { return false };
        match event {
            Markdown::Start(Tag::Paragraph) => {
                self.flush(pending);
                self.read_paragraph(written, range)
            }
            Markdown::Start(Tag::List(_)) if extras::is_contents_list(written) => {
                self.flush(pending);
                self.skip_block(range.clone());
                true
            }
            // A table's last line, as the parser sees it.
            Markdown::Start(Tag::TableRow) if extras::only_attributes(written.trim_matches(['|', ' '])).is_some() => {
                self.skip_block(range.clone());
                true
            }
            Markdown::Text(_) if self.code.is_none() && !self.stream.is_open("pre") => self.read_text(written, range, pending),
            Markdown::Start(_) => {
                self.last_heading = None;
                false
            }
            _ => false,
        }
    }

    fn read_paragraph(&mut self, written: &'e str, range: &Range<usize>) -> bool {
        if let Some(attributes) = extras::only_attributes(written) {
            if let (Some(id), Some(at)) = (attributes.id, self.last_heading.take()) {
                self.set_id(at, id);
            }
            self.skip_block(range.clone());
            return true;
        }
        self.last_heading = None;
        if matches!(self.stream.events.last(), Some(Event::Start(Element { name: "blockquote", .. })))
            && let Some((kind, title, length)) = extras::callout(written)
        {
            self.callout(kind, title);
            let is_alone = written[length..].trim().is_empty();
            match is_alone {
                true => self.skip_block(range.clone()),
                false => (self.skip, self.is_block_skipped) = (range.start..range.start + length, false),
            }
            return is_alone;
        }
        if extras::is_contents_mark(written) {
            self.skip_block(range.clone());
            return true;
        }
        // A comment may go on over many paragraphs.
        if let Some(length) = extras::extension(&self.source[range.start..]).filter(|length| *length >= written.trim_end().len()) {
            self.skip_block(range.start..range.start + length);
            return true;
        }
        false
    }

    fn read_text(&mut self, written: &'e str, range: &Range<usize>, pending: &mut Pending) -> bool {
        if written.starts_with(['(', '[', '\\']) && self.source[..range.start].ends_with('\\') {
            let is_escaped = |at: usize| self.source[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0;
            let start = range.start - 1;
            if is_escaped(start)
                && let Some(formula) = extras::formula(self.source, start, self.block_end)
            {
                // Two backslashes are one that Markdown leaves.
                let text = self.source[formula.clone()].replace("\\\\(", "\\(").replace("\\\\)", "\\)");
                let text = text.replace("\\\\[", "\\[").replace("\\\\]", "\\]");
                pending.push(self.source, &text, formula.clone());
                self.skip_to(formula.end, range, pending);
                return true;
            }
        }
        let mut done = range.start;
        let mut from = range.start;
        while let Some(start) = self.source.get(from..range.end).and_then(|rest| rest.find("{:")).map(|at| from + at) {
            from = start + 2;
            let Some(length) = self.read_mark(start, done == start && done == range.start, pending) else { continue };
            pending.push(self.source, self.source.get(done..start).unwrap_or_default(), done..start);
            done = start + length;
            from = done;
        }
        if done > range.start {
            self.skip_to(done, range, pending);
        }
        done > range.start
    }

    /// The length of the attribute list or extension at a place; `None`: it's words.
    fn read_mark(&mut self, start: usize, is_first: bool, pending: &Pending) -> Option<usize> {
        let rest = &self.source[start..self.block_end.max(start)];
        let (attributes, length) = match extras::attribute_list(rest) {
            Some((attributes, length)) => (Some(attributes), length),
            None => (None, extras::extension(rest)?),
        };
        let line = &self.source[self.source[..start].rfind('\n').map_or(0, |at| at + 1)..start];
        let after = rest[length..].split('\n').next().unwrap_or_default();
        // Python-Markdown has those of a heading behind its words.
        let is_heading = self.heading.is_some() && after.trim().is_empty();
        if let (true, Some(id)) = (is_heading, attributes.as_ref().and_then(|attributes| attributes.id.clone())) {
            self.name_heading_by(id);
        }
        let is_line = line.trim_matches(['>', ' ', '\t']).is_empty() && after.trim().is_empty();
        // One that says something about a word stands right behind its mark.
        let is_behind = is_first
            && matches!(pending, Pending::Nothing)
            && matches!(self.stream.events.last(), Some(Event::End(_) | Event::Start(Element { name: "img", .. })));
        if is_line && is_first {
            self.stream.undo_line_end();
        }
        // Kramdown passes over one that says something about mere words.
        let is_whole = attributes.as_ref().is_none_or(|attributes| attributes.is_certain);
        if let Some(attributes) = attributes.filter(|_| is_behind) {
            self.size_image(attributes);
        }
        (is_line || is_behind || is_heading || is_whole).then_some(length)
    }

    /// The author's own name for the heading that is open.
    fn name_heading_by(&mut self, id: String) {
        if let Some((at, _)) = self.heading.take() {
            self.set_id(at, id);
        }
    }

    fn set_id(&mut self, at: usize, id: String) {
        if let Some(Event::Start(heading)) = self.stream.events.get_mut(at) {
            self.ids.entry(id.clone()).or_insert(0);
            heading.attributes.retain(|(name, _)| *name != "id");
            heading.attributes.push(("id", id.into()));
        }
    }

    /// Leaves out whole blocks.
    fn skip_block(&mut self, range: Range<usize>) {
        self.skip = range;
        self.is_block_skipped = true;
    }

    /// Leaves out the source up to `end`, but not what the event holds after it.
    fn skip_to(&mut self, end: usize, range: &Range<usize>, pending: &mut Pending) {
        self.skip = range.start.min(end)..end;
        self.is_block_skipped = false;
        if end < range.end {
            pending.push(self.source, &self.source[end..range.end], end..range.end);
        }
    }

    /// `![](x.png){: width="300"}`.
    fn size_image(&mut self, attributes: Attributes) {
        let Some(Event::Start(image)) = self.stream.events.last_mut() else { return };
        for (name, value) in [("width", attributes.width), ("height", attributes.height)] {
            let value = value.map(|value| value.trim_end_matches("px").to_owned());
            if let Some(value) = value.filter(|value| (1..=5).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())) {
                image.attributes.push((name, value.into()));
            }
        }
    }

    pub(super) fn box_title(&mut self, title: &str) {
        self.stream.start(Element::block("p"));
        self.stream.start(Element::inline("strong"));
        self.stream.text(title.to_owned());
        self.stream.end("p");
    }

    /// The title of a box, in which there may be Markdown; else the word for its kind.
    fn callout(&mut self, kind: &str, title: &str) {
        if title.is_empty() {
            let label = box_label(kind, self.style.words()).map_or_else(|| kind.replace(['-', '_'], " "), str::to_owned);
            let mut letters = label.chars();
            let label: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
            return self.box_title(&label);
        }
        self.stream.start(Element::block("p"));
        self.stream.start(Element::inline("strong"));
        self.nested(title, true);
        self.stream.end("p");
    }

    pub(super) fn alert(&self, kind: BlockQuoteKind) -> &'static str {
        let words = self.style.words();
        match kind {
            BlockQuoteKind::Note => &words.note,
            BlockQuoteKind::Tip => &words.tip,
            BlockQuoteKind::Important => &words.important,
            BlockQuoteKind::Warning => &words.warning,
            BlockQuoteKind::Caution => &words.caution,
        }
    }

    /// What the parser takes for a formula is a text between two prices.
    pub(super) fn prices(&mut self, inner: &str) {
        self.stream.text("$");
        self.nested(inner, true);
        self.stream.text("$");
    }

    /// Reads Markdown that stands inside something else. `is_inline`: one paragraph gives up its tags.
    pub(super) fn nested(&mut self, text: &str, is_inline: bool) {
        if self.depth >= MAX_READERS {
            return self.stream.text(text.to_owned());
        }
        // What names no definition needs none: to look for them costs a walk through the whole text.
        let known: Rc<str> = match text.contains('[') {
            true => self.known.get_or_insert_with(|| definitions(self.source).into()).clone(),
            false => "".into(),
        };
        let source = format!("{text}\n\n{known}");
        let mut inner = Reader::new(&source, self.style, self.depth + 1);
        inner.ids = std::mem::take(&mut self.ids);
        inner.read_all();
        self.ids = std::mem::take(&mut inner.ids);
        self.read.has_html |= inner.read.has_html;
        let (names, definitions) = (inner.names, inner.definitions);
        let events = inner.stream.finish();
        let paragraphs = events.iter().filter(|event| **event == Event::End("p")).count();
        let is_block = |event: &Event| matches!(event, Event::Start(element) if element.layout == Layout::Block && element.name != "p");
        let is_bare = is_inline && paragraphs <= 1 && !events.iter().any(is_block);
        for event in events {
            match event.into_owned() {
                Event::Start(element) if element.name == "p" && is_bare => {}
                Event::End("p") if is_bare => {}
                Event::Start(element) => {
                    // No paragraph holds a block.
                    self.stream.imply_ends(element.name, element.layout);
                    self.stream.start(element);
                }
                Event::End(name) => self.stream.end(name),
                Event::Text(text) => self.stream.text(text),
                Event::Note { number, .. } => {
                    if let Some(name) = names.get(number) {
                        self.note(CowStr::from(name.to_string()));
                    }
                }
                event => self.stream.push(event),
            }
        }
        for (name, events) in definitions {
            // Those that were only lent to it are read where they stand.
            if !known.contains(&format!("[^{name}]:")) {
                self.definitions.entry(name.into_static()).or_insert_with(|| events.into_iter().map(Event::into_owned).collect());
            }
        }
    }

    /// HTML whose author asks for Markdown in it (`markdown="1"`, as PHP Markdown Extra, kramdown and Python-Markdown
    /// have it); false: nobody asks.
    pub(super) fn html_with_markdown(&mut self, html: &str) -> bool {
        let Some((before, tag, rest)) = asking_tag(html) else { return false };
        self.read.has_html = true;
        let name: String = tag[1..].chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        let inner = &rest[..end_of(&name.to_ascii_lowercase(), rest)];
        html_reader::read(before, &mut self.stream);
        html_reader::read(tag, &mut self.stream);
        let mut is_inline = is_inline(&name);
        let mut words_from = 0;
        let mut at = 0;
        // Words and inline tags between the tags of blocks are Markdown.
        while let Some(start) = inner[at..].find('<').map(|start| at + start) {
            let tag_name: String = inner[start + 1..]
                .trim_start_matches('/')
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric())
                .collect::<String>()
                .to_ascii_lowercase();
            let is_block = find_element(&tag_name).is_some_and(|(_, layout, _)| layout == Layout::Block);
            let Some(end) = inner[start..].find('>').map(|end| start + end + 1) else { break };
            if is_block {
                self.words_in_html(&inner[words_from..start], is_inline);
                html_reader::read(&inner[start..end], &mut self.stream);
                is_inline = is_inline_now(&inner[start..end], &tag_name, &name);
                words_from = end;
            }
            at = end;
        }
        self.words_in_html(&inner[words_from..], is_inline);
        let after = &rest[inner.len()..];
        if !self.html_with_markdown(after) {
            html_reader::read(after, &mut self.stream);
        }
        true
    }

    fn words_in_html(&mut self, words: &str, is_inline: bool) {
        if words.trim().is_empty() {
            return;
        }
        let margin = words.lines().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start_matches(' ').len()).min();
        let lines: Vec<&str> = words.lines().map(|line| line.get(margin.unwrap_or(0)..).unwrap_or_default()).collect();
        let text = lines.join("\n");
        self.nested(if is_inline { text.trim() } else { &text }, is_inline);
    }
}

/// Elements whose words are a line, not paragraphs.
fn is_inline(name: &str) -> bool {
    matches!(name, "td" | "th" | "p" | "dt" | "dd" | "li" | "summary" | "figcaption" | "caption" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Whether words after a tag are a line: those in the element that opens, or in the one around that which ends.
fn is_inline_now(tag: &str, name: &str, outer: &str) -> bool {
    if tag.starts_with("</") { is_inline(outer) } else { is_inline(name) }
}

/// Where the tag is that asks for Markdown: what stands before it, the tag, what comes after.
fn asking_tag(html: &str) -> Option<(&str, &str, &str)> {
    let mut at = 0;
    loop {
        let start = at + html[at..].find('<')?;
        let end = start + html[start..].find('>')? + 1;
        let tag = &html[start..end];
        let asks = tag.split([' ', '\n', '\t', '>']).skip(1).any(|part| {
            part.strip_prefix("markdown")
                .is_some_and(|value| matches!(value.trim_matches(['=', '"', '\'']), "" | "1" | "block" | "span" | "true"))
        });
        if asks && !tag.ends_with("/>") && tag[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Some((&html[..start], tag, &html[end..]));
        }
        at = end;
    }
}

/// Where the end tag of an element begins whose start tag stands before the text.
fn end_of(name: &str, html: &str) -> usize {
    let mut depth = 1;
    let mut at = 0;
    while let Some(start) = html[at..].find('<').map(|start| at + start) {
        let tag = html[start + 1..].trim_start_matches('/');
        let is_same = tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
            && !tag[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
        if is_same && html[start + 1..].starts_with('/') {
            depth -= 1;
            if depth == 0 {
                return start;
            }
        } else if is_same {
            depth += 1;
        }
        at = start + 1;
    }
    html.len()
}

/// The lines that define links and footnotes, which hold inside boxes too.
fn definitions(source: &str) -> String {
    let mut out = String::new();
    for line in source.lines() {
        let text = line.trim_start_matches(' ');
        if text.starts_with('[') && line.len() - text.len() < 4 && text.contains("]:") {
            out.push_str(text);
            out.push_str("\n\n");
        }
    }
    out
}
