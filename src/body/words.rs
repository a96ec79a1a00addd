//! Words without markup: titles, summaries, and what they are cut to.

use super::clean::clean_for_xml;

/// White space runs become one space; other scripts' spaces and no-break spaces stay.
pub fn one_line(text: &str) -> String {
    // C2 and E2 begin the characters that are no ASCII.
    let mut last = b' ';
    let is_plain = |byte: u8| {
        let is_second = byte == b' ' && last == b' ';
        last = byte;
        byte >= b' ' && byte != 0xc2 && byte != 0xe2 && !is_second
    };
    if text.bytes().all(is_plain) && !text.ends_with(' ') {
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
    if memchr::memchr2(b'<', b'&', text.as_bytes()).is_none() {
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

/// Words of a script with spaces that are read in a minute (Brysbaert 2019: 238 of English prose).
const WORDS_A_MINUTE: usize = 230;
/// Characters of a script without them (Chinese and Japanese readers: 400 to 600).
const CHARACTERS_A_MINUTE: usize = 500;
/// Letters that are read like a word, in scripts of letters without spaces, as Thai.
const LETTERS_A_WORD: usize = 5;

/// How many minutes it takes to read texts, at least one; 0 where they have no words.
pub fn reading_minutes<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    let (mut words, mut characters, mut letters) = (0usize, 0usize, 0usize);
    for text in texts {
        let mut is_within = false;
        for c in text.chars() {
            let is_alphanumeric = c.is_alphanumeric();
            let is_dense = is_alphanumeric && !c.is_ascii();
            match c {
                _ if is_dense && is_cjk(c) => characters += 1,
                '\u{e00}'..='\u{eff}' | '\u{f40}'..='\u{fbc}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' if is_dense => {
                    letters += 1
                }
                _ if is_alphanumeric && !is_within => words += 1,
                _ => {}
            }
            // Apostrophes, hyphens and marks part no words; white space does, and what was counted by itself.
            is_within = if is_dense && is_cjk(c) { false } else { is_within || is_alphanumeric } && !c.is_whitespace();
        }
    }
    // In characters, of which a word is so many as are read in its time.
    let all = characters * WORDS_A_MINUTE + (words + letters.div_ceil(LETTERS_A_WORD)) * CHARACTERS_A_MINUTE;
    let minute = WORDS_A_MINUTE * CHARACTERS_A_MINUTE;
    if all == 0 { 0 } else { ((all + minute / 2) / minute).max(1) }
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
    fn reading_takes_time_by_words_or_by_characters() {
        let minutes = |text: String| reading_minutes([text.as_str()].into_iter());
        let words = |count: usize| "l’eau vive, ".repeat(count / 2);
        for (count, wanted) in [(2, 1), (230, 1), (344, 1), (346, 2), (460, 2), (2300, 10)] {
            assert_eq!(minutes(words(count)), wanted, "{count}");
        }
        assert_eq!(minutes("港の灯台。".repeat(250)), 2, "a thousand without the marks");
        assert_eq!(minutes("한국어 ".repeat(690)), 3, "Korean has spaces");
        assert_eq!(minutes("ภาษาไทย".repeat(500)), 3, "Thai has none, and letters");
        assert_eq!(minutes(format!("{}{}", "word ".repeat(230), "港".repeat(500))), 2);
        assert_eq!((minutes(String::new()), minutes("… – !".into())), (0, 0));
        // A word goes on where marks are in it.
        assert_eq!(reading_minutes(["one", "two"].into_iter()), 1);
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
