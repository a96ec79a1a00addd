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
mod folder;
mod mail;
mod outcome;
mod reply;
mod sendmail;
mod smtp;
mod stream;

pub use dialogue::{Credentials, Dialogue, Failure, Step};
pub use folder::{FolderFormat, MailFolder};
pub use mail::{Announcement, Envelope, MailObject};
pub use outcome::{Blame, Ending, Outcome, wants_less};
pub use reply::{Enhanced, Reply, ReplyFault, ReplyReader};
pub use sendmail::Sendmail;
pub use smtp::{Session, Smtp};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// What takes messages.
#[derive(Debug)]
pub enum Transport {
    Smtp(Box<Smtp>),
    Sendmail(Sendmail),
    Folder(MailFolder),
}

impl Transport {
    /// Prepares; nothing is opened yet. The error is for a person to mend.
    pub fn new(spec: SmtpSpec, password: Option<String>) -> Result<Transport, String> {
        Ok(match spec.carrier.clone() {
            Carrier::Smtp => Transport::Smtp(Box::new(Smtp::new(spec, password)?)),
            Carrier::Sendmail { command } => Transport::Sendmail(Sendmail { command, timeout: spec.final_timeout }),
            Carrier::Folder { path, format } => Transport::Folder(MailFolder { path, format }),
        })
    }

    /// Opens a connection up to the point where it takes messages.
    pub fn open(&self) -> Result<Connection<'_>, Ending> {
        Ok(match self {
            Transport::Smtp(smtp) => Connection::Smtp(Box::new(smtp.open()?)),
            Transport::Sendmail(sendmail) => Connection::Sendmail(sendmail),
            Transport::Folder(folder) => Connection::Folder(folder),
        })
    }
}

/// Called when all but the final dot has been written: commits to the ledger that the dot may leave, and gives the message that will
/// follow on the connection, if that is known. An error is the ledger's refusal.
pub type Begin<'a> = dyn FnMut() -> Result<Option<Announcement>, String> + 'a;

/// What messages are given to, one after the other.
#[derive(Debug)]
pub enum Connection<'a> {
    Smtp(Box<Session>),
    Sendmail(&'a Sendmail),
    Folder(&'a MailFolder),
}

impl Connection<'_> {
    /// Whether another message can be sent on it.
    pub fn is_open(&self) -> bool {
        match self {
            Connection::Smtp(session) => session.is_open(),
            Connection::Sendmail(_) | Connection::Folder(_) => true,
        }
    }

    /// Whether it leads to a server on this machine.
    pub fn is_local(&self) -> bool {
        matches!(self, Connection::Smtp(session) if session.is_local())
    }

    /// Whether it has taken as many messages as it may, and can say goodbye.
    pub fn is_used_up(&self) -> bool {
        matches!(self, Connection::Smtp(session) if session.is_used_up())
    }

    /// Sends one message; see [`Session::send`].
    pub fn send(&mut self, mail: &MailObject, begin: &mut Begin) -> Outcome {
        match self {
            Connection::Smtp(session) => session.send(mail, begin),
            Connection::Sendmail(sendmail) => sendmail.send(mail, begin),
            Connection::Folder(folder) => folder.send(mail, begin),
        }
    }

    /// Says goodbye, where that is possible.
    pub fn quit(self) {
        if let Connection::Smtp(session) = self {
            session.quit();
        }
    }
}

/// By what messages leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier {
    Smtp,
    /// A program and arguments of its own.
    Sendmail {
        command: Vec<String>,
    },
    Folder {
        path: PathBuf,
        format: FolderFormat,
    },
}

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
    pub carrier: Carrier,
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub allow_plaintext: bool,
    pub user: Option<String>,
    pub auth: Auth,
    pub password: Option<crate::list::SecretSource>,
    pub connections: usize,
    /// Messages a second over all connections.
    pub rate: Option<f64>,
    /// Recipients a day that the provider is known to allow.
    pub daily: Option<u64>,
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

impl SmtpSpec {
    /// What takes the messages, as people know it.
    pub fn server(&self) -> String {
        match &self.carrier {
            Carrier::Smtp => format!("{}:{}", self.host, self.port),
            Carrier::Sendmail { command } => command.join(" "),
            Carrier::Folder { path, .. } => path.display().to_string(),
        }
    }
}

/// How one says who one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// PLAIN, else LOGIN, as the server offers.
    #[default]
    Password,
    /// The password is an access token of OAuth 2.0 (Google's and Microsoft's XOAUTH2).
    Token,
}

/// Back-off of deferred deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySpec {
    pub first: Duration,
    pub max: Duration,
    pub give_up: Duration,
}
