//! Signed tokens: what a link in a message proves, without a database.
//!
//! A token is `base64url(MAC ‖ payload)`. The MAC is HMAC-SHA256 (RFC 2104) over the purpose and the payload, cut to 16
//! bytes (section 5 permits half), so that a link stays short. The purpose is signed: a token for one thing is worth
//! nothing for another.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const MAC_LENGTH: usize = 16;
/// Longer than any token that we make: an issue and an address.
const LONGEST: usize = 1024;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Unsubscribe,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Purpose::Unsubscribe => "unsubscribe",
        }
    }
}

fn mac(secret: &[u8], purpose: Purpose, payload: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length (RFC 2104, section 2); an impossible refusal would make a MAC that fits no token.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap_or_else(|_| Hmac::new(&Default::default()));
    for part in [b"tidings/1/", purpose.word().as_bytes(), b"\0", payload] {
        mac.update(part);
    }
    mac
}

/// The token for a payload.
pub fn sign(secret: &[u8], purpose: Purpose, payload: &[u8]) -> String {
    let tag = mac(secret, purpose, payload).finalize().into_bytes();
    let bytes: Vec<u8> = tag.iter().take(MAC_LENGTH).chain(payload).copied().collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The payload of a token, if the secret's owner signed it for this purpose. The MACs are compared in constant time.
pub fn verify(secret: &[u8], purpose: Purpose, token: &str) -> Option<Vec<u8>> {
    if token.len() > LONGEST {
        return None;
    }
    let mut bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    if bytes.len() < MAC_LENGTH {
        return None;
    }
    let payload = bytes.split_off(MAC_LENGTH);
    mac(secret, purpose, &payload).verify_truncated_left(&bytes).ok()?;
    Some(payload)
}

/// Who unsubscribes, and which issue brought the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsubscribeToken {
    pub issue: String,
    pub address: String,
}

impl UnsubscribeToken {
    /// As it stands in a link.
    pub fn sign(&self, secret: &[u8]) -> String {
        sign(secret, Purpose::Unsubscribe, format!("{}\0{}", self.issue, self.address).as_bytes())
    }

    /// Reads a link's token; `None` for anything that we did not sign.
    pub fn verify(secret: &[u8], token: &str) -> Option<UnsubscribeToken> {
        let payload = String::from_utf8(verify(secret, Purpose::Unsubscribe, token)?).ok()?;
        let (issue, address) = payload.split_once('\0')?;
        Some(UnsubscribeToken { issue: issue.to_owned(), address: address.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn token() -> UnsubscribeToken {
        UnsubscribeToken { issue: "2026-W07".into(), address: "Jürgen@bücher.example".into() }
    }

    #[test]
    fn a_token_comes_back_as_it_was_signed() {
        let text = token().sign(SECRET);
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
        assert_eq!(UnsubscribeToken::verify(SECRET, &text), Some(token()));
        assert_eq!(text, token().sign(SECRET), "the same bytes each time");
    }

    #[test]
    fn every_changed_character_spoils_it() {
        let text = token().sign(SECRET);
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(UnsubscribeToken::verify(SECRET, &other), None, "{at}");
        }
        for cut in 0..text.len() {
            assert_eq!(UnsubscribeToken::verify(SECRET, &text[..cut]), None, "{cut}");
        }
        assert_eq!(UnsubscribeToken::verify(SECRET, &"A".repeat(5000)), None);
    }

    #[test]
    fn another_secret_or_another_purpose_refuses_it() {
        let text = token().sign(SECRET);
        assert_eq!(UnsubscribeToken::verify(b"another", &text), None);
        let mut foreign = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
        foreign.update(b"tidings/1/confirm\0issue\0a@example.org");
        let tag = foreign.finalize().into_bytes();
        let bytes: Vec<u8> = tag[..MAC_LENGTH].iter().chain(b"issue\0a@example.org").copied().collect();
        assert_eq!(UnsubscribeToken::verify(SECRET, &URL_SAFE_NO_PAD.encode(bytes)), None);
    }
}
