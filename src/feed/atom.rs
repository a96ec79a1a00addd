//! Atom 1.0 (RFC 4287).

use super::clean;
use super::view::{Date, EntryView, FeedView};
use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Entry, Feed, Generator, Link, Person, Text, WriteConfig};
use chrono::DateTime;
use std::collections::BTreeMap;

const MEDIA: (&str, &str) = ("media", "http://search.yahoo.com/mrss/");

/// The feed's file. Entries without a date get `oldest_dated`, or the beginning of time as computers see it.
pub(super) fn write(view: &FeedView, oldest_dated: Option<Date>) -> Vec<u8> {
    let fallback = oldest_dated.and_then(clean::date).unwrap_or_else(|| DateTime::UNIX_EPOCH.fixed_offset());
    // Only the writer can fail, and a vector doesn't.
    feed(view, fallback).write_with_config(Vec::new(), WriteConfig { indent_size: Some(2), ..WriteConfig::default() }).unwrap_or_default()
}

fn feed(view: &FeedView, fallback: Date) -> Feed {
    let mut links = vec![
        Link { mime_type: Some("application/atom+xml".into()), ..link("self", &view.self_url) },
        Link { mime_type: Some("text/html".into()), ..link("alternate", &view.home_page) },
    ];
    links.extend(view.hub.iter().map(|hub| link("hub", hub)));
    let mut authors: Vec<Person> = view.authors.iter().map(person).collect();
    if authors.is_empty() && view.entries.iter().any(|entry| entry.authors.is_empty()) {
        // Somebody must be named (section 4.1.1).
        authors.push(Person { name: view.title.clone(), ..Person::default() });
    }
    let has_media = view.entries.iter().any(|entry| entry.image.is_some());
    Feed {
        title: Text::plain(&view.title),
        id: view.id.clone(),
        updated: view.entries.iter().map(|entry| entry.updated.unwrap_or(fallback)).max().unwrap_or(fallback),
        authors,
        categories: view.tag.iter().map(|tag| category(tag)).collect(),
        generator: Some(Generator {
            value: "tidings".into(),
            uri: Some(env!("CARGO_PKG_REPOSITORY").to_owned()).filter(|uri| !uri.is_empty()),
            version: Some(env!("CARGO_PKG_VERSION").into()),
        }),
        icon: view.icon.clone(),
        links,
        logo: view.logo.clone(),
        rights: view.copyright.as_deref().map(Text::plain),
        subtitle: view.description.as_deref().map(Text::plain),
        entries: view.entries.iter().map(|view| entry(view, fallback)).collect(),
        namespaces: has_media.then(|| (MEDIA.0.into(), MEDIA.1.into())).into_iter().collect(),
        lang: view.language.clone(),
        ..Feed::default()
    }
}

fn entry(view: &EntryView, fallback: Date) -> Entry {
    // The crate's entry has no `xml:lang`; its texts have.
    let text = |value: String| Text { lang: view.language.clone(), ..Text::plain(value) };
    let mut links = vec![Link { mime_type: Some("text/html".into()), ..link("alternate", &view.url) }];
    links.extend(view.external_url.iter().map(|page| link("related", page)));
    links.extend(view.enclosures.iter().map(|enclosure| Link {
        mime_type: Some(enclosure.mime_type.clone()),
        length: (enclosure.length > 0).then(|| enclosure.length.to_string()),
        title: enclosure.title.clone(),
        ..link("enclosure", &enclosure.url)
    }));
    Entry {
        title: text(view.title_or_summary()),
        id: view.id.clone(),
        updated: view.updated.unwrap_or(fallback),
        authors: view.authors.iter().map(person).collect(),
        categories: view.categories.iter().map(|tag| category(tag)).collect(),
        links,
        published: view.published,
        summary: Some(view.summary.clone()).filter(|summary| !summary.is_empty()).map(text),
        content: (!view.html.is_empty()).then(|| Content {
            lang: view.language.clone(),
            value: Some(view.html.clone()),
            content_type: Some("html".into()),
            ..Content::default()
        }),
        extensions: view.image.iter().map(|image| (MEDIA.0.to_owned(), media(image))).collect::<ExtensionMap>(),
        ..Entry::default()
    }
}

fn link(rel: &str, href: &str) -> Link {
    Link { rel: rel.into(), href: href.into(), ..Link::default() }
}

fn person(person: &crate::site::Person) -> Person {
    Person { name: person.name.clone(), email: person.email.clone(), uri: person.url.clone(), ..Person::default() }
}

fn category(tag: &str) -> Category {
    Category { term: tag.into(), scheme: None, label: Some(tag.into()) }
}

/// The lead image, as readers look for it in Atom too.
fn media(image: &str) -> BTreeMap<String, Vec<Extension>> {
    let element = |name: &str, attributes: &[(&str, &str)]| Extension {
        name: format!("{}:{name}", MEDIA.0),
        // Empty text rather than none keeps the writer from breaking the line inside.
        value: Some(String::new()),
        // The crate writes the attributes of extensions as they are: an `&` would break the file.
        attrs: attributes.iter().map(|(key, value)| ((*key).into(), quick_xml::escape::escape(*value).into_owned())).collect(),
        children: BTreeMap::new(),
    };
    [
        ("content".into(), vec![element("content", &[("url", image), ("medium", "image")])]),
        ("thumbnail".into(), vec![element("thumbnail", &[("url", image)])]),
    ]
    .into()
}
