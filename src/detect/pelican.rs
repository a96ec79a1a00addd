//! Pelican: `pelicanconf.py`, and `publishconf.py` over it.

use super::python::Settings as Python;
use super::scope::Scope;
use super::{Settings, SiteFiles};
use crate::content::{Field, Node, Value, is_meant};
use crate::diagnostic::{Diagnostic, Span};
use crate::site::Person;

pub(super) fn read(files: &SiteFiles, settings: &mut Settings) -> Result<(), Vec<Diagnostic>> {
    let mut conf = Python::default();
    let mut faults = Vec::new();
    for name in ["pelicanconf.py", "publishconf.py"] {
        if let Some(source) = files.source(name) {
            conf.read(source).unwrap_or_else(|mut found| faults.append(&mut found));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    settings.from = if files.source("publishconf.py").is_some() { "pelicanconf.py and publishconf.py" } else { "pelicanconf.py" }.into();
    settings.title = conf.text("SITENAME");
    settings.set_url(conf.text("SITEURL"), "SITEURL");
    settings.description = conf.first_text(&["SITESUBTITLE", "SITEDESCRIPTION", "DESCRIPTION"]);
    settings.author = conf.text("AUTHOR").map(|name| Person { name, email: None, url: None });
    settings.language = conf.text("DEFAULT_LANG");
    settings.timezone = conf.text("TIMEZONE");
    settings.ids = Some("pelican");
    // What Pelican does by default: it publishes what is dated in the future, too.
    settings.future = conf.flag("WITH_FUTURE_DATES").unwrap_or(true);

    settings.content_dir = conf.text("PATH").map_or_else(|| ".".into(), |path| path.trim_end_matches('/').to_owned());
    let folders = |name: &str, plural: &str| conf.texts(plural).or_else(|| conf.texts(name)).unwrap_or_default();
    let below = |folder: &str| format!("/{}", folder.trim_matches('/'));
    let articles = folders("ARTICLE_DIR", "ARTICLE_PATHS");
    if !articles.iter().any(|folder| matches!(folder.as_str(), "" | ".")) {
        settings.include = articles.iter().map(|folder| below(folder)).collect();
    }
    let pages = if conf.has("PAGE_PATHS") || conf.has("PAGE_DIR") { folders("PAGE_DIR", "PAGE_PATHS") } else { vec!["pages".into()] };
    let excludes = conf.texts("ARTICLE_EXCLUDES").unwrap_or_default();
    settings.exclude = pages.iter().chain(&excludes).filter(|folder| !folder.is_empty()).map(|folder| below(folder)).collect();
    if !settings.include.is_empty() {
        settings.exclude.retain(|folder| settings.include.iter().any(|chosen| folder.starts_with(chosen.as_str())));
    }
    // Patterns of names; those that begin with a dot are never read.
    let ignored = conf.texts("IGNORE_FILES").unwrap_or_default();
    settings.exclude.extend(ignored.iter().map(|glob| glob.trim_start_matches("**/").to_owned()).filter(|glob| !glob.starts_with('.')));
    defaults(&conf, settings);
    settings.smart_punctuation = conf.flag("TYPOGRIFY").unwrap_or(false);
    settings.static_dir = Some(settings.content_dir.clone());
    permalinks(&conf, settings);
    feeds(&conf, settings);
    let asked = [
        ("SITENAME", "title"),
        ("SITEURL", "url"),
        ("TIMEZONE", "timezone"),
        ("ARTICLE_URL", "permalink"),
        ("ARTICLE_LANG_URL", "permalink_translations"),
        ("PATH", "dir"),
    ];
    for (name, key) in asked {
        if conf.is_unread(name) {
            settings.note(format!("{name} is no plain text in {}: write `{key}` in tidings.toml", settings.from));
        }
    }
    if conf.text("DEFAULT_DATE").as_deref() == Some("fs") {
        settings.note("DEFAULT_DATE = 'fs' takes dates from files' times, which tidings doesn't: give those entries a date");
    }
    settings.no_index = true;
    settings.pages = Some("output");
    Ok(())
}

/// `DEFAULT_METADATA`: fields of articles that lack them; and the category of those that have no folder to name one.
fn defaults(conf: &Python, settings: &mut Settings) {
    let field = |(name, text): &(String, String)| Field {
        name: name.clone(),
        node: Node { value: Value::Text(text.clone()), span: Span::default() },
    };
    let mut values: Vec<Field> = Vec::new();
    let is_taken = |name: &str| is_meant(name) && !name.eq_ignore_ascii_case("category");
    for pair in conf.table("DEFAULT_METADATA").iter().filter(|(name, _)| is_taken(name)) {
        values.retain(|known| known.name != pair.0);
        values.push(field(pair));
    }
    if !values.is_empty() {
        settings.defaults.push(Scope { path: String::new(), values });
    }
    let category = conf.text("DEFAULT_CATEGORY").unwrap_or_else(|| "misc".into());
    let path = if conf.flag("USE_FOLDER_AS_CATEGORY") == Some(false) { "" } else { "/*.*" };
    settings.defaults.push(Scope { path: path.into(), values: vec![field(&("category".into(), category))] });
    if conf.is_unread("DEFAULT_METADATA") {
        settings.note("DEFAULT_METADATA is no table of plain texts: write it under [[content.defaults]] in tidings.toml");
    }
}

fn permalinks(conf: &Python, settings: &mut Settings) {
    let url = conf.text("ARTICLE_URL").unwrap_or_else(|| "{slug}.html".into());
    // Where the slug is not made from the title, the file's name makes it.
    let pattern = conf.text("FILENAME_METADATA").unwrap_or_default();
    let slug = match () {
        () if pattern.contains("(?P<slug>") && pattern.contains("(?P<date>") => ":slugorstem",
        () if pattern.contains("(?P<slug>") || conf.text("SLUGIFY_SOURCE").as_deref() == Some("basename") => ":slugorfilename",
        () => "{slug}",
    };
    let pattern = |url: &str| format!("/{}", url.trim_start_matches('/').replace("{slug}", slug));
    settings.set_permalink(pattern(&url), "ARTICLE_URL");
    if let Some(url) = conf.text("ARTICLE_LANG_URL") {
        settings.set_translations(pattern(&url), "ARTICLE_LANG_URL");
    }
    settings.slugs = match () {
        () if conf.flag("SLUGIFY_PRESERVE_CASE").unwrap_or(false) => Some("case"),
        () if conf.flag("SLUGIFY_USE_UNICODE").unwrap_or(false) => Some("unicode"),
        () => None,
    };
    for name in ["SLUG_REGEX_SUBSTITUTIONS", "ARTICLE_REGEX_SUBSTITUTIONS", "PATH_METADATA"] {
        if conf.has(name) {
            settings.note(format!(
                "{name} changes how addresses are made, which tidings can't follow: compare ids, and give a slug where they differ"
            ));
        }
    }
}

fn feeds(conf: &Python, settings: &mut Settings) {
    let default = |name: &str| (name == "FEED_ALL_ATOM").then(|| "feeds/all.atom.xml".to_owned());
    for name in ["FEED_ALL_ATOM", "FEED_ALL_RSS", "FEED_ATOM", "FEED_RSS"] {
        let path = match conf.text(name) {
            Some(path) => Some(path),
            None if conf.is_none(name) || conf.has(name) => None,
            None => default(name),
        };
        settings.old_feeds.extend(path.map(|path| format!("/{}", path.trim_start_matches('/'))));
    }
    settings.limit = match conf.has("FEED_MAX_ITEMS") {
        true => Some(conf.number("FEED_MAX_ITEMS").unwrap_or(0)),
        false => Some(100),
    };
}

impl Python {
    fn first_text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Generator, detect};
    use super::*;
    use crate::diagnostic::Source;

    fn settings(conf: &str) -> Settings {
        let files = SiteFiles { paths: Vec::new(), sources: vec![Source::new("pelicanconf.py", conf)] };
        detect(&files).unwrap().unwrap()
    }

    #[test]
    fn a_site_of_pelicans_is_read() {
        let found = settings(
            "SITENAME = 'T'\nSITEURL = 'https://example.org'\nAUTHOR = 'Ann'\nPATH = 'content/'\nTIMEZONE = 'Europe/Paris'\nDEFAULT_LANG = 'fr'\n\
             ARTICLE_PATHS = ['blog', 'news']\nARTICLE_EXCLUDES = ['blog/old']\nARTICLE_URL = 'p/{slug}/'\nARTICLE_LANG_URL = '{lang}/{slug}/'\nSLUGIFY_SOURCE = 'basename'\n\
             FEED_ALL_RSS = 'rss.xml'\nFEED_MAX_ITEMS = 15\nWITH_FUTURE_DATES = False\n",
        );
        assert_eq!((found.generator, found.content_dir.as_str(), found.future), (Some(Generator::Pelican), "content", false));
        assert_eq!((found.include, found.exclude), (vec!["/blog".into(), "/news".into()], vec!["/blog/old".to_owned()]));
        assert_eq!((found.permalink.as_deref(), found.limit), (Some("/p/:slugorfilename/"), Some(15)));
        assert_eq!(found.translations.as_deref(), Some("/{lang}/:slugorfilename/"));
        assert_eq!(found.old_feeds, ["/feeds/all.atom.xml", "/rss.xml"]);
    }

    #[test]
    fn defaults_are_pelicans() {
        let found = settings("SITENAME = 'T'\nFEED_ALL_ATOM = None\nPAGE_PATHS = ['static']\n");
        assert_eq!((found.content_dir.as_str(), found.permalink.as_deref(), found.limit), (".", Some("/{slug}.html"), Some(100)));
        assert_eq!((found.exclude, found.old_feeds.len(), found.future), (vec!["/static".to_owned()], 0, true));
        assert!(!found.smart_punctuation && settings("TYPOGRIFY = True\n").smart_punctuation);
    }

    #[test]
    fn a_category_is_the_default_where_no_folder_names_one() {
        for (conf, expected) in [
            ("", "/*.*=misc"),
            ("DEFAULT_CATEGORY = 'News'\nDEFAULT_METADATA = {'category': 'never'}\n", "/*.*=News"),
            ("USE_FOLDER_AS_CATEGORY = False\nDEFAULT_CATEGORY = 'News'\n", "=News"),
        ] {
            let scopes = settings(&format!("SITENAME = 'T'\n{conf}")).defaults;
            let said: Vec<String> = scopes.iter().map(|scope| format!("{}={}", scope.path, scope.values[0].node.flat())).collect();
            assert_eq!(said, [expected], "{conf}");
        }
    }

    #[test]
    fn default_fields_and_ignored_files_are_taken_over() {
        let found = settings(
            "DEFAULT_METADATA = {'author': 'Ann', 'odd': 'x', 'status': 'draft'}\nIGNORE_FILES = ['**/.*', '*.bak.md', '**/old']\n",
        );
        let names: Vec<&str> = found.defaults[0].values.iter().map(|field| field.name.as_str()).collect();
        assert_eq!((names, found.exclude), (vec!["author", "status"], vec!["/pages".to_owned(), "*.bak.md".into(), "old".into()]));
        assert!(settings("DEFAULT_METADATA = dict(x=1)\n").notes.iter().any(|note| note.contains("DEFAULT_METADATA")));
    }

    #[test]
    fn what_only_running_it_would_tell_is_told() {
        let found =
            settings("import os\nSITENAME = os.environ['NAME']\nSITEURL = ''\nFILENAME_METADATA = r'(?P<date>\\d+)_(?P<slug>.*)'\n");
        assert!(found.notes.contains(&"SITENAME is no plain text in pelicanconf.py: write `title` in tidings.toml".to_owned()));
        assert!(found.notes.contains(&"url not found in pelicanconf.py: write it in tidings.toml".to_owned()));
        assert_eq!(found.permalink.as_deref(), Some("/:slugorstem.html"));
    }
}
