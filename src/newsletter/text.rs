//! The plain text part: its views are blocks of RFC 3676 text.

use crate::body::Line;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a line.
const COLUMNS: usize = 72;

/// A title with a line under it, as wide as its widest line.
pub fn heading(title: &str, under: char, delsp: bool) -> String {
    let lines = wrap(title);
    let width = lines.iter().map(|line| line.text.trim_end().width()).max().unwrap_or(0).clamp(3, COLUMNS);
    let rule = std::iter::repeat_n(under, width).collect::<String>();
    format!("{}\n{rule}", block(&lines, delsp))
}

/// A paragraph.
pub fn paragraph(text: &str, delsp: bool) -> String {
    block(&wrap(text), delsp)
}

/// Lines as text without an end.
pub fn block(lines: &[Line], delsp: bool) -> String {
    let mut out = String::new();
    for line in lines {
        let quote = ">".repeat(line.quote);
        let text = if line.flowed { line.text.as_str() } else { line.text.trim_end() };
        let stuffing = line.quote > 0 || text.starts_with([' ', '>']) || text.starts_with("From ");
        out.push_str(&quote);
        out.push_str(if stuffing && !text.is_empty() { " " } else { "" });
        out.push_str(text);
        out.push_str(if line.flowed && delsp { " \n" } else { "\n" });
    }
    out.trim_end_matches('\n').to_owned()
}

/// Breaks a paragraph at spaces, and between characters of scripts that have none.
fn wrap(text: &str) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    let mut width = 0;
    for word in text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()).flat_map(split_wide) {
        let wide = word.trim_end().width();
        if width > 0 && width + wide > COLUMNS {
            if let Some(last) = lines.last_mut() {
                last.flowed = true;
            }
            lines.push(Line::default());
            width = 0;
        }
        if let Some(last) = lines.last_mut() {
            last.text.push_str(&word);
        }
        width += word.width();
    }
    lines
}

/// A word with its space; or, where it is too long for a line and its script has no spaces, its characters.
fn split_wide(word: &str) -> Vec<String> {
    let is_wide = |c: char| c.width() == Some(2);
    if word.width() <= COLUMNS || !word.chars().any(is_wide) {
        return vec![format!("{word} ")];
    }
    let mut pieces: Vec<String> = word.chars().map(String::from).collect();
    if let Some(last) = pieces.last_mut() {
        last.push(' ');
    }
    pieces
}
