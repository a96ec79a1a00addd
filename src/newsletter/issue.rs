//! An issue as it is planned, filled and rendered.

use super::Slotted;
use crate::body::Line;
use crate::catalog::Image;
use crate::entry::Entry;
use crate::feed::Detail;
use chrono::{DateTime, FixedOffset};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// An issue that will appear: an entry, a period that is over with its entries, or a text that someone has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlannedIssue {
    /// The entry's slug; `2026-W07`, `2026-02`, `2026-01-01--2026-02-01` or `all`; the file's name without its ending. An edition
    /// that isn't the main one has its language after it: `2026-W07-fr`.
    pub id: String,
    /// The entry's date, the end of the period in the site's zone, or the newest entry's date for `all`; the message's date.
    pub date: DateTime<FixedOffset>,
    /// Indices into the catalog's heads, in their order in the issue.
    pub entries: Vec<usize>,
    /// How much of them is shown.
    pub detail: Detail,
    /// The written issue, as an index into the catalog's.
    pub written: Option<usize>,
    /// For each of the entries the section or the tag that it stands under, if it has one; empty where they aren't put together.
    pub groups: Vec<Option<String>>,
    /// All editions of the issue, this one among them, the main one first; empty where there is only one.
    pub editions: Vec<Sibling>,
}

/// One of the editions of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sibling {
    pub id: String,
    /// BCP 47 tag.
    pub language: String,
}

impl PlannedIssue {
    /// The language of this edition, where there are several.
    pub fn language(&self) -> Option<&str> {
        self.editions.iter().find(|edition| edition.id == self.id).map(|edition| edition.language.as_str())
    }
}

/// An issue as the list of issues shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueLine {
    pub title: String,
    pub date: DateTime<FixedOffset>,
    /// Absolute URL of its page.
    pub url: String,
    /// BCP 47 tag of the title.
    pub language: String,
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
    /// The heading that it stands under in an issue whose entries are put together.
    pub group: Option<String>,
    /// How long it takes to read it; 0 where there is nothing to read.
    pub minutes: usize,
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
    /// BCP 47 tag.
    pub title_language: String,
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
    /// What the page holds, as HTML for a feed; empty where the issues have none.
    pub content: String,
    /// Plain text on one line: what it is about.
    pub summary: String,
    /// Absolute URL of that page.
    pub page_url: String,
    /// The pictures that a message carries, in the order in which the HTML part shows them.
    pub images: Vec<InlineImage>,
    /// Where a recipient leaves the list; the token is appended.
    pub unsubscribe_url: String,
}

/// A picture that a message carries, so that it is shown without asking the web.
#[derive(Clone, PartialEq, Eq)]
pub struct InlineImage {
    /// As the HTML part has it on the web.
    pub url: String,
    /// The file's name.
    pub name: String,
    pub mime_type: &'static str,
    /// Names the bytes: what stands before the `@` of its Content-ID (RFC 2392).
    pub id: String,
    pub bytes: Arc<[u8]>,
}

/// Without its bytes.
impl std::fmt::Debug for InlineImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InlineImage").field("url", &self.url).field("id", &self.id).finish_non_exhaustive()
    }
}

impl InlineImage {
    /// `path` with `/` between its parts.
    pub fn new(url: &str, path: &str, mime_type: &'static str, bytes: Vec<u8>) -> InlineImage {
        let id = Sha256::digest(&bytes).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        InlineImage { url: url.to_owned(), name, mime_type, id, bytes: bytes.into() }
    }

    /// How the HTML part names a picture.
    pub fn source(url: &str) -> String {
        // The inliner writes attributes so.
        format!("src=\"{}\"", url.replace('&', "&amp;").replace('"', "&quot;"))
    }
}
