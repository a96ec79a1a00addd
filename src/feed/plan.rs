//! Which entries stand in which feed.

use super::FeedSpec;
use super::document::ARCHIVE_SIZE;
use super::slugs::{folder_slugs, same_name};
use crate::entry::Head;
use crate::language;
use crate::site::{Site, Translation};
use rayon::slice::ParallelSliceMut;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What the entries of a feed have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// They are the site's.
    Site,
    /// A tag, as written by the newest entry that has it.
    Tag(String),
    /// An author's name, as written by the newest entry.
    Author(String),
    /// The first folder below the content folder.
    Section(String),
    /// A language tag in its usual form (RFC 5646, section 2.1.1).
    Language(String),
    /// They are the issues of the newsletter, which is called so.
    Issues(String),
}

impl Topic {
    /// What the feed is called beside the site's title; nothing for the site's own.
    pub fn shown(&self) -> Option<Cow<'_, str>> {
        match self {
            Topic::Site => None,
            Topic::Tag(name) | Topic::Author(name) | Topic::Section(name) | Topic::Issues(name) => Some(Cow::Borrowed(name)),
            Topic::Language(tag) => Some(Cow::Owned(language::own_name(tag))),
        }
    }
}

/// A feed that will be written: which entries, in which order, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFeed {
    pub topic: Topic,
    /// Folder below the output, with its last slash: empty, or `tags/<slug>/` (not percent-encoded).
    pub folder: String,
    /// Indices into the catalog's heads, newest first: all that stand in one of its documents.
    pub entries: Vec<usize>,
    /// How many of them stand in the document that readers subscribe to.
    pub newest: usize,
    /// How many stand in each archive; 0: there are none.
    pub archive_size: usize,
    /// Whether the first document holds all that there is (RFC 5005, section 2).
    pub is_complete: bool,
}

impl PlannedFeed {
    /// Whether its entries are issues of the newsletter.
    pub fn is_of_issues(&self) -> bool {
        matches!(self.topic, Topic::Issues(_))
    }

    /// What the site says of itself in the feed's language, if that is not its own.
    fn translation<'a>(&self, site: &'a Site) -> Option<&'a Translation> {
        match &self.topic {
            Topic::Language(tag) => site.translation(tag),
            _ => None,
        }
    }

    /// The site's title in the feed's language; else its own, after the topic's name if the feed has one.
    pub fn title(&self, site: &Site) -> String {
        if let Some(title) = self.translation(site).and_then(|translation| translation.title.as_ref()) {
            return title.clone();
        }
        match self.topic.shown() {
            Some(name) => format!("{name} – {}", site.title),
            None => site.title.clone(),
        }
    }

    /// What the feed is about, in its language where the site says so.
    pub fn description<'a>(&self, site: &'a Site) -> &'a str {
        self.translation(site).and_then(|translation| translation.description.as_ref()).unwrap_or(&site.description)
    }

    /// The address of the page that the feed belongs to.
    pub fn home<'a>(&self, site: &'a Site) -> &'a str {
        self.translation(site).and_then(|translation| translation.home.as_deref()).unwrap_or(site.url.as_str())
    }

    /// The language of the feed: its own if it is a language's, else the site's.
    pub fn language(&self, site: &Site) -> Option<String> {
        match &self.topic {
            Topic::Language(tag) => Some(tag.clone()),
            _ => language::tag(&site.language),
        }
    }
}

/// The feed of `count` issues in a folder. Its entries are their places, newest first; issues are few, so there are no
/// archives.
pub fn plan_issue_feed(spec: &FeedSpec, site: &Site, folder: &str, count: usize) -> PlannedFeed {
    let newest = spec.limit.unwrap_or(ARCHIVE_SIZE);
    PlannedFeed {
        topic: Topic::Issues(language::words(&site.language).newsletter.clone()),
        folder: folder.to_owned(),
        entries: (0..count.min(newest)).collect(),
        newest,
        archive_size: 0,
        is_complete: count <= newest,
    }
}

/// Which of the visible heads stand in which feed: first the site's, then those of tags, authors, sections and
/// languages as far as `spec` wants them, each by its folder. `visible` holds indices into `heads`, in any order. Newest
/// first by the published date, equal dates by id, entries without a date last in the order of their paths. Names that
/// differ by letter case alone (`Rust`, `rust`) are one feed. An entry that names no author has the site's. If `spec` wants
/// only the site's language, what is in others stands in the feeds of these alone.
pub fn plan_feeds(spec: &FeedSpec, site: &Site, heads: &[Head], visible: &[usize]) -> Vec<PlannedFeed> {
    // With their dates beside them, so that most comparisons look at nothing else.
    let mut dated: Vec<_> = visible.iter().filter_map(|at| heads.get(*at).map(|head| (head.published, *at, head))).collect();
    dated.par_sort_by(|(first, _, a), (second, _, b)| second.cmp(first).then_with(|| a.newest_first(b)));
    let all: Vec<(usize, &Head)> = dated.into_iter().map(|(_, at, head)| (at, head)).collect();
    let order: Cow<[(usize, &Head)]> = match spec.own_language_only {
        true => {
            all.iter().filter(|(_, head)| head.language.as_deref().is_none_or(|tag| is_kind_of(tag, &site.language))).copied().collect()
        }
        false => Cow::Borrowed(&all),
    };
    let shelf = Shelf::new(spec, &order);
    let mut whole = shelf.feed(Topic::Site, String::new());
    order.iter().for_each(|(at, _)| shelf.add(&mut whole, *at));
    let mut feeds = vec![whole];
    if spec.tags {
        feeds.extend(shelf.sort("tags", Topic::Tag, folder_slugs, |head, add| head.categories.iter().for_each(|tag| add(tag))));
    }
    if spec.authors {
        feeds.extend(shelf.sort("authors", Topic::Author, folder_slugs, |head, add| match head.authors.as_ref() {
            [] => site.authors.iter().for_each(|author| add(&author.name)),
            own => own.iter().for_each(|name| add(name)),
        }));
    }
    if spec.sections {
        feeds.extend(shelf.sort("sections", Topic::Section, folder_slugs, |head, add| head.section.iter().for_each(|name| add(name))));
    }
    if spec.languages {
        let topic = |tag: String| Topic::Language(language::usual_form(&tag));
        feeds.extend(
            Shelf::new(spec, &all)
                .sort("languages", topic, language_folders, |head, add| add(head.language.as_deref().unwrap_or(&site.language))),
        );
    }
    feeds
}

/// Whether one tag names a kind of the other's language, as `en-GB` and `en` do (RFC 4647, section 3.3.1), but not `pt-PT` and
/// `pt-BR`.
fn is_kind_of(one: &str, other: &str) -> bool {
    let mut pairs = one.split(['-', '_']).zip(other.split(['-', '_']));
    pairs.all(|(a, b)| a.eq_ignore_ascii_case(b))
}

/// Each language's folder, by its name in lower case; none for what is no tag.
fn language_folders(tags: &BTreeSet<&str>) -> BTreeMap<String, String> {
    tags.iter().filter_map(|tag| Some((same_name(tag), language::usual_form(&language::tag(tag)?)))).collect()
}

/// Entries in their order, to be sorted into feeds.
struct Shelf<'a> {
    order: &'a [(usize, &'a Head)],
    newest: usize,
    archive_size: usize,
}

impl<'a> Shelf<'a> {
    fn new(spec: &FeedSpec, order: &'a [(usize, &'a Head)]) -> Self {
        let newest = spec.limit.unwrap_or(if spec.archive { ARCHIVE_SIZE } else { usize::MAX });
        // No larger than the first document, or the newest archive could not be full.
        let archive_size = if spec.archive { newest.min(ARCHIVE_SIZE) } else { 0 };
        Shelf { order, newest, archive_size }
    }

    fn feed(&self, topic: Topic, folder: String) -> PlannedFeed {
        PlannedFeed { topic, folder, entries: Vec::new(), newest: self.newest, archive_size: self.archive_size, is_complete: true }
    }

    fn add(&self, feed: &mut PlannedFeed, at: usize) {
        feed.is_complete = feed.entries.len() < self.newest;
        if feed.is_complete || self.archive_size > 0 {
            feed.entries.push(at);
        }
    }

    /// A feed for each name that `names` gives to the entries, by folder.
    fn sort(
        &self,
        folder: &str,
        topic: impl Fn(String) -> Topic,
        folders: impl Fn(&BTreeSet<&str>) -> BTreeMap<String, String>,
        names: impl Fn(&'a Head, &mut dyn FnMut(&'a str)),
    ) -> Vec<PlannedFeed> {
        // A name is looked at closely once, not once an entry.
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut met: Vec<usize> = Vec::with_capacity(self.order.len());
        for (_, head) in self.order {
            names(head, &mut |name| {
                let next = numbers.len();
                met.push(*numbers.entry(name).or_insert(next));
            });
        }
        let folders = folders(&numbers.keys().copied().collect());
        let slugs: BTreeSet<&String> = folders.values().collect();
        let places: HashMap<&String, usize> = slugs.iter().enumerate().map(|(at, slug)| (*slug, at)).collect();
        let mut place_of = vec![None; numbers.len()];
        for (name, number) in numbers {
            place_of[number] = folders.get(&same_name(name)).and_then(|slug| places.get(slug).copied());
        }
        let mut feeds: Vec<Option<PlannedFeed>> = vec![None; slugs.len()];
        let slugs: Vec<&String> = slugs.into_iter().collect();
        let mut met = met.into_iter();
        for (at, head) in self.order {
            names(head, &mut |name| {
                let Some(place) = met.next().and_then(|number| place_of[number]) else { return };
                let (Some(feed), Some(slug)) = (feeds.get_mut(place), slugs.get(place)) else { return };
                let feed = feed.get_or_insert_with(|| self.feed(topic(name.to_owned()), format!("{folder}/{slug}/")));
                // An entry may write one name in two ways.
                if feed.entries.last() != Some(at) {
                    self.add(feed, *at);
                }
            });
        }
        feeds.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample::{date, head, site};
    use super::*;

    fn dated(slug: &str, published: Option<&str>, tags: &[&str]) -> Head {
        let tags = tags.iter().map(|tag| (*tag).into()).collect();
        Head { published: published.and_then(date), categories: tags, ..head(slug) }
    }

    fn plan(spec: &FeedSpec, heads: &[Head]) -> Vec<(String, Option<String>, String)> {
        let visible: Vec<usize> = (0..heads.len()).rev().collect();
        let slug = |at: &usize| heads[*at].path.relative.trim_end_matches(".md").to_owned();
        let show = |feed: PlannedFeed| {
            (feed.folder, feed.topic.shown().map(Cow::into_owned), feed.entries.iter().map(slug).collect::<Vec<_>>().join(" "))
        };
        plan_feeds(spec, &site(), heads, &visible).into_iter().map(show).collect()
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
    fn issues_are_a_feed_of_their_own() {
        let site = Site { language: "fr".into(), ..site() };
        let feed = |limit, count| plan_issue_feed(&FeedSpec { limit, ..FeedSpec::default() }, &site, "newsletter/", count);
        assert_eq!((feed(Some(2), 3).entries, feed(Some(2), 3).is_complete), (vec![0, 1], false));
        assert_eq!((feed(None, 3).entries.len(), feed(None, 3).is_complete), (3, true));
        assert_eq!(feed(None, 0).title(&site), format!("Infolettre – {}", site.title));
    }

    #[test]
    fn only_visible_heads_stand_in_feeds() {
        let heads = [dated("a", None, &["x"]), dated("b", None, &["y"])];
        let feeds = plan_feeds(&FeedSpec::default(), &site(), &heads, &[1, 7]);
        let folders: Vec<&str> = feeds.iter().map(|feed| feed.folder.as_str()).collect();
        assert_eq!(folders, ["", "tags/y/"]);
        assert_eq!(feeds[1].entries, [1]);
        let none = plan_feeds(&FeedSpec::default(), &site(), &[], &[]);
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
    fn titles_name_the_topic() {
        let feed = PlannedFeed { topic: Topic::Tag("été b".into()), ..super::super::tests::sample::feed(None) };
        assert_eq!(feed.title(&site()), "été b – Ann & Bob <News>");
    }

    #[test]
    fn archives_hold_what_the_limit_leaves_out() {
        let heads: Vec<Head> = (0..5).map(|at| dated(&at.to_string(), None, &["x"])).collect();
        let limits = |limit: Option<usize>, archive: bool| -> Vec<(usize, usize, usize, bool)> {
            let spec = FeedSpec { limit, archive, ..FeedSpec::default() };
            let feeds = plan_feeds(&spec, &site(), &heads, &[0, 1, 2, 3, 4]);
            feeds.iter().map(|feed| (feed.entries.len(), feed.newest, feed.archive_size, feed.is_complete)).collect()
        };
        assert_eq!(limits(Some(4), false), [(4, 4, 0, false); 2]);
        assert_eq!(limits(Some(4), true), [(5, 4, 4, false); 2]);
        assert_eq!(limits(Some(5), true), [(5, 5, 5, true); 2]);
        assert_eq!(limits(None, true), [(5, 1000, 1000, true); 2]);
        assert_eq!(limits(Some(2000), true), [(5, 2000, 1000, true); 2]);
        assert_eq!(limits(None, false), [(5, usize::MAX, 0, true); 2]);
    }

    #[test]
    fn a_feed_of_the_sites_language_leaves_the_others_to_theirs() {
        let more = |slug: &str, language: Option<&str>| Head { language: language.map(Into::into), ..dated(slug, None, &["x"]) };
        let heads = [more("a", None), more("b", Some("EN")), more("c", Some("en_gb")), more("d", Some("en-US")), more("e", Some("fr"))];
        let spec = FeedSpec { own_language_only: true, languages: true, ..FeedSpec::default() };
        let entries = |feed: &str| plan(&spec, &heads).into_iter().find(|(folder, ..)| folder == feed).map(|(.., entries)| entries);
        // The site's is British English.
        assert_eq!(entries("").as_deref(), Some("a b c"));
        assert_eq!(entries("tags/x/").as_deref(), Some("a b c"));
        assert_eq!((entries("languages/fr/").as_deref(), entries("languages/en-US/").as_deref()), (Some("e"), Some("d")));
    }

    #[test]
    fn a_feed_of_a_language_says_what_the_site_is_called_in_it() {
        let mut site = site();
        let french =
            Translation { title: Some("Les nouvelles".into()), home: Some("https://example.org/fr/".into()), ..Translation::default() };
        site.translations.insert("fr".into(), french);
        let feed = |topic: Topic| PlannedFeed { topic, ..super::super::tests::sample::feed(None) };
        let told = |topic: Topic| (feed(topic.clone()).title(&site), feed(topic.clone()).home(&site), feed(topic).description(&site));
        let french = ("Les nouvelles".to_owned(), "https://example.org/fr/", "What's \"new\"");
        assert_eq!(told(Topic::Language("fr-CA".into())), french);
        assert_eq!(told(Topic::Language("fr".into())), french);
        assert_eq!(told(Topic::Language("de".into())).0, "Deutsch – Ann & Bob <News>");
        assert_eq!(told(Topic::Site), ("Ann & Bob <News>".into(), "https://example.org/news/", "What's \"new\""));
    }

    #[test]
    fn authors_sections_and_languages_have_feeds_where_they_are_wanted() {
        let more = |slug: &str, authors: &[&str], section: Option<&str>, language: Option<&str>| Head {
            authors: authors.iter().map(|name| (*name).into()).collect(),
            section: section.map(Into::into),
            language: language.map(Into::into),
            ..dated(slug, None, &[])
        };
        let heads = [
            more("a", &["Zoé Roux", "ann (the elder)"], Some("Long Reads"), Some("pt_br")),
            more("b", &[], None, None),
            more("c", &["zoé roux"], Some("long reads"), Some("pt-BR")),
            more("d", &["Bob"], Some("news"), Some("no language")),
        ];
        let none = FeedSpec { tags: false, ..FeedSpec::default() };
        assert_eq!(plan(&none, &heads).len(), 1);
        let all = FeedSpec { authors: true, sections: true, languages: true, ..none };
        let feed = |folder: &str, name: &str, entries: &str| (folder.to_owned(), Some(name.to_owned()), entries.to_owned());
        assert_eq!(
            plan(&all, &heads)[1..],
            [
                // Who names no author has the site's.
                feed("authors/ann-the-elder/", "ann (the elder)", "a b"),
                feed("authors/bob/", "Bob", "d"),
                feed("authors/zoé-roux/", "Zoé Roux", "a c"),
                feed("sections/long-reads/", "Long Reads", "a c"),
                feed("sections/news/", "news", "d"),
                feed("languages/en-GB/", "English (GB)", "b"),
                feed("languages/pt-BR/", "Português (BR)", "a c"),
            ]
        );
        let language = |at: usize| plan_feeds(&all, &site(), &heads, &[0, 1, 2, 3])[at].language(&site());
        assert_eq!((language(7).as_deref(), language(1).as_deref()), (Some("pt-BR"), Some("en-GB")));
    }
}
