//! Lines as RFC 3676 text: `format=flowed`, with quoting and space-stuffing, which differ for the same character.

use crate::body::Line;
use crate::body::words::is_cjk;

/// The text with line feeds. `delsp`: the part is sent with `delsp=yes`, where the last space of a flowed line is no part
/// of the text (section 4.1), so that lines of scripts without spaces can be joined.
pub fn to_flowed(lines: &[Line], delsp: bool) -> String {
    let mut out = String::with_capacity(lines.iter().map(|line| line.text.len() + 3).sum());
    for (at, line) in lines.iter().enumerate() {
        let text = line.text.trim_end_matches(' ');
        for _ in 0..line.quote {
            out.push('>');
        }
        // Section 4.4: a quoted line needs the space to end its marks, another one where it would be taken for something else.
        let is_stuffed = if line.quote > 0 { !text.is_empty() } else { text.starts_with([' ', '>']) || text.starts_with("From ") };
        if is_stuffed {
            out.push(' ');
        }
        out.push_str(text);
        let next = lines.get(at + 1).filter(|next| next.quote == line.quote);
        // `-- ` is the mark of a signature, never a flowed line (section 4.3).
        if line.flowed
            && text != "--"
            && let Some(next) = next
        {
            let has_space = line.text.ends_with(' ');
            let is_cjk_edge = text.chars().next_back().is_some_and(is_cjk) || next.text.chars().next().is_some_and(is_cjk);
            let ends = match (delsp, has_space || !is_cjk_edge) {
                (true, true) => "  ",
                // Without DelSp the space would be read between two CJK characters: the line is a fixed one then.
                (false, false) => "",
                (true, false) | (false, true) => " ",
            };
            out.push_str(ends);
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quote: usize, flowed: bool, text: &str) -> Line {
        Line { quote, flowed, text: text.into() }
    }

    #[test]
    fn flowed_lines_end_in_a_space() {
        let lines = [line(0, true, "one"), line(0, false, "two"), line(0, true, "--"), line(0, true, "last")];
        assert_eq!(to_flowed(&lines, false), "one \ntwo\n--\nlast\n");
        assert_eq!(to_flowed(&lines, true), "one  \ntwo\n--\nlast\n");
    }

    #[test]
    fn what_would_be_misread_is_stuffed() {
        let lines = [line(0, false, " x"), line(0, false, "> x"), line(0, false, "From me"), line(0, false, "Fromage"), line(0, false, "")];
        assert_eq!(to_flowed(&lines, false), "  x\n > x\n From me\nFromage\n\n");
    }

    #[test]
    fn quoted_lines_have_their_marks_together() {
        let lines = [line(1, true, "a"), line(1, false, "b"), line(2, false, "> c"), line(1, false, "")];
        assert_eq!(to_flowed(&lines, false), "> a \n> b\n>> > c\n>\n");
        assert_eq!(to_flowed(&[line(1, true, "a"), line(0, false, "b")], false), "> a\nb\n", "a flowed line never joins another depth");
    }

    #[test]
    fn cjk_lines_flow_only_where_the_space_is_deleted() {
        let lines = [line(0, true, "今日は"), line(0, true, "良い "), line(0, false, "code")];
        assert_eq!(to_flowed(&lines, true), "今日は \n良い  \ncode\n");
        assert_eq!(to_flowed(&lines, false), "今日は\n良い \ncode\n");
    }
}
