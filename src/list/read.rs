//! A file with a list of subscribers: whose it is and how it is written is seen, not asked.

use super::json::{is_by_line, read_documents, read_lines};
use super::record::{Origin, Record, split_mailbox};
use super::table::{Split, read_table};
use super::text::{Line, Lines, Text, open};
use super::{Address, Imported};
use encoding_rs::Encoding;
use std::io::{self, BufRead, Read};

/// Something that is told about a line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Where the record starts; the header is line 1.
    pub line: usize,
    pub reason: String,
}

/// What is found in a file, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Imported(Imported),
    /// A record that can't be stored.
    Rejected(Told),
    /// Of a record that is imported: what was left out of it.
    Note(Told),
}

/// What the user says about a file.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Where it is neither UTF-8 nor UTF-16.
    pub encoding: Option<&'static Encoding>,
    /// Its name without folders; some services tell only there whom it holds.
    pub name: String,
}

/// Why the reading ended early.
#[derive(Debug)]
pub enum Stop<E> {
    /// The file can't be read on.
    Source(io::Error),
    /// Whoever takes the records wants no more.
    Taker(E),
}

impl<E> From<io::Error> for Stop<E> {
    fn from(error: io::Error) -> Self {
        Stop::Source(error)
    }
}

/// Where what is found goes.
pub(super) struct Taker<'a, E> {
    take: &'a mut dyn FnMut(Found) -> Result<(), E>,
}

impl<E> Taker<'_, E> {
    pub fn reject(&mut self, line: usize, reason: impl Into<String>) -> Result<(), Stop<E>> {
        (self.take)(Found::Rejected(Told { line, reason: reason.into() })).map_err(Stop::Taker)
    }

    pub fn note(&mut self, line: usize, reason: String) -> Result<(), Stop<E>> {
        (self.take)(Found::Note(Told { line, reason })).map_err(Stop::Taker)
    }

    /// Takes a record, or tells why it is none. Says which.
    pub fn record(&mut self, line: usize, record: Record) -> Result<bool, Stop<E>> {
        match record.finish(line) {
            Ok(done) => self.done(line, done).map(|()| true),
            Err(reason) => self.reject(line, reason).map(|()| false),
        }
    }

    /// Takes a record that has been made.
    pub fn done(&mut self, line: usize, (imported, note): (Imported, Option<String>)) -> Result<(), Stop<E>> {
        (self.take)(Found::Imported(imported)).map_err(Stop::Taker)?;
        match note {
            Some(reason) => self.note(line, reason),
            None => Ok(()),
        }
    }
}

/// Reads a list of subscribers: CSV with a header, JSON, or an address a line. Gives the name of the service whose export it
/// is, if it is one. Faults in it never stop the reading, and however long it is, only a record of it is in memory. Records
/// with one address are one subscriber: storing them joins them.
pub fn read_list<E>(
    source: impl Read,
    options: &ReadOptions,
    take: &mut dyn FnMut(Found) -> Result<(), E>,
) -> Result<Option<String>, Stop<E>> {
    let mut taker = Taker { take };
    let text = open(source, options.encoding)?;
    if let Some(reason) = foreign(&text.head) {
        taker.reject(1, reason)?;
        return Ok(None);
    }
    if matches!(text.head.trim_ascii_start().first(), Some(b'{' | b'[')) {
        let is_by_line = is_by_line(&text.head, text.is_whole);
        let origin = if is_by_line {
            read_lines(text.into_lines(), &options.name, &mut taker)?
        } else {
            read_documents(text.into_reader(), &options.name, &mut taker)?
        };
        return Ok(name(&origin));
    }
    read_text(text, options, &mut taker)
}

/// Tells what the file's name decides.
pub(super) fn tell<E>(origin: &Origin, taker: &mut Taker<E>) -> Result<(), Stop<E>> {
    origin.told().map_or(Ok(()), |told| taker.note(1, told))
}

fn name(origin: &Origin) -> Option<String> {
    origin.service.map(|service| service.name.clone())
}

/// Files that hold a list, but not as text.
fn foreign(head: &[u8]) -> Option<&'static str> {
    [
        (&b"PK\x03\x04"[..], "the file is an archive or a workbook (.zip, .xlsx): unpack it, or save the sheet as CSV"),
        (b"\x1f\x8b", "the file is compressed (gzip): unpack it first"),
        (b"\xd0\xcf\x11\xe0", "the file is a workbook of Excel (.xls): save the sheet as CSV"),
        (b"%PDF", "the file is a PDF: export the list as CSV"),
        (b"<", "the file is HTML or XML: export the list as CSV or JSON"),
    ]
    .iter()
    .find_map(|(start, reason)| head.starts_with(start).then_some(*reason))
    .filter(|_| !head.starts_with(b"<") || !first_line(head).is_some_and(is_mailbox))
}

fn first_line(head: &[u8]) -> Option<&str> {
    head.split(|byte| matches!(byte, b'\r' | b'\n'))
        .find(|line| !line.trim_ascii().is_empty())
        .and_then(|line| std::str::from_utf8(line).ok())
}

fn is_mailbox(text: &str) -> bool {
    Address::read(split_mailbox(text).1).is_ok()
}

/// CSV or a plain list, which the first line tells.
fn read_text<R: Read, E>(text: Text<R>, options: &ReadOptions, taker: &mut Taker<E>) -> Result<Option<String>, Stop<E>> {
    let Some(first) = first_line(&text.head).map(str::to_owned) else {
        if text.head.trim_ascii().is_empty() && text.is_whole {
            taker.reject(1, "the file is empty: its first line must name the columns, such as email,name")?;
            return Ok(None);
        }
        taker.reject(1, "the first line is not UTF-8: save the file as UTF-8, or say its encoding, such as --encoding windows-1252")?;
        return Ok(None);
    };
    let has_address = |line: &[u8]| std::str::from_utf8(line).is_ok_and(|line| split_addresses(line).iter().any(|part| is_mailbox(part)));
    let is_title = !first.contains([',', ';', '\t', '|']);
    let split = Split::new(&text.head, &first);
    let columns = split.columns_of(&text.head);
    let encoding = text.encoding;
    if split.names_address(&columns) {
        let origin = Origin::of_table(&columns, &options.name);
        tell(&origin, taker)?;
        read_table(text.into_lines(), split, origin.columns(&columns), true, &origin, encoding, taker)?;
        return Ok(name(&origin));
    }
    if split_addresses(&first).iter().all(|part| is_mailbox(part)) || is_title && text.head.split(|byte| *byte == b'\n').any(has_address) {
        read_plain(text.into_lines(), &options.name, taker)?;
        return Ok(None);
    }
    let addresses: Vec<usize> = columns.iter().enumerate().filter(|(_, cell)| is_mailbox(cell)).map(|(at, _)| at).collect();
    let origin = Origin::of_addresses(&options.name);
    match (addresses.as_slice(), columns.len()) {
        // No header, but there is only one way to understand it.
        ([address], 2) => {
            tell(&origin, taker)?;
            let names = if *address == 0 { ["email", "name"] } else { ["name", "email"] }.map(str::to_owned);
            read_table(text.into_lines(), split, origin.columns(&names), false, &origin, encoding, taker)?;
        }
        ([_, ..], _) => {
            taker.reject(
                1,
                "the first line holds an address where the columns should be named: put a line such as email,name,tags above it",
            )?;
        }
        ([], _) if columns.iter().all(String::is_empty) => {
            taker.reject(1, "the file has no header: name the columns, such as email,name")?
        }
        ([], _) => taker.reject(split.first_line, split.no_address(&columns))?,
    }
    Ok(None)
}

/// An address a line, or several between commas or semicolons, each perhaps with a name before it.
fn read_plain<R: BufRead, E>(mut lines: Lines<R>, name: &str, taker: &mut Taker<E>) -> Result<(), Stop<E>> {
    let origin = Origin::of_addresses(name);
    tell(&origin, taker)?;
    let mut bytes = Vec::new();
    loop {
        let read = lines.next(&mut bytes)?;
        let number = lines.number;
        let text = match (read, std::str::from_utf8(&bytes)) {
            (Line::Over, _) => return Ok(()),
            (Line::TooLong, _) => {
                taker.reject(number, "the line is longer than 1 MiB")?;
                continue;
            }
            (Line::Read, Ok(text)) => text.trim(),
            (Line::Read, Err(_)) => {
                taker.reject(number, super::table::NOT_UTF8)?;
                continue;
            }
        };
        for part in split_addresses(text) {
            let mut record = Record::new(&origin);
            record.plain(part);
            taker.record(number, record)?;
        }
    }
}

/// The addresses of a line. Commas in names are none between addresses: what has no @ belongs to what follows.
fn split_addresses(line: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut has_at) = (Vec::new(), 0, false, false);
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '@' => has_at = true,
            ',' | ';' if !quoted && has_at => {
                parts.push(&line[start..at]);
                (start, has_at) = (at + 1, false);
            }
            _ => {}
        }
    }
    parts.push(&line[start..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
