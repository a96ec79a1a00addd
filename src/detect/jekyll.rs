//! Jekyll: `_config.yml`, the folders of posts, and the feed that jekyll-feed or a template makes.

use super::scope::{Scope, inside, scopes};
use super::tree::Tree;
use super::{Settings, SiteFiles, read_first};
use crate::content::{Field, Node, Value};
use crate::diagnostic::Diagnostic;
use crate::site::Person;

pub(super) const NAMES: &[&str] = &["_config.yml", "_config.yaml", "_config.toml"];

/// Hexo's file has the same name.
pub(super) fn is_hexo(files: &SiteFiles) -> bool {
    matches!(read_first(files, NAMES), Ok(Some((_, tree))) if tree.get("source_dir").is_some() && tree.get("public_dir").is_some())
}

pub(super) fn read(files: &SiteFiles, settings: &mut Settings) -> Result<(), Vec<Diagnostic>> {
    let Some((source, tree)) = read_first(files, NAMES)? else { return Ok(()) };
    settings.from = source.path.relative.to_string();
    settings.title = tree.first_text(&["title", "name"]);
    let base = tree.text("baseurl").filter(|base| base != "/").unwrap_or_default();
    let domain = || files.source("CNAME").map(|source| format!("https://{}", source.text.trim()));
    let url = tree.text("url").or_else(domain).map(|url| format!("{}/{}", url.trim_end_matches('/'), base.trim_matches('/')));
    settings.set_url(url.map(|url| url.trim_end_matches('/').to_owned()), "url");
    settings.description = tree.first_text(&["description", "tagline"]);
    settings.language = tree.first_text(&["lang", "locale", "language"]);
    settings.timezone = tree.text("timezone");
    if settings.timezone.is_none() {
        settings.note(
            "_config.yml names no timezone, so Jekyll took that of the machine it ran on: write `timezone`, or dates may move by hours",
        );
    }
    let field = |name: &str| tree.first_text(&[&format!("author.{name}"), &format!("author_{name}"), name]);
    settings.author = tree.first_text(&["author", "author.name", "author_name"]).map(|name| Person {
        name,
        email: field("email"),
        url: tree.first_text(&["author.uri", "author.url"]),
    });
    settings.ids = Some("jekyll");
    settings.future = tree.flag("future").unwrap_or(false);
    settings.drafts = tree.flag("show_drafts").unwrap_or(false);

    // Posts are wherever `_posts` is; the folders above it are categories.
    let root = tree.text("source").map(|folder| folder.trim_matches('/').to_owned()).unwrap_or_default();
    let collections = tree.text("collections_dir").map(|folder| folder.trim_matches('/').to_owned()).unwrap_or_default();
    let home = [root.as_str(), collections.as_str()].into_iter().filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/");
    let posts = if home.is_empty() { "_posts".to_owned() } else { format!("{home}/_posts") };
    let is_elsewhere = |path: &str| path.contains("/_posts/") && !path.starts_with(&format!("{posts}/"));
    if settings.drafts || files.below(if root.is_empty() { "." } else { &root }).any(is_elsewhere) {
        settings.content_dir = if home.is_empty() { ".".to_owned() } else { home };
        settings.include = vec!["_posts/".into()];
        if settings.drafts {
            settings.include.push("_drafts/".into());
        }
    } else {
        settings.content_dir = posts;
    }
    let place = match settings.content_dir.strip_prefix(&root) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') || root.is_empty() => rest.trim_start_matches('/').to_owned(),
        _ => settings.content_dir.clone(),
    };
    settings.exclude = tree.texts("exclude").iter().filter_map(|pattern| excluded(pattern, &place)).collect();
    settings.static_dir = Some(if root.is_empty() { ".".to_owned() } else { root.clone() });

    let mut scopes = scopes(&tree, |path| inside(path, &place));
    // What concerns all posts is the site's pattern; a pattern of some stays with them.
    let permalink = scopes.iter_mut().filter(|scope| scope.path.is_empty()).filter_map(take_permalink).next_back();
    let permalink = permalink.or_else(|| tree.first_text(&["collections.posts.permalink", "permalink"]));
    settings.set_permalink(permalink.unwrap_or_else(|| "date".into()), "permalink");
    scopes.retain(|scope| !scope.values.is_empty());
    // The first paragraph is the summary anyway.
    let is_own = |node: &&Node| matches!(&node.value, Value::Text(text) if !matches!(text.as_str(), "" | "\n\n" | "<!--more-->"));
    if let Some(node) = tree.get("excerpt_separator").filter(is_own) {
        let field = Field { name: "excerpt_separator".into(), node: node.clone() };
        scopes.insert(0, Scope { path: String::new(), values: vec![field] });
    }
    settings.defaults = scopes;
    settings.people = people(files, &root, &tree)?;
    feed(files, &tree, settings);
    let others: Vec<&str> =
        tree.table("feed.collections").iter().map(|field: &Field| field.name.as_str()).filter(|name| *name != "posts").collect();
    if !others.is_empty() {
        settings.note(format!("the feeds of the collections {} need a tidings.toml of their own", others.join(", ")));
    }
    settings.smart_punctuation = is_smart(&tree);
    settings.no_index = true;
    settings.pages = Some("_site");
    Ok(())
}

/// Whether quotation marks and dashes are made: kramdown does, unless it is told not to; CommonMark only if it is told.
fn is_smart(tree: &Tree) -> bool {
    let markdown = tree.text("markdown").unwrap_or_else(|| "kramdown".into()).to_ascii_lowercase();
    let says =
        |key: &str, word: &str| tree.texts(key).iter().flat_map(|text| text.split(',')).any(|text| text.trim().eq_ignore_ascii_case(word));
    match markdown.as_str() {
        "kramdown" => !says("kramdown.smart_quotes", "apos") && !says("kramdown.gfm_quirks", "no_auto_typographic"),
        name if name.starts_with("commonmark") => says("commonmark.options", "smart"),
        _ => false,
    }
}

/// A pattern of Jekyll's `exclude` as one of `.gitignore` below the content folder: it begins at the site's folder, and its `*`
/// goes through folders.
fn excluded(pattern: &str, place: &str) -> Option<String> {
    let path = pattern.trim_start_matches('/');
    if path.starts_with('*') {
        return Some(path.to_owned());
    }
    inside(path.trim_end_matches('/'), place).filter(|inner| !inner.is_empty())
}

fn take_permalink(scope: &mut Scope) -> Option<String> {
    let at = scope.values.iter().position(|field| field.name == "permalink")?;
    scope.values.remove(at).node.text().map(str::to_owned)
}

/// `_data/authors.yml`, where jekyll-feed looks up who an entry's `author` is.
fn people(files: &SiteFiles, root: &str, tree: &Tree) -> Result<Vec<(String, Person)>, Vec<Diagnostic>> {
    let data = tree.text("data_dir").unwrap_or_else(|| "_data".into());
    let folder = [root, data.trim_matches('/')].into_iter().filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/");
    let names = ["yml", "yaml", "json"].map(|extension| format!("{folder}/authors.{extension}"));
    let Some(source) = names.iter().find_map(|name| files.source(name)) else { return Ok(Vec::new()) };
    Ok(Tree::read(source)?.people())
}

fn feed(files: &SiteFiles, tree: &Tree, settings: &mut Settings) {
    let template = files.first(&["feed.xml", "atom.xml", "rss.xml", "index.xml"]);
    if let Some(template) = template.filter(|template| template.text.contains("site.posts")) {
        settings.old_feeds = vec![format!("/{}", template.path.relative)];
        settings.limit = limit_of(&template.text);
        if !template.text.contains("post.id") {
            settings.note(format!(
                "{} makes the old feed, and its ids are not Jekyll's `post.id`: compare them with those of tidings'",
                template.path.relative
            ));
        }
        return;
    }
    let path = tree.text("feed.path").unwrap_or_else(|| "feed.xml".into());
    settings.old_feeds = vec![format!("/{}", path.trim_start_matches('/'))];
    settings.limit = tree.number("feed.posts_limit").and_then(|limit| u64::try_from(limit).ok()).or(Some(10));
    settings.summary = tree.flag("feed.excerpt_only").unwrap_or(false);
    settings.note("jekyll-feed and tidings both write feed.xml: remove the plugin from _config.yml before both write to one folder");
}

/// `{% for post in site.posts limit:10 %}`; all without one.
fn limit_of(template: &str) -> Option<u64> {
    let tag = template.split("site.posts").nth(1)?.split("%}").next()?;
    let Some((_, limit)) = tag.split_once("limit:") else { return Some(0) };
    let digits: String = limit.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::{Generator, detect, generator};
    use super::*;
    use crate::diagnostic::Source;

    fn files(sources: &[(&str, &str)], paths: &[&str]) -> SiteFiles {
        let sources = sources.iter().map(|(path, text)| Source::new(path, *text)).collect();
        SiteFiles { paths: paths.iter().map(|path| (*path).to_owned()).collect(), sources }
    }

    fn settings(sources: &[(&str, &str)], paths: &[&str]) -> Settings {
        detect(&files(sources, paths)).unwrap().unwrap()
    }

    #[test]
    fn a_site_of_jekylls_is_read() {
        let found = settings(
            &[(
                "_config.yml",
                "title: T\nurl: https://example.org/\nbaseurl: /blog/\nlocale: en_US\ntimezone: Asia/Tokyo\nauthor: Ann\nemail: a@example.org\n\
                 permalink: pretty\nfuture: true\nfeed: { path: atom.xml, posts_limit: 7, excerpt_only: true }\n",
            )],
            &["_posts/2020-01-01-a.md"],
        );
        assert_eq!((found.generator, found.url.as_deref()), (Some(Generator::Jekyll), Some("https://example.org/blog")));
        assert_eq!((found.language.as_deref(), found.content_dir.as_str(), found.include.len()), (Some("en_US"), "_posts", 0));
        assert_eq!((found.permalink.as_deref(), found.limit, found.summary, found.future), (Some("pretty"), Some(7), true, true));
        assert_eq!((found.author.unwrap().email.as_deref(), found.old_feeds), (Some("a@example.org"), vec!["/atom.xml".to_owned()]));
    }

    #[test]
    fn posts_in_folders_of_categories_are_chosen_from_the_whole_site() {
        let found =
            settings(&[("_config.yml", "title: T\nexclude: [old/]\n"), ("CNAME", "example.org\n")], &["_posts/a.md", "cats/_posts/b.md"]);
        assert_eq!((found.content_dir.as_str(), found.include, found.exclude), (".", vec!["_posts/".to_owned()], vec!["/old".to_owned()]));
        assert_eq!((found.url.as_deref(), found.limit), (Some("https://example.org"), Some(10)));
        let found = settings(&[("_config.yml", "source: src\ncollections_dir: c\n")], &["src/c/_posts/a.md"]);
        assert_eq!((found.content_dir.as_str(), found.static_dir.as_deref()), ("src/c/_posts", Some("src")));
    }

    #[test]
    fn defaults_of_posts_win_over_the_sites_permalink() {
        let config = "permalink: none\ndefaults:\n- scope: { path: '', type: pages }\n  values: { permalink: /p/:title/ }\n\
                      - scope: { path: '', type: posts }\n  values: { permalink: '/:year/:title/' }\n";
        assert_eq!(settings(&[("_config.yml", config)], &[]).permalink.as_deref(), Some("/:year/:title/"));
        assert_eq!(settings(&[("_config.yml", "title: T")], &[]).permalink.as_deref(), Some("date"));
    }

    #[test]
    fn fields_of_paths_and_people_are_taken_over() {
        let config = "excerpt_separator: <!--cut-->\nexclude: [vendor, _posts/old/, '*.txt']\ndefaults:\n- scope: { path: _posts/news, type: posts }\n  values: { layout: x, author: ann, permalink: /n/:title/ }\n\
                      - scope: { path: '' }\n  values: { tags: [all], lang: fr }\n- scope: { path: pages }\n  values: { lang: de }\n";
        let people = "ann:\n  name: Ann Lee\n  uri: https://ann.example\nbob: Bob\n";
        let found = settings(&[("_config.yml", config), ("_data/authors.yml", people)], &["_posts/2020-01-01-a.md"]);
        assert_eq!(found.exclude, ["/old", "*.txt"]);
        let said: Vec<String> = found
            .defaults
            .iter()
            .map(|scope| format!("{}:{}", scope.path, scope.values.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(",")))
            .collect();
        assert_eq!(said, [":excerpt_separator", ":tags,lang", "/news:author,permalink"]);
        let names: Vec<(&str, &str)> = found.people.iter().map(|(key, person)| (key.as_str(), person.name.as_str())).collect();
        assert_eq!((names, found.people[0].1.url.as_deref()), (vec![("ann", "Ann Lee"), ("bob", "Bob")], Some("https://ann.example")));
    }

    #[test]
    fn punctuation_is_smart_as_it_is_with_jekyll() {
        for (config, expected) in [
            ("title: T", true),
            ("kramdown: { input: GFM }", true),
            ("kramdown: { smart_quotes: 'apos,apos,quot,quot' }", false),
            ("kramdown: { smart_quotes: [apos, apos, quot, quot] }", false),
            ("kramdown: { gfm_quirks: [paragraph_end, no_auto_typographic] }", false),
            ("markdown: GFM", false),
            ("markdown: CommonMarkGhPages", false),
            ("markdown: CommonMark\ncommonmark: { options: [SMART, FOOTNOTES] }", true),
        ] {
            assert_eq!(settings(&[("_config.yml", config)], &[]).smart_punctuation, expected, "{config}");
        }
        let found = settings(&[("_config.yml", "excerpt_separator: \"\\n\\n\\n\"\n")], &[]);
        assert!(crate::detect::render_config(&found, "T").contains("values = { excerpt_separator = \"\\n\\n\\n\" }"));
    }

    #[test]
    fn a_feed_made_by_a_template_is_looked_at() {
        let template =
            |id: &str| format!("---\n---\n<feed>{{% for post in site.posts limit: 12 %}}<id>{{{{ {id} }}}}</id>{{% endfor %}}</feed>");
        let found = settings(&[("_config.yml", "title: T"), ("atom.xml", &template("post.id"))], &[]);
        assert_eq!((found.limit, found.old_feeds), (Some(12), vec!["/atom.xml".to_owned()]));
        assert!(!found.notes.iter().any(|note| note.contains("post.id")));
        let found = settings(&[("_config.yml", "title: T"), ("atom.xml", &template("post.url"))], &[]);
        assert!(found.notes.iter().any(|note| note.contains("post.id")));
    }

    #[test]
    fn hexo_is_not_jekyll() {
        assert_eq!(generator(&files(&[("_config.yml", "source_dir: source\npublic_dir: public\n")], &[])), None);
    }
}
