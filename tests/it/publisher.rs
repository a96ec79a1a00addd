//! What a publisher is told on the way to the first issue: mistakes in `[smtp]`, a run without need, people who leave.

use crate::mock_smtp::{Act, At, MockSmtp, Plan, say};
use crate::project::Project;
use crate::send::{publication, wait_until};
use serde_json::json;
use std::time::Duration;

const CLEAR: &str = "tls = \"none\"\nconnections = 2\ntimeout = \"5s\"\nfinal_timeout = \"5s\"\n";

/// Sends to anna alone; the bytes of her message, unfolded.
fn sent_to_anna(server: &MockSmtp, smtp: &str) -> (Project, String) {
    let project = publication(server.port(), smtp).file("l.csv", "email,name\nanna@example.net,Anna\n");
    project.run("list import l.csv").success();
    project.run("send latest --yes").success();
    let message = String::from_utf8(server.record().messages[0].body.clone()).unwrap().replace("\r\n ", "");
    (project, message)
}

#[test]
fn a_mistake_in_smtp_names_what_to_write() {
    for (line, help) in [
        ("timeout = 30", "write it as \"500ms\", \"30s\", \"5m\", \"4h\" or \"2d\""),
        ("retry = { first = 5 }", "write it as \"500ms\""),
        ("rate = 10", "write it as \"10/s\", \"600/m\" or \"1000/h\""),
        ("per_domain = { \"gmail.com\" = 5 }", "write it as \"10/s\""),
        ("tls = true", "use one of `implicit`, `starttls`, `none`"),
        ("transport = 1", "use one of `smtp`, `sendmail`, `file`"),
        ("password = \"hunter2\"", "secrets never stand in this file: name a variable by password_env"),
        ("provider = \"Gmail\"", "did you mean `gmail`? Otherwise use one of brevo, "),
        ("provider = \"ses\"", "name the region, too, such as ses:eu-west-1"),
        ("provider = \"mailchimp\"", "use one of brevo, "),
    ] {
        let host = if line.starts_with("provider") { "" } else { "host = \"127.0.0.1\"\n" };
        let tls = if line.starts_with("tls") { "" } else { "tls = \"starttls\"\n" };
        let config = format!("[newsletter]\nfrom = \"news@example.org\"\n[smtp]\n{host}{tls}{line}\n");
        let found = Project::new().config(&config).run("send latest --dry-run --format json").code(1).json()["diagnostics"].clone();
        assert_eq!(found.as_array().unwrap().len(), 1, "{line}: {found}");
        assert!(found[0]["help"].as_str().unwrap().starts_with(help), "{line}: {found}");
        assert!(found[0]["line"].is_u64() && found[0]["column"].is_u64(), "{line}: {found}");
    }
}

#[test]
fn a_dry_run_tells_what_a_run_would_miss() {
    let project = publication(25, &format!("{CLEAR}user = \"anna\"\npassword_env = \"TIDINGS_TEST_NONE\"\n"));
    let told = "A run would be refused: the environment variable TIDINGS_TEST_NONE is not set\n";
    let run = project.run("send latest --dry-run").success().stderr_has(told);
    run.stdout_has("Who leaves goes to https://example.org/unsubscribe, where your web server answers");
    let json = project.run("send latest --dry-run --format json").success().json();
    assert_eq!(json["missing"], json!(["the environment variable TIDINGS_TEST_NONE is not set"]));
    let text = project.read("tidings.toml").replace("\"key\"", "\"no-key\"");
    project.file("tidings.toml", text).run("send latest --dry-run").success().stderr_has("refused: can't read the secret ./no-key");
    let project = publication(25, "transport = \"sendmail\"\ncommand = [\"./no-such\"]\ntls = \"none\"\n");
    project.run("send latest --dry-run").success().stderr_has("refused: there is no program ./no-such");
    // The secret that is made at first need is nothing to miss, and is not made.
    let text = project.read("tidings.toml").replace("[list]\nsecret_file = \"key\"\n", "").replace("command = [\"./no-such\"]\n", "");
    let project = project.file("tidings.toml", text);
    let json = project.run("send latest --dry-run --format json").success().json();
    assert!(!json["missing"].to_string().contains("secret"), "{json}");
    assert!(!project.path().join("tidings.secret").exists());
}

#[test]
fn a_run_that_sends_nothing_says_so() {
    let server = MockSmtp::start(Plan::new());
    let (project, _) = sent_to_anna(&server, CLEAR);
    let again = project.run("send latest --yes").success().stdout_has("1 of 1 sent.");
    again.stderr_has("It was finished before: this run sent nothing. --enrol-new sends it to who is new.");
    project.run("list add bert@example.net").success();
    assert!(!project.run("send latest --yes --enrol-new").success().stdout_has("2 of 2 sent.").stderr.contains("sent nothing"));
    let past = project.run("send latest --yes --at 2020-01-01").success();
    past.stderr_has("2020-01-01T00:00:00Z is over: it begins now");
}

#[test]
fn the_time_to_wait_for_is_told_in_the_sites_zone() {
    let project = publication(25, CLEAR);
    let text = project.read("tidings.toml").replace("[newsletter]", "timezone = \"Asia/Tokyo\"\n[newsletter]");
    let project = project.file("tidings.toml", text);
    let at = chrono::Utc::now() + chrono::TimeDelta::seconds(1);
    let run = project.run(&format!("send latest --yes --at {}", at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)));
    run.code(2).stderr_has("+09:00");
}

#[test]
fn what_is_uncertain_names_the_flag_that_sends_it_again() {
    let server = MockSmtp::start(Plan::new().always(At::Dot, "lost@", Act::Close));
    let project = publication(server.port(), CLEAR).file("l.csv", "lost@example.net\n");
    project.run("list import l.csv").success();
    for command in ["send latest --yes", "report latest"] {
        assert!(project.run(command).stderr.contains("`tidings send --resend-uncertain` sends it to them again"), "{command}");
    }
}

#[test]
fn a_list_that_fails_throughout_says_that_it_stops_telling() {
    let server = MockSmtp::start(Plan::new().always(At::Rcpt, "p", say("552 5.2.2 full")));
    let people: String = (0..25).map(|number| format!("p{number}@example.net\n")).collect();
    let project = publication(server.port(), CLEAR).file("l.txt", people);
    project.run("list import l.txt").success();
    let run = project.run("send latest --yes").code(1);
    assert_eq!(run.stderr.matches("bounced: p").count(), 20);
    assert_eq!(run.stderr.matches("… more failed, and are not told one by one.").count(), 1);
}

#[test]
fn a_run_says_whom_nobody_mails_again() {
    let plan = Plan::new().always(At::Rcpt, "gone", say("550 5.1.1 no such user")).always(At::Rcpt, "rude", say("550 5.7.1 policy"));
    let server = MockSmtp::start(plan);
    let project = publication(server.port(), "tls = \"none\"\npolicy_stop = 1\nconnections = 1\n");
    let project = project.file("l.txt", "gone1@example.net\ngone2@example.net\nrude@example.net\n");
    project.run("list import l.txt").success();
    let run = project.run("send latest --yes").code(1);
    let run = run.stderr_has("2 addresses are unknown to the server and will not be mailed again: `tidings list show --state suppressed`.");
    let run = run.stderr_has("The server refuses the sender: 550 5.7.1 policy");
    assert!(!run.stderr.contains("nobody was suppressed"), "{}", run.stderr);
    assert_eq!(project.run("list show --state suppressed --format json").success().json()["subscribers"].as_array().unwrap().len(), 2);
}

/// A connection by SSH that breaks must not leave what is in flight uncertain; `nohup` keeps what it promises.
#[test]
#[cfg(target_os = "linux")]
fn a_run_ends_in_order_with_its_terminal() {
    let server = MockSmtp::start(Plan::new().always(At::Dot, "", Act::Wait(Duration::from_millis(50))));
    let people: String = (0..40).map(|number| format!("p{number}@example.net\n")).collect();
    let project = publication(server.port(), CLEAR).file("l.txt", people);
    project.run("list import l.txt").success();
    let hang_up = |mut run: std::process::Child, least: usize| {
        wait_until(|| server.record().messages.len() >= least);
        // The shell passes it on, and when that has gone the kernel says it again.
        for _ in 0..2 {
            std::process::Command::new("kill").args(["-HUP", &run.id().to_string()]).status().unwrap();
        }
        run.wait().unwrap().code()
    };
    assert_eq!(hang_up(project.command_in_front(&["send", "latest", "--yes"]).spawn().unwrap(), 4), Some(75));
    let report = project.run("report latest --format json").json();
    assert_eq!((&report["claimed"], &report["uncertain"]), (&json!(0), &json!(0)));
    let mut ignoring = std::process::Command::new("sh");
    ignoring.args(["-c", "trap '' HUP; exec \"$0\" send latest --yes", env!("CARGO_BIN_EXE_tidings")]);
    ignoring.current_dir(project.path()).env("SOURCE_DATE_EPOCH", "1767225600");
    let least = server.record().messages.len() + 2;
    assert_eq!(hang_up(ignoring.spawn().unwrap(), least), Some(0));
    assert_eq!(server.record().messages.len(), 40);
}

#[test]
fn a_report_says_who_goes_on_with_what_a_dead_run_held() {
    let server = MockSmtp::start(Plan::new().always(At::Dot, "", Act::Wait(Duration::from_millis(300))));
    let project = publication(server.port(), CLEAR).file("l.txt", "a@example.net\nb@example.net\nc@example.net\n");
    project.run("list import l.txt").success();
    let mut run = project.command(&["send", "latest", "--yes"]).spawn().unwrap();
    wait_until(|| !server.record().messages.is_empty());
    run.kill().unwrap();
    run.wait().unwrap();
    project.run("report latest").success().stderr_has("where none is, `tidings send` goes on with them");
}

#[test]
fn who_follows_the_link_leaves_for_good() {
    let server = MockSmtp::start(Plan::new());
    let (project, message) = sent_to_anna(&server, CLEAR);
    let link = message.split("List-Unsubscribe: <").nth(1).unwrap().split('>').next().unwrap();
    let token = link.split("?t=").nth(1).unwrap();
    let unsubscribe = |project: &Project, link: &str| {
        let token = format!("--token={link}");
        project.run_words(&["list", "unsubscribe", &token, "--format", "json"])
    };
    let other = publication(25, CLEAR).file("key", "another secret that is long enough\n");
    let refused = unsubscribe(&other, link).code(2).json();
    assert_eq!(refused["error"], "the link to unsubscribe is not one that was signed here");
    // An address that a stranger writes into the link's place is no token.
    for forged in ["anna@example.net", "t=anna@example.net", "", &link[..link.len() - 4], &format!("t={token}A")] {
        unsubscribe(&project, forged).code(2);
    }
    let left = unsubscribe(&project, link).success().json();
    assert_eq!(left, json!({"version": 1, "address": "anna@example.net", "unsubscribed": true}));
    for form in [token, &format!("t={token}"), &format!("t={token}&utm_source=x"), &format!("list=1&t={token}")] {
        assert_eq!(unsubscribe(&project, form).success().json()["unsubscribed"], false, "{form}");
    }
    project.run("list unsubscribe anna@example.net").success().stdout_has("anna@example.net had unsubscribed already.");
    project.run("list unsubscribe").code(2);
    project.run("list import l.csv").success();
    project.run("list add anna@example.net").code(1);
    let shown = project.run("list show anna@example.net --format json").success().json();
    assert_eq!((&shown["subscribers"][0]["state"], &shown["subscribers"][0]["name"]), (&json!("unsubscribed"), &json!("Anna")));
    // By word of mouth, and of somebody who is not there: the next import is.
    project.run("list unsubscribe bert@example.net").success().stdout_has("bert@example.net has unsubscribed.");
    let later = project.file("later.csv", "bert@example.net\n").run("list import later.csv --format json").success().json();
    assert_eq!((&later["imported"], &later["unsubscribed"]), (&json!(0), &json!(1)));
}

#[test]
fn a_link_is_read_by_the_secret_that_is_there() {
    let project = Project::new();
    project.run("list unsubscribe --token=AAAA").code(2).stderr_has("there is no secret ./tidings.secret");
    assert_eq!(project.files(""), ["tidings.toml"]);
}

#[test]
fn a_reason_given_for_a_file_wins_over_its_name() {
    let project = Project::new().file("bounces.csv", "email\na@example.net\n");
    let run = project.run("list import bounces.csv --suppress complained").success();
    assert_eq!(run.stderr, "");
    let shown = project.run("list show a@example.net --format json").success().json();
    assert_eq!(shown["subscribers"][0]["suppressed"], "complained");
}

#[test]
fn a_damaged_list_is_not_a_full_disk() {
    let project = Project::new().file("l.csv", "a@example.net\n");
    project.run("list import l.csv").success();
    let bytes = std::fs::read(project.path().join("tidings.db")).unwrap();
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(project.path().join(format!("tidings.db{end}")));
    }
    let project = project.file("tidings.db", &bytes[..bytes.len().min(9000)]);
    project.run("list show").code(2).stderr_has("malformed").stderr_has("the file is damaged: put a copy of it back");
}

/// A publication of written issues that goes to a folder.
fn letter(text: &str) -> Project {
    let config = "[newsletter]\nfrom = \"news@example.org\"\nmode = \"written\"\n[smtp]\ntransport = \"file\"\n";
    Project::new().config(config).file("content/a.md", "---\ndate: 2025-01-01\n---\n# A\n").file("issues/letter.md", text)
}

#[test]
fn a_letter_without_a_title_is_not_called_by_its_address() {
    let json = letter("---\ndate: 2025-11-01\n---\nHello\n").run("send latest --dry-run --format json").success().json();
    assert_eq!(json["subject"], "letter");
}

#[test]
fn all_wrong_placeholders_of_a_letter_are_told_at_once() {
    let text = "---\ntitle: Hi {{name}}\ndate: 2025-11-01\n---\n{{ entries }}\n\n{{ subscriber.name }}, {{first_name}},\nor {{ .Name }} and {{ never closed\nmore\n";
    let found = letter(text).run("send latest --dry-run --format json").code(1).json()["diagnostics"].clone();
    let places: Vec<(u64, u64)> =
        found.as_array().unwrap().iter().map(|fault| (fault["line"].as_u64().unwrap(), fault["column"].as_u64().unwrap())).collect();
    assert_eq!(places, [(2, 11), (7, 24), (8, 4), (8, 20)], "{found}");
    assert_eq!(found[3]["message"], "`{{ never closed` is opened but never closed with `}}`");
}

#[test]
fn what_an_issue_is_depends_on_the_mode() {
    for (text, is_there) in [
        ("---\ntitle: A\ndate: 2099-01-01\n---\nx\n", false),
        ("---\ntitle: A\n---\nx\n", false),
        ("---\ntitle: A\ndate: 2025-01-01\n---\nx\n", true),
    ] {
        let run = letter(text).run("send latest --dry-run");
        if is_there {
            run.success()
        } else {
            run.code(2).stderr_has("a Markdown file in `issues/` that is no draft")
        };
    }
}

#[test]
fn an_extract_of_a_service_brings_nobody_back() {
    let left = r#"[{"email":"a@example.net","lists":[{"name":"News","subscription_status":"unsubscribed"}]},
        {"email":"b@example.net","lists":[{"name":"News","optin":"double","subscription_status":"unconfirmed"}]},
        {"email":"c@example.net","lists":["News"]}]"#;
    let project = Project::new().file("l.json", left);
    let import = project.run("list import l.json --format json").success().json();
    assert_eq!((&import["imported"], &import["unsubscribed"], &import["pending"]), (&json!(2), &json!(1), &json!(1)));
}

#[test]
fn other_languages_have_words_for_who_is_there_and_who_has_left() {
    for (file, imported, unsubscribed) in [
        ("E-Mail;Status\na@example.net;aktiv\nb@example.net;inaktiv\nc@example.net;abgemeldet\n", 1, 2),
        ("Correo;Estado\na@example.net;activo\nb@example.net;baja\n", 1, 1),
        ("メールアドレス,名前\na@example.net,花子\n", 1, 0),
        ("email,gdpr_consent\na@example.net,yes\nb@example.net,no\n", 1, 1),
    ] {
        let project = Project::new().file("l.csv", file);
        let import = project.run("list import l.csv --format json").success().json();
        assert_eq!((&import["imported"], &import["unsubscribed"]), (&json!(imported), &json!(unsubscribed)), "{file}");
        if file.contains("花子") {
            assert_eq!(project.run("list show --format json").json()["subscribers"][0]["name"], "花子");
        }
    }
}

#[test]
fn a_list_in_no_folder_says_so() {
    let project = Project::new().config("[store]\nurl = \"sqlite:data/list.db\"\n").file("l.txt", "a@example.net\n");
    project.run("list import l.txt").code(2).stderr_has("check that its folder is there");
}
