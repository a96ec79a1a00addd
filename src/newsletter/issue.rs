//! An issue as it is planned, filled and rendered.

use super::Slotted;
use crate::body::Line;
use crate::catalog::Image;
use crate::entry::Entry;
use crate::feed::Detail;
use chrono::{DateTime, FixedOffset};

/// An issue that will appear: an entry, a period that is over with its entries, or a text that someone has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedIssue {
    /// The entry's slug; `2026-W07`, `2026-02` or `all`; the file's name without its ending.
    pub id: String,
    /// The entry's date, the end of the period in the site's zone, or the newest entry's date for `all`; the message's date.
    pub date: DateTime<FixedOffset>,
    /// Indices into the catalog's heads, in their order in the issue.
    pub entries: Vec<usize>,
    /// How much of them is shown.
    pub detail: Detail,
    /// The written issue, as an index into the catalog's.
    pub written: Option<usize>,
}

/// An issue as the list of issues shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueLine {
    pub title: String,
    pub date: DateTime<FixedOffset>,
    /// Absolute URL of its page.
    pub url: String,
    /// How many entries it has.
    pub entries: usize,
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
    /// The lead image.
    pub image: Option<Image>,
}

/// An issue, rendered once; what differs between recipients is a slot that is filled for each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The issue's id.
    pub issue: String,
    /// BCP 47 tag.
    pub language: String,
    pub date: DateTime<FixedOffset>,
    /// What the issue is called: one line of plain text.
    pub title: String,
    /// One line of plain text, with slots.
    pub subject: Slotted,
    /// How many entries it has.
    pub entries: usize,
    /// The HTML part, CSS inlined.
    pub html: Slotted,
    /// The plain text part, as RFC 3676 text with LF line ends.
    pub text: Slotted,
    /// The page of the archive, without anything personal.
    pub page: String,
    /// Absolute URL of that page.
    pub page_url: String,
    /// Where a recipient leaves the list; the token is appended.
    pub unsubscribe_url: String,
}
