//! What `[newsletter]` says, as the rooms obey it.

use super::theme::Theme;
use crate::feed::{Detail, Format};

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    #[default]
    Weekly,
    Monthly,
    /// One issue with everything.
    All,
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
    /// RFC 2919, without angle brackets.
    pub list_id: String,
    pub content: Detail,
    pub postal_address: Option<String>,
    /// The token is appended as `?t=TOKEN`.
    pub unsubscribe_url: String,
    pub theme: Theme,
    /// First line of each issue; may hold `{{ subscriber.name | default("reader") }}`.
    pub greeting: Option<String>,
    /// The formats of the site's feeds, which the archive's pages name for autodiscovery.
    pub formats: Vec<Format>,
}
