//! Atom 1.0 (RFC 4287).

use super::clean;
use super::namespace::{HISTORY, MEDIA, Namespace, THREAD, named};
use super::render::{self, cut_out};
use super::view::{Date, EntryView, FeedView};
use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Entry, Feed, Generator, Link, Person, Source, Text, WriteConfig};
use chrono::DateTime;
use std::collections::{BTreeMap, BTreeSet};

/// The date of what has none: that of the oldest entry, or the beginning of time as computers see it.
pub(super) fn fallback(oldest_dated: Option<Date>) -> Date {
    oldest_dated.and_then(clean::date).unwrap_or_else(|| DateTime::UNIX_EPOCH.fixed_offset())
}

/// The feed's file without its entries.
pub(super) fn write(view: &FeedView, fallback: Date) -> Vec<u8> {
    to_bytes(&feed(view, fallback), 0)
}

/// An entry as it stands in the file.
pub(super) fn write_entry(view: &EntryView, fallback: Date) -> render::Text {
    let entry = entry(view, fallback);
    let namespaces = named(entry.extensions.keys()).collect();
    let feed = Feed { entries: vec![entry], ..Feed::default() };
    // Escaped, HTML is longer.
    render::Text { bytes: cut_out(to_bytes(&feed, view.html.len() * 5 / 4), b"  <entry>", b"</entry>"), namespaces }
}

fn to_bytes(feed: &Feed, length: usize) -> Vec<u8> {
    let config = WriteConfig { indent_size: Some(2), ..WriteConfig::default() };
    // Only the writer can fail, and a vector doesn't.
    feed.write_with_config(Vec::with_capacity(length + 1024), config).unwrap_or_default()
}

fn feed(view: &FeedView, fallback: Date) -> Feed {
    let mut links = vec![
        Link { mime_type: Some("application/atom+xml".into()), ..link("self", &view.self_url) },
        Link { mime_type: Some("text/html".into()), ..link("alternate", &view.home_page) },
    ];
    links.extend(view.hub.iter().map(|hub| link("hub", hub)));
    links.extend(view.archive.links().map(|(rel, url)| Link { mime_type: Some("application/atom+xml".into()), ..link(rel, url) }));
    let mut authors: Vec<Person> = view.authors.iter().map(person).collect();
    if authors.is_empty() && view.has_unsigned {
        // Somebody must be named (section 4.1.1).
        authors.push(Person { name: view.title.clone(), ..Person::default() });
    }
    let mark = view.archive.mark().map(|name| (HISTORY.0.to_owned(), group([element(HISTORY.0, name, &[])])));
    let extensions: ExtensionMap = mark.into_iter().collect();
    let namespaces: BTreeSet<Namespace> = named(extensions.keys()).chain(view.namespaces.iter().copied()).collect();
    let undated = view.has_undated.then_some(fallback);
    Feed {
        title: Text::plain(&view.title),
        id: view.id.clone(),
        updated: view.updated.into_iter().chain(undated).max().unwrap_or(fallback),
        authors,
        categories: view.tag.iter().map(|tag| category(tag)).collect(),
        generator: Some(Generator {
            value: "tidings".into(),
            uri: Some(env!("CARGO_PKG_HOMEPAGE").into()),
            version: Some(env!("CARGO_PKG_VERSION").into()),
        }),
        icon: view.icon.clone(),
        links,
        logo: view.logo.clone(),
        rights: view.copyright.as_deref().map(Text::plain),
        subtitle: view.description.as_deref().map(Text::plain),
        extensions,
        namespaces: namespaces.iter().map(|(name, uri)| ((*name).into(), (*uri).into())).collect(),
        lang: view.language.clone(),
        ..Feed::default()
    }
}

fn entry(view: &EntryView, fallback: Date) -> Entry {
    // The crate's entry has no `xml:lang`; its texts have.
    let text = |value: String| Text { lang: view.language.clone(), ..Text::plain(value) };
    let mut links = vec![Link { mime_type: Some("text/html".into()), ..link("alternate", &view.url) }];
    let relations = &view.relations;
    links.extend(view.external_url.iter().map(|page| link("related", page)));
    links.extend(relations.via.iter().map(|page| link("via", page)));
    // RFC 4685, section 4.
    links.extend(relations.comments.iter().map(|page| Link { mime_type: Some("text/html".into()), ..link("replies", page) }));
    links.extend(view.enclosures.iter().map(|enclosure| Link {
        mime_type: Some(enclosure.mime_type.clone()),
        length: (enclosure.length > 0).then(|| enclosure.length.to_string()),
        title: enclosure.title.clone(),
        ..link("enclosure", &enclosure.url)
    }));
    Entry {
        title: text(view.title_or_summary()),
        id: view.uri(),
        updated: view.updated.unwrap_or(fallback),
        authors: view.authors.iter().map(person).collect(),
        categories: view.categories.iter().map(|tag| category(tag)).collect(),
        links,
        published: view.published,
        summary: Some(view.summary.clone()).filter(|summary| !summary.is_empty()).map(text),
        content: (!view.html.is_empty()).then(|| Content {
            lang: view.language.clone(),
            value: Some(view.html.to_string()),
            content_type: Some("html".into()),
            ..Content::default()
        }),
        rights: relations.rights.clone().map(text),
        source: relations.source.as_ref().map(|source| Source {
            title: Text::plain(source.title.clone().unwrap_or_else(|| source.url.clone())),
            id: source.url.clone(),
            // Nobody knows when that feed changed, but it had the entry by then.
            updated: view.published.unwrap_or(fallback),
            links: vec![link("self", &source.url)],
            ..Source::default()
        }),
        extensions: extensions(view),
        ..Entry::default()
    }
}

/// The lead image, as readers look for it in Atom too, and what the entry answers.
fn extensions(view: &EntryView) -> ExtensionMap {
    let media = view.image.as_ref().map(|image| {
        let size = image.size.map(|(width, height)| (width.to_string(), height.to_string()));
        let mut attributes = vec![("url", image.url.as_str())];
        attributes.extend(size.iter().flat_map(|(width, height)| [("width", width.as_str()), ("height", height)]));
        let thumbnail = element(MEDIA.0, "thumbnail", &attributes);
        attributes.push(("medium", "image"));
        (MEDIA.0.to_owned(), group([element(MEDIA.0, "content", &attributes), thumbnail]))
    });
    let answered = view.relations.in_reply_to.as_deref();
    // What is answered is known by its address alone (RFC 4685, section 3).
    let thread = answered.map(|page| (THREAD.0.to_owned(), group([element(THREAD.0, "in-reply-to", &[("ref", page), ("href", page)])])));
    media.into_iter().chain(thread).collect()
}

fn group(elements: impl IntoIterator<Item = Extension>) -> BTreeMap<String, Vec<Extension>> {
    elements.into_iter().map(|element| (element.name.clone(), vec![element])).collect()
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

/// An element of another namespace.
fn element(prefix: &str, name: &str, attributes: &[(&str, &str)]) -> Extension {
    Extension {
        name: format!("{prefix}:{name}"),
        // Empty text rather than none keeps the writer from breaking the line inside.
        value: Some(String::new()),
        // The crate writes the attributes of extensions as they are: an `&` would break the file.
        attrs: attributes.iter().map(|(key, value)| ((*key).into(), quick_xml::escape::escape(*value).into_owned())).collect(),
        children: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::super::{FeedEntry, Format};
    use super::*;

    fn whole(entries: &[FeedEntry], oldest: Option<Date>) -> String {
        let feed = sample::feed(Some("Été"));
        String::from_utf8(sample::rendered(Format::Atom, &sample::site(), &sample::spec(), &feed, entries, oldest)).unwrap()
    }

    /// Why the image's attributes are escaped here and text is cleaned first.
    #[test]
    fn the_crate_writes_extension_attributes_and_control_characters_as_they_are() {
        let extension = Extension { name: "m:x".into(), attrs: [("url".into(), "a&b\"".into())].into(), ..Extension::default() };
        let extensions: ExtensionMap = [("m".into(), [("x".into(), vec![extension])].into())].into();
        let feed = Feed { title: Text::plain("a\u{1}"), extensions, ..Feed::default() };
        let out = feed.to_string();
        assert!(out.contains("<m:x url=\"a&b\"\">") && out.contains("<title>a\u{1}</title>"), "{out}");
    }

    #[test]
    fn no_entry_is_without_updated() {
        let updated = |entry: &FeedEntry, oldest: Option<Date>| {
            let out = whole(std::slice::from_ref(entry), oldest);
            let dates: Vec<&str> = out.split("<updated>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
            dates.join(" ")
        };
        let mut entry = sample::entry("a");
        assert_eq!(updated(&entry, None), "2024-05-01T10:00:00+02:00 2024-05-01T10:00:00+02:00");
        // A change before the publication is none.
        entry.entry.head.updated = sample::date("2024-01-01T00:00:00Z");
        assert_eq!(updated(&entry, None), "2024-05-01T10:00:00+02:00 2024-05-01T10:00:00+02:00");
        (entry.entry.head.published, entry.entry.head.updated) = (None, None);
        assert_eq!(updated(&entry, None), "1970-01-01T00:00:00+00:00 1970-01-01T00:00:00+00:00");
        let oldest = sample::date("2001-02-03T04:05:06Z");
        assert_eq!(updated(&entry, oldest), "2001-02-03T04:05:06+00:00 2001-02-03T04:05:06+00:00");
    }

    #[test]
    fn an_empty_feed_has_all_that_it_must_have() {
        let view = FeedView::new(Format::Atom, &sample::site(), &sample::spec(), &sample::feed(Some("Été")).subscription(), &[]);
        let feed = feed(&view, sample::date("2001-02-03T04:05:06Z").unwrap());
        assert_eq!(feed.updated.to_rfc3339(), "2001-02-03T04:05:06+00:00");
        assert_eq!((feed.id.as_str(), feed.title.as_str()), ("https://example.org/news/tags/%C3%A9t%C3%A9/", "Été – Ann & Bob <News>"));
        assert_eq!(feed.categories, [category("Été")]);
    }

    #[test]
    fn somebody_is_named_unless_every_entry_names_its_own() {
        let mut site = sample::site();
        site.authors.clear();
        let names = |entries: &[FeedEntry]| {
            let out = sample::rendered(Format::Atom, &site, &sample::spec(), &sample::feed(None), entries, None);
            let feed = Feed::read_from(out.as_slice()).unwrap();
            feed.authors.into_iter().map(|author| author.name).collect::<Vec<_>>()
        };
        let mut signed = sample::entry("a");
        signed.entry.authors = vec![crate::site::Person::named("Bob")];
        assert!(names(std::slice::from_ref(&signed)).is_empty());
        assert_eq!(names(&[signed, sample::entry("b")]), ["Ann & Bob <News>"]);
    }

    #[test]
    fn a_title_is_made_from_the_summary() {
        let title = |summary: &str| {
            let mut entry = sample::entry("a");
            (entry.entry.title, entry.summary) = (None, summary.into());
            super::entry(&EntryView::new(&sample::site(), &sample::spec(), &entry), fallback(None)).title.value
        };
        assert_eq!(title("One\nline."), "One line.");
        assert_eq!(title(&"word ".repeat(40)), format!("{}…", "word ".repeat(16).trim_end()));
        assert_eq!(title(""), "https://example.org/news/a/");
    }
}
