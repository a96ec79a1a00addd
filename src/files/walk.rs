//! Finds the content files of a folder and the assets beside them.

use super::History;
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, SourcePath};
use ignore::WalkBuilder;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a walk leaves out: names with a dot or an underscore first, what `.gitignore` names, and this.
#[derive(Clone, Debug, Default)]
pub struct WalkRules {
    /// Whether `.gitignore` counts for nothing.
    pub no_gitignore: bool,
    /// Names with an underscore are content, as some generators have it.
    pub underscores: bool,
    /// Folders that hold no content, such as the output's.
    pub except: Vec<PathBuf>,
    /// Only these files are content, in the syntax of `.gitignore`; empty: all.
    pub include: Vec<String>,
    /// These are not; a pattern with a `!` takes in what would be left out for its name.
    pub exclude: Vec<String>,
    /// Names shown to the user are relative to it.
    pub display_root: PathBuf,
}

/// A content folder.
#[derive(Debug)]
pub struct Folder {
    /// Without links.
    root: PathBuf,
    /// As it was given: mostly fewer folders for the system to look up with each file than the whole path has.
    given_root: PathBuf,
    /// The folder whose files stand at the site's root.
    static_root: Option<PathBuf>,
    sources: Vec<SourcePath>,
    /// The written issues of the newsletter, and the folder that holds theirs.
    issues: Vec<SourcePath>,
    issues_root: PathBuf,
    /// `/` begins the paths of those in the static folder.
    assets: Arc<BTreeSet<String>>,
    /// The commits of its files, where they were asked for.
    pub history: History,
}

impl Folder {
    /// Walks `root`. An unreadable folder is a diagnostic; a missing root is an error.
    pub fn open(root: &Path, rules: &WalkRules) -> io::Result<(Folder, Vec<Diagnostic>)> {
        let real_root = std::fs::canonicalize(root)?;
        if !real_root.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, "it is not a folder"));
        }
        let mut folder = Folder {
            root: real_root.clone(),
            given_root: root.to_owned(),
            static_root: None,
            sources: Vec::new(),
            issues: Vec::new(),
            issues_root: PathBuf::new(),
            assets: Arc::default(),
            history: History::new(),
        };
        let below = root.strip_prefix(&rules.display_root).unwrap_or(root).to_string_lossy().replace('\\', "/");
        let below = below.trim_start_matches("./").trim_end_matches('/');
        let below = if below == "." { "" } else { below };
        let display = |relative: &str| match (below, relative) {
            (below, "") => below.to_owned(),
            ("", relative) => relative.to_owned(),
            _ => [below, "/", relative].concat(),
        };
        let found = Tree::new(&real_root, rules)?.walk();
        folder.sources = found
            .content
            .into_par_iter()
            .map(|relative| SourcePath { display: display(&relative).into(), relative: relative.into() })
            .collect();
        folder.assets = Arc::new(found.assets.into_iter().collect());
        let mut faults: Vec<_> = found.faults.into_iter().map(|(path, fault)| fault.in_file(display(&path))).collect();
        faults.extend(unread(&folder.assets).into_iter().map(|(path, fault)| fault.in_file(display(path))));
        faults.sort_by(|a, b| (&a.path, a.code).cmp(&(&b.path, b.code)));
        folder.sources.par_sort_unstable();
        Ok((folder, faults))
    }

    /// Adds the files of a static folder, which are none of the content: pictures and recordings whose size and length are
    /// asked for. Links in it are not followed.
    pub fn add_static(&mut self, root: &Path, rules: &WalkRules) -> io::Result<()> {
        let real_root = std::fs::canonicalize(root)?;
        let mut except = vec![self.root.clone()];
        except.extend(rules.except.iter().filter_map(|path| std::fs::canonicalize(path).ok()));
        except.retain(|path| *path != real_root);
        let underscores = rules.underscores;
        let walk = WalkBuilder::new(&real_root)
            .require_git(false)
            .filter_entry(move |entry| {
                entry.depth() == 0
                    || is_content_name(&entry.file_name().to_string_lossy(), underscores)
                        && except.iter().all(|folder| entry.path() != folder)
            })
            .build();
        let assets = Arc::make_mut(&mut self.assets);
        for entry in walk.flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file())) {
            if let Some(path) = entry.path().strip_prefix(&real_root).ok().and_then(slashed) {
                assets.insert(format!("/{path}"));
            }
        }
        self.static_root = Some(real_root);
        Ok(())
    }

    /// Adds the written issues of the newsletter, `issues/*.md` in `root`; there may be none.
    pub fn add_issues(&mut self, root: &Path) -> io::Result<()> {
        let files = match std::fs::read_dir(root.join("issues")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            files => files?,
        };
        for file in files {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            if is_content_name(&name, false) && name.ends_with(".md") && file.file_type()?.is_file() {
                let path = format!("issues/{name}");
                self.issues.push(SourcePath { display: path.as_str().into(), relative: path.into() });
            }
        }
        self.issues.sort();
        self.issues_root = root.to_owned();
        Ok(())
    }

    /// The written issues, sorted by name.
    pub fn issues(&self) -> &[SourcePath] {
        &self.issues
    }

    /// The content files, sorted by their relative path.
    pub fn sources(&self) -> &[SourcePath] {
        &self.sources
    }

    /// The other files.
    pub fn assets(&self) -> &Arc<BTreeSet<String>> {
        &self.assets
    }

    /// Reads a content file or a written issue in place of what `bytes` holds.
    pub fn read(&self, path: &SourcePath, bytes: &mut Vec<u8>) -> io::Result<()> {
        let root = if self.issues.contains(path) { &self.issues_root } else { &self.given_root };
        super::read_file_into(&root.join(&*path.relative), bytes)
    }

    /// Of an asset, in bytes.
    pub fn asset_length(&self, asset: &str) -> Option<u64> {
        Some(std::fs::metadata(self.asset_path(asset)?).ok()?.len())
    }

    /// Width and height of an asset, if it is a picture.
    pub fn picture_size(&self, asset: &str) -> Option<(u32, u32)> {
        super::picture_size(&self.asset_path(asset)?)
    }

    /// The bytes of an asset; of one that is longer, one more than `most`.
    pub fn read_asset(&self, asset: &str, most: usize) -> io::Result<Vec<u8>> {
        let path = self.asset_path(asset).ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Where an asset of the walk stands.
    fn asset_path(&self, asset: &str) -> Option<PathBuf> {
        match asset.strip_prefix('/') {
            Some(below) => Some(self.static_root.as_ref()?.join(below)),
            None => Some(self.root.join(asset)),
        }
    }
}

/// Writing in markup that generators read and tidings doesn't: the first file of each kind, with their number.
fn unread(assets: &BTreeSet<String>) -> Vec<(&str, Diagnostic)> {
    let of_kind = |kind: &&str| {
        let mut files =
            assets.iter().filter(|path| path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case(kind)));
        let first = files.next()?;
        Some((first.as_str(), Diagnostic::format_unread(kind, files.count() + 1)))
    };
    ["adoc", "asciidoc", "ipynb", "org", "rst", "textile"].iter().filter_map(of_kind).collect()
}

/// Matches paths as a `.gitignore` in `root` with these lines would.
pub(super) fn matcher(root: &Path, patterns: &[String]) -> io::Result<Gitignore> {
    let mut builder = GitignoreBuilder::new(root);
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, format!("`{pattern}`: {error}")))?;
    }
    builder.build().map_err(io::Error::other)
}

/// What is wrong with the first of the patterns that can't be read.
pub fn bad_pattern(patterns: &[String]) -> Option<String> {
    let mut globs = GitignoreBuilder::new("");
    patterns.iter().find_map(|pattern| globs.add_line(None, pattern).err()).map(|error| error.to_string())
}

/// A path with `/` between its parts; none if it is not Unicode.
pub(super) fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

/// Names with an underscore belong to generators, but for those that hold entries or describe a section; packages'
/// files are nobody's writing.
pub(super) fn is_content_name(name: &str, underscores: bool) -> bool {
    let is_known = matches!(name, "_posts" | "_drafts") || name.starts_with("_index.");
    !name.starts_with('.') && name != "node_modules" && (underscores || is_known || !name.starts_with('_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, rules: &WalkRules) -> Vec<String> {
        let (folder, faults) = Folder::open(root, rules).unwrap();
        assert_eq!(faults, []);
        folder.sources().iter().map(|path| path.relative.to_string()).collect()
    }

    fn fill(root: &Path, files: &[&str]) {
        for file in files {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
    }

    #[test]
    fn content_is_found_in_order_without_what_is_hidden_ignored_or_a_generators() {
        let dir = tempfile::tempdir().unwrap();
        fill(
            dir.path(),
            &[
                "b.md",
                "a/index.md",
                "a/pic.png",
                ".git/x.md",
                "_includes/x.html",
                "_posts/p.markdown",
                "drafts/no.md",
                "public/p.html",
                "c.MD",
            ],
        );
        std::fs::write(dir.path().join(".gitignore"), "drafts/\n").unwrap();
        let rules = WalkRules { except: vec![dir.path().join("public")], display_root: dir.path().into(), ..WalkRules::default() };
        assert_eq!(names(dir.path(), &rules), ["_posts/p.markdown", "a/index.md", "b.md", "c.MD"]);
        let (folder, _) = Folder::open(dir.path(), &rules).unwrap();
        assert_eq!(folder.asset_length("a/pic.png"), Some(1));
    }

    #[test]
    fn static_files_stand_at_the_root_and_are_no_content() {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path(), &["content/a.md", "content/p.png", "static/img/x.bin", "static/page.md", "public/o.png", "_site/y.png", ".git/z"]);
        let gif = b"GIF89a\x05\0\x04\0\0\0\0";
        std::fs::write(dir.path().join("static/img/x.gif"), gif).unwrap();
        let rules = WalkRules { except: vec![dir.path().join("public")], display_root: dir.path().into(), ..WalkRules::default() };
        let open = |root: &str| {
            let (mut folder, _) = Folder::open(&dir.path().join("content"), &rules).unwrap();
            folder.add_static(&dir.path().join(root), &rules).unwrap();
            folder
        };
        let paths = |folder: &Folder| folder.assets().iter().cloned().collect::<Vec<_>>();
        let folder = open("static");
        assert_eq!(paths(&folder), ["/img/x.bin", "/img/x.gif", "/page.md", "p.png"]);
        assert_eq!(folder.sources().len(), 1);
        assert_eq!((folder.picture_size("/img/x.gif"), folder.picture_size("p.png")), (Some((5, 4)), None));
        assert_eq!(paths(&open(".")), ["/static/img/x.bin", "/static/img/x.gif", "/static/page.md", "p.png"]);
        let (mut folder, _) = Folder::open(&dir.path().join("content"), &rules).unwrap();
        assert!(folder.add_static(&dir.path().join("none"), &rules).is_err());
    }

    #[test]
    fn what_is_left_out_is_configured() {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path(), &["a.md", "_b.md", "_c/d.md", ".e.md", "f/g.md", "f/README.md", "h.md"]);
        std::fs::write(dir.path().join(".gitignore"), "h.md\n").unwrap();
        let walk = |exclude: &[&str], no_gitignore: bool, underscores: bool| {
            let exclude = exclude.iter().map(|pattern| (*pattern).to_owned()).collect();
            names(dir.path(), &WalkRules { exclude, no_gitignore, underscores, ..WalkRules::default() })
        };
        assert_eq!(walk(&[], false, false), ["a.md", "f/README.md", "f/g.md"]);
        assert_eq!(walk(&["README.md", "/a.md"], false, false), ["f/g.md"]);
        assert_eq!(walk(&["f/", "!_c", "!.e.md"], false, false), [".e.md", "_c/d.md", "a.md"]);
        assert_eq!(walk(&["f"], true, true), ["_b.md", "_c/d.md", "a.md", "h.md"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_the_folder_only() {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path(), &["in/a.md", "out/secret.md"]);
        let root = dir.path().join("in");
        std::os::unix::fs::symlink("a.md", root.join("b.md")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("out/secret.md"), root.join("c.md")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("out"), root.join("d")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.join(".#lock.md")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.join("e.md")).unwrap();
        std::os::unix::fs::symlink(".", root.join("loop")).unwrap();
        let rules = WalkRules { display_root: dir.path().into(), ..WalkRules::default() };
        let (folder, mut faults) = Folder::open(&root, &rules).unwrap();
        assert_eq!(folder.sources().iter().map(|path| &*path.display).collect::<Vec<_>>(), ["in/a.md", "in/b.md"]);
        faults.sort_by(|a, b| a.path.cmp(&b.path));
        let told: Vec<_> = faults.iter().map(|fault| (fault.code, fault.path.as_str())).collect();
        assert_eq!(told, [("link-skipped", "in/c.md"), ("link-skipped", "in/d"), ("link-skipped", "in/e.md"), ("link-skipped", "in/loop")]);
    }

    #[test]
    fn folders_and_files_are_chosen_and_excluded() {
        let dir = tempfile::tempdir().unwrap();
        fill(
            dir.path(),
            &["_posts/a.md", "cats/_posts/b.md", "cats/about.md", "index.md", "node_modules/x/README.md", "cats/_posts/c.png"],
        );
        let rules = WalkRules { include: vec!["_posts/".into()], exclude: vec!["/cats/_posts/z*".into()], ..WalkRules::default() };
        fill(dir.path(), &["cats/_posts/z.md"]);
        assert_eq!(names(dir.path(), &rules), ["_posts/a.md", "cats/_posts/b.md"]);
        let (folder, _) = Folder::open(dir.path(), &rules).unwrap();
        assert!(folder.assets().contains("cats/_posts/c.png"), "assets are no content");
        let rules = WalkRules { exclude: vec!["cats/".into(), "index.md".into()], ..WalkRules::default() };
        assert_eq!(names(dir.path(), &rules), ["_posts/a.md"]);
    }

    #[test]
    fn what_an_earlier_build_wrote_is_no_content() {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path(), &["a.md", "site/index.html", "site/.tidings-manifest.json"]);
        assert_eq!(names(dir.path(), &WalkRules::default()), ["a.md"]);
    }
}
