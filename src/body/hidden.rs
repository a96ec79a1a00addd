//! What an author's HTML holds that no reader is to see twice, or at all.

use super::event::{Element, Event};
use html5ever::tokenizer::Tag;

/// Whether the element goes with all that is in it: it isn't shown on the page either, or only decorates it.
pub fn is_hidden(tag: &Tag) -> bool {
    let get = |name: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value);
    let is_decoration = matches!(&*tag.name, "a" | "i" | "span" | "button") && get("aria-hidden") == Some("true");
    let is_unseen = get("style").is_some_and(|style| {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
        style.to_ascii_lowercase().split(';').any(|rule| rule == "display:none")
    });
    is_decoration || is_unseen || get("hidden").is_some_and(|how| how != "until-found")
}

/// A picture of one pixel counts readers.
pub fn is_counter(element: &Element<'_>) -> bool {
    let is_tiny = |name: &str| element.get(name).is_some_and(|size| matches!(size, "0" | "1"));
    element.name == "img" && is_tiny("width") && is_tiny("height")
}

/// `<noscript>` often holds the picture that a script would have put in the place of the one before it. Leaves of what it
/// holds (the events from `start` on) only pictures, and of the two the one that is real.
pub fn keep_pictures(events: &mut Vec<Event<'_>>, start: usize) {
    let inside = events.split_off(start.min(events.len()));
    let mut pictures = Vec::new();
    let mut depth = 0_usize;
    for event in inside {
        match &event {
            Event::Start(element) if element.name == "picture" => depth += 1,
            Event::End("picture") if depth > 0 => depth -= 1,
            Event::Start(element) if element.name == "img" && !is_counter(element) => {}
            Event::Start(element) if element.name == "source" && depth > 0 => {}
            _ => continue,
        }
        pictures.push(event);
    }
    let is_image = |event: &Event<'_>| matches!(event, Event::Start(element) if element.name == "img");
    if depth > 0 || !pictures.iter().any(is_image) {
        return;
    }
    let is_between = |event: &Event<'_>| matches!(event, Event::End(_)) || matches!(event, Event::Text(text) if text.trim().is_empty());
    let before = events.iter().rposition(|event| !is_between(event)).filter(|at| events.get(*at).is_some_and(is_image));
    match before {
        Some(at) if matches!(events.get(at), Some(Event::Start(element)) if is_placeholder(element)) => {
            events.remove(at);
        }
        Some(_) => return,
        None => {}
    }
    events.append(&mut pictures);
}

/// Whether a picture only keeps the place of another.
fn is_placeholder(image: &Element<'_>) -> bool {
    let src = image.get("src").unwrap_or_default().to_ascii_lowercase();
    let name = src.rsplit('/').next().unwrap_or_default();
    src.is_empty()
        || src.starts_with("data:")
        || ["placeholder", "blank", "spacer", "transparent", "loading", "lazy", "pixel", "1x1"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use crate::body::event::Event;
    use crate::body::html_reader;
    use crate::body::stream::Stream;

    fn show(html: &str) -> String {
        let mut stream = Stream::default();
        html_reader::read(html, &mut stream);
        let one = |event: &Event| match event {
            Event::Start(element) => format!("<{} {}>", element.name, element.get("src").or(element.get("srcset")).unwrap_or_default()),
            Event::Text(text) => text.to_string(),
            _ => "/".into(),
        };
        stream.finish().iter().map(one).collect()
    }

    #[test]
    fn of_a_lazy_picture_one_is_left() {
        for html in [
            "<img data-src=a.png src=p.gif><noscript><img src=a-big.png></noscript>",
            "<img src='data:image/gif;base64,R0'> <noscript><img src=a.png></noscript>",
            "<img class=lazy src=/img/placeholder.svg><noscript>Turn on <img src=a.png></noscript>",
            "<noscript><img src=a.png></noscript>",
            "<img src=a.png><noscript><img src=x width=1 height=1></noscript>",
        ] {
            assert_eq!(show(html).trim().replace(' ', ""), "<imga.png>", "{html}");
        }
        let picture = "<noscript><picture><source srcset=a.webp><img src=a.png></picture></noscript>";
        assert_eq!(show(picture), "<picture ><source a.webp><img a.png>/");
        assert_eq!(show("<noscript><picture><img src=a.png>x</noscript>y"), "y", "what is never closed is not kept");
    }

    #[test]
    fn what_the_page_hides_is_hidden_here() {
        for html in [
            "<h2>a<a class=anchor aria-hidden=true href=#x>#</a></h2>",
            "<h2>a<span hidden>x</span></h2>",
            "<h2>a<div style='color:red; Display : none'><div>x</div><p>x</div></h2>",
            "<h2>a<img src=x width=1 height=1></h2>",
        ] {
            assert_eq!(show(html), "<h2 >a/", "{html}");
        }
        assert_eq!(show("<p aria-hidden=true>a"), "<p >a/", "words may be decoration for some alone");
        assert_eq!(show("<span hidden>a<p>b"), "a<p >b/", "what is never closed hides nothing");
    }
}
