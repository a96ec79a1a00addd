//! The page at the root of the output: the newest entries, and where the feeds are.

use super::clean;
use super::{FeedSpec, Format, PlannedFeed};
use crate::site::Site;
use crate::url;
use askama::Template;
use chrono::{DateTime, FixedOffset};

/// An entry as the page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Plain text; the beginning of its summary where it has no title.
    pub title: String,
    /// Absolute.
    pub url: String,
    pub date: Option<DateTime<FixedOffset>>,
    /// BCP 47 tag, if it is not the site's.
    pub language: Option<String>,
}

#[derive(Template)]
#[template(path = "index.html")]
struct Page {
    language: Option<String>,
    direction: &'static str,
    title: String,
    url: String,
    description: Option<String>,
    icon: Option<String>,
    copyright: Option<String>,
    opml: String,
    entries: Vec<Row>,
    site_feed: Vec<File>,
    tag_feeds: Vec<(String, Vec<File>)>,
    alternates: Vec<File>,
}

struct Row {
    title: String,
    url: String,
    /// For machines, and for people.
    date: Option<(String, String)>,
    language: Option<String>,
}

/// A feed in one format.
#[derive(Clone)]
struct File {
    label: &'static str,
    mime_type: &'static str,
    title: String,
    url: String,
}

/// The page. `newest` are the entries to list, newest first.
pub fn render_index(site: &Site, spec: &FeedSpec, feeds: &[PlannedFeed], newest: &[IndexEntry]) -> Vec<u8> {
    let files = |feed: &PlannedFeed| -> Vec<File> { spec.formats.iter().map(|format| file(site, feed, *format)).collect() };
    let language = clean::language(&site.language);
    let page = Page {
        direction: if language.as_deref().is_some_and(is_right_to_left) { "rtl" } else { "ltr" },
        language,
        title: clean::some_line(&site.title).unwrap_or_else(|| site.url.to_string()),
        url: url::strict(site.url.as_str()),
        description: clean::some_line(&site.description),
        icon: site.icon.as_deref().and_then(|icon| url::web(&site.url, icon)),
        copyright: site.copyright.as_deref().and_then(clean::some_line),
        opml: site.absolute("feeds.opml"),
        entries: newest.iter().map(row).collect(),
        site_feed: feeds.iter().filter(|feed| feed.tag.is_none()).flat_map(files).collect(),
        tag_feeds: feeds.iter().filter_map(|feed| Some((clean::line(feed.tag.as_deref()?), files(feed)))).collect(),
        alternates: feeds.iter().flat_map(files).collect(),
    };
    // Only the writer can fail, and a string doesn't.
    page.render().unwrap_or_default().into_bytes()
}

fn row(entry: &IndexEntry) -> Row {
    let url = url::strict(&entry.url);
    Row {
        title: clean::some_line(&entry.title).unwrap_or_else(|| url.clone()),
        url,
        date: entry.date.and_then(clean::date).map(|date| (date.to_rfc3339(), date.format("%Y-%m-%d").to_string())),
        language: entry.language.as_deref().and_then(clean::language),
    }
}

fn file(site: &Site, feed: &PlannedFeed, format: Format) -> File {
    File { label: format.label(), mime_type: format.mime_type(), title: clean::line(&feed.title(site)), url: feed.url(site, format) }
}

/// Languages written from right to left, unless their tag names another script.
fn is_right_to_left(language: &str) -> bool {
    let lower = language.to_ascii_lowercase();
    let mut parts = lower.split('-');
    let primary = parts.next().unwrap_or_default();
    match parts.find(|part| part.len() == 4) {
        Some(script) => matches!(script, "arab" | "hebr" | "thaa" | "syrc" | "nkoo" | "adlm" | "rohg"),
        None => matches!(
            primary,
            "ar" | "arc" | "ckb" | "dv" | "fa" | "he" | "iw" | "ji" | "ks" | "nqo" | "ps" | "sd" | "syr" | "ug" | "ur" | "yi"
        ),
    }
}
