//! Which entries stand in which feed.

use super::{FeedSpec, Format};
use crate::content::{Dialect, slugify};
use crate::entry::Head;
use crate::site::Site;
use crate::url::encode_path;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// The longest slug, in bytes: file systems allow 255 for a folder's name.
const LONGEST_SLUG: usize = 120;

/// A feed that will be written: which entries, in which order, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFeed {
    /// The tag, as written by the newest entry that has it; `None` for the whole site.
    pub tag: Option<String>,
    /// Folder below the output, with its last slash: empty, or `tags/<slug>/` (not percent-encoded).
    pub folder: String,
    /// Indices into the catalog's heads, newest first.
    pub entries: Vec<usize>,
}

impl PlannedFeed {
    /// The file's path below the output.
    pub fn path(&self, format: Format) -> String {
        format!("{}{}", self.folder, format.file_name())
    }

    /// The absolute URL of the file (`rel="self"`).
    pub fn url(&self, site: &Site, format: Format) -> String {
        site.absolute(&encode_path(&self.path(format)))
    }

    /// The site's title, after the tag if the feed has one.
    pub fn title(&self, site: &Site) -> String {
        match &self.tag {
            Some(tag) => format!("{tag} – {}", site.title),
            None => site.title.clone(),
        }
    }
}

/// Which of the visible heads stand in which feed: first the site's, then the tags', by slug. `visible` holds indices
/// into `heads`, in any order. Newest first by the published date, equal dates by id, entries without a date last in
/// the order of their paths. Tags that differ by letter case alone (`Rust`, `rust`) are one feed.
pub fn plan_feeds(spec: &FeedSpec, heads: &[Head], visible: &[usize]) -> Vec<PlannedFeed> {
    let mut order: Vec<(usize, &Head)> = visible.iter().filter_map(|at| Some((*at, heads.get(*at)?))).collect();
    order.sort_by(|(_, a), (_, b)| a.newest_first(b));
    let limit = spec.limit.unwrap_or(usize::MAX);
    let newest = order.iter().take(limit).map(|(at, _)| *at).collect();
    let mut feeds = vec![PlannedFeed { tag: None, folder: String::new(), entries: newest }];
    if spec.tags {
        let slugs = tag_slugs(order.iter().flat_map(|(_, head)| &head.categories));
        let mut by_slug: BTreeMap<&str, PlannedFeed> = BTreeMap::new();
        for (at, head) in order {
            for tag in &head.categories {
                let Some(slug) = slugs.get(&tag_name(tag)) else { continue };
                let feed = by_slug.entry(slug).or_insert_with_key(|slug| PlannedFeed {
                    tag: Some(tag.clone()),
                    folder: format!("tags/{slug}/"),
                    entries: Vec::new(),
                });
                // An entry may write one tag in two ways.
                if feed.entries.len() < limit && feed.entries.last() != Some(&at) {
                    feed.entries.push(at);
                }
            }
        }
        feeds.extend(by_slug.into_values());
    }
    feeds
}

/// What makes a tag that tag: its letters in lower case. Composed, since some file systems hold é and e + ◌́ for the
/// same name.
fn tag_name(tag: &str) -> String {
    tag.to_lowercase().nfc().collect()
}

/// Each tag's slug by its name. Tags that would share one (`node.js`, `nodejs`) stay apart: who is spelled like the slug
/// has it, else the first by name, and the others' ends with a hash of their names. It depends on no post's date or
/// number, so a feed's address stays.
fn tag_slugs<'a>(tags: impl Iterator<Item = &'a String>) -> BTreeMap<String, String> {
    let names: BTreeSet<String> = tags.map(|tag| tag_name(tag)).collect();
    let mut by_slug: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in names {
        by_slug.entry(tag_slug(&name)).or_default().push(name);
    }
    let mut slugs = BTreeMap::new();
    for (slug, names) in &by_slug {
        let first = names.iter().find(|name| *name == slug).or(names.first());
        for name in names {
            let slug = if Some(name) == first { slug.clone() } else { hashed_slug(slug, name, &by_slug) };
            slugs.insert(name.clone(), slug);
        }
    }
    slugs
}

/// The slug with as much of a hash of the tag's name as it takes to be nobody else's.
fn hashed_slug(slug: &str, name: &str, taken: &BTreeMap<String, Vec<String>>) -> String {
    let mut hashed = format!("{slug}-");
    for (at, byte) in Sha256::digest(name).iter().enumerate() {
        hashed.push_str(&format!("{byte:02x}"));
        if at >= 3 && !taken.contains_key(&hashed) {
            break;
        }
    }
    hashed
}

/// A tag as a folder's name; never empty.
fn tag_slug(tag: &str) -> String {
    let mut slug = slugify(&spelled(tag), Dialect::Plain);
    if slug.is_empty() {
        // Only signs, such as an emoji: the numbers of its characters.
        slug = tag.chars().map(|c| format!("{:x}", u32::from(c))).collect::<Vec<_>>().join("-");
    }
    while slug.len() > LONGEST_SLUG {
        slug.pop();
    }
    slug
}

/// `+` and `#` after a letter or digit as words, since `C++`, `C#` and `C` differ by them alone.
fn spelled(tag: &str) -> String {
    let mut out = String::with_capacity(tag.len());
    let mut follows = false;
    for character in tag.chars() {
        match character {
            '+' if follows => out.push_str("-plus-"),
            '#' if follows => out.push_str("-sharp-"),
            _ => {
                follows = character.is_alphanumeric();
                out.push(character);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample::{date, head, site};
    use super::*;

    fn dated(slug: &str, published: Option<&str>, tags: &[&str]) -> Head {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        Head { published: published.and_then(date), categories: tags, ..head(slug) }
    }

    fn plan(spec: &FeedSpec, heads: &[Head]) -> Vec<(String, Option<String>, String)> {
        let visible: Vec<usize> = (0..heads.len()).rev().collect();
        let slug = |at: &usize| heads[*at].path.relative.trim_end_matches(".md").to_owned();
        let show = |feed: PlannedFeed| (feed.folder, feed.tag, feed.entries.iter().map(slug).collect::<Vec<_>>().join(" "));
        plan_feeds(spec, heads, &visible).into_iter().map(show).collect()
    }

    #[test]
    fn newest_first_then_by_id_then_the_undated_by_path() {
        let heads = [
            dated("z", None, &[]),
            dated("old", Some("2023-01-01T00:00:00Z"), &[]),
            // The same moment in two zones.
            dated("tie-b", Some("2024-01-01T01:00:00+01:00"), &[]),
            dated("tie-a", Some("2024-01-01T00:00:00Z"), &[]),
            dated("new", Some("2024-01-01T00:00:00-01:00"), &[]),
            dated("a", None, &[]),
        ];
        assert_eq!(plan(&FeedSpec::default(), &heads), [(String::new(), None, "new tie-a tie-b old a z".into())]);
        let few = FeedSpec { limit: Some(2), ..FeedSpec::default() };
        assert_eq!(plan(&few, &heads)[0].2, "new tie-a");
    }

    #[test]
    fn only_visible_heads_stand_in_feeds() {
        let heads = [dated("a", None, &["x"]), dated("b", None, &["y"])];
        let feeds = plan_feeds(&FeedSpec::default(), &heads, &[1, 7]);
        let folders: Vec<&str> = feeds.iter().map(|feed| feed.folder.as_str()).collect();
        assert_eq!(folders, ["", "tags/y/"]);
        assert_eq!(feeds[1].entries, [1]);
        let none = plan_feeds(&FeedSpec::default(), &[], &[]);
        assert_eq!((none.len(), none[0].entries.len()), (1, 0));
    }

    #[test]
    fn tags_with_one_slug_are_one_feed_named_by_its_newest_entry() {
        let heads = [
            dated("a", Some("2024-01-01T00:00:00Z"), &["rust", "Zoo"]),
            dated("b", Some("2024-01-02T00:00:00Z"), &["Rust", "RUST"]),
            dated("c", Some("2024-01-03T00:00:00Z"), &["e\u{301}te\u{301}"]),
            dated("d", Some("2024-01-02T00:00:00Z"), &["été", "a b"]),
        ];
        let tag = |folder: &str, tag: &str, entries: &str| (folder.to_owned(), Some(tag.to_owned()), entries.to_owned());
        assert_eq!(
            plan(&FeedSpec::default(), &heads)[1..],
            [
                tag("tags/a-b/", "a b", "d"),
                tag("tags/rust/", "Rust", "b a"),
                tag("tags/zoo/", "Zoo", "a"),
                tag("tags/été/", "e\u{301}te\u{301}", "c d"),
            ]
        );
        let none = FeedSpec { tags: false, ..FeedSpec::default() };
        assert_eq!(plan(&none, &heads).len(), 1);
    }

    #[test]
    fn tags_that_differ_by_more_than_case_stay_apart() {
        let heads = [dated("a", None, &["C++", "c++", "C#", "C", "F#", "#rust"]), dated("b", None, &["c", "node.js", "NodeJS", "Node.JS"])];
        let folders: Vec<(String, String)> =
            plan(&FeedSpec::default(), &heads).into_iter().skip(1).map(|(folder, _, entries)| (folder, entries)).collect();
        let plain: Vec<(&str, &str)> = folders.iter().map(|(folder, entries)| (folder.as_str(), entries.as_str())).collect();
        for wanted in [("tags/c/", "a b"), ("tags/c-plus-plus/", "a"), ("tags/c-sharp/", "a"), ("tags/f-sharp/", "a"), ("tags/rust/", "a")]
        {
            assert!(plain.contains(&wanted), "{plain:?}");
        }
        assert_eq!(plain.iter().filter(|(folder, entries)| folder.starts_with("tags/node") && *entries == "b").count(), 2, "{plain:?}");
    }

    #[test]
    fn a_colliding_tag_keeps_its_folder_when_posts_are_added() {
        let slugs = |tags: &[&str]| tag_slugs(tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>().iter());
        let before = slugs(&["a-b", "a b", "a/b"]);
        assert_eq!(before["a-b"], "a-b");
        let all: BTreeSet<&String> = before.values().collect();
        assert!(all.len() == 3 && all.iter().all(|slug| slug.starts_with("a-b") && slug.len() <= 12), "{before:?}");
        let after = slugs(&["x", "a/b", "A/B", "a b", "a-b", "a&b", &before["a b"]]);
        assert_eq!(after["a/b"], before["a/b"]);
        assert_eq!(after.values().collect::<BTreeSet<_>>().len(), after.len(), "{after:?}");
        // A tag that is spelled like another's hash has the address, and the other a longer hash.
        assert!(after["a b"].starts_with(&before["a b"]) && after["a b"] != before["a b"]);
        let long = slugs(&[&"é".repeat(100), &"é".repeat(101)]);
        assert_eq!(long.values().collect::<BTreeSet<_>>().len(), 2);
    }

    #[test]
    fn a_slug_is_always_one_folder() {
        assert_eq!(tag_slug("🎉!"), "1f389-21");
        for tag in ["..", ".", "/", "../../x", "a/b", "\\", "C:\\x", " ", "%2e%2e", "a\u{0}b"] {
            let slug = tag_slug(tag);
            assert!(!slug.is_empty() && !slug.contains(['/', '\\', ':', '\0']) && !slug.starts_with('.'), "{tag:?} {slug:?}");
        }
        let long = tag_slug(&"é".repeat(1000));
        assert_eq!(long, "é".repeat(60));
    }

    #[test]
    fn addresses_are_encoded() {
        let feed = PlannedFeed { tag: Some("été b".into()), folder: "tags/été-b/".into(), entries: Vec::new() };
        assert_eq!(feed.path(Format::Json), "tags/été-b/feed.json");
        assert_eq!(feed.url(&site(), Format::Rss), "https://example.org/news/tags/%C3%A9t%C3%A9-b/feed.xml");
        assert_eq!(feed.title(&site()), "été b – Ann & Bob <News>");
    }
}
