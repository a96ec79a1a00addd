//! Events to plain text, for the text part of a message: wrapped, with no markup left.

mod flowed;
mod page;
mod raised;
mod table;
mod wrap;

use super::Line;
use super::event::{Element, Event, Layout, heading_level, layout};
use crate::catalog::Links;
use crate::language::{Words as Ours, fill};
use page::Page;
use std::collections::BTreeSet;
use table::{Shape, Table};

pub use flowed::to_flowed;
pub use raised::{lowered, raised};

/// Width of a line.
const COLUMNS: usize = 72;

/// Words as the lines of one paragraph.
pub fn wrap_text(text: &str) -> Vec<Line> {
    let mut page = Page::default();
    page.paragraph(&super::words::one_line(text));
    page.lines
}

/// Words as the lines of an item of a list.
pub fn wrap_item(text: &str) -> Vec<Line> {
    let mut page = Page::default();
    page.indent("- ");
    page.paragraph(&super::words::one_line(text));
    page.lines
}

/// A paragraph of this alone, a private-use character, is a place for something else: a section ends there.
pub const PLACE: &str = "\u{10FFF2}";

/// Writes events as lines; addresses stand at the end of their section, numbered.
pub struct Writer<'a> {
    links: &'a dyn Links,
    /// What tidings itself says.
    ours: &'a Ours,
    page: Page,
    /// The words of the block that is being read; a line feed is a line's end.
    words: String,
    /// Links that are open: where their words begin, and where they lead.
    open_links: Vec<(usize, Option<String>)>,
    references: Vec<String>,
    /// The numbers of those that the section mentions.
    mentioned: BTreeSet<usize>,
    /// Lists that are open: the next number, if they have numbers.
    lists: Vec<Option<u64>>,
    /// Code, which is not wrapped.
    code: Option<String>,
    table: Option<Table>,
    /// Tables in tables are words of the outer one.
    table_depth: usize,
    /// Where open `sup` and `sub` begin in the words.
    raised: Vec<usize>,
    /// An element whose content has no place in a text.
    skipped: Option<&'static str>,
    /// The video or recording that is open.
    media: Option<&'static str>,
}

impl<'a> Writer<'a> {
    pub fn new(links: &'a dyn Links, ours: &'a Ours) -> Self {
        Writer {
            links,
            ours,
            page: Page::default(),
            words: String::new(),
            open_links: Vec::new(),
            references: Vec::new(),
            mentioned: BTreeSet::new(),
            lists: Vec::new(),
            code: None,
            table: None,
            table_depth: 0,
            raised: Vec::new(),
            skipped: None,
            media: None,
        }
    }

    /// The events, then the footnotes, then where the links lead.
    pub fn write(mut self, events: &[Event<'_>], notes: &[Vec<Event<'_>>]) -> Vec<Line> {
        self.events(events);
        self.end_block();
        if !notes.is_empty() {
            self.page.gap();
            self.page.push("-".repeat(24), false);
            self.page.gap();
        }
        for (at, note) in notes.iter().enumerate() {
            self.page.indent(&format!("{} ", raised(&(at + 1).to_string()).unwrap_or_default()));
            self.events(note);
            self.end_block();
            self.page.outdent();
            self.page.no_gap();
        }
        self.end_section();
        self.page.lines
    }

    /// Puts down where the links of the section lead. One that an earlier section has too stands here again: who reads doesn't
    /// have to search.
    fn end_section(&mut self) {
        self.page.gap();
        for number in std::mem::take(&mut self.mentioned) {
            if let Some(url) = self.references.get(number - 1) {
                // Nobody reads `mailto:` aloud; an address is known by its @.
                let address = url.strip_prefix("mailto:").filter(|address| !address.contains('?')).unwrap_or(url);
                self.page.push(format!("[{number}] {address}"), false);
            }
        }
    }

    fn events(&mut self, events: &[Event<'_>]) {
        for event in events {
            if let Some(name) = self.skipped {
                if matches!(event, Event::End(end) if *end == name) {
                    self.skipped = None;
                }
                continue;
            }
            if let Some(name) = self.media {
                // What else stands in it is for programs that can't play it.
                match event {
                    Event::Start(element) if element.name == "source" => self.start(element),
                    Event::End(end) if *end == name => {
                        self.media = None;
                        self.end_link();
                    }
                    _ => {}
                }
                continue;
            }
            match event {
                Event::Start(element) => self.start(element),
                Event::End(name) => self.end(name),
                Event::Text(text) => self.text(text),
                Event::Note { number, .. } => self.words.push_str(&raised(&number.to_string()).unwrap_or_default()),
                Event::More => {}
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(code) = &mut self.code {
            return code.push_str(text);
        }
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\n') {
                self.space();
            } else {
                self.words.push(c);
            }
        }
    }

    fn space(&mut self) {
        if !self.words.is_empty() && !self.words.ends_with([' ', '\n']) {
            self.words.push(' ');
        }
    }

    /// Puts the words so far on the page.
    fn end_words(&mut self) -> Option<usize> {
        if self.table.is_some() {
            self.space();
            return None;
        }
        let words = std::mem::take(&mut self.words);
        // A link around blocks has its number after the last of them.
        for (start, _) in &mut self.open_links {
            *start = 0;
        }
        self.raised.clear();
        let words = words.trim();
        if words == PLACE && self.is_outside() {
            self.end_section();
            self.page.gap();
        }
        (!words.is_empty()).then(|| self.page.paragraph(words))
    }

    fn end_block(&mut self) {
        if self.end_words().is_some() {
            self.page.gap();
        }
    }

    fn start(&mut self, element: &Element<'_>) {
        match element.name {
            "br" => {
                let end = self.words.trim_end_matches(' ').len();
                self.words.truncate(end);
                match &mut self.code {
                    Some(code) => code.push('\n'),
                    None if self.table.is_some() => self.space(),
                    None => self.words.push('\n'),
                }
            }
            "hr" => {
                self.end_block();
                if self.table.is_none() {
                    self.page.gap();
                    self.page.push("-".repeat(24), false);
                    self.page.gap();
                }
            }
            "img" => {
                let alt = super::words::one_line(element.get("alt").unwrap_or_default());
                match self.open_links.last() {
                    _ if alt.is_empty() => {}
                    // What a link shows alone is what it says.
                    Some((start, Some(_))) if self.words.get(*start..).is_none_or(|words| words.trim().is_empty()) => {
                        self.words.push_str(&alt)
                    }
                    _ => self.words.push_str(&format!("[{}]", fill(&self.ours.image, &[("alt", &alt)]))),
                }
            }
            "video" | "audio" => self.start_media(element),
            "source" if self.open_links.last().is_some_and(|(_, target)| target.is_none()) => {
                // The first source that can be reached is where the video is.
                let target = element.get("src").and_then(|src| self.links.absolute(src));
                if let Some((_, open)) = self.open_links.last_mut() {
                    *open = target;
                }
            }
            "a" => {
                let target = element.get("href").filter(|target| !target.trim_start().starts_with('#'));
                let target = target.and_then(|target| self.links.absolute(target.trim()));
                self.open_links.push((self.words.len(), target));
            }
            "sup" | "sub" => self.raised.push(self.words.len()),
            "q" => self.words.push('“'),
            "rp" => self.skipped = Some("rp"),
            "rt" => self.words.push('('),
            name => self.start_block(name, element),
        }
    }

    fn start_media(&mut self, element: &Element<'_>) {
        let target = element.get("src").and_then(|src| self.links.absolute(src));
        self.open_links.push((self.words.len(), target));
        self.words.push_str(if element.name == "video" { &self.ours.video } else { &self.ours.audio });
        self.media = Some(element.name);
    }

    fn start_block(&mut self, name: &'static str, element: &Element<'_>) {
        if self.table.is_some() {
            match name {
                "table" => self.table_depth += 1,
                "tr" if self.table_depth == 1 => self.start_row(),
                "td" | "th" if self.table_depth == 1 => self.start_cell(name, element),
                "caption" if self.table_depth == 1 => self.words.clear(),
                _ if is_block(name) => self.space(),
                _ => {}
            }
            return;
        }
        match name {
            "ul" | "ol" => {
                self.end_words();
                if self.lists.is_empty() {
                    self.page.gap();
                }
                let start = element.get("start").and_then(|start| start.parse().ok()).unwrap_or(1);
                self.lists.push((name == "ol").then_some(start));
            }
            "li" => {
                self.end_words();
                let marker = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let marker = format!("{number}. ");
                        *number = number.saturating_add(1);
                        marker
                    }
                    _ => "- ".to_owned(),
                };
                self.page.indent(&marker);
            }
            "blockquote" => {
                self.end_block();
                self.page.gap();
                self.page.quote += 1;
            }
            "pre" => {
                self.end_block();
                self.page.gap();
                self.code = Some(String::new());
            }
            "table" => {
                self.end_block();
                self.table = Some(Table::default());
                self.table_depth = 1;
            }
            "dt" => self.end_block(),
            "dd" => {
                self.end_words();
                self.page.indent("    ");
            }
            name if heading_level(name).is_some() => {
                self.end_block();
                if self.is_outside() {
                    self.end_section();
                }
                self.page.gap();
            }
            name if is_block(name) => self.end_block(),
            _ => {}
        }
    }

    /// Whether a line here is no part of a quotation or a list.
    fn is_outside(&self) -> bool {
        self.page.quote == 0 && self.page.used() == 0 && self.lists.is_empty()
    }

    fn start_row(&mut self) {
        self.words.clear();
        if let Some(table) = &mut self.table {
            table.rows.push(Vec::new());
        }
    }

    fn start_cell(&mut self, name: &str, element: &Element<'_>) {
        self.words.clear();
        if let Some(table) = &mut self.table {
            table.start_cell(name == "th", element.get("align") == Some("right"));
        }
    }

    fn end(&mut self, name: &'static str) {
        match name {
            "a" => self.end_link(),
            "sup" | "sub" => {
                if let Some(start) = self.raised.pop()
                    && let Some(shape) =
                        self.words.get(start..).and_then(|words| if name == "sup" { raised(words) } else { lowered(words) })
                {
                    self.words.truncate(start);
                    self.words.push_str(&shape);
                }
            }
            "q" => self.words.push('”'),
            "rt" => self.words.push(')'),
            "table" => self.end_table(),
            "td" | "th" if self.table.is_some() => {
                if self.table_depth == 1
                    && let Some(table) = &mut self.table
                {
                    table.end_cell(super::words::one_line(&std::mem::take(&mut self.words)));
                }
            }
            "caption" if self.table_depth == 1 => {
                let words = super::words::one_line(&std::mem::take(&mut self.words));
                if let Some(table) = &mut self.table {
                    table.caption = words;
                }
            }
            _ if self.table.is_some() && is_block(name) => self.space(),
            _ if self.table.is_some() => {}
            "ul" | "ol" => {
                self.end_words();
                self.lists.pop();
                if self.lists.is_empty() {
                    self.page.gap();
                }
            }
            "li" => {
                self.end_words();
                self.page.outdent();
            }
            "dd" => {
                self.end_words();
                self.page.outdent();
            }
            "dt" => {
                self.end_words();
            }
            "dl" => {
                self.end_words();
                self.page.gap();
            }
            "blockquote" => {
                self.end_words();
                self.page.quote = self.page.quote.saturating_sub(1);
                self.page.gap();
            }
            "pre" => self.end_code(),
            name if heading_level(name).is_some() => {
                if let Some(columns) = self.end_words() {
                    // `=` stands under what the text itself is called.
                    self.page.push("-".repeat(columns.min(COLUMNS)), false);
                    self.page.gap();
                }
            }
            name if is_block(name) => self.end_block(),
            _ => {}
        }
    }

    fn end_code(&mut self) {
        let code = self.code.take().unwrap_or_default();
        self.page.indent("    ");
        for line in code.trim_matches('\n').trim_end().split('\n') {
            self.page.push(line.trim_end().replace('\t', "    "), false);
        }
        self.page.outdent();
        self.page.gap();
    }

    fn end_table(&mut self) {
        self.table_depth = self.table_depth.saturating_sub(1);
        if self.table_depth > 0 {
            return;
        }
        self.words.clear();
        let mut table = self.table.take().unwrap_or_default();
        let caption = std::mem::take(&mut table.caption);
        if !caption.is_empty() {
            self.page.gap();
            self.page.paragraph(&caption);
        }
        match table.shape(self.page.used(), self.ours) {
            Shape::Columns(lines) => {
                self.page.gap();
                for line in lines {
                    self.page.push(line, false);
                }
            }
            Shape::Records(rows) => {
                for lines in rows {
                    self.page.gap();
                    for line in lines {
                        self.page.paragraph(&line);
                    }
                }
            }
        }
        self.page.gap();
    }

    fn end_link(&mut self) {
        let Some((start, Some(target))) = self.open_links.pop() else { return };
        let Some(words) = self.words.get(start..) else { return };
        if words.trim().is_empty() && start > 0 || is_same(words.trim(), &target) {
            return;
        }
        let number = match self.references.iter().position(|known| *known == target) {
            Some(at) => at + 1,
            None => {
                self.references.push(target);
                self.references.len()
            }
        };
        self.mentioned.insert(number);
        let end = self.words.trim_end_matches(' ').len();
        let had_space = end < self.words.len();
        self.words.truncate(end);
        self.space();
        self.words.push_str(&format!("[{number}]"));
        if had_space {
            self.words.push(' ');
        }
    }
}

fn is_block(name: &str) -> bool {
    layout(name) == Layout::Block
}

/// Whether a link's words say where it leads.
fn is_same(words: &str, target: &str) -> bool {
    let bare = |text: &str| {
        let text = text.strip_prefix("mailto:").unwrap_or(text);
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        text.trim_end_matches('/').to_lowercase()
    };
    bare(words) == bare(target)
}
