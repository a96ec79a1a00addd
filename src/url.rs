//! Web addresses: made absolute, and written with the characters that RFC 3986 allows.

use std::borrow::Cow;
use std::fmt::Write;
use url::{Host, Url};

/// The absolute web address that `text` means below `base`; `None` if it is no http or https address.
pub fn web(base: &Url, text: &str) -> Option<String> {
    let url = base.join(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| strict(url.as_str()))
}

/// Whether an address is whole and in its usual form, so that a parser would change nothing: nearly all links are, and
/// parsing takes longer than anything else about them.
pub fn is_usual(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else { return false };
    let Some((host, path)) = rest.split_once('/') else { return false };
    let is_label = |label: &str| {
        let inside = label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        // Other scripts' names are checked, and a last label of digits makes an address of numbers.
        !label.is_empty() && inside && !label.starts_with("xn--")
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.len() < 254
        && host.split('.').all(is_label)
        && last.bytes().all(|byte| byte.is_ascii_lowercase())
        && !path.starts_with('.')
        && !path.contains("/.")
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~/.!$&()*+,;=:@?#".contains(&byte))
}

/// Percent-encodes what no URI holds (RFC 3986, appendix A). The URL standard of browsers lets some of it stand, and
/// validators of feeds don't.
pub fn strict(url: &str) -> String {
    // Brackets stand around an IPv6 address and nowhere else.
    let host_end = url.find("://").map_or(0, |at| at + 3 + url[at + 3..].find(['/', '?', '#']).unwrap_or(url.len() - at - 3));
    let mut has_fragment = false;
    encode(url, |at, byte| {
        let is_bracket = at < host_end && matches!(byte, b'[' | b']');
        let is_fragment = byte == b'#' && !has_fragment;
        has_fragment |= is_fragment;
        b"-._~:/?@!$&'()*+,;=".contains(&byte) || is_bracket || is_fragment
    })
}

/// Percent-encodes what a path may not hold (RFC 3986, section 3.3); what is encoded already stays.
pub fn encode_path(path: &str) -> String {
    if path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_')) {
        return path.to_owned();
    }
    encode(path, |_, byte| b"/-._~!$&'()*+,;=:@".contains(&byte))
}

/// The path that a percent-encoded one means; one that is no UTF-8 stays as it is.
pub fn decode_path(path: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(path).decode_utf8().unwrap_or(Cow::Borrowed(path))
}

/// A mail domain in its ASCII form (IDNA A-labels, lower case); `None` for addresses of the network and for what no host can
/// be called (RFC 5321, section 4.1.2).
pub fn ascii_domain(domain: &str) -> Option<String> {
    // The host parser decodes percent signs, which no mail system does.
    if domain.contains(['%', '@', '/', '?', '#']) {
        return None;
    }
    let Host::Domain(ascii) = Host::parse(domain).ok()? else { return None };
    let is_label = |label: &str| {
        let inside = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (1..=63).contains(&label.len()) && inside && !label.starts_with('-') && !label.ends_with('-')
    };
    (ascii.len() <= 253 && ascii.split('.').all(is_label)).then_some(ascii)
}

fn encode(text: &str, mut is_plain: impl FnMut(usize, u8) -> bool) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    for (at, byte) in bytes.iter().copied().enumerate() {
        let is_escape = byte == b'%' && bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        if byte.is_ascii_alphanumeric() || is_escape || is_plain(at, byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_absolute() {
        let base = Url::parse("https://example.org/news/").unwrap();
        assert_eq!(web(&base, "a b.png").as_deref(), Some("https://example.org/news/a%20b.png"));
        assert_eq!(web(&base, " https://été.example/é ").as_deref(), Some("https://xn--t-9fab.example/%C3%A9"));
        assert_eq!(web(&base, "//cdn.example/x|y?a[]={}#^#").as_deref(), Some("https://cdn.example/x%7Cy?a%5B%5D=%7B%7D#%5E%23"));
    }

    #[test]
    fn only_web_addresses_are_given() {
        let base = Url::parse("https://example.org/").unwrap();
        for text in ["javascript:alert(1)", "data:text/html,x", "mailto:a@example.org", "https://", "file:///etc/passwd"] {
            assert_eq!(web(&base, text), None, "{text}");
        }
    }

    #[test]
    fn a_percent_sign_that_escapes_nothing_is_escaped() {
        assert_eq!(strict("https://example.org/100%/%C3%A9%zz%4"), "https://example.org/100%25/%C3%A9%25zz%254");
    }

    #[test]
    fn an_address_that_is_right_stays() {
        for url in ["https://[::1]:8080/a/%7Cb?c=d&e=f#g", "https://example.org", "tag:example.org,2024-05-01:/a/", "urn:isbn:1"] {
            assert_eq!(strict(url), url);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_usual_is_what_a_parser_makes_of_it(
            url in "https?://[a-z0-9.:@-]{1,9}(/[a-z0-9.%?#&=~:+/-]{0,9}){0,3}",
        ) {
            if is_usual(&url) {
                proptest::prop_assert_eq!(Url::parse(&url).map(String::from), Ok(url.clone()));
            }
        }
    }

    #[test]
    fn usual_addresses_are_told() {
        for url in ["https://example.org/", "http://a.b-c.example/x/y.html?q=1&r#z", "https://localhost/"] {
            assert!(is_usual(url), "{url}");
        }
        for url in [
            "https://example.org",
            "https://Example.org/",
            "https://x.org/a/../b",
            "https://x.org/é",
            "https://1.2.3.4/",
            "https://x.org:443/",
            "/x",
            "https://xn--a/",
            "https://x..y/",
            "https://a@b.org/",
            "ftp://x.org/",
        ] {
            assert!(!is_usual(url), "{url}");
        }
    }

    #[test]
    fn mail_domains_have_one_form() {
        assert_eq!(ascii_domain("Bücher.Example").as_deref(), Some("xn--bcher-kva.example"));
        for bad in ["", "a..b", "-a.example", "a_b.example", "[::1]", "192.0.2.1", "a%2eb.example", "a/b", "a\r\nBcc: x"] {
            assert_eq!(ascii_domain(bad), None, "{bad:?}");
        }
    }
}
