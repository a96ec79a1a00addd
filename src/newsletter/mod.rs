//! The newsletter: which entries make an issue, and the issue as HTML, as plain text and as a page of the archive.

use crate::body::Line;
use crate::entry::Entry;
use crate::feed::Detail;
use chrono::{DateTime, FixedOffset};

/// How often a digest appears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    #[default]
    Weekly,
    Monthly,
    /// One issue with everything.
    All,
}

/// What `[newsletter]` says (mode `digest`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsletterSpec {
    /// RFC 5322 mailbox: display name and address.
    pub from: (Option<String>, String),
    pub reply_to: Option<(Option<String>, String)>,
    pub period: Period,
    /// RFC 2919, without angle brackets.
    pub list_id: String,
    pub content: Detail,
    pub postal_address: Option<String>,
    /// The token is appended as `?t=TOKEN`.
    pub unsubscribe_url: String,
    /// `#rrggbb`.
    pub accent: String,
    /// First line of each issue; may hold `{{ subscriber.name | default("reader") }}`.
    pub greeting: Option<String>,
}

/// An issue that will be written: a period that is over, and its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedIssue {
    /// `2026-W07`, `2026-02` or `all`.
    pub id: String,
    /// The end of the period in the site's zone, or the newest entry's date for `all`; the message's date.
    pub date: DateTime<FixedOffset>,
    /// Indices into the catalog's heads, newest first.
    pub entries: Vec<usize>,
}

/// An entry as it stands in an issue.
#[derive(Clone, Debug)]
pub struct IssueEntry {
    pub entry: Entry,
    /// Sanitised HTML with absolute links, headings from level 3; empty where only the summary is shown.
    pub html: String,
    /// The same as plain text; empty where only the summary is shown.
    pub lines: Vec<Line>,
    /// Plain text.
    pub summary: String,
    /// The lead image, absolute.
    pub image: Option<String>,
}

/// An issue, rendered once; personal fields are slots that are filled for each recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The issue's id.
    pub issue: String,
    pub language: String,
    pub date: DateTime<FixedOffset>,
    /// Header text with slots.
    pub subject: String,
    /// The HTML part with slots, CSS inlined.
    pub html: String,
    /// The plain text part with slots, as RFC 3676 text with LF line ends.
    pub text: String,
    /// The page of the archive, without slots.
    pub page: String,
    /// Absolute URL of that page.
    pub page_url: String,
}
