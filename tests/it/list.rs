//! `tidings list`, as a publisher uses it who moves from a service.

use crate::project::Project;

#[test]
fn who_left_a_service_stays_away_until_somebody_says_otherwise() {
    let export = "email,first_name,status\nann@x.org,Ann,active\nbob@x.org,Bob,cancelled\ncy@x.org,Cy,bounced\n";
    let project = Project::new().file("kit.csv", export).file("content/a.md", "# A\n");
    let run = project.run("list import kit.csv").success();
    assert_eq!(run.stdout, "Imported 3 new, updated 0.\n2 of the file get no mail: unsubscribed, suppressed, or not confirmed there.\n");
    let addresses = |filter: &str| {
        let report = project.run(&format!("list show {filter} --format json")).success().json();
        let people = report["subscribers"].as_array().unwrap().clone();
        people.iter().map(|person| person["address"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(addresses("--state confirmed"), ["ann@x.org"]);
    assert_eq!(addresses("--state unsubscribed"), ["bob@x.org"]);
    assert_eq!(addresses("--state suppressed"), ["cy@x.org"]);
    project.run("list unsuppress bob@x.org").code(1).stderr_has("bob@x.org is not suppressed.");
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
