//! The output folder. Files are staged in a hidden folder and renamed at the end: a build that fails leaves the old output as it was.

use super::manifest::{self, Manifest, is_below};
use super::staging::Staging;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a build did to the output folder, in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub written: usize,
    pub unchanged: usize,
    pub removed: usize,
}

/// How files get to the output folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Care {
    /// Each is whole or not there; after a power cut a build may have to be done again.
    #[default]
    Usual,
    /// What is written is on the disk before `commit` ends (fsync of files and folders).
    Durable,
    /// Nothing is written at all, not even beside the output: only what would change is found.
    Locked,
}

/// A file of the output folder that is not what the build makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outdated {
    Missing,
    Changed,
    /// An earlier build wrote it, this one doesn't.
    Stale,
}

/// Files of others that stand where ours would.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Foreign {
    /// Pages that stay: another generator makes the site's own.
    pub kept: BTreeSet<String>,
    /// What keeps the build from writing.
    pub refused: BTreeSet<String>,
}

/// Files on their way into an output folder.
#[derive(Debug)]
pub struct Output {
    root: PathBuf,
    old: Manifest,
    old_bytes: Vec<u8>,
    staging: Staging,
    care: Care,
    files: Mutex<Files>,
    /// The next number in the staging folder.
    next: AtomicUsize,
}

#[derive(Debug, Default)]
struct Files {
    all: BTreeSet<String>,
    /// What is new or changed, and the number that it has in the staging folder, which needs no folders of its own.
    staged: BTreeMap<String, usize>,
    foreign: Foreign,
}

impl Output {
    /// Prepares to write below `root`, which need not exist yet.
    pub fn open(root: &Path, care: Care) -> Output {
        let old_bytes = std::fs::read(root.join(manifest::NAME)).unwrap_or_default();
        let (old, staging) = (Manifest::read(&old_bytes), Staging::new(root));
        Output { root: root.to_owned(), old, old_bytes, staging, care, files: Mutex::default(), next: AtomicUsize::new(0) }
    }

    /// Takes a file's bytes; `path` has `/` between its parts. The same bytes as last time are left alone, and so is a
    /// file that is not ours.
    pub fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.write_pieces(path, &[bytes])
    }

    /// The same in pieces, which are not put together in memory.
    pub fn write_pieces(&self, path: &str, pieces: &[&[u8]]) -> io::Result<()> {
        if !is_below(path) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{path}` leaves the output folder")));
        }
        let place = self.root.join(path);
        let old = Old::read(&place, pieces);
        let is_same = old.as_ref().is_ok_and(|old| old.is_same);
        let owner = if is_same { Owner::Us } else { self.owner(path, old) };
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if owner == Owner::Us && !is_same && self.care != Care::Locked {
            let staged = self.staging.open()?.join(number.to_string());
            let mut file = BufWriter::with_capacity(BUFFER_BYTES, std::fs::File::create(&staged)?);
            pieces.iter().try_for_each(|piece| file.write_all(piece))?;
            file.flush()?;
            if self.care == Care::Durable {
                sync(&staged)?;
            }
        }
        let mut files = self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if owner != Owner::Us {
            let list = if owner == Owner::Page { &mut files.foreign.kept } else { &mut files.foreign.refused };
            list.insert(path.to_owned());
            return Ok(());
        }
        if !files.all.insert(path.to_owned()) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("`{path}` is written twice")));
        }
        if !is_same {
            files.staged.insert(path.to_owned(), number);
        }
        Ok(())
    }

    /// Whose the file at `path` is, which holds something else than what is to be written.
    fn owner(&self, path: &str, old: io::Result<Old>) -> Owner {
        let is_index = path.rsplit('/').next() == Some("index.html");
        match old {
            _ if self.is_barred(path) => Owner::Other,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Owner::Us,
            Err(_) => Owner::Other,
            Ok(_) if self.old.files.contains(path) => Owner::Us,
            Ok(old) if is_index => {
                if is_marked(&old.head) {
                    Owner::Us
                } else {
                    Owner::Page
                }
            }
            // The manifest may be lost, as in an archive without hidden files: then the feeds tell.
            Ok(_) if self.old_bytes.is_empty() && self.holds_our_feeds() => Owner::Us,
            Ok(_) => Owner::Other,
        }
    }

    /// Whether something above a path is no folder of the output's own: a file, or a link, which may lead out of it.
    fn is_barred(&self, path: &str) -> bool {
        let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        above.map(|folder| self.root.join(folder)).any(|folder| folder.is_file() || folder.is_symlink())
    }

    fn holds_our_feeds(&self) -> bool {
        ["feed.xml", "atom.xml", "index.html"]
            .iter()
            .any(|name| Old::read(&self.root.join(name), &[]).is_ok_and(|old| is_marked(&old.head)))
    }

    /// The files of others that were met.
    pub fn foreign(&self) -> Foreign {
        self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner).foreign.clone()
    }

    /// What `commit` would change, by path.
    pub fn outdated(&self) -> Vec<(String, Outdated)> {
        let files = self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let kind = |path: &String| if self.root.join(path).exists() { Outdated::Changed } else { Outdated::Missing };
        let staged = files.staged.keys().map(|path| (path.clone(), kind(path)));
        let stale = self.stale(&files).filter(|path| self.root.join(path).exists()).map(|path| (path.clone(), Outdated::Stale));
        let mut all: Vec<_> = staged.chain(stale).collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    /// How many files are as they should be.
    pub fn unchanged(&self) -> usize {
        let files = self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        files.all.len() - files.staged.len()
    }

    /// What an earlier build wrote and this one doesn't. What has become somebody else's page stays.
    fn stale<'a>(&'a self, files: &'a Files) -> impl Iterator<Item = &'a String> {
        self.old.files.difference(&files.all).filter(|path| !files.foreign.kept.contains(*path))
    }

    /// Moves all files to their places and removes those that an earlier build wrote and this one did not.
    pub fn commit(self) -> io::Result<Changes> {
        let files = std::mem::take(&mut *self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let list = self.root.join(manifest::NAME);
        let stale: Vec<&String> = self.stale(&files).collect();
        let new = Manifest::new(files.all.clone()).to_bytes();
        if files.staged.keys().any(|path| !self.old.files.contains(path)) {
            // If this is cut short, the next build still knows every file that may be ours.
            let both = self.old.files.union(&files.all).cloned().collect();
            super::write_file(&list, &Manifest::new(both).to_bytes())?;
            self.sync_if_durable([list.as_path(), &self.root])?;
        }
        let mut folders: BTreeSet<PathBuf> = [self.root.clone()].into();
        for (path, number) in &files.staged {
            let place = self.root.join(path);
            if let Some(folder) = place.parent() {
                std::fs::create_dir_all(folder)?;
                // A new folder is an entry of the one above it.
                folders.extend(folder.ancestors().take_while(|folder| folder.starts_with(&self.root)).map(Path::to_owned));
            }
            std::fs::rename(self.staging.open()?.join(number.to_string()), place)?;
        }
        self.sync_if_durable(folders.iter().map(PathBuf::as_path))?;
        let mut removed = 0;
        for path in &stale {
            if self.is_barred(path) {
                continue;
            }
            removed += usize::from(std::fs::remove_file(self.root.join(path)).is_ok());
            self.remove_empty_folders(path);
        }
        if new != self.old_bytes || !stale.is_empty() {
            super::write_file(&list, &new)?;
            self.sync_if_durable([list.as_path(), &self.root])?;
        }
        Ok(Changes { written: files.staged.len(), unchanged: files.all.len() - files.staged.len(), removed })
    }

    fn sync_if_durable<'a>(&self, paths: impl IntoIterator<Item = &'a Path>) -> io::Result<()> {
        if self.care == Care::Durable { paths.into_iter().try_for_each(sync) } else { Ok(()) }
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

/// Waits until a file or folder is on the disk.
fn sync(path: &Path) -> io::Result<()> {
    // Where a folder can't be opened, as on Windows, it can't be synced either.
    match std::fs::File::open(path) {
        Ok(file) => file.sync_all(),
        Err(_) if path.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Us,
    /// Somebody's page.
    Page,
    Other,
}

/// A file that is there already.
struct Old {
    is_same: bool,
    /// Its first bytes.
    head: Vec<u8>,
}

impl Old {
    /// Compares a file with what `pieces` hold together, without holding it: it may be large.
    fn read(place: &Path, pieces: &[&[u8]]) -> io::Result<Old> {
        let mut file = BufReader::with_capacity(BUFFER_BYTES, std::fs::File::open(place)?);
        let head = file.fill_buf()?.iter().take(HEAD_BYTES).copied().collect();
        for piece in pieces {
            let mut rest = *piece;
            while !rest.is_empty() {
                let buffer = file.fill_buf()?;
                let count = buffer.len().min(rest.len());
                let (here, after) = rest.split_at(count);
                if count == 0 || buffer.get(..count) != Some(here) {
                    return Ok(Old { is_same: false, head });
                }
                file.consume(count);
                rest = after;
            }
        }
        Ok(Old { is_same: file.fill_buf()?.is_empty(), head })
    }
}

const BUFFER_BYTES: usize = 64 * 1024;
const HEAD_BYTES: usize = 4096;

/// Whether the beginning of a feed or page says that tidings made it.
fn is_marked(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    ["<generator>tidings", ">tidings</generator>", "name=\"generator\" content=\"tidings"].iter().any(|mark| head.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(root: &Path, files: &[(&str, &str)]) -> Changes {
        build_with(root, files, Care::Usual)
    }

    fn build_with(root: &Path, files: &[(&str, &str)], care: Care) -> Changes {
        let output = Output::open(root, care);
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
        let hidden = std::fs::read_dir(&root)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".tidings-staging"));
        assert_eq!(hidden.count(), 0, "nothing is left of the staging");
    }

    #[test]
    fn a_durable_build_does_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("public");
        for files in [&[("a.xml", "1"), ("x/y/a.xml", "1")][..], &[("b.xml", "2"), ("x/z/a.xml", "2")]] {
            assert_eq!(build_with(&root, files, Care::Durable).written, 2);
            let held = files.iter().all(|(path, text)| std::fs::read_to_string(root.join(path)).unwrap() == *text);
            assert!(held && build_with(&root, files, Care::Durable).written == 0);
        }
        assert!(!root.join("a.xml").exists() && !root.join("x/y").exists());
    }

    #[test]
    fn a_locked_folder_is_only_looked_at() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("public");
        let look = |files: &[(&str, &str)]| {
            let output = Output::open(&root, Care::Locked);
            for (path, text) in files {
                output.write(path, text.as_bytes()).unwrap();
            }
            output.outdated()
        };
        assert_eq!(look(&[("a.xml", "1")]), [("a.xml".to_owned(), Outdated::Missing)]);
        assert!(!root.exists());
        build(&root, &[("a.xml", "1"), ("b.xml", "1"), ("c.xml", "1")]);
        assert_eq!(look(&[("a.xml", "1"), ("b.xml", "1"), ("c.xml", "1")]), []);
        let told = look(&[("a.xml", "1"), ("b.xml", "2")]);
        assert_eq!(told, [("b.xml".to_owned(), Outdated::Changed), ("c.xml".to_owned(), Outdated::Stale)]);
        assert_eq!(std::fs::read_to_string(root.join("b.xml")).unwrap(), "1");
    }

    #[test]
    fn files_are_compared_piece_by_piece() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("a");
        let is_same = |old: &[u8], new: &[&[u8]]| {
            std::fs::write(&place, old).unwrap();
            Old::read(&place, new).unwrap().is_same
        };
        for length in [0, 1, BUFFER_BYTES - 1, BUFFER_BYTES, BUFFER_BYTES + 1, 2 * BUFFER_BYTES] {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let (first, second) = bytes.split_at(length / 3);
            assert!(is_same(&bytes, &[&bytes]) && is_same(&bytes, &[first, b"", second]), "{length}");
            let longer = [bytes.as_slice(), b"x"].concat();
            assert!(!is_same(&bytes, &[&bytes, b"x"]) && !is_same(&longer, &[first, second]), "{length}");
            let other = [&bytes[..length.saturating_sub(1)], b"\xff"].concat();
            assert!(!is_same(&bytes, &[&other]), "{length}");
        }
    }

    #[test]
    fn a_build_that_is_given_up_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("public");
        build(&root, &[("a.xml", "1")]);
        let output = Output::open(&root, Care::Usual);
        output.write("a.xml", b"2").unwrap();
        output.write("b.xml", b"2").unwrap();
        drop(output);
        assert_eq!(std::fs::read_to_string(root.join("a.xml")).unwrap(), "1");
        assert!(!root.join("b.xml").exists());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn files_of_others_are_kept_or_refused_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("public");
        std::fs::create_dir_all(root.join("feed.json")).unwrap();
        std::fs::write(root.join("index.html"), "<p>home").unwrap();
        std::fs::write(root.join("feed.xml"), "theirs").unwrap();
        std::fs::write(root.join("tags"), "a file").unwrap();
        let output = Output::open(&root, Care::Usual);
        for path in ["index.html", "feed.xml", "feed.json", "tags/a/feed.xml", "new.xml"] {
            output.write(path, b"ours").unwrap();
        }
        let foreign = output.foreign();
        assert_eq!(foreign.kept.into_iter().collect::<Vec<_>>(), ["index.html"]);
        assert_eq!(foreign.refused.into_iter().collect::<Vec<_>>(), ["feed.json", "feed.xml", "tags/a/feed.xml"]);
        assert_eq!(output.commit().unwrap().written, 1);
        assert_eq!(std::fs::read_to_string(root.join("index.html")).unwrap(), "<p>home");
        assert_eq!(std::fs::read_to_string(root.join("feed.xml")).unwrap(), "theirs");
    }

    #[test]
    fn without_its_manifest_a_folder_is_known_by_its_feeds() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("public");
        build(&root, &[("feed.xml", "<generator>tidings 0"), ("feed.json", "{}"), ("index.html", "<p>")]);
        std::fs::remove_file(root.join(manifest::NAME)).unwrap();
        let output = Output::open(&root, Care::Usual);
        output.write("feed.json", b"{1}").unwrap();
        output.write("index.html", b"<b>").unwrap();
        let foreign = output.foreign();
        assert_eq!((foreign.kept.len(), foreign.refused.len()), (1, 0), "a page without a mark stays");
        assert_eq!(output.commit().unwrap().written, 1);
    }

    #[test]
    fn no_path_leaves_the_folder_and_none_is_written_twice() {
        let dir = tempfile::tempdir().unwrap();
        let output = Output::open(&dir.path().join("public"), Care::Usual);
        assert!(output.write("../x", b"").is_err());
        assert!(output.write("/x", b"").is_err());
        output.write("x", b"").unwrap();
        assert!(output.write("x", b"").is_err());
    }
}
