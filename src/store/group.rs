//! The ledger as the connections of a run share it. Who must know that a change is committed commits what the others have left, too
//! (group commit): many connections cost one write, and one connection never waits for another thread.

use super::deliveries::{Change, Claimed};
use super::sqlite::Log;
use super::{Store, StoreError};
use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Deliveries of one transaction of a claim: while it lasts, nobody can commit a `begun`.
const CLAIMED_AT_ONCE: usize = 64;

/// Of a change, once it is committed or refused.
type Answer = Arc<OnceLock<Result<(), StoreError>>>;

/// The ledger of a run.
#[derive(Debug)]
pub struct Ledger {
    /// Taken before the queue where both are.
    store: Mutex<Store>,
    queue: Mutex<Queue>,
    log: Log,
}

/// What is to be committed, in the order of the calls.
#[derive(Debug, Default)]
struct Queue {
    changes: Vec<Change>,
    answers: Vec<Option<Answer>>,
    /// The first fault of the database, or of a change that nobody waits for: after it nothing more is written, since what has
    /// happened must not be forgotten while more happens.
    fault: Option<StoreError>,
}

/// What a thread that panicked held is a store whose transaction was rolled back, or a whole queue.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unanswered() -> StoreError {
    StoreError::Failed { doing: "write the ledger", path: Default::default(), reason: "a change got no answer".into() }
}

impl Ledger {
    pub fn new(store: Store) -> Result<Ledger, StoreError> {
        let log = store.log()?;
        Ok(Ledger { store: Mutex::new(store), queue: Mutex::default(), log })
    }

    /// Claims up to `most` deliveries that are due, a few at a time, and brings that to disk while others go on: see [`Store::claim`].
    pub fn claim(&self, issue: &str, most: usize, boot: &str, now: DateTime<Utc>) -> Result<Vec<Claimed>, StoreError> {
        let mut claimed = Vec::new();
        while claimed.len() < most {
            let some = (most - claimed.len()).min(CLAIMED_AT_ONCE);
            let part = self.run(|store| store.claim(issue, some, boot, now))?;
            let is_last = part.len() < some;
            claimed.extend(part);
            if is_last {
                break;
            }
        }
        self.log.sync()?;
        Ok(claimed)
    }

    fn push(&self, change: Change, answer: Option<Answer>) -> Result<(), StoreError> {
        let mut queue = lock(&self.queue);
        if let Some(fault) = &queue.fault {
            return Err(fault.clone());
        }
        queue.changes.push(change);
        queue.answers.push(answer);
        Ok(())
    }

    /// Makes a change and waits until it is committed.
    pub fn change(&self, change: Change) -> Result<(), StoreError> {
        let answer = Answer::default();
        self.push(change, Some(Arc::clone(&answer)))?;
        let mut store = lock(&self.store);
        // Who had the store before may have taken this one along.
        if let Some(outcome) = answer.get() {
            return outcome.clone();
        }
        let committed = self.commit_queue(&mut store);
        // What befell a change that was posted stops the next; this one has an answer of its own.
        match answer.get() {
            Some(outcome) => outcome.clone(),
            None => committed.and_then(|()| Err(unanswered())),
        }
    }

    /// Makes a change in the order of all calls, with the next commit of anybody.
    pub fn post(&self, change: Change) -> Result<(), StoreError> {
        self.push(change, None)
    }

    /// Commits what was posted: for who is about to wait.
    pub fn commit(&self) -> Result<(), StoreError> {
        self.commit_queue(&mut lock(&self.store))
    }

    /// Runs something else on the store, after all changes before it.
    pub fn run<T>(&self, work: impl FnOnce(&mut Store) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut store = lock(&self.store);
        self.commit_queue(&mut store)?;
        work(&mut store)
    }

    /// Commits what is left and brings the ledger to disk. The error is the first fault of all.
    pub fn finish(self) -> Result<(), StoreError> {
        self.commit()?;
        self.store.into_inner().unwrap_or_else(PoisonError::into_inner).sync()
    }

    fn commit_queue(&self, store: &mut Store) -> Result<(), StoreError> {
        let (changes, answers) = {
            let mut queue = lock(&self.queue);
            if let Some(fault) = &queue.fault {
                return Err(fault.clone());
            }
            (std::mem::take(&mut queue.changes), std::mem::take(&mut queue.answers))
        };
        if changes.is_empty() {
            return Ok(());
        }
        let (outcomes, mut fault) = match store.settle(&changes) {
            Ok(outcomes) => (outcomes, None),
            Err(error) => (vec![Err(error.clone()); changes.len()], Some(error)),
        };
        for (outcome, answer) in outcomes.into_iter().zip(answers) {
            match answer {
                // It is new, and given its one answer here.
                Some(answer) => drop(answer.set(outcome)),
                None => fault = fault.or(outcome.err()),
            }
        }
        if let Some(fault) = fault {
            let mut queue = lock(&self.queue);
            queue.fault = Some(fault.clone());
            return Err(fault);
        }
        Ok(())
    }
}
