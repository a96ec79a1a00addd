//! The list as CSV: any spreadsheet's export in.

use super::json::{is_json, read_json};
use super::status::{Sign, Standing, plain, standing};
use super::tags::split_tags;
use super::write::{OWN_COLUMNS, rearm};
use super::{Address, Consent, Imported, Subscriber, SubscriptionState, Suppression, read_language, read_moment};
use std::collections::BTreeMap;

/// Bytes of one field; more is no name and no tag.
const LONGEST_FIELD: usize = 10_000;
/// Columns of a file.
const MOST_COLUMNS: usize = 200;

/// A record that can't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub line: usize,
    pub reason: String,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvList {
    pub imported: Vec<Imported>,
    pub rejected: Vec<Rejected>,
    /// Of records that are imported: what was left out of them.
    pub notes: Vec<Rejected>,
}

/// Reads a list of subscribers: CSV with a header, JSON, or an address a line. The delimiter (comma, semicolon, tab, bar) is
/// seen in the header. Faults never stop the reading. Records with one address are one subscriber: storing them joins them.
pub fn read_list(bytes: &[u8]) -> CsvList {
    // Excel's "Unicode text" is UTF-16.
    let decoded = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding.decode_with_bom_removal(bytes).0);
    let bytes = decoded.as_ref().map_or(bytes, |text| text.as_bytes());
    if is_json(bytes) { read_json(bytes) } else { read_csv(bytes) }
}

fn read_csv(bytes: &[u8]) -> CsvList {
    let mut list = CsvList::default();
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter(bytes));
    let mut reader = builder.from_reader(bytes);
    let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
    let mut lines = Lines { bytes, end, at: 0, line: 1 };
    let mut columns: Option<Columns> = None;
    let mut record = csv::ByteRecord::new();
    loop {
        let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                list.rejected.push(Rejected { line: lines.at_record(start), reason: error.to_string() });
                break;
            }
        }
        let line = lines.at_record(start);
        let is_first = columns.is_none();
        if is_first {
            match Columns::read(&record) {
                Ok(found) => columns = Some(found),
                Err(reason) => match Columns::of_addresses(&record) {
                    Some(found) => columns = Some(found),
                    None => {
                        list.rejected.push(Rejected { line, reason });
                        break;
                    }
                },
            }
        }
        let Some(columns) = columns.as_ref().filter(|columns| !is_first || !columns.has_header) else { continue };
        let first = lines.at;
        let next = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let written = bytes.get(first..next).unwrap_or_default().trim_ascii_end();
        let further = written.iter().filter(|byte| **byte == end).count();
        if columns.read_into(&mut list, line, &record) || further == 0 {
            continue;
        }
        let last = line + further;
        if let Some(told) = list.rejected.last_mut() {
            told.reason = format!("{}: the record goes on to line {last}; perhaps a quote was left open on line {line}", told.reason);
        }
        // Each further line by itself: where a quote was left open they are records, else they have other columns.
        let mut rest = written.split(|byte| *byte == end).zip(line..).skip(1);
        rest.try_for_each(|(text, line)| -> Result<(), csv::Error> {
            // With its end, which a quote that is open here too takes in.
            let text = [text, &[end]].concat();
            let mut reader = builder.buffer_capacity(text.len()).from_reader(text.as_slice());
            while reader.read_byte_record(&mut record)? {
                if record.len() == columns.count {
                    columns.read_into(&mut list, line, &record);
                }
            }
            Ok(())
        })
        .unwrap_or_else(|error| list.rejected.push(Rejected { line, reason: error.to_string() }));
    }
    if columns.is_none() && list.rejected.is_empty() {
        let reason = "the file is empty: its first line must name the columns, such as email,name".into();
        list.rejected.push(Rejected { line: 1, reason });
    }
    list
}

/// Where records start. The csv crate's own line counts the blank lines and the LF of the CRLF before a record wrongly.
struct Lines<'a> {
    bytes: &'a [u8],
    /// LF as every editor counts; CR only in a file that has no LF.
    end: u8,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the first record at or after `start`, which never goes back.
    fn at_record(&mut self, start: usize) -> usize {
        while let Some(byte) = self.bytes.get(self.at) {
            if self.at >= start && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += usize::from(*byte == self.end);
            self.at += 1;
        }
        self.line
    }
}

/// The delimiter that the header has most of, outside quotes.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in bytes.iter().skip_while(|b| matches!(b, b'\r' | b'\n')) {
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

/// What each column means.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// How many the header has.
    count: usize,
    address: usize,
    name: Option<usize>,
    first_name: Option<usize>,
    last_name: Option<usize>,
    language: Option<usize>,
    tags: Option<usize>,
    state: Option<usize>,
    /// The column of states is called so: what stands there is nothing else.
    is_status: bool,
    suppressed: Option<usize>,
    suppressed_at: Option<usize>,
    /// It is an export of ours, whose cells are no formulas.
    is_own: bool,
    signs: Vec<(usize, Sign)>,
    consent_time: Vec<usize>,
    consent_source: Vec<usize>,
    fields: Vec<(usize, String)>,
    /// As they are written in the header.
    names: Vec<String>,
    /// Without one, the first record is a subscriber.
    has_header: bool,
}

/// Columns that tell when and where somebody subscribed, the surest first.
const CONSENT_TIMES: &[&str] =
    &["consenttime", "confirmtime", "confirmedat", "optintime", "subscribedat", "createdat", "creationdate", "dateadded", "signupdate"];
const CONSENT_SOURCES: &[&str] = &["consentsource", "source", "signupsource", "referrerurl", "referrer", "optinip"];

impl Columns {
    pub(super) fn read(header: &csv::ByteRecord) -> Result<Columns, String> {
        if header.len() > MOST_COLUMNS {
            return Err(format!("the header has {} columns; at most {MOST_COLUMNS} are read", header.len()));
        }
        let written: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let plain: Vec<String> = written.iter().map(|name| plain(name)).collect();
        let places =
            |names: &[&str]| names.iter().filter_map(|name| plain.iter().position(|column| column == name)).collect::<Vec<usize>>();
        let is_own = written.iter().zip(OWN_COLUMNS).all(|(name, own)| name == own) && written.len() >= OWN_COLUMNS.len();
        let known = if is_own { 1 } else { usize::MAX };
        let first = |names: &'static [&'static str]| names.get(..known.min(names.len())).unwrap_or(names);
        let (consent_time, consent_source) = (places(first(CONSENT_TIMES)), places(first(CONSENT_SOURCES)));
        let signs = plain.iter().enumerate().filter(|_| !is_own).filter_map(|(at, name)| Some((at, Sign::of_column(name)?))).collect();
        let mut taken = vec![false; plain.len()];
        // In the order of the names, not of the columns: beside `email`, a column `address` is a street.
        let mut find = |names: &[&str]| {
            let at = names.iter().find_map(|name| plain.iter().position(|column| column == name))?;
            taken.get_mut(at).map(|taken| *taken = true)?;
            Some(at)
        };
        let address = find(&["email", "emailaddress", "mail", "address"])
            .ok_or("the header names no address: call that column `email` (also: address, e-mail, email address)")?;
        let name = find(&["name", "fullname"]);
        let (first_name, last_name) = match name {
            Some(_) => (None, None),
            None => (find(&["firstname", "givenname"]), find(&["lastname", "familyname", "surname"])),
        };
        let language = find(&["language", "lang", "locale"]);
        let tags = find(&["tags", "tag", "labels"]);
        let status = if is_own { None } else { find(&["status", "subscriptionstatus", "subscriberstatus", "memberstatus", "emailstatus"]) };
        let state = status.or_else(|| find(&["state", "subscribertype", "type"]));
        let suppressed = find(&["suppressed"]);
        let suppressed_at = find(&["suppressedat"]);
        let _ = (find(&["consentsource"]), find(&["consenttime"]));
        let names = written.clone();
        let fields = written.into_iter().enumerate().zip(taken).filter(|((_, name), taken)| !taken && !name.is_empty()).map(|(it, _)| it);
        let fields = fields.collect();
        Ok(Columns {
            count: header.len(),
            address,
            name,
            first_name,
            last_name,
            language,
            tags,
            state,
            is_status: status.is_some(),
            suppressed,
            suppressed_at,
            is_own,
            signs,
            consent_time,
            consent_source,
            fields,
            names,
            has_header: true,
        })
    }

    /// The columns of a file without a header: an address, perhaps with a name before or after it.
    fn of_addresses(first: &csv::ByteRecord) -> Option<Columns> {
        let is_address = |cell: &[u8]| std::str::from_utf8(cell).is_ok_and(|text| Address::read(mailbox(text.trim()).0).is_ok());
        let address = first.iter().position(is_address).filter(|_| first.len() <= 2)?;
        Some(Columns { count: first.len(), address, name: (first.len() == 2).then_some(1 - address), ..Columns::default() })
    }

    /// Puts a record where it belongs. False if it is rejected.
    pub(super) fn read_into(&self, list: &mut CsvList, line: usize, record: &csv::ByteRecord) -> bool {
        if record.iter().all(|field| field.trim_ascii().is_empty()) {
            return true;
        }
        let mut note = None;
        match self.subscriber(record, &mut note) {
            Ok((subscriber, suppressed)) => list.imported.push(Imported { line, subscriber, suppressed }),
            Err(reason) => {
                list.rejected.push(Rejected { line, reason });
                return false;
            }
        }
        list.notes.extend(note.map(|reason| Rejected { line, reason }));
        true
    }

    /// The record's subscriber, and reason of suppression.
    fn subscriber(&self, record: &csv::ByteRecord, note: &mut Option<String>) -> Result<(Subscriber, Option<Suppression>), String> {
        let mut cells = Vec::with_capacity(record.len());
        for field in record {
            let text = std::str::from_utf8(field)
                .map_err(|_| "the record is not UTF-8 (it looks like windows-1252): save the file as UTF-8".to_owned())?;
            if field.len() > LONGEST_FIELD {
                return Err(format!("a field has {} bytes; at most {LONGEST_FIELD} are taken", field.len()));
            }
            if let Some(bad) = text.chars().find(|c| c.is_control() && *c != '\t') {
                let name = match bad {
                    '\r' | '\n' => "a line break".to_owned(),
                    '\0' => "a NUL character".to_owned(),
                    other => format!("the control character U+{:04X}", u32::from(other)),
                };
                return Err(format!("a field holds {name}"));
            }
            cells.push(if self.is_own { rearm(text.trim()) } else { text.trim() });
        }
        let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).copied().filter(|text| !text.is_empty());
        let (address, own_name) = mailbox(cell(Some(self.address)).ok_or("the address is empty")?);
        let address = Address::read(address)?;
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        let mut suppressed = cell(self.suppressed).map(str::to_owned);
        let mut state = SubscriptionState::Confirmed;
        let mut stand = |standing: Standing, word: &str| match standing {
            Standing::Is(SubscriptionState::Confirmed) => {}
            Standing::Is(other) => state = other,
            Standing::Suppressed => suppressed = suppressed.take().or_else(|| Some(format!("imported as {word}"))),
        };
        if let (Some(at), Some(word)) = (self.state, cell(self.state)) {
            match standing(word) {
                Some(standing) => stand(standing, word),
                // Who can't be placed may have left: no mail until somebody looks.
                None if self.is_status => {
                    *note = Some(format!("the status {word:?} is not known: imported as pending, which gets no mail"));
                    stand(Standing::Is(SubscriptionState::Pending), word);
                    fields.insert("status".into(), word.to_owned());
                }
                // Somebody else's column, such as a postal address's.
                None => {
                    let name = self.names.get(at).cloned().unwrap_or_else(|| "state".into());
                    fields.insert(name, word.to_owned());
                }
            }
        }
        for (at, sign) in &self.signs {
            if let Some(text) = cell(Some(*at))
                && let Some(standing) = sign.says(text)
            {
                stand(standing, if sign == &Sign::YesIsSuppressed { "cleaned" } else { "unsubscribed" });
            }
        }
        // Whom nobody mails may have any address.
        if suppressed.is_none() {
            address.check_mailable()?;
        }
        let name = match cell(self.name) {
            Some(name) => Some(name.to_owned()),
            None if own_name.is_some() => own_name,
            None => {
                let parts: Vec<&str> = [cell(self.first_name), cell(self.last_name)].into_iter().flatten().collect();
                (!parts.is_empty()).then(|| parts.join(" "))
            }
        };
        for (at, name) in &self.fields {
            if let Some(text) = cell(Some(*at)) {
                fields.insert(name.clone(), text.to_owned());
            }
        }
        let consent = Consent {
            source: self.consent_source.iter().find_map(|at| cell(Some(*at))).map(str::to_owned),
            time: self.consent_time.iter().find_map(|at| read_moment(cell(Some(*at))?)),
        };
        // A person is worth more than a language.
        let language = cell(self.language).map(read_language).transpose().unwrap_or_else(|reason| {
            *note = Some(format!("{reason}: imported without a language"));
            None
        });
        let subscriber = Subscriber {
            address: address.as_written().to_owned(),
            name,
            language,
            tags: cell(self.tags).map(split_tags).unwrap_or_default(),
            fields,
            state,
            consent,
        };
        let since = cell(self.suppressed_at).and_then(read_moment);
        Ok((subscriber, suppressed.map(|reason| Suppression { reason, since })))
    }
}

/// An address and the name before it: `Ann Lee <ann@example.org>`.
fn mailbox(text: &str) -> (&str, Option<String>) {
    let split = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'));
    let Some((name, address)) = split else { return (text, None) };
    let name = name.trim().trim_matches('"').trim();
    (address.trim(), Some(name.to_owned()).filter(|name| !name.is_empty()))
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
