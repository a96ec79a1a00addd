//! The mailing list: who gets issues, and who never does.

mod address;
mod json;
mod moment;
mod read;
mod record;
mod table;
mod tags;
mod text;
mod token;
mod words;
mod write;

pub use address::Address;
pub use moment::read_moment;
pub use read::{Found, ReadOptions, Stop, Told, read_list};
pub use token::{Purpose, UnsubscribeToken, sign, verify};
pub use write::{CsvWriter, listed_json};

use chrono::{DateTime, SecondsFormat, Utc};
use std::collections::BTreeMap;
use std::fmt;

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubscriptionState {
    /// Asked, not yet confirmed.
    Pending,
    #[default]
    Confirmed,
    Unsubscribed,
}

impl SubscriptionState {
    /// The word for it in the store, in CSV and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            SubscriptionState::Pending => "pending",
            SubscriptionState::Confirmed => "confirmed",
            SubscriptionState::Unsubscribed => "unsubscribed",
        }
    }

    /// The state that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        [SubscriptionState::Pending, SubscriptionState::Confirmed, SubscriptionState::Unsubscribed]
            .into_iter()
            .find(|state| state.word().eq_ignore_ascii_case(word))
    }
}

/// A person on the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscriber {
    /// As the person writes it; compared without regard to case.
    pub address: String,
    pub name: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    pub tags: Vec<String>,
    /// Further columns of an import, for `{{ subscriber.fields.X }}`.
    pub fields: BTreeMap<String, String>,
    pub state: SubscriptionState,
    pub consent: Consent,
}

/// How and when a person agreed to get mail, as far as it is known: what a publisher has to show who is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// In the publisher's words, or those of the service that the list came from.
    pub source: Option<String>,
    pub time: Option<DateTime<Utc>>,
}

/// A moment as the list's files have it (RFC 3339), with as many digits as it has.
pub fn moment_text(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A subscriber's language; the error is a reason in the user's words.
pub fn read_language(text: &str) -> Result<String, String> {
    crate::language::tag(text).ok_or_else(|| format!("{text:?} is not a language tag, such as en or pt-BR"))
}

/// Why and since when an address is never mailed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppression {
    /// The server's reply, or the words of whoever suppressed it.
    pub reason: String,
    /// Unknown only in an import: then it is the import's.
    pub since: Option<DateTime<Utc>>,
}

/// A subscriber, and why it is never mailed, if so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    pub subscriber: Subscriber,
    pub suppressed: Option<Suppression>,
}

impl Listed {
    pub fn standing(&self) -> Standing {
        match (&self.suppressed, self.subscriber.state) {
            (Some(_), _) => Standing::Suppressed,
            (None, SubscriptionState::Pending) => Standing::Pending,
            (None, SubscriptionState::Confirmed) => Standing::Confirmed,
            (None, SubscriptionState::Unsubscribed) => Standing::Unsubscribed,
        }
    }
}

/// What counts for who gets mail: only who is confirmed does. A suppression hides the state below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Confirmed,
    Pending,
    Unsubscribed,
    Suppressed,
}

/// A record of a file that can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Where the record starts; the header is line 1.
    pub line: usize,
    pub subscriber: Subscriber,
    pub suppressed: Option<Suppression>,
}

/// Which rows of the list are shown or exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub segment: Segment,
    pub standing: Option<Standing>,
}

impl Filter {
    pub fn holds(&self, one: &Listed) -> bool {
        self.standing.is_none_or(|standing| standing == one.standing())
            && self.segment.holds(one.subscriber.language.as_deref(), &one.subscriber.tags)
    }
}

/// Which part of the list is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    pub tag: Option<String>,
    /// BCP 47; `en` also means `en-GB`.
    pub language: Option<String>,
    /// Whom the edition is for; no part of what the user asks for, nor of how a segment is shown.
    pub audience: Audience,
}

/// The editions of an issue, of which each subscriber gets one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// Id and language of each, the main one first; empty: there is one for everybody.
    pub editions: Vec<(String, String)>,
    /// The place of the one that is meant.
    pub own: usize,
}

impl Audience {
    /// Whether the edition is the one for a subscriber: the best for the language, or the main one where none is.
    pub fn holds(&self, language: Option<&str>) -> bool {
        if self.editions.is_empty() {
            return true;
        }
        let languages: Vec<&str> = self.editions.iter().map(|(_, language)| language.as_str()).collect();
        let found = language.and_then(|wanted| crate::language::lookup(&languages, wanted));
        found.unwrap_or(0) == self.own
    }

    /// The ids of the other editions.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.editions.iter().enumerate().filter(|(at, _)| *at != self.own).map(|(_, (id, _))| id.as_str())
    }

    /// The language that its subscribers read, unless it is the main edition.
    pub fn language(&self) -> Option<&str> {
        self.editions.get(self.own).filter(|_| self.own > 0).map(|(_, language)| language.as_str())
    }
}

impl Segment {
    /// Whether the user asks for a part of the list.
    pub fn is_part(&self) -> bool {
        self.tag.is_some() || self.language.is_some()
    }

    /// Whether it is everybody, whatever they read.
    pub fn is_all(&self) -> bool {
        !self.is_part() && self.audience.editions.is_empty()
    }

    /// Whether a subscriber with this language and these tags belongs to it.
    pub fn holds(&self, language: Option<&str>, tags: &[String]) -> bool {
        let has_tag = self.tag.as_ref().is_none_or(|tag| tags.iter().any(|own| same(own, tag)));
        let speaks = self.language.as_ref().is_none_or(|wanted| {
            language.is_some_and(|own| same(own, wanted) || own.split_once(['-', '_']).is_some_and(|(primary, _)| same(primary, wanted)))
        });
        has_tag && speaks && self.audience.holds(language)
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.tag, &self.language) {
            (None, None) => f.write_str("everybody"),
            (Some(tag), None) => write!(f, "tag={tag}"),
            (None, Some(language)) => write!(f, "language={language}"),
            (Some(tag), Some(language)) => write!(f, "tag={tag} language={language}"),
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// What `[list]` says: where the pages of a subscription are, and what signs their links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSpec {
    /// Absolute, without a last slash.
    pub url: String,
    pub secret: SecretSource,
}

/// Where a secret is kept. Secrets never stand in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    Environment(String),
    File(std::path::PathBuf),
    /// Made at first need, mode 0600.
    Made(std::path::PathBuf),
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretSource::Environment(name) => f.write_str(name),
            SecretSource::File(path) | SecretSource::Made(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    #[test]
    fn a_segment_compares_tags_and_languages_without_case() {
        let beta = Segment { tag: Some("Beta".into()), ..Segment::default() };
        assert!(beta.holds(None, &tags(&["press", "beta"])));
        assert!(!beta.holds(None, &tags(&["betas"])));
        let english = Segment { language: Some("en".into()), ..Segment::default() };
        assert!(english.holds(Some("EN-gb"), &[]));
        assert!(!english.holds(Some("eng"), &[]));
        assert!(!english.holds(None, &[]));
        assert!(Segment::default().holds(None, &[]));
    }

    #[test]
    fn each_subscriber_is_in_the_audience_of_one_edition() {
        let editions: Vec<(String, String)> =
            ["en-GB", "fr", "pt-BR"].iter().map(|tag| (format!("2026-W07-{tag}"), (*tag).to_owned())).collect();
        let audience = |own: usize| Audience { editions: editions.clone(), own };
        for (language, wanted) in [
            (Some("fr"), 1),
            (Some("FR_ca"), 1),
            (Some("pt-br"), 2),
            // What has no edition gets the main one, and so who said nothing.
            (Some("pt"), 0),
            (Some("de"), 0),
            (Some("en-GB"), 0),
            (Some("en"), 0),
            (None, 0),
        ] {
            let held: Vec<usize> = (0..3).filter(|own| audience(*own).holds(language)).collect();
            assert_eq!(held, [wanted], "{language:?}");
        }
        assert!(Audience::default().holds(Some("fr")));
        assert_eq!(audience(1).others().collect::<Vec<_>>(), ["2026-W07-en-GB", "2026-W07-pt-BR"]);
        assert_eq!((audience(0).language(), audience(2).language()), (None, Some("pt-BR")));
    }

    #[test]
    fn states_have_words() {
        for state in [SubscriptionState::Pending, SubscriptionState::Confirmed, SubscriptionState::Unsubscribed] {
            assert_eq!(SubscriptionState::from_word(state.word()), Some(state));
        }
        assert_eq!(SubscriptionState::from_word("gone"), None);
    }
}
