//! Bare web and mail addresses in text (GFM, section 6.9), which the Markdown parser leaves as text.

use super::words::is_cjk;

/// An address in a text: where it starts and ends, and what it leads to.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    pub start: usize,
    pub end: usize,
    pub target: String,
}

/// Whether a look is worthwhile. No branch in the loop, so that many bytes are compared at once.
pub fn may_have_links(bytes: &[u8]) -> bool {
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    pairs.fold(false, |found, (a, b)| found | (*a == b'@') | ((*a == b':') & (*b == b'/')) | ((*a == b'w') & (*b == b'w')))
}

/// The addresses in a text, in one pass.
pub fn links(text: &str) -> impl Iterator<Item = Link> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let bytes = text.as_bytes();
        let mut at = from;
        while at < bytes.len() {
            let found = match bytes[at] {
                b':' => web(text, from, at),
                b'w' => www(text, at),
                b'@' => mailbox(text, from, at),
                _ => None,
            };
            if let Some(link) = found {
                from = link.end;
                return Some(link);
            }
            at += 1;
        }
        from = bytes.len();
        None
    })
}

/// `http://…` and `https://…`, whose colon stands at `at`.
fn web(text: &str, from: usize, at: usize) -> Option<Link> {
    let host = text[at..].strip_prefix("://")?;
    let scheme = ["https", "http"].into_iter().find(|scheme| text[from..at].ends_with(scheme))?;
    let start = at - scheme.len();
    (may_start(text, start) && is_host(host, false)).then(|| {
        let end = start + url_length(&text[start..]);
        Link { start, end, target: text[start..end].to_owned() }
    })
}

fn www(text: &str, start: usize) -> Option<Link> {
    (text[start..].starts_with("www.") && may_start(text, start) && is_host(&text[start..], true)).then(|| {
        let end = start + url_length(&text[start..]);
        Link { start, end, target: format!("https://{}", &text[start..end]) }
    })
}

/// A mail address whose `@` stands at `at`: ASCII, with a dot in its host.
fn mailbox(text: &str, from: usize, at: usize) -> Option<Link> {
    let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_+".contains(byte);
    // A local part has at most 64 octets (RFC 5321, section 4.5.3.1), a host 255.
    let length = text.as_bytes()[from..at].iter().rev().take(65).take_while(|byte| is_local(byte)).count();
    let start = at - length;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
    let host = &text[at + 1..];
    let host = host[..host.bytes().take(256).take_while(is_name).count()].trim_end_matches('.');
    let end = at + 1 + host.len();
    let is_host = host.contains('.') && !host.ends_with(['-', '_']) && !host.starts_with('.');
    // `git@host:path` and `user:password@host` are no mailboxes.
    let is_whole = !text[..start].ends_with(['/', ':', '@', '!']) && !text[end..].starts_with([':', '@', '/']);
    ((1..=64).contains(&length) && host.len() < 256 && is_host && is_whole).then(|| Link {
        start,
        end,
        target: format!("mailto:{}", &text[start..end]),
    })
}

/// A space, a bracket, or a character of a script without spaces may stand before an address.
fn may_start(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(|c| {
        c.is_whitespace()
            || matches!(c, '*' | '_' | '~' | '(' | '[' | '"' | '\'' | '«' | '“' | '‘' | ':' | ',')
            || !c.is_ascii() && !c.is_alphabetic()
            || is_cjk(c)
    })
}

/// Whether a text begins with the name of a host (at most 253 octets, RFC 1035).
fn is_host(text: &str, needs_dot: bool) -> bool {
    let length = text.chars().take(254).take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@')).map(char::len_utf8).sum();
    let host = text[..length].trim_end_matches(['.', '-', '_']);
    host.contains(char::is_alphanumeric) && (!needs_dot || host.trim_start_matches("www.").contains('.'))
}

const END_OF_SENTENCE: [char; 12] = ['?', '!', '.', ',', ':', ';', '*', '_', '~', '\'', '’', '…'];

/// Quotation marks and CJK punctuation end an address.
fn ends_url(c: char) -> bool {
    matches!(c, '“' | '”' | '«' | '»' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
}

/// How long the address is: up to a space, without the sentence's punctuation and brackets.
fn url_length(text: &str) -> usize {
    let stop = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"') || ends_url(c);
    let mut url = &text[..text.find(stop).unwrap_or(text.len())];
    let mut open = url.matches('(').count() as isize - url.matches(')').count() as isize;
    let has_bracket = url.contains('[');
    loop {
        let shorter = url.trim_end_matches(END_OF_SENTENCE);
        let shorter = match shorter.strip_suffix(')') {
            Some(inner) if open < 0 => {
                open += 1;
                inner
            }
            _ => shorter.strip_suffix(']').filter(|_| !has_bracket).unwrap_or(shorter),
        };
        if shorter.len() == url.len() {
            return url.len();
        }
        url = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        assert!(may_have_links(text.as_bytes()) || links(text).next().is_none(), "{text}");
        links(text).map(|link| &text[link.start..link.end]).collect()
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
            ("[https://x.org].", "https://x.org"),
        ] {
            assert_eq!(found(text), [url], "{text}");
        }
        assert_eq!(links("at www.x.org").next().map(|link| link.target).as_deref(), Some("https://www.x.org"));
        for text in ["https://", "xhttps://x.org", "www.", "awww.x.org", "http: //x.org", "www.x", "http://%http://%"] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn mailboxes_are_found_where_they_are_whole() {
        let targets = |text: &str| links(text).map(|link| link.target).collect::<Vec<_>>();
        assert_eq!(targets("write to ann+x@mail.example.org."), ["mailto:ann+x@mail.example.org"]);
        assert_eq!(targets("a@b.org or https://x.org"), ["mailto:a@b.org", "https://x.org"]);
        assert_eq!(targets("https://x.org/@ann@b.org"), ["https://x.org/@ann@b.org"]);
        for text in ["git@host.org:a/b", "@ann@social.example", "a@b", "@", "a@b.org@c"] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_texts_take_time_by_their_length() {
        // Where the time grew with the square, this would run for minutes.
        for (piece, expected) in
            [("http://%", 0), ("a@b.c ", 40_000), ("x://", 0), ("www.,", 0), ("https://x.org/)", 1), ("@", 0), (")", 0)]
        {
            assert_eq!(links(&piece.repeat(40_000)).count(), expected, "{piece}");
            assert!(links(&format!("https://x.org/{}", piece.repeat(40_000))).count() >= 1, "{piece}");
        }
    }
}
