//! Messages of one issue, about 40 KB each, on one core: `cargo bench --bench compose`. Composed, signed, and made ready for the
//! wire; and beside them each signature alone, which is what a signed message costs at least.
#![expect(clippy::disallowed_methods, reason = "a bench is an edge")]

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use chrono::{DateTime, FixedOffset, Utc};
use divan::Bencher;
use divan::counter::ItemsCount;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use tidings::config::{Overrides, read_config};
use tidings::diagnostic::Source;
use tidings::files::{Folder, WalkRules};
use tidings::list::Address;
use tidings::message::{Composer, Message, Recipient, Signer, signed};
use tidings::pipeline;
use tidings::transport::{Envelope, MailObject};

const RSA: &str = include_str!("../tests/dkim/rsa.pem");
const ED25519: &str = include_str!("../tests/dkim/ed25519.pem");
const CONFIG: &str = r#"
[site]
title = "Bench"
url = "https://example.org"
[newsletter]
from = "Bench <news@example.org>"
mode = "post"
greeting = 'Dear {{ subscriber.name | default("reader") }},'
"#;

fn main() {
    divan::main();
}

/// What is measured on, made once.
struct Issue {
    composer: Composer,
    date: DateTime<FixedOffset>,
}

fn issue() -> Issue {
    let folder = tempfile::tempdir().expect("a folder");
    let paragraph = "The harbour was quiet, and the lamp on the pier had been lit before anybody asked for it. ".repeat(4);
    let text = format!("---\ntitle: A long one\ndate: 2026-01-05\n---\n{}", format!("{paragraph}\n\n").repeat(45));
    std::fs::create_dir(folder.path().join("content")).expect("a folder");
    std::fs::write(folder.path().join("content/long.md"), text).expect("a file");
    let source = Source::new("tidings.toml", CONFIG.to_owned());
    let config = read_config(&source, folder.path(), &Overrides::default()).0.expect("a configuration");
    let rules = WalkRules { display_root: folder.path().to_owned(), ..WalkRules::default() };
    let (content, _) = Folder::open(&config.content.dir, &rules).expect("content");
    let (catalog, faults) = pipeline::read_catalog(&config, &content);
    let (plan, _) = pipeline::plan(&config, &catalog, &faults, Utc::now());
    let spec = config.newsletter.as_ref().expect("a newsletter");
    let (edition, _) = pipeline::render_edition(&config, spec, &catalog, &plan.issues[0], &content);
    let composer = Composer::new(spec, &config.site, &edition).expect("a composer");
    Issue { composer, date: edition.date }
}

fn recipient(number: usize) -> Recipient {
    Recipient {
        address: format!("person{number}@example.net"),
        name: Some(format!("Person {number}")),
        unsubscribe_token: "dG9rZW4tZm9yLW9uZS1wZXJzb24tYW5kLW9uZS1pc3N1ZQ".into(),
        ..Recipient::default()
    }
}

fn message(issue: &Issue, number: usize) -> Message {
    issue.composer.compose(&recipient(number), issue.date).expect("a message")
}

fn measure(bencher: Bencher, mut work: impl FnMut(usize) -> usize) {
    let mut number = 0;
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        number += 1;
        work(number)
    });
}

#[divan::bench]
fn composed(bencher: Bencher) {
    let issue = issue();
    assert!((35_000..50_000).contains(&message(&issue, 0).bytes.len()), "{}", message(&issue, 0).bytes.len());
    measure(bencher, |number| message(&issue, number).bytes.len());
}

#[divan::bench]
fn composed_and_ready_for_the_wire(bencher: Bencher) {
    let issue = issue();
    let address = Address::read("news@example.org").expect("an address");
    measure(bencher, |number| {
        let envelope = Envelope { from: address.clone(), to: address.clone() };
        let mail = MailObject::new(envelope, message(&issue, number).bytes);
        divan::black_box(mail);
        number
    });
}

#[divan::bench(args = ["rsa-2048", "ed25519"])]
fn composed_and_signed(bencher: Bencher, kind: &str) {
    let issue = issue();
    let pem = if kind == "ed25519" { ED25519 } else { RSA };
    let signers = [Signer::new("example.org", "s1", pem).expect("a key")];
    measure(bencher, |number| signed(&signers, message(&issue, number).bytes, issue.date).expect("a signature").len());
}

#[divan::bench]
fn signature_alone_rsa_2048(bencher: Bencher) {
    let der = PrivatePkcs8KeyDer::from_pem_slice(RSA.as_bytes()).expect("a key");
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).expect("a key");
    let mut signature = vec![0; key.public_modulus_len()];
    measure(bencher, |number| {
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &number.to_be_bytes(), &mut signature).expect("a signature");
        number
    });
}

#[divan::bench]
fn signature_alone_ed25519(bencher: Bencher) {
    let der = PrivatePkcs8KeyDer::from_pem_slice(ED25519.as_bytes()).expect("a key");
    let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).expect("a key");
    measure(bencher, |number| key.sign(digest(&SHA256, &number.to_be_bytes()).as_ref()).as_ref().len());
}

/// What is hashed of each message, by the fastest there is.
#[divan::bench]
fn hash_alone(bencher: Bencher) {
    let bytes = message(&issue(), 0).bytes;
    measure(bencher, |_| digest(&SHA256, &bytes).as_ref().len());
}
