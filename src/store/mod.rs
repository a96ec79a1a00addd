//! What holds subscriptions and the ledger: one SQLite file beside the configuration.
#![expect(clippy::disallowed_methods, reason = "edge: the database is a file, the lock another, and the machine is asked for its boot id")]

mod deliveries;
mod group;
mod machine;
mod sqlite;
mod subscribers;
#[cfg(test)]
mod whole;

pub use deliveries::{Change, Claimed, Counts, DeliveryRow, Enrolled};
pub use group::Ledger;
pub use machine::{SendLock, boot_id};
pub use sqlite::Store;
pub use subscribers::{ImportCount, Importing, Lifted, ListView};

use crate::ledger::{Refused, StateWord};
use crate::list::Segment;
use std::fmt;
use std::path::PathBuf;

/// Why the store did not do it.
#[derive(Clone, Debug)]
pub enum StoreError {
    /// Another `tidings send` works on this ledger.
    Locked { path: PathBuf },
    /// The disk or the database: what was tried, on which file, what it said.
    Failed { doing: &'static str, path: PathBuf, reason: String },
    /// The file was made by a later tidings.
    Newer { path: PathBuf },
    /// The ledger does not allow the change.
    Refused(Refused),
    /// The claim was taken away: its fence is not the row's.
    Stale { state: StateWord },
    /// The issue's bytes are not those that some have got.
    Changed { issue: String },
    /// The issue was enrolled for another segment.
    OtherSegment { issue: String, enrolled: String },
    /// Nobody who may be mailed is confirmed and in the segment.
    Nobody { issue: String, segment: Segment },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Locked { path } => {
                write!(f, "another `tidings send` is at work: it holds {}; wait for it, or stop it", path.display())
            }
            StoreError::Failed { doing, path, reason } => write!(f, "can't {doing} ({}): {reason}", path.display()),
            StoreError::Newer { path } => write!(f, "{} was written by a newer tidings: update this one", path.display()),
            StoreError::Refused(refused) => refused.fmt(f),
            StoreError::Stale { state } => write!(f, "the claim was taken away; the delivery is {state}"),
            StoreError::Changed { issue } => write!(
                f,
                "issue {issue} is not what some have already got: put its entries back, or send the rest the new text with --allow-changed"
            ),
            StoreError::OtherSegment { issue, enrolled } => {
                write!(f, "issue {issue} was enrolled for {enrolled}; its recipients do not change")
            }
            StoreError::Nobody { issue, segment } => {
                let part = if segment.is_part() { format!(" of {segment}") } else { String::new() };
                let edition = segment.audience.language().map(|tag| format!(" who reads {tag}")).unwrap_or_default();
                write!(f, "nobody to send to: no subscriber{part}{edition} is confirmed and not suppressed; issue {issue} stays unsent")
            }
        }
    }
}

impl std::error::Error for StoreError {}
