//! A small publication for the tests of this room.

use super::super::{FeedEntry, FeedSpec, Format, PlannedFeed, RenderedEntry, Topic, render_document, render_entry};
use crate::catalog::Image;
use crate::diagnostic::Source;
use crate::entry::{Enclosure, Entry, Head, Markup, Origin, Relations};
use crate::site::{Person, Site};
use chrono::{DateTime, FixedOffset};

pub(in crate::feed) fn date(text: &str) -> Option<DateTime<FixedOffset>> {
    Some(DateTime::parse_from_rfc3339(text).unwrap())
}

pub(in crate::feed) fn site() -> Site {
    Site {
        title: "Ann & Bob <News>".into(),
        url: Site::read_url("https://example.org/news").unwrap(),
        url_text: "https://example.org/news".into(),
        description: "What's \"new\"".into(),
        language: "en-GB".into(),
        authors: vec![Person { name: "Ann (the elder)".into(), email: Some("ann@example.org".into()), url: Some("/ann/".into()) }],
        timezone: chrono_tz::UTC,
        copyright: Some("© 2024 Ann".into()),
        icon: Some("https://example.org/icon.png?a=1&b=2".into()),
        logo: Some("https://example.org/logo.png".into()),
        translations: Default::default(),
    }
}

pub(in crate::feed) fn spec() -> FeedSpec {
    FeedSpec { hub: Some("https://hub.example/?a&b".into()), ..FeedSpec::default() }
}

pub(in crate::feed) fn head(slug: &str) -> Head {
    let url = format!("https://example.org/news/{slug}/");
    Head {
        path: Source::new(&format!("{slug}.md"), "").path,
        id: url.as_str().into(),
        url: url.into(),
        published: date("2024-05-01T10:00:00+02:00"),
        updated: date("2024-05-01T10:00:00+02:00"),
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

/// An entry with a title, a summary and a body.
pub(in crate::feed) fn entry(slug: &str) -> FeedEntry {
    FeedEntry {
        entry: Entry {
            head: head(slug),
            title: Some(format!("Title of {slug}")),
            summary: None,
            summary_end: None,
            authors: Vec::new(),
            image: None,
            enclosures: Vec::new(),
            external_url: None,
            relations: Default::default(),
            podcast: None,
            markup: Markup::Markdown,
            syntax: Default::default(),
            source: Source::new(&format!("{slug}.md"), ""),
            body: 0..0,
            extra: Vec::new(),
        },
        html: format!("<p>Body of {slug}.</p>"),
        summary: format!("Summary of {slug}."),
        image: None,
        enclosures: Vec::new(),
    }
}

/// An entry with everything, a micro entry in French, and one without a date.
pub(in crate::feed) fn entries() -> Vec<FeedEntry> {
    let mut full = entry("full");
    full.entry.head.id = "tag:example.org,2024:full".into();
    full.entry.head.updated = date("2024-05-03T08:00:00.5Z");
    full.entry.head.categories = ["C & C++".into(), "été".into()].into();
    full.entry.title = Some("1 < 2 & \"quotes\" ]]>".into());
    full.entry.authors = vec![Person::named("Bob & Co"), Person { url: Some("https://cid.example/".into()), ..Person::named("Cid") }];
    full.entry.external_url = Some("https://elsewhere.example/?a=1&b=2".into());
    full.entry.relations = Relations {
        comments: Some("https://example.org/news/full/talk?a=1&b=2".into()),
        via: Some("https://via.example/".into()),
        in_reply_to: Some("https://other.example/?a&b".into()),
        source: Some(Origin { url: "https://gazette.example/feed.xml?a&b".into(), title: Some("Gazette & Co".into()) }),
        rights: Some("CC BY <4.0>".into()),
        banner: Some("https://example.org/wide.png".into()),
    };
    full.html = "<p>A <em>body</em> &amp; more ]]&gt; ]]></p>\n<pre>x &lt; y</pre>".into();
    full.summary = "Less < more & \"so on\".".into();
    full.image = Some(Image { url: "https://example.org/news/full/lead.jpg?w=1&h=2".into(), size: Some((1200, 630)) });
    full.enclosures = vec![
        Enclosure {
            url: "https://example.org/a.mp3?x=1&y=2".into(),
            length: 1234,
            mime_type: "audio/mpeg".into(),
            title: Some("Part \"one\"".into()),
            duration: Some(61),
        },
        Enclosure { url: "https://example.org/b.bin".into(), ..Enclosure::default() },
    ];
    let mut micro = entry("micro");
    micro.entry.title = None;
    micro.entry.head.language = Some("fr_FR".into());
    micro.summary = "Un « petit » mot.".into();
    micro.html = "<p>Un « petit » mot.</p>".into();
    let mut undated = entry("undated");
    undated.entry.head.published = None;
    undated.entry.head.updated = None;
    vec![full, micro, undated]
}

pub(in crate::feed) fn feed(tag: Option<&str>) -> PlannedFeed {
    PlannedFeed {
        topic: tag.map_or(Topic::Site, |tag| Topic::Tag(tag.to_owned())),
        folder: tag.map(|tag| format!("tags/{}/", tag.to_lowercase())).unwrap_or_default(),
        entries: vec![0, 1, 2],
        newest: 50,
        archive_size: 0,
        is_complete: false,
    }
}

/// The first document of a feed with all these entries.
pub(in crate::feed) fn rendered(
    format: Format,
    site: &Site,
    spec: &FeedSpec,
    feed: &PlannedFeed,
    entries: &[FeedEntry],
    oldest: Option<DateTime<FixedOffset>>,
) -> Vec<u8> {
    let entries: Vec<RenderedEntry> = entries.iter().map(|entry| render_entry(site, spec, entry, oldest)).collect();
    render_document(format, site, spec, &feed.subscription(), &entries, oldest).concat()
}
