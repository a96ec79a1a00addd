//! What a feed says, whatever its format: values cleaned, addresses absolute, gaps filled. Adapters only translate it.

use super::clean;
use super::{FeedEntry, FeedSpec, Format, PlannedFeed, Topic};
use crate::body::shorten;
use crate::entry::Enclosure;
use crate::language;
use crate::site::{Person, Site};
use crate::url;
use chrono::{DateTime, FixedOffset};
use std::borrow::Borrow;

/// The longest title that is made from a summary, in characters.
const MADE_TITLE: usize = 80;

pub(super) type Date = DateTime<FixedOffset>;

/// A feed.
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
    pub hub: Option<String>,
    pub authors: Vec<Person>,
    pub copyright: Option<String>,
    pub icon: Option<String>,
    pub logo: Option<String>,
    pub tag: Option<String>,
    /// When the newest entry was published.
    pub published: Option<Date>,
    /// When an entry changed last.
    pub updated: Option<Date>,
    pub entries: Vec<EntryView>,
}

/// An entry in a feed.
#[derive(Debug)]
pub(super) struct EntryView {
    pub id: String,
    pub url: String,
    pub title: Option<String>,
    /// Plain text, which may be empty.
    pub summary: String,
    /// Empty where only the summary is shown.
    pub html: String,
    /// Only if it is not the site's.
    pub language: Option<String>,
    pub authors: Vec<Person>,
    pub categories: Vec<String>,
    pub published: Option<Date>,
    /// Never before `published`.
    pub updated: Option<Date>,
    pub image: Option<String>,
    pub external_url: Option<String>,
    pub enclosures: Vec<Enclosure>,
}

impl FeedView {
    pub fn new<E: Borrow<FeedEntry>>(format: Format, site: &Site, spec: &FeedSpec, feed: &PlannedFeed, entries: &[E]) -> Self {
        // An entry tells its language unless it is the site's: it says the same in every feed.
        let language = language::tag(&site.language);
        let home_page = url::strict(site.url.as_str());
        let entries: Vec<EntryView> = entries.iter().map(|entry| EntryView::new(site, language.as_deref(), entry.borrow())).collect();
        let web = |text: &Option<String>| text.as_deref().and_then(|text| url::web(&site.url, text));
        FeedView {
            id: if feed.folder.is_empty() { home_page.clone() } else { site.absolute(&url::encode_path(&feed.folder)) },
            // A title must be there in all three formats; an address is better than nothing.
            title: clean::some_line(&feed.title(site)).unwrap_or_else(|| home_page.clone()),
            description: clean::some_line(&site.description),
            language: feed.language(site),
            self_url: feed.url(site, format),
            hub: web(&spec.hub),
            authors: site.authors.iter().filter_map(|author| clean::person(author, &site.url)).collect(),
            copyright: site.copyright.as_deref().and_then(clean::some_line),
            icon: web(&site.icon),
            logo: web(&site.logo),
            tag: match &feed.topic {
                Topic::Tag(tag) => clean::some_line(tag),
                _ => None,
            },
            published: entries.iter().filter_map(|entry| entry.published).max(),
            updated: entries.iter().filter_map(|entry| entry.updated.or(entry.published)).max(),
            home_page,
            entries,
        }
    }
}

impl EntryView {
    fn new(site: &Site, language: Option<&str>, raw: &FeedEntry) -> Self {
        let entry = &raw.entry;
        let head = &entry.head;
        let published = head.published.and_then(clean::date);
        let updated = head.updated.and_then(clean::date).map(|date| published.map_or(date, |published| date.max(published)));
        EntryView {
            id: clean::line(&head.id),
            url: url::strict(&clean::text(&head.url)),
            title: entry.title.as_deref().and_then(clean::some_line),
            summary: clean::text(&raw.summary).trim().to_owned(),
            html: clean::text(&raw.html).into_owned(),
            language: head
                .language
                .as_deref()
                .and_then(language::tag)
                .filter(|own| language.is_none_or(|feed| !own.eq_ignore_ascii_case(feed))),
            authors: entry.authors.iter().filter_map(|author| clean::person(author, &site.url)).collect(),
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
