//! Eleventy: its configuration, the metadata of its feed, and the folders whose entries it holds.

use super::javascript::{Literal, Script};
use super::patterns::{of_ignore_line, unbraced};
use super::scope::Scope;
use super::site_files::is_entry;
use super::tree::Tree;
use super::{Settings, SiteFiles};
use crate::content::{Field, Node, Pattern, Value, is_known_template};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::site::Person;

pub(super) fn read(files: &SiteFiles, settings: &mut Settings) -> Result<(), Vec<Diagnostic>> {
    let Some(source) = files.script(&["eleventy.config", ".eleventy"]) else { return Ok(()) };
    settings.from = source.path.relative.to_string();
    let script = Script::read(source);
    if let Some(place) = &script.broken {
        settings.note(format!("{place}: a string is never closed, so what stands after it was not read"));
    }
    let data = Metadata::read(files)?;
    let from_feed = |key: &str| script.text(&["metadata", key]);
    settings.title = from_feed("title").or_else(|| data.text(&["title", "name"]));
    let base = from_feed("base").or_else(|| data.text(&["url", "base", "baseUrl", "siteUrl"]));
    let prefix = script.text(&["pathPrefix"]).filter(|prefix| !prefix.trim_matches('/').is_empty());
    let url = match (base, prefix) {
        (Some(base), Some(prefix)) => Some(format!("{}/{}/", base.trim_end_matches('/'), prefix.trim_matches('/'))),
        (base, _) => base,
    };
    settings.set_url(url, "the site's address");
    settings.description = from_feed("subtitle").or_else(|| data.text(&["description", "subtitle"]));
    settings.language = from_feed("language").or_else(|| data.text(&["language", "lang"]));
    let name = script.text(&["metadata", "author", "name"]).or_else(|| data.text(&["author.name", "author"]));
    let email = script.text(&["metadata", "author", "email"]).or_else(|| data.text(&["author.email"]));
    settings.author = name.map(|name| Person { name, email, url: data.text(&["author.url"]) });

    let input = script.text(&["dir", "input"]).unwrap_or_else(|| ".".into());
    settings.content_dir = match input.trim_start_matches("./").trim_matches('/') {
        "" => ".".into(),
        folder => folder.to_owned(),
    };
    let collection = script.text(&["collection", "name"]).unwrap_or_else(|| "posts".into());
    settings.ids = Some("permalink");
    settings.slugs = Some("off");
    choose(files, &collection, settings);
    ignore(files, &script, settings);
    underscored(files, &script, settings);
    if settings.permalink.is_none() {
        settings.set_permalink("/:foldedpath/".into(), "permalink");
    }
    settings.limit = Some(script.number(&["collection", "limit"]).unwrap_or(0));
    settings.old_feeds = script.text(&["outputPath"]).into_iter().collect();
    if settings.old_feeds.is_empty() {
        settings.old_feeds.extend(own_feed(files, &settings.content_dir));
    }
    // Where folders are chosen all that is in them belongs to the feed.
    settings.only_dated = settings.include.is_empty();
    unread(files, settings);
    settings.no_index = true;
    // It has no rule about the future: what is dated there is published.
    settings.future = true;
    settings.pages = Some("_site");
    Ok(())
}

/// What Eleventy leaves out: `.eleventyignore` beside the configuration and in the input folder, and `ignores.add`.
fn ignore(files: &SiteFiles, script: &Script, settings: &mut Settings) {
    let dir = settings.content_dir.clone();
    let own = files.source(".eleventyignore").into_iter().flat_map(|source| source.text.lines());
    let patterns = own.chain(script.given("ignores.add")).filter_map(|line| of_ignore_line(line, &dir));
    let inner = files.source(&format!("{dir}/.eleventyignore")).into_iter().flat_map(|source| source.text.lines());
    let inner = inner.filter_map(|line| of_ignore_line(line, "."));
    settings.exclude = patterns.chain(inner).flat_map(|pattern| unbraced(&pattern)).collect();
}

/// Eleventy reads names that begin with an underscore, but for its own folders: they are let in.
fn underscored(files: &SiteFiles, script: &Script, settings: &mut Settings) {
    let own = ["includes", "layouts", "data", "output"].into_iter().filter_map(|key| script.text(&["dir", key]));
    let own: Vec<String> = own.chain(["_includes", "_data", "_site"].map(str::to_owned)).collect();
    let is_own = |name: &str| own.iter().any(|folder| folder.trim_end_matches('/').rsplit('/').next() == Some(name));
    let above = if settings.content_dir == "." { String::new() } else { format!("{}/", settings.content_dir) };
    let mut found: Vec<String> = Vec::new();
    for path in files.below(&settings.content_dir).filter(|path| is_entry(path)) {
        let path = path.strip_prefix(&above).unwrap_or(path);
        let Some(at) = path.split('/').position(|name| name.starts_with('_')) else { continue };
        let names: Vec<&str> = path.split('/').take(at + 1).collect();
        let pattern = format!("!/{}", names.join("/"));
        let is_chosen = settings.include.is_empty() || settings.include.iter().any(|folder| format!("/{path}").starts_with(folder));
        if is_chosen && !path.split('/').any(is_own) && !found.contains(&pattern) {
            found.push(pattern);
        }
    }
    settings.exclude.append(&mut found);
}

/// The site's global data (`_data/metadata.js`, `.json`, `.yaml`).
enum Metadata {
    None,
    Script(Script),
    Tree(Tree),
}

impl Metadata {
    fn read(files: &SiteFiles) -> Result<Metadata, Vec<Diagnostic>> {
        let is_data = |source: &&Source| source.path.relative.rsplit('/').nth(1) == Some("_data");
        for stem in ["metadata", "site", "meta", "config"] {
            let is_named = |source: &&Source| {
                source.path.relative.rsplit('/').next().and_then(|name| name.split_once('.')).is_some_and(|(name, _)| name == stem)
            };
            if let Some(source) = files.sources.iter().filter(is_data).find(is_named) {
                let is_tree = [".json", ".yaml", ".yml", ".toml"].iter().any(|ext| source.path.relative.ends_with(ext));
                return Ok(if is_tree { Metadata::Tree(Tree::read(source)?) } else { Metadata::Script(Script::read(source)) });
            }
        }
        Ok(Metadata::None)
    }

    fn text(&self, paths: &[&str]) -> Option<String> {
        paths.iter().find_map(|path| match self {
            Metadata::None => None,
            Metadata::Tree(tree) => tree.text(path),
            Metadata::Script(script) => script.text(&path.split('.').collect::<Vec<_>>()),
        })
    }
}

/// Finds the folders whose data file puts their entries into the collection, and the permalink that it says.
fn choose(files: &SiteFiles, collection: &str, settings: &mut Settings) {
    let mut patterns: Vec<(String, String)> = Vec::new();
    for source in &files.sources {
        let path = &*source.path.relative;
        let Some((folder, name)) = path.rsplit_once('/') else { continue };
        let stem = name.split('.').next().unwrap_or_default();
        if folder.rsplit('/').next() != Some(stem) {
            continue;
        }
        // JSON is JavaScript, too.
        let script = Script::read(source);
        let tags = match script.get(&["tags"]) {
            Some(Literal::List(tags)) => tags.clone(),
            Some(literal) => script.resolve(literal, &[]).into_iter().collect(),
            None => continue,
        };
        if !tags.iter().any(|tag| tag == collection) {
            continue;
        }
        let below = match settings.content_dir.as_str() {
            "." => Some(folder),
            dir => folder.strip_prefix(&format!("{dir}/")),
        };
        let Some(below) = below else { continue };
        settings.include.push(format!("/{below}/"));
        let Some(text) = script.text(&["permalink"]) else { continue };
        match pattern(&text) {
            Some(pattern) if Pattern::parse(&pattern).is_ok() => patterns.push((below.to_owned(), pattern)),
            _ if is_known_template(&text) => settings.defaults.push(Scope {
                path: format!("/{below}"),
                values: vec![Field { name: "permalink".into(), node: Node { value: Value::Text(text), span: Span::default() } }],
            }),
            _ => settings
                .note(format!("the permalink of {below}'s data can't be read: write `permalinks` in tidings.toml so that addresses stay")),
        }
    }
    match patterns.as_slice() {
        [(_, only)] if settings.include.len() == 1 => settings.set_permalink(only.clone(), "permalink of the folder's data"),
        several => {
            for (folder, pattern) in several {
                settings.add_permalink(folder, pattern.clone(), &format!("permalink of {folder}'s data"));
            }
        }
    }
    if settings.include.is_empty() {
        let names = ["posts", "blog", "articles", "writing", "notes", "journal"];
        let place = |name: &str| if settings.content_dir == "." { name.to_owned() } else { format!("{}/{name}", settings.content_dir) };
        let guess = names.iter().find(|name| files.has_entries(&place(name)));
        settings.include.extend(guess.map(|name| format!("/{name}/")));
        let chosen = guess.map_or_else(|| "all files are taken".to_owned(), |name| format!("`{name}` is taken"));
        settings.note(format!(
            "which folder holds the collection `{collection}` is not said in a folder's data file: {chosen}; see `include` in tidings.toml"
        ));
    }
}

/// A permalink of Eleventy's as a pattern of ours, if it is made of names alone.
fn pattern(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((inner, left)) = after.split_once("}}") else { break };
        // Other values, and filters, are looked at entry by entry.
        if inner.trim() != "page.fileSlug" {
            return None;
        }
        out.push_str(":stem");
        rest = left;
    }
    out.push_str(rest);
    Some(out.trim_end_matches("index.html").to_owned())
}

/// Entries that are templates, which only Eleventy can read.
fn unread(files: &SiteFiles, settings: &mut Settings) {
    let is_template = |path: &&str| {
        let is_data = path.ends_with(".11tydata.js");
        !is_data && [".njk", ".liquid", ".hbs", ".webc", ".11ty.js", ".pug"].iter().any(|ext| path.ends_with(ext))
    };
    let folders: Vec<String> = settings.include.iter().map(|folder| format!("{}{folder}", settings.content_dir)).collect();
    let found: Vec<&str> = folders.iter().flat_map(|folder| files.below(folder).filter(is_template)).collect();
    if let [first, others @ ..] = found.as_slice() {
        let others = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        settings.note(format!(
            "{first}{others}: tidings reads no templates, so what only they say is in no feed; write it as Markdown or HTML"
        ));
    }
}

/// The feed that a template writes: `feed.njk`, `feed/feed.njk`.
fn own_feed(files: &SiteFiles, dir: &str) -> Option<String> {
    let is_feed = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        let stem = name.split('.').next().unwrap_or_default();
        matches!(stem, "feed" | "rss" | "atom") && [".njk", ".liquid", ".11ty.js"].iter().any(|ext| name.ends_with(ext))
    };
    let path = files.below(dir).find(is_feed)?;
    let below = path.strip_prefix(&format!("{dir}/")).unwrap_or(path);
    Some(format!("/{}.xml", below.split('.').next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::super::{Generator, settings_of_site as settings};

    #[test]
    fn a_site_with_data_and_folders_is_read() {
        let found = settings(
            &[
                (".eleventy.js", "module.exports = function (c) { return { dir: { input: './src' }, pathPrefix: '/sub/' } }"),
                ("src/_data/metadata.json", "{\"title\": \"T\", \"url\": \"https://example.org\", \"author\": {\"name\": \"Ann\"}}"),
                ("src/posts/posts.json", "{\"tags\": \"posts\", \"permalink\": \"/p/{{ page.fileSlug }}/index.html\"}"),
            ],
            &["src/feed/feed.njk", "src/posts/a.md"],
        );
        assert_eq!((found.generator, found.title.as_deref()), (Some(Generator::Eleventy), Some("T")));
        assert_eq!((found.url.as_deref(), found.author.unwrap().name.as_str()), (Some("https://example.org/sub/"), "Ann"));
        assert_eq!((found.content_dir.as_str(), found.include), ("src", vec!["/posts/".to_owned()]));
        assert_eq!((found.permalink.as_deref(), found.old_feeds), (Some("/p/:stem/"), vec!["/feed/feed.xml".to_owned()]));
    }

    #[test]
    fn folders_have_their_permalinks_and_what_is_ignored_stays_so() {
        let data = |path: &str| format!("{{\"tags\": [\"posts\"], \"permalink\": \"/{path}/{{{{ page.fileSlug }}}}/\"}}");
        let found = settings(
            &[
                (".eleventy.js", "c.ignores.add('src/blog/old/'); x = { dir: { input: 'src' } }"),
                (".eleventyignore", "README.md\nsrc/drafts/\nother/x\n"),
                ("src/.eleventyignore", "/notes\n"),
                ("src/blog/blog.json", &data("b")),
                ("src/news/news.json", &data("n")),
            ],
            &["src/blog/a.md"],
        );
        let permalinks: Vec<(&str, &str)> = found.permalinks.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(permalinks, [("blog", "/b/:stem/"), ("news", "/n/:stem/")]);
        assert_eq!((found.permalink.as_deref(), found.include.len()), (Some("/:foldedpath/"), 2));
        assert_eq!(found.exclude, ["README.md", "/drafts/", "/blog/old/", "/notes"]);
    }

    #[test]
    fn names_with_an_underscore_are_read_but_in_eleventys_own_folders() {
        let found = settings(
            &[
                (".eleventy.js", "module.exports = { dir: { input: 'src', includes: '_parts' } }"),
                ("src/posts/posts.json", "{\"tags\": \"posts\"}"),
            ],
            &[
                "src/_parts/x.html",
                "src/_y.md",
                "src/posts/_data/d.md",
                "src/posts/_parts/p.md",
                "src/posts/_wip/a.md",
                "src/posts/_wip/b.md",
                "src/posts/_x.md",
            ],
        );
        assert_eq!(found.exclude, ["!/posts/_wip", "!/posts/_x.md"]);
    }

    #[test]
    fn data_in_a_program_is_read_and_a_folder_guessed() {
        let found = settings(
            &[
                ("eleventy.config.mjs", "export default () => {}"),
                ("_data/site.js", "export default { title: 'T', url: 'https://example.org' }"),
            ],
            &["blog/a.md"],
        );
        assert_eq!((found.title.as_deref(), found.content_dir.as_str(), found.include), (Some("T"), ".", vec!["/blog/".to_owned()]));
        assert!(found.notes.iter().any(|note| note.contains("`blog` is taken")), "{:?}", found.notes);
    }

    #[test]
    fn permalinks_that_only_a_program_knows_are_told() {
        let found = settings(
            &[
                ("eleventy.config.js", "x = {"),
                ("posts/posts.11tydata.js", "export default { tags: ['posts'], permalink: '/{{ title | mine }}/' }"),
            ],
            &["posts/a.md", "posts/b.njk", "posts/c.liquid", "posts/posts.11tydata.js"],
        );
        assert_eq!((found.permalink.as_deref(), found.only_dated), (Some("/:foldedpath/"), false));
        assert!(found.notes.iter().any(|note| note.contains("permalink of posts's data")), "{:?}", found.notes);
        assert!(found.notes.iter().any(|note| note.starts_with("posts/b.njk and 1 more: ")), "{:?}", found.notes);
    }

    #[test]
    fn permalinks_that_entries_fill_in_stay_templates() {
        let found = settings(
            &[
                ("eleventy.config.js", "x = { dir: { input: 'src' } }"),
                ("src/posts/posts.11tydata.js", "export default { tags: ['posts'], permalink: '/p/{{ title | slugify }}/' }"),
            ],
            &["src/posts/a.md"],
        );
        let values: Vec<String> = found.defaults[0].values.iter().map(|field| format!("{}={}", field.name, field.node.flat())).collect();
        assert_eq!((found.defaults[0].path.as_str(), values), ("/posts", vec!["permalink=/p/{{ title | slugify }}/".to_owned()]));
    }
}
