//! Fields that few entries have: what they say of other pages, and episodes of a podcast.
//!
//! Names are those of the feeds' own elements (`itunes:episode`, `podcast:transcript`) and of the podcast themes of Hugo and
//! Jekyll, with or without prefix, at the top, in `podcast`, `itunes`, `extra` or `params`.

use super::people::read_people;
use super::value::{Field, Node, Value};
use crate::body::plain_text;
use crate::diagnostic::Span;
use crate::entry::{Attachment, Origin, Participant, Podcast, Relations};

/// What is read of these fields.
#[derive(Debug, Default)]
pub(super) struct Rare {
    pub relations: Relations,
    pub podcast: Option<Box<Podcast>>,
    /// Values of an episode that podcasts don't know.
    pub refused: Vec<Refused>,
    source_url: Option<String>,
}

/// A value that was left out.
#[derive(Debug)]
pub(super) struct Refused {
    pub field: String,
    pub text: String,
    /// What can be written instead.
    pub help: &'static str,
    pub span: Span,
}

impl Rare {
    /// Whether a field of this name may have a value that is refused.
    pub fn may_refuse(name: &str) -> bool {
        let starts_with = |word: &&str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        ["itunes", "podcast", "episode", "season", "explicit"].iter().any(starts_with)
    }

    /// Takes a field, if it is one of these.
    pub fn take(&mut self, field: &Field) -> bool {
        let name = field.name.to_ascii_lowercase().replace('-', "_");
        let node = &field.node;
        match name.as_str() {
            "comments_url" | "commentsurl" | "comments_link" | "discussion" | "discussion_url" => set(&mut self.relations.comments, node),
            // Most themes mean by it whether there are any.
            "comments" => {
                let url = node.text().filter(|text| text.contains('/') && !text.contains(' '));
                self.relations.comments = self.relations.comments.take().or_else(|| url.map(str::to_owned));
                url.is_some()
            }
            "via" | "via_url" => set(&mut self.relations.via, node),
            "in_reply_to" | "inreplyto" => set(&mut self.relations.in_reply_to, node),
            "rights" | "copyright" | "license" | "licence" => set(&mut self.relations.rights, node),
            "banner_image" | "bannerimage" | "header_image" | "headerimage" => set(&mut self.relations.banner, node),
            "source_url" => set(&mut self.source_url, node),
            "source" => self.source(node),
            "podcast" | "itunes" => self.table(node),
            name => match name.strip_prefix("itunes").or(name.strip_prefix("podcast")).and_then(|rest| rest.strip_prefix([':', '_'])) {
                Some(rest) => self.episode(rest, node),
                None => is_plain(name) && self.episode(name, node),
            },
        }
    }

    /// What was read, with what several fields say together.
    pub fn finish(mut self) -> Self {
        if let Some(url) = self.source_url.take() {
            let title = self.relations.source.take().map(|source| source.title.unwrap_or(source.url));
            self.relations.source = Some(Origin { url, title });
        }
        self.podcast = self.podcast.take().filter(|podcast| **podcast != Podcast::default());
        // A source without an address is no feed's.
        self.relations.source = self.relations.source.take().filter(|source| source.url.contains('/'));
        self
    }

    fn source(&mut self, node: &Node) -> bool {
        let found = match &node.value {
            Value::Table(_) => {
                first(node, &["url", "href", "link", "feed"]).map(|url| Origin { url, title: first(node, &["title", "name"]) })
            }
            _ => text(node).map(|url| Origin { url, title: None }),
        };
        self.relations.source = found;
        self.relations.source.is_some()
    }

    fn table(&mut self, node: &Node) -> bool {
        let Value::Table(fields) = &node.value else { return false };
        for field in fields {
            let name = field.name.to_ascii_lowercase().replace('-', "_");
            let name = name
                .strip_prefix("itunes")
                .or(name.strip_prefix("podcast"))
                .and_then(|rest| rest.strip_prefix([':', '_']))
                .unwrap_or(&name);
            self.episode(name, &field.node);
        }
        true
    }

    /// Takes a field of an episode by its name without a prefix.
    fn episode(&mut self, name: &str, node: &Node) -> bool {
        if node.is_null() {
            return false;
        }
        let episode = self.podcast.get_or_insert_default();
        match name {
            "title" => set(&mut episode.title, node),
            "image" | "episode_image" | "artwork" => set(&mut episode.image, node),
            "episode" | "episode_number" | "episodenumber" | "number" => {
                let number = episode.episode.or_else(|| number(node));
                episode.episode = number;
                self.check(name, node, number, "write a number from 1, such as 7")
            }
            "season" | "season_number" | "seasonnumber" => {
                let number = episode.season.or_else(|| number(node));
                episode.season = number;
                self.check(name, node, number, "write a number from 1, such as 2")
            }
            "episode_type" | "episodetype" | "type" => {
                let kind = node.text().map(|text| text.trim().to_ascii_lowercase());
                episode.kind = kind.filter(|kind| matches!(kind.as_str(), "full" | "trailer" | "bonus"));
                let kind = episode.kind.is_some().then_some(());
                self.check(name, node, kind, "use full, trailer or bonus")
            }
            "explicit" => {
                let word = node.text().map(str::to_ascii_lowercase);
                episode.is_explicit = node.flag().or(match word.as_deref() {
                    Some("explicit") => Some(true),
                    Some("clean") => Some(false),
                    _ => None,
                });
                let flag = episode.is_explicit;
                self.check(name, node, flag, "use true or false")
            }
            "block" => {
                episode.is_blocked = node.flag() == Some(true);
                self.check(name, node, node.flag(), "use true or false")
            }
            "transcript" | "transcripts" | "transcript_url" => {
                episode.transcripts.extend(each(node).filter_map(attachment));
                true
            }
            "chapters" | "chapters_url" | "chapters_file" => {
                // Chapters that are written out are the theme's own.
                episode.chapters = if matches!(node.value, Value::List(_)) { None } else { attachment(node) };
                episode.chapters.is_some()
            }
            "person" | "persons" | "people" => add_people(episode, node, None),
            "host" | "hosts" => add_people(episode, node, Some("host")),
            "guest" | "guests" => add_people(episode, node, Some("guest")),
            _ => false,
        }
    }

    /// Keeps what a field was refused for if nothing was `found` in it. It is an episode's in any case.
    fn check<T>(&mut self, name: &str, node: &Node, found: Option<T>, help: &'static str) -> bool {
        if found.is_none() {
            let text = node.text().unwrap_or("a list or a table").to_owned();
            self.refused.push(Refused { field: name.to_owned(), text, help, span: node.span });
        }
        true
    }
}

/// Names that mean an episode without any prefix too.
fn is_plain(name: &str) -> bool {
    let names = [
        "episode",
        "episode_number",
        "episodenumber",
        "episode_image",
        "episode_type",
        "episodetype",
        "season",
        "season_number",
        "seasonnumber",
        "explicit",
        "transcript",
        "transcripts",
        "transcript_url",
        "chapters",
        "chapters_url",
        "chapters_file",
        "hosts",
        "guests",
    ];
    names.contains(&name)
}

fn add_people(episode: &mut Podcast, node: &Node, role: Option<&str>) -> bool {
    for node in each(node) {
        let get = |keys: &[&str]| first(node, keys);
        for person in read_people(node, false) {
            episode.people.push(Participant {
                role: get(&["role"]).or_else(|| role.map(str::to_owned)),
                group: get(&["group"]),
                image: get(&["img", "image", "avatar", "photo"]),
                person: crate::site::Person { url: person.url.or_else(|| get(&["href"])), ..person },
            });
        }
    }
    true
}

fn attachment(node: &Node) -> Option<Attachment> {
    match &node.value {
        Value::Table(_) => Some(Attachment {
            url: first(node, &["url", "src", "href", "file"])?,
            mime_type: first(node, &["type", "mime_type"]).unwrap_or_default(),
            language: first(node, &["language", "lang"]),
        }),
        _ => text(node).map(|url| Attachment { url, ..Attachment::default() }),
    }
}

fn each(node: &Node) -> impl Iterator<Item = &Node> {
    match &node.value {
        Value::List(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(node),
    }
    .iter()
}

fn text(node: &Node) -> Option<String> {
    node.text().filter(|text| !text.is_empty()).map(plain_text)
}

fn first(node: &Node, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| text(node.get(key)?))
}

fn set(slot: &mut Option<String>, node: &Node) -> bool {
    let found = text(node);
    let is_text = found.is_some();
    *slot = slot.take().or(found);
    is_text
}

/// A number from 1, as Apple has them.
fn number(node: &Node) -> Option<u64> {
    node.text()?.trim().trim_start_matches('#').parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::super::front_matter::read_front_matter;
    use super::*;
    use crate::diagnostic::Source;
    use crate::site::Person;

    fn read(yaml: &str) -> (Rare, Vec<String>) {
        let (front_matter, faults) = read_front_matter(&Source::new("a.md", format!("---\n{yaml}\n---\n")));
        assert_eq!(faults, []);
        let mut rare = Rare::default();
        let left: Vec<String> = front_matter.fields.iter().filter(|field| !rare.take(field)).map(|field| field.name.clone()).collect();
        (rare.finish(), left)
    }

    #[test]
    fn an_episode_is_read_by_any_of_its_names() {
        for yaml in [
            "episode: 7\nseason: 2\nepisodeType: Bonus\nexplicit: yes\nguests: [Ann]\ntranscript: /a.vtt\nchapters: /a.json",
            "podcast: {episode: 7, season: 2, episode_type: bonus, explicit: true, guest: Ann, transcript: {url: /a.vtt}, chapters: {url: /a.json}}",
            "itunes_episode: '7'\nitunes_season: 2\nitunes:episodeType: bonus\nitunes-explicit: explicit\npodcast:person: {name: Ann, role: guest}\n\
             podcast:transcript: [/a.vtt]\npodcast_chapters: /a.json",
        ] {
            let (rare, left) = read(yaml);
            assert_eq!(left, Vec::<String>::new(), "{yaml}");
            let file = |url: &str| Attachment { url: url.into(), ..Attachment::default() };
            let ann = Participant { person: Person::named("Ann"), role: Some("guest".into()), ..Participant::default() };
            let expected = Podcast {
                episode: Some(7),
                season: Some(2),
                kind: Some("bonus".into()),
                is_explicit: Some(true),
                transcripts: vec![file("/a.vtt")],
                chapters: Some(file("/a.json")),
                people: vec![ann],
                ..Podcast::default()
            };
            assert_eq!(rare.podcast.as_deref(), Some(&expected), "{yaml}");
        }
    }

    #[test]
    fn people_and_transcripts_may_say_more() {
        let (rare, _) = read(
            "podcast:\n  people:\n    - {name: Ann, role: editor, group: writing, img: /ann.jpg, href: 'https://ann.example/'}\n  \
             transcripts:\n    - {url: /a.srt, type: application/x-subrip, language: fr}\n  image: /e.jpg\n  title: T\n  block: true",
        );
        let podcast = rare.podcast.unwrap();
        let ann = Person { url: Some("https://ann.example/".into()), ..Person::named("Ann") };
        let expected =
            Participant { person: ann, role: Some("editor".into()), group: Some("writing".into()), image: Some("/ann.jpg".into()) };
        assert_eq!(podcast.people, [expected]);
        let file = Attachment { url: "/a.srt".into(), mime_type: "application/x-subrip".into(), language: Some("fr".into()) };
        assert_eq!(podcast.transcripts, [file]);
        assert_eq!((podcast.image.as_deref(), podcast.title.as_deref(), podcast.is_blocked), (Some("/e.jpg"), Some("T"), true));
    }

    #[test]
    fn relations_name_other_pages() {
        let (rare, left) = read(
            "comments: /talk/1\nvia: https://v.example/\nin-reply-to: https://r.example/1\nlicense: CC BY 4.0\n\
             source: {title: Gazette, url: https://g.example/feed.xml}\nbanner_image: /wide.png",
        );
        assert_eq!(left, Vec::<String>::new());
        let source = Origin { url: "https://g.example/feed.xml".into(), title: Some("Gazette".into()) };
        let expected = Relations {
            comments: Some("/talk/1".into()),
            via: Some("https://v.example/".into()),
            in_reply_to: Some("https://r.example/1".into()),
            source: Some(source.clone()),
            rights: Some("CC BY 4.0".into()),
            banner: Some("/wide.png".into()),
        };
        assert_eq!((rare.relations, rare.podcast), (expected, None));
        assert_eq!(read("source: Gazette\nsource_url: https://g.example/feed.xml").0.relations.source, Some(source));
        assert_eq!(read("source: Gazette").0.relations.source, None);
    }

    #[test]
    fn what_means_something_else_is_left() {
        let (rare, left) = read("comments: true\nchapters: [{start: 0, title: A}]\nmood: calm\npodcast: /a.mp3\ntype: post\nnumber: 3");
        assert_eq!(left, ["comments", "chapters", "mood", "podcast", "type", "number"]);
        assert_eq!((rare.relations, rare.podcast), (Relations::default(), None));
    }
}
