//! The repository's own publication, built whole and compared byte by byte with `tests/golden/quay/`.
//!
//! `TIDINGS_BLESS=1 cargo test golden` writes what is there now; read the difference before you commit it.

use crate::project::Project;
use std::path::{Path, PathBuf};

/// A file, or a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}

/// A copy of the repository's own publication.
pub fn publication() -> Project {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = Project::empty();
    copy(&root.join("content"), &project.path().join("content"));
    copy(&root.join("tidings.toml"), &project.path().join("tidings.toml"));
    project
}

#[test]
fn the_example_publication_is_built_as_it_was() {
    let golden: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/quay");
    let project = publication();
    project.run("build --now 2026-10-02T00:00:00Z").success().stderr("");
    if std::env::var_os("TIDINGS_BLESS").is_some() {
        let _ = std::fs::remove_dir_all(&golden);
        copy(&project.path().join("public"), &golden);
    }
    let built = project.files("public");
    let mut kept: Vec<String> = Vec::new();
    let mut open = vec![golden.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                kept.push(path.strip_prefix(&golden).unwrap().to_string_lossy().replace('\\', "/"));
            }
        }
    }
    kept.sort();
    assert_eq!(built, kept);
    for file in built {
        let (new, old) = (project.read(&format!("public/{file}")), std::fs::read_to_string(golden.join(&file)).unwrap());
        let line =
            new.lines().zip(old.lines()).position(|(new, old)| new != old).unwrap_or_else(|| new.lines().count().min(old.lines().count()));
        assert!(new == old, "{file}, line {}:\n  now {:?}\n  was {:?}", line + 1, new.lines().nth(line), old.lines().nth(line));
    }
}
