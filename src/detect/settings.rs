//! What is known of a site, and `tidings.toml` written from it.

use super::scope::Scope;
use super::{Generator, SiteFiles};
use crate::content::{Field, Node, Pattern, Value};
use crate::site::{Person, Site};
use askama::Template;

/// What is known of a site. What is not stays a comment in the configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub generator: Option<Generator>,
    /// The file that the settings are from.
    pub from: String,
    pub title: Option<String>,
    pub url: Option<String>,
    pub description: Option<String>,
    pub language: Option<String>,
    pub timezone: Option<String>,
    pub author: Option<Person>,
    pub copyright: Option<String>,
    pub content_dir: String,
    pub static_dir: Option<String>,
    pub permalink: Option<String>,
    /// Of entries in another language than the site's.
    pub translations: Option<String>,
    /// By section.
    pub permalinks: Vec<(String, String)>,
    pub ids: Option<&'static str>,
    pub slugs: Option<&'static str>,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// Fields for entries that lack them.
    pub defaults: Vec<Scope>,
    /// Whom the keys of authors stand for.
    pub people: Vec<(String, Person)>,
    /// Entries without a date are left out.
    pub only_dated: bool,
    pub future: bool,
    pub drafts: bool,
    /// Whether the generator makes quotation marks and dashes of plain ones, because its configuration says so.
    pub smart_punctuation: bool,
    /// Folder of feeds.
    pub output: String,
    /// Where the generator writes pages.
    pub pages: Option<&'static str>,
    /// 0: all.
    pub limit: Option<u64>,
    pub summary: bool,
    pub no_tags: bool,
    pub languages: bool,
    /// The languages that folders and file names may name; empty: any.
    pub language_tags: Vec<String>,
    /// The generator makes the home page, so that ours is not written.
    pub no_index: bool,
    /// Paths of the feeds that the generator writes.
    pub old_feeds: Vec<String>,
    /// What the user should know or check.
    pub notes: Vec<String>,
}

impl Settings {
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Takes a site's address if it is one.
    pub(super) fn set_url(&mut self, text: Option<String>, key: &str) {
        match text {
            Some(text) if Site::read_url(&text).is_ok() => self.url = Some(text),
            Some(text) => self.note(format!("{key} is `{text}`, which is no whole address: write `url` in tidings.toml")),
            None => {}
        }
    }

    /// Takes a pattern if tidings can follow it.
    pub(super) fn set_permalink(&mut self, pattern: String, key: &str) {
        match Pattern::parse(&pattern) {
            Ok(_) => self.permalink = Some(pattern),
            Err((reason, _)) => self.note(format!("{key}: {reason}; write `permalink` in tidings.toml so that addresses stay")),
        }
    }

    /// Takes the pattern of entries in another language.
    pub(super) fn set_translations(&mut self, pattern: String, key: &str) {
        match Pattern::parse(&pattern) {
            Ok(_) => self.translations = Some(pattern),
            Err((reason, _)) => self.note(format!("{key}: {reason}; write `permalink_translations` in tidings.toml")),
        }
    }

    /// Takes the pattern of a section.
    pub(super) fn add_permalink(&mut self, section: &str, pattern: String, key: &str) {
        match Pattern::parse(&pattern) {
            Ok(_) => self.permalinks.push((section.to_owned(), pattern)),
            Err((reason, _)) => self.note(format!("{key}: {reason}; write `permalinks` in tidings.toml so that addresses stay")),
        }
    }

    /// What no generator's file decides.
    pub(super) fn finish(&mut self, files: &SiteFiles) {
        if self.language.as_deref().is_some_and(|tag| crate::language::tag(tag).is_none()) {
            let tag = self.language.take().unwrap_or_default();
            self.note(format!("the language `{tag}` is no tag such as en or pt-BR: write `language` in tidings.toml"));
        }
        if self.timezone.as_deref().is_some_and(|zone| zone.parse::<chrono_tz::Tz>().is_err()) {
            let zone = self.timezone.take().unwrap_or_default();
            self.note(format!("the time zone `{zone}` is no name of the IANA list: write `timezone` in tidings.toml"));
        }
        for (list, key) in [(&mut self.include, "include"), (&mut self.exclude, "exclude")] {
            list.retain(|pattern| {
                let is_good = crate::files::bad_pattern(std::slice::from_ref(pattern)).is_none();
                if !is_good {
                    self.notes.push(format!("`{pattern}` is no pattern that tidings can follow: see `{key}` in tidings.toml"));
                }
                is_good
            });
        }
        self.defaults.retain(|scope| {
            let is_good = crate::files::bad_pattern(std::slice::from_ref(&scope.path)).is_none();
            if !is_good {
                self.notes.push(format!("`{}` is no pattern that tidings can follow: see `defaults` in tidings.toml", scope.path));
            }
            is_good
        });
        for (found, what) in [(self.title.is_some(), "title"), (self.url.is_some(), "url")] {
            if !found {
                let from = if self.from.is_empty() { String::new() } else { format!(" not found in {}", self.from) };
                self.notes.push(format!("{what}{from}: write it in tidings.toml"));
            }
        }
        // A generator's own feed must not be in the way of the first build.
        let is_taken = |dir: &str| ["feed.xml", "atom.xml", "feed.json"].iter().any(|name| files.has(&format!("{dir}/{name}")));
        self.output = if is_taken("public") { "feeds" } else { "public" }.to_owned();
        let (same, moved): (Vec<&String>, Vec<&String>) =
            self.old_feeds.iter().partition(|path| matches!(path.as_str(), "/feed.xml" | "/atom.xml" | "/feed.json"));
        let names = |paths: &[&String]| paths.iter().map(|path| path.as_str()).collect::<Vec<_>>().join(", ");
        let generator = self.generator.map_or("the generator", Generator::name);
        let mut told = Vec::new();
        if !same.is_empty() {
            told.push(format!("{generator}'s own feed is at {}, and tidings' will be at the same address", names(&same)));
        }
        if let [first, others @ ..] = moved.as_slice() {
            let others: String = others.iter().map(|old| format!("; {old} to {}", self.successor(old))).collect();
            told.push(format!(
                "{generator}'s own feed is at {first}: once tidings' is published, redirect that address to {}, so that subscribers follow{others}",
                self.successor(first)
            ));
        }
        self.notes.extend(told);
    }
}

impl Settings {
    /// Where the entries of an old feed are. A generator's feed of several languages' sites holds one language.
    fn successor(&self, old: &str) -> String {
        let name = match old.rsplit('/').next().unwrap_or_default() {
            name if name.ends_with(".json") => "feed.json",
            name if name.contains("atom") => "atom.xml",
            _ => "feed.xml",
        };
        if !self.languages {
            return format!("/{name}");
        }
        let folder = old.trim_start_matches('/').split_once('/').map_or("", |(folder, _)| folder);
        let is_main = |tag: &str| self.language.as_deref().is_some_and(|main| main.eq_ignore_ascii_case(tag));
        let own = self.language_tags.iter().find(|tag| tag.eq_ignore_ascii_case(folder) && !is_main(tag));
        own.map_or_else(|| format!("/{name}"), |tag| format!("/languages/{tag}/{name}"))
    }
}

/// `tidings.toml` as people would write it: each key with what it is for.
#[derive(Template)]
#[template(path = "init/tidings.toml", escape = "none")]
struct ConfigView<'a> {
    settings: &'a Settings,
    generator: Option<&'static str>,
    title: &'a str,
    url: &'a str,
}

impl ConfigView<'_> {
    /// A line with its comment in the column where all are.
    fn row(&self, key: &str, value: &str, comment: &str) -> String {
        let line = format!("{key} = {value}");
        if comment.is_empty() {
            return line;
        }
        format!("{line}{}# {comment}", " ".repeat(COMMENTS.saturating_sub(line.chars().count()).max(1)))
    }

    fn text(&self, key: &str, text: &str, comment: &str) -> String {
        self.row(key, &quote(text), comment)
    }

    fn list(&self, key: &str, texts: &[String], comment: &str) -> String {
        self.row(key, &format!("[{}]", texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(", ")), comment)
    }

    fn table(&self, key: &str, pairs: &[(String, String)], comment: &str) -> String {
        let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{} = {}", quote(key), quote(value))).collect();
        self.row(key, &format!("{{ {} }}", pairs.join(", ")), comment)
    }

    fn person(&self, key: &str, person: &Person) -> String {
        let fields = [("name", Some(&person.name)), ("email", person.email.as_ref()), ("url", person.url.as_ref())];
        let fields: Vec<String> = fields.into_iter().filter_map(|(key, value)| Some(format!("{key} = {}", quote(value?)))).collect();
        self.row(&name(key), &format!("{{ {} }}", fields.join(", ")), "")
    }

    fn values(&self, fields: &[Field]) -> String {
        format!("values = {}", table(fields))
    }

    /// What stands behind a stand-in.
    fn missing(&self, is_known: bool, what: &str) -> String {
        match self.settings.from.as_str() {
            _ if is_known => String::new(),
            "" => what.to_owned(),
            from => format!("not found in {from}: {what}"),
        }
    }
}

/// The column of comments.
const COMMENTS: usize = 39;

/// A text as TOML has it, which is one line.
fn quote(text: &str) -> String {
    escape(&text.replace(['\n', '\r', '\t'], " "))
}

/// A text as TOML has it. White space may be all that it is.
fn escape(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A key as TOML has it.
fn name(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_bare { key.to_owned() } else { quote(key) }
}

fn table(fields: &[Field]) -> String {
    let fields: Vec<String> = fields.iter().filter_map(|field| Some(format!("{} = {}", name(&field.name), value(&field.node)?))).collect();
    format!("{{ {} }}", fields.join(", "))
}

/// A value as TOML has it, which knows no null.
fn value(node: &Node) -> Option<String> {
    Some(match &node.value {
        Value::Null => return None,
        Value::Bool(flag) => flag.to_string(),
        Value::Bare(text) if text.parse::<i64>().is_ok_and(|number| number.to_string() == *text) => text.clone(),
        Value::Bare(text) | Value::Text(text) => escape(text),
        Value::List(nodes) => format!("[{}]", nodes.iter().filter_map(value).collect::<Vec<_>>().join(", ")),
        Value::Table(fields) => table(fields),
    })
}

/// Writes the configuration. `stand_in` is the title of a site whose own is not known.
pub fn render_config(settings: &Settings, stand_in: &str) -> String {
    let title = settings.title.as_deref().unwrap_or(stand_in);
    let url = settings.url.as_deref().unwrap_or("https://example.org/");
    let view = ConfigView { settings, generator: settings.generator.map(Generator::name), title, url };
    // The template is checked when it is compiled; writing to a string doesn't fail.
    view.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Overrides, read_config};
    use crate::diagnostic::Source;

    #[test]
    fn what_is_written_is_read_again() {
        let settings = Settings {
            generator: Some(Generator::Hugo),
            title: Some("A \"quoted\"\nback\\slash".into()),
            url: Some("https://example.org/x/".into()),
            description: Some("# no comment".into()),
            language: Some("pt-BR".into()),
            timezone: Some("Europe/Paris".into()),
            author: Some(Person { name: "Ann".into(), email: Some("a@example.org".into()), url: None }),
            copyright: Some("©".into()),
            content_dir: "content".into(),
            static_dir: Some("static".into()),
            permalink: Some("/:year/:slug/".into()),
            permalinks: vec![("blog posts".into(), "/b/:slug/".into())],
            ids: Some("hugo"),
            slugs: Some("case"),
            include: vec!["posts/".into()],
            exclude: vec!["posts/old/".into()],
            only_dated: true,
            future: true,
            drafts: true,
            smart_punctuation: true,
            output: "public".into(),
            pages: Some("public"),
            limit: Some(0),
            summary: true,
            no_tags: true,
            languages: true,
            language_tags: vec!["fr".into()],
            no_index: true,
            defaults: vec![Scope {
                path: "/news".into(),
                values: crate::content::read_toml("author = 'ann'\ntags = ['x']\n'odd key' = { a = 1, b = 1.50 }\n", 0).unwrap().fields,
            }],
            people: vec![("ann b".into(), Person { name: "Ann".into(), email: None, url: None })],
            ..Settings::default()
        };
        let text = render_config(&settings, "X");
        let (config, faults) = read_config(&Source::new("tidings.toml", &text), std::path::Path::new("."), &Overrides::new());
        assert_eq!(faults, [], "{text}");
        let config = config.unwrap();
        assert_eq!((config.site.title.as_str(), config.site.language.as_str()), ("A \"quoted\" back\\slash", "pt-BR"));
        assert_eq!(config.site.authors[0].email.as_deref(), Some("a@example.org"));
        assert_eq!(config.rules.languages, ["fr"]);
        assert!(text.contains("values = { author = \"ann\", \"odd key\" = { a = 1, b = \"1.50\" }, tags = [\"x\"] }"), "{text}");
        assert_eq!(config.rules.defaults.person("ann b").unwrap().name, "Ann");
        assert_eq!((config.content.include, config.content.undated), (vec!["posts/".to_owned()], false));
        assert!(config.content.future && config.content.drafts && config.content.smart_punctuation);
        assert_eq!((config.rules.sections.len(), config.feeds.limit, config.feeds.index, config.feeds.tags), (1, None, false, false));
        assert_eq!(config.feeds.content, crate::feed::Detail::Summary);
        assert!(config.feeds.own_language_only && config.feeds.languages);
    }

    #[test]
    fn what_is_not_known_has_a_stand_in_that_builds() {
        let mut settings = Settings { content_dir: "content".into(), from: "x.js".into(), ..Settings::default() };
        settings.finish(&SiteFiles::default());
        let text = render_config(&settings, "My Folder");
        let (config, faults) = read_config(&Source::new("tidings.toml", &text), std::path::Path::new("."), &Overrides::new());
        assert_eq!((faults, config.unwrap().site.title.as_str()), (vec![], "My Folder"), "{text}");
        assert_eq!(
            settings.notes,
            ["title not found in x.js: write it in tidings.toml", "url not found in x.js: write it in tidings.toml"]
        );
    }

    #[test]
    fn old_feeds_are_told_with_their_successors() {
        let note = |languages: &[&str], old: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            let mut settings = Settings {
                language: Some("en".into()),
                languages: !languages.is_empty(),
                language_tags: owned(languages),
                old_feeds: owned(old),
                ..Settings::default()
            };
            settings.finish(&SiteFiles::default());
            settings.notes.pop().unwrap()
        };
        assert!(note(&[], &["/feeds/all.atom.xml"]).contains("redirect that address to /atom.xml, so that subscribers follow"));
        let told = note(&["en", "pt-BR"], &["/index.xml", "/pt-br/index.xml"]);
        assert!(told.ends_with("to /feed.xml, so that subscribers follow; /pt-br/index.xml to /languages/pt-BR/feed.xml"), "{told}");
    }

    #[test]
    fn values_that_tidings_would_refuse_become_notes() {
        let mut settings = Settings { language: Some("English!".into()), timezone: Some("Mars".into()), ..Settings::default() };
        settings.set_url(Some("/".into()), "baseURL");
        settings.set_permalink("/:nope/".into(), "permalink");
        settings.add_permalink("blog", "/{oops".into(), "permalinks.blog");
        settings.finish(&SiteFiles { paths: vec!["public/atom.xml".into()], sources: Vec::new() });
        assert_eq!((settings.language, settings.timezone, settings.permalink, settings.output.as_str()), (None, None, None, "feeds"));
        assert_eq!(settings.notes.len(), 7, "{:?}", settings.notes);
    }
}
