//! Addresses and ids as headers hold them.

use super::ComposeError;
use crate::url::ascii_domain;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lettre::Address;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use url::Url;

/// The Message-ID, angle brackets included: the same for the same issue (with the name of its list) and recipient, so that a message sent twice
/// is seen once. Addresses that differ in case are one recipient.
pub fn message_id(issue: &str, address: &str, domain: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(issue.as_bytes());
    hash.update([0]);
    hash.update(address.to_lowercase().as_bytes());
    let left: String = URL_SAFE_NO_PAD.encode(hash.finalize()).chars().take(32).collect();
    format!("<{left}@{}>", ascii_domain(domain).unwrap_or_else(|| "localhost".to_owned()))
}

/// The sender's address, its domain in the ASCII form. A local part that isn't ASCII is refused: then every message would need
/// SMTPUTF8 of every server.
pub fn read_address(field: &str, text: &str) -> Result<Address, ComposeError> {
    read(field, text).and_then(|address| match address.user().is_ascii() {
        true => Ok(address),
        false => Err(ComposeError::Address { field: field.to_owned(), value: text.to_owned() }),
    })
}

/// A recipient's address, its domain in the ASCII form. A local part that isn't ASCII stands in the header as it is (RFC 6532,
/// section 3.2), and the message goes to servers that offer SMTPUTF8.
pub fn read_recipient(field: &str, text: &str) -> Result<Address, ComposeError> {
    read(field, text)
}

fn read(field: &str, text: &str) -> Result<Address, ComposeError> {
    let fault = || ComposeError::Address { field: field.to_owned(), value: text.to_owned() };
    let (local, domain) = text.rsplit_once('@').ok_or_else(fault)?;
    let is_text = |c: char| c.is_ascii_graphic() || !c.is_ascii() && !c.is_control() && !c.is_whitespace();
    let is_safe = |c: char| is_text(c) && !matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '\\' | '"' | '[' | ']' | '@');
    // RFC 5321, section 4.5.3.1: 64 octets before the @, 254 in all.
    if local.is_empty() || local.len() > 64 || !local.chars().all(is_safe) {
        return Err(fault());
    }
    let domain = ascii_domain(domain).filter(|domain| local.len() + 1 + domain.len() <= 254).ok_or_else(fault)?;
    Address::new(local, domain).map_err(|_| fault())
}

/// Where one recipient leaves the list. What can't be read as a URL gets the token at its end as it is.
pub fn unsubscribe_url(base: &str, token: &str) -> String {
    match Url::parse(base) {
        Ok(mut url) => {
            url.query_pairs_mut().append_pair("t", token);
            url.into()
        }
        Err(_) => format!("{base}?t={token}"),
    }
}

/// The token of such a link, of its query, or as it is: what [`unsubscribe_url`] has appended is the last `t`.
pub fn token_of(link: &str) -> String {
    let link = link.split('#').next().unwrap_or_default();
    let query = link.split_once('?').map_or(link, |(_, query)| query);
    let token = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == "t").last();
    token.map_or_else(|| link.to_owned(), |(_, token)| token.into_owned())
}

/// The same by mail. The token is in the subject, since people write from other addresses than the one that is on the list.
pub fn unsubscribe_mailto(address: &Address, token: &str) -> String {
    // RFC 6068, section 2: what else an address may hold would end it, or start a header.
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'+').remove(b'@');
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    format!("mailto:{}?subject=unsubscribe%20{}", encode(address.as_ref()), encode(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_whatever_names_it() {
        for base in ["https://example.org/u", "https://example.org/u?list=1#x", "https://t=1.example/t=2/u?t=3&at=4", "not a url"] {
            let link = unsubscribe_url(base, "A-_b.c");
            assert_eq!(token_of(&link), "A-_b.c", "{link}");
            assert_eq!(token_of(link.split_once('?').unwrap().1), "A-_b.c", "{link}");
        }
        assert_eq!(token_of("A-_b.c"), "A-_b.c");
    }

    #[test]
    fn the_message_id_names_issue_and_recipient() {
        let id = message_id("2026-W07", "a@example.net", "example.org");
        assert!(id.starts_with('<') && id.ends_with("@example.org>") && id.len() == 46, "{id}");
        assert_eq!(id, message_id("2026-W07", "A@Example.NET", "example.org"));
        assert_ne!(id, message_id("2026-W08", "a@example.net", "example.org"));
        assert_ne!(id, message_id("2026-W07", "b@example.net", "example.org"));
        assert_ne!(message_id("a", "bc", "x.org"), message_id("ab", "c", "x.org"));
        assert!(message_id("i", "a@b.c", "bücher.example\r\nBcc: x").ends_with("@localhost>"));
        assert!(message_id("i", "a@b.c", "bücher.example").ends_with("@xn--bcher-kva.example>"));
    }

    #[test]
    fn addresses_that_break_out_are_refused() {
        for bad in [
            "",
            "@",
            "a",
            "a@",
            "@b.c",
            "a b@c.d",
            "a@b.c\r\nBcc: x@y.z",
            "a@b.c>",
            "<a@b.c",
            "a@b.c, d@e.f",
            "a\u{0}@b.c",
            "\"a\"@b.c",
            "é@b.c",
            "a@b@c.d",
            "a@b..c",
            "a@[127.0.0.1]",
            "a@1.2.3.4",
            "a@b.c d",
            "(c)a@b.c",
        ] {
            assert!(read_address("to", bad).is_err(), "{bad:?}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        assert!(read_address("to", &long).is_err());
    }

    #[test]
    fn good_addresses_stay() {
        for good in ["a@example.org", "o'neil+news=x@sub.example.org", "a.b@localhost"] {
            assert_eq!(read_address("to", good).unwrap().to_string(), good);
        }
        assert_eq!(read_address("to", "x@bücher.example").unwrap().to_string(), "x@xn--bcher-kva.example");
    }

    #[test]
    fn only_recipients_may_have_other_letters() {
        assert_eq!(read_recipient("to", "jürgen@bücher.example").unwrap().to_string(), "jürgen@xn--bcher-kva.example");
        for bad in ["j\u{85}@b.c", "j\u{2028}@b.c", "é é@b.c", "é\r\nBcc: x@b.c", "é<x@b.c", "@b.c"] {
            assert!(read_recipient("to", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_token_joins_a_query() {
        assert_eq!(unsubscribe_url("https://example.org/u", "A-_b"), "https://example.org/u?t=A-_b");
        assert_eq!(unsubscribe_url("https://example.org/u?list=1#x", "A"), "https://example.org/u?list=1&t=A#x");
        assert_eq!(unsubscribe_url("https://example.org/u", "a&b\r\n>"), "https://example.org/u?t=a%26b%0D%0A%3E");
    }
}
