//! Bodies as quoted-printable (RFC 2045, section 6.7), encoded once for all recipients.
//!
//! A slot stands on lines of its own, with soft breaks around it, so that what it holds changes nothing before or after it.

use super::Recipient;
use super::fill::{fill_text, fill_value, value};
use crate::newsletter::{Context, Edition, Piece, Slot, Slotted};

/// A part of an encoded body.
#[derive(Clone, Debug)]
pub enum BodyPiece {
    Fixed(Vec<u8>),
    Hole(BodyHole),
}

/// What is encoded for each recipient.
#[derive(Clone, Debug)]
pub enum BodyHole {
    Slot {
        slot: Slot,
        context: Context,
        /// Whether the slot begins a line of the body.
        starts_line: bool,
    },
    /// The whole plain text, where a slot that stays empty would change what stands around it.
    Text,
}

const SOFT_BREAK: &[u8] = b"=\r\n";

impl BodyHole {
    pub fn fill(&self, edition: &Edition, recipient: &Recipient, out: &mut Vec<u8>) {
        match self {
            BodyHole::Slot { slot, context, starts_line } => {
                let value = fill_value(value(slot, edition, recipient), *context, *starts_line);
                out.append(&mut quoted(&value));
                out.extend_from_slice(SOFT_BREAK);
            }
            BodyHole::Text => out.append(&mut quoted(&fill_text(edition, recipient))),
        }
    }
}

/// The plain text part.
pub fn text_pieces(text: &Slotted) -> Vec<BodyPiece> {
    let may_be_empty = |piece: &Piece| match piece {
        Piece::Slot(Slot::Name { default } | Slot::Field { default, .. }, _) => default.trim().is_empty(),
        Piece::Slot(Slot::Unsubscribe, _) | Piece::Fixed(_) => false,
    };
    if text.pieces().iter().any(may_be_empty) { vec![BodyPiece::Hole(BodyHole::Text)] } else { body_pieces(text) }
}

/// A part of which each slot can be encoded by itself.
pub fn body_pieces(body: &Slotted) -> Vec<BodyPiece> {
    let mut pieces = Vec::with_capacity(body.pieces().len());
    let mut starts_line = true;
    for (at, piece) in body.pieces().iter().enumerate() {
        match piece {
            Piece::Fixed(text) => {
                let mut bytes = quoted(text);
                starts_line = text.ends_with(['\n', '\r']);
                if !bytes.ends_with(b"\r\n") && at + 1 < body.pieces().len() {
                    bytes.extend_from_slice(SOFT_BREAK);
                }
                pieces.push(BodyPiece::Fixed(bytes));
            }
            Piece::Slot(slot, context) => {
                pieces.push(BodyPiece::Hole(BodyHole::Slot { slot: slot.clone(), context: *context, starts_line }));
                starts_line = false;
            }
        }
    }
    pieces
}

/// Lines of at most 75 characters, which leaves room for a soft break. NUL is left out, and every line break is CRLF: a
/// lone CR or LF would be encoded as a character.
fn quoted(text: &str) -> Vec<u8> {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "").replace('\n', "\r\n");
    let options = quoted_printable::Options::default().line_length_limit(75);
    quoted_printable::encode_with_options(lines, options).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &str) -> String {
        String::from_utf8(quoted(bytes)).unwrap()
    }

    #[test]
    fn lines_leave_room_for_a_soft_break() {
        let long = text(&"é".repeat(100));
        assert!(long.lines().all(|line| line.len() <= 75) && long.lines().count() > 5, "{long}");
        assert_eq!(text("a=b\rc\nd\r\ne\0"), "a=3Db\r\nc\r\nd\r\ne");
        assert_eq!(text("a \nb\t"), "a=20\r\nb=09");
    }

    #[test]
    fn a_slot_stands_alone() {
        let pieces = body_pieces(&Slotted::from("no slot".to_owned()));
        assert!(matches!(pieces.as_slice(), [BodyPiece::Fixed(bytes)] if bytes == b"no slot"));
        let empty = body_pieces(&Slotted::default());
        assert!(empty.is_empty());
    }
}
