//! What the path of a source says: section, slug, date, language.

use super::dated_name::{DatedName, split_dated_name, split_freely_dated_name, split_short_dated_name};
use super::dialect::Dialect;
use super::folders::Folders;
use chrono::{Datelike, NaiveDate};

/// The facts in a path below the content folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathFacts {
    /// Folders of the address, without a bundle's own, `_posts` or a language's.
    pub folders: Vec<String>,
    /// File name (or the bundle's folder) without extension and language; with its date.
    pub name: String,
    /// The name without its date.
    pub stem: String,
    pub date: Option<NaiveDate>,
    /// The time of day in the name, with its offset as written.
    pub time: Option<String>,
    /// The language that a suffix or a folder names.
    pub language: Option<String>,
    /// The folder that names it, where that is the first.
    pub language_folder: Option<String>,
    /// `_index.md`: about its folder, not an entry.
    pub is_section: bool,
    /// Jekyll keeps drafts in `_drafts`.
    pub is_draft: bool,
}

/// ISO 639-1 codes. Only these, with or without a region, make a suffix or folder a language.
const LANGUAGES: &str = " aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ";

/// Languages that publications are often written in, without those whose codes are words.
const COMMON: &str = " ar bg bn ca cs da de el en es et eu fa fi fr he hr hu ja ka kk ko lt lv nb nl nn pl pt ro ru sk sl sr sv sw ta te th tr uk ur uz vi zh ";

/// File extensions that are languages' codes too.
const EXTENSIONS: [&str; 7] = ["ts", "so", "ps", "st", "ml", "sc", "pl"];

/// Whether a folder's or suffix's name is a language's code, with or without a region or script.
pub fn is_language(code: &str) -> bool {
    is_listed(code, LANGUAGES)
}

/// Whether nothing else is meant by it, most likely.
pub fn is_common_language(code: &str) -> bool {
    is_listed(code, COMMON) || code.contains(['-', '_']) && is_language(code)
}

fn is_listed(code: &str, list: &str) -> bool {
    let (primary, region) = match code.split_once(['-', '_']) {
        Some((primary, region)) => (primary, Some(region)),
        None => (code, None),
    };
    if primary.len() != 2 || !primary.bytes().all(|b| b.is_ascii_lowercase()) {
        return false;
    }
    if region.is_some_and(|region| !matches!(region.len(), 2 | 4) || !region.bytes().all(|b| b.is_ascii_alphabetic())) {
        return false;
    }
    list.contains(&format!(" {primary} "))
}

/// How paths are read.
#[derive(Clone, Copy, Debug)]
pub struct PathRules<'a> {
    /// The dialect of the file.
    pub dialect: Dialect,
    /// The name of the content folder itself (`_posts`, `blog`).
    pub root_name: &'a str,
    /// The site's languages, where the configuration names them.
    pub languages: &'a [String],
}

impl PathRules<'_> {
    fn is_suffix(&self, suffix: &str) -> bool {
        match self.languages {
            [] => is_language(suffix) && !EXTENSIONS.contains(&suffix),
            tags => tags.iter().any(|tag| tag.eq_ignore_ascii_case(&suffix.replace('_', "-"))),
        }
    }
}

/// Reads a path with `/` between folders.
pub fn read_path(relative: &str, rules: PathRules, known: &Folders) -> PathFacts {
    let PathRules { dialect, root_name, .. } = rules;
    let mut folders: Vec<&str> = relative.split('/').collect();
    let file = folders.pop().unwrap_or_default();
    let mut name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let mut facts = PathFacts::default();

    // Jekyll and Pelican know languages as fields only: a folder is a category, and a suffix part of the name.
    let is_jekyll = dialect == Dialect::Jekyll;
    let by_field = is_jekyll || dialect == Dialect::Pelican;
    if let Some((before, suffix)) = name.rsplit_once('.').filter(|_| !by_field)
        && !before.is_empty()
        && rules.is_suffix(suffix)
    {
        facts.language = Some(suffix.replace('_', "-"));
        name = before;
    }
    if let Some(at) = relative.match_indices('/').position(|(end, _)| known.is_language(&relative[..end])) {
        let folder = folders[at];
        if facts.language.is_none() {
            facts.language = Some(folder.replace('_', "-"));
        }
        if !by_field {
            facts.language_folder = (at == 0).then(|| folder.to_owned());
            folders.remove(at);
        }
    }
    facts.is_section = name == "_index";
    if let Some(at) = folders.iter().position(|folder| matches!(*folder, "_posts" | "_drafts")) {
        facts.is_draft = folders[at] == "_drafts";
        // Jekyll takes categories from the folders above `_posts` only.
        folders.truncate(if is_jekyll { at } else { folders.len() });
        folders.retain(|folder| !matches!(*folder, "_posts" | "_drafts"));
    } else if is_jekyll && matches!(root_name, "_posts" | "_drafts") {
        facts.is_draft = root_name == "_drafts";
        folders.clear();
    }
    let is_index = name == "index" || matches!(name, "README" | "readme") && dialect == Dialect::Plain;
    if is_index
        && !is_jekyll
        && let Some(folder) = folders.pop()
    {
        name = folder;
    }
    facts.name = name.to_owned();
    facts.stem = name.to_owned();
    match split_dated_name(name).or_else(|| other_dated_name(name, dialect)) {
        Some(dated) => {
            (facts.date, facts.time) = (Some(dated.day), dated.time);
            facts.stem = if dated.stem.is_empty() { name.to_owned() } else { dated.stem.to_owned() };
        }
        None => facts.date = dated_folders(&folders, name),
    }
    facts.folders = folders.into_iter().map(str::to_owned).collect();
    facts
}

/// Names that only one generator takes for dated.
fn other_dated_name(name: &str, dialect: Dialect) -> Option<DatedName<'_>> {
    match dialect {
        Dialect::Jekyll => split_short_dated_name(name),
        // Pelican looks at the first ten characters.
        Dialect::Pelican => {
            let day: NaiveDate = name.get(..10)?.parse().ok().filter(|day: &NaiveDate| day.year() > 0)?;
            Some(DatedName { day, time: None, stem: name })
        }
        // No generator: as people write dates.
        Dialect::Plain => split_freely_dated_name(name),
        _ => None,
    }
}

/// `2024/05/01/slug.md`, `2024/05/01-slug.md`, `2024/05-01-slug.md`, `2024-05-01/slug.md`.
fn dated_folders(folders: &[&str], name: &str) -> Option<NaiveDate> {
    // A year's folder, and the rest of the date in the name.
    if let Some(year) = folders.last().filter(|year| year.len() == 4)
        && let Some(dated) = split_dated_name(&format!("{year}-{name}"))
    {
        return Some(dated.day);
    }
    if let Some(date) = folders.iter().rev().find_map(|folder| split_dated_name(folder).map(|dated| dated.day)) {
        return Some(date);
    }
    let number = |text: &str, len: usize| text.get(..len).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?.parse::<u32>().ok();
    (0..folders.len()).rev().find_map(|at| {
        let year = Some(folders[at]).filter(|year| year.len() == 4).and_then(|year| number(year, 4))?;
        let month = folders.get(at + 1).filter(|month| month.len() == 2).and_then(|month| number(month, 2))?;
        let day = match folders.get(at + 2) {
            Some(day) if day.len() == 2 => number(day, 2)?,
            Some(_) => return None,
            None => number(name, 2).filter(|_| name[2..].is_empty() || name[2..].starts_with(['-', '_']))?,
        };
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourcePath;
    use std::collections::BTreeSet;

    fn facts(path: &str, dialect: Dialect) -> PathFacts {
        let source = SourcePath { relative: path.into(), display: path.into() };
        let (known, _) = Folders::read(&[source], &BTreeSet::new(), &[], &|_| unreachable!("nothing to read"));
        read_path(path, PathRules { dialect, root_name: "content", languages: &[] }, &known)
    }

    fn day(text: &str) -> Option<NaiveDate> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn dates_in_names_and_folders_are_found() {
        for path in [
            "2024-05-01-a.md",
            "x/2024-05-01_a.md",
            "2024-05-01 a.md",
            "2024-05-01T10:00:00Z-a.md",
            "2024-5-1-a.md",
            "2024-05-01-a/index.md",
            "2024/05/01/a.md",
            "2024/05/01-a.md",
            "2024/05-01-a/index.md",
            "notes/2024/5-1.md",
            "2024-05-01/a.md",
            "2024-05-01.md",
        ] {
            assert_eq!(facts(path, Dialect::Plain).date, day("2024-05-01"), "{path}");
        }
        for path in ["2024-13-01-a.md", "a-2024-05-010.md", "2024-05.md", "1984.md", "v2024/05/a.md"] {
            assert_eq!(facts(path, Dialect::Plain).date, None, "{path}");
        }
    }

    #[test]
    fn languages_are_suffixes_or_first_folders() {
        for (path, language) in [
            ("a.fr.md", Some("fr")),
            ("a.pt-BR.md", Some("pt-BR")),
            ("fr/a.md", Some("fr")),
            ("it/a.md", None),
            ("v1.2.md", None),
            ("jquery.js.md", None),
            ("x.2017-02-10.md", None),
        ] {
            assert_eq!(facts(path, Dialect::Plain).language.as_deref(), language, "{path}");
        }
    }

    #[test]
    fn jekyll_takes_the_folders_above_its_own() {
        let found = facts("cats/_posts/2020/2020-01-02-tom.md", Dialect::Jekyll);
        assert_eq!((found.folders, found.stem.as_str()), (vec!["cats".to_owned()], "tom"));
        assert!(facts("_drafts/x.md", Dialect::Jekyll).is_draft);
    }

    #[test]
    fn bundles_lend_their_name_and_sections_are_told() {
        let found = facts("blog/my-trip/index.fr.md", Dialect::Hugo);
        assert_eq!((found.stem.as_str(), found.language.as_deref()), ("my-trip", Some("fr")));
        for name in ["_index", "_index.fr"] {
            assert!(
                read_path(
                    &format!("blog/{name}.md"),
                    PathRules { dialect: Dialect::Hugo, root_name: "", languages: &[] },
                    &Folders::default()
                )
                .is_section
            );
        }
    }
}
