//! Plain text files to HTML: paragraphs, headings, lists and links, without any markup in the source.

use std::fmt::Write;

/// Longest line that can be a heading.
const HEADING_CHARS: usize = 70;

/// The first line that says something, and where the body after it begins.
pub fn split_title(text: &str) -> (Option<&str>, usize) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let title = line.trim();
        if title.is_empty() {
            continue;
        }
        // An underline of the title belongs to it.
        let next = text[at..].split_inclusive('\n').next().unwrap_or_default();
        let is_rule = next.trim().len() > 2 && next.trim().chars().all(|c| matches!(c, '=' | '-' | '~' | '*'));
        return (Some(title), if is_rule { at + next.len() } else { at });
    }
    (None, at)
}

/// The HTML of a plain text.
pub fn render(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let normal = text.replace("\r\n", "\n").replace('\r', "\n");
    let blocks: Vec<Vec<&str>> = blocks(&normal);
    for (at, lines) in blocks.iter().enumerate() {
        let is_last = at + 1 == blocks.len();
        match lines.as_slice() {
            [line] if is_rule(line) => out.push_str("<hr>\n"),
            [line] if !is_last && is_heading(line) => push_heading(&mut out, line),
            [line, rule] if is_rule(rule) && line.chars().count() <= HEADING_CHARS => push_heading(&mut out, line),
            // A heading may stand right above its paragraph.
            [line, rest @ ..]
                if rest.len() > 1 && is_heading(line) && rest[0].chars().count() > HEADING_CHARS.min(line.chars().count() + 20) =>
            {
                push_heading(&mut out, line);
                push_block(&mut out, rest);
            }
            lines => push_block(&mut out, lines),
        }
    }
    out
}

fn blocks(text: &str) -> Vec<Vec<&str>> {
    let mut blocks = vec![Vec::new()];
    for line in text.lines() {
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

/// A short line that doesn't end like a sentence, nor begins like an element of a list.
fn is_heading(line: &str) -> bool {
    let line = line.trim();
    let ends_open = |c: char| c.is_alphanumeric() || matches!(c, ')' | '»' | '”' | '"' | '\'' | '’' | '）' | '》' | '」' | '?' | '？');
    let starts_like_words = line.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '«' | '“' | '"' | '「' | '《' | '¿'));
    line.chars().count() <= HEADING_CHARS
        && starts_like_words
        && line.chars().next_back().is_some_and(ends_open)
        && bullet(line).is_none()
        && !line.contains("://")
}

fn push_heading(out: &mut String, line: &str) {
    let _ = writeln!(out, "<h2>{}</h2>", escape(line.trim()));
}

/// The text after a bullet or number, and whether it's a number.
fn bullet(line: &str) -> Option<(&str, bool)> {
    let line = line.trim_start();
    for mark in ["- ", "* ", "• ", "– ", "— "] {
        if let Some(rest) = line.strip_prefix(mark) {
            return Some((rest, false));
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line[digits..].strip_prefix(['.', ')'])?;
    ((1..=3).contains(&digits) && rest.starts_with(' ')).then(|| (rest, true))
}

fn push_block(out: &mut String, lines: &[&str]) {
    if let Some((_, is_number)) = bullet(lines[0]) {
        return push_list(out, lines, is_number);
    }
    // Words and then a list, without an empty line between.
    if let Some(at) = lines.iter().position(|line| matches!(bullet(line), Some((_, false))))
        && at > 0
        && lines[at..].iter().all(|line| bullet(line).is_some() || line.starts_with(' '))
    {
        push_block(out, &lines[..at]);
        return push_list(out, &lines[at..], false);
    }
    if lines.iter().all(|line| line.starts_with("    ") || line.starts_with('\t')) {
        let code: Vec<String> =
            lines.iter().map(|line| escape(line.strip_prefix('\t').or(line.strip_prefix("    ")).unwrap_or(line))).collect();
        let _ = writeln!(out, "<pre>{}</pre>", code.join("\n"));
        return;
    }
    if lines.iter().all(|line| line.starts_with('>')) {
        let quoted: Vec<&str> = lines.iter().map(|line| line[1..].trim_start()).collect();
        let _ = writeln!(out, "<blockquote><p>{}</p></blockquote>", flow(&quoted));
        return;
    }
    let _ = writeln!(out, "<p>{}</p>", flow(lines));
}

fn push_list(out: &mut String, lines: &[&str], is_number: bool) {
    let tag = if is_number { "ol" } else { "ul" };
    let _ = writeln!(out, "<{tag}>");
    let mut points: Vec<Vec<&str>> = Vec::new();
    for line in lines {
        match (bullet(line), points.last_mut()) {
            (Some((text, _)), _) => points.push(vec![text]),
            (None, Some(point)) => point.push(line),
            (None, None) => points.push(vec![line]),
        }
    }
    for point in points {
        let _ = writeln!(out, "<li>{}</li>", flow(&point));
    }
    let _ = writeln!(out, "</{tag}>");
}

/// Lines wrapped by an editor run on; short ones (verse, an address) keep their ends.
fn flow(lines: &[&str]) -> String {
    let is_wrapped = lines.len() < 2 || lines[..lines.len() - 1].iter().all(|line| width(line) >= 48);
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let line = line.trim();
        if at > 0 {
            let before = lines[at - 1].trim().chars().next_back();
            out.push_str(match is_wrapped {
                // Scripts without spaces run on without one.
                true if before.is_some_and(is_wide) && line.chars().next().is_some_and(is_wide) => "",
                true => "\n",
                false => "<br>\n",
            });
        }
        out.push_str(&link_urls(line));
    }
    out
}

fn width(line: &str) -> usize {
    line.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// CJK letters and punctuation, which stand in double width.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}

/// Text as HTML with its web addresses as links.
fn link_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((start, end)) = super::autolink::find_url(rest) {
        let url = escape(&rest[start..end]);
        let target = if rest[start..].starts_with("www.") { format!("https://{url}") } else { url.clone() };
        let _ = write!(out, "{}<a href=\"{target}\">{url}</a>", escape(&rest[..start]));
        rest = &rest[end..];
    }
    out.push_str(&escape(rest));
    out
}

/// Text for HTML, in elements and attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_title() {
        let text = "\nLow water\n=========\n\nBody";
        let (title, at) = split_title(text);
        assert_eq!((title, &text[at..]), (Some("Low water"), "\nBody"));
        assert_eq!(split_title("\n \n").0, None);
    }

    #[test]
    fn short_lines_without_a_stop_are_headings() {
        let html =
            render("Why it matters\n\nBecause it is so.\n\nQu’est-ce qu’une marée\n\nUne marée.\n\n潮汐\n\n海水的涨落。\n\nThe end.\n");
        assert_eq!(
            html,
            "<h2>Why it matters</h2>\n<p>Because it is so.</p>\n<h2>Qu’est-ce qu’une marée</h2>\n<p>Une marée.</p>\n<h2>潮汐</h2>\n<p>海水的涨落。</p>\n<p>The end.</p>\n"
        );
    }

    #[test]
    fn lists_quotes_links_and_verse_are_told_apart() {
        let html = render(
            "Bring:\n- boots & socks\n- a map\n\n1. one\n2. two\n\n> said\n\nRoses\nViolets\n\nSee https://x.org/a?b=1&c.\n\n    code <b>\n",
        );
        assert_eq!(
            html,
            "<p>Bring:</p>\n<ul>\n<li>boots &amp; socks</li>\n<li>a map</li>\n</ul>\n<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n<blockquote><p>said</p></blockquote>\n<p>Roses<br>\nViolets</p>\n<p>See <a href=\"https://x.org/a?b=1&amp;c\">https://x.org/a?b=1&amp;c</a>.</p>\n<pre>code &lt;b&gt;</pre>\n"
        );
    }
}
