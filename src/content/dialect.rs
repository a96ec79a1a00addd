//! Whose conventions a file follows: its front matter keys, its name, its address.

use super::address::IdScheme;
use super::front_matter::{FrontMatter, Syntax};
use super::permalink::Pattern;
use super::value::find;
use crate::entry;
use std::sync::LazyLock;

/// A generator whose files tidings reads as that generator does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    Hugo,
    Zola,
    Jekyll,
    Pelican,
    /// No generator, or one whose fields differ by name alone (Eleventy, Astro).
    #[default]
    Plain,
}

impl Dialect {
    /// The dialect that the configuration names by the scheme of ids: addresses are made as that generator makes them.
    pub fn of_scheme(ids: IdScheme) -> Option<Dialect> {
        match ids {
            IdScheme::Hugo => Some(Dialect::Hugo),
            IdScheme::Zola => Some(Dialect::Zola),
            IdScheme::Jekyll => Some(Dialect::Jekyll),
            IdScheme::Pelican => Some(Dialect::Pelican),
            IdScheme::Permalink | IdScheme::Tag => None,
        }
    }

    /// The dialect of one file: as configured, else by its folder, else by how its front matter is written.
    pub fn of_file(ids: IdScheme, relative: &str, root_name: &str, front_matter: &FrontMatter) -> Dialect {
        let is_jekyll = |folder: &str| matches!(folder, "_posts" | "_drafts");
        let has = |name: &str| find(&front_matter.fields, name).is_some();
        Dialect::of_scheme(ids).unwrap_or_else(|| match front_matter.syntax {
            _ if is_jekyll(root_name) || relative.split('/').any(is_jekyll) => Dialect::Jekyll,
            Syntax::Toml if ["taxonomies", "extra", "path", "template"].into_iter().any(has) => Dialect::Zola,
            Syntax::Toml | Syntax::Json => Dialect::Hugo,
            Syntax::Lines => Dialect::Pelican,
            Syntax::Yaml | Syntax::Nothing => Dialect::Plain,
        })
    }

    /// The syntax of its bodies.
    pub fn syntax(self) -> entry::Syntax {
        match self {
            Dialect::Hugo => entry::Syntax::Hugo,
            Dialect::Zola => entry::Syntax::Zola,
            Dialect::Jekyll => entry::Syntax::Liquid,
            Dialect::Pelican => entry::Syntax::Pelican,
            Dialect::Plain => entry::Syntax::Unknown,
        }
    }

    /// Where Pelican puts an entry in another language than the site's (its `ARTICLE_LANG_URL`).
    pub fn pelican_translation() -> &'static Pattern {
        static PATTERN: LazyLock<Pattern> = LazyLock::new(|| Pattern::parse("/{slug}-{lang}.html").unwrap_or_default());
        &PATTERN
    }

    /// Where an entry is found if no pattern is configured (see `permalink.rs` for the tokens).
    pub fn default_permalink(self) -> &'static Pattern {
        static PATTERNS: LazyLock<[Pattern; 4]> = LazyLock::new(|| {
            ["/:year/:month/:slug/", "/:path/", "/:categories/:year/:month/:day/:title.html", "/{slug}.html"]
                .map(|text| Pattern::parse(text).unwrap_or_default())
        });
        match self {
            Dialect::Plain => &PATTERNS[0],
            Dialect::Hugo | Dialect::Zola => &PATTERNS[1],
            Dialect::Jekyll => &PATTERNS[2],
            Dialect::Pelican => &PATTERNS[3],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::front_matter::read_front_matter;
    use super::*;
    use crate::diagnostic::Source;

    #[test]
    fn files_are_told_apart_by_folder_and_syntax() {
        for (path, text, expected) in [
            ("a.md", "---\ntitle: x\n---\n", Dialect::Plain),
            ("2024-05-01-a.md", "---\ntitle: x\n---\n", Dialect::Plain),
            ("_posts/2024-05-01-a.md", "---\ntitle: x\n---\n", Dialect::Jekyll),
            ("a.md", "+++\ntitle = 'x'\n+++\n", Dialect::Hugo),
            ("a.md", "+++\ntitle = 'x'\n[extra]\ny = 1\n+++\n", Dialect::Zola),
            ("a.md", "{\"title\": \"x\"}\n", Dialect::Hugo),
            ("a.md", "Title: x\n\ny", Dialect::Pelican),
            ("a.txt", "x", Dialect::Plain),
        ] {
            let (front_matter, _) = read_front_matter(&Source::new(path, text));
            assert_eq!(Dialect::of_file(IdScheme::Tag, path, "content", &front_matter), expected, "{path}: {text}");
            assert_eq!(Dialect::of_file(IdScheme::Zola, path, "_posts", &front_matter), Dialect::Zola, "the configuration comes first");
        }
    }

    #[test]
    fn each_has_a_pattern() {
        for dialect in [Dialect::Hugo, Dialect::Zola, Dialect::Jekyll, Dialect::Pelican, Dialect::Plain] {
            assert_ne!(*dialect.default_permalink(), Pattern::default(), "{dialect:?}");
        }
    }
}
