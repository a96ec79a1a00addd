//! What became of a message, in the words that the ledger needs.

use super::reply::Reply;

/// Whom a 5yz speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The address: it does not exist, so it is never mailed again (RFC 3463: 5.1.x).
    Recipient,
    /// The sender, by a rule of the server (5.7.x, or a bare 554): the next message will fare no better.
    Policy,
    /// This message, or the mailbox as it is now.
    Message,
}

impl Blame {
    /// Reads a 5yz. At MAIL no recipient has been named, so what is refused there is the sender.
    pub fn of(reply: &Reply, is_sender: bool) -> Blame {
        match reply.enhanced.map(|code| (code.subject, code.detail)) {
            Some((7, _)) => Blame::Policy,
            // The sender's address (RFC 3463, section 3.2).
            Some((1, 7 | 8)) => Blame::Policy,
            // Postfix at RCPT, of the address at MAIL.
            Some((1, 0)) if reply.to_string().to_ascii_lowercase().contains("sender") => Blame::Policy,
            Some((1, _)) => {
                if is_sender {
                    Blame::Policy
                } else {
                    Blame::Recipient
                }
            }
            None if reply.code == 554 || (is_sender && reply.code != 552) => Blame::Policy,
            _ => Blame::Message,
        }
    }
}

/// What servers say where they want less, with a code for it or without one.
const LESS: [&str; 8] = [
    "too many connections",
    "too many concurrent",
    "too many open connections",
    "concurrent connections",
    "rate limit",
    "sending rate",
    "throttl",
    "too fast",
];

/// Whether a 4yz says that messages come too fast or over too many connections (RFC 3463: 4.7.x, or in words), and not that
/// one recipient is to wait (greylisting).
pub fn wants_less(reply: &str) -> bool {
    let text = reply.to_ascii_lowercase();
    let is_grey = text.contains("greylist") || text.contains("graylist");
    let has_code = || text.split(' ').nth(1).is_some_and(|code| code.starts_with("4.7."));
    text.starts_with('4') && !is_grey && (has_code() || LESS.iter().any(|words| text.contains(words)))
}

/// Why a session ended, by what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A new connection may do better at once.
    Again(String),
    /// The server is not to be had now.
    Later(String),
    /// A person has to mend something.
    Stop(String),
}

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 2yz after the final dot.
    Sent { reply: String },
    /// 4yz.
    Deferred { reply: String },
    /// 5yz, or a message that this server can't take.
    Bounced { reply: String, blame: Blame },
    /// The final dot was written, and no verdict came.
    Uncertain { reason: String },
    /// The session ended before the final dot was written: the server can't have the message.
    Unsent(Ending),
    /// The ledger forbade the final dot: the claim is no longer ours, or the ledger can't be written.
    Forbidden { reason: String },
}

#[cfg(test)]
mod tests {
    use super::super::reply::ReplyReader;
    use super::*;

    #[test]
    fn a_server_that_wants_less_says_so_in_several_ways() {
        for (reply, is_meant) in [
            ("450 4.7.1 Error: too much mail from 192.0.2.1", true),
            ("421 4.7.0 mx.example.org Error: too many connections from 192.0.2.1", true),
            ("421 Too many concurrent SMTP connections; please try again later.", true),
            ("421 4.3.2 Too many open connections.", true),
            ("432 4.3.2 Concurrent connections limit exceeded", true),
            ("454 Throttling failure: Maximum sending rate exceeded.", true),
            ("450 4.7.1 greylisted", false),
            ("452 4.5.3 too many recipients", false),
            ("421 4.3.2 going down", false),
            ("550 5.7.1 rate limit", false),
            ("connection lost", false),
        ] {
            assert_eq!(wants_less(reply), is_meant, "{reply}");
        }
    }

    #[test]
    fn blame_is_laid_by_the_enhanced_code() {
        use Blame::{Message, Policy, Recipient};
        for (line, at_mail, later) in [
            ("550 5.1.1 no such user", Policy, Recipient),
            ("550 5.1.2 no such domain", Policy, Recipient),
            ("553 5.1.7 bad sender", Policy, Policy),
            ("550 5.1.8 sender's domain does not exist", Policy, Policy),
            ("550 5.1.0 <news@example.org>: Sender address rejected: User unknown", Policy, Policy),
            ("550 5.1.0 address rejected", Policy, Recipient),
            ("550 5.7.1 blocked", Policy, Policy),
            ("554 5.7.9 dmarc", Policy, Policy),
            ("554 no", Policy, Policy),
            ("554 5.6.0 bad content", Message, Message),
            ("552 5.2.2 mailbox full", Message, Message),
            ("552 too big", Message, Message),
            ("550 no such user, perhaps", Policy, Message),
        ] {
            let mut reader = ReplyReader::default();
            reader.push(format!("{line}\r\n").as_bytes());
            let reply = reader.take().unwrap().unwrap();
            assert_eq!((Blame::of(&reply, true), Blame::of(&reply, false)), (at_mail, later), "{line}");
        }
    }
}
