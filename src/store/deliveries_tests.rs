use super::super::Ledger;
use super::*;
use crate::list::{Audience, Imported};
use chrono::TimeDelta;

const ISSUE: &str = "2026-W07";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn later(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

fn store(people: usize) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("t.db")).unwrap();
    let people: Vec<_> = (0..people)
        .map(|n| {
            let tags = vec![if n % 2 == 0 { "even".to_owned() } else { "odd".to_owned() }];
            let subscriber = Subscriber { address: format!("p{n:03}@example.org"), tags, ..Subscriber::default() };
            Imported { line: n + 2, subscriber, suppressed: None }
        })
        .collect();
    store.import(&people, false, now()).unwrap();
    (folder, store)
}

fn enrolled(people: usize) -> (tempfile::TempDir, Store) {
    let (folder, mut store) = store(people);
    assert!(store.enrol(ISSUE, "hash", &Segment::default(), false, now()).unwrap().new.is_some());
    (folder, store)
}

fn change(claim: &Claimed, event: Event) -> Change {
    Change { delivery: claim.delivery, fence: claim.fence, event, now: now(), reply: None, message_id: None, suppress: false }
}

fn one(store: &mut Store, change: Change) -> Result<(), StoreError> {
    store.settle(&[change]).unwrap().remove(0)
}

/// How many a run would mail that takes up the new ones, too.
fn due(store: &Store, segment: &Segment) -> u64 {
    store.due_by_domain(ISSUE, segment, false, true).unwrap().values().sum()
}

fn words(store: &Store) -> Vec<&'static str> {
    store.deliveries(ISSUE, true).unwrap().iter().map(|row| row.state.word().as_str()).collect()
}

#[test]
fn an_issue_is_enrolled_once() {
    let (_folder, mut store) = store(4);
    store.suppress("p001@example.org", "complained", now()).unwrap();
    assert_eq!(due(&store, &Segment::default()), 3);
    assert_eq!(store.counts(ISSUE).unwrap(), None);
    let first = store.enrol(ISSUE, "hash", &Segment::default(), false, now()).unwrap();
    let counts = Counts { pending: 3, withdrawn: 1, ..Counts::default() };
    assert_eq!(first, Enrolled { at: now(), new: Some(counts), is_changed: false });
    assert_eq!(store.counts(ISSUE).unwrap(), Some(counts));
    let more = Subscriber { address: "late@example.org".into(), ..Subscriber::default() };
    store.import(&[Imported { line: 2, subscriber: more, suppressed: None }], false, now()).unwrap();
    let second = store.enrol(ISSUE, "hash", &Segment::default(), false, later(60)).unwrap();
    assert_eq!(second, Enrolled { at: now(), new: None, is_changed: false });
    let counts = store.counts(ISSUE).unwrap().unwrap();
    assert_eq!((counts.recipients(), counts.pending, counts.withdrawn), (3, 3, 1));
}

#[test]
fn who_comes_later_may_be_enrolled_too() {
    let (_folder, mut store) = store(3);
    store.enrol(ISSUE, "hash", &Segment::default(), false, now()).unwrap();
    let late = Subscriber { address: "late@example.org".into(), ..Subscriber::default() };
    store.import(&[Imported { line: 2, subscriber: late, suppressed: None }], false, now()).unwrap();
    assert_eq!(due(&store, &Segment::default()), 4);
    let without = store.due_by_domain(ISSUE, &Segment::default(), false, false).unwrap();
    assert_eq!(without, [("example.org".to_owned(), 3)].into());
    let changed = store.enrol_new(ISSUE, "other", &Segment::default(), false, later(60)).unwrap_err();
    assert!(matches!(changed, StoreError::Changed { .. }), "{changed}");
    let odd = Segment { tag: Some("odd".into()), ..Segment::default() };
    assert!(matches!(store.enrol_new(ISSUE, "hash", &odd, false, later(60)), Err(StoreError::OtherSegment { .. })));
    assert_eq!(store.enrol_new(ISSUE, "hash", &Segment::default(), false, later(60)).unwrap(), 1);
    assert_eq!(store.enrol_new(ISSUE, "hash", &Segment::default(), false, later(60)).unwrap(), 0);
    assert_eq!(store.counts(ISSUE).unwrap().unwrap().pending, 4);
}

#[test]
fn a_segment_is_part_of_the_enrolment() {
    let (_folder, mut store) = store(5);
    let odd = Segment { tag: Some("odd".into()), ..Segment::default() };
    store.enrol(ISSUE, "hash", &odd, false, now()).unwrap();
    assert_eq!(store.counts(ISSUE).unwrap().unwrap().pending, 2);
    assert!(store.enrol(ISSUE, "hash", &odd, false, now()).unwrap().new.is_none());
    assert!(store.enrol(ISSUE, "hash", &Segment::default(), false, now()).unwrap().new.is_none());
    let same = Segment { tag: Some("ODD".into()), ..Segment::default() };
    assert!(store.enrol(ISSUE, "hash", &same, false, now()).unwrap().new.is_none());
    let even = Segment { tag: Some("even".into()), ..Segment::default() };
    let refused = store.enrol(ISSUE, "hash", &even, false, now()).unwrap_err();
    assert_eq!(refused.to_string(), "issue 2026-W07 was enrolled for tag=odd; its recipients do not change");
}

#[test]
fn nobody_gets_two_editions() {
    let (_folder, mut store) = store(0);
    let person = |name: &str, language: &str| Imported {
        line: 2,
        subscriber: Subscriber {
            address: format!("{name}@example.org"),
            language: (!language.is_empty()).then(|| language.to_owned()),
            ..Subscriber::default()
        },
        suppressed: None,
    };
    let edition = |own: usize| {
        let editions = [(ISSUE, "en"), ("2026-W07-fr", "fr")].map(|(id, tag)| (id.to_owned(), tag.to_owned())).to_vec();
        Segment { audience: Audience { editions, own }, ..Segment::default() }
    };
    store.import(&[person("a", ""), person("b", "fr"), person("c", "fr-CA")], false, now()).unwrap();
    assert_eq!([0, 1].map(|own| due(&store, &edition(own))), [1, 2]);
    store.enrol("2026-W07-fr", "hash", &edition(1), false, now()).unwrap();
    // One has another language since, and has got the French one; another one is new.
    store.import(&[person("b", "en"), person("d", "de")], false, now()).unwrap();
    assert_eq!(due(&store, &edition(0)), 2);
    store.enrol(ISSUE, "hash", &edition(0), false, now()).unwrap();
    let of =
        |store: &Store, issue: &str| -> Vec<String> { store.deliveries(issue, true).unwrap().into_iter().map(|row| row.address).collect() };
    assert_eq!(of(&store, "2026-W07-fr"), ["b@example.org", "c@example.org"]);
    assert_eq!(of(&store, ISSUE), ["a@example.org", "d@example.org"]);
}

#[test]
fn nobody_is_not_enrolled() {
    let (_folder, mut store) = store(2);
    let wrong = Segment { tag: Some("evne".into()), ..Segment::default() };
    assert!(matches!(store.enrol(ISSUE, "hash", &wrong, false, now()), Err(StoreError::Nobody { .. })));
    assert_eq!((store.counts(ISSUE).unwrap(), store.newest_issue().unwrap()), (None, None));
    let right = Segment { tag: Some("even".into()), ..Segment::default() };
    assert!(store.enrol(ISSUE, "hash", &right, false, now()).unwrap().new.is_some());
    assert_eq!(store.newest_issue().unwrap().as_deref(), Some(ISSUE));
    store.suppress("p001@example.org", "complained", now()).unwrap();
    let odd = Segment { tag: Some("odd".into()), ..Segment::default() };
    assert!(matches!(store.enrol("2026-W08", "hash", &odd, false, now()), Err(StoreError::Nobody { .. })));
    assert_eq!(store.counts("2026-W08").unwrap(), None);
}

#[test]
fn a_finished_issue_may_change() {
    let (_folder, mut store) = enrolled(1);
    let claim = store.claim(ISSUE, 1, "boot", now()).unwrap().remove(0);
    one(&mut store, change(&claim, Event::Begin)).unwrap();
    one(&mut store, change(&claim, Event::Accept)).unwrap();
    let again = store.enrol(ISSUE, "other", &Segment::default(), false, now()).unwrap();
    assert_eq!((again.new, again.is_changed), (None, true));
    assert!(!store.enrol(ISSUE, "hash", &Segment::default(), false, now()).unwrap().is_changed, "the sent bytes stay on record");
}

#[test]
fn a_changed_issue_is_refused_once_somebody_has_it() {
    let (_folder, mut store) = enrolled(2);
    store.enrol(ISSUE, "mended before anybody got it", &Segment::default(), false, now()).unwrap();
    let claims = store.claim(ISSUE, 1, "boot", now()).unwrap();
    one(&mut store, change(&claims[0], Event::Begin)).unwrap();
    one(&mut store, change(&claims[0], Event::Accept)).unwrap();
    let other = |store: &mut Store, allow| store.enrol(ISSUE, "other", &Segment::default(), allow, now());
    assert!(matches!(other(&mut store, false), Err(StoreError::Changed { .. })));
    other(&mut store, true).unwrap();
    other(&mut store, false).unwrap();
}

#[test]
fn nobody_is_claimed_twice() {
    let (_folder, mut store) = enrolled(10);
    let mut seen = Vec::new();
    loop {
        let claims = store.claim(ISSUE, 3, "boot", now()).unwrap();
        if claims.is_empty() {
            break;
        }
        assert!(claims.len() <= 3);
        seen.extend(claims.into_iter().map(|claim| claim.subscriber.address));
    }
    let everybody: Vec<_> = (0..10).map(|n| format!("p{n:03}@example.org")).collect();
    assert_eq!(seen, everybody);
}

#[test]
fn who_left_after_enrolling_is_withdrawn_at_the_claim() {
    let (_folder, mut store) = enrolled(5);
    store.suppress("p000@example.org", "complained", now()).unwrap();
    store.remove("p001@example.org", now()).unwrap();
    let gone = Subscriber { address: "p002@example.org".into(), state: SubscriptionState::Unsubscribed, ..Subscriber::default() };
    store.import(&[Imported { line: 2, subscriber: gone, suppressed: None }], false, now()).unwrap();
    // Three rows are withdrawn before the first that can be claimed: the claim is full all the same.
    let claims = store.claim(ISSUE, 2, "boot", now()).unwrap();
    let addresses: Vec<_> = claims.iter().map(|claim| claim.subscriber.address.as_str()).collect();
    assert_eq!(addresses, ["p003@example.org", "p004@example.org"]);
    let replies: Vec<_> = store.deliveries(ISSUE, true).unwrap().into_iter().map(|row| row.reply).collect();
    assert_eq!(replies[..3], [Some("complained".into()), Some("removed from the list".into()), Some("unsubscribed".into())]);
    assert_eq!(store.counts(ISSUE).unwrap().unwrap().withdrawn, 3);
}

#[test]
fn who_leaves_after_the_claim_is_withdrawn_when_it_is_looked_at_again() {
    let (_folder, mut store) = enrolled(4);
    let claims = store.claim(ISSUE, 4, "boot", now()).unwrap();
    store.suppress("p000@example.org", "complained", now()).unwrap();
    store.remove("p001@example.org", now()).unwrap();
    // Settled by somebody else meanwhile.
    one(&mut store, change(&claims[2], Event::Release)).unwrap();
    let looked: Vec<bool> = claims.iter().map(|claim| store.may_still_send(claim, now()).unwrap()).collect();
    assert_eq!(looked, [false, false, true, true]);
    let words: Vec<_> = store.deliveries(ISSUE, true).unwrap().into_iter().map(|row| (row.state.word().as_str(), row.reply)).collect();
    assert_eq!(words[..2], [("withdrawn", Some("complained".to_owned())), ("withdrawn", Some("removed from the list".to_owned()))]);
    assert_eq!(words[2..], [("pending", None), ("claimed", None)]);
    // Whoever has it now decides for himself.
    store.suppress("p002@example.org", "complained", now()).unwrap();
    let again = store.claim(ISSUE, 4, "boot", now()).unwrap();
    assert_eq!((again.len(), store.may_still_send(&claims[2], now()).unwrap()), (0, false));
}

#[test]
fn a_settled_delivery_keeps_what_was_said() {
    let (_folder, mut store) = enrolled(1);
    let claim = store.claim(ISSUE, 9, "boot", now()).unwrap().remove(0);
    one(&mut store, Change { message_id: Some("<a@b>".into()), ..change(&claim, Event::Begin) }).unwrap();
    one(&mut store, Change { reply: Some("250 2.0.0 ok".into()), ..change(&claim, Event::Accept) }).unwrap();
    let row = store.deliveries(ISSUE, true).unwrap().remove(0);
    assert_eq!((row.state, row.attempts), (DeliveryState::Sent, 1));
    assert_eq!((row.reply.as_deref(), row.message_id.as_deref()), (Some("250 2.0.0 ok"), Some("<a@b>")));
    assert_eq!(store.deliveries(ISSUE, false).unwrap(), []);
}

#[test]
fn a_deferred_delivery_comes_back_at_its_time() {
    let (_folder, mut store) = enrolled(2);
    let claims = store.claim(ISSUE, 9, "boot", now()).unwrap();
    one(&mut store, change(&claims[0], Event::Defer { until: later(60) })).unwrap();
    one(&mut store, change(&claims[1], Event::Release)).unwrap();
    assert_eq!(store.next_due(ISSUE).unwrap(), Some(later(60)));
    let early = store.claim(ISSUE, 9, "boot", later(59)).unwrap();
    assert_eq!(early.iter().map(|claim| claim.delivery).collect::<Vec<_>>(), [claims[1].delivery]);
    assert_eq!((early[0].attempts, early[0].first_try), (0, None), "a release is no try");
    let due = store.claim(ISSUE, 9, "boot", later(60)).unwrap();
    assert_eq!(due.iter().map(|claim| claim.delivery).collect::<Vec<_>>(), [claims[0].delivery]);
    assert_eq!((due[0].attempts, due[0].first_try), (1, Some(now())));
    assert_eq!(store.next_due(ISSUE).unwrap(), None);
}

#[test]
fn a_lost_connection_is_no_try_and_who_waits_comes_first() {
    let (_folder, mut store) = enrolled(2);
    let claims = store.claim(ISSUE, 1, "boot", now()).unwrap();
    one(&mut store, change(&claims[0], Event::Postpone { until: later(1) })).unwrap();
    let next = store.claim(ISSUE, 2, "boot", later(1)).unwrap();
    assert_eq!(next.iter().map(|claim| claim.subscriber.address.as_str()).collect::<Vec<_>>(), ["p001@example.org", "p000@example.org"]);
    assert_eq!((next[1].attempts, next[1].first_try), (0, None));
}

#[test]
fn a_stale_fence_or_a_forbidden_step_changes_nothing() {
    let (_folder, mut store) = enrolled(1);
    let old = store.claim(ISSUE, 9, "boot", now()).unwrap().remove(0);
    store.recover("boot", now()).unwrap();
    let new = store.claim(ISSUE, 9, "boot", now()).unwrap().remove(0);
    assert!(matches!(one(&mut store, change(&old, Event::Begin)), Err(StoreError::Stale { .. })));
    assert!(matches!(one(&mut store, change(&new, Event::Accept)), Err(StoreError::Refused(_))));
    assert_eq!(words(&store), ["claimed"]);
    one(&mut store, change(&new, Event::Begin)).unwrap();
}

#[test]
fn a_refused_address_is_suppressed_with_the_reply() {
    let (_folder, mut store) = enrolled(1);
    let claim = store.claim(ISSUE, 9, "boot", now()).unwrap().remove(0);
    let reply = Some("550 5.1.1 no such user".to_owned());
    one(&mut store, Change { reply: reply.clone(), suppress: true, ..change(&claim, Event::Bounce) }).unwrap();
    let suppressed = store.listed(&Segment::default()).unwrap()[0].suppressed.clone();
    assert_eq!(suppressed.map(|one| one.reason), reply);
}

#[test]
fn a_dead_process_leaves_claims_that_return_and_doubts_that_stay() {
    for (boot, expected) in [("same", ["begun", "pending", "sent"]), ("other", ["begun", "uncertain", "sent"])] {
        let (folder, mut store) = enrolled(3);
        let claims = store.claim(ISSUE, 9, "same", now()).unwrap();
        one(&mut store, change(&claims[0], Event::Begin)).unwrap();
        one(&mut store, change(&claims[2], Event::Begin)).unwrap();
        one(&mut store, change(&claims[2], Event::Accept)).unwrap();
        drop(store);
        let mut store = Store::open(&folder.path().join("t.db")).unwrap();
        assert_eq!(store.recover(boot, now()).unwrap(), 2);
        let mut expected = expected;
        expected[0] = "uncertain";
        assert_eq!(words(&store), expected, "{boot}");
        let uncertain = expected.iter().filter(|word| **word == "uncertain").count();
        assert_eq!(store.resend_uncertain(ISSUE, now()).unwrap(), uncertain);
    }
}

#[test]
fn what_is_taken_up_again_has_all_its_time() {
    let (_folder, mut store) = enrolled(1);
    let claim = store.claim(ISSUE, 9, "boot", now()).unwrap().remove(0);
    one(&mut store, change(&claim, Event::Begin)).unwrap();
    one(&mut store, change(&claim, Event::Doubt)).unwrap();
    assert_eq!(store.deliveries(ISSUE, true).unwrap()[0].attempts, 1);
    store.resend_uncertain(ISSUE, later(1_000_000)).unwrap();
    let claim = store.claim(ISSUE, 9, "boot", later(1_000_000)).unwrap().remove(0);
    assert_eq!((claim.attempts, claim.first_try), (0, None));
}

#[test]
fn the_ledger_answers_each_and_groups_many() {
    let (folder, mut store) = enrolled(200);
    let claims = store.claim(ISSUE, 200, "boot", now()).unwrap();
    let ledger = Ledger::new(store).unwrap();
    std::thread::scope(|scope| {
        for part in claims.chunks(25) {
            let ledger = &ledger;
            scope.spawn(move || {
                for claim in part {
                    ledger.change(change(claim, Event::Begin)).unwrap();
                    ledger.post(change(claim, Event::Accept)).unwrap();
                    assert!(matches!(ledger.change(change(claim, Event::Bounce)), Err(StoreError::Refused(_))));
                }
            });
        }
    });
    assert_eq!(ledger.run(|store| store.counts(ISSUE)).unwrap().unwrap().sent, 200);
    ledger.finish().unwrap();
    let store = Store::open(&folder.path().join("t.db")).unwrap();
    assert_eq!(store.counts(ISSUE).unwrap().unwrap().sent, 200);
}

#[test]
fn after_a_lost_change_the_ledger_takes_no_more() {
    let (_folder, mut store) = enrolled(2);
    let claims = store.claim(ISSUE, 2, "boot", now()).unwrap();
    let ledger = Ledger::new(store).unwrap();
    // An outcome that the ledger refuses, posted by nobody who waits.
    ledger.post(change(&claims[0], Event::Accept)).unwrap();
    // This one is in the same group, and has its own answer; the next can't be.
    ledger.change(change(&claims[1], Event::Begin)).unwrap();
    assert!(ledger.change(change(&claims[1], Event::Accept)).is_err());
    assert!(ledger.run(|store| store.counts(ISSUE)).is_err());
    assert!(matches!(ledger.finish(), Err(StoreError::Refused(_))));
}

#[test]
fn a_step_writes_one_page() {
    let (folder, mut store) = enrolled(1000);
    let claimed = store.claim(ISSUE, 100, "boot", now()).unwrap();
    store.sync().unwrap();
    let log = folder.path().join("t.db-wal");
    for (event, pages) in [(Event::Begin, 1), (Event::Accept, 2)] {
        one(&mut store, change(&claimed[50], event)).unwrap();
        // 32 bytes of the log, and 24 of each page, are its own (SQLite's file format, section 4.1).
        assert_eq!(std::fs::metadata(&log).unwrap().len(), 32 + pages * (4096 + 24), "{event:?}");
    }
}

#[test]
fn only_those_who_wait_are_looked_through() {
    let (_folder, store) = enrolled(3);
    for state in ["pending", "deferred"] {
        let sql = format!("EXPLAIN QUERY PLAN SELECT min(until) FROM deliveries WHERE issue = ?1 AND state = '{state}'");
        let plan: String = store.connection.query_row(&sql, [ISSUE], |row| row.get("detail")).unwrap();
        assert!(plan.contains("deliveries_waiting (issue=? AND state=?)"), "{plan}");
    }
}

#[test]
fn tags_that_nobody_can_read_are_told() {
    let (_folder, mut store) = store(2);
    store.change("spoil", Durability::Ordered, |change| Ok(change.execute("UPDATE subscribers SET tags = 'even'", [])?)).unwrap();
    let even = Segment { tag: Some("even".into()), ..Segment::default() };
    let error = store.enrol(ISSUE, "hash", &even, false, now()).unwrap_err().to_string();
    assert!(error.contains("the tags even"), "{error}");
    assert_eq!(store.counts(ISSUE).unwrap(), None);
}
