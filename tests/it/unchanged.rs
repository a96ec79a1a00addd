//! What a build leaves alone, and that it makes the same of the same whatever number of threads it has.

use crate::project::Project;
use std::fmt::Write;
use std::path::Path;
use std::time::SystemTime;

/// Each file and folder below `root` with its time of change and, where there are any, its number on the disk: a file that
/// is written anew has another one, whatever its time.
fn state(root: &Path) -> Vec<(String, SystemTime, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let data = std::fs::symlink_metadata(&path).unwrap();
            found.push((path.to_string_lossy().into_owned(), data.modified().unwrap(), number(&data)));
            if data.is_dir() {
                folders.push(path);
            }
        }
    }
    found.push((root.to_string_lossy().into_owned(), std::fs::metadata(root).unwrap().modified().unwrap(), 0));
    found.sort();
    found
}

#[cfg(unix)]
fn number(data: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(data)
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> u64 {
    0
}

#[test]
fn a_rebuild_with_nothing_changed_writes_no_file() {
    let config = "author = \"Ann\"\n[feeds]\nlimit = 0\nauthors = true\nsections = true\nlanguages = true\n[newsletter]\nfrom = \"news@example.org\"\nperiod = \"monthly\"\npostal_address = \"1 Street\"\n";
    let mut project = Project::new().config(config);
    for number in 1..30 {
        let text = format!("---\ntitle: T{number}\ndate: 2025-01-{number:02}\ntags: [t{}, Été]\n---\nHello [*you*](b.md).\n", number % 3);
        project = project.file(&format!("content/notes/{number}.md"), text);
    }
    project.run("build").success();
    let public = project.path().join("public");
    let before = state(&public);
    assert!(before.len() > 30, "{before:?}");
    let again = project.run("build").success();
    assert!(again.stdout.contains("\nFiles: 0 written, "), "{}", again.stdout);
    assert_eq!(state(&public), before, "not even a folder was touched");

    // One more entry of January: only what holds it is written.
    let project = project.file("content/notes/30.md", "---\ntitle: T30\ndate: 2025-01-30\ntags: [t0]\n---\nNew.\n");
    project.run("build").success();
    let after = state(&public);
    let is_same = |path: &str| before.iter().find(|(old, ..)| old.ends_with(path)) == after.iter().find(|(new, ..)| new.ends_with(path));
    for (path, same) in [("public/feed.xml", false), ("tags/t0/atom.xml", false), ("tags/t1/atom.xml", true), ("public/feed.css", true)] {
        assert_eq!(is_same(path), same, "{path}");
    }
}

/// Heads are read in portions of some thousand, documents are made several at a time, and entries that don't fit are made
/// again: none of it shows.
#[test]
fn one_thread_and_many_make_the_same_bytes() {
    let mut project = Project::new().config("[feeds]\nlimit = 30\nformats = [\"rss\", \"json\"]\n");
    for number in 0..4500 {
        let mut text =
            format!("---\ntitle: T{number}\ndate: 20{:02}-01-01\ntags: [t{}, \"{}\"]\n---\n", number % 25, number % 40, number % 7);
        let _ = writeln!(text, "Hello *{number}*.");
        project = project.file(&format!("content/{}/{number}.md", number % 9), text);
    }
    let build = |threads: &str| {
        let out = format!("public-{threads}");
        let run = project.command(&["build", "--output", &out]).env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(run.status.success(), "{run:?}");
        project.files(&out).into_iter().map(|path| (project.read(&format!("{out}/{path}")), path)).collect::<Vec<_>>()
    };
    let one = build("1");
    assert_eq!(one.len(), 4 + 2 * (1 + 40 + 7));
    assert!(one == build("4"), "the files differ");
}
