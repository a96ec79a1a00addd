//! Issues as people see them: headless Chromium opens the message and the page of each at the widths of a telephone, a mail
//! program and a desktop, light and dark. Nothing scrolls sideways, nothing is cut off, all can be read.

use crate::golden::{copy, publication};
use crate::project::Project;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// A telephone, a narrow window, what `docs/images/` shows, a desktop.
const WIDTHS: [u32; 4] = [320, 600, 680, 1200];
/// One browser is enough for a small machine.
static BROWSER: Mutex<()> = Mutex::new(());

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is wrong in a page at one width.
#[derive(serde::Deserialize)]
struct Seen {
    page: String,
    width: u32,
    look: String,
    /// What the page was told about the scheme.
    dark: bool,
    faults: Vec<String>,
}

/// Opens the pages of a built publication with `tests/browser/look.mjs`; `pictures` are files of the site that are not in
/// its folder, by their path. With `TIDINGS_SHOTS`, a folder, pictures of all pages are left there,
/// of which `docs/images/` has two.
fn look(project: &Project, origin: &str, pages: &[String], pictures: BTreeMap<String, PathBuf>, name: &str) -> Vec<Seen> {
    let _one = BROWSER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let modules = root().join("target/browser");
    std::fs::create_dir_all(&modules).unwrap();
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(root().join("tests/browser").join(file), modules.join(file)).unwrap();
    }
    run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]).current_dir(&modules));
    let shots = std::env::var_os("TIDINGS_SHOTS").map(|folder| PathBuf::from(folder).join(name));
    let request = serde_json::json!({
        "folder": project.path().join("public"), "origin": origin, "pages": pages, "files": pictures, "widths": WIDTHS, "shots": shots,
    });
    let file = project.path().join("request.json");
    std::fs::write(&file, request.to_string()).unwrap();
    let seen: Vec<Seen> =
        serde_json::from_slice(&run(Command::new("node").arg(root().join("tests/browser/look.mjs")).arg(&file).current_dir(&modules)))
            .unwrap();
    assert!(seen.iter().all(|seen| seen.dark == (seen.look == "dark")), "the browser does not obey");
    seen
}

#[track_caller]
fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The pages of a built publication: of each issue its message and its page in the archive, and the list of issues.
fn pages(project: &Project) -> Vec<String> {
    let files = project.files("public/newsletter");
    files.iter().filter(|file| file.ends_with(".html")).map(|file| format!("/newsletter/{file}")).collect()
}

#[track_caller]
fn assert_seen(seen: &[Seen], pages: usize) {
    // Each page light and dark, and each message without its <style>; of the pages half less the list are messages.
    assert_eq!(seen.len(), WIDTHS.len() * (pages * 2 + (pages - 1) / 2), "not all was looked at");
    let faults: Vec<String> = seen
        .iter()
        .flat_map(|seen| seen.faults.iter().map(move |fault| format!("{} at {} px, {}: {fault}", seen.page, seen.width, seen.look)))
        .collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
#[ignore = "needs chromium, node and npm"]
fn the_example_publication_is_seen_whole() {
    let project = publication();
    project.run("build --now 2026-10-02T00:00:00Z").success();
    let pages = pages(&project);
    assert_eq!(pages.len(), 7);
    let picture = ("/2026/09/tide-tables/harbour.png".to_owned(), root().join("content/tide-tables/harbour.png"));
    assert_seen(&look(&project, "https://quay.example", &pages, [picture].into(), "quay"), 7);
}

/// `tests/browser/hard` with changes to its configuration.
fn hard(changes: &[(&str, &str)], name: &str) {
    let folder = root().join("tests/browser/hard");
    let project = Project::empty();
    copy(&folder, project.path());
    copy(&root().join("content/tide-tables/harbour.png"), &project.path().join("static/harbour.png"));
    let mut config = project.read("tidings.toml");
    for (from, to) in changes {
        assert!(config.contains(from), "{from}");
        config = config.replace(from, to);
    }
    let project = project.file("tidings.toml", config);
    project.run("build").success();
    let pictures =
        project.files("static").into_iter().map(|file| (format!("/{file}"), project.path().join("static").join(&file))).collect();
    let pages = pages(&project);
    assert_seen(&look(&project, "https://hard.example", &pages, pictures, name), pages.len());
}

#[test]
#[ignore = "needs chromium, node and npm"]
fn hard_content_fits_in_editions() {
    hard(&[], "editions");
}

#[test]
#[ignore = "needs chromium, node and npm"]
fn hard_content_fits_in_one_issue() {
    hard(
        &[("editions = true", "editions = false"), ("group = \"tag\"\n", ""), ("\"github\"", "\"ocean-dark\""), ("#ffe14d", "#1a0033")],
        "one",
    );
}

#[test]
#[ignore = "needs chromium, node and npm"]
fn hard_summaries_fit() {
    hard(&[("editions = true", "editions = false"), ("\"full\"", "\"summary\""), ("language = \"en\"", "language = \"ar\"")], "summaries");
}

#[test]
#[ignore = "needs chromium, node and npm"]
fn hard_posts_fit() {
    hard(&[("period = \"all\"", "mode = \"post\""), ("group = \"tag\"\n", ""), ("editions = true", "editions = false")], "posts");
}

#[test]
#[ignore = "needs chromium, node and npm"]
fn a_hard_letter_fits() {
    hard(&[("period = \"all\"", "mode = \"written\""), ("group = \"tag\"\n", "")], "letter");
}
