//! Docusaurus: `docusaurus.config.*` and the blog in it.

use super::javascript::{Literal, Script};
use super::patterns::unbraced;
use super::tree::Tree;
use super::{Settings, SiteFiles};
use crate::diagnostic::Diagnostic;

/// The entries in a feed where `feedOptions.limit` is not set.
const LIMIT: u64 = 20;

pub(super) fn read(files: &SiteFiles, settings: &mut Settings) -> Result<(), Vec<Diagnostic>> {
    let Some(source) = files.script(&["docusaurus.config"]) else { return Ok(()) };
    settings.from = source.path.relative.to_string();
    let config = Script::read(source);
    if let Some(place) = &config.broken {
        settings.note(format!("{place}: a string is never closed, so what stands after it was not read"));
    }
    let feed = |key: &str| config.text(&["blog", "feedOptions", key]).or_else(|| config.text(&["feedOptions", key]));
    settings.title = feed("title").or_else(|| config.text(&["title"]));
    let base = config.text(&["baseUrl"]).unwrap_or_else(|| "/".into());
    let url = config.text(&["url"]).map(|url| match base.trim_matches('/') {
        "" => format!("{}/", url.trim_end_matches('/')),
        path => format!("{}/{path}/", url.trim_end_matches('/')),
    });
    settings.set_url(url, "url");
    settings.description = feed("description").or_else(|| config.text(&["tagline"]));
    settings.language = feed("language").or_else(|| config.text(&["i18n", "defaultLocale"]));
    settings.copyright = feed("copyright");
    let blog = |key: &str| config.text(&["blog", key]).map(|text| text.trim_start_matches("./").trim_matches('/').to_owned());
    settings.content_dir = blog("path").unwrap_or_else(|| "blog".into());
    let route = config.text(&["blog", "routeBasePath"]).map_or_else(|| "blog".to_owned(), |route| route.trim_matches('/').to_owned());
    let home = if route.is_empty() { String::new() } else { format!("/{route}") };
    let slash = if config.flag(&["trailingSlash"]) == Some(true) { "/" } else { "" };
    settings.set_permalink(format!("{home}/:slugordatedpath{slash}"), "routeBasePath");
    settings.ids = Some("permalink");
    settings.slugs = Some("off");
    let is_unlimited =
        matches!(config.get(&["feedOptions", "limit"]), Some(Literal::Word(word)) if matches!(word.as_str(), "null" | "false"));
    settings.limit = Some(if is_unlimited { 0 } else { config.number(&["feedOptions", "limit"]).unwrap_or(LIMIT) });
    if let Some(Literal::List(globs)) = config.get(&["blog", "exclude"]) {
        settings.exclude = globs.iter().flat_map(|glob| unbraced(glob)).collect();
    }
    settings.static_dir = files.has_folder("static").then(|| "static".into());
    settings.no_index = true;
    // It has no rule about the future: what is dated there is published.
    settings.future = true;
    settings.pages = Some("build");
    settings.old_feeds = vec![format!("{home}/rss.xml"), format!("{home}/atom.xml")];
    if let Some(name) = blog("authorsMapPath").filter(|name| !matches!(name.as_str(), "authors.yml" | "authors.yaml")) {
        match files.first(&[&format!("{}/{name}", settings.content_dir), &name]) {
            Some(source) => settings.people = Tree::read(source)?.people(),
            None => {
                settings.note(format!("{name} says who the authors' keys stand for: write them under [content.authors] in tidings.toml"))
            }
        }
    }
    if !files.has_entries(&settings.content_dir) {
        settings.note(format!("there is no blog in {}: write `dir` under [content] in tidings.toml", settings.content_dir));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Generator, detect};
    use super::*;
    use crate::diagnostic::Source;
    use crate::site::Person;

    fn settings(config: &str) -> Settings {
        let files = SiteFiles { paths: vec!["blog/a.md".into()], sources: vec![Source::new("docusaurus.config.ts", config)] };
        detect(&files).unwrap().unwrap()
    }

    #[test]
    fn a_blog_of_docusaurus_is_read() {
        let found = settings(
            "const config: Config = { title: 'T', tagline: 'D', url: 'https://example.org', baseUrl: '/', trailingSlash: true,\n\
             presets: [['classic', { blog: { path: './blog', routeBasePath: '/', exclude: ['**/_*.{md,mdx}'], feedOptions: { type: 'all', limit: 5, title: 'News' } } }]] }",
        );
        assert_eq!((found.generator, found.title.as_deref()), (Some(Generator::Docusaurus), Some("News")));
        assert_eq!((found.url.as_deref(), found.permalink.as_deref()), (Some("https://example.org/"), Some("/:slugordatedpath/")));
        assert_eq!(found.exclude, ["**/_*.md", "**/_*.mdx"]);
        assert_eq!((found.limit, found.content_dir.as_str(), found.old_feeds[0].as_str()), (Some(5), "blog", "/rss.xml"));
    }

    #[test]
    fn authors_are_read_whatever_their_file_is_called() {
        for path in ["blog/team/people.yml", "team/people.yml"] {
            let config = "module.exports = { presets: [['classic', { blog: { authorsMapPath: './team/people.yml' } }]] }";
            let sources = vec![
                Source::new("docusaurus.config.js", config),
                Source::new(path, "ann:\n  name: Ann Lee\n  url: https://ann.example\n  page: true\n"),
            ];
            let found = detect(&SiteFiles { paths: vec!["blog/a.md".into()], sources }).unwrap().unwrap();
            let ann = Person { name: "Ann Lee".into(), email: None, url: Some("https://ann.example".into()) };
            assert_eq!(found.people, [("ann".to_owned(), ann)], "{path}");
            assert!(super::super::is_wanted(path));
        }
        let found = settings("export default { presets: [['classic', { blog: { authorsMapPath: 'who.yml' } }]] }");
        assert!(found.notes.iter().any(|note| note.starts_with("who.yml says who")), "{:?}", found.notes);
    }

    #[test]
    fn defaults_are_docusaurus() {
        let found = settings("export default { title: getTitle(), url: 'https://example.org', baseUrl: '/x/' }");
        assert_eq!((found.url.as_deref(), found.permalink.as_deref()), (Some("https://example.org/x/"), Some("/blog/:slugordatedpath")));
        assert_eq!(found.limit, Some(20));
        assert!(found.notes.contains(&"title not found in docusaurus.config.ts: write it in tidings.toml".to_owned()));
    }
}
