//! The list from the command line: files in, files out, and who gets mail.

use crate::project::{Project, Run};
use serde_json::{Value, json};

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

#[test]
fn a_list_is_imported_shown_and_exported() {
    let project = Project::new().file("l.csv", "E-Mail;Name;Tags;City\nAnna@Example.net;Anna;a, b;Köln\nnobody;x;;\nbert@example.net;;;\n");
    let first = project.run("list import l.csv --format json").code(1);
    assert_eq!(
        first.json(),
        json!({"version": 1, "imported": 2, "updated": 0, "suppressed": 0, "pending": 0, "kept": 0,
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
    assert_eq!(run.stdout, "Imported: 1 new, 0 updated. They get no mail: 2 suppressed or unsubscribed by this file.\n");
    let addresses = |filter: &str| {
        let report = project.run(&format!("list show {filter} --format json")).success().json();
        let people = report["subscribers"].as_array().unwrap().clone();
        people.iter().map(|person| person["address"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(addresses("--state confirmed"), ["ann@x.org"]);
    assert_eq!(addresses("--state unsubscribed"), ["bob@x.org"]);
    assert_eq!(addresses("--state suppressed"), ["cy@x.org"]);
    project.run("list unsuppress bob@x.org").code(1).stderr("bob@x.org is not suppressed: it has unsubscribed.\n");
    project.run("list unsuppress Cy@x.org").success();
    assert_eq!(addresses("--state confirmed"), ["ann@x.org", "cy@x.org"]);
}

#[test]
fn an_export_is_the_list_again_in_both_formats() {
    let list = "email,name,language,tags,state,suppressed,consent_time,note\n\
                ann@x.org,\"Lee, \"\"Ann\"\"\",fr,\"one, two\",confirmed,,2024-01-02,=1+1\n\
                bob@x.org,,,,unsubscribed,,,\ncy@x.org,,he,,confirmed,550 5.1.1 unknown,,שלום\ndee@x.org,,,,pending,,,\n";
    let project = Project::new().file("list.csv", list).file("content/a.md", "# A\n");
    project.run("list import list.csv").success();
    for (flags, name) in [("--format csv", "again.csv"), ("--format json", "again.json")] {
        let first = project.run(&format!("list export {flags}")).success().stdout;
        let other = Project::new().file(name, &first).file("content/a.md", "# A\n");
        other.run(&format!("list import {name}")).success();
        assert_eq!(other.run(&format!("list export {flags}")).success().stdout, first, "{flags}");
    }
}

/// Who left, bounced or complained in a service never gets mail here. The files have the columns that the services' exports have.
#[test]
fn exports_of_services_are_read_as_they_are() {
    for (name, expected) in [
        ("mailchimp-subscribed", &["ann@x.org  confirmed  \"Ann Lee\"  #News  #Beta"][..]),
        ("mailchimp-unsubscribed", &["bob@x.org  unsubscribed  \"Bob\""]),
        ("mailchimp-cleaned", &["cy@x.org  confirmed  \"Cy\"  (suppressed: imported as cleaned)"]),
        ("substack", &["ann@x.org  confirmed  \"Ann Lee\"", "bob@x.org  unsubscribed"]),
        (
            "buttondown",
            &[
                "ann@x.org  confirmed  #one  #two",
                "bob@x.org  unsubscribed",
                "cy@x.org  confirmed  (suppressed: imported as spammy)",
                "dee@x.org  pending",
            ],
        ),
        ("ghost", &["ann@x.org  confirmed  \"Ann\"  #vip", "bob@x.org  unsubscribed"]),
        (
            "listmonk",
            &["ann@x.org  confirmed  \"Ann\"", "bob@x.org  unsubscribed", "cy@x.org  confirmed  (suppressed: imported as blocklisted)"],
        ),
        (
            "kit",
            &[
                "ann@x.org  confirmed  \"Ann\"  #one",
                "bob@x.org  unsubscribed",
                "cy@x.org  confirmed  (suppressed: imported as bounced)",
                "dee@x.org  pending",
            ],
        ),
    ] {
        let export = std::fs::read_to_string(format!("{}/tests/lists/{name}.csv", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let project = Project::new().file("export.csv", &export).file("content/a.md", "# A\n");
        project.run("list import export.csv").success().stderr("");
        let shown = project.run("list show").success().stdout;
        let lines: Vec<&str> = shown.lines().filter(|line| line.contains('@')).collect();
        assert_eq!(lines, expected, "{name}");
    }
}
