//! Pictures and recordings beside the content: their sizes and lengths in what is written.

use crate::project::Project;

fn gif(width: u8, height: u8) -> Vec<u8> {
    [b"GIF89a", &[width, 0, height, 0][..], b"\0\0\0"].concat()
}

#[test]
fn pictures_have_the_size_of_their_files() {
    let project = Project::new()
        .config("[content]\nstatic = \"static\"\n[newsletter]\nperiod = \"all\"\n")
        .file(
            "content/a/index.md",
            "---\ndate: 2025-01-02\nimage: lead.gif\n---\n![](b.gif) ![](/img/s.gif) ![](https://example.org/img/s.gif)\n",
        )
        .file("content/a/b.gif", gif(50, 40))
        .file("content/a/lead.gif", gif(200, 100))
        .file("static/img/s.gif", gif(30, 20));
    project.run("build").success();
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let html = feed["items"][0]["content_html"].as_str().unwrap();
    assert!(html.contains("b.gif\" alt=\"\" width=\"50\" height=\"40\""), "{html}");
    assert_eq!(html.matches("https://example.org/img/s.gif\" alt=\"\" width=\"30\" height=\"20\"").count(), 2, "{html}");
    let mail = project.read("public/newsletter/all/email.html");
    assert!(mail.contains("lead.gif\" alt=\"\" width=\"200\" height=\"100\""), "{mail}");
}

#[test]
fn an_enclosure_in_the_static_folder_has_its_length() {
    let entry = "---\ndate: 2025-01-02\ntitle: A\nenclosure: /audio/x.mp3\n---\nx\n";
    let project = Project::new().file("content/a.md", entry).file("static/audio/x.mp3", [0; 777]);
    project.run("build").stderr_has("enclosure-length");
    let project = project.config("[content]\nstatic = \"static\"\n");
    assert!(!project.run("build").success().stderr.contains("enclosure-length"));
    assert!(project.read("public/feed.xml").contains("length=\"777\""));
}

#[test]
fn a_static_folder_that_is_not_there_is_told() {
    let project = Project::new().config("[content]\nstatic = \"none\"\n").file("content/a.md", "x");
    project.run("build").code(2).stderr_has("the static folder").stderr_has("`static` under [content]");
}
