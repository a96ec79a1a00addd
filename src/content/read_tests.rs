use super::*;
use crate::diagnostic::SourcePath;
use chrono_tz::Tz;

fn site() -> Site {
    Site {
        title: "T".into(),
        url: Site::read_url("https://x.org").unwrap(),
        url_text: "https://x.org".into(),
        description: String::new(),
        language: "en-GB".into(),
        authors: Vec::new(),
        timezone: Tz::Europe__Paris,
        copyright: None,
        icon: None,
        logo: None,
        translations: Default::default(),
    }
}

fn rules() -> ReadRules {
    ReadRules::default()
}

fn read(path: &str, text: &str, rules: &ReadRules) -> (Option<Entry>, Vec<Diagnostic>) {
    let source = Source::new(path, text);
    read_beside(&source, &[], rules)
}

/// Reads a file that stands beside others.
fn read_beside(source: &Source, others: &[Source], rules: &ReadRules) -> (Option<Entry>, Vec<Diagnostic>) {
    let paths: Vec<SourcePath> = others.iter().chain([source]).map(|source| source.path.clone()).collect();
    let is_data = |path: &&SourcePath| path.relative.ends_with("json") || path.relative.ends_with("yml");
    let assets = paths.iter().filter(is_data).map(|path| path.relative.to_string()).collect();
    let sources: Vec<SourcePath> = paths.iter().filter(|path| !is_data(path)).cloned().collect();
    let read = |path: &SourcePath| Ok(others.iter().find(|other| other.path.relative == path.relative).unwrap_or(source).clone());
    let (folders, found) = Folders::read(&sources, &assets, &rules.languages, &read);
    assert_eq!(found, []);
    let (head, faults) = read_head(source, rules, &folders, &site());
    let (entry, again) = read_entry(source.clone(), rules, &folders, &site());
    assert_eq!(head, entry.as_ref().map(|entry| entry.head.clone()), "both passes give one head");
    assert_eq!(faults, again);
    (entry, faults)
}

fn entry(path: &str, text: &str) -> Entry {
    let (entry, faults) = read(path, text, &rules());
    entry.unwrap_or_else(|| panic!("{path} was refused: {faults:?}"))
}

fn codes(text: &str) -> Vec<(&'static str, usize)> {
    read("a.md", text, &rules()).1.iter().map(|fault| (fault.code, fault.place.as_ref().map_or(0, |place| place.line))).collect()
}

#[test]
fn an_entry_has_an_address_by_default() {
    let found = entry("blog/2024-05-01-Low Tide.md", "---\ntitle: Low *tide* &amp; <b>rocks</b>\n---\nx");
    assert_eq!(&*found.head.url, "https://x.org/2024/05/low-tide/");
    assert_eq!(found.head.id, found.head.url);
    assert_eq!(found.head.published.unwrap().to_rfc3339(), "2024-05-01T00:00:00+02:00");
    assert_eq!((found.title.as_deref(), found.head.section.as_deref()), (Some("Low *tide* & rocks"), Some("blog")));
    assert_eq!(&*entry("a.md", "---\ndate: 2024-05-01\nslug: s\ntitle: x\n---\n").head.url, "https://x.org/2024/05/s/");
}

#[test]
fn patterns_are_chosen_by_section() {
    let pattern = |text: &str| Pattern::parse(text).unwrap();
    let rules = ReadRules {
        permalink: Some(pattern("/:section/:filename/")),
        sections: vec![("blog".into(), pattern("/b/:slug/"))],
        ..ReadRules::default()
    };
    let url = |path: &str| read(path, "---\ndate: 2024-05-01\ntitle: x\n---\n", &rules).0.unwrap().head.url.to_string();
    assert_eq!(url("blog/a.md"), "https://x.org/b/a/");
    assert_eq!(url("news/2024-05-01-A b.fr.md"), "https://x.org/fr/news/2024-05-01-A%20b/");
}

#[test]
fn an_entry_without_a_date_is_kept_and_told() {
    let (found, faults) = read("a.md", "---\ntitle: x\n---\n", &rules());
    let found = found.unwrap();
    assert_eq!((found.head.published, &*found.head.url), (None, "https://x.org/a/"));
    assert_eq!(faults.iter().map(|fault| (fault.code, fault.is_error())).collect::<Vec<_>>(), [("date-missing", false)]);
    assert_eq!(codes("---\ntitle: x\ndraft: true\n---\n"), []);
}

#[test]
fn a_draft_may_lack_what_its_address_needs() {
    let rules = ReadRules { permalink: Pattern::parse("/:author/:slug/").ok(), ..ReadRules::default() };
    let (found, faults) = read("x/a b.md", "---\ntitle: x\ndraft: true\n---\n", &rules);
    assert_eq!((&*found.unwrap().head.url, faults.len()), ("https://x.org/x/a%20b", 0));
    let (found, faults) = read("a.md", "---\ntitle: x\ndate: 2024-05-01\n---\n", &rules);
    assert!(found.is_none() && faults[0].code == "permalink-incomplete", "{faults:?}");
}

#[test]
fn what_is_wrong_is_told_all_at_once_at_its_place() {
    assert_eq!(
        codes("---\ntitle: [x]\ndate: soon\nslug: ../../x\nlang: no such\ndraft: perhaps\n---\n"),
        [("field-type", 2), ("field-type", 5), ("date-unreadable", 3), ("field-type", 6), ("permalink-refused", 4)]
    );
    for text in ["---\ntitle: x\ndate: 2024-05-01\nslug: ..\n---\n", "---\ntitle: x\ndate: 2024-05-01\npermalink: /a/%2e%2E/b\n---\n"] {
        assert_eq!(codes(text), [("permalink-refused", 4)], "{text}");
        assert!(read("a.md", text, &rules()).0.is_none());
    }
    assert_eq!(codes("{\"title\": \"x\",\n\"date\": \"2024-05-01\",\n\"slug\": \"../x\"}\n"), [("permalink-refused", 3)]);
    assert_eq!(codes("+++\ntitle = 'x'\ndate = 'soon'\n+++\n"), [("date-unreadable", 3)]);
    assert_eq!(codes("---\ntitle: x\nno close\n"), [("front-matter-unclosed", 1)]);
}

#[test]
fn doubts_are_warnings() {
    for (text, expected) in [
        ("---\ntitle: x\ndate: 24-05-01\n---\n", ("date-short-year", 3)),
        ("---\ntitle: x\ndate: 2026-03-29 02:30\n---\n", ("date-gap", 3)),
        ("---\ntitle: x\ndate: 2026-10-25 02:30\n---\n", ("date-fold", 3)),
        ("---\ntitle: x\ntitle: y\ndate: 2024-05-01\n---\n", ("key-repeated", 3)),
        ("---\ntitle: x\ndate: 2024-05-01\nupdated: 2023-05-01\n---\n", ("date-order", 4)),
        ("---\ntitle: x\u{8}y\ndate: 2024-05-01\n---\n", ("control-character", 2)),
    ] {
        assert_eq!(codes(text), [expected], "{text}");
        assert!(read("a.md", text, &rules()).0.is_some(), "{text}");
    }
    let found = entry("a.md", "---\ntitle: x\ndate: 2024-05-01\nupdated: 2023-05-01\n---\n");
    assert_eq!(found.head.updated, found.head.published);
}

#[test]
fn titles_are_found_where_none_is_given() {
    let titled = |path: &str, text: &str| {
        let found = entry(path, text);
        (found.title.clone(), found.body_text().to_owned())
    };
    let some = |title: &str, body: &str| (Some(title.to_owned()), body.to_owned());
    assert_eq!(titled("2024-05-01-a.txt", "Low tide\n\nIt is at noon."), some("Low tide", "\nIt is at noon."));
    assert_eq!(titled("2024-05-01-a.md", "# Low tide\n\nx"), some("Low tide", "\nx"));
    assert_eq!(titled("2024-05-01-a.md", "---\nlang: en\n---\nJust noon."), (None, "Just noon.".to_owned()));
    assert_eq!(titled("2024-05-01-a.md", "---\ntitle: Noon\n---\n\n# Noon\nx"), some("Noon", "x"));
    assert_eq!(titled("2024-05-01-a.html", "---\ntitle: Noon\n---\n<h1 class=x>Noon</h1><p>x</p>"), some("Noon", "<p>x</p>"));
    assert_eq!(titled("_posts/2024-05-01-low-tide.md", "---\nlayout: x\n---\nx"), some("Low Tide", "x"));
    assert_eq!(titled("_posts/2024-05-01-low-tide.md", "High tide\n\nx"), some("High tide", "\nx"));
    assert_eq!(
        titled("a.html", "<html><head><title>A &lt;b></title><meta name=date content=2024-05-01></head><body><p>x</p></body></html>"),
        some("A <b>", "<p>x</p>")
    );
}

#[test]
fn languages_come_from_fields_names_and_texts() {
    let language = |path: &str, text: &str| entry(path, text).head.language;
    assert_eq!(language("2024-05-01-a.md", "---\ntitle: x\nlang: pt_BR\n---\n").as_deref(), Some("pt-BR"));
    assert_eq!(language("2024-05-01-a.md", "---\ntitle: x\nlang: en\n---\n"), None, "the site's own");
    assert_eq!(language("2024-05-01-a.fr.md", "---\ntitle: x\n---\n").as_deref(), Some("fr"));
    let french = "La marée basse découvre les rochers, et les enfants cherchent des crabes sous les algues jusqu’au soir.";
    assert_eq!(language("2024-05-01-a.txt", french).as_deref(), Some("fr"));
    assert_eq!(language("2024-05-01-a.md", &format!("---\ntitle: x\n---\n{french}")), None, "front matter could have named it");
}

#[test]
fn what_is_no_entry_has_no_head() {
    let pelican = ReadRules { ids: IdScheme::Pelican, ..ReadRules::default() };
    for (path, text, rules) in [("pages/about.md", "Title: x\n\ny", &pelican), ("blog/_index.md", "---\ntitle: x\n---\n", &rules())] {
        let (found, faults) = read(path, text, rules);
        assert!(found.is_none() && faults.is_empty(), "{path}: {faults:?}");
    }
}
