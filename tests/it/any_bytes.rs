//! No content file, whatever its bytes, stops a build or is blamed at a place that it hasn't.

use proptest::prelude::*;
use std::collections::BTreeSet;
use tidings::content::{Dialect, Folders, IdScheme, ReadRules, decode, identity_span, read_entry, read_head};
use tidings::diagnostic::{Diagnostic, Source, Span};
use tidings::site::Site;

fn site() -> Site {
    Site {
        title: "T".into(),
        url: Site::read_url("https://x.org/blog").unwrap(),
        url_text: "https://x.org/blog".into(),
        description: String::new(),
        language: "en".into(),
        authors: Vec::new(),
        timezone: chrono_tz::Tz::Europe__Paris,
        copyright: None,
        icon: None,
        logo: None,
        translations: Default::default(),
    }
}

/// Front matter that is nearly right.
fn front_matter() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "title",
        "date",
        "updated",
        "publishDate",
        "expiryDate",
        "tags",
        "categories",
        "category",
        "author",
        "authors",
        "slug",
        "url",
        "permalink",
        "path",
        "draft",
        "published",
        "status",
        "summary",
        "image",
        "cover",
        "enclosure",
        "lang",
        "taxonomies",
        "extra",
        "params",
        "build",
        "cascade",
        "id",
        "<<",
    ]);
    let value = prop::sample::select(vec![
        "x",
        "2024-05-01",
        "2024-05-01 10:30",
        "2024-03-31 02:30:00",
        "99-05-01",
        "May 1, 2024",
        "true",
        "5",
        "[a, 'b, c', 7]",
        "{name: A, url: u}",
        "[{name: A}, [b]]",
        "''",
        "~",
        "../../x",
        "/a/:year/:slug/",
        "://",
        "été",
        "\"\\u0008\"",
        "&a x",
        "*a",
        "|",
        "- -",
        "é: [",
        "'",
        "a; b, c",
        "https://x.org/y",
        "index.html",
        "%2e%2e",
        "0001-01-01",
        "9999-12-31T23:59:59-12:00",
    ]);
    let line = prop_oneof![
        4 => (key.clone(), value.clone()).prop_map(|(key, value)| format!("{key}: {value}")),
        2 => (key, value).prop_map(|(key, value)| format!("{key} = \"{value}\"")),
        1 => "\\PC{0,20}",
    ];
    let mark = prop::sample::select(vec!["---", "+++", "{", "", "..."]);
    (mark.clone(), prop::collection::vec(line, 0..6), mark, "\\PC{0,40}", prop::sample::select(vec!["\n", "\r\n"]))
        .prop_map(|(open, lines, close, body, end)| [vec![open.to_owned()], lines, vec![close.to_owned(), body]].concat().join(end))
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => front_matter().prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => (front_matter(), prop::sample::select(vec![&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"])).prop_map(|(text, mark)| {
            let wide = |swap: bool| text.encode_utf16().flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
            let rest: Vec<u8> = match mark.len() {
                3 => text.clone().into_bytes(),
                _ => wide(mark[0] == 0xfe),
            };
            [mark.to_vec(), rest].concat()
        }),
        1 => (front_matter(), any::<u8>(), any::<prop::sample::Index>()).prop_map(|(text, byte, at)| {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len() + 1);
            bytes.insert(at, byte);
            bytes
        }),
    ]
}

fn check_places(faults: &[Diagnostic], source: &Source) {
    let lines: Vec<&str> = source.text.split('\n').collect();
    for fault in faults {
        assert_eq!(*fault.path, *source.path.display, "{fault:?}");
        let place = fault.place.as_ref().unwrap_or_else(|| panic!("it has no place: {fault:?}"));
        let line = lines.get(place.line - 1).unwrap_or_else(|| panic!("there is no such line: {fault:?}"));
        assert!(place.column <= line.chars().count() + 1, "there is no such column: {fault:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_an_entry_or_faults_at_their_places(
        bytes in bytes(),
        extension in prop::sample::select(vec!["md", "markdown", "mdx", "txt", "html", "htm"]),
        folder in prop::sample::select(vec!["", "_posts/", "_drafts/", "blog/", "fr/", "pages/", "2024/05/01/", "a/b/"]),
        name in prop::sample::select(vec!["x", "2024-05-01-x", "index", "_index", "x.fr", "99-05-01-x", "2024-05-01T10:30-x", "é"]),
        ids in prop::sample::select(IdScheme::NAMES.to_vec()),
    ) {
        let rules = ReadRules { ids: IdScheme::parse(ids).unwrap(), ..ReadRules::default() };
        if let Ok(text) = decode(&bytes, None) {
            let source = Source::new(&format!("{folder}{name}.{extension}"), text);
            let read = |_: &_| Ok(source.clone());
            let (folders, _) = Folders::read(std::slice::from_ref(&source.path), &BTreeSet::new(), &[], &read);
            let (head, faults) = read_head(&source, &rules, &folders, &site());
            check_places(&faults, &source);
            check_places(&[Diagnostic::date_missing().at(&source, identity_span(&source))], &source);
            let (entry, again) = read_entry(source.clone(), &rules, &folders, &site());
            assert_eq!(faults, again);
            assert_eq!(head.is_some(), entry.is_some());
            if let Some(entry) = entry {
                assert!(entry.head.url.starts_with("https://x.org/blog/"), "{}", entry.head.url);
                assert!(!entry.head.url.split('/').any(|part| part == ".."), "{}", entry.head.url);
                assert!(entry.body_text().len() <= source.text.len());
                assert!(head.is_some_and(|head| head == entry.head));
            }
        }
    }

    #[test]
    fn the_byte_that_is_no_text_is_in_the_file(bytes in bytes(), encoding in prop::sample::select(vec!["utf-8", "windows-1252", "shift_jis"])) {
        let length = bytes.len();
        if let Err(offset) = decode(&bytes, encoding_rs::Encoding::for_label(encoding.as_bytes())) {
            assert!(offset < length);
        }
    }

    #[test]
    fn any_text_makes_a_segment_of_a_path(text in "\\PC{0,30}") {
        for dialect in [Dialect::Hugo, Dialect::Zola, Dialect::Jekyll, Dialect::Pelican, Dialect::Plain] {
            let slug = tidings::content::slugify(&text, dialect);
            assert!(!slug.contains(' ') && !slug.chars().any(char::is_control), "{dialect:?}: {slug:?}");
        }
    }

    #[test]
    fn any_text_is_a_date_or_none(text in "\\PC{0,30}|[0-9A-Za-z:+/., -]{0,30}") {
        let _ = tidings::content::read_date(&text, chrono_tz::Tz::America__New_York);
    }
}

#[test]
fn a_place_beyond_the_text_is_its_end() {
    let source = Source::new("a.md", "é\n");
    check_places(&[Diagnostic::date_missing().at(&source, Span::new(900, 999))], &source);
}
