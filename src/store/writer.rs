//! The one thread that writes the ledger. Changes that arrive while it commits are committed together by the next
//! transaction (group commit), so that many connections cost one write; each waits for its own.

use super::deliveries::Change;
use super::{Store, StoreError};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Changes of one transaction.
const LARGEST_GROUP: usize = 256;
/// How long a change that nobody waits for may wait for one that somebody does, to be committed with it: a message's outcome with
/// the `begun` of its connection's next. Until then the delivery counts as begun, so that no crash makes it more than uncertain.
const PATIENCE: Duration = Duration::from_millis(2);

enum Job {
    Change(Box<Change>, Option<SyncSender<Result<(), StoreError>>>),
    Run(Box<dyn FnOnce(&mut Store) + Send>),
}

/// The ledger of a run; clones talk to the same thread.
#[derive(Clone, Debug)]
pub struct Ledger {
    jobs: Sender<Job>,
}

/// The thread; it ends when the last [`Ledger`] is dropped.
#[derive(Debug)]
pub struct Writer {
    thread: JoinHandle<Result<(), StoreError>>,
}

impl Writer {
    /// Waits for the thread and brings the ledger to disk. The error is the first that a change nobody waited for met.
    pub fn finish(self) -> Result<(), StoreError> {
        self.thread.join().unwrap_or_else(|_| Err(gone()))
    }
}

fn gone() -> StoreError {
    StoreError::Failed { doing: "write the ledger", path: Default::default(), reason: "its thread has ended".into() }
}

impl Ledger {
    /// Gives the store to a thread of its own.
    pub fn start(store: Store) -> (Ledger, Writer) {
        let (jobs, queue) = channel();
        (Ledger { jobs }, Writer { thread: std::thread::spawn(move || serve(store, &queue)) })
    }

    /// Makes a change and waits until it is committed.
    pub fn change(&self, change: Change) -> Result<(), StoreError> {
        // With room for the one answer: an unbounded channel begins with room for many.
        let (answer, outcome) = sync_channel(1);
        self.jobs.send(Job::Change(Box::new(change), Some(answer))).map_err(|_| gone())?;
        outcome.recv().unwrap_or_else(|_| Err(gone()))
    }

    /// Makes a change in the order of all calls, without waiting. If it fails, every later call fails with it: what has
    /// happened must not be forgotten while more happens.
    pub fn post(&self, change: Change) -> Result<(), StoreError> {
        self.jobs.send(Job::Change(Box::new(change), None)).map_err(|_| gone())
    }

    /// Runs something else on the store, after all changes before it.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
        let (answer, outcome) = sync_channel(1);
        let job = Job::Run(Box::new(move |store| {
            // Nobody waits any more only if the caller's thread has died.
            let _ = answer.send(work(store));
        }));
        self.jobs.send(job).map_err(|_| gone())?;
        outcome.recv().unwrap_or_else(|_| Err(gone()))
    }
}

/// After a failure of the database nothing more is written: dropping the queue makes every caller fail, and what it
/// would have said is the thread's own result.
fn serve(mut store: Store, queue: &Receiver<Job>) -> Result<(), StoreError> {
    while let Ok(first) = queue.recv() {
        let mut next = Some(first);
        let (mut changes, mut answers) = (Vec::new(), Vec::new());
        let mut alone = None;
        let mut is_awaited = false;
        while let Some(job) = next.take() {
            match job {
                Job::Change(change, answer) => {
                    is_awaited |= answer.is_some();
                    changes.push(*change);
                    answers.push(answer);
                }
                Job::Run(work) => {
                    alone = Some(work);
                    break;
                }
            }
            if changes.len() < LARGEST_GROUP {
                next = if is_awaited { queue.try_recv().ok() } else { queue.recv_timeout(PATIENCE).ok() };
            }
        }
        if !changes.is_empty() {
            commit(&mut store, &changes, &answers)?;
        }
        if let Some(work) = alone {
            work(&mut store);
        }
    }
    store.sync()
}

fn commit(store: &mut Store, changes: &[Change], answers: &[Option<SyncSender<Result<(), StoreError>>>]) -> Result<(), StoreError> {
    let outcomes = match store.settle(changes) {
        Ok(outcomes) => outcomes,
        Err(error) => {
            for answer in answers.iter().flatten() {
                let _ = answer.send(Err(error.clone()));
            }
            return Err(error);
        }
    };
    let mut lost = Ok(());
    for (outcome, answer) in outcomes.into_iter().zip(answers) {
        match answer {
            Some(answer) => {
                let _ = answer.send(outcome);
            }
            None => lost = lost.and(outcome),
        }
    }
    lost
}
