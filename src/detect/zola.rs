//! Zola: `config.toml` (now also `zola.toml`).

use super::tree::Tree;
use super::{Settings, SiteFiles, read_first};
use crate::content::{Field, Node};
use crate::diagnostic::{Diagnostic, Source};
use crate::site::Person;

/// Whether a `config.toml` is Zola's and not Hugo's.
pub(super) fn is_zola(source: &Source) -> bool {
    match Tree::read(source) {
        Ok(tree) => tree.get("base_url").is_some(),
        // Even if the file can't be read, it's somebody's.
        Err(_) => source.text.lines().any(|line| line.trim_start().starts_with("base_url")),
    }
}

pub(super) fn read(files: &SiteFiles, settings: &mut Settings) -> Result<(), Vec<Diagnostic>> {
    let Some((source, tree)) = read_first(files, &["zola.toml", "config.toml"])? else { return Ok(()) };
    settings.from = source.path.relative.to_string();
    settings.title = tree.text("title");
    settings.set_url(tree.text("base_url"), "base_url");
    settings.description = tree.text("description");
    let language = tree.text("default_language").unwrap_or_else(|| "en".into());
    settings.author = tree.first_text(&["author", "extra.author", "extra.author.name"]).map(|name| Person { name, email: None, url: None });
    settings.language = Some(language);
    settings.content_dir = "content".into();
    settings.static_dir = files.has_folder("static").then(|| "static".into());
    settings.ids = Some("zola");
    settings.only_dated = true;
    settings.smart_punctuation = tree.flag("markdown.smart_punctuation").unwrap_or(false);
    settings.exclude = tree.texts("ignored_content");
    settings.slugs = match tree.text("slugify.paths").or_else(|| tree.text("slugify_paths")).as_deref() {
        Some("safe") => Some("safe"),
        Some("off" | "false") => Some("off"),
        _ => None,
    };
    settings.limit = Some(tree.number("feed_limit").and_then(|limit| u64::try_from(limit).ok()).unwrap_or(0));
    let taxonomies: Vec<&str> = tree.list("taxonomies").iter().filter_map(|node| node.get("name").and_then(Node::text)).collect();
    settings.no_tags = !taxonomies.iter().any(|name| matches!(*name, "tags" | "categories"));
    let others: Vec<&str> = taxonomies.into_iter().filter(|name| !matches!(*name, "tags" | "categories" | "authors")).collect();
    if !others.is_empty() {
        settings.note(format!("the taxonomies {} have no feeds of their own", others.join(", ")));
    }
    settings.language_tags = tree.table("languages").iter().map(|field| field.name.clone()).collect();
    settings.languages = !settings.language_tags.is_empty();
    settings.no_index = true;
    // It has no rule about the future: what is dated there is published.
    settings.future = true;
    settings.pages = Some("public");
    old_feeds(&tree, settings);
    Ok(())
}

fn old_feeds(tree: &Tree, settings: &mut Settings) {
    let names = match (tree.texts("feed_filenames"), tree.text("feed_filename")) {
        (names, _) if !names.is_empty() => names,
        (_, Some(name)) => vec![name],
        _ => vec!["atom.xml".into()],
    };
    let is_on = |prefix: &str| {
        ["generate_feeds", "generate_feed", "generate_rss"].iter().any(|key| tree.flag(&format!("{prefix}{key}")).unwrap_or(false))
    };
    if is_on("") {
        settings.old_feeds.extend(names.iter().map(|name| format!("/{name}")));
    }
    for Field { name, .. } in tree.table("languages") {
        if is_on(&format!("languages.{name}.")) {
            settings.old_feeds.extend(names.iter().map(|file| format!("/{name}/{file}")));
        }
    }
    if settings.old_feeds.iter().any(|path| path == "/atom.xml") {
        settings
            .note("Zola and tidings both write atom.xml: set generate_feeds = false in its configuration before both write to one folder");
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Generator, detect};
    use super::*;

    fn settings(config: &str) -> Settings {
        let files = SiteFiles { paths: vec!["content/a.md".into()], sources: vec![Source::new("config.toml", config)] };
        detect(&files).unwrap().unwrap()
    }

    #[test]
    fn a_site_of_zolas_is_read() {
        let found = settings(
            "base_url = 'https://example.org'\ntitle = 'T'\ndefault_language = 'de'\ngenerate_feeds = true\nfeed_filenames = ['rss.xml', 'atom.xml']\n\
             feed_limit = 20\nauthor = 'Ann'\ntaxonomies = [{ name = 'tags', feed = true }, { name = 'people' }]\n[slugify]\npaths = 'safe'\n\
             [languages.fr]\ngenerate_feeds = true\n[markdown]\nsmart_punctuation = true\n",
        );
        assert_eq!((found.generator, found.title.as_deref(), found.language.as_deref()), (Some(Generator::Zola), Some("T"), Some("de")));
        assert_eq!((found.ids, found.slugs, found.limit, found.only_dated), (Some("zola"), Some("safe"), Some(20), true));
        assert_eq!(found.old_feeds, ["/rss.xml", "/atom.xml", "/fr/rss.xml", "/fr/atom.xml"]);
        assert!(found.languages && !found.no_tags && found.smart_punctuation && found.notes.iter().any(|note| note.contains("people")));
    }

    #[test]
    fn defaults_are_zolas() {
        let found = settings("base_url = 'https://example.org'\n");
        assert_eq!((found.limit, found.no_tags, found.old_feeds.len(), found.language.as_deref()), (Some(0), true, 0, Some("en")));
        assert!(!found.smart_punctuation);
        assert!(found.notes.contains(&"title not found in config.toml: write it in tidings.toml".to_owned()));
    }

    #[test]
    fn a_broken_file_is_still_zolas() {
        let files = SiteFiles { paths: Vec::new(), sources: vec![Source::new("config.toml", "base_url = 'x'\ntitle = \n")] };
        let faults = detect(&files).unwrap().unwrap_err();
        assert_eq!((faults[0].code, faults[0].place.as_ref().unwrap().line), ("config-invalid", 2));
    }
}
