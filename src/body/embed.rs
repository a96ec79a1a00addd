//! What a page would load into itself, as links: readers of feeds and mail run no frames and no scripts.

use super::event::{Element, Event};
use html5ever::tokenizer::Tag;
use url::Url;

/// The link that stands for a frame or script, with a picture where the host is known to have one.
pub fn read<'e>(tag: &Tag) -> Vec<Event<'e>> {
    let get = |name: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string());
    match &*tag.name {
        "iframe" | "embed" => get("src")
            .filter(|src| !src.trim().is_empty() && !src.starts_with("about:"))
            .or_else(|| get("data-src"))
            .and_then(|src| frame(&src, get("title").unwrap_or_default()))
            .unwrap_or_default(),
        // GitHub's gists are embedded by a script.
        "script" => match get("src").as_deref().and_then(|src| src.strip_suffix(".js")) {
            Some(gist) if gist.starts_with("https://gist.github.com/") => link(gist.to_owned(), gist.to_owned()),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn link<'e>(target: String, words: String) -> Vec<Event<'e>> {
    vec![Event::Start(Element::inline("a").with("href", target)), Event::Text(words.into()), Event::End("a")]
}

fn frame<'e>(src: &str, title: String) -> Option<Vec<Event<'e>>> {
    let src = src.trim();
    let src = if src.starts_with("//") { format!("https:{src}") } else { src.to_owned() };
    let url = match Url::parse(&src) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        Ok(_) => return None,
        // A page of the same site.
        Err(_) => {
            let words = if title.is_empty() { src.clone() } else { title };
            return Some(link(src, words));
        }
    };
    let host = url.host_str()?.trim_start_matches("www.");
    let path = url.path().trim_end_matches('/');
    let id = path.rsplit('/').next().unwrap_or_default();
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let words = |fallback: &str| if title.is_empty() { fallback.to_owned() } else { title.clone() };
    let pictured = |page: String, picture: String, fallback: &str| {
        let image = Element::void("img").with("src", picture).with("alt", words(fallback));
        let image = image.with("width", "480").with("height", "360");
        vec![Event::Start(Element::inline("a").with("href", page)), Event::Start(image), Event::End("a")]
    };
    Some(match host {
        "youtube.com" | "youtube-nocookie.com" if is_id && path.starts_with("/embed/") && id != "videoseries" => pictured(
            format!("https://www.youtube.com/watch?v={id}"),
            format!("https://i.ytimg.com/vi/{id}/hqdefault.jpg"),
            "Video on YouTube",
        ),
        "dailymotion.com" if is_id && path.starts_with("/embed/video/") => pictured(
            format!("https://www.dailymotion.com/video/{id}"),
            format!("https://www.dailymotion.com/thumbnail/video/{id}"),
            "Video on Dailymotion",
        ),
        "player.vimeo.com" if is_id => link(format!("https://vimeo.com/{id}"), words("Video on Vimeo")),
        "player.bilibili.com" => match url.query_pairs().find(|(key, _)| key == "bvid") {
            Some((_, id)) => link(format!("https://www.bilibili.com/video/{id}"), words("Video on Bilibili")),
            None => link(url.to_string(), words(url.as_str())),
        },
        _ => link(url.to_string(), words(url.as_str())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(src: &str, title: &str) -> String {
        let events = frame(src, title.to_owned()).unwrap_or_default();
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
        assert_eq!(
            show("//www.youtube.com/embed/abc_1?x=y", "Tide"),
            "[https://www.youtube.com/watch?v=abc_1 https://i.ytimg.com/vi/abc_1/hqdefault.jpg: Tide]"
        );
        assert_eq!(show("https://player.vimeo.com/video/12", ""), "[https://vimeo.com/12 Video on Vimeo]");
    }

    #[test]
    fn other_frames_become_links_and_unsafe_ones_nothing() {
        assert_eq!(show("https://maps.org/?a=1&b=2", ""), "[https://maps.org/?a=1&b=2 https://maps.org/?a=1&b=2]");
        assert_eq!(show("/map.html", "Map"), "[/map.html Map]");
        assert_eq!(show("javascript:alert(1)", "x"), "");
        assert_eq!(
            show("https://www.youtube.com/embed/a\"b", ""),
            "[https://www.youtube.com/embed/a%22b https://www.youtube.com/embed/a%22b]"
        );
    }
}
