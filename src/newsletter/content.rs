//! An entry's HTML made fit for where it stands: a narrow column, among other entries.

use super::code::ground_class;
use crate::catalog::Size;
use crate::language::Words;
use lol_html::html_content::{ContentType, Element};
use lol_html::{EndTagHandler, RewriteStrSettings, element, rewrite_str};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The column without its padding, in pixels.
pub const COLUMN: u32 = 536;
/// Elements within elements. The inliner recurses, so a hostile depth would overflow the stack.
const DEPTH: usize = 100;
/// The level of an entry's heading, below which its own headings stand.
pub const ENTRY_LEVEL: usize = 2;

/// Where the HTML will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    Mail,
    Page,
}

/// Fits the HTML of the entry with this number in its issue: no id is another entry's, headings go down by one level at
/// a time, tables stand in a box that scrolls (a wide one would widen a phone's page), too deep elements give up their
/// tags. In mail, images get no wider than the column, since Outlook obeys their attributes alone, and recordings,
/// which hardly any program plays, become links.
///
/// The first of its headings stands below one of `level`.
pub fn fit(html: &str, number: usize, medium: Medium, level: usize, words: &'static Words) -> String {
    let state = Rc::new(State::default());
    let settings = RewriteStrSettings {
        element_content_handlers: vec![element!("*", move |element| {
            let is_too_deep = enter(element, &state) > DEPTH;
            if is_too_deep {
                element.remove_and_keep_content();
                return Ok(());
            }
            part_ids(element, number);
            fit_element(element, &state, level);
            match medium {
                Medium::Mail => fit_mail(element, &state, words),
                // Long lines of code scroll, which must be possible without a mouse.
                Medium::Page if element.tag_name() == "pre" => set(element, "tabindex", "0"),
                Medium::Page => {}
            }
            Ok(())
        })],
        ..RewriteStrSettings::new()
    };
    // Sanitised HTML can be read; what can't is shown as text.
    rewrite_str(html, settings).unwrap_or_else(|_| html_escape::encode_text(html).into_owned())
}

/// Where in the HTML we are.
#[derive(Default)]
struct State {
    depth: Cell<usize>,
    /// The levels, as written, of the headings that the place stands below.
    headings: RefCell<Vec<u8>>,
    /// Whether the recording that is open has its link.
    is_linked: Cell<bool>,
}

/// How deep the element is; void ones hold nothing, and so are as deep as what holds them.
fn enter(element: &mut Element, state: &Rc<State>) -> usize {
    if let Some(handlers) = element.end_tag_handlers() {
        state.depth.set(state.depth.get() + 1);
        let state = Rc::clone(state);
        let leave: EndTagHandler<'static> = Box::new(move |_| {
            state.depth.set(state.depth.get().saturating_sub(1));
            Ok(())
        });
        handlers.push(leave);
    }
    state.depth.get()
}

/// Gives ids the entry's number, and to what refers to them.
fn part_ids(element: &mut Element, number: usize) {
    // Most have no attributes, and each look-up costs.
    if element.attributes().is_empty() {
        return;
    }
    let part = |id: &str| format!("e{number}-{id}");
    if let Some(id) = element.get_attribute("id") {
        set(element, "id", &part(&id));
    }
    if let Some(ids) = element.get_attribute("headers") {
        let ids: Vec<String> = ids.split_ascii_whitespace().map(part).collect();
        set(element, "headers", &ids.join(" "));
    }
    if let Some(id) = element.get_attribute("href").as_deref().and_then(|href| href.strip_prefix('#')) {
        set(element, "href", &format!("#{}", part(id)));
    }
}

fn fit_element(element: &mut Element, state: &State, above: usize) {
    let name = element.tag_name();
    match name.as_str() {
        "img" if element.get_attribute("alt").is_none() => set(element, "alt", ""),
        "pre" => {
            if let Some(style) = element.get_attribute("style") {
                set(element, "class", ground_class(&style));
            }
        }
        // What scrolls must be reached without a mouse.
        "table" => {
            element.before("<div class=\"scroll\" tabindex=\"0\">", ContentType::Html);
            element.after("</div>", ContentType::Html);
        }
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            let level = above + heading_depth(name.as_bytes().get(1).copied().unwrap_or(b'1'), &mut state.headings.borrow_mut());
            // Fails only for names that aren't ones.
            let _ = element.set_tag_name(&format!("h{}", level.min(6)));
        }
        _ => {}
    }
}

/// One below the heading that it stands under, whatever was left out between them.
fn heading_depth(level: u8, above: &mut Vec<u8>) -> usize {
    while above.last().is_some_and(|&last| last >= level) {
        above.pop();
    }
    above.push(level);
    above.len()
}

fn fit_mail(element: &mut Element, state: &State, words: &Words) {
    match element.tag_name().as_str() {
        "img" => fit_image(element),
        "details" => set(element, "open", ""),
        name @ ("video" | "audio") => {
            state.is_linked.set(false);
            link_recording(element, if name == "video" { &words.video } else { &words.audio }, state);
            element.remove_and_keep_content();
        }
        "source" if element.get_attribute("src").is_some() => {
            let is_video = !element.get_attribute("type").is_some_and(|kind| kind.starts_with("audio/"));
            link_recording(element, if is_video { &words.video } else { &words.audio }, state);
            element.remove();
        }
        "source" | "track" => element.remove(),
        _ => {}
    }
}

/// Puts a link before a recording, or before the first of its sources that is on the web.
fn link_recording(element: &mut Element, words: &str, state: &State) {
    // An attribute comes as it is written, so it's escaped but for quotes of the other kind.
    let on_web = |name: &str| {
        let url = element.get_attribute(name).filter(|url| url.starts_with("https://") || url.starts_with("http://"));
        url.map(|url| url.replace('"', "&quot;"))
    };
    let Some(url) = on_web("src").filter(|_| !state.is_linked.replace(true)) else { return };
    let picture = on_web("poster").map(|poster| format!("<img src=\"{poster}\" alt=\"\"><br>")).unwrap_or_default();
    let words = html_escape::encode_text(words);
    element.before(&format!("<a href=\"{url}\">{picture}{words}</a>"), ContentType::Html);
}

fn fit_image(image: &mut Element) {
    let pixels = |name: &str| image.get_attribute(name).and_then(|value| value.trim().parse::<u32>().ok()).filter(|&pixels| pixels > 0);
    let (Some(width), height) = (pixels("width"), pixels("height")) else { return };
    if width > COLUMN {
        set(image, "width", &COLUMN.to_string());
        if let Some(height) = height {
            set(image, "height", &fit_size((width, height)).1.to_string());
        }
    }
}

/// A logo that is no wider than the column and no higher than three lines of a title.
pub fn fit_logo(size: Size) -> Size {
    const HIGHEST: u32 = 96;
    let (width, height) = fit_size(size);
    if height <= HIGHEST {
        return (width, height);
    }
    let scaled = u64::from(width) * u64::from(HIGHEST) / u64::from(height);
    (u32::try_from(scaled).unwrap_or(u32::MAX).max(1), HIGHEST)
}

/// A size that is no wider than the column, in the same proportion.
pub fn fit_size((width, height): Size) -> Size {
    if width <= COLUMN {
        return (width, height);
    }
    let scaled = u64::from(height) * u64::from(COLUMN) / u64::from(width);
    (COLUMN, u32::try_from(scaled).unwrap_or(u32::MAX).max(1))
}

fn set(element: &mut Element, name: &str, value: &str) {
    // Fails only for names that aren't ones.
    let _ = element.set_attribute(name, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::words;

    fn mail(html: &str) -> String {
        fit(html, 1, Medium::Mail, ENTRY_LEVEL, words("en"))
    }

    #[test]
    fn wide_images_shrink_in_proportion_in_mail() {
        let image = r#"<p><img src="a.png" width="1200" height="600"><img src="b.png" alt="b" width="100" height="50"></p>"#;
        let html = mail(image);
        assert!(html.contains(r#"<img src="a.png" width="536" height="268" alt="">"#), "{html}");
        assert!(html.contains(r#"<img src="b.png" alt="b" width="100" height="50">"#), "{html}");
        assert!(fit(image, 1, Medium::Page, ENTRY_LEVEL, words("en")).contains(r#"<img src="a.png" width="1200" height="600" alt="">"#));
    }

    #[test]
    fn odd_sizes_are_left_alone() {
        for size in [r#"width="100%""#, r#"width="0""#, r#"width="-5""#, r#"width="99999999999999""#, ""] {
            let html = format!("<img alt=\"\" src=\"a\" {size}>");
            assert_eq!(mail(&html).matches("536").count(), 0, "{html}");
        }
        assert!(mail(r#"<img alt="" width="4294967295" height="4294967295">"#).contains(r#"height="536""#));
    }

    #[test]
    fn code_with_colours_is_marked() {
        assert_eq!(mail("<pre style=\"color:#222\">x</pre>"), "<pre style=\"color:#222\" class=\"painted\">x</pre>");
        let night = "<pre style=\"color:#eee;background-color:#222222\"";
        assert_eq!(mail(&format!("{night}>x</pre>")), format!("{night} class=\"night\">x</pre>"));
        assert_eq!(mail("<pre>x</pre>"), "<pre>x</pre>");
    }

    #[test]
    fn tables_scroll() {
        assert_eq!(
            mail("<table><tr><td>1</td></tr></table><p>x"),
            "<div class=\"scroll\" tabindex=\"0\"><table><tr><td>1</td></tr></table></div><p>x"
        );
    }

    #[test]
    fn depth_has_an_end() {
        let deep = format!("{}x{}<p>y</p>", "<b>".repeat(50_000), "</b>".repeat(50_000));
        assert_eq!(mail(&deep), format!("{}x{}<p>y</p>", "<b>".repeat(DEPTH), "</b>".repeat(DEPTH)));
        let voids = "<br>".repeat(DEPTH * 2) + "<img src=\"a\" alt=\"\">";
        assert_eq!(mail(&voids), voids);
    }

    #[test]
    fn headings_go_down_one_by_one() {
        let levels =
            |html: &str| -> String { mail(html).match_indices("<h").map(|(at, _)| mail(html)[at + 2..].chars().next().unwrap()).collect() };
        let headings = |levels: &str| -> String { levels.chars().map(|level| format!("<h{level}>x</h{level}>")).collect() };
        for (written, wanted) in
            [("3", "3"), ("44", "33"), ("4564", "3453"), ("345", "345"), ("53", "33"), ("3636", "3434"), ("123456", "345666")]
        {
            assert_eq!(levels(&headings(written)), wanted, "{written}");
        }
        let grouped = fit(&headings("122"), 1, Medium::Mail, ENTRY_LEVEL + 1, words("en"));
        assert_eq!(grouped, "<h4>x</h4><h5>x</h5><h5>x</h5>");
        assert_eq!(mail("<h4 id=\"a\">x <b>y</b></h4>"), "<h3 id=\"e1-a\">x <b>y</b></h3>");
    }

    #[test]
    fn ids_are_the_entry_s_own() {
        let html = r##"<p id="a"><a href="#a">x</a><a href="https://example.org/#a">y</a></p><table><tr><th id="h">1</th><td headers="h  i">2</td></tr></table>"##;
        let fitted = fit(html, 3, Medium::Page, ENTRY_LEVEL, words("en"));
        for wanted in [r#"id="e3-a""#, r##"href="#e3-a""##, "\"https://example.org/#a\"", r#"id="e3-h""#, r#"headers="e3-h e3-i""#] {
            assert!(fitted.contains(wanted), "{fitted}");
        }
    }

    #[test]
    fn recordings_become_links_in_mail() {
        let video = mail(r#"<video src="https://example.org/v?a&amp;b" controls></video>"#);
        assert_eq!(video, r#"<a href="https://example.org/v?a&amp;b">Watch the video</a>"#);
        let sources = r#"<audio controls><source src="https://a.example/a.ogg" type="audio/ogg"><source src="https://a.example/a.mp3"><track src="t">Or read.</audio>"#;
        assert_eq!(mail(sources), r#"<a href="https://a.example/a.ogg">Listen</a>Or read."#);
        let poster = mail("<video src='https://a.example/\"v' poster='https://a.example/p&quot;'></video>");
        assert_eq!(poster, r#"<a href="https://a.example/&quot;v"><img src="https://a.example/p&quot;" alt=""><br>Watch the video</a>"#);
        assert_eq!(mail("<video src=\"javascript:alert(1)\"></video>"), "");
        assert!(fit(sources, 1, Medium::Page, ENTRY_LEVEL, words("en")).contains("<audio"));
    }

    #[test]
    fn what_is_folded_is_open_in_mail() {
        assert_eq!(mail("<details><summary>a</summary>b</details>"), "<details open=\"\"><summary>a</summary>b</details>");
    }
}
