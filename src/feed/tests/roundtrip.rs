//! What goes into a feed comes out of it again, whoever reads it.

use super::rules::{Faults, faults};
use super::sample;
use super::tree::{self, Element};
use crate::catalog::Image;
use crate::feed::clean;
use crate::feed::{FeedEntry, Format};
use crate::site::Person;
use proptest::prelude::*;

const ATOM: &str = "http://www.w3.org/2005/Atom";
const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";
const DC: &str = "http://purl.org/dc/elements/1.1/";

fn rendered(format: Format, entries: &[FeedEntry]) -> String {
    let (site, spec, feed) = (sample::site(), sample::spec(), sample::feed(None));
    String::from_utf8(sample::rendered(format, &site, &spec, &feed, entries, None)).unwrap()
}

#[test]
fn another_reader_finds_the_same_entries_in_each_format() {
    for format in Format::ALL {
        let feed = feed_rs::parser::parse(rendered(format, &sample::entries()).as_bytes()).unwrap();
        assert_eq!(feed.title.unwrap().content, "Ann & Bob <News>");
        assert_eq!(feed.language.as_deref().map(str::to_lowercase).as_deref(), Some("en-gb"));
        let ids: Vec<&str> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["tag:example.org,2024:full", "https://example.org/news/micro/", "https://example.org/news/undated/"]);
        let full = &feed.entries[0];
        assert_eq!(full.title.as_ref().unwrap().content, "1 < 2 & \"quotes\" ]]>", "{format:?}");
        assert_eq!(full.published, sample::date("2024-05-01T08:00:00Z").map(|date| date.to_utc()), "{format:?}");
        assert_eq!(full.content.as_ref().unwrap().body.as_ref().unwrap(), &sample::entries()[0].html, "{format:?}");
        assert_eq!(full.authors.iter().map(|author| author.name.as_str()).collect::<Vec<_>>(), ["Bob & Co", "Cid"]);
        assert_eq!(full.categories.iter().map(|category| category.term.as_str()).collect::<Vec<_>>(), ["C & C++", "été"]);
        assert!(full.links.iter().any(|link| link.href == "https://example.org/news/full/"));
        let has_title = feed.entries[1].title.is_some();
        assert_eq!(has_title, format == Format::Atom);
        assert_eq!(feed.entries[2].published, None, "{format:?}");
    }
}

#[test]
fn the_same_entries_make_the_same_bytes() {
    for format in Format::ALL {
        assert_eq!(rendered(format, &sample::entries()), rendered(format, &sample::entries()));
    }
}

/// Any text, with more than its share of what breaks XML, HTML, JSON and lines.
fn hostile() -> impl Strategy<Value = String> {
    let marks = [
        "@",
        ".",
        "/",
        "//",
        "#",
        "%",
        "?",
        ":",
        "[",
        "-",
        "en",
        "<",
        ">",
        "&",
        "\"",
        "'",
        "]]>",
        "<![CDATA[",
        "&amp;",
        "&#0;",
        "&lt;b&gt;",
        "<p>",
        "</content>",
        "<!--",
        "-->",
        "<?xml?>",
        " ",
        "  ",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "\u{0}",
        "\u{1}",
        "\u{b}",
        "\u{c}",
        "\u{1b}",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{202f}",
        "\u{2028}",
        "\u{200f}",
        "\u{202e}",
        "\u{2066}",
        "\u{1ffff}",
        "\u{10ffff}",
        "\u{e000}",
        "\u{fdd0}",
        "\u{feff}",
        "\u{fffd}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{1f469}\u{200d}\u{1f680}",
        "e\u{301}",
        "\\",
        "\\u0000",
        "é",
        "字",
        "ع",
    ];
    let piece = prop_oneof![3 => prop::sample::select(marks.to_vec()).prop_map(str::to_owned), 2 => any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// What every format must tell of an entry.
#[derive(Debug, PartialEq)]
struct Told {
    title: Option<String>,
    summary: String,
    html: String,
    authors: Vec<String>,
    tags: Vec<String>,
}

/// What another reader takes an entry for.
#[derive(Debug, PartialEq)]
struct Read {
    id: String,
    title: String,
    html: String,
    authors: Vec<String>,
    tags: Vec<String>,
}

fn texts(parent: &Element, space: &str, name: &str) -> Vec<String> {
    parent.all(space, name).map(|element| element.text.clone()).collect()
}

fn told_by_rss(xml: &str) -> Told {
    let root = tree::read(xml).unwrap();
    let item = root.first("", "channel").and_then(|channel| channel.first("", "item")).unwrap();
    let first = |space, name| texts(item, space, name).into_iter().next();
    Told {
        title: first("", "title"),
        summary: html_escape::decode_html_entities(&first("", "description").unwrap_or_default()).into_owned(),
        html: first(CONTENT, "encoded").unwrap_or_default(),
        authors: texts(item, DC, "creator"),
        tags: texts(item, "", "category"),
    }
}

fn told_by_atom(xml: &str) -> Told {
    let root = tree::read(xml).unwrap();
    let entry = root.first(ATOM, "entry").unwrap();
    let first = |name| texts(entry, ATOM, name).into_iter().next();
    Told {
        title: first("title"),
        summary: first("summary").unwrap_or_default(),
        html: first("content").unwrap_or_default(),
        authors: entry.all(ATOM, "author").flat_map(|author| texts(author, ATOM, "name")).collect(),
        tags: entry.all(ATOM, "category").map(|category| category.get("term").unwrap().to_owned()).collect(),
    }
}

fn told_by_json(json: &str) -> Told {
    let feed: serde_json::Value = serde_json::from_str(json).unwrap();
    let item = &feed["items"][0];
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let list = |key: &str| item[key].as_array().cloned().unwrap_or_default();
    Told {
        title: text(&item["title"]),
        summary: text(&item["summary"]).unwrap_or_default(),
        html: text(&item["content_html"]).unwrap_or_default(),
        authors: list("authors").iter().filter_map(|author| text(&author["name"])).collect(),
        tags: list("tags").iter().filter_map(text).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_survives(
        title in hostile(),
        summary in hostile(),
        html in hostile(),
        author in hostile(),
        tag in hostile(),
        email in "[a-c@.!/é]{1,6}",
        site_title in hostile(),
        address in hostile(),
    ) {
        let mut entry = sample::entry("a");
        entry.entry.title = Some(title.clone());
        (entry.summary, entry.html) = (format!("s{summary}"), format!("<p>{html}</p>"));
        entry.entry.authors = vec![Person::named(format!("a{author}"))];
        entry.entry.head.categories = [format!("t{tag}").into()].into();
        entry.image = Some(Image { url: format!("https://example.org/{address}"), size: None });
        entry.entry.external_url = Some(address.clone());
        let mut site = sample::site();
        (site.title, site.description, site.copyright) = (site_title.clone(), site_title.clone(), Some(site_title));
        site.authors = vec![Person { name: author.clone(), email: Some(email), url: Some(address.clone()) }];
        (site.icon, site.logo, site.language) = (Some(address.clone()), Some(address), tag.clone());
        let expected = |title: Option<String>| Told {
            title,
            summary: clean::text(&format!("s{summary}")).trim().to_owned(),
            html: clean::text(&format!("<p>{html}</p>")).into_owned(),
            authors: vec![clean::line(&format!("a{author}"))],
            tags: vec![clean::line(&format!("t{tag}"))],
        };
        let feed = sample::feed(Some("x"));
        let mut entries = vec![entry];
        let render = |format| String::from_utf8(sample::rendered(format, &site, &sample::spec(), &feed, &entries, None)).unwrap();
        let (rss, atom, json) = (render(Format::Rss), render(Format::Atom), render(Format::Json));
        prop_assert_eq!(faults(&rss), Faults::new());
        prop_assert_eq!(faults(&atom), Faults::new());
        prop_assert_eq!(told_by_rss(&rss), expected(clean::some_line(&title)));
        prop_assert_eq!(told_by_json(&json), expected(clean::some_line(&title)));
        let mut atom_told = told_by_atom(&atom);
        // Without a title the summary's beginning stands there.
        if clean::some_line(&title).is_none() {
            prop_assert!(atom_told.title.take().is_some_and(|title| !title.is_empty()));
        }
        prop_assert_eq!(atom_told, expected(clean::some_line(&title)));
        // And another reader takes all three for the same.
        let other = |file: &str| -> Result<Read, TestCaseError> {
            let feed = feed_rs::parser::parse(file.as_bytes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let entry = feed.entries.into_iter().next().ok_or_else(|| TestCaseError::fail("no entry"))?;
            Ok(Read {
                id: entry.id,
                title: entry.title.map(|title| title.content).unwrap_or_default(),
                html: entry.content.and_then(|content| content.body).unwrap_or_default(),
                authors: entry.authors.into_iter().map(|author| author.name).collect(),
                tags: entry.categories.into_iter().map(|category| category.term).collect(),
            })
        };
        entries[0].entry.title = Some(format!("t{title}t"));
        let render = |format| String::from_utf8(sample::rendered(format, &site, &sample::spec(), &feed, &entries, None)).unwrap();
        let all = (other(&render(Format::Rss))?, other(&render(Format::Atom))?, other(&render(Format::Json))?);
        let told = expected(Some(clean::line(&format!("t{title}t"))));
        let same = Read {
            id: "https://example.org/news/a/".to_owned(),
            title: told.title.unwrap_or_default(),
            html: told.html,
            authors: told.authors,
            tags: told.tags,
        };
        prop_assert_eq!(&all.0, &same);
        prop_assert_eq!(&all.1, &same);
        prop_assert_eq!(&all.2, &same);
    }
}
