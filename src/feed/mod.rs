//! Feeds: entries in the three formats, the list of feeds, and the page that shows them.

mod atom;
mod clean;
mod document;
mod index;
mod json;
mod namespace;
mod opml;
mod plan;
mod podcast;
mod render;
mod rss;
mod slugs;
#[cfg(test)]
mod tests;
mod view;

pub use document::Document;
pub use index::{IndexEntry, render_index};
pub use opml::render_opml;
pub use plan::{PlannedFeed, Topic, plan_feeds, plan_issue_feed};
pub use render::{RenderedEntry, STYLESHEET_NAME, render_document, render_entry, stylesheet};

use crate::catalog::{Image, Size};
use crate::entry::{Enclosure, Entry};
use crate::site::Person;
use crate::template::Templates;

/// A feed's file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0 (RFC 4287).
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    pub const ALL: [Format; 3] = [Format::Rss, Format::Atom, Format::Json];

    /// The name in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Format::Rss => "rss",
            Format::Atom => "atom",
            Format::Json => "json",
        }
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Format::Rss => "RSS",
            Format::Atom => "Atom",
            Format::Json => "JSON Feed",
        }
    }

    pub fn file_name(self) -> &'static str {
        match self {
            Format::Rss => "feed.xml",
            Format::Atom => "atom.xml",
            Format::Json => "feed.json",
        }
    }

    pub fn mime_type(self) -> &'static str {
        match self {
            Format::Rss => "application/rss+xml",
            Format::Atom => "application/atom+xml",
            Format::Json => "application/feed+json",
        }
    }
}

/// How much of an entry is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    #[default]
    Full,
    Summary,
}

/// In which order a podcast is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PodcastKind {
    /// The newest episode first.
    #[default]
    Episodic,
    /// The oldest first.
    Serial,
}

/// What `[podcast]` says: the site's feed is a podcast.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodcastSpec {
    /// By default the site's authors.
    pub author: Option<String>,
    /// Whom directories write to; by default the site's first author with an address.
    pub owner: Option<Person>,
    /// Apple's categories, each with its subcategory.
    pub categories: Vec<(String, Option<String>)>,
    pub is_explicit: bool,
    pub kind: PodcastKind,
    /// A square picture, absolute; by default the site's icon.
    pub image: Option<String>,
    /// By default the site's description.
    pub summary: Option<String>,
    /// By default made from the feed's address.
    pub guid: Option<String>,
    /// Whether other hosts may not take it over.
    pub is_locked: bool,
    /// Whether directories are asked to leave it out.
    pub is_blocked: bool,
}

/// What `[feeds]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSpec {
    pub formats: Vec<Format>,
    /// The most entries in the document that readers subscribe to; `None`: all, or the newest 1,000 where there are archives.
    pub limit: Option<usize>,
    /// Whether older entries stand in archives (RFC 5005, section 4).
    pub archive: bool,
    pub content: Detail,
    /// Whether the site's own feed and those of tags, authors and sections hold only entries in the site's language.
    pub own_language_only: bool,
    /// Whether each tag has feeds of its own.
    pub tags: bool,
    /// Whether each author has.
    pub authors: bool,
    /// Whether each section has.
    pub sections: bool,
    /// Whether each language has.
    pub languages: bool,
    /// Whether a page `index.html` lists the feeds.
    pub index: bool,
    /// WebSub hub, absolute.
    pub hub: Option<String>,
    pub podcast: Option<PodcastSpec>,
    /// Width and height of the site's icon, where they are known.
    pub icon_size: Option<Size>,
    /// What shows the page: the built-in template, or the user's.
    pub templates: Templates,
}

impl Default for FeedSpec {
    fn default() -> Self {
        FeedSpec {
            formats: Format::ALL.to_vec(),
            limit: Some(50),
            archive: false,
            content: Detail::Full,
            own_language_only: false,
            tags: true,
            authors: false,
            sections: false,
            languages: false,
            index: true,
            hub: None,
            podcast: None,
            icon_size: None,
            templates: Templates::default(),
        }
    }
}

/// An entry as it stands in a feed.
#[derive(Clone, Debug)]
pub struct FeedEntry {
    /// Its relations and its episode hold absolute URLs only.
    pub entry: Entry,
    /// Sanitised HTML with absolute links; empty where only the summary is shown.
    pub html: String,
    /// Plain text.
    pub summary: String,
    /// The lead image.
    pub image: Option<Image>,
    /// The enclosures with absolute URLs and known lengths.
    pub enclosures: Vec<Enclosure>,
}
