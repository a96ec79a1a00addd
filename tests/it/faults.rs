//! What servers do wrong, one row each: after a run the ledger says what it must, and the server's own record agrees.

use crate::mock_smtp::{Act, At, MockSmtp, Plan, Record, say};
use chrono::Utc;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tidings::delivery::{Compose, Consignment, Ended, News, Progress, SendOptions, Summary, send};
use tidings::list::{Address, Filter, Imported, Listed, Standing, Subscriber};
use tidings::message::Message;
use tidings::store::{DeliveryRow, Store};
use tidings::transport::{Auth, Carrier, RetrySpec, SmtpSpec, Tls, Transport};

const ISSUE: &str = "2026-W07";

struct Silent;

impl Progress for Silent {
    fn tell(&self, _: &News) {}
}

/// A row: what the server does, who gets the issue, and what must come of it.
#[derive(Clone)]
struct Row {
    name: &'static str,
    plan: Plan,
    /// Without `@example.org`.
    people: &'static [&'static str],
    once: bool,
    large: bool,
    spec: fn(&mut SmtpSpec),
    ended: &'static str,
    /// The states in the order of the people; `|` stands between those that one may be in.
    states: &'static [&'static str],
    /// How often each person's message came with its final dot.
    came: &'static [usize],
    /// None where threads may differ.
    connections: Option<usize>,
    suppressed: &'static [&'static str],
    /// States where the server offers PIPELINING, if they differ.
    pipelined: Option<&'static [&'static str]>,
}

fn row(name: &'static str, plan: Plan) -> Row {
    Row {
        name,
        plan,
        people: &["a", "b"],
        once: false,
        large: false,
        spec: |_| {},
        ended: "Finished",
        states: &["sent", "sent"],
        came: &[1, 1],
        connections: None,
        suppressed: &[],
        pipelined: None,
    }
}

impl Row {
    fn people(self, people: &'static [&'static str]) -> Row {
        Row { people, ..self }
    }

    fn once(self) -> Row {
        Row { once: true, ended: "Left", ..self }
    }

    /// The message is larger than the buffers between client and server, so that the server can act in its middle.
    fn large(self) -> Row {
        Row { large: true, ..self }
    }

    fn spec(self, spec: fn(&mut SmtpSpec)) -> Row {
        Row { spec, ..self }
    }

    /// Waits less than the server lets it.
    fn impatient(self) -> Row {
        self.spec(|spec| (spec.timeout, spec.final_timeout) = (Duration::from_millis(400), Duration::from_millis(400)))
    }

    fn ends(self, ended: &'static str) -> Row {
        Row { ended, ..self }
    }

    fn gives(self, states: &'static [&'static str], came: &'static [usize]) -> Row {
        Row { states, came, ..self }
    }

    fn connections(self, connections: usize) -> Row {
        Row { connections: Some(connections), ..self }
    }

    fn pipelined(self, states: &'static [&'static str]) -> Row {
        Row { pipelined: Some(states), ..self }
    }

    fn suppresses(self, suppressed: &'static [&'static str]) -> Row {
        Row { suppressed, ..self }
    }
}

pub fn spec(port: u16) -> SmtpSpec {
    SmtpSpec {
        carrier: Carrier::Smtp,
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        allow_plaintext: false,
        user: None,
        auth: Auth::Password,
        password: None,
        connections: 1,
        rate: None,
        daily: None,
        policy_stop: 3,
        timeout: Duration::from_secs(10),
        final_timeout: Duration::from_secs(10),
        retry: RetrySpec { first: Duration::from_millis(30), max: Duration::from_millis(60), give_up: Duration::from_secs(20) },
        envelope_from: None,
        per_domain: Default::default(),
        messages_per_connection: None,
        verp: false,
    }
}

fn import(database: &Path, people: &[&str]) {
    let records: Vec<Imported> = people
        .iter()
        .enumerate()
        .map(|(at, name)| Imported {
            line: at + 2,
            subscriber: Subscriber { address: format!("{name}@example.org"), ..Subscriber::default() },
            suppressed: None,
        })
        .collect();
    Store::open(database).unwrap().import(&records, false, Utc::now()).unwrap();
}

fn body(large: bool) -> Vec<u8> {
    // Every way to end a line, and dots at each start: what an attacker would try (SMTP smuggling).
    let mut body = b"Subject: x\r\n\r\nline\r\n.\r\nbare\n.\nbare\r.\rmixed\n\r.\r\n..two\r\n.\n".to_vec();
    if large {
        body.extend(std::iter::repeat_n(*b"a line of thirty-two characters.", 400_000).flat_map(|line| [&line[..], b"\r\n"].concat()));
    }
    body
}

fn consignment<'a>(compose: &'a Compose<'a>) -> Consignment<'a> {
    Consignment { issue: ISSUE, content_hash: "hash", from: Address::read("news@example.org").unwrap(), verp: false, compose }
}

fn run(database: &Path, spec: &SmtpSpec, large: bool, once: bool) -> Summary {
    let compose = |subscriber: &Subscriber, _| match subscriber.address.starts_with("nobody-can") {
        true => Err("its name holds a line break".to_owned()),
        false => Ok(Message { message_id: format!("<{}>", subscriber.address), bytes: body(large) }),
    };
    let consignment = consignment(&compose);
    let smtp = Transport::new(spec.clone(), spec.user.as_ref().map(|user| user.replace("right", crate::mock_smtp::PASSWORD))).unwrap();
    let options = SendOptions { once, ..SendOptions::default() };
    send(database, &smtp, spec, &consignment, &options, &AtomicBool::new(false), &Silent).unwrap()
}

fn deliveries(store: &Store) -> Vec<DeliveryRow> {
    let mut list = Vec::new();
    let mut take = |row| {
        list.push(row);
        ControlFlow::Continue(())
    };
    store.each_delivery(ISSUE, true, &mut take).unwrap();
    list
}

fn outcome(row: Row) -> (Summary, Vec<DeliveryRow>, Record) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("t.db");
    import(&database, row.people);
    let server = MockSmtp::start(row.plan);
    let mut spec = spec(server.port());
    if row.large {
        spec.timeout = Duration::from_secs(3);
        spec.final_timeout = Duration::from_secs(20);
    }
    (row.spec)(&mut spec);
    let summary = run(&database, &spec, row.large, row.once);
    let store = Store::open(&database).unwrap();
    let deliveries = deliveries(&store);
    let record = server.record();
    let name = row.name;
    let states: Vec<&str> = row
        .people
        .iter()
        .map(|person| deliveries.iter().find(|row| row.address == format!("{person}@example.org")).unwrap().state.word().as_str())
        .collect();
    let fits = |(state, expected): (&&str, &&str)| expected.split('|').any(|one| one == *state);
    let all_fit = states.len() == row.states.len() && states.iter().zip(row.states).all(fits);
    assert!(all_fit, "{name}: {states:?}, not {:?}: {deliveries:#?}\n{record:#?}", row.states);
    let came: Vec<usize> = row.people.iter().map(|person| record.count(&format!("{person}@example.org"))).collect();
    assert_eq!(came, row.came, "{name}: how often each message came; {deliveries:#?}");
    let ended = format!("{:?}", summary.ended);
    assert!(ended.starts_with(row.ended), "{name}: {ended}");
    if let Some(connections) = row.connections {
        assert_eq!(record.connections, connections, "{name}: connections; {:#?}", record.commands);
    }
    let mut suppressed = Vec::new();
    let filter = Filter { standing: Some(Standing::Suppressed), ..Filter::default() };
    let mut take = |one: Listed| {
        suppressed.push(one.subscriber.address);
        ControlFlow::Continue(())
    };
    store.view(|view| view.each(&filter, &mut take)).unwrap();
    let expected: Vec<String> = row.suppressed.iter().map(|person| format!("{person}@example.org")).collect();
    assert_eq!(suppressed, expected, "{name}: suppressed");
    // The ledger never says "sent" without the server's word, nor "bounced" of what the server said it took.
    for delivery in &deliveries {
        let accepted = record.messages.iter().filter(|seen| seen.to == delivery.address && seen.is_accepted()).count();
        match delivery.state.word().as_str() {
            "sent" => assert_eq!(accepted, 1, "{name}: {delivery:?}"),
            "uncertain" => {}
            _ => assert_eq!(accepted, 0, "{name}: {delivery:?}"),
        }
    }
    (summary, deliveries, record)
}

/// Runs the rows beside each other, each with PIPELINING and without: most of their time is waiting.
fn check(rows: Vec<Row>) {
    let count = rows.len();
    let queue = Mutex::new(rows);
    let done = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let Some(row) = queue.lock().unwrap().pop() else { break };
                    outcome(Row { plan: row.plan.clone().lockstep(), ..row.clone() });
                    outcome(Row { states: row.pipelined.unwrap_or(row.states), ..row });
                    *done.lock().unwrap() += 1;
                }
            });
        }
    });
    assert_eq!(*done.lock().unwrap(), count);
}

#[test]
fn faults_before_a_message() {
    check(vec![
        row("nothing wrong", Plan::new()).connections(1),
        row("554 greeting", Plan::new().always(At::Connect, "", say("554 no service"))).once().gives(&["pending", "pending"], &[0, 0]),
        row("554 greeting, then better", Plan::new().rule(At::Connect, "", 0, 2, say("554 no service"))).connections(3),
        row("no greeting", Plan::new().always(At::Connect, "", Act::Hang)).impatient().once().gives(&["pending", "pending"], &[0, 0]),
        row("closed at once", Plan::new().always(At::Connect, "", Act::Close)).once().gives(&["pending", "pending"], &[0, 0]),
        row("421 greeting", Plan::new().once(At::Connect, "", say("421 busy"))).once().ends("Finished").connections(2),
        row("421 at EHLO", Plan::new().once(At::Hello, "", say("421 busy"))).once().ends("Finished").connections(2),
        row("a greeting that is none", Plan::new().always(At::Connect, "", say("hello"))).once().gives(&["pending", "pending"], &[0, 0]),
        row("a greeting of 250", Plan::new().always(At::Connect, "", say("250 hello"))).once().gives(&["pending", "pending"], &[0, 0]),
        row("EHLO refused", Plan::new().once(At::Hello, "", say("502 what?"))).connections(1),
        row("two greetings", Plan::new().once(At::Connect, "", Act::Say(b"220 a\r\n220 b\r\n".to_vec()))).connections(2),
        row("535", Plan::new().offer("AUTH PLAIN"))
            .spec(|spec| spec.user = Some("wrong".into()))
            .ends("Stopped")
            .gives(&["pending", "pending"], &[0, 0])
            .connections(1),
        row("AUTH PLAIN", Plan::new().offer("AUTH LOGIN PLAIN")).spec(|spec| spec.user = Some("right".into())).connections(1),
        row("AUTH LOGIN", Plan::new().offer("AUTH LOGIN")).spec(|spec| spec.user = Some("right".into())).connections(1),
        row("454 at AUTH", Plan::new().offer("AUTH PLAIN").once(At::Auth, "", say("454 later")))
            .spec(|spec| spec.user = Some("right".into()))
            .connections(2),
        row("no AUTH offered", Plan::new())
            .spec(|spec| spec.user = Some("right".into()))
            .ends("Stopped")
            .gives(&["pending", "pending"], &[0, 0]),
        row("530 at MAIL", Plan::new().always(At::Mail, "", say("530 5.7.0 log in")))
            .ends("Stopped")
            .gives(&["pending", "pending"], &[0, 0])
            .connections(1),
        row("a host that has no address", Plan::new())
            .spec(|spec| spec.host = "no..host".into())
            .once()
            .ends("Left(\"can't find no..host")
            .gives(&["pending", "pending"], &[0, 0])
            .connections(0),
        row("AUTH PLAIN that asks on", Plan::new().offer("AUTH PLAIN").always(At::Auth, "", say("334 more")))
            .spec(|spec| spec.user = Some("right".into()))
            .once()
            .gives(&["pending", "pending"], &[0, 0])
            .connections(1),
        row("one connection allowed", Plan::new().limit(1))
            .people(&["a", "b", "c", "d", "e", "f"])
            .spec(|spec| spec.connections = 3)
            .gives(&["sent"; 6], &[1; 6]),
    ]);
}

#[test]
fn refusals() {
    check(vec![
        row("421 at MAIL", Plan::new().once(At::Mail, "", say("421 bye"))).once().ends("Finished").connections(2),
        row("421 at RCPT", Plan::new().once(At::Rcpt, "a@", say("421 bye"))).once().ends("Finished").connections(2),
        row("421 at DATA", Plan::new().once(At::Data, "a@", say("421 bye"))).once().ends("Finished").connections(2),
        row("421 twice", Plan::new().rule(At::Rcpt, "a@", 0, 2, say("421 bye")))
            .once()
            .gives(&["deferred", "sent"], &[0, 1])
            .connections(3),
        row("421 to the dot", Plan::new().once(At::Dot, "a@", say("421 4.3.0 bye"))).once().gives(&["deferred", "sent"], &[1, 1]),
        row("421 to the dot, then taken", Plan::new().once(At::Dot, "a@", say("421 4.3.0 bye"))).gives(&["sent", "sent"], &[2, 1]),
        row("greylisted", Plan::new().once(At::Rcpt, "a@", say("450 4.2.0 greylisted"))),
        row("greylisted, one pass", Plan::new().once(At::Rcpt, "a@", say("450 4.2.0 greylisted")))
            .once()
            .gives(&["deferred", "sent"], &[0, 1])
            .connections(1),
        row("too fast", Plan::new().rule(At::Rcpt, "", 0, 2, say("450 4.7.28 too fast")))
            .people(&["a", "b", "c", "d"])
            .gives(&["sent"; 4], &[1; 4]),
        row("451 at DATA", Plan::new().once(At::Data, "a@", say("451 later"))),
        row("451 to the dot", Plan::new().once(At::Dot, "a@", say("451 4.3.0 later"))).gives(&["sent", "sent"], &[2, 1]),
        row("452 at MAIL", Plan::new().once(At::Mail, "", say("452 4.3.1 full")))
            .once()
            .gives(&["deferred", "sent"], &[0, 1])
            .connections(1),
        row("552 at MAIL", Plan::new().once(At::Mail, "", say("552 5.3.4 too big"))).gives(&["bounced", "sent"], &[0, 1]).connections(1),
        row("SIZE too small", Plan::new().offer("SIZE 20")).gives(&["bounced", "bounced"], &[0, 0]).connections(1),
        row("550 5.1.1 at RCPT", Plan::new().always(At::Rcpt, "a@", say("550 5.1.1 no such user")))
            .gives(&["bounced", "sent"], &[0, 1])
            .connections(1)
            .suppresses(&["a"]),
        row("550 5.1.1 to the dot", Plan::new().always(At::Dot, "a@", say("550 5.1.1 no such user")))
            .gives(&["bounced", "sent"], &[1, 1])
            .connections(1)
            .suppresses(&["a"]),
        row("354 though nobody was taken", Plan::new().eager().always(At::Rcpt, "a@", say("550 5.1.1 no such user")))
            .people(&["b", "a", "c"])
            .gives(&["sent", "bounced", "sent"], &[1, 0, 1])
            .connections(1)
            .suppresses(&["a"]),
        row("354 though the sender was refused", Plan::new().eager().rule(At::Mail, "", 1, 1, say("452 4.3.1 full")))
            .people(&["a", "b", "c"])
            .once()
            .gives(&["sent", "deferred", "sent"], &[1, 0, 1]),
        row("452 4.5.3 at RCPT", Plan::new().once(At::Rcpt, "a@", say("452 4.5.3 too many recipients")))
            .once()
            .gives(&["deferred", "sent"], &[0, 1])
            .connections(1),
        row(
            "503 to DATA, since nobody was taken",
            Plan::new().eager().always(At::Rcpt, "a@", say("550 5.1.1 no such user")).once(At::Data, "a@", say("503 5.5.1 RCPT first")),
        )
        .people(&["b", "a", "c"])
        .gives(&["sent", "bounced", "sent"], &[1, 0, 1])
        .connections(1)
        .suppresses(&["a"]),
        row("the next is refused while this one is taken", Plan::new().always(At::Rcpt, "b@", say("550 5.1.1 no such user")))
            .people(&["a", "b", "c"])
            .gives(&["sent", "bounced", "sent"], &[1, 0, 1])
            .connections(1)
            .suppresses(&["b"]),
        row("refused, and the connection lost", Plan::new().always(At::Rcpt, "a@", Act::SayAndClose(b"550 5.2.1 off\r\n".to_vec())))
            .gives(&["bounced", "sent"], &[0, 1])
            .connections(2),
        row("550 5.1.8 at MAIL", Plan::new().once(At::Mail, "", say("550 5.1.8 bad sender"))).gives(&["bounced", "sent"], &[0, 1]),
        row("550 5.7.1 at RCPT", Plan::new().always(At::Rcpt, "a@", say("550 5.7.1 policy"))).gives(&["bounced", "sent"], &[0, 1]),
        row("552 5.2.2 at RCPT", Plan::new().always(At::Rcpt, "a@", say("552 5.2.2 full"))).gives(&["bounced", "sent"], &[0, 1]),
        row("554 5.6.0 to the dot", Plan::new().always(At::Dot, "a@", say("554 5.6.0 content"))).gives(&["bounced", "sent"], &[1, 1]),
        row("550 without a code", Plan::new().always(At::Rcpt, "a@", say("550 no"))).gives(&["bounced", "sent"], &[0, 1]),
        row("503 at DATA", Plan::new().once(At::Data, "a@", say("503 out of step"))).connections(2),
        row("RSET refused", Plan::new().once(At::Rcpt, "a@", say("550 5.2.1 off")).once(At::Reset, "", say("500 what?")))
            .gives(&["bounced", "sent"], &[0, 1])
            .connections(2),
        row("three policies in a row", Plan::new().always(At::Rcpt, "", say("550 5.7.1 blocked")))
            .people(&["a", "b", "c", "d", "e"])
            .ends("Policy")
            .gives(&["bounced", "bounced", "bounced", "pending", "pending"], &[0; 5]),
        row("policies not in a row", Plan::new().always(At::Rcpt, "-no@", say("554 5.7.1 blocked")))
            .people(&["a-no", "b-no", "c", "d-no", "e-no"])
            .gives(&["bounced", "bounced", "sent", "bounced", "bounced"], &[0, 0, 1, 0, 0]),
        row("given up", Plan::new().always(At::Rcpt, "a@", say("450 4.2.0 later")))
            .spec(|spec| spec.retry.give_up = Duration::from_millis(200))
            .gives(&["bounced", "sent"], &[0, 1]),
        row("no SMTPUTF8", Plan::new()).people(&["jürgen", "b"]).gives(&["bounced", "sent"], &[0, 1]).connections(1),
        row("SMTPUTF8", Plan::new().offer("SMTPUTF8")).people(&["jürgen", "b"]).connections(1),
        row("a message that can't be made", Plan::new())
            .people(&["a", "nobody-can", "z"])
            .ends("Unmade(1)")
            .gives(&["sent", "pending", "sent"], &[1, 0, 1]),
        row("a message that can't be made, among deferred ones", Plan::new().once(At::Rcpt, "a@", say("450 4.2.0 later")))
            .people(&["a", "nobody-can"])
            .ends("Unmade(1)")
            .gives(&["sent", "pending"], &[1, 0]),
        row("a message that costs the connection", Plan::new().always(At::Rcpt, "a-bad", Act::Close))
            .people(&["a-bad", "b"])
            .spec(|spec| spec.retry.give_up = Duration::from_millis(150))
            .ends("Left(\"the server loses")
            .gives(&["deferred", "sent"], &[0, 1]),
    ]);
}

#[test]
fn lost_connections_and_nonsense() {
    let idle = Act::SayAndLater(b"250 taken\r\n".to_vec(), Duration::from_millis(60), b"421 idle for too long\r\n".to_vec());
    let endless = [&b"250 "[..], &vec![b'x'; 200_000]].concat();
    check(vec![
        row("drop at MAIL", Plan::new().once(At::Mail, "", Act::Close)).once().ends("Finished").connections(2),
        row("drop at DATA", Plan::new().once(At::Data, "a@", Act::Close)).once().ends("Finished").connections(2),
        row("drop in the message", Plan::new().once(At::Body, "a@", Act::Close)).large().once().ends("Finished").connections(2),
        row("drop in the message, twice", Plan::new().rule(At::Body, "a@", 0, 2, Act::Close))
            .large()
            .once()
            .gives(&["deferred", "sent"], &[0, 1]),
        row("an answer in the message", Plan::new().once(At::Body, "a@", say("250 taken already"))).large().once().ends("Finished"),
        row("stalls in the message", Plan::new().once(At::Body, "a@", Act::Stall)).large().once().ends("Finished"),
        row("drop after the dot", Plan::new().once(At::Dot, "a@", Act::Close)).gives(&["uncertain", "sent"], &[1, 1]).connections(2),
        row("silence after the dot", Plan::new().once(At::Dot, "a@", Act::Hang))
            .impatient()
            .gives(&["uncertain", "sent"], &[1, 1])
            .connections(2),
        row("354 after the dot", Plan::new().once(At::Dot, "a@", say("354 go on"))).gives(&["uncertain", "sent"], &[1, 1]),
        row("250text after the dot", Plan::new().once(At::Dot, "a@", say("250text"))).gives(&["uncertain", "sent"], &[1, 1]),
        row("150 after the dot", Plan::new().once(At::Dot, "a@", say("150 soon"))).gives(&["uncertain", "sent"], &[1, 1]),
        row("999 after the dot", Plan::new().once(At::Dot, "a@", say("999 what"))).gives(&["uncertain", "sent"], &[1, 1]),
        row("mixed codes after the dot", Plan::new().once(At::Dot, "a@", Act::Say(b"250-a\r\n451 b\r\n".to_vec())))
            .gives(&["uncertain", "sent"], &[1, 1]),
        row("LF alone after the dot", Plan::new().once(At::Dot, "a@", Act::Say(b"250 taken\n".to_vec())))
            .impatient()
            .gives(&["uncertain", "sent"], &[1, 1])
            .connections(2)
            // The reply to the next message's MAIL ends the line: that transaction gets out of step, and is tried anew.
            .pipelined(&["sent", "sent"]),
        row("an endless line after the dot", Plan::new().once(At::Dot, "a@", Act::Say(endless.clone())))
            .gives(&["uncertain", "sent"], &[1, 1])
            .connections(2),
        row("endless lines after the dot", Plan::new().once(At::Dot, "a@", Act::Say(b"250-more\r\n".repeat(20_000))))
            .gives(&["uncertain", "sent"], &[1, 1])
            .connections(2),
        row("a word after the dot", Plan::new().once(At::Dot, "a@", say("fine"))).gives(&["uncertain", "sent"], &[1, 1]),
        row("two replies after the dot", Plan::new().once(At::Dot, "a@", Act::Say(b"250 a\r\n250 b\r\n".to_vec())))
            .gives(&["uncertain", "sent"], &[1, 1])
            // The second may answer the next message's MAIL; then that transaction gets out of step, and is tried anew.
            .pipelined(&["sent", "sent"]),
        row("250 and 421 after the dot", Plan::new().once(At::Dot, "a@", Act::Say(b"250 a\r\n421 bye\r\n".to_vec())))
            .gives(&["sent", "sent"], &[1, 1])
            .connections(2),
        row("a slow reply after the dot", Plan::new().once(At::Dot, "a@", Act::Wait(Duration::from_millis(200)))).connections(1),
        row(
            "dripping after the dot",
            Plan::new().once(At::Dot, "a@", Act::Drip(b"250 taken, slowly\r\n".to_vec(), Duration::from_millis(60))),
        )
        .impatient()
        .gives(&["uncertain", "sent"], &[1, 1]),
        row("a bare code", Plan::new().always(At::Dot, "", say("250"))).connections(1),
        row("a reply of many lines", Plan::new().always(At::Dot, "", Act::Say(b"250-2.0.0 a\r\n250-2.0.0 b\r\n250 2.0.0 c\r\n".to_vec()))),
        row("NUL and Latin-1", Plan::new().always(At::Dot, "", Act::Say(b"250 caf\xe9 \0 ok\r\n".to_vec()))).connections(1),
        row("250 to DATA", Plan::new().once(At::Data, "a@", say("250 taken"))).once().ends("Finished").connections(2),
        row("354 at RCPT", Plan::new().once(At::Rcpt, "a@", say("354 go on"))).once().ends("Finished").connections(2),
        row("999 at RCPT", Plan::new().once(At::Rcpt, "a@", say("999 what"))).once().ends("Finished").connections(2),
        row("150 at RCPT", Plan::new().once(At::Rcpt, "a@", say("150 soon"))).once().ends("Finished").connections(2),
        row("mixed codes at RCPT", Plan::new().once(At::Rcpt, "a@", Act::Say(b"250-a\r\n550 b\r\n".to_vec()))).once().ends("Finished"),
        row("two replies to RCPT", Plan::new().once(At::Rcpt, "a@", Act::Say(b"250 a\r\n250 b\r\n".to_vec()))).once().ends("Finished"),
        row("two replies to DATA", Plan::new().once(At::Data, "a@", Act::Say(b"354 go\r\n250 taken\r\n".to_vec()))).once().ends("Finished"),
        row("an endless line", Plan::new().once(At::Rcpt, "a@", Act::Say(endless))).once().ends("Finished").connections(2),
        row("endless lines", Plan::new().once(At::Rcpt, "a@", Act::Say(b"250-more\r\n".repeat(20_000))))
            .once()
            .ends("Finished")
            .connections(2),
        row("dripping at RCPT", Plan::new().once(At::Rcpt, "a@", Act::Drip(b"250 slowly, slowly\r\n".to_vec(), Duration::from_millis(60))))
            .impatient()
            .once()
            .ends("Finished")
            .connections(2),
        row("silence at RCPT", Plan::new().once(At::Rcpt, "a@", Act::Hang)).impatient().once().ends("Finished").connections(2),
        row("closed after each message", Plan::new().always(At::Dot, "", Act::SayAndClose(b"250 taken\r\n".to_vec()))).connections(2),
        row("421 while idle", Plan::new().always(At::Dot, "", idle)).spec(|spec| spec.rate = Some(4.0)).connections(2),
    ]);
}

#[test]
fn what_is_deferred_keeps_its_reply_and_its_tries() {
    let plan = Plan::new().rule(At::Rcpt, "a@", 0, 2, say("450 4.2.0 greylisted"));
    let (summary, deliveries, record) = outcome(row("three tries", plan).people(&["a"]).gives(&["sent"], &[1]));
    assert_eq!(summary.ended, Ended::Finished);
    assert_eq!((deliveries[0].attempts, deliveries[0].reply.as_deref()), (3, Some("250 2.0.0 taken")));
    assert_eq!(deliveries[0].message_id.as_deref(), Some("<a@example.org>"));
    assert_eq!(record.commands.iter().filter(|line| *line == "RSET").count(), 2);
    assert_eq!(record.messages[0].from, "news@example.org");
    let plan = Plan::new().always(At::Rcpt, "", say("450 4.2.0 later"));
    let given_up =
        row("given up", plan).people(&["a"]).gives(&["bounced"], &[0]).spec(|spec| spec.retry.give_up = Duration::from_millis(100));
    let (_, deliveries, _) = outcome(given_up);
    assert_eq!(deliveries[0].reply.as_deref(), Some("450 4.2.0 later"));
}

#[test]
fn a_message_arrives_as_it_was_made() {
    let (_, _, record) = outcome(row("smuggling", Plan::new()).people(&["a"]).gives(&["sent"], &[1]));
    assert_eq!(record.messages.len(), 1);
    let text = String::from_utf8(record.messages[0].body.clone()).unwrap();
    assert_eq!(text, "Subject: x\r\n\r\nline\r\n.\r\nbare\r\n.\r\nbare\r\n.\r\nmixed\r\n\r\n.\r\n..two\r\n.\r\n");
}

#[test]
fn a_server_that_is_not_there_leaves_the_ledger_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("t.db");
    import(&database, &["a", "b"]);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let summary = run(&database, &spec(port), false, true);
    assert!(matches!(&summary.ended, Ended::Left(reason) if reason.contains("can't connect")), "{summary:?}");
    let deliveries = deliveries(&Store::open(&database).unwrap());
    assert!(deliveries.iter().all(|row| row.state.word().as_str() == "pending" && row.attempts == 0 && row.reply.is_none()));
}

#[test]
fn a_finished_issue_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("t.db");
    import(&database, &["a", "b"]);
    let server = MockSmtp::start(Plan::new().once(At::Dot, "a@", Act::Close));
    for _ in 0..2 {
        let summary = run(&database, &spec(server.port()), false, false);
        assert_eq!((summary.counts.sent, summary.counts.uncertain), (1, 1));
    }
    assert_eq!(server.record().messages.len(), 2);
    // Nothing to do: not even a connection.
    assert_eq!(server.record().connections, 2);
}

#[test]
fn a_stopped_run_leaves_the_rest_pending() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("t.db");
    let people: Vec<String> = (0..50).map(|n| format!("p{n}")).collect();
    import(&database, &people.iter().map(String::as_str).collect::<Vec<_>>());
    let server = MockSmtp::start(Plan::new());
    let stop = AtomicBool::new(false);
    struct StopAt<'a>(&'a AtomicBool, std::sync::atomic::AtomicUsize);
    impl Progress for StopAt<'_> {
        fn tell(&self, news: &News) {
            use std::sync::atomic::Ordering;
            if matches!(news, News::Settled { .. }) && self.1.fetch_add(1, Ordering::Relaxed) == 9 {
                self.0.store(true, Ordering::Relaxed);
            }
        }
    }
    let compose = |subscriber: &Subscriber, _| Ok(Message { message_id: format!("<{}>", subscriber.address), bytes: body(false) });
    let consignment = consignment(&compose);
    let spec = SmtpSpec { connections: 2, ..spec(server.port()) };
    let smtp = Transport::new(spec.clone(), None).unwrap();
    let summary = send(&database, &smtp, &spec, &consignment, &SendOptions::default(), &stop, &StopAt(&stop, Default::default())).unwrap();
    assert_eq!(summary.ended, Ended::Left("stopped".into()));
    let counts = summary.counts;
    assert!((10..=12).contains(&counts.sent), "{counts:?}");
    assert_eq!(counts.sent + counts.pending, 50, "{counts:?}");
    assert_eq!(server.record().messages.len() as u64, counts.sent);
}

#[test]
fn a_ledger_that_can_t_be_written_stops_the_dots() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("t.db");
    let people: Vec<String> = (0..30).map(|n| format!("p{n:02}")).collect();
    import(&database, &people.iter().map(String::as_str).collect::<Vec<_>>());
    let server = MockSmtp::start(Plan::new());
    let rename = |from: &str, to: &str| {
        let other = rusqlite::Connection::open(&database).unwrap();
        other.busy_timeout(Duration::from_secs(5)).unwrap();
        other.execute_batch(&format!("ALTER TABLE {from} RENAME TO {to}")).unwrap();
    };
    // The table is gone from the tenth message on: neither `begun` nor anything else can be written.
    let compose = |subscriber: &Subscriber, _| {
        if subscriber.address.starts_with("p09") {
            rename("deliveries", "gone");
        }
        Ok(Message { message_id: format!("<{}>", subscriber.address), bytes: body(false) })
    };
    let consignment = consignment(&compose);
    let spec = spec(server.port());
    let smtp = Transport::new(spec.clone(), None).unwrap();
    let failed = send(&database, &smtp, &spec, &consignment, &SendOptions::default(), &AtomicBool::new(false), &Silent);
    assert!(failed.unwrap_err().to_string().contains("no such table"));
    let came = server.record().messages.len();
    assert!((8..=9).contains(&came), "{came} messages came");
    rename("gone", "deliveries");
    let summary = run(&database, &spec, false, false);
    assert_eq!(summary.ended, Ended::Finished);
    let (counts, record) = (summary.counts, server.record());
    assert_eq!(counts.sent + counts.uncertain, 30);
    assert!(counts.uncertain <= 1, "{counts:?}");
    assert!(people.iter().all(|name| record.count(&format!("{name}@example.org")) <= 1));
    assert_eq!(record.messages.len(), 30);
}

/// Whoever has lost a claim, to another process or by a lease that is over, sends no dot, even where the whole message has left.
#[test]
fn a_claim_that_is_taken_away_sends_no_dot() {
    for plan in [Plan::new(), Plan::new().lockstep()] {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("t.db");
        import(&database, &["a", "b"]);
        // The answer to DATA comes when the claims are another's.
        let server = MockSmtp::start(plan.once(At::Data, "a@", Act::Wait(Duration::from_millis(600))));
        let (smtp, spec) = (Transport::new(spec(server.port()), None).unwrap(), spec(server.port()));
        let compose = |subscriber: &Subscriber, _| Ok(Message { message_id: format!("<{}>", subscriber.address), bytes: body(false) });
        let options = SendOptions { once: true, ..SendOptions::default() };
        let summary = std::thread::scope(|scope| {
            let run =
                scope.spawn(|| send(&database, &smtp, &spec, &consignment(&compose), &options, &AtomicBool::new(false), &Silent).unwrap());
            while !server.record().commands.iter().any(|line| line == "DATA") {
                std::thread::sleep(Duration::from_millis(5));
            }
            let mut other = Store::open(&database).unwrap();
            let boot = tidings::store::boot_id();
            other.recover(&boot, Utc::now()).unwrap();
            assert_eq!(other.claim(ISSUE, 2, &boot, Utc::now()).unwrap().len(), 2);
            run.join().unwrap()
        });
        assert_eq!((summary.ended, summary.counts.claimed), (Ended::Left("one pass was asked for".into()), 2));
        assert_eq!(server.record().messages.len(), 0);
    }
}

/// Fewer connections for a while, not only fewer messages.
#[test]
fn a_server_with_too_many_connections_gets_half_and_then_more_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("t.db");
    let people: Vec<String> = (0..300).map(|n| format!("p{n:03}")).collect();
    import(&database, &people.iter().map(String::as_str).collect::<Vec<_>>());
    let server = MockSmtp::start(Plan::new().rule(At::Mail, "", 20, 1, say("421 4.7.0 too many connections")));
    let summary = run(&database, &SmtpSpec { connections: 4, ..spec(server.port()) }, false, false);
    assert_eq!((summary.ended, summary.counts.sent), (Ended::Finished, 300));
    let open: Vec<usize> = server.record().messages.iter().map(|seen| seen.open).collect();
    // Some are under way when it says so; then half, and one more with each hundred.
    assert!(open[40..100].iter().all(|open| *open <= 2), "{open:?}");
    assert!(open[150..200].iter().all(|open| *open <= 3) && open[250..].contains(&4), "{open:?}");
}

/// Whatever the connections hear after the stop is decided bounces nobody.
#[test]
fn a_policy_stop_does_not_overshoot() {
    let people = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("t.db");
        import(&database, &people);
        // Each answer comes late, so that all four connections have one under way when the stop is decided.
        let plan = Plan::new().always(At::Rcpt, "", Act::Drip(b"550 5.7.1 blocked\r\n".to_vec(), Duration::from_millis(3)));
        let server = MockSmtp::start(plan);
        let spec = SmtpSpec { connections: 4, policy_stop: 2, ..spec(server.port()) };
        let summary = run(&database, &spec, false, false);
        assert!(matches!(summary.ended, Ended::Policy(_)), "{summary:?}");
        assert_eq!((summary.counts.bounced, summary.counts.pending), (2, 6));
    }
}

#[test]
fn a_lost_connection_never_bounces_anybody_nor_stops_the_others() {
    // Three whose messages kill the connection, and a time to give up that is soon over.
    let plan = Plan::new().always(At::Rcpt, "-bad@", Act::Close);
    let killed = row("killers", plan)
        .people(&["a-bad", "b-bad", "c-bad", "d", "e"])
        .spec(|spec| spec.retry.give_up = Duration::from_secs(2))
        .ends("Left")
        // One that was claimed when the third connection was lost is released.
        .gives(&["deferred|pending", "deferred|pending", "deferred|pending", "sent", "sent"], &[0, 0, 0, 1, 1]);
    let (_, deliveries, _) = outcome(killed);
    assert!(deliveries.iter().take(3).all(|row| row.attempts == 0), "{deliveries:?}");
}

#[test]
fn a_stopped_run_opens_no_second_connection() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("t.db");
    import(&database, &["a"]);
    // The recipient's answer comes after the stop, and is the end of the connection.
    let plan = Plan::new().always(At::Rcpt, "", Act::SayAndLater(Vec::new(), Duration::from_millis(300), Vec::new()));
    let server = MockSmtp::start(plan);
    let stop = AtomicBool::new(false);
    let compose = |subscriber: &Subscriber, _| Ok(Message { message_id: format!("<{}>", subscriber.address), bytes: body(false) });
    let consignment = consignment(&compose);
    let spec = SmtpSpec { timeout: Duration::from_secs(5), ..spec(server.port()) };
    let smtp = Transport::new(spec.clone(), None).unwrap();
    let summary = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !server.record().commands.iter().any(|line| line.starts_with("RCPT")) {
                std::thread::sleep(Duration::from_millis(5));
            }
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        send(&database, &smtp, &spec, &consignment, &SendOptions::default(), &stop, &Silent).unwrap()
    });
    assert_eq!((summary.ended, summary.counts.pending), (Ended::Left("stopped".into()), 1));
    assert_eq!(server.record().connections, 1);
}
