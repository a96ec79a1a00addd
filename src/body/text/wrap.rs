//! Lines of a width in columns: broken at spaces, and between the characters of scripts that have none.

use crate::body::words::is_cjk;
use unicode_width::UnicodeWidthChar;

/// How many columns a text takes, never too few.
pub fn width(text: &str) -> usize {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text.len();
    }
    let mut before = 0;
    text.chars()
        .map(|c| {
            before = char_width(c, before);
            before
        })
        .sum()
}

/// `before` is the width of the character before: an emoji's variation selector makes it wide.
fn char_width(c: char, before: usize) -> usize {
    match c {
        '\u{fe0f}' => usize::from(before == 1),
        c => c.width().unwrap_or(1),
    }
}

/// Marks that must not begin a line (JIS X 4051 and the like).
fn is_closing(c: char) -> bool {
    "、。，．・：；？！）］｝」』】〉》〕〗〙〟’”»゛゜ヽヾゝゞ々ーァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎゕゖ…‥—～%％℃)]},.!?:;"
        .contains(c)
}

/// Marks that must not end a line.
fn is_opening(c: char) -> bool {
    "（［｛「『【〈《〔〖〘〝‘“«￥＄#＃([{$".contains(c)
}

/// Whether a line may end between two characters that no space parts.
fn may_break(a: char, b: char) -> bool {
    (is_cjk(a) || is_cjk(b)) && !is_opening(a) && !is_closing(b) && !is_joined(b) && a != '\u{200d}'
}

/// Characters that belong to the one before.
fn is_joined(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
        || c.width() == Some(0)
        || unicode_normalization::char::is_combining_mark(c)
}

/// Addresses are never broken: nobody could follow them.
pub fn is_address(word: &str) -> bool {
    word.contains("://") || word.contains("mailto:")
}

/// The pieces of a word that must stay whole.
fn atoms(word: &str) -> Vec<&str> {
    if word.is_ascii() || is_address(word) {
        return vec![word];
    }
    let mut out = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in word.char_indices() {
        if before.is_some_and(|before| may_break(before, c)) {
            out.push(&word[start..at]);
            start = at;
        }
        before = Some(c);
    }
    out.push(&word[start..]);
    out
}

/// A text without line ends as lines of at most `columns`; true: the paragraph goes on, so the line may be joined with
/// the next. A line keeps the space that it was broken at only beside a CJK character, where one isn't a matter of course.
pub fn wrap(text: &str, columns: usize) -> Vec<(String, bool)> {
    let columns = columns.max(8);
    let mut lines: Vec<(String, bool)> = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut space = usize::from(!line.is_empty());
        for atom in atoms(word) {
            let wide = width(atom);
            if !line.is_empty() && used + space + wide > columns {
                let edge = line.chars().next_back().is_some_and(is_cjk) || atom.chars().next().is_some_and(is_cjk);
                if space == 1 && edge {
                    line.push(' ');
                }
                lines.push((std::mem::take(&mut line), true));
                (used, space) = (0, 0);
            }
            if space == 1 {
                line.push(' ');
                used += 1;
                space = 0;
            }
            if line.is_empty() && wide > columns && !is_address(atom) {
                used = push_long(&mut lines, &mut line, atom, columns);
                continue;
            }
            line.push_str(atom);
            used += wide;
        }
    }
    if !line.is_empty() {
        lines.push((line, false));
    }
    lines
}

/// A word that is longer than a line is broken where the line ends; such a break can't be undone, so it's no soft one.
fn push_long(lines: &mut Vec<(String, bool)>, line: &mut String, word: &str, columns: usize) -> usize {
    let (mut used, mut before) = (0, 0);
    // Where the last letter with its marks begins, and how wide the line is up to there.
    let mut letter = (0, 0);
    for c in word.chars() {
        let wide = char_width(c, before);
        if !is_joined(c) {
            letter = (line.len(), used);
        }
        if used + wide > columns && !line.is_empty() {
            let (at, columns_before) = if letter.0 == 0 { (line.len(), used) } else { letter };
            let rest = line.split_off(at);
            lines.push((std::mem::replace(line, rest), false));
            used -= columns_before;
            letter = (0, 0);
        }
        line.push(c);
        used += wide;
        before = wide;
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, columns: usize) -> Vec<String> {
        wrap(text, columns).into_iter().map(|(line, soft)| format!("{line}{}", if soft { "~" } else { "" })).collect()
    }

    #[test]
    fn words_stay_whole_and_lines_fit() {
        assert_eq!(lines("one two three four", 9), ["one two~", "three~", "four"]);
        assert_eq!(lines("", 9), [""; 0]);
        assert_eq!(lines("abcdefghijklm no", 9), ["abcdefghi", "jklm no"]);
        assert_eq!(lines("see https://example.org/long/path ok", 9), ["see~", "https://example.org/long/path~", "ok"]);
        assert_eq!(lines("\u{202e} 12345678", 8), ["\u{202e}~", "12345678"], "what has no width still has a space after it");
        assert_eq!(lines("a\u{a0}b c\u{202f}d e", 8), ["a\u{a0}b c\u{202f}d~", "e"]);
    }

    #[test]
    fn cjk_lines_are_broken_anywhere_but_before_closing_marks() {
        assert_eq!(lines("今日は良い天気です。", 8), ["今日は良~", "い天気で~", "す。"]);
        assert_eq!(lines("これは「本」です", 8), ["これは~", "「本」で~", "す"]);
        assert_eq!(lines("用 rust 写 code", 8), ["用 rust ~", "写 code"]);
    }

    #[test]
    fn columns_are_counted_not_characters() {
        assert_eq!((width("日本"), width("e\u{301}"), width("❤\u{fe0f}"), width("a")), (4, 1, 2, 1));
        assert_eq!(lines(&"😀".repeat(5), 8), ["😀😀😀😀", "😀"]);
        assert_eq!(lines("aaaaaaaxெ", 8), ["aaaaaaa", "xெ"], "a mark stays with its letter");
        assert_eq!(lines(&"e\u{301}".repeat(9), 8), ["e\u{301}".repeat(8), "e\u{301}".into()]);
    }
}
