//! The output folder. Files are staged beside it and renamed at the end: a build that fails leaves the old output as it was.

use super::manifest::{self, Manifest, is_below};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What a build did to the output folder, in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub written: usize,
    pub unchanged: usize,
    pub removed: usize,
}

/// Files on their way into an output folder.
#[derive(Debug)]
pub struct Output {
    root: PathBuf,
    staging: PathBuf,
    files: Mutex<Files>,
}

#[derive(Debug, Default)]
struct Files {
    all: BTreeSet<String>,
    staged: BTreeSet<String>,
}

impl Output {
    /// Prepares to write below `root`, which need not exist yet.
    pub fn open(root: &Path) -> io::Result<Output> {
        let mut name = std::ffi::OsString::from(".");
        name.push(root.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the output folder has no name"))?);
        name.push(format!(".tidings-{}", std::process::id()));
        let staging = root.with_file_name(name);
        Ok(Output { root: root.to_owned(), staging, files: Mutex::default() })
    }

    /// Takes a file's bytes; `path` has `/` between its parts. The same bytes as last time are left alone.
    pub fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        if !is_below(path) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{path}` leaves the output folder")));
        }
        let is_same = std::fs::read(self.root.join(path)).is_ok_and(|old| old == bytes);
        if !is_same {
            let staged = self.staging.join(path);
            if let Some(folder) = staged.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(staged, bytes)?;
        }
        let mut files = self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !files.all.insert(path.to_owned()) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("`{path}` is written twice")));
        }
        if !is_same {
            files.staged.insert(path.to_owned());
        }
        Ok(())
    }

    /// Moves all files to their places and removes those that an earlier build wrote and this one did not.
    pub fn commit(self) -> io::Result<Changes> {
        let files = std::mem::take(&mut *self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let list = self.root.join(manifest::NAME);
        let old_bytes = std::fs::read(&list).unwrap_or_default();
        let old = Manifest::read(&old_bytes);
        let stale: Vec<&String> = old.files.difference(&files.all).collect();
        let new = Manifest::new(files.all.clone()).to_bytes();
        if !files.staged.is_empty() && !stale.is_empty() {
            // If this is cut short, the next build still knows every file that may be ours.
            let both = old.files.union(&files.all).cloned().collect();
            super::write_file(&list, &Manifest::new(both).to_bytes(), None)?;
        }
        for path in &files.staged {
            let place = self.root.join(path);
            if let Some(folder) = place.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::rename(self.staging.join(path), place)?;
        }
        let mut removed = 0;
        for path in &stale {
            removed += usize::from(std::fs::remove_file(self.root.join(path)).is_ok());
            self.remove_empty_folders(path);
        }
        if new != old_bytes || !stale.is_empty() {
            super::write_file(&list, &new, None)?;
        }
        Ok(Changes { written: files.staged.len(), unchanged: files.all.len() - files.staged.len(), removed })
    }

    fn remove_empty_folders(&self, path: &str) {
        let mut folder = Path::new(path).parent();
        while let Some(inner) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
            // Fails for a folder that holds something, which is just what is wanted.
            if std::fs::remove_dir(self.root.join(inner)).is_err() {
                return;
            }
            folder = inner.parent();
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.staging);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(root: &Path, files: &[(&str, &str)]) -> Changes {
        let output = Output::open(root).unwrap();
        for (path, text) in files {
            output.write(path, text.as_bytes()).unwrap();
        }
        output.commit().unwrap()
    }

    #[test]
    fn only_changed_files_are_written_and_only_our_own_removed() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("public");
        assert_eq!(build(&root, &[("a.xml", "1"), ("tags/x/a.xml", "1")]), Changes { written: 2, unchanged: 0, removed: 0 });
        std::fs::write(root.join("theirs.html"), "x").unwrap();
        assert_eq!(build(&root, &[("a.xml", "1"), ("b.xml", "2")]), Changes { written: 1, unchanged: 1, removed: 1 });
        assert!(!root.join("tags").exists());
        assert!(root.join("theirs.html").exists());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside the output");
    }

    #[test]
    fn a_build_that_is_given_up_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("public");
        build(&root, &[("a.xml", "1")]);
        let output = Output::open(&root).unwrap();
        output.write("a.xml", b"2").unwrap();
        output.write("b.xml", b"2").unwrap();
        drop(output);
        assert_eq!(std::fs::read_to_string(root.join("a.xml")).unwrap(), "1");
        assert!(!root.join("b.xml").exists());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn no_path_leaves_the_folder_and_none_is_written_twice() {
        let dir = tempfile::tempdir().unwrap();
        let output = Output::open(&dir.path().join("public")).unwrap();
        assert!(output.write("../x", b"").is_err());
        assert!(output.write("/x", b"").is_err());
        output.write("x", b"").unwrap();
        assert!(output.write("x", b"").is_err());
    }
}
