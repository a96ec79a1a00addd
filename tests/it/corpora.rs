//! Real publications, built unchanged: what their own generators made of them is what feeds hold.
//!
//! The corpora lie beside the repository; without them these tests fail and say so.

use crate::project::Project;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Id, title and date of each entry of a feed.
type Entries = BTreeMap<String, (String, DateTime<Utc>)>;

fn corpus(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora").join(name);
    assert!(path.join("expected.json").is_file(), "{} is missing: these tests need the corpora beside the repository", path.display());
    path.canonicalize().unwrap()
}

fn expected(corpus: &Path) -> Vec<serde_json::Value> {
    serde_json::from_slice(&std::fs::read(corpus.join("expected.json")).unwrap()).unwrap()
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn date(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_utc()
}

/// What an independent reader finds.
fn read(project: &Project, file: &str) -> Entries {
    let bytes = project.read(&format!("public/{file}"));
    let feed = feed_rs::parser::Builder::new()
        .sanitize_content(false)
        .build()
        .parse(bytes.as_bytes())
        .unwrap_or_else(|error| panic!("{file}: {error}"));
    let entry = |entry: feed_rs::model::Entry| {
        (entry.id, (entry.title.map(|title| title.content).unwrap_or_default(), entry.published.unwrap_or_default()))
    };
    feed.entries.into_iter().map(entry).collect()
}

#[track_caller]
fn assert_feeds(project: &Project, expected: &Entries) {
    for file in ["feed.xml", "atom.xml", "feed.json"] {
        let found = read(project, file);
        for (id, entry) in expected {
            assert_eq!(found.get(id), Some(entry), "{file}: {id}");
        }
        assert_eq!(
            found.len(),
            expected.len(),
            "{file} has others: {:?}",
            found.keys().filter(|id| !expected.contains_key(*id)).collect::<Vec<_>>()
        );
    }
}

/// A corpus with the configuration that its publisher would write, all entries in one feed.
fn project(name: &str) -> Project {
    let dir = corpus(name);
    let (title, url, more) = match name {
        "jekyll-news" => ("Jekyll", "https://jekyllrb.com", "permalink = \"/news/:year/:month/:day/:title/\"\nids = \"jekyll\""),
        "grpc-blog" => ("gRPC", "https://example.org/", "ids = \"hugo\"\nfuture = true\ndrafts = true"),
        "rust-blog" => ("Rust", "https://blog.rust-lang.org/", "ids = \"zola\""),
        other => panic!("no set-up for {other}"),
    };
    let content = if name == "jekyll-news" { dir } else { dir.join("content") };
    Project::empty().file(
        "tidings.toml",
        format!(
            "[site]\ntitle = \"{title}\"\nurl = \"{url}\"\ntimezone = \"{}\"\n[content]\ndir = \"{}\"\n{more}\n[feeds]\nlimit = 0\n",
            if name == "jekyll-news" { "America/Los_Angeles" } else { "UTC" },
            content.display()
        ),
    )
}

/// Every corpus, ready to be built.
pub fn all() -> Vec<Project> {
    ["jekyll-news", "grpc-blog", "rust-blog"].map(project).into()
}

#[test]
fn jekylls_own_news_keep_their_ids_titles_and_dates() {
    let corpus = corpus("jekyll-news");
    let project = project("jekyll-news");
    project.run("build").success();
    // jekyll-feed's titles are HTML (`type="html"`); ours are the same words as plain text.
    let title = |post: &serde_json::Value| html_escape::decode_html_entities(&text(&post["title"])).into_owned();
    let expected = expected(&corpus).iter().map(|post| (text(&post["id"]), (title(post), date(&text(&post["published"]))))).collect();
    assert_feeds(&project, &expected);
}

#[test]
fn a_hugo_blog_has_hugos_paths_titles_and_dates() {
    let corpus = corpus("grpc-blog");
    let project = project("grpc-blog");
    project.run("build").success();
    let expected = expected(&corpus)
        .iter()
        .map(|page| (format!("https://example.org{}", text(&page["path"])), (text(&page["title"]), date(&text(&page["date"])))))
        .collect();
    assert_feeds(&project, &expected);
}

#[test]
fn a_zola_blog_has_the_paths_titles_and_dates_that_it_says() {
    let corpus = corpus("rust-blog");
    let project = project("rust-blog");
    let report = project.run("build --format json --now 2027-01-01T00:00:00Z").success().json();
    assert_eq!(report["future"], 0);
    let expected: Entries = expected(&corpus)
        .iter()
        .map(|page| (format!("https://blog.rust-lang.org{}", text(&page["path"])), (text(&page["title"]), date(&text(&page["published"])))))
        .collect();
    // Pages that have no dated path are not in `expected.json`, so only what is there is compared.
    for file in ["feed.xml", "atom.xml", "feed.json"] {
        let found = read(&project, file);
        for (id, entry) in &expected {
            assert_eq!(found.get(id), Some(entry), "{file}: {id}");
        }
    }
}

#[test]
fn every_corpus_builds_with_flags_alone() {
    for (name, folder) in [("jekyll-news", ""), ("grpc-blog", "/content"), ("rust-blog", "/content")] {
        let project = Project::empty();
        let content = format!("{}{folder}", corpus(name).display());
        let arguments =
            ["build", "--content", &content, "--output", "public", "--url", "https://example.org", "--title", "X", "--format", "json"];
        let report = project.run_words(&arguments).success().json();
        assert!(report["entries"].as_u64().unwrap() > 20, "{name}: {report}");
    }
}

/// HTML without its code.
fn without_code(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = ["<pre", "<code"].iter().filter_map(|tag| rest.find(tag)).min() {
        let end = if rest[at..].starts_with("<pre") { "</pre>" } else { "</code>" };
        out.push_str(&rest[..at]);
        rest = rest[at..].find(end).map_or("", |to| &rest[at + to + end.len()..]);
    }
    out + rest
}

#[test]
fn no_syntax_of_a_generator_reaches_a_reader() {
    let folders = [("jekyll-news", "", "jekyll"), ("grpc-blog", "/content", "hugo"), ("rust-blog", "/content", "zola")];
    let mut seen = BTreeMap::new();
    for (name, folder, ids) in folders {
        let project = Project::empty();
        let content = format!("{}{folder}", corpus(name).display());
        let mut arguments = vec!["build", "--content", &content, "--output", "public", "--url", "https://example.org", "--title", "X"];
        arguments.extend(["--limit", "0", "--future", "--drafts", "--format", "json"]);
        // Named, and found out.
        for named in [["--ids", ids].as_slice(), &[]] {
            let report = project.run_words(&[&arguments, named].concat()).success().json();
            let told: Vec<String> = report["diagnostics"].as_array().unwrap().iter().map(|fault| text(&fault["file"])).collect();
            assert!(told.len() < 30, "{name}: {told:#?}");
            let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
            for item in feed["items"].as_array().unwrap() {
                let html = without_code(item["content_html"].as_str().unwrap_or_default());
                for left in ["{{", "}}", "{%", "%}", ":::", "about:blank", "{{&lt;", "endraw", "relref", "post_url"] {
                    assert!(!html.contains(left), "{name}: {left} in {}:\n{html}", item["url"]);
                }
                seen.insert(
                    item["title"].as_str().unwrap_or_default().to_owned(),
                    item["content_html"].as_str().unwrap_or_default().to_owned(),
                );
            }
        }
    }
    for (title, link) in [
        // `post_url`, `link`, a `link` over two lines, `relref` by name, Zola's are plain links.
        ("Jekyll turns 2.0.0", "/jekyll-1-0-0-released"),
        ("Jekyll 3.4.3 Released", "/jekyll-3-4-0-released"),
        ("Jekyll 3.6.2 Released", "diversity-open-source"),
        ("gRPC ❤ Kotlin", "kotlin-meet-grpc"),
    ] {
        let html = seen.get(title).unwrap_or_else(|| panic!("no {title} in {:#?}", seen.keys()));
        assert!(html.contains(link), "{title}: {html}");
    }
}
