//! The plain text part: its views are blocks of RFC 3676 text, without their last line feed.

use super::slots::is_marked;
use super::views::ContentsGroup;
use crate::body::{Line, to_flowed, wrap_item, wrap_text};
use unicode_width::UnicodeWidthStr;

/// Columns of a line.
const COLUMNS: usize = 72;

/// The title, between two lines that are as wide as it is read by everyone, `as_read`: its markers are wider.
pub fn title(text: &str, as_read: &str, delsp: bool) -> String {
    boxed(&format!("{}\n{}", block(&wrap_text(text), delsp), rule(as_read, '=')))
}

/// The heading of a group of entries, between two lines that are lighter than the title's.
pub fn group(text: &str, delsp: bool) -> String {
    boxed(&ruled(text, '-', delsp))
}

/// The table of contents: its heading, with a line under it as those of bodies have, and the titles by their groups.
pub fn contents(heading: &str, groups: &[ContentsGroup], delsp: bool) -> String {
    let mut lines = Vec::new();
    for group in groups {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(wrap_text(&group.name).into_iter().filter(|line| !line.text.is_empty()));
        lines.extend(group.entries.iter().flat_map(|entry| wrap_item(&entry.title)));
    }
    format!("{}\n\n{}", ruled(heading, '-', delsp), block(&lines, delsp))
}

/// An entry's title with a line under it, as wide as its widest line; the body's own headings have `-` there.
pub fn heading(text: &str, delsp: bool) -> String {
    ruled(text, '=', delsp)
}

/// The line that stands under a heading stands above it as well.
fn boxed(under: &str) -> String {
    match under.rfind('\n') {
        Some(end) => format!("{}\n{under}", &under[end + 1..]),
        None => under.to_owned(),
    }
}

fn ruled(text: &str, mark: char, delsp: bool) -> String {
    format!("{}\n{}", block(&wrap_text(text), delsp), rule(text, mark))
}

fn rule(text: &str, mark: char) -> String {
    let width = wrap_text(text).iter().map(|line| line.text.trim_end().width()).max().unwrap_or(0).clamp(3, COLUMNS);
    String::from(mark).repeat(width)
}

/// A paragraph, which may hold markers of slots.
pub fn paragraph(text: &str, delsp: bool) -> String {
    // A word that is longer than a line is broken within; a marker must not be.
    let is_fragile = text.split(' ').any(|word| is_marked(word) && word.width() > COLUMNS);
    let lines = if is_fragile { vec![Line { text: text.to_owned(), ..Line::default() }] } else { wrap_text(text) };
    block(&lines, delsp)
}

/// Lines as text.
pub fn block(lines: &[Line], delsp: bool) -> String {
    let mut text = to_flowed(lines, delsp);
    text.truncate(text.trim_end_matches('\n').len());
    text
}

#[cfg(test)]
mod tests {
    use super::super::slots::{Context, Markers};
    use super::super::views::ContentsEntry;
    use super::*;

    #[test]
    fn titles_are_ruled_as_wide_as_they_are() {
        assert_eq!(heading("Hello", false), "Hello\n=====");
        assert_eq!(heading("港の灯台", true), "港の灯台\n========");
        assert_eq!(heading("", false), "\n===");
        assert_eq!(heading("> x", false), " > x\n===");
        let long = heading(&"word ".repeat(40), false);
        assert_eq!(long.lines().last().unwrap().len(), 69, "{long}");
        assert_eq!(title("News", "News", false), "====\nNews\n====");
        assert_eq!(title("For \u{10FFF0}ab0\u{10FFF1}", "For you", false), "=======\nFor \u{10FFF0}ab0\u{10FFF1}\n=======");
    }

    #[test]
    fn groups_are_ruled_lighter_than_the_title() {
        assert_eq!(group("a = b", false), "-----\na = b\n-----");
    }

    #[test]
    fn contents_are_lists_by_group() {
        let entry = |title: &str| ContentsEntry { title: title.into(), language: "en".into(), anchor: "entry-1".into() };
        let of =
            |name: &str, titles: &[&str]| ContentsGroup { name: name.into(), entries: titles.iter().map(|title| entry(title)).collect() };
        assert_eq!(contents("In it", &[of("", &["One", "Two"])], false), "In it\n-----\n\n- One\n- Two");
        let long = ["word"; 20].join(" ");
        let text = contents("In it", &[of("News", &["One"]), of("More", &[&long])], false);
        let wrapped = format!("- {}\n   {}", ["word"; 14].join(" "), ["word"; 6].join(" "));
        assert_eq!(text, format!("In it\n-----\n\nNews\n- One\n\nMore\n{wrapped}"));
    }

    #[test]
    fn a_paragraph_flows() {
        let text = paragraph(&"word ".repeat(20), false);
        assert_eq!(text, format!("{} \n{}", ["word"; 14].join(" "), ["word"; 6].join(" ")));
    }

    #[test]
    fn no_marker_is_broken() {
        for around in ["", "x", "灯", "灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯灯", "word ", &"x".repeat(100)]
        {
            let mut markers = Markers::new(std::iter::empty());
            let text = markers.mark_text(&format!("{around}{{{{ subscriber.name }}}}{around}"), Context::Text, str::to_owned);
            assert_eq!(markers.cut(&paragraph(&text, false)).slot_count(), 1, "{around}");
        }
    }
}
