//! Slugs by each generator's documented rules, so that addresses stay as they were.

use super::dialect::Dialect;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How names become segments of addresses where a generator was told to do otherwise than it does by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slugs {
    #[default]
    Default,
    /// As the generator does, but letters keep their case (Hugo's `disablePathToLower`, Pelican's `SLUGIFY_PRESERVE_CASE`).
    Case,
    /// As the generator does, after accents are taken off (Hugo's `removePathAccents`).
    NoAccents,
    /// As the generator does, without transliteration (Pelican's `SLUGIFY_USE_UNICODE`).
    Unicode,
    /// Only what no file name may hold goes (Zola's `slugify.paths = "safe"`).
    Safe,
    /// As they are (Zola's `off`; Eleventy, Docusaurus).
    Off,
    /// github-slugger's rules (Astro).
    Github,
}

impl Slugs {
    /// The values of `slugs` under `[content]`.
    pub const NAMES: &[(&str, Slugs)] = &[
        ("default", Slugs::Default),
        ("case", Slugs::Case),
        ("no-accents", Slugs::NoAccents),
        ("unicode", Slugs::Unicode),
        ("safe", Slugs::Safe),
        ("off", Slugs::Off),
        ("github", Slugs::Github),
    ];

    /// A title, name or folder as one segment of a path.
    pub fn slugify(self, text: &str, dialect: Dialect) -> String {
        match (self, dialect) {
            (Slugs::Off, _) => text.to_owned(),
            (Slugs::Safe, _) => text.trim_end_matches([' ', '.']).replace(['<', '>', ':', '"', '/', '\\', '|', '?', '*'], ""),
            (Slugs::Github, _) => github(text),
            (Slugs::Case, Dialect::Hugo) => urlize(text),
            (Slugs::Case, Dialect::Pelican) => substitute(&deunicode::deunicode(text)),
            (Slugs::Unicode, Dialect::Pelican) => substitute(&text.nfkc().collect::<String>()).to_lowercase(),
            (Slugs::NoAccents, _) => slugify(&text.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect::<String>(), dialect),
            (Slugs::Default | Slugs::Case | Slugs::Unicode, _) => slugify(text, dialect),
        }
    }
}

/// A title, name or tag as one segment of a path, the way `dialect` makes it.
pub fn slugify(text: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Hugo => hugo(text),
        Dialect::Jekyll => jekyll(text),
        Dialect::Zola => zola(text),
        Dialect::Pelican => pelican(text),
        Dialect::Plain => plain(text),
    }
}

/// Hugo's `urlize` in lower case.
fn hugo(text: &str) -> String {
    urlize(text).to_lowercase()
}

/// Hugo's rules: spaces become hyphens, other characters but a few marks go.
fn urlize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut owed, mut was_hyphen) = (false, false);
    for (at, c) in text.char_indices() {
        let is_escape = c == '%' && text.as_bytes().get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let is_kept = is_word(c) || matches!(c, '.' | '/' | '\\' | '_' | '#' | '+' | '~' | '-' | '@') || is_escape;
        if is_kept {
            was_hyphen = c == '-';
            if owed && !was_hyphen {
                out.push('-');
            }
            owed = false;
            out.push(c);
        } else if !out.is_empty() && !was_hyphen && c.is_whitespace() {
            owed = true;
        }
    }
    out
}

/// Letters, digits and the marks on them.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Runs of characters that are not kept become one hyphen; none stands at either end.
fn hyphenate(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_kept(c) {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_matches('-').to_owned()
}

/// Jekyll's default mode.
fn jekyll(text: &str) -> String {
    hyphenate(text, is_word).to_lowercase()
}

/// Jekyll's `pretty` mode with its case kept, which `:title` uses.
pub fn jekyll_pretty(text: &str) -> String {
    hyphenate(text, |c| is_word(c) || "._~!$&'()+,;=@".contains(c))
}

/// Zola's `slugify.paths = "on"`: ASCII words in lower case with single hyphens.
fn zola(text: &str) -> String {
    hyphenate(&deunicode::deunicode(text), |c| c.is_ascii_alphanumeric()).to_lowercase()
}

/// Pelican's default: transliterated to ASCII, in lower case.
fn pelican(text: &str) -> String {
    substitute(&deunicode::deunicode(text)).to_lowercase()
}

/// github-slugger: lower case, punctuation goes, each space becomes a hyphen.
fn github(text: &str) -> String {
    let kept = text.chars().filter(|c| is_word(*c) || matches!(c, '-' | '_' | ' '));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

/// Pelican's default `SLUG_REGEX_SUBSTITUTIONS`.
fn substitute(text: &str) -> String {
    let kept: String = text.chars().filter(|c| is_word(*c) || matches!(c, '_' | '-') || c.is_whitespace()).collect();
    let mut out = String::with_capacity(kept.len());
    for c in kept.trim().chars() {
        match c {
            c if c == '-' || c.is_whitespace() => {
                if !out.ends_with('-') {
                    out.push('-');
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// Our own: words in any script, in lower case, joined by hyphens.
fn plain(text: &str) -> String {
    hyphenate(text, |c| is_word(c) || matches!(c, '_' | '.' | '~')).trim_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_generator_has_its_own_rules() {
        let title = "C'est l'été: C++ & Go_1.2!";
        let expected = [
            (Dialect::Hugo, "cest-lété-c++-go_1.2"),
            (Dialect::Jekyll, "c-est-l-été-c-go-1-2"),
            (Dialect::Zola, "c-est-l-ete-c-go-1-2"),
            (Dialect::Pelican, "cest-lete-c-go_12"),
            (Dialect::Plain, "c-est-l-été-c-go_1.2"),
        ];
        for (dialect, slug) in expected {
            assert_eq!(slugify(title, dialect), slug, "{dialect:?}");
        }
        assert_eq!(jekyll_pretty("Jekyll 3.0.0 (beta)"), "Jekyll-3.0.0-(beta)");
    }

    #[test]
    fn each_setting_of_a_generator_has_its_rules() {
        let title = "L'Été: A/b C_1. ";
        for (slugs, dialect, slug) in [
            (Slugs::Default, Dialect::Hugo, "lété-a/b-c_1."),
            (Slugs::Case, Dialect::Hugo, "LÉté-A/b-C_1."),
            (Slugs::NoAccents, Dialect::Hugo, "lete-a/b-c_1."),
            (Slugs::Case, Dialect::Pelican, "LEte-Ab-C_1"),
            (Slugs::Unicode, Dialect::Pelican, "lété-ab-c_1"),
            (Slugs::Safe, Dialect::Zola, "L'Été Ab C_1"),
            (Slugs::Off, Dialect::Zola, "L'Été: A/b C_1. "),
            (Slugs::Github, Dialect::Plain, "lété-ab-c_1-"),
        ] {
            assert_eq!(slugs.slugify(title, dialect), slug, "{slugs:?} {dialect:?}");
        }
    }

    #[test]
    fn other_scripts_keep_their_letters_where_the_generator_does() {
        assert_eq!(slugify("你好 世界", Dialect::Hugo), "你好-世界");
        assert_eq!(slugify("你好 世界", Dialect::Plain), "你好-世界");
        assert_eq!(slugify("नमस्ते", Dialect::Jekyll), "नमस्ते");
        assert_eq!(slugify("Привет мир", Dialect::Zola), "privet-mir");
    }
}
