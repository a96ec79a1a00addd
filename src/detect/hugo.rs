//! Hugo: `hugo.*`, `config.*`, or the folder `config/`; permalinks by section, languages, settings of paths.

use super::patterns::of_regex;
use super::scope::Scope;
use super::tree::Tree;
use super::{Settings, SiteFiles};
use crate::content::{Field, Node, Pattern, Value};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::site::Person;

/// What Hugo called its file before it was `hugo.*`; Zola's has one of these names.
pub(super) const OLD_NAMES: &[&str] = &["config.toml", "config.yaml", "config.yml", "config.json"];

const NAMES: &[&str] = &["hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"];

/// All files of Hugo's configuration, those that win last.
pub(super) fn sources(files: &SiteFiles) -> Vec<&Source> {
    let root = files.first(NAMES).or_else(|| files.first(OLD_NAMES));
    let below = |folder: &'static str| files.sources.iter().filter(move |source| folder_of(&source.path.relative) == folder);
    root.into_iter().chain(below("config/_default")).chain(below("config/production")).collect()
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a file can be no other generator's.
pub(super) fn is_named(source: &Source) -> bool {
    let path = &*source.path.relative;
    NAMES.contains(&path) || path.starts_with("config/_default/")
}

pub(super) fn read(files: &SiteFiles, settings: &mut Settings) -> Result<(), Vec<Diagnostic>> {
    let mut tree = Tree::default();
    let mut faults = Vec::new();
    for source in sources(files) {
        match Tree::read(source) {
            Ok(found) => tree.overlay(found.nested(&keys_of(&source.path.relative))),
            Err(mut found) => faults.append(&mut found),
        }
        if settings.from.is_empty() {
            settings.from = source.path.relative.to_string();
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let site = HugoSite::new(&tree);
    site.describe(settings);
    site.place_content(files, settings);
    site.place_entries(settings);
    site.choose(files, settings);
    Ok(())
}

/// Under which keys a file of `config/_default` stands: `params.toml`, `languages.fr.toml`, `params.fr.toml`.
fn keys_of(path: &str) -> Vec<&str> {
    let Some((_, name)) = path.rsplit_once('/') else { return Vec::new() };
    let mut parts: Vec<&str> = name.split('.').collect();
    parts.pop();
    match parts.as_slice() {
        ["hugo" | "config"] => Vec::new(),
        ["languages", language] => vec!["languages", language],
        [key, language] => vec!["languages", language, key],
        _ => parts,
    }
}

struct HugoSite<'a> {
    tree: &'a Tree,
    /// The key of the default language.
    language: String,
    /// The keys of all languages that are on.
    languages: Vec<&'a str>,
}

impl<'a> HugoSite<'a> {
    fn new(tree: &'a Tree) -> HugoSite<'a> {
        let off = tree.texts("disableLanguages");
        let is_on = |field: &&Field| !off.contains(&field.name) && field.node.get("disabled").and_then(Node::flag) != Some(true);
        let mut languages: Vec<&str> = tree.table("languages").iter().filter(is_on).map(|field| field.name.as_str()).collect();
        let language = tree.text("defaultContentLanguage").unwrap_or_else(|| "en".into());
        languages.sort_by_key(|key| (*key != language, *key));
        HugoSite { tree, language, languages }
    }

    /// The default language's own value, else the site's.
    fn text(&self, key: &str) -> Option<String> {
        let own = format!("languages.{}.{key}", self.language);
        let params = format!("languages.{}.params.{key}", self.language);
        self.tree.first_text(&[&own, &params, key])
    }

    fn describe(&self, settings: &mut Settings) {
        settings.title = self.text("title");
        settings.set_url(self.text("baseURL"), "baseURL");
        settings.description = self.text("params.description").or_else(|| self.text("description"));
        let named = self.tree.text("defaultContentLanguage");
        settings.language = self.text("locale").or_else(|| self.text("languageCode")).or(named);
        settings.timezone = self.text("timeZone");
        settings.copyright =
            self.text("copyright").map(|text| text.replace("{year}", "").trim().to_owned()).filter(|text| !text.is_empty());
        settings.author = self.person();
    }

    fn person(&self) -> Option<Person> {
        let node = ["params.author", "author", "params.authors"].iter().find_map(|key| self.tree.get(key))?;
        let node = match &node.value {
            Value::List(nodes) => nodes.first()?,
            _ => node,
        };
        let field = |name: &str| node.get(name).and_then(Node::text).filter(|text| !text.is_empty()).map(str::to_owned);
        let name = node
            .text()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .or_else(|| field("name"))
            .or_else(|| self.tree.text("params.author_name"))?;
        Some(Person { name, email: field("email"), url: field("url") })
    }

    fn place_content(&self, files: &SiteFiles, settings: &mut Settings) {
        settings.ids = Some("hugo");
        let trimmed = |dir: String| dir.trim_start_matches("./").trim_end_matches('/').to_owned();
        let shared = self.tree.text("contentDir").map_or_else(|| "content".to_owned(), trimmed);
        let own = |language: &str| self.tree.text(&format!("languages.{language}.contentDir")).map(trimmed);
        settings.content_dir = own(&self.language).unwrap_or_else(|| shared.clone());
        if self.languages.len() > 1 {
            settings.languages = true;
            settings.language_tags = self.languages.iter().map(|language| (*language).to_owned()).collect();
            let dirs: Vec<(&str, Option<String>)> = self.languages.iter().map(|language| (*language, own(language))).collect();
            // `content/fr`, `content/en`: the folders say the language.
            let parent = settings.content_dir.rsplit_once('/').map_or(".", |(parent, _)| parent).to_owned();
            let by_folder = |(language, dir): &(&str, Option<String>)| dir.as_deref() == Some(&format!("{parent}/{language}"));
            if dirs.iter().all(by_folder) {
                settings.content_dir = parent;
            } else if dirs.iter().any(|(_, dir)| dir.is_some()) {
                settings.languages = false;
                settings.language_tags.clear();
                let others: Vec<&str> = self.languages.iter().copied().filter(|language| *language != self.language).collect();
                settings.note(format!(
                    "each language has a content folder of its own: {} has the language {}; make one tidings.toml for each of the others ({})",
                    settings.content_dir,
                    self.language,
                    others.join(", ")
                ));
            }
        }
        if !self.tree.list("module.mounts").is_empty() {
            settings.note("module.mounts lay other folders over the content folder: tidings reads only the folder itself");
        }
        let statics = self.tree.texts("staticDir");
        let folder = statics.first().map_or("static", String::as_str);
        settings.static_dir = files.has_folder(folder).then(|| folder.to_owned());
    }

    /// Where entries are: patterns, ugly URLs, a language's folder.
    fn place_entries(&self, settings: &mut Settings) {
        let is_ugly = |section: &str| match self.tree.get("uglyURLs") {
            Some(Node { value: Value::Table(_), .. }) => self.tree.flag(&format!("uglyURLs.{section}")).unwrap_or(false),
            _ => self.tree.flag("uglyURLs").unwrap_or(false),
        };
        let prefix = if self.tree.flag("defaultContentLanguageInSubdir").unwrap_or(false) {
            if settings.languages { "/:lang".to_owned() } else { format!("/{}", self.language.to_lowercase()) }
        } else {
            String::new()
        };
        // Files that name no language stand in the default one's folder, by its key.
        if prefix == "/:lang" && !settings.content_dir.is_empty() {
            let key = self.language.clone();
            if settings.language.as_deref().is_some_and(|tag| !tag.eq_ignore_ascii_case(&key)) && !self.has_folders() {
                settings.note(format!("the site's language is `{key}` here, as in its addresses, not languageCode"));
                settings.language = Some(key);
            }
        }
        let whole = |pattern: &str, section: &str| {
            let pattern = self.dated_slugs(pattern);
            let stem = format!("{prefix}/{}", pattern.trim_matches('/'));
            if is_ugly(section) { format!("{stem}:output_ext") } else { format!("{stem}/") }
        };
        let common = whole(":path", "");
        if common != "/:path/" {
            settings.set_permalink(common, "uglyURLs");
        }
        let language = format!("languages.{}.permalinks", self.language);
        let mut seen: Vec<&str> = Vec::new();
        for table in [format!("{language}.page"), language, "permalinks.page".into(), "permalinks".into()] {
            for Field { name, node } in self.tree.table(&table) {
                let Some(pattern) = node.text().filter(|_| !seen.contains(&name.as_str())) else { continue };
                seen.push(name);
                if name == "/" {
                    settings.note(
                        "permalinks of the root section can't be told apart: write `permalink` of those entries in their front matter",
                    );
                } else {
                    settings.add_permalink(name, whole(pattern, name), &format!("{table}.{name}"));
                }
            }
        }
        self.place_translations(settings);
        for Field { name, node } in self.tree.table("uglyURLs") {
            if node.flag() == Some(true) && !seen.contains(&name.as_str()) {
                settings.add_permalink(name, whole(":path", name), "uglyURLs");
            }
        }
        settings.slugs = match () {
            () if self.tree.flag("disablePathToLower").unwrap_or(false) => Some("case"),
            () if self.tree.flag("removePathAccents").unwrap_or(false) => Some("no-accents"),
            () => None,
        };
    }

    /// Patterns that only one of the other languages has, as fields of its files.
    fn place_translations(&self, settings: &mut Settings) {
        if !settings.languages {
            return;
        }
        let others = self.languages.iter().filter(|language| **language != self.language);
        let by_folder = self.has_folders();
        let mut scopes: Vec<Scope> = Vec::new();
        for language in others {
            let own = format!("languages.{language}.permalinks");
            for Field { name, node } in [own.clone(), format!("{own}.page")].iter().flat_map(|table| self.tree.table(table)) {
                let Some(pattern) = node.text().filter(|_| name != "/") else { continue };
                let pattern = format!("/{}/{}/", language.to_lowercase(), self.dated_slugs(pattern).trim_matches('/'));
                if let Err((reason, _)) = Pattern::parse(&pattern) {
                    settings.note(format!("{own}.{name}: {reason}; write `permalink` of those entries in their front matter"));
                    continue;
                }
                let path = if by_folder { format!("/{language}/{name}/") } else { format!("/{name}/**/*.{language}.*") };
                let node = Node { value: Value::Text(pattern), span: Span::default() };
                scopes.push(Scope { path, values: vec![Field { name: "permalink".into(), node }] });
            }
        }
        settings.defaults.append(&mut scopes);
    }

    /// Whether every language's files stand in a folder of its own.
    fn has_folders(&self) -> bool {
        self.languages.iter().all(|language| self.tree.get(&format!("languages.{language}.contentDir")).is_some())
    }

    /// `date = [":filename"]` makes the name without its date the slug.
    fn dated_slugs(&self, pattern: &str) -> String {
        let is_by_name = self.tree.texts("frontmatter.date").iter().any(|way| way.eq_ignore_ascii_case(":filename"));
        if !is_by_name {
            return pattern.to_owned();
        }
        replace_tokens(pattern, |name| match name {
            "path" => Some(":sections/:slugorstem"),
            "slug" => Some(":slugordatedstem"),
            "slugorfilename" | "slugorcontentbasename" => Some(":slugorstem"),
            _ => None,
        })
    }

    fn choose(&self, files: &SiteFiles, settings: &mut Settings) {
        let limit = self.tree.number("services.rss.limit").or_else(|| self.tree.number("rssLimit")).unwrap_or(-1);
        settings.limit = Some(u64::try_from(limit).unwrap_or(0));
        settings.future = self.tree.flag("buildFuture").unwrap_or(false);
        settings.drafts = self.tree.flag("buildDrafts").unwrap_or(false);
        for regex in self.tree.texts("ignoreFiles") {
            match of_regex(&regex, &settings.content_dir) {
                Some(pattern) => settings.exclude.push(pattern),
                None => settings.note(format!("ignoreFiles `{regex}`: write it as a pattern of `exclude` in tidings.toml")),
            }
        }
        let typographer = "markup.goldmark.extensions.typographer";
        let is_off = self.tree.flag(typographer) == Some(false) || self.tree.flag(&format!("{typographer}.disable")) == Some(true);
        settings.smart_punctuation = !is_off;
        let off = self.tree.texts("disableKinds");
        settings.no_tags = off.iter().any(|kind| matches!(kind.to_ascii_lowercase().as_str(), "taxonomy" | "term"));
        settings.no_index = true;
        settings.pages = Some("public");
        let others: Vec<&str> = self
            .tree
            .table("taxonomies")
            .iter()
            .filter_map(|field| field.node.text())
            .filter(|name| !matches!(*name, "tags" | "categories"))
            .collect();
        if !others.is_empty() {
            settings
                .note(format!("entries keep their tags and categories; the taxonomies {} have no feeds of their own", others.join(", ")));
        }
        let name = self.tree.text("outputFormats.rss.baseName").unwrap_or_else(|| "index".into());
        if off.iter().any(|kind| kind.eq_ignore_ascii_case("rss")) {
            return;
        }
        let in_folder = self.tree.flag("defaultContentLanguageInSubdir").unwrap_or(false);
        let feed = |language: &&str| match **language == *self.language && !in_folder {
            true => format!("/{name}.xml"),
            false => format!("/{}/{name}.xml", language.to_lowercase()),
        };
        settings.old_feeds =
            if self.languages.is_empty() { vec![format!("/{name}.xml")] } else { self.languages.iter().map(feed).collect() };
        let own = files.below("layouts").find(|path| path.ends_with("rss.xml"));
        if let Some(template) = own {
            settings.note(format!("{template} made the old feed: compare its ids with those of tidings' (`<guid>`)"));
        }
    }
}

/// Replaces the tokens of a pattern for which there is something else.
fn replace_tokens(pattern: &str, new: impl Fn(&str) -> Option<&'static str>) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once(':') {
        let (name, left) = after.split_at(after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len()));
        out.push_str(before);
        match new(name) {
            Some(token) => out.push_str(token),
            None => out.extend([":", name]),
        }
        rest = left;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::super::{Generator, detect};
    use super::*;

    #[track_caller]
    fn settings(sources: &[(&str, &str)], paths: &[&str]) -> Settings {
        let sources: Vec<Source> = sources.iter().map(|(path, text)| Source::new(path, *text)).collect();
        let files = SiteFiles { paths: paths.iter().map(|path| (*path).to_owned()).collect(), sources };
        let settings = detect(&files).unwrap().unwrap();
        assert_eq!(settings.generator, Some(Generator::Hugo));
        settings
    }

    #[test]
    fn punctuation_is_smart_unless_the_typographer_is_off() {
        for (config, expected) in [
            ("", true),
            ("[markup.goldmark.extensions]\ntypographer = false\n", false),
            ("[markup.goldmark.extensions.typographer]\ndisable = true\n", false),
            ("[markup.goldmark.extensions.typographer]\nleftDoubleQuote = '«'\n", true),
        ] {
            assert_eq!(settings(&[("hugo.toml", config)], &[]).smart_punctuation, expected, "{config}");
        }
    }

    #[test]
    fn settings_of_paths_become_patterns() {
        for (config, permalink, permalinks, slugs) in [
            ("", None, vec![], None),
            ("uglyURLs = true", Some("/:path:output_ext"), vec![], None),
            ("disablePathToLower = true\n[permalinks]\nposts = '/:year/:slug'", None, vec![("posts", "/:year/:slug/")], Some("case")),
            ("removePathAccents = true\n[uglyURLs]\nblog = true", None, vec![("blog", "/:path:output_ext")], Some("no-accents")),
            ("[permalinks.page]\nx = '/:slug/'\n[permalinks.section]\nx = '/y/'", None, vec![("x", "/:slug/")], None),
            ("defaultContentLanguageInSubdir = true", Some("/en/:path/"), vec![], None),
            (
                "[frontmatter]\ndate = [':filename', ':default']\n[permalinks]\na = '/:year/:slugorfilename/'\nb = '/:slug/x/:slug'",
                Some("/:sections/:slugorstem/"),
                vec![("a", "/:year/:slugorstem/"), ("b", "/:slugordatedstem/x/:slugordatedstem/")],
                None,
            ),
        ] {
            let found = settings(&[("hugo.toml", config)], &[]);
            assert_eq!(found.permalink.as_deref(), permalink, "{config}");
            let expected: Vec<(String, String)> = permalinks.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
            assert_eq!((found.permalinks, found.slugs), (expected, slugs), "{config}");
        }
    }

    #[test]
    fn the_old_name_is_hugos_where_it_says_base_url_in_hugos_way() {
        let found = settings(
            &[("config.yaml", "baseurl: https://example.org/\ntitle: T\nrssLimit: 7\nparams: { author: [Ann, Bob] }\nbuildFuture: true\n")],
            &["static/a.png"],
        );
        assert_eq!((found.url.as_deref(), found.limit, found.future), (Some("https://example.org/"), Some(7), true));
        assert_eq!((found.author.unwrap().name.as_str(), found.static_dir.as_deref()), ("Ann", Some("static")));
        assert_eq!(found.old_feeds, ["/index.xml"]);
    }

    #[test]
    fn languages_stand_in_folders_in_names_or_apart() {
        let config = |fr: &str, en: &str| {
            format!(
                "title = 'T'\ndefaultContentLanguage = 'fr'\n[languages.fr]\ntitle = 'F'\n{fr}\n[languages.en]\n{en}\n[languages.de]\ndisabled = true\n"
            )
        };
        let found = settings(&[("hugo.toml", &config("contentDir = 'content/fr'", "contentDir = 'content/en'"))], &[]);
        assert_eq!((found.title.as_deref(), found.content_dir.as_str(), found.languages), (Some("F"), "content", true));
        assert_eq!(found.old_feeds, ["/index.xml", "/en/index.xml"]);
        let found = settings(&[("hugo.toml", &config("", ""))], &[]);
        assert_eq!((found.content_dir.as_str(), found.languages, found.language.as_deref()), ("content", true, Some("fr")));
        let found = settings(&[("hugo.toml", &config("contentDir = 'francais'", "contentDir = 'english'"))], &[]);
        assert_eq!((found.content_dir.as_str(), found.languages), ("francais", false));
        assert!(found.notes.iter().any(|note| note.contains("(en)")), "{:?}", found.notes);
    }

    #[test]
    fn each_language_may_have_its_own_permalinks() {
        let config = |dirs: [&str; 2]| {
            format!(
                "title = 'T'\ndefaultContentLanguage = 'de'\n[languages.de]\n{}\n[languages.fr]\n{}\n[languages.fr.permalinks]\nposts = '/b/:slug/'\nx = ':nope'\n",
                dirs[0], dirs[1]
            )
        };
        for (dirs, path) in [(["", ""], "/posts/**/*.fr.*"), (["contentDir = 'c/de'", "contentDir = 'c/fr'"], "/fr/posts/")] {
            let found = settings(&[("hugo.toml", &config(dirs))], &[]);
            let scopes: Vec<_> = found.defaults.iter().map(|scope| (scope.path.as_str(), scope.values[0].node.flat())).collect();
            assert_eq!(scopes, [(path, "/fr/b/:slug/".to_owned())]);
            assert!(found.notes.iter().any(|note| note.starts_with("languages.fr.permalinks.x: ")), "{:?}", found.notes);
        }
    }

    #[test]
    fn files_that_are_ignored_stay_so() {
        let found = settings(&[("hugo.toml", "title = 'T'\nignoreFiles = ['\\.Rmd$', '(a|b)', 'content/old/']\n")], &[]);
        assert_eq!(found.exclude, ["*.Rmd", "/old/"]);
        assert!(found.notes.iter().any(|note| note.contains("`(a|b)`")), "{:?}", found.notes);
    }

    #[test]
    fn a_folder_of_configuration_is_one() {
        let found = settings(
            &[
                ("config/_default/hugo.toml", "title = 'Old'\nbaseURL = 'http://localhost/'\n"),
                ("config/_default/languages.fr.toml", "title = 'Fr'\n"),
                ("config/_default/menus.toml", "[[main]]\nname = 'x'\n"),
                ("config/_default/params.toml", "[author]\nname = 'Ann'\n"),
                ("config/production/hugo.toml", "title = 'New'\nbaseURL = 'https://example.org/'\n"),
            ],
            &["layouts/_default/rss.xml"],
        );
        assert_eq!((found.title.as_deref(), found.url.as_deref()), (Some("New"), Some("https://example.org/")));
        assert_eq!(found.author.unwrap().name, "Ann");
        assert!(found.notes.iter().any(|note| note.contains("layouts/_default/rss.xml")));
    }

    #[test]
    fn faults_of_all_files_are_told() {
        let sources = vec![Source::new("config/_default/hugo.toml", "a = \n"), Source::new("config/_default/params.toml", "b = ]\n")];
        let faults = detect(&SiteFiles { paths: Vec::new(), sources }).unwrap().unwrap_err();
        assert!(
            faults.iter().any(|fault| fault.path.ends_with("hugo.toml")) && faults.iter().any(|fault| fault.path.ends_with("params.toml"))
        );
    }
}
