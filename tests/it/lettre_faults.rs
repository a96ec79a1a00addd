//! Why `transport/` has a dialogue of its own: what lettre's makes of two faults that decide whether somebody gets an issue
//! twice or not at all. When this test fails, lettre has become better: read `src/transport/mod.rs` again.

use crate::mock_smtp::{Act, At, MockSmtp, Plan, say};
use lettre::address::Envelope;
use lettre::transport::smtp::client::SmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use std::time::Duration;

/// What lettre's low-level connection says of one message.
fn send(plan: Plan) -> (Result<(), String>, usize) {
    let server = MockSmtp::start(plan);
    let envelope = Envelope::new(Some("a@example.org".parse().unwrap()), vec!["b@example.org".parse().unwrap()]).unwrap();
    let name = ClientId::Domain("localhost".into());
    let mut connection = SmtpConnection::connect(server.address, Some(Duration::from_secs(5)), &name, None, None).unwrap();
    let sent = connection.send(&envelope, b"Subject: x\r\n\r\nx\r\n");
    let verdict = sent.map(drop).map_err(|error| format!("{error} transient={} permanent={}", error.is_transient(), error.is_permanent()));
    (verdict, server.record().messages.len())
}

#[test]
fn lettre_takes_354_after_the_dot_for_success() {
    assert_eq!(send(Plan::new().once(At::Dot, "", say("354 go on"))), (Ok(()), 1));
}

#[test]
fn lettre_says_the_same_of_a_drop_before_and_after_the_dot() {
    let (before, came_before) = send(Plan::new().once(At::Mail, "", Act::Close));
    let (after, came_after) = send(Plan::new().once(At::Dot, "", Act::Close));
    assert!(before.is_err());
    assert_eq!(before, after, "the caller can't tell the two");
    assert_eq!((came_before, came_after), (0, 1), "but the server can");
}
