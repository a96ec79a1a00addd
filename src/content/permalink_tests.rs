//! What patterns make of one entry.

use super::*;
use chrono::DateTime;

fn expand(pattern: &str, dialect: Dialect) -> String {
    let folders = ["News".to_owned(), "Old Stuff".to_owned()];
    let categories = ["Big Cats".to_owned(), "tom".to_owned()];
    let parts = Parts {
        dialect,
        slugs: Slugs::Default,
        date: Some(DateTime::parse_from_rfc3339("2024-05-01T23:30:00+02:00").unwrap()),
        title: Some("Hello, World!"),
        slug: None,
        name: "2024-05-01-My.File",
        stem: "My.File",
        folders: &folders,
        sections: &folders,
        section_slugs: &folders,
        categories: &categories,
        author: Some("Ann Lee"),
        language: "en",
    };
    Pattern::parse(pattern).unwrap().expand(&parts).unwrap()
}

#[test]
fn hugo_patterns() {
    assert_eq!(expand("/:year/:month/:slug/", Dialect::Hugo), "/2024/05/hello-world/");
    assert_eq!(expand("/:section/:filename/", Dialect::Hugo), "/news/2024-05-01-my.file/");
    assert_eq!(expand("/:sections/:title/", Dialect::Hugo), "/news/old-stuff/hello-world/");
    assert_eq!(expand("/:sections[1:]/:yearday/:weekdayname/:title/", Dialect::Hugo), "/old-stuff/122/wednesday/hello-world/");
    assert_eq!(expand("/:sections[:last]/x/", Dialect::Hugo), "/news/x/");
    assert_eq!(expand("/:sections[last]/x/", Dialect::Hugo), "/old-stuff/x/");
    assert_eq!(expand("/:path/", Dialect::Hugo), "/news/old-stuff/2024-05-01-my.file/");
    assert_eq!(expand("/Posts/:Jan-:2006/:title.html", Dialect::Hugo), "/posts/may-2024/hello-world.html/");
    assert_eq!(expand("/a\\:b/:sectionslugs[1:]/:sectionslug/", Dialect::Hugo), "/a:b/old-stuff/news/");
}

#[test]
fn jekyll_patterns() {
    assert_eq!(expand("/:categories/:year/:month/:day/:title.html", Dialect::Jekyll), "/big cats/tom/2024/05/01/My.File.html");
    assert_eq!(expand("pretty", Dialect::Jekyll), "/big cats/tom/2024/05/01/My.File/");
    assert_eq!(expand("/:year_:month/:title/", Dialect::Jekyll), "/2024_05/My.File/");
    assert_eq!(expand("/:short_year/:i_month/:i_day/:y_day/:slug/", Dialect::Jekyll), "/24/5/1/122/my-file/");
}

#[test]
fn pelican_and_zola_patterns() {
    assert_eq!(expand("posts/{date:%Y}/{date:%b}/{category}/{slug}/", Dialect::Pelican), "/posts/2024/May/big-cats/hello-world/");
    assert_eq!(expand("/:path/", Dialect::Zola), "/News/Old Stuff/my-file/");
}

#[test]
fn names_stay_as_they_are_and_missing_dates_leave_no_hole() {
    assert_eq!(expand("/:section/:filename/", Dialect::Plain), "/News/2024-05-01-My.File/");
    let parts = Parts {
        dialect: Dialect::Plain,
        slugs: Slugs::Default,
        date: None,
        title: None,
        slug: None,
        name: "!",
        stem: "!",
        folders: &[],
        sections: &[],
        section_slugs: &[],
        categories: &[],
        author: None,
        language: "en",
    };
    assert_eq!(Pattern::parse("/:year/:month/:slug/").unwrap().expand(&parts).unwrap(), "/!/");
    assert_eq!(Pattern::parse("/{date:%Y}/{slug}.html").unwrap().expand(&parts).unwrap(), "/!.html");
    assert_eq!(Pattern::parse("/:author/").unwrap().expand(&parts).unwrap_err(), ":author");
}

#[test]
fn what_no_pattern_knows_is_refused() {
    for pattern in ["/:nope/", "/{slug", "/{nope}/", "/{date:%Q}/", "/:sections[x]/", "/:sections[1"] {
        assert!(Pattern::parse(pattern).is_err(), "{pattern}");
    }
}

#[test]
fn astro_docusaurus_and_dateless_names() {
    assert_eq!(expand("/:sections/:stem/", Dialect::Plain), "/News/Old Stuff/My.File/");
    assert_eq!(expand("/:slugorstem/", Dialect::Hugo), "/my.file/");
    assert_eq!(expand("/:stempath/", Dialect::Plain), "/News/Old Stuff/My.File/");
    assert_eq!(expand("/blog/:slugorpath/", Dialect::Plain), "/blog/News/Old Stuff/2024-05-01-My.File/");
    assert_eq!(expand("/blog/:slugordatedpath", Dialect::Plain), "/blog/2024/05/01/News/Old Stuff/My.File");
    let folders = ["A B".to_owned()];
    let parts = Parts {
        dialect: Dialect::Plain,
        slugs: Slugs::Github,
        date: None,
        title: None,
        slug: None,
        name: "Big Cats_1!",
        stem: "",
        folders: &folders,
        sections: &folders,
        section_slugs: &folders,
        categories: &[],
        author: None,
        language: "en",
    };
    let pattern = Pattern::parse("/:slugorpath/").unwrap();
    assert_eq!(pattern.expand(&parts).unwrap(), "/a-b/big-cats_1/");
    assert_eq!(pattern.expand(&Parts { slug: Some("/an/Other/"), ..parts }).unwrap(), "/an/Other/");
}
