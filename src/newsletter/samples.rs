//! A small newsletter for tests.

use super::{Color, IssueEntry, Mode, NewsletterSpec, Period, PlannedIssue, Theme};
use crate::body::Line;
use crate::diagnostic::{Source, SourcePath};
use crate::entry::{Entry, Head, Markup};
use crate::feed::{Detail, Format};
use crate::site::{Person, Site};
use chrono::{DateTime, FixedOffset};

pub fn site() -> Site {
    Site {
        title: "Example News".into(),
        url: Site::read_url("https://example.org/").unwrap(),
        url_text: "https://example.org/".into(),
        description: "What happened".into(),
        language: "en-GB".into(),
        authors: Vec::new(),
        timezone: chrono_tz::Europe::Paris,
        copyright: Some("© 2026 Example".into()),
        icon: Some("https://example.org/icon.png".into()),
        logo: None,
        translations: Default::default(),
    }
}

pub fn spec() -> NewsletterSpec {
    NewsletterSpec {
        from: (Some("Example News".into()), "news@example.org".into()),
        reply_to: None,
        mode: Mode::Digest,
        only_marked: false,
        period: Period::Weekly,
        group: None,
        contents: false,
        reading_time: true,
        editions: false,
        feed: false,
        list_id: "news.example.org".into(),
        content: Detail::Full,
        inline_images: false,
        postal_address: Some("Example\n1 Main Street\nParis".into()),
        unsubscribe_url: "https://example.org/unsubscribe".into(),
        unsubscribe_mailto: None,
        theme: Theme::of_accent(Color(0xb3, 0x26, 0x1e)),
        greeting: Some("Hello {{ subscriber.name | default(\"reader\") }}!".into()),
        formats: Format::ALL.to_vec(),
        templates: Default::default(),
    }
}

pub fn date(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

pub fn head(name: &str, published: Option<&str>) -> Head {
    Head {
        path: SourcePath { relative: format!("{name}.md").into(), display: format!("content/{name}.md").into() },
        id: format!("https://example.org/{name}/").into(),
        url: format!("https://example.org/{name}/").into(),
        published: published.map(date),
        updated: None,
        embargo: None,
        expires: None,
        is_draft: false,
        newsletter: None,
        categories: Box::default(),
        section: None,
        language: None,
        authors: Box::default(),
    }
}

pub fn issue() -> PlannedIssue {
    PlannedIssue {
        id: "2026-W07".into(),
        date: date("2026-02-16T00:00:00+01:00"),
        entries: vec![0, 1],
        detail: Detail::Full,
        ..PlannedIssue::default()
    }
}

/// An entry with a title, shown by its summary.
pub fn entry(name: &str, title: &str, summary: &str) -> IssueEntry {
    let entry = Entry {
        head: head(name, Some("2026-02-12T09:30:00+01:00")),
        title: Some(title.into()),
        summary: None,
        summary_end: None,
        authors: vec![Person::named("Ada Lovelace")],
        image: None,
        enclosures: Vec::new(),
        external_url: None,
        relations: Default::default(),
        podcast: None,
        markup: Markup::Markdown,
        syntax: Default::default(),
        source: Source::new(name, ""),
        body: 0..0,
        extra: Vec::new(),
    };
    IssueEntry { entry, html: String::new(), lines: Vec::new(), summary: summary.into(), image: None, group: None, minutes: 0 }
}

/// An entry shown in full.
pub fn full_entry(name: &str, title: &str, html: &str, text: &str) -> IssueEntry {
    let lines = text.lines().map(|line| Line { text: line.into(), ..Line::default() }).collect();
    IssueEntry { html: html.into(), lines, ..entry(name, title, "") }
}
