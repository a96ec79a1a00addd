//! RSS 2.0 (rssboard.org/rss-specification, and the best practices of rssboard.org/rss-profile).

use super::view::{Date, EntryView, FeedView};
use ::rss::extension::atom::{AtomExtension, Link};
use ::rss::extension::dublincore::DublinCoreExtension;
use ::rss::extension::{Extension, ExtensionMap};
use ::rss::{Category, Channel, Enclosure, Guid, Image, Item};
use std::collections::BTreeMap;

/// Minutes that a reader may keep a feed before it asks again.
const TTL: &str = "60";
const DOCS: &str = "https://www.rssboard.org/rss-specification";
const MEDIA: (&str, &str) = ("media", "http://search.yahoo.com/mrss/");

/// The feed's file.
pub(super) fn write(feed: &FeedView) -> Vec<u8> {
    // Only the writer can fail, and a vector doesn't.
    channel(feed).pretty_write_to(Vec::new(), b' ', 2).unwrap_or_default()
}

fn channel(feed: &FeedView) -> Channel {
    let mut links = vec![link("self", &feed.self_url, Some("application/rss+xml"))];
    links.extend(feed.hub.iter().map(|hub| link("hub", hub, None)));
    let has_media = feed.entries.iter().any(|entry| entry.image.is_some());
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
        namespaces: has_media.then(|| (MEDIA.0.into(), MEDIA.1.into())).into_iter().collect(),
        items: feed.entries.iter().map(item).collect(),
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
    let creators: Vec<String> = entry.authors.iter().map(|author| author.name.clone()).collect();
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
        content: Some(entry.html.clone()).filter(|html| !html.is_empty()),
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
    [summary, entry.html.clone(), html_escape::encode_text(&entry.url).into_owned()]
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
