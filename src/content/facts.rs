//! What a file says of its entry, before it has an address.

use crate::entry::{Enclosure, Markup};
use crate::site::Person;
use chrono::{DateTime, FixedOffset};

/// What a file says of its entry: fields of all front matter dialects under one name each.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// The entry's own id, which no scheme replaces.
    pub id: Option<String>,
    pub title: Option<String>,
    pub published: Option<DateTime<FixedOffset>>,
    pub updated: Option<DateTime<FixedOffset>>,
    pub expires: Option<DateTime<FixedOffset>>,
    /// Not shown before this moment, whatever its date (Hugo's `publishDate`).
    pub embargo: Option<DateTime<FixedOffset>>,
    pub is_draft: bool,
    pub slug: Option<String>,
    /// A permalink written out in the front matter.
    pub permalink: Option<String>,
    pub aliases: Vec<String>,
    pub categories: Vec<String>,
    /// Those of `categories` that are part of addresses (Jekyll's and Pelican's categories, not their tags).
    pub address_categories: Vec<String>,
    pub authors: Vec<Person>,
    pub summary: Option<String>,
    /// BCP 47 tag, if it is not the site's.
    pub language: Option<String>,
    pub image: Option<String>,
    pub enclosures: Vec<Enclosure>,
    /// The page elsewhere that the entry is about.
    pub external_url: Option<String>,
    pub markup: Markup,
    /// Where the body begins in the source's text.
    pub body_start: usize,
    /// Fields that have no meaning here, kept for templates.
    pub extra: Vec<(String, String)>,
}
