use super::*;
use std::collections::BTreeSet;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn keys(table: &toml::Table) -> BTreeSet<&str> {
    table.keys().map(String::as_str).collect()
}

/// What stands in braces.
fn holes(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn every_table_has_every_key_and_every_hole() {
    let english: toml::Table = TABLES[0].1.parse().unwrap();
    for (tag, text) in TABLES {
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(keys(&table), keys(&english), "{tag}");
        for (key, value) in &table {
            if let (Some(text), Some(wanted)) = (value.as_str(), english[key].as_str()) {
                assert_eq!(holes(text), holes(wanted), "{tag}: {key}");
                assert!(!text.trim().is_empty(), "{tag}: {key}");
            }
        }
        assert_eq!(words(tag).tag(), tag);
    }
}

#[test]
fn every_plural_has_the_categories_of_its_language() {
    for (tag, text) in TABLES {
        let table: toml::Table = text.parse().unwrap();
        let rules = PluralRules::try_new_cardinal((&locale(tag)).into()).unwrap();
        let name = |category| format!("{category:?}").to_lowercase();
        let wanted: BTreeSet<String> = rules.categories().map(name).collect();
        for key in ["and_more", "entries", "minutes"] {
            let found: BTreeSet<String> = table[key].as_table().unwrap().keys().cloned().collect();
            assert_eq!(found, wanted, "{tag}: {key}");
        }
    }
}

#[test]
fn french_has_its_spaces() {
    let (_, text) = TABLES.iter().find(|(tag, _)| *tag == "fr").unwrap();
    let table: toml::Table = text.parse().unwrap();
    for (key, value) in table.iter().filter_map(|(key, value)| Some((key, value.as_str()?))) {
        for (at, mark) in value.match_indices([':', ';', '!', '?', '»']) {
            // No-break spaces, which no program breaks a line at.
            assert!(value[..at].ends_with(['\u{a0}', '\u{202f}']), "{key}: {mark} in {value}");
        }
        assert!(!value.contains(['"', '\'']), "{key}: {value}");
    }
}

#[test]
fn a_missing_key_is_said_in_english() {
    let words = read("fr", "read_on = \"Lire\"").unwrap();
    assert_eq!((words.read_on.as_str(), words.unsubscribe.as_str()), ("Lire", "Unsubscribe"));
    assert!(read("fr", "red_on = \"Lire\"").is_err());
}

#[test]
fn the_nearest_table_serves() {
    for (tag, wanted) in [
        ("fr-CA", "fr"),
        ("FR", "fr"),
        ("pt_BR", "pt"),
        ("iw", "he"),
        ("zh", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-HK", "zh-Hant"),
        ("sv", "en"),
        ("", "en"),
    ] {
        assert_eq!(words(tag).tag(), wanted, "{tag}");
    }
}

#[test]
fn languages_call_themselves() {
    for (tag, name) in [
        ("fr", "Français"),
        ("pt-BR", "Português (BR)"),
        ("zh-Hans", "简体中文"),
        ("zh-Hant-TW", "繁體中文 (TW)"),
        ("en-GB", "English (GB)"),
        ("zh", "zh"),
        ("br", "br"),
        ("enm", "enm"),
    ] {
        assert_eq!(own_name(tag), name);
    }
}

#[test]
fn numbers_choose_their_form() {
    assert_eq!(words("en").entries(1), "1 entry");
    assert_eq!(words("en").and_more("A {n} title", 3), "A {n} title and 3 more");
    let russian: Vec<String> = [1, 2, 5, 21, 22, 111].iter().map(|count| words("ru").entries(*count)).collect();
    assert_eq!(russian, ["1 запись", "2 записи", "5 записей", "21 запись", "22 записи", "111 записей"]);
    assert_eq!(words("fr").entries(0), "0 article");
    assert_eq!(words("ar").entries(2), "مقالان");
    assert_eq!(words("ja").minutes(4), "約4分で読めます");
}

#[test]
fn dates_are_written_as_the_region_writes_them() {
    let date = date("2026-02-15");
    for (tag, wanted) in [
        ("en", "February 15, 2026"),
        ("en-GB", "15 February 2026"),
        ("fr", "15 février 2026"),
        ("de", "15. Februar 2026"),
        ("es", "15 de febrero de 2026"),
        ("pl", "15 lutego 2026"),
        ("uk", "15 лютого 2026\u{202f}р."),
        ("ar", "15 فبراير 2026"),
        ("ar-EG", "١٥ فبراير ٢٠٢٦"),
        ("he", "15 בפברואר 2026"),
        ("ja", "2026年2月15日"),
        ("ko", "2026년 2월 15일"),
        ("zh-TW", "2026年2月15日"),
        ("tr", "15 Şubat 2026"),
        ("hi", "15 फ\u{93c}रवरी, 2026"),
        // A language without words here has none of its dates either.
        ("sv", "February 15, 2026"),
    ] {
        assert_eq!(words(tag).day(tag, date), wanted, "{tag}");
    }
    assert_eq!(words("fr").month("fr", date), "février 2026");
    let first = self::date("2026-02-01");
    for (tag, wanted) in
        [("fr", "1er février 2026"), ("it", "1º febbraio 2026"), ("pt-BR", "1º de fevereiro de 2026"), ("de", "1. Februar 2026")]
    {
        assert_eq!(words(tag).day(tag, first), wanted, "{tag}");
    }
    assert_eq!(words("ja").month("ja", date), "2026年2月");
}

#[test]
fn a_range_says_once_what_both_days_share() {
    let range = |tag: &str, first: &str, last: &str| words(tag).days(tag, date(first), date(last));
    for (tag, month, year) in [
        ("en", "February 9–15, 2026", "March 30 – April 5, 2026"),
        ("en-GB", "9–15 February 2026", "30 March – 5 April 2026"),
        ("fr", "9–15 février 2026", "30 mars – 5 avril 2026"),
        ("de", "9.–15. Februar 2026", "30. März – 5. April 2026"),
        ("ar-EG", "٩–١٥ فبراير ٢٠٢٦", "٣٠ مارس – ٥ أبريل ٢٠٢٦"),
        ("ja", "2026年2月9日～15日", "2026年3月30日～4月5日"),
        ("zh-Hans", "2026年2月9日至15日", "2026年3月30日至4月5日"),
        ("ko", "2026년 2월 9일~15일", "2026년 3월 30일 ~ 4월 5일"),
    ] {
        assert_eq!(range(tag, "2026-02-09", "2026-02-15"), month, "{tag}");
        assert_eq!(range(tag, "2026-03-30", "2026-04-05"), year, "{tag}");
    }
    assert_eq!(range("ja", "2026-02-01", "2026-02-02"), "2026年2月1日～2日");
    assert_eq!(range("fr", "2026-02-01", "2026-02-07"), "1er–7 février 2026");
    assert_eq!(range("fr", "2026-01-26", "2026-02-01"), "26 janvier – 1er février 2026");
    assert_eq!(range("fr", "2026-02-01", "2026-03-01"), "1er février – 1er mars 2026");
    assert_eq!(range("en", "2026-12-28", "2027-01-03"), "December 28, 2026 – January 3, 2027");
}

#[test]
fn what_is_filled_in_is_not_read_again() {
    assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "x")]), "{b} and x");
    assert_eq!(fill("{c} {", &[("a", "x")]), "{c} {");
}
