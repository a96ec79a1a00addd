//! Walks a content folder on all threads. It asks the disk for nothing but the lists of its folders: whether there is a
//! `.gitignore` or a manifest is seen there.

use super::walk::{is_content_name, matcher};
use super::{WalkRules, manifest};
use crate::diagnostic::Diagnostic;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;
use std::ffi::OsString;
use std::fs::{DirEntry, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// No publication is nested deeper; what is would use up the stack.
const MAX_DEPTH: usize = 128;

/// A folder on the disk and what counts in it.
pub(super) struct Tree<'a> {
    /// Without links.
    root: &'a Path,
    rules: &'a WalkRules,
    except: Vec<PathBuf>,
    include: Gitignore,
    exclude: Gitignore,
}

/// What stands in it, with `/` between the parts of paths.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub content: Vec<String>,
    pub assets: Vec<String>,
    /// With the paths that they concern.
    pub faults: Vec<(String, Diagnostic)>,
}

impl Found {
    fn and(mut self, mut other: Found) -> Found {
        self.content.append(&mut other.content);
        self.assets.append(&mut other.assets);
        self.faults.append(&mut other.faults);
        self
    }
}

/// A folder on the way.
struct Place<'a> {
    path: PathBuf,
    /// Below the root, empty for the root itself; what is not Unicode is replaced.
    relative: String,
    is_unicode: bool,
    depth: usize,
    /// Without links: a link that leads to a folder it stands in would have no end.
    real: PathBuf,
    above: Option<&'a Place<'a>>,
}

/// A folder's `.gitignore`, and whether a repository begins there: those above it don't count.
struct Level {
    ignore: Option<Gitignore>,
    has_git: bool,
}

struct Ignores<'a> {
    level: Level,
    above: Option<&'a Ignores<'a>>,
    /// Those of the folders above the root, the nearest first.
    outside: &'a [Level],
}

impl Ignores<'_> {
    fn is_ignored(&self, path: &Path, is_folder: bool) -> bool {
        let mut here = Some(self);
        let inside = std::iter::from_fn(|| {
            let level = here?;
            here = level.above;
            Some(&level.level)
        });
        for level in inside.chain(self.outside) {
            match level.ignore.as_ref().map_or(Match::None, |ignore| ignore.matched(path, is_folder)) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None if level.has_git => return false,
                Match::None => {}
            }
        }
        false
    }
}

impl<'a> Tree<'a> {
    /// Prepares to walk `root`, whose path has no links.
    pub fn new(root: &'a Path, rules: &'a WalkRules) -> io::Result<Tree<'a>> {
        let except = rules.except.iter().filter_map(|path| std::fs::canonicalize(path).ok()).filter(|path| path != root).collect();
        Ok(Tree { root, rules, except, include: matcher(root, &rules.include)?, exclude: matcher(root, &rules.exclude)? })
    }

    /// Finds everything, in no order.
    pub fn walk(&self) -> Found {
        let outside: Vec<Level> = match self.rules.no_gitignore {
            true => Vec::new(),
            false => self.root.ancestors().skip(1).map(|folder| level(folder, true, folder.join(".git").exists())).collect(),
        };
        let root = Place {
            path: self.root.to_owned(),
            relative: String::new(),
            is_unicode: true,
            depth: 0,
            real: self.root.to_owned(),
            above: None,
        };
        self.folder(&root, None, &outside)
    }

    fn folder(&self, place: &Place, above: Option<&Ignores>, outside: &[Level]) -> Found {
        let mut found = Found::default();
        let fault = |error: &dyn std::fmt::Display| (place.relative.clone(), Diagnostic::file_unreadable(&error.to_string()));
        if place.depth > MAX_DEPTH {
            found.faults.push(fault(&"folders are nested too deeply"));
            return found;
        }
        let entries: Vec<DirEntry> = match std::fs::read_dir(&place.path).and_then(Iterator::collect) {
            Ok(entries) => entries,
            Err(error) => {
                found.faults.push(fault(&error));
                return found;
            }
        };
        let hidden: Vec<OsString> =
            entries.iter().map(DirEntry::file_name).filter(|name| name.as_encoded_bytes().starts_with(b".")).collect();
        let has = |name: &str| hidden.iter().any(|hidden| hidden == name);
        if place.depth > 0 && has(manifest::NAME) {
            return found;
        }
        let level = match self.rules.no_gitignore {
            true => Level { ignore: None, has_git: true },
            false => level(&place.path, has(".gitignore"), has(".git")),
        };
        let ignores = Ignores { level, above, outside };
        let mut folders = Vec::new();
        for entry in &entries {
            self.entry(entry, place, &ignores, &mut found, &mut folders);
        }
        drop(entries);
        let inner = folders.par_iter().map(|folder| self.folder(folder, Some(&ignores), outside)).reduce(Found::default, Found::and);
        found.and(inner)
    }

    fn entry<'p>(&self, entry: &DirEntry, place: &'p Place<'p>, ignores: &Ignores, found: &mut Found, folders: &mut Vec<Place<'p>>) {
        let name = entry.file_name();
        let is_unicode = place.is_unicode && name.to_str().is_some();
        let name = name.to_string_lossy();
        let relative = || match place.relative.as_str() {
            "" => name.clone().into_owned(),
            above => [above, "/", &name].concat(),
        };
        let path = entry.path();
        let Ok(own) = entry.file_type() else { return };
        // A link may lead anywhere; what it leads to must be content of this folder.
        let target = own.is_symlink().then(|| std::fs::canonicalize(&path).and_then(|real| Ok((real.metadata()?.file_type(), real))));
        let kind: Option<FileType> = match &target {
            None => Some(own),
            Some(target) => target.as_ref().ok().map(|(kind, _)| *kind),
        };
        let is_folder = kind.is_some_and(|kind| kind.is_dir());
        let is_named = match self.exclude.matched(&path, is_folder) {
            Match::Ignore(_) => !is_folder,
            Match::Whitelist(_) => true,
            Match::None => is_content_name(&name, self.rules.underscores),
        };
        if !is_named || ignores.is_ignored(&path, is_folder) || is_folder && self.except.contains(&path) {
            return;
        }
        let real = match target {
            None => None,
            Some(Ok((_, real))) if real.starts_with(self.root) => Some(real),
            Some(_) => {
                // A folder that nobody chose needs no word.
                let is_chosen = || self.include.is_empty() || self.include.matched_path_or_any_parents(&path, true).is_ignore();
                if !is_folder || is_chosen() {
                    found.faults.push((relative(), Diagnostic::link_skipped()));
                }
                return;
            }
        };
        if is_folder {
            let real = real.unwrap_or_else(|| place.real.join(entry.file_name()));
            let mut above = std::iter::successors(Some(place), |place| place.above);
            if own.is_symlink() && above.any(|place| place.real == real) {
                found.faults.push((relative(), Diagnostic::link_skipped()));
                return;
            }
            folders.push(Place { path, relative: relative(), is_unicode, depth: place.depth + 1, real, above: Some(place) });
        } else if kind.is_some_and(|kind| kind.is_file()) {
            if is_unicode {
                self.file(path, relative(), found);
            } else {
                found.faults.push((relative(), Diagnostic::file_name_invalid()));
            }
        }
    }

    fn file(&self, path: PathBuf, relative: String, found: &mut Found) {
        if !is_content(&relative) {
            found.assets.push(relative);
            return;
        }
        let is_chosen = self.include.is_empty() || self.include.matched_path_or_any_parents(&path, false).is_ignore();
        let is_excluded = !self.exclude.is_empty() && self.exclude.matched_path_or_any_parents(&path, false).is_ignore();
        if is_chosen && !is_excluded {
            found.content.push(relative);
        }
    }
}

fn level(folder: &Path, has_ignore: bool, has_git: bool) -> Level {
    let read = || {
        let mut builder = GitignoreBuilder::new(folder);
        // Lines that can't be read count for nothing, as with git.
        let _ = builder.add(folder.join(".gitignore"));
        builder.build().ok().filter(|ignore| !ignore.is_empty())
    };
    Level { ignore: if has_ignore { read() } else { None }, has_git }
}

fn is_content(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["md", "markdown", "mdx", "txt", "html", "htm"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(root: &Path, files: &[(&str, &str)]) {
        for (file, text) in files {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    fn found(root: &Path, rules: &WalkRules) -> Found {
        let root = std::fs::canonicalize(root).unwrap();
        let mut found = Tree::new(&root, rules).unwrap().walk();
        found.content.sort();
        found.faults.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }

    #[test]
    fn the_nearest_gitignore_decides_as_with_git() {
        let dir = tempfile::tempdir().unwrap();
        let site = dir.path().join("site");
        fill(
            dir.path(),
            &[
                (".gitignore", "above.md\nlate/\n/site/content/rooted.md\n"),
                ("site/content/.gitignore", "*.tmp.md\nold/\n!keep/above.md\n[\n"),
                ("site/content/above.md", ""),
                ("site/content/rooted.md", ""),
                ("site/content/keep/above.md", ""),
                ("site/content/keep/.gitignore", "!b.tmp.md\n"),
                ("site/content/keep/b.tmp.md", ""),
                ("site/content/c.tmp.md", ""),
                ("site/content/old/d.md", ""),
                ("site/content/late/e.md", ""),
                ("site/content/e.md", ""),
            ],
        );
        let content = site.join("content");
        assert_eq!(found(&content, &WalkRules::default()).content, ["e.md", "keep/above.md", "keep/b.tmp.md"]);
        // What stands above a repository says nothing about it.
        std::fs::create_dir(site.join(".git")).unwrap();
        let all = ["above.md", "e.md", "keep/above.md", "keep/b.tmp.md", "late/e.md", "rooted.md"];
        assert_eq!(found(&content, &WalkRules::default()).content, all);
        let rules = WalkRules { no_gitignore: true, ..WalkRules::default() };
        assert_eq!(found(&content, &rules).content.len(), 8);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_ring_end_and_names_that_are_not_unicode_are_told() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path(), &[("a/a.md", ""), ("b/b.md", ""), ("c/pic.png", "12345")]);
        std::os::unix::fs::symlink("../b", dir.path().join("a/to-b")).unwrap();
        std::os::unix::fs::symlink("../a", dir.path().join("b/to-a")).unwrap();
        std::fs::write(dir.path().join("c").join(std::ffi::OsStr::from_bytes(b"\xff.md")), "").unwrap();
        let found = found(dir.path(), &WalkRules::default());
        assert_eq!(found.content, ["a/a.md", "a/to-b/b.md", "b/b.md", "b/to-a/a.md"]);
        assert_eq!(found.assets, ["c/pic.png"]);
        let told: Vec<_> = found.faults.iter().map(|(path, fault)| (path.as_str(), fault.code)).collect();
        let ring = [("a/to-b/to-a", "link-skipped"), ("b/to-a/to-b", "link-skipped"), ("c/\u{fffd}.md", "file-name-invalid")];
        assert_eq!(told, ring);
    }

    #[test]
    fn folders_without_end_are_told_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let deep = ["d"; MAX_DEPTH + 1].join("/");
        fill(dir.path(), &[(&format!("{deep}/a.md"), ""), ("b.md", "")]);
        let found = found(dir.path(), &WalkRules::default());
        assert_eq!(found.content, ["b.md"]);
        assert_eq!(
            found.faults.iter().map(|(path, fault)| (path.as_str(), fault.code)).collect::<Vec<_>>(),
            [(deep.as_str(), "file-unreadable")]
        );
    }
}
