//! A feed as the bytes of its file.

use super::view::FeedView;
use super::{FeedEntry, FeedSpec, Format, PlannedFeed, atom, json, rss};
use crate::site::Site;
use chrono::{DateTime, FixedOffset};
use std::borrow::Borrow;

/// The file at the root of the output that makes RSS and Atom readable in a browser.
pub const STYLESHEET_NAME: &str = "feed.css";

/// The content of [`STYLESHEET_NAME`].
pub fn stylesheet() -> &'static [u8] {
    include_bytes!("../../templates/feed.css")
}

/// The file of `feed` in `format`. `entries` are those of `feed.entries`, in the same order. `oldest_dated` is the date
/// of the oldest entry of the site, for Atom, where an entry can't be without one.
pub fn render_feed<E: Borrow<FeedEntry>>(
    format: Format,
    site: &Site,
    spec: &FeedSpec,
    feed: &PlannedFeed,
    entries: &[E],
    oldest_dated: Option<DateTime<FixedOffset>>,
) -> Vec<u8> {
    let view = FeedView::new(format, site, spec, feed, entries);
    match format {
        Format::Rss => with_stylesheet(rss::write(&view), site),
        Format::Atom => with_stylesheet(atom::write(&view, oldest_dated), site),
        Format::Json => json::write(&view),
    }
}

/// Puts the processing instruction (W3C "Associating Style Sheets with XML documents") after the XML declaration: the
/// crates have no place for one.
fn with_stylesheet(xml: Vec<u8>, site: &Site) -> Vec<u8> {
    let url = site.absolute(STYLESHEET_NAME);
    let line = format!("\n<?xml-stylesheet type=\"text/css\" href=\"{}\"?>", quick_xml::escape::escape(url.as_str()));
    let end = xml.windows(2).position(|pair| pair == b"?>").map_or(0, |at| at + 2);
    let (declaration, rest) = xml.split_at(end);
    let mut out = Vec::with_capacity(xml.len() + line.len() + 1);
    out.extend_from_slice(declaration);
    out.extend_from_slice(line.as_bytes());
    out.extend_from_slice(rest);
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    fn rendered(format: Format) -> String {
        let oldest = sample::date("2024-05-01T10:00:00+02:00");
        text(render_feed(format, &sample::site(), &sample::spec(), &sample::feed(None), &sample::entries(), oldest))
    }

    /// Whole outputs, with the program's version in place of `{version}`.
    #[test]
    fn a_small_feed_in_each_format() {
        for (format, expected) in [
            (Format::Rss, include_str!("tests/golden/feed.xml")),
            (Format::Atom, include_str!("tests/golden/atom.xml")),
            (Format::Json, include_str!("tests/golden/feed.json")),
        ] {
            let expected = expected.replace("{version}", env!("CARGO_PKG_VERSION"));
            let out = rendered(format);
            assert_eq!(out, expected, "{format:?}");
        }
    }

    #[test]
    fn the_style_sheet_is_named_by_its_whole_address() {
        let mut site = sample::site();
        site.url = Site::read_url("https://example.org/a&b").unwrap();
        let spec = sample::spec();
        for format in [Format::Rss, Format::Atom] {
            let out = text(render_feed(format, &site, &spec, &sample::feed(Some("x")), &[] as &[FeedEntry], None));
            let second = out.lines().nth(1).unwrap();
            assert_eq!(second, r#"<?xml-stylesheet type="text/css" href="https://example.org/a&amp;b/feed.css"?>"#);
        }
    }

    #[test]
    fn a_summary_feed_holds_no_bodies() {
        let mut entries = sample::entries();
        entries.iter_mut().for_each(|entry| entry.html.clear());
        for format in Format::ALL {
            let out = text(render_feed(format, &sample::site(), &sample::spec(), &sample::feed(None), &entries, None));
            assert!(!out.contains("content:encoded") && !out.contains("<content") && !out.contains("content_html"), "{out}");
            assert!(out.contains("Summary of undated."), "{out}");
        }
    }
}
