//! The list in the store. Suppression and a person's own unsubscribing beat every import.

use super::StoreError;
use super::sqlite::{Durability, Fault, Store, millis, moment};
use crate::list::{Address, Consent, Filter, Imported, Listed, Subscriber, SubscriptionState, Suppression};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

/// What became of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCount {
    /// New on the list.
    pub imported: usize,
    /// On it already: what the file knows was added.
    pub updated: usize,
    /// Suppressed or unsubscribed, by the list or by the file: they get nothing. Not counted above.
    pub suppressed: usize,
    /// Of those: not suppressed, but they have left.
    pub unsubscribed: usize,
    /// Of those that were imported or updated: not confirmed.
    pub pending: usize,
    /// Of the suppressed: known as such before, and left as they are.
    pub kept: usize,
}

/// What became of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    Imported(SubscriptionState),
    Updated(SubscriptionState),
    Away {
        is_suppressed: bool,
        /// Whether it was so before.
        before: bool,
    },
}

pub(super) const COLUMNS: &str = "s.address, s.name, s.language, s.tags, s.fields, s.state, s.consent_source, s.consent_time";

/// Reads [`COLUMNS`], of which `first` is the number of the first: by name would take a search for each.
pub(super) fn subscriber(row: &Row, first: usize) -> Result<Subscriber, Fault> {
    let (tags, fields, state): (&str, &str, &str) = (text(row, first + 3)?, text(row, first + 4)?, text(row, first + 5)?);
    Ok(Subscriber {
        address: row.get(first)?,
        name: row.get(first + 1)?,
        language: row.get(first + 2)?,
        tags: serde_json::from_str(tags).map_err(|_| Fault::Strange(format!("the tags {tags}")))?,
        fields: serde_json::from_str(fields).map_err(|_| Fault::Strange(format!("the fields {fields}")))?,
        state: SubscriptionState::from_word(state).ok_or_else(|| Fault::Strange(format!("the state {state}")))?,
        consent: Consent { source: row.get(first + 6)?, time: row.get::<_, Option<i64>>(first + 7)?.map(moment).transpose()? },
    })
}

fn text<'a>(row: &'a Row, column: usize) -> Result<&'a str, Fault> {
    Ok(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
}

/// An address that is not one is its own key: it is in nobody's row.
pub(super) fn key(address: &str) -> String {
    Address::read(address).map_or_else(|_| address.to_owned(), |address| address.key())
}

fn suppression(connection: &Connection, key: &str) -> Result<Option<String>, Fault> {
    let mut query = connection.prepare_cached("SELECT reason FROM suppressions WHERE key = ?1")?;
    Ok(query.query_row([key], |row| row.get(0)).optional()?)
}

/// Bytes of a reason; servers may say more.
const LONGEST_REASON: usize = 1_000;

/// A reason as an export can hold it and an import take back: a server's reply may have any characters, and somebody who is
/// suppressed for no reason must stay so.
fn clean(reason: &str) -> String {
    let mut reason = reason.replace(char::is_control, " ").trim().to_owned();
    reason.truncate(reason.floor_char_boundary(LONGEST_REASON));
    if reason.is_empty() { "suppressed".to_owned() } else { reason.trim_end().to_owned() }
}

/// Suppresses an address; the first reason stays.
pub(super) fn suppress(connection: &Connection, address: &str, reason: &str, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "INSERT INTO suppressions (key, address, reason, since) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    Ok(connection.prepare_cached(sql)?.execute(params![key(address), address, clean(reason), millis(now)])? > 0)
}

fn find(connection: &Connection, key: &str) -> Result<Option<Subscriber>, Fault> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM subscribers s WHERE key = ?1"))?;
    let mut rows = query.query([key])?;
    rows.next()?.map(|row| subscriber(row, 0)).transpose()
}

fn put(connection: &Connection, key: &str, subscriber: &Subscriber, now: DateTime<Utc>) -> Result<(), Fault> {
    let json = |value: Result<String, serde_json::Error>| value.map_err(|error| Fault::Strange(error.to_string()));
    let sql = "INSERT INTO subscribers (key, address, name, language, tags, fields, state, since, updated, consent_source, consent_time)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10)
               ON CONFLICT DO UPDATE SET name = ?3, language = ?4, tags = ?5, fields = ?6, state = ?7, updated = ?8,
               consent_source = ?9, consent_time = ?10";
    connection.prepare_cached(sql)?.execute(params![
        key,
        subscriber.address,
        subscriber.name,
        subscriber.language,
        json(serde_json::to_string(&subscriber.tags))?,
        json(serde_json::to_string(&subscriber.fields))?,
        subscriber.state.word(),
        millis(now),
        subscriber.consent.source,
        subscriber.consent.time.map(millis),
    ])?;
    Ok(())
}

fn store_one(connection: &Connection, one: &Imported, pending: bool, now: DateTime<Utc>) -> Result<Stored, Fault> {
    let key = key(&one.subscriber.address);
    if suppression(connection, &key)?.is_some() {
        // Who is not mailed anyway may have left too, and must stay away where the suppression is lifted.
        if one.subscriber.state == SubscriptionState::Unsubscribed
            && let Some(old) = find(connection, &key)?
        {
            put(connection, &key, &Subscriber { state: SubscriptionState::Unsubscribed, ..old }, now)?;
        }
        return Ok(Stored::Away { is_suppressed: true, before: true });
    }
    let is_suppressed = one.suppressed.is_some();
    if let Some(Suppression { reason, since }) = &one.suppressed {
        suppress(connection, &one.subscriber.address, reason, since.unwrap_or(now))?;
    }
    let mut new = one.subscriber.clone();
    if pending && new.state == SubscriptionState::Confirmed {
        new.state = SubscriptionState::Pending;
    }
    let Some(old) = find(connection, &key)? else {
        if is_suppressed && is_bare(&new) {
            return Ok(Stored::Away { is_suppressed, before: false });
        }
        put(connection, &key, &new, now)?;
        return Ok(match new.state {
            state @ (SubscriptionState::Confirmed | SubscriptionState::Pending) if !is_suppressed => Stored::Imported(state),
            _ => Stored::Away { is_suppressed, before: false },
        });
    };
    if old.state == SubscriptionState::Unsubscribed {
        return Ok(Stored::Away { is_suppressed, before: true });
    }
    let merged = merged(old, new);
    put(connection, &key, &merged, now)?;
    Ok(match merged.state {
        state @ (SubscriptionState::Confirmed | SubscriptionState::Pending) if !is_suppressed => Stored::Updated(state),
        _ => Stored::Away { is_suppressed, before: false },
    })
}

/// How the list shows a suppression without a subscriber: nobody to put on a list.
fn is_bare(subscriber: &Subscriber) -> bool {
    let shown = Subscriber { address: subscriber.address.clone(), state: SubscriptionState::Unsubscribed, ..Subscriber::default() };
    *subscriber == shown
}

/// What the file says wins, what it does not say stays; nobody is less confirmed than before, and who left has left.
fn merged(old: Subscriber, new: Subscriber) -> Subscriber {
    let mut tags = old.tags;
    tags.extend(new.tags.into_iter().filter(|tag| !tags.contains(tag)).collect::<Vec<_>>());
    let mut fields = old.fields;
    fields.extend(new.fields);
    let state = if new.state == SubscriptionState::Pending { old.state } else { new.state };
    // A consent is one thing: its time without its source would be somebody else's.
    let consent = if new.consent == Consent::default() { old.consent } else { new.consent };
    Subscriber { address: old.address, name: new.name.or(old.name), language: new.language.or(old.language), tags, fields, state, consent }
}

/// An import under way: records go into the list one by one, and are there for others when it has ended.
pub struct Importing<'a> {
    connection: &'a Connection,
    path: &'a Path,
    pending: bool,
    now: DateTime<Utc>,
    count: ImportCount,
}

impl Importing<'_> {
    /// Stores one record.
    pub fn put(&mut self, one: &Imported) -> Result<(), StoreError> {
        let stored = store_one(self.connection, one, self.pending, self.now).map_err(|fault| fault.named(IMPORTING, self.path))?;
        let count = &mut self.count;
        match stored {
            Stored::Imported(_) => count.imported += 1,
            Stored::Updated(_) => count.updated += 1,
            Stored::Away { is_suppressed, before } => {
                count.suppressed += 1;
                count.unsubscribed += usize::from(!is_suppressed);
                count.kept += usize::from(before);
            }
        }
        let is_pending = matches!(stored, Stored::Imported(SubscriptionState::Pending) | Stored::Updated(SubscriptionState::Pending));
        count.pending += usize::from(is_pending);
        Ok(())
    }
}

impl Importing<'_> {
    /// Suppresses a record's address, and puts nobody on the list.
    pub fn suppress(&mut self, one: &Imported, reason: &str) -> Result<(), StoreError> {
        let Suppression { reason, since } =
            one.suppressed.clone().unwrap_or_else(|| Suppression { reason: reason.to_owned(), since: None });
        let is_new = suppress(self.connection, &one.subscriber.address, &reason, since.unwrap_or(self.now));
        let is_new = is_new.map_err(|fault| fault.named(IMPORTING, self.path))?;
        self.count.suppressed += 1;
        self.count.kept += usize::from(!is_new);
        Ok(())
    }
}

const IMPORTING: &str = "store the list";

/// A suppression that somebody has lifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifted {
    /// Of the suppression.
    pub reason: String,
    pub since: DateTime<Utc>,
    /// When and why it was lifted.
    pub lifted: DateTime<Utc>,
    pub why: String,
}

/// The list at one moment, for as long as it is looked at.
pub struct ListView<'a> {
    connection: &'a Connection,
}

const EVERYBODY: &str = "SELECT key, {COLUMNS}, p.reason, p.since AS suppressed_at FROM subscribers s LEFT JOIN suppressions p USING (key)
     UNION ALL SELECT key, address, NULL, NULL, '[]', '{}', 'unsubscribed', NULL, NULL, reason, since FROM suppressions
     WHERE key NOT IN (SELECT key FROM subscribers)";

fn listed(row: &Row) -> Result<Listed, Fault> {
    let suppressed = match (row.get::<_, Option<String>>("reason")?, row.get::<_, Option<i64>>("suppressed_at")?) {
        (Some(reason), since) => Some(Suppression { reason, since: since.map(moment).transpose()? }),
        (None, _) => None,
    };
    Ok(Listed { subscriber: subscriber(row, 1)?, suppressed })
}

impl ListView<'_> {
    /// Gives each row that the filter holds, in the order of the addresses, until the taker breaks off. Of the whole list also
    /// the addresses that are suppressed without being on it, as unsubscribed: an export must not lose them.
    pub fn each(&self, filter: &Filter, take: &mut dyn FnMut(Listed) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.select("", filter, take)
    }

    /// The names of all fields of the rows that the filter holds, sorted.
    pub fn field_names(&self, filter: &Filter) -> Result<Vec<String>, StoreError> {
        let mut names = BTreeSet::new();
        self.select("WHERE fields <> '{}'", filter, &mut |one| {
            names.extend(one.subscriber.fields.into_keys());
            ControlFlow::Continue(())
        })?;
        Ok(names.into_iter().collect())
    }

    fn select(&self, only: &str, filter: &Filter, take: &mut dyn FnMut(Listed) -> ControlFlow<()>) -> Result<(), StoreError> {
        let sql = format!("SELECT * FROM ({}) {only} ORDER BY key", EVERYBODY.replace("{COLUMNS}", COLUMNS));
        let mut run = || {
            let mut query = self.connection.prepare(&sql)?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let one = listed(row)?;
                if filter.holds(&one) && take(one).is_break() {
                    break;
                }
            }
            Ok(())
        };
        run().map_err(|fault: Fault| fault.named(LOOKING, Path::new(self.connection.path().unwrap_or_default())))
    }
}

const LOOKING: &str = "read the list";

impl Store {
    /// Stores the records that `work` puts, all in one transaction: where it fails, none. They are confirmed, unless `pending`
    /// or their file says otherwise.
    pub fn import_with<T, E: From<StoreError>>(
        &mut self,
        pending: bool,
        now: DateTime<Utc>,
        work: impl FnOnce(&mut Importing) -> Result<T, E>,
    ) -> Result<(ImportCount, T), E> {
        let path = self.path.clone();
        let mut failed = None;
        let done = self.change(IMPORTING, Durability::Synced, |connection| {
            let mut importing = Importing { connection, path: &path, pending, now, count: ImportCount::default() };
            match work(&mut importing) {
                Ok(value) => Ok((importing.count, value)),
                Err(error) => {
                    failed = Some(error);
                    // Only rolls back: the error goes to the caller as it is.
                    Err(Fault::Strange("an import that failed".into()))
                }
            }
        });
        match failed {
            Some(error) => Err(error),
            None => done.map_err(E::from),
        }
    }

    /// Takes a person off the list; a suppression stays, and who had unsubscribed leaves one, so that a later import does not
    /// bring the person back. Says whether it was there.
    pub fn remove(&mut self, address: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.change("remove from the list", Durability::Synced, |change| {
            let key = key(address);
            let Some(person) = find(change, &key)? else { return Ok(false) };
            if person.state == SubscriptionState::Unsubscribed {
                suppress(change, &person.address, person.state.word(), now)?;
            }
            Ok(change.execute("DELETE FROM subscribers WHERE key = ?1", [key])? > 0)
        })
    }

    /// Never mails this address again. Says whether that is new.
    pub fn suppress(&mut self, address: &str, reason: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.change("suppress an address", Durability::Synced, |change| suppress(change, address, reason, now))
    }

    /// Stores records that are at hand.
    pub fn import(&mut self, records: &[Imported], pending: bool, now: DateTime<Utc>) -> Result<ImportCount, StoreError> {
        let done = self.import_with(pending, now, |importing| records.iter().try_for_each(|one| importing.put(one)));
        done.map(|(count, ())| count)
    }

    /// Lifts a suppression, and keeps that it was there, and why it was lifted. `None` if there is none.
    pub fn unsuppress(&mut self, address: &str, why: &str, now: DateTime<Utc>) -> Result<Option<Suppression>, StoreError> {
        self.change("lift a suppression", Durability::Synced, |change| {
            let key = key(address);
            let sql = "DELETE FROM suppressions WHERE key = ?1 RETURNING address, reason, since";
            let found: Option<(String, String, i64)> =
                change.query_row(sql, [&key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
            let Some((address, reason, since)) = found else { return Ok(None) };
            change.execute("INSERT INTO lifted VALUES (?1, ?2, ?3, ?4, ?5, ?6)", params![key, address, reason, since, millis(now), why])?;
            Ok(Some(Suppression { reason, since: Some(moment(since)?) }))
        })
    }

    /// The suppressions of an address that were lifted, the oldest first.
    pub fn lifted(&self, address: &str) -> Result<Vec<Lifted>, StoreError> {
        self.read(LOOKING, |connection| {
            let mut query = connection.prepare("SELECT reason, since, lifted, why FROM lifted WHERE key = ?1 ORDER BY rowid")?;
            let mut rows = query.query([key(address)])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let (since, lifted) = (moment(row.get("since")?)?, moment(row.get("lifted")?)?);
                found.push(Lifted { reason: row.get("reason")?, since, lifted, why: row.get("why")? });
            }
            Ok(found)
        })
    }

    /// One address: a subscriber, or somebody suppressed who is not on the list.
    pub fn find_listed(&self, address: &str) -> Result<Option<Listed>, StoreError> {
        self.read(LOOKING, |connection| {
            let sql = format!("SELECT * FROM ({}) WHERE key = ?1", EVERYBODY.replace("{COLUMNS}", COLUMNS));
            let mut query = connection.prepare(&sql)?;
            let mut rows = query.query([key(address)])?;
            rows.next()?.map(listed).transpose()
        })
    }

    /// Looks at the list as it is now, whatever is written meanwhile.
    pub fn view<T, E: From<StoreError>>(&self, work: impl FnOnce(&ListView) -> Result<T, E>) -> Result<T, E> {
        let mut outcome = None;
        self.read(LOOKING, |connection| {
            outcome = Some(work(&ListView { connection }));
            Ok(())
        })?;
        outcome
            .unwrap_or_else(|| Err(StoreError::Failed { doing: LOOKING, path: self.path.clone(), reason: "it was not read".into() }.into()))
    }
}

#[cfg(test)]
#[path = "subscribers_tests.rs"]
mod tests;
