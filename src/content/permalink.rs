//! Permalink patterns: Hugo's and Jekyll's `:tokens`, Pelican's `{tokens}`, and Zola's paths (`:path`).

use super::dialect::Dialect;
use super::path::split_dated_name;
use super::slug::{Slugs, jekyll_pretty};
use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, FixedOffset};

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
    pub categories: &'a [String],
    pub author: Option<&'a str>,
    pub language: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// A token's name as written, and what it stands for.
    Token(String, Token),
    /// `{date:%Y/%m}`, as Pelican writes it.
    Date(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// A chrono format for a part of the date.
    Date(&'static str),
    Title,
    Slug,
    Name,
    /// The slug, else the name as the dialect shortens it.
    Stem,
    /// The name without its date.
    Undated,
    /// The slug, else the name without its date (Hugo where `:filename` makes the date).
    SlugOrUndated,
    /// The slug as it is, else folders and name (Astro).
    SlugOrPath,
    /// The slug as it is, else the path with the file's date as folders (Docusaurus).
    SlugOrDatedPath,
    Path,
    Section,
    Sections {
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

/// A permalink pattern, read once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
}

impl Pattern {
    /// Reads a pattern; the error is what is wrong and how to mend it.
    pub fn parse(text: &str) -> Result<Pattern, (String, String)> {
        // Jekyll's styles have names.
        let text = match text {
            "date" => "/:categories/:year/:month/:day/:title:output_ext",
            "pretty" => "/:categories/:year/:month/:day/:title/",
            "ordinal" => "/:categories/:year/:y_day/:title:output_ext",
            "weekdate" => "/:categories/:year/W:week/:short_day/:title:output_ext",
            "none" => "/:categories/:title:output_ext",
            other => other,
        };
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find([':', '{']) {
            push_text(&mut pieces, &rest[..at]);
            let is_brace = rest.as_bytes()[at] == b'{';
            rest = &rest[at + 1..];
            if is_brace {
                let end = rest
                    .find('}')
                    .ok_or_else(|| ("`{` in the permalink pattern is never closed".to_owned(), "close it with `}`".to_owned()))?;
                pieces.push(brace_token(&rest[..end])?);
                rest = &rest[end + 1..];
                continue;
            }
            let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (name, after) = rest.split_at(len);
            rest = after;
            if name.is_empty() {
                push_text(&mut pieces, ":");
                continue;
            }
            let mut token = colon_token(name).ok_or_else(|| unknown(&format!(":{name}"), COLON_TOKENS))?;
            if let (Token::Sections { .. }, Some(range)) = (token, rest.strip_prefix('[')) {
                let end = range
                    .find(']')
                    .ok_or_else(|| ("`[` in the permalink pattern is never closed".to_owned(), "close it with `]`".to_owned()))?;
                token = sections_range(&range[..end]).ok_or_else(|| {
                    (
                        format!("`:{name}[{}]` is no range of sections", &range[..end]),
                        "write it as :sections[1], :sections[1:] or :sections[:last]".to_owned(),
                    )
                })?;
                rest = &range[end + 1..];
            }
            pieces.push(Piece::Token(format!(":{name}"), token));
        }
        push_text(&mut pieces, rest);
        Ok(Pattern { pieces })
    }

    /// The path below the site, with a slash first; the error is the token that has no value. Parts of a date that the
    /// entry hasn't are left out, and so is the slash after them.
    pub fn expand(&self, parts: &Parts) -> Result<String, String> {
        let mut out = String::from("/");
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Date(format) => out.push_str(&parts.date.map(|date| date.format(format).to_string()).unwrap_or_default()),
                Piece::Token(name, token) => {
                    let value = token.value(parts).ok_or_else(|| name.clone())?;
                    // The site's own path is whole: a token without a value leaves no double slash.
                    if value.is_empty() && out.ends_with('/') {
                        continue;
                    }
                    out.push_str(&value);
                }
            }
        }
        Ok(collapse(&out))
    }
}

fn collapse(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

const COLON_TOKENS: &str =
    ":year :month :day :title :slug :filename :section :sections :categories :path (see the table of permalinks in the documentation)";

fn unknown(token: &str, known: &str) -> (String, String) {
    (format!("`{token}` is not a token of permalink patterns"), format!("use {known}"))
}

fn colon_token(name: &str) -> Option<Token> {
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
        "slugorfilename" | "slugorcontentbasename" => Token::Stem,
        "stem" => Token::Undated,
        "slugorstem" => Token::SlugOrUndated,
        "slugorpath" => Token::SlugOrPath,
        "slugordatedpath" => Token::SlugOrDatedPath,
        "path" => Token::Path,
        "section" => Token::Section,
        "sections" => Token::Sections { first: 0, last: None },
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
fn brace_token(text: &str) -> Result<Piece, (String, String)> {
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
        "path" | "path_no_ext" => Token::Path,
        "base_name" => Token::Name,
        _ => return Err(unknown(&format!("{{{text}}}"), "{slug}, {date:%Y}, {category}, {author}, {lang}")),
    };
    Ok(Piece::Token(format!("{{{name}}}"), token))
}

/// Hugo's ranges: `[1]`, `[1:]`, `[:last]`, `[0:2]`.
fn sections_range(text: &str) -> Option<Token> {
    let number = |text: &str, missing: usize| match text.trim() {
        "" => Some(missing),
        "last" => Some(usize::MAX),
        other => other.parse().ok(),
    };
    match text.split_once(':') {
        Some((first, last)) => {
            Some(Token::Sections { first: number(first, 0)?, last: if last.trim().is_empty() { None } else { number(last, 0) } })
        }
        None => {
            let at = number(text, 0)?;
            Some(Token::Sections { first: at, last: at.checked_add(1) })
        }
    }
}

impl Token {
    fn value(self, parts: &Parts) -> Option<String> {
        let slug = |text: &str| parts.slugs.slugify(text, parts.dialect);
        Some(match self {
            Token::Date(format) => parts.date.map(|date| date.format(format).to_string()).unwrap_or_default(),
            Token::Title => match parts.dialect {
                // Jekyll's title in addresses is the file's name.
                Dialect::Jekyll => jekyll_pretty(parts.slug.unwrap_or(parts.stem)),
                Dialect::Hugo => slug(parts.title.unwrap_or_default()),
                _ => parts.slug_or_stem(),
            },
            Token::Slug => match parts.dialect {
                Dialect::Jekyll => slug(parts.slug.unwrap_or(parts.stem)),
                Dialect::Hugo => slug(parts.slug.or(parts.title).unwrap_or(parts.name)),
                // Pelican makes slugs from titles.
                Dialect::Pelican => slug(parts.slug.or(parts.title).unwrap_or(parts.stem)),
                _ => parts.slug_or_stem(),
            },
            Token::Name => parts.segment(parts.name),
            Token::Undated => parts.segment(parts.stem),
            Token::Stem => parts.slug_or_stem(),
            Token::SlugOrUndated => slug(parts.slug.unwrap_or(parts.stem)),
            Token::SlugOrPath => match parts.slug {
                Some(slug) => slug.trim_matches('/').to_owned(),
                None => join(parts.folders.iter().map(String::as_str).chain([parts.name]).map(|name| parts.segment(name))),
            },
            Token::SlugOrDatedPath => match parts.slug {
                Some(slug) => slug.trim_matches('/').to_owned(),
                None => parts.dated_path(),
            },
            Token::Path => join(parts.folders.iter().map(|folder| parts.segment(folder)).chain([parts.slug_or_stem()])),
            Token::Section => parts.folders.first().map(|folder| parts.segment(folder)).unwrap_or_default(),
            Token::Sections { first, last } => {
                let len = parts.folders.len();
                // `last` in a range means the place of the last section.
                let place = |at: usize| if at == usize::MAX { len.saturating_sub(1) } else { at.min(len) };
                let first = place(first);
                let last = last.map_or(len, place);
                join(parts.folders.get(first..last.max(first)).unwrap_or_default().iter().map(|folder| parts.segment(folder)))
            }
            Token::Categories => join(parts.categories.iter().map(|category| category.to_lowercase())),
            Token::SlugCategories => join(parts.categories.iter().map(|category| slug(category))),
            Token::Category => slug(parts.categories.first().map_or("misc", String::as_str)),
            Token::Person => slug(parts.author?),
            Token::Language => parts.language.to_owned(),
            Token::Extension => ".html".into(),
            Token::Nothing => String::new(),
        })
    }
}

impl Parts<'_> {
    /// The last segment where no pattern asks for something else.
    fn slug_or_stem(&self) -> String {
        let name = match self.dialect {
            Dialect::Hugo => self.name,
            _ => self.stem,
        };
        let slug = self.slugs.slugify(self.slug.unwrap_or(name), self.dialect);
        // A name of nothing but marks is better than none.
        if slug.is_empty() { name.to_owned() } else { slug }
    }

    /// A folder or file's name: only Hugo rewrites them, and who follows github-slugger.
    fn segment(&self, name: &str) -> String {
        match self.dialect {
            Dialect::Hugo => self.slugs.slugify(name, self.dialect),
            _ if self.slugs == Slugs::Github => self.slugs.slugify(name, self.dialect),
            _ => name.to_owned(),
        }
    }

    /// `2024-05-01-name` as `2024/05/01/name`. The date counts wherever the path has it, and its hyphens become slashes.
    fn dated_path(&self) -> String {
        let dated = |name: &str| match split_dated_name(name) {
            Some((_, "")) => name.replace('-', "/"),
            Some((_, stem)) => {
                let day = name.strip_suffix(stem).unwrap_or(name).trim_end_matches(['-', '_', ' ', '.']);
                format!("{}/{stem}", day.replace('-', "/"))
            }
            None => name.to_owned(),
        };
        join(self.folders.iter().map(|folder| dated(folder)).chain([dated(self.name)]))
    }
}

fn join(segments: impl Iterator<Item = String>) -> String {
    segments.filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(pattern: &str, dialect: Dialect) -> String {
        let folders = ["News".to_owned(), "Old Stuff".to_owned()];
        let categories = ["Big Cats".to_owned(), "tom".to_owned()];
        let parts = Parts {
            dialect,
            slugs: Slugs::Default,
            date: Some(DateTime::parse_from_rfc3339("2024-05-01T23:30:00+02:00").unwrap()),
            title: Some("Hello, World!"),
            slug: None,
            name: "2024-05-01-My.File",
            stem: "My.File",
            folders: &folders,
            categories: &categories,
            author: Some("Ann Lee"),
            language: "en",
        };
        Pattern::parse(pattern).unwrap().expand(&parts).unwrap()
    }

    #[test]
    fn hugo_patterns() {
        assert_eq!(expand("/:year/:month/:slug/", Dialect::Hugo), "/2024/05/hello-world/");
        assert_eq!(expand("/:section/:filename/", Dialect::Hugo), "/news/2024-05-01-my.file/");
        assert_eq!(expand("/:sections/:title/", Dialect::Hugo), "/news/old-stuff/hello-world/");
        assert_eq!(expand("/:sections[1:]/:yearday/:weekdayname/:title/", Dialect::Hugo), "/old-stuff/122/Wednesday/hello-world/");
        assert_eq!(expand("/:sections[:last]/x/", Dialect::Hugo), "/news/x/");
        assert_eq!(expand("/:sections[last]/x/", Dialect::Hugo), "/old-stuff/x/");
        assert_eq!(expand("/:path/", Dialect::Hugo), "/news/old-stuff/2024-05-01-my.file/");
    }

    #[test]
    fn jekyll_patterns() {
        assert_eq!(expand("/:categories/:year/:month/:day/:title.html", Dialect::Jekyll), "/big cats/tom/2024/05/01/My.File.html");
        assert_eq!(expand("pretty", Dialect::Jekyll), "/big cats/tom/2024/05/01/My.File/");
        assert_eq!(expand("/:short_year/:i_month/:i_day/:y_day/:slug/", Dialect::Jekyll), "/24/5/1/122/my-file/");
    }

    #[test]
    fn pelican_and_zola_patterns() {
        assert_eq!(expand("posts/{date:%Y}/{date:%b}/{category}/{slug}/", Dialect::Pelican), "/posts/2024/May/big-cats/hello-world/");
        assert_eq!(expand("/:path/", Dialect::Zola), "/News/Old Stuff/my-file/");
    }

    #[test]
    fn astro_docusaurus_and_dateless_names() {
        assert_eq!(expand("/:sections/:stem/", Dialect::Plain), "/News/Old Stuff/My.File/");
        assert_eq!(expand("/:slugorstem/", Dialect::Hugo), "/my.file/");
        assert_eq!(expand("/blog/:slugorpath/", Dialect::Plain), "/blog/News/Old Stuff/2024-05-01-My.File/");
        assert_eq!(expand("/blog/:slugordatedpath", Dialect::Plain), "/blog/News/Old Stuff/2024/05/01/My.File");
        let parts = Parts {
            dialect: Dialect::Plain,
            slugs: Slugs::Github,
            date: None,
            title: None,
            slug: None,
            name: "Big Cats_1!",
            stem: "",
            folders: &["A B".to_owned()],
            categories: &[],
            author: None,
            language: "en",
        };
        let pattern = Pattern::parse("/:slugorpath/").unwrap();
        assert_eq!(pattern.expand(&parts).unwrap(), "/a-b/big-cats_1/");
        assert_eq!(pattern.expand(&Parts { slug: Some("/an/Other/"), ..parts }).unwrap(), "/an/Other/");
    }

    #[test]
    fn names_stay_as_they_are_and_missing_dates_leave_no_hole() {
        assert_eq!(expand("/:section/:filename/", Dialect::Plain), "/News/2024-05-01-My.File/");
        let parts = Parts {
            dialect: Dialect::Plain,
            slugs: Slugs::Default,
            date: None,
            title: None,
            slug: None,
            name: "!",
            stem: "!",
            folders: &[],
            categories: &[],
            author: None,
            language: "en",
        };
        assert_eq!(Pattern::parse("/:year/:month/:slug/").unwrap().expand(&parts).unwrap(), "/!/");
        assert_eq!(Pattern::parse("/{date:%Y}/{slug}.html").unwrap().expand(&parts).unwrap(), "/!.html");
        assert_eq!(Pattern::parse("/:author/").unwrap().expand(&parts).unwrap_err(), ":author");
    }

    #[test]
    fn what_no_pattern_knows_is_refused() {
        for pattern in ["/:nope/", "/{slug", "/{nope}/", "/{date:%Q}/", "/:sections[x]/", "/:sections[1"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
