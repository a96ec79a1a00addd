//! Signed messages, as they reach a server, are verified by another's program.

use crate::mock_smtp::{At, MockSmtp, Plan, say};
use crate::project::Project;
use crate::send::publication;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

fn key(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dkim").join(name)
}

fn signed_publication(port: u16) -> Project {
    let keys = format!(
        "tls = \"none\"\ndkim = [\n {{ domain = \"example.org\", selector = \"s1\", key_file = {:?} }},\n \
         {{ domain = \"example.org\", selector = \"s2\", key_file = {:?} }},\n]\n",
        key("rsa.pem"),
        key("ed25519.pem")
    );
    publication(port, &keys)
}

#[test]
#[ignore = "needs dkimpy"]
fn dkimpy_finds_both_signatures_good() {
    let server = MockSmtp::start(Plan::new());
    // Lines that have to be folded or broken: a title of a thousand characters, a word of three thousand, a name beyond ASCII.
    let entry = format!(
        "---\ntitle: {}\ndate: 2025-12-03T10:00:00Z\n---\n.\n\n{} end.  \n\nFrom here on\n",
        "🌊 Ebbe und Flüsse ".repeat(56),
        "w".repeat(3000)
    );
    let project =
        signed_publication(server.port()).file("content/tide.md", entry).file("l.csv", "email,name\nanna@example.net,\"Anna, Zoë 🌊\"\n");
    project.run("list import l.csv").success();
    let planned = project.run("send latest --dry-run --format json").success().json();
    let records: String = planned["dkim"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| format!("{} {}\n", key["name"].as_str().unwrap(), key["txt"].as_str().unwrap()))
        .collect();
    project.run("send latest --yes").success();
    let mut message = server.record().messages[0].body.clone();
    let verified = |message: &[u8]| {
        let (file, dns) = (project.path().join("message.eml"), project.path().join("dns"));
        std::fs::write(&file, message).unwrap();
        std::fs::write(&dns, &records).unwrap();
        let output = Command::new("python3").arg(key("verify.py")).arg(file).arg(dns).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(message.split(|byte| *byte == b'\n').all(|line| line.len() <= 999), "998 and a CR");
    assert_eq!(verified(&message), "example.org s1 good\nexample.org s2 good\n");
    let at = message.len() - 40;
    message[at] ^= 1;
    assert_eq!(verified(&message), "example.org s1 bad\nexample.org s2 bad\n");
}

/// What is tried again, by a later run too, is what was tried before: the same id for who gets both, the same signature.
#[test]
fn a_retry_has_the_same_bytes() {
    let server = MockSmtp::start(Plan::new().rule(At::Dot, "", 0, 2, say("451 4.3.0 later")));
    let project = signed_publication(server.port()).file("l.csv", "email,name\nanna@example.net,Anna\n");
    project.run("list import l.csv").success();
    project.run("send latest --yes --once").code(75);
    // Another second for who would ask the clock.
    std::thread::sleep(Duration::from_millis(1200));
    project.run("send latest --yes").success();
    let record = server.record();
    let bodies: Vec<&[u8]> = record.messages.iter().map(|seen| seen.body.as_slice()).collect();
    assert!(bodies.len() == 3 && bodies.iter().all(|body| *body == bodies[0]), "{record:?}");
    let text = String::from_utf8(bodies[0].to_vec()).unwrap().replace("\r\n ", " ");
    // The signatures' moment is the enrolment's, too.
    let head = text.split("\r\n\r\n").next().unwrap();
    let moments: Vec<&str> = head.split(" t=").skip(1).filter_map(|rest| rest.split_once(';').map(|(moment, _)| moment)).collect();
    let date = mail_parser::MessageParser::default().parse(bodies[0]).unwrap().date().unwrap().to_timestamp();
    assert_eq!(moments, [date.to_string(), date.to_string()]);
    let report = project.run("report latest --all --format json").success().json();
    let id = report["deliveries"][0]["message_id"].as_str().unwrap();
    assert!(text.contains(&format!("Message-ID: {id}")), "{id}");
}

#[test]
fn a_key_that_cannot_sign_stops_before_anything_is_sent() {
    let server = MockSmtp::start(Plan::new());
    let project =
        publication(server.port(), "tls = \"none\"\ndkim = { domain = \"example.org\", selector = \"s1\", key_file = \"no.pem\" }\n")
            .file("l.csv", "email\nanna@example.net\n");
    project.run("list import l.csv").success();
    project.run("send latest --yes").code(2).stderr_has("no.pem");
    project.file("no.pem", "no key").run("send latest --yes").code(2).stderr_has("no.pem holds no private key in PEM");
    assert!(server.record().messages.is_empty());
}

#[test]
fn a_signature_of_another_domain_is_refused() {
    let dkim = |domain: &str| format!("tls = \"none\"\ndkim = [{{ domain = \"{domain}\", selector = \"s1\", key_file = \"k.pem\" }}]\n");
    publication(25, &dkim("example.net"))
        .run("report latest")
        .code(1)
        .stderr_has("tidings.toml:15:20")
        .stderr_has("is not the sender's domain");
    publication(25, &dkim("b.example.org")).run("report latest").code(1).stderr_has("is not the sender's domain");
    publication(25, &dkim("org")).run("report latest").code(2).stderr_has("no issue was sent yet");
    publication(25, "tls = \"none\"\ndkim = { domain = \"example.org\" }\n")
        .run("report latest")
        .code(1)
        .stderr_has("smtp.dkim.selector")
        .stderr_has("smtp.dkim.key_file");
}
