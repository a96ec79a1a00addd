//! What other programs' words mean: the table beside this file, and which service an export comes from.

use super::SubscriptionState;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a column, or a key of JSON, holds. In the order of the table, which is the order in which one is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Address,
    Name,
    FirstName,
    LastName,
    Language,
    Tags,
    Status,
    State,
    Subscribed,
    Confirmed,
    Unsubscribed,
    Suppressed,
    Reason,
    Since,
    ConsentTime,
    ConsentSource,
    Attributes,
}

/// What a word or a column of a service says about a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Is(SubscriptionState),
    /// The address bounced or its owner complained: nobody mails it again.
    Suppressed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    address: Vec<String>,
    name: Vec<String>,
    first_name: Vec<String>,
    last_name: Vec<String>,
    language: Vec<String>,
    tags: Vec<String>,
    status: Vec<String>,
    state: Vec<String>,
    subscribed: Vec<String>,
    confirmed: Vec<String>,
    unsubscribed: Vec<String>,
    suppressed: Vec<String>,
    reason: Vec<String>,
    since: Vec<String>,
    consent_time: Vec<String>,
    consent_source: Vec<String>,
    attributes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Statuses {
    confirmed: Vec<String>,
    pending: Vec<String>,
    unsubscribed: Vec<String>,
    suppressed: Vec<String>,
}

/// A service whose exports are known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    pub name: String,
    header: Vec<Vec<String>>,
    #[serde(default)]
    notes: Vec<String>,
    /// Its exports disarm formulas as ours do.
    #[serde(default)]
    pub disarmed: bool,
    #[serde(default)]
    status: Statuses,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    columns: Columns,
    status: Statuses,
    files: Statuses,
    services: Vec<Service>,
}

struct Words {
    /// With the place in its list: the surest first.
    roles: HashMap<String, (Role, usize)>,
    statuses: HashMap<String, Verdict>,
    files: HashMap<String, Verdict>,
    services: Vec<Service>,
}

static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| {
    let Table { columns, status, files, services } = toml::from_str(include_str!("words.toml")).ok()?;
    let lists = [
        (Role::Address, columns.address),
        (Role::Name, columns.name),
        (Role::FirstName, columns.first_name),
        (Role::LastName, columns.last_name),
        (Role::Language, columns.language),
        (Role::Tags, columns.tags),
        (Role::Status, columns.status),
        (Role::State, columns.state),
        (Role::Subscribed, columns.subscribed),
        (Role::Confirmed, columns.confirmed),
        (Role::Unsubscribed, columns.unsubscribed),
        (Role::Suppressed, columns.suppressed),
        (Role::Reason, columns.reason),
        (Role::Since, columns.since),
        (Role::ConsentTime, columns.consent_time),
        (Role::ConsentSource, columns.consent_source),
        (Role::Attributes, columns.attributes),
    ];
    let mut roles = HashMap::new();
    for (role, names) in lists {
        for (rank, name) in names.into_iter().enumerate() {
            roles.entry(name).or_insert((role, rank));
        }
    }
    let by_word = |table: Statuses| table.verdicts().map(|(word, verdict)| (word.clone(), verdict)).collect();
    Some(Words { roles, statuses: by_word(status), files: by_word(files), services })
});

impl Statuses {
    fn verdicts(&self) -> impl Iterator<Item = (&String, Verdict)> {
        let lists = [
            (&self.confirmed, Verdict::Is(SubscriptionState::Confirmed)),
            (&self.pending, Verdict::Is(SubscriptionState::Pending)),
            (&self.unsubscribed, Verdict::Is(SubscriptionState::Unsubscribed)),
            (&self.suppressed, Verdict::Suppressed),
        ];
        lists.into_iter().flat_map(|(words, verdict)| words.iter().map(move |word| (word, verdict)))
    }
}

/// Letters and digits only, without case.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a column of this plain name holds, and how sure that is; none: a field.
pub(super) fn role(plain: &str) -> Option<(Role, usize)> {
    WORDS.as_ref()?.roles.get(plain).copied()
}

/// The service whose export has columns of these plain names.
pub(super) fn service(columns: &[String]) -> Option<&'static Service> {
    let has = |name: &String| columns.contains(name);
    WORDS.as_ref()?.services.iter().find(|service| service.header.iter().any(|set| set.iter().all(has)))
}

/// What a word for a subscription's standing means: none, it is no such word.
pub(super) fn verdict(word: &str, service: Option<&Service>) -> Option<Verdict> {
    let word = plain(word);
    let own = service.and_then(|service| service.status.verdicts().find(|(own, _)| **own == word));
    own.map(|(_, verdict)| verdict).or_else(|| WORDS.as_ref()?.statuses.get(&word).copied())
}

impl Service {
    /// Whether a column holds the publisher's words about a person.
    pub fn is_note(&self, plain: &str) -> bool {
        self.notes.iter().any(|name| name == plain)
    }
}

/// What the name of a file says of all who are in it: its word, and what that means.
pub(super) fn verdict_of_file(name: &str) -> Option<(String, Verdict)> {
    let word = plain(name.split(['_', '-', '.', ' ']).next().unwrap_or_default());
    let verdict = WORDS.as_ref()?.files.get(&word).copied()?;
    Some((word, verdict))
}

/// Yes or no, in the words of an export. None: neither.
pub(super) fn yes_or_no(cell: &str) -> Option<bool> {
    match plain(cell).as_str() {
        "true" | "yes" | "y" | "t" | "1" | "x" | "on" | "ja" | "oui" | "sí" | "si" | "sim" => Some(true),
        "" | "false" | "no" | "n" | "f" | "0" | "off" | "nein" | "non" | "não" | "nao" | "null" | "none" | "never" | "na" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SubscriptionState::{Confirmed, Pending, Unsubscribed};

    #[test]
    fn the_table_is_read_and_its_words_are_plain() {
        let words = WORDS.as_ref().expect("words.toml is read");
        for word in words.roles.keys().chain(words.statuses.keys()).chain(words.services.iter().flat_map(|one| one.header.iter().flatten()))
        {
            assert_eq!(&plain(word), word, "no column is called so once it is plain");
        }
        let table: Table = toml::from_str(include_str!("words.toml")).unwrap();
        let mut seen = std::collections::HashSet::new();
        for (word, verdict) in table.status.verdicts() {
            assert!(seen.insert(word.clone()), "{word} means {verdict:?} and something else");
        }
        for (name, expected) in [
            ("unsubscribed_members_export_1a.csv", Some(Verdict::Is(Unsubscribed))),
            ("Bounces-2024.csv", Some(Verdict::Suppressed)),
            ("subscribers.csv", None),
            ("pendings.csv", None),
            ("", None),
        ] {
            assert_eq!(verdict_of_file(name).map(|(_, verdict)| verdict), expected, "{name}");
        }
    }

    #[test]
    fn words_of_services_are_known() {
        let kit = service(&["firstname", "createdat", "state"].map(str::to_owned));
        assert_eq!(kit.map(|kit| kit.name.as_str()), Some("Kit"));
        for (word, service, expected) in [
            ("Subscribed", None, Some(Verdict::Is(Confirmed))),
            ("opted-out", None, Some(Verdict::Is(Unsubscribed))),
            ("Non-Subscribed", None, Some(Verdict::Is(Pending))),
            ("inactive", None, Some(Verdict::Is(Unsubscribed))),
            ("inactive", kit, Some(Verdict::Is(Pending))),
            ("Hard Bounced", kit, Some(Verdict::Suppressed)),
            ("California", None, None),
            ("", None, None),
        ] {
            assert_eq!(verdict(word, service), expected, "{word}");
        }
    }
}
