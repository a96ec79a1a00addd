//! Which entries stand in which feed.

use super::{FeedSpec, Format};
use crate::content::{Dialect, slugify};
use crate::entry::Head;
use crate::site::Site;
use crate::url::encode_path;
use std::collections::BTreeMap;
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
/// the order of their paths. Tags that make the same slug (`Rust`, `rust`) are one feed.
pub fn plan_feeds(spec: &FeedSpec, heads: &[Head], visible: &[usize]) -> Vec<PlannedFeed> {
    let mut order: Vec<(usize, &Head)> = visible.iter().filter_map(|at| Some((*at, heads.get(*at)?))).collect();
    order.sort_by(|(_, a), (_, b)| match (a.published, b.published) {
        (Some(first), Some(second)) => second.cmp(&first).then_with(|| a.id.cmp(&b.id)),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => a.path.cmp(&b.path),
    });
    let limit = spec.limit.unwrap_or(usize::MAX);
    let newest = order.iter().take(limit).map(|(at, _)| *at).collect();
    let mut feeds = vec![PlannedFeed { tag: None, folder: String::new(), entries: newest }];
    if spec.tags {
        let mut by_slug: BTreeMap<String, PlannedFeed> = BTreeMap::new();
        for (at, head) in order {
            for tag in &head.categories {
                let slug = tag_slug(tag);
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

/// A tag as a folder's name; never empty.
fn tag_slug(tag: &str) -> String {
    // Composed: some file systems hold é and e + ◌́ for the same name.
    let composed: String = tag.nfc().collect();
    let mut slug = slugify(&composed, Dialect::Plain);
    if slug.is_empty() {
        // Only signs, such as an emoji: the numbers of its characters.
        slug = tag.chars().map(|c| format!("{:x}", u32::from(c))).collect::<Vec<_>>().join("-");
    }
    while slug.len() > LONGEST_SLUG {
        slug.pop();
    }
    slug
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
