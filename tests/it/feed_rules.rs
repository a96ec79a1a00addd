//! The rules that our feeds are held against find what W3C's feed validator finds, on the validator's own cases.

#[path = "../../src/feed/tests/extensions.rs"]
mod extensions;
#[path = "../../src/feed/tests/rules.rs"]
mod rules;
#[path = "../../src/feed/tests/tree.rs"]
mod tree;

use crate::{corpora, golden};
use rules::faults;

/// Folders of cases about what we write. The others are of the publishing protocol (`app`), of RSS before 2.0 in RDF, and of
/// extensions that no feed of ours has (`access`, `cf`, `conversationsnetwork`, `feedburner`, `feedsync`, `georss`, `meta`).
const OURS: [&str; 10] = ["atom/", "rss20/", "rss/", "opml/", "xml/", "ext/fh/", "ext/itunes/", "ext/media/", "ext/thr/", "ext/wfw/"];
/// Cases about what we never write: their faults can't be ours.
const FOREIGN: &[&str] = &[
    "2/invalid-xml-base",
    "content-src",
    "-base64",
    "xhtml-no-",
    "4.2.11/",
    "6.1/",
    "content-plain-with-children",
    "IsBreakpoint",
    "data-types-email/missing-email",
    "channel-cloud",
    "item-author",
    "item-source",
    "channel-skip",
    "channel-textinput",
    // Of Media RSS we write only `content` and `thumbnail`.
    "ext/media/duplicate_",
    "group_of_one",
    "invalid_description_type",
    "media/invalid_hash",
    "media/invalid_player",
    "media/invalid_rating",
    "media/invalid_restriction",
    "media/invalid_text_",
    "geo_icbm",
    "trackback",
];
/// Where these rules ask for more than the validator: no spaces around addresses, no blank titles, no comments in dates,
/// one entry an id, no `href=""`, no root but the three (RSS 1.0 has another), no entities of a document type.
const STRICTER: &[&str] = &[
    "item-author/html_in",
    "item-source/html_in",
    "title/blank_title",
    "datetime/everything",
    "4.1.1/duplicate-entries.xml",
    "xml-base-elem-eq-doc",
    "clean/outlineDocument",
    "rss10_spec",
    "thr_children",
    "valid_ag_all",
    "modwiki-old",
    "rss91rab",
];

#[test]
fn the_rules_agree_with_the_validator() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/feedvalidator-cases");
    let verdicts =
        std::fs::read_to_string(root.join("verdicts.json")).expect("the validator's cases stand in ../shared/feedvalidator-cases");
    let verdicts: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&verdicts).unwrap();
    let is_in = |list: &[&str], name: &str| list.iter().any(|part| name.contains(part));
    let mut agreed = 0;
    let mut disagreed = Vec::new();
    for (name, verdict) in &verdicts {
        let is_ours = OURS.iter().any(|folder| name.starts_with(folder));
        let is_valid = verdict["valid"] == true;
        if !is_ours || is_in(if is_valid { STRICTER } else { FOREIGN }, name) {
            continue;
        }
        let found = faults(&std::fs::read_to_string(root.join(name)).unwrap());
        if found.is_empty() == is_valid {
            agreed += 1;
        } else {
            disagreed.push(format!("{name}: {found:?}, but the validator says {verdict}"));
        }
    }
    assert!(disagreed.is_empty(), "{}", disagreed.join("\n"));
    assert!(agreed > 600, "{agreed}");
}

#[test]
fn real_publications_have_no_fault() {
    for project in corpora::all().into_iter().chain([golden::publication()]) {
        project.run("build --now 2027-01-01T00:00:00Z").success();
        let written = project.files("public");
        let is_xml = |file: &&String| [".xml", ".opml"].iter().any(|end| file.ends_with(end));
        let files: Vec<&String> = written.iter().filter(is_xml).collect();
        assert!(files.len() >= 3, "{written:?}");
        for file in files {
            let found = faults(&project.read(&format!("public/{file}")));
            assert!(found.is_empty(), "{file}: {found:?}");
        }
    }
}
