//! What a feed's documents say of one another (RFC 5005).

use super::sample;
use super::tree;
use crate::feed::{Format, PlannedFeed, RenderedEntry, render_document, render_entry};

const FH: &str = "http://purl.org/syndication/history/1.0";
const ATOM: &str = "http://www.w3.org/2005/Atom";

/// All documents of a feed of so many entries, four of which stand in the first and two in each archive.
fn documents(count: usize, format: Format) -> Vec<(String, String)> {
    let (site, spec) = (sample::site(), sample::spec());
    let feed =
        PlannedFeed { entries: (0..count).rev().collect(), newest: 4, archive_size: 2, is_complete: count <= 4, ..sample::feed(None) };
    let render = |at: &usize| render_entry(&site, &spec, &sample::entry(&format!("e{at}")), None);
    let file = |document: crate::feed::Document| {
        let entries: Vec<RenderedEntry> = document.entries().iter().map(render).collect();
        (document.path(format), String::from_utf8(render_document(format, &site, &spec, &document, &entries, None).concat()).unwrap())
    };
    feed.documents().map(file).collect()
}

/// The links of an XML document by their relations, below the site, and its marks.
fn said(xml: &str) -> Vec<String> {
    let root = tree::read(xml).unwrap();
    let feed = root.first("", "channel").unwrap_or(&root);
    let links = feed.all(ATOM, "link").map(|link| format!("{} {}", link.get("rel").unwrap(), link.get("href").unwrap()));
    let marks = feed.children.iter().filter(|child| child.space == FH).map(|child| child.name.clone());
    let known = ["alternate", "hub"];
    links
        .chain(marks)
        .filter(|text| !known.iter().any(|rel| text.starts_with(rel)))
        .map(|text| text.replace("https://example.org/news/", ""))
        .collect()
}

#[test]
fn documents_are_chained() {
    for (format, name) in [(Format::Rss, "feed.xml"), (Format::Atom, "atom.xml")] {
        let files = documents(8, format);
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, [name, &format!("archive/2/{name}"), &format!("archive/1/{name}")]);
        let all: Vec<Vec<String>> = files.iter().map(|(_, text)| said(text)).collect();
        let named = |lines: &[&str]| lines.iter().map(|line| line.replace("NAME", name)).collect::<Vec<_>>();
        assert_eq!(all[0], named(&["self NAME", "prev-archive archive/2/NAME"]));
        assert_eq!(all[1], named(&["self archive/2/NAME", "current NAME", "prev-archive archive/1/NAME", "archive"]));
        assert_eq!(all[2], named(&["self archive/1/NAME", "current NAME", "next-archive archive/2/NAME", "archive"]));
        // Whoever subscribed to the hub asked for the first document.
        assert_eq!(files.iter().filter(|(_, text)| text.contains("hub.example")).count(), 1);
        assert_eq!(said(&documents(4, format)[0].1), named(&["self NAME", "complete"]));
        assert_eq!(super::rules::faults(&files[1].1), Vec::<String>::new());
    }
}

#[test]
fn json_names_the_next_page() {
    let files = documents(8, Format::Json);
    let next: Vec<Option<String>> = files
        .iter()
        .map(|(_, text)| serde_json::from_str::<serde_json::Value>(text).unwrap()["next_url"].as_str().map(str::to_owned))
        .collect();
    let url = |number: usize| Some(format!("https://example.org/news/archive/{number}/feed.json"));
    assert_eq!(next, [url(2), url(1), None]);
}

#[test]
fn a_new_entry_changes_the_first_document_alone() {
    for format in Format::ALL {
        let mut old = documents(8, format);
        for count in 9..14 {
            let new = documents(count, format);
            for (path, text) in &old[1..] {
                let now = &new.iter().find(|(other, _)| other == path).unwrap().1;
                // The newest archive learns its next one when that comes to be; what it holds stays.
                let is_linked = old[1].0 == *path && new.len() > old.len() && format != Format::Json;
                let lines = |text: &str| text.lines().filter(|line| !line.contains("next-archive")).map(str::to_owned).collect::<Vec<_>>();
                assert_eq!(lines(now), lines(text), "{count} {path}");
                assert_eq!(now == text, !is_linked, "{count} {path}");
            }
            old = new;
        }
    }
}
