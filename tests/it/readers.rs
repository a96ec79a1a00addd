//! Readers that people use find in our feeds what we put there: feed-rs, feedparser and newsboat, each on RSS and Atom,
//! hold the ids, titles, links, dates and content of the JSON feed.

use crate::project::Project;
use crate::{corpora, golden};
use chrono::DateTime;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// An entry as a reader shows it.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    title: String,
    link: String,
    date: Option<i64>,
    content: String,
}

type Entries = BTreeMap<String, Shown>;

/// Every text that readers trim or rewrap, so that only words and markup count.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What `feed.json` says: the one format that no XML parser has touched.
fn published(project: &Project) -> Entries {
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let text = |item: &serde_json::Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    let items = feed["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            let date = item["date_published"].as_str().map(|date| DateTime::parse_from_rfc3339(date).unwrap().timestamp());
            let content = words(&text(item, "content_html"));
            (text(item, "id"), Shown { title: text(item, "title"), link: text(item, "url"), date, content })
        })
        .collect()
}

fn by_feed_rs(project: &Project, file: &str) -> Entries {
    let parser = feed_rs::parser::Builder::new().sanitize_content(false).build();
    let feed = parser.parse(project.read(file).as_bytes()).unwrap_or_else(|error| panic!("{file}: {error}"));
    let shown = |entry: feed_rs::model::Entry| {
        let shown = Shown {
            title: entry.title.map(|title| title.content).unwrap_or_default(),
            link: entry.links.first().map(|link| link.href.clone()).unwrap_or_default(),
            date: entry.published.map(|date| date.timestamp()),
            content: words(&entry.content.and_then(|content| content.body).unwrap_or_default()),
        };
        (entry.id, shown)
    };
    feed.entries.into_iter().map(shown).collect()
}

/// What the script beside these tests finds: reader → entries, for each file.
fn by_script(project: &Project, files: &[&str]) -> BTreeMap<String, BTreeMap<String, Entries>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/read.py");
    let output = Command::new("python3").arg(&script).args(files).current_dir(project.path()).output().unwrap();
    assert!(output.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&output.stderr));
    let found: BTreeMap<String, BTreeMap<String, Vec<serde_json::Value>>> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |item: &serde_json::Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    let shown = |item: &serde_json::Value| {
        let shown = Shown {
            title: text(item, "title"),
            link: text(item, "link"),
            date: item["date"].as_i64(),
            content: words(&text(item, "content")),
        };
        (text(item, "id"), shown)
    };
    let readers = |readers: BTreeMap<String, Vec<serde_json::Value>>| {
        readers.into_iter().map(|(reader, items)| (reader, items.iter().map(shown).collect())).collect()
    };
    found.into_iter().map(|(file, found)| (file, readers(found))).collect()
}

#[track_caller]
fn assert_same(what: &str, published: &Entries, found: &Entries) {
    assert_eq!(published.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "{what}");
    for (id, entry) in published {
        let mut shown =
            Shown { title: found[id].title.clone(), link: found[id].link.clone(), content: found[id].content.clone(), ..found[id] };
        // Micro entries have no title in JSON Feed and RSS; Atom must have one, and newsboat makes one up.
        if entry.title.is_empty() {
            shown.title.clear();
        }
        // An entry without a date has the oldest one's in Atom, and newsboat's own clock.
        if entry.date.is_none() {
            shown.date = None;
        }
        // An entry without a word has its address as RSS's description, which must be there.
        if entry.content.is_empty() {
            shown.content.clear();
        }
        assert_eq!(&shown, entry, "{what}: {id}");
    }
}

#[test]
#[ignore = "needs newsboat and feedparser"]
fn what_is_published_is_what_readers_show() {
    const FILES: [&str; 2] = ["public/feed.xml", "public/atom.xml"];
    for project in corpora::all().into_iter().chain([golden::publication()]) {
        project.run("build --now 2027-01-01T00:00:00Z").success();
        let published = published(&project);
        assert!(!published.is_empty());
        for file in FILES {
            assert_same(&format!("feed-rs, {file}"), &published, &by_feed_rs(&project, file));
        }
        for (file, readers) in by_script(&project, &FILES) {
            assert_eq!(readers.len(), 2);
            for (reader, found) in readers {
                assert_same(&format!("{reader}, {file}"), &published, &found);
            }
        }
    }
}
