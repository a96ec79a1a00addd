//! Carrying a message: SMTP (RFC 5321).
//!
//! lettre makes the messages and checks addresses, but its connection is not used: besides the missing TCP_NODELAY, which a
//! stream of our own would mend, it takes any 2yz or 3yz for success at each step, tells a drop before the final dot and
//! one after it with the same error, closes the connection at each refused recipient, and reads a reply's line of any
//! length into memory. Only the first can be mended from outside; the second is the difference between "send it again"
//! and "never send it again". So the dialogue is ours, and pure (`dialogue`); `smtp` drives it on a socket.
#![expect(clippy::disallowed_methods, reason = "edge: deadlines of the network need the monotonic clock")]

mod data;
mod dialogue;
mod mail;
mod outcome;
mod reply;
mod smtp;
mod stream;

pub use dialogue::{Credentials, Dialogue, Failure, Step};
pub use mail::{Envelope, MailObject};
pub use outcome::{Blame, Ending, Outcome, wants_less};
pub use reply::{Enhanced, Reply, ReplyFault, ReplyReader};
pub use smtp::{Connection, Smtp};

use std::collections::BTreeMap;
use std::time::Duration;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte (RFC 8314).
    Implicit,
    /// Upgraded before anything is said; never silently left out (RFC 3207).
    StartTls,
    /// Towards this machine only, unless `allow_plaintext`.
    None,
}

/// What `[smtp]` says.
#[derive(Clone, Debug, PartialEq)]
pub struct SmtpSpec {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub allow_plaintext: bool,
    pub user: Option<String>,
    pub password: Option<crate::list::SecretSource>,
    pub connections: usize,
    /// Messages a second over all connections.
    pub rate: Option<f64>,
    /// Messages a second to recipients of a domain (lower case, A-labels).
    pub per_domain: BTreeMap<String, f64>,
    /// After so many messages a connection is closed and a new one opened.
    pub messages_per_connection: Option<u32>,
    /// So many 5.7.x in a row end the run.
    pub policy_stop: u32,
    /// For one whole reply.
    pub timeout: Duration,
    /// For the reply to the final dot (RFC 5321, section 4.5.3.2.6: ten minutes).
    pub final_timeout: Duration,
    pub retry: RetrySpec,
    /// Envelope sender; default: the newsletter's From address.
    pub envelope_from: Option<String>,
    /// Whether the envelope's sender names the recipient.
    pub verp: bool,
}

/// Back-off of deferred deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySpec {
    pub first: Duration,
    pub max: Duration,
    pub give_up: Duration,
}
