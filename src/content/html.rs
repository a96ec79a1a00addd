//! HTML that can stand in a feed: sanitised, with absolute links, and without what readers don't run.

use ammonia::{Builder, UrlRelative};
use lol_html::html_content::{ContentType, Element};
use lol_html::{HtmlRewriter, Settings, element};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What becomes of a link's target: the absolute URL, or nothing if it has no good one.
pub type Resolve<'a> = dyn Fn(&str) -> Option<String> + Sync + 'a;

/// Sanitises `html` and makes every URL in it absolute with `resolve`.
pub fn clean(html: &str, resolve: &Resolve) -> String {
    let prepared = replace_embeds(html);
    builder().clean(&make_absolute(&prepared, resolve)).to_string()
}

/// Every URL attribute through `resolve`; one without a good target goes.
fn make_absolute(html: &str, resolve: &Resolve) -> String {
    let mut out = Vec::with_capacity(html.len());
    let settings = Settings {
        element_content_handlers: vec![element!("[href], [src], [poster], [cite], [srcset]", |element| {
            let name = element.tag_name();
            for attribute in ["href", "src", "poster", "cite", "srcset"] {
                let Some(value) = element.get_attribute(attribute) else { continue };
                match filter(&name, attribute, &html_escape::decode_html_entities(&value), resolve) {
                    Some(url) => element.set_attribute(attribute, &url.replace('&', "&amp;"))?,
                    None => element.remove_attribute(attribute),
                }
            }
            Ok(())
        })],
        ..Settings::default()
    };
    let mut rewriter = HtmlRewriter::new(settings, |chunk: &[u8]| out.extend_from_slice(chunk));
    // A document that the rewriter refuses has no links rather than wrong ones.
    match rewriter.write(html.as_bytes()).and_then(|()| rewriter.end()) {
        Ok(()) => String::from_utf8(out).unwrap_or_default(),
        Err(_) => super::plain::escape(&to_text(html)),
    }
}

fn builder<'a>() -> Builder<'a> {
    let mut builder = Builder::default();
    builder
        .add_tags(["section", "picture", "source", "video", "audio", "track", "figure", "figcaption"])
        .add_generic_attributes(["id", "dir", "lang", "title"])
        .add_tag_attributes("img", ["srcset", "sizes", "alt", "src", "width", "height"])
        .add_tag_attributes("source", ["src", "srcset", "type", "sizes", "media"])
        .add_tag_attributes("video", ["src", "poster", "controls", "width", "height"])
        .add_tag_attributes("audio", ["src", "controls"])
        .add_tag_attributes("track", ["src", "kind", "srclang", "label", "default"])
        .add_tag_attributes("code", ["class"])
        .add_tag_attributes("pre", ["style"])
        .add_tag_attributes("span", ["style"])
        .add_tag_attributes("td", ["style"])
        .add_tag_attributes("th", ["style", "scope"])
        .add_tag_attributes("details", ["open"])
        .filter_style_properties(HashSet::from(["text-align", "color", "background-color", "font-style", "font-weight", "text-decoration"]))
        .clean_content_tags(HashSet::from([
            "script", "style", "svg", "math", "template", "noscript", "form", "select", "textarea", "button", "object", "title",
        ]))
        .rm_tags(["center", "map", "area", "bdo", "strike", "tt", "hgroup", "rtc"])
        .add_url_schemes(["data"])
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(keep);
    builder
}

/// Attributes whose values are checked one by one; addresses were checked by `filter`.
fn keep<'v>(element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        ("code", "class") => value.split_whitespace().find(|name| name.starts_with("language-")).map(Cow::Borrowed),
        (_, "id") => (!value.trim().is_empty() && !value.contains(char::is_whitespace)).then_some(Cow::Borrowed(value)),
        (_, "width" | "height") => {
            let number = value.trim_end_matches("px");
            number.bytes().all(|b| b.is_ascii_digit()).then_some(Cow::Borrowed(number))
        }
        (_, "style") if value.trim().is_empty() => None,
        _ => Some(Cow::Borrowed(value)),
    }
}

fn filter<'v>(element: &str, attribute: &str, value: &'v str, resolve: &Resolve) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        (_, "srcset") => Some(Cow::Owned(absolute_srcset(value, resolve))),
        (_, "href" | "src" | "poster" | "cite") => {
            let value = value.trim();
            if value.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
                // A picture in the text itself; nothing else in a data URL is safe.
                let lower = value.get(..22).unwrap_or(value).to_ascii_lowercase();
                let is_picture =
                    ["png", "jpeg", "jpg", "gif", "webp", "avif"].iter().any(|kind| lower.starts_with(&format!("data:image/{kind};")));
                return (element == "img" && attribute == "src" && is_picture).then_some(Cow::Borrowed(value));
            }
            resolve(value).map(Cow::Owned)
        }
        _ => Some(Cow::Borrowed(value)),
    }
}

/// `a.png 1x, b.png 2x`: each candidate's URL.
fn absolute_srcset(value: &str, resolve: &Resolve) -> String {
    let mut out: Vec<String> = Vec::new();
    // A comma may be part of a URL, so candidates end at a comma before a space.
    for candidate in value.split(", ").flat_map(|part| part.split(",\n")) {
        let candidate = candidate.trim().trim_end_matches(',');
        let (url, size) = candidate.split_once(char::is_whitespace).unwrap_or((candidate, ""));
        if let Some(url) = Some(url).filter(|url| !url.is_empty() && !url.starts_with("data:")).and_then(resolve) {
            out.push(format!("{} {}", url.replace(',', "%2C"), size.trim()).trim_end().to_owned());
        }
    }
    out.join(", ")
}

/// Frames of videos become a linked thumbnail, other frames a link; pictures that a script would load are loaded.
fn replace_embeds(html: &str) -> Cow<'_, str> {
    let lower = html.to_ascii_lowercase();
    if !["<iframe", "data-src", "<script", "<embed"].iter().any(|mark| lower.contains(mark)) {
        return Cow::Borrowed(html);
    }
    let mut out = Vec::with_capacity(html.len());
    let settings = Settings {
        element_content_handlers: vec![
            element!("iframe, embed", |element| {
                let link = element
                    .get_attribute("src")
                    .or_else(|| element.get_attribute("data-src"))
                    .and_then(|src| frame_link(&html_escape::decode_html_entities(&src), element.get_attribute("title").as_deref()));
                element.replace(&link.unwrap_or_default(), ContentType::Html);
                Ok(())
            }),
            element!("img, source", |element| {
                load_lazy(element)?;
                Ok(())
            }),
            element!("script[src]", |element| {
                // GitHub's gists are embedded by a script.
                let src = element.get_attribute("src").unwrap_or_default();
                match src.strip_suffix(".js").filter(|src| src.starts_with("https://gist.github.com/")) {
                    Some(gist) => element.replace(&format!("<a href=\"{0}\">{0}</a>", super::plain::escape(gist)), ContentType::Html),
                    None => element.remove(),
                }
                Ok(())
            }),
        ],
        ..Settings::default()
    };
    let mut rewriter = HtmlRewriter::new(settings, |chunk: &[u8]| out.extend_from_slice(chunk));
    let done = rewriter.write(html.as_bytes()).and_then(|()| rewriter.end());
    match done.ok().and_then(|()| String::from_utf8(out).ok()) {
        Some(text) => Cow::Owned(text),
        None => Cow::Borrowed(html),
    }
}

fn load_lazy(element: &mut Element) -> Result<(), lol_html::errors::AttributeNameError> {
    for (lazy, real) in [("data-src", "src"), ("data-srcset", "srcset"), ("data-lazy-src", "src"), ("data-original", "src")] {
        if let Some(url) = element.get_attribute(lazy) {
            // What stands in `src` then is a placeholder.
            element.set_attribute(real, &url)?;
        }
    }
    Ok(())
}

/// A frame's content as a link: with a picture where the host is known to have one.
fn frame_link(src: &str, title: Option<&str>) -> Option<String> {
    let src = if src.starts_with("//") { format!("https:{src}") } else { src.to_owned() };
    let url = url::Url::parse(&src).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?.trim_start_matches("www.");
    let last = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let is_id = !last.is_empty() && last.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let title = super::plain::escape(title.unwrap_or_default());
    let words = |fallback: &str| if title.is_empty() { super::plain::escape(fallback) } else { title.clone() };
    Some(match host {
        "youtube.com" | "youtube-nocookie.com" if is_id && url.path().starts_with("/embed/") => format!(
            "<a href=\"https://www.youtube.com/watch?v={last}\"><img src=\"https://i.ytimg.com/vi/{last}/hqdefault.jpg\" alt=\"{}\" width=\"480\" height=\"360\"></a>",
            words("Video on YouTube")
        ),
        "player.vimeo.com" if is_id => format!("<a href=\"https://vimeo.com/{last}\">{}</a>", words("Video on Vimeo")),
        _ => format!("<a href=\"{}\">{}</a>", super::plain::escape(url.as_str()), words(url.as_str())),
    })
}

/// The words of HTML that `clean` made, on one line.
pub fn to_text(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end + 1);
        let tag = &rest[at..end];
        // Only inline tags stand within a word.
        let name = tag.trim_start_matches(['<', '/']).split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if !matches!(
            name,
            "a" | "b"
                | "i"
                | "em"
                | "strong"
                | "code"
                | "span"
                | "sub"
                | "sup"
                | "abbr"
                | "mark"
                | "small"
                | "s"
                | "u"
                | "del"
                | "ins"
                | "kbd"
                | "q"
                | "cite"
                | "ruby"
                | "rt"
                | "wbr"
        ) {
            out.push(' ');
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    one_line(&decode_entities(&out))
}

/// White space runs become one space; other scripts' spaces and no-break spaces stay.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split([' ', '\t', '\n', '\r', '\u{c}']).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The entities that the sanitiser writes.
fn decode_entities(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

/// A title or summary as plain text: known inline tags go, entities are decoded. `<T>` in "Vec<T>" is no tag.
pub fn plain_text(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return one_line(text);
    }
    const INLINE: [&str; 24] = [
        "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "p", "q", "s", "small", "span", "strong",
        "sub", "sup", "u", "wbr", "tt",
    ];
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        kept.push_str(&rest[..at]);
        let inner = &rest[at + 1..];
        let name_len = inner.trim_start_matches('/').bytes().take_while(u8::is_ascii_alphanumeric).count();
        let slash = inner.len() - inner.trim_start_matches('/').len();
        let name = inner[slash..slash + name_len].to_owned();
        let after = inner[slash + name_len..].chars().next();
        let end = inner.find('>');
        match end {
            Some(end) if INLINE.contains(&name.as_str()) && after.is_some_and(|c| matches!(c, '>' | ' ' | '/' | '\n')) => {
                if matches!(name.as_str(), "br" | "p") {
                    kept.push(' ');
                }
                rest = &inner[end + 1..];
            }
            _ => {
                kept.push_str("&lt;");
                rest = inner;
            }
        }
    }
    kept.push_str(rest);
    let cleaned = Builder::empty().clean(&kept).to_string();
    one_line(&decode_entities(&cleaned))
}

/// The first paragraph's words, at most about `max` characters, cut between words.
pub fn first_words(html: &str, max: usize) -> Option<String> {
    let paragraph = match html.find("<p>") {
        Some(at) => &html[at + 3..html[at..].find("</p>").map_or(html.len(), |end| at + end)],
        None => html,
    };
    let text = to_text(paragraph);
    let text = if text.is_empty() { to_text(html) } else { text };
    (!text.is_empty()).then(|| shorten(&text, max))
}

/// At most `max` characters, with an ellipsis if some were left out.
pub fn shorten(text: &str, max: usize) -> String {
    let Some((cut, _)) = text.char_indices().nth(max) else { return text.to_owned() };
    let head = &text[..cut];
    // Scripts without spaces are cut anywhere.
    let end = head.rfind(' ').filter(|at| *at > cut / 2).unwrap_or(cut);
    format!("{}…", head[..end].trim_end_matches([' ', ',', ';', ':', '.', '—', '–']))
}

/// What an HTML file says of itself: its `title` and `meta` elements, and where its body begins and ends.
pub fn read_head(html: &str) -> (HashMap<String, String>, std::ops::Range<usize>) {
    let lower = html.to_ascii_lowercase();
    let mut found = HashMap::new();
    let body_start = lower.find("<body").and_then(|at| lower[at..].find('>').map(|end| at + end + 1));
    let body_end = lower.rfind("</body").filter(|end| body_start.is_none_or(|start| *end >= start)).unwrap_or(html.len());
    let head_end = body_start.or_else(|| lower.find("</head>").map(|at| at + "</head>".len())).unwrap_or(0);
    if let Some(start) = lower[..head_end].find("<title").and_then(|at| lower[at..].find('>').map(|end| at + end + 1))
        && let Some(end) = lower[start..].find("</title").map(|end| start + end)
    {
        found.insert("title".to_owned(), plain_text(&html[start..end]));
    }
    let settings = Settings {
        element_content_handlers: vec![element!("meta[name][content]", |element| {
            let pair = (element.get_attribute("name"), element.get_attribute("content"));
            if let (Some(name), Some(content)) = pair {
                found.insert(name.to_ascii_lowercase(), plain_text(&content));
            }
            Ok(())
        })],
        ..Settings::default()
    };
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    if rewriter.write(&html.as_bytes()[..head_end]).is_ok() {
        let _ = rewriter.end();
    } else {
        drop(rewriter);
    }
    (found, body_start.unwrap_or(head_end)..body_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(html: &str) -> String {
        clean(html, &|target| {
            let base = url::Url::parse("https://x.org/a/b/").unwrap();
            base.join(target).ok().map(String::from)
        })
    }

    #[test]
    fn nothing_that_runs_survives() {
        for html in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\"data:text/html,x\">x</a>",
            "<svg><script>alert(1)</script></svg>",
            "<form action=/x><input></form>",
            "<style>*{}</style>",
            "<p style=\"position:fixed\">x</p>",
            "<a href=\" jAvAscript:alert(1)\">x</a>",
            "<img src=\"data:image/svg+xml;base64,AA\">",
        ] {
            let out = cleaned(html);
            for bad in ["alert", "script", "onerror", "data:", "<form", "<input", "position", "<style"] {
                assert!(!out.contains(bad), "{html} became {out}");
            }
        }
    }

    #[test]
    fn every_url_is_absolute() {
        assert_eq!(
            cleaned(
                "<a href=\"../c\">x</a><img srcset=\"a.png 1x, /b.png 2x\" src=\"a.png\" alt=\"A\" width=\"3\"><video poster=\"p.png\"></video><a href=\"#n\">n</a><a href=\"mailto:a@x.org\">m</a>"
            ),
            "<a href=\"https://x.org/a/c\">x</a><img srcset=\"https://x.org/a/b/a.png 1x, https://x.org/b.png 2x\" src=\"https://x.org/a/b/a.png\" alt=\"A\" width=\"3\"><video poster=\"https://x.org/a/b/p.png\"></video><a href=\"https://x.org/a/b/#n\">n</a><a href=\"mailto:a@x.org\">m</a>"
        );
    }

    #[test]
    fn frames_become_links_and_lazy_pictures_are_loaded() {
        assert_eq!(
            cleaned("<iframe src=\"//www.youtube.com/embed/abc_1?x=y\" title=\"Tide\"></iframe>"),
            "<a href=\"https://www.youtube.com/watch?v=abc_1\"><img src=\"https://i.ytimg.com/vi/abc_1/hqdefault.jpg\" alt=\"Tide\" width=\"480\" height=\"360\"></a>"
        );
        assert_eq!(
            cleaned("<iframe src=\"https://maps.org/?a=1&amp;b=2\">f</iframe>x"),
            "<a href=\"https://maps.org/?a=1&amp;b=2\">https://maps.org/?a=1&amp;b=2</a>x"
        );
        assert_eq!(cleaned("<img data-src=\"a.png\" src=\"data:image/gif;base64,R0\">"), "<img src=\"https://x.org/a/b/a.png\">");
    }

    #[test]
    fn text_is_words_on_one_line() {
        assert_eq!(to_text("<p>a <em>b</em>&amp;c</p>\n<p>d</p>"), "a b&c d");
        assert_eq!(plain_text("A <em>b</em> &amp; Vec<T> &eacute; 1 < 2"), "A b & Vec<T> é 1 < 2");
        assert_eq!(plain_text("« a »\u{202f}!\n b"), "« a »\u{202f}! b");
        assert_eq!(first_words("<h1>t</h1><p>one two three</p>", 9).as_deref(), Some("one two…"));
    }

    #[test]
    fn an_html_file_tells_its_title_and_body() {
        let html =
            "<html><head><title>A &amp; b</title><meta name=\"Date\" content=\"2024-05-01\"></head><body class=x><p>Hi</p></body></html>";
        let (found, body) = read_head(html);
        assert_eq!((found["title"].as_str(), found["date"].as_str(), &html[body]), ("A & b", "2024-05-01", "<p>Hi</p>"));
        assert_eq!(read_head("<p>x</p>").1, 0..8);
    }
}
