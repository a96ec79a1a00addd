use super::*;
use crate::list::Segment;
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

/// Without who is pending, and who was left as before.
fn count(imported: usize, updated: usize, suppressed: usize) -> (usize, usize, usize) {
    (imported, updated, suppressed)
}

trait Counted {
    fn counted(&mut self, records: &[Imported], pending: bool) -> (usize, usize, usize);
}

impl Counted for Store {
    fn counted(&mut self, records: &[Imported], pending: bool) -> (usize, usize, usize) {
        let ImportCount { imported, updated, suppressed, .. } = self.import(records, pending, now()).unwrap();
        (imported, updated, suppressed)
    }
}

fn reason(one: &Listed) -> Option<&str> {
    one.suppressed.as_ref().map(|one| one.reason.as_str())
}

#[test]
fn an_import_adds_and_updates() {
    let (_folder, mut store) = store();
    assert_eq!(store.counted(&[record("Anna@example.org"), record("b@example.org")], false), count(2, 0, 0));
    let mut again = record("ANNA@example.org");
    again.subscriber.name = Some("Anna".into());
    again.subscriber.tags = vec!["x".into()];
    again.subscriber.fields = BTreeMap::from([("city".into(), "Rome".into())]);
    assert_eq!(store.counted(&[again], false), count(0, 1, 0));
    // A file that knows less takes nothing away.
    assert_eq!(store.counted(&[record("anna@example.org")], false), count(0, 1, 0));
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
    assert_eq!(store.counted(&records, false), count(1, 2, 0));
    let list = store.listed(&Segment::default()).unwrap();
    let anna = &list[0].subscriber;
    assert_eq!((list.len(), anna.address.as_str(), anna.name.as_deref()), (1, "Anna@example.org", Some("Anna Berg")));
    assert_eq!(anna.tags, ["a", "b"]);
    // Who left once, and stands there twice, has left.
    records[1].subscriber.state = SubscriptionState::Unsubscribed;
    store.counted(&records, false);
    assert_eq!(store.listed(&Segment::default()).unwrap()[0].subscriber.state, SubscriptionState::Unsubscribed);
}

#[test]
fn suppression_and_unsubscribing_beat_every_import() {
    let (_folder, mut store) = store();
    let mut gone = record("gone@example.org");
    gone.subscriber.state = SubscriptionState::Unsubscribed;
    store.counted(&[gone, record("bad@example.org")], false);
    assert!(store.suppress("Bad@Example.org", "complained", now()).unwrap());
    assert!(!store.suppress("bad@example.org", "later reason", now()).unwrap());
    assert!(store.suppress("never@example.org", "asked", now()).unwrap());
    let records = ["gone@example.org", "bad@example.org", "never@example.org", "new@example.org"].map(record);
    assert_eq!(store.counted(&records, false), count(1, 0, 3));
    let list = store.listed(&Segment::default()).unwrap();
    let found: Vec<_> = list.iter().map(|one| (one.subscriber.address.as_str(), one.subscriber.state.word(), reason(one))).collect();
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
    store.counted(&[record("a@example.org")], false);
    store.counted(&[record("a@example.org"), record("b@example.org")], true);
    let states =
        |store: &Store| store.listed(&Segment::default()).unwrap().iter().map(|one| one.subscriber.state.word()).collect::<Vec<_>>();
    assert_eq!(states(&store), ["confirmed", "pending"]);
    store.counted(&[record("b@example.org")], false);
    assert_eq!(states(&store), ["confirmed", "confirmed"]);
}

#[test]
fn an_import_may_bring_suppressions_and_removing_keeps_them() {
    let (_folder, mut store) = store();
    let one = Imported { suppressed: Some(Suppression { reason: "550 5.1.1".into(), since: None }), ..record("a@example.org") };
    assert_eq!(store.counted(&[one], false), count(0, 0, 1));
    assert_eq!(store.listed(&Segment::default()).unwrap()[0].suppressed.as_ref().map(|one| one.reason.as_str()), Some("550 5.1.1"));
    assert!(store.remove("A@example.org", now()).unwrap());
    assert!(!store.remove("a@example.org", now()).unwrap());
    assert_eq!(store.counted(&[record("a@example.org")], false), count(0, 0, 1));
}

#[test]
fn unsubscribing_outlives_removal_and_suppression() {
    let (_folder, mut store) = store();
    let left = |address: &str| {
        let mut record = record(address);
        record.subscriber.state = SubscriptionState::Unsubscribed;
        record
    };
    store.counted(&[left("Gone@example.org"), record("both@example.org")], false);
    assert!(store.remove("gone@example.org", now()).unwrap());
    assert_eq!(store.counted(&[record("gone@example.org")], false), count(0, 0, 1));
    store.suppress("both@example.org", "complained", now()).unwrap();
    assert_eq!(store.counted(&[left("both@example.org"), left("gone@example.org")], false), count(0, 0, 2));
    let list = store.listed(&Segment::default()).unwrap();
    let found: Vec<_> = list.iter().map(|one| (one.subscriber.address.as_str(), one.subscriber.state.word(), reason(one))).collect();
    assert_eq!(
        found,
        [("both@example.org", "unsubscribed", Some("complained")), ("Gone@example.org", "unsubscribed", Some("unsubscribed"))]
    );
}

#[test]
fn suppressions_without_subscribers_outlive_the_list() {
    let (_folder, mut store) = store();
    store.counted(&[record("on@example.org"), record("removed@example.org")], false);
    store.suppress("removed@example.org", "550 5.1.1", now()).unwrap();
    store.remove("removed@example.org", now()).unwrap();
    store.suppress("Never@example.org", "asked", now()).unwrap();
    let list = store.listed(&Segment::default()).unwrap();
    let (_folder, mut other) = self::store();
    let records: Vec<_> =
        list.iter().map(|one| Imported { line: 2, subscriber: one.subscriber.clone(), suppressed: one.suppressed.clone() }).collect();
    assert_eq!(other.counted(&records, false), count(1, 0, 2));
    assert_eq!(other.listed(&Segment::default()).unwrap(), list);
    let people: i64 = other.connection.query_row("SELECT count(*) FROM subscribers", [], |row| row.get(0)).unwrap();
    assert_eq!(people, 1);
    assert_eq!(other.counted(&[record("never@example.org")], false), count(0, 0, 1));
    assert_eq!(store.listed(&Segment { tag: Some("x".into()), ..Segment::default() }).unwrap(), []);
}

#[test]
fn a_reason_of_any_characters_comes_back_from_an_export() {
    let (_folder, mut store) = store();
    for (address, given, kept) in [
        ("a@x.org", "550 5.1.1 no\r\n\u{1b}[31m such\tuser ", "550 5.1.1 no   [31m such user"),
        ("b@x.org", " \r\n", "suppressed"),
        ("c@x.org", &"é".repeat(600), &"é".repeat(500)),
    ] {
        store.suppress(address, given, now()).unwrap();
        assert_eq!(store.find_listed(address).unwrap().unwrap().suppressed.unwrap().reason, kept);
    }
}
