//! Slugs by each generator's documented rules, so that addresses stay as they were.

use super::dialect::Dialect;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use percent_encoding::percent_decode_str;
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
            (Slugs::Case, Dialect::Hugo) => hugo_token(text),
            (Slugs::Case, Dialect::Pelican) => substitute(&to_ascii(text)),
            (Slugs::Unicode, Dialect::Pelican) => substitute(&text.nfkc().collect::<String>()).to_lowercase(),
            (Slugs::NoAccents, _) => slugify(&without_accents(text), dialect),
            (Slugs::Default | Slugs::Case | Slugs::Unicode, _) => slugify(text, dialect),
        }
    }

    /// A slug of the front matter in Hugo's paths: runs of spaces are one hyphen.
    pub fn hugo_slug(self, slug: &str) -> String {
        match self {
            Slugs::Case => hugo_safe(slug),
            Slugs::NoAccents => Slugs::Default.hugo_slug(&without_accents(slug)),
            _ => hugo_safe(&hugo_lower(slug)),
        }
    }

    /// A folder or file name in Hugo's paths: here each space is a hyphen, and a plus stays.
    pub fn hugo_path(self, name: &str) -> String {
        match self {
            Slugs::Case => hugo_safe(&name.replace(' ', "-")),
            Slugs::NoAccents => Slugs::Default.hugo_path(&without_accents(name)),
            _ => hugo_safe(&hugo_lower(name).replace(' ', "-")),
        }
    }
}

fn without_accents(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect()
}

/// A title, name or tag as one segment of a path, the way `dialect` makes it.
pub fn slugify(text: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Hugo => hugo(text),
        Dialect::Jekyll => jekyll(text),
        Dialect::Zola => slug::slugify(text),
        Dialect::Pelican => pelican(text),
        Dialect::Plain => plain(text),
    }
}

fn hugo(text: &str) -> String {
    hugo_lower(&hugo_token(text))
}

/// Hugo's tokens: made safe, unescaped (where a plus is a space), and made safe again.
fn hugo_token(text: &str) -> String {
    let safe = hugo_safe(text).replace('+', " ");
    hugo_safe(&percent_decode_str(&safe).decode_utf8_lossy())
}

/// Go's lower case: one character for one, whatever stands after it.
pub fn hugo_lower(text: &str) -> String {
    text.chars().map(|c| if c == 'İ' { 'i' } else { c.to_lowercase().next().unwrap_or(c) }).collect()
}

/// Letters, digits and a few marks; runs of spaces become a hyphen, other characters go.
fn hugo_safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut owed, mut was_hyphen) = (false, false);
    for (at, c) in text.char_indices() {
        let is_escape = c == '%' && text.as_bytes().get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        if is_word(c) || "./\\_#+~-@".contains(c) || is_escape {
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

/// Letters, decimal digits and the marks on them: what Go and Ruby call `\p{L}`, `\p{Nd}` and `\p{M}`.
fn is_word(c: char) -> bool {
    use GeneralCategory::*;
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    matches!(
        category,
        UppercaseLetter
            | LowercaseLetter
            | TitlecaseLetter
            | ModifierLetter
            | OtherLetter
            | NonspacingMark
            | SpacingMark
            | EnclosingMark
            | DecimalNumber
    )
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

/// Pelican's default: transliterated to ASCII, in lower case.
fn pelican(text: &str) -> String {
    substitute(&to_ascii(text)).to_lowercase()
}

/// ASCII as Python's Unidecode writes it, which has nothing for what it doesn't know.
fn to_ascii(text: &str) -> String {
    let ascii = |c: char| match c {
        // Where it has changed since the tables were made.
        'し' | 'シ' => "shi",
        'ち' | 'チ' => "chi",
        'っ' | 'つ' | 'ッ' | 'ツ' => "tsu",
        'ー' | '־' => "-",
        'Є' => "Ie",
        'א' => "A",
        'ח' => "H",
        'ך' | 'כ' => "KH",
        'ק' => "k",
        'ײ' => "EY",
        '\u{5ba}' | '\u{5c7}' => "o",
        other => Some(unidecode::unidecode_char(other)).filter(|text| !text.starts_with("[?]")).unwrap_or_default(),
    };
    text.nfkc().map(ascii).collect()
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
    // What only says how the character before is drawn is no word.
    let is_kept = |c: char| is_word(c) && !matches!(c, '\u{fe00}'..='\u{fe0f}') || matches!(c, '_' | '.' | '~');
    hyphenate(text, is_kept).trim_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_generator_has_its_own_rules() {
        let title = "C'est l'été: C++ & Go_1.2!";
        let expected = [
            (Dialect::Hugo, "cest-lété-c-go_1.2"),
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
        assert_eq!((slugify("🏳️‍🌈", Dialect::Plain).as_str(), slugify("❤️ x", Dialect::Plain).as_str()), ("", "x"));
        assert_eq!(slugify("नमस्ते", Dialect::Jekyll), "नमस्ते");
        assert_eq!(slugify("Привет мир", Dialect::Zola), "privet-mir");
    }

    #[test]
    fn pelican_transliterates_as_unidecode_does() {
        for (text, slug) in [
            ("こんにちは つしま ツーリング", "konnichiha-tsushima-tsu-ringu"),
            ("你好，世界 안녕", "ni-hao-shi-jie-annyeong"),
            ("שלום חכם", "shlvm-hkhm"),
            ("Єдність Київ", "iednist-kiyiv"),
            ("½ × ² № ™ €", "12-x-2-no-tm-eur"),
            ("Hi 👋🏽 there ❤️", "hi-there"),
            ("Straße İΣ ﬁn", "strasse-is-fin"),
        ] {
            assert_eq!(pelican(text), slug, "{text}");
        }
    }

    #[test]
    fn hugo_has_one_rule_for_tokens_and_one_for_paths() {
        assert_eq!((Slugs::Default.hugo_slug("Foo & Bar"), Slugs::Case.hugo_slug("Foo  Bar")), ("foo-bar".into(), "Foo-Bar".into()));
        for (text, token, path) in [
            ("x+y X + y", "x-y-x--y", "x+y-x-+-y"),
            ("x!y X ! y", "xy-x-y", "xy-x--y"),
            ("x-y X - y", "x-y-x-y", "x-y-x---y"),
            ("x#y", "x#y", "x#y"),
            ("a%41b%C3%A9", "aabé", "a%41b%c3%a9"),
            ("x²ⅧⒶªǅ", "xªǆ", "xªǆ"),
            ("İΣΑΣ", "iσασ", "iσασ"),
        ] {
            assert_eq!((hugo(text).as_str(), Slugs::Default.hugo_path(text).as_str()), (token, path), "{text}");
        }
    }
}
