//! Podcasts in RSS: Apple's elements (help.apple.com/itc/podcasts_connect) and those of the Podcast namespace
//! (podcastindex.org/namespace/1.0). The other formats have no words for them.

use super::namespace::{ITUNES, PODCAST};
use super::rss::element;
use super::view::{EntryView, FeedView};
use super::{PodcastKind, PodcastSpec};
use crate::body::shorten;
use crate::entry::{Attachment, Participant, Podcast};
use ::rss::extension::itunes::{ITunesCategory, ITunesChannelExtension, ITunesItemExtension, ITunesOwner};
use ::rss::extension::{Extension, ExtensionMap};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The namespace of podcasts' ids (podcastindex.org/namespace/1.0, `guid`).
const GUIDS: Uuid = Uuid::from_u128(0xead4c236_bf58_58c6_a2c6_a6b28d128cb6);
/// The longest summary, in characters, as Apple and W3C's validator have it.
const LONGEST_SUMMARY: usize = 4000;

/// What a channel says for directories.
pub(super) fn channel(feed: &FeedView, spec: &PodcastSpec) -> ITunesChannelExtension {
    let names = || Some(feed.authors.iter().map(|author| author.name.as_str()).collect::<Vec<_>>().join(", "));
    let owner = spec.owner.as_ref().or(feed.authors.iter().find(|author| author.email.is_some()));
    ITunesChannelExtension {
        author: spec.author.clone().or_else(names).filter(|author| !author.is_empty()),
        categories: spec.categories.iter().map(category).collect(),
        image: spec.image.clone().or_else(|| feed.icon.clone()),
        explicit: Some(spec.is_explicit.to_string()),
        owner: owner.map(|owner| ITunesOwner { name: Some(owner.name.clone()), email: owner.email.clone() }),
        summary: spec.summary.clone().or_else(|| feed.description.clone()).map(|summary| shorten(&summary, LONGEST_SUMMARY)),
        r#type: Some(spec.kind.name().into()),
        block: spec.is_blocked.then(|| "Yes".into()),
        ..ITunesChannelExtension::default()
    }
}

fn category((main, sub): &(String, Option<String>)) -> ITunesCategory {
    let sub = sub.as_ref().map(|sub| Box::new(ITunesCategory { text: sub.clone(), subcategory: None }));
    ITunesCategory { text: main.clone(), subcategory: sub }
}

/// The channel's elements of the Podcast namespace.
pub(super) fn channel_extensions(feed: &FeedView, spec: &PodcastSpec) -> BTreeMap<String, Vec<Extension>> {
    let owner = spec.owner.as_ref().or(feed.authors.first()).and_then(|owner| owner.email.as_deref());
    let guid = spec.guid.clone().filter(|_| feed.is_site).unwrap_or_else(|| guid(&feed.podcast_url));
    let locked = if spec.is_locked { "yes" } else { "no" };
    let owner: Vec<(&str, &str)> = owner.map(|owner| ("owner", owner)).into_iter().collect();
    group([tag("guid", Some(&guid), &[]), tag("locked", Some(locked), &owner)])
}

/// A podcast's id: of its feed's address without scheme and last slashes.
fn guid(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    Uuid::new_v5(&GUIDS, rest.trim_end_matches('/').as_bytes()).to_string()
}

/// What an episode says for directories.
pub(super) fn item(entry: &EntryView, episode: &Podcast) -> ITunesItemExtension {
    let number = |number: Option<u64>| number.filter(|number| *number > 0).map(|number| number.to_string());
    ITunesItemExtension {
        author: Some(entry.creators.join(", ")).filter(|author| !author.is_empty()),
        block: episode.is_blocked.then(|| "Yes".into()),
        image: episode.image.clone().or_else(|| entry.image.as_ref().map(|image| image.url.clone())),
        duration: entry.enclosures.first().and_then(|enclosure| enclosure.duration).map(duration),
        explicit: episode.is_explicit.map(|explicit| explicit.to_string()),
        summary: Some(shorten(&entry.summary, LONGEST_SUMMARY)).filter(|summary| !summary.is_empty()),
        episode: number(episode.episode),
        season: number(episode.season),
        episode_type: episode.kind.clone(),
        ..ITunesItemExtension::default()
    }
}

/// `1:02:03`, which more players read than a number of seconds.
fn duration(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
}

/// An item's elements of the Podcast namespace, and Apple's title (the episode's without its number), for which the crate has no
/// place.
pub(super) fn item_extensions(episode: &Podcast, extensions: &mut ExtensionMap) {
    let file = |name: &str, file: &Attachment| {
        let language = file.language.as_deref().map(|language| ("language", language));
        let attributes: Vec<(&str, &str)> = [("url", file.url.as_str()), ("type", &file.mime_type)].into_iter().chain(language).collect();
        tag(name, None, &attributes)
    };
    let files = episode.transcripts.iter().map(|transcript| file("transcript", transcript));
    let chapters = episode.chapters.iter().map(|chapters| file("chapters", &Attachment { language: None, ..chapters.clone() }));
    let elements = group(files.chain(chapters).chain(episode.people.iter().map(person)));
    if let Some(title) = &episode.title {
        extensions.insert(ITUNES.0.into(), group([element(&format!("{}:title", ITUNES.0), Some(title), &[])]));
    }
    if !elements.is_empty() {
        extensions.insert(PODCAST.0.into(), elements);
    }
}

fn person(participant: &Participant) -> Extension {
    let Participant { person, role, group, image } = participant;
    let given = [("role", role), ("group", group), ("img", image), ("href", &person.url)];
    let attributes: Vec<(&str, &str)> = given.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
    tag("person", Some(&person.name), &attributes)
}

fn tag(name: &str, value: Option<&str>, attributes: &[(&str, &str)]) -> Extension {
    element(&format!("{}:{name}", PODCAST.0), value, attributes)
}

fn group(elements: impl IntoIterator<Item = Extension>) -> BTreeMap<String, Vec<Extension>> {
    let mut map: BTreeMap<String, Vec<Extension>> = BTreeMap::new();
    for element in elements {
        map.entry(element.name.clone()).or_default().push(element);
    }
    map
}

impl PodcastKind {
    /// The name in configuration and in feeds.
    pub fn name(self) -> &'static str {
        match self {
            PodcastKind::Episodic => "episodic",
            PodcastKind::Serial => "serial",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{sample, tree};
    use super::super::{FeedEntry, FeedSpec, Format};
    use super::*;
    use crate::entry::Enclosure;
    use crate::site::Person;

    const ITUNES: &str = super::ITUNES.1;
    const SPACE: &str = PODCAST.1;

    fn spec() -> FeedSpec {
        let podcast = PodcastSpec {
            owner: Some(Person { email: Some("ann@example.org".into()), ..Person::named("Ann & Co") }),
            categories: vec![("Arts".into(), Some("Books".into())), ("Kids & Family".into(), None)],
            image: Some("https://example.org/cover.jpg".into()),
            is_locked: true,
            kind: PodcastKind::Serial,
            ..PodcastSpec::default()
        };
        FeedSpec { podcast: Some(podcast), ..sample::spec() }
    }

    fn episode() -> FeedEntry {
        let mut entry = sample::entry("a");
        let sound = |seconds| Enclosure {
            url: "https://example.org/a.mp3".into(),
            length: 9,
            mime_type: "audio/mpeg".into(),
            duration: seconds,
            ..Enclosure::default()
        };
        entry.enclosures = vec![sound(Some(3723))];
        let file = |url: &str, kind: &str, language: Option<&str>| Attachment {
            url: url.into(),
            mime_type: kind.into(),
            language: language.map(str::to_owned),
        };
        entry.entry.podcast = Some(Box::new(Podcast {
            title: Some("Low & slow".into()),
            episode: Some(7),
            season: Some(2),
            kind: Some("bonus".into()),
            is_explicit: Some(false),
            image: Some("https://example.org/e.jpg".into()),
            is_blocked: true,
            transcripts: vec![
                file("https://example.org/a.vtt", "text/vtt", Some("fr")),
                file("https://example.org/a.srt?a&b", "application/x-subrip", None),
            ],
            chapters: Some(file("https://example.org/a.json", "application/json", None)),
            people: vec![
                Participant { person: Person::named("Bob <B>"), role: Some("guest".into()), ..Participant::default() },
                Participant {
                    person: Person { url: Some("https://cid.example/".into()), ..Person::named("Cid") },
                    ..Participant::default()
                },
            ],
        }));
        entry
    }

    fn read(spec: &FeedSpec, tag: Option<&str>, entry: FeedEntry) -> tree::Element {
        let out = sample::rendered(Format::Rss, &sample::site(), spec, &sample::feed(tag), &[entry], None);
        let out = String::from_utf8(out).unwrap();
        assert_eq!(super::super::tests::rules::faults(&out), Vec::<String>::new(), "{out}");
        tree::read(&out).unwrap().children.remove(0)
    }

    fn text(parent: &tree::Element, space: &str, name: &str) -> String {
        parent.first(space, name).map(|element| element.text.clone()).unwrap_or_default()
    }

    #[test]
    fn a_channel_says_what_directories_ask_for() {
        let channel = read(&spec(), None, episode());
        let told: Vec<String> = ["author", "explicit", "summary", "type"].iter().map(|name| text(&channel, ITUNES, name)).collect();
        assert_eq!(told, ["Ann (the elder)", "false", "What's \"new\"", "serial"]);
        assert_eq!(channel.first(ITUNES, "image").unwrap().get("href"), Some("https://example.org/cover.jpg"));
        let owner = channel.first(ITUNES, "owner").unwrap();
        assert_eq!((text(owner, ITUNES, "name"), text(owner, ITUNES, "email")), ("Ann & Co".into(), "ann@example.org".into()));
        let categories: Vec<Option<&str>> = channel.all(ITUNES, "category").map(|category| category.get("text")).collect();
        assert_eq!(categories, [Some("Arts"), Some("Kids & Family")]);
        assert_eq!(channel.first(ITUNES, "category").unwrap().children[0].get("text"), Some("Books"));
        let locked = channel.first(SPACE, "locked").unwrap();
        assert_eq!((locked.text.as_str(), locked.get("owner")), ("yes", Some("ann@example.org")));
    }

    #[test]
    fn a_podcasts_id_follows_from_its_address_or_is_given() {
        // The example of the specification.
        assert_eq!(guid("https://mp3s.nashownotes.com/pc20rss.xml"), "917393e3-1b1e-5cef-ace4-edaa54e1f810");
        assert_eq!(guid("http://example.org/feed/"), guid("https://example.org/feed"));
        let given = "11111111-2222-5333-8444-555555555555";
        let mut spec = spec();
        spec.podcast.as_mut().unwrap().guid = Some(given.into());
        assert_eq!(text(&read(&spec, None, episode()), SPACE, "guid"), given);
        // The feed of a tag is another one.
        assert_eq!(text(&read(&spec, Some("x"), episode()), SPACE, "guid"), guid("https://example.org/news/tags/x/feed.xml"));
    }

    #[test]
    fn an_episode_says_all_that_it_knows() {
        let channel = read(&spec(), None, episode());
        let item = channel.first("", "item").unwrap();
        let names = ["title", "author", "summary", "explicit", "duration", "episode", "season", "episodeType", "block"];
        let told: Vec<String> = names.iter().map(|name| text(item, ITUNES, name)).collect();
        assert_eq!(told, ["Low & slow", "Ann (the elder)", "Summary of a.", "false", "1:02:03", "7", "2", "bonus", "Yes"]);
        assert_eq!(item.first(ITUNES, "image").unwrap().get("href"), Some("https://example.org/e.jpg"));
        let files: Vec<_> =
            item.all(SPACE, "transcript").map(|file| (file.get("url").unwrap(), file.get("type").unwrap(), file.get("language"))).collect();
        assert_eq!(
            files,
            [("https://example.org/a.vtt", "text/vtt", Some("fr")), ("https://example.org/a.srt?a&b", "application/x-subrip", None)]
        );
        let chapters = item.first(SPACE, "chapters").unwrap();
        assert_eq!((chapters.get("url"), chapters.get("type")), (Some("https://example.org/a.json"), Some("application/json")));
        let people: Vec<_> =
            item.all(SPACE, "person").map(|person| (person.text.as_str(), person.get("role"), person.get("href"))).collect();
        assert_eq!(people, [("Bob <B>", Some("guest"), None), ("Cid", None, Some("https://cid.example/"))]);
    }

    #[test]
    fn an_entry_without_a_recording_is_no_episode() {
        let mut entry = episode();
        entry.enclosures[0].mime_type = "application/pdf".into();
        let channel = read(&spec(), None, entry);
        let item = channel.first("", "item").unwrap();
        assert!(!item.children.iter().any(|child| child.space == ITUNES || child.space == SPACE));
        // Without a podcast the channel says nothing of one, but a recording's length is told.
        let mut plain = episode();
        plain.entry.podcast = None;
        let channel = read(&sample::spec(), None, plain);
        assert!(!channel.children.iter().any(|child| child.space == ITUNES || child.space == SPACE));
        assert_eq!(text(channel.first("", "item").unwrap(), ITUNES, "duration"), "1:02:03");
        assert_eq!((duration(59), duration(3600)), ("00:59".into(), "1:00:00".into()));
    }
}
