//! The sender is killed at any moment, again and again, and resumed until it is done. The server's own record says whether
//! anybody got the issue twice or not at all.

use crate::mock_smtp::{Act, At, Dice, MockSmtp, Plan, Record};
use crate::project::Project;
use crate::send::publication;
use std::collections::BTreeMap;
use std::time::Duration;

const PEOPLE: usize = 500;
const CONNECTIONS: usize = 4;

fn project(server: &MockSmtp, people: usize) -> Project {
    let rows: String = (0..people).map(|n| format!("p{n:05}@example.net,Person {n}\n")).collect();
    let smtp = format!("tls = \"none\"\nconnections = {CONNECTIONS}\ntimeout = \"10s\"\nfinal_timeout = \"10s\"\n");
    let project = publication(server.port(), &smtp).file("l.csv", format!("email,name\n{rows}"));
    project.run("list import l.csv").success();
    project
}

/// Runs `send` and kills it (SIGKILL) after a random moment; gives how often it was killed before it came to its end.
fn send_with_kills(project: &Project, dice: &mut Dice, arguments: &[&str]) -> usize {
    for kills in 0.. {
        let mut run = project.command(arguments).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 + dice.below(200)));
        run.kill().unwrap();
        if run.wait().unwrap().code().is_some() {
            return kills;
        }
    }
    unreachable!()
}

/// The ledger's word for each address.
fn states(project: &Project) -> BTreeMap<String, String> {
    let report = project.run("report latest --all --format json").success().json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    report["deliveries"].as_array().unwrap().iter().map(|row| (text(&row["address"]), text(&row["state"]))).collect()
}

#[test]
fn nobody_twice_nobody_missing() {
    // A reply takes a while, so that kills fall between the dot and the reply, too.
    let server = MockSmtp::start(Plan::new().always(At::Dot, "", Act::Wait(Duration::from_millis(12))));
    let project = project(&server, PEOPLE);
    let mut dice = Dice(20_260_216);
    let kills = send_with_kills(&project, &mut dice, &["send", "latest", "--yes"]);
    assert!(kills >= 10, "only {kills} kills: the test proves little");
    let record = server.record();
    let mut came: BTreeMap<&str, usize> = BTreeMap::new();
    for seen in &record.messages {
        *came.entry(&seen.to).or_default() += 1;
    }
    let states = states(&project);
    assert_eq!(states.len(), PEOPLE);
    let mut uncertain = 0;
    for (address, state) in &states {
        let times = came.get(address.as_str()).copied().unwrap_or_default();
        match state.as_str() {
            "sent" => assert_eq!(times, 1, "{address} is sent"),
            "uncertain" => {
                uncertain += 1;
                assert!(times <= 1, "{address} is uncertain and came {times} times");
            }
            other => panic!("{address} is left {other}"),
        }
    }
    assert!(uncertain <= kills * CONNECTIONS, "{uncertain} uncertain after {kills} kills");

    // Only the user can have what is uncertain sent again, and only those may then have it twice.
    project.run("send latest --yes --resend-uncertain").success();
    let record = server.record();
    for (address, state) in &states {
        let times = record.count(address);
        let most = if state == "uncertain" { 2 } else { 1 };
        assert!((1..=most).contains(&times), "{address}, which was {state}, came {times} times");
    }
}

/// A disk that is full: no dot leaves without its word in the ledger, and what was in flight is in doubt.
#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_dots() {
    const MANY: usize = 600;
    let server = MockSmtp::start(Plan::new());
    let project = project(&server, MANY);
    project.run("send latest --dry-run").success();
    // A process may not write a file beyond this; the ledger's log grows with each message. In blocks of 512 bytes.
    let script = "trap '' XFSZ; ulimit -f 1000; exec \"$0\" \"$@\"";
    let send = project.command(&["send", "latest", "--yes", "--format", "json"]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", script]).arg(send.get_program()).args(send.get_args());
    limited.current_dir(send.get_current_dir().unwrap());
    limited.envs(send.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.output().unwrap();
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let error = said["error"].as_str().unwrap_or_else(|| panic!("{said}"));
    assert!(output.status.code() == Some(2) && error.contains("can't write the ledger"), "{error}");
    let before = server.record().messages.len();
    assert!((1..MANY).contains(&before), "{before} came: the test proves little");

    project.run("send latest --yes");
    let record = server.record();
    let states = states(&project);
    let uncertain = states.values().filter(|state| *state == "uncertain").count();
    assert!(uncertain <= CONNECTIONS && states.len() == MANY, "{states:?}");
    for (address, state) in &states {
        let times = record.count(address);
        match state.as_str() {
            "sent" => assert_eq!(times, 1, "{address}"),
            "uncertain" => assert!(times <= 1, "{address} came {times} times"),
            other => panic!("{address} is left {other}"),
        }
    }
}

/// What each address may have: how often its message came and was not refused, and how often the client was told that it was taken.
fn came(record: &Record) -> BTreeMap<&str, (usize, usize)> {
    let mut came: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for seen in &record.messages {
        let (copies, taken) = came.entry(&seen.to).or_default();
        // A server that goes without a word may keep the message.
        *copies += usize::from(seen.is_accepted() || seen.verdict.is_none());
        *taken += usize::from(seen.is_accepted());
    }
    came
}

/// A server that loses connections, says later and says no, by chance; and a sender that is killed at least fifty times.
#[test]
#[ignore = "takes a minute"]
fn ten_thousand_among_faults_and_kills() {
    const MANY: usize = 10_000;
    let server =
        MockSmtp::start(Plan::new().chaos(20_260_501, 60).rule(At::Dot, "0@", 0, usize::MAX, Act::Wait(Duration::from_millis(30))));
    let project = project(&server, MANY);
    let kills = send_with_kills(&project, &mut Dice(20_261_125), &["send", "latest", "--yes"]);
    assert!(kills >= 50, "only {kills} kills");
    let record = server.record();
    let came = came(&record);
    let states = states(&project);
    assert_eq!(states.len(), MANY);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (address, state) in &states {
        *counts.entry(state).or_default() += 1;
        let (copies, taken) = came.get(address.as_str()).copied().unwrap_or_default();
        match state.as_str() {
            "sent" => assert_eq!((copies, taken), (1, 1), "{address} is sent"),
            "bounced" => assert_eq!(copies, 0, "{address} is bounced"),
            "uncertain" => assert!(copies <= 1, "{address} is uncertain and may have come {copies} times"),
            other => panic!("{address} is left {other}"),
        }
    }
    let count = |state: &str| counts.get(state).copied().unwrap_or_default();
    assert_eq!(count("sent") + count("bounced") + count("uncertain"), MANY);
    // Of each kill one message a connection, and those whose dot the server itself left unanswered.
    let unanswered = record.messages.iter().filter(|seen| seen.verdict.is_none()).count();
    assert!(count("uncertain") <= kills * CONNECTIONS + unanswered, "{counts:?} after {kills} kills, {unanswered} unanswered");
    assert!(count("bounced") > 0 && unanswered > 0, "{counts:?}: the test proves little");
    // They are listed, each by its address.
    let report = project.run("report latest --format json").success().json();
    let listed = report["deliveries"].as_array().unwrap().iter().filter(|row| row["state"] == "uncertain").count();
    assert_eq!(listed, count("uncertain"));
}
