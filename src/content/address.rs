//! Where an entry is found and by what id it is known.

use super::dialect::Dialect;
use super::facts::Fields;
use super::folders::Folders;
use super::path::PathFacts;
use super::permalink::{Pattern, collapse};
use super::slug::Slugs;
use super::tokens::Parts;
use crate::body::is_forbidden;
use crate::site::Site;
use crate::url::{decode_path, encode_path};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime};
use std::borrow::Cow;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// How ids are made where the entry has none of its own. A publisher who moves here keeps the scheme of the
/// old generator, so that no reader shows an entry again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdScheme {
    /// The permalink.
    #[default]
    Permalink,
    /// A tag URI of host, day and path (RFC 4151).
    Tag,
    /// The permalink's folder and the entry's slug (Jekyll's `post.id`, which jekyll-feed takes): no slash or `.html` at the end.
    Jekyll,
    /// Pelican's tag URIs.
    Pelican,
    /// The permalink, made as Hugo makes it.
    Hugo,
    /// The permalink, made as Zola makes it.
    Zola,
}

impl IdScheme {
    pub const NAMES: [&str; 6] = ["permalink", "tag", "jekyll", "pelican", "hugo", "zola"];

    pub fn parse(name: &str) -> Option<IdScheme> {
        Some(match name {
            "permalink" => IdScheme::Permalink,
            "hugo" => IdScheme::Hugo,
            "zola" => IdScheme::Zola,
            "tag" => IdScheme::Tag,
            "jekyll" => IdScheme::Jekyll,
            "pelican" => IdScheme::Pelican,
            _ => return None,
        })
    }

    /// The id of an entry at `url`; `name` is its slug or, failing that, its file's name without the date.
    pub fn id(self, url: &Arc<str>, name: &str, published: Option<DateTime<FixedOffset>>) -> Arc<str> {
        match self {
            IdScheme::Permalink | IdScheme::Hugo | IdScheme::Zola => Arc::clone(url),
            IdScheme::Jekyll => {
                let folder = url.strip_suffix('/').unwrap_or(url).rsplit_once('/').map_or(&**url, |(folder, _)| folder);
                format!("{folder}/{}", encode_path(&name.trim_end_matches('.').nfkc().collect::<String>())).into()
            }
            IdScheme::Tag | IdScheme::Pelican => {
                // Pelican's are not percent-encoded.
                let url = if self == IdScheme::Pelican { decode_path(url) } else { (&**url).into() };
                let rest = url.split_once("://").map_or(url.as_ref(), |(_, rest)| rest);
                let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                // A tag names a domain, not a port (RFC 4151, section 2.1).
                let host = host.split(':').next().unwrap_or(host);
                // A tag must have a day (RFC 4151, section 2.1). Without a date it is the one that stands for none in Atom too.
                let day = published.filter(|date| (1..=9999).contains(&date.year()));
                let day = day.map_or_else(|| "1970-01-01".to_owned(), |date| date.format("%Y-%m-%d").to_string());
                format!("tag:{host},{day}:{path}").into()
            }
        }
    }
}

/// Why an entry has no permalink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It leaves the site, or no URL may hold it.
    Refused(String),
    /// A token of the pattern has no value.
    Incomplete(String),
}

/// How addresses are made.
#[derive(Clone, Copy, Debug)]
pub struct AddressRules<'a> {
    pub pattern: &'a Pattern,
    /// Of entries in another language than the site's.
    pub translations: Option<&'a Pattern>,
    pub site: &'a Site,
    pub folders: &'a Folders,
    /// The dialect of the entry's file.
    pub read_as: Dialect,
    /// The dialect whose addresses the site has.
    pub made_as: Dialect,
    pub slugs: Slugs,
}

/// The path of an entry below the site, percent-encoded.
pub fn permalink(entry: &Fields, facts: &PathFacts, rules: &AddressRules) -> Result<String, Fault> {
    let AddressRules { site, folders, read_as, made_as, slugs, .. } = *rules;
    let usual = (made_as == Dialect::Pelican && !rules.pattern.names_language()).then(Dialect::pelican_translation);
    let pattern = rules.translations.or(usual).filter(|_| entry.language.is_some()).unwrap_or(rules.pattern);
    // The site's own language may stand in a folder, which an address then names (`/fr/`).
    let language = entry.language.as_deref().or(facts.language.as_deref()).unwrap_or(&site.language);
    let before = facts.language_folder.as_deref().unwrap_or_default();
    // Only Hugo's sections are fewer than the folders.
    let is_hugo = made_as == Dialect::Hugo;
    let depth = if is_hugo { folders.section_depth(&facts.folders, before) } else { facts.folders.len() };
    let section_slugs: Cow<[String]> =
        if is_hugo { folders.section_names(&facts.folders, before).into() } else { facts.folders.as_slice().into() };
    let parts = Parts {
        dialect: made_as,
        slugs,
        date: match (made_as, entry.published) {
            // Jekyll writes the day of the site's own zone into addresses.
            (Dialect::Jekyll, Some(date)) => Some(date.with_timezone(&site.timezone).fixed_offset()),
            // No date is Go's first one, which Hugo writes into addresses, too.
            (Dialect::Hugo, None) => NaiveDate::from_ymd_opt(1, 1, 1).map(|day| day.and_time(NaiveTime::MIN).and_utc().fixed_offset()),
            (_, date) => date,
        },
        title: entry.title.as_deref(),
        slug: entry.slug.as_deref(),
        name: &facts.name,
        stem: &facts.stem,
        folders: &facts.folders,
        sections: facts.folders.get(..depth).unwrap_or_default(),
        section_slugs: &section_slugs,
        categories: &entry.address_categories,
        author: entry.authors.first().map(|author| author.name.as_str()),
        language,
    };
    let path = match entry.permalink.as_deref() {
        Some(own) => {
            let below = own.strip_prefix(site.url_text.trim_end_matches('/')).unwrap_or(own);
            let pattern = Pattern::parse(below).ok().filter(|_| below.contains(':') && read_as != Dialect::Zola);
            match pattern {
                Some(pattern) => pattern.expand(&parts).map_err(Fault::Incomplete)?,
                // A relative one is below its language.
                None if is_hugo => {
                    let language = entry.language.as_deref().filter(|_| !below.starts_with('/')).map(str::to_lowercase);
                    hugo_url(&[language.unwrap_or_default().as_str(), below].join("/"))
                }
                None => {
                    let path = format!("/{}", below.trim().trim_start_matches('/'));
                    // Eleventy's permalinks name files, and its addresses folders.
                    let folder = path.strip_suffix("index.html").filter(|folder| read_as == Dialect::Plain && folder.ends_with('/'));
                    folder.map_or(path.clone(), str::to_owned)
                }
            }
        }
        None => {
            let slug = entry.slug.as_deref().unwrap_or_default();
            if slug.split(['/', '\\']).any(is_climbing) {
                return Err(Fault::Refused(slug.to_owned()));
            }
            let path = pattern.expand(&parts).map_err(Fault::Incomplete)?;
            match facts.language.as_deref().filter(|language| !is_language_of_site(language, &site.language)) {
                // Where the pattern says it, it is there already.
                Some(_) if is_hugo && pattern.names_language() => path,
                Some(language) if is_hugo => format!("/{}{path}", language.to_lowercase()),
                Some(language) if !path.starts_with(&format!("/{language}/")) && !matches!(made_as, Dialect::Jekyll | Dialect::Pelican) => {
                    format!("/{language}{path}")
                }
                _ => path,
            }
        }
    };
    let path = match read_as {
        // A Zola path always ends in a slash.
        Dialect::Zola if !path.ends_with('/') => format!("{path}/"),
        _ => path,
    };
    let is_bad = |c: char| c.is_control() || c == '\\' || is_forbidden(c);
    // A protocol-relative or absolute address is another site.
    let leaves = path.starts_with("//") || path.starts_with("/http:") || path.starts_with("/https:");
    if path.contains(is_bad) || path.split('/').any(is_climbing) || leaves {
        return Err(Fault::Refused(entry.permalink.clone().unwrap_or(path)));
    }
    Ok(match made_as {
        // Jekyll's `absolute_url`, which its feed asks, composes characters (NFKC).
        Dialect::Jekyll if !path.is_ascii() => encode_path(&path.nfkc().collect::<String>()),
        _ => encode_path(&path),
    })
}

/// Hugo's `url` as it stands, but for doubled slashes; one that names no file ends in a slash.
fn hugo_url(url: &str) -> String {
    let path = collapse(&format!("/{url}"));
    let path = path.strip_suffix("/index.html").map_or(path.clone(), |folder| format!("{folder}/"));
    if path.contains('.') || path.ends_with('/') { path } else { format!("{path}/") }
}

/// `.` and `..`, also percent-encoded: a browser follows them.
fn is_climbing(segment: &str) -> bool {
    let (mut rest, mut dots) = (segment, 0);
    while !rest.is_empty() {
        let is_encoded = rest.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("%2e"));
        match rest.strip_prefix('.').or(if is_encoded { rest.get(3..) } else { None }) {
            Some(after) => (rest, dots) = (after, dots + 1),
            None => return false,
        }
    }
    matches!(dots, 1 | 2)
}

/// Whether a tag says no more than the site's own does: `en` on a site in `en-GB`, but not `zh-Hant` on one in `zh`.
pub fn is_language_of_site(tag: &str, site: &str) -> bool {
    let (tag, site) = (tag.to_ascii_lowercase(), site.to_ascii_lowercase());
    site.strip_prefix(&tag).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_their_scheme() {
        let date = DateTime::parse_from_rfc3339("2024-05-01T10:00:00+02:00").ok();
        let id = |scheme: IdScheme, url: &str, name: &str, date| scheme.id(&url.into(), name, date).to_string();
        let url = "https://example.org:8080/a/b/";
        assert_eq!(id(IdScheme::Permalink, url, "b", date), url);
        assert_eq!(id(IdScheme::Jekyll, url, "b", date), "https://example.org:8080/a/b");
        assert_eq!(id(IdScheme::Tag, url, "b", date), "tag:example.org,2024-05-01:/a/b/");
        assert_eq!(id(IdScheme::Pelican, "https://example.org/a.html", "a", date), "tag:example.org,2024-05-01:/a.html");
        assert_eq!(id(IdScheme::Tag, "https://example.org/a/", "a", None), "tag:example.org,1970-01-01:/a/");
        let late = DateTime::<chrono::Utc>::MAX_UTC.fixed_offset();
        assert_eq!(id(IdScheme::Pelican, "https://example.org/a.html", "a", Some(late)), "tag:example.org,1970-01-01:/a.html");
    }

    #[test]
    fn jekylls_ids_end_in_the_slug_whatever_the_permalink_ends_in() {
        for (url, name, id) in [
            ("https://example.org/2024/05/01/a.html", "a", "https://example.org/2024/05/01/a"),
            ("https://example.org/kit/my-oven/", "oven", "https://example.org/kit/oven"),
            ("https://example.org/%C3%A9t%C3%A9.html", "été", "https://example.org/%C3%A9t%C3%A9"),
            ("https://example.org/etc.html", "etc..", "https://example.org/etc"),
        ] {
            assert_eq!(&*IdScheme::Jekyll.id(&url.into(), name, None), id);
        }
    }

    #[test]
    fn paths_are_encoded_once() {
        assert_eq!(encode_path("/été/a b/c#d?/%C3%A9/100%"), "/%C3%A9t%C3%A9/a%20b/c%23d%3F/%C3%A9/100%25");
    }

    #[test]
    fn a_language_is_the_sites_if_it_says_no_more() {
        assert!(is_language_of_site("en", "en-GB") && is_language_of_site("PT-br", "pt-BR"));
        assert!(!is_language_of_site("zh-Hant", "zh") && !is_language_of_site("en-US", "en-GB") && !is_language_of_site("e", "en"));
    }

    #[test]
    fn climbing_segments_are_seen_in_any_disguise() {
        for segment in [".", "..", "%2e%2E", ".%2e"] {
            assert!(is_climbing(segment), "{segment}");
        }
        assert!(!is_climbing("...") && !is_climbing("a.b") && !is_climbing(""));
    }
}
