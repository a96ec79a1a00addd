//! What a feed says, whatever its format: values cleaned, addresses absolute, gaps filled. Adapters only translate it.

use super::clean;
use super::document::Document;
use super::namespace::Namespace;
use super::render::Facts;
use super::{FeedEntry, FeedSpec, Format, Topic};
use crate::body::shorten;
use crate::catalog::{Image, Size};
use crate::entry::{Attachment, Enclosure, Entry, Origin, Participant, Podcast, Relations};
use crate::language;
use crate::site::{Person, Site};
use crate::url;
use ::url::Url;
use chrono::{DateTime, FixedOffset};
use std::borrow::Cow;
use std::collections::BTreeSet;
use uuid::Uuid;

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
    /// Those of the entries.
    pub namespaces: BTreeSet<Namespace>,
    /// Whether it is the site's own feed.
    pub is_site: bool,
    /// The address that readers of podcasts know it by.
    pub podcast_url: String,
    pub icon_size: Option<Size>,
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

    /// The element of RFC 5005 that says what the document is.
    pub fn mark(&self) -> Option<&'static str> {
        match (self.is_archive, self.is_complete) {
            (true, _) => Some("archive"),
            (false, true) => Some("complete"),
            (false, false) => None,
        }
    }
}

/// An entry in any feed.
#[derive(Debug)]
pub(super) struct EntryView<'a> {
    site: &'a Url,
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
    pub image: Option<Image>,
    pub external_url: Option<String>,
    pub relations: Relations,
    pub enclosures: Vec<Enclosure>,
    /// Only if the first enclosure can be heard or seen.
    pub episode: Option<Podcast>,
}

impl FeedView {
    pub fn new(format: Format, site: &Site, spec: &FeedSpec, document: &Document, entries: &[&Facts]) -> Self {
        let feed = document.feed;
        let home_page = url::strict(feed.home(site));
        let archive = ArchiveView::new(format, site, document);
        FeedView {
            id: if feed.folder.is_empty() { url::strict(site.url.as_str()) } else { site.absolute(&url::encode_path(&feed.folder)) },
            // A title must be there in all three formats; an address is better than nothing.
            title: clean::some_line(&feed.title(site)).unwrap_or_else(|| home_page.clone()),
            description: clean::some_line(feed.description(site)),
            language: feed.language(site),
            self_url: document.url(site, format),
            hub: web(site, &spec.hub).filter(|_| !archive.is_archive),
            archive,
            authors: people(site, &site.authors),
            copyright: site.copyright.as_deref().and_then(clean::some_line),
            icon: web(site, &site.icon),
            logo: web(site, &site.logo),
            tag: match &feed.topic {
                Topic::Tag(tag) => clean::some_line(tag),
                _ => None,
            },
            published: entries.iter().filter_map(|entry| entry.published).max(),
            updated: entries.iter().filter_map(|entry| entry.updated).max(),
            has_undated: entries.iter().any(|entry| entry.updated.is_none()),
            has_unsigned: entries.iter().any(|entry| !entry.has_authors),
            namespaces: BTreeSet::new(),
            is_site: feed.topic == Topic::Site,
            podcast_url: feed.subscription().url(site, Format::Rss),
            icon_size: spec.icon_size,
            home_page,
        }
    }
}

fn people(site: &Site, raw: &[Person]) -> Vec<Person> {
    raw.iter().filter_map(|author| clean::person(author, &site.url)).collect()
}

impl<'a> EntryView<'a> {
    pub fn new(site: &'a Site, spec: &FeedSpec, raw: &'a FeedEntry) -> Self {
        let language = language::tag(&site.language);
        let authors = people(site, &raw.entry.authors);
        let names = |people: &[Person]| people.iter().map(|author| author.name.clone()).collect();
        let entry = &raw.entry;
        let head = &entry.head;
        let published = head.published.and_then(clean::date);
        let updated = head.updated.and_then(clean::date).map(|date| published.map_or(date, |published| date.max(published)));
        let enclosures: Vec<Enclosure> = raw.enclosures.iter().filter_map(|enclosure| enclosure_view(site, enclosure)).collect();
        EntryView {
            site: &site.url,
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
            image: raw.image.as_ref().and_then(|image| Some(Image { url: url::web(&site.url, &image.url)?, size: image.size })),
            external_url: web(site, &entry.external_url),
            relations: relations(site, &entry.relations),
            episode: episode(site, spec, entry, &enclosures),
            enclosures,
        }
    }

    /// The id as Atom must have it, a URI (RFC 4287, section 4.2.6). One that is not becomes the name-based UUID (RFC 9562,
    /// section 5.5) of the site's address and the id, which stays as long as they do.
    pub fn uri(&self) -> String {
        // Pelican's tags hold its slugs as they are.
        if self.id.starts_with("tag:") && self.id.contains(' ') {
            return self.id.replace(' ', "%20");
        }
        let is_scheme = |scheme: &str| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        };
        // A path of Windows or `Note: x` has a colon too.
        let is_uri = |(scheme, rest): (&str, &str)| scheme.len() > 1 && is_scheme(scheme) && !rest.is_empty() && !rest.contains(' ');
        if !self.id.split_once(':').is_some_and(is_uri) {
            return Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{}#{}", self.site, self.id).as_bytes()).urn().to_string();
        }
        // Letters of other scripts may stand in it (RFC 3987), and it stays as other formats have it.
        let is_iri = self.id.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c));
        if is_iri { self.id.clone() } else { url::strict(&self.id) }
    }

    /// The title; without one the beginning of the summary, or else the address.
    pub fn title_or_summary(&self) -> String {
        let made = || Some(shorten(&clean::line(&self.summary), MADE_TITLE)).filter(|title| !title.is_empty());
        self.title.clone().or_else(made).unwrap_or_else(|| self.url.clone())
    }
}

fn web(site: &Site, target: &Option<String>) -> Option<String> {
    target.as_deref().and_then(|target| url::web(&site.url, target))
}

fn line(text: &Option<String>) -> Option<String> {
    text.as_deref().and_then(clean::some_line)
}

fn relations(site: &Site, raw: &Relations) -> Relations {
    Relations {
        comments: web(site, &raw.comments),
        via: web(site, &raw.via),
        in_reply_to: web(site, &raw.in_reply_to),
        source: raw.source.as_ref().and_then(|source| Some(Origin { url: url::web(&site.url, &source.url)?, title: line(&source.title) })),
        rights: line(&raw.rights),
        banner: web(site, &raw.banner),
    }
}

/// An entry with a recording is an episode if the site is a podcast, or if it knows more than where the recording is.
fn episode(site: &Site, spec: &FeedSpec, entry: &Entry, enclosures: &[Enclosure]) -> Option<Podcast> {
    let is_recording = |enclosure: &&Enclosure| enclosure.mime_type.starts_with("audio/") || enclosure.mime_type.starts_with("video/");
    let recording = enclosures.first().filter(is_recording)?;
    let raw = match entry.podcast.as_deref() {
        Some(podcast) => podcast.clone(),
        None if spec.podcast.is_some() || recording.duration.is_some() => Podcast::default(),
        None => return None,
    };
    let file = |file: &Attachment| {
        let language = file.language.as_deref().and_then(language::tag);
        Some(Attachment { url: url::web(&site.url, &file.url)?, mime_type: mime_type(&file.mime_type), language })
    };
    let participant = |raw: &Participant| {
        let person = clean::person(&raw.person, &site.url)?;
        Some(Participant { person, role: line(&raw.role), group: line(&raw.group), image: web(site, &raw.image) })
    };
    Some(Podcast {
        title: line(&raw.title),
        image: web(site, &raw.image),
        transcripts: raw.transcripts.iter().filter_map(file).collect(),
        chapters: raw.chapters.as_ref().and_then(file),
        people: raw.people.iter().filter_map(participant).collect(),
        ..raw
    })
}

/// A MIME type without its parameters (RFC 6838, section 4.2); all three formats must name one.
fn mime_type(raw: &str) -> String {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte));
    let essence = raw.split(';').next().unwrap_or_default().trim();
    let is_type = essence.split_once('/').is_some_and(|(main, sub)| is_part(main) && is_part(sub));
    if is_type { essence.to_owned() } else { "application/octet-stream".into() }
}

fn enclosure_view(site: &Site, raw: &Enclosure) -> Option<Enclosure> {
    Some(Enclosure {
        url: url::web(&site.url, &raw.url)?,
        length: raw.length,
        mime_type: mime_type(&raw.mime_type),
        title: raw.title.as_deref().and_then(clean::some_line),
        duration: raw.duration,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    #[test]
    fn an_id_is_a_uri_in_atom_whatever_it_is() {
        let site = sample::site();
        let uri = |id: &str| {
            let mut entry = sample::entry("a");
            entry.entry.head.id = id.into();
            EntryView::new(&site, &sample::spec(), &entry).uri()
        };
        for id in [
            "https://example.org/a/?x=1#y",
            "tag:example.org,2024:a",
            "urn:uuid:917393e3-1b1e-5cef-ace4-edaa54e1f810",
            "https://example.org/été",
        ] {
            assert_eq!(uri(id), id);
        }
        assert_eq!(uri("https://example.org/a|b"), "https://example.org/a%7Cb");
        assert_eq!(uri("tag:example.org,2024:/été b/"), "tag:example.org,2024:/été%20b/");
        let made = uri("post-42");
        // Of `https://example.org/news/#post-42`, as any other program makes it.
        assert_eq!(made, Uuid::new_v5(&Uuid::NAMESPACE_URL, b"https://example.org/news/#post-42").urn().to_string());
        assert!(made.starts_with("urn:uuid:") && made.as_bytes()[23] == b'5', "{made}");
        let others: BTreeSet<String> =
            ["post-42", "42", "C:\\a.md", "Note: x", "a b", "/2024/a/", ":", "1a:b"].iter().map(|id| uri(id)).collect();
        assert!(others.len() == 8 && others.iter().all(|id| id.starts_with("urn:uuid:")), "{others:?}");
    }

    #[test]
    fn relations_that_are_no_addresses_are_left_out() {
        let mut entry = sample::entry("a");
        entry.entry.relations = Relations {
            comments: Some("javascript:alert(1)".into()),
            via: Some("mailto:a@example.org".into()),
            in_reply_to: Some("/b".into()),
            source: Some(Origin { url: "data:x".into(), title: None }),
            rights: Some(" \n".into()),
            banner: Some("file:///x".into()),
        };
        let site = sample::site();
        let view = EntryView::new(&site, &sample::spec(), &entry);
        let expected = Relations { in_reply_to: Some("https://example.org/b".into()), ..Relations::default() };
        assert_eq!(view.relations, expected);
    }
}
