//! The files of a site as detection sees them: all names, and the texts of those that say something.

use crate::diagnostic::Source;

/// The names of a site's files, and the texts of those that `is_wanted`.
#[derive(Clone, Debug, Default)]
pub struct SiteFiles {
    /// Below the site's folder, with `/` between folders, sorted.
    pub paths: Vec<String>,
    pub sources: Vec<Source>,
}

impl SiteFiles {
    pub(super) fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| &*source.path.relative == path)
    }

    pub(super) fn first(&self, paths: &[&str]) -> Option<&Source> {
        paths.iter().find_map(|path| self.source(path))
    }

    /// The first of these names with the extension of a script.
    pub(super) fn script(&self, names: &[&str]) -> Option<&Source> {
        names.iter().find_map(|name| SCRIPTS.iter().find_map(|ext| self.source(&format!("{name}.{ext}"))))
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.paths.binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }

    /// The files below a folder; the whole site for "." and "".
    pub(super) fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let folder = match folder.trim_start_matches("./").trim_matches('/') {
            "" | "." => String::new(),
            name => format!("{name}/"),
        };
        self.paths.iter().map(String::as_str).filter(move |path| path.starts_with(&folder))
    }

    pub(super) fn has_folder(&self, folder: &str) -> bool {
        self.below(folder).next().is_some()
    }

    /// Whether a folder holds writing.
    pub(super) fn has_entries(&self, folder: &str) -> bool {
        self.below(folder).any(is_entry)
    }
}

const SCRIPTS: [&str; 6] = ["js", "mjs", "cjs", "ts", "mts", "cts"];

/// Whether a name is one of writing.
pub(super) fn is_entry(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let is_manual = matches!(path.rsplit('/').next(), Some("README.md" | "CHANGELOG.md" | "LICENSE.md" | "LICENSE.txt" | "robots.txt"));
    matches!(extension.as_deref(), Some("md" | "markdown" | "mdx" | "txt" | "html" | "htm")) && !is_manual
}

/// Whether detection wants the text of a file.
pub fn is_wanted(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let Some((stem, extension)) = name.rsplit_once('.') else { return matches!(path, "CNAME" | "README") };
    let is_script = SCRIPTS.contains(&extension);
    let is_data = matches!(extension, "toml" | "yaml" | "yml" | "json");
    match folder {
        "" => {
            let is_ignore = name == ".eleventyignore";
            let is_config = matches!(stem, "hugo" | "config" | "zola" | "_config") && is_data;
            let is_program = matches!(stem, "eleventy.config" | ".eleventy" | "astro.config" | "docusaurus.config") && is_script;
            let is_feed = matches!(name, "feed.xml" | "atom.xml" | "rss.xml" | "index.xml");
            let is_readme = matches!(stem, "README" | "readme") && matches!(extension, "md" | "markdown" | "txt");
            is_ignore || is_config || is_program || is_feed || is_readme || matches!(name, "pelicanconf.py" | "publishconf.py")
        }
        _ if name == ".eleventyignore" => folder.matches('/').count() == 0,
        "config/_default" | "config/production" => is_data,
        _ if folder == "_data" || folder.ends_with("/_data") => {
            (is_data || is_script) && matches!(stem, "metadata" | "site" | "meta" | "config" | "authors")
        }
        _ if stem.ends_with(".11tydata") => is_script || extension == "json",
        // Who writes (Docusaurus, which lets this file have any name).
        _ if is_data && ["author", "people", "team", "writer"].iter().any(|word| stem.contains(word)) => folder.matches('/').count() <= 2,
        // A folder's own data (Eleventy): posts/posts.json.
        _ if is_data && folder.rsplit('/').next() == Some(stem) => true,
        _ if folder == "src" || folder.starts_with("src/") => is_script && is_astro(folder, stem),
        _ => false,
    }
}

/// Constants, collections, and the endpoints that write feeds.
fn is_astro(folder: &str, stem: &str) -> bool {
    match folder {
        "src" => {
            matches!(stem, "consts" | "constants" | "config" | "site.config" | "site-config" | "siteConfig" | "content.config" | "settings")
        }
        "src/content" => stem == "config",
        _ if folder.starts_with("src/pages") => stem.ends_with(".xml"),
        _ => matches!(stem, "site" | "config" | "consts" | "constants") && folder.matches('/').count() == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_something_is_read() {
        for path in [
            "hugo.toml",
            "config.yaml",
            "config/_default/params.toml",
            "_config.yml",
            "pelicanconf.py",
            ".eleventy.js",
            "content/_data/metadata.js",
            "content/blog/blog.11tydata.js",
            "posts/posts.json",
            "astro.config.ts",
            "src/pages/rss.xml.js",
            "src/consts.ts",
            "README.md",
            ".eleventyignore",
            "src/.eleventyignore",
            "CNAME",
        ] {
            assert!(is_wanted(path), "{path}");
        }
        for path in
            ["package.json", "content/a.md", "theme/hugo.toml", "src/pages/index.astro", "src/a/b/config.ts", "x/README.md", "Makefile"]
        {
            assert!(!is_wanted(path), "{path}");
        }
    }

    #[test]
    fn folders_are_told_from_names_that_begin_like_them() {
        let files = SiteFiles { paths: vec!["content-old/a.md".into(), "content/b.png".into()], sources: Vec::new() };
        assert!(files.has_folder("content") && files.has_folder("./content/") && files.has_folder("."));
        assert!(!files.has_entries("content") && files.has_entries("content-old") && !files.has_folder("conten"));
        assert!(files.has("content/b.png") && !files.has("content"));
    }
}
