//! Odd but legal content, read beside what the real generators made of it (`tests/generators`: archives of content and
//! the answers, written there by `answers.py`).

use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::path::Path;
use tidings::config::{Config, Overrides, read_config};
use tidings::content::{Folders, IdScheme, decode, read_entry};
use tidings::diagnostic::{Diagnostic, Source, SourcePath};
use tidings::entry::Entry;
use tidings::files::{Folder, WalkRules};
use tidings::pipeline::read_catalog;

/// What is right here and wrong there, or can't be known: file, what differs, and why.
type Differences = &'static [(&'static str, &'static str, &'static str)];

fn archive(name: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generators").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --\n")) {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => {
                if let Some((_, text)) = files.last_mut() {
                    text.push_str(line);
                }
            }
        }
    }
    files
}

/// The entries of an archive's folder, and everything that was said about it.
fn entries(name: &str, dir: &Path) -> (Config, Vec<Entry>, Vec<Diagnostic>) {
    for (path, text) in archive(&format!("{name}.txtar")) {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let source = Source::new("tidings.toml", std::fs::read_to_string(dir.join("tidings.toml")).unwrap());
    let (config, faults) = read_config(&source, dir, &Overrides::new());
    let config = config.unwrap_or_else(|| panic!("{faults:#?}"));
    let (folder, mut faults) = Folder::open(
        &config.content.dir,
        &WalkRules {
            underscores: matches!(config.rules.ids, IdScheme::Hugo | IdScheme::Zola | IdScheme::Pelican),
            display_root: dir.to_owned(),
            ..WalkRules::default()
        },
    )
    .unwrap();
    let (catalog, found) = read_catalog(&config, &folder);
    faults.extend(found);
    let read = |path: &SourcePath| {
        let mut bytes = Vec::new();
        folder.read(path, &mut bytes).unwrap();
        Ok(Source { path: path.clone(), text: decode(&bytes, None).unwrap() })
    };
    let (folders, _) = Folders::read(folder.sources(), folder.assets(), &config.rules.languages, &read);
    let entry = |head: &tidings::entry::Head| read_entry(read(&head.path).unwrap(), &config.rules, &folders, &config.site).0.unwrap();
    let entries = catalog.heads().iter().map(entry).collect();
    (config, entries, faults)
}

fn utc(date: Option<DateTime<chrono::FixedOffset>>) -> String {
    date.map(|date| date.with_timezone(&Utc).format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

fn text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        serde_json::Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(" | "),
        other => other.to_string(),
    }
}

/// Compares each file's answers, as far as the generator gave them.
#[track_caller]
fn compare(name: &str, known: Differences) {
    let dir = tempfile::tempdir().unwrap();
    let (config, entries, faults) = entries(name, dir.path());
    let answers = archive_answers(name);
    let pages = answers["pages"].as_object().unwrap();
    let mut found: Vec<(String, &str, String)> = Vec::new();
    let paths: BTreeSet<&str> = entries.iter().map(|entry| &*entry.head.path.relative).collect();
    for path in pages.keys().filter(|path| !paths.contains(path.as_str())) {
        let why: Vec<String> =
            faults.iter().filter(|fault| fault.path.ends_with(path)).map(|fault| format!("{}: {}", fault.code, fault.message)).collect();
        found.push((path.clone(), "missing", why.join("; ")));
    }
    for entry in entries.iter().filter(|entry| entry.head.published.is_some() || config.content.undated) {
        let path = &*entry.head.path.relative;
        let Some(page) = pages.get(path) else {
            found.push((path.to_owned(), "left out there", entry.head.url.to_string()));
            continue;
        };
        let head = &entry.head;
        let values = [
            ("id", head.id.to_string()),
            ("url", head.url.to_string()),
            ("title", entry.title.clone().unwrap_or_default()),
            ("date", utc(head.published)),
            ("updated", utc(head.updated.or(head.published))),
            ("publish", utc(head.embargo.or(head.published))),
            ("expires", utc(head.expires)),
            ("draft", head.is_draft.to_string()),
            ("tags", head.categories.iter().map(|tag| &**tag).collect::<Vec<_>>().join(" | ")),
            ("language", head.language.as_deref().unwrap_or(&config.site.language).to_owned()),
            ("authors", entry.authors.iter().map(|author| author.name.as_str()).collect::<Vec<_>>().join(" | ")),
            ("summary", entry.summary.clone().unwrap_or_default()),
            ("image", entry.image.clone().unwrap_or_default()),
        ];
        for (what, ours) in values {
            if let Some(theirs) = page.get(what).map(text)
                && theirs != ours
            {
                found.push((path.to_owned(), what, format!("{ours:?} here, {theirs:?} there")));
            }
        }
    }
    let is_known = |path: &str, what: &str| known.iter().any(|(file, field, _)| *file == path && *field == what);
    let new: Vec<String> =
        found.iter().filter(|(path, what, _)| !is_known(path, what)).map(|(path, what, how)| format!("{path}: {what}: {how}")).collect();
    assert!(new.is_empty(), "{} ({}):\n{}", name, text(&answers["generator"]), new.join("\n"));
    for (path, what, why) in known {
        assert!(found.iter().any(|(file, field, _)| file == path && field == what), "{path}: {what} no longer differs ({why})");
    }
}

fn archive_answers(name: &str) -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generators").join(format!("{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

const HUGO: Differences = &[
    ("dates/both.md", "expires", "no zone is known to change its clocks after 2100"),
    ("dates/future.md", "date", "no zone is known to change its clocks after 2100"),
    ("dates/future.md", "updated", "as above"),
    ("dates/future.md", "publish", "as above"),
    ("dates/fold.md", "date", "Go takes any of the two; the first is meant (RFC 5545)"),
    ("dates/fold.md", "updated", "as above"),
    ("dates/fold.md", "publish", "as above"),
    ("dates/rfc1123-gmt.md", "date", "Go overlooks GMT"),
    ("dates/rfc1123-gmt.md", "updated", "as above"),
    ("dates/rfc1123-gmt.md", "publish", "as above"),
    ("dates/rfc822.md", "date", "Go overlooks MST"),
    ("dates/rfc822.md", "updated", "as above"),
    ("dates/rfc822.md", "publish", "as above"),
    ("file/2024-05-01-dated.md", "date", "Hugo looks at names only if told to; the year 1 is no date"),
    ("file/2024-05-01-dated.md", "updated", "as above"),
    ("file/2024-05-01-dated.md", "publish", "as above"),
    ("file/c++ & c#.md", "url", "Hugo cuts a last # off"),
    ("plain/2024-03-04-from-name.md", "date", "Hugo looks at names only if told to"),
    ("plain/2024-03-04-from-name.md", "updated", "as above"),
    ("plain/2024-03-04-from-name.md", "publish", "as above"),
    ("plain/2024-03-05T10:30:00-timed.md", "date", "Hugo looks at names only if told to"),
    ("plain/2024-03-05T10:30:00-timed.md", "updated", "as above"),
    ("plain/2024-03-05T10:30:00-timed.md", "publish", "as above"),
    ("slug/padded.md", "url", "a slug is text, not a number"),
    ("tags/case.md", "tags", "once, whatever its capitals"),
    ("tags/keywords.md", "tags", "keywords are tags where there are none"),
    ("tags/list.md", "tags", "1.0 is text, not a number"),
    ("tags/string.md", "tags", "a text with commas means several"),
    ("tags/toml.md", "tags", "Zola's table counts, too"),
    ("text/heading.md", "title", "a heading is a title where there is none"),
    ("text/linktitle.md", "title", "a link's title is one where there is none"),
    ("title/nbsp.md", "title", "titles are on one line"),
];

#[test]
fn hugo() {
    compare("hugo", HUGO);
}

#[test]
fn jekyll() {
    compare(
        "jekyll",
        &[
            ("_posts/2024-05-04-c++ & c#.md", "id", "jekyll-feed cuts a last # off"),
            ("_posts/2024-05-18-published.md", "left out there", "drafts are asked for, and this is one"),
            ("_posts/2924-06-15-future.md", "date", "no zone is known to change its clocks after 2100"),
            ("_posts/2924-06-15-future.md", "updated", "as above"),
        ],
    );
}

#[test]
fn pelican() {
    compare(
        "pelican",
        &[
            (".hidden-name.md", "missing", "names with a dot are never content"),
            ("author-two.md", "authors", "a semicolon parts names"),
            ("dup-title.md", "title", "a title is text, not a list"),
            ("draft.md", "id", "a draft's own address, which it loses once it's published"),
            ("draft.md", "url", "as above"),
            ("keywords.md", "tags", "keywords are tags where there are none"),
            ("tags-lines.md", "tags", "Pelican takes the first line, and complains"),
            ("untitled-name.md", "left out there", "an entry needs no title"),
        ],
    );
}

#[test]
fn hugo_with_languages() {
    compare("hugo-languages", &[]);
}

#[test]
fn eleventy() {
    compare("eleventy", &[]);
}

#[test]
fn docusaurus() {
    compare(
        "docusaurus",
        &[
            ("2024-05-11-heading.md", "title", "titles are without markup"),
            ("2024-05-12-untitled.md", "title", "a file's name is no title"),
            ("2024-05-24-json.md", "title", "titles are without markup"),
        ],
    );
}

#[test]
fn zola() {
    compare("zola", &[]);
}
