//! Bare web addresses in text (GFM, section 6.9), which the Markdown parser leaves as text.

/// The first address in a text: where it starts and ends.
pub fn find_url(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = next_prefix(text, from) {
        let (start, prefix) = found;
        let before = text[..start].chars().next_back();
        // A space, a bracket, or a character of a script without spaces may stand before it.
        let may_start = before.is_none_or(|c| {
            c.is_whitespace()
                || matches!(c, '*' | '_' | '~' | '(' | '[' | '"' | '\'' | '«' | '“' | '‘' | ':' | ',')
                || !c.is_ascii() && !c.is_alphabetic()
        }) || before.is_some_and(|c| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}'));
        let end = start + url_len(&text[start..]);
        let host = &text[(start + prefix).min(end)..end];
        if may_start && is_host(host, prefix == 0) {
            return Some((start, end));
        }
        from = start + 1;
    }
    None
}

/// The next place where an address may begin, and the length of its scheme.
fn next_prefix(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let web = rest.find("://").and_then(|at| {
        ["https", "http"].iter().find(|scheme| rest[..at].ends_with(**scheme)).map(|scheme| (from + at - scheme.len(), scheme.len() + 3))
    });
    let www = rest.find("www.").map(|at| (from + at, 0));
    match (web, www) {
        (Some(web), Some(www)) => Some(if web.0 <= www.0 { web } else { www }),
        (web, www) => web.or(www).or_else(|| {
            // Another scheme stood first.
            let at = from + rest.find("://")?;
            next_prefix(text, at + 3)
        }),
    }
}

fn is_host(text: &str, needs_dot: bool) -> bool {
    let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let is_name = !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@'));
    is_name && (!needs_dot || host.matches('.').count() > 1 || host.trim_start_matches("www.").contains('.'))
}

/// How long the address is: up to a space, without the sentence's punctuation.
fn url_len(text: &str) -> usize {
    let stop = |c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | '"' | '“' | '”' | '«' | '»' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
    };
    let mut url = &text[..text.find(stop).unwrap_or(text.len())];
    loop {
        let shorter = url.trim_end_matches(['?', '!', '.', ',', ':', ';', '*', '_', '~', '\'', '’', '…']);
        let shorter = match shorter.strip_suffix(')') {
            Some(inner) if shorter.matches(')').count() > shorter.matches('(').count() => inner,
            _ => shorter.strip_suffix(']').filter(|inner| !inner.contains('[')).unwrap_or(shorter),
        };
        if shorter.len() == url.len() {
            return url.len();
        }
        url = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::find_url;

    fn found(text: &str) -> Option<&str> {
        find_url(text).map(|(start, end)| &text[start..end])
    }

    #[test]
    fn addresses_end_where_the_sentence_goes_on() {
        for (text, url) in [
            ("see https://x.org/a.", "https://x.org/a"),
            ("(https://x.org/a_(b))", "https://x.org/a_(b)"),
            ("at www.x.org, they", "www.x.org"),
            ("http://localhost:80/?q=1&r=2!", "http://localhost:80/?q=1&r=2"),
            ("参见https://x.org/路径。", "https://x.org/路径"),
            ("ftp://a and https://b.org", "https://b.org"),
        ] {
            assert_eq!(found(text), Some(url), "{text}");
        }
        for text in ["https://", "xhttps://x.org", "www.", "awww.x.org", "http: //x.org"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
