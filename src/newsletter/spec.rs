//! What `[newsletter]` says, as the rooms obey it.

use super::theme::Theme;
use crate::feed::{Detail, Format};
use crate::template::Templates;
use chrono::NaiveDate;

/// What makes an issue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Each entry is one.
    Post,
    /// The entries of a period are one.
    #[default]
    Digest,
    /// A text in `issues/` is one, with the entries that it names.
    Written,
}

/// How often a digest appears.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Period {
    #[default]
    Weekly,
    Monthly,
    /// One issue with everything.
    All,
    /// One issue for each of these, which have no day in common.
    Dates(Vec<Dates>),
}

/// The days from one on and before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    pub from: NaiveDate,
    /// The first day after them.
    pub to: NaiveDate,
}

/// What the entries of an issue are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The first folder below the content folder.
    Section,
    /// The first of an entry's tags.
    Tag,
}

/// What `[newsletter]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsletterSpec {
    /// RFC 5322 mailbox: display name and address.
    pub from: (Option<String>, String),
    pub reply_to: Option<(Option<String>, String)>,
    pub mode: Mode,
    /// Whether only entries with `newsletter: true` are taken; those with `newsletter: false` never are.
    pub only_marked: bool,
    pub period: Period,
    pub group: Option<Group>,
    /// Whether an issue begins with the titles of its entries.
    pub contents: bool,
    /// Whether entries say how long it takes to read them.
    pub reading_time: bool,
    /// Whether each language of an issue's entries has an edition of its own.
    pub editions: bool,
    /// Whether the issues are the entries of a feed.
    pub feed: bool,
    /// RFC 2919, without angle brackets.
    pub list_id: String,
    pub content: Detail,
    /// Whether messages carry the pictures that are files of the publication.
    pub inline_images: bool,
    pub postal_address: Option<String>,
    /// The token is appended as `?t=TOKEN`.
    pub unsubscribe_url: String,
    /// Where people ask by mail to be taken off the list, for programs that know no other way (RFC 2369).
    pub unsubscribe_mailto: Option<String>,
    pub theme: Theme,
    /// First line of each issue; may hold `{{ subscriber.name | default("reader") }}`.
    pub greeting: Option<String>,
    /// The formats of the site's feeds, which the archive's pages name for autodiscovery.
    pub formats: Vec<Format>,
    /// What shows it: the built-in templates, or the user's.
    pub templates: Templates,
}
