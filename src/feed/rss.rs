//! RSS 2.0 (rssboard.org/rss-specification, and the best practices of rssboard.org/rss-profile).

use super::namespace::{CONTENT, DUBLIN_CORE, HISTORY, ITUNES, MEDIA, Namespace, PODCAST, named};
use super::render::{Text, cut_out};
use super::view::{Date, EntryView, FeedView};
use super::{PodcastSpec, podcast};
use crate::catalog::Size;
use ::rss::extension::atom::{AtomExtension, Link};
use ::rss::extension::dublincore::DublinCoreExtension;
use ::rss::extension::{Extension, ExtensionMap};
use ::rss::{Category, Channel, Enclosure, Guid, Image, Item, Source};
use std::collections::{BTreeMap, BTreeSet};

/// Minutes that a reader may keep a feed before it asks again.
const TTL: &str = "60";
const DOCS: &str = "https://www.rssboard.org/rss-specification";
/// The widest picture of a channel.
const IMAGE_WIDTH: u32 = 144;
/// And the highest.
const IMAGE_HEIGHT: u32 = 400;

/// The feed's file without its items.
pub(super) fn write(feed: &FeedView, podcast: Option<&PodcastSpec>) -> Vec<u8> {
    to_bytes(&channel(feed, podcast), 0)
}

/// An item as it stands in the file.
pub(super) fn write_item(entry: &EntryView) -> Text {
    let item = item(entry);
    let own = [(CONTENT, item.content.is_some()), (DUBLIN_CORE, item.dublin_core_ext.is_some()), (ITUNES, item.itunes_ext.is_some())];
    let own = own.into_iter().filter_map(|(namespace, is_used)| is_used.then_some(namespace));
    let namespaces = own.chain(named(item.extensions.keys())).collect();
    let channel = Channel { items: vec![item], ..Channel::default() };
    Text { bytes: cut_out(to_bytes(&channel, entry.html.len()), b"    <item>", b"</item>"), namespaces }
}

fn to_bytes(channel: &Channel, length: usize) -> Vec<u8> {
    // Only the writer can fail, and a vector doesn't.
    channel.pretty_write_to(Vec::with_capacity(length + 1024), b' ', 2).unwrap_or_default()
}

fn channel(feed: &FeedView, podcast: Option<&PodcastSpec>) -> Channel {
    let mut links = vec![link("self", &feed.self_url, Some("application/rss+xml"))];
    links.extend(feed.hub.iter().map(|hub| link("hub", hub, None)));
    links.extend(feed.archive.links().map(|(rel, url)| link(rel, url, Some("application/rss+xml"))));
    let mut extensions = ExtensionMap::new();
    if let Some(name) = feed.archive.mark() {
        extensions.insert(HISTORY.0.into(), single(&format!("{}:{name}", HISTORY.0), None, &[]));
    }
    if let Some(podcast) = podcast {
        extensions.insert(PODCAST.0.into(), podcast::channel_extensions(feed, podcast));
    }
    let namespaces: BTreeSet<Namespace> = named(extensions.keys()).chain(feed.namespaces.iter().copied()).collect();
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
            width: feed.icon_size.map(|size| image_size(size).0.to_string()),
            height: feed.icon_size.map(|size| image_size(size).1.to_string()),
            ..Image::default()
        }),
        atom_ext: Some(AtomExtension { links }),
        itunes_ext: podcast.map(|podcast| podcast::channel(feed, podcast)),
        extensions,
        namespaces: namespaces.iter().map(|(name, uri)| ((*name).into(), (*uri).into())).collect(),
        ..Channel::default()
    }
}

/// The size that a channel's picture is shown in: its own if that is small enough.
fn image_size((width, height): Size) -> Size {
    let scaled =
        |size: u32, most: u32, of: u32| u32::try_from((u64::from(size) * u64::from(most) / u64::from(of.max(1))).max(1)).unwrap_or(1);
    let (width, height) = if width > IMAGE_WIDTH { (IMAGE_WIDTH, scaled(height, IMAGE_WIDTH, width)) } else { (width, height) };
    if height > IMAGE_HEIGHT { (scaled(width, IMAGE_HEIGHT, height), IMAGE_HEIGHT) } else { (width, height) }
}

fn item(entry: &EntryView) -> Item {
    let is_permalink = entry.id == entry.url;
    let mut extensions = ExtensionMap::new();
    if is_permalink {
        // The crate leaves out `isPermaLink` where it is true. An extension may have any name.
        extensions.insert(String::new(), single("guid", Some(&entry.id), &[("isPermaLink", "true")]));
    }
    if let Some(image) = &entry.image {
        let size = image.size.map(|(width, height)| (width.to_string(), height.to_string()));
        let mut attributes = vec![("url", image.url.as_str())];
        attributes.extend(size.iter().flat_map(|(width, height)| [("width", width.as_str()), ("height", height)]));
        let mut media = single("media:thumbnail", None, &attributes);
        attributes.push(("medium", "image"));
        media.extend(single("media:content", None, &attributes));
        extensions.insert(MEDIA.0.into(), media);
    }
    if let Some(episode) = &entry.episode {
        podcast::item_extensions(episode, &mut extensions);
    }
    let relations = &entry.relations;
    let mut related: Vec<Link> = entry.external_url.iter().map(|page| link("related", page, None)).collect();
    related.extend(relations.via.iter().map(|page| link("via", page, None)));
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
        comments: relations.comments.clone(),
        source: relations.source.as_ref().map(|source| Source { url: source.url.clone(), title: source.title.clone() }),
        itunes_ext: entry.episode.as_ref().map(|episode| podcast::item(entry, episode)),
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
    [(name.into(), vec![element(name, value, attributes)])].into()
}

/// An element of another namespace.
pub(super) fn element(name: &str, value: Option<&str>, attributes: &[(&str, &str)]) -> Extension {
    Extension {
        name: name.into(),
        // Empty text rather than none keeps the writer from breaking the line inside.
        value: Some(value.unwrap_or_default().into()),
        attrs: attributes.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        children: BTreeMap::new(),
    }
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
        item(&EntryView::new(&sample::site(), &sample::spec(), &entry))
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
        let out = String::from_utf8(write_item(&EntryView::new(&sample::site(), &sample::spec(), &sample::entry("a"))).bytes).unwrap();
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
        let out = String::from_utf8(write(&view(&sample::site(), None), None)).unwrap();
        assert!(!out.contains("xmlns:content") && !out.contains("<item>"), "{out}");
    }

    #[test]
    fn a_channel_has_what_it_must_have() {
        let mut site = sample::site();
        (site.title, site.description, site.authors) = ("\u{0}\n".into(), " ".into(), vec![Person::named("Ann")]);
        let feed = channel(&view(&site, None), None);
        assert_eq!((feed.title.as_str(), feed.description.as_str()), ("https://example.org/news/", "https://example.org/news/"));
        assert_eq!((feed.managing_editor, feed.pub_date, feed.last_build_date), (None, None, None));
        let tagged = channel(&view(&sample::site(), Some("Été")), None);
        assert_eq!((tagged.title.as_str(), tagged.categories), ("Été – Ann & Bob <News>", vec![Category::from("Été")]));
    }

    #[test]
    fn a_channels_picture_is_shown_small() {
        for (size, shown) in
            [((88, 31), (88, 31)), ((512, 512), (144, 144)), ((100, 900), (44, 400)), ((1, u32::MAX), (1, 400)), ((2880, 1), (144, 1))]
        {
            assert_eq!(image_size(size), shown, "{size:?}");
        }
        let spec = super::super::FeedSpec { icon_size: Some((512, 256)), ..sample::spec() };
        let feed = sample::feed(None);
        let image = channel(&FeedView::new(Format::Rss, &sample::site(), &spec, &feed.subscription(), &[]), None).image.unwrap();
        assert_eq!((image.width.as_deref(), image.height.as_deref()), (Some("144"), Some("72")));
        let unknown = channel(&view(&sample::site(), None), None).image.unwrap();
        assert_eq!((unknown.width, unknown.height), (None, None));
    }

    #[test]
    fn dates_have_four_digit_years_and_numeric_offsets() {
        assert_eq!(date(sample::date("0099-01-02T03:04:05-09:30").unwrap()), "Fri, 02 Jan 0099 03:04:05 -0930");
    }
}
