//! Faults in the user's files: all of them told at once, each at its place, and nothing written.

use crate::project::{Project, SITE};

#[test]
fn all_faults_are_told_at_once_and_nothing_is_written() {
    let project = Project::new()
        .file("content/a.md", "---\ntitle: A\ndate: someday\n---\nx\n")
        .file("content/b.md", "+++\ntitle = \"B\"\n")
        .file("content/c.md", "---\ntitle: C\ndate: 2025-01-01\nslug: ../../x\n---\nx\n")
        .file("content/d.md", b"---\ntitle: D\ndate: 2025-01-01\n---\ncaf\xe9\n")
        .file("content/e.md", "---\ntitle: E\ndate: 2025-01-01\n---\nx\n");
    let run = project.run("build --format json").code(1);
    let report = run.json();
    let found: Vec<(String, String, Option<u64>, Option<u64>)> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            let text = |key: &str| fault[key].as_str().unwrap_or_default().to_owned();
            (text("file"), text("code"), fault["line"].as_u64(), fault["column"].as_u64())
        })
        .collect();
    let expected = [
        ("content/a.md", "date-unreadable", 3, 7),
        ("content/b.md", "front-matter-unclosed", 1, 1),
        ("content/c.md", "permalink-refused", 4, 7),
        ("content/d.md", "encoding-invalid", 5, 4),
    ];
    assert_eq!(
        found,
        expected.map(|(file, code, line, column)| (file.to_owned(), code.to_owned(), Some(line), Some(column))),
        "{report:#}"
    );
    assert!(!project.path().join("public").exists());
}

#[test]
fn a_failed_build_leaves_the_old_output_as_it_was() {
    let project = Project::new().file("content/a.md", "---\ntitle: A\ndate: 2025-01-01\n---\nx\n");
    project.run("build").success();
    let before = project.read("public/feed.xml");
    let project = project.file("content/b.md", "---\ntitle: [\n---\nx\n");
    project.run("build").code(1).stderr_has("content/b.md:").stderr_has("1 error");
    assert_eq!(project.read("public/feed.xml"), before);
}

#[test]
fn keep_going_publishes_the_rest_and_still_says_no() {
    let project = Project::new()
        .file("content/a.md", "---\ntitle: A\ndate: 2025-01-01\n---\nx\n")
        .file("content/b.md", "---\ntitle: B\ndate: nope\n---\nx\n");
    project.run("build --keep-going").code(1);
    let feed = project.read("public/feed.xml");
    assert!(feed.contains("<title>A</title>") && !feed.contains("<title>B</title>"), "{feed}");
}

#[test]
fn two_entries_at_one_address_are_one_error_that_names_both() {
    let text = "---\ntitle: Same\nslug: same\ndate: 2025-01-01\n---\nx\n";
    let project = Project::new().file("content/a.md", text).file("content/b.md", text);
    let report = project.run("build --format json").code(1).json();
    let faults = report["diagnostics"].as_array().unwrap();
    assert_eq!(faults.len(), 1, "{report:#}");
    assert_eq!(faults[0]["code"], "duplicate");
    assert_eq!(faults[0]["file"], "content/b.md");
    assert!(faults[0]["message"].as_str().unwrap().contains("content/a.md"));
}

#[test]
fn the_configuration_is_told_with_carets_and_suggestions() {
    let project = Project::new()
        .file("tidings.toml", "[site]\ntitel = \"X\"\nurl = \"example.org\"\ntimezone = \"Europe/Pari\"\n\n[feeds]\nlimit = \"many\"\n");
    let expected = "\
error[config-missing]: `site.title` is missing
--> tidings.toml
 = help: add `title = \"…\"` under [site], or give --title

error[config-unknown-key]: `site.titel` is not a key that tidings knows
 --> tidings.toml:2:1
  |
2 | titel = \"X\"
  | ^^^^^
  |
  = help: did you mean `title`?

error[config-value]: `site.url` is not a URL that works: it doesn't begin with https:// or http://
 --> tidings.toml:3:7
  |
3 | url = \"example.org\"
  |       ^^^^^^^^^^^^^
  |
  = help: write it whole, such as https://example.org/

error[config-value]: `site.timezone` knows no zone `Europe/Pari`
 --> tidings.toml:4:12
  |
4 | timezone = \"Europe/Pari\"
  |            ^^^^^^^^^^^^^
  |
  = help: did you mean `Europe/Paris`?

error[config-value]: `feeds.limit` should be a whole number, 0 or more
 --> tidings.toml:7:9
  |
7 | limit = \"many\"
  |         ^^^^^^
  |
  = help: write it without quotes, such as 50

5 errors
";
    project.run("build").code(1).stderr(expected);
}

#[test]
fn without_configuration_or_flags_the_program_cannot_run() {
    let project = Project::empty();
    project.run("build").code(2).stderr_has("there is no tidings.toml here");
    let report = project.run("build --format json").code(2).json();
    assert_eq!(report["error"], "there is no tidings.toml here");
    project.run("build --nonsense").code(2).stderr_has("--nonsense");
    assert_eq!(project.run("build --nonsense --format json").code(2).json()["version"], 1);
    project.run("build --content a --url https://example.org").code(2).stderr_has("`tidings init`, or give --title, too");
    project.run("build --content a").code(2).stderr_has("or give --url and --title, too");
    project.run("send latest").code(2).stderr_has("make one with `tidings init`\n");
}

#[test]
fn a_beginners_mistakes_are_told_in_plain_words() {
    let help =
        |config: &str| Project::empty().file("tidings.toml", config).run("build --format json").code(1).json()["diagnostics"].clone();
    let found = help("title = \"T\"\nurl = \"https://example.org\"\n");
    assert_eq!(found[1]["help"], "write it below a line `[site]`", "{found}");
    let found =
        help("[site]\ntitle = \"T\"\nurl = \"https://example.org\"\nlanguage = \"english\"\n[feeds]\nformats = [\"rss\", \"jsn\"]\n");
    assert_eq!(
        (&found[0]["message"], &found[1]["message"]),
        (&"`site.language` can't be `english`".into(), &"`feeds.formats` names `jsn`, which is no format".into(),)
    );
    Project::empty().run("init --language english").code(2).stderr_has("--language: `english` is no language");
}

#[test]
fn warnings_that_say_the_same_are_a_line_each_from_the_sixth_on() {
    let files = (1..=8).fold(Project::new(), |project, at| project.file(&format!("content/n{at}.md"), "---\ntitle: N\n---\nText.\n"));
    let run = files.run("build").success();
    let helps = run.stderr.matches("= help: add `date:").count();
    assert_eq!((helps, run.stderr.matches("warning[date-missing]").count()), (5, 8), "{}", run.stderr);
    run.stderr_has("\nwarning[date-missing]: content/n8.md:1:1: the entry has no date, so it comes after all others\n\n8 warnings\n");
}

#[test]
fn a_misspelt_field_is_told_where_the_file_lacks_it() {
    let project = Project::new()
        .file("content/a.md", "---\ntitel: A\ndates: 2025-01-01\nmood: calm\nauther: Ann\n---\nText.\n")
        .file("content/b.md", "+++\ntitle = \"B\"\ntitles = \"B\"\ndate = 2025-01-01\ndata = 1\n+++\nText.\n")
        .file("content/2025-01-02-c.md", "Titel: C\nDate: 2025-01-02\n\nText.\n");
    let expected = "\
warning[field-misspelt]: tidings knows no field `titel`, and there is no `title`
 --> content/2025-01-02-c.md:1:1
  |
1 | Titel: C
  | ^^^^^
  |
  = help: did you mean `title`?
";
    project.run("build").success().stderr_has(expected);
    let report = project.run("build --format json").success().json();
    let told = report["diagnostics"].as_array().unwrap().iter();
    let told: Vec<String> =
        told.map(|fault| format!("{}:{}:{} {}", fault["file"], fault["line"], fault["column"], fault["code"]).replace('"', "")).collect();
    assert_eq!(
        told,
        [
            "content/2025-01-02-c.md:1:1 field-misspelt",
            "content/a.md:2:1 field-misspelt",
            "content/a.md:3:1 field-misspelt",
            "content/a.md:5:1 field-misspelt",
            "content/a.md:1:1 date-missing",
        ]
    );
}

/// Each file that was read is in the sum.
#[test]
fn what_was_left_out_adds_up() {
    let entry = |more: &str| format!("---\ntitle: A\ndate: 2025-01-01\n{more}---\nText.\n");
    Project::new()
        .file("content/_index.md", "---\ntitle: Home\n---\n")
        .file("content/a.md", entry(""))
        .file("content/b.md", entry("draft: true\n"))
        .file("content/c.md", entry("unlisted: true\n"))
        .run("build")
        .success()
        .stdout_has("Read 4 files, published 1 entry (left out: 1 draft, 2 no entries): ");
}

#[test]
fn an_entry_without_any_text_is_told() {
    let project = Project::new()
        .file("content/2025-01-01-a.md", "---\ntitle: A\n---\n\n")
        .file("content/2025-01-02-b.md", "---\ntitle: B\nsummary: Short.\n---\n")
        .file("content/2025-01-03-c.md", "---\ntitle: C\ndraft: true\n---\n")
        .file("content/2025-01-04-d.md", "---\ntitle: D\nimage: /d.png\n---\n");
    let found = project.run("build --format json").success().json()["diagnostics"].clone();
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["code"], &found[0]["file"]),
        (1, &"entry-empty".into(), &"content/2025-01-01-a.md".into())
    );
}

#[test]
fn flags_alone_name_files_as_they_were_given_and_write_an_entry() {
    let project = Project::empty().file("posts/a.md", "---\ntitle: A\n---\ntext\n");
    let build = ["build", "--content", "posts", "--url", "https://example.org", "--title", "T"];
    project.run_words(&build).success().stderr_has("--> posts/a.md:1:1");
    project.run_words(&["new", "--content", "posts", "B"]).success().stdout_has("posts/2026-01-01-b.md");
    project.run_words(&["new", "B"]).code(2).stderr_has("or give --content\n");
}

#[test]
fn a_missing_content_folder_is_said() {
    Project::empty().file("tidings.toml", SITE).run("build").code(2).stderr_has("content folder");
}

#[test]
fn a_podcast_is_read_and_its_mistakes_are_told() {
    let bad = Project::new().config(
        "[podcast]\ncategory = \"Art > Books\"\ntype = \"daily\"\nguid = \"x\"\nowner = { name = \"Ann\" }\nimage = \"ftp://x/\"\nlock = true\n",
    );
    let run = bad.run("build --format json").code(1).json();
    let told: Vec<&str> = run["diagnostics"].as_array().unwrap().iter().map(|fault| fault["message"].as_str().unwrap()).collect();
    assert_eq!(told.len(), 6, "{told:#?}");
    assert!(run.to_string().contains("did you mean `Arts > Books`?"), "{run}");
}

#[test]
fn what_directories_of_podcasts_refuse_is_told() {
    let png = |width: u32, height: u32| {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes().into_iter().chain(height.to_be_bytes()));
        bytes.extend([8, 2, 0, 0, 0]);
        bytes
    };
    let project = |podcast: &str, size: (u32, u32)| {
        Project::new()
            .config(&format!("[content]\nstatic = \"static\"\n[podcast]\n{podcast}"))
            .file("static/cover.png", png(size.0, size.1))
            .file("content/a/index.md", "---\ntitle: A\ndate: 2024-01-01\naudio: a b.mp3\n---\n")
            .file("content/a/a b.mp3", [0_u8; 7])
    };
    let codes = |project: &Project| -> Vec<String> {
        let report = project.run("build --format json").success().json();
        let told = |fault: &serde_json::Value| format!("{} {}", fault["code"].as_str().unwrap(), fault["file"].as_str().unwrap());
        report["diagnostics"].as_array().unwrap().iter().map(told).collect()
    };
    let whole = "category = \"Arts\"\nimage = \"/cover.png\"\n";
    assert_eq!(codes(&project("", (1400, 1400))), ["podcast-incomplete tidings.toml"]);
    assert_eq!(codes(&project(whole, (1400, 1200))), ["podcast-image static/cover.png"]);
    assert_eq!(codes(&project(whole, (3001, 3001))), ["podcast-image static/cover.png"]);
    let good = project(whole, (3000, 3000));
    assert_eq!(codes(&good), [""; 0]);
    assert!(good.read("public/feed.xml").contains("url=\"https://example.org/2024/01/a/a%20b.mp3\" length=\"7\" type=\"audio/mpeg\""));
}

#[test]
fn help_says_what_each_argument_is() {
    let project = Project::empty();
    let own = ["", "init", "new", "build", "list", "send", "report"].map(str::to_owned);
    let of_list = ["import", "export", "add", "remove", "suppress", "unsuppress", "show"].map(|name| format!("list {name}"));
    for command in own.iter().chain(&of_list) {
        let help = project.run(&format!("{command} --help")).success().stdout;
        let lines: Vec<&str> = help.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.trim_start().starts_with(['-', '<', '['])) {
            let is_argument = line.starts_with("  ")
                && !line.trim_start().starts_with("[default")
                && !line.trim_start().starts_with("[env")
                && !line.trim_start().starts_with("[possible")
                && !line.starts_with("          ");
            assert!(!is_argument || line.contains("  Print") || !lines[at + 1].trim().is_empty(), "{command}: {line:?} in\n{help}");
        }
        let general = help.find("With every command:").unwrap_or_else(|| panic!("{help}"));
        assert!(help.find("--config").is_some_and(|at| at > general), "its own come first: {help}");
    }
    project.run("build --limit abc").code(2).stderr_has("invalid value 'abc' for '--limit <N>': it should be a whole number, such as 50");
}

/// What is wrong with a flag is no fault of the files.
#[test]
fn a_flag_s_value_is_a_matter_of_usage() {
    let project = Project::new().file("content/a.md", "---\ntitle: A\ndate: 2024-01-01\n---\n");
    for flag in [
        &["--ids", "foo"][..],
        &["--language", "!!"],
        &["--timezone", "Mars/X"],
        &["--permalink", ""],
        &["--url", "https://example.org/?x=1"],
        &["--limit", "abc"],
    ] {
        let run = project.run_words(&[&["build"], flag].concat()).code(2);
        assert!(run.stderr.contains(flag[0]), "{}", run.stderr);
    }
}

#[test]
fn writing_that_is_not_read_is_told() {
    let project = Project::new()
        .file("content/a.md", "# A\n")
        .file("content/posts/b.rst", "B\n=\n")
        .file("content/posts/c.rst", "C\n=\n")
        .file("content/d.Org", "* D\n");
    let report = project.run("build --format json").success().json();
    let told: Vec<String> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|fault| fault["code"] == "format-unread")
        .map(|fault| format!("{}: {}", fault["file"].as_str().unwrap(), fault["message"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            "content/d.Org: tidings doesn't read .org, so 1 file here is in no feed",
            "content/posts/b.rst: tidings doesn't read .rst, so 2 files here are in no feed"
        ]
    );
}
