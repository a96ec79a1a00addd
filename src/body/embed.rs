//! What a page would load into itself, as links: readers of feeds and mail run no frames and no scripts.

use super::event::{Element, Event};
use html5ever::tokenizer::Tag;
use url::Url;

/// The link that stands for a frame, a script or an object, with a picture where the host is known to have one.
pub fn read<'e>(tag: &Tag) -> Vec<Event<'e>> {
    let get = |name: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string());
    match &*tag.name {
        "iframe" | "embed" => get("src")
            .filter(|src| !src.trim().is_empty() && !src.starts_with("about:") && !src.starts_with("data:"))
            .or_else(|| get("data-src").or_else(|| get("data-lazy-src")))
            .and_then(|src| frame(&src, get("title").unwrap_or_default().trim()))
            .unwrap_or_default(),
        // GitHub's gists are embedded by a script.
        "script" => match get("src").as_deref().and_then(|src| src.strip_suffix(".js")) {
            Some(gist) if gist.starts_with("https://gist.github.com/") => link(gist.to_owned(), gist.to_owned()),
            _ => Vec::new(),
        },
        "object" => match get("data") {
            Some(data) if get("type").is_some_and(|kind| kind.starts_with("image/")) => {
                let alt = get("aria-label").or_else(|| get("title")).unwrap_or_default();
                vec![Event::Start(Element::void("img").with("src", data).with("alt", alt))]
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The link for an object that has no words of its own for those who can't show it.
pub fn object_link<'e>(data: &str) -> Vec<Event<'e>> {
    let name = data.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if name.is_empty() { Vec::new() } else { link(data.to_owned(), name.to_owned()) }
}

fn link<'e>(target: String, words: String) -> Vec<Event<'e>> {
    vec![Event::Start(Element::inline("a").with("href", target)), Event::Text(words.into()), Event::End("a")]
}

/// Players: host, where the path of a frame begins, the page that shows the same (`*`: the part of the path after it;
/// `?x`: the query's `x`), a picture of it, what it's called. An id ends at the next slash unless the page's does too.
const PLAYERS: [(&str, &str, &str, &str, &str); 24] = [
    ("youtube.com", "/embed/", "https://www.youtube.com/watch?v=*", "https://i.ytimg.com/vi/*/hqdefault.jpg", "YouTube"),
    ("youtube-nocookie.com", "/embed/", "https://www.youtube.com/watch?v=*", "https://i.ytimg.com/vi/*/hqdefault.jpg", "YouTube"),
    ("youtube.com", "/v/", "https://www.youtube.com/watch?v=*", "https://i.ytimg.com/vi/*/hqdefault.jpg", "YouTube"),
    (
        "dailymotion.com",
        "/embed/video/",
        "https://www.dailymotion.com/video/*",
        "https://www.dailymotion.com/thumbnail/video/*",
        "Dailymotion",
    ),
    (
        "geo.dailymotion.com",
        "/player",
        "https://www.dailymotion.com/video/?video",
        "https://www.dailymotion.com/thumbnail/video/?video",
        "Dailymotion",
    ),
    ("player.vimeo.com", "/video/", "https://vimeo.com/*", "", "Vimeo"),
    ("player.bilibili.com", "/player.html", "https://www.bilibili.com/video/?bvid", "", "Bilibili"),
    ("player.twitch.tv", "/", "https://www.twitch.tv/videos/?video", "", "Twitch"),
    ("clips.twitch.tv", "/embed", "https://clips.twitch.tv/?clip", "", "Twitch"),
    ("open.spotify.com", "/embed/track/", "https://open.spotify.com/track/*", "", "Spotify"),
    ("open.spotify.com", "/embed/album/", "https://open.spotify.com/album/*", "", "Spotify"),
    ("open.spotify.com", "/embed/playlist/", "https://open.spotify.com/playlist/*", "", "Spotify"),
    ("open.spotify.com", "/embed/artist/", "https://open.spotify.com/artist/*", "", "Spotify"),
    ("open.spotify.com", "/embed/episode/", "https://open.spotify.com/episode/*", "", "Spotify"),
    ("open.spotify.com", "/embed/show/", "https://open.spotify.com/show/*", "", "Spotify"),
    ("open.spotify.com", "/embed-podcast/episode/", "https://open.spotify.com/episode/*", "", "Spotify"),
    ("bandcamp.com", "/EmbeddedPlayer/", "", "", "Bandcamp"),
    ("archive.org", "/embed/", "https://archive.org/details/*", "https://archive.org/services/img/*", "Internet Archive"),
    ("embed.ted.com", "/talks/", "https://www.ted.com/talks/*", "", "TED"),
    ("odysee.com", "/$/embed/", "https://odysee.com/*", "", "Odysee"),
    ("loom.com", "/embed/", "https://www.loom.com/share/*", "https://cdn.loom.com/sessions/thumbnails/*-00001.jpg", "Loom"),
    ("embed.podcasts.apple.com", "/", "https://podcasts.apple.com/*", "", "Apple Podcasts"),
    ("embed.music.apple.com", "/", "https://music.apple.com/*", "", "Apple Music"),
    ("platform.twitter.com", "/embed/Tweet.html", "https://twitter.com/i/status/?id", "", "Twitter"),
];

/// Players whose query holds the address of what they play.
const ADDRESSED: [(&str, &str, &str); 5] = [
    ("w.soundcloud.com", "url", "SoundCloud"),
    ("facebook.com", "href", "Facebook"),
    ("mixcloud.com", "feed", "Mixcloud"),
    ("player-widget.mixcloud.com", "feed", "Mixcloud"),
    ("cdn.embedly.com", "url", "Embedly"),
];

fn frame<'e>(src: &str, title: &str) -> Option<Vec<Event<'e>>> {
    let src = src.trim();
    let src = if src.starts_with("//") { format!("https:{src}") } else { src.to_owned() };
    let url = match Url::parse(&src) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        Ok(_) => return None,
        // A page of the same site.
        Err(_) => {
            let words = if title.is_empty() { src.clone() } else { title.to_owned() };
            return Some(link(src, words));
        }
    };
    let host = url.host_str()?.trim_start_matches("www.");
    // The mark says what it is in every language.
    let words = |name: &str| if title.is_empty() { format!("▶ {name}") } else { title.to_owned() };
    if let Some((page, picture, name)) = player(&url, host) {
        if picture.is_empty() {
            return Some(link(page, words(name)));
        }
        let image = Element::void("img").with("src", picture).with("alt", words(name)).with("width", "480").with("height", "360");
        return Some(vec![Event::Start(Element::inline("a").with("href", page)), Event::Start(image), Event::End("a")]);
    }
    let query = |key: &str| url.query_pairs().find(|(known, _)| known == key).map(|(_, value)| value.into_owned());
    if let Some((_, key, name)) = ADDRESSED.iter().find(|(known, _, _)| *known == host)
        && let Some(page) = query(key)
    {
        let page = if page.starts_with('/') { format!("https://www.{host}{page}") } else { page };
        return page.starts_with("https://").then(|| link(page, words(name)));
    }
    // PeerTube stands on many hosts; its frames have one path.
    if let Some(id) = url.path().strip_prefix("/videos/embed/").filter(|id| is_id(id)) {
        return Some(link(format!("https://{host}/videos/watch/{id}"), words(host)));
    }
    let words = if title.is_empty() { url.to_string() } else { title.to_owned() };
    Some(link(url.into(), words))
}

/// The page, picture and name of what a known player plays.
fn player(url: &Url, host: &str) -> Option<(String, String, &'static str)> {
    let path = url.path().trim_end_matches('/');
    if host.starts_with("youtube") && path == "/embed/videoseries" {
        let (_, list) = url.query_pairs().find(|(key, _)| key == "list")?;
        return is_id(&list).then(|| (format!("https://www.youtube.com/playlist?list={list}"), String::new(), "YouTube"));
    }
    PLAYERS.iter().filter(|(known, ..)| *known == host).find_map(|(_, prefix, page, picture, name)| {
        let rest = path.strip_prefix(prefix).or_else(|| (path.is_empty() && *prefix == "/").then_some(""))?;
        let fill = |pattern: &str| match pattern.split_once(['*', '?']) {
            _ if pattern.is_empty() => Some(String::new()),
            // `watch?v=*` has a query of its own.
            _ if pattern.contains('*') => {
                let (before, after) = pattern.split_once('*')?;
                let is_long = host.contains("apple.com") || host == "odysee.com";
                let id = if is_long { rest } else { rest.split('/').next().unwrap_or_default() };
                (is_long && !id.is_empty() || is_id(id)).then(|| format!("{before}{id}{after}"))
            }
            Some((before, key)) => {
                let (_, id) = url.query_pairs().find(|(known, _)| known == key)?;
                is_id(&id).then(|| format!("{before}{id}"))
            }
            None => None,
        };
        let page = if page.is_empty() { url.to_string() } else { fill(page)? };
        Some((page, fill(picture)?, *name))
    })
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(src: &str, title: &str) -> String {
        let events = frame(src, title).unwrap_or_default();
        let attribute = |element: &Element, name: &str| element.get(name).unwrap_or_default().to_owned();
        events
            .iter()
            .map(|event| match event {
                Event::Start(element) if element.name == "a" => format!("[{} ", attribute(element, "href")),
                Event::Start(element) => format!("{}: {}", attribute(element, "src"), attribute(element, "alt")),
                Event::Text(text) => text.to_string(),
                _ => "]".to_owned(),
            })
            .collect()
    }

    #[test]
    fn videos_become_linked_pictures() {
        let wanted = "[https://www.youtube.com/watch?v=abc_1 https://i.ytimg.com/vi/abc_1/hqdefault.jpg: Tide]";
        assert_eq!(show("//www.youtube.com/embed/abc_1?x=y", "Tide"), wanted);
        assert_eq!(show("https://www.youtube-nocookie.com/embed/abc_1/", "Tide"), wanted);
        assert_eq!(
            show("https://www.dailymotion.com/embed/video/x1", ""),
            "[https://www.dailymotion.com/video/x1 https://www.dailymotion.com/thumbnail/video/x1: ▶ Dailymotion]"
        );
    }

    #[test]
    fn players_without_pictures_become_links_to_the_page() {
        for (src, wanted) in [
            ("https://player.vimeo.com/video/12?h=a", "[https://vimeo.com/12 ▶ Vimeo]"),
            ("https://www.youtube.com/embed/videoseries?list=PL1", "[https://www.youtube.com/playlist?list=PL1 ▶ YouTube]"),
            (
                "https://geo.dailymotion.com/player.html?x=1",
                "[https://geo.dailymotion.com/player.html?x=1 https://geo.dailymotion.com/player.html?x=1]",
            ),
            ("https://player.bilibili.com/player.html?bvid=BV1&page=1", "[https://www.bilibili.com/video/BV1 ▶ Bilibili]"),
            ("https://player.twitch.tv/?video=12&parent=x", "[https://www.twitch.tv/videos/12 ▶ Twitch]"),
            ("https://open.spotify.com/embed/track/7a?si=1", "[https://open.spotify.com/track/7a ▶ Spotify]"),
            ("https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/a/b&color=x", "[https://soundcloud.com/a/b ▶ SoundCloud]"),
            ("https://bandcamp.com/EmbeddedPlayer/album=1/", "[https://bandcamp.com/EmbeddedPlayer/album=1/ ▶ Bandcamp]"),
            ("https://www.mixcloud.com/widget/iframe/?feed=%2Fa%2Fb%2F", "[https://www.mixcloud.com/a/b/ ▶ Mixcloud]"),
            ("https://tube.example/videos/embed/9c9d-1?warningTitle=0", "[https://tube.example/videos/watch/9c9d-1 ▶ tube.example]"),
            ("https://embed.podcasts.apple.com/us/podcast/x/id1", "[https://podcasts.apple.com/us/podcast/x/id1 ▶ Apple Podcasts]"),
        ] {
            assert_eq!(show(src, ""), wanted, "{src}");
        }
    }

    #[test]
    fn other_frames_become_links_and_unsafe_ones_nothing() {
        assert_eq!(show("https://maps.org/?a=1&b=2", ""), "[https://maps.org/?a=1&b=2 https://maps.org/?a=1&b=2]");
        assert_eq!(show("/map.html", "Map"), "[/map.html Map]");
        assert_eq!(show("javascript:alert(1)", "x"), "");
        assert_eq!(show("https://w.soundcloud.com/player/?url=javascript:alert(1)", "x"), "");
        assert_eq!(
            show("https://www.youtube.com/embed/a\"b", ""),
            "[https://www.youtube.com/embed/a%22b https://www.youtube.com/embed/a%22b]"
        );
    }
}
