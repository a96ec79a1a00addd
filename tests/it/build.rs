//! `tidings build` on small folders.

use crate::golden;
use crate::project::Project;

fn post(title: &str, date: &str) -> String {
    format!("---\ntitle: {title}\ndate: {date}\ntags: [News]\n---\nHello *you*.\n")
}

#[test]
fn a_small_site_becomes_the_files_of_the_contract() {
    let project = Project::new().file("content/a.md", post("A", "2025-01-02")).file("content/b.md", post("B", "2025-01-01"));
    project.run("build").success();
    let expected = [
        ".tidings-manifest.json",
        "atom.xml",
        "feed.css",
        "feed.json",
        "feed.xml",
        "feeds.opml",
        "index.html",
        "tags/news/atom.xml",
        "tags/news/feed.json",
        "tags/news/feed.xml",
    ];
    assert_eq!(project.files("public"), expected);
}

#[test]
fn authors_sections_and_languages_have_feeds_of_their_own() {
    let english = "---\ntitle: Tide\ndate: 2025-01-02\nauthors: [Ann, Bo]\n---\nHello.\n";
    let french = "---\ntitle: Marée\ndate: 2025-01-03\nauthors: [Ann]\n---\nBonjour.\n";
    let project = Project::new()
        .config("author = \"Cleo\"\n[feeds]\ntags = false\nauthors = true\nsections = true\nlanguages = true\n")
        .file("content/notes/tide.md", english)
        .file("content/notes/tide.fr.md", french)
        .file("content/plain.md", post("Plain", "2025-01-01"));
    project.run("build").success().stderr("");
    let titles = |folder: &str| -> Vec<String> {
        let feed: serde_json::Value = serde_json::from_str(&project.read(&format!("public/{folder}feed.json"))).unwrap();
        let item = |item: &serde_json::Value| format!("{} {}", item["title"].as_str().unwrap(), item["language"].as_str().unwrap_or("-"));
        std::iter::once(format!("{} {}", feed["title"].as_str().unwrap(), feed["language"].as_str().unwrap()))
            .chain(feed["items"].as_array().unwrap().iter().map(item))
            .collect()
    };
    // A translation is an entry of its own.
    assert_eq!(titles(""), ["Example en", "Marée fr", "Tide -", "Plain -"]);
    assert_eq!(titles("authors/ann/"), ["Ann – Example en", "Marée fr", "Tide -"]);
    assert_eq!(titles("authors/bo/"), ["Bo – Example en", "Tide -"]);
    assert_eq!(titles("authors/cleo/"), ["Cleo – Example en", "Plain -"]);
    assert_eq!(titles("sections/notes/"), ["notes – Example en", "Marée fr", "Tide -"]);
    assert_eq!(titles("languages/fr/"), ["Français – Example fr", "Marée fr"]);
    assert_eq!(titles("languages/en/"), ["English – Example en", "Tide -", "Plain -"]);
    let atom = project.read("public/languages/fr/atom.xml");
    for part in [
        "xml:lang=\"fr\">\n  <title>",
        "<id>https://example.org/languages/fr/</id>",
        "href=\"https://example.org/languages/fr/atom.xml\" rel=\"self\"",
        "<title xml:lang=\"fr\">Marée</title>",
    ] {
        assert!(atom.contains(part), "{part} in {atom}");
    }
    assert!(project.read("public/languages/fr/feed.xml").contains("<language>fr</language>"));
    let (opml, page) = (project.read("public/feeds.opml"), project.read("public/index.html"));
    for folder in ["authors/ann/", "authors/bo/", "authors/cleo/", "sections/notes/", "languages/fr/", "languages/en/"] {
        let url = format!("https://example.org/{folder}");
        assert_eq!(opml.matches(&format!("xmlUrl=\"{url}feed.xml\"")).count(), 1, "{opml}");
        for file in ["feed.xml", "atom.xml", "feed.json"] {
            let links = page.lines().filter(|line| line.starts_with("<link rel=\"alternate\"") && line.contains(&format!("{url}{file}\"")));
            assert_eq!(links.count(), 1, "{page}");
        }
    }
}

#[test]
fn a_sites_own_feed_may_be_of_one_language_and_others_be_called_otherwise() {
    let project = Project::new()
        .config("[site.languages.fr]\ntitle = \"Exemple\"\ndescription = \"En bref\"\nurl = \"/fr/\"\n[feeds]\nentries = \"language\"\n")
        .file("content/tide.md", "---\ntitle: Tide\ndate: 2025-01-02\ntags: [sea]\n---\nHello.\n")
        .file("content/tide.fr.md", "---\ntitle: Marée\ndate: 2025-01-03\ntags: [sea, mer]\n---\nBonjour.\n");
    project.run("build").success().stderr("");
    let feed = |folder: &str| -> serde_json::Value { serde_json::from_str(&project.read(&format!("public/{folder}feed.json"))).unwrap() };
    let titles = |folder: &str| -> Vec<String> {
        feed(folder)["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (titles(""), titles("tags/sea/"), titles("languages/fr/")),
        (vec!["Tide".into()], vec!["Tide".into()], vec!["Marée".into()])
    );
    assert!(!project.path().join("public/tags/mer").exists());
    let french = feed("languages/fr/");
    assert_eq!(
        (&french["title"], &french["description"], &french["home_page_url"]),
        (&"Exemple".into(), &"En bref".into(), &"https://example.org/fr/".into())
    );
    assert!(!project.read("public/index.html").contains("Marée"));
    assert!(project.read("public/feeds.opml").contains("title=\"Exemple\" type=\"rss\" xmlUrl=\"https://example.org/languages/fr/feed.xml\" htmlUrl=\"https://example.org/fr/\" description=\"En bref\""));
}

#[test]
fn an_unlimited_feed_is_paged_and_a_new_entry_moves_no_other() {
    let entry = |at: usize| format!("---\ntitle: E{at}\ndate: 2020-01-01T{:02}:{:02}:{:02}Z\n---\nx\n", at / 3600, at / 60 % 60, at % 60);
    let mut project = Project::new();
    for at in 0..1001 {
        project = project.file(&format!("content/e{at}.md"), entry(at));
    }
    let items = |project: &Project, path: &str| -> Vec<String> {
        let feed: serde_json::Value = serde_json::from_str(&project.read(&format!("public/{path}"))).unwrap();
        feed["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    };
    let titles = |range: std::ops::Range<usize>| range.rev().map(|at| format!("E{at}")).collect::<Vec<_>>();
    project.run("build --limit 0").success();
    assert_eq!(items(&project, "feed.json"), titles(1..1001));
    assert_eq!(items(&project, "archive/1/feed.json"), titles(0..1000));
    assert!(!project.path().join("public/archive/2").exists());
    assert_eq!(project.read("public/index.html").matches("<time").count(), 50);
    let files = project.files("public");
    let before: Vec<String> = files.iter().map(|path| project.read(&format!("public/{path}"))).collect();
    let project = project.file("content/e1001.md", entry(1001));
    project.run("build --limit 0").success();
    let is_changed = |(path, old): &(&String, &String)| project.read(&format!("public/{path}")) != **old;
    let changed: Vec<&String> = files.iter().zip(&before).filter(is_changed).map(|(path, _)| path).collect();
    assert_eq!(changed, ["atom.xml", "feed.json", "feed.xml", "index.html"]);
    let whole = project.config("[feeds]\narchive = false\n");
    whole.run("build --limit 0").success();
    assert_eq!(items(&whole, "feed.json"), titles(0..1002));
    assert!(!whole.path().join("public/archive").exists());
}

#[test]
fn an_episode_is_written_with_all_that_its_front_matter_says() {
    let episode = "---\ntitle: Low water\ndate: 2025-01-02\naudio: low.mp3\nduration: '12:34'\nsummary: On the flats.\n\
                   podcast:\n  episode: 3\n  season: 1\n  transcript: low.vtt\n  chapters: low.json\n  guests: [Yann]\n---\nx\n";
    let project = Project::new()
        .config("icon = \"/icon.png\"\nauthor = { name = \"Maud\", email = \"maud@example.org\" }\n[podcast]\ncategory = \"Leisure > Hobbies\"\n")
        .file("content/low/index.md", episode)
        .file("content/low/low.mp3", [0_u8; 99]);
    project.run("build").success().stderr("");
    let rss = project.read("public/feed.xml");
    for part in [
        "<enclosure url=\"https://example.org/2025/01/low/low.mp3\" length=\"99\" type=\"audio/mpeg\"/>",
        "<itunes:duration>12:34</itunes:duration>",
        "<itunes:episode>3</itunes:episode>",
        "<itunes:season>1</itunes:season>",
        "<podcast:transcript type=\"text/vtt\" url=\"https://example.org/2025/01/low/low.vtt\">",
        "<podcast:chapters type=\"application/json+chapters\" url=\"https://example.org/2025/01/low/low.json\">",
        "<podcast:person role=\"guest\">Yann</podcast:person>",
        "<itunes:category text=\"Leisure\">",
        "<itunes:image href=\"https://example.org/icon.png\"",
        "<itunes:explicit>false</itunes:explicit>",
        "<podcast:locked owner=\"maud@example.org\">no</podcast:locked>",
        "<podcast:guid>",
    ] {
        assert!(rss.contains(part), "{part} in {rss}");
    }
    let json: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    assert_eq!(json["items"][0]["attachments"][0]["duration_in_seconds"], 754);
}

#[test]
fn an_icon_of_known_size_is_shown_in_it() {
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &512_u32.to_be_bytes()[..], &256_u32.to_be_bytes(), b"\x08\x02\0\0\0"].concat();
    let project = Project::new().config("icon = \"/icon.png\"\n[content]\nstatic = \"static\"\n").file("static/icon.png", png);
    let project = project.file("content/a.md", post("A", "2025-01-02"));
    project.run("build").success();
    let rss = project.read("public/feed.xml");
    assert!(rss.contains("<width>144</width>\n      <height>72</height>"), "{rss}");
}

#[test]
fn an_undated_entry_keeps_a_valid_tag() {
    let project = Project::new().file("content/a.md", "---\ntitle: A\n---\nx\n");
    project.run("build --ids tag --permalink /:slug/").success();
    assert!(project.read("public/atom.xml").contains("<id>tag:example.org,1970-01-01:/a/</id>"));
}

#[test]
fn a_locked_build_writes_nothing_and_names_what_is_outdated() {
    let project = Project::new().file("content/a.md", post("A", "2025-01-02"));
    project.run("build --locked").code(1).stderr_has("public/feed.xml").stderr_has("output-outdated");
    assert!(!project.path().join("public").exists());
    project.run("build --durable").success().stderr("");
    let project = project.file(".gitignore", "");
    project.run("build --locked").success().stderr("");
    // What a clone has: all but the hidden manifest.
    std::fs::remove_file(project.path().join("public/.tidings-manifest.json")).unwrap();
    let run = project.run("build --locked --format json").success().json();
    assert_eq!((run["written"].as_u64(), run["unchanged"].as_u64()), (Some(0), Some(9)), "{run}");
    assert!(!project.path().join("public/.tidings-manifest.json").exists());
    project.run("build").success();
    let project = project.file("content/a.md", "---\ntitle: B\ndate: 2025-01-02\n---\nHello.\n");
    let before: Vec<String> = project.files("public").iter().map(|path| project.read(&format!("public/{path}"))).collect();
    let run = project.run("build --locked --keep-going --format json").code(1).json();
    let told: Vec<(&str, &str)> = run["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["file"].as_str().unwrap(), fault["message"].as_str().unwrap()))
        .collect();
    assert!(told.contains(&("public/feed.xml", "this file holds something else than the build makes")), "{told:?}");
    assert!(told.contains(&("public/tags/news/feed.xml", "this file is no longer made by the build")), "{told:?}");
    let after: Vec<String> = project.files("public").iter().map(|path| project.read(&format!("public/{path}"))).collect();
    assert_eq!(before, after);
    project.run("build --locked --durable").code(2);
}

#[test]
fn json_counts_everything() {
    let project = Project::new()
        .file("content/a.md", post("A", "2025-01-02"))
        .file("content/future.md", post("F", "2031-01-01"))
        .file("content/draft.md", "---\ntitle: D\ndate: 2025-01-01\ndraft: true\n---\nx\n")
        .file("content/old.md", "---\ntitle: O\ndate: 2020-01-01\nexpiryDate: 2021-01-01\n---\nx\n");
    let first = project.run("build --format json").success().json();
    for (key, value) in
        [("version", 1), ("sources", 4), ("entries", 1), ("drafts", 1), ("future", 1), ("expired", 1), ("feeds", 2), ("written", 9)]
    {
        assert_eq!(first[key], value, "{key} of {first}");
    }
    assert_eq!(first["issues"], serde_json::json!([]));
    assert_eq!(first["diagnostics"], serde_json::json!([]));
    // What is left out for want of a date is counted, as nothing else tells it.
    let project = project.file("content/undated.md", "---\ntitle: U\n---\nx\n").config("[content]\nundated = false\n");
    let undated = project.run("build --format json").success().json();
    assert_eq!((undated["undated"].as_u64(), undated["entries"].as_u64()), (Some(1), Some(1)));
    let second = project.run("build --format json").success().json();
    assert_eq!((second["written"].as_u64(), second["unchanged"].as_u64(), second["removed"].as_u64()), (Some(0), Some(9), Some(0)));
}

#[test]
fn the_same_input_gives_the_same_bytes_whatever_the_clock_says() {
    let project = Project::new().file("content/a.md", post("A", "2025-01-02"));
    let bytes = |project: &Project| {
        project.files("public").iter().map(|file| (file.clone(), project.read(&format!("public/{file}")))).collect::<Vec<_>>()
    };
    project.run("build --now 2026-01-01T00:00:00Z").success();
    let first = bytes(&project);
    std::fs::remove_dir_all(project.path().join("public")).unwrap();
    project.run("build --now 2029-05-05T00:00:00Z").success();
    assert_eq!(bytes(&project), first);
}

#[test]
fn two_builds_in_different_zones_locales_and_folders_give_the_same_bytes() {
    let publication = |far: &str| {
        let project = golden::publication();
        let home = project.path().join(far);
        std::fs::create_dir_all(&home).unwrap();
        for name in ["content", "tidings.toml"] {
            std::fs::rename(project.path().join(name), home.join(name)).unwrap();
        }
        (project, home)
    };
    let build = |far: &str, zone: &str, locale: &str| {
        let (project, home) = publication(far);
        let mut command = project.command(&["build", "--now", "2026-10-02T00:00:00Z"]);
        let run = command.current_dir(&home).envs([("TZ", zone), ("LANG", locale), ("LC_ALL", locale), ("LANGUAGE", locale)]).output();
        assert_eq!(run.unwrap().status.code(), Some(0));
        let files = project.files(&format!("{far}/public"));
        files.into_iter().map(|file| (project.read(&format!("{far}/public/{file}")), file)).collect::<Vec<_>>()
    };
    let here = build("a", "America/Los_Angeles", "en_US.UTF-8");
    assert!(here.len() > 30);
    assert_eq!(here, build("somewhere/else entirely/ß", "Pacific/Kiritimati", "tr_TR.UTF-8"));
}

#[cfg(unix)]
#[test]
fn a_rebuild_with_nothing_changed_touches_no_file() {
    use std::os::unix::fs::MetadataExt;
    let project = golden::publication();
    let seen = |project: &Project| {
        let facts = |file: String| {
            let data = std::fs::metadata(project.path().join("public").join(&file)).unwrap();
            (file, data.ino(), data.mtime(), data.mtime_nsec(), data.ctime_nsec())
        };
        project.files("public").into_iter().map(facts).collect::<Vec<_>>()
    };
    project.run("build --now 2026-10-02T00:00:00Z").success();
    let first = seen(&project);
    assert!(first.len() > 30);
    project.run("build --now 2026-10-02T00:00:00Z").success();
    assert_eq!(seen(&project), first);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let tags = |number: usize| format!("[t{}, t{}]", number % 7, number % 11);
    let project = (0..1500).fold(Project::new(), |project, number| {
        let day = 1 + number % 28;
        project.file(
            &format!("content/{}/{number}.md", number % 40),
            format!("---\ntitle: Post {number}\ndate: 2025-01-{day:02}\ntags: {}\nslug: p{number}\n---\nSee *{number}*.\n", tags(number)),
        )
    });
    let built = |threads: &str| {
        let run = project.command(&["build", "--limit", "0"]).env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
        let files = project.files("public").into_iter().map(|file| (project.read(&format!("public/{file}")), file)).collect::<Vec<_>>();
        std::fs::remove_dir_all(project.path().join("public")).unwrap();
        files
    };
    let one = built("1");
    assert!(one.len() > 30, "{}", one.len());
    assert!(one == built("8"), "more threads, other bytes");
}

#[test]
fn a_tag_that_nobody_uses_any_more_loses_its_files_and_others_files_stay() {
    let project = Project::new().file("content/a.md", post("A", "2025-01-02"));
    project.run("build").success();
    let project = project.file("public/theirs.html", "x").file("content/a.md", "---\ntitle: A\ndate: 2025-01-02\n---\nx\n");
    let report = project.run("build --format json").success().json();
    assert_eq!(report["removed"], 3);
    assert!(project.files("public").contains(&"theirs.html".to_owned()));
    assert!(!project.files("public").iter().any(|file| file.starts_with("tags/")));
}

#[test]
fn flags_alone_are_enough() {
    let project = Project::empty().file("posts/a.md", post("A", "2025-01-02"));
    project.run("build --content posts --output out --url https://x.org --title X --limit 1 --no-tag-feeds").success();
    assert!(project.read("out/feed.xml").contains("<link>https://x.org/2025/01/a/</link>"));
    assert!(!project.files("out").iter().any(|file| file.starts_with("tags/")));
}

#[test]
fn what_xml_forbids_is_left_out_with_a_warning_at_its_place() {
    let project = Project::new()
        .config("description = \"Ne\\u0001ws\"\n")
        .file("content/a.md", "---\ntitle: A\ndate: 2025-01-02\n---\nx\n\nHe\u{8}llo\n");
    let report = project.run("build --format json").success().json();
    let told = |fault: &serde_json::Value| {
        assert_eq!(fault["code"], "control-character", "{report}");
        (fault["file"].as_str().unwrap().to_owned(), fault["line"].as_u64().unwrap(), fault["column"].as_u64().unwrap())
    };
    let places: Vec<_> = report["diagnostics"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(places, [("tidings.toml".to_owned(), 4, 15), ("content/a.md".to_owned(), 7, 3)]);
    let feed = project.read("public/feed.xml");
    assert!(feed.contains("Hello") && feed.contains("<description>News</description>"), "{feed}");
}

#[test]
fn another_generators_files_are_never_overwritten() {
    let project = Project::new().file("content/a.md", post("A", "2025-01-02")).file("public/index.html", "<h1>Home</h1>");
    let report = project.run("build --format json").success().json();
    let fault = &report["diagnostics"][0];
    assert_eq!(
        (fault["code"].as_str(), fault["severity"].as_str(), fault["file"].as_str()),
        (Some("output-kept"), Some("warning"), Some("public/index.html"))
    );
    assert_eq!(project.read("public/index.html"), "<h1>Home</h1>");
    let project = Project::new().file("content/a.md", post("A", "2025-01-02")).file("public/feed.xml", "<rss/>");
    project.run("build").code(1).stderr_has("output-foreign").stderr_has("public/feed.xml");
    assert_eq!(project.files("public"), ["feed.xml"]);
}

#[cfg(unix)]
#[test]
fn an_output_folder_in_a_folder_that_is_not_ours_is_enough() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new().file("content/a.md", post("A", "2025-01-02"));
    std::fs::create_dir_all(project.path().join("fixed/public")).unwrap();
    let fixed = project.path().join("fixed");
    std::fs::set_permissions(&fixed, std::fs::Permissions::from_mode(0o555)).unwrap();
    let run = project.run("build --output fixed/public");
    std::fs::set_permissions(&fixed, std::fs::Permissions::from_mode(0o755)).unwrap();
    run.success();
}

#[test]
fn the_content_folder_is_no_output_folder() {
    let project = Project::new().file("content/a.md", post("A", "2025-01-02"));
    project.run("build --output content").code(2).stderr_has("content folder");
    assert_eq!(project.files("content"), ["a.md"]);
}

#[test]
fn what_holds_no_entry_can_be_named_and_the_page_left_to_another_generator() {
    let project = Project::new()
        .config("[content]\nundated = false\nexclude = [\"pages/\"]\nslugs = \"case\"\nids = \"hugo\"\n[feeds]\nindex = false\n")
        .file("content/A.md", "+++\ntitle = 'A'\ndate = 2025-01-01\n+++\n[about](about.md)")
        .file("content/about.md", "+++\ntitle = 'About'\n+++\n")
        .file("content/pages/b.md", "+++\ntitle = 'B'\ndate = 2025-01-02\n+++\n");
    project.run("build").success().stderr("");
    let feed = project.read("public/feed.json");
    assert!(feed.contains("https://example.org/A/") && feed.contains("href=\\\"https://example.org/about/"), "{feed}");
    assert!(!feed.contains("\"About\"") && !feed.contains("\"B\""), "{feed}");
    assert!(!project.files("public").contains(&"index.html".to_owned()));
}

/// Nothing is written or removed through a link, which may lead out of the output folder.
#[test]
#[cfg(unix)]
fn a_link_in_the_output_folder_is_not_followed() {
    let tagged = "---\ntitle: A\ndate: 2025-01-01\ntags: [sea]\n---\nx\n";
    let project = Project::new().file("content/a.md", tagged).file("elsewhere/sea/feed.xml", "not ours");
    std::fs::create_dir(project.path().join("public")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", project.path().join("public/tags")).unwrap();
    project.run("build").code(1).stderr_has("output-foreign").stderr_has("tags/sea/feed.xml");
    assert_eq!(project.files("elsewhere"), ["sea/feed.xml"]);
    // Nor where an earlier build had a folder there.
    std::fs::remove_file(project.path().join("public/tags")).unwrap();
    project.run("build").success();
    std::fs::rename(project.path().join("public/tags"), project.path().join("elsewhere/tags")).unwrap();
    std::os::unix::fs::symlink("../elsewhere/tags", project.path().join("public/tags")).unwrap();
    let before = project.files("elsewhere");
    let project = project.file("content/a.md", tagged.replace("tags: [sea]", "tags: []"));
    project.run("build").success();
    assert_eq!(project.files("elsewhere"), before);
}
