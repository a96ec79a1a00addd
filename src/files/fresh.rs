//! Folders that tidings has not written to yet: what is in them, and new files that never replace one.

use ignore::WalkBuilder;
use std::io;
use std::path::{Path, PathBuf};

/// A folder has so many files at most that are looked at: enough for a site, not for a whole disk.
const MAX_FILES: usize = 200_000;

/// The files below a folder, with `/` between folders, sorted: without hidden ones, packages, and what `.gitignore` names.
pub fn list_files(root: &Path) -> io::Result<Vec<String>> {
    if !root.exists() {
        return Ok(Vec::new());
    }
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .require_git(false)
        .max_depth(Some(16))
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() == 0 || name == ".eleventy.js" || !name.starts_with('.') && name != "node_modules"
        })
        .build();
    let files = walk.filter_map(Result::ok).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let names = files.filter_map(|entry| super::walk::slashed(entry.path().strip_prefix(root).ok()?));
    let mut names: Vec<String> = names.take(MAX_FILES).collect();
    names.sort();
    Ok(names)
}

/// All files below a folder but hidden ones, whatever `.gitignore` says, with `/` between folders, sorted.
pub fn list_all_files(root: &Path) -> Vec<String> {
    let walk = WalkBuilder::new(root).standard_filters(false).hidden(true).max_depth(Some(8)).build();
    let files = walk.filter_map(Result::ok).filter(|entry| entry.path().is_file());
    let names = files.filter_map(|entry| super::walk::slashed(entry.path().strip_prefix(root).ok()?));
    let mut names: Vec<String> = names.take(MAX_FILES).collect();
    names.sort();
    names
}

/// Writes new files, all or none, and never over one that is there. Their folders are made.
pub fn create_files(root: &Path, files: &[(String, String)]) -> io::Result<()> {
    let mut created: Vec<PathBuf> = Vec::new();
    for (path, text) in files {
        let place = root.join(path);
        if let Err(error) = create_file(&place, text.as_bytes()) {
            for place in created {
                let _ = std::fs::remove_file(place);
            }
            return Err(io::Error::new(error.kind(), format!("{path}: {error}")));
        }
        created.push(place);
    }
    Ok(())
}

/// Writes a file beside its place and links it there: a link, unlike a rename, never replaces a file.
fn create_file(place: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(".tidings-new");
    let beside = place.with_file_name(name);
    std::fs::write(&beside, bytes)?;
    let linked = match std::fs::hard_link(&beside, place) {
        // Some file systems have no links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !place.exists() => std::fs::rename(&beside, place),
        other => other,
    };
    let _ = std::fs::remove_file(&beside);
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> (String, String) {
        (path.to_owned(), text.to_owned())
    }

    #[test]
    fn new_files_come_all_or_none_and_replace_nothing() {
        let dir = tempfile::tempdir().unwrap();
        create_files(dir.path(), &[file("a/b.txt", "1"), file("c.txt", "2")]).unwrap();
        assert_eq!(list_files(dir.path()).unwrap(), ["a/b.txt", "c.txt"]);
        let error = create_files(dir.path(), &[file("d.txt", "3"), file("c.txt", "4")]).unwrap_err();
        assert_eq!((error.kind(), error.to_string().starts_with("c.txt: ")), (io::ErrorKind::AlreadyExists, true));
        assert_eq!(list_files(dir.path()).unwrap(), ["a/b.txt", "c.txt"]);
        assert_eq!(std::fs::read_to_string(dir.path().join("c.txt")).unwrap(), "2");
    }

    #[test]
    fn hidden_ignored_and_package_files_are_not_listed() {
        let dir = tempfile::tempdir().unwrap();
        let names = [".eleventy.js", ".git/config", "node_modules/x/README.md", "_site/a.html", "posts/a.md", ".gitignore"];
        let files: Vec<(String, String)> = names.iter().map(|name| file(name, "_site/\n")).collect();
        create_files(dir.path(), &files).unwrap();
        assert_eq!(list_files(dir.path()).unwrap(), [".eleventy.js", "posts/a.md"]);
        assert_eq!(list_files(&dir.path().join("none")).unwrap(), Vec::<String>::new());
    }
}
