//! What the templates see: flat views, ready to be shown.

use super::colors::Color;
use super::theme::{Palette, SocialLink};
use crate::language::Words;
use crate::template::View;
use askama::Template;
use serde::Serialize;

/// An entry in an issue.
#[derive(Debug, Serialize)]
pub struct EntryView {
    /// Its title; where it has none, its date; else its first words. Empty where it is the issue's own title.
    pub title: String,
    pub url: String,
    /// What "read on" says to those who can't see where it stands.
    pub read_on_about: String,
    /// BCP 47 tag.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// `left` or `right`: where its lines begin, for attributes that know no `start`.
    pub start: &'static str,
    /// `12 February 2026`, or empty; empty too where it stands as the title.
    pub date: String,
    /// `Ada Lovelace, Charles Babbage`, or empty.
    pub authors: String,
    /// `4 min read`, or empty.
    pub reading_time: String,
    /// Date, authors and reading time, as far as they are there.
    pub byline: Vec<BylineView>,
    /// The heading of the group that begins with it, or empty.
    pub group: String,
    /// `h2`, or `h3` where the entries stand in groups.
    pub heading: &'static str,
    /// What the table of contents names it by, or empty.
    pub anchor: String,
    /// Absolute URL of the lead image, or empty.
    pub image: String,
    /// Pixels; empty where they are not known.
    pub image_width: String,
    pub image_height: String,
    /// Sanitised HTML, or empty where only the summary is shown.
    pub html: String,
    /// Plain text, or empty where everything is shown.
    pub summary: String,
}

/// A part of the line under an entry's title.
#[derive(Debug, Serialize)]
pub struct BylineView {
    pub text: String,
    /// BCP 47 tag; empty for names.
    pub language: String,
    /// `ltr`, `rtl` or `auto`.
    pub direction: &'static str,
}

/// A feed, for autodiscovery.
#[derive(Debug, Serialize)]
pub struct FeedView {
    pub mime_type: &'static str,
    pub url: String,
    pub title: String,
}

/// A colour of code, and what stands for it where it is dark.
#[derive(Debug, Serialize)]
pub struct InkView {
    /// As the code has it.
    pub light: String,
    pub dark: Color,
}

/// How an issue looks.
#[derive(Debug, Serialize)]
pub struct ThemeView<'a> {
    pub light: &'a Palette,
    pub dark: &'a Palette,
    /// Lists of CSS, to be written as they are.
    pub body_font: &'a str,
    pub heading_font: &'a str,
    /// A family that Outlook on Windows has, for each of them.
    pub office_font: &'static str,
    pub office_heading_font: &'static str,
    /// Absolute URLs, or empty: shown instead of icon and title.
    pub logo: &'a str,
    pub dark_logo: &'a str,
    /// Pixels; empty where they are not known.
    pub logo_width: String,
    pub logo_height: String,
    /// Or empty.
    pub header: &'a str,
    /// HTML, or empty.
    pub footer: String,
    /// The language that the publisher writes it in: the site's.
    pub footer_language: &'a str,
    pub social: &'a [SocialLink],
}

/// Entries that stand together in the table of contents.
#[derive(Debug, Serialize)]
pub struct ContentsGroup {
    /// Or empty.
    pub name: String,
    pub entries: Vec<ContentsEntry>,
}

/// A line of the table of contents.
#[derive(Debug, Serialize)]
pub struct ContentsEntry {
    pub title: String,
    /// BCP 47 tag.
    pub language: String,
    /// The entry's.
    pub anchor: String,
}

/// Another edition of the issue.
#[derive(Debug, Serialize)]
pub struct EditionView {
    /// BCP 47 tag.
    pub language: String,
    /// What the language calls itself.
    pub name: String,
    /// Absolute URL of its page.
    pub url: String,
}

/// An issue in the feed of issues.
#[derive(Debug, Serialize, Template)]
#[template(path = "newsletter/feed.html")]
pub struct ContentView<'a> {
    /// The words that are ours.
    pub say: &'a Words,
    /// HTML, or empty: what is written before the entries, and after them.
    pub before: &'a str,
    pub entries: &'a [EntryView],
    pub after: &'a str,
}

/// The HTML part.
#[derive(Debug, Serialize, Template)]
#[template(path = "newsletter/email.html")]
pub struct EmailView<'a> {
    /// HTML with slots.
    pub subject: &'a str,
    pub preheader: &'a str,
    pub language: &'a str,
    pub direction: &'a str,
    /// The words that are ours, with their language and its direction.
    pub say: &'a Words,
    pub words: &'a str,
    pub words_direction: &'a str,
    /// `left` or `right`: where lines begin, for attributes that know no `start`.
    pub start: &'a str,
    pub theme: &'a ThemeView<'a>,
    /// The colours of its code.
    pub inks: &'a [InkView],
    pub site_title: &'a str,
    pub site_url: &'a str,
    /// HTML: why it is received.
    pub reason: &'a str,
    /// Absolute URL, or empty.
    pub icon: &'a str,
    /// HTML with slots.
    pub issue_title: &'a str,
    pub title_language: &'a str,
    pub title_direction: &'a str,
    pub page_url: &'a str,
    /// HTML with slots, or empty.
    pub greeting: &'a str,
    /// HTML with slots, or empty: what is written before the entries, and after them.
    pub before: &'a str,
    /// Empty where there is none.
    pub contents: &'a [ContentsGroup],
    pub entries: &'a [EntryView],
    pub after: &'a str,
    pub postal_address: &'a [&'a str],
    /// A slot.
    pub unsubscribe: &'a str,
}

/// The rules that are written into `style` attributes.
#[derive(Debug, Serialize, Template)]
#[template(path = "newsletter/inline.css", escape = "none")]
pub struct InlineCss<'a> {
    pub theme: &'a ThemeView<'a>,
}

/// An entry in the plain text part; each field is a block of RFC 3676 text.
#[derive(Debug, Serialize)]
pub struct TextEntryView {
    /// The heading of the group that begins with it, between two lines, or empty.
    pub group: String,
    /// With a line under it, or empty.
    pub heading: String,
    /// Date and authors, or empty.
    pub byline: String,
    pub body: String,
    /// `Read on: ` and its URL; where everything is shown, the URL alone.
    pub url: String,
}

/// The plain text part.
#[derive(Debug, Serialize, Template)]
#[template(path = "newsletter/email.txt", escape = "none")]
pub struct TextView<'a> {
    pub heading: &'a str,
    /// With slots, or empty.
    pub greeting: &'a str,
    /// With slots, or empty.
    pub before: &'a str,
    /// The table of contents, or empty.
    pub contents: &'a str,
    pub entries: &'a [TextEntryView],
    pub after: &'a str,
    /// Who sends this, and why it is received.
    pub reason: &'a str,
    /// What stands at the end of every issue, or empty.
    pub footer: &'a str,
    /// `Mastodon: ` and a URL.
    pub social: &'a [String],
    pub postal_address: &'a [String],
    /// `Unsubscribe: ` and a slot.
    pub unsubscribe: &'a str,
    /// `View in browser: ` and the page's URL.
    pub view_in_browser: &'a str,
}

/// What the pages of the archive share.
#[derive(Debug, Serialize)]
pub struct PageView<'a> {
    pub language: &'a str,
    pub direction: &'a str,
    /// The words that are ours, with their language and its direction.
    pub say: &'a Words,
    pub words: &'a str,
    pub words_direction: &'a str,
    pub theme: &'a ThemeView<'a>,
    /// The colours of its code.
    pub inks: &'a [InkView],
    pub site_title: &'a str,
    pub site_url: &'a str,
    /// Absolute URL, or empty.
    pub icon: &'a str,
    pub list_url: &'a str,
    pub feeds: &'a [FeedView],
    /// Or empty.
    pub copyright: &'a str,
}

/// The page of an issue in the archive.
#[derive(Debug, Serialize, Template)]
#[template(path = "newsletter/archive.html")]
pub struct ArchiveView<'a> {
    pub page: PageView<'a>,
    pub subject: &'a str,
    pub summary: &'a str,
    pub issue_title: &'a str,
    pub title_language: &'a str,
    pub title_direction: &'a str,
    pub page_url: &'a str,
    /// Plain text, or empty.
    pub greeting: &'a str,
    pub editions: &'a [EditionView],
    /// HTML, or empty: what is written before the entries, and after them.
    pub before: &'a str,
    /// Empty where there is none.
    pub contents: &'a [ContentsGroup],
    pub entries: &'a [EntryView],
    pub after: &'a str,
}

/// An issue in the list.
#[derive(Debug, Serialize)]
pub struct IssueView {
    pub title: String,
    /// `12 February 2026`.
    pub date: String,
    pub datetime: String,
    pub url: String,
    /// BCP 47 tag; empty where the title is in the page's language.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// `3 entries`, or empty.
    pub count: String,
}

/// The list of issues.
#[derive(Debug, Serialize, Template)]
#[template(path = "newsletter/list.html")]
pub struct ListView<'a> {
    pub page: PageView<'a>,
    pub issues: &'a [IssueView],
}

impl View for EmailView<'_> {
    const NAME: &'static str = "newsletter/email.html";
}

impl View for ContentView<'_> {
    const NAME: &'static str = "newsletter/feed.html";
}

impl View for InlineCss<'_> {
    const NAME: &'static str = "newsletter/inline.css";
}

impl View for TextView<'_> {
    const NAME: &'static str = "newsletter/email.txt";
}

impl View for ArchiveView<'_> {
    const NAME: &'static str = "newsletter/archive.html";
}

impl View for ListView<'_> {
    const NAME: &'static str = "newsletter/list.html";
}
