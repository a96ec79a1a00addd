//! One pass over what is due: connections as threads, one queue.

use super::priority::make_way;
use super::retry::{Retry, back_off, retry};
use super::run::in_time;
use super::{Breadth, Consignment, DomainPaces, News, Pace, Progress};
use crate::ledger::{Event, StateWord};
use crate::list::Address;
use crate::store::{Change, Claimed, Ledger, StoreError};
use crate::transport::{Blame, Connection, Ending, Envelope, MailObject, Outcome, SmtpSpec, Transport, wants_less};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Scope;
use std::time::{Duration, Instant};

/// Deliveries of one claim.
const LARGEST_CLAIM: usize = 256;
/// Of the first, for which everybody waits.
const FIRST_CLAIM: usize = 64;
/// Deliveries that wait for the moment of their domain, so that others need not.
const MOST_HELD: usize = 1024;
/// After so long a claim is looked at once more before it is sent: who leaves meanwhile gets nothing. A pace may keep one for hours.
const OLD_CLAIM: Duration = Duration::from_secs(10);
/// Connections lost in a row, each before its message, after which the server counts as away.
const LOST_ROW: u32 = 3;

/// Why a pass ended before its queue did.
#[derive(Clone, Debug)]
pub(super) enum PassEnd {
    Policy(String),
    Stop(String),
    /// No connection can be had.
    Away(String),
    Ledger(StoreError),
}

/// What all passes of a run share.
pub(super) struct Run<'a> {
    pub transport: &'a Transport,
    pub spec: &'a SmtpSpec,
    pub consignment: &'a Consignment<'a>,
    pub ledger: Ledger,
    pub boot: String,
    /// The messages' date.
    pub enrolled: DateTime<Utc>,
    pub stop: &'a AtomicBool,
    pub progress: &'a dyn Progress,
    pub pace: Mutex<Pace>,
    pub breadth: Mutex<Breadth>,
    pub domains: Mutex<DomainPaces>,
    pub started: Instant,
    /// 5.7.x in a row.
    pub policy_row: AtomicU32,
    /// Whose messages can't be made. They stay claimed until the run ends, so that no pass takes them up again.
    pub unmade: Mutex<Vec<Claimed>>,
    /// Addresses that the server does not know.
    pub suppressed: AtomicU64,
}

/// A claim with its message.
struct Delivery {
    claim: Claimed,
    message_id: String,
    mail: MailObject,
}

#[derive(Default)]
struct Queue {
    claimed: VecDeque<Claimed>,
    /// By the moment that their domain's pace gave them, and in that by their order.
    held: BTreeMap<(Duration, usize), Claimed>,
    /// How many were ever held.
    count: usize,
    is_exhausted: bool,
    has_claimed: bool,
}

/// One pass.
pub(super) struct Pass<'a> {
    run: &'a Run<'a>,
    /// What is deferred to a later moment waits for another pass; `None` is the moment of each claim.
    due: Option<DateTime<Utc>>,
    queue: Mutex<Queue>,
    /// Held by who claims, so that nobody else does. Never waited for with the queue.
    claiming: Mutex<()>,
    lost_row: AtomicU32,
    /// Whether the server gave a verdict on any message.
    heard: AtomicBool,
    end: Mutex<Option<PassEnd>>,
}

/// A thread that panics holds up nobody: what it was at is in the ledger.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Pass<'a> {
    /// Works through what is due: `count` deliveries at most. Gives the reason why it ended early, and whether the server gave
    /// a verdict on any message.
    pub fn run(run: &'a Run<'a>, count: usize, due: Option<DateTime<Utc>>) -> (Option<PassEnd>, bool) {
        let pass = Pass {
            run,
            due,
            queue: Mutex::default(),
            claiming: Mutex::default(),
            lost_row: AtomicU32::new(0),
            heard: AtomicBool::new(false),
            end: Mutex::new(None),
        };
        std::thread::scope(|scope| {
            for _ in 0..lock(&run.breadth).start(count) {
                scope.spawn(|| pass.work(scope));
            }
        });
        let queue = std::mem::take(&mut *lock(&pass.queue));
        for claim in queue.claimed.into_iter().chain(queue.held.into_values()) {
            if let Err(error) = pass.post(&claim, Event::Release, None, false) {
                pass.end(PassEnd::Ledger(error));
                break;
            }
        }
        let end = lock(&pass.end).take();
        (end, pass.heard.load(Ordering::Relaxed))
    }

    /// The first reason stays, but a failing ledger is above all.
    fn end(&self, reason: PassEnd) {
        let mut end = lock(&self.end);
        if end.is_none() || matches!(reason, PassEnd::Ledger(_)) {
            *end = Some(reason);
        }
    }

    fn is_over(&self) -> bool {
        self.run.stop.load(Ordering::Relaxed) || lock(&self.end).is_some()
    }

    fn work<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        let mut connection = None;
        let mut went_without = None;
        let mut is_surplus = false;
        let mut ahead = None;
        while let Some(delivery) = ahead.take().or_else(|| self.next_delivery(true)) {
            if self.is_over() {
                self.put_back([Some(delivery)]);
                break;
            }
            is_surplus = lock(&self.run.breadth).drop_surplus();
            if is_surplus {
                self.put_back([Some(delivery)]);
                break;
            }
            if let Err(reason) = self.deliver(&mut connection, &delivery, &mut ahead) {
                self.put_back([ahead.take(), Some(delivery)]);
                went_without = reason;
                break;
            }
            if lock(&self.run.breadth).widen() {
                scope.spawn(|| self.work(scope));
            }
            if ahead.is_none() {
                self.commit();
            }
        }
        if let Some(connection) = connection {
            connection.quit();
        }
        // A server may allow fewer connections than we try; it is away when the last thread finds none.
        if !is_surplus
            && lock(&self.run.breadth).leave(went_without.is_some())
            && let Some(reason) = went_without
        {
            self.end(PassEnd::Away(reason));
        }
    }

    /// Leaves deliveries to other threads, or to be released; the first comes last.
    fn put_back<const N: usize>(&self, deliveries: [Option<Delivery>; N]) {
        let mut queue = lock(&self.queue);
        for delivery in deliveries.into_iter().flatten() {
            queue.claimed.push_front(delivery.claim);
        }
    }

    /// The next one whose message can be made; nothing where all have to wait and `may_wait` is false.
    fn next_delivery(&self, may_wait: bool) -> Option<Delivery> {
        loop {
            let claim = self.next(may_wait)?;
            let made = (self.run.consignment.compose)(&claim.subscriber, self.run.enrolled).and_then(|message| {
                let to = Address::read(&claim.subscriber.address)?;
                let envelope = Envelope { from: self.sender(&to), to };
                Ok((message.message_id, MailObject::new(envelope, message.bytes)))
            });
            match made {
                Ok((message_id, mail)) => return Some(Delivery { claim, message_id, mail }),
                Err(reason) => {
                    let reply = format!("no message could be made: {reason}");
                    let address = &claim.subscriber.address;
                    self.run.progress.tell(&News::Settled { address, state: StateWord::Pending, reply: &reply });
                    lock(&self.run.unmade).push(claim);
                }
            }
        }
    }

    /// The envelope's sender for a recipient. With VERP, `bounces@example.org` becomes `bounces+anna=example.net@example.org`,
    /// unless that would be too long to be an address.
    fn sender(&self, to: &Address) -> Address {
        let from = &self.run.consignment.from;
        let (Some((local, domain)), true) = (from.as_written().rsplit_once('@'), self.run.consignment.verp) else { return from.clone() };
        Address::read(&format!("{local}+{}@{domain}", to.wire().replace('@', "="))).unwrap_or_else(|_| from.clone())
    }

    /// The next delivery, from the queue or by a new claim.
    fn next(&self, may_wait: bool) -> Option<Claimed> {
        loop {
            if self.is_over() {
                return None;
            }
            self.claim_in_time()?;
            let now = self.run.started.elapsed();
            let mut queue = lock(&self.queue);
            if queue.held.first_key_value().is_some_and(|((moment, _), _)| *moment <= now) {
                return queue.held.pop_first().map(|(_, claim)| claim);
            }
            let Some(claim) = queue.claimed.pop_front() else {
                // What was claimed is with others already.
                if queue.held.is_empty() && !queue.is_exhausted {
                    continue;
                }
                let (moment, _) = *queue.held.keys().next().filter(|_| may_wait)?;
                drop(queue);
                std::thread::sleep(moment.saturating_sub(now).min(Duration::from_millis(50)));
                continue;
            };
            let moment = lock(&self.run.domains).take(&claim.subscriber.address, now);
            if moment <= now {
                return Some(claim);
            }
            queue.count += 1;
            let place = (moment, queue.count);
            queue.held.insert(place, claim);
        }
    }

    /// How many have to be claimed, if any, and whether nothing else is left.
    fn runs_low(&self) -> (Option<usize>, bool) {
        let queue = lock(&self.queue);
        // With a slow pace a large claim would be old before it is sent: who unsubscribes meanwhile would get it.
        let ten_seconds = self.run.spec.rate.map_or(f64::MAX, |rate| (rate * 10.0).ceil());
        let most = (ten_seconds as usize).clamp(1, if queue.has_claimed { LARGEST_CLAIM } else { FIRST_CLAIM });
        let is_low = queue.claimed.len() <= most / 4 && !queue.is_exhausted && queue.held.len() < MOST_HELD;
        (is_low.then_some(most), queue.claimed.is_empty() && queue.held.is_empty())
    }

    /// Claims more while something is left for the others, who wait for it only where nothing is. Nothing where the ledger fails, which
    /// ends the pass.
    fn claim_in_time(&self) -> Option<()> {
        let (low, is_empty) = self.runs_low();
        if low.is_none() {
            return Some(());
        }
        let turn = if is_empty { Some(lock(&self.claiming)) } else { self.claiming.try_lock().ok() };
        // Somebody else may just have done it.
        let (Some(_turn), (Some(most), _)) = (turn, self.runs_low()) else { return Some(()) };
        match self.run.ledger.claim(self.run.consignment.issue, most, &self.run.boot, self.due.unwrap_or_else(Utc::now)) {
            Ok(claimed) => {
                let mut queue = lock(&self.queue);
                queue.has_claimed = true;
                queue.is_exhausted = claimed.is_empty();
                queue.claimed.extend(claimed);
                Some(())
            }
            Err(error) => {
                self.end(PassEnd::Ledger(error));
                None
            }
        }
    }

    fn change(&self, claim: &Claimed, event: Event, reply: Option<String>, suppress: bool) -> Change {
        Change { delivery: claim.delivery, fence: claim.fence, event, now: Utc::now(), reply, message_id: None, suppress }
    }

    fn post(&self, claim: &Claimed, event: Event, reply: Option<String>, suppress: bool) -> Result<(), StoreError> {
        self.run.ledger.post(self.change(claim, event, reply, suppress))
    }

    /// An outcome is committed with the next `begun` of any connection: before this one waits for its turn, for a delivery or for a new
    /// connection, it commits itself.
    fn commit(&self) {
        if let Err(error) = self.run.ledger.commit() {
            self.end(PassEnd::Ledger(error));
        }
    }

    /// Delivers one. `Err` leaves it undone, for another connection or run; with a reason if no connection can be had.
    fn deliver(
        &self,
        connection: &mut Option<Connection<'a>>,
        delivery: &Delivery,
        ahead: &mut Option<Delivery>,
    ) -> Result<(), Option<String>> {
        let claim = &delivery.claim;
        if !self.wait_for_slot() {
            return Err(None);
        }
        if claim.checked.elapsed() > OLD_CLAIM && !self.may_still_send(claim)? {
            return Ok(());
        }
        let outcome = self.attempt(connection, delivery, ahead)?;
        if !matches!(outcome, Outcome::Unsent(_) | Outcome::Forbidden { .. }) {
            self.heard.store(true, Ordering::Relaxed);
            self.lost_row.store(0, Ordering::Relaxed);
        }
        match &outcome {
            Outcome::Bounced { blame: Blame::Policy, .. } | Outcome::Unsent(_) | Outcome::Forbidden { .. } => {}
            _ => self.run.policy_row.store(0, Ordering::Relaxed),
        }
        match outcome {
            Outcome::Sent { reply } => self.settle(claim, Event::Accept, &reply, false),
            Outcome::Deferred { reply } => self.defer(claim, &reply),
            Outcome::Bounced { reply, blame: Blame::Policy } => {
                if self.counts_as_policy(&reply) {
                    self.settle(claim, Event::Bounce, &reply, false);
                } else {
                    return Err(None);
                }
            }
            Outcome::Bounced { reply, blame } => self.settle(claim, Event::Bounce, &reply, blame == Blame::Recipient),
            Outcome::Uncertain { reason } => self.settle(claim, Event::Doubt, &reason, false),
            Outcome::Unsent(Ending::Again(reason)) => {
                let wait = back_off(&self.run.spec.retry, claim.attempts.saturating_add(1), &claim.subscriber.address);
                self.settle(claim, Event::Postpone { until: in_time(wait) }, &reason, false);
                if self.lost_row.fetch_add(1, Ordering::Relaxed) + 1 >= LOST_ROW {
                    self.end(PassEnd::Away(reason));
                }
            }
            Outcome::Unsent(Ending::Later(reason)) => return Err(Some(reason)),
            Outcome::Unsent(Ending::Stop(reason)) => {
                self.end(PassEnd::Stop(reason));
                return Err(None);
            }
            // The claim is another's now, or the pass has ended with the ledger's failure.
            Outcome::Forbidden { .. } => {}
        }
        Ok(())
    }

    fn may_still_send(&self, claim: &Claimed) -> Result<bool, Option<String>> {
        self.run.ledger.run(|store| store.may_still_send(claim, Utc::now())).map_err(|error| {
            self.end(PassEnd::Ledger(error));
            None
        })
    }

    /// Slows down, over fewer connections, where the server wants less, and quickens while it takes what it gets.
    fn heed(&self, outcome: &Outcome) {
        let mut pace = lock(&self.run.pace);
        match outcome {
            Outcome::Sent { .. } => pace.quicken(),
            Outcome::Deferred { reply } | Outcome::Unsent(Ending::Again(reply)) if wants_less(reply) => {
                let is_news = pace.slow(self.run.started.elapsed());
                if is_news {
                    lock(&self.run.breadth).halve();
                }
            }
            _ => {}
        }
    }

    /// Counts a 5.7.x, and ends the run with the last that is allowed in a row. False for one that comes on another connection
    /// after that: it speaks of the sender, so its delivery is left for another run.
    fn counts_as_policy(&self, reply: &str) -> bool {
        // Under the lock, so that of two threads only one can be the last.
        let mut end = lock(&self.end);
        if matches!(*end, Some(PassEnd::Policy(_))) {
            return false;
        }
        let row = self.run.policy_row.fetch_add(1, Ordering::Relaxed) + 1;
        if self.run.spec.policy_stop > 0 && row >= self.run.spec.policy_stop && !matches!(*end, Some(PassEnd::Ledger(_))) {
            *end = Some(PassEnd::Policy(reply.to_owned()));
        }
        true
    }

    /// Tries on the connection that is there, and once more on a new one if that is lost before the final dot.
    fn attempt(
        &self,
        connection: &mut Option<Connection<'a>>,
        delivery: &Delivery,
        ahead: &mut Option<Delivery>,
    ) -> Result<Outcome, Option<String>> {
        let Delivery { claim, message_id, mail } = delivery;
        let mut begin = || {
            // Composed while the server is busy with this one's body. With a pace, the next one has a moment of its own.
            let is_free = lock(&self.run.pace).is_free();
            if is_free && ahead.is_none() {
                *ahead = self.next_delivery(false);
            }
            let change = Change { message_id: Some(message_id.clone()), ..self.change(claim, Event::Begin, None, false) };
            let committed = self.run.ledger.change(change).map_err(|error| {
                let reason = error.to_string();
                if !matches!(error, StoreError::Stale { .. } | StoreError::Refused(_)) {
                    self.end(PassEnd::Ledger(error));
                }
                reason
            });
            committed.map(|()| ahead.as_ref().map(|next| next.mail.announcement()))
        };
        let mut is_second = false;
        loop {
            let mut open = match connection.take().filter(Connection::is_open) {
                Some(open) => open,
                // Who stops the run waits for what is in flight, not for a server that may take its time.
                None if self.run.stop.load(Ordering::Relaxed) => return Err(None),
                None => {
                    self.commit();
                    self.open()?
                }
            };
            let outcome = open.send(mail, &mut begin);
            self.heed(&outcome);
            if open.is_used_up() {
                open.quit();
            } else if open.is_open() {
                *connection = Some(open);
            }
            match outcome {
                Outcome::Unsent(Ending::Again(_)) if !is_second => is_second = true,
                outcome => return Ok(outcome),
            }
        }
    }

    /// A new connection; a second try at once where that may help.
    fn open(&self) -> Result<Connection<'a>, Option<String>> {
        let opened = match self.run.transport.open() {
            Err(Ending::Again(_)) if !self.run.stop.load(Ordering::Relaxed) => self.run.transport.open(),
            other => other,
        };
        if opened.as_ref().is_ok_and(Connection::is_local) {
            make_way();
        }
        opened.map_err(|ending| match ending {
            Ending::Again(reason) | Ending::Later(reason) => Some(reason),
            Ending::Stop(reason) => {
                self.end(PassEnd::Stop(reason));
                None
            }
        })
    }

    /// False if the run is over before the pace allows another message.
    fn wait_for_slot(&self) -> bool {
        let slot = lock(&self.run.pace).take(self.run.started.elapsed());
        // Another connection may have been told to slow down since this one's next delivery was taken.
        if slot > self.run.started.elapsed() {
            self.commit();
        }
        loop {
            let wait = slot.saturating_sub(self.run.started.elapsed());
            if wait.is_zero() {
                return true;
            }
            if self.is_over() {
                return false;
            }
            std::thread::sleep(wait.min(Duration::from_millis(50)));
        }
    }

    fn defer(&self, claim: &Claimed, reply: &str) {
        let now = Utc::now();
        let tries = claim.attempts.saturating_add(1);
        match retry(&self.run.spec.retry, tries, &claim.subscriber.address, claim.first_try.unwrap_or(now), now) {
            Retry::At(until) => self.settle(claim, Event::Defer { until }, reply, false),
            Retry::GiveUp => self.settle(claim, Event::Bounce, reply, false),
        }
    }

    fn settle(&self, claim: &Claimed, event: Event, reply: &str, suppress: bool) {
        if let Err(error) = self.post(claim, event, Some(reply.to_owned()), suppress) {
            self.end(PassEnd::Ledger(error));
            return;
        }
        self.run.suppressed.fetch_add(u64::from(suppress), Ordering::Relaxed);
        let state = match event {
            Event::Accept => StateWord::Sent,
            Event::Defer { .. } | Event::Postpone { .. } => StateWord::Deferred,
            Event::Doubt => StateWord::Uncertain,
            _ => StateWord::Bounced,
        };
        self.run.progress.tell(&News::Settled { address: &claim.subscriber.address, state, reply });
    }
}
