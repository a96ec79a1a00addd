//! What tidings itself says to subscribers, in their language: one TOML table a language beside this file.

use super::dates::{day, day_of_year, locale, month, number};
use chrono::{Datelike, NaiveDate};
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// A text whose form depends on a number, by CLDR's categories.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Plural {
    zero: Option<String>,
    one: Option<String>,
    two: Option<String>,
    few: Option<String>,
    many: Option<String>,
    other: String,
}

/// The words of one language. `{…}` in them are filled in by whoever shows them, see [`fill`].
#[derive(Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The heading over the newest entries.
    pub latest: String,
    pub feeds: String,
    pub tags: String,
    pub authors: String,
    pub sections: String,
    pub languages: String,
    /// What the language calls itself.
    #[serde(skip_serializing)]
    own_name: String,
    /// What to do with a feed that a browser shows.
    pub feed_note: String,
    pub newsletter: String,
    pub all_feeds: String,
    /// What a message is, to who hears it read.
    pub email: String,
    pub read_on: String,
    /// With `{title}`: what `read_on` says to who can't see where it stands.
    pub read_on_about: String,
    pub view_in_browser: String,
    pub unsubscribe: String,
    /// With `{site}` and `{host}`: why a subscriber gets a message.
    pub reason: String,
    pub all_issues: String,
    pub no_issues: String,
    pub all_entries: String,
    /// The heading over an issue's table of contents.
    pub contents: String,
    /// The heading over entries that belong to no group.
    pub others: String,
    /// With `{name}` and `{title}`: the name of a site before the title of an issue, in the language's punctuation.
    pub titled: String,
    /// With `{alt}`: an image in plain text.
    pub image: String,
    pub video: String,
    pub audio: String,
    /// With `{host}`: a page that stood in a frame.
    pub embedded: String,
    pub note: String,
    pub tip: String,
    pub important: String,
    pub warning: String,
    pub caution: String,
    /// From a footnote to where it is mentioned.
    pub back: String,
    #[serde(skip_serializing)]
    range: String,
    #[serde(skip_serializing)]
    day_range: String,
    /// With `{n}`: the number of a month's first day, which some languages count as no other one.
    #[serde(skip_serializing)]
    first_day: String,
    #[serde(skip_serializing)]
    and_more: Plural,
    #[serde(skip_serializing)]
    entries: Plural,
    #[serde(skip_serializing)]
    minutes: Plural,
    #[serde(skip)]
    tag: &'static str,
}

const TABLES: [(&str, &str); 18] = [
    ("en", include_str!("words/en.toml")),
    ("ar", include_str!("words/ar.toml")),
    ("de", include_str!("words/de.toml")),
    ("es", include_str!("words/es.toml")),
    ("fr", include_str!("words/fr.toml")),
    ("he", include_str!("words/he.toml")),
    ("hi", include_str!("words/hi.toml")),
    ("it", include_str!("words/it.toml")),
    ("ja", include_str!("words/ja.toml")),
    ("ko", include_str!("words/ko.toml")),
    ("nl", include_str!("words/nl.toml")),
    ("pl", include_str!("words/pl.toml")),
    ("pt", include_str!("words/pt.toml")),
    ("ru", include_str!("words/ru.toml")),
    ("tr", include_str!("words/tr.toml")),
    ("uk", include_str!("words/uk.toml")),
    ("zh-Hans", include_str!("words/zh-Hans.toml")),
    ("zh-Hant", include_str!("words/zh-Hant.toml")),
];

/// The words of a language, or of the nearest one that has any; English where there is none.
pub fn words(tag: &str) -> &'static Words {
    // A table is read when somebody asks for it: all threads wait for the first entry's.
    static READ: [OnceLock<Words>; TABLES.len()] = [const { OnceLock::new() }; TABLES.len()];
    let wanted = nearest(tag);
    let at = TABLES.iter().position(|(tag, _)| *tag == wanted).unwrap_or(0);
    let (tag, text) = TABLES[at];
    // Tests read every table, so none is empty.
    READ[at].get_or_init(|| read(tag, text).unwrap_or_default())
}

/// What a language calls itself, with its region or script if the tag has one: `Português (BR)`. The tag where nobody knows.
pub fn own_name(tag: &str) -> String {
    let words = words(tag);
    match tag.strip_prefix(words.tag) {
        Some("") => words.own_name.clone(),
        Some(rest) if rest.starts_with('-') => format!("{} ({})", words.own_name, &rest[1..]),
        _ => tag.to_owned(),
    }
}

/// A table over the English one, so that a missing key is said in English.
fn read(tag: &'static str, text: &str) -> Result<Words, toml::de::Error> {
    let mut table: toml::Table = TABLES[0].1.parse()?;
    table.extend(text.parse::<toml::Table>()?);
    let words: Words = table.try_into()?;
    Ok(Words { tag, ..words })
}

/// The tag of the table that serves a language.
fn nearest(tag: &str) -> &'static str {
    let parts: Vec<String> = tag.split(['-', '_']).map(str::to_ascii_lowercase).collect();
    let language = match parts.first().map_or("", String::as_str) {
        "iw" => "he",
        "zh" | "yue" | "cmn" => {
            let is_traditional = parts.iter().any(|part| matches!(part.as_str(), "hant" | "tw" | "hk" | "mo"));
            let is_simplified = parts.iter().any(|part| part == "hans");
            return if (is_traditional || parts[0] == "yue") && !is_simplified { "zh-Hant" } else { "zh-Hans" };
        }
        language => language,
    };
    TABLES.iter().map(|(tag, _)| *tag).find(|tag| *tag == language).unwrap_or("en")
}

impl Words {
    /// The language that these words are in, which may not be the one that was asked for.
    pub fn tag(&self) -> &'static str {
        self.tag
    }

    /// `A title and 3 more`.
    pub fn and_more(&self, title: &str, count: usize) -> String {
        fill(&self.count(&self.and_more, count), &[("title", title)])
    }

    /// `3 entries`.
    pub fn entries(&self, count: usize) -> String {
        self.count(&self.entries, count)
    }

    /// `3 min read`.
    pub fn minutes(&self, count: usize) -> String {
        self.count(&self.minutes, count)
    }

    fn locale(&self) -> Locale {
        locale(self.tag)
    }

    fn count(&self, plural: &Plural, count: usize) -> String {
        let locale = self.locale();
        let category = PluralRules::try_new_cardinal((&locale).into()).map_or(PluralCategory::Other, |rules| rules.category_for(count));
        fill(plural.form(category), &[("n", &number(&locale, count))])
    }

    /// The days from `first` to `last`, without what they share: `February 9–15, 2026`. Region and script are those of
    /// `tag` where it is of this language.
    pub fn days(&self, tag: &str, first: NaiveDate, last: NaiveDate) -> String {
        let locale = self.dated(tag);
        let (from, to) = (self.day(tag, first), self.day(tag, last));
        let shared = (first.year() == last.year())
            .then(|| match first.month() == last.month() {
                true => self.within_month(&locale, first, last, &to),
                // The year stands once: at the end, or in front where it comes first.
                false if to.starts_with(&number(&locale, last.day() as usize)) || !starts_with_digit(&to) => {
                    Some(fill(&self.range, &[("first", &self.counted(&locale, first, day_of_year(&locale, first))), ("last", &to)]))
                }
                false => Some(fill(&self.range, &[("first", &from), ("last", &self.counted(&locale, last, day_of_year(&locale, last)))])),
            })
            .flatten();
        shared.unwrap_or_else(|| fill(&self.range, &[("first", &from), ("last", &to)]))
    }

    /// `February 12, 2026`.
    pub fn day(&self, tag: &str, date: NaiveDate) -> String {
        let locale = self.dated(tag);
        self.counted(&locale, date, day(&locale, date))
    }

    /// `February 2026`.
    pub fn month(&self, tag: &str, date: NaiveDate) -> String {
        month(&self.dated(tag), date)
    }

    /// A day's number, as it stands in a date.
    fn day_number(&self, locale: &Locale, date: NaiveDate) -> String {
        let plain = number(locale, date.day() as usize);
        if date.day() == 1 { fill(&self.first_day, &[("n", &plain)]) } else { plain }
    }

    /// The date with its day's number as the language counts it, which CLDR doesn't know: `1er février`.
    fn counted(&self, locale: &Locale, date: NaiveDate, text: String) -> String {
        let plain = number(locale, date.day() as usize);
        match place(&text, &plain) {
            Some(at) if date.day() == 1 => format!("{}{}{}", &text[..at], self.day_number(locale, date), &text[at + plain.len()..]),
            _ => text,
        }
    }

    /// Puts both days where the last one stands: `February 15, 2026` → `February 9–15, 2026`.
    fn within_month(&self, locale: &Locale, first: NaiveDate, last: NaiveDate, text: &str) -> Option<String> {
        let (from, to) = (self.day_number(locale, first), self.day_number(locale, last));
        let at = place(text, &to)?;
        Some(format!("{}{}{}", &text[..at], fill(&self.day_range, &[("first", &from), ("last", &to)]), &text[at + to.len()..]))
    }

    /// The locale of dates: the tag's where these words are in its language, since regions differ.
    fn dated(&self, tag: &str) -> Locale {
        if nearest(tag) == self.tag && tag.split(['-', '_']).next() == self.tag.split('-').next() { locale(tag) } else { self.locale() }
    }
}

impl Plural {
    fn form(&self, category: PluralCategory) -> &str {
        let form = match category {
            PluralCategory::Zero => &self.zero,
            PluralCategory::One => &self.one,
            PluralCategory::Two => &self.two,
            PluralCategory::Few => &self.few,
            PluralCategory::Many => &self.many,
            PluralCategory::Other => &None,
        };
        form.as_deref().unwrap_or(&self.other)
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(char::is_numeric)
}

/// Where a day's number stands in a date: a month's number comes before it, and no year has as few digits.
fn place(text: &str, number: &str) -> Option<usize> {
    let is_digit = |c: Option<char>| c.is_some_and(char::is_numeric);
    let is_whole = |at: &usize| !is_digit(text[..*at].chars().next_back()) && !is_digit(text[at + number.len()..].chars().next());
    text.rmatch_indices(number).map(|(at, _)| at).find(is_whole)
}

/// Fills in what stands in braces; what it is filled with is not read again.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let found = after.split_once('}').and_then(|(name, after)| Some((values.iter().find(|(key, _)| *key == name)?.1, after)));
        match found {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
