//! Plain text files to events: paragraphs, headings, lists and links, without any markup in the source.

use super::event::{Element, Event};
use super::markdown::push_linked;
use super::stream::Stream;
use super::words::is_cjk;

/// Longest line that can be a heading, in characters.
const HEADING_CHARS: usize = 70;

/// Reads a plain text.
pub fn read(text: &str) -> Vec<Event<'_>> {
    let mut stream = Stream::with_capacity(text.len() / 40);
    let blocks = blocks(text);
    for (at, lines) in blocks.iter().enumerate() {
        let is_last = at + 1 == blocks.len();
        match lines.as_slice() {
            [line] if is_rule(line) => stream.start(Element::void("hr")),
            [line] if !is_last && is_heading(line) => push_heading(&mut stream, line),
            [line, rule] if is_rule(rule) && line.chars().count() <= HEADING_CHARS => push_heading(&mut stream, line),
            [line, rest @ ..] if stands_above(line, rest) => {
                push_heading(&mut stream, line);
                push_block(&mut stream, rest);
            }
            lines => push_block(&mut stream, lines),
        }
    }
    stream.finish()
}

/// The title that a text begins with, and where the text after it begins: a short line without a full stop that
/// stands alone or is underlined.
pub fn split_title(text: &str) -> Option<(&str, usize)> {
    let blank = text.len() - text.trim_start().len();
    let start = text[..blank].rfind('\n').map_or(0, |at| at + 1);
    let mut ends = text[start..].split_inclusive('\n').scan(start, |at, line| {
        *at += line.len();
        Some((line.trim(), *at))
    });
    let (title, end) = ends.next().filter(|(title, _)| !title.is_empty())?;
    let rest: Vec<(&str, usize)> = ends.take(3).take_while(|(line, _)| !line.is_empty()).collect();
    match rest.as_slice() {
        [] if is_heading(title) => Some((title, end)),
        [(rule, end), ..] if is_underline(rule) && title.chars().count() <= HEADING_CHARS => Some((title, *end)),
        rest => {
            let lines: Vec<&str> = rest.iter().map(|(line, _)| *line).collect();
            stands_above(title, &lines).then_some((title, end))
        }
    }
}

/// A heading may stand right above its paragraph: then the lines below are much longer.
fn stands_above(line: &str, rest: &[&str]) -> bool {
    rest.first().is_some_and(|next| is_heading(line) && next.chars().count() > HEADING_CHARS.min(line.chars().count() + 20))
}

fn blocks(text: &str) -> Vec<Vec<&str>> {
    let mut blocks = vec![Vec::new()];
    for line in text.lines().flat_map(|line| line.split('\r')) {
        if line.trim().is_empty() {
            blocks.push(Vec::new());
        } else if let Some(block) = blocks.last_mut() {
            block.push(line.trim_end());
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() > 2 && line.chars().all(|c| matches!(c, '-' | '=' | '*' | '_' | '~' | ' '))
}

fn is_underline(line: &str) -> bool {
    line.len() > 2 && line.chars().all(|c| matches!(c, '=' | '-' | '~' | '*'))
}

/// A short line that doesn't end like a sentence, nor begins like an element of a list.
pub fn is_heading(line: &str) -> bool {
    let line = line.trim();
    let ends_open = |c: char| c.is_alphanumeric() || matches!(c, ')' | '»' | '”' | '"' | '\'' | '’' | '）' | '》' | '」' | '?' | '？');
    let starts_like_words = line.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '«' | '“' | '"' | '「' | '《' | '¿'));
    let ends = line.chars().rev().find(|c| !is_mark(*c));
    line.chars().count() <= HEADING_CHARS
        && starts_like_words
        && ends.is_some_and(ends_open)
        && bullet(line).is_none()
        && !line.contains("://")
}

/// Marks on letters, such as the vowels of Hindi, belong to the letter before.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn push_heading<'e>(stream: &mut Stream<'e>, line: &'e str) {
    stream.start(Element::block("h2"));
    stream.text(line.trim());
    stream.end("h2");
}

/// The text after a bullet or number, and the number.
fn bullet(line: &str) -> Option<(&str, Option<&str>)> {
    let line = line.trim_start();
    for mark in ["- ", "* ", "• ", "– ", "— "] {
        if let Some(rest) = line.strip_prefix(mark) {
            return Some((rest, None));
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line[digits..].strip_prefix(['.', ')'])?;
    ((1..=3).contains(&digits) && rest.starts_with(' ')).then(|| (rest, Some(&line[..digits])))
}

fn push_block<'e>(stream: &mut Stream<'e>, lines: &[&'e str]) {
    let is_code = |line: &&str| line.starts_with("    ") || line.starts_with('\t');
    if lines.iter().all(is_code) {
        stream.start(Element::block("pre"));
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                stream.text("\n");
            }
            stream.text(line.strip_prefix('\t').or(line.strip_prefix("    ")).unwrap_or(line));
        }
        return stream.end("pre");
    }
    if let Some((_, number)) = lines.first().and_then(|line| bullet(line)) {
        return push_list(stream, lines, number);
    }
    // Words and then a list, without an empty line between.
    if let Some(at) = lines.iter().position(|line| matches!(bullet(line), Some((_, None))))
        && lines[at..].iter().all(|line| bullet(line).is_some() || line.starts_with(' '))
    {
        push_block(stream, &lines[..at]);
        return push_list(stream, &lines[at..], None);
    }
    let quoted: Option<Vec<&str>> = lines.iter().map(|line| line.strip_prefix('>').map(str::trim_start)).collect();
    match quoted {
        Some(lines) => {
            stream.start(Element::block("blockquote"));
            push_paragraph(stream, &lines);
            stream.end("blockquote");
        }
        None => push_paragraph(stream, lines),
    }
}

fn push_paragraph<'e>(stream: &mut Stream<'e>, lines: &[&'e str]) {
    stream.start(Element::block("p"));
    push_lines(stream, lines);
    stream.end("p");
}

fn push_list<'e>(stream: &mut Stream<'e>, lines: &[&'e str], number: Option<&'e str>) {
    let name = if number.is_some() { "ol" } else { "ul" };
    let list = Element::block(name);
    stream.start(match number.filter(|number| *number != "1") {
        Some(number) => list.with("start", number),
        None => list,
    });
    let mut points: Vec<Vec<&str>> = Vec::new();
    for line in lines {
        match (bullet(line), points.last_mut()) {
            (None, Some(point)) => point.push(line),
            (found, _) => points.push(vec![found.map_or(*line, |(text, _)| text)]),
        }
    }
    for point in points {
        stream.start(Element::block("li"));
        push_lines(stream, &point);
        stream.end("li");
    }
    stream.end(name);
}

/// Lines wrapped by an editor run on; short ones (verse, an address) keep their ends.
fn push_lines<'e>(stream: &mut Stream<'e>, lines: &[&'e str]) {
    let (_, wrapped) = lines.split_last().unwrap_or((&"", &[]));
    let is_wrapped = wrapped.iter().all(|line| width(line) >= 48);
    for (at, line) in lines.iter().enumerate() {
        if at > 0 && is_wrapped {
            stream.soft_break();
        } else if at > 0 {
            stream.start(Element::void("br"));
            stream.push(Event::Text("\n".into()));
        }
        push_linked(stream, line.trim().into());
    }
}

fn width(line: &str) -> usize {
    line.chars().map(|c| if is_cjk(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        let tags = |event: &Event| match event {
            Event::Start(element) => format!("<{}>", element.name),
            Event::End(name) => format!("</{name}>"),
            Event::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        };
        read(text).iter().map(tags).collect()
    }

    #[test]
    fn the_first_line_is_the_title_if_it_reads_like_one() {
        let text = "\nLow water\n=========\n\nBody";
        let (title, at) = split_title(text).unwrap();
        assert_eq!((title, &text[at..]), ("Low water", "\nBody"));
        let title = |text: &str| split_title(text).map(|(title, _)| title.to_owned());
        assert_eq!(title("What is it?\n\nBody").as_deref(), Some("What is it?"));
        assert_eq!(title("Notes\nThis line below the title is very much longer than it.").as_deref(), Some("Notes"));
        assert_eq!(title("नमस्ते\n\nx").as_deref(), Some("नमस्ते"));
        for text in
            ["It ends.\n\nx", "A line that an editor has wrapped\nand that goes on", "- a point\n\nx", "\n \n", "", &"long ".repeat(20)]
        {
            assert_eq!(title(text), None, "{text}");
        }
    }

    #[test]
    fn short_lines_without_a_stop_are_headings() {
        assert_eq!(
            show("Why it matters\n\nBecause it is so.\n\nQu’est-ce qu’une marée\n\nUne marée.\n\n潮汐\n\n海水的涨落。\n\nThe end.\n"),
            "<h2>Why it matters</h2><p>Because it is so.</p><h2>Qu’est-ce qu’une marée</h2><p>Une marée.</p><h2>潮汐</h2><p>海水的涨落。</p><p>The end.</p>"
        );
    }

    #[test]
    fn lists_quotes_links_code_and_verse_are_told_apart() {
        assert_eq!(
            show(
                "Bring:\n- boots & socks\n- a map\n\n3. one\n4. two\n\n> said\n\nRoses\nViolets\n\nSee https://x.org/a?b=1&c.\n\n    code <b>\n    - x\n"
            ),
            "<p>Bring:</p><ul><li>boots & socks</li><li>a map</li></ul><ol><li>one</li><li>two</li></ol><blockquote><p>said</p></blockquote><p>Roses<br>\nViolets</p><p>See <a>https://x.org/a?b=1&c</a>.</p><pre>code <b>\n- x</pre>"
        );
    }

    #[test]
    fn markdown_and_html_are_words_here() {
        assert_eq!(show("# a *b* <i>c</i> &amp;."), "<p># a *b* <i>c</i> &amp;.</p>");
        assert_eq!(show("a\r\nb\r\n\r\nc."), "<p>a<br>\nb</p><p>c.</p>");
    }
}
