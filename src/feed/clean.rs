//! The last guard before the formats' crates, which write every character and every value as it comes.

use crate::body::clean_for_xml;
use crate::site::Person;
use chrono::{DateTime, Datelike, FixedOffset, Utc};
use std::borrow::Cow;

/// Text without the characters that XML forbids, its lines ended by LF: readers of XML make that of CR (section 2.11).
pub(super) fn text(raw: &str) -> Cow<'_, str> {
    let kept = clean_for_xml(raw);
    if kept.contains('\r') { Cow::Owned(kept.replace("\r\n", "\n").replace('\r', "\n")) } else { kept }
}

/// Text on one line, for titles and names. No-break spaces stay but at the ends, where readers differ in what they keep.
pub(super) fn line(raw: &str) -> String {
    let is_space = |c: char| matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let clean = text(raw);
    let words: Vec<&str> = clean.split(is_space).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    if line.starts_with(char::is_whitespace) || line.ends_with(char::is_whitespace) { line.trim().to_owned() } else { line }
}

/// [`line`], if anything can be seen of it.
pub(super) fn some_line(raw: &str) -> Option<String> {
    Some(line(raw)).filter(|text| !text.trim().is_empty())
}

/// A date as RFC 3339 and RFC 822 can write it: offsets in whole minutes (local mean times aren't), years of four digits.
pub(super) fn date(raw: DateTime<FixedOffset>) -> Option<DateTime<FixedOffset>> {
    let date = if raw.offset().local_minus_utc() % 60 == 0 { raw } else { raw.with_timezone(&Utc).fixed_offset() };
    (1..=9999).contains(&date.year()).then_some(date)
}

/// A person's mail address, if it looks like one: narrower than RFC 5322's `addr-spec`, as W3C's validator has it.
fn address(raw: &str) -> Option<String> {
    let address = raw.trim();
    let (local, domain) = address.split_once('@')?;
    let is_local = !local.is_empty() && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+.'%".contains(&byte));
    // Feeds know no internationalised addresses; the domain has a form in ASCII.
    let domain = crate::url::ascii_domain(domain).filter(|domain| domain.contains('.'))?;
    is_local.then(|| format!("{local}@{domain}"))
}

/// A person with a name on one line, an address that is one, and an absolute web address; `None` without any name.
pub(super) fn person(raw: &Person, site: &url::Url) -> Option<Person> {
    let email = raw.email.as_deref().and_then(address);
    let url = raw.url.as_deref().filter(|url| !url.trim().is_empty()).and_then(|url| crate::url::web(site, url));
    let name = some_line(&raw.name).or_else(|| email.clone()).or_else(|| url.clone())?;
    Some(Person { name, email, url })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_characters_go() {
        assert_eq!(text("a\u{0}b\u{8}c\u{b}\u{c}\u{1f}d\u{fffe}e\u{ffff}f\tg\nh\u{fffd}😀"), "abcdef\tg\nh\u{fffd}😀");
        assert_eq!(text("a\r\nb\rc\r\r\n\n"), "a\nb\nc\n\n\n");
        assert!(matches!(text("« été »"), Cow::Borrowed(_)));
    }

    #[test]
    fn lines_keep_no_break_spaces() {
        assert_eq!(line(" a\r\n\tb\u{2028}c\u{b} « d\u{202f}» \n"), "a b c « d\u{202f}»");
        assert_eq!(line("\u{a0}\u{3000}a\u{a0}b \u{202f}"), "a\u{a0}b");
        assert_eq!(some_line("\u{1}\n \u{a0}"), None);
    }

    #[test]
    fn dates_are_made_writable() {
        let odd = FixedOffset::east_opt(561).unwrap();
        let raw = DateTime::parse_from_rfc3339("1890-05-01T00:00:00Z").unwrap().with_timezone(&odd);
        assert_eq!(date(raw).unwrap().to_rfc3339(), "1890-05-01T00:00:00+00:00");
        let late = DateTime::<Utc>::MAX_UTC.fixed_offset();
        assert_eq!(date(late), None);
    }

    #[test]
    fn people_are_named() {
        let site = url::Url::parse("https://example.org/").unwrap();
        let raw = Person { name: " Ann\nLee ".into(), email: Some("ann@example.org".into()), url: Some("/ann/".into()) };
        let clean = Person { name: "Ann Lee".into(), email: Some("ann@example.org".into()), url: Some("https://example.org/ann/".into()) };
        assert_eq!(person(&raw, &site), Some(clean));
        let raw = Person { name: String::new(), email: Some("ann@example.org".into()), url: Some("javascript:x".into()) };
        let clean = Person { name: "ann@example.org".into(), email: Some("ann@example.org".into()), url: None };
        assert_eq!(person(&raw, &site), Some(clean));
        assert_eq!(person(&Person::named(" "), &site), None);
        assert_eq!(address(" ann@Été.example ").as_deref(), Some("ann@xn--t-9fab.example"));
        for bad in
            ["ann", "ann@localhost", "a/b@example.org", "@example.org", "a b@example.org", "a@b@c", "a@b..c", "a<b>@c", "a@b\r\nBcc: x"]
        {
            assert_eq!(address(bad), None, "{bad}");
        }
    }
}
