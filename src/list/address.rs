//! Addresses as RFC 5321, section 4.1.2, and RFC 6531 have them, without what no list holds.

use crate::url::ascii_domain;
use unicode_normalization::UnicodeNormalization;

/// RFC 5321, section 4.5.3.1.3: a path has 256 octets with its angle brackets.
const LONGEST: usize = 254;
/// RFC 5321, section 4.5.3.1.1.
const LONGEST_LOCAL: usize = 64;

/// An address that was read: it can stand in an SMTP command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    written: String,
    local: String,
    /// Lower case, IDNA A-labels.
    domain: String,
}

impl Address {
    /// Reads `local@domain`. Quoted local parts and address literals (`a@[192.0.2.1]`) are refused: they are legal, but
    /// on a list they are mistakes or attacks. The error is a reason in the user's words.
    pub fn read(text: &str) -> Result<Address, String> {
        let written = text.trim();
        let (local, domain) = written.rsplit_once('@').ok_or("there is no @ in the address")?;
        if local.is_empty() || domain.is_empty() {
            return Err("one side of the @ is empty".into());
        }
        if let Some(bad) = written.chars().find(|c| c.is_whitespace() || c.is_control() || is_unseen(*c) || "<>()[]\\,;:\"".contains(*c)) {
            return Err(format!("an address can't hold {bad:?}"));
        }
        if local.len() > LONGEST_LOCAL {
            return Err(format!("the part before the @ is longer than {LONGEST_LOCAL} bytes"));
        }
        let ascii = read_domain(domain)?;
        if local.len() + 1 + ascii.len() > LONGEST {
            return Err(format!("the address is longer than {LONGEST} bytes"));
        }
        if lettre::Address::new(local, &ascii).is_err() {
            return Err("the part before the @ can't be read".into());
        }
        Ok(Address { written: written.to_owned(), local: local.to_owned(), domain: ascii })
    }

    /// As the person writes it.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// What makes two addresses the same: no regard to case, to Unicode's composition, or to how the domain is written.
    pub fn key(&self) -> String {
        let local: String = self.local.nfc().flat_map(char::to_lowercase).collect();
        format!("{local}@{}", self.domain)
    }

    /// For SMTP commands: the domain in A-labels.
    pub fn wire(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// Lower case, A-labels.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether a server must offer SMTPUTF8 (RFC 6531) to take it.
    pub fn needs_smtputf8(&self) -> bool {
        !self.local.is_ascii()
    }
}

/// What comes along when an address is copied from a page, or makes it look like another one.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn read_domain(domain: &str) -> Result<String, String> {
    let ascii = ascii_domain(domain).ok_or_else(|| format!("{domain:?} is not a domain"))?;
    if !ascii.contains('.') && ascii != "localhost" {
        return Err(format!("the domain {domain:?} has no dot"));
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_addresses_keep_their_writing() {
        for (text, wire, key) in [
            ("anna@example.org", "anna@example.org", "anna@example.org"),
            ("  Anna.B+news@Example.ORG ", "Anna.B+news@example.org", "anna.b+news@example.org"),
            ("o'neil_{x}=~!#$%&*/?^`|-@example.org", "o'neil_{x}=~!#$%&*/?^`|-@example.org", "o'neil_{x}=~!#$%&*/?^`|-@example.org"),
            ("info@bücher.example", "info@xn--bcher-kva.example", "info@xn--bcher-kva.example"),
            ("info@XN--bcher-kva.example", "info@xn--bcher-kva.example", "info@xn--bcher-kva.example"),
            ("Jürgen@例え.テスト", "Jürgen@xn--r8jz45g.xn--zckzah", "jürgen@xn--r8jz45g.xn--zckzah"),
            ("root@localhost", "root@localhost", "root@localhost"),
        ] {
            let address = Address::read(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
            assert_eq!((address.wire(), address.key()), (wire.to_owned(), key.to_owned()));
            assert_eq!(address.as_written(), text.trim());
        }
    }

    #[test]
    fn composed_and_decomposed_letters_are_one_address() {
        let composed = Address::read("j\u{fc}rgen@example.org").unwrap();
        let decomposed = Address::read("ju\u{308}rgen@example.org").unwrap();
        assert_eq!(composed.key(), decomposed.key());
        assert!(composed.needs_smtputf8());
        assert!(!Address::read("a@bücher.example").unwrap().needs_smtputf8());
    }

    #[test]
    fn bad_addresses_are_refused_with_a_reason() {
        for text in [
            "",
            "anna",
            "@example.org",
            "anna@",
            "anna@@example.org",
            "anna b@example.org",
            "anna@exa mple.org",
            "anna@example",
            "anna@.org",
            "anna@example..org",
            "anna@-example.org",
            "anna@under_score.org",
            "anna@ex%61mple.org",
            "anna@192.0.2.1",
            "anna@[192.0.2.1]",
            "\"anna b\"@example.org",
            ".anna@example.org",
            "anna.@example.org",
            "an..na@example.org",
            "anna@example.org>",
            "anna@example.org\r\nRCPT TO:<b@example.org>",
            "anna\0@example.org",
            "anna@example.org\u{200b}",
            "\u{202e}anna@example.org",
            "anna@example.org, bert@example.org",
        ] {
            assert!(Address::read(text).is_err(), "{text:?}");
        }
        assert!(Address::read(&format!("{}@example.org", "a".repeat(65))).is_err());
        assert!(Address::read(&format!("a@{}.org", "a.".repeat(130))).is_err());
    }
}
