//! The list, a send and its report, from the command line to the server and back.

use crate::mock_smtp::{Act, At, Certificate, MockSmtp, PASSWORD, Plan, say};
use crate::project::Project;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ENTRY: &str = "---\ntitle: The tide comes in\ndate: 2025-12-03T10:00:00Z\n---\nHigh water at noon.\n\n.\n\nAnd a dot before this.\n";

/// A publication with one issue, 2025-12, that goes to a server.
pub fn publication(port: u16, smtp: &str) -> Project {
    Project::new().file("content/tide.md", ENTRY).file("key", "a secret that is long enough\n").config(&format!(
        "[newsletter]\nfrom = \"Example News <news@example.org>\"\nperiod = \"monthly\"\ngreeting = \"Dear {{{{ subscriber.name | default(\\\"reader\\\") }}}},\"\n\
         [list]\nsecret_file = \"key\"\n[smtp]\nhost = \"127.0.0.1\"\nport = {port}\nretry = {{ first = \"50ms\", max = \"100ms\", give_up = \"20s\" }}\n{smtp}\n"
    ))
}

const CLEAR: &str = "tls = \"none\"\nconnections = 2\ntimeout = \"5s\"\nfinal_timeout = \"5s\"\n";

fn list(names: &[&str]) -> String {
    let rows: String = names.iter().map(|name| format!("{name}@example.net,{name}\n")).collect();
    format!("email,name\n{rows}")
}

#[test]
fn looking_makes_no_database() {
    let project = Project::new();
    assert_eq!(project.run("list show").success().stdout, "0 subscribers\n");
    project.run("list export").success();
    project.run("report 2025-12").code(2).stderr_has("issue 2025-12 was never sent");
    assert_eq!(project.files(""), ["tidings.toml"]);
}

#[test]
fn an_issue_goes_to_everybody_once() {
    let server = MockSmtp::start(Plan::new().always(At::Rcpt, "gone@", say("550 5.1.1 no such user")));
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna", "bert", "gone"]));
    project.run("list import l.csv").success();
    let dry = project.run("send latest --dry-run --format json").success().json();
    assert_eq!((&dry["issue"], &dry["recipients"]), (&json!("2025-12"), &json!(3)));
    assert_eq!((&dry["domains"], &dry["seconds"]), (&json!([{"domain": "example.net", "recipients": 3}]), &Value::Null));
    let slow = project.run("send latest --dry-run --rate 1/s --per-domain example.net=1/m").success();
    slow.stdout_has("to 3 recipients (example.net 3)").stdout_has("3 min at the rates that are set");
    assert_eq!(server.record().connections, 0);
    project.run("send latest").code(2).stderr_has("nothing was sent: there is nobody to ask");
    assert_eq!(server.record().connections, 0);
    let sent = project.run("send latest --yes --format json").code(1).json();
    let counts =
        |value: &Value| ["recipients", "sent", "bounced", "pending", "uncertain", "suppressed"].map(|key| value[key].as_u64().unwrap());
    assert_eq!(counts(&sent), [3, 2, 1, 0, 0, 0]);
    let record = server.record();
    assert_eq!((record.count("anna@example.net"), record.count("bert@example.net")), (1, 1));
    let anna = record.messages.iter().find(|seen| seen.to == "anna@example.net").unwrap();
    assert_eq!(anna.from, "news@example.org");
    let message = mail_parser::MessageParser::default().parse(&anna.body).unwrap();
    let text = message.body_text(0).unwrap();
    assert!(text.contains("Dear anna,") && text.contains("High water at noon."), "{text}");
    let token_of = |body: &[u8]| {
        let text = String::from_utf8(body.to_vec()).unwrap().replace("\r\n ", "");
        text.split("/unsubscribe?t=").nth(1).unwrap().split('>').next().unwrap().trim().to_owned()
    };
    let token = tidings::list::UnsubscribeToken::verify(b"a secret that is long enough", &token_of(&anna.body)).unwrap();
    assert_eq!((token.issue.as_str(), token.address.as_str()), ("2025-12", "anna@example.net"));
    let report = project.run("report latest --format json").success().json();
    assert_eq!(counts(&report), [3, 2, 1, 0, 0, 0]);
    assert_eq!(report["deliveries"].as_array().unwrap().len(), 1);
    assert_eq!(report["deliveries"][0]["reply"], "550 5.1.1 no such user");
    let all = project.run("report 2025-12 --all --format json").success().json();
    let row = &all["deliveries"][0];
    assert_eq!(
        (&row["address"], &row["state"], &row["attempts"], &row["reply"]),
        (&json!("anna@example.net"), &json!("sent"), &json!(1), &json!("250 2.0.0 taken"))
    );
    assert_eq!(row["message_id"].as_str().unwrap().trim_matches(['<', '>']), message.message_id().unwrap());
    // The refused address is suppressed, with the server's words; the finished issue is sent to nobody again.
    let shown = project.run("list show --format json").json();
    assert_eq!(shown["subscribers"][2]["suppressed"], "550 5.1.1 no such user");
    project.run("send 2025-12 --yes").code(1);
    assert_eq!(server.record().messages.len(), 2);
    // Who comes later gets the next issue.
    project.run("list add late@example.net").success();
    project.run("send latest --yes").code(1);
    assert_eq!(server.record().messages.len(), 2);
}

#[test]
fn a_changed_issue_is_refused_once_somebody_has_it() {
    let server = MockSmtp::start(Plan::new().always(At::Rcpt, "bert@", say("450 4.2.0 later")));
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna", "bert"]));
    project.run("list import l.csv").success();
    project.run("send latest --yes --once").code(75).stderr_has("run it again to go on");
    let project = project.file("content/tide.md", ENTRY.replace("noon", "one"));
    let refused = project.run("send latest --yes --once --format json").code(2).json();
    assert!(refused["error"].as_str().unwrap().contains("--allow-changed"), "{refused}");
    std::thread::sleep(Duration::from_millis(150));
    project.run("send latest --yes --once --allow-changed").code(75);
    let tries = server.record().commands.iter().filter(|line| line.contains("RCPT TO:<bert@")).count();
    assert_eq!(tries, 2);
}

/// RFC 6531: the address goes out as it is, where the server offers that, and stands in the header as it is (RFC 6532).
#[test]
fn an_address_of_any_letters_is_mailed_where_the_server_can() {
    for (plan, code, state) in [(Plan::new().offer("SMTPUTF8"), 0, "sent"), (Plan::new(), 1, "bounced")] {
        let server = MockSmtp::start(plan);
        let project = publication(server.port(), CLEAR).file("l.csv", "email,name\njürgen@bücher.example,Jürgen\nb@example.net,B\n");
        project.run("list import l.csv").success();
        project.run("send latest --yes").code(code);
        let report = project.run("report latest --all --format json").success().json();
        let rows: Vec<_> =
            report["deliveries"].as_array().unwrap().iter().map(|row| (row["address"].as_str(), row["state"].as_str())).collect();
        assert_eq!(rows, [(Some("b@example.net"), Some("sent")), (Some("jürgen@bücher.example"), Some(state))]);
        // Whose server can't take it is not suppressed: another one may.
        assert_eq!(project.run("list show --state suppressed").success().stdout, "0 subscribers\n");
        let record = server.record();
        let Some(seen) = record.messages.iter().find(|seen| seen.to == "jürgen@xn--bcher-kva.example") else {
            assert_eq!(state, "bounced");
            continue;
        };
        let text = String::from_utf8(seen.body.clone()).unwrap();
        assert!(text.contains("\r\nTo: =?utf-8?q?J=C3=BCrgen?= <jürgen@xn--bcher-kva.example>\r\n"), "{text}");
        let smtputf8 = |to: &str| record.commands.iter().filter(|line| line.contains("SMTPUTF8") && line.contains(to)).count();
        assert_eq!((smtputf8("MAIL FROM"), record.messages.len()), (1, 2));
    }
}

/// RFC 5321 lets a server take seven bits alone: what is written in all others is encoded for each.
#[test]
fn a_server_of_seven_bits_gets_every_message() {
    let server = MockSmtp::start(Plan::new().bare());
    let project = publication(server.port(), CLEAR).file("l.csv", "email,name\nzoe@example.net,Zoë 🌊\n");
    let project =
        project.file("content/tide.md", ENTRY.replace("High water", "Flut: höchstes Wasser, 満潮").replace("The tide", "Die Flut 🌊"));
    project.run("list import l.csv").success();
    project.run("send latest --yes").success();
    let record = server.record();
    assert!(record.messages.len() == 1 && record.messages[0].body.is_ascii());
    assert!(record.commands.iter().all(|line| !line.contains("8BITMIME")));
    let message = mail_parser::MessageParser::default().parse(&record.messages[0].body).unwrap();
    assert!(message.subject().unwrap().contains("Die Flut 🌊 comes in"), "{:?}", message.subject());
    assert_eq!(message.to().unwrap().first().unwrap().name(), Some("Zoë 🌊"));
    let text = message.body_text(0).unwrap();
    assert!(text.contains("Dear Zoë 🌊,") && text.contains("höchstes Wasser, 満潮"), "{text}");
}

/// One round trip for each message: what RFC 2920 allows, and no more than the server offers.
#[test]
fn the_next_message_starts_with_the_dot_of_the_one_before() {
    for (plan, ahead) in [(Plan::new(), 9), (Plan::new().lockstep(), 0)] {
        let server = MockSmtp::start(plan);
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let project = publication(server.port(), "tls = \"none\"\nconnections = 1\n").file("l.csv", list(&names));
        project.run("list import l.csv").success();
        project.run("send latest --yes").success();
        let record = server.record();
        assert_eq!((record.messages.len(), record.connections, record.said_ahead), (10, 1, ahead));
    }
}

#[test]
fn who_subscribes_later_gets_it_when_asked() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna"])).file("m.csv", list(&["bert"]));
    project.run("list import l.csv").success();
    project.run("send latest --yes").success();
    project.run("list import m.csv").success();
    project.run("send latest --yes").success();
    assert_eq!(server.record().messages.len(), 1);
    let planned = project.run("send latest --dry-run --enrol-new --format json").success().json();
    assert_eq!(planned["recipients"], 1);
    project.run("send latest --yes --enrol-new").success();
    let record = server.record();
    assert_eq!([record.count("anna@example.net"), record.count("bert@example.net")], [1, 1]);
}

#[test]
fn a_bounce_says_whose_it_is() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), "tls = \"none\"\nenvelope_from = \"bounces@example.org\"\nverp = true\n");
    let long = "a".repeat(60);
    let project = project.file("l.csv", list(&["anna", &long]));
    project.run("list import l.csv").success();
    project.run("send latest --yes").success();
    let froms: std::collections::BTreeSet<String> = server.record().messages.iter().map(|seen| seen.from.clone()).collect();
    // An address has at most 64 bytes before the @: a longer one is the plain sender.
    let wanted = ["bounces+anna=example.net@example.org", "bounces@example.org"];
    assert_eq!(froms.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
}

/// A slow domain holds up nobody else.
#[test]
fn each_domain_has_its_pace() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), "tls = \"none\"\nconnections = 2\nper_domain = { \"Slöw.example\" = \"10/s\" }\n");
    let rows: String = (0..4).map(|n| format!("a{n}@slöw.EXAMPLE\nb{n}@fast.example\n")).collect();
    let project = project.file("l.csv", format!("email\n{rows}"));
    project.run("list import l.csv").success();
    let started = std::time::Instant::now();
    project.run("send latest --yes").success();
    assert!(started.elapsed() >= std::time::Duration::from_millis(300), "{:?}", started.elapsed());
    let order: Vec<String> = server.record().messages.iter().map(|seen| seen.to.clone()).collect();
    let last_fast = order.iter().rposition(|to| to.ends_with("fast.example")).unwrap();
    assert_eq!((order.len(), last_fast <= 5), (8, true), "{order:?}");
    project.run("send latest --yes --per-domain slow.example=x").code(2).stderr_has("write it as gmail.com=5/s");
}

/// Longer than a claim is good for.
#[test]
fn who_leaves_while_waiting_for_a_moment_gets_nothing() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), "tls = \"none\"\nper_domain = { \"slow.example\" = \"5/m\" }\n");
    let project = project.file("l.csv", "email\na@slow.example\nb@slow.example\nc@fast.example\n");
    project.run("list import l.csv").success();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| project.run("send latest --yes").success());
        while server.record().messages.len() < 2 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        project.run("list suppress b@slow.example --reason asked").success();
        run.join().unwrap();
    });
    let mut came: Vec<String> = server.record().messages.iter().map(|seen| seen.to.clone()).collect();
    came.sort();
    assert_eq!(came, ["a@slow.example", "c@fast.example"]);
    let report = project.run("report latest --format json").success().json();
    assert_eq!((&report["sent"], &report["suppressed"]), (&json!(2), &json!(1)));
}

#[test]
fn a_connection_ends_after_its_messages() {
    let server = MockSmtp::start(Plan::new());
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let project = publication(server.port(), "tls = \"none\"\nconnections = 1\nmessages_per_connection = 3\n").file("l.csv", list(&names));
    project.run("list import l.csv").success();
    project.run("send latest --yes").success();
    let record = server.record();
    let quits = record.commands.iter().filter(|line| *line == "QUIT").count();
    assert_eq!((record.messages.len(), record.connections, quits), (7, 3, 3));
}

#[test]
fn messages_may_go_to_a_folder_or_a_program() {
    let project = publication(25, "").file("l.csv", list(&["anna", "bert"]));
    project.run("list import l.csv").success();
    let smtp = project.read("tidings.toml");
    let carried = |how: &str| {
        let start = smtp.find("[smtp]").unwrap();
        let text = format!("{}[smtp]\n{how}\n", &smtp[..start]);
        std::fs::write(project.path().join("tidings.toml"), text).unwrap();
    };
    carried("transport = \"file\"");
    project.run("send latest --dry-run").success().stdout_has("outbox");
    project.run("send latest --yes").success();
    let files = project.files("outbox");
    assert!(files.len() == 2 && files.iter().all(|file| file.starts_with("new/")), "{files:?}");
    // Done is done, by whatever it went.
    carried("transport = \"file\"\ndir = \"eml\"\nformat = \"eml\"");
    project.run("send latest --yes").success();
    assert_eq!(project.files("eml"), Vec::<String>::new());
    project.run("send latest --test dora@example.com").success();
    assert!(project.files("eml")[0].starts_with("dora@example.com."), "{:?}", project.files("eml"));
    carried("transport = \"sendmail\"\ncommand = [\"sh\", \"-c\", \"cat > program.eml; echo \\\"$@\\\" > arguments\", \"sendmail\"]");
    project.run("send latest --test dora@example.com").success().stdout_has("taken by the program");
    assert_eq!(project.read("arguments"), "-i -f news@example.org -- dora@example.com\n");
    assert!(project.read("program.eml").contains("\nTo: dora@example.com\n"));
    carried("transport = \"sendmail\"\ncommand = \"/nowhere/sendmail\"");
    project.run("send latest --test dora@example.com").code(2).stderr_has("can't run /nowhere/sendmail");
}

#[test]
fn providers_are_known_by_name() {
    let project = Project::new().config("[newsletter]\nfrom = \"a@example.org\"\n[smtp]\nprovider = \"gmial\"\n");
    project.run("list show").code(1).stderr_has("`smtp.provider` is not known").stderr_has("gmail, google-workspace");
    let project = publication(25, "");
    let text = project.read("tidings.toml").replace("host = \"127.0.0.1\"\nport = 25", "provider = \"office365\"");
    let project = project.file("tidings.toml", text);
    let planned = project.run("send latest --dry-run --format json").success().json();
    assert_eq!(planned["server"], "smtp.office365.com:587");
}

#[test]
fn a_run_waits_for_its_time() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna"]));
    project.run("list import l.csv").success();
    project.run("send latest --yes --at tomorrow").code(2).stderr_has("--at: `tomorrow` is not a time");
    let at = chrono::Utc::now() + chrono::TimeDelta::seconds(2);
    let written = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let run = project.run(&format!("send latest --yes --at {written}")).success();
    assert!(run.stderr.contains("Waiting until "), "{}", run.stderr);
    assert!(chrono::Utc::now().timestamp() >= at.timestamp());
    assert_eq!(server.record().messages.len(), 1);
}

#[test]
fn a_test_goes_past_the_ledger() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna"]));
    project.run("list import l.csv").success();
    let run = project.run("send latest --test ANNA@example.net --format json").success();
    assert_eq!(run.json()["reply"], "250 2.0.0 taken");
    project.run("send latest --test somebody@example.com").success();
    project.run("send latest --test nobody").code(2);
    let record = server.record();
    assert_eq!(record.messages.len(), 2);
    let body = |at: usize| String::from_utf8_lossy(&record.messages[at].body).replace("=\r\n", "").replace("=20", " ");
    assert!(body(0).contains("Dear anna,"));
    assert!(body(1).contains("Dear reader,"));
    project.run("report latest").code(2).stderr_has("was never sent");
}

#[test]
fn a_test_is_another_message_than_the_real_one() {
    let server = MockSmtp::start(Plan::new().always(At::Rcpt, "bert@", say("550 5.1.1 no such user")));
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna"]));
    project.run("list import l.csv").success();
    project.run("send latest --test anna@example.net").success();
    let project = project.file("content/tide.md", ENTRY.replace("noon", "one"));
    project.run("send latest --test anna@example.net").success();
    project.run("send latest --yes").success();
    let record = server.record();
    let id =
        |seen: &crate::mock_smtp::Seen| mail_parser::MessageParser::default().parse(&seen.body).unwrap().message_id().unwrap().to_owned();
    let ids: Vec<String> = record.messages.iter().map(id).collect();
    assert!(ids.len() == 3 && ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
    let refused = project.run("send latest --test bert@example.net --format json").code(1).json();
    assert!(refused["error"].as_str().unwrap().contains("550 5.1.1 no such user"), "{refused}");
}

#[test]
fn a_report_needs_the_ledger_alone() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna"]));
    project.run("list import l.csv").success();
    project.run("report latest").code(2).stderr_has("was never sent");
    project.run("send latest --yes").success();
    let project = project.file("content/b.md", "---\ntitle: b\ndate: someday\n---\nx\n");
    assert_eq!(project.run("report 2025-12 --format json").success().json()["sent"], 1);
    assert_eq!(project.run("report latest --format json").success().json()["issue"], "2025-12");
    project.run("report latest").success().stderr_has("sent last, since the content has errors: see `tidings build`");
    let report = project.run("report latest --format json").success().json();
    assert_eq!(report["note"], "This is the issue that was sent last, since the content has errors: see `tidings build`.");
}

#[test]
fn wrong_usage_and_missing_parts_send_nothing() {
    let project = publication(1, CLEAR);
    project.run("send 2020-01 --yes").code(2).stderr_has("there is no issue 2020-01").stderr_has("the newest are: 2025-12");
    project.run("send latest --yes --segment everybody").code(2);
    project.run("send latest --yes --rate fast").code(2);
    project.run("send").code(2);
    let project = Project::new().file("content/tide.md", ENTRY);
    let bare = project.run("send latest --yes").code(2).stderr;
    assert!(bare.contains("there is no [newsletter]"), "{bare}");
    // What the help says to add is enough for the next step.
    let example = |said: &str, table: &str| said[said.find(&format!("\n{table}\n")).unwrap()..].to_owned();
    let project = project.config(&example(&bare, "[newsletter]"));
    let bare = project.run("send latest --yes").code(2).stderr;
    assert!(bare.contains("there is no [smtp]"), "{bare}");
    project.config(&example(&bare, "[smtp]")).run("send latest --dry-run").success().stdout_has("through smtp.example.org:");
    // An entry that can't be read might belong to the issue.
    let project = publication(1, CLEAR).file("content/b.md", "---\ntitle: b\ndate: someday\n---\nx\n");
    let run = project.run("send latest --yes --format json").code(1);
    assert_eq!(run.json()["diagnostics"][0]["code"], "date-unreadable");
}

/// It says who sends and how the issue stands, and is refused where the run would be.
#[test]
fn a_dry_run_tells_what_the_run_would() {
    let server = MockSmtp::start(Plan::new().always(At::Rcpt, "bert@", say("450 4.2.0 later")));
    let project = publication(server.port(), CLEAR);
    project.run("send latest --dry-run").success().stdout_has("to 0 recipients").stderr_has("Nobody would get it");
    let project = project.file("l.csv", "email,tags\nanna@example.net,a\nbert@example.net,a\n");
    project.run("list import l.csv").success();
    let dry = project.run("send latest --dry-run").success().stdout_has("bytes, from news@example.org, to 2 recipients");
    assert_eq!(dry.stderr, "");
    project.run("send latest --yes --once --segment tag=a").code(75).stderr_has("1 is left");
    let dry = project.run("send latest --dry-run --format json").success().json();
    assert_eq!((&dry["recipients"], &dry["sent"], &dry["from"]), (&json!(1), &json!(1), &json!("news@example.org")));
    assert_eq!(dry["note"], "Until now: 1 of 2 sent, 1 deferred.");
    for words in ["--segment tag=b", "--enrol-new"] {
        for how in ["--dry-run", "--yes"] {
            project.run(&format!("send latest {how} {words}")).code(2).stderr_has("was enrolled for tag=a").stderr_has("--enrol-new");
        }
    }
    let row = &project.run("report latest --format json").success().json()["deliveries"][0];
    assert!(row["until"].as_str().is_some_and(|until| until.ends_with('Z')), "{row}");
    project.run("report latest").success().stdout_has("bert@example.net  deferred until 20");
    let project = project.file("content/tide.md", ENTRY.replace("noon", "one"));
    project.run("send latest --dry-run").code(2).stderr_has("--allow-changed");
    project.run("send latest --dry-run --allow-changed").success().stdout_has("to 1 recipient (");
    assert_eq!(server.record().messages.len(), 1);
}

#[test]
fn a_finished_issue_says_so_before_it_is_sent_again() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna"]));
    project.run("list import l.csv").success();
    project.run("send latest --yes").success();
    project
        .run("send latest --dry-run")
        .success()
        .stdout_has("to 0 recipients")
        .stderr_has("It is finished: 1 of 1 sent. Nobody gets it again");
    let project = project.file("content/tide.md", ENTRY.replace("noon", "one"));
    project.run("list add bert@example.net").success();
    project.run("send latest --dry-run").success().stdout_has("to 0 recipients");
    project.run("send latest --dry-run --enrol-new").code(2).stderr_has("--allow-changed");
}

#[test]
fn wrong_usage_is_told_whole_to_scripts() {
    let told = Project::new().run("send --format json").code(2).json();
    assert_eq!(told["error"], "the following required arguments were not provided: <ISSUE>");
}

/// What contradicts itself is told before anybody is mailed, at its line.
#[test]
fn half_of_a_setting_is_no_setting() {
    for (more, line, said) in [
        ("user = \"anna\"", true, "`smtp.user` has no password"),
        ("password_env = \"PW\"", false, "`smtp.user` is missing"),
        ("auth = \"xoauth2\"", false, "`smtp.user` is missing"),
        ("command = [\"/bin/x\"]", true, "`smtp.command` does nothing"),
        ("format = \"eml\"", true, "`smtp.format` does nothing"),
        ("transport = \"file\"\nformat = \"mbox\"", false, "`smtp.format` can't be `mbox`"),
        ("retry = { first = \"2h\", max = \"1h\" }", true, "`smtp.retry.first` is longer than `max`"),
    ] {
        let smtp = format!("[newsletter]\nfrom = \"news@example.org\"\n[smtp]\nhost = \"127.0.0.1\"\ntls = \"none\"\n{more}\n");
        let run = Project::new().config(&smtp).run("send latest --dry-run").code(1).stderr_has(said);
        assert_eq!(run.stderr.contains(&format!(" | {more}")), line, "{}", run.stderr);
    }
}

#[test]
fn passwords_come_from_files_and_the_environment() {
    let server = MockSmtp::start(Plan::new().offer("AUTH LOGIN PLAIN"));
    let auth = format!("{CLEAR}user = \"anna\"\npassword_env = \"TIDINGS_TEST_SMTP\"\n");
    let project = publication(server.port(), &auth).file("l.csv", list(&["anna"]));
    project.run("list import l.csv").success();
    project.run("send latest --yes").code(2).stderr_has("TIDINGS_TEST_SMTP is not set");
    let mut wrong = project.command(&["send", "latest", "--yes"]);
    let output = wrong.env("TIDINGS_TEST_SMTP", "wrong").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("refuses the user or password: 535") && !stderr.contains("wrong wrong"), "{stderr}");
    let mut quiet = project.command(&["send", "latest", "--yes", "-q"]);
    let said = quiet.env("TIDINGS_TEST_SMTP", "wrong").output().unwrap().stderr;
    assert!(String::from_utf8(said).unwrap().starts_with("error: the server refuses the user or password: 535"));
    let mut right = project.command(&["send", "latest", "--yes"]);
    assert!(right.env("TIDINGS_TEST_SMTP", PASSWORD).status().unwrap().success());
    assert_eq!(server.record().messages[0].user.as_deref(), Some("anna"));
}

fn tls_config(word: &str) -> String {
    CLEAR.replace("\"none\"", &format!("\"{word}\""))
}

/// What a run with this certificate trusted does: exit code and standard error.
fn send_trusting(project: &Project, pem: &str) -> (i32, String) {
    std::fs::write(project.path().join("roots.pem"), pem).unwrap();
    let mut command = project.command(&["send", "latest", "--yes", "--once"]);
    let output = command.env("SSL_CERT_FILE", project.path().join("roots.pem")).env_remove("SSL_CERT_DIR").output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn tls_is_checked_and_never_left_out() {
    let right = Certificate::for_name("localhost");
    let other = Certificate::for_name("other.example");
    let expired = Certificate::until("localhost", 2020);
    let authority = Certificate::of_an_authority("localhost");
    let injected = Act::Say(b"220 go\r\n250 injected\r\n".to_vec());
    // The mode, the server, whom we trust, and: the exit code, what is said, how many messages came.
    for (mode, plan, trusted, code, said, came) in [
        ("implicit", Plan::new().tls(&right, true), &right, 0, "", 1),
        ("starttls", Plan::new().tls(&right, false), &right, 0, "", 1),
        ("implicit", Plan::new().tls(&right, true), &other, 75, "the certificate is by nobody whom this system trusts", 0),
        ("starttls", Plan::new().tls(&right, false), &other, 75, "the certificate is by nobody whom this system trusts", 0),
        ("implicit", Plan::new().tls(&other, true), &other, 75, "the certificate is for other.example, not for localhost", 0),
        ("starttls", Plan::new().tls(&other, false), &other, 75, "the certificate is for other.example, not for localhost", 0),
        ("implicit", Plan::new().tls(&expired, true), &expired, 75, "the certificate has expired, on 2020-01-01", 0),
        ("starttls", Plan::new().tls(&expired, false), &expired, 75, "the certificate has expired, on 2020-01-01", 0),
        ("implicit", Plan::new().tls(&authority, true), &authority, 75, "make it anew with -addext basicConstraints=CA:FALSE", 0),
        ("starttls", Plan::new(), &right, 2, "does not offer STARTTLS", 0),
        ("starttls", Plan::new().tls(&right, false).once(At::StartTls, "", injected), &right, 75, "said more than", 0),
        ("starttls", Plan::new().tls(&right, false).always(At::StartTls, "", say("454 no key")), &right, 75, "454 no key", 0),
        ("implicit", Plan::new(), &right, 75, "try tls = \"starttls\"", 0),
    ] {
        let server = MockSmtp::start(plan);
        let project = publication(server.port(), &tls_config(mode)).file("l.csv", list(&["anna"]));
        let config = project.read("tidings.toml").replace("127.0.0.1", "localhost");
        let project = project.file("tidings.toml", config);
        project.run("list import l.csv").success();
        let (found, stderr) = send_trusting(&project, &trusted.pem);
        assert_eq!(found, code, "{mode}, {said}: {stderr}");
        assert!(stderr.contains(said), "{mode}: no {said:?} in {stderr}");
        let record = server.record();
        assert_eq!(record.messages.len(), came, "{mode}, {said}");
        assert!(record.messages.iter().all(|seen| seen.is_secure));
        let report = project.run("report latest --format json").success().json();
        assert_eq!((&report["sent"], &report["pending"]), (&json!(came), &json!(1 - came)), "{mode}, {said}");
        if came == 0 {
            assert!(!record.commands.iter().any(|line| line.starts_with("MAIL") || line.starts_with("AUTH")), "{:?}", record.commands);
        }
    }
}

#[test]
fn only_one_sender_at_a_time() {
    let server = MockSmtp::start(Plan::new().once(At::Dot, "", Act::Wait(Duration::from_secs(2))));
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna"]));
    project.run("list import l.csv").success();
    let mut first = project.command(&["send", "latest", "--yes"]).spawn().unwrap();
    wait_until(|| !server.record().messages.is_empty());
    let second = project.run("send latest --yes --format json").code(2);
    assert!(second.json()["error"].as_str().unwrap().contains("another `tidings send` is at work"));
    // Looking, and changing the list, go on meanwhile.
    assert_eq!(project.run("report latest --format json").success().json()["claimed"], 1);
    project.run("list add late@example.net").success();
    assert!(first.wait().unwrap().success());
    assert_eq!(server.record().messages.len(), 1);
}

#[track_caller]
pub fn wait_until(mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_run_after_what_is_in_flight() {
    let server = MockSmtp::start(Plan::new().always(At::Dot, "", Act::Wait(Duration::from_millis(100))));
    let names: Vec<String> = (0..40).map(|n| format!("p{n}")).collect();
    let project = publication(server.port(), CLEAR).file("l.csv", list(&names.iter().map(String::as_str).collect::<Vec<_>>()));
    project.run("list import l.csv").success();
    for (signal, least) in [("-TERM", 3), ("-INT", 8)] {
        let mut run = project.command(&["send", "latest", "--yes"]).spawn().unwrap();
        wait_until(|| server.record().messages.len() >= least);
        let killed = std::process::Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap();
        assert!(killed.success());
        assert_eq!(run.wait().unwrap().code(), Some(75));
        let report = project.run("report latest --format json").json();
        assert_eq!((&report["claimed"], &report["uncertain"]), (&json!(0), &json!(0)));
        assert_eq!(report["sent"].as_u64().unwrap() as usize, server.record().messages.len());
    }
    project.run("send latest --yes").success();
    let record = server.record();
    assert!(names.iter().all(|name| record.count(&format!("{name}@example.net")) == 1));
}

/// Who can't wait for what is in flight interrupts again: as a kill, and what was in flight is uncertain.
#[cfg(unix)]
#[test]
fn a_second_signal_ends_it_at_once() {
    let server = MockSmtp::start(Plan::new().once(At::Dot, "anna@", Act::Hang));
    let project = publication(server.port(), &CLEAR.replace("5s", "60s")).file("l.csv", list(&["anna", "bert"]));
    project.run("list import l.csv").success();
    let mut run = project.command(&["send", "latest", "--yes", "--connections", "1"]).spawn().unwrap();
    wait_until(|| !server.record().messages.is_empty());
    let interrupt = |run: &std::process::Child| {
        assert!(std::process::Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap().success());
    };
    interrupt(&run);
    std::thread::sleep(Duration::from_millis(300));
    assert!(run.try_wait().unwrap().is_none(), "one is in flight");
    let begun = Instant::now();
    interrupt(&run);
    assert_eq!(run.wait().unwrap().code(), Some(75));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    project.run("send latest --yes").code(1);
    let report = project.run("report latest --format json").json();
    assert_eq!((&report["uncertain"], &report["sent"]), (&json!(1), &json!(1)));
    let record = server.record();
    assert_eq!([record.count("anna@example.net"), record.count("bert@example.net")], [1, 1]);
}

#[test]
fn policies_in_a_row_stop_the_run_and_suppress_nobody() {
    let server = MockSmtp::start(Plan::new().always(At::Rcpt, "", say("550 5.7.1 blocked")));
    let project =
        publication(server.port(), &format!("{CLEAR}policy_stop = 3\n")).file("l.csv", list(&["a", "b", "c", "d", "e", "f", "g", "h"]));
    project.run("list import l.csv").success();
    let run = project.run("send latest --yes --connections 1 --format json").code(75);
    let object = run.json();
    assert_eq!((&object["bounced"], &object["pending"], &object["ended"]), (&json!(3), &json!(5), &json!("policy")));
    let shown = project.run("list show --format json").json();
    assert!(shown["subscribers"].as_array().unwrap().iter().all(|one| one["suppressed"].is_null()));
    // With the last ones nobody is left for another run.
    let config = project.read("tidings.toml").replace("policy_stop = 3", "policy_stop = 5");
    let project = project.file("tidings.toml", config);
    project.run("send latest --yes --connections 1").code(1).stderr_has("0 are left; nobody was suppressed");
}

#[test]
fn a_segment_gets_it_alone() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), CLEAR)
        .file("l.csv", "email,tags,language\na@example.net,beta,fr\nb@example.net,,fr\nc@example.net,beta,de\n");
    project.run("list import l.csv").success();
    project.run("send latest --yes --segment tag=beta").success();
    let record = server.record();
    assert_eq!((record.count("a@example.net"), record.count("b@example.net"), record.count("c@example.net")), (1, 0, 1));
    project
        .run("send latest --yes --segment language=fr")
        .code(2)
        .stderr_has("was enrolled for tag=beta")
        .stderr_has("help: leave --segment");
    project.run("send latest --yes --segment tag=BETA").success();
    assert_eq!(server.record().messages.len(), 2);
}

#[test]
fn an_issue_for_nobody_stays_unsent() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna"]));
    project.run("send latest --yes").code(2).stderr_has("nobody to send to: no subscriber is confirmed").stderr_has("help: ");
    project.run("list import l.csv").success();
    project.run("send latest --yes --segment tag=bteta").code(2).stderr_has("nobody to send to: no subscriber of tag=bteta");
    project.run("report latest").code(2).stderr_has("was never sent");
    project.run("send latest --yes").success();
    assert_eq!(server.record().messages.len(), 1);
}

#[test]
fn a_finished_issue_that_changes_is_sent_to_nobody_and_not_refused() {
    let server = MockSmtp::start(Plan::new().always(At::Dot, "lost@", Act::Close));
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["anna", "lost"]));
    project.run("list import l.csv").success();
    project.run("send latest --yes").code(1);
    let project = project.file("content/late.md", ENTRY.replace("The tide comes in", "A late entry").replace("T10", "T12"));
    project.run("send latest --yes").code(1).stderr_has("changed since it was sent");
    // What is uncertain would get another text than the others.
    project.run("send latest --yes --resend-uncertain").code(2).stderr_has("--allow-changed");
    assert_eq!(server.record().count("anna@example.net"), 1);
}

#[test]
fn an_export_keeps_suppressions_without_subscribers() {
    let project = Project::new().file("l.csv", list(&["anna", "bert"]));
    project.run("list import l.csv").success();
    project.run("list suppress bert@example.net --reason complained").success();
    project.run("list remove bert@example.net").success();
    project.run("list suppress never@example.com --reason asked").success();
    let shown = project.run("list show --format json").json();
    let bert = &shown["subscribers"][1];
    assert_eq!(
        (&bert["address"], &bert["state"], &bert["suppressed"]),
        (&json!("bert@example.net"), &json!("unsubscribed"), &json!("complained"))
    );
    let other = Project::new().file("l.csv", project.run("list export").success().stdout);
    assert_eq!(other.run("list import l.csv --format json").success().json()["imported"], 1);
    assert_eq!(other.run("list show --format json").json(), shown);
    assert_eq!(other.run("list add never@example.com --format json").code(1).json()["suppressed"], 1);
}

#[test]
fn a_file_that_is_no_database_has_its_help() {
    let project =
        Project::new().file("tidings.db", "this is a text file, and not a short one, so that SQLite sees that it is none of its own\n");
    project.run("list show").code(2).stderr_has("not a database").stderr_has("[store]");
}

#[test]
fn the_rate_is_kept() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), CLEAR).file("l.csv", list(&["a", "b", "c", "d", "e", "f"]));
    project.run("list import l.csv").success();
    let begun = Instant::now();
    project.run("send latest --yes --rate 10/s --connections 3").success();
    assert!(begun.elapsed() >= Duration::from_millis(500), "{:?}", begun.elapsed());
    assert_eq!(server.record().messages.len(), 6);
}
