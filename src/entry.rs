//! One piece of writing (RFC 4287, section 4.1.2), whatever file it came from.
//!
//! A [`Head`] is what planning needs and no more, so that a folder of any size fits in memory; an [`Entry`] is made
//! only for what is published.

use crate::diagnostic::{Source, SourcePath};
use crate::site::Person;
use chrono::{DateTime, FixedOffset};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

/// An entry's place, identity and dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub path: SourcePath,
    /// Unique and permanent (RFC 4287, section 4.2.6).
    pub id: Arc<str>,
    /// Absolute URL of the entry's page, percent-encoded.
    pub url: Arc<str>,
    /// None only for an entry that names no date: it comes last.
    pub published: Option<DateTime<FixedOffset>>,
    /// Never before `published`.
    pub updated: Option<DateTime<FixedOffset>>,
    /// Not shown before this moment, whatever its date (Hugo's `publishDate`).
    pub embargo: Option<DateTime<FixedOffset>>,
    /// Not shown from this moment on.
    pub expires: Option<DateTime<FixedOffset>>,
    pub is_draft: bool,
    /// Whether it says that it goes into the newsletter, or that it doesn't.
    pub newsletter: Option<bool>,
    /// Tags and categories, as written, in their order, without repetitions.
    pub categories: Box<[Arc<str>]>,
    /// The first folder below the content folder.
    pub section: Option<Arc<str>>,
    /// BCP 47 tag, if it is not the site's.
    pub language: Option<Arc<str>>,
    /// The names of its authors; empty where it has the site's.
    pub authors: Box<[Arc<str>]>,
}

/// Names that many heads have in common, each held once.
#[derive(Debug, Default)]
pub struct Names(HashSet<Arc<str>>);

impl Names {
    fn share(&mut self, name: &mut Arc<str>) {
        match self.0.get(name) {
            Some(known) => *name = Arc::clone(known),
            None => {
                self.0.insert(Arc::clone(name));
            }
        }
    }
}

impl Head {
    /// Takes tags, authors and the like from `names` instead of holding them once more.
    pub fn share(&mut self, names: &mut Names) {
        let own = self.categories.iter_mut().chain(&mut self.authors).chain(&mut self.section).chain(&mut self.language);
        own.for_each(|name| names.share(name));
        if self.id == self.url {
            self.id = Arc::clone(&self.url);
        }
    }

    /// The order of feeds and issues: newest first by the published date, equal dates by id, entries without a date last
    /// in the order of their paths.
    pub fn newest_first(&self, other: &Head) -> Ordering {
        match (self.published, other.published) {
            (Some(first), Some(second)) => second.cmp(&first).then_with(|| self.id.cmp(&other.id)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.path.cmp(&other.path),
        }
    }
}

/// A file that goes with an entry, such as a podcast's audio (RSS 2.0 `enclosure`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enclosure {
    /// As written: absolute, or relative to the entry.
    pub url: String,
    /// Bytes; 0 where nobody knows.
    pub length: u64,
    /// MIME type.
    pub mime_type: String,
    pub title: Option<String>,
    /// Seconds.
    pub duration: Option<u64>,
}

/// What an entry says of other pages, each as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relations {
    /// The page of its comments (RSS 2.0 `comments`, RFC 4685 `replies`).
    pub comments: Option<String>,
    /// Where its author found what it is about.
    pub via: Option<String>,
    /// The page that it answers (RFC 4685).
    pub in_reply_to: Option<String>,
    /// What it is republished from.
    pub source: Option<Origin>,
    /// Who may do what with it, where that is not the site's.
    pub rights: Option<String>,
    /// A wide picture for the top of a page.
    pub banner: Option<String>,
}

/// The feed or page that an entry was published in first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub url: String,
    pub title: Option<String>,
}

/// What an episode of a podcast says beyond its enclosure (Apple's elements, and those of the Podcast namespace).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Podcast {
    pub title: Option<String>,
    pub image: Option<String>,
    pub episode: Option<u64>,
    pub season: Option<u64>,
    /// `full`, `trailer` or `bonus`.
    pub kind: Option<String>,
    pub is_explicit: Option<bool>,
    /// Whether directories are asked to leave it out.
    pub is_blocked: bool,
    pub transcripts: Vec<Attachment>,
    pub chapters: Option<Attachment>,
    pub people: Vec<Participant>,
}

/// A file that belongs to an episode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    pub url: String,
    /// MIME type; empty where it is not written.
    pub mime_type: String,
    pub language: Option<String>,
}

/// Somebody who can be heard in an episode, or made it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Participant {
    pub person: Person,
    /// Such as `host` or `guest`.
    pub role: Option<String>,
    pub group: Option<String>,
    pub image: Option<String>,
}

/// What the body is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Markup {
    #[default]
    Markdown,
    Mdx,
    Html,
    /// Plain paragraphs; short lines without a full stop are headings.
    Text,
}

/// The generator whose syntax stands in a body besides its markup: shortcodes, template tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    /// Only what is unmistakable counts.
    #[default]
    Unknown,
    Hugo,
    Zola,
    /// Jekyll's templates.
    Liquid,
    /// No templates, but attribute lists and `[TOC]`.
    Pelican,
}

/// An entry as its file says: fields of all front matter dialects under one name each.
#[derive(Clone, Debug)]
pub struct Entry {
    pub head: Head,
    /// Plain text on one line; micro entries have none.
    pub title: Option<String>,
    /// The author's own summary, as plain text.
    pub summary: Option<String>,
    /// What ends the summary in the body, if it is not `<!--more-->`.
    pub summary_end: Option<String>,
    pub authors: Vec<Person>,
    /// The lead image, as written.
    pub image: Option<String>,
    pub enclosures: Vec<Enclosure>,
    /// The page elsewhere that the entry is about.
    pub external_url: Option<String>,
    pub relations: Relations,
    pub podcast: Option<Box<Podcast>>,
    pub markup: Markup,
    pub syntax: Syntax,
    /// The whole file, so that faults in the body have a place.
    pub source: Source,
    /// Where the body stands in the source's text, in bytes.
    pub body: std::ops::Range<usize>,
    /// Fields that have no meaning here, kept for templates.
    pub extra: Vec<(String, String)>,
}

impl Entry {
    /// The body as written.
    pub fn body_text(&self) -> &str {
        &self.source.text[self.body.clone()]
    }
}
