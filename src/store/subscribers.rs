//! The list in the store. Suppression and a person's own unsubscribing beat every import.

use super::StoreError;
use super::sqlite::{Durability, Fault, Store, millis};
use crate::list::{Address, Imported, Listed, Segment, Subscriber, SubscriptionState};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What became of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCount {
    /// New on the list.
    pub imported: usize,
    /// On it already: what the file knows was added.
    pub updated: usize,
    /// Suppressed or unsubscribed: left as they are.
    pub suppressed: usize,
}

/// What became of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    Imported,
    Updated,
    Suppressed,
}

pub(super) const COLUMNS: &str = "s.address, s.name, s.language, s.tags, s.fields, s.state";

/// Reads [`COLUMNS`].
pub(super) fn subscriber(row: &Row) -> Result<Subscriber, Fault> {
    let (tags, fields, state): (String, String, String) = (row.get("tags")?, row.get("fields")?, row.get("state")?);
    Ok(Subscriber {
        address: row.get("address")?,
        name: row.get("name")?,
        language: row.get("language")?,
        tags: serde_json::from_str(&tags).map_err(|_| Fault::Strange(format!("the tags {tags}")))?,
        fields: serde_json::from_str(&fields).map_err(|_| Fault::Strange(format!("the fields {fields}")))?,
        state: SubscriptionState::from_word(&state).ok_or_else(|| Fault::Strange(format!("the state {state}")))?,
    })
}

/// An address that is not one is its own key: it is in nobody's row.
pub(super) fn key(address: &str) -> String {
    Address::read(address).map_or_else(|_| address.to_owned(), |address| address.key())
}

fn suppression(connection: &Connection, key: &str) -> Result<Option<String>, Fault> {
    let mut query = connection.prepare_cached("SELECT reason FROM suppressions WHERE key = ?1")?;
    Ok(query.query_row([key], |row| row.get(0)).optional()?)
}

/// Suppresses an address; the first reason stays.
pub(super) fn suppress(connection: &Connection, address: &str, reason: &str, now: DateTime<Utc>) -> Result<bool, Fault> {
    let sql = "INSERT INTO suppressions (key, address, reason, since) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    Ok(connection.prepare_cached(sql)?.execute(params![key(address), address, reason, millis(now)])? > 0)
}

fn find(connection: &Connection, key: &str) -> Result<Option<Subscriber>, Fault> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM subscribers s WHERE key = ?1"))?;
    let mut rows = query.query([key])?;
    rows.next()?.map(subscriber).transpose()
}

fn put(connection: &Connection, key: &str, subscriber: &Subscriber, now: DateTime<Utc>) -> Result<(), Fault> {
    let json = |value: Result<String, serde_json::Error>| value.map_err(|error| Fault::Strange(error.to_string()));
    let sql = "INSERT INTO subscribers (key, address, name, language, tags, fields, state, since, updated)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
               ON CONFLICT DO UPDATE SET name = ?3, language = ?4, tags = ?5, fields = ?6, state = ?7, updated = ?8";
    connection.prepare_cached(sql)?.execute(params![
        key,
        subscriber.address,
        subscriber.name,
        subscriber.language,
        json(serde_json::to_string(&subscriber.tags))?,
        json(serde_json::to_string(&subscriber.fields))?,
        subscriber.state.word(),
        millis(now),
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
        return Ok(Stored::Suppressed);
    }
    if let Some(reason) = &one.suppressed {
        suppress(connection, &one.subscriber.address, reason, now)?;
    }
    let mut new = one.subscriber.clone();
    if pending && new.state == SubscriptionState::Confirmed {
        new.state = SubscriptionState::Pending;
    }
    let Some(old) = find(connection, &key)? else {
        if one.suppressed.is_some() && is_bare(&new) {
            return Ok(Stored::Suppressed);
        }
        put(connection, &key, &new, now)?;
        return Ok(Stored::Imported);
    };
    if old.state == SubscriptionState::Unsubscribed {
        return Ok(Stored::Suppressed);
    }
    put(connection, &key, &merged(old, new), now)?;
    Ok(Stored::Updated)
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
    Subscriber { address: old.address, name: new.name.or(old.name), language: new.language.or(old.language), tags, fields, state }
}

impl Store {
    /// Stores the records of a file in one transaction. They are confirmed, unless `pending` or their file says otherwise.
    pub fn import(&mut self, records: &[Imported], pending: bool, now: DateTime<Utc>) -> Result<ImportCount, StoreError> {
        self.change("store the list", Durability::Synced, |change| {
            let mut count = ImportCount::default();
            for one in records {
                *match store_one(change, one, pending, now)? {
                    Stored::Imported => &mut count.imported,
                    Stored::Updated => &mut count.updated,
                    Stored::Suppressed => &mut count.suppressed,
                } += 1;
            }
            Ok(count)
        })
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

    /// Lifts a suppression. Who had unsubscribed stays so. Says whether there was one.
    pub fn unsuppress(&mut self, address: &str) -> Result<bool, StoreError> {
        self.change("lift a suppression", Durability::Synced, |change| {
            Ok(change.execute("DELETE FROM suppressions WHERE key = ?1", [key(address)])? > 0)
        })
    }

    /// The people of a segment, in the order of their addresses. Of the whole list also the addresses that are suppressed
    /// without being on it, as unsubscribed: an export must not lose them.
    pub fn listed(&self, segment: &Segment) -> Result<Vec<Listed>, StoreError> {
        self.read("read the list", |connection| {
            let sql = format!(
                "SELECT key, {COLUMNS}, p.reason FROM subscribers s LEFT JOIN suppressions p USING (key)
                 UNION ALL SELECT key, address, NULL, NULL, '[]', '{{}}', 'unsubscribed', reason FROM suppressions
                 WHERE key NOT IN (SELECT key FROM subscribers) ORDER BY key"
            );
            let mut query = connection.prepare(&sql)?;
            let mut rows = query.query([])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                let one = Listed { subscriber: subscriber(row)?, suppressed: row.get("reason")? };
                if segment.holds(&one.subscriber) {
                    list.push(one);
                }
            }
            Ok(list)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db")).unwrap();
        (folder, store)
    }

    fn record(address: &str) -> Imported {
        let subscriber = Subscriber { address: address.into(), ..Subscriber::default() };
        Imported { line: 2, subscriber, suppressed: None }
    }

    fn count(imported: usize, updated: usize, suppressed: usize) -> ImportCount {
        ImportCount { imported, updated, suppressed }
    }

    #[test]
    fn an_import_adds_and_updates() {
        let (_folder, mut store) = store();
        assert_eq!(store.import(&[record("Anna@example.org"), record("b@example.org")], false, now()).unwrap(), count(2, 0, 0));
        let mut again = record("ANNA@example.org");
        again.subscriber.name = Some("Anna".into());
        again.subscriber.tags = vec!["x".into()];
        again.subscriber.fields = BTreeMap::from([("city".into(), "Rome".into())]);
        assert_eq!(store.import(&[again], false, now()).unwrap(), count(0, 1, 0));
        // A file that knows less takes nothing away.
        assert_eq!(store.import(&[record("anna@example.org")], false, now()).unwrap(), count(0, 1, 0));
        let list = store.listed(&Segment::default()).unwrap();
        let anna = &list[0].subscriber;
        assert_eq!((anna.address.as_str(), anna.name.as_deref()), ("Anna@example.org", Some("Anna")));
        assert_eq!((anna.tags.as_slice(), anna.fields["city"].as_str()), (&["x".to_owned()][..], "Rome"));
        let segment = Segment { tag: Some("x".into()), ..Segment::default() };
        assert_eq!(store.listed(&segment).unwrap().len(), 1);
    }

    #[test]
    fn records_of_one_address_become_one() {
        let (_folder, mut store) = store();
        let mut records = [record("Anna@example.org"), record("ANNA@EXAMPLE.ORG"), record("anna@example.org")];
        records[0].subscriber.tags = vec!["a".into()];
        records[1].subscriber =
            Subscriber { tags: vec!["b".into(), "a".into()], name: Some("Anna Berg".into()), ..records[1].subscriber.clone() };
        assert_eq!(store.import(&records, false, now()).unwrap(), count(1, 2, 0));
        let list = store.listed(&Segment::default()).unwrap();
        let anna = &list[0].subscriber;
        assert_eq!((list.len(), anna.address.as_str(), anna.name.as_deref()), (1, "Anna@example.org", Some("Anna Berg")));
        assert_eq!(anna.tags, ["a", "b"]);
        // Who left once, and stands there twice, has left.
        records[1].subscriber.state = SubscriptionState::Unsubscribed;
        store.import(&records, false, now()).unwrap();
        assert_eq!(store.listed(&Segment::default()).unwrap()[0].subscriber.state, SubscriptionState::Unsubscribed);
    }

    #[test]
    fn suppression_and_unsubscribing_beat_every_import() {
        let (_folder, mut store) = store();
        let mut gone = record("gone@example.org");
        gone.subscriber.state = SubscriptionState::Unsubscribed;
        store.import(&[gone, record("bad@example.org")], false, now()).unwrap();
        assert!(store.suppress("Bad@Example.org", "complained", now()).unwrap());
        assert!(!store.suppress("bad@example.org", "later reason", now()).unwrap());
        assert!(store.suppress("never@example.org", "asked", now()).unwrap());
        let records = ["gone@example.org", "bad@example.org", "never@example.org", "new@example.org"].map(record);
        assert_eq!(store.import(&records, false, now()).unwrap(), count(1, 0, 3));
        let list = store.listed(&Segment::default()).unwrap();
        let found: Vec<_> =
            list.iter().map(|one| (one.subscriber.address.as_str(), one.subscriber.state.word(), one.suppressed.as_deref())).collect();
        assert_eq!(
            found,
            [
                ("bad@example.org", "confirmed", Some("complained")),
                ("gone@example.org", "unsubscribed", None),
                ("never@example.org", "unsubscribed", Some("asked")),
                ("new@example.org", "confirmed", None)
            ]
        );
    }

    #[test]
    fn pending_is_for_new_ones_and_a_later_import_confirms_them() {
        let (_folder, mut store) = store();
        store.import(&[record("a@example.org")], false, now()).unwrap();
        store.import(&[record("a@example.org"), record("b@example.org")], true, now()).unwrap();
        let states =
            |store: &Store| store.listed(&Segment::default()).unwrap().iter().map(|one| one.subscriber.state.word()).collect::<Vec<_>>();
        assert_eq!(states(&store), ["confirmed", "pending"]);
        store.import(&[record("b@example.org")], false, now()).unwrap();
        assert_eq!(states(&store), ["confirmed", "confirmed"]);
    }

    #[test]
    fn an_import_may_bring_suppressions_and_removing_keeps_them() {
        let (_folder, mut store) = store();
        let one = Imported { suppressed: Some("550 5.1.1".into()), ..record("a@example.org") };
        assert_eq!(store.import(&[one], false, now()).unwrap(), count(1, 0, 0));
        assert_eq!(store.listed(&Segment::default()).unwrap()[0].suppressed.as_deref(), Some("550 5.1.1"));
        assert!(store.remove("A@example.org", now()).unwrap());
        assert!(!store.remove("a@example.org", now()).unwrap());
        assert_eq!(store.import(&[record("a@example.org")], false, now()).unwrap(), count(0, 0, 1));
    }

    #[test]
    fn unsubscribing_outlives_removal_and_suppression() {
        let (_folder, mut store) = store();
        let left = |address: &str| {
            let mut record = record(address);
            record.subscriber.state = SubscriptionState::Unsubscribed;
            record
        };
        store.import(&[left("Gone@example.org"), record("both@example.org")], false, now()).unwrap();
        assert!(store.remove("gone@example.org", now()).unwrap());
        assert_eq!(store.import(&[record("gone@example.org")], false, now()).unwrap(), count(0, 0, 1));
        store.suppress("both@example.org", "complained", now()).unwrap();
        assert_eq!(store.import(&[left("both@example.org"), left("gone@example.org")], false, now()).unwrap(), count(0, 0, 2));
        let list = store.listed(&Segment::default()).unwrap();
        let found: Vec<_> =
            list.iter().map(|one| (one.subscriber.address.as_str(), one.subscriber.state.word(), one.suppressed.as_deref())).collect();
        assert_eq!(
            found,
            [("both@example.org", "unsubscribed", Some("complained")), ("Gone@example.org", "unsubscribed", Some("unsubscribed"))]
        );
    }

    #[test]
    fn suppressions_without_subscribers_outlive_the_list() {
        let (_folder, mut store) = store();
        store.import(&[record("on@example.org"), record("removed@example.org")], false, now()).unwrap();
        store.suppress("removed@example.org", "550 5.1.1", now()).unwrap();
        store.remove("removed@example.org", now()).unwrap();
        store.suppress("Never@example.org", "asked", now()).unwrap();
        let list = store.listed(&Segment::default()).unwrap();
        let (_folder, mut other) = self::store();
        let records: Vec<_> =
            list.iter().map(|one| Imported { line: 2, subscriber: one.subscriber.clone(), suppressed: one.suppressed.clone() }).collect();
        assert_eq!(other.import(&records, false, now()).unwrap(), count(1, 0, 2));
        assert_eq!(other.listed(&Segment::default()).unwrap(), list);
        let people: i64 = other.connection.query_row("SELECT count(*) FROM subscribers", [], |row| row.get(0)).unwrap();
        assert_eq!(people, 1);
        assert_eq!(other.import(&[record("never@example.org")], false, now()).unwrap(), count(0, 0, 1));
        assert_eq!(store.listed(&Segment { tag: Some("x".into()), ..Segment::default() }).unwrap(), []);
    }
}
