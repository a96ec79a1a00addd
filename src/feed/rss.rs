//! RSS 2.0 (rssboard.org/rss-specification, and the best practices of rssboard.org/rss-profile).

use super::render::cut_out;
use super::view::{Date, EntryView, FeedView, HISTORY, MEDIA};
use ::rss::extension::atom::{AtomExtension, Link};
use ::rss::extension::dublincore::DublinCoreExtension;
use ::rss::extension::{Extension, ExtensionMap};
use ::rss::{Category, Channel, Enclosure, Guid, Image, Item};
use std::collections::BTreeMap;

/// Minutes that a reader may keep a feed before it asks again.
const TTL: &str = "60";
const DOCS: &str = "https://www.rssboard.org/rss-specification";
const CONTENT: (&str, &str) = ("content", "http://purl.org/rss/1.0/modules/content/");
const DUBLIN_CORE: (&str, &str) = ("dc", "http://purl.org/dc/elements/1.1/");

/// The feed's file without its items.
pub(super) fn write(feed: &FeedView) -> Vec<u8> {
    to_bytes(&channel(feed), 0)
}

/// An item as it stands in the file.
pub(super) fn write_item(entry: &EntryView) -> Vec<u8> {
    let channel = Channel { items: vec![item(entry)], ..Channel::default() };
    cut_out(to_bytes(&channel, entry.html.len()), b"    <item>", b"</item>")
}

fn to_bytes(channel: &Channel, length: usize) -> Vec<u8> {
    // Only the writer can fail, and a vector doesn't.
    channel.pretty_write_to(Vec::with_capacity(length + 1024), b' ', 2).unwrap_or_default()
}

fn channel(feed: &FeedView) -> Channel {
    let mut links = vec![link("self", &feed.self_url, Some("application/rss+xml"))];
    links.extend(feed.hub.iter().map(|hub| link("hub", hub, None)));
    links.extend(feed.archive.links().map(|(rel, url)| link(rel, url, Some("application/rss+xml"))));
    let mark = feed.archive.mark().map(|name| single(&format!("{}:{name}", HISTORY.0), None, &[]));
    let namespaces = [(CONTENT, feed.has_content), (DUBLIN_CORE, feed.has_creators), (HISTORY, mark.is_some()), (MEDIA, feed.has_media)];
    Channel {
        title: feed.title.clone(),
        link: feed.home_page.clone(),
        // It must be there, and not empty.
        description: feed.description.clone().unwrap_or_else(|| feed.title.clone()),
        language: feed.language.clone(),
        copyright: feed.copyright.clone(),
        managing_editor: feed.authors.iter().find_map(|author| {
            let address = author.email.as_deref()?;
            // The name is a comment of RFC 822, which ends at a parenthesis.
            Some(format!("{address} ({})", author.name.replace(['(', ')', '\\'], "")))
        }),
        pub_date: feed.published.map(date),
        last_build_date: feed.updated.map(date),
        categories: feed.tag.iter().map(|tag| Category::from(tag.as_str())).collect(),
        generator: Some(concat!("tidings ", env!("CARGO_PKG_VERSION")).into()),
        docs: Some(DOCS.into()),
        ttl: Some(TTL.into()),
        image: feed.icon.as_ref().map(|icon| Image {
            url: icon.clone(),
            // The profile wants the channel's own.
            title: feed.title.clone(),
            link: feed.home_page.clone(),
            ..Image::default()
        }),
        atom_ext: Some(AtomExtension { links }),
        extensions: mark.into_iter().map(|mark| (HISTORY.0.to_owned(), mark)).collect(),
        namespaces: namespaces.iter().filter(|(_, is_used)| *is_used).map(|((name, uri), _)| ((*name).into(), (*uri).into())).collect(),
        ..Channel::default()
    }
}

fn item(entry: &EntryView) -> Item {
    let is_permalink = entry.id == entry.url;
    let mut extensions = ExtensionMap::new();
    if is_permalink {
        // The crate leaves out `isPermaLink` where it is true. An extension may have any name.
        extensions.insert(String::new(), single("guid", Some(&entry.id), &[("isPermaLink", "true")]));
    }
    if let Some(image) = &entry.image {
        let mut media = single("media:content", None, &[("url", image), ("medium", "image")]);
        media.extend(single("media:thumbnail", None, &[("url", image)]));
        extensions.insert(MEDIA.0.into(), media);
    }
    let related = entry.external_url.iter().map(|page| link("related", page, None)).collect::<Vec<_>>();
    let creators = entry.creators.clone();
    let languages: Vec<String> = entry.language.iter().cloned().collect();
    Item {
        title: entry.title.clone(),
        link: Some(entry.url.clone()),
        description: description(entry),
        categories: entry.categories.iter().map(|tag| Category::from(tag.as_str())).collect(),
        enclosure: entry.enclosures.first().map(|enclosure| Enclosure {
            url: enclosure.url.clone(),
            length: enclosure.length.to_string(),
            mime_type: enclosure.mime_type.clone(),
        }),
        guid: (!is_permalink).then(|| Guid { value: entry.id.clone(), permalink: false }),
        pub_date: entry.published.map(date),
        content: (!entry.html.is_empty()).then(|| entry.html.to_string()),
        extensions,
        atom_ext: (!related.is_empty()).then_some(AtomExtension { links: related }),
        dublin_core_ext: (!creators.is_empty() || !languages.is_empty()).then(|| DublinCoreExtension {
            creators,
            languages,
            ..DublinCoreExtension::default()
        }),
        ..Item::default()
    }
}

/// The summary as HTML, which readers take a description for. An item must have a title or a description.
fn description(entry: &EntryView) -> Option<String> {
    let summary = html_escape::encode_text(&entry.summary).into_owned();
    [summary, entry.html.to_string(), html_escape::encode_text(&entry.url).into_owned()]
        .into_iter()
        .take(if entry.title.is_some() { 1 } else { 3 })
        .find(|text| !text.is_empty())
}

fn link(rel: &str, href: &str, mime_type: Option<&str>) -> Link {
    Link { rel: rel.into(), href: href.into(), mime_type: mime_type.map(Into::into), ..Link::default() }
}

/// One extension element by its name.
fn single(name: &str, value: Option<&str>, attributes: &[(&str, &str)]) -> BTreeMap<String, Vec<Extension>> {
    let extension = Extension {
        name: name.into(),
        // Empty text rather than none keeps the writer from breaking the line inside.
        value: Some(value.unwrap_or_default().into()),
        attrs: attributes.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        children: BTreeMap::new(),
    };
    [(name.into(), vec![extension])].into()
}

/// RFC 822 with a year of four digits and the offset as a number.
fn date(date: Date) -> String {
    date.format("%a, %d %b %Y %H:%M:%S %z").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::super::{FeedEntry, Format};
    use super::*;
    use crate::site::{Person, Site};

    fn view(site: &Site, tag: Option<&str>) -> FeedView {
        FeedView::new(Format::Rss, site, &sample::spec(), &sample::feed(tag).subscription(), &[])
    }

    fn only(change: impl Fn(&mut FeedEntry)) -> Item {
        let mut entry = sample::entry("a");
        change(&mut entry);
        item(&EntryView::new(&sample::site(), &entry))
    }

    /// Why the guid is an extension and text is cleaned first.
    #[test]
    fn the_crate_drops_a_true_permalink_and_lets_control_characters_through() {
        let guid = Guid { value: "a\u{1}b".into(), permalink: true };
        let channel = Channel { items: vec![Item { guid: Some(guid), ..Item::default() }], ..Channel::default() };
        assert!(channel.to_string().contains("<guid>a\u{1}b</guid>"));
    }

    #[test]
    fn an_id_is_a_permalink_only_if_it_is_the_address() {
        let out = String::from_utf8(write_item(&EntryView::new(&sample::site(), &sample::entry("a")))).unwrap();
        assert_eq!(out.matches("<guid").count(), 1);
        assert!(out.contains("<guid isPermaLink=\"true\">https://example.org/news/a/</guid>"), "{out}");
        let item = only(|entry| entry.entry.head.id = "https://example.org/news/a".into());
        assert_eq!(item.guid, Some(Guid { value: "https://example.org/news/a".into(), permalink: false }));
        assert!(item.extensions.is_empty());
    }

    #[test]
    fn an_item_has_a_title_or_a_description() {
        assert_eq!(only(|entry| entry.summary.clear()).description, None);
        let untitled = |summary: &str, html: &str| {
            only(|entry| {
                (entry.entry.title, entry.summary, entry.html) = (Some("\u{1} ".into()), summary.into(), html.into());
            })
        };
        assert_eq!(untitled("a < b", "<p>x</p>").description.as_deref(), Some("a &lt; b"));
        assert_eq!(untitled("", "<p>x</p>").description.as_deref(), Some("<p>x</p>"));
        assert_eq!(untitled("", "").description.as_deref(), Some("https://example.org/news/a/"));
        assert_eq!(untitled("", "").title, None);
    }

    #[test]
    fn a_summary_feed_has_no_content_element() {
        assert_eq!(only(|entry| entry.html.clear()).content, None);
        let out = String::from_utf8(write(&view(&sample::site(), None))).unwrap();
        assert!(!out.contains("xmlns:content") && !out.contains("<item>"), "{out}");
    }

    #[test]
    fn a_channel_has_what_it_must_have() {
        let mut site = sample::site();
        (site.title, site.description, site.authors) = ("\u{0}\n".into(), " ".into(), vec![Person::named("Ann")]);
        let feed = channel(&view(&site, None));
        assert_eq!((feed.title.as_str(), feed.description.as_str()), ("https://example.org/news/", "https://example.org/news/"));
        assert_eq!((feed.managing_editor, feed.pub_date, feed.last_build_date), (None, None, None));
        let tagged = channel(&view(&sample::site(), Some("Été")));
        assert_eq!((tagged.title.as_str(), tagged.categories), ("Été – Ann & Bob <News>", vec![Category::from("Été")]));
    }

    #[test]
    fn dates_have_four_digit_years_and_numeric_offsets() {
        assert_eq!(date(sample::date("0099-01-02T03:04:05-09:30").unwrap()), "Fri, 02 Jan 0099 03:04:05 -0930");
    }
}
