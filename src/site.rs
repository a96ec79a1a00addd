//! The publication: its title, address and authors, and how links become absolute.

use crate::language;
use chrono_tz::Tz;
use std::collections::BTreeMap;
use url::Url;

/// A person or organisation that writes (RFC 4287, section 3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Person {
    pub name: String,
    pub email: Option<String>,
    pub url: Option<String>,
}

impl Person {
    pub fn named(name: impl Into<String>) -> Self {
        Person { name: name.into(), ..Person::default() }
    }
}

/// The publication that all feeds belong to.
#[derive(Clone, Debug)]
pub struct Site {
    pub title: String,
    /// Where the site is; its path ends in `/`, so that relative paths resolve below it.
    pub url: Url,
    /// As the user wrote it: some generators make ids from it by text alone.
    pub url_text: String,
    pub description: String,
    /// BCP 47 tag.
    pub language: String,
    pub authors: Vec<Person>,
    /// The zone of dates that name none.
    pub timezone: Tz,
    pub copyright: Option<String>,
    /// Absolute URL of a square picture.
    pub icon: Option<String>,
    /// Absolute URL of a wide picture.
    pub logo: Option<String>,
    /// What it says of itself in other languages, by their tags.
    pub translations: BTreeMap<String, Translation>,
}

/// The publication in one of its languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    pub title: Option<String>,
    pub description: Option<String>,
    /// Absolute URL of the page where it begins.
    pub home: Option<String>,
}

impl Site {
    /// Reads a site's address; a missing last slash is added.
    pub fn read_url(text: &str) -> Result<Url, String> {
        let mut url = Url::parse(text).map_err(|error| match error {
            url::ParseError::RelativeUrlWithoutBase => "it doesn't begin with https:// or http://".to_owned(),
            error => error.to_string(),
        })?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err("only http and https addresses can be read by subscribers".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("everything stands below it, so it can't have a query (`?`) or a fragment (`#`)".into());
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(url)
    }

    /// What the site says of itself in a language, or in the nearest wider one: `fr` for `fr-CA`.
    pub fn translation(&self, tag: &str) -> Option<&Translation> {
        let tags: Vec<&String> = self.translations.keys().collect();
        self.translations.get(*tags.get(language::lookup(&tags, tag)?)?)
    }

    /// The absolute URL of a path below the site (`/a/b/` → `https://host/base/a/b/`).
    pub fn absolute(&self, path: &str) -> String {
        let path = path.trim_start_matches('/');
        // Nearly all paths have nothing to resolve, and each entry has one.
        if path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/')) {
            return [self.url.as_str(), path].concat();
        }
        // `./` keeps a first segment with a colon from being read as a scheme.
        let below = format!("./{path}");
        match self.url.join(&below) {
            Ok(url) => url.into(),
            Err(_) => self.url.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn site_address_gets_its_last_slash() {
        assert_eq!(Site::read_url("https://example.org").unwrap().as_str(), "https://example.org/");
        assert_eq!(Site::read_url("https://example.org/a").unwrap().as_str(), "https://example.org/a/");
    }

    #[test]
    fn paths_are_below_the_site_and_resolved() {
        let absolute = |url: &str, path: &str| {
            let url_text = url.to_owned();
            let (title, description, language) = Default::default();
            let (authors, copyright, icon, logo) = Default::default();
            let site = Site {
                title,
                url: Site::read_url(url).unwrap(),
                url_text,
                description,
                language,
                authors,
                timezone: Tz::UTC,
                copyright,
                icon,
                logo,
                translations: BTreeMap::new(),
            };
            site.absolute(path)
        };
        for (path, wanted) in [
            ("/2024/a-b_c/", "https://x.org/s/2024/a-b_c/"),
            ("//a//b", "https://x.org/s/a//b"),
            ("", "https://x.org/s/"),
            ("/a/../b.html", "https://x.org/s/b.html"),
            ("c:d/", "https://x.org/s/c:d/"),
            ("%C3%A9/./", "https://x.org/s/%C3%A9/"),
        ] {
            assert_eq!(absolute("https://x.org/s", path), wanted);
        }
    }

    #[test]
    fn only_web_addresses_are_taken() {
        for text in ["https://example.org/a?x", "https://example.org/#y", "example.org", "/x", "ftp://example.org/", "javascript:alert(1)"]
        {
            assert!(Site::read_url(text).is_err(), "{text}");
        }
    }
}
