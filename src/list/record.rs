//! One record of a file: cells or values in, a subscriber out, or the reason why not.

use super::tags::split_tags;
use super::words::{Role, Service, Verdict, plain, role, service, verdict, verdict_of_file, yes_or_no};
use super::write::{OWN_COLUMNS, OWN_KEYS, rearm};
use super::{Address, Consent, Imported, Subscriber, SubscriptionState, Suppression, read_language, read_moment};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Bytes of one field; more is no name and no tag.
pub(super) const LONGEST_FIELD: usize = 10_000;

/// What a column means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// As it is written; the name of a field.
    name: String,
    plain: String,
    meaning: Meaning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// With the place of its name in the table: the smaller, the surer.
    Is(Role, usize),
    Note,
    Field,
    /// Without a name.
    Nothing,
}

/// What is known of a file before its records.
#[derive(Clone, Debug, Default)]
pub(super) struct Origin {
    pub service: Option<&'static Service>,
    /// An export of ours: its words are our words, and further columns fields, whatever they are called.
    pub is_own: bool,
    /// Cells that would be formulas have an apostrophe in front.
    is_disarmed: bool,
    /// What the file's name says of all who are in it.
    floor: Option<(String, Verdict)>,
}

impl Origin {
    /// Whose CSV has these columns; `file` is its name.
    pub fn of_table(columns: &[String], file: &str) -> Origin {
        let is_own = columns.len() >= OWN_COLUMNS.len() && columns.iter().zip(OWN_COLUMNS).all(|(name, own)| name == own);
        let mut origin = Origin::of(columns, is_own, file);
        origin.is_disarmed = is_own || origin.service.is_some_and(|service| service.disarmed);
        origin
    }

    /// Whose JSON has objects with these keys.
    pub fn of_object(keys: &[String], file: &str) -> Origin {
        Origin::of(keys, keys.iter().map(String::as_str).eq(OWN_KEYS), file)
    }

    /// A file of nothing but addresses.
    pub fn of_addresses(file: &str) -> Origin {
        Origin::of(&[], false, file)
    }

    fn of(columns: &[String], is_own: bool, file: &str) -> Origin {
        let plain: Vec<String> = columns.iter().map(|name| plain(name)).collect();
        let service = if is_own { None } else { service(&plain) };
        let floor = if is_own { None } else { verdict_of_file(file) };
        Origin { service, is_own, is_disarmed: false, floor }
    }

    /// What each column means. Where two would be the address, the surer one is, and the other a field: beside `email`, a
    /// column `address` is a street.
    pub fn columns(&self, names: &[String]) -> Vec<Column> {
        let mut columns: Vec<Column> = names.iter().enumerate().map(|(at, name)| self.column(name, at)).collect();
        for unique in [Role::Address, Role::Name, Role::FirstName, Role::LastName, Role::Language] {
            let rank = |column: &Column| match column.meaning {
                Meaning::Is(role, rank) if role == unique => Some(rank),
                _ => None,
            };
            let best = columns.iter().enumerate().filter_map(|(at, column)| Some((rank(column)?, at))).min();
            for (at, column) in columns.iter_mut().enumerate() {
                if rank(column).is_some() && best.is_some_and(|(_, best)| best != at) {
                    column.meaning = Meaning::Field;
                }
            }
        }
        columns
    }

    /// What the file's name says, where that is a guess.
    pub fn told(&self) -> Option<String> {
        let (word, verdict) = self.floor.as_ref().filter(|_| self.service.is_none())?;
        let state = match verdict {
            Verdict::Is(state) => state.word(),
            Verdict::Suppressed => "suppressed",
        };
        Some(format!("the file is called `{word}`: all in it are imported as {state}; if they are not, call it otherwise"))
    }

    fn column(&self, name: &str, at: usize) -> Column {
        let name = if self.is_disarmed { rearm(name) } else { name };
        let plain = plain(name);
        let meaning = match role(&plain) {
            _ if self.is_own && at >= OWN_COLUMNS.len() => Meaning::Field,
            _ if self.service.is_some_and(|service| service.is_note(&plain)) => Meaning::Note,
            Some((role, rank)) => Meaning::Is(role, rank),
            None if name.is_empty() => Meaning::Nothing,
            None => Meaning::Field,
        };
        Column { name: name.to_owned(), plain, meaning }
    }
}

impl Column {
    pub fn is_address(&self) -> bool {
        matches!(self.meaning, Meaning::Is(Role::Address, _))
    }

    /// One that several values are for.
    pub fn is_tags(&self) -> bool {
        matches!(self.meaning, Meaning::Is(Role::Tags, _))
    }

    pub fn is_attributes(&self) -> bool {
        matches!(self.meaning, Meaning::Is(Role::Attributes, _))
    }
}

/// A record that is being read. The first fault makes it no record; the rest is not looked at any more.
#[derive(Debug)]
pub(super) struct Record<'a> {
    origin: &'a Origin,
    fault: Option<String>,
    notes: Vec<String>,
    address: Option<String>,
    /// The name beside the address: `Ann Lee <ann@example.org>`.
    own_name: Option<String>,
    /// With the names of their columns.
    first_name: Option<(String, String)>,
    last_name: Option<(String, String)>,
    reason: Option<String>,
    since: Option<DateTime<Utc>>,
    consent_time: Option<(usize, DateTime<Utc>)>,
    consent_source: Option<(usize, String)>,
    subscriber: Subscriber,
}

impl<'a> Record<'a> {
    pub fn new(origin: &'a Origin) -> Record<'a> {
        let mut record = Record {
            origin,
            fault: None,
            notes: Vec::new(),
            address: None,
            own_name: None,
            first_name: None,
            last_name: None,
            reason: None,
            since: None,
            consent_time: None,
            consent_source: None,
            subscriber: Subscriber::default(),
        };
        if let Some((word, verdict)) = &origin.floor {
            record.judge(*verdict, word);
        }
        record
    }

    /// Takes a cell, which may be empty.
    pub fn cell(&mut self, column: &Column, written: &str) {
        let folded;
        let mut text = written.trim();
        if column.meaning == Meaning::Note && text.contains(['\r', '\n']) {
            folded = text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
            text = &folded;
        }
        if column.is_attributes()
            && let Ok(Value::Object(object)) = serde_json::from_str::<Value>(text)
        {
            object.iter().for_each(|(name, value)| self.attribute(name, value));
            return;
        }
        if let Err(fault) = check(text) {
            self.fault.get_or_insert(fault);
            return;
        }
        let text = if self.origin.is_disarmed { rearm(text) } else { text };
        match column.meaning {
            Meaning::Nothing => {}
            Meaning::Note | Meaning::Field => self.field(&column.name, text),
            Meaning::Is(role, rank) => self.take(column, role, rank, text),
        }
    }

    fn take(&mut self, column: &Column, role: Role, rank: usize, text: &str) {
        let some = Some(text.to_owned()).filter(|text| !text.is_empty());
        match role {
            Role::Address => self.mailbox(text),
            Role::Name => self.subscriber.name = some,
            Role::FirstName => self.first_name = some.map(|text| (column.name.clone(), text)),
            Role::LastName => self.last_name = some.map(|text| (column.name.clone(), text)),
            Role::Language => self.language(text),
            Role::Tags => split_tags(text).into_iter().for_each(|tag| self.tag(tag)),
            Role::Status | Role::State => self.status(column, role, text),
            Role::Subscribed | Role::Confirmed | Role::Unsubscribed | Role::Suppressed => {
                self.flag(column, role, text);
                self.field(&column.name, text);
            }
            Role::Reason if self.origin.is_own => self.reason = some,
            Role::Reason => match yes_or_no(text) {
                Some(false) => {}
                Some(true) => self.judge(Verdict::Suppressed, &column.plain),
                None => self.reason = some,
            },
            Role::Since => self.since = read_moment(text).or(self.since),
            Role::ConsentTime => {
                match read_moment(text) {
                    Some(time) if self.consent_time.is_none_or(|(best, _)| rank < best) => self.consent_time = Some((rank, time)),
                    None if rank == 0 && !text.is_empty() => {
                        self.notes
                            .push(format!("{text:?} is not a time, such as 2026-05-01T12:00:00Z: imported without the time of consent"));
                    }
                    _ => {}
                }
                // The columns that services have tell more than the one that is chosen.
                if rank > 0 {
                    self.field(&column.name, text);
                }
            }
            Role::ConsentSource => {
                if !text.is_empty() && self.consent_source.as_ref().is_none_or(|(best, _)| rank < *best) {
                    self.consent_source = Some((rank, text.to_owned()));
                }
                if rank > 0 {
                    self.field(&column.name, text);
                }
            }
            // What is no JSON.
            Role::Attributes => self.field(&column.name, text),
        }
    }

    /// Takes an address, perhaps with a name before it.
    fn mailbox(&mut self, text: &str) {
        let (name, address) = split_mailbox(text);
        self.address = Some(address.to_owned());
        self.own_name = name;
    }

    /// Takes a line of a plain list.
    pub fn plain(&mut self, text: &str) {
        self.mailbox(text);
        if let Err(fault) = check(self.own_name.as_deref().unwrap_or_default()) {
            self.fault.get_or_insert(fault);
        }
    }

    pub fn tag(&mut self, tag: String) {
        if let Err(fault) = check(&tag) {
            self.fault.get_or_insert(fault);
        } else if !tag.is_empty() && !self.subscriber.tags.contains(&tag) {
            self.subscriber.tags.push(tag);
        }
    }

    pub fn field(&mut self, name: &str, text: &str) {
        if !text.is_empty() && !name.is_empty() {
            self.subscriber.fields.insert(name.to_owned(), text.to_owned());
        }
    }

    /// A field that a service keeps apart from its columns.
    pub fn attribute(&mut self, name: &str, value: &Value) {
        let name = name.trim();
        let text = flat(value);
        let text = text.trim();
        if let Err(fault) = check(name).and_then(|()| check(text)) {
            self.fault.get_or_insert(fault);
            return;
        }
        if !self.origin.is_own && matches!(role(&plain(name)), Some((Role::Language, _))) && self.subscriber.language.is_none() {
            self.subscriber.language = read_language(text).ok();
        }
        self.field(name, text);
    }

    fn language(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match read_language(text) {
            Ok(language) => self.subscriber.language = Some(language),
            // A person is worth more than a language.
            Err(reason) => self.notes.push(format!("{reason}: imported without a language")),
        }
    }

    fn status(&mut self, column: &Column, role: Role, text: &str) {
        match verdict(text, self.origin.service) {
            Some(verdict) => self.judge(verdict, text),
            None if role == Role::State && (text.is_empty() || !self.origin.is_own) => self.field(&column.name, text),
            // Who can't be placed may have left: no mail until somebody looks.
            None => {
                let what = if text.is_empty() { "it has no status".to_owned() } else { format!("the status {text:?} is not known") };
                self.notes.push(format!("{what}: imported as pending, which gets no mail"));
                self.judge(Verdict::Is(SubscriptionState::Pending), text);
                self.field(&column.name, text);
            }
        }
    }

    fn flag(&mut self, column: &Column, role: Role, text: &str) {
        let time = read_moment(text);
        let says = yes_or_no(text).or(time.map(|_| true));
        match (role, says) {
            (Role::Subscribed, Some(false)) if text.is_empty() => self.judge(Verdict::Is(SubscriptionState::Pending), text),
            (Role::Subscribed, Some(false)) => self.judge(Verdict::Is(SubscriptionState::Unsubscribed), text),
            (Role::Confirmed, Some(false)) => self.judge(Verdict::Is(SubscriptionState::Pending), text),
            (Role::Subscribed | Role::Confirmed, None) => self.status(column, Role::Status, text),
            (Role::Unsubscribed, Some(true) | None) => self.judge(Verdict::Is(SubscriptionState::Unsubscribed), text),
            (Role::Suppressed, Some(true) | None) => {
                self.since = self.since.or(time);
                let words = [
                    ("clean", "cleaned"),
                    ("undeliver", "undeliverable"),
                    ("hard", "bounced"),
                    ("bounce", "bounced"),
                    ("compl", "complained"),
                ];
                let word = words.iter().find(|(start, _)| column.plain.starts_with(start)).map_or(column.plain.as_str(), |(_, word)| word);
                let why = if says.is_none() { format!("{word}: {text}") } else { word.to_owned() };
                self.judge(Verdict::Suppressed, &why);
            }
            _ => {}
        }
    }

    /// Of all that a record says about a subscription, the strictest counts.
    pub fn judge(&mut self, verdict: Verdict, word: &str) {
        use SubscriptionState::{Confirmed, Pending, Unsubscribed};
        match verdict {
            Verdict::Suppressed => {
                self.reason.get_or_insert_with(|| format!("imported as {word}"));
            }
            Verdict::Is(new) => {
                let state = &mut self.subscriber.state;
                *state = match (*state, new) {
                    (Unsubscribed, _) | (_, Unsubscribed) => Unsubscribed,
                    (Pending, _) | (_, Pending) => Pending,
                    (Confirmed, Confirmed) => Confirmed,
                };
            }
        }
    }

    /// What our own JSON says of consent.
    pub fn consent(&mut self, value: &Value) {
        self.consent_source = value["source"].as_str().map(|source| (0, source.to_owned()));
        self.consent_time = value["time"].as_str().and_then(read_moment).map(|time| (0, time));
        if let Some(Err(fault)) = self.consent_source.as_ref().map(|(_, source)| check(source)) {
            self.fault.get_or_insert(fault);
        }
    }

    /// The subscriber, and what was left out.
    pub fn finish(self, line: usize) -> Result<(Imported, Option<String>), String> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let written = self.address.filter(|address| !address.is_empty()).ok_or("the address is empty")?;
        let address = Address::read(&written)?;
        let mut subscriber = self.subscriber;
        subscriber.address = address.as_written().to_owned();
        let parts = [self.first_name, self.last_name];
        if subscriber.name.is_some() {
            subscriber.fields.extend(parts.into_iter().flatten());
        } else {
            let parts: Vec<String> = parts.into_iter().flatten().map(|(_, text)| text).collect();
            subscriber.name = if parts.is_empty() { self.own_name } else { Some(parts.join(" ")) };
        }
        // Where nothing is said of consent, a service's name would say too much: shops put customers on lists.
        let service = self.origin.service.map(|service| service.name.clone());
        let service = service.filter(|_| self.consent_time.is_some() || self.consent_source.is_some());
        let source = match (service, self.consent_source) {
            (Some(service), Some((_, source))) => Some(format!("{service}: {source}")),
            (service, source) => source.map(|(_, source)| source).or(service),
        };
        // Who has not confirmed has asked, and not agreed.
        if subscriber.state != SubscriptionState::Pending || self.origin.is_own {
            subscriber.consent = Consent { source, time: self.consent_time.map(|(_, time)| time) };
        }
        let since = self.since;
        let suppressed = self.reason.map(|reason| Suppression { reason, since });
        let note = Some(self.notes.join("; ")).filter(|note| !note.is_empty());
        Ok((Imported { line, subscriber, suppressed }, note))
    }
}

/// Refuses what could break a header, a log or a terminal.
fn check(text: &str) -> Result<(), String> {
    if text.len() > LONGEST_FIELD {
        return Err(format!("a field has {} bytes; at most {LONGEST_FIELD} are taken", text.len()));
    }
    match text.chars().find(|c| c.is_control() && *c != '\t') {
        None => Ok(()),
        Some('\r' | '\n') => Err("a field holds a line break".into()),
        Some('\0') => Err("a field holds a NUL character".into()),
        Some(other) => Err(format!("a field holds the control character U+{:04X}", u32::from(other))),
    }
}

/// A name and the address after it: `Ann Lee <ann@example.org>`, `"Lee, Ann" <ann@example.org>`.
pub(super) fn split_mailbox(text: &str) -> (Option<String>, &str) {
    let text = text.trim();
    let Some((name, address)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) else {
        return (None, text.strip_prefix("mailto:").unwrap_or(text));
    };
    let name = name.trim();
    let name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        // RFC 5322, section 3.2.4.
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name.to_owned(),
    };
    (Some(name.trim().to_owned()).filter(|name| !name.is_empty()), address.trim())
}

/// A value of JSON as a cell has it; empty for what says nothing.
pub(super) fn flat(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(members) if members.iter().all(|member| !member.is_array() && !member.is_object()) => {
            members.iter().map(flat).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
