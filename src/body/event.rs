//! The steps of a body: a well-nested stream of HTML elements and text, whatever the body was written in. Only what
//! may stand in a feed has a name here, so nothing else can get into one.

use pulldown_cmark::CowStr;

/// One step of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'e> {
    /// An element opens; one that holds nothing (`img`, `br`) has no end.
    Start(Element<'e>),
    End(&'static str),
    Text(CowStr<'e>),
    /// `<!--more-->`: what stood before it is the summary.
    More,
    /// A footnote is mentioned: its number, and how often it has been mentioned by now, both from 1.
    Note {
        number: usize,
        mention: usize,
    },
}

/// An element with those of its attributes that are kept; addresses are as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Element<'e> {
    pub name: &'static str,
    /// Found once: it is asked for again and again.
    pub layout: Layout,
    pub attributes: Vec<(&'static str, CowStr<'e>)>,
}

impl<'e> Element<'e> {
    /// An element on lines of its own.
    pub fn block(name: &'static str) -> Self {
        Element { name, layout: Layout::Block, attributes: Vec::new() }
    }

    pub fn inline(name: &'static str) -> Self {
        Element { name, layout: Layout::Inline, attributes: Vec::new() }
    }

    /// An element that holds nothing.
    pub fn void(name: &'static str) -> Self {
        Element { name, layout: Layout::Void, attributes: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<CowStr<'e>>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref())
    }
}

impl Event<'_> {
    /// The same, free of the text that it was read from.
    pub fn into_owned<'o>(self) -> Event<'o> {
        match self {
            Event::Start(element) => Event::Start(Element {
                name: element.name,
                layout: element.layout,
                attributes: element.attributes.into_iter().map(|(name, value)| (name, value.into_static())).collect(),
            }),
            Event::Text(text) => Event::Text(text.into_static()),
            Event::End(name) => Event::End(name),
            Event::More => Event::More,
            Event::Note { number, mention } => Event::Note { number, mention },
        }
    }
}

/// How an element stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// On lines of its own.
    Block,
    Inline,
    /// Holds nothing and has no end.
    Void,
}

use Layout::{Block, Inline, Void};

/// Every element that is kept, in the order of names, with its own attributes.
pub const ELEMENTS: [(&str, Layout, &[&str]); 76] = [
    ("a", Inline, &["href", "hreflang"]),
    ("abbr", Inline, &[]),
    ("address", Block, &[]),
    ("article", Block, &[]),
    ("aside", Block, &[]),
    ("audio", Inline, &["src", "controls"]),
    ("b", Inline, &[]),
    ("bdi", Inline, &[]),
    ("bdo", Inline, &[]),
    ("blockquote", Block, &["cite"]),
    ("br", Void, &[]),
    ("caption", Block, &[]),
    ("cite", Inline, &[]),
    ("code", Inline, &["class", "style"]),
    ("col", Void, &["span"]),
    ("colgroup", Block, &["span"]),
    ("dd", Block, &[]),
    ("del", Inline, &["cite", "datetime"]),
    ("details", Block, &["open"]),
    ("dfn", Inline, &[]),
    ("div", Block, &[]),
    ("dl", Block, &[]),
    ("dt", Block, &[]),
    ("em", Inline, &[]),
    ("figcaption", Block, &[]),
    ("figure", Block, &[]),
    ("footer", Block, &[]),
    ("h1", Block, &[]),
    ("h2", Block, &[]),
    ("h3", Block, &[]),
    ("h4", Block, &[]),
    ("h5", Block, &[]),
    ("h6", Block, &[]),
    ("header", Block, &[]),
    ("hgroup", Block, &[]),
    ("hr", Void, &[]),
    ("i", Inline, &[]),
    ("img", Void, &["src", "srcset", "sizes", "alt", "width", "height"]),
    ("ins", Inline, &["cite", "datetime"]),
    ("kbd", Inline, &[]),
    ("li", Block, &["value"]),
    ("main", Block, &[]),
    ("mark", Inline, &[]),
    ("nav", Block, &[]),
    ("ol", Block, &["start", "reversed"]),
    ("p", Block, &[]),
    ("picture", Inline, &[]),
    ("pre", Block, &["style"]),
    ("q", Inline, &["cite"]),
    ("rp", Inline, &[]),
    ("rt", Inline, &[]),
    ("ruby", Inline, &[]),
    ("s", Inline, &[]),
    ("samp", Inline, &[]),
    ("section", Block, &[]),
    ("small", Inline, &[]),
    ("source", Void, &["src", "srcset", "type", "sizes", "media"]),
    ("span", Inline, &["style"]),
    ("strong", Inline, &[]),
    ("sub", Inline, &[]),
    ("summary", Block, &[]),
    ("sup", Inline, &[]),
    ("table", Block, &[]),
    ("tbody", Block, &[]),
    ("td", Block, &["align", "colspan", "rowspan", "headers"]),
    ("tfoot", Block, &[]),
    ("th", Block, &["align", "colspan", "rowspan", "headers", "scope"]),
    ("thead", Block, &[]),
    ("time", Inline, &["datetime"]),
    ("tr", Block, &[]),
    ("track", Void, &["src", "kind", "srclang", "label", "default"]),
    ("u", Inline, &[]),
    ("ul", Block, &[]),
    ("var", Inline, &[]),
    ("video", Inline, &["src", "poster", "controls", "width", "height"]),
    ("wbr", Void, &[]),
];

/// Attributes that any element may have.
pub const GENERAL: [&str; 4] = ["id", "title", "lang", "dir"];

/// The element of that name, if it is kept; obsolete ones become what replaced them.
pub fn find_element(name: &str) -> Option<(&'static str, Layout, &'static [&'static str])> {
    let name = match name {
        "center" => "div",
        "strike" => "s",
        "tt" => "code",
        "acronym" => "abbr",
        "dir" | "menu" => "ul",
        name => name,
    };
    ELEMENTS.binary_search_by(|(known, _, _)| (*known).cmp(name)).ok().map(|at| ELEMENTS[at])
}

/// How the element of that name stands in the text.
pub fn layout(name: &str) -> Layout {
    find_element(name).map_or(Layout::Inline, |(_, layout, _)| layout)
}

/// The level of `h1` … `h6`.
pub fn heading_level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

/// `h1` … `h6`.
pub fn heading_name(level: u8) -> &'static str {
    match level {
        0 | 1 => "h1",
        2 => "h2",
        3 => "h3",
        4 => "h4",
        5 => "h5",
        _ => "h6",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_found_by_its_name() {
        for (name, layout, attributes) in ELEMENTS {
            assert_eq!(find_element(name), Some((name, layout, attributes)), "the table is not in order at {name}");
        }
        assert_eq!(find_element("center").map(|(name, _, _)| name), Some("div"));
        for name in ["script", "style", "iframe", "object", "form", "svg", "base", "meta", "link"] {
            assert_eq!(find_element(name), None, "{name}");
        }
    }

    #[test]
    fn headings_are_numbered() {
        for level in 1..=6 {
            assert_eq!(heading_level(heading_name(level)), Some(level));
        }
        assert_eq!(heading_level("hr"), None);
    }
}
