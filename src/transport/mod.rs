//! Carrying a message: SMTP (RFC 5321).

mod data;
mod dialogue;
mod outcome;
mod reply;

pub use dialogue::{Credentials, Dialogue, Failure, Step};
pub use outcome::{Blame, Ending, Outcome};
pub use reply::{Enhanced, Reply, ReplyFault, ReplyReader};

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
    /// So many 5.7.x in a row end the run.
    pub policy_stop: u32,
    /// For one whole reply.
    pub timeout: Duration,
    /// For the reply to the final dot (RFC 5321, section 4.5.3.2.6: ten minutes).
    pub final_timeout: Duration,
    pub retry: RetrySpec,
    /// Envelope sender; default: the newsletter's From address.
    pub envelope_from: Option<String>,
}

/// Back-off of deferred deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySpec {
    pub first: Duration,
    pub max: Duration,
    pub give_up: Duration,
}
