//! The text of a file, line by line: however long it is, only a line of it is in memory.

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// So much of a file is looked at before it is read: what it is, how its lines end.
const HEAD: usize = 64 * 1024;
/// Bytes of a line, or of a value of JSON. No subscriber needs more, and a file that is none must not fill the memory.
pub(super) const LONGEST_LINE: usize = 1024 * 1024;

/// A file's text from its beginning.
pub(super) struct Text<R: Read> {
    /// The beginning, decoded; all of it where the file is small.
    pub head: Vec<u8>,
    pub is_whole: bool,
    /// What the bytes were decoded from, unless it is UTF-8, which is not checked here.
    pub encoding: Option<&'static Encoding>,
    rest: Decoded<R>,
}

/// Opens a text: UTF-8, UTF-16 by its mark or by its zeros, else what the user says.
pub(super) fn open<R: Read>(mut source: R, wanted: Option<&'static Encoding>) -> io::Result<Text<R>> {
    let mut start = Vec::new();
    source.by_ref().take(1024).read_to_end(&mut start)?;
    let marked = Encoding::for_bom(&start);
    let skip = marked.map_or(0, |(_, length)| length);
    let encoding = marked.map(|(encoding, _)| encoding).or_else(|| utf16_without_mark(&start)).or(wanted).filter(|one| *one != UTF_8);
    let mut source = Cursor::new(start).chain(source);
    io::copy(&mut source.by_ref().take(skip as u64), &mut io::sink())?;
    let decoder = encoding.map(Encoding::new_decoder_without_bom_handling);
    let mut rest = Decoded { source: BufReader::with_capacity(HEAD, source), decoder, out: Vec::new(), at: 0, is_over: false };
    let mut head = Vec::new();
    rest.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let is_whole = head.len() < HEAD;
    Ok(Text { head, is_whole, encoding, rest })
}

/// A list starts with ASCII, of which UTF-16 has every other byte zero.
fn utf16_without_mark(start: &[u8]) -> Option<&'static Encoding> {
    match start {
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Some(UTF_16LE),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some(UTF_16BE),
        _ => None,
    }
}

impl<R: Read> Text<R> {
    /// The whole text as UTF-8, from its beginning.
    pub fn into_reader(self) -> impl BufRead {
        Cursor::new(self.head).chain(BufReader::with_capacity(HEAD, self.rest))
    }

    pub fn into_lines(self) -> Lines<impl BufRead> {
        // LF as every editor counts; CR only in a file that has no LF.
        let end = if self.head.contains(&b'\n') || !self.head.contains(&b'\r') { b'\n' } else { b'\r' };
        Lines { end, number: 0, source: self.into_reader() }
    }
}

/// UTF-8 out of any encoding. What does not belong becomes U+FFFD, which the records refuse.
struct Decoded<R: Read> {
    source: BufReader<io::Chain<Cursor<Vec<u8>>, R>>,
    decoder: Option<Decoder>,
    out: Vec<u8>,
    at: usize,
    is_over: bool,
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return self.source.read(into) };
        while self.at == self.out.len() && !self.is_over {
            let bytes = self.source.fill_buf()?;
            let last = bytes.is_empty();
            self.out.resize(HEAD, 0);
            let (result, read, written, _) = decoder.decode_to_utf8(bytes, &mut self.out, last);
            self.source.consume(read);
            self.out.truncate(written);
            self.at = 0;
            self.is_over = last && result == CoderResult::InputEmpty;
        }
        let ready = self.out.get(self.at..).unwrap_or_default();
        let length = ready.len().min(into.len());
        for (to, from) in into.iter_mut().zip(ready) {
            *to = *from;
        }
        self.at += length;
        Ok(length)
    }
}

/// The lines of a text, with their ends.
pub(super) struct Lines<R: BufRead> {
    source: R,
    pub end: u8,
    /// Of the line that was read last; the first is 1.
    pub number: usize,
}

/// How a line was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Read,
    /// Only its beginning was kept.
    TooLong,
    Over,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line in place of what `line` holds.
    pub fn next(&mut self, line: &mut Vec<u8>) -> io::Result<Line> {
        line.clear();
        self.number += 1;
        let limit = LONGEST_LINE as u64;
        self.source.by_ref().take(limit).read_until(self.end, line)?;
        if line.is_empty() {
            return Ok(Line::Over);
        }
        if line.len() < LONGEST_LINE || line.last() == Some(&self.end) {
            return Ok(Line::Read);
        }
        let mut skipped = Vec::new();
        while self.source.by_ref().take(limit).read_until(self.end, &mut skipped)? > 0 && skipped.last() != Some(&self.end) {
            skipped.clear();
        }
        Ok(Line::TooLong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes one at a time, as a slow pipe does.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let (Some((first, rest)), Some(to)) = (self.0.split_first(), into.first_mut()) else { return Ok(0) };
            *to = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn lines(bytes: &[u8], wanted: Option<&'static Encoding>) -> Vec<String> {
        let all = |mut lines: Lines<_>| {
            let (mut line, mut found) = (Vec::new(), Vec::new());
            while lines.next(&mut line).unwrap() != Line::Over {
                found.push(String::from_utf8_lossy(&line).into_owned());
            }
            found
        };
        let quick = all(open(bytes, wanted).unwrap().into_lines());
        let mut slow = open(Slow(bytes), wanted).unwrap().into_lines();
        let (mut line, mut count) = (Vec::new(), 0);
        while slow.next(&mut line).unwrap() != Line::Over {
            assert_eq!(String::from_utf8_lossy(&line), quick[count]);
            count += 1;
        }
        assert_eq!(count, quick.len());
        quick
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn encodings_are_seen_or_told() {
        let expected = ["email;né\r\n", "😀@x\r\n"];
        let text = expected.concat();
        for bytes in [
            text.clone().into_bytes(),
            format!("\u{feff}{text}").into_bytes(),
            utf16(&format!("\u{feff}{text}"), u16::to_le_bytes),
            utf16(&format!("\u{feff}{text}"), u16::to_be_bytes),
            utf16(&text, u16::to_le_bytes),
            utf16(&text, u16::to_be_bytes),
        ] {
            assert_eq!(lines(&bytes, None), expected);
        }
        assert_eq!(lines(b"n\xe9\x80\n", Some(encoding_rs::WINDOWS_1252)), ["né€\n"]);
        assert_eq!(lines(b"\xef\xbb\xbfa", Some(encoding_rs::WINDOWS_1252)), ["a"]);
        // Half a character at the end, and a lone surrogate.
        assert_eq!(lines(b"\xff\xfea\0\n\0\xd8", None), ["a\n", "\u{fffd}"]);
        assert_eq!(lines(b"\xff\xfe\0\xd8a\0", None), ["\u{fffd}a"]);
        assert_eq!(lines(b"", None), Vec::<String>::new());
    }

    #[test]
    fn lines_end_as_the_file_ends_them() {
        assert_eq!(lines(b"a\rb\rc", None), ["a\r", "b\r", "c"]);
        assert_eq!(lines(b"a\r\nb\rc\n\n", None), ["a\r\n", "b\rc\n", "\n"]);
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        let mut bytes = vec![b'x'; 3 * LONGEST_LINE + 5];
        bytes.extend(b"\nlast");
        let mut lines = open(bytes.as_slice(), None).unwrap().into_lines();
        let mut line = Vec::new();
        assert_eq!(lines.next(&mut line).unwrap(), Line::TooLong);
        assert!(line.len() <= LONGEST_LINE);
        assert_eq!((lines.next(&mut line).unwrap(), line.as_slice(), lines.number), (Line::Read, &b"last"[..], 2));
        assert_eq!(lines.next(&mut line).unwrap(), Line::Over);
    }
}
