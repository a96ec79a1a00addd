//! DKIM signatures (RFC 6376; Ed25519: RFC 8463).
//!
//! `c=relaxed/simple`: headers may be folded anew on their way; of the body the simple form is the message's own bytes,
//! since no line of ours ends with a space, so a relaxed one would cost time and save nothing.

use crate::list::SecretSource;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use std::fmt::Write;

/// Signed once more than they are there, so that nobody can add another one (RFC 6376, section 8.15).
const SEALED: [&str; 5] = ["from", "to", "reply-to", "subject", "date"];
/// Signed where they are there.
const SIGNED: [&str; 5] = ["message-id", "mime-version", "content-type", "content-language", "feedback-id"];
/// Base64 of a signature is folded so that no line is above 78 columns.
const FOLD: usize = 72;

/// A key as the configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DkimSpec {
    pub domain: String,
    pub selector: String,
    pub key: SecretSource,
}

/// A key that signs for a domain.
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// Never shows the key.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("domain", &self.domain).field("selector", &self.selector).finish_non_exhaustive()
    }
}

impl Signer {
    /// Reads a private key in PEM: RSA (PKCS #1 or #8) of at least 2048 bits, or Ed25519 (PKCS #8).
    ///
    /// # Errors
    /// Why it can't be used, in the user's words.
    pub fn new(domain: &str, selector: &str, pem: &str) -> Result<Signer, String> {
        let key = match PrivateKeyDer::from_pem_slice(pem.as_bytes()) {
            Ok(PrivateKeyDer::Pkcs8(der)) => {
                let bytes = der.secret_pkcs8_der();
                match Ed25519KeyPair::from_pkcs8_maybe_unchecked(bytes) {
                    Ok(key) => Key::Ed25519(key),
                    Err(_) => Key::Rsa(Box::new(RsaKeyPair::from_pkcs8(bytes).map_err(|error| unusable(&error.to_string()))?)),
                }
            }
            Ok(PrivateKeyDer::Pkcs1(der)) => {
                Key::Rsa(Box::new(RsaKeyPair::from_der(der.secret_pkcs1_der()).map_err(|error| unusable(&error.to_string()))?))
            }
            Ok(_) => return Err("is a key of a kind that DKIM does not know: make one of RSA with 2048 bits, or of Ed25519".into()),
            Err(_) => return Err("holds no private key in PEM: it begins with -----BEGIN PRIVATE KEY-----".into()),
        };
        if let Key::Rsa(key) = &key
            && key.public_modulus_len() < 256
        {
            return Err(format!("has {} bits; servers want 2048 or more (RFC 8301)", key.public_modulus_len() * 8));
        }
        Ok(Signer { domain: domain.to_owned(), selector: selector.to_owned(), key })
    }

    /// Where in DNS the public key stands.
    pub fn dns_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The TXT record that stands there, so that others can verify.
    pub fn dns_record(&self) -> String {
        match &self.key {
            Key::Rsa(key) => {
                let public = AsDer::<PublicKeyX509Der>::as_der(key.public_key());
                format!("v=DKIM1; k=rsa; p={}", public.map(|der| STANDARD.encode(der.as_ref())).unwrap_or_default())
            }
            Key::Ed25519(key) => format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(key.public_key().as_ref())),
        }
    }

    fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// RFC 8463, section 3: of Ed25519 too, what is signed is the hash.
    fn sign(&self, headers: &[u8]) -> Result<Vec<u8>, String> {
        match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), headers, &mut signature)
                    .map_err(|_| format!("the DKIM key {} of {} can't sign", self.selector, self.domain))?;
                Ok(signature)
            }
            Key::Ed25519(key) => Ok(key.sign(digest(&SHA256, headers).as_ref()).as_ref().to_vec()),
        }
    }
}

fn unusable(reason: &str) -> String {
    let reason = match reason {
        "TooSmall" => "it is too short",
        "WrongAlgorithm" => "it is of another kind",
        other => other,
    };
    format!("can't be used ({reason}): make a key of RSA with 2048 bits, or of Ed25519")
}

/// The message with a signature of each key before it. The same message, keys and date give the same bytes.
///
/// # Errors
/// A key that can't sign.
pub fn signed(signers: &[Signer], message: Vec<u8>, date: DateTime<FixedOffset>) -> Result<Vec<u8>, String> {
    if signers.is_empty() {
        return Ok(message);
    }
    let end = memchr::memmem::find(&message, b"\r\n\r\n").map_or(message.len(), |at| at + 2);
    let (head, rest) = message.split_at(end);
    let body = rest.strip_prefix(b"\r\n").unwrap_or_default();
    let hash = STANDARD.encode(digest(&SHA256, simple(body)));
    let head = String::from_utf8_lossy(head);
    let headers = read_headers(&head);
    let (names, canonical) = signed_headers(&headers);
    let mut out = Vec::with_capacity(message.len() + 1024 * signers.len());
    for signer in signers {
        let mut value = format!(
            "v=1; a={}; c=relaxed/simple; d={};\r\n s={}; t={};\r\n bh={hash};\r\n h={};\r\n b=",
            signer.algorithm(),
            signer.domain,
            signer.selector,
            date.timestamp().max(0),
            folded(&names),
        );
        let unsigned = format!("{canonical}dkim-signature:{}", relaxed(&value));
        let signature = STANDARD.encode(signer.sign(unsigned.as_bytes())?);
        for (at, character) in signature.chars().enumerate() {
            if at % FOLD == 0 && at > 0 {
                value.push_str("\r\n  ");
            }
            value.push(character);
        }
        out.extend_from_slice(b"DKIM-Signature: ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(&message);
    Ok(out)
}

/// The names with colons between them, folded.
fn folded(names: &[String]) -> String {
    let mut out = String::new();
    let mut column = 0;
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            out.push(':');
        }
        if column + name.len() > FOLD {
            out.push_str("\r\n  ");
            column = 0;
        }
        out.push_str(name);
        column += name.len() + 1;
    }
    out
}

/// RFC 6376, section 3.4.3: without empty lines at the end, with a line break there.
fn simple(body: &[u8]) -> &[u8] {
    let mut body = body;
    while let Some(shorter) = body.strip_suffix(b"\r\n\r\n") {
        body = body.get(..shorter.len() + 2).unwrap_or_default();
    }
    if body.is_empty() { b"\r\n" } else { body }
}

/// Name in lower case, and value with its folds.
fn read_headers(head: &str) -> Vec<(String, &str)> {
    let mut headers = Vec::new();
    let mut rest = head;
    while !rest.is_empty() {
        // A line that begins with a space goes on with the one before.
        let mut end = 0;
        loop {
            end += rest.get(end..).and_then(|rest| rest.find("\r\n")).map_or(rest.len() - end, |at| at + 2);
            if !rest.get(end..).is_some_and(|next| next.starts_with([' ', '\t'])) {
                break;
            }
        }
        let (header, after) = rest.split_at(end);
        if let Some((name, value)) = header.split_once(':') {
            headers.push((name.trim_end().to_ascii_lowercase(), value));
        }
        rest = after;
    }
    headers
}

/// The names that `h=` lists, and the canonical headers that they mean, from the last of a name to the first.
fn signed_headers(headers: &[(String, &str)]) -> (Vec<String>, String) {
    let mut names = Vec::new();
    let mut canonical = String::new();
    let lists = headers.iter().filter(|(name, _)| name.starts_with("list-")).map(|(name, _)| name.as_str());
    for name in SEALED.into_iter().chain(SIGNED).chain(lists) {
        for (name, value) in headers.iter().rev().filter(|(other, _)| other == name) {
            names.push(name.clone());
            // Writing to a String can't fail.
            let _ = write!(canonical, "{name}:{}\r\n", relaxed(value));
        }
    }
    names.extend(SEALED.map(str::to_owned));
    (names, canonical)
}

/// RFC 6376, section 3.4.2: unfolded, runs of spaces as one, none at the ends.
fn relaxed(value: &str) -> String {
    let words: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
#[path = "dkim_tests.rs"]
mod tests;
