//! SMTP from the client's side as a pure state machine: replies in, commands out (RFC 5321; STARTTLS RFC 3207; AUTH RFC 4954).
//!
//! It knows in each state what a reply, or a lost connection, means for the message: that is the knowledge on which
//! "nobody twice, nobody left out" rests, so it is here, without sockets, where every case can be tested. lettre's own
//! dialogue can't be asked: it takes any 2yz or 3yz for success at each step, and says the same for a connection lost
//! before the final dot and after it (`tests/it/lettre_faults.rs`).

use super::outcome::{Blame, Ending, Outcome};
use super::reply::Reply;
use super::{Auth, Tls};
use crate::list::Address;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// RFC 4616, RFC 4954.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
    pub auth: Auth,
}

/// Never shows the password.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// What the server says it can (RFC 5321, section 4.1.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Offers {
    starttls: bool,
    plain: bool,
    login: bool,
    xoauth2: bool,
    eight_bit: bool,
    smtputf8: bool,
    /// RFC 2920.
    pipelining: bool,
    /// RFC 1870; 0 means that it names none.
    size: Option<u64>,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Read a reply, then ask [`Dialogue::answer`].
    Listen,
    /// Write this command, then read its reply.
    Command(Vec<u8>),
    /// Start TLS, then ask [`Dialogue::secured`]. Nothing of what was read before may be kept.
    Secure,
    /// [`Dialogue::mail`] may be asked.
    Ready,
    /// Write the message, then the final dot; say [`Dialogue::dot_written`] between the two, then read its reply.
    Data,
    /// Write the final dot alone, then read its reply: the server wants a message that has no recipient.
    Nothing,
    /// A message's transaction is over.
    Over(Outcome),
    /// The session is over before it could take a message.
    Ended(Ending),
}

/// How a connection failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Closed or reset.
    Lost(String),
    /// No whole reply in time.
    Silent(String),
    /// What came is no reply, or came unasked.
    Nonsense(String),
    /// No trust.
    Tls(String),
}

impl Failure {
    fn reason(self) -> String {
        let (Failure::Lost(reason) | Failure::Silent(reason) | Failure::Nonsense(reason) | Failure::Tls(reason)) = self;
        reason
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Greeting,
    /// EHLO was said.
    Hello,
    /// HELO was said.
    OldHello,
    StartTls,
    Handshake,
    AuthPlain,
    AuthLogin,
    AuthUser,
    AuthPassword,
    AuthToken,
    /// The token was refused, and the server is asked to say so in words.
    AuthRefused,
    Ready,
    Mail {
        to: Address,
    },
    Recipient,
    Data,
    /// MAIL, RCPT and DATA were said at once. A refusal is kept until the replies to what was said after it are read.
    Group {
        at: Position,
        refusal: Option<Outcome>,
    },
    Body,
    /// The dot was written.
    Dot {
        /// The next message's group was said with it.
        is_next_said: bool,
    },
    /// A dot without a message was written; the outcome is known.
    Empty(Outcome),
    /// RSET was said; the outcome is known.
    Reset(Outcome),
    Closed,
}

/// Whose reply of a group comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    Mail,
    Recipient,
    Data,
}

/// One session.
#[derive(Debug)]
pub struct Dialogue {
    state: State,
    /// Our name, for EHLO.
    name: String,
    tls: Tls,
    is_secure: bool,
    credentials: Option<Credentials>,
    offers: Offers,
}

impl Dialogue {
    pub fn new(name: String, tls: Tls, credentials: Option<Credentials>) -> Dialogue {
        Dialogue { state: State::Greeting, name, tls, is_secure: tls == Tls::Implicit, credentials, offers: Offers::default() }
    }

    /// Whether another message can be sent.
    pub fn is_ready(&self) -> bool {
        self.state == State::Ready || self.is_next_said()
    }

    /// Whether a message's group has been said with the dot of the one before.
    pub fn is_next_said(&self) -> bool {
        matches!(self.state, State::Group { at: Position::Mail, .. })
    }

    /// Whether the server will say more than its next reply without being asked.
    pub fn expects_more(&self) -> bool {
        matches!(self.state, State::Group { at: Position::Mail | Position::Recipient, .. } | State::Dot { is_next_said: true })
    }

    /// Whether the server's next reply is its verdict on the message.
    pub fn awaits_verdict(&self) -> bool {
        matches!(self.state, State::Dot { .. })
    }

    /// The handshake after [`Step::Secure`] succeeded. What was offered in the clear is forgotten (RFC 3207, section 4.2).
    pub fn secured(&mut self) -> Step {
        self.is_secure = true;
        self.offers = Offers::default();
        self.hello()
    }

    /// Starts a message's transaction, on a session that is ready. `size` in bytes; `is_ascii` speaks of its bytes.
    pub fn mail(&mut self, from: &Address, to: &Address, size: usize, is_ascii: bool) -> Step {
        if self.state != State::Ready {
            return self.fail(Failure::Lost("the connection is closed".into()));
        }
        if let Some(reply) = self.refusal(from, to, size, is_ascii) {
            return Step::Over(Outcome::Bounced { reply, blame: Blame::Message });
        }
        if self.offers.pipelining {
            self.state = State::Group { at: Position::Mail, refusal: None };
            return Step::Command(self.group(from, to, size, is_ascii));
        }
        let command = self.mail_command(from, to, size, is_ascii);
        self.say(State::Mail { to: to.clone() }, &command)
    }

    /// What may be written together with the final dot to start the next message's transaction; nothing where the server
    /// does not offer that, or can't take the message. Say it, and [`Dialogue::dot_written`].
    pub fn next_mail(&self, from: &Address, to: &Address, size: usize, is_ascii: bool) -> Option<Vec<u8>> {
        let may_say = self.offers.pipelining && self.refusal(from, to, size, is_ascii).is_none();
        may_say.then(|| self.group(from, to, size, is_ascii))
    }

    /// Why this server can't take a message.
    fn refusal(&self, from: &Address, to: &Address, size: usize, is_ascii: bool) -> Option<String> {
        let utf8 = from.needs_smtputf8() || to.needs_smtputf8();
        let limit = self.offers.size.filter(|limit| *limit > 0);
        match limit {
            Some(limit) if u64::try_from(size).unwrap_or(u64::MAX) > limit => {
                Some(format!("the message has {size} bytes, and the server takes {limit}"))
            }
            _ if utf8 && !self.offers.smtputf8 => Some("the address is not ASCII, and the server does not offer SMTPUTF8".to_owned()),
            _ if !is_ascii && !self.offers.eight_bit => Some("the message is not ASCII, and the server does not offer 8BITMIME".to_owned()),
            _ => None,
        }
    }

    /// RFC 2920, section 3.1: DATA ends a group.
    fn group(&self, from: &Address, to: &Address, size: usize, is_ascii: bool) -> Vec<u8> {
        format!("{}\r\nRCPT TO:<{}>\r\nDATA\r\n", self.mail_command(from, to, size, is_ascii), to.wire()).into_bytes()
    }

    fn mail_command(&self, from: &Address, to: &Address, size: usize, is_ascii: bool) -> String {
        let mut command = format!("MAIL FROM:<{}>", from.wire());
        if self.offers.size.is_some() {
            command.push_str(&format!(" SIZE={size}"));
        }
        if !is_ascii {
            command.push_str(" BODY=8BITMIME");
        }
        if from.needs_smtputf8() || to.needs_smtputf8() {
            command.push_str(" SMTPUTF8");
        }
        command
    }

    /// Nothing but the final dot's reply can now tell whether the server has the message. `is_next_said`: the next message's
    /// group was written with it.
    pub fn dot_written(&mut self, is_next_said: bool) {
        self.state = State::Dot { is_next_said };
    }

    /// The farewell, if the session is in a state for it.
    pub fn quit(&mut self) -> Option<&'static [u8]> {
        let is_ready = self.state == State::Ready;
        self.state = State::Closed;
        is_ready.then_some(b"QUIT\r\n")
    }

    fn say(&mut self, next: State, command: &str) -> Step {
        self.state = next;
        Step::Command(format!("{command}\r\n").into_bytes())
    }

    fn hello(&mut self) -> Step {
        let command = format!("EHLO {}", self.name);
        self.say(State::Hello, &command)
    }

    fn end(&mut self, ending: Ending) -> Step {
        self.state = State::Closed;
        Step::Ended(ending)
    }

    /// Ends a transaction whose message the server can't have.
    fn unsent(&mut self, ending: Ending) -> Step {
        self.state = State::Closed;
        Step::Over(Outcome::Unsent(ending))
    }

    fn is_in_transaction(&self) -> bool {
        matches!(self.state, State::Ready | State::Mail { .. } | State::Recipient | State::Data | State::Group { .. } | State::Body)
    }

    /// What it means that the connection failed in this state.
    pub fn fail(&mut self, failure: Failure) -> Step {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Dot { .. } => Step::Over(Outcome::Uncertain { reason: failure.reason() }),
            State::Reset(outcome) | State::Empty(outcome) | State::Group { refusal: Some(outcome), .. } => Step::Over(outcome),
            State::Ready | State::Mail { .. } | State::Recipient | State::Data | State::Group { .. } | State::Body | State::Closed => {
                Step::Over(Outcome::Unsent(Ending::Again(failure.reason())))
            }
            _ => Step::Ended(match failure {
                Failure::Lost(reason) => Ending::Again(reason),
                other => Ending::Later(other.reason()),
            }),
        }
    }

    /// Takes the reply to what was said last.
    pub fn answer(&mut self, reply: &Reply) -> Step {
        // RFC 5321, section 3.8: the server goes, whatever was said.
        if reply.code == 421 && !matches!(self.state, State::Dot { .. }) {
            let reason = reply.to_string();
            return match std::mem::replace(&mut self.state, State::Closed) {
                State::Reset(outcome) | State::Empty(outcome) | State::Group { refusal: Some(outcome), .. } => Step::Over(outcome),
                state => {
                    self.state = state;
                    if self.is_in_transaction() { self.unsent(Ending::Again(reason)) } else { self.end(Ending::Again(reason)) }
                }
            };
        }
        match self.state.clone() {
            State::Greeting | State::Hello | State::OldHello | State::StartTls => self.answer_opening(reply),
            State::AuthPlain | State::AuthLogin | State::AuthUser | State::AuthPassword | State::AuthToken | State::AuthRefused => {
                self.answer_auth(reply)
            }
            State::Mail { to } => match reply.code {
                250 => {
                    let command = format!("RCPT TO:<{}>", to.wire());
                    self.say(State::Recipient, &command)
                }
                _ => self.refused(reply, true),
            },
            State::Recipient => match reply.code {
                250..=252 => self.say(State::Data, "DATA"),
                _ => self.refused(reply, false),
            },
            State::Data => match reply.code {
                354 => {
                    self.state = State::Body;
                    Step::Data
                }
                _ => self.refused(reply, false),
            },
            State::Group { at, refusal } => self.answer_group(reply, at, refusal),
            State::Dot { is_next_said } => self.verdict(reply, is_next_said),
            State::Reset(outcome) => {
                self.state = if reply.is_done() { State::Ready } else { State::Closed };
                Step::Over(outcome)
            }
            // Whatever it says of a message to nobody, the transaction is over.
            State::Empty(outcome) => {
                self.state = State::Ready;
                Step::Over(outcome)
            }
            State::Handshake | State::Ready | State::Body | State::Closed => self.unexpected(reply),
        }
    }

    fn unexpected(&mut self, reply: &Reply) -> Step {
        self.fail(Failure::Nonsense(format!("the server answered `{reply}` out of turn")))
    }

    fn answer_opening(&mut self, reply: &Reply) -> Step {
        match (&self.state, reply.code) {
            (State::Greeting, 220) => self.hello(),
            (State::Hello, 250) => {
                self.offers = Offers::read(reply);
                self.after_hello()
            }
            // An old server; it can have neither TLS nor passwords.
            (State::Hello, 500..=599) if self.credentials.is_none() && (self.tls == Tls::None || self.is_secure) => {
                let command = format!("HELO {}", self.name);
                self.say(State::OldHello, &command)
            }
            (State::OldHello, 250) => self.ready(),
            (State::StartTls, 220) => {
                self.state = State::Handshake;
                Step::Secure
            }
            (_, 400..=599) => self.end(Ending::Later(reply.to_string())),
            _ => self.unexpected(reply),
        }
    }

    fn ready(&mut self) -> Step {
        self.state = State::Ready;
        Step::Ready
    }

    fn after_hello(&mut self) -> Step {
        if self.tls == Tls::StartTls && !self.is_secure {
            return if self.offers.starttls {
                self.say(State::StartTls, "STARTTLS")
            } else {
                self.end(Ending::Stop(
                    "the server does not offer STARTTLS, and nothing is sent in the clear: ask its operator, or try tls = \"implicit\""
                        .into(),
                ))
            };
        }
        let Some(credentials) = &self.credentials else { return self.ready() };
        if credentials.auth == Auth::Token {
            return if self.offers.xoauth2 {
                let words = format!("user={}\u{1}auth=Bearer {}\u{1}\u{1}", credentials.user, credentials.password);
                let command = format!("AUTH XOAUTH2 {}", STANDARD.encode(words));
                self.say(State::AuthToken, &command)
            } else {
                self.end(Ending::Stop("the server does not offer AUTH XOAUTH2: leave `auth` out, or use another host".into()))
            };
        }
        if self.offers.plain {
            let words = format!("\0{}\0{}", credentials.user, credentials.password);
            let command = format!("AUTH PLAIN {}", STANDARD.encode(words));
            self.say(State::AuthPlain, &command)
        } else if self.offers.login {
            self.say(State::AuthLogin, "AUTH LOGIN")
        } else {
            self.end(Ending::Stop(
                "the server offers neither AUTH PLAIN nor AUTH LOGIN: leave `user` out, or use another port or `tls`".into(),
            ))
        }
    }

    fn answer_auth(&mut self, reply: &Reply) -> Step {
        let credentials = self.credentials.clone();
        match (&self.state, reply.code, credentials) {
            (State::AuthPlain | State::AuthPassword | State::AuthToken, 235, _) => self.ready(),
            // Why it was refused, in a form for programs; after an empty line the server says so in words.
            (State::AuthToken, 334, _) => self.say(State::AuthRefused, ""),
            (State::AuthLogin, 334, Some(credentials)) => self.say(State::AuthUser, &STANDARD.encode(credentials.user)),
            (State::AuthUser, 334, Some(credentials)) => self.say(State::AuthPassword, &STANDARD.encode(credentials.password)),
            (_, 500..=599, _) => self.end(Ending::Stop(format!("the server refuses the user or password: {reply}"))),
            (_, 400..=499, _) => self.end(Ending::Later(reply.to_string())),
            _ => self.unexpected(reply),
        }
    }

    /// The replies of a group, one after the other. What follows a refusal is read and says nothing more.
    fn answer_group(&mut self, reply: &Reply, at: Position, refusal: Option<Outcome>) -> Step {
        let is_good = match at {
            Position::Mail => reply.code == 250,
            Position::Recipient => (250..=252).contains(&reply.code),
            Position::Data => reply.code == 354,
        };
        let refusal = match refusal {
            None if !is_good => match self.read_refusal(reply, at == Position::Mail) {
                Ok(outcome) => Some(outcome),
                Err(step) => return step,
            },
            known => known,
        };
        let next = match (at, refusal) {
            (Position::Mail, refusal) => State::Group { at: Position::Recipient, refusal },
            (Position::Recipient, refusal) => State::Group { at: Position::Data, refusal },
            (Position::Data, None) => {
                self.state = State::Body;
                return Step::Data;
            }
            // RFC 2920, section 3.1: it can only be ended.
            (Position::Data, Some(outcome)) if is_good => {
                self.state = State::Empty(outcome);
                return Step::Nothing;
            }
            (Position::Data, Some(outcome)) => return self.say(State::Reset(outcome), "RSET"),
        };
        self.state = next;
        Step::Listen
    }

    /// A reply that is not the expected one, before the message.
    fn refused(&mut self, reply: &Reply, is_sender: bool) -> Step {
        match self.read_refusal(reply, is_sender) {
            Ok(outcome) => self.say(State::Reset(outcome), "RSET"),
            Err(step) => step,
        }
    }

    /// What such a reply means for the message, or the step that ends the session.
    fn read_refusal(&mut self, reply: &Reply, is_sender: bool) -> Result<Outcome, Step> {
        match reply.code {
            // RFC 4954, section 6: it would say so to each message.
            530 | 535 | 538 => Err(self.unsent(Ending::Stop(format!("the server wants a user and password: {reply}")))),
            400..=499 => Ok(Outcome::Deferred { reply: reply.to_string() }),
            // "Bad sequence of commands" speaks of the session, not of the message.
            500..=599 if reply.code != 503 => Ok(Outcome::Bounced { reply: reply.to_string(), blame: Blame::of(reply, is_sender) }),
            _ => Err(self.unexpected(reply)),
        }
    }

    /// The reply to the final dot.
    fn verdict(&mut self, reply: &Reply, is_next_said: bool) -> Step {
        let text = reply.to_string();
        let outcome = match reply.code {
            200..=299 => Outcome::Sent { reply: text },
            400..=499 => Outcome::Deferred { reply: text },
            500..=599 => Outcome::Bounced { reply: text, blame: Blame::of(reply, false) },
            _ => return self.unexpected(reply),
        };
        self.state = match reply.code {
            421 => State::Closed,
            _ if is_next_said => State::Group { at: Position::Mail, refusal: None },
            _ => State::Ready,
        };
        Step::Over(outcome)
    }
}

impl Offers {
    fn read(reply: &Reply) -> Offers {
        let mut offers = Offers::default();
        for line in reply.lines.iter().skip(1) {
            let mut words = line.split([' ', '=']).map(str::to_ascii_uppercase);
            let Some(keyword) = words.next() else { continue };
            match keyword.as_str() {
                "STARTTLS" => offers.starttls = true,
                "8BITMIME" => offers.eight_bit = true,
                "SMTPUTF8" => offers.smtputf8 = true,
                "PIPELINING" => offers.pipelining = true,
                "SIZE" => offers.size = Some(words.next().and_then(|number| number.parse().ok()).unwrap_or(0)),
                "AUTH" => {
                    for mechanism in words {
                        offers.plain |= mechanism == "PLAIN";
                        offers.login |= mechanism == "LOGIN";
                        offers.xoauth2 |= mechanism == "XOAUTH2";
                    }
                }
                _ => {}
            }
        }
        offers
    }
}

#[cfg(test)]
#[path = "dialogue_tests.rs"]
mod tests;
