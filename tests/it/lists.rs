//! The list from the command line: files in, files out, and who gets mail.

use crate::project::{Project, Run};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;

const HEADER: &str = "email,name,language,tags,state,suppressed,suppressed_at,consent_source,consent_time";

/// What `list show` says of a person: address, state, and why it is suppressed.
fn shown(project: &Project, filter: &str) -> Vec<(String, String, Option<String>)> {
    let list = project.run(&format!("list show {filter} --format json")).success().json();
    let text = |one: &Value, key: &str| one[key].as_str().map(str::to_owned);
    let people = list["subscribers"].as_array().unwrap();
    people.iter().map(|one| (text(one, "address").unwrap(), text(one, "state").unwrap(), text(one, "suppressed"))).collect()
}

fn addresses(project: &Project, filter: &str) -> Vec<String> {
    shown(project, filter).into_iter().map(|one| one.0).collect()
}

fn run(project: &Project, words: &[&str]) -> Run {
    project.run_words(words)
}

/// An export into an empty list is the same list, in both formats: its exports have the same bytes.
#[track_caller]
fn comes_back(project: &Project) {
    let formats = ["csv", "json"];
    let exports = formats.map(|format| project.run(&format!("list export --format {format}")).success().stdout);
    for (from, export) in formats.iter().zip(&exports) {
        let other = Project::new().file("list", export);
        other.run("list import list --format json").success();
        for (format, export) in formats.iter().zip(&exports) {
            assert_eq!(&other.run(&format!("list export --format {format}")).success().stdout, export, "{format} from {from}");
        }
    }
}

#[test]
fn a_list_is_imported_shown_and_exported() {
    let project = Project::new().file("l.csv", "E-Mail;Name;Tags;City\nAnna@Example.net;Anna;a, b;Köln\nnobody;x;;\nbert@example.net;;;\n");
    let first = project.run("list import l.csv --format json").code(1);
    assert_eq!(
        first.json(),
        json!({"version": 1, "imported": 2, "updated": 0, "suppressed": 0, "unsubscribed": 0, "pending": 0, "kept": 0,
               "rejected": [{"line": 3, "reason": "there is no @ in the address"}]})
    );
    assert_eq!(first.stderr, "");
    project.run("list import l.csv").code(1).stderr_has("l.csv:3: there is no @ in the address");
    project.run("list suppress bert@example.net --reason complained").success();
    project.run("list add carl@example.net --name Carl --language fr --tag a").success();
    let person = |address: &str, name: &str, language: Value, tags: &[&str], fields: Value| {
        json!({"address": address, "name": name, "language": language, "tags": tags, "fields": fields, "state": "confirmed",
               "suppressed": null, "suppressed_at": null, "consent": null})
    };
    assert_eq!(
        project.run("list show --tag a --format json").success().json(),
        json!({"version": 1, "subscribers": [
            person("Anna@Example.net", "Anna", Value::Null, &["a", "b"], json!({"City": "Köln"})),
            person("carl@example.net", "Carl", json!("fr"), &["a"], json!({})),
        ]})
    );
    assert_eq!(addresses(&project, "--language fr"), ["carl@example.net"]);
    let csv = project.run("list export --format csv").success().stdout;
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines[0], format!("{HEADER},City"));
    assert_eq!(lines[1], "Anna@Example.net,Anna,,\"a, b\",confirmed,,,,,Köln");
    assert!(lines[2].starts_with("bert@example.net,,,,confirmed,complained,20"), "{csv}");
    assert_eq!(&lines[3..], ["carl@example.net,Carl,fr,a,confirmed,,,,,", ""]);
    // Neither an import nor `add` brings a suppressed person back.
    let again = project.file("b.csv", "email\nBERT@example.net\n");
    assert_eq!(again.run("list import b.csv --format json").success().json()["suppressed"], 1);
    again.run("list add bert@example.net").code(1).stderr_has("stays so");
    again.run("list remove carl@example.net").success();
    again.run("list remove carl@example.net").code(1);
    again.run("list add nobody").code(2).stderr_has("`nobody` is not an address");
    again.run("list show --format csv").code(2).stderr_has("list export");
    again.run("list import missing.csv").code(2).stderr_has("missing.csv");
}

#[test]
fn a_suppression_is_lifted_only_when_asked_and_that_is_kept() {
    let project = Project::new().file("l.csv", "email,state\na@example.net,\nleft@example.net,unsubscribed\n");
    project.run("list import l.csv").success();
    project.run("list unsuppress a@example.net").code(1).stderr("a@example.net is not suppressed.\n");
    project.run("list suppress A@example.net --reason complained").success();
    project.run("list suppress left@example.net").success();
    project.run("list suppress stranger@example.net").success();
    assert_eq!(addresses(&project, "--state suppressed"), ["a@example.net", "left@example.net", "stranger@example.net"]);
    project.run("list add a@example.net").code(1).stderr_has("list unsuppress");
    let lift = run(&project, &["list", "unsuppress", "a@EXAMPLE.net", "--reason", "she wrote on 3 May", "--format", "json"]).success();
    assert_eq!(lift.json(), json!({"version": 1, "lifted": "complained", "state": "confirmed"}));
    assert_eq!(shown(&project, "--state confirmed"), [("a@example.net".to_owned(), "confirmed".to_owned(), None)]);
    let one = project.run("list show a@example.net --format json").success().json();
    let lifted = &one["lifted"][0];
    assert_eq!((&lifted["reason"], &lifted["why"]), (&json!("complained"), &json!("she wrote on 3 May")));
    assert!(lifted["since"].as_str() <= lifted["lifted"].as_str(), "{one}");
    project.run("list show a@example.net").success().stdout_has("complained; lifted: she wrote on 3 May");
    // Who has left stays away, and who was never on the list is not put on it.
    project.run("list unsuppress left@example.net").success().stdout_has("it is unsubscribed, and gets no mail");
    assert_eq!(addresses(&project, "--state unsubscribed"), ["left@example.net"]);
    project.run("list unsuppress stranger@example.net").success().stdout_has("it is not on the list");
    project.run("list show stranger@example.net").code(1).stderr_has("not on the list").stdout_has("lifted by hand");
    project.run("list unsuppress left@example.net").code(1).stderr_has("it has unsubscribed");
    project.run("list unsuppress nobody").code(2);
}

#[test]
fn consent_is_kept_and_shown() {
    let project = Project::new();
    let words = ["list", "add", "a@example.net", "--consent-source", "fair, 3 May", "--consent-time", "2024-05-03"];
    run(&project, &words).success();
    let one = project.run("list show a@example.net --format json").success().json();
    assert_eq!(one["subscribers"][0]["consent"], json!({"source": "fair, 3 May", "time": "2024-05-03T00:00:00Z"}));
    project.run("list show a@example.net").success().stdout_has("consent: fair, 3 May, 2024-05-03T00:00:00Z");
    project.run("list add b@example.net --consent-time 03/04/2024").code(2).stderr_has("`03/04/2024` is not a time");
    // A file that knows nothing of it takes nothing away.
    let project = project.file("l.csv", "email\na@example.net\n");
    project.run("list import l.csv").success();
    project.run("list export").success().stdout_has("a@example.net,,,,confirmed,,,\"fair, 3 May\",2024-05-03T00:00:00Z\r\n");
}

#[test]
fn filters_hold_for_show_and_export() {
    let project = Project::new().file(
        "l.csv",
        "email,language,tags,state,suppressed\na@x.net,fr-CA,\"press, vip\",,\nb@x.net,fr,press,pending,\nc@x.net,en,VIP,unsubscribed,\nd@x.net,fr,,,asked\n",
    );
    project.run("list import l.csv").success();
    for (filter, wanted) in [
        ("", "abcd"),
        ("--tag vip", "ac"),
        ("--language fr", "abd"),
        ("--state pending", "b"),
        ("--state suppressed", "d"),
        ("--state confirmed --language fr --tag press", "a"),
        ("--state unsubscribed --tag press", ""),
    ] {
        let wanted: Vec<String> = wanted.chars().map(|name| format!("{name}@x.net")).collect();
        assert_eq!(addresses(&project, filter), wanted, "{filter}");
        let csv = project.run(&format!("list export {filter}")).success().stdout;
        let exported: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!(exported, wanted, "{filter}");
    }
    project.run("list show --state gone").code(2).stderr_has("confirmed, pending, unsubscribed, suppressed");
}

#[test]
fn who_left_a_service_stays_away_until_somebody_says_otherwise() {
    let export = "email,first_name,status\nann@x.org,Ann,active\nbob@x.org,Bob,cancelled\ncy@x.org,Cy,bounced\n";
    let project = Project::new().file("kit.csv", export).file("content/a.md", "# A\n");
    let run = project.run("list import kit.csv").success();
    assert_eq!(run.stdout, "Imported: 1 new, 0 updated. Without mail: 1 unsubscribed, 1 suppressed.\n");
    let addresses = |filter: &str| {
        let report = project.run(&format!("list show {filter} --format json")).success().json();
        let people = report["subscribers"].as_array().unwrap().clone();
        people.iter().map(|person| person["address"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(addresses("--state confirmed"), ["ann@x.org"]);
    assert_eq!(addresses("--state unsubscribed"), ["bob@x.org"]);
    assert_eq!(addresses("--state suppressed"), ["cy@x.org"]);
    project.run("list unsuppress bob@x.org").code(1).stderr_has("bob@x.org is not suppressed: it has unsubscribed. Where");
    project.run("list remove bob@x.org").success();
    project.run("list unsuppress bob@x.org").success();
    project.run("list add bob@x.org").success();
    assert_eq!(addresses("--state confirmed"), ["ann@x.org", "bob@x.org"]);
    project.run("list remove bob@x.org").success();
    project.run("list unsuppress Cy@x.org").success();
    assert_eq!(addresses("--state confirmed"), ["ann@x.org", "cy@x.org"]);
}

#[test]
fn an_export_is_the_list_again_in_both_formats() {
    let list = "email,name,language,tags,state,suppressed,suppressed_at,consent_source,consent_time,note,\"a, \"\"b\"\"\",=f,state\n\
                Ann@x.org,\"Lee, \"\"Ann\"\"\",fr,\"one, \"\"two, 2\"\", \"\"5\"\"\"\" disk\"\"\",confirmed,,,\"fair, 3 May\",2024-01-02,'=1+1,x,-1,Texas\n\
                bob@x.org,,,,unsubscribed,,,,,,,,\ncy@x.org,שלום \u{200f}עולם,he,مرحبا,confirmed,550 5.1.1 unknown,2020-01-01T00:00:00.5Z,,,''quoted,+49 30 1,,\n\
                dee@x.org,,,,pending,,,,,,,,\n=eve@x.org,@eve,,=t,confirmed,-,2021-01-01,=s,,\t,'n,'',\njürgen@bücher.example,,,,,,,,,,,,\n";
    let project = Project::new().file("list.csv", list);
    project.run("list import list.csv").success().stderr("");
    for words in [&["suppress", "stranger@x.org", "--reason", "=HYPERLINK(1)"][..], &["suppress", "dee@x.org", "--reason", "a, \"b\""]] {
        run(&project, &[&["list"], words].concat()).success();
    }
    run(&project, &["list", "add", "fay@x.org", "--tag", "=x, y", "--tag", " z ", "--name", "'=", "--consent-source", "+1"]).success();
    comes_back(&project);
    // A spreadsheet must find no formula, and the import the same words as before.
    let csv = project.run("list export").success().stdout;
    let mut table = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let cells: Vec<String> = table.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(cells.len() > 100, "{csv}");
    assert_eq!(cells.iter().find(|cell| cell.starts_with(['=', '+', '@', '-'])), None, "{csv}");
    let json = project.run("list show =eve@x.org --format json").success().json();
    let eve = &json["subscribers"][0];
    assert_eq!((&eve["name"], &eve["suppressed"], &eve["consent"]["source"]), (&json!("@eve"), &json!("-"), &json!("=s")));
    assert_eq!(project.run("list show ann@x.org --format json").json()["subscribers"][0]["tags"], json!(["one", "two, 2", "5\" disk"]));
}

/// In the formats that the services publish, each with what becomes of it: who left, bounced or complained there, or has not
/// confirmed, never gets mail here.
#[test]
fn exports_of_services_are_read_as_they_are() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lists");
    let mut seen = 0;
    for (service, folder) in [
        ("Mailchimp", "mailchimp"),
        ("Substack", "substack"),
        ("Buttondown", "buttondown"),
        ("Ghost", "ghost"),
        ("listmonk", "listmonk"),
        ("Kit", "kit"),
    ] {
        let mut files: Vec<_> = std::fs::read_dir(root.join(folder)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension != "txt")) {
            let project = Project::new();
            let import = run(&project, &["list", "import", file.to_str().unwrap(), "--format", "json"]).success().json();
            assert_eq!((&import["service"], &import["notes"]), (&json!(service), &Value::Null), "{}", file.display());
            let list = project.run("list export --format json").success().json();
            let mut found = String::new();
            for mut one in list["subscribers"].as_array().unwrap().clone() {
                let was_told = one["suppressed_at"].as_str().is_some_and(|at| at < "2025");
                if !was_told {
                    one.as_object_mut().unwrap().remove("suppressed_at");
                }
                one.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                found.push_str(&format!("{one}\n"));
            }
            let golden = file.with_extension(format!("{}.txt", file.extension().unwrap().to_str().unwrap()));
            if std::env::var_os("TIDINGS_BLESS").is_some() {
                std::fs::write(&golden, &found).unwrap();
            }
            assert_eq!(found, std::fs::read_to_string(&golden).unwrap_or_default(), "{}", golden.display());
            comes_back(&project);
            seen += 1;
        }
    }
    assert_eq!(seen, 15);
}

#[test]
fn who_is_told_apart_from_who_is_rejected() {
    let project = Project::new()
        .file("l.csv", "email,language\njürgen@exam ple.net,\na@example.net,english!!\nb@example.net,fr\nB@example.net,\n")
        .file("empty.csv", "");
    let run = project.run("list import l.csv --format json").code(1).json();
    assert_eq!((&run["imported"], &run["updated"]), (&json!(2), &json!(1)));
    assert_eq!((&run["rejected"][0]["line"], &run["notes"][0]["line"]), (&json!(2), &json!(3)));
    assert_eq!(run["rejected"].as_array().unwrap().len(), 1);
    project.run("list import empty.csv").code(1).stderr_has("empty.csv:1: the file is empty");
    let add = |language: &str| project.command(&["list", "add", "c@example.net", "--language", language]).output().unwrap().status.code();
    assert_eq!((add("xx yy"), add("english!!"), add("pt-BR")), (Some(2), Some(2), Some(0)));
    assert_eq!(project.command(&["list", "remove", ""]).output().unwrap().status.code(), Some(2));
}

#[test]
fn what_the_user_says_of_a_file_counts_where_it_says_nothing() {
    let file = "email,tags,consent_time\na@x.org,one,2020-01-01\nb@x.org,,\n";
    let project = Project::new().file("l.csv", file).file("gone.csv", "Email,reason\nB@x.org,hard\nstranger@x.org,hard\nnobody,\n");
    let words =
        ["list", "import", "l.csv", "--tag", "fair", "--tag", "one", "--consent-source", "fair, 3 May", "--consent-time", "2024-05-03"];
    run(&project, &words).success();
    let csv = project.run("list export").success().stdout;
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    let own = "a@x.org,,,\"one, fair\",confirmed,,,,2020-01-01T00:00:00Z";
    assert_eq!(rows, [own, "b@x.org,,,\"fair, one\",confirmed,,,\"fair, 3 May\",2024-05-03T00:00:00Z"]);
    // A list of bounces puts nobody on the list.
    let import = run(&project, &["list", "import", "gone.csv", "--suppress", "bounced at the relay", "--format", "json"]).code(1).json();
    assert_eq!((&import["imported"], &import["suppressed"], &import["kept"]), (&json!(0), &json!(2), &json!(0)));
    let away = shown(&project, "--state suppressed");
    let reason = Some("bounced at the relay".to_owned());
    assert_eq!(
        away,
        [("b@x.org".to_owned(), "confirmed".to_owned(), reason.clone()), ("stranger@x.org".to_owned(), "unsubscribed".to_owned(), reason)]
    );
    comes_back(&project);
    run(&project, &["list", "import", "l.csv", "--suppress", "x", "--tag", "y"]).code(2);
    run(&project, &["list", "import", "l.csv", "--tag", "a\nb"]).code(2).stderr_has("control character");
    run(&project, &["list", "import", "l.csv", "--consent-time", "03/04/2024"]).code(2).stderr_has("is not a time");
}

/// `unsubscribed.csv` with nothing in it but addresses must not become the list.
#[test]
fn the_name_of_a_file_may_say_who_is_in_it() {
    for (name, content, state) in [
        ("unsubscribed.csv", "email\na@x.org\n", "unsubscribed"),
        ("Bounces_2024.txt", "Ann <a@x.org>\n", "suppressed"),
        ("unconfirmed-1.json", "[{\"email\": \"a@x.org\"}]", "pending"),
        ("cleaned.csv", "Ann;a@x.org\n", "suppressed"),
    ] {
        let project = Project::new().file(name, content);
        let word = name.split(['.', '_', '-']).next().unwrap().to_lowercase();
        let told = format!("{name}:1: the file is called `{word}`: all in it are imported as {state}");
        run(&project, &["list", "import", name]).success().stderr_has(&told);
        assert_eq!(addresses(&project, &format!("--state {state}")), ["a@x.org"], "{name}");
        // An export of ours says itself who is in it, whatever it is called.
        let export = project.run("list export").success().stdout.replace(",confirmed,", ",pending,");
        let other = Project::new().file(name, &export);
        other.run(&format!("list import {name}")).success().stderr("");
        assert_eq!(other.run("list export").stdout, export);
    }
}

#[test]
fn a_list_comes_by_standard_input() {
    let project = Project::new().config("[newsletter]\nfrom = \"News <news@example.org>\"\n");
    let mut command = project.command(&["list", "import", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"email\na@x.org\nnobody\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("standard input:3: there is no @ in the address"), "{told}");
    assert_eq!(addresses(&project, ""), ["a@x.org"]);
}

/// What comes through a slow pipe holds up neither a run nor anybody who changes the list.
#[test]
fn a_slow_pipe_locks_nobody_out() {
    let project = Project::new();
    project.run("list add zoe@example.net").success();
    let mut import = project.command(&["list", "import", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut pipe = import.stdin.take().unwrap();
    pipe.write_all(format!("email\n{}", "anna@example.net\n".repeat(20_000)).as_bytes()).unwrap();
    let began = std::time::Instant::now();
    project.run("list add bert@example.net").success();
    assert!(began.elapsed() < std::time::Duration::from_secs(10), "it waited for the pipe");
    assert_eq!(addresses(&project, ""), ["bert@example.net", "zoe@example.net"]);
    pipe.write_all(b"carl@example.net\n").unwrap();
    drop(pipe);
    assert!(import.wait_with_output().unwrap().status.success());
    assert_eq!(addresses(&project, ""), ["anna@example.net", "bert@example.net", "carl@example.net", "zoe@example.net"]);
    let files = project.files("");
    assert!(files.iter().all(|file| file.starts_with("tidings.")), "{files:?}");
}

#[test]
fn json_that_breaks_off_keeps_what_came_before_and_says_where() {
    let project =
        Project::new().file("l.json", "[\n {\"email\": \"a@x.org\"},\n {\"email\": \"b@x.org\",},\n {\"email\": \"c@x.org\"}\n]\n");
    let told = project.run("list import l.json --format json").code(1).json();
    let reason = "the file is no JSON that can be read from here on: trailing comma at line 3 column 22";
    assert_eq!((&told["imported"], &told["rejected"]), (&json!(1), &json!([{"line": 3, "reason": reason}])));
    assert_eq!(addresses(&project, ""), ["a@x.org"]);
}
