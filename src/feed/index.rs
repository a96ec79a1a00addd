//! The page at the root of the output: the newest entries, and where the feeds are.

use super::clean;
use super::{FeedSpec, Format, PlannedFeed, Topic};
use crate::diagnostic::Diagnostic;
use crate::language::{self, Words};
use crate::site::Site;
use crate::template::View;
use crate::url;
use askama::Template;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;

/// An entry as the page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Plain text; the beginning of its summary where it has no title.
    pub title: String,
    /// Absolute.
    pub url: String,
    pub date: Option<DateTime<FixedOffset>>,
    /// BCP 47 tag, if it is not the site's.
    pub language: Option<String>,
}

#[derive(Serialize, Template)]
#[template(path = "feeds/index.html")]
struct Page {
    words: &'static Words,
    /// The attributes that say which language these words are in, where it is not the page's.
    ui: String,
    /// Texts are empty where there are none.
    language: String,
    direction: &'static str,
    title: String,
    url: String,
    description: String,
    icon: String,
    copyright: String,
    opml: String,
    newsletter: String,
    entries: Vec<Row>,
    site_feed: Vec<File>,
    groups: Vec<Group>,
    alternates: Vec<File>,
}

impl View for Page {
    const NAME: &'static str = "feeds/index.html";
}

/// The feeds of one kind of topic.
#[derive(Serialize)]
struct Group {
    heading: &'static str,
    feeds: Vec<Named>,
}

/// A feed in all its formats.
#[derive(Serialize)]
struct Named {
    name: String,
    files: Vec<File>,
}

#[derive(Serialize)]
struct Row {
    title: String,
    url: String,
    /// For people, and for machines; empty where there is none.
    date: String,
    datetime: String,
    /// Empty where it is the page's.
    language: String,
}

/// A feed in one format.
#[derive(Clone, Serialize)]
struct File {
    label: &'static str,
    mime_type: &'static str,
    title: String,
    url: String,
}

/// The page. `newest` are the entries to list, newest first; `newsletter` is the absolute URL of its archive.
pub fn render_index(
    site: &Site,
    spec: &FeedSpec,
    feeds: &[PlannedFeed],
    newest: &[IndexEntry],
    newsletter: Option<String>,
) -> (Vec<u8>, Vec<Diagnostic>) {
    let files = |feed: &PlannedFeed| -> Vec<File> { spec.formats.iter().map(|format| file(site, feed, *format)).collect() };
    let language = language::tag(&site.language);
    let words = language::words(language.as_deref().unwrap_or_default());
    let is_page = language.as_deref().is_some_and(|tag| tag.split('-').next() == words.tag().split('-').next());
    let page = Page {
        ui: if is_page { String::new() } else { format!(" lang=\"{0}\" dir=\"{1}\"", words.tag(), language::direction(words.tag())) },
        words,
        direction: language.as_deref().map_or("ltr", language::direction),
        language: language.unwrap_or_default(),
        title: clean::some_line(&site.title).unwrap_or_else(|| site.url.to_string()),
        url: url::strict(site.url.as_str()),
        description: clean::some_line(&site.description).unwrap_or_default(),
        icon: site.icon.as_deref().and_then(|icon| url::web(&site.url, icon)).unwrap_or_default(),
        copyright: site.copyright.as_deref().and_then(clean::some_line).unwrap_or_default(),
        opml: site.absolute("feeds.opml"),
        newsletter: newsletter.unwrap_or_default(),
        entries: newest.iter().map(|entry| row(entry, words, &site.language)).collect(),
        site_feed: feeds.iter().filter(|feed| feed.topic == Topic::Site).flat_map(files).collect(),
        groups: groups(feeds, words, files),
        alternates: feeds.iter().flat_map(files).collect(),
    };
    let mut faults = Vec::new();
    let page = spec.templates.render(&page, &mut faults);
    (page.into_bytes(), faults)
}

/// The feeds that are not the site's, in the order in which they come.
fn groups(feeds: &[PlannedFeed], words: &'static Words, files: impl Fn(&PlannedFeed) -> Vec<File>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for feed in feeds {
        let Some(name) = feed.topic.shown() else { continue };
        let heading = match &feed.topic {
            Topic::Site => continue,
            Topic::Tag(_) => &words.tags,
            Topic::Author(_) => &words.authors,
            Topic::Section(_) => &words.sections,
            Topic::Language(_) => &words.languages,
            Topic::Issues(_) => &words.newsletter,
        };
        let shown = Named { name: clean::line(&name), files: files(feed) };
        match groups.last_mut().filter(|group| group.heading == heading) {
            Some(group) => group.feeds.push(shown),
            None => groups.push(Group { heading, feeds: vec![shown] }),
        }
    }
    groups
}

fn row(entry: &IndexEntry, words: &Words, language: &str) -> Row {
    let url = url::strict(&entry.url);
    let date = entry.date.and_then(clean::date);
    Row {
        title: clean::some_line(&entry.title).unwrap_or_else(|| url.clone()),
        url,
        date: date.map(|date| words.day(language, date.date_naive())).unwrap_or_default(),
        datetime: date.map(|date| date.to_rfc3339()).unwrap_or_default(),
        language: entry.language.as_deref().and_then(language::tag).unwrap_or_default(),
    }
}

fn file(site: &Site, feed: &PlannedFeed, format: Format) -> File {
    File {
        label: format.label(),
        mime_type: format.mime_type(),
        title: clean::line(&feed.title(site)),
        url: feed.subscription().url(site, format),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    fn rendered(language: &str) -> String {
        let site = Site { language: language.into(), ..sample::site() };
        let newest = [
            IndexEntry {
                title: "1 < 2 & \"so\" <script>alert(1)</script>".into(),
                url: "https://example.org/a/?x=1&y=\"><script>".into(),
                date: sample::date("2024-05-01T23:30:00-02:00"),
                language: Some("fr_CA".into()),
            },
            IndexEntry { title: " \u{1}".into(), url: "https://example.org/b/".into(), date: None, language: None },
        ];
        let feeds = [sample::feed(None), sample::feed(Some("<Été>"))];
        String::from_utf8(render_index(&site, &sample::spec(), &feeds, &newest, None).0).unwrap()
    }

    #[test]
    fn entries_are_listed_with_their_own_day_and_language() {
        let page = rendered("en-GB");
        let first = concat!(
            r#"<li><time datetime="2024-05-01T23:30:00-02:00">1 May 2024</time> "#,
            r#"<a href="https://example.org/a/?x=1&#38;y=%22%3E%3Cscript%3E" dir="auto" lang="fr-CA">"#,
            "1 &#60; 2 &#38; &#34;so&#34; &#60;script&#62;alert(1)&#60;/script&#62;</a></li>\n",
            r#"<li><a href="https://example.org/b/" dir="auto">https://example.org/b/</a></li>"#,
        );
        assert!(page.contains(first), "{page}");
        assert!(!page.contains("<script") && !page.contains('\u{1}'));
    }

    #[test]
    fn every_feed_can_be_discovered() {
        let page = rendered("en-GB");
        for (mime_type, title, url) in [
            ("application/rss+xml", "Ann &#38; Bob &#60;News&#62; (RSS)", "feed.xml"),
            ("application/atom+xml", "Ann &#38; Bob &#60;News&#62; (Atom)", "atom.xml"),
            ("application/feed+json", "Ann &#38; Bob &#60;News&#62; (JSON Feed)", "feed.json"),
            ("application/rss+xml", "&#60;Été&#62; – Ann &#38; Bob &#60;News&#62; (RSS)", "tags/%3C%C3%A9t%C3%A9%3E/feed.xml"),
        ] {
            let link = format!(r#"<link rel="alternate" type="{mime_type}" title="{title}" href="https://example.org/news/{url}">"#);
            assert!(page.contains(&link), "{link}\n{page}");
        }
        assert_eq!(page.matches("rel=\"alternate\"").count(), 6);
        assert_eq!(page.matches("aria-label=").count(), 3);
        assert!(page.contains(r#"<a href="https://example.org/news/feeds.opml""#));
    }

    #[test]
    fn the_page_says_its_language_and_direction() {
        let cases = [
            ("en-GB", r#"<html lang="en-GB" dir="ltr">"#, "<h2>Latest</h2>"),
            ("ar", r#"<html lang="ar" dir="rtl">"#, "<h2>الأحدث</h2>"),
            ("fr-CA", r#"<html lang="fr-CA" dir="ltr">"#, "<h2>Derniers articles</h2>"),
            ("zh-TW", r#"<html lang="zh-TW" dir="ltr">"#, "<h2>最新</h2>"),
            ("fa-Latn", r#"<html lang="fa-Latn" dir="ltr">"#, r#"<h2 lang="en" dir="ltr">Latest</h2>"#),
            ("pa-Arab-PK", r#"<html lang="pa-Arab-PK" dir="rtl">"#, r#"<h2 lang="en" dir="ltr">Latest</h2>"#),
            ("\"><b>", r#"<html dir="ltr">"#, r#"<h2 lang="en" dir="ltr">Latest</h2>"#),
        ];
        for (language, html, heading) in cases {
            let page = rendered(language);
            assert!(page.contains(html) && page.contains(heading), "{language} {page}");
        }
    }

    #[test]
    fn feeds_of_one_kind_stand_together() {
        let feed = |topic: Topic, folder: &str| PlannedFeed { topic, folder: folder.into(), ..sample::feed(None) };
        let feeds = [
            sample::feed(None),
            sample::feed(Some("a")),
            sample::feed(Some("b")),
            feed(Topic::Author("Ann".into()), "authors/ann/"),
            feed(Topic::Section("notes".into()), "sections/notes/"),
            feed(Topic::Language("fr".into()), "languages/fr/"),
        ];
        let page = String::from_utf8(render_index(&sample::site(), &sample::spec(), &feeds, &[], None).0).unwrap();
        let order =
            ["<h3>Tags</h3>", ">a</", ">b</", "<h3>Authors</h3>", ">Ann</", "<h3>Sections</h3>", "<h3>Languages</h3>", ">Français</"];
        let places: Vec<usize> = order.iter().map(|part| page.find(part).unwrap_or_else(|| panic!("{part} in {page}"))).collect();
        assert!(places.is_sorted(), "{places:?}");
        assert!(page.contains(r#"title="Ann – Ann &#38; Bob &#60;News&#62; (Atom)" href="https://example.org/news/authors/ann/atom.xml""#));
    }

    #[test]
    fn the_newsletter_s_archive_is_linked_where_there_is_one() {
        let page = |newsletter: Option<&str>| {
            let newsletter = newsletter.map(str::to_owned);
            String::from_utf8(render_index(&sample::site(), &sample::spec(), &[sample::feed(None)], &[], newsletter).0).unwrap()
        };
        assert!(page(Some("https://example.org/newsletter/")).contains(r#"<a href="https://example.org/newsletter/">Newsletter</a>"#));
        assert!(!page(None).contains("ewsletter"));
    }

    #[test]
    fn a_site_without_entries_or_tags_has_a_page_too() {
        let site = Site { icon: None, copyright: None, description: String::new(), ..sample::site() };
        let page = String::from_utf8(render_index(&site, &sample::spec(), &[sample::feed(None)], &[], None).0).unwrap();
        assert!(page.contains("<h1") && !page.contains("<main") && !page.contains("class=\"topics\"") && !page.contains("<img"), "{page}");
    }
}
