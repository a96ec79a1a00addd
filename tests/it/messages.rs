//! Whole messages, read again by programs that are not ours.

use crate::golden;
use crate::project::Project;
use mail_parser::{MessageParser, MimeHeaders};
use std::path::Path;
use std::process::{Command, Stdio};

/// The first bytes of a PNG of this size, which is all that anybody looks at here.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

/// A post with a picture beside it, one in the static folder, one on the web, and one that mail programs don't show.
fn illustrated(inline: bool) -> Project {
    let body =
        "![A boat](boat.png) ![Again](boat.png?x=1&y=2) ![Map](/map.png) ![Far](https://other.example/far.png) ![Sketch](sketch.svg)";
    Project::new()
        .file("content/ferry/index.md", format!("---\ntitle: Ferry\ndate: 2025-12-05\n---\n{body}\n"))
        .file("content/ferry/boat.png", png(60, 40))
        .file("content/ferry/sketch.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"5\" height=\"5\"/>")
        .file("static/map.png", png(30, 20))
        .config(&format!(
            "[content]\nstatic = \"static\"\n[newsletter]\nfrom = \"Example <news@example.org>\"\nmode = \"post\"\ninline_images = {inline}\n"
        ))
}

#[test]
fn a_message_may_carry_its_pictures() {
    let project = illustrated(true);
    project.run("build").success();
    let eml = std::fs::read(project.path().join("public/newsletter/ferry/message.eml")).unwrap();
    let message = MessageParser::default().parse(&eml).unwrap();
    let kinds: Vec<_> = message.parts.iter().map(|part| part.content_type().unwrap().subtype().unwrap()).collect();
    assert_eq!(kinds, ["alternative", "plain", "related", "html", "png", "png"]);
    let html = message.body_html(0).unwrap();
    for part in [4, 5] {
        let part = message.part(part).unwrap();
        let id = part.content_id().unwrap();
        assert!(html.contains(&format!("src=\"cid:{id}\"")), "{id}: {html}");
        assert_eq!(part.content_disposition().unwrap().ctype(), "inline");
    }
    assert_eq!(message.part(4).unwrap().contents(), png(60, 40));
    // What is on the web, and what mail programs don't show, stays there.
    assert!(html.contains("src=\"https://other.example/far.png\"") && html.contains("/ferry/sketch.svg\""), "{html}");
    // The archive, and the part on disk, are looked at on the web.
    for file in ["email.html", "index.html"] {
        let page = project.read(&format!("public/newsletter/ferry/{file}"));
        assert!(!page.contains("cid:") && page.contains("https://example.org/2025/12/ferry/boat.png"), "{page}");
    }
    let plain = illustrated(false);
    plain.run("build").success();
    assert!(!plain.read("public/newsletter/ferry/message.eml").contains("multipart/related"));
}

#[test]
fn too_many_pictures_stay_on_the_web() {
    let mut large = png(60, 40);
    large.resize(3 * 1024 * 1024, 0);
    let project = illustrated(true).file("content/ferry/boat.png", &large);
    project.run("build").success().stderr_has("map.png stays on the web: with it the pictures of issue ferry would have more than 3 MB");
    let eml = project.read("public/newsletter/ferry/message.eml");
    assert_eq!(eml.matches("Content-ID:").count(), 1);
}

/// All messages of the example publication, and one with pictures.
fn messages() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for project in [golden::publication(), illustrated(true)] {
        project.run("build --now 2026-10-02T00:00:00Z").success();
        let files = project.files("public").into_iter().filter(|file| file.ends_with("message.eml"));
        found.extend(files.map(|file| (file.clone(), std::fs::read(project.path().join("public").join(&file)).unwrap())));
    }
    assert!(found.len() >= 4, "{}", found.len());
    found
}

#[test]
#[ignore = "needs python3"]
fn python_s_strict_policy_finds_no_defect() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages/strict.py");
    for (name, bytes) in messages() {
        assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 999), "{name}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("message.eml");
        std::fs::write(&file, &bytes).unwrap();
        let output = Command::new("python3").arg(&script).arg(&file).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("no defects: "), "{name}");
    }
}

#[test]
#[ignore = "needs spamassassin"]
fn spamassassin_scores_below_one() {
    for (name, bytes) in messages() {
        let mut child = Command::new("spamassassin")
            .args(["--local", "--test-mode"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), &bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        let report = String::from_utf8_lossy(&output.stdout).into_owned();
        let status = report.split("X-Spam-Status:").nth(1).unwrap_or_else(|| panic!("{name}: no verdict in {report}"));
        let score: f64 = status.split("score=").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap().parse().unwrap();
        let tests = status.split("autolearn").next().unwrap_or_default().to_owned();
        assert!(score < 1.0, "{name}: {score}: {tests}");
    }
}
