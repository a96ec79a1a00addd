use super::*;
use crate::diagnostic::Source;
use crate::site::Site;
use std::collections::BTreeSet;

fn head(path: &str) -> Head {
    let name = without_extension(path).trim_end_matches("/index");
    let language =
        ["fr", "de"].into_iter().find(|language| path.contains(&format!(".{language}.")) || path.starts_with(&format!("{language}/")));
    Head {
        path: Source::new(path, "").path,
        id: path.into(),
        url: format!("https://x.org/s/p/{}/", name.replace(' ', "-")).into(),
        published: None,
        updated: None,
        embargo: None,
        expires: None,
        is_draft: path.contains("draft"),
        newsletter: None,
        categories: Box::default(),
        section: None,
        authors: Default::default(),
        language: language.map(Into::into),
    }
}

const PATHS: [&str; 16] = [
    "_posts/2024-05-01-old.md",
    "_posts/sub/2024-05-01-old.md",
    "a.md",
    "blog/2013-05-06-jekyll-1-0-0-released.markdown",
    "blog/draft.md",
    "blog/my trip.md",
    "blog/one.md",
    "blog/one.fr.md",
    "blog/two.mdx",
    "blog/two.fr.md",
    "docs/deep/bundle/index.md",
    "docs/deep/bundle/index.fr.md",
    "docs/deep/other/index.md",
    "docs/one-only.md",
    "fr/news/x.md",
    "v1.2.md",
];

fn catalog() -> Catalog {
    let site = Site {
        title: "T".into(),
        url: Site::read_url("https://x.org/s").unwrap(),
        url_text: "https://x.org/s".into(),
        description: "D".into(),
        language: "en".into(),
        authors: Default::default(),
        timezone: chrono_tz::UTC,
        copyright: None,
        icon: None,
        logo: None,
        translations: Default::default(),
    };
    let assets = ["docs/deep/bundle/img/a b.png", "blog/x.png", "/p/blog/one/a clip.mp3"].map(str::to_owned);
    let (catalog, faults) = Catalog::new(&site, PATHS.iter().map(|path| head(path)).collect(), BTreeSet::from(assets).into(), false);
    assert!(faults.is_empty());
    catalog.with_others(BTreeSet::from(["docs/_index.md".to_owned(), "pages/about.md".to_owned()]))
}

/// What a question is answered with from a page: the address below the pages, or the fault and its help.
fn ask(from: &str, question: impl Fn(&EntryLinks) -> Result<String, Diagnostic>) -> String {
    let catalog = catalog();
    let head = catalog.at_path(from).unwrap_or_else(|| panic!("no {from}"));
    match question(&catalog.links_from(head, &())) {
        Ok(url) => url.strip_prefix("https://x.org/s").unwrap_or(&url).to_owned(),
        Err(fault) => format!("{}: {}", fault.code, fault.help),
    }
}

#[track_caller]
fn assert_links(from: &str, cases: &[(&str, &str)]) {
    for (target, expected) in cases {
        let found = ask(from, |links| match links.fault(target) {
            Some(fault) => Err(fault),
            None => Ok(links.absolute(target).unwrap_or_default()),
        });
        assert_eq!(found, *expected, "{target} from {from}");
    }
}

#[test]
fn relative_links_lead_to_entries() {
    assert_links(
        "blog/one.md",
        &[
            ("two.mdx", "/p/blog/two/"),
            ("./two.mdx#x", "/p/blog/two/#x"),
            ("my%20trip.md?a=b#c", "/p/blog/my-trip/?a=b#c"),
            ("../docs/deep/bundle/index.md", "/p/docs/deep/bundle/"),
            ("/docs/one-only.md", "/p/docs/one-only/"),
            ("../docs/_index.md", "/docs/"),
            ("../pages/about.md", "/pages/about.html"),
            ("tow.mdx", "link-broken: did you mean `blog/two.mdx`?"),
            ("one-only.md", "link-broken: did you mean `docs/one-only.md`?"),
            ("../../README.md", "link-broken: correct the path; it is looked for from the file that links, or from the content folder"),
            ("draft.md", "link-draft: publish the draft first, or remove the link"),
            // None of our business.
            ("/README.md", "/README.md"),
            ("other.html", "/p/blog/one/other.html"),
            ("https://github.com/a/README.md", "https://github.com/a/README.md"),
            ("#x", "/p/blog/one/#x"),
            ("javascript:alert(1)", ""),
        ],
    );
}

#[test]
fn what_is_missing_or_a_draft_has_no_address() {
    for target in ["tow.mdx", "draft.md#x", "@/docs/one-onyl.md", "{filename}gone.md", "../../README.md"] {
        assert_eq!(ask("blog/one.md", |links| Ok(links.absolute(target).unwrap_or_default())), "", "{target}");
    }
}

#[test]
fn a_page_leads_to_its_own_language_first() {
    assert_links("blog/one.fr.md", &[("two.mdx", "/p/blog/two/"), ("one.md", "/p/blog/one.fr/"), ("two.fr.md", "/p/blog/two.fr/")]);
    assert_links("fr/news/x.md", &[("/news/x.md", "/p/fr/news/x/"), ("/blog/one.md", "/p/blog/one.fr/")]);
}

#[test]
fn zola_and_docusaurus_begin_at_the_content_folder() {
    assert_links(
        "blog/one.md",
        &[
            ("@/docs/one-only.md#a", "/p/docs/one-only/#a"),
            ("@/docs/_index.md", "/docs/"),
            ("@/docs/one-onyl.md", "link-broken: did you mean `docs/one-only.md`?"),
        ],
    );
}

#[test]
fn pelican_names_what_it_means() {
    assert_links(
        "blog/one.md",
        &[
            ("{filename}two.mdx", "/p/blog/two/"),
            ("|filename|/docs/one-only.md#a", "/p/docs/one-only/#a"),
            ("{filename}/pages/about.md", "/pages/about.html"),
            ("{filename}/docs/one-onyl.md", "link-broken: did you mean `docs/one-only.md`?"),
            ("{filename}x.png", "/blog/x.png"),
            ("{static}/images/a b.png", "/images/a%20b.png"),
            ("{static}x.png", "/blog/x.png"),
            ("{attach}x.png", "/p/blog/one/x.png"),
            ("{attach}/x.png", "/x.png"),
            ("{tag}C'est la vie", "/tag/cest-la-vie.html"),
            ("{category}News", "/category/news.html"),
            ("{index}", "/"),
            ("{other}x", "/p/blog/one/%7Bother%7Dx"),
        ],
    );
}

#[test]
fn files_of_bundles_lie_beside_their_pages() {
    assert_links("docs/deep/bundle/index.md", &[("img/a b.png", "/p/docs/deep/bundle/img/a%20b.png")]);
    assert_links("docs/deep/bundle/index.fr.md", &[("img/a%20b.png", "/p/docs/deep/bundle/index.fr/img/a%20b.png")]);
    assert_links("docs/deep/other/index.md", &[("../bundle/img/a%20b.png", "/p/docs/deep/bundle/img/a%20b.png")]);
}

#[test]
fn a_file_may_lie_in_the_static_folder_at_the_entrys_address() {
    let asset = |from: &str, target: &str| ask(from, |links| Ok(links.asset_path(target).unwrap_or_default()));
    assert_eq!(asset("blog/one.md", "a%20clip.mp3"), "/p/blog/one/a clip.mp3");
    assert_eq!(asset("blog/one.md", "../one/a clip.mp3"), "/p/blog/one/a clip.mp3");
    assert_eq!(asset("blog/one.md", "x.png"), "blog/x.png");
    assert_eq!(asset("blog/two.mdx", "a%20clip.mp3"), "");
}

#[test]
fn hugo_finds_pages_from_the_page_the_root_or_by_name() {
    let page = |from: &str, path: &str, language: Option<&str>| ask(from, |links| links.reference(Reference::Page { path, language }));
    for (from, path, expected) in [
        ("blog/one.md", "two", "/p/blog/two/"),
        ("blog/one.md", "two.mdx#x", "/p/blog/two/#x"),
        ("blog/one.md", "#x", "/p/blog/one/#x"),
        ("blog/one.md", "my-trip", "/p/blog/my-trip/"),
        ("blog/one.md", "/docs/deep/bundle", "/p/docs/deep/bundle/"),
        ("blog/one.md", "docs/deep/bundle/index.md", "/p/docs/deep/bundle/"),
        ("blog/one.md", "bundle", "/p/docs/deep/bundle/"),
        ("blog/one.md", "one-only.md", "/p/docs/one-only/"),
        ("blog/one.md", "v1.2", "/p/v1.2/"),
        ("blog/one.md", "/docs", "/docs/"),
        ("docs/deep/bundle/index.md", "../one-only", "/p/docs/one-only/"),
        ("docs/deep/bundle/index.md", "other", "/p/docs/deep/other/"),
        ("blog/one.fr.md", "two.md", "/p/blog/two.fr/"),
        ("blog/one.fr.md", "/docs/deep/bundle", "/p/docs/deep/bundle/index.fr/"),
        ("blog/one.fr.md", "one-only", "/p/docs/one-only/"),
        ("fr/news/x.md", "/news/x", "/p/fr/news/x/"),
        ("blog/one.md", "blog/two.fr.md", "/p/blog/two.fr/"),
        ("blog/one.md", "draft", "link-draft: publish the draft first, or remove the link"),
        ("blog/one.md", "/blog/oen.md", "link-broken: did you mean `blog/one.md`?"),
    ] {
        assert_eq!(page(from, path, None), expected, "{path} from {from}");
    }
    assert_eq!(page("blog/one.md", "two", Some("fr")), "/p/blog/two.fr/");
    assert_eq!(page("blog/one.fr.md", "two", Some("en")), "/p/blog/two/");
}

#[test]
fn jekyll_finds_posts_by_dated_names_and_files_by_paths() {
    let post = |name: &str| ask("a.md", |links| links.reference(Reference::Post(name)));
    assert_eq!(post("2013-05-06-jekyll-1-0-0-released"), "/p/blog/2013-05-06-jekyll-1-0-0-released/");
    assert_eq!(post("2024-05-01-old"), "/p/_posts/2024-05-01-old/");
    assert_eq!(post("sub/2024-05-01-old"), "/p/_posts/sub/2024-05-01-old/");
    assert!(post("2024-05-01-odl").starts_with("link-broken"));
    let file = |name: &str| ask("a.md", |links| links.reference(Reference::File(name)));
    assert_eq!(file("_posts/2024-05-01-old.md"), "/p/_posts/2024-05-01-old/");
    assert_eq!(file("_posts/blog/one.md"), "/p/blog/one/");
    assert_eq!(file("/assets/a.pdf"), "/assets/a.pdf");
    assert!(file("_docs/history.md").starts_with("link-broken"));
}

#[test]
fn the_site_is_told_by_jekylls_names() {
    let catalog = catalog();
    let links = catalog.links_from(&catalog.heads()[0], &());
    assert_eq!(links.site("url").as_deref(), Some("https://x.org"));
    assert_eq!(links.site("baseurl").as_deref(), Some("/s"));
    assert_eq!(links.site("title").as_deref(), Some("T"));
    assert_eq!(links.site("repository"), None);
}
