//! Replies (RFC 5321, section 4.2), read strictly: what is not clearly a reply is a fault, never a success.

use std::fmt;

/// RFC 5321, section 4.5.3.1.5 gives a line 512 bytes; servers write longer ones, but not this long.
const LONGEST_LINE: usize = 4096;
/// Of all lines of one reply.
const LONGEST_REPLY: usize = 64 * 1024;
/// Characters of a reply that are shown and kept.
const SHOWN: usize = 400;

/// An enhanced status code (RFC 3463): class, subject, detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enhanced {
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

/// One whole reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// 200 to 599.
    pub code: u16,
    pub enhanced: Option<Enhanced>,
    /// What follows the code on each line: printable, whatever the server sent.
    pub lines: Vec<String>,
}

impl Reply {
    /// 2yz: done.
    pub fn is_done(&self) -> bool {
        self.code / 100 == 2
    }
}

/// On one line, as people and the ledger see it.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        let text = self.lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return Ok(());
        }
        let shown: String = text.chars().take(SHOWN).collect();
        write!(f, " {shown}{}", if shown.len() < text.len() { "…" } else { "" })
    }
}

/// Why bytes are no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyFault {
    /// A line that starts with no code from 200 to 599, or with no space, hyphen or end after it.
    Malformed(String),
    /// The lines of one reply have different codes.
    MixedCodes(u16, u16),
    TooLong,
}

impl fmt::Display for ReplyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplyFault::Malformed(line) => write!(f, "the server sent {line:?}, which is no SMTP reply"),
            ReplyFault::MixedCodes(first, other) => write!(f, "the server's reply begins with {first} and goes on with {other}"),
            ReplyFault::TooLong => write!(f, "the server's reply does not end"),
        }
    }
}

/// Makes replies of bytes as they come.
#[derive(Debug, Default)]
pub struct ReplyReader {
    buffer: Vec<u8>,
    code: Option<u16>,
    lines: Vec<String>,
    bytes: usize,
}

impl ReplyReader {
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether bytes are left that belong to no reply that was taken.
    pub fn has_rest(&self) -> bool {
        !self.buffer.is_empty() || self.code.is_some()
    }

    /// Whether what is left may be a 421: a server may say at any time that it goes (RFC 5321, section 3.8).
    pub fn has_farewell(&self) -> bool {
        self.code.is_none() && self.buffer.iter().zip(b"421").all(|(byte, wanted)| byte == wanted)
    }

    /// The next reply, if all of it is there.
    pub fn take(&mut self) -> Result<Option<Reply>, ReplyFault> {
        loop {
            let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") else {
                return if self.buffer.len() > LONGEST_LINE { Err(ReplyFault::TooLong) } else { Ok(None) };
            };
            self.bytes += end + 2;
            if end > LONGEST_LINE || self.bytes > LONGEST_REPLY {
                return Err(ReplyFault::TooLong);
            }
            let line: Vec<u8> = self.buffer.drain(..end + 2).take(end).collect();
            let (code, is_last, text) = read_line(&line).ok_or_else(|| ReplyFault::Malformed(printable(&line)))?;
            match self.code {
                Some(first) if first != code => return Err(ReplyFault::MixedCodes(first, code)),
                _ => self.code = Some(code),
            }
            self.lines.push(printable(text));
            if is_last {
                let lines = std::mem::take(&mut self.lines);
                (self.code, self.bytes) = (None, 0);
                let enhanced = lines.first().and_then(|line| read_enhanced(line)).filter(|it| u16::from(it.class) == code / 100);
                return Ok(Some(Reply { code, enhanced, lines }));
            }
        }
    }
}

/// The code, whether it is the last line, and the text. The grammar wants a second digit up to 5; servers in use also
/// send 571 and the like, which are as clear.
fn read_line(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = digits.iter().fold(0, |code: u16, digit| code * 10 + u16::from(digit - b'0'));
    if !(200..600).contains(&code) {
        return None;
    }
    match rest.split_first() {
        None => Some((code, true, rest)),
        Some((b' ', text)) => Some((code, true, text)),
        Some((b'-', text)) => Some((code, false, text)),
        Some(_) => None,
    }
}

/// RFC 2034, section 4: at the start of the text.
fn read_enhanced(text: &str) -> Option<Enhanced> {
    let word = text.split(' ').next()?;
    let mut parts = word.split('.');
    let mut number = || {
        let part = parts.next()?;
        let is_number = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if is_number { part.parse::<u16>().ok() } else { None }
    };
    let (class, subject, detail) = (number()?, number()?, number()?);
    if parts.next().is_some() || ![2, 4, 5].contains(&class) {
        return None;
    }
    Some(Enhanced { class: u8::try_from(class).ok()?, subject, detail })
}

/// A server's bytes reach terminals, reports and the ledger: no controls, no bidirectional tricks.
fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim()
        .chars()
        .map(|c| match c {
            '\t' => ' ',
            c if c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<Reply>, ReplyFault> {
        let mut reader = ReplyReader::default();
        reader.push(bytes);
        reader.take()
    }

    #[test]
    fn replies_are_read() {
        for (bytes, code, enhanced, shown) in [
            (&b"250 2.1.5 ok\r\n"[..], 250, Some((2, 1, 5)), "250 2.1.5 ok"),
            (b"250\r\n", 250, None, "250"),
            (b"250 \r\n", 250, None, "250"),
            (b"250-one\r\n250-\r\n250 two\r\n", 250, None, "250 one two"),
            (b"550-5.1.1 no\r\n550 5.1.1 such user\r\n", 550, Some((5, 1, 1)), "550 5.1.1 no 5.1.1 such user"),
            (b"550 4.1.1 the class contradicts\r\n", 550, None, "550 4.1.1 the class contradicts"),
            (b"571 5.7.1 a second digit beyond the grammar\r\n", 571, Some((5, 7, 1)), "571 5.7.1 a second digit beyond the grammar"),
            (b"250 5.7\r\n", 250, None, "250 5.7"),
            (b"554 5.7.1.2 x\r\n", 554, None, "554 5.7.1.2 x"),
            (b"250 a\0\xff\x1b[31m\xe2\x80\xaeb\nc\r\n", 250, None, "250 a\u{fffd}\u{fffd}\u{fffd}[31m\u{fffd}b\u{fffd}c"),
        ] {
            let reply = read(bytes).unwrap().unwrap();
            assert_eq!(reply.code, code);
            assert_eq!(reply.enhanced.map(|it| (it.class, it.subject, it.detail)), enhanced, "{shown}");
            assert_eq!(reply.to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_reply_is_a_fault() {
        for bytes in [
            &b"250text\r\n"[..],
            b"25\r\n",
            b"\r\n",
            b"150 early\r\n",
            b"600 late\r\n",
            b"999 x\r\n",
            b"hello\r\n",
            b" 250 x\r\n",
            b"250\tx\r\n",
            b"2x0 a\r\n",
        ] {
            assert!(matches!(read(bytes), Err(ReplyFault::Malformed(_))), "{bytes:?}");
        }
        assert_eq!(read(b"250-a\r\n251 b\r\n"), Err(ReplyFault::MixedCodes(250, 251)));
    }

    #[test]
    fn an_unfinished_reply_waits() {
        for bytes in [&b""[..], b"2", b"250 ok", b"250 ok\r", b"250 ok\n", b"250-more\r\n", b"250-more\r\n250 ok\r"] {
            assert_eq!(read(bytes), Ok(None), "{bytes:?}");
        }
        let mut reader = ReplyReader::default();
        for byte in b"250-a\r\n250 b\r" {
            reader.push(&[*byte]);
            assert_eq!(reader.take(), Ok(None));
        }
        reader.push(b"\n354 c\r\n");
        assert_eq!(reader.take().unwrap().map(|reply| reply.code), Some(250));
        assert!(reader.has_rest());
        assert_eq!(reader.take().unwrap().map(|reply| reply.code), Some(354));
        assert!(!reader.has_rest());
    }

    #[test]
    fn endless_replies_end() {
        assert_eq!(read(&[b'2'; LONGEST_LINE + 1]), Err(ReplyFault::TooLong));
        assert_eq!(read(&b"250-and more\r\n".repeat(10_000)), Err(ReplyFault::TooLong));
        let long = format!("250 {}\r\n", "é".repeat(1000));
        assert_eq!(read(long.as_bytes()).unwrap().unwrap().to_string().chars().count(), 4 + SHOWN + 1);
    }
}
