//! Templates of the user's, in `templates/` beside the configuration.

use crate::project::Project;

fn publication() -> Project {
    Project::new()
        .file("content/tide.md", "---\ntitle: The tide\ndate: 2025-12-05\n---\nIt comes in.\n")
        .config("[newsletter]\nfrom = \"Example <news@example.org>\"\nperiod = \"monthly\"\npostal_address = \"1 Quay\\nPort\"\n")
}

/// The example that docs/templates.md has.
fn documented() -> String {
    let text = include_str!("../../docs/templates.md");
    text.split("```jinja\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[test]
fn the_built_in_ones_are_written_and_change_nothing() {
    let project = publication();
    project.run("build").success();
    let before = project.read("public/newsletter/2025-12/message.eml");
    let run = project.run("init --templates --format json").success().json();
    let written = run["written"].as_array().unwrap();
    assert!(written.iter().any(|path| path == "templates/newsletter/email.html") && written.len() >= 15, "{written:?}");
    project.run("build").success();
    assert_eq!(project.read("public/newsletter/2025-12/message.eml"), before);
    // What is there stays, and what was removed comes back.
    let project = project.file("templates/newsletter/footer.html", "mine");
    std::fs::remove_file(project.path().join("templates/newsletter/email.txt")).unwrap();
    let run = project.run("init --templates --format json").success().json();
    assert_eq!(run["written"], serde_json::json!(["templates/newsletter/email.txt"]));
    assert_eq!(project.read("templates/newsletter/footer.html"), "mine");
}

#[test]
#[cfg(feature = "overrides")]
fn the_documented_footer_is_shown() {
    let project = publication().file("templates/newsletter/footer.html", documented());
    project.run("build").success();
    let html = project.read("public/newsletter/2025-12/email.html");
    assert!(html.contains("Written by the harbour, 1 Quay, Port.</p>") && html.contains("?t=SAMPLE-TOKEN\""), "{html}");
}

#[test]
#[cfg(feature = "overrides")]
fn mistakes_stop_the_build_and_are_all_told() {
    let project = publication()
        .file("templates/newsletter/footer.html", "<a href=\"{{ unsubscribe }}\">{{ raeson }}</a>")
        .file("templates/newsletter/email.txt", "{{ heading }}\n{% for e in entries %}{{ e.titel }}{% endfor %}\n{{ unsubscribe }}");
    let run = project.run("build").code(1);
    let run = run
        .stderr_has("templates/newsletter/footer.html:1:")
        .stderr_has("there is no variable `raeson`")
        .stderr_has("did you mean `reason`?");
    run.stderr_has("templates/newsletter/email.txt:2:").stderr_has("there is no variable `e.titel`");
    assert!(project.files("public").is_empty());
}

#[test]
#[cfg(feature = "overrides")]
fn nobody_is_sent_what_they_can_t_leave() {
    let project = publication().file("templates/newsletter/footer.html", "<p>No way out.</p>");
    project.run("build").code(1).stderr_has("has no link to unsubscribe, and nobody could leave");
}

#[test]
#[cfg(not(feature = "overrides"))]
fn without_the_feature_a_template_is_refused() {
    let project = publication().file("templates/newsletter/footer.html", documented());
    project.run("build").code(1).stderr_has("without the feature `overrides`");
}
