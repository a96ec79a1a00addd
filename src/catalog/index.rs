//! Entries by what generators call them: logical paths and names.

use crate::entry::Head;
use std::collections::HashMap;

/// Extensions of content files.
const EXTENSIONS: [&str; 10] = ["md", "markdown", "mdx", "mdown", "mkd", "html", "htm", "txt", "rst", "adoc"];

/// Positions in the catalog's heads, in the order of paths.
#[derive(Debug, Default)]
pub struct Index {
    by_path: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Index {
    pub fn new(heads: &[Head], language: &str) -> Index {
        let mut index = Index::default();
        for (at, head) in heads.iter().enumerate() {
            let path = logical(&head.path.relative, head.language.as_deref().unwrap_or(language));
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            index.by_name.entry(name).or_default().push(at);
            index.by_path.entry(path).or_default().push(at);
        }
        index
    }

    /// The entries of a logical path, one for each language.
    pub fn at_path(&self, path: &str) -> &[usize] {
        self.by_path.get(path).map(Vec::as_slice).unwrap_or_default()
    }

    /// The entries whose logical path ends in this name.
    pub fn named(&self, name: &str) -> &[usize] {
        self.by_name.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The path without the extension of a content file.
pub fn without_extension(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((stem, extension)) if EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)) => stem,
        _ => path,
    }
}

/// Whether the path names a content file that is written in Markdown: nothing else has that extension on the web.
pub fn is_markdown(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS[..5].iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// A path without extension and language, a bundle's without its `index`; in small letters, since generators don't tell them
/// from others, and with hyphens for spaces, as Hugo's are.
pub fn logical(path: &str, language: &str) -> String {
    let path = without_extension(path);
    let path = match path.rsplit_once('.') {
        Some((stem, suffix)) if !stem.is_empty() && is_same_language(suffix, language) => stem,
        _ => path,
    };
    let path = path.strip_suffix("/index").or_else(|| path.strip_suffix("/README")).unwrap_or(path);
    path.to_lowercase().replace(' ', "-")
}

/// Whether two tags name one language: `pt_BR` is `pt-br`.
pub fn is_same_language(first: &str, second: &str) -> bool {
    first.len() == second.len()
        && first.bytes().zip(second.bytes()).all(|(a, b)| a.eq_ignore_ascii_case(&b) || matches!((a, b), (b'_', b'-') | (b'-', b'_')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logical_paths_are_what_hugo_calls_pages() {
        for (path, language, expected) in [
            ("blog/My Trip.md", "en", "blog/my-trip"),
            ("blog/trip/index.fr.md", "fr", "blog/trip"),
            ("blog/trip.fr.md", "fr", "blog/trip"),
            ("blog/trip.js.md", "fr", "blog/trip.js"),
            ("blog/trip.pt_BR.md", "pt-br", "blog/trip"),
            ("blog/v1.2", "en", "blog/v1.2"),
            ("index.md", "en", "index"),
        ] {
            assert_eq!(logical(path, language), expected, "{path}");
        }
    }

    #[test]
    fn only_markdown_can_be_nothing_but_content() {
        assert!(is_markdown("../a.MD") && is_markdown("a.mdx") && is_markdown("a.markdown"));
        assert!(!is_markdown("a.html") && !is_markdown("md") && !is_markdown("a.png"));
    }
}
