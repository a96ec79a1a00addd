//! CSV: any delimiter, quotes that span lines, and quotes that were left open.
//!
//! The state machine of the csv crate is fed line by line: so it is known which lines a record has, and how much of the file
//! a quote that nobody closed has swallowed is bounded.

use super::read::{Stop, Taker};
use super::record::{Column, Origin, Record};
use super::text::{LONGEST_LINE, Line, Lines};
use csv_core::ReadRecordResult;
use encoding_rs::Encoding;
use std::io::BufRead;

/// Columns of a file.
const MOST_COLUMNS: usize = 1_000;
/// Lines of a record: with more, a quote was left open.
const MOST_LINES: usize = 1_000;

pub(super) const NOT_UTF8: &str =
    "the record is not UTF-8 (it looks like windows-1252): save the file as UTF-8, or say --encoding windows-1252";

/// Takes lines apart into cells.
pub(super) struct Split {
    core: csv_core::Reader,
    delimiter: u8,
    /// The cells, one after the other, and where each ends.
    out: Vec<u8>,
    ends: Vec<usize>,
    out_used: usize,
    ends_used: usize,
    /// The line of the header; Excel may name the delimiter above it (`sep=;`).
    pub first_line: usize,
}

impl Split {
    /// For a file that begins with `head`.
    pub fn new(head: &[u8], first: &str) -> Split {
        let named = first.strip_prefix("sep=").and_then(|rest| rest.trim_end().as_bytes().first().copied());
        let blank = head.iter().take_while(|byte| byte.is_ascii_whitespace()).filter(|byte| **byte == b'\n').count();
        let first_line = 1 + blank + usize::from(named.is_some());
        Split::with(named.unwrap_or_else(|| delimiter(head)), first_line)
    }

    fn with(delimiter: u8, first_line: usize) -> Split {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Split { core, delimiter, out: vec![0; 4096], ends: vec![0; 64], out_used: 0, ends_used: 0, first_line }
    }

    fn reset(&mut self) {
        self.core.reset();
        (self.out_used, self.ends_used) = (0, 0);
    }

    /// Takes the next line of a record; an empty one ends the file. Gives what is left of it once the record is complete.
    fn push<'t>(&mut self, line: &'t [u8]) -> Option<&'t [u8]> {
        let mut rest = line;
        loop {
            let (out, ends) = (self.out.get_mut(self.out_used..)?, self.ends.get_mut(self.ends_used..)?);
            let (result, read, written, ended) = self.core.read_record(rest, out, ends);
            rest = rest.get(read..).unwrap_or_default();
            self.out_used += written;
            self.ends_used += ended;
            match result {
                ReadRecordResult::InputEmpty => return None,
                ReadRecordResult::OutputFull => self.out.resize(self.out.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => return Some(rest),
            }
        }
    }

    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let ends = self.ends.get(..self.ends_used).unwrap_or_default();
        // `ends` count from the beginning of the record.
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends).map(|(start, end)| self.out.get(start..*end).unwrap_or_default())
    }

    /// The cells of the file's first record, without control characters.
    pub fn columns_of(&self, head: &[u8]) -> Vec<String> {
        // Not a clone: that of csv-core 0.1 forgets its states.
        let mut own = Split::with(self.delimiter, self.first_line);
        let mut lines = head.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.trim_ascii().is_empty());
        if head.trim_ascii_start().starts_with(b"sep=") {
            lines.next();
        }
        if !lines.any(|line| own.push(line).is_some()) {
            own.push(b"");
        }
        let clean = |cell: &[u8]| String::from_utf8_lossy(cell).replace(char::is_control, " ").trim().to_owned();
        own.cells().take(MOST_COLUMNS + 1).map(clean).collect()
    }

    pub fn names_address(&self, columns: &[String]) -> bool {
        columns.len() <= MOST_COLUMNS && Origin::default().columns(columns).iter().any(Column::is_address)
    }

    /// Why a header is none.
    pub fn no_address(&self, columns: &[String]) -> String {
        if columns.len() > MOST_COLUMNS {
            return format!("the header has more than {MOST_COLUMNS} columns");
        }
        let names: Vec<&str> = columns.iter().map(String::as_str).filter(|name| !name.is_empty()).take(8).collect();
        format!("the header names no address: call that column `email` (also: address, e-mail, email address); it has {}", names.join(", "))
    }
}

/// The delimiter that the header has most of, outside quotes.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in head.iter().skip_while(|b| matches!(b, b'\r' | b'\n')) {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            byte if !quoted => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(delimiter == byte);
                }
            }
            _ => {}
        }
    }
    // The first of equals, so that a header of one column means a comma.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

/// A table whose records are read one by one.
struct Table<'a, 't, R: BufRead, E> {
    lines: Lines<R>,
    split: Split,
    columns: Vec<Column>,
    origin: &'a Origin,
    encoding: Option<&'static Encoding>,
    taker: &'a mut Taker<'t, E>,
    /// The lines of the record.
    text: Vec<u8>,
    line: Vec<u8>,
    /// What stands behind a CR in a line of a file that ends its lines otherwise.
    left: Vec<u8>,
}

/// Reads the records of a table.
pub(super) fn read_table<R: BufRead, E>(
    lines: Lines<R>,
    split: Split,
    columns: Vec<Column>,
    has_header: bool,
    origin: &Origin,
    encoding: Option<&'static Encoding>,
    taker: &mut Taker<E>,
) -> Result<(), Stop<E>> {
    let before = if has_header { split.first_line } else { 0 };
    let (text, line, left) = (Vec::new(), Vec::new(), Vec::new());
    let mut table = Table { lines, split, columns, origin, encoding, taker, text, line, left };
    let mut is_header = has_header;
    while let Some((number, end)) = table.gather()? {
        if number < before {
            continue;
        }
        if std::mem::take(&mut is_header) {
            continue;
        }
        table.take(number, end)?;
    }
    Ok(())
}

/// How a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Complete,
    /// A quote is open and has been for too long.
    Open,
    /// A line is longer than any record.
    TooLong,
}

impl<R: BufRead, E> Table<'_, '_, R, E> {
    /// Gathers the lines of the next record. Gives the number of the first.
    fn gather(&mut self) -> Result<Option<(usize, End)>, Stop<E>> {
        self.split.reset();
        self.text.clear();
        let (mut first, mut count) = (0, 0);
        loop {
            let read = if self.left.is_empty() {
                self.lines.next(&mut self.line)?
            } else {
                self.line.clear();
                self.line.append(&mut self.left);
                Line::Read
            };
            if read == Line::Over {
                if count == 0 {
                    return Ok(None);
                }
                self.split.push(b"");
                return Ok(Some((first, End::Complete)));
            }
            if count == 0 && read == Line::Read && self.line.trim_ascii().is_empty() {
                continue;
            }
            if count == 0 {
                first = self.lines.number;
            }
            count += 1;
            if read == Line::TooLong {
                return Ok(Some((first, if count == 1 { End::TooLong } else { End::Open })));
            }
            self.text.extend_from_slice(&self.line);
            if let Some(rest) = self.split.push(&self.line) {
                if !rest.trim_ascii().is_empty() {
                    self.left.extend_from_slice(rest);
                    self.text.truncate(self.text.len().saturating_sub(rest.len()));
                }
                return Ok(Some((first, End::Complete)));
            }
            if count >= MOST_LINES || self.text.len() >= LONGEST_LINE {
                return Ok(Some((first, End::Open)));
            }
        }
    }

    /// Takes the gathered record, or tells why it is none and takes its further lines by themselves.
    fn take(&mut self, line: usize, end: End) -> Result<(), Stop<E>> {
        let written = self.text.trim_ascii_end();
        let further = written.iter().filter(|byte| **byte == self.lines.end).count();
        let reason = match end {
            End::TooLong => return self.taker.reject(line, "the line is longer than 1 MiB"),
            End::Open => "a quote is open".to_owned(),
            End::Complete => match self.record(line) {
                None => return Ok(()),
                // A text of several lines that holds records is none.
                Some(Ok(_)) if further > 0 && self.holds_records() => "a field holds what looks like records".to_owned(),
                Some(Ok(done)) => return self.taker.done(line, done),
                Some(Err(reason)) => reason,
            },
        };
        if further == 0 {
            return self.taker.reject(line, reason);
        }
        let last = line + further;
        let reason = format!("{reason}: the record goes on to line {last}; perhaps a quote was left open on line {line}");
        self.taker.reject(line, reason)?;
        // Each further line by itself: where a quote was left open they are records, else they have other columns.
        let text = std::mem::take(&mut self.text);
        for (further, number) in text.split_inclusive(|byte| *byte == self.lines.end).zip(line..).skip(1) {
            if further.trim_ascii().is_empty() {
                continue;
            }
            self.split.reset();
            if self.split.push(further).is_none() && further.last() == Some(&self.lines.end) {
                self.taker.reject(number, "a field holds a line break: perhaps a quote was left open here")?;
                continue;
            }
            if self.split.ends_used == self.columns.len() {
                match self.record(number) {
                    None => {}
                    Some(Ok(done)) => self.taker.done(number, done)?,
                    Some(Err(reason)) => self.taker.reject(number, reason)?,
                }
            }
        }
        self.text = text;
        Ok(())
    }

    /// Whether a further line of the gathered record has as many cells as the header.
    fn holds_records(&mut self) -> bool {
        let text = std::mem::take(&mut self.text);
        let count = self.columns.len();
        let found = count > 1
            && text.split_inclusive(|byte| *byte == self.lines.end).skip(1).any(|line| {
                self.split.reset();
                self.split.push(line).is_some() && self.split.ends_used == count
            });
        self.text = text;
        found
    }

    /// The record of the cells; none if they are all empty.
    fn record(&self, line: usize) -> Option<Result<(super::Imported, Option<String>), String>> {
        if self.split.cells().all(|cell| cell.trim_ascii().is_empty()) {
            return None;
        }
        let mut record = Record::new(self.origin);
        let mut columns = self.columns.iter();
        for cell in self.split.cells() {
            let Ok(text) = std::str::from_utf8(cell) else { return Some(Err(NOT_UTF8.to_owned())) };
            if let Some(encoding) = self.encoding.filter(|_| text.contains('\u{fffd}')) {
                return Some(Err(format!("the record holds bytes that are not {}", encoding.name())));
            }
            match columns.next() {
                Some(column) => record.cell(column, text),
                // Cells that have moved to the right would be taken for others: a name for a language, no status for a good one.
                None if !text.trim().is_empty() => {
                    let (cells, count) = (self.split.ends_used, self.columns.len());
                    return Some(Err(format!(
                        "the record has {cells} cells, the header {count}: put a field that holds the delimiter in quotes"
                    )));
                }
                None => {}
            }
        }
        // Cells that are missing are empty.
        columns.for_each(|column| record.cell(column, ""));
        Some(record.finish(line))
    }
}
