//! Publications that exist, read beside what their own generators make of them (`../shared/corpora`).

use chrono::{DateTime, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tidings::body::{Body, HtmlPlace, Style, to_flowed};
use tidings::catalog::Catalog;
use tidings::content::{Folders, IdScheme, Pattern, ReadRules, read_entry, read_head};
use tidings::diagnostic::Source;
use tidings::entry::Entry;
use tidings::site::Site;

fn corpus(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora").join(name);
    assert!(path.is_dir(), "the corpus {name} is missing: it stands in {}", path.display());
    path
}

fn site(url: &str, timezone: &str) -> Site {
    Site {
        title: "T".into(),
        url: Site::read_url(url).unwrap(),
        url_text: url.into(),
        description: String::new(),
        language: "en".into(),
        authors: Vec::new(),
        timezone: timezone.parse().unwrap(),
        copyright: None,
        icon: None,
        logo: None,
        translations: Default::default(),
    }
}

fn sources(folder: &Path, below: &Path, found: &mut Vec<Source>) {
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            sources(&path, below, found);
        } else {
            let relative = path.strip_prefix(below).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source::new(&relative, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// All entries of a folder by their path; nothing in them may be wrong.
fn entries(folder: &Path, rules: &ReadRules, site: &Site) -> BTreeMap<String, Entry> {
    let mut found = Vec::new();
    sources(folder, folder, &mut found);
    assert!(!found.is_empty(), "no file in {}", folder.display());
    let mut entries = BTreeMap::new();
    let paths: Vec<_> = found.iter().map(|source| source.path.clone()).collect();
    let read = |path: &tidings::diagnostic::SourcePath| Ok(found.iter().find(|source| source.path == *path).unwrap().clone());
    let (folders, faults) = Folders::read(&paths, &BTreeSet::new(), &[], &read);
    assert_eq!(faults, []);
    for source in found.clone() {
        let path = source.path.relative.to_string();
        let (head, faults) = read_head(&source, rules, &folders, site);
        assert!(faults.iter().all(|fault| fault.code == "date-missing"), "{path}: {faults:?}");
        let (entry, _) = read_entry(source, rules, &folders, site);
        assert_eq!(head, entry.as_ref().map(|entry| entry.head.clone()), "{path}");
        entries.extend(entry.map(|entry| (path, entry)));
    }
    entries
}

fn expected(corpus: &Path) -> Vec<serde_json::Value> {
    serde_json::from_str(&std::fs::read_to_string(corpus.join("expected.json")).unwrap()).unwrap()
}

fn date(value: &serde_json::Value) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok()
}

#[test]
fn jekyll_news_is_what_jekyll_makes_of_it() {
    let corpus = corpus("jekyll-news");
    let rules = ReadRules {
        ids: IdScheme::Jekyll,
        permalink: Pattern::parse("/news/:year/:month/:day/:title/").ok(),
        root_name: "_posts".into(),
        ..ReadRules::default()
    };
    let entries = entries(&corpus.join("_posts"), &rules, &site("https://jekyllrb.com", "America/Los_Angeles"));
    let by_id: BTreeMap<&str, &Entry> = entries.values().map(|entry| (&*entry.head.id, entry)).collect();
    let expected = expected(&corpus);
    assert_eq!(by_id.len(), expected.len());
    for wanted in &expected {
        let id = wanted["id"].as_str().unwrap();
        let entry = by_id.get(id).unwrap_or_else(|| panic!("nothing has the id {id}"));
        assert_eq!(Some(&*entry.head.url), wanted["url"].as_str());
        // jekyll-feed's titles are HTML (`type="html"`), ours plain text.
        assert_eq!(entry.title, wanted["title"].as_str().map(|title| title.replace("&amp;", "&")), "{id}");
        assert_eq!(entry.head.published, date(&wanted["published"]), "{id}");
        assert_eq!(entry.head.updated.or(entry.head.published), date(&wanted["updated"]), "{id}");
        let tags: Vec<&str> = wanted["tags"].as_array().unwrap().iter().filter_map(|tag| tag.as_str()).collect();
        assert_eq!(entry.head.categories.iter().map(|tag| &**tag).collect::<Vec<_>>(), tags, "{id}");
    }
}

#[test]
fn grpc_blog_is_what_hugo_makes_of_it() {
    let corpus = corpus("grpc-blog");
    let site = site("https://example.org/", "UTC");
    for rules in [
        ReadRules { ids: IdScheme::Hugo, ..ReadRules::default() },
        // What a publisher would write who names no generator.
        ReadRules { permalink: Pattern::parse("/:section/:filename/").ok(), ..ReadRules::default() },
    ] {
        let entries = entries(&corpus.join("content"), &rules, &site);
        let expected = expected(&corpus);
        assert_eq!(entries.len(), expected.len());
        for wanted in &expected {
            let source = wanted["source"].as_str().unwrap();
            let entry = &entries[source];
            assert_eq!(entry.head.url.strip_prefix("https://example.org"), wanted["path"].as_str());
            assert_eq!(entry.title.as_deref(), wanted["title"].as_str(), "{source}");
            assert_eq!(entry.head.published, date(&wanted["date"]), "{source}");
            assert_eq!(Some(entry.head.is_draft), wanted["draft"].as_bool(), "{source}");
        }
    }
}

#[test]
fn rust_blog_is_what_its_front_matter_says() {
    let corpus = corpus("rust-blog");
    for rules in [ReadRules::default(), ReadRules { ids: IdScheme::Zola, ..ReadRules::default() }] {
        let entries = entries(&corpus.join("content"), &rules, &site("https://blog.rust-lang.org", "UTC"));
        for wanted in &expected(&corpus) {
            let source = wanted["source"].as_str().unwrap();
            let entry = &entries[source];
            assert_eq!(entry.head.url.strip_prefix("https://blog.rust-lang.org"), wanted["path"].as_str(), "{source}");
            assert_eq!(entry.title.as_deref(), wanted["title"].as_str(), "{source}");
            assert_eq!(entry.head.published, date(&wanted["published"]), "{source}");
            let authors: Vec<&str> = wanted["authors"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
            assert_eq!(entry.authors.iter().map(|author| author.name.as_str()).collect::<Vec<_>>(), authors, "{source}");
        }
    }
}

/// A mark of Markdown or HTML that a reader of plain text should not see, unless the text speaks about it in code.
fn markup_in(line: &str, source: &str) -> Option<&'static str> {
    let code: Vec<&str> = source.split('`').skip(1).step_by(2).collect();
    let marks = ["](", "<a ", "<p>", "<img", "</", "**", "&nbsp;", "&lt;", "[^"];
    marks.into_iter().find(|mark| line.contains(mark) && !code.iter().any(|code| code.contains(mark)))
}

#[test]
fn every_body_renders_to_html_and_text() {
    let folders = [("jekyll-news", "_posts"), ("grpc-blog", "content"), ("rust-blog", "content")];
    for (name, folder) in folders {
        let rules = ReadRules { root_name: folder.into(), ..ReadRules::default() };
        let site = site("https://example.org/", "UTC");
        let entries = entries(&corpus(name).join(folder), &rules, &site);
        let (catalog, _) = Catalog::new(&site, entries.values().map(|entry| entry.head.clone()).collect(), Default::default(), true);
        for (path, entry) in &entries {
            let links = catalog.links_from(&entry.head, &());
            let (body, faults) = Body::read(entry, &links, &Style::default());
            // One of them has a form feed in it; what they take from their site's configuration isn't known here.
            let is_expected = |code: &str| matches!(code, "control-character" | "shortcode-unknown" | "link-broken");
            assert!(faults.iter().all(|fault| is_expected(fault.code)) && faults.len() < 2, "{path}: {faults:?}");
            let html = body.html(&HtmlPlace { id_prefix: "n".into(), first_heading: 1 }, &links);
            for attribute in [" href=\"", " src=\""] {
                for value in html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
                    let is_whole = ["https://", "http://", "mailto:", "#", "data:image/", "irc:", "ircs:"]
                        .iter()
                        .any(|start| value.starts_with(start));
                    assert!(is_whole, "{path}: {value}");
                }
            }
            let lines = body.lines(&links);
            assert_eq!(html.trim().is_empty(), lines.is_empty(), "{path}");
            for line in lines.iter().filter(|line| !line.text.starts_with("    ")) {
                assert!(markup_in(&line.text, entry.body_text()).is_none(), "{path}: {}", line.text);
            }
            for line in to_flowed(&lines, false).lines().filter(|line| !line.contains("    ") && !line.contains("://")) {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= 74, "{path}: {line}");
            }
        }
    }
}
