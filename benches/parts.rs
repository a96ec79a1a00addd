//! How long the parts of a build take, each alone: `cargo bench --bench parts`.
//!
//! Whole builds beside other programs are measured by `benches/compare/build.py`.

use divan::Bencher;
use divan::counter::BytesCount;
use std::collections::BTreeSet;
use tidings::body::{Body, HtmlPlace, Style};
use tidings::catalog::Catalog;
use tidings::content::{Dialect, Folders, ReadRules, read_date, read_entry, read_head, slugify};
use tidings::diagnostic::Source;
use tidings::entry::Entry;
use tidings::feed::{FeedEntry, FeedSpec, Format, PlannedFeed, Topic, render_document, render_entry};
use tidings::site::{Person, Site};

fn main() {
    divan::main();
}

/// One head in the syntax of each dialect.
const HEADS: [(&str, &str); 5] = [
    (
        "yaml",
        "---\n# A comment.\ntitle: \"Été: a title\"\ndate: 2024-05-01T10:00:00Z\nslug: a-title\nauthors:\n  - name: Ann Example\n    email: ann@example.org\ndescription: >\n  Folded text\n  over two lines.\ntags: [tides, \"quay\"]\ndraft: false\nsources:\n  - { name: One, page: 3 }\n---\n",
    ),
    (
        "toml",
        "+++\n# A comment.\ntitle = \"Été: a title\"\ndate = 2024-05-01T10:00:00Z\nslug = \"a-title\"\ndescription = \"Text\"\ndraft = false\n[taxonomies]\ntags = [\"tides\", \"quay\"]\n[[extra.authors]]\nname = \"Ann Example\"\nemail = \"ann@example.org\"\n+++\n",
    ),
    (
        "json",
        "{\n\"title\": \"Été: a title\",\n\"date\": \"2024-05-01T10:00:00Z\",\n\"slug\": \"a-title\",\n\"authors\": [{\"name\": \"Ann Example\", \"email\": \"ann@example.org\"}],\n\"description\": \"Text\",\n\"tags\": [\"tides\", \"quay\"],\n\"draft\": false\n}\n",
    ),
    ("lines", "Title: Été: a title\nDate: 2024-05-01 10:00\nSlug: a-title\nAuthors: Ann Example\nSummary: Text\nTags: tides, quay\n\n"),
    ("none", "# Été: a title\n\n"),
];

const BODY: &str = "## The harbour at noon\n\nThe *tide* comes in, see [the chart](/charts/3/) and `depth()`. \"Who goes there?\" asked the pilot; nobody did.\n\n- First\n- Second, with **weight**\n- Third\n\n```python\nprint('a < b')\n```\n\n| Port | Depth |\n| --- | ---: |\n| Quay | 4 m |\n\nA note.[^1]\n\n[^1]: At low water.\n\n";

fn site() -> Site {
    Site {
        title: "Example".into(),
        url: Site::read_url("https://example.org/").expect("an address"),
        url_text: "https://example.org/".into(),
        description: "An example".into(),
        language: "en".into(),
        authors: vec![Person::named("Ann Example")],
        timezone: "Europe/Paris".parse().expect("a zone"),
        copyright: None,
        icon: None,
        logo: None,
        translations: Default::default(),
    }
}

fn source(head: &str, times: usize, html: &str) -> Source {
    Source::new("notes/2024-05-01-a-title.md", format!("{head}{}{html}", BODY.repeat(times)))
}

fn entry(html: &str) -> Entry {
    let (entry, faults) = read_entry(source(HEADS[0].1, 8, html), &ReadRules::default(), &Folders::default(), &site());
    entry.unwrap_or_else(|| panic!("{faults:?}"))
}

#[divan::bench(args = HEADS.map(|(name, _)| name))]
fn head(bencher: Bencher, name: &str) {
    let text = HEADS.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| *text);
    let (source, rules, folders, site) = (source(text, 8, ""), ReadRules::default(), Folders::default(), site());
    assert!(read_head(&source, &rules, &folders, &site).0.is_some(), "{name}");
    bencher.bench(|| read_head(divan::black_box(&source), &rules, &folders, &site));
}

/// Without an author's own HTML, and with some, which is sanitised by a parser of its own.
#[divan::bench(args = ["markdown", "markdown-with-html"])]
fn html(bencher: Bencher, kind: &str) {
    let entry = entry(if kind == "markdown" { "" } else { "<figure><img src=\"a.jpg\" alt=\"A\"><figcaption>A</figcaption></figure>\n" });
    let (catalog, _) = Catalog::new(&site(), vec![entry.head.clone()], BTreeSet::new().into(), false);
    let links = catalog.links_from(&entry.head, &());
    let place = HtmlPlace { id_prefix: "x".into(), first_heading: 1 };
    bencher
        .counter(BytesCount::of_str(entry.body_text()))
        .bench_local(|| Body::read(divan::black_box(&entry), &links, &Style::default()).0.html(&place, &links));
}

#[divan::bench(args = [Format::Rss, Format::Atom, Format::Json])]
fn feed_of_50(bencher: Bencher, format: Format) {
    let (site, spec) = (site(), FeedSpec { formats: vec![format], ..FeedSpec::default() });
    let feed = PlannedFeed {
        topic: Topic::Site,
        folder: String::new(),
        entries: (0..50).collect(),
        newest: 50,
        archive_size: 0,
        is_complete: true,
    };
    let entry = FeedEntry {
        entry: entry(""),
        html: format!("<p>{}</p>", BODY.repeat(8)),
        summary: "Text".into(),
        image: None,
        enclosures: Vec::new(),
    };
    bencher.bench(|| {
        let entries: Vec<_> = (0..50).map(|_| render_entry(&site, &spec, divan::black_box(&entry), None)).collect();
        render_document(format, &site, &spec, &feed.subscription(), &entries, None).concat()
    });
}

#[divan::bench(args = [Dialect::Plain, Dialect::Hugo, Dialect::Jekyll, Dialect::Zola, Dialect::Pelican])]
fn slug(bencher: Bencher, dialect: Dialect) {
    bencher.bench(|| slugify(divan::black_box("Été 2024: C++ & the Brücke, 東京"), dialect));
}

#[divan::bench(args = ["2024-05-01T10:00:00+02:00", "2024-05-01", "Wed, 01 May 2024 10:00:00 +0200", "1st May 2024 10:30"])]
fn date(bencher: Bencher, text: &str) {
    bencher.bench(|| read_date(divan::black_box(text), chrono_tz::Europe::Paris));
}
