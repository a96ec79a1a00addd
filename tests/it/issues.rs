//! What an issue is: periods, groups, tables of contents, editions by language, and the feed of issues.

#[cfg(feature = "send")]
use crate::mock_smtp::{MockSmtp, Plan};
use crate::project::Project;
use serde_json::json;

fn entry(title: &str, date: &str, more: &str) -> String {
    format!("---\ntitle: {title}\ndate: {date}\n{more}---\nThe words of {title}.\n\n## Its heading\n\nMore of it.\n")
}

/// Four entries of one week, 2025-W07, in three languages.
fn project() -> Project {
    Project::new()
        .file("content/boats/_index.md", "---\ntitle: The boats\n---\n")
        .file("content/boats/_index.fr.md", "---\ntitle: Les bateaux\n---\n")
        .file("content/boats/ferry.md", entry("Ferry", "2025-02-10", "tags: [Harbour, sea]\n"))
        .file("content/boats/bac.fr.md", entry("Le bac", "2025-02-11", ""))
        .file("content/tide-tables/tide.md", entry("Tide", "2025-02-12", "tags: [sea]\n"))
        .file("content/kaki.ja.md", entry("牡蠣", "2025-02-13", ""))
        .file("content/seal.md", entry("Seal", "2025-02-14", ""))
        .config("[newsletter]\nfrom = \"news@example.org\"\n")
}

fn issues(project: &Project) -> Vec<String> {
    let report = project.run("build --format json").success().json();
    report["issues"].as_array().unwrap().iter().map(|issue| issue.as_str().unwrap().to_owned()).collect()
}

/// The text of HTML.
fn words(html: &str) -> String {
    let texts =
        html.split('<').enumerate().map(|(at, piece)| if at == 0 { piece } else { piece.split_once('>').map_or("", |(_, text)| text) });
    texts.collect::<String>().trim().to_owned()
}

/// The level and the words of each heading.
fn headings(html: &str) -> Vec<String> {
    let found = html.match_indices("<h").filter_map(|(at, _)| {
        let level = html[at + 2..].chars().next().filter(char::is_ascii_digit)?;
        let inside = html[at..].split_once('>')?.1.split(&format!("</h{level}>")).next()?;
        Some(format!("h{level} {}", words(inside)))
    });
    found.collect()
}

#[test]
fn sections_are_groups_by_their_titles() {
    let project = project().config("group = \"section\"\ncontent = \"full\"\n");
    project.run("build").success();
    let wanted = [
        "h1 February 10–16, 2025",
        "h2 The boats",
        "h3 Le bac",
        "h4 Its heading",
        "h3 Ferry",
        "h4 Its heading",
        "h2 Tide tables",
        "h3 Tide",
        "h4 Its heading",
        "h2 More",
        "h3 Seal",
        "h4 Its heading",
        "h3 牡蠣",
        "h4 Its heading",
    ];
    for file in ["email.html", "index.html"] {
        assert_eq!(headings(&project.read(&format!("public/newsletter/2025-W07/{file}"))), wanted, "{file}");
    }
    let text = project.read("public/newsletter/2025-W07/email.txt");
    let places: Vec<usize> =
        ["---------\nThe boats\n---------\n", "Le bac\n======\n", "-----------\nTide tables\n", "----\nMore\n----\n", "Seal\n"]
            .iter()
            .map(|wanted| text.find(wanted).unwrap_or_else(|| panic!("{wanted:?} is not in\n{text}")))
            .collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn an_entry_stands_under_its_first_tag_alone() {
    let project = project().config("group = \"tag\"\n");
    project.run("build").success();
    let found = headings(&project.read("public/newsletter/2025-W07/email.html"));
    assert_eq!(found[1..], ["h2 Harbour", "h3 Ferry", "h2 sea", "h3 Tide", "h2 More", "h3 Seal", "h3 牡蠣", "h3 Le bac"]);
}

#[test]
fn contents_lead_to_the_entries() {
    let project = project().config("contents = true\ngroup = \"section\"\n");
    project.run("build").success();
    for file in ["email.html", "index.html"] {
        let html = project.read(&format!("public/newsletter/2025-W07/{file}"));
        assert_eq!(headings(&html)[1], "h2 In this issue");
        let links: Vec<(&str, String)> = html
            .split("<a href=\"#")
            .skip(1)
            .map(|rest| (rest.split('"').next().unwrap(), words(&format!("<a {}", rest.split("</a>").next().unwrap()))))
            .collect();
        assert_eq!(links.iter().map(|(_, title)| title.as_str()).collect::<Vec<_>>(), ["Le bac", "Ferry", "Tide", "Seal", "牡蠣"]);
        for (anchor, title) in &links {
            let places: Vec<&str> = html.split(&format!(" id=\"{anchor}\"")).collect();
            assert_eq!(places.len(), 2, "{file}: {anchor}");
            // Its own title comes next.
            assert_eq!(headings(places[1])[0], format!("h3 {title}"), "{file}");
        }
        if file == "email.html" {
            assert_eq!(html.matches(" name=\"entry-").count(), 5, "programs that know no `id` there know `name`");
        }
    }
    let text = project.read("public/newsletter/2025-W07/email.txt");
    assert!(
        text.contains("In this issue\n-------------\n\nThe boats\n- Le bac\n- Ferry\n\nTide tables\n- Tide\n\nMore\n- Seal\n- 牡蠣\n"),
        "{text}"
    );
    // One entry needs no contents.
    let lone = Project::new()
        .file("content/a.md", entry("A", "2025-02-10", ""))
        .config("[newsletter]\nfrom = \"a@example.org\"\ncontents = true\n");
    lone.run("build").success();
    assert!(!lone.read("public/newsletter/2025-W07/email.html").contains("In this issue"));
}

#[test]
fn reading_times_are_told_in_words_or_not_at_all() {
    let long = format!("---\ntitle: Long\ndate: 2025-02-10\n---\n{}\n", "word ".repeat(900));
    let project = project().file("content/long.md", &long);
    project.run("build").success();
    for file in ["email.html", "index.html", "email.txt"] {
        let read = project.read(&format!("public/newsletter/2025-W07/{file}"));
        assert!(read.contains("4 min read") && read.contains("1 min read"), "{file}: {read}");
    }
    let without = project.config("reading_time = false\n");
    without.run("build").success();
    assert!(!without.read("public/newsletter/2025-W07/email.html").contains("min read"));
}

#[test]
fn periods_lie_between_dates() {
    let project = project().config("period = [{ from = 2025-02-11, to = 2025-02-13 }, { from = 2025-02-13, to = 2025-03-01 }]\n");
    assert_eq!(issues(&project), ["2025-02-13--2025-03-01", "2025-02-11--2025-02-13"]);
    let page = project.read("public/newsletter/2025-02-11--2025-02-13/index.html");
    assert_eq!(headings(&page), ["h1 February 11–12, 2025", "h2 Tide", "h2 Le bac"]);
    let one = Project::new().file("content/a.md", entry("A", "2025-02-10", ""));
    let config = |period: &str| format!("[newsletter]\nfrom = \"a@example.org\"\nperiod = {period}\n");
    let site = one.read("tidings.toml");
    let one = one.config(&config("{ from = \"2025-02-01\", to = 2025-03-01 }"));
    assert_eq!(issues(&one), ["2025-02-01--2025-03-01"]);
    for (period, wanted) in [
        ("{ from = 2025-02-01 }", "newsletter.period.to"),
        ("{ from = 2025-02-01, to = 2025-02-01 }", "is not after `from`"),
        ("{ from = 2025-02-01, to = \"soon\" }", "a day, such as"),
        ("[{ from = 2025-02-01, to = 2025-03-01 }, { from = 2025-02-28, to = 2025-03-02 }]", "lies in another period"),
        ("{ from = 2025-02-01, until = 2025-03-01 }", "until"),
        ("7", "a table"),
        ("[]", "at least one"),
    ] {
        let bad = Project::new().file("tidings.toml", format!("{site}{}", config(period)));
        bad.run("build").code(1).stderr_has(wanted).stderr_has("tidings.toml");
    }
}

#[test]
fn each_language_has_its_edition() {
    let project = project().config("editions = true\ngroup = \"section\"\n");
    assert_eq!(issues(&project), ["2025-W07", "2025-W07-fr", "2025-W07-ja"]);
    let read = |issue: &str, file: &str| project.read(&format!("public/newsletter/{issue}/{file}"));
    assert_eq!(
        headings(&read("2025-W07", "email.html")),
        ["h1 February 10–16, 2025", "h2 The boats", "h3 Ferry", "h2 Tide tables", "h3 Tide", "h2 More", "h3 Seal"]
    );
    let french = read("2025-W07-fr", "email.html");
    assert_eq!(headings(&french), ["h1 10–16 février 2025", "h2 Les bateaux", "h3 Le bac"]);
    assert!(french.contains("<html lang=\"fr\"") && french.contains("Lire la suite") && french.contains("11 février 2025"), "{french}");
    assert!(read("2025-W07-ja", "message.eml").contains("Content-Language: ja"));
    // The pages name each other.
    let page = read("2025-W07-fr", "index.html");
    assert!(page.contains("<link rel=\"alternate\" hreflang=\"ja\" href=\"https://example.org/newsletter/2025-W07-ja/\">"), "{page}");
    assert!(page.contains("lang=\"en\">English</a> · <a href"), "{page}");
    assert!(project.read("public/newsletter/index.html").contains("lang=\"fr\" dir=\"ltr\">10–16 février 2025</a>"));
    // A kind of a language stands with it, and an edition is there for those who read no other.
    let kinds = project
        .file("content/quebec.fr-CA.md", entry("Le traversier", "2025-02-10", ""))
        .file("content/uk.en-GB.md", entry("Quay", "2025-03-20", ""));
    let kinds = kinds.file("content/lettre.fr.md", entry("Lettre", "2025-04-10", ""));
    assert_eq!(issues(&kinds), ["2025-W15", "2025-W15-fr", "2025-W12", "2025-W07", "2025-W07-fr", "2025-W07-ja"]);
    assert!(kinds.read("public/newsletter/2025-W07-fr/email.html").contains("Le traversier"));
    assert!(kinds.read("public/newsletter/2025-W15/email.html").contains("Lettre"));
}

#[test]
fn translations_are_editions_of_posts_and_of_written_issues() {
    let posts = Project::new()
        .file("content/tide.md", entry("Tide", "2025-02-12", ""))
        .file("content/tide.fr.md", entry("Marée", "2025-02-12", ""))
        .file("content/fr/bac.md", entry("Le bac", "2025-02-10", ""))
        .file("content/seal.md", entry("Seal", "2025-02-11", ""))
        .config("[newsletter]\nfrom = \"a@example.org\"\nmode = \"post\"\neditions = true\n");
    assert_eq!(issues(&posts), ["tide", "tide-fr", "seal", "bac"]);
    assert!(posts.read("public/newsletter/tide-fr/email.html").contains("Marée"));
    let letter = |title: &str, date: &str| format!("---\ntitle: {title}\ndate: {date}\n---\nWell.\n\n{{{{ entries }}}}\n");
    let written = project()
        .file("issues/first.md", letter("First", "2025-02-11T12:00:00Z"))
        .file("issues/second.md", letter("Second", "2025-02-20"))
        .file("issues/second.fr.md", letter("Deuxième", "2025-02-20"))
        .config("mode = \"written\"\neditions = true\n");
    assert_eq!(issues(&written), ["second", "second-fr", "first"]);
    // Each has what is new since the first, in its language; what is in neither stands in the main one.
    let titles = |issue: &str| headings(&written.read(&format!("public/newsletter/{issue}/email.html")));
    assert_eq!(titles("second"), ["h1 Second", "h2 Seal", "h2 牡蠣", "h2 Tide"]);
    assert_eq!(titles("second-fr"), ["h1 Deuxième"]);
    assert_eq!(titles("first"), ["h1 First", "h2 Le bac", "h2 Ferry"]);
}

#[cfg(feature = "send")]
#[test]
fn each_subscriber_gets_one_edition() {
    let server = MockSmtp::start(Plan::new());
    let project = project().file("key", "a secret that is long enough\n").config(&format!(
        "editions = true\n[list]\nsecret_file = \"key\"\n[smtp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n",
        server.port()
    ));
    let list = "email,language\nnone@example.net,\nenglish@example.net,en\nbritish@example.net,en-GB\nfrench@example.net,fr\n\
                quebec@example.net,fr-CA\njapanese@example.net,ja\ngerman@example.net,de\n";
    let project = project.file("l.csv", list);
    project.run("list import l.csv").success();
    let dry = |issue: &str| project.run(&format!("send {issue} --dry-run --format json")).success().json()["recipients"].clone();
    assert_eq!(["2025-W07", "2025-W07-fr", "2025-W07-ja", "latest"].map(dry), [json!(4), json!(2), json!(1), json!(4)]);
    let subjects = || {
        let mut seen: Vec<(String, String)> = server
            .record()
            .messages
            .iter()
            .map(|seen| {
                let message = mail_parser::MessageParser::default().parse(&seen.body).unwrap();
                (seen.to.split('@').next().unwrap().to_owned(), message.subject().unwrap().to_owned())
            })
            .collect();
        seen.sort();
        seen
    };
    project.run("send 2025-W07-fr --yes").success().stderr_has("Its other editions go by themselves: 2025-W07, 2025-W07-ja");
    let french: Vec<String> = subjects().into_iter().map(|(to, _)| to).collect();
    assert_eq!(french, ["french", "quebec"]);
    // Who changes the language after that has an edition already.
    project.run("list add french@example.net --language en").success();
    assert_eq!(dry("2025-W07"), 4);
    project.run("send latest --yes").success();
    project.run("send 2025-W07-ja --yes").success();
    project.run("send 2025-W07-fr --yes").success();
    let all = subjects();
    let people: Vec<&str> = all.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(people, ["british", "english", "french", "german", "japanese", "none", "quebec"]);
    for (to, subject) in &all {
        let wanted = match to.as_str() {
            "french" | "quebec" => "février",
            "japanese" => "2025年2月",
            _ => "February",
        };
        assert!(subject.contains(wanted), "{to}: {subject}");
    }
    let report = project.run("report 2025-W07-fr --format json").success().json();
    assert_eq!((&report["recipients"], &report["sent"]), (&json!(2), &json!(2)));
    // Part of an edition's readers: still none of another's.
    project.run("list add late@example.net --language ja --tag beta").success();
    project.run("send 2025-W07-fr --yes --segment tag=beta").code(2);
}

#[test]
fn issues_are_entries_of_a_feed() {
    let project = project().config("feed = true\ncontents = true\ncontent = \"full\"\ngreeting = \"Dear {{ subscriber.name }},\"\n");
    let report = project.run("build --format json").success().json();
    let issue = "https://example.org/newsletter/2025-W07/";
    for file in ["feed.xml", "atom.xml", "feed.json"] {
        let feed = feed_rs::parser::parse(project.read(&format!("public/newsletter/{file}")).as_bytes()).unwrap();
        assert_eq!(feed.title.unwrap().content, "Newsletter – Example", "{file}");
        assert_eq!(feed.entries.len(), 1);
        let entry = &feed.entries[0];
        assert_eq!(entry.id, issue);
        assert_eq!(entry.links[0].href, issue);
        assert_eq!(entry.title.as_ref().unwrap().content, "February 10–16, 2025");
        assert_eq!(entry.published.or(entry.updated).unwrap().to_rfc3339(), "2025-02-17T00:00:00+00:00");
        let html = entry.content.as_ref().and_then(|content| content.body.clone()).unwrap();
        for wanted in ["<h2><a href=\"https://example.org/", "Seal</a></h2>", "The words of 牡蠣", "<h3 id=", "1 min read"] {
            assert!(html.contains(wanted), "{file}: no {wanted} in {html}");
        }
        // What is personal, or made for a page, is not in it.
        assert!(!html.contains("Dear") && !html.contains("class=") && !html.contains("style="), "{html}");
        let link = format!("href=\"https://example.org/newsletter/{file}\"");
        for page in ["index.html", "newsletter/index.html", "newsletter/2025-W07/index.html"] {
            let page = project.read(&format!("public/{page}"));
            let line = page.lines().find(|line| line.contains("rel=\"alternate\"") && line.contains(&link));
            assert!(line.is_some_and(|line| line.contains("title=\"Newsletter – Example")), "{page}");
        }
    }
    assert!(project.read("public/feeds.opml").contains("xmlUrl=\"https://example.org/newsletter/feed.xml\""));
    let feeds = project.files("public").iter().filter(|file| file.ends_with("feed.xml")).count();
    assert_eq!(report["feeds"], json!(feeds));
    // Only when it is asked for, in the formats that are.
    let some = Project::new()
        .file("content/a.md", entry("A", "2025-02-10", ""))
        .config("[feeds]\nformats = [\"atom\"]\nlimit = 1\n[newsletter]\nfrom = \"a@example.org\"\nmode = \"post\"\nfeed = true\n")
        .file("content/b.md", entry("B", "2025-02-11", ""));
    some.run("build").success();
    let feeds: Vec<String> = some.files("public/newsletter").into_iter().filter(|file| !file.contains('/')).collect();
    assert_eq!(feeds, ["atom.xml", "index.html"]);
    let feed = feed_rs::parser::parse(some.read("public/newsletter/atom.xml").as_bytes()).unwrap();
    assert_eq!(feed.entries.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["https://example.org/newsletter/b/"]);
}
