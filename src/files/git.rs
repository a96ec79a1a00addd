//! When files came into a repository and when they changed last: one `git log` for a whole folder.

use chrono::{DateTime, FixedOffset};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;
use std::process::Command;

/// The first and the last commit of each file, by its path below the folder.
pub type History = BTreeMap<String, (DateTime<FixedOffset>, DateTime<FixedOffset>)>;

/// Why there is no history, or what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitFault {
    /// There is no program `git`.
    Missing,
    /// It said no; in its words.
    Refused(String),
    /// The repository was cloned without its older commits (`fetch-depth`), so that the dates would be wrong.
    Shallow,
}

/// Reads the history of the files below `folder`. Of a file that was renamed it begins under its old name.
pub fn read_history(folder: &Path) -> Result<History, GitFault> {
    if run(folder, &["rev-parse", "--is-shallow-repository"])?.trim() == "true" {
        return Err(GitFault::Shallow);
    }
    // The user's own settings must not change what is printed.
    let log = run(
        folder,
        &[
            "-c",
            "core.quotePath=false",
            "-c",
            "log.showSignature=false",
            "-c",
            "diff.renameLimit=1000",
            "log",
            "-z",
            "--format=%x01%aI",
            "--name-status",
            "--find-renames",
            "--no-color",
            "--no-ext-diff",
            "--relative",
            "--",
            ".",
        ],
    )?;
    Ok(read_log(&log))
}

fn run(folder: &Path, arguments: &[&str]) -> Result<String, GitFault> {
    let output = Command::new("git").current_dir(folder).env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C").args(arguments).output();
    let output = output.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => GitFault::Missing,
        _ => GitFault::Refused(error.to_string()),
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(GitFault::Refused(words.lines().next().unwrap_or_default().trim_start_matches("fatal: ").to_owned()))
}

/// Reads commits, newest first: `\x01date`, then for each file a status and its name, or its old and its new one.
fn read_log(log: &str) -> History {
    let mut history = History::new();
    // Names in older commits, and the files of today that had them.
    let mut today: HashMap<&str, &str> = HashMap::new();
    let mut date = None;
    let mut words = log.split('\0').map(|word| word.trim_start_matches('\n'));
    while let Some(word) = words.next() {
        if let Some(text) = word.strip_prefix('\x01') {
            date = DateTime::parse_from_rfc3339(text.trim()).ok();
            continue;
        }
        let renamed = word.starts_with('R');
        let old = if renamed || word.starts_with('C') { words.next() } else { None };
        let (Some(date), Some(name)) = (date, (!word.is_empty()).then(|| words.next()).flatten()) else { continue };
        if word.starts_with('D') {
            // What had this name before is another file.
            today.entry(name).or_insert("");
            continue;
        }
        let current = *today.entry(name).or_insert(name);
        if current.is_empty() {
            continue;
        }
        history.entry(current.to_owned()).and_modify(|(first, _)| *first = date).or_insert((date, date));
        if let Some(old) = old.filter(|_| renamed) {
            today.insert(old, current);
        }
        if renamed || word.starts_with('A') {
            today.insert(name, "");
        }
    }
    history
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(folder: &Path, date: &str, arguments: &[&str]) {
        let mut command = Command::new("git");
        for (name, value) in
            [("GIT_AUTHOR_NAME", "A"), ("GIT_COMMITTER_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@x"), ("GIT_COMMITTER_EMAIL", "a@x")]
        {
            command.env(name, value);
        }
        let output =
            command.current_dir(folder).env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    fn a_file_has_its_first_and_last_commit_under_all_its_names() {
        let dir = tempfile::tempdir().unwrap();
        let content = dir.path().join("content");
        std::fs::create_dir_all(content.join("new")).unwrap();
        let commit = |date: &str| {
            git(dir.path(), date, &["add", "-A"]);
            git(dir.path(), date, &["commit", "-q", "-m", "x"]);
        };
        git(dir.path(), "", &["init", "-q"]);
        std::fs::write(content.join("été.md"), "one\ntwo\nthree\n").unwrap();
        std::fs::write(dir.path().join("outside.md"), "x").unwrap();
        commit("2024-05-01T10:00:00+02:00");
        std::fs::rename(content.join("été.md"), content.join("new/a b.md")).unwrap();
        std::fs::write(content.join("c.md"), "other\n").unwrap();
        commit("2024-05-02T10:00:00+02:00");
        std::fs::write(content.join("new/a b.md"), "one\ntwo\nthree\nfour\n").unwrap();
        commit("2024-05-03T10:00:00+02:00");
        let history = read_history(&content).unwrap();
        let found: Vec<(&str, String, String)> =
            history.iter().map(|(path, (first, last))| (path.as_str(), first.to_rfc3339(), last.to_rfc3339())).collect();
        let day = |day: u8| format!("2024-05-0{day}T10:00:00+02:00");
        assert_eq!(found, [("c.md", day(2), day(2)), ("new/a b.md", day(1), day(3))]);
    }

    #[test]
    fn a_shallow_clone_and_a_folder_without_git_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let (whole, shallow) = (dir.path().join("whole"), dir.path().join("shallow"));
        std::fs::create_dir(&whole).unwrap();
        assert!(matches!(read_history(&whole), Err(GitFault::Refused(words)) if words.contains("not a git repository")));
        git(&whole, "", &["init", "-q"]);
        for n in 1..3 {
            std::fs::write(whole.join("a.md"), n.to_string()).unwrap();
            git(&whole, "2024-05-01T10:00:00Z", &["add", "-A"]);
            git(&whole, "2024-05-01T10:00:00Z", &["commit", "-q", "-m", "x"]);
        }
        git(dir.path(), "", &["clone", "-q", "--depth", "1", &format!("file://{}", whole.display()), "shallow"]);
        assert_eq!(read_history(&shallow), Err(GitFault::Shallow));
    }

    #[test]
    fn a_name_that_was_deleted_is_another_file() {
        let log = "\x012024-05-03T00:00:00Z\0\nA\0a.md\0\x012024-05-02T00:00:00Z\0\nD\0a.md\0\x012024-05-01T00:00:00Z\0\nA\0a.md\0";
        let history = read_log(log);
        assert_eq!(history["a.md"].0.to_rfc3339(), "2024-05-03T00:00:00+00:00");
    }
}
