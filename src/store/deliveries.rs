//! The ledger in the store: enrolling, claiming, and the changes that `ledger::step` allows.

use super::StoreError;
use super::sqlite::{Durability, Fault, Store, millis, moment};
use super::subscribers::{COLUMNS, subscriber, suppress};
use crate::ledger::{DeliveryState, Event, StateWord, recover, step};
use crate::list::{Segment, Subscriber, SubscriptionState};
use chrono::{DateTime, Utc};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error as SqlError, OptionalExtension, Row, Rows, params, params_from_iter};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

/// What enrolling found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// When the issue's recipients were chosen; also the date of its messages.
    pub at: DateTime<Utc>,
    /// How the deliveries stand, where this made them; nothing where an earlier run did.
    pub new: Option<Counts>,
    /// The issue's bytes are not those that were sent, but nobody is left to get them.
    pub is_changed: bool,
}

/// A delivery that this process works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub delivery: i64,
    /// Of the claim: a change that names another one is refused.
    pub fence: i64,
    pub subscriber: Subscriber,
    /// Tries before this one.
    pub attempts: u32,
    pub first_try: Option<DateTime<Utc>>,
    /// When it was found that it may be sent; see [`Store::may_still_send`].
    pub checked: Instant,
}

/// One step of a delivery, with what the ledger keeps of it.
#[derive(Clone, Debug)]
pub struct Change {
    pub delivery: i64,
    pub fence: i64,
    pub event: Event,
    pub now: DateTime<Utc>,
    pub reply: Option<String>,
    pub message_id: Option<String>,
    /// Never mail this address again.
    pub suppress: bool,
}

/// How many deliveries of an issue are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub pending: u64,
    pub claimed: u64,
    pub begun: u64,
    pub sent: u64,
    pub deferred: u64,
    pub bounced: u64,
    pub uncertain: u64,
    pub withdrawn: u64,
}

impl Counts {
    /// Everybody who is to get the issue, or was tried.
    pub fn recipients(&self) -> u64 {
        self.pending + self.claimed + self.begun + self.sent + self.deferred + self.bounced + self.uncertain
    }

    /// Those whose fate is open.
    pub fn open(&self) -> u64 {
        self.pending + self.claimed + self.begun + self.deferred
    }
}

/// A delivery as `report` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    pub address: String,
    pub state: DeliveryState,
    pub attempts: u32,
    pub reply: Option<String>,
    pub message_id: Option<String>,
    pub updated: DateTime<Utc>,
}

fn state(row: &Row) -> Result<DeliveryState, Fault> {
    let (word, until): (String, Option<i64>) = (row.get("state")?, row.get("until")?);
    Ok(match StateWord::from_word(&word).ok_or_else(|| Fault::Strange(format!("the state {word}")))? {
        StateWord::Pending => DeliveryState::Pending,
        StateWord::Claimed => DeliveryState::Claimed,
        StateWord::Begun => DeliveryState::Begun,
        StateWord::Sent => DeliveryState::Sent,
        StateWord::Deferred => DeliveryState::Deferred { until: moment(until.unwrap_or(0))? },
        StateWord::Bounced => DeliveryState::Bounced,
        StateWord::Uncertain => DeliveryState::Uncertain,
        StateWord::Withdrawn => DeliveryState::Withdrawn,
    })
}

fn until(state: DeliveryState) -> Option<i64> {
    match state {
        DeliveryState::Deferred { until } => Some(millis(until)),
        _ => None,
    }
}

fn refused(refused: crate::ledger::Refused) -> Fault {
    Fault::Store(StoreError::Refused(refused))
}

impl Store {
    /// Chooses an issue's recipients, once: everybody who is confirmed and in the segment now. Who is suppressed stands in
    /// the ledger as withdrawn, so that the report can tell. Who is to get another edition of it gets no second one, whatever
    /// became of the language since. Where nobody is left, nothing is enrolled. `content_hash` names
    /// the issue's bytes: where some have got other ones and others wait, it is refused unless `allow_changed`. On disk with the first claim:
    /// before that nobody can have got anything.
    pub fn enrol(
        &mut self,
        issue: &str,
        content_hash: &str,
        segment: &Segment,
        allow_changed: bool,
        now: DateTime<Utc>,
    ) -> Result<Enrolled, StoreError> {
        self.change("enrol the recipients", Durability::Ordered, |change| {
            if let Some((enrolled, is_other_text)) = enrolled_before(change, issue, content_hash, segment, allow_changed, false)? {
                if is_other_text {
                    change.execute("UPDATE issues SET content_hash = ?2 WHERE issue = ?1", [issue, content_hash])?;
                }
                return Ok(enrolled);
            }
            change
                .execute("INSERT INTO issues VALUES (?1, ?2, ?3, ?4, 0)", params![issue, content_hash, segment.to_string(), millis(now)])?;
            let counts = enrol_people(change, issue, segment, now)?;
            if counts.pending == 0 {
                return Err(StoreError::Nobody { issue: issue.to_owned(), segment: segment.clone() }.into());
            }
            Ok(Enrolled { at: moment(millis(now))?, new: Some(counts), is_changed: false })
        })
    }

    /// What [`Store::enrol`] would find or refuse, and with `new` [`Store::enrol_new`], without a change; nothing where the issue
    /// is new.
    pub fn enrolled(
        &self,
        issue: &str,
        content_hash: &str,
        segment: &Segment,
        allow_changed: bool,
        new: bool,
    ) -> Result<Option<Enrolled>, StoreError> {
        self.read("read the ledger", |connection| {
            Ok(enrolled_before(connection, issue, content_hash, segment, allow_changed, new)?.map(|(enrolled, _)| enrolled))
        })
    }

    /// Adds to an enrolled issue's recipients who has come onto the list since. Gives how many are to get it. They get the bytes
    /// that the others got, unless `allow_changed`.
    pub fn enrol_new(
        &mut self,
        issue: &str,
        content_hash: &str,
        segment: &Segment,
        allow_changed: bool,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.change("enrol the recipients", Durability::Ordered, |change| {
            let sql = "SELECT content_hash, segment FROM issues WHERE issue = ?1";
            let (hash, enrolled): (String, String) = change.query_row(sql, [issue], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if segment.to_string().to_lowercase() != enrolled.to_lowercase() {
                return Err(StoreError::OtherSegment { issue: issue.to_owned(), enrolled }.into());
            }
            if hash != content_hash {
                if !allow_changed {
                    return Err(StoreError::Changed { issue: issue.to_owned() }.into());
                }
                change.execute("UPDATE issues SET content_hash = ?2 WHERE issue = ?1", [issue, content_hash])?;
            }
            Ok(enrol_people(change, issue, segment, now)?.pending)
        })
    }

    /// Settles what a dead process left, in all issues. Only the holder of the send lock may call it.
    pub fn recover(&mut self, boot: &str, now: DateTime<Utc>) -> Result<usize, StoreError> {
        self.change("settle what an earlier run left", Durability::Synced, |change| {
            let mut left = change.prepare("SELECT id, state, until, boot FROM deliveries WHERE state IN ('claimed', 'begun')")?;
            let mut rows = left.query([])?;
            let mut update = change.prepare(
                "UPDATE deliveries SET state = ?2, fence = 0, updated = ?3, attempts = attempts + ?4, reply = coalesce(?5, reply) WHERE id = ?1",
            )?;
            let mut count = 0;
            while let Some(row) = rows.next()? {
                let (id, claimed_in): (i64, Option<String>) = (row.get("id")?, row.get("boot")?);
                let next = recover(state(row)?, claimed_in.as_deref() == Some(boot));
                let lost = next == DeliveryState::Uncertain;
                let reply = lost.then_some("the sender stopped before the server's reply was recorded");
                update.execute(params![id, next.word().as_str(), millis(now), i64::from(lost), reply])?;
                count += 1;
            }
            Ok(count)
        })
    }

    /// Makes what is uncertain pending again, because the user asks for it: as if it had never been tried, so that its time
    /// to be given up begins anew.
    pub fn resend_uncertain(&mut self, issue: &str, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let next = step(DeliveryState::Uncertain, Event::Resend).map_err(StoreError::Refused)?;
        self.change("take up what is uncertain", Durability::Synced, |change| {
            let sql = "UPDATE deliveries SET state = ?2, updated = ?3, attempts = 0, first_try = NULL
                       WHERE issue = ?1 AND state = 'uncertain'";
            Ok(change.execute(sql, params![issue, next.word().as_str(), millis(now)])?)
        })
    }

    /// Claims up to `most` deliveries that are due, in one transaction; they may be begun once [`Log::sync`](super::sqlite::Log::sync) has returned. Who was suppressed, unsubscribed or removed
    /// since enrolling is withdrawn on the way, so an empty claim means that nothing is due.
    pub fn claim(&mut self, issue: &str, most: usize, boot: &str, now: DateTime<Utc>) -> Result<Vec<Claimed>, StoreError> {
        self.change("claim deliveries", Durability::Ordered, |change| {
            let sql = "UPDATE issues SET fence = fence + 1 WHERE issue = ?1 RETURNING fence";
            let fence: i64 = change.query_row(sql, [issue], |row| row.get(0))?;
            let mut claimed = Vec::new();
            let mut update = change.prepare_cached(
                "UPDATE deliveries SET state = ?2, until = NULL, fence = ?3, boot = ?4, reply = coalesce(?5, reply), updated = ?6 WHERE id = ?1",
            )?;
            // First who was not tried: three whose messages cost the connection must not keep all others waiting.
            for word in ["pending", "deferred"] {
                // With the state as a literal, so that the index of those who wait is known to hold them.
                let mut due = change.prepare_cached(&format!(
                    "{} WHERE d.issue = ?1 AND d.state = '{word}' AND (d.until IS NULL OR d.until <= ?2) ORDER BY d.until, d.id LIMIT ?3",
                    candidates()
                ))?;
                loop {
                    let room = most.saturating_sub(claimed.len());
                    if room == 0 {
                        break;
                    }
                    let mut found = Vec::new();
                    let mut rows = due.query(params![issue, millis(now), i64::try_from(room).unwrap_or(i64::MAX)])?;
                    while let Some(row) = rows.next()? {
                        found.push(candidate(row, word)?);
                    }
                    drop(rows);
                    if found.is_empty() {
                        break;
                    }
                    for one in found {
                        let event = if one.why_not.is_some() { Event::Withdraw } else { Event::Claim { now } };
                        let next = step(one.state, event).map_err(refused)?;
                        update.execute(params![one.id, next.word().as_str(), fence, boot, one.why_not, millis(now)])?;
                        if let (DeliveryState::Claimed, Some(subscriber)) = (next, one.subscriber) {
                            let (attempts, first_try) = (one.attempts, one.first_try);
                            claimed.push(Claimed { delivery: one.id, fence, subscriber, attempts, first_try, checked: Instant::now() });
                        }
                    }
                }
            }
            Ok(claimed)
        })
    }

    /// Looks once more at whom a claim is for. Who was suppressed, unsubscribed or removed since is withdrawn; false then, and where the
    /// claim is another's by now.
    pub fn may_still_send(&mut self, claim: &Claimed, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let looked = self.change("look at a claim again", Durability::Ordered, |change| {
            let mut query = change.prepare_cached(&format!("{} WHERE d.id = ?1", candidates()))?;
            let found = query.query([claim.delivery])?.next()?.map(|row| candidate(row, "pending")).transpose()?;
            let Some(reason) = found.map_or(Some("removed from the ledger".into()), |one| one.why_not) else { return Ok(true) };
            let Claimed { delivery, fence, .. } = *claim;
            let withdrawn = Change { delivery, fence, event: Event::Withdraw, now, reply: Some(reason), message_id: None, suppress: false };
            settle_one(change, &withdrawn).map(|()| false)
        });
        match looked {
            Err(StoreError::Stale { .. } | StoreError::Refused(_)) => Ok(false),
            other => other,
        }
    }

    /// Makes the changes in one transaction that is ordered after all before it, though not synced. Each has its own
    /// outcome; a failure of the database is everybody's.
    pub fn settle(&mut self, changes: &[Change]) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        self.change("write the ledger", Durability::Ordered, |transaction| {
            let mut outcomes = Vec::with_capacity(changes.len());
            for change in changes {
                outcomes.push(match settle_one(transaction, change) {
                    Ok(()) => Ok(()),
                    Err(Fault::Store(error @ (StoreError::Stale { .. } | StoreError::Refused(_)))) => Err(error),
                    Err(fault) => return Err(fault),
                });
            }
            Ok(outcomes)
        })
    }

    /// When the next deferred delivery is due.
    pub fn next_due(&self, issue: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read("read the ledger", |connection| {
            let sql = "SELECT min(until) FROM deliveries WHERE issue = ?1 AND state = 'deferred'";
            let until: Option<i64> = connection.query_row(sql, [issue], |row| row.get(0))?;
            until.map(moment).transpose()
        })
    }

    /// The issue that was enrolled last.
    pub fn newest_issue(&self) -> Result<Option<String>, StoreError> {
        self.read("read the ledger", |connection| {
            let sql = "SELECT issue FROM issues ORDER BY enrolled DESC, issue DESC LIMIT 1";
            Ok(connection.query_row(sql, [], |row| row.get(0)).optional()?)
        })
    }

    /// How the issue's deliveries stand; `None` if it was never enrolled.
    pub fn counts(&self, issue: &str) -> Result<Option<Counts>, StoreError> {
        self.read("read the ledger", |connection| counts(connection, issue))
    }

    /// Gives the issue's deliveries in the order of their addresses, until the taker breaks off: all, or those that were not sent.
    pub fn each_delivery(&self, issue: &str, all: bool, take: &mut dyn FnMut(DeliveryRow) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.read("read the ledger", |connection| {
            let mut query = connection.prepare(
                "SELECT address, state, until, attempts, reply, message_id, updated FROM deliveries
                 WHERE issue = ?1 AND (?2 OR state <> 'sent') ORDER BY key",
            )?;
            let mut rows = query.query(params![issue, all])?;
            while let Some(row) = rows.next()? {
                let one = DeliveryRow {
                    address: row.get("address")?,
                    state: state(row)?,
                    attempts: row.get("attempts")?,
                    reply: row.get("reply")?,
                    message_id: row.get("message_id")?,
                    updated: moment(row.get("updated")?)?,
                };
                if take(one).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// How many a run would mail now, by their domains: whom `enrol` would choose, or of an issue that is enrolled those whose
    /// fate is open; also who is uncertain, or has come onto the list since, where that is asked for.
    pub fn due_by_domain(&self, issue: &str, segment: &Segment, uncertain: bool, new: bool) -> Result<BTreeMap<String, u64>, StoreError> {
        self.read("read the ledger", |connection| {
            let mut domains = BTreeMap::new();
            let mut count_all = |keys: &mut Rows| -> Result<(), Fault> {
                while let Some(row) = keys.next()? {
                    // A key is in lower case, its domain in A-labels.
                    let key = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
                    *domains.entry(key.rsplit('@').next().unwrap_or_default().to_owned()).or_default() += 1;
                }
                Ok(())
            };
            let is_enrolled = counts(connection, issue)?.is_some();
            if is_enrolled {
                let mut query = connection.prepare(
                    "SELECT key FROM deliveries WHERE issue = ?1
                     AND (state IN ('pending', 'claimed', 'begun', 'deferred') OR ?2 AND state = 'uncertain')",
                )?;
                count_all(&mut query.query(params![issue, uncertain])?)?;
            }
            if new || !is_enrolled {
                let (new, parameters) = who_is_new(connection, issue, segment)?;
                let sql = format!(
                    "SELECT s.key FROM subscribers s WHERE {new} AND NOT EXISTS (SELECT 1 FROM suppressions p WHERE p.key = s.key)"
                );
                count_all(&mut connection.prepare(&sql)?.query(params_from_iter(&parameters))?)?;
            }
            Ok(domains)
        })
    }
}

/// How an issue was enrolled, and whether the ledger has to learn its new text. Who goes on may leave the segment out; who
/// enrols `new` people must name it.
fn enrolled_before(
    connection: &Connection,
    issue: &str,
    content_hash: &str,
    segment: &Segment,
    allow_changed: bool,
    new: bool,
) -> Result<Option<(Enrolled, bool)>, Fault> {
    let found: Option<(String, String, i64)> = connection
        .query_row("SELECT content_hash, segment, enrolled FROM issues WHERE issue = ?1", [issue], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((hash, enrolled, at)) = found else { return Ok(None) };
    // Segments hold tags and languages without regard to case.
    if (new || segment.is_part()) && segment.to_string().to_lowercase() != enrolled.to_lowercase() {
        return Err(StoreError::OtherSegment { issue: issue.to_owned(), enrolled }.into());
    }
    let mut before = Enrolled { at: moment(at)?, new: None, is_changed: false };
    if hash == content_hash {
        return Ok(Some((before, false)));
    }
    let sql = "SELECT count(*) FROM deliveries WHERE issue = ?1 AND state IN ('begun', 'sent', 'uncertain')";
    let out: i64 = connection.query_row(sql, [issue], |row| row.get(0))?;
    if out == 0 || allow_changed {
        return Ok(Some((before, true)));
    }
    if counts(connection, issue)?.unwrap_or_default().open() > 0 {
        return Err(StoreError::Changed { issue: issue.to_owned() }.into());
    }
    before.is_changed = true;
    Ok(Some((before, false)))
}

/// Everybody who is confirmed, in the segment, and has no delivery of the issue yet: the conditions of a query on the subscribers `s`,
/// and their parameters, of which the issue is the first. Who has got another edition of the issue, or is to get it, is none of them.
fn who_is_new<'a>(connection: &Connection, issue: &'a str, segment: &'a Segment) -> Result<(String, Vec<&'a str>), Fault> {
    let mut sql = "s.state = 'confirmed' AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.issue = ?1 AND d.key = s.key)".to_owned();
    let parameters: Vec<&str> = std::iter::once(issue).chain(segment.audience.others()).collect();
    for other in 2..=parameters.len() {
        sql +=
            &format!(" AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.issue = ?{other} AND d.key = s.key AND d.state <> 'withdrawn')");
    }
    if !segment.is_all() {
        let segment = segment.clone();
        connection.create_scalar_function("in_segment", 2, FunctionFlags::SQLITE_DETERMINISTIC, move |row| {
            let tags = row.get_raw(1).as_str()?;
            let strange = |_| SqlError::UserFunctionError(format!("it holds the tags {tags}, which tidings never writes").into());
            let tags: Vec<String> = serde_json::from_str(tags).map_err(strange)?;
            Ok(segment.holds(row.get_raw(0).as_str_or_null()?, &tags))
        })?;
        sql += " AND in_segment(s.language, s.tags)";
    }
    Ok((sql, parameters))
}

/// Makes a delivery for everybody who is new, and counts them.
fn enrol_people(change: &Connection, issue: &str, segment: &Segment, now: DateTime<Utc>) -> Result<Counts, Fault> {
    let (new, parameters) = who_is_new(change, issue, segment)?;
    let updated = millis(now);
    // First the suppressed, of whom there are few; who has no delivery then is not one of them.
    let sql = format!(
        "INSERT INTO deliveries (issue, key, address, state, reply, updated) SELECT ?1, s.key, s.address, 'withdrawn', p.reason, {updated}
         FROM suppressions p CROSS JOIN subscribers s ON s.key = p.key WHERE {new}"
    );
    let withdrawn = change.execute(&sql, params_from_iter(&parameters))? as u64;
    let sql = format!(
        "INSERT INTO deliveries (issue, key, address, state, updated) SELECT ?1, s.key, s.address, 'pending', {updated}
         FROM subscribers s WHERE {new} ORDER BY s.key"
    );
    let pending = change.execute(&sql, params_from_iter(&parameters))? as u64;
    Ok(Counts { pending, withdrawn, ..Counts::default() })
}

fn counts(connection: &Connection, issue: &str) -> Result<Option<Counts>, Fault> {
    if connection.query_row("SELECT 1 FROM issues WHERE issue = ?1", [issue], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let mut counts = Counts::default();
    let mut query = connection.prepare_cached("SELECT state FROM deliveries WHERE issue = ?1")?;
    let mut rows = query.query([issue])?;
    while let Some(row) = rows.next()? {
        let word = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let place = match StateWord::from_word(word).ok_or_else(|| Fault::Strange(format!("the state {word}")))? {
            StateWord::Pending => &mut counts.pending,
            StateWord::Claimed => &mut counts.claimed,
            StateWord::Begun => &mut counts.begun,
            StateWord::Sent => &mut counts.sent,
            StateWord::Deferred => &mut counts.deferred,
            StateWord::Bounced => &mut counts.bounced,
            StateWord::Uncertain => &mut counts.uncertain,
            StateWord::Withdrawn => &mut counts.withdrawn,
        };
        *place += 1;
    }
    Ok(Some(counts))
}

/// What [`candidate`] reads, but for the conditions.
fn candidates() -> String {
    format!(
        "SELECT d.id, d.until, d.attempts, d.first_try, p.reason, {COLUMNS}
         FROM deliveries d LEFT JOIN subscribers s USING (key) LEFT JOIN suppressions p USING (key)"
    )
}

/// A row that is due, and the reason if it may not be sent after all.
struct Candidate {
    id: i64,
    state: DeliveryState,
    attempts: u32,
    first_try: Option<DateTime<Utc>>,
    subscriber: Option<Subscriber>,
    why_not: Option<String>,
}

fn candidate(row: &Row, word: &str) -> Result<Candidate, Fault> {
    let until: Option<i64> = row.get(1)?;
    let state = match word {
        "deferred" => DeliveryState::Deferred { until: moment(until.unwrap_or(0))? },
        _ => DeliveryState::Pending,
    };
    let is_on_list = row.get_ref(5)? != ValueRef::Null;
    let subscriber = is_on_list.then(|| subscriber(row, 5)).transpose()?;
    let reason: Option<String> = row.get(4)?;
    let why_not = reason.or_else(|| match &subscriber {
        None => Some("removed from the list".to_owned()),
        Some(person) if person.state != SubscriptionState::Confirmed => Some(person.state.word().to_owned()),
        Some(_) => None,
    });
    let first_try: Option<i64> = row.get(3)?;
    let first_try = first_try.map(moment).transpose()?;
    Ok(Candidate { id: row.get(0)?, state, attempts: row.get(2)?, first_try, subscriber, why_not })
}

fn settle_one(connection: &Connection, change: &Change) -> Result<(), Fault> {
    // One statement where the delivery is where it mostly is; else it is looked at, so that the refusal can say where it was.
    if let Some(usual) = change.event.usually_from()
        && !change.suppress
        && move_on(connection, change, usual, step(usual, change.event).map_err(refused)?)?
    {
        return Ok(());
    }
    let mut query = connection.prepare_cached("SELECT state, until, fence, address FROM deliveries WHERE id = ?1")?;
    let mut rows = query.query([change.delivery])?;
    let row = rows.next()?.ok_or_else(|| Fault::Strange(format!("no delivery {}", change.delivery)))?;
    let (old, fence, address): (DeliveryState, i64, String) = (state(row)?, row.get("fence")?, row.get("address")?);
    let stale = || Fault::Store(StoreError::Stale { state: old.word() });
    if fence != change.fence || !move_on(connection, change, old, step(old, change.event).map_err(refused)?)? {
        return Err(stale());
    }
    if change.suppress {
        suppress(connection, &address, change.reply.as_deref().unwrap_or("refused by its server"), change.now)?;
    }
    Ok(())
}

/// False if the delivery is not in the state `old`, or its claim another's.
fn move_on(connection: &Connection, change: &Change, old: DeliveryState, next: DeliveryState) -> Result<bool, Fault> {
    let is_try = matches!(change.event, Event::Accept | Event::Defer { .. } | Event::Bounce | Event::Doubt);
    let sql = "UPDATE deliveries SET state = ?1, until = ?2, updated = ?3, reply = coalesce(?4, reply),
                   message_id = coalesce(?5, message_id), attempts = attempts + ?6,
                   first_try = CASE WHEN ?6 THEN coalesce(first_try, ?3) ELSE first_try END
               WHERE id = ?7 AND fence = ?8 AND state = ?9";
    let changed = connection.prepare_cached(sql)?.execute(params![
        next.word().as_str(),
        until(next),
        millis(change.now),
        change.reply,
        change.message_id,
        i64::from(is_try),
        change.delivery,
        change.fence,
        old.word().as_str(),
    ])?;
    Ok(changed == 1)
}

#[cfg(test)]
#[path = "deliveries_tests.rs"]
mod tests;
