//! A run: passes over what is due, until nothing is left or somebody must wait.

use super::pace::{Breadth, DomainPaces, Pace};
use super::retry::back_off;
use super::worker::{Pass, PassEnd, Run, lock};
use super::{Consignment, Ended, News, Progress, SendOptions, Summary};
use crate::ledger::Event;
use crate::list::Address;
use crate::message::Message;
use crate::store::{Change, Counts, Ledger, SendLock, Store, StoreError, boot_id};
use crate::transport::{Ending, Envelope, MailObject, Outcome, SmtpSpec, Transport};
use chrono::{DateTime, TimeDelta, Utc};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Delivers an issue: what an earlier run left is settled, the recipients are enrolled if they were not, and all that is due
/// is sent. `stop` ends the run after the messages in flight.
///
/// # Errors
/// The ledger is locked or can't be written; the issue is not the one that some have got.
pub fn send(
    database: &Path,
    transport: &Transport,
    spec: &SmtpSpec,
    consignment: &Consignment,
    options: &SendOptions,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Result<Summary, StoreError> {
    let _lock = SendLock::take(database)?;
    let boot = boot_id();
    let mut store = Store::open(database)?;
    store.recover(&boot, Utc::now())?;
    let enrolled = store.enrol(consignment.issue, consignment.content_hash, &options.segment, options.allow_changed, Utc::now())?;
    if options.enrol_new && enrolled.new.is_none() {
        store.enrol_new(consignment.issue, consignment.content_hash, &options.segment, options.allow_changed, Utc::now())?;
    }
    if options.resend_uncertain {
        // Who gets it after all gets what the others got.
        if enrolled.is_changed && store.counts(consignment.issue)?.is_some_and(|counts| counts.uncertain > 0) {
            return Err(StoreError::Changed { issue: consignment.issue.to_owned() });
        }
        store.resend_uncertain(consignment.issue, Utc::now())?;
    }
    let before = match enrolled.new {
        Some(counts) => counts,
        None => store.counts(consignment.issue)?.unwrap_or_default(),
    };
    progress.tell(&News::Started(before));
    let run = Run {
        transport,
        spec,
        consignment,
        ledger: Ledger::new(store)?,
        boot,
        enrolled: enrolled.at,
        stop,
        progress,
        pace: Mutex::new(Pace::new(spec.rate)),
        breadth: Mutex::new(Breadth::new(spec.connections)),
        domains: Mutex::new(DomainPaces::new(&spec.per_domain)),
        started: Instant::now(),
        policy_row: AtomicU32::new(0),
        unmade: Mutex::default(),
        suppressed: AtomicU64::new(0),
    };
    let mut counts = before;
    let ended = passes(&run, &mut counts, options.once).and_then(|ended| release_unmade(&run, &mut counts).map(|()| ended));
    let suppressed = run.suppressed.load(Ordering::Relaxed);
    // Its first fault is why the others came.
    run.ledger.finish()?;
    Ok(Summary { counts, ended: ended?, was_finished: before.open() == 0, is_changed: enrolled.is_changed, suppressed })
}

/// Leaves those whose messages can't be made for a run after somebody has mended that.
fn release_unmade(run: &Run, counted: &mut Counts) -> Result<(), StoreError> {
    let unmade = std::mem::take(&mut *lock(&run.unmade));
    if unmade.is_empty() {
        return Ok(());
    }
    for claim in unmade {
        let (delivery, fence) = (claim.delivery, claim.fence);
        let change = Change { delivery, fence, event: Event::Release, now: Utc::now(), reply: None, message_id: None, suppress: false };
        run.ledger.post(change)?;
    }
    *counted = counts(run)?;
    Ok(())
}

fn counts(run: &Run) -> Result<Counts, StoreError> {
    run.ledger.run(|store| store.counts(run.consignment.issue)).map(Option::unwrap_or_default)
}

/// Gives why no more are made. `counted` is how the deliveries stand, before and after.
fn passes(run: &Run, counted: &mut Counts, once: bool) -> Result<Ended, StoreError> {
    // Since when the server gave no verdict on any message.
    let mut away_since: Option<Instant> = None;
    let mut away_tries = 0;
    loop {
        let due = usize::try_from(counted.pending + counted.deferred).unwrap_or(usize::MAX);
        let (end, heard) = Pass::run(run, due, once.then(Utc::now));
        *counted = counts(run)?;
        let open = counted.open();
        let unmade = lock(&run.unmade).len() as u64;
        if heard {
            (away_since, away_tries) = (None, 0);
        }
        let is_long = !heard && away_since.get_or_insert_with(Instant::now).elapsed() >= run.spec.retry.give_up;
        let (until, reason) = match end {
            Some(PassEnd::Ledger(error)) => return Err(error),
            Some(PassEnd::Policy(reply)) => return Ok(Ended::Policy(reply)),
            Some(PassEnd::Stop(reason)) => return Ok(Ended::Stopped(reason)),
            _ if open == 0 => return Ok(Ended::Finished),
            _ if open <= unmade => return Ok(Ended::Unmade(unmade)),
            _ if run.stop.load(Ordering::Relaxed) => return Ok(Ended::Left("stopped".into())),
            Some(PassEnd::Away(reason)) => {
                if once || is_long {
                    return Ok(Ended::Left(reason));
                }
                away_tries += 1;
                (in_time(back_off(&run.spec.retry, away_tries, "server")), reason)
            }
            // A lost connection is no try, so its deliveries are never given up; the run is.
            None if is_long => return Ok(Ended::Left("the server loses each connection".into())),
            None if once => return Ok(Ended::Left("one pass was asked for".into())),
            None => {
                let due = run.ledger.run(|store| store.next_due(run.consignment.issue))?;
                if due.is_none() && counted.pending == 0 {
                    return Ok(Ended::Left("somebody else is at work on what is left".into()));
                }
                (due.unwrap_or_else(Utc::now), format!("{} deferred", open.saturating_sub(unmade)))
            }
        };
        run.progress.tell(&News::Waiting { until, reason: &reason });
        while Utc::now() < until && !run.stop.load(Ordering::Relaxed) {
            let left = until.signed_duration_since(Utc::now()).to_std().unwrap_or_default();
            std::thread::sleep(left.min(Duration::from_millis(100)));
        }
    }
}

/// So long from now.
pub(super) fn in_time(wait: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(wait).ok().and_then(|wait| Utc::now().checked_add_signed(wait)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Why [`send_one`] did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// The server refuses the message for good: its reply.
    Refused(String),
    /// Anything else, with the reason.
    Failed(String),
}

/// Sends one message past the ledger, to see it in a mail program. Gives the server's reply.
pub fn send_one(transport: &Transport, from: &Address, to: &Address, message: Message) -> Result<String, NotSent> {
    let open =
        || transport.open().map_err(|(Ending::Again(reason) | Ending::Later(reason) | Ending::Stop(reason))| NotSent::Failed(reason));
    let mut connection = open()?;
    let mail = MailObject::new(Envelope { from: from.clone(), to: to.clone() }, message.bytes);
    let outcome = connection.send(&mail, &mut || Ok(None));
    connection.quit();
    match outcome {
        Outcome::Sent { reply } => Ok(reply),
        Outcome::Deferred { reply } => Err(NotSent::Failed(format!("the server says later: {reply}"))),
        Outcome::Bounced { reply, .. } => Err(NotSent::Refused(reply)),
        Outcome::Uncertain { reason } => Err(NotSent::Failed(format!("it may have been sent: {reason}"))),
        Outcome::Unsent(Ending::Again(reason) | Ending::Later(reason) | Ending::Stop(reason)) | Outcome::Forbidden { reason } => {
            Err(NotSent::Failed(reason))
        }
    }
}
