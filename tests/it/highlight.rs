//! Code in colours, in feeds and in messages.

use crate::project::Project;

const CODE: &str = "---\ntitle: Code\ndate: 2025-01-02\n---\n```rust\nfn main() {}\n```\n";

#[cfg(feature = "highlight")]
#[test]
fn colours_stand_in_the_code_itself() {
    let project = Project::new()
        .config("[content]\nhighlight = \"github\"\n[newsletter]\nperiod = \"all\"\ncontent = \"full\"\n")
        .file("content/a.md", CODE);
    project.run("build").success();
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let html = feed["items"][0]["content_html"].as_str().unwrap();
    assert!(html.starts_with("<pre style=\"color:#323232;background-color:#ffffff\">"), "{html}");
    assert!(html.contains("<span style=\"color:#"), "{html}");
    let mail = project.read("public/newsletter/all/email.html");
    let pre = mail.split("<pre").nth(1).and_then(|rest| rest.split('>').next()).unwrap();
    // The page of its colours, not the newsletter's; where it is dark, rules name each of them.
    assert!(pre.contains("#ffffff") && !pre.contains("#f1f2f4") && pre.contains("painted"), "{pre}");
    assert!(mail.contains("pre:not(.night) [style*=\"color:#"), "{mail}");
    assert!(project.read("public/newsletter/all/email.txt").contains("    fn main() {}\n"));
}

#[test]
fn themes_have_names() {
    Project::new()
        .config("[content]\nhighlight = \"githubb\"\n")
        .file("content/a.md", CODE)
        .run("build")
        .code(1)
        .stderr_has("has no theme `githubb`")
        .stderr_has("solarized-light");
    let project = Project::new().config("[content]\nhighlight = \"none\"\n").file("content/a.md", CODE);
    project.run("build").success();
    assert!(!project.read("public/feed.json").contains("style="));
}

#[cfg(not(feature = "highlight"))]
#[test]
fn a_build_without_colours_says_so() {
    Project::new()
        .config("[content]\nhighlight = \"github\"\n")
        .file("content/a.md", CODE)
        .run("build")
        .code(1)
        .stderr_has("feature `highlight`");
}
