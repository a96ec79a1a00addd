//! Words without markup: titles, summaries, and what they are cut to.

use super::clean::clean_for_xml;

/// White space runs become one space; other scripts' spaces and no-break spaces stay.
pub fn one_line(text: &str) -> String {
    // C2 and E2 begin the characters that are no ASCII.
    let is_plain = |byte: u8| byte >= b' ' && byte != 0xc2 && byte != 0xe2;
    let spaces = text.as_bytes().windows(2).any(|pair| pair == b"  ") || text.starts_with(' ') || text.ends_with(' ');
    if !spaces && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let is_gap = |c: char| matches!(c, ' ' | '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    for word in text.split(is_gap).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Tags that occur in titles. Any other `<` is a character: "Vec<T>" has no markup.
const INLINE: [&str; 25] = [
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "p", "q", "s", "small", "span",
    "strong", "sub", "sup", "u", "wbr", "tt",
];

/// A title or summary as plain text: inline tags gone, entities decoded, on one line, nothing in it that XML forbids.
pub fn plain_text(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return one_line(&clean_for_xml(text));
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_code = false;
    while let Some(at) = rest.find('<') {
        kept.push_str(&rest[..at]);
        // `<b>` between backquotes is what the title is about.
        in_code ^= rest[..at].matches('`').count() % 2 == 1;
        rest = &rest[at..];
        match inline_tag(rest).filter(|_| !(in_code && rest.contains('`'))) {
            Some((name, length)) => {
                if matches!(name, "br" | "p") {
                    kept.push(' ');
                }
                rest = &rest[length..];
            }
            None => {
                kept.push('<');
                rest = &rest[1..];
            }
        }
    }
    kept.push_str(rest);
    one_line(&clean_for_xml(&html_escape::decode_html_entities(&kept)))
}

/// The inline tag at the start of a text: its name, and its length in bytes.
fn inline_tag(text: &str) -> Option<(&'static str, usize)> {
    let inner = text.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let length = inner.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let name = INLINE.into_iter().find(|known| inner[..length].eq_ignore_ascii_case(known))?;
    let after = inner[length..].chars().next()?;
    let end = text.find('>')?;
    matches!(after, '>' | ' ' | '/' | '\n' | '\t').then_some((name, end + 1))
}

/// At most `max` characters, cut between words, with an ellipsis if some were left out.
pub fn shorten(text: &str, max: usize) -> String {
    if text.char_indices().nth(max).is_none() {
        return text.to_owned();
    }
    let cut = text.char_indices().nth(max.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    let head = &text[..cut];
    // Scripts without spaces are cut anywhere.
    let is_between = text[cut..].starts_with(char::is_whitespace);
    let end = if is_between { cut } else { head.rfind(' ').filter(|at| *at > cut / 2).unwrap_or(cut) };
    format!("{}…", head[..end].trim_end_matches([' ', ',', ';', ':', '.', '—', '–', '、', '，', '。']))
}

/// Han, kana and their punctuation: they stand in double width, and run on over a line's end without a space.
pub fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{312f}' | '\u{3190}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_entities_are_characters() {
        assert_eq!(plain_text("A <em>b</em> &amp; Vec<T> &eacute; 1 < 2"), "A b & Vec<T> é 1 < 2");
        assert_eq!(plain_text("« a »\u{202f}!\n b"), "« a »\u{202f}! b");
        assert_eq!(plain_text("a<BR/>b &lt;p&gt; c"), "a b <p> c");
        assert_eq!(plain_text("The `<a>` and `<b>` of <b>it</b>"), "The `<a>` and `<b>` of it");
        assert_eq!(plain_text("<b"), "<b");
        assert_eq!(plain_text("a < b > c <i>"), "a < b > c");
    }

    #[test]
    fn cuts_fall_between_words() {
        assert_eq!(shorten("one two three", 9), "one two…");
        assert_eq!(shorten("one two three", 8), "one two…");
        assert_eq!(shorten("one two", 7), "one two");
        assert_eq!(shorten("一二三四五六", 4), "一二三…");
        assert_eq!(shorten("one, two", 5), "one…");
        for max in 0..14 {
            assert!(shorten("one two three", max).chars().count() <= max.max(1), "{max}");
        }
    }
}
