//! A folder of writing that no generator is known of.

use super::site_files::is_entry;
use super::{Settings, SiteFiles};
use std::collections::BTreeMap;

/// Folders that are usually the one with the writing.
const USUAL: [&str; 10] = ["content", "_posts", "posts", "blog", "articles", "writing", "entries", "notes", "journal", "src/content"];

/// What a folder's files say by themselves; the content folder is empty where there is no writing.
pub fn settings_of_folder(files: &SiteFiles) -> Settings {
    let mut settings = Settings { ..Settings::default() };
    settings.title = readme_title(files);
    settings.content_dir = content_dir(files);
    if !settings.content_dir.is_empty() {
        settings.note(format!("`{}` is taken for the content folder", settings.content_dir));
    }
    if settings.content_dir == "_posts" {
        settings.ids = Some("jekyll");
        settings.permalink = Some("date".into());
    }
    settings.finish(files);
    // The output folder is no content, and what is in it already is somebody's.
    settings
}

fn readme_title(files: &SiteFiles) -> Option<String> {
    let readme = files.sources.iter().find(|source| source.path.relative.to_ascii_lowercase().starts_with("readme"))?;
    let heading = readme.text.lines().find_map(|line| line.strip_prefix("# "))?.trim();
    (!heading.is_empty() && heading.chars().count() <= 100).then(|| heading.to_owned())
}

/// A usual folder, else the one with the most files of writing, else the folder itself.
fn content_dir(files: &SiteFiles) -> String {
    if let Some(usual) = USUAL.iter().find(|folder| files.has_entries(folder)) {
        return (*usual).to_owned();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in files.paths.iter().map(String::as_str).filter(|path| is_entry(path)) {
        let first = path.split_once('/').map_or(".", |(first, _)| first);
        *counts.entry(first).or_default() += 1;
    }
    // Without files of its own, the folder that has all the writing is meant.
    if counts.contains_key(".") || counts.len() > 1 {
        return ".".into();
    }
    counts.into_keys().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn dir(paths: &[&str]) -> String {
        let mut paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        paths.sort();
        settings_of_folder(&SiteFiles { paths, sources: Vec::new() }).content_dir
    }

    #[test]
    fn the_folder_with_the_writing_is_found() {
        assert_eq!(dir(&["posts/a.md", "docs/b.md", "README.md"]), "posts");
        assert_eq!(dir(&["essays/a.md", "essays/b.txt", "img/c.png", "README.md"]), "essays");
        assert_eq!(dir(&["a.md", "essays/b.md"]), ".");
        assert_eq!(dir(&["poems/a.md", "essays/b.md"]), ".");
        assert_eq!(dir(&["README.md", "x.png"]), "");
    }

    #[test]
    fn the_readme_says_the_title() {
        let files =
            SiteFiles { paths: vec!["README.md".into()], sources: vec![Source::new("README.md", "badge\n\n# My Notes \n\ntext\n")] };
        assert_eq!(settings_of_folder(&files).title.as_deref(), Some("My Notes"));
    }
}
