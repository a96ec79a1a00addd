//! Files as they come: encodings, ends of lines, commits, and where faults are told.

use crate::project::Project;
use std::process::Command;

/// Code, file, line and column of everything that was said.
fn told(report: &serde_json::Value) -> Vec<(String, String, u64, u64)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let fault = |fault: &serde_json::Value| {
        let number = |key: &str| fault[key].as_u64().unwrap_or(0);
        (text(&fault["code"]), text(&fault["file"]), number("line"), number("column"))
    };
    report["diagnostics"].as_array().unwrap().iter().map(fault).collect()
}

fn titles(project: &Project) -> Vec<String> {
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    feed["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect()
}

fn wide(text: &str, swap: bool) -> Vec<u8> {
    let bytes = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
    let mark = if swap { [0xfe, 0xff] } else { [0xff, 0xfe] };
    mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
}

#[test]
fn every_encoding_gives_the_same_entry() {
    let text = "---\r\ntitle: Été “x”\r\ndate: 2024-05-01\r\n---\r\nà\r\n";
    let latin: Vec<u8> = text
        .chars()
        .map(|c| match c {
            '“' => 0x93,
            '”' => 0x94,
            c => u8::try_from(u32::from(c)).unwrap(),
        })
        .collect();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for (bytes, config) in [
        (text.as_bytes().to_vec(), ""),
        (text.replace("\r\n", "\n").into_bytes(), ""),
        (marked, ""),
        (wide(text, false), ""),
        (wide(text, true), ""),
        (latin, "[content]\nencoding = \"windows-1252\"\n"),
    ] {
        let project = Project::new().config(config).file("content/a.md", bytes);
        project.run("build").success();
        assert_eq!(titles(&project), ["Été “x”"]);
    }
}

#[test]
fn faults_are_told_at_the_same_place_in_every_encoding() {
    let text = "---\r\nété: é\r\ndate: soon\r\n---\r\n";
    for bytes in [text.as_bytes().to_vec(), [b"\xef\xbb\xbf", text.as_bytes()].concat(), wide(text, false), wide(text, true)] {
        let project = Project::new().file("content/a.md", bytes);
        let report = project.run("build --format json").code(1).json();
        assert_eq!(told(&report), [("date-unreadable".to_owned(), "content/a.md".to_owned(), 3, 7)]);
    }
    let project = Project::new().file("content/a.md", b"---\ntitle: caf\xe9\n---\n");
    let report = project.run("build --format json").code(1).json();
    assert_eq!(told(&report), [("encoding-invalid".to_owned(), "content/a.md".to_owned(), 2, 11)]);
    assert!(report["diagnostics"][0]["message"].as_str().unwrap().contains("byte 14"), "{report}");
}

#[test]
fn what_two_entries_share_is_told_where_it_stands() {
    let project = Project::new()
        .file("content/a.md", "---\ntitle: A\nslug: same\ndate: 2024-05-01\n---\nText.\n")
        .file("content/b.md", "---\ntitle: B\ndate: 2024-05-01\nslug: same\n---\n");
    let report = project.run("build --format json").code(1).json();
    assert_eq!(told(&report), [("duplicate".to_owned(), "content/b.md".to_owned(), 4, 7)]);
}

fn git(project: &Project, date: &str, arguments: &[&str]) {
    let mut command = Command::new("git");
    for (name, value) in
        [("GIT_AUTHOR_NAME", "A"), ("GIT_COMMITTER_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@x"), ("GIT_COMMITTER_EMAIL", "a@x")]
    {
        command.env(name, value);
    }
    command.current_dir(project.path()).env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
    assert!(command.args(arguments).status().unwrap().success(), "{arguments:?}");
}

#[test]
fn dates_come_from_commits_if_they_are_asked_for() {
    let mut project = Project::new()
        .config("[content]\ngit_dates = true\n")
        .file("content/a.md", "---\ntitle: A\n---\n")
        .file("content/2024-01-01-b.md", "---\ntitle: B\n---\n")
        .file("content/c.md", "---\ntitle: C\ndate: Last Modified\n---\n");
    let report = project.run("build --format json").code(1).json();
    assert_eq!(told(&report)[0].0, "git-unreadable", "{report}");
    git(&project, "", &["init", "-q"]);
    for (day, text) in [("2024-05-01T10:00:00+02:00", ""), ("2024-06-01T10:00:00+02:00", "More.\n")] {
        project = project
            .file("content/a.md", format!("---\ntitle: A\n---\n{text}"))
            .file("content/2024-01-01-b.md", format!("---\ntitle: B\n---\n{text}"))
            .file("content/c.md", format!("---\ntitle: C\ndate: Last Modified\n---\n{text}"));
        git(&project, day, &["add", "content"]);
        git(&project, day, &["commit", "-q", "-m", "x"]);
    }
    project.run("build").success();
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let dates = |item: &serde_json::Value| {
        let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
        (text("title"), text("date_published"), text("date_modified"))
    };
    let (may, june) = ("2024-05-01T10:00:00+02:00".to_owned(), "2024-06-01T10:00:00+02:00".to_owned());
    assert_eq!(
        feed["items"].as_array().unwrap().iter().map(dates).collect::<Vec<_>>(),
        [
            ("C".to_owned(), june.clone(), june.clone()),
            ("A".to_owned(), may, june.clone()),
            ("B".to_owned(), "2024-01-01T00:00:00+00:00".to_owned(), june),
        ]
    );
}

#[test]
fn a_summary_of_chinese_lines_has_no_spaces_between_them() {
    let project = Project::new()
        .file("content/2025-03-01-a.txt", "北京的春天\n\n今天天气很好，\n我们去公园散步。\nHello\n树上开满了花。\n")
        .file("content/2025-03-02-b.txt", "A title\n\nOne short line\nand another.\n");
    project.run("build").success();
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let summaries: Vec<&str> = feed["items"].as_array().unwrap().iter().map(|item| item["summary"].as_str().unwrap()).collect();
    assert_eq!(summaries, ["One short line and another.", "今天天气很好，我们去公园散步。 Hello 树上开满了花。"]);
}
