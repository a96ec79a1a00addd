//! Drives the dialogue on a socket.

use super::Begin;
use super::data::FINAL_DOT;
use super::dialogue::{Credentials, Dialogue, Failure, Step};
use super::mail::{Announcement, MailObject};
use super::outcome::{Ending, Outcome};
use super::reply::ReplyReader;
use super::stream::{Stream, resolve, tls_config};
use super::{SmtpSpec, Tls};
use rustls::ClientConfig;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The kernel's part, at most: no server has anything to think about yet.
const CONNECT: Duration = Duration::from_secs(60);
/// A farewell is not worth a long wait.
const FAREWELL: Duration = Duration::from_secs(2);

/// A server to which connections can be opened.
#[derive(Debug)]
pub struct Smtp {
    spec: SmtpSpec,
    credentials: Option<Credentials>,
    tls: Option<Arc<ClientConfig>>,
}

impl Smtp {
    /// Prepares for connections; nothing is opened yet. The error is for a person to mend.
    pub fn new(spec: SmtpSpec, password: Option<String>) -> Result<Smtp, String> {
        let credentials = match (&spec.user, password) {
            (Some(user), Some(password)) => Some(Credentials { user: user.clone(), password, auth: spec.auth }),
            (Some(_), None) => return Err("[smtp] has a user and no password: set password_env or password_file".into()),
            (None, _) => None,
        };
        let tls = if spec.tls == Tls::None { None } else { Some(tls_config()?) };
        Ok(Smtp { spec, credentials, tls })
    }

    /// Opens a connection up to the point where it takes messages.
    pub fn open(&self) -> Result<Session, Ending> {
        let spec = &self.spec;
        let loopback_only = spec.tls == Tls::None && !spec.allow_plaintext;
        let addresses = resolve(&spec.host, spec.port, loopback_only)?;
        let peer = format!("{}:{}", spec.host, spec.port);
        let ended = |failure: Failure| match failure {
            Failure::Lost(reason) => Ending::Again(reason),
            Failure::Silent(reason) | Failure::Nonsense(reason) | Failure::Tls(reason) => Ending::Later(reason),
        };
        let stream = Stream::connect(&addresses, &peer, spec.timeout.min(CONNECT)).map_err(ended)?;
        let name = stream.local_address().map_or_else(|| "localhost".to_owned(), address_literal);
        let dialogue = Dialogue::new(name, spec.tls, self.credentials.clone());
        let (timeout, final_timeout) = (spec.timeout, spec.final_timeout);
        let left = spec.messages_per_connection.unwrap_or(u32::MAX);
        let mut connection = Session { stream, dialogue, replies: ReplyReader::default(), timeout, final_timeout, next_said: None, left };
        if spec.tls == Tls::Implicit {
            self.secure(&mut connection).map_err(ended)?;
        }
        let mut step = Step::Listen;
        loop {
            step = match step {
                Step::Listen => connection.listen(spec.timeout),
                Step::Command(command) => connection.ask(&command),
                Step::Secure => match self.secure(&mut connection) {
                    Ok(()) => connection.dialogue.secured(),
                    Err(failure) => connection.dialogue.fail(failure),
                },
                Step::Ready => return Ok(connection),
                Step::Ended(ending) | Step::Over(Outcome::Unsent(ending)) => return Err(ending),
                Step::Data | Step::Nothing | Step::Over(_) => return Err(Ending::Later("the session is out of step".into())),
            };
        }
    }

    fn secure(&self, connection: &mut Session) -> Result<(), Failure> {
        let Some(tls) = &self.tls else { return Err(Failure::Tls("TLS was not prepared".into())) };
        connection.stream.secure(&self.spec.host, tls, self.spec.timeout)
    }
}

/// RFC 5321, section 4.1.3: who has no name gives the address.
fn address_literal(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => format!("[{ip}]"),
        IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
    }
}

/// A connection that takes messages.
#[derive(Debug)]
pub struct Session {
    stream: Stream,
    dialogue: Dialogue,
    replies: ReplyReader,
    timeout: Duration,
    final_timeout: Duration,
    /// The message whose transaction was started with the dot of the one before.
    next_said: Option<Announcement>,
    /// Messages that it may still take.
    left: u32,
}

impl Session {
    /// Whether another message can be sent on it.
    pub fn is_open(&self) -> bool {
        self.dialogue.is_ready() && self.left > 0
    }

    /// Whether the server is on this machine.
    pub fn is_local(&self) -> bool {
        self.stream.is_local()
    }

    /// Whether it has taken as many messages as it may, and can say goodbye.
    pub fn is_used_up(&self) -> bool {
        self.dialogue.is_ready() && self.left == 0
    }

    /// Sends one message. If `begin` fails, the final dot never leaves; it is called once at most. Where the server
    /// offers PIPELINING (RFC 2920), the transaction of the message that follows starts with the final dot, which saves its round
    /// trip: that message is then the only one that this connection takes.
    pub fn send(&mut self, mail: &MailObject, begin: &mut Begin) -> Outcome {
        self.left = self.left.saturating_sub(1);
        let mut step = match self.next_said.take() {
            None => self.dialogue.mail(&mail.envelope.from, &mail.envelope.to, mail.content.len(), mail.is_ascii),
            Some(said) if said == mail.announcement() => Step::Listen,
            Some(_) => self.dialogue.fail(Failure::Lost("another message was announced on this connection".into())),
        };
        loop {
            step = match step {
                Step::Command(command) => self.ask(&command),
                Step::Listen => self.listen(self.timeout),
                Step::Data => match self.write_message(mail, begin) {
                    Ok(step) => step,
                    Err(reason) => {
                        self.stream.cut();
                        self.dialogue.quit();
                        return Outcome::Forbidden { reason };
                    }
                },
                Step::Nothing => self.ask(FINAL_DOT),
                Step::Over(outcome) => {
                    if !self.dialogue.is_ready() {
                        self.stream.cut();
                    }
                    return outcome;
                }
                Step::Ended(ending) => return Outcome::Unsent(ending),
                Step::Secure | Step::Ready => self.dialogue.fail(Failure::Nonsense("the session is out of step".into())),
            };
        }
    }

    /// Says goodbye, where that is possible.
    pub fn quit(mut self) {
        if let Some(command) = self.dialogue.quit()
            && self.stream.write(command, FAREWELL).is_ok()
        {
            self.stream.await_reply(FAREWELL);
            // Whatever it says, nothing depends on it.
            let _ = self.stream.read(&mut [0; 512]);
        }
    }

    /// Says a command and takes the reply.
    fn ask(&mut self, command: &[u8]) -> Step {
        let said = self.stream.expect_silence().and_then(|()| self.stream.write(command, self.timeout));
        match said {
            Ok(()) => self.listen(self.timeout),
            Err(failure) => self.dialogue.fail(failure),
        }
    }

    /// The message, the ledger, the dot, the verdict. `Err` is the ledger's refusal.
    fn write_message(&mut self, mail: &MailObject, begin: &mut Begin) -> Result<Step, String> {
        if let Err(failure) = self.stream.write(&mail.content, self.timeout) {
            return Ok(self.dialogue.fail(failure));
        }
        let next = begin()?.filter(|_| self.left > 0);
        let mut end = FINAL_DOT.to_vec();
        let said = next.and_then(|next| {
            let group = self.dialogue.next_mail(&next.envelope.from, &next.envelope.to, next.size, next.is_ascii)?;
            end.extend_from_slice(&group);
            Some(next)
        });
        // Committing took a moment, in which the server may have gone: then the message is still nobody's.
        if let Err(failure) = self.stream.expect_silence() {
            return Ok(self.dialogue.fail(failure));
        }
        if let Err((taken, failure)) = self.stream.write_counted(&end, self.timeout) {
            // Where the buffers are full, the kernel may have taken the dot without what follows: it may still arrive.
            if taken >= FINAL_DOT.len() {
                self.dialogue.dot_written(false);
            }
            return Ok(self.dialogue.fail(failure));
        }
        self.dialogue.dot_written(said.is_some());
        let step = self.listen(self.final_timeout);
        self.next_said = said.filter(|_| self.dialogue.is_next_said());
        Ok(step)
    }

    /// One whole reply, and nothing behind it but replies to what was said already.
    fn listen(&mut self, timeout: Duration) -> Step {
        self.stream.await_reply(timeout);
        let mut buffer = [0; 4096];
        loop {
            match self.replies.take() {
                Err(fault) => return self.dialogue.fail(Failure::Nonsense(fault.to_string())),
                Ok(Some(reply)) if self.replies.has_rest() && !self.dialogue.expects_more() => {
                    if !(self.dialogue.awaits_verdict() && self.replies.has_farewell()) {
                        return self.dialogue.fail(Failure::Nonsense(format!("the server said more than `{reply}`")));
                    }
                    // The verdict is clear, and nothing more will be said here.
                    let verdict = self.dialogue.answer(&reply);
                    self.dialogue.quit();
                    return verdict;
                }
                Ok(Some(reply)) => return self.dialogue.answer(&reply),
                Ok(None) => match self.stream.read(&mut buffer) {
                    Ok(read) => self.replies.push(buffer.get(..read).unwrap_or_default()),
                    Err(failure) => return self.dialogue.fail(failure),
                },
            }
        }
    }
}
