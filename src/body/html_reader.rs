//! HTML to events: a tokenizer's tags, of which only those that may stand in a feed are kept.

use super::embed;
use super::event::{Element, Event, GENERAL, Layout, find_element};
use super::foreign::Foreign;
use super::hidden::{is_counter, is_hidden};
use super::highlight;
use super::stream::{Stream, clean};
use super::words::is_cjk;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;

/// Reads a piece of HTML into the stream.
pub fn read(html: &str, stream: &mut Stream<'_>) {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Sink { stream: RefCell::new(stream) }, TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
}

struct Sink<'s, 'e> {
    stream: RefCell<&'s mut Stream<'e>>,
}

impl TokenSink for Sink<'_, '_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut stream = self.stream.borrow_mut();
        if stream.take_foreign(&token) {
            return TokenSinkResult::Continue;
        }
        match token {
            Token::TagToken(tag) => {
                if tag.kind == TagKind::StartTag
                    && let Some(foreign) = Foreign::start(&tag)
                {
                    if !tag.self_closing {
                        stream.foreign = Some(foreign);
                    }
                    return TokenSinkResult::Continue;
                }
                return read_tag(&tag, &mut stream);
            }
            Token::CharacterTokens(text) => {
                let text = if stream.is_open("pre") { text.to_string() } else { join_cjk_lines(&text) };
                stream.text(text);
            }
            Token::CommentToken(text) => {
                let words = text.trim();
                if words.eq_ignore_ascii_case("more") || stream.summary_end.as_deref() == Some(words) {
                    stream.push(Event::More);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Elements that go with all that is in them; true: their content is code, or stands elsewhere too.
fn is_left_out(name: &str) -> Option<bool> {
    match name {
        "script" | "style" | "template" | "noscript" | "title" | "head" | "textarea" | "iframe" | "noframes" | "noembed" => Some(true),
        "form" | "select" | "button" | "dialog" | "datalist" | "rtc" => Some(false),
        _ => None,
    }
}

/// How the tokenizer must read the content of an element that holds no tags.
fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(RawKind::ScriptData),
        "style" | "iframe" | "noembed" | "noframes" | "xmp" => Some(RawKind::Rawtext),
        "title" | "textarea" => Some(RawKind::Rcdata),
        _ => None,
    }
}

fn read_tag(tag: &Tag, stream: &mut Stream<'_>) -> TokenSinkResult<()> {
    let name: &str = &tag.name;
    if tag.kind == TagKind::EndTag {
        let was_skipped = stream.end_skip(name);
        if was_skipped {
            return TokenSinkResult::Continue;
        }
        if name == "object" {
            if let Some(data) = stream.end_object() {
                push_all(stream, embed::object_link(&data));
            }
        } else if let Some((name, _, _)) = find_element(name) {
            stream.end(name);
        }
        return TokenSinkResult::Continue;
    }
    let embedded = embed::read(tag);
    if name == "object" && !stream.is_skipping(name) {
        let data = tag.attrs.iter().find(|attribute| &*attribute.name.local == "data").map(|attribute| attribute.value.to_string());
        match (embedded.is_empty(), data) {
            (false, _) => {
                push_all(stream, embedded);
                stream.skip(name, true);
            }
            (true, Some(data)) => stream.start_object(data),
            (true, None) => {}
        }
        return TokenSinkResult::Continue;
    }
    // Between blocks a player has lines of its own.
    let is_between = !embedded.is_empty() && stream.is_between_blocks();
    if is_between {
        stream.start(Element::block("p"));
    }
    push_all(stream, embedded);
    if is_between {
        stream.end("p");
    }
    if let Some(is_code) = is_left_out(name) {
        stream.skip(name, is_code);
    } else if stream.is_skipping(name) {
        stream.skip(name, false);
    } else if let Some((name, layout, attributes)) = find_element(name) {
        // A link in a link ends the outer one.
        if name == "a" {
            stream.end("a");
        }
        stream.imply_ends(name, layout);
        let element = Element { name, layout, attributes: read_attributes(tag, name, attributes, stream.has_styled_code()) };
        if layout != Layout::Void && is_hidden(tag) {
            stream.skip(&tag.name, false);
        } else if !is_counter(&element) {
            stream.start(element);
        }
        if tag.self_closing && layout == Layout::Inline {
            // Meant as XML: `<a name="x"/>` holds nothing.
            stream.end(name);
        }
    }
    match raw_kind(name) {
        Some(kind) => TokenSinkResult::RawData(kind),
        None => TokenSinkResult::Continue,
    }
}

fn push_all<'e>(stream: &mut Stream<'e>, events: Vec<Event<'e>>) {
    for event in events {
        match event {
            Event::Start(element) => stream.start(element),
            Event::End(name) => stream.end(name),
            Event::Text(text) => stream.text(text),
            event => stream.push(event),
        }
    }
}

fn read_attributes<'e>(
    tag: &Tag,
    element: &str,
    own: &'static [&'static str],
    is_styled: bool,
) -> Vec<(&'static str, pulldown_cmark::CowStr<'e>)> {
    let mut kept: Vec<(&'static str, pulldown_cmark::CowStr<'e>)> = Vec::new();
    for attribute in &tag.attrs {
        let written: &str = &attribute.name.local;
        let value: &str = &attribute.value;
        // What a script would load is loaded; `src` holds a placeholder then.
        let (name, is_lazy) = match (element, written) {
            ("img" | "source" | "video" | "audio", "data-src" | "data-lazy-src" | "data-original" | "data-orig-file") => ("src", true),
            ("img" | "source", "data-srcset" | "data-lazy-srcset") => ("srcset", true),
            ("video", "data-poster") => ("poster", true),
            ("a", "name") => ("id", false),
            (_, written) => (written, false),
        };
        let Some(name) = own.iter().chain(&GENERAL).find(|known| **known == name) else { continue };
        if *name == "style" {
            // Colours say something on code alone, and only on the page that they were chosen for.
            let style = highlight::code_style(value).filter(|style| is_styled || element == "pre" && style.contains("background-color"));
            kept.extend(style.map(|style| (*name, style.into())));
            continue;
        }
        let Some(value) = checked(element, name, value) else { continue };
        let value = clean(value.to_owned().into());
        match kept.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) if is_lazy => *known = value,
            Some(_) => {}
            None => kept.push((name, value)),
        }
    }
    // Without buttons nobody can start it: what a page starts by itself doesn't start here.
    if matches!(element, "video" | "audio") && kept.iter().all(|(name, _)| *name != "controls") {
        kept.push(("controls", "".into()));
    }
    kept
}

/// The part of an attribute's value that is kept; addresses are looked at where they are resolved.
fn checked<'v>(element: &str, name: &str, value: &'v str) -> Option<&'v str> {
    let trimmed = value.trim();
    match (element, name) {
        (_, "alt" | "title" | "label" | "controls" | "open" | "reversed" | "default") => Some(value),
        ("code", "class") => trimmed.split_whitespace().find(|name| name.starts_with("language-")),
        ("img", "width") if trimmed.ends_with('%') => Some(trimmed).filter(|share| is_number(share.trim_end_matches('%'))),
        (_, "width" | "height") => Some(trimmed.trim_end_matches("px")).filter(|number| is_number(number)),
        (_, "colspan" | "rowspan" | "span" | "start" | "value") => Some(trimmed).filter(|number| is_number(number.trim_start_matches('-'))),
        (_, "id" | "lang" | "dir" | "align") => Some(trimmed).filter(|text| !text.is_empty() && !text.contains(char::is_whitespace)),
        _ => Some(trimmed).filter(|text| !text.is_empty()),
    }
}

fn is_number(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Line ends between two CJK characters go, as they do in Markdown.
fn join_cjk_lines(text: &str) -> String {
    if text.is_ascii() || !text.contains('\n') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            let before = out.trim_end().chars().next_back();
            if before.is_some_and(is_cjk) && line.trim_start().chars().next().is_some_and(is_cjk) {
                out.truncate(out.trim_end().len());
                out.push_str(line.trim_start());
                continue;
            }
            out.push('\n');
        }
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(html: &str) -> String {
        let mut stream = Stream::default();
        read(html, &mut stream);
        let mut out = String::new();
        for event in stream.finish() {
            match event {
                Event::Start(element) => {
                    out.push_str(&format!("<{}", element.name));
                    for (name, value) in element.attributes {
                        out.push_str(&format!(" {name}={value}"));
                    }
                    out.push('>');
                }
                Event::End(name) => out.push_str(&format!("</{name}>")),
                Event::Text(text) => out.push_str(&text),
                Event::More => out.push_str("[more]"),
                Event::Note { .. } => {}
            }
        }
        out
    }

    #[test]
    fn what_runs_or_asks_goes_with_its_content() {
        for html in [
            "<script>if (a < b) x('</p>')</script>",
            "<style>p{}</style>",
            "<noscript>Please turn on scripts</noscript>",
            "<svg><script>x</script><text>t</text></svg>",
            "<form><label>Name<input></label></form>",
            "<textarea><b></textarea>",
            "<script>never closed",
            "<!-- comment -->",
            "<iframe>x</iframe>",
        ] {
            assert_eq!(show(&format!("<p>a</p>{html}")), "<p>a</p>", "{html}");
        }
    }

    #[test]
    fn unknown_elements_leave_their_words() {
        assert_eq!(show("<font color=red>a</font><x-y>b</x-y><label>c</label>"), "abc");
        assert_eq!(show("<object data=a.swf><p>fallback</p></object>"), "<p>fallback</p>");
    }

    #[test]
    fn attributes_are_chosen_and_checked() {
        assert_eq!(show("<p onclick=x style=color:red class=c id=i>"), "<p id=i></p>");
        assert_eq!(show("<img src=a.png width=3px height=100% alt='' onerror=x>"), "<img src=a.png width=3 alt=>");
        assert_eq!(show("<code class='hl language-rust'>"), "<code class=language-rust></code>");
        assert_eq!(show("<a name=top></a><a href=x>y"), "<a id=top></a><a href=x>y</a>");
    }

    #[test]
    fn lazy_pictures_are_loaded() {
        assert_eq!(show("<img data-src=a.png src='data:image/gif;base64,R0'>"), "<img src=a.png>");
        assert_eq!(show("<img src=p.gif data-srcset='a 1x' data-original=a.png>"), "<img src=a.png srcset=a 1x>");
    }

    #[test]
    fn entities_and_the_mark_of_the_summary_are_read() {
        assert_eq!(show("&eacute; &lt; &#8;x<!-- More -->"), "é < x[more]");
        assert_eq!(show("<p>one\ntwo 字\n  文</p>"), "<p>one\ntwo 字文</p>");
    }
}
