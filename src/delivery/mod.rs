//! Delivering an issue: enrol → claim → compose → transport → settle.
//!
//! One thread for each connection; all take from one queue of claimed deliveries, and share the ledger. The
//! ledger decides what may happen (`ledger::step`), the dialogue what a server's word means; this room joins the two.
#![expect(clippy::disallowed_methods, reason = "edge: deliveries have moments, and secrets come from the environment or files")]

mod pace;
mod priority;
mod retry;
mod run;
mod secret;
mod worker;

pub use pace::{Breadth, DomainPaces, Pace};
pub use retry::{Retry, back_off, retry};
pub use run::{NotSent, send, send_one};
pub use secret::{find_secret, open_secret, read_password, read_signers};

use crate::ledger::StateWord;
use crate::list::{Address, Segment, Subscriber};
use crate::message::Message;
use crate::store::Counts;
use chrono::{DateTime, Utc};

/// Makes the message for a subscriber, dated at the enrolment, so that a retry has the same bytes. The error says in the
/// user's words why this one can't be made.
pub type Compose<'a> = dyn Fn(&Subscriber, DateTime<Utc>) -> Result<Message, String> + Sync + 'a;

/// An issue to deliver.
pub struct Consignment<'a> {
    /// The issue's id.
    pub issue: &'a str,
    /// Names the issue's bytes.
    pub content_hash: &'a str,
    /// The envelope's sender.
    pub from: Address,
    /// Whether it names the recipient, so that a bounce says whose it is (VERP).
    pub verp: bool,
    pub compose: &'a Compose<'a>,
}

/// What the user asks of a run.
#[derive(Clone, Debug, Default)]
pub struct SendOptions {
    pub segment: Segment,
    /// One pass, without waiting for what is deferred.
    pub once: bool,
    pub resend_uncertain: bool,
    pub allow_changed: bool,
    /// Who has subscribed since the enrolment gets it, too.
    pub enrol_new: bool,
}

/// What the run tells while it goes on.
#[derive(Clone, Debug)]
pub enum News<'a> {
    Started(Counts),
    /// A delivery has come to rest, for now or for good. Pending: no message could be made.
    Settled {
        address: &'a str,
        state: StateWord,
        reply: &'a str,
    },
    /// Nothing can be done before this moment.
    Waiting {
        until: DateTime<Utc>,
        reason: &'a str,
    },
}

/// Who listens to [`News`].
pub trait Progress: Sync {
    fn tell(&self, news: &News);
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every delivery is settled.
    Finished,
    /// Some are left for another run: the user stopped it, asked for one pass, or the server is away; with the reason.
    Left(String),
    /// All but so many are settled, whose messages could not be made: they are pending, for somebody to mend them.
    Unmade(u64),
    /// The server refuses the sender; the rest is pending.
    Policy(String),
    /// A person has to mend something before anything can be sent.
    Stopped(String),
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub counts: Counts,
    pub ended: Ended,
    /// Nobody was left to get it when the run began.
    pub was_finished: bool,
    /// The issue was finished, and its text is another one now.
    pub is_changed: bool,
    /// Addresses that this run has suppressed.
    pub suppressed: u64,
}
