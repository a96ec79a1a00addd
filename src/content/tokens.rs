//! The tokens of permalink patterns and what they stand for.

use super::dialect::Dialect;
use super::permalink::{Piece, unknown};
use super::slug::{Slugs, jekyll_pretty};
use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, Datelike, FixedOffset};

/// What an address is made of.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    pub dialect: Dialect,
    pub slugs: Slugs,
    /// In the zone whose day counts.
    pub date: Option<DateTime<FixedOffset>>,
    pub title: Option<&'a str>,
    /// The `slug` of the front matter.
    pub slug: Option<&'a str>,
    /// File name without extension.
    pub name: &'a str,
    /// The name without its date.
    pub stem: &'a str,
    pub folders: &'a [String],
    /// The folders down to the deepest that is a section, and what stands for each section in addresses.
    pub sections: &'a [String],
    pub section_slugs: &'a [String],
    pub categories: &'a [String],
    pub author: Option<&'a str>,
    pub language: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// A chrono format for a part of the date.
    Date(&'static str),
    Title,
    Slug,
    Name,
    /// The slug, else the name.
    SlugOrName,
    /// The name without its date.
    Stem,
    Path,
    /// The slug, else the name without its date (Hugo where `:filename` makes the date).
    SlugOrStem,
    /// The slug, else the name without its date if it has one, else the title (Hugo's `:slug` there).
    SlugOrDatedStem,
    /// The slug as it is, else folders and name (Astro).
    SlugOrPath,
    /// The slug as it is, else the path with the file's date as folders (Docusaurus).
    SlugOrDatedPath,
    /// The folders and the name without its date.
    StemPath,
    /// The folders and the name, which once is enough where both are the same (Eleventy).
    FoldedPath,
    Section,
    SectionSlug,
    Sections {
        first: usize,
        last: Option<usize>,
    },
    SectionSlugs {
        first: usize,
        last: Option<usize>,
    },
    Categories,
    SlugCategories,
    Category,
    Person,
    Language,
    Extension,
    Nothing,
}

pub fn colon_token(name: &str) -> Option<Token> {
    Some(match name {
        "year" => Token::Date("%Y"),
        "short_year" => Token::Date("%y"),
        "month" => Token::Date("%m"),
        "i_month" => Token::Date("%-m"),
        "short_month" => Token::Date("%b"),
        "monthname" | "long_month" => Token::Date("%B"),
        "day" => Token::Date("%d"),
        "i_day" => Token::Date("%-d"),
        "y_day" => Token::Date("%j"),
        "yearday" => Token::Date("%-j"),
        "weekday" => Token::Date("%w"),
        "weekdayname" | "long_day" => Token::Date("%A"),
        "short_day" => Token::Date("%a"),
        "week" => Token::Date("%V"),
        "w_year" => Token::Date("%G"),
        "w_day" => Token::Date("%u"),
        "hour" => Token::Date("%H"),
        "minute" => Token::Date("%M"),
        "second" => Token::Date("%S"),
        "title" => Token::Title,
        "slug" => Token::Slug,
        "filename" | "name" | "basename" | "contentbasename" => Token::Name,
        "slugorfilename" | "slugorcontentbasename" => Token::SlugOrName,
        "stem" => Token::Stem,
        "path" => Token::Path,
        "foldedpath" => Token::FoldedPath,
        "stempath" => Token::StemPath,
        "slugorstem" => Token::SlugOrStem,
        "slugordatedstem" => Token::SlugOrDatedStem,
        "slugorpath" => Token::SlugOrPath,
        "slugordatedpath" => Token::SlugOrDatedPath,
        "section" => Token::Section,
        "sectionslug" => Token::SectionSlug,
        "sections" => Token::Sections { first: 0, last: None },
        "sectionslugs" => Token::SectionSlugs { first: 0, last: None },
        "categories" => Token::Categories,
        "slugified_categories" => Token::SlugCategories,
        "category" => Token::Category,
        "author" => Token::Person,
        "lang" | "language" => Token::Language,
        "output_ext" => Token::Extension,
        "collection" => Token::Nothing,
        _ => return None,
    })
}

/// Pelican's tokens (its settings ARTICLE_URL and ARTICLE_SAVE_AS).
pub fn brace_token(text: &str) -> Result<Piece, (String, String)> {
    let (name, format) = text.split_once(':').unwrap_or((text, "%Y-%m-%d"));
    let token = match name {
        "date" => {
            if StrftimeItems::new(format).any(|piece| piece == Item::Error) {
                return Err((format!("`{format}` is no date format"), "use %Y, %m, %d and the like".into()));
            }
            return Ok(Piece::Date(format.to_owned()));
        }
        "slug" => Token::Slug,
        "lang" => Token::Language,
        "author" => Token::Person,
        "category" => Token::Category,
        "path" | "path_no_ext" => Token::StemPath,
        "base_name" => Token::Name,
        _ => return Err(unknown(&format!("{{{text}}}"), "{slug}, {date:%Y}, {category}, {author}, {lang}")),
    };
    Ok(Piece::Token(format!("{{{name}}}"), token))
}

/// Hugo's ranges: `[1]`, `[1:]`, `[:last]`, `[0:2]`.
pub fn sections_range(token: Token, text: &str) -> Option<Token> {
    let number = |text: &str, missing: usize| match text.trim() {
        "" => Some(missing),
        "last" => Some(usize::MAX),
        other => other.parse().ok(),
    };
    let (first, last) = match text.split_once(':') {
        Some((first, last)) => (number(first, 0)?, if last.trim().is_empty() { None } else { number(last, 0) }),
        None => {
            let at = number(text, 0)?;
            (at, Some(at.saturating_add(1)))
        }
    };
    // `[last]` is one section: up to the end.
    let last = last.filter(|last| (first, *last) != (usize::MAX, usize::MAX));
    Some(match token {
        Token::SectionSlugs { .. } => Token::SectionSlugs { first, last },
        _ => Token::Sections { first, last },
    })
}

/// A date, or a part of it. The usual parts are quick: each entry's address has some.
fn formatted(date: DateTime<FixedOffset>, format: &str) -> String {
    match format {
        "%Y" if (0..=9999).contains(&date.year()) => digits(date.year().unsigned_abs(), 4),
        "%m" => digits(date.month(), 2),
        "%d" => digits(date.day(), 2),
        _ => date.format(format).to_string(),
    }
}

/// The last digits of a number.
fn digits(number: u32, count: u32) -> String {
    (0..count).rev().map(|place| char::from_digit(number / 10_u32.pow(place) % 10, 10).unwrap_or_default()).collect()
}

impl Token {
    /// None where the entry has nothing for it.
    pub fn value(self, parts: &Parts) -> Option<String> {
        let slug = |text: &str| parts.slugs.slugify(text, parts.dialect);
        Some(match self {
            // Hugo doesn't fill a year up, which only the first one shows.
            Token::Date("%Y") if parts.dialect == Dialect::Hugo => parts.date.map(|date| date.year().to_string()).unwrap_or_default(),
            Token::Date(format) => parts.date.map(|date| formatted(date, format)).unwrap_or_default(),
            Token::Title => match parts.dialect {
                // Jekyll's title in addresses is the file's name.
                Dialect::Jekyll => jekyll_pretty(parts.slug.unwrap_or(parts.stem)),
                Dialect::Hugo => parts.hugo_title(),
                _ => parts.slug_or_stem(),
            },
            Token::Slug => match parts.dialect {
                Dialect::Jekyll => slug(parts.slug.unwrap_or(parts.stem)),
                Dialect::Hugo => parts.slug.map_or_else(|| parts.hugo_title(), slug),
                // Pelican makes slugs from titles, and takes one that is given as it is.
                Dialect::Pelican => parts.slug.map_or_else(|| slug(parts.title.unwrap_or(parts.stem)), str::to_owned),
                _ => parts.slug_or_stem(),
            },
            // A token of Hugo's follows its rule for tokens, not that for paths.
            Token::Name if parts.dialect == Dialect::Hugo => slug(parts.name),
            Token::Name => parts.segment(parts.name),
            Token::SlugOrName if parts.dialect == Dialect::Hugo => slug(parts.slug.unwrap_or(parts.name)),
            Token::SlugOrName => parts.slug_or_stem(),
            Token::Stem => parts.segment(parts.stem),
            Token::Path => join(parts.folders.iter().map(|folder| parts.segment(folder)).chain([parts.slug_or_stem()])),
            Token::StemPath => parts.path(parts.stem),
            // Eleventy writes no folder into one of the same name.
            Token::FoldedPath => match parts.folders.split_last() {
                Some((last, _)) if last == parts.name => join(parts.folders.iter().map(|folder| parts.segment(folder))),
                _ => parts.path(parts.name),
            },
            // Pelican takes the file's slug as it is; a name that its FILENAME_METADATA doesn't match leaves it to the title.
            Token::SlugOrStem if parts.dialect == Dialect::Pelican => match parts.slug {
                Some(slug) => slug.to_owned(),
                None if parts.stem != parts.name => parts.stem.to_owned(),
                None => slug(parts.title.unwrap_or(parts.stem)),
            },
            Token::SlugOrStem => slug(parts.slug.unwrap_or(parts.stem)),
            Token::SlugOrDatedStem => match parts.slug.or((parts.stem != parts.name).then_some(parts.stem)) {
                Some(own) => slug(own),
                None => parts.hugo_title(),
            },
            Token::SlugOrPath => parts.slug.map_or_else(|| parts.path(parts.name), |slug| slug.trim_matches('/').to_owned()),
            Token::SlugOrDatedPath => parts.slug.map_or_else(|| parts.dated_path(), |slug| slug.trim_start_matches('/').to_owned()),
            Token::Section => parts.folders.first().map(|folder| parts.segment(folder)).unwrap_or_default(),
            Token::SectionSlug => parts.section_slugs.first().map(|section| slug(section)).unwrap_or_default(),
            Token::Sections { first, last } => join(range(parts.sections, first, last).iter().map(|folder| parts.segment(folder))),
            Token::SectionSlugs { first, last } => join(range(parts.section_slugs, first, last).iter().map(|section| slug(section))),
            Token::Categories => join(parts.categories.iter().map(|category| category.to_lowercase())),
            Token::SlugCategories => join(parts.categories.iter().map(|category| slug(category))),
            Token::Category => slug(parts.categories.first().map_or("misc", String::as_str)),
            Token::Person if parts.dialect == Dialect::Pelican => parts.author.map(slug).unwrap_or_default(),
            Token::Person => slug(parts.author?),
            Token::Language => parts.language.to_owned(),
            Token::Extension => ".html".into(),
            Token::Nothing => String::new(),
        })
    }
}

/// Some of the sections; what lies outside is left out.
fn range(sections: &[String], first: usize, last: Option<usize>) -> &[String] {
    // `last` in a range means the place of the last section.
    let place = |at: usize| if at == usize::MAX { sections.len().saturating_sub(1) } else { at.min(sections.len()) };
    let first = place(first);
    let last = last.map_or(sections.len(), place);
    sections.get(first..last.max(first)).unwrap_or_default()
}

impl Parts<'_> {
    /// The last segment where no pattern asks for something else.
    fn slug_or_stem(&self) -> String {
        match (self.dialect, self.slug) {
            // Not a token: the whole path is made safe at once.
            (Dialect::Hugo, Some(slug)) => self.slugs.hugo_slug(slug),
            (Dialect::Hugo, None) => self.segment(&self.name.split_whitespace().collect::<Vec<_>>().join(" ")),
            (_, slug) => {
                let slug = self.slugs.slugify(slug.unwrap_or(self.stem), self.dialect);
                // A name of nothing but marks is better than none.
                if slug.is_empty() { self.stem.to_owned() } else { slug }
            }
        }
    }

    /// A title has no folders.
    fn hugo_title(&self) -> String {
        self.slugs.slugify(&self.title.unwrap_or_default().replace(['/', '\\'], "-"), self.dialect)
    }

    /// A folder or file's name: only Hugo rewrites them, and who follows github-slugger.
    fn segment(&self, name: &str) -> String {
        match self.dialect {
            Dialect::Hugo => self.slugs.hugo_path(name),
            _ if self.slugs == Slugs::Github => self.slugs.slugify(name, self.dialect),
            _ => name.to_owned(),
        }
    }

    fn path(&self, name: &str) -> String {
        join(self.folders.iter().map(String::as_str).chain([name]).map(|name| self.segment(name)))
    }

    /// `notes/2024-05-01-name` as `2024/05/01/notes/name`: the last date of the path comes first, with slashes.
    fn dated_path(&self) -> String {
        let path = join(self.folders.iter().cloned().chain([self.name.to_owned()]));
        let dated = path.char_indices().rev().find_map(|(at, _)| Some((at, date_length(&path[at..])?)));
        match dated {
            Some((at, length)) => {
                let (date, text) = path[at..].split_at(length);
                let text = text.strip_prefix(['-', '/']).unwrap_or(text);
                format!("{}/{}{text}", date.replace('-', "/"), &path[..at])
            }
            None => path,
        }
    }
}

/// How long the date is at the start of a text: four digits, and twice one or two behind a hyphen or slash.
fn date_length(text: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    if digits(text) < 4 {
        return None;
    }
    let mut at = 4;
    for _ in 0..2 {
        let rest = text[at..].strip_prefix(['-', '/'])?;
        at += 1 + Some(digits(rest).min(2)).filter(|count| *count > 0)?;
    }
    Some(at)
}

fn join(segments: impl Iterator<Item = String>) -> String {
    segments.filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("/")
}
