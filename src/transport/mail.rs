//! A mail object: an envelope and content (RFC 5321, section 2.3.1).

use super::data::{stuff, unstuff};
use crate::list::Address;

/// From whom and to whom, as SMTP has it; never read from the message. One recipient: each message is personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub from: Address,
    pub to: Address,
}

/// A message as the server gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailObject {
    pub envelope: Envelope,
    /// As it follows DATA, without the final dot.
    pub(super) content: Vec<u8>,
    pub(super) is_ascii: bool,
}

/// What is said of a message before its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub(super) envelope: Envelope,
    pub(super) size: usize,
    pub(super) is_ascii: bool,
}

impl MailObject {
    /// `message` as RFC 5322 has it.
    pub fn new(envelope: Envelope, message: Vec<u8>) -> MailObject {
        let content = stuff(message);
        let is_ascii = content.is_ascii();
        MailObject { envelope, content, is_ascii }
    }

    /// The message with LF line ends, as programs and files of Unix have it.
    pub(super) fn unix_text(&self) -> Vec<u8> {
        let mut message = unstuff(&self.content);
        // No CR stands alone here.
        message.retain(|byte| *byte != b'\r');
        message
    }

    /// The message with CRLF line ends.
    pub(super) fn message(&self) -> Vec<u8> {
        unstuff(&self.content)
    }

    pub fn announcement(&self) -> Announcement {
        Announcement { envelope: self.envelope.clone(), size: self.content.len(), is_ascii: self.is_ascii }
    }
}
