//! What a feed says, whatever its format: values cleaned, addresses absolute, gaps filled. Adapters only translate it.

use super::clean;
use super::document::Document;
use super::render::Facts;
use super::{FeedEntry, FeedSpec, Format, Topic};
use crate::body::shorten;
use crate::entry::Enclosure;
use crate::language;
use crate::site::{Person, Site};
use crate::url;
use chrono::{DateTime, FixedOffset};
use std::borrow::Cow;

/// The longest title that is made from a summary, in characters.
const MADE_TITLE: usize = 80;

pub(super) type Date = DateTime<FixedOffset>;

/// A feed without its entries.
#[derive(Debug)]
pub(super) struct FeedView {
    /// The same in every format: the site's URL, or the folder's.
    pub id: String,
    pub title: String,
    pub description: Option<String>,
    pub language: Option<String>,
    pub home_page: String,
    /// The URL of this very file.
    pub self_url: String,
    /// Of what readers subscribe to, not of archives.
    pub hub: Option<String>,
    pub archive: ArchiveView,
    pub authors: Vec<Person>,
    pub copyright: Option<String>,
    pub icon: Option<String>,
    pub logo: Option<String>,
    pub tag: Option<String>,
    /// When the newest entry was published.
    pub published: Option<Date>,
    /// When an entry changed last.
    pub updated: Option<Date>,
    pub has_undated: bool,
    /// Whether an entry names no author.
    pub has_unsigned: bool,
    /// Whether an entry needs a namespace.
    pub has_content: bool,
    pub has_creators: bool,
    pub has_media: bool,
}

/// A document's place among the others of its feed (RFC 5005), in absolute URLs.
#[derive(Debug, Default)]
pub(super) struct ArchiveView {
    /// Whether the document is an archive.
    pub is_archive: bool,
    /// Whether it holds all entries that there are.
    pub is_complete: bool,
    /// What readers subscribe to.
    pub current: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl ArchiveView {
    fn new(format: Format, site: &Site, document: &Document) -> Self {
        let is_archive = document.archive.is_some();
        let url = |document: Document| document.url(site, format);
        ArchiveView {
            is_archive,
            is_complete: !is_archive && document.feed.is_complete,
            current: is_archive.then(|| url(document.feed.subscription())),
            previous: document.previous().map(url),
            next: document.next().map(url),
        }
    }

    /// The links to other documents, by their relations.
    pub fn links(&self) -> impl Iterator<Item = (&'static str, &String)> {
        [("current", &self.current), ("prev-archive", &self.previous), ("next-archive", &self.next)]
            .into_iter()
            .filter_map(|(rel, url)| Some((rel, url.as_ref()?)))
    }

    /// The element that says what the document is, in the namespace [`HISTORY`].
    pub fn mark(&self) -> Option<&'static str> {
        match (self.is_archive, self.is_complete) {
            (true, _) => Some("archive"),
            (false, true) => Some("complete"),
            (false, false) => None,
        }
    }
}

/// The namespace of RFC 5005.
pub(super) const HISTORY: (&str, &str) = ("fh", "http://purl.org/syndication/history/1.0");
pub(super) const MEDIA: (&str, &str) = ("media", "http://search.yahoo.com/mrss/");

/// An entry in any feed.
#[derive(Debug)]
pub(super) struct EntryView<'a> {
    pub id: String,
    pub url: String,
    pub title: Option<String>,
    /// Plain text, which may be empty.
    pub summary: String,
    /// Empty where only the summary is shown.
    pub html: Cow<'a, str>,
    /// Only if it is not the site's.
    pub language: Option<String>,
    /// Those that it names itself. Atom's and JSON Feed's entries inherit the feed's (RFC 4287, section 4.2.1).
    pub authors: Vec<Person>,
    /// The names of its authors, the site's where it names none: an item of RSS inherits nothing.
    pub creators: Vec<String>,
    pub categories: Vec<String>,
    pub published: Option<Date>,
    /// Never before `published`.
    pub updated: Option<Date>,
    pub image: Option<String>,
    pub external_url: Option<String>,
    pub enclosures: Vec<Enclosure>,
}

impl FeedView {
    pub fn new(format: Format, site: &Site, spec: &FeedSpec, document: &Document, entries: &[&Facts]) -> Self {
        let feed = document.feed;
        let home_page = url::strict(site.url.as_str());
        let archive = ArchiveView::new(format, site, document);
        let web = |text: &Option<String>| text.as_deref().and_then(|text| url::web(&site.url, text));
        FeedView {
            id: if feed.folder.is_empty() { home_page.clone() } else { site.absolute(&url::encode_path(&feed.folder)) },
            // A title must be there in all three formats; an address is better than nothing.
            title: clean::some_line(&feed.title(site)).unwrap_or_else(|| home_page.clone()),
            description: clean::some_line(&site.description),
            language: feed.language(site),
            self_url: document.url(site, format),
            hub: web(&spec.hub).filter(|_| !archive.is_archive),
            archive,
            authors: people(site, &site.authors),
            copyright: site.copyright.as_deref().and_then(clean::some_line),
            icon: web(&site.icon),
            logo: web(&site.logo),
            tag: match &feed.topic {
                Topic::Tag(tag) => clean::some_line(tag),
                _ => None,
            },
            published: entries.iter().filter_map(|entry| entry.published).max(),
            updated: entries.iter().filter_map(|entry| entry.updated).max(),
            has_undated: entries.iter().any(|entry| entry.updated.is_none()),
            has_unsigned: entries.iter().any(|entry| !entry.has_authors),
            has_content: entries.iter().any(|entry| entry.has_content),
            has_creators: entries.iter().any(|entry| entry.has_creators),
            has_media: entries.iter().any(|entry| entry.has_media),
            home_page,
        }
    }
}

fn people(site: &Site, raw: &[Person]) -> Vec<Person> {
    raw.iter().filter_map(|author| clean::person(author, &site.url)).collect()
}

impl<'a> EntryView<'a> {
    pub fn new(site: &Site, raw: &'a FeedEntry) -> Self {
        let language = language::tag(&site.language);
        let authors = people(site, &raw.entry.authors);
        let names = |people: &[Person]| people.iter().map(|author| author.name.clone()).collect();
        let entry = &raw.entry;
        let head = &entry.head;
        let published = head.published.and_then(clean::date);
        let updated = head.updated.and_then(clean::date).map(|date| published.map_or(date, |published| date.max(published)));
        EntryView {
            id: clean::line(&head.id),
            url: url::strict(&clean::text(&head.url)),
            title: entry.title.as_deref().and_then(clean::some_line),
            summary: clean::text(&raw.summary).trim().to_owned(),
            html: clean::text(&raw.html),
            language: head
                .language
                .as_deref()
                .and_then(language::tag)
                // It says the same in every feed, that of its language too.
                .filter(|own| language.as_ref().is_none_or(|site| !own.eq_ignore_ascii_case(site))),
            creators: if authors.is_empty() { names(&people(site, &site.authors)) } else { names(&authors) },
            authors,
            categories: head.categories.iter().filter_map(|tag| clean::some_line(tag)).collect(),
            published,
            updated: updated.or(published),
            image: raw.image.as_deref().and_then(|image| url::web(&site.url, image)),
            external_url: entry.external_url.as_deref().and_then(|page| url::web(&site.url, page)),
            enclosures: raw.enclosures.iter().filter_map(|enclosure| enclosure_view(site, enclosure)).collect(),
        }
    }

    /// The title; without one the beginning of the summary, or else the address.
    pub fn title_or_summary(&self) -> String {
        let made = || Some(shorten(&clean::line(&self.summary), MADE_TITLE)).filter(|title| !title.is_empty());
        self.title.clone().or_else(made).unwrap_or_else(|| self.url.clone())
    }
}

fn enclosure_view(site: &Site, raw: &Enclosure) -> Option<Enclosure> {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte));
    // The type without its parameters (RFC 6838, section 4.2).
    let essence = raw.mime_type.split(';').next().unwrap_or_default().trim();
    let is_type = essence.split_once('/').is_some_and(|(main, sub)| is_part(main) && is_part(sub));
    Some(Enclosure {
        url: url::web(&site.url, &raw.url)?,
        length: raw.length,
        // All three formats must name a type.
        mime_type: if is_type { essence.to_owned() } else { "application/octet-stream".into() },
        title: raw.title.as_deref().and_then(clean::some_line),
        duration: raw.duration,
    })
}
