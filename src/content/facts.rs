//! What a file says of its entry, before it has an address.

use crate::body::{clean_for_xml, one_line};
use crate::diagnostic::Span;
use crate::entry::{Enclosure, Markup, Podcast, Relations};
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
    pub updated_span: Option<Span>,
    /// The date is that of the last change (Eleventy's `date: Last Modified`), not of the first.
    pub dates_by_change: bool,
    pub expires: Option<DateTime<FixedOffset>>,
    /// Not shown before this moment, whatever its date (Hugo's `publishDate`).
    pub embargo: Option<DateTime<FixedOffset>>,
    pub is_draft: bool,
    pub newsletter: Option<bool>,
    /// Reachable by its address only, in no list and no feed.
    pub is_hidden: bool,
    pub slug: Option<String>,
    pub slug_span: Option<Span>,
    /// A permalink written out in the front matter.
    pub permalink: Option<String>,
    pub permalink_span: Option<Span>,
    pub categories: Vec<String>,
    /// How many of them are tags: these come first.
    pub tag_count: usize,
    /// Those of `categories` that are part of addresses (Jekyll's and Pelican's categories, not their tags).
    pub address_categories: Vec<String>,
    pub authors: Vec<Person>,
    pub summary: Option<String>,
    pub summary_end: Option<String>,
    /// BCP 47 tag, if it is not the site's.
    pub language: Option<String>,
    pub image: Option<String>,
    pub enclosures: Vec<Enclosure>,
    /// The page elsewhere that the entry is about.
    pub external_url: Option<String>,
    pub relations: Relations,
    pub podcast: Option<Box<Podcast>>,
    pub markup: Markup,
    /// Where the body begins and ends in the source's text.
    pub body_start: usize,
    pub body_end: usize,
    /// Fields that have no meaning here, kept for templates.
    pub extra: Vec<(String, String)>,
}

impl Fields {
    /// A tag or category, unless it is there already, whatever its capitals.
    pub fn add_category(&mut self, name: &str) {
        let name = one_line(&clean_for_xml(name));
        let is_same = |known: &String| match known.is_ascii() && name.is_ascii() {
            true => known.eq_ignore_ascii_case(&name),
            false => known.to_lowercase() == name.to_lowercase(),
        };
        if !name.is_empty() && !self.categories.iter().any(is_same) {
            self.categories.push(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_kept_once_in_their_first_spelling() {
        let mut fields = Fields::default();
        for name in ["Été", "tide", "ÉTÉ", "", " Tide\u{8} ", "a\nb"] {
            fields.add_category(name);
        }
        assert_eq!(fields.categories, ["Été", "tide", "a b"]);
    }
}
