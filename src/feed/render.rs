//! Entries as text in each format, and feeds put together from them. An entry is written once, whatever number of feeds
//! it stands in.

use super::document::Document;
use super::namespace::Namespace;
use super::view::{Date, EntryView, FeedView};
use super::{FeedEntry, FeedSpec, Format, atom, json, rss};
use crate::language;
use crate::site::Site;
use chrono::{DateTime, FixedOffset};
use std::borrow::{Borrow, Cow};

/// The file at the root of the output that makes RSS and Atom readable in a browser.
pub const STYLESHEET_NAME: &str = "feed.css";

/// The content of [`STYLESHEET_NAME`], with its words and their direction in the site's language.
pub fn stylesheet(site: &Site) -> Vec<u8> {
    let words = language::words(&site.language);
    let direction = language::direction(&language::tag(&site.language).unwrap_or_default());
    // The note stands in a string of CSS; nothing in it ends one.
    let note = words.feed_note.replace(['"', '\\', '\n'], "");
    language::fill(include_str!("../../templates/feed.css"), &[("note", &note), ("direction", direction)]).into_bytes()
}

/// An entry as it stands in the files, and what the feeds around it must know.
#[derive(Clone, Debug)]
pub struct RenderedEntry {
    /// In the order of the formats.
    texts: Vec<Text>,
    facts: Facts,
}

/// An entry as it stands in a file.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub bytes: Vec<u8>,
    /// What the file must declare.
    pub namespaces: Vec<Namespace>,
}

/// What a feed must know of an entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub published: Option<Date>,
    /// Never before `published`.
    pub updated: Option<Date>,
    pub has_authors: bool,
}

impl RenderedEntry {
    /// The memory that it takes, in bytes.
    pub fn weight(&self) -> usize {
        self.texts.iter().map(|text| text.bytes.capacity()).sum::<usize>() + size_of::<Self>()
    }
}

/// Writes an entry in each of the spec's formats. `oldest_dated` is the date of the oldest entry of the site, for Atom,
/// where an entry can't be without one.
pub fn render_entry(site: &Site, spec: &FeedSpec, entry: &FeedEntry, oldest_dated: Option<DateTime<FixedOffset>>) -> RenderedEntry {
    let view = EntryView::new(site, spec, entry);
    let write = |format: &Format| match format {
        Format::Rss => rss::write_item(&view),
        Format::Atom => atom::write_entry(&view, atom::fallback(oldest_dated)),
        Format::Json => json::write_item(&view),
    };
    let facts = Facts { published: view.published, updated: view.updated, has_authors: !view.authors.is_empty() };
    RenderedEntry { texts: spec.formats.iter().map(write).collect(), facts }
}

/// The file of a feed's document, in pieces: the entries are not copied. `entries` are those of `document.entries`, in the
/// same order, as [`render_entry`] made them with the same arguments.
pub fn render_document<'e, E: Borrow<RenderedEntry>>(
    format: Format,
    site: &Site,
    spec: &FeedSpec,
    document: &Document,
    entries: &'e [E],
    oldest_dated: Option<DateTime<FixedOffset>>,
) -> Vec<Cow<'e, [u8]>> {
    let place = spec.formats.iter().position(|other| *other == format);
    let texts: Vec<&Text> = entries.iter().filter_map(|entry| entry.borrow().texts.get(place?)).collect();
    let mut view = FeedView::new(format, site, spec, document, &entries.iter().map(|entry| &entry.borrow().facts).collect::<Vec<_>>());
    view.namespaces = texts.iter().flat_map(|text| &text.namespaces).copied().collect();
    let texts: Vec<&[u8]> = texts.iter().map(|text| text.bytes.as_slice()).collect();
    match format {
        Format::Rss => {
            put_together(with_stylesheet(rss::write(&view, spec.podcast.as_ref()), site), b"\n  </channel>", b"\n", b"\n", &texts)
        }
        Format::Atom => {
            put_together(with_stylesheet(atom::write(&view, atom::fallback(oldest_dated)), site), b"\n</feed>", b"\n", b"\n", &texts)
        }
        Format::Json => put_together(json::write(&view), b"]}\n", b"", b",", &texts),
    }
}

/// A feed without entries, with `texts` before its `end`: `before` the first, and `between` them.
fn put_together<'e>(
    mut feed: Vec<u8>,
    end: &[u8],
    before: &'static [u8],
    between: &'static [u8],
    texts: &[&'e [u8]],
) -> Vec<Cow<'e, [u8]>> {
    let at = feed.windows(end.len()).rposition(|window| window == end).unwrap_or(feed.len());
    let tail = feed.split_off(at);
    let mut pieces = Vec::with_capacity(2 * texts.len() + 2);
    pieces.push(Cow::Owned(feed));
    for (at, text) in texts.iter().enumerate() {
        pieces.push(Cow::Borrowed(if at == 0 { before } else { between }));
        pieces.push(Cow::Borrowed(text));
    }
    pieces.push(Cow::Owned(tail));
    pieces
}

/// What an XML file begins with: not each of the crates names the encoding, and none has a place for a style sheet (W3C
/// "Associating Style Sheets with XML documents").
fn with_stylesheet(xml: Vec<u8>, site: &Site) -> Vec<u8> {
    let url = site.absolute(STYLESHEET_NAME);
    let sheet = quick_xml::escape::escape(url.as_str());
    let begin = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<?xml-stylesheet type=\"text/css\" href=\"{sheet}\"?>");
    let end = xml.windows(2).position(|pair| pair == b"?>").map_or(0, |at| at + 2);
    let rest = xml.get(end..).unwrap_or_default();
    let mut out = Vec::with_capacity(begin.len() + rest.len() + 1);
    out.extend_from_slice(begin.as_bytes());
    out.extend_from_slice(rest);
    out.push(b'\n');
    out
}

/// The element that `begin` opens and the last `end` closes: the crates write one entry only inside a feed.
pub(super) fn cut_out(mut xml: Vec<u8>, begin: &[u8], end: &[u8]) -> Vec<u8> {
    let stop = xml.windows(end.len()).rposition(|window| window == end).map_or(xml.len(), |at| at + end.len());
    xml.truncate(stop);
    let start = xml.windows(begin.len()).position(|window| window == begin).unwrap_or(0);
    xml.drain(..start);
    xml
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample::{self, rendered as bytes};
    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    fn rendered(format: Format) -> String {
        let oldest = sample::date("2024-05-01T10:00:00+02:00");
        text(bytes(format, &sample::site(), &sample::spec(), &sample::feed(None), &sample::entries(), oldest))
    }

    /// Whole outputs, with the program's version in place of `{version}`.
    #[test]
    fn a_small_feed_in_each_format() {
        for (format, expected) in [
            (Format::Rss, include_str!("tests/golden/feed.xml")),
            (Format::Atom, include_str!("tests/golden/atom.xml")),
            (Format::Json, include_str!("tests/golden/feed.json")),
        ] {
            let out = rendered(format);
            assert_eq!(out, expected.replace("{version}", env!("CARGO_PKG_VERSION")), "{format:?}");
        }
    }

    #[test]
    fn the_style_sheet_is_named_by_its_whole_address() {
        let mut site = sample::site();
        site.url = Site::read_url("https://example.org/a&b").unwrap();
        for format in [Format::Rss, Format::Atom] {
            let out = text(bytes(format, &site, &sample::spec(), &sample::feed(Some("x")), &[], None));
            let second = out.lines().nth(1).unwrap();
            assert_eq!(second, r#"<?xml-stylesheet type="text/css" href="https://example.org/a&amp;b/feed.css"?>"#);
        }
    }

    #[test]
    fn the_style_sheet_speaks_the_sites_language() {
        let css = |language: &str| text(stylesheet(&Site { language: language.into(), ..sample::site() }));
        let (french, arabic) = (css("fr-CA"), css("ar"));
        assert!(french.contains("content: \"Ceci est un flux.") && french.contains("direction: ltr"), "{french}");
        assert!(arabic.contains("direction: rtl") && !arabic.contains("{note}") && !arabic.contains("{direction}"), "{arabic}");
        assert_eq!(french.matches('{').count(), french.matches('}').count());
    }

    #[test]
    fn a_summary_feed_holds_no_bodies() {
        let mut entries = sample::entries();
        entries.iter_mut().for_each(|entry| entry.html.clear());
        for format in Format::ALL {
            let out = text(bytes(format, &sample::site(), &sample::spec(), &sample::feed(None), &entries, None));
            assert!(!out.contains("content:encoded") && !out.contains("<content") && !out.contains("content_html"), "{out}");
            assert!(out.contains("Summary of undated."), "{out}");
        }
    }

    #[test]
    fn entries_stand_one_after_another_whatever_they_hold() {
        let mut entries = vec![sample::entry("a"), sample::entry("b")];
        entries[0].html = "</item></channel></rss><item> </entry></feed><entry> ]}\n  </channel>\n</feed>\n".into();
        for (format, between) in [
            (Format::Rss, "    </item>\n    <item>\n      <title>Title of b"),
            (Format::Atom, "  </entry>\n  <entry>\n    <title>Title of b"),
            (Format::Json, "},{\"id\":\"https://example.org/news/b/\""),
        ] {
            let out = text(bytes(format, &sample::site(), &sample::spec(), &sample::feed(None), &entries, None));
            assert_eq!(out.matches(between).count(), 1, "{out}");
            let read = feed_rs::parser::parse(out.as_bytes()).unwrap();
            assert_eq!(read.entries.len(), 2, "{format:?}");
        }
    }
}
