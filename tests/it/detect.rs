//! Sites of other generators: after `init --detect` the feed is the one that the generator itself made (`tests/detect`
//! holds small sites and what their generators' own feeds hold).

use crate::project::Project;
use std::path::{Path, PathBuf};

const SITES: [&str; 10] =
    ["hugo", "hugo-languages", "jekyll", "jekyll-folders", "pelican", "pelican-plain", "zola", "eleventy", "astro", "docusaurus"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/detect").join(name)
}

fn site(name: &str) -> Project {
    let mut project = Project::empty();
    let root = fixture(name);
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let relative = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                project = project.file(&relative, std::fs::read(&path).unwrap());
            }
        }
    }
    project
}

/// What the generator's own feed holds: id, link, date, title.
fn expected(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(fixture(&format!("{name}.tsv"))).unwrap();
    let mut lines: Vec<String> = text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    assert!(!lines.is_empty(), "{name}.tsv is empty");
    lines.sort();
    lines
}

/// The same of a feed of ours.
fn found(project: &Project, file: &str) -> Vec<String> {
    let bytes = project.read(file);
    let feed = feed_rs::parser::Builder::new().sanitize_content(false).build().parse(bytes.as_bytes()).unwrap();
    let line = |entry: feed_rs::model::Entry| {
        let date = entry.published.unwrap().format("%Y-%m-%dT%H:%M:%SZ");
        [entry.id, entry.links[0].href.clone(), date.to_string(), entry.title.unwrap().content].join("\t")
    };
    let mut lines: Vec<String> = feed.entries.into_iter().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn the_feed_after_detection_is_the_generators_own() {
    for name in SITES {
        let project = site(name);
        let report = project.run("init --detect --format json").success().json();
        assert_eq!(report["generator"], name.split('-').next().unwrap(), "{name}");
        let built = project.run("build --now 2027-01-01T00:00:00+00:00 --format json").success().json();
        assert_eq!(built["diagnostics"], serde_json::json!([]), "{name}");
        for file in ["feed.xml", "atom.xml", "feed.json"] {
            assert_eq!(found(&project, &format!("public/{file}")), expected(name), "{name}: {file}");
        }
        // Hugo has one for each language.
        if name == "hugo-languages" {
            assert_eq!(found(&project, "public/languages/fr-CA/feed.xml"), expected(name));
            assert_ne!(found(&project, "public/languages/en/feed.xml"), expected(name));
        }
    }
}

#[test]
fn a_new_entry_of_any_site_builds_without_a_word() {
    for name in SITES {
        let project = site(name);
        project.run("init --detect").success();
        let before = project.run("build --format json").success().json();
        let made = project.run_words(&["new", "Ein \"neuer\" Tag: 1", "--format", "json"]).success().json();
        assert!(project.path().join(made["path"].as_str().unwrap()).is_file(), "{name}: {made}");
        let path = made["path"].as_str().unwrap();
        let text = project.read(path);
        let project = project.file(path, format!("{text}Text.\n"));
        let after = project.run("build --format json").success().json();
        assert_eq!(after["diagnostics"], serde_json::json!([]), "{name}: {text}");
        // Hugo's new entries are drafts.
        let key = if name.starts_with("hugo") { "drafts" } else { "entries" };
        assert_eq!(after[key].as_u64(), before[key].as_u64().map(|count| count + 1), "{name}: {made}");
        project.run_words(&["new", "Ein \"neuer\" Tag: 1"]).code(2).stderr_has("nothing is overwritten");
    }
}

#[test]
fn a_site_is_found_from_inside_and_told_in_whole() {
    let project = site("hugo");
    let mut command = project.command(&["init", "--detect"]);
    let output = command.current_dir(project.path().join("content/posts")).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        project.read("tidings.toml"),
        "# Made from the Hugo site in this folder (hugo.toml): the same entries as in its own feed, with the\n\
         # same ids and addresses. `tidings build` reads the content folder and writes the feeds.\n\
         \n\
         [site]\n\
         title = \"The Tern's Log\"\n\
         url = \"https://tern.example/log/\"\n\
         # description = \"What it is about, in one sentence.\"\n\
         language = \"en-gb\"\n\
         timezone = \"Europe/London\"\n\
         author = { name = \"Ivy Marsh\", email = \"ivy@tern.example\" }\n\
         copyright = \"© The Tern\"\n\
         \n\
         [content]\n\
         dir = \"content\"\n\
         ids = \"hugo\"                           # as in the old feed: readers show no entry again\n\
         permalinks = { \"posts\" = \"/:year/:month/:slug/\" }   # by section\n\
         smart_punctuation = true               # quotation marks and dashes as on the pages\n\
         \n\
         [feeds]\n\
         dir = \"public\"\n\
         index = false                          # the home page is the generator's\n\
         limit = 20                             # the newest; 0: all\n\
         content = \"full\"                       # full | summary\n\
         tags = true                            # feeds of each tag, in tags/<slug>/\n\
         \n\
         # A newsletter: each period that is over becomes an issue.\n\
         # [newsletter]\n\
         # from = \"Your Name <news@example.org>\"\n\
         # period = \"weekly\"                    # weekly | monthly | all\n"
            .replace("}   # by section", "} # by section")
    );
    assert!(!project.read(".github/workflows/feeds.yml").contains("deploy-pages"), "the pages are the generator's");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("note: Hugo's own feed is at /index.xml: once tidings' is published, redirect"), "{told}");
}

#[test]
fn faults_in_the_generators_file_are_shown_at_their_place_and_nothing_is_written() {
    for (file, text, place) in [
        ("hugo.toml", "title = 'x'\nbaseURL = \n", "hugo.toml:2:11"),
        ("_config.yml", "title: x\nurl: [\n", "_config.yml:3:1"),
        ("pelicanconf.py", "SITENAME = 'x\nPATH = 'content'\n", "pelicanconf.py:1:12"),
    ] {
        let project = Project::empty().file(file, text).file("content/a.md", "# A\n");
        project.run("init --detect").code(1).stderr_has("error[config-invalid]").stderr_has(place);
        let report = project.run("init --format json").code(1).json();
        assert_eq!((report["written"].clone(), report["diagnostics"][0]["line"].is_u64()), (serde_json::json!([]), true), "{file}");
        assert_eq!(project.files("").len(), 2, "{file}");
    }
    Project::empty().file("hugo.toml", b"title = '\xff'\n").run("init").code(1).stderr_has("encoding-invalid");
    Project::empty().run("init --detect").code(2).stderr_has("no site of Hugo");
}

#[test]
fn programs_are_read_for_their_literals_and_the_rest_is_told() {
    let project = Project::empty()
        .file("astro.config.mjs", "import { site } from './x';\nexport default defineConfig({ site: process.env.SITE });\n")
        .file("src/content/blog/a.md", "---\ntitle: A\npubDate: Jul 08 2025\n---\n");
    project
        .run("init")
        .success()
        .stderr_has("note: title not found in astro.config.mjs: write it in tidings.toml\nnote: url not found in astro.config.mjs: write it in tidings.toml");
    let config = project.read("tidings.toml");
    assert!(config.contains("url = \"https://example.org/\"           # not found in astro.config.mjs: write yours here"), "{config}");
    project.run("build").success();
}

#[test]
fn a_new_folder_builds_at_once_and_is_never_overwritten() {
    let project = Project::empty();
    let report = project.run("init my-notes --format json").success().json();
    assert_eq!(
        report["written"],
        serde_json::json!([
            "my-notes/tidings.toml",
            "my-notes/.github/workflows/feeds.yml",
            "my-notes/content/2026-01-01-hello.md",
            "my-notes/content/ideas.md",
            "my-notes/.gitignore"
        ])
    );
    assert_eq!(report["generator"], serde_json::Value::Null);
    let built = project.run("build --config my-notes/tidings.toml --format json").success().json();
    assert_eq!((&built["entries"], &built["drafts"], &built["diagnostics"]), (&1.into(), &1.into(), &serde_json::json!([])));
    assert!(project.read("my-notes/public/feed.xml").contains("<title>My notes</title>"));
    let made = project.run_words(&["new", "A day out", "--config", "my-notes/tidings.toml"]).success();
    assert_eq!(made.stdout, "my-notes/content/2026-01-01-a-day-out.md\n");
    assert_eq!(
        project.read("my-notes/content/2026-01-01-a-day-out.md"),
        "---\ntitle: A day out\ndate: 2026-01-01T00:00:00+00:00\ntags: []\nsummary: \"\"\n---\n\n"
    );
    let built = project.run("build --config my-notes/tidings.toml --format json").success().json();
    assert_eq!(
        (&built["entries"], &built["diagnostics"][0]["code"], &built["diagnostics"][1]),
        (&2.into(), &"entry-empty".into(), &().into())
    );
    project
        .run("init my-notes")
        .code(2)
        .stderr_has("tidings.toml, .github/workflows/feeds.yml are there already, and nothing is overwritten");
}

#[test]
fn a_folder_with_writing_keeps_it_and_flags_come_first() {
    let project = Project::empty()
        .file("README.md", "# Field Notes\n")
        .file("essays/2025-05-01-first.md", "# First\n\nText.\n")
        .file(".gitignore", "*.bak\n");
    project
        .run_words(&["init", "--url", "https://notes.example", "--language", "fr", "--timezone", "Asia/Tokyo"])
        .success()
        .stderr("note: `essays` is taken for the content folder\n");
    let config = project.read("tidings.toml");
    for line in
        ["title = \"Field Notes\"", "url = \"https://notes.example\"", "language = \"fr\"", "timezone = \"Asia/Tokyo\"", "dir = \"essays\""]
    {
        assert!(config.lines().any(|found| found == line), "{line} in {config}");
    }
    assert_eq!((project.read(".gitignore").as_str(), project.files("content").len()), ("*.bak\n", 0));
    project.run("build").success().stderr("");
    project.run("new Second").success();
    assert_eq!(project.read("essays/2026-01-01-second.md"), "# Second\n\n", "as the others are, without front matter");
    project.file("essays/2026-01-01-second.md", "# Second\n\nText.\n").run("build").success().stderr("");
    Project::empty().run("init --url nonsense").code(2).stderr_has("--url");
}

/// Zola, Eleventy, Astro and Docusaurus publish what is dated in the future; who moves keeps those entries.
#[test]
fn generators_without_a_rule_about_the_future_have_none_here() {
    for (config, text) in [
        ("config.toml", "base_url = \"https://z.example\"\ntitle = \"Z\"\n"),
        ("eleventy.config.js", "export default function (eleventyConfig) {}\n"),
        ("astro.config.mjs", "export default { site: 'https://a.example' };\n"),
        ("docusaurus.config.js", "module.exports = { title: 'D', url: 'https://d.example', baseUrl: '/' };\n"),
    ] {
        let project = Project::empty().file(config, text).file("content/_index.md", "+++\n+++\n");
        project.run("init --detect --title T --url https://x.example").success();
        assert!(project.read("tidings.toml").contains("\nfuture = true"), "{config}: {}", project.read("tidings.toml"));
    }
}

#[test]
fn jekylls_defaults_and_authors_are_obeyed_after_the_move() {
    let config = "title: J\nurl: https://j.example\ntimezone: UTC\nauthor: Staff\ndefaults:\n- scope: { path: '' }\n  values: { author: ann, layout: post }\n\
                  - scope: { path: _posts/news, type: posts }\n  values: { categories: [news], tags: [t], permalink: '/n/:title/' }\n";
    let project = Project::empty()
        .file("_config.yml", config)
        .file("_data/authors.yml", "ann: { name: Ann Lee, email: ann@j.example }\n")
        .file("_posts/2025-01-01-one.md", "---\ntitle: One\n---\nText.\n")
        .file("_posts/news/2025-01-02-two.md", "---\ntitle: Two\nauthor: Bob\n---\nText.\n");
    project.run("init --detect").success();
    let written = project.read("tidings.toml");
    assert!(written.contains("[[content.defaults]]\nvalues = { author = \"ann\" }\n"), "{written}");
    project.run("build").success().stderr("");
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let said: Vec<String> = feed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| format!("{} {} {}", item["url"].as_str().unwrap(), item["authors"][0]["name"].as_str().unwrap(), item["tags"]))
        .collect();
    assert_eq!(said, ["https://j.example/n/two/ Bob [\"t\",\"news\"]", "https://j.example/2025/01/01/one.html Ann Lee null"]);
    assert!(project.read("public/atom.xml").contains("<email>ann@j.example</email>"));
}

/// Pelican 4.12 gives each item its category: the folder's name, else `DEFAULT_CATEGORY`. With `TYPOGRIFY` titles have
/// typographic marks, too.
#[test]
fn pelicans_categories_and_titles_are_kept_after_the_move() {
    let project = Project::empty()
        .file("pelicanconf.py", "SITENAME = 'P'\nSITEURL = 'https://p.example'\nTIMEZONE = 'UTC'\nPATH = 'content'\nTYPOGRIFY = True\n")
        .file("content/a.md", "Title: It's \"A\"\nDate: 2024-01-03\nTags: t\n\nx\n")
        .file("content/boats/b.md", "Title: B\nDate: 2024-01-02\n\nx\n")
        .file("content/boats/c.md", "Title: C\nDate: 2024-01-01\nCategory: Own\n\nx\n");
    project.run("init --detect").success();
    project.run("build").success().stderr("");
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let said: Vec<String> = feed["items"].as_array().unwrap().iter().map(|item| format!("{} {}", item["title"], item["tags"])).collect();
    assert_eq!(said, ["\"It’s “A”\" [\"t\",\"misc\"]", "\"B\" [\"boats\"]", "\"C\" [\"Own\"]"]);
}

/// Jekyll's `excerpt_separator`, of the site and of a post.
#[test]
fn jekylls_excerpts_end_where_they_did() {
    let project = Project::empty()
        .file("_config.yml", "title: J\nurl: https://j.example\ntimezone: UTC\nexcerpt_separator: \"\\n\\n\\n\"\n")
        .file("_posts/2025-01-02-a.md", "---\ntitle: A\n---\nOne's.\n\nTwo.\n\n\nThree.\n")
        .file("_posts/2025-01-01-b.md", "---\ntitle: B\nexcerpt_separator: '[cut]'\n---\nOne.\n\nTwo. [cut]\n\n\nThree.\n");
    project.run("init --detect").success();
    project.run("build").success().stderr("");
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let said: Vec<&str> = feed["items"].as_array().unwrap().iter().map(|item| item["summary"].as_str().unwrap()).collect();
    assert_eq!(said, ["One’s. Two.", "One. Two."]);
}

/// Eleventy builds `_x.md`, too.
#[test]
fn eleventys_names_with_an_underscore_are_entries() {
    let project = Project::empty()
        .file("eleventy.config.js", "export default () => ({ dir: { input: 'src' } });\n")
        .file("src/_data/metadata.json", "{\"title\": \"T\", \"url\": \"https://e.example\"}")
        .file("src/_includes/_base.html", "<p>{{ content }}</p>")
        .file("src/posts/posts.json", "{\"tags\": \"posts\"}")
        .file("src/posts/_x.md", "---\ntitle: X\ndate: 2025-01-01\n---\nText.\n")
        .file("src/posts/a.md", "---\ntitle: A\ndate: 2025-01-02\n---\nText.\n");
    project.run("init --detect").success();
    project.run("build").success().stderr("");
    assert_eq!(
        addresses(&project),
        ["https://e.example/posts/a/ 2025-01-02T00:00:00+00:00", "https://e.example/posts/_x/ 2025-01-01T00:00:00+00:00"]
    );
}

#[test]
fn defaults_are_checked_at_their_place() {
    let project = Project::empty().file("content/a.md", "# A\n").file(
        "tidings.toml",
        "[site]\ntitle = 'T'\nurl = 'https://t.example'\n[[content.defaults]]\npath = 'a/{'\nvalues = 'x'\n[[content.defaults]]\npath = 'b'\n[content.authors]\nann = 3\nbob = []\n",
    );
    let run = project.run("build").code(1);
    for place in ["tidings.toml:6:10", "tidings.toml:8:8", "tidings.toml:11:7"] {
        assert!(run.stderr.contains(place), "{place} in {}", run.stderr);
    }
}

/// Each address and date as Hugo 0.168 and Pelican 4.12 make them.
#[test]
fn names_and_dates_that_are_seldom_are_the_generators() {
    let project = Project::empty()
        .file("hugo.toml", "baseURL = 'https://h.example/'\ntitle = 'H'\n")
        .file("content/posts/a.md", "---\ntitle: A\ndate: 1700000000\nslug: 'Foo & Bar'\n---\nx\n")
        .file("content/posts/b.md", "---\ntitle: B\ndate: 1710000000\n---\nx\n");
    project.run("init --detect").success();
    project.run("build").success();
    assert_eq!(
        addresses(&project),
        ["https://h.example/posts/b/ 2024-03-09T16:00:00+00:00", "https://h.example/posts/foo-bar/ 2023-11-14T22:13:20+00:00"]
    );
    let project = Project::empty()
        .file(
            "pelicanconf.py",
            "SITENAME = 'P'\nSITEURL = 'https://p.example'\nTIMEZONE = 'UTC'\nPATH = 'content'\nFILENAME_METADATA = r'(?P<date>\\d{4}-\\d{2}-\\d{2})_(?P<slug>.*)'\n",
        )
        .file("content/2024-01-02_My-Post.md", "Title: Other\n\nx\n")
        .file("content/plain_name.md", "Title: A Title\nDate: 2024-01-01\n\nx\n");
    project.run("init --detect").success();
    project.run("build").success();
    assert_eq!(
        addresses(&project),
        ["https://p.example/My-Post.html 2024-01-02T00:00:00+00:00", "https://p.example/a-title.html 2024-01-01T00:00:00+00:00"]
    );
}

fn addresses(project: &Project) -> Vec<String> {
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let text = |item: &serde_json::Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    feed["items"].as_array().unwrap().iter().map(|item| format!("{} {}", text(item, "url"), text(item, "date_published"))).collect()
}
