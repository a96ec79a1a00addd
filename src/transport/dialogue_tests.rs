use super::super::reply::ReplyReader;
use super::*;

fn reply(line: &str) -> Reply {
    let mut reader = ReplyReader::default();
    reader.push(format!("{}\r\n", line.replace('\n', "\r\n")).as_bytes());
    reader.take().unwrap().unwrap()
}

fn shown(step: &Step) -> String {
    match step {
        Step::Command(bytes) => String::from_utf8_lossy(bytes).trim_end().to_owned(),
        other => format!("{other:?}"),
    }
}

fn dialogue(tls: Tls, credentials: bool) -> Dialogue {
    let credentials = credentials.then(|| Credentials { user: "anna".into(), password: "geheim".into(), auth: Auth::Password });
    Dialogue::new("[127.0.0.1]".into(), tls, credentials)
}

/// Gives the replies in turn; `TLS` stands for a handshake. The last step is the outcome.
fn open(tls: Tls, credentials: bool, replies: &[&str]) -> (Dialogue, Vec<String>) {
    let mut dialogue = dialogue(tls, credentials);
    let steps = replies
        .iter()
        .map(|line| {
            let step = if *line == "TLS" { dialogue.secured() } else { dialogue.answer(&reply(line)) };
            shown(&step)
        })
        .collect();
    (dialogue, steps)
}

fn ready(offers: &str) -> Dialogue {
    let (dialogue, steps) = open(Tls::None, false, &["220 hi", &format!("250-me{offers}\n250 HELP")]);
    assert_eq!(steps.last().unwrap(), "Ready");
    dialogue
}

fn address(text: &str) -> Address {
    Address::read(text).unwrap()
}

/// MAIL, then the replies; `DOT` stands for the message and its final dot. `!lost` is a lost connection.
fn send(dialogue: &mut Dialogue, replies: &[&str]) -> Vec<Step> {
    let mut steps = vec![dialogue.mail(&address("news@example.org"), &address("b@example.net"), 1000, true)];
    for line in replies {
        match *line {
            "DOT" => dialogue.dot_written(false),
            "!lost" => steps.push(dialogue.fail(Failure::Lost("lost".into()))),
            "!nonsense" => steps.push(dialogue.fail(Failure::Nonsense("nonsense".into()))),
            "!silent" => steps.push(dialogue.fail(Failure::Silent("silent".into()))),
            line => steps.push(dialogue.answer(&reply(line))),
        }
    }
    steps
}

fn outcome(replies: &[&str]) -> (Outcome, bool) {
    let mut dialogue = ready("");
    match send(&mut dialogue, replies).pop() {
        Some(Step::Over(outcome)) => (outcome, dialogue.is_ready()),
        other => panic!("{replies:?} ends with {other:?}"),
    }
}

#[test]
fn sessions_open() {
    let (_, steps) = open(Tls::None, false, &["220 hi", "250 me"]);
    assert_eq!(steps, ["EHLO [127.0.0.1]", "Ready"]);
    let (_, steps) = open(Tls::None, false, &["220 hi", "502 what?", "250 me"]);
    assert_eq!(steps, ["EHLO [127.0.0.1]", "HELO [127.0.0.1]", "Ready"]);
    let (_, steps) =
        open(Tls::StartTls, true, &["220 hi", "250-me\n250 starttls", "220 go", "TLS", "250-me\n250 AUTH LOGIN PLAIN", "235 welcome"]);
    assert_eq!(steps, ["EHLO [127.0.0.1]", "STARTTLS", "Secure", "EHLO [127.0.0.1]", "AUTH PLAIN AGFubmEAZ2VoZWlt", "Ready"]);
    let (_, steps) = open(Tls::Implicit, true, &["220 hi", "250-me\n250 AUTH=LOGIN", "334 VXNlcm5hbWU6", "334 anything", "235 welcome"]);
    assert_eq!(steps, ["EHLO [127.0.0.1]", "AUTH LOGIN", "YW5uYQ==", "Z2VoZWlt", "Ready"]);
}

#[test]
fn sessions_that_do_not_open_say_what_helps() {
    let again = |reason: &str| format!("{:?}", Step::Ended(Ending::Again(reason.into())));
    let later = |reason: &str| format!("{:?}", Step::Ended(Ending::Later(reason.into())));
    for (tls, auth, replies, end) in [
        (Tls::None, false, &["421 busy"][..], again("421 busy")),
        (Tls::None, false, &["554 go away"], later("554 go away")),
        (Tls::None, false, &["250 hi"], later("the server answered `250 hi` out of turn")),
        (Tls::None, false, &["220 hi", "421 busy"], again("421 busy")),
        (Tls::None, false, &["220 hi", "450 not now"], later("450 not now")),
        (Tls::None, false, &["220 hi", "354 go"], later("the server answered `354 go` out of turn")),
        (Tls::None, false, &["220 hi", "502 what?", "502 what?"], later("502 what?")),
        (Tls::StartTls, false, &["220 hi", "250-me\n250 STARTTLS", "454 no key"], later("454 no key")),
        (Tls::StartTls, false, &["220 hi", "250-me\n250 STARTTLS", "250 go"], later("the server answered `250 go` out of turn")),
        (Tls::Implicit, true, &["220 hi", "250-me\n250 AUTH PLAIN", "454 later"], later("454 later")),
        (Tls::Implicit, true, &["220 hi", "250-me\n250 AUTH PLAIN", "334 more"], later("the server answered `334 more` out of turn")),
        (
            Tls::Implicit,
            true,
            &["220 hi", "250-me\n250 AUTH LOGIN", "334 a", "334 b", "334 c"],
            later("the server answered `334 c` out of turn"),
        ),
    ] {
        let (mut dialogue, steps) = open(tls, auth, replies);
        assert_eq!(steps.last().unwrap(), &end, "{replies:?}");
        assert_eq!(dialogue.quit(), None);
    }
    for (tls, auth, replies) in [
        (Tls::StartTls, false, &["220 hi", "250 me"][..]),
        // Offered in the clear, then gone: what was offered before TLS counts for nothing.
        (Tls::StartTls, true, &["220 hi", "250-me\n250-AUTH PLAIN\n250 STARTTLS", "220 go", "TLS", "250 me"]),
        (Tls::Implicit, true, &["220 hi", "250-me\n250 AUTH PLAIN", "535 5.7.8 bad credentials"]),
        (Tls::Implicit, true, &["220 hi", "250-me\n250 AUTH XOAUTH2"]),
    ] {
        let (_, steps) = open(tls, auth, replies);
        assert!(steps.last().unwrap().starts_with("Ended(Stop("), "{replies:?}: {steps:?}");
    }
    // EHLO refused: HELO has neither TLS nor passwords.
    for (tls, auth) in [(Tls::StartTls, false), (Tls::None, true)] {
        assert_eq!(open(tls, auth, &["220 hi", "502 what?"]).1.last().unwrap(), &later("502 what?"));
    }
}

#[test]
fn a_token_stands_in_for_a_password() {
    let token = Credentials { user: "a@example.org".into(), password: "ya29".into(), auth: Auth::Token };
    let open = |replies: &[&str]| {
        let mut dialogue = Dialogue::new("x".into(), Tls::Implicit, Some(token.clone()));
        replies.iter().map(|line| shown(&dialogue.answer(&reply(line)))).collect::<Vec<_>>()
    };
    // As Google documents it: user=…^Aauth=Bearer …^A^A.
    let said = "AUTH XOAUTH2 dXNlcj1hQGV4YW1wbGUub3JnAWF1dGg9QmVhcmVyIHlhMjkBAQ==";
    assert_eq!(open(&["220 hi", "250-me\n250 AUTH PLAIN XOAUTH2", "235 welcome"]), ["EHLO x", said, "Ready"]);
    let refused = open(&["220 hi", "250-me\n250 AUTH XOAUTH2", "334 eyJzdGF0dXMiOiI0MDEifQ==", "535 5.7.8 no"]);
    assert_eq!(refused[2], "");
    assert!(refused[3].starts_with("Ended(Stop("), "{refused:?}");
    assert!(open(&["220 hi", "250-me\n250 AUTH PLAIN"])[1].starts_with("Ended(Stop("));
}

/// Each mechanism has so many questions; a server that asks on holds nobody up.
#[test]
fn challenges_end() {
    for (auth, offered, most) in [(Auth::Token, "AUTH XOAUTH2", 2), (Auth::Password, "AUTH LOGIN", 3), (Auth::Password, "AUTH PLAIN", 1)] {
        let credentials = Credentials { user: "a".into(), password: "b".into(), auth };
        let mut dialogue = Dialogue::new("x".into(), Tls::Implicit, Some(credentials));
        dialogue.answer(&reply("220 hi"));
        dialogue.answer(&reply(&format!("250-me\n250 {offered}")));
        let answered = (0..20).take_while(|_| !shown(&dialogue.answer(&reply("334 VXNlcm5hbWU6"))).starts_with("Ended(")).count();
        assert!(answered < most, "{offered}: {answered}");
    }
}

#[test]
fn a_failed_connection_before_a_message_is_no_message_s_fault() {
    let mut dialogue = dialogue(Tls::None, false);
    assert_eq!(dialogue.fail(Failure::Lost("x".into())), Step::Ended(Ending::Again("x".into())));
    for failure in [Failure::Silent("x".into()), Failure::Nonsense("x".into()), Failure::Tls("x".into())] {
        let (mut dialogue, _) = open(Tls::StartTls, false, &["220 hi", "250-me\n250 STARTTLS", "220 go"]);
        assert_eq!(dialogue.fail(failure), Step::Ended(Ending::Later("x".into())));
    }
}

#[test]
fn a_message_is_sent_and_the_next_after_it() {
    let mut dialogue = ready("\n250-SIZE 5000\n250-8BITMIME\n250-SMTPUTF8");
    for _ in 0..2 {
        let steps = send(&mut dialogue, &["250 ok", "250 ok", "354 go", "DOT", "250 2.0.0 taken"]);
        let texts: Vec<_> = steps.iter().map(shown).collect();
        assert_eq!(texts[..4], ["MAIL FROM:<news@example.org> SIZE=1000", "RCPT TO:<b@example.net>", "DATA", "Data"]);
        assert_eq!(steps[4], Step::Over(Outcome::Sent { reply: "250 2.0.0 taken".into() }));
        assert!(dialogue.is_ready());
    }
    let step = dialogue.mail(&address("news@example.org"), &address("jürgen@bücher.example"), 9, false);
    assert_eq!(shown(&step), "MAIL FROM:<news@example.org> SIZE=9 BODY=8BITMIME SMTPUTF8");
    assert_eq!(shown(&dialogue.answer(&reply("250 ok"))), "RCPT TO:<jürgen@xn--bcher-kva.example>");
    assert_eq!(dialogue.quit(), None, "not in the middle");
    assert_eq!(ready("").quit(), Some(&b"QUIT\r\n"[..]));
}

#[test]
fn what_the_server_can_t_take_is_not_said() {
    let (from, to) = (address("news@example.org"), address("b@example.net"));
    let mut dialogue = ready("\n250-SIZE 5000");
    for (to, size, ascii) in [(&to, 5001, true), (&address("jürgen@example.org"), 10, true), (&to, 10, false)] {
        let step = dialogue.mail(&from, to, size, ascii);
        assert!(matches!(step, Step::Over(Outcome::Bounced { blame: Blame::Message, .. })), "{step:?}");
        assert!(dialogue.is_ready());
    }
    assert!(shown(&ready("\n250-SIZE").mail(&from, &to, 1 << 40, true)).ends_with(" SIZE=1099511627776"));
}

/// Every state against every kind of answer: what it means for the message, and whether the connection is kept.
#[test]
fn the_table_of_outcomes() {
    let sent = |reply: &str| Outcome::Sent { reply: reply.into() };
    let deferred = |reply: &str| Outcome::Deferred { reply: reply.into() };
    let bounced = |reply: &str, blame| Outcome::Bounced { reply: reply.into(), blame };
    let uncertain = |reason: &str| Outcome::Uncertain { reason: reason.into() };
    let again = |reason: &str| Outcome::Unsent(Ending::Again(reason.into()));
    let turn = |reply: &str| format!("the server answered `{reply}` out of turn");
    let (ok, go) = ("250 ok", "354 go");
    let rows: Vec<(Vec<&str>, Outcome, bool)> = vec![
        (vec!["421 bye"], again("421 bye"), false),
        (vec!["450 later", ok], deferred("450 later"), true),
        (vec!["452 4.3.1 full", ok], deferred("452 4.3.1 full"), true),
        (vec!["552 5.3.4 too big", ok], bounced("552 5.3.4 too big", Blame::Message), true),
        (vec!["550 5.7.1 no", ok], bounced("550 5.7.1 no", Blame::Policy), true),
        (vec!["530 5.7.0 log in"], Outcome::Unsent(Ending::Stop("the server wants a user and password: 530 5.7.0 log in".into())), false),
        (vec!["354 what"], again(&turn("354 what")), false),
        (vec!["!lost"], again("lost"), false),
        (vec!["!silent"], again("silent"), false),
        (vec![ok, "421 bye"], again("421 bye"), false),
        (vec![ok, "450 4.2.0 greylisted", ok], deferred("450 4.2.0 greylisted"), true),
        (vec![ok, "550 5.1.1 who?", ok], bounced("550 5.1.1 who?", Blame::Recipient), true),
        (vec![ok, "550 5.1.1 who?", "421 bye"], bounced("550 5.1.1 who?", Blame::Recipient), false),
        (vec![ok, "550 5.1.1 who?", "500 what"], bounced("550 5.1.1 who?", Blame::Recipient), false),
        (vec![ok, "550 5.1.1 who?", "!lost"], bounced("550 5.1.1 who?", Blame::Recipient), false),
        (vec![ok, "554 no", ok], bounced("554 no", Blame::Policy), true),
        (vec![ok, "!nonsense"], again("nonsense"), false),
        (vec![ok, "251 forwarded", "421 bye"], again("421 bye"), false),
        (vec![ok, ok, "250 taken already?"], again(&turn("250 taken already?")), false),
        (vec![ok, ok, "503 no recipients"], again(&turn("503 no recipients")), false),
        (vec![ok, ok, "451 later", ok], deferred("451 later"), true),
        (vec![ok, ok, "554 5.6.0 no", ok], bounced("554 5.6.0 no", Blame::Message), true),
        (vec![ok, ok, "!lost"], again("lost"), false),
        (vec![ok, ok, go, "!lost"], again("lost"), false),
        (vec![ok, ok, go, "!nonsense"], again("nonsense"), false),
        (vec![ok, ok, go, "250 early"], again(&turn("250 early")), false),
        (vec![ok, ok, go, "DOT", "250 taken"], sent("250 taken"), true),
        (vec![ok, ok, go, "DOT", "250"], sent("250"), true),
        (vec![ok, ok, go, "DOT", "451 4.3.0 later"], deferred("451 4.3.0 later"), true),
        (vec![ok, ok, go, "DOT", "421 bye"], deferred("421 bye"), false),
        (vec![ok, ok, go, "DOT", "550 5.1.1 who?"], bounced("550 5.1.1 who?", Blame::Recipient), true),
        (vec![ok, ok, go, "DOT", "554 5.7.1 spam"], bounced("554 5.7.1 spam", Blame::Policy), true),
        (vec![ok, ok, go, "DOT", "354 what"], uncertain(&turn("354 what")), false),
        (vec![ok, ok, go, "DOT", "!lost"], uncertain("lost"), false),
        (vec![ok, ok, go, "DOT", "!silent"], uncertain("silent"), false),
        (vec![ok, ok, go, "DOT", "!nonsense"], uncertain("nonsense"), false),
    ];
    for (replies, expected, kept) in rows {
        assert_eq!(outcome(&replies), (expected, kept), "{replies:?}");
    }
}

/// MAIL, RCPT and DATA at once, then the replies.
fn send_group(replies: &[&str]) -> (Vec<String>, bool) {
    let mut dialogue = ready("\n250-PIPELINING");
    let steps = send(&mut dialogue, replies);
    (steps.iter().map(shown).collect(), dialogue.is_ready())
}

#[test]
fn a_group_is_said_at_once_and_answered_in_turn() {
    let (steps, is_ready) = send_group(&["250 ok", "250 ok", "354 go", "DOT", "250 taken"]);
    assert_eq!(steps[0], "MAIL FROM:<news@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA");
    assert_eq!(steps[1..], ["Listen", "Listen", "Data", "Over(Sent { reply: \"250 taken\" })"]);
    assert!(is_ready);
    let bounced = |reply: &str, blame| format!("{:?}", Step::Over(Outcome::Bounced { reply: reply.into(), blame }));
    let deferred = |reply: &str| format!("{:?}", Step::Over(Outcome::Deferred { reply: reply.into() }));
    let again = |reason: &str| format!("{:?}", Step::Over(Outcome::Unsent(Ending::Again(reason.into()))));
    let (ok, go, no) = ("250 ok", "354 go", "550 5.1.1 who?");
    for (replies, next, last, kept) in [
        (vec![ok, no, "503 what", ok], "RSET", bounced(no, Blame::Recipient), true),
        // RFC 2920, section 3.1: only the dot, and whatever comes back.
        (vec![ok, no, go, "554 nobody"], "Nothing", bounced(no, Blame::Recipient), true),
        (vec![ok, no, go, "250 taken"], "Nothing", bounced(no, Blame::Recipient), true),
        (vec![ok, no, go, "!lost"], "Nothing", bounced(no, Blame::Recipient), false),
        (vec![ok, no, "!lost"], "Listen", bounced(no, Blame::Recipient), false),
        (vec![ok, no, "421 bye"], "Listen", bounced(no, Blame::Recipient), false),
        (vec!["452 4.3.1 full", "503 what", "503 what", ok], "RSET", deferred("452 4.3.1 full"), true),
        (vec!["452 4.3.1 full", ok, go, "554 no"], "Nothing", deferred("452 4.3.1 full"), true),
        (vec![ok, ok, "451 later", ok], "RSET", deferred("451 later"), true),
        (vec![ok, ok, "250 taken already?"], "Listen", again("the server answered `250 taken already?` out of turn"), false),
        (vec![ok, ok, "421 bye"], "Listen", again("421 bye"), false),
        (vec!["!silent"], "MAIL FROM:<news@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA", again("silent"), false),
    ] {
        let (steps, is_ready) = send_group(&replies);
        assert_eq!((steps.last(), is_ready), (Some(&last), kept), "{replies:?}");
        assert_eq!(steps[steps.len() - 2], next, "{replies:?}");
    }
}

#[test]
fn the_next_group_goes_with_the_dot() {
    let (from, to) = (address("news@example.org"), address("c@example.net"));
    let mut dialogue = ready("\n250-PIPELINING\n250-SIZE 5000");
    send(&mut dialogue, &["250 ok", "250 ok", "354 go"]);
    let said = dialogue.next_mail(&from, &to, 9, true).unwrap();
    assert_eq!(String::from_utf8(said).unwrap(), "MAIL FROM:<news@example.org> SIZE=9\r\nRCPT TO:<c@example.net>\r\nDATA\r\n");
    assert_eq!(dialogue.next_mail(&from, &to, 5001, true), None);
    assert_eq!(ready("").next_mail(&from, &to, 9, true), None);
    dialogue.dot_written(true);
    assert!(dialogue.expects_more());
    assert_eq!(
        dialogue.answer(&reply("550 5.2.1 off")),
        Step::Over(Outcome::Bounced { reply: "550 5.2.1 off".into(), blame: Blame::Message })
    );
    assert!(dialogue.is_ready() && dialogue.is_next_said());
    assert_eq!(dialogue.answer(&reply("250 ok")), Step::Listen);
    assert_eq!(dialogue.answer(&reply("250 ok")), Step::Listen);
    assert!(!dialogue.expects_more());
    assert_eq!(dialogue.answer(&reply("354 go")), Step::Data);
    // 421 to the dot takes the next transaction with it.
    dialogue.dot_written(true);
    assert_eq!(dialogue.answer(&reply("421 bye")), Step::Over(Outcome::Deferred { reply: "421 bye".into() }));
    assert!(!dialogue.is_ready() && dialogue.quit().is_none());
}

#[test]
fn a_closed_session_takes_no_message() {
    let mut dialogue = ready("");
    dialogue.quit();
    let step = dialogue.mail(&address("news@example.org"), &address("b@example.net"), 1, true);
    assert!(matches!(step, Step::Over(Outcome::Unsent(Ending::Again(_)))));
}

#[test]
fn passwords_are_not_shown() {
    assert!(!format!("{:?}", dialogue(Tls::None, true)).contains("geheim"));
}
