//! A message as it follows DATA (RFC 5321, section 4.5.2).

/// The message with CRLF line ends, dots doubled at the start of lines, and a last CRLF, without the final dot. A bare CR
/// or LF becomes CRLF, and NUL, which no message may hold, is left out: a server that takes the one for the end of a line, or
/// overlooks the other, must not see a dot after it (SMTP smuggling).
pub fn stuff(message: Vec<u8>) -> Vec<u8> {
    let mut out = Stuffed { message: &message, copied: 0, bytes: Vec::new() };
    if is_orderly(&message) {
        if message.first() == Some(&b'.') {
            out.replace(0, 0, b".");
        }
        for at in memchr::memmem::find_iter(&message, b"\r\n.") {
            out.replace(at + 2, at + 2, b".");
        }
        if !message.is_empty() && !message.ends_with(b"\r\n") {
            out.replace(message.len(), message.len(), b"\r\n");
        }
    } else {
        mend(&message, &mut out);
    }
    match out.finish() {
        Some(stuffed) => stuffed,
        // Most messages are right as they are, and need not be copied.
        None => message,
    }
}

/// Whether CR and LF stand only together, and NUL nowhere, as in each message that we compose. One pass that compilers turn into
/// vector instructions: it is most of what a message costs here.
fn is_orderly(message: &[u8]) -> bool {
    let pairs = message.iter().zip(message.get(1..).unwrap_or_default());
    let fault = pairs.fold(0, |fault, (a, b)| fault | u8::from((*a == b'\r') != (*b == b'\n')) | u8::from(*b == 0));
    fault == 0 && !matches!(message.first(), Some(b'\n' | 0)) && message.last() != Some(&b'\r')
}

/// The same for a message of any bytes, line by line.
fn mend(message: &[u8], out: &mut Stuffed) {
    let (mut at, mut is_start) = (0, true);
    loop {
        if is_start && message.get(at) == Some(&b'.') {
            out.replace(at, at, b".");
        }
        let Some(end) = message.get(at..).and_then(|rest| memchr::memchr3(b'\r', b'\n', 0, rest)).map(|found| at + found) else { break };
        match (message.get(end), message.get(end + 1)) {
            (Some(b'\r'), Some(b'\n')) => (at, is_start) = (end + 2, true),
            (Some(0), _) => {
                out.replace(end, end + 1, b"");
                (is_start, at) = (is_start && end == at, end + 1);
            }
            _ => {
                out.replace(end, end + 1, b"\r\n");
                (at, is_start) = (end + 1, true);
            }
        }
    }
    if !is_start || at < message.len() {
        out.replace(message.len(), message.len(), b"\r\n");
    }
}

/// A message with parts of it replaced.
struct Stuffed<'a> {
    message: &'a [u8],
    /// So much of it stands in `bytes`, or does not belong there.
    copied: usize,
    bytes: Vec<u8>,
}

impl Stuffed<'_> {
    fn replace(&mut self, from: usize, to: usize, by: &[u8]) {
        if self.bytes.capacity() == 0 {
            self.bytes.reserve(self.message.len() + self.message.len() / 64 + 2);
        }
        self.bytes.extend_from_slice(self.message.get(self.copied..from).unwrap_or_default());
        self.bytes.extend_from_slice(by);
        self.copied = to;
    }

    /// Nothing, where nothing was replaced.
    fn finish(mut self) -> Option<Vec<u8>> {
        if self.bytes.capacity() == 0 {
            return None;
        }
        self.bytes.extend_from_slice(self.message.get(self.copied..).unwrap_or_default());
        Some(self.bytes)
    }
}

/// What a server makes of it: the message with CRLF line ends.
pub fn unstuff(wire: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(wire.len());
    let mut rest = wire.strip_prefix(b".").unwrap_or(wire);
    while let Some(at) = memchr::memmem::find(rest, b"\r\n.") {
        let (line, after) = rest.split_at(at + 2);
        out.extend_from_slice(line);
        rest = after.get(1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

/// What ends it: only after this may the server have the message.
pub const FINAL_DOT: &[u8] = b".\r\n";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a server makes of the bytes after DATA, and what follows the end.
    fn read_to_dot(mut wire: &[u8]) -> (Vec<u8>, &[u8]) {
        let mut message = Vec::new();
        loop {
            let end = wire.windows(2).position(|pair| pair == b"\r\n").unwrap();
            let (line, after) = (&wire[..end], &wire[end + 2..]);
            if line == b"." {
                return (message, after);
            }
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
            message.extend_from_slice(b"\r\n");
            wire = after;
        }
    }

    #[test]
    fn smuggling_is_defused() {
        for (message, wire) in [
            (&b"a\r\n.\r\nMAIL FROM:<x>\r\n"[..], &b"a\r\n..\r\nMAIL FROM:<x>\r\n"[..]),
            (b"a\n.\nb", b"a\r\n..\r\nb\r\n"),
            (b"a\r.\rb\r", b"a\r\n..\r\nb\r\n"),
            (b"a\r\n.\n", b"a\r\n..\r\n"),
            (b"a\n.\r\n", b"a\r\n..\r\n"),
            (b"a\n\r.\r\nb", b"a\r\n\r\n..\r\nb\r\n"),
            (b"..a\r\n.b", b"...a\r\n..b\r\n"),
            (b"no end", b"no end\r\n"),
            (b"a\r\n\0.\r\nb", b"a\r\n..\r\nb\r\n"),
            (b"a\0b\r\n\0\0", b"ab\r\n"),
            (b"", b""),
        ] {
            assert_eq!(String::from_utf8_lossy(&stuff(message.to_vec())), String::from_utf8_lossy(wire));
        }
    }

    /// The sequences that servers were published to take for the end of a message (SEC Consult, "SMTP Smuggling", 2023, and the
    /// tools that test for it), each before another message: none ends it, whatever a server takes for the end of a line.
    #[test]
    fn no_published_sequence_ends_a_message() {
        type Lenient = fn(&[u8]) -> Vec<u8>;
        let breaks: [Lenient; 4] = [
            |wire| wire.to_vec(),
            |wire| String::from_utf8_lossy(wire).replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n").into_bytes(),
            |wire| wire.iter().copied().filter(|byte| *byte != 0).collect(),
            |wire| String::from_utf8_lossy(wire).replace('\r', "").replace('\n', "\r\n").into_bytes(),
        ];
        for end in [
            "\n.\n",
            "\n.\r\n",
            "\r\n.\n",
            "\r.\r",
            "\r.\r\n",
            "\r\n.\r",
            "\n.\r",
            "\r.\n",
            "\r\n.\r\n",
            "\r\n\0.\r\n",
            "\r\n.\0\r\n",
            "\n\0.\n",
            "\r\n.\r\r\n",
            "\r\r\n.\r\r\n",
            "\r\n\r.\r\n",
            "\r\0\n.\r\0\n",
            "\r\n.\r\n\r\n.\r\n",
        ] {
            let message =
                format!("Subject: x\r\n\r\nhello{end}MAIL FROM:<admin@example.org>\r\nRCPT TO:<a@example.org>\r\nDATA\r\nforged\r\n");
            let wire = [&stuff(message.into_bytes())[..], FINAL_DOT].concat();
            for lenient in breaks {
                let (read, after) = (lenient(&wire), Vec::<u8>::new());
                assert_eq!(read_to_dot(&read).1, after, "{end:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_short_way_leads_to_the_same(message in proptest::collection::vec(prop::sample::select(vec!["\r\n", ".", "a", "é"]), 0..40)) {
            let message = message.concat().into_bytes();
            prop_assert!(is_orderly(&message));
            let mut out = Stuffed { message: &message, copied: 0, bytes: Vec::new() };
            mend(&message, &mut out);
            let mended = out.finish().unwrap_or_else(|| message.clone());
            prop_assert_eq!(stuff(message), mended);
        }

        #[test]
        fn a_server_reads_what_was_meant(message in proptest::collection::vec(prop_oneof![Just(b'.'), Just(b'\r'), Just(b'\n'), Just(0), any::<u8>()], 0..200)) {
            let mut wire = stuff(message.clone());
            wire.extend_from_slice(FINAL_DOT);
            let (back, after) = read_to_dot(&wire);
            prop_assert_eq!(&back, &unstuff(&stuff(message.clone())));
            prop_assert!(after.is_empty());
            // Only line ends differ.
            let lines = |bytes: &[u8]| {
                let text = String::from_utf8(bytes.iter().map(|b| if b.is_ascii() { *b } else { b'?' }).collect()).unwrap();
                text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "").trim_end_matches('\n').to_owned()
            };
            prop_assert_eq!(lines(&back), lines(&message));
            // No bare CR or LF leaves.
            let bare = wire.iter().enumerate().any(|(at, byte)| match byte {
                b'\r' => wire.get(at + 1) != Some(&b'\n'),
                b'\n' => at == 0 || wire[at - 1] != b'\r',
                _ => false,
            });
            prop_assert!(!bare);
        }
    }
}
