use super::*;
use aws_lc_rs::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

/// Made for this test: `openssl genpkey -algorithm ed25519` and `openssl genrsa 2048` (PKCS #8).
const ED25519_KEY: &str = include_str!("../../tests/dkim/ed25519.pem");
const RSA_KEY: &str = include_str!("../../tests/dkim/rsa.pem");
const RSA_KEY_1: &str = include_str!("../../tests/dkim/rsa-pkcs1.pem");
const MESSAGE: &str = "From: Joe  <joe@example.org>\r\nTo: a@example.net\r\nSubject: Is\r\n dinner  ready?\r\nDate: Fri, 11 Jul 2003 \
21:00:37 -0700\r\nMessage-ID: <1@example.org>\r\nList-Id: <l.example.org>\r\nX-Other: x\r\n\r\nHi.\r\n\r\nJoe.\r\n\r\n\r\n";

fn date() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-02-16T00:00:00+01:00").unwrap()
}

fn signer(pem: &str) -> Signer {
    Signer::new("example.org", "s1", pem).unwrap()
}

fn sign(pem: &str) -> String {
    String::from_utf8(signed(&[signer(pem)], MESSAGE.into(), date()).unwrap()).unwrap()
}

/// A verifier as RFC 6376, section 6.1.3 has it, for signatures of ours.
fn verify(message: &str, record: &str) -> bool {
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    let head = format!("{head}\r\n");
    let headers = read_headers(&head);
    let (_, value) = headers.iter().find(|(name, _)| name == "dkim-signature").unwrap();
    let tags: Vec<(String, String)> = value
        .split(';')
        .map(|tag| tag.split_once('=').unwrap())
        .map(|(name, value)| (name.trim().to_owned(), value.split_whitespace().collect()))
        .collect();
    let tag = |name: &str| tags.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone()).unwrap();
    let mut left: Vec<_> = headers.iter().filter(|(name, _)| name != "dkim-signature").collect();
    let mut data = String::new();
    for name in tag("h").split(':') {
        if let Some(at) = left.iter().rposition(|(other, _)| other == name) {
            let (name, value) = left.remove(at);
            data.push_str(&format!("{name}:{}\r\n", relaxed(value)));
        }
    }
    let empty = value.rsplit_once("b=").unwrap().0;
    data.push_str(&format!("dkim-signature:{} b=", relaxed(empty)));
    let body_is_good = tag("bh") == STANDARD.encode(digest(&SHA256, simple(body.as_bytes())));
    let signature = STANDARD.decode(tag("b")).unwrap();
    let public = STANDARD.decode(record.rsplit_once("p=").unwrap().1).unwrap();
    body_is_good
        && match tag("a").as_str() {
            "rsa-sha256" => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(data.as_bytes(), &signature),
            _ => UnparsedPublicKey::new(&ED25519, public).verify(digest(&SHA256, data.as_bytes()).as_ref(), &signature),
        }
        .is_ok()
}

#[test]
fn a_signature_is_verified_and_a_change_seen() {
    for (pem, algorithm) in [(ED25519_KEY, "a=ed25519-sha256;"), (RSA_KEY, "a=rsa-sha256;"), (RSA_KEY_1, "a=rsa-sha256;")] {
        let message = sign(pem);
        let record = signer(pem).dns_record();
        assert!(message.contains(algorithm) && message.ends_with(MESSAGE) && verify(&message, &record), "{message}");
        assert_eq!(message, sign(pem));
        assert!(message.lines().all(|line| line.len() <= 78), "{message}");
        for (from, to) in [("Joe.\r\n", "Joe!\r\n"), ("dinner", "supper"), ("<l.example", "<m.example"), ("From: Joe", "From: Eve")] {
            assert!(!verify(&message.replace(from, to), &record), "{from}");
        }
        // Another Subject above or below the signed one.
        assert!(!verify(&message.replace("Subject:", "Subject: x\r\nSubject:"), &record));
        assert!(!verify(&message.replace("X-Other: x", "Reply-To: eve@example.net"), &record));
        // What no signature is meant to hold, and folds, may change.
        assert!(verify(&message.replace("X-Other: x", "X-Other: y").replace("Is\r\n dinner  ready?", "Is dinner\r\n\tready?"), &record));
    }
}

#[test]
fn each_key_signs_the_same_message() {
    let both = String::from_utf8(signed(&[signer(RSA_KEY), signer(ED25519_KEY)], MESSAGE.into(), date()).unwrap()).unwrap();
    assert_eq!(both.matches("DKIM-Signature: v=1;").count(), 2);
    assert_eq!(signed(&[], MESSAGE.into(), date()).unwrap(), MESSAGE.as_bytes());
}

#[test]
fn canonical_forms_are_those_of_the_rfc() {
    // RFC 6376, section 3.4.5.
    let headers = read_headers("A: X\r\nB : Y\t\r\n\tZ  \r\n");
    let canonical: Vec<String> = headers.iter().map(|(name, value)| format!("{name}:{}", relaxed(value))).collect();
    assert_eq!(canonical, ["a:X", "b:Y Z"]);
    assert_eq!(simple(b" C \r\nD \t E\r\n\r\n\r\n"), b" C \r\nD \t E\r\n");
    assert_eq!((simple(b""), simple(b"\r\n"), simple(b"\r\n\r\n")), (&b"\r\n"[..], &b"\r\n"[..], &b"\r\n"[..]));
}

#[test]
fn keys_that_cannot_sign_say_why() {
    for (pem, reason) in [
        ("", "no private key"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "can't be used"),
        (include_str!("../../tests/dkim/rsa-1024.pem"), "(it is too short)"),
    ] {
        let error = Signer::new("example.org", "s1", pem).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    assert!(!format!("{:?}", signer(RSA_KEY)).contains("key"));
}
