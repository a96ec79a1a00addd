//! Typographic quotes, dashes and ellipses as jekyll-feed and Pelican write them in titles: a publisher who moves here keeps the
//! titles that readers know.

/// `"It's..."` → `“It’s…”`.
pub fn smarten(text: &str) -> String {
    let text = text.replace("---", "—").replace("--", "–").replace("...", "…");
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if !matches!(c, '\'' | '"') {
            out.push(c);
            continue;
        }
        let before = out.chars().next_back();
        let next = chars.peek().map(|(_, next)| *next);
        let is_start = before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '{' | '-' | '–' | '—' | '“' | '‘'));
        // `'80s` has lost its century, not been quoted.
        let is_decade = c == '\'' && is_decade(&text[at + 1..]);
        let opens = is_start && !is_decade && next.is_some_and(|next| !next.is_whitespace());
        out.push(match (c, opens) {
            ('"', true) => '“',
            ('"', false) => '”',
            (_, true) => '‘',
            (_, false) => '’',
        });
    }
    out
}

fn is_decade(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, b's', ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::smarten;

    #[test]
    fn marks_turn_by_what_stands_around_them() {
        for (text, expected) in [
            ("Jekyll's Mid-Life", "Jekyll’s Mid-Life"),
            ("3.4.1, or \"Unintended Consequences\"", "3.4.1, or “Unintended Consequences”"),
            ("\"'Quoted' words in a larger quote.\"", "“‘Quoted’ words in a larger quote.”"),
            ("the '80s (\"then\")", "the ’80s (“then”)"),
            ("Err... a -- b --- c", "Err… a – b — c"),
            ("plain", "plain"),
            ("\"", "”"),
        ] {
            assert_eq!(smarten(text), expected);
        }
    }
}
