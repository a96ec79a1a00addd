//! The shortcodes and components that many sites have under the same names, and what stands for them.

use super::token::Arguments;
use crate::language::Words;
use html_escape::{encode_double_quoted_attribute, encode_text};
use std::fmt::Write;

/// What stands for a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// HTML in place of the call: where it has lines of its own, and within a line.
    Html { block: String, inline: String },
    /// Something around the text inside, which is Markdown still.
    Around { before: String, after: String, is_block: bool },
    /// The text inside is code in that language.
    Code(String),
    /// The text inside is TeX.
    Math,
    /// The text inside, as if nothing stood around it.
    Inner,
    /// Neither the call nor what is inside: for pages alone.
    Gone,
}

/// What stands for the call of that name; `inner` is the text inside, if it has some.
pub fn find(name: &str, arguments: &Arguments, inner: Option<&str>, ours: &Words) -> Option<Action> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".html").unwrap_or(&name);
    let name = name.rsplit(['/', '.']).next().unwrap_or(name);
    let get = |names: &[&str]| arguments.get(names);
    let first = arguments.at(0);
    Some(match name {
        "figure" | "img" | "image" | "imgproc" | "picture" | "photo" | "responsive-image" | "responsive_image" | "asset_img"
        | "figcaption" => figure(arguments, inner)?,
        "youtube" | "youtube-lite" | "youtubelite" | "youtubeembed" | "lite-youtube" | "liteyoutube" | "yt" => {
            let id = video_id(get(&["id", "videoid", "video", "v", "url", "src"]).or(first)?);
            frame(&format!("https://www.youtube.com/embed/{id}"), arguments)
        }
        "vimeo" | "vimeo_simple" => {
            frame(&format!("https://player.vimeo.com/video/{}", video_id(get(&["id", "url"]).or(first)?)), arguments)
        }
        "bilibili" => frame(&format!("https://player.bilibili.com/player.html?bvid={}", get(&["id", "bvid"]).or(first)?), arguments),
        "dailymotion" => frame(&format!("https://www.dailymotion.com/embed/video/{}", get(&["id"]).or(first)?), arguments),
        "iframe" | "embed" => frame(get(&["src", "url"]).or(first)?, arguments),
        "gist" => gist(arguments)?,
        "tweet" | "twitter" | "twitter_simple" | "x" | "x_simple" | "embedtweet" => tweet(arguments)?,
        "instagram" | "instagram_simple" => link(&format!("https://www.instagram.com/p/{}/", get(&["id"]).or(first)?), "Post on Instagram"),
        "mastodon" | "toot" => link(get(&["url", "src"]).or(first).filter(|url| url.starts_with("https://"))?, "Post on Mastodon"),
        "streamable" => link(&format!("https://streamable.com/{}", get(&["id"]).or(first)?), "Video on Streamable"),
        "spotify" => {
            let (kind, id) = (get(&["type"]).or(first)?, get(&["id"]).or(arguments.at(1))?);
            link(&format!("https://open.spotify.com/{kind}/{id}"), "Listen on Spotify")
        }
        "codepen" => {
            let (user, id) = (get(&["user"]).or(first)?, get(&["id", "slug"]).or(arguments.at(1))?);
            link(&format!("https://codepen.io/{user}/pen/{id}"), "Example on CodePen")
        }
        "asciinema" | "asciicast" => link(&format!("https://asciinema.org/a/{}", get(&["id", "key"]).or(first)?), "Recording on asciinema"),
        "github" => link(&format!("https://github.com/{}", get(&["repo"]).or(first)?), get(&["repo"]).or(first)?),
        "video" if get(&["provider"]).is_some() => {
            let id = get(&["id"])?;
            match get(&["provider"])? {
                "vimeo" => frame(&format!("https://player.vimeo.com/video/{id}"), arguments),
                "youtube" => frame(&format!("https://www.youtube.com/embed/{id}"), arguments),
                _ => return None,
            }
        }
        "video" | "mp4" | "html5video" | "localvideo" => {
            media("video", get(&["src", "url", "mp4", "webm", "file", "link"]).or(first)?, get(&["caption", "title"]))
        }
        "audio" | "mp3" => media("audio", get(&["src", "url", "mp3", "file", "link"]).or(first)?, get(&["caption", "title", "name"])),
        "highlight" | "code" | "codeblock" | "code-block" | "code_block" | "prism" if inner.is_some() => {
            let language = get(&["lang", "language", "type"]).or(first).unwrap_or_default();
            Action::Code(language.strip_prefix("lang:").unwrap_or(language).to_owned())
        }
        "mermaid" | "plantuml" | "graphviz" | "dot" | "goat" if inner.is_some() => Action::Code(name.to_owned()),
        "katex" | "math" | "latex" | "mathjax" if inner.is_some() => Action::Math,
        "comment" | "hidden" | "qr" | "qrcode" => Action::Gone,
        "icon" | "fa" | "fas" | "fab" | "faicon" | "clear" | "clearfix" | "toc" | "tableofcontents" | "table_of_contents" | "toclist"
        | "spacer" | "seo" | "feed_meta" => Action::Gone,
        "br" | "newline" | "linebreak" => Action::Html { block: "<br>".to_owned(), inline: "<br>".to_owned() },
        "details" | "collapse" | "expand" | "expandable" | "spoiler" | "toggle" | "collapsible" | "fold" | "accordionitem"
        | "accordion-item" => {
            let summary = get(&["summary", "title", "name", "label", "header"]).or(first).unwrap_or("Details");
            around(format!("<details><summary>{}</summary>", words(summary)), "</details>")
        }
        "quote" | "blockquote" | "pullquote" | "epigraph" | "cite" if inner.is_some() => {
            let author = get(&["author", "by", "cite", "source", "name"]).or(first);
            let after = author.map(|author| format!("<p>— {}</p>", words(author))).unwrap_or_default();
            around("<blockquote>".to_owned(), &format!("{after}</blockquote>"))
        }
        "alert" | "admonition" | "callout" | "notice" | "hint" | "aside" | "message" | "notification" | "attention" | "pageinfo"
        | "infobox" | "admonish" => {
            let kind = get(&["type", "kind", "color", "colour", "variant", "style", "icon", "level"]).or(first).unwrap_or_default();
            let own = (name == "hint").then_some("Hint");
            let label = get(&["title", "header", "heading"]).or(arguments.at(1)).or(label(kind, ours)).or(own);
            // A lone argument that is no kind is a title; Hugo themes write emoji and texts here.
            alert(label.or_else(|| first.filter(|_| arguments.listed.len() == 1 && kind != first.unwrap_or_default())))
        }
        "tab" | "tabitem" | "tab-item" | "step" | "stepitem" | "accordion" | "card" | "linkcard" | "codetab" => {
            let label = get(&["name", "label", "title", "header", "tabname", "value"]).or(first);
            let target = get(&["link", "href", "url"]);
            let label = match (label, target) {
                (Some(label), Some(target)) => format!("<p><a href=\"{}\">{}</a></p>", attribute(target), words(label)),
                (Some(label), None) => format!("<p><strong>{}</strong></p>", words(label)),
                (None, _) => String::new(),
            };
            match inner {
                Some(_) => around(label, ""),
                None => Action::Html { inline: label.replace("<p>", "").replace("</p>", ""), block: label },
            }
        }
        "button" | "btn" | "link" | "a" | "linkbutton" | "link-button" | "external-link" | "ext-link" | "cta" => {
            let target = get(&["href", "url", "link", "to", "src"]).or(first).filter(|target| target.contains(['/', '#', '.']));
            let label = get(&["text", "label", "title", "content", "name"]).or(arguments.at(1));
            match (target, inner) {
                (Some(target), Some(_)) => {
                    let before = format!("<a href=\"{}\">", attribute(target));
                    Action::Around { before, after: "</a>".to_owned(), is_block: false }
                }
                (Some(target), None) => link(target, label.unwrap_or(target)),
                (None, Some(_)) => Action::Inner,
                (None, None) => plain(label?),
            }
        }
        "kbd" | "mark" | "sub" | "sup" | "small" | "abbr" => match inner {
            Some(_) => Action::Around { before: format!("<{name}>"), after: format!("</{name}>"), is_block: false },
            None => plain(&format!("<{name}>{}</{name}>", words(get(&["text"]).or(first)?))),
        },
        "rtl" | "ltr" => around(format!("<div dir=\"{name}\">"), "</div>"),
        "glossary_tooltip" | "term" | "tooltip" | "emoji" => match inner {
            Some(_) => Action::Inner,
            None => plain(&words(get(&["text", "term", "term_id"]).or(first)?)),
        },
        "raw" | "rawhtml" | "raw_html" | "unsafe" | "html" | "tabs" | "tabpane" | "tabbed" | "codetabs" | "code-group" | "steps"
        | "cards" | "cardgrid" | "cardgroup" | "columns" | "column" | "col" | "row" | "grid" | "container" | "center" | "centered"
        | "lead" | "section" | "div" | "span" | "gallery" | "carousel" | "fragment" | "block" | "markdown" | "md" | "if" | "filetree"
        | "colored" | "typeit"
            if inner.is_some() =>
        {
            Action::Inner
        }
        _ if label(name, ours).is_some() => alert(get(&["title", "header", "heading"]).or(first).or(label(name, ours))),
        _ => return None,
    })
}

/// The word on top of a note of that kind, in the text's language if there is one.
pub fn label<'w>(kind: &str, ours: &'w Words) -> Option<&'w str> {
    Some(match kind.to_ascii_lowercase().as_str() {
        "note" | "secondary" | "primary" => &ours.note,
        "info" | "information" => "Info",
        "tip" | "success" | "check" => &ours.tip,
        "warning" | "warn" => &ours.warning,
        "caution" => &ours.caution,
        "danger" | "error" => "Danger",
        "important" => &ours.important,
        "question" | "faq" => "Question",
        "example" => "Example",
        "abstract" | "summary" | "tldr" => "Summary",
        "bug" => "Bug",
        "seealso" | "see-also" => "See also",
        _ => return None,
    })
}

fn alert(label: Option<&str>) -> Action {
    let label = label.map(|label| format!("<p><strong>{}</strong></p>", words(label))).unwrap_or_default();
    around(format!("<blockquote>{label}"), "</blockquote>")
}

fn around(before: String, after: &str) -> Action {
    Action::Around { before, after: after.to_owned(), is_block: true }
}

fn plain(html: &str) -> Action {
    Action::Html { block: html.to_owned(), inline: html.to_owned() }
}

fn link(target: &str, label: &str) -> Action {
    let inline = format!("<a href=\"{}\">{}</a>", attribute(target), words(label));
    Action::Html { block: format!("<p>{inline}</p>"), inline }
}

/// A frame, which becomes a linked picture or a link where it is read.
fn frame(source: &str, arguments: &Arguments) -> Action {
    let title = arguments.get(&["title", "alt", "label"]).unwrap_or_default();
    let inline = format!("<iframe src=\"{}\" title=\"{}\"></iframe>", attribute(source), attribute(title));
    Action::Html { block: format!("<p>{inline}</p>"), inline }
}

fn media(name: &str, source: &str, caption: Option<&str>) -> Action {
    let inline = format!("<{name} src=\"{}\" controls></{name}>", attribute(source));
    let caption = caption.map(|caption| format!("<figcaption>{}</figcaption>", words(caption))).unwrap_or_default();
    Action::Html { block: format!("<figure>{inline}{caption}</figure>"), inline }
}

/// The id in the address of a video, or the id itself.
fn video_id(text: &str) -> &str {
    let end = |id: &'static str| move |text: &str| text.find(['?', '&', '#']).filter(|_| !id.is_empty());
    let text = text.trim();
    let id = match text.split_once("v=") {
        Some((_, id)) if text.contains("youtube.com/watch") => id,
        _ if text.contains('/') => text.trim_end_matches('/').rsplit('/').next().unwrap_or(text),
        _ => text,
    };
    end("id")(id).map_or(id, |at| id.get(..at).unwrap_or(id))
}

fn gist(arguments: &Arguments) -> Option<Action> {
    let first = arguments.get(&["url"]).or(arguments.at(0))?;
    let second = arguments.at(1).filter(|id| id.len() > 5 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let address = match (first.strip_prefix("https://gist.github.com/"), second) {
        (Some(path), _) => format!("https://gist.github.com/{}", path.trim_end_matches(".js")),
        (None, Some(id)) => format!("https://gist.github.com/{first}/{id}"),
        (None, None) => format!("https://gist.github.com/{first}"),
    };
    Some(link(&address, &address))
}

fn tweet(arguments: &Arguments) -> Option<Action> {
    let first = arguments.get(&["id", "tweetid", "url"]).or(arguments.at(0))?;
    Some(match arguments.get(&["user"]) {
        _ if first.starts_with("https://") => link(first, "Post on X"),
        Some(user) => link(&format!("https://x.com/{user}/status/{first}"), &format!("Post by @{user} on X")),
        None => link(&format!("https://x.com/i/status/{first}"), "Post on X"),
    })
}

/// Hugo's `figure`, and whatever other names it has elsewhere.
fn figure(arguments: &Arguments, inner: Option<&str>) -> Option<Action> {
    let get = |names: &[&str]| arguments.get(names);
    // Octopress puts a class before the path.
    let path = arguments.listed.iter().position(|value| value.contains(['.', '/']));
    let source = get(&["src", "url", "path", "image", "image_path", "file", "filename", "source"]).or(path.and_then(|at| arguments.at(at)));
    let after = |step: usize| path.and_then(|at| arguments.at(at + step)).filter(|text| text.parse::<f64>().is_err());
    let caption = get(&["caption", "desc", "description", "figcaption"]);
    let caption = caption.or(inner.map(str::trim).filter(|inner| !inner.is_empty() && !inner.contains("{{")));
    let alt = get(&["alt", "alternative"]).or(after(1));
    let title = get(&["title"]);
    let Some(source) = source else { return alt.or(caption).or(title).map(|text| plain(&words(text))) };
    let mut image = format!("<img src=\"{}\" alt=\"{}\"", attribute(source), attribute(&plain_words(alt.or(caption).unwrap_or_default())));
    for name in ["width", "height"] {
        if let Some(value) = get(&[name]) {
            let _ = write!(image, " {name}=\"{}\"", attribute(value));
        }
    }
    image.push('>');
    if let Some(target) = get(&["link", "href"]) {
        image = format!("<a href=\"{}\">{image}</a>", attribute(target));
    }
    let mut legend = String::new();
    if let Some(title) = title {
        let _ = write!(legend, "<strong>{}</strong>", words(title));
    }
    if let Some(caption) = caption {
        let gap = if legend.is_empty() { "" } else { "<br>" };
        let _ = write!(legend, "{gap}{}", words(caption));
    }
    if let Some(credit) = get(&["attr", "attribution", "credit"]) {
        let gap = if legend.is_empty() { "" } else { " " };
        let _ = match get(&["attrlink", "attr_link"]) {
            Some(target) => write!(legend, "{gap}<a href=\"{}\">{}</a>", attribute(target), words(credit)),
            None => write!(legend, "{gap}{}", words(credit)),
        };
    }
    let block =
        if legend.is_empty() { format!("<p>{image}</p>") } else { format!("<figure>{image}<figcaption>{legend}</figcaption></figure>") };
    // Between words there is no figure; what the alternative text doesn't say stands in brackets.
    let is_said = legend.is_empty() || alt.is_none() && caption.is_some_and(|caption| legend == words(caption));
    let inline = if is_said { image } else { format!("{image} ({})", legend.replace("<br>", " ")) };
    Some(Action::Html { block, inline })
}

/// A value in an attribute, on one line.
fn attribute(value: &str) -> String {
    encode_double_quoted_attribute(&one_line(value)).into_owned()
}

/// A text that may hold Markdown, as HTML on one line.
fn words(text: &str) -> String {
    let text = one_line(text);
    if !text.contains(['*', '_', '`', '[', '<', '&', '\\', '!', '~']) {
        return encode_text(&text).into_owned();
    }
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new_ext(&text, crate::body::markdown::options()));
    let html = one_line(&html);
    match html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>")) {
        Some(inner) if !inner.contains("<p>") => inner.to_owned(),
        _ => html,
    }
}

/// The words of a text that may hold Markdown.
fn plain_words(text: &str) -> String {
    if text.contains(['*', '_', '`', '[', '<', '&']) { crate::body::plain_text(&words(text)) } else { text.to_owned() }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language;

    /// Named arguments with `=`, others by position.
    fn block(name: &str, arguments: &[&str]) -> String {
        let mut read = Arguments::default();
        for argument in arguments {
            match argument.split_once('=').filter(|(name, _)| name.chars().all(char::is_alphanumeric)) {
                Some((name, value)) => read.named.push((name.into(), value.into())),
                None => read.listed.push((*argument).into()),
            }
        }
        match find(name, &read, None, language::words("en")) {
            Some(Action::Html { block, .. }) => block,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn figures_have_all_that_hugo_documents() {
        assert_eq!(
            block("figure", &["src=/a b.png", "alt=A \"b\"", "width=300", "link=https://x.org/?a&b", "target=_blank", "class=c"]),
            "<p><a href=\"https://x.org/?a&amp;b\"><img src=\"/a b.png\" alt=\"A &quot;b&quot;\" width=\"300\"></a></p>"
        );
        assert_eq!(
            block("figure", &["src=a.png", "title=T", "caption=A *b*\n& c", "attr=Me", "attrlink=/me"]),
            "<figure><img src=\"a.png\" alt=\"A b &amp; c\"><figcaption><strong>T</strong><br>A <em>b</em> &amp; c <a href=\"/me\">Me</a></figcaption></figure>"
        );
        assert_eq!(block("img", &["left", "/i/a.png", "320", "240", "Title"]), "<p><img src=\"/i/a.png\" alt=\"\"></p>");
        assert_eq!(block("image", &["./a.png", "An alt"]), "<p><img src=\"./a.png\" alt=\"An alt\"></p>");
    }

    #[test]
    fn what_is_elsewhere_is_linked() {
        for (name, arguments, expected) in [
            ("youtube", ["id=abc"].as_slice(), "https://www.youtube.com/embed/abc"),
            ("youtube", &["https://www.youtube.com/watch?v=abc&t=1"], "https://www.youtube.com/embed/abc"),
            ("YouTube", &["url=https://youtu.be/abc?t=1"], "https://www.youtube.com/embed/abc"),
            ("vimeo", &["12"], "https://player.vimeo.com/video/12"),
            ("gist", &["spf13", "7896402"], "https://gist.github.com/spf13/7896402"),
            ("gist", &["spf13/7896402"], "https://gist.github.com/spf13/7896402"),
            ("gist", &["url=https://gist.github.com/a/1.js"], "https://gist.github.com/a/1"),
            ("tweet", &["user=me", "id=1"], "https://x.com/me/status/1"),
            ("x", &["1"], "https://x.com/i/status/1"),
            ("instagram", &["abc"], "https://www.instagram.com/p/abc/"),
            ("spotify", &["track", "1"], "https://open.spotify.com/track/1"),
            ("button", &["href=/a/", "text=Go"], "/a/"),
            ("video", &["src=a.mp4"], "a.mp4"),
            ("video", &["id=1", "provider=vimeo"], "https://player.vimeo.com/video/1"),
        ] {
            let html = block(name, arguments);
            assert!(html.contains(&format!("\"{expected}\"")), "{name}: {html}");
        }
        assert_eq!(find("youtube", &Arguments::default(), None, language::words("en")), None);
    }

    #[test]
    fn notes_have_a_label() {
        let before = |name: &str, named: &[(&str, &str)], listed: &[&str]| {
            let arguments = Arguments {
                listed: listed.iter().map(|value| (*value).to_owned()).collect(),
                named: named.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            };
            match find(name, &arguments, Some("x"), language::words("en")) {
                Some(Action::Around { before, .. }) => before,
                other => format!("{other:?}"),
            }
        };
        let labelled = |label: &str| format!("<blockquote><p><strong>{label}</strong></p>");
        assert_eq!(before("note", &[], &[]), labelled("Note"));
        assert_eq!(before("tip", &[], &["Mind *this*"]), labelled("Mind <em>this</em>"));
        assert_eq!(before("alert", &[("title", "T"), ("color", "info")], &[]), labelled("T"));
        assert_eq!(before("alert", &[("color", "info")], &[]), labelled("Info"));
        assert_eq!(before("notice", &[], &["warning"]), labelled("Warning"));
        assert_eq!(before("Callout", &[("type", "unknown")], &[]), "<blockquote>");
    }

    #[test]
    fn others_are_unknown() {
        for name in ["mything", "readfile", "include", ""] {
            assert_eq!(find(name, &Arguments::default(), Some("x"), language::words("en")), None, "{name}");
        }
    }
}
