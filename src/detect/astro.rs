//! Astro: `astro.config.*`, the collection of entries, and the endpoint that writes the feed.

use super::javascript::{Literal, Script};
use super::{Settings, SiteFiles};
use crate::diagnostic::{Diagnostic, Source};
use crate::site::Person;

pub(super) fn read(files: &SiteFiles, settings: &mut Settings) -> Result<(), Vec<Diagnostic>> {
    let Some(source) = files.script(&["astro.config"]) else { return Ok(()) };
    settings.from = source.path.relative.to_string();
    let config = Script::read(source);
    if let Some(place) = &config.broken {
        settings.note(format!("{place}: a string is never closed, so what stands after it was not read"));
    }
    let is_endpoint = |source: &&Source| source.path.relative.starts_with("src/pages/");
    let endpoint = files.sources.iter().find(is_endpoint);
    let feed = endpoint.map(Script::read).unwrap_or_default();
    let others: Vec<Script> =
        files.sources.iter().filter(|source| source.path.relative.starts_with("src/") && !is_endpoint(source)).map(Script::read).collect();
    let known = |key: &str| {
        let others: Vec<&Script> = others.iter().collect();
        feed.get(&[key]).and_then(|literal| feed.resolve(literal, &others))
    };
    let constant = |names: &[&str]| {
        names.iter().find_map(|name| {
            let path: Vec<&str> = name.split('.').collect();
            others.iter().find_map(|script| script.text(&path))
        })
    };
    settings.title = known("title").or_else(|| constant(&["SITE_TITLE", "SITE.title", "siteConfig.title", "title"]));
    settings.description =
        known("description").or_else(|| constant(&["SITE_DESCRIPTION", "SITE.description", "SITE.desc", "siteConfig.description"]));
    settings.language = config.text(&["i18n", "defaultLocale"]).or_else(|| constant(&["SITE.lang", "SITE.language", "siteConfig.lang"]));
    settings.author = constant(&["SITE.author", "siteConfig.author", "SITE_AUTHOR"]).map(|name| Person { name, email: None, url: None });
    let site = config.get(&["site"]).and_then(|literal| config.resolve(literal, &others.iter().collect::<Vec<_>>()));
    let site = site.or_else(|| constant(&["SITE.website", "SITE.url", "SITE_URL"]));
    settings.set_url(site, "site");
    let base = config.text(&["base"]).map(|base| base.trim_matches('/').to_owned()).unwrap_or_default();
    place_content(files, &feed, endpoint, &others, settings);
    let slash = if feed.flag(&["trailingSlash"]) == Some(false) { "" } else { "/" };
    let prefix = match feed.get(&["link"]) {
        Some(Literal::Template(text)) => link(text, &base),
        _ => None,
    };
    let pattern = prefix.unwrap_or_else(|| {
        let folder = settings.content_dir.rsplit('/').next().unwrap_or_default().to_owned();
        if endpoint.is_some() {
            settings.note(format!("how {} makes links is not plain: /{folder}/ is taken; compare ids", settings_path(endpoint)));
        }
        format!("/{folder}/:slugorpath")
    });
    settings.set_permalink(format!("{}{slash}", pattern.trim_end_matches('/')), "link");
    settings.ids = Some("permalink");
    settings.slugs = Some("github");
    settings.limit = Some(0);
    settings.only_dated = true;
    settings.no_index = true;
    // It has no rule about the future: what is dated there is published.
    settings.future = true;
    // What stands in `public` is copied beside the pages.
    settings.pages = Some("public");
    settings.old_feeds = endpoint.iter().filter_map(|source| feed_path(&source.path.relative)).collect();
    Ok(())
}

fn settings_path(source: Option<&Source>) -> &str {
    source.map_or("the feed's endpoint", |source| &*source.path.relative)
}

/// `src/pages/rss.xml.js` writes `/rss.xml`.
fn feed_path(path: &str) -> Option<String> {
    path.strip_prefix("src/pages")?.rsplit_once('.').map(|(path, _)| path.to_owned())
}

/// The folder of the collection that the feed holds.
fn place_content(files: &SiteFiles, feed: &Script, endpoint: Option<&Source>, others: &[Script], settings: &mut Settings) {
    let text = endpoint.map(|source| source.text.as_str()).unwrap_or_default();
    let named = text.split("getCollection(").nth(1).and_then(|rest| rest.trim_start().get(1..)?.split(['\'', '"', '`']).next());
    let loader = named.and_then(|name| others.iter().find_map(|script| script.text(&[name, "base"])));
    let loader = loader.or_else(|| others.iter().find_map(|script| script.text(&["loader", "base"])));
    let collections: Vec<String> = named.iter().map(|name| format!("src/content/{name}")).collect();
    let usual = ["src/content/blog", "src/content/posts", "src/content/post", "src/data/blog", "src/pages/blog", "src/pages/posts"];
    let candidates = loader.into_iter().chain(collections).chain(usual.map(str::to_owned));
    let trimmed = candidates.map(|folder| folder.trim_start_matches("./").trim_matches('/').to_owned());
    let found = trimmed.filter(|folder| !folder.is_empty()).find(|folder| files.has_entries(folder));
    settings.content_dir = found.unwrap_or_else(|| {
        settings.note("the folder of entries was not found: write `dir` under [content] in tidings.toml");
        "src/content".into()
    });
    if feed.get(&["items"]).is_some() && named.is_none() && text.contains("pagesGlobToRssItems") {
        settings.note("the feed holds pages by a glob: see that `dir` in tidings.toml is their folder");
    }
}

/// The pattern of a template such as `/blog/${post.id}/`.
fn link(text: &str, base: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let (inner, left) = after.split_once('}')?;
        match inner.rsplit('.').next().unwrap_or_default().trim() {
            "BASE_URL" => out.push_str(&format!("/{base}/")),
            "id" | "slug" => out.push_str(":slugorpath"),
            _ => return None,
        }
        rest = left;
    }
    out.push_str(rest);
    let path = out.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    out.contains(":slugorpath").then(|| format!("/{path}"))
}

#[cfg(test)]
mod tests {
    use super::super::{Generator, settings_of_site as settings};
    use super::*;

    #[test]
    fn the_endpoint_says_what_the_feed_holds() {
        let found = settings(
            &[
                ("astro.config.mjs", "export default defineConfig({ site: SITE.website, base: '/b', i18n: { defaultLocale: 'de' } })"),
                ("src/config.ts", "export const SITE: Site = { website: 'https://example.org', title: 'T', desc: 'D', author: 'Ann' }"),
                ("src/content.config.ts", "const notes = defineCollection({ loader: glob({ pattern: '**', base: './notes' }) });"),
                (
                    "src/pages/feeds/notes.xml.ts",
                    "export async function GET() { const all = await getCollection('notes');\n return rss({ title: SITE.title, description: SITE.desc, \
                     trailingSlash: false, items: all.map((n) => ({ link: `${import.meta.env.BASE_URL}n/${n.id}/` })) }) }",
                ),
            ],
            &["notes/a.md", "src/content/blog/b.md"],
        );
        assert_eq!(
            (found.generator, found.title.as_deref(), found.url.as_deref()),
            (Some(Generator::Astro), Some("T"), Some("https://example.org"))
        );
        assert_eq!((found.description.as_deref(), found.language.as_deref()), (Some("D"), Some("de")));
        assert_eq!((found.content_dir.as_str(), found.permalink.as_deref()), ("notes", Some("/b/n/:slugorpath")));
        assert_eq!(found.old_feeds, ["/feeds/notes.xml"]);
    }

    #[test]
    fn without_an_endpoint_the_usual_is_taken() {
        let found = settings(&[("astro.config.ts", "export default { site: 'https://example.org' }")], &["src/content/posts/a.md"]);
        assert_eq!((found.content_dir.as_str(), found.permalink.as_deref()), ("src/content/posts", Some("/posts/:slugorpath/")));
        assert!(found.notes.contains(&"title not found in astro.config.ts: write it in tidings.toml".to_owned()));
    }

    #[test]
    fn links_that_are_no_template_are_told() {
        let found = settings(
            &[("astro.config.mjs", "export default {"), ("src/pages/rss.xml.js", "rss({ items: a.map((p) => ({ link: url(p) })) })")],
            &["src/content/blog/a.md"],
        );
        assert!(found.notes.iter().any(|note| note.contains("src/pages/rss.xml.js")), "{:?}", found.notes);
        assert_eq!(link("/${p.data.permalink}/", ""), None);
    }
}
