//! A message as it follows DATA (RFC 5321, section 4.5.2).

/// The message with CRLF line ends, dots doubled at the start of lines, and a last CRLF, without the final dot. A bare CR
/// or LF becomes CRLF: a server that takes one for the end of a line must not see a dot after it (SMTP smuggling).
pub fn stuff(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + message.len() / 64 + 2);
    let part = |from: usize, to: usize| message.get(from..to).unwrap_or_default();
    // What is right already is copied in long pieces; the wire's bytes are a line's once its end has been looked at.
    let (mut copied, mut line) = (0, 0);
    loop {
        if message.get(line) == Some(&b'.') {
            out.extend_from_slice(part(copied, line));
            out.push(b'.');
            copied = line;
        }
        let Some(end) = message.get(line..).and_then(|rest| memchr::memchr2(b'\r', b'\n', rest)).map(|at| line + at) else { break };
        line = end + 1;
        if message.get(end) == Some(&b'\r') && message.get(line) == Some(&b'\n') {
            line += 1;
        } else {
            out.extend_from_slice(part(copied, end));
            out.extend_from_slice(b"\r\n");
            copied = line;
        }
    }
    out.extend_from_slice(part(copied, message.len()));
    if line < message.len() {
        out.extend_from_slice(b"\r\n");
    }
    out
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
            (b"", b""),
        ] {
            assert_eq!(String::from_utf8_lossy(&stuff(message)), String::from_utf8_lossy(wire));
        }
    }

    proptest! {
        #[test]
        fn a_server_reads_what_was_meant(message in proptest::collection::vec(prop_oneof![Just(b'.'), Just(b'\r'), Just(b'\n'), any::<u8>()], 0..200)) {
            let mut wire = stuff(&message);
            wire.extend_from_slice(FINAL_DOT);
            let (back, after) = read_to_dot(&wire);
            prop_assert_eq!(&back, &unstuff(&stuff(&message)));
            prop_assert!(after.is_empty());
            // Only line ends differ.
            let lines = |bytes: &[u8]| {
                let text = String::from_utf8(bytes.iter().map(|b| if b.is_ascii() { *b } else { b'?' }).collect()).unwrap();
                text.replace("\r\n", "\n").replace('\r', "\n").trim_end_matches('\n').to_owned()
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
