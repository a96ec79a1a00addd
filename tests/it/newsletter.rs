//! Issues of the newsletter, as `tidings build` writes them; messages are re-read by an independent parser.

use crate::project::Project;
use mail_parser::{MessageParser, MimeHeaders};

fn project() -> Project {
    Project::new()
        .config("timezone = \"Europe/Paris\"\n\n[newsletter]\nfrom = \"Example News <news@example.org>\"\nreply_to = \"desk@example.org\"\npostal_address = \"1 Main Street\"\n")
        .file("content/a.md", "---\ntitle: Café & <b>Böller</b>\ndate: 2025-02-10\n---\nHello *you*, see [the page](/page/).\n")
        .file("content/b.md", "---\ntitle: Second\ndate: 2025-02-16 23:30\n---\nText.\n")
        .file("content/c.md", "---\ntitle: Third\ndate: 2025-02-17\n---\nText.\n")
        .file("content/old.md", "---\ntitle: Old\ndate: 2024-12-30\n---\nText.\n")
}

fn issues(project: &Project, arguments: &str) -> Vec<String> {
    let report = project.run(&format!("build --format json {arguments}")).success().json();
    report["issues"].as_array().unwrap().iter().map(|issue| issue.as_str().unwrap().to_owned()).collect()
}

#[test]
fn weeks_that_are_over_become_issues_in_the_sites_zone() {
    let project = project();
    // In Paris the week ends an hour before it does in UTC.
    assert_eq!(issues(&project, "--now 2025-02-16T22:59:59Z"), ["2025-W01"]);
    assert_eq!(issues(&project, "--now 2025-02-16T23:00:00Z"), ["2025-W07", "2025-W01"]);
    assert_eq!(issues(&project, "--now 2026-01-01T00:00:00Z"), ["2025-W08", "2025-W07", "2025-W01"]);
    let page = project.read("public/newsletter/2025-W07/index.html");
    assert!(page.contains("Second") && !page.contains("Third") && !page.contains("Old"), "{page}");
    let files: Vec<String> =
        project.files("public/newsletter").into_iter().filter(|file| file.starts_with("2025-W07/") || !file.contains('/')).collect();
    assert_eq!(files, ["2025-W07/email.html", "2025-W07/email.txt", "2025-W07/index.html", "2025-W07/message.eml", "index.html"]);
}

#[test]
fn months_and_everything_are_periods_too() {
    let month = project().config("period = \"monthly\"\n");
    assert_eq!(issues(&month, "--now 2025-03-01T00:00:00Z"), ["2025-02", "2024-12"]);
    let all = project().config("period = \"all\"\n");
    assert_eq!(issues(&all, ""), ["all"]);
}

#[test]
fn the_message_is_whole_for_an_independent_reader() {
    let project = project();
    project.run("build").success();
    let bytes = project.read("public/newsletter/2025-W07/message.eml");
    let message = MessageParser::default().parse(bytes.as_bytes()).unwrap();
    let header = |name: &str| message.header_raw(name).unwrap_or_else(|| panic!("no {name}")).trim().to_owned();
    assert_eq!(message.from().unwrap().first().unwrap().name(), Some("Example News"));
    assert_eq!(message.reply_to().unwrap().first().unwrap().address(), Some("desk@example.org"));
    assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert!(header("List-Unsubscribe").starts_with("<https://example.org/unsubscribe?t="));
    assert_eq!(message.date().unwrap().to_rfc3339(), "2025-02-17T00:00:00+01:00");
    assert!(message.message_id().unwrap().ends_with("@example.org"));
    let parts: Vec<_> = message
        .parts
        .iter()
        .map(|part| part.content_type().map(|kind| kind.ctype().to_owned() + "/" + kind.subtype().unwrap_or("")))
        .collect();
    assert_eq!(parts.iter().flatten().collect::<Vec<_>>(), ["multipart/alternative", "text/plain", "text/html"]);
    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    assert!(text.contains("Café & Böller") && text.contains("1 Main Street"), "{text}");
    assert!(html.contains("Café &amp; Böller") && html.contains("1 Main Street"), "{html}");
    assert!(bytes.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
}

#[test]
fn a_wrong_newsletter_is_told_where_it_is_wrong() {
    let project = Project::new()
        .config("[newsletter]\nfrom = \"nobody\"\nmode = \"weekly\"\naccent = \"red\"\ngreeting = \"Hi {{ nobody.name }}\"\n");
    let report = project.file("content/a.md", "x").run("build --format json").code(1).json();
    let lines: Vec<_> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["line"].as_u64().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    assert_eq!(lines, [5, 6, 7, 8].map(|line| (line, "config-value")), "{report:#}");
}

#[test]
fn each_post_is_an_issue() {
    let project =
        project().config("mode = \"post\"\n").file("content/no.md", "---\ntitle: No\ndate: 2025-02-18\nnewsletter: false\n---\nText.\n");
    assert_eq!(issues(&project, ""), ["c", "b", "a", "old"]);
    let text = project.read("public/newsletter/a/email.txt");
    assert!(text.contains("Hello you, see the page [1].\n\n[1] https://example.org/page/\n"), "{text}");
    let list = project.read("public/newsletter/index.html");
    assert!(list.contains("<a href=\"https://example.org/newsletter/a/\">Café &#38; Böller</a>"), "{list}");
    let marked = project
        .config("entries = \"marked\"\n")
        .file("content/yes.md", "---\ntitle: Yes\ndate: 2025-02-19\nnewsletter: true\n---\nText.\n");
    assert_eq!(issues(&marked, ""), ["yes"]);
}

/// Whatever a post is called, in letters of any script and at any length, its message can be made.
#[test]
fn a_post_of_any_name_is_an_issue() {
    let long = "雨".repeat(80);
    let names = ["café-crêpes", "день-1", long.as_str(), "a: b"];
    let project = names.iter().fold(Project::new().config("[newsletter]\nmode = \"post\"\n"), |project, name| {
        project.file(&format!("content/{name}.md"), "---\ntitle: One\ndate: 2025-02-01\n---\nText.\n")
    });
    let built = project.run("build --format json").success().json();
    assert_eq!((built["issues"].as_array().unwrap().len(), &built["diagnostics"]), (4, &serde_json::json!([])));
    let ids = built["issues"].as_array().unwrap();
    for id in ids {
        let message = project.read(&format!("public/newsletter/{}/message.eml", id.as_str().unwrap()));
        assert!(message.is_ascii() && message.contains("\r\nFeedback-ID: "), "{id}");
    }
}

#[test]
fn headings_of_posts_and_letters_follow_the_issue_s_title() {
    let headings = |html: &str| -> Vec<String> {
        html.split("<h").skip(1).filter_map(|rest| rest.get(..1)).filter(|level| level.parse::<u8>().is_ok()).map(str::to_owned).collect()
    };
    let post = Project::new()
        .config("[newsletter]\nmode = \"post\"\n")
        .file("content/a.md", "---\ntitle: A\ndate: 2025-02-10\n---\n## B\n\n### C\n");
    post.run("build").success();
    let letter = Project::new()
        .config(WRITTEN)
        .file("content/a.md", "---\ntitle: A\ndate: 2025-02-10\n---\n## B\n")
        .file("issues/1.md", "---\ntitle: One\ndate: 2025-03-01\ncontent: full\n---\n### Before\n\n{{ entries }}\n\n## After\n");
    letter.run("build").success();
    for file in ["email.html", "index.html"] {
        assert_eq!(headings(&post.read(&format!("public/newsletter/a/{file}"))), ["1", "2", "3"], "{file}");
        assert_eq!(headings(&letter.read(&format!("public/newsletter/1/{file}"))), ["1", "2", "2", "3", "2"], "{file}");
    }
}

#[test]
fn two_posts_of_one_name_are_an_error_that_names_both() {
    let post = |day: u8| format!("---\ntitle: A\ndate: 2025-0{day}-10\nslug: a\n---\nText.\n");
    let project = Project::new().config("[newsletter]\nmode = \"post\"\n").file("content/1.md", post(1)).file("content/2.md", post(2));
    project.run("build").code(1).stderr_has("the issue `a` is also that of content/1.md");
}

const WRITTEN: &str = "[newsletter]\nmode = \"written\"\n";

fn entry(title: &str, date: &str) -> String {
    format!("---\ntitle: {title}\ndate: {date}\n---\nAbout {title}.\n")
}

#[test]
fn a_written_issue_stands_around_what_was_published_since_the_last() {
    let letter = |date: &str, body: &str| {
        format!("---\ntitle: Letter for {{{{ subscriber.name | default(\"you\") }}}}\nsubject: Spring\ndate: {date}\n---\n{body}\n")
    };
    let project = Project::new()
        .config(WRITTEN)
        .file("content/old.md", entry("Old", "2025-01-10"))
        .file("content/new.md", entry("New", "2025-02-10"))
        .file("content/next.md", entry("Next", "2025-03-10"))
        .file("issues/1.md", letter("2025-02-01", "First.\n\n{{ entries }}\n"))
        .file(
            "issues/2.md",
            letter("2025-03-01", "Dear {{ subscriber.name }},\n\n*this* is [new](/x/):\n\n{{ entries }}\n\n## And then\n\nBye."),
        )
        .file("issues/later.md", letter("2099-01-01", "Not yet."))
        .file("issues/draft.md", "---\ntitle: D\ndraft: true\ndate: 2025-01-01\n---\nNo.\n");
    assert_eq!(issues(&project, ""), ["2", "1"]);
    let text = project.read("public/newsletter/2/email.txt");
    let parts: Vec<Option<usize>> = [
        "Letter for you",
        "Dear reader",
        "this is new [1]:",
        "[1] https://example.org/x/",
        "\nNew\n===\n",
        "About New.",
        "And then\n---",
        "Bye.\n",
    ]
    .iter()
    .map(|part| text.find(part).or_else(|| panic!("no {part:?} in:\n{text}")))
    .collect();
    assert!(parts.is_sorted(), "{text}");
    assert!(!text.contains("Old") && !text.contains("Next") && !text.contains("{{"), "{text}");
    let page = project.read("public/newsletter/2/index.html");
    // The page is for everyone.
    assert!(page.contains("Dear reader,") && page.contains(">Letter for you</h1>") && !page.contains("{{"), "{page}");
    let message = project.read("public/newsletter/2/message.eml");
    assert_eq!(MessageParser::default().parse(message.as_bytes()).unwrap().subject(), Some("Spring"));
    assert!(project.read("public/newsletter/1/email.html").contains("About Old."));
    assert!(!project.read("public/feed.xml").contains("Letter"));
}

#[test]
fn a_written_issue_chooses_its_entries_in_its_order() {
    let project = Project::new()
        .config(WRITTEN)
        .file("content/a.md", entry("Aleph", "2025-01-10"))
        .file("content/b.md", entry("Beth", "2025-02-10"))
        .file("content/c.md", entry("Gimel", "2025-02-11"))
        .file("issues/1.md", "---\ntitle: Best of\ndate: 2025-03-01\nentries: [b.md, a]\ncontent: summary\n---\nHello.\n");
    project.run("build").success();
    let text = project.read("public/newsletter/1/email.txt");
    let place = |word: &str| text.find(word);
    assert!(place("Hello.") < place("Beth") && place("Beth") < place("Aleph") && place("Gimel").is_none(), "{text}");
}

#[test]
fn what_a_written_issue_can_t_have_is_told_where_it_stands() {
    let project = Project::new()
        .config(WRITTEN)
        .file("content/a.md", entry("A", "2025-01-10"))
        .file("content/b/low-water.md", entry("B", "2025-01-11"))
        .file(
            "issues/1.md",
            "---\ntitle: One\ndate: 2025-03-01\nentries: [nothing-here, low-wate, b/low-watr.md]\n---\nHello {{ subscriber.email }}.\n",
        )
        .file("issues/2.md", "---\ntitle: Two\n---\nHello.\n");
    let run = project.run("build").code(1);
    for part in ["entry-unknown", "issues/1.md:4:11", "placeholder-unknown", "issues/1.md:6:7", "issue-undated", "issues/2.md"] {
        assert!(run.stderr.contains(part), "no {part} in:\n{}", run.stderr);
    }
    run.stderr_has("did you mean `low-water`?")
        .stderr_has("did you mean `b/low-water.md`?")
        .stderr_has("or by the last part of its address");
}

#[test]
fn a_digest_of_ten_summaries_is_light() {
    let picture = [b"GIF89a", &[0xb0, 4, 0x58, 2][..], b"\0\0\0"].concat();
    let mut project = Project::new().config("[newsletter]\nperiod = \"all\"\npostal_address = \"1 Main Street\\nExample\"\n");
    for day in 10..20 {
        let summary = "Every morning the harbour master chalks four lines on the board, and they decide when the ferry sails. ".repeat(4);
        let head = format!("title: What the tide table says of day {day}\ndate: 2025-02-{day}\nauthors: [Ada Lovelace]\nimage: {day}.gif");
        project = project
            .file(&format!("content/{day}.md"), format!("---\n{head}\nsummary: {summary}\n---\nText.\n"))
            .file(&format!("content/{day}.gif"), &picture);
    }
    project.run("build").success().stderr("");
    let bytes = project.read("public/newsletter/all/message.eml");
    let html = MessageParser::default().parse(bytes.as_bytes()).unwrap().body_html(0).unwrap().into_owned();
    let count = |text: &str| html.matches(text).count();
    assert_eq!((count("ferry sails"), count("width=\"536\" height=\"268\""), count(">Read on</a>")), (10 * 4, 10, 10), "{html}");
    assert!(html.len() <= 40_000, "{} bytes", html.len());
}
