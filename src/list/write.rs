//! The list as files: CSV that any spreadsheet opens and `list import` takes back unchanged, and JSON.

use super::tags::join_tags;
use super::{Consent, Listed, moment_text};
use serde_json::{Value, json};
use std::io::{self, Write};

/// The columns of our own CSV. Whoever reads a file that starts with them knows that every further column is a field.
pub(super) const OWN_COLUMNS: [&str; 9] =
    ["email", "name", "language", "tags", "state", "suppressed", "suppressed_at", "consent_source", "consent_time"];

/// The keys of our own JSON.
pub(super) const OWN_KEYS: [&str; 9] = ["address", "name", "language", "tags", "fields", "state", "suppressed", "suppressed_at", "consent"];

/// Writes the list row by row: a list need not fit into memory.
pub struct CsvWriter<W: Write> {
    out: csv::Writer<W>,
    fields: Vec<String>,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header. `fields` are the names of all fields that the rows have.
    pub fn start(out: W, fields: Vec<String>) -> io::Result<CsvWriter<W>> {
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        // Names of fields come from a file's header, so they can be formulas as well as any cell.
        let names: Vec<String> = fields.iter().map(|name| disarm(name)).collect();
        out.write_record(OWN_COLUMNS.into_iter().chain(names.iter().map(String::as_str))).map_err(io::Error::other)?;
        Ok(CsvWriter { out, fields })
    }

    pub fn write(&mut self, one: &Listed) -> io::Result<()> {
        let subscriber = &one.subscriber;
        let suppressed = one.suppressed.as_ref();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let fixed = [
            subscriber.address.clone(),
            text(&subscriber.name),
            text(&subscriber.language),
            join_tags(&subscriber.tags),
            subscriber.state.word().to_owned(),
            suppressed.map(|one| one.reason.clone()).unwrap_or_default(),
            suppressed.and_then(|one| one.since).map(moment_text).unwrap_or_default(),
            text(&subscriber.consent.source),
            subscriber.consent.time.map(moment_text).unwrap_or_default(),
        ];
        let further = self.fields.iter().map(|name| subscriber.fields.get(name).cloned().unwrap_or_default());
        let row: Vec<String> = fixed.into_iter().chain(further).map(|cell| disarm(&cell)).collect();
        self.out.write_record(&row).map_err(io::Error::other)
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A spreadsheet takes a cell that starts like this for a formula, quoted or not, and a formula can send what is beside it
/// to a stranger. The names in a list are typed by strangers.
fn starts_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// An apostrophe in front makes it text. [`rearm`] takes it off again, which it can only where such a cell that has
/// apostrophes of its own gets one more.
fn disarm(cell: &str) -> String {
    if starts_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// A cell as it was before [`disarm`].
pub(super) fn rearm(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|_| starts_formula(cell)).unwrap_or(cell)
}

/// A row of the list for scripts; `list import` reads it back.
pub fn listed_json(one: &Listed) -> Value {
    let subscriber = &one.subscriber;
    let Consent { source, time } = &subscriber.consent;
    json!({
        "address": subscriber.address,
        "name": subscriber.name,
        "language": subscriber.language,
        "tags": subscriber.tags,
        "fields": subscriber.fields,
        "state": subscriber.state.word(),
        "suppressed": one.suppressed.as_ref().map(|one| one.reason.as_str()),
        "suppressed_at": one.suppressed.as_ref().and_then(|one| one.since).map(moment_text),
        "consent": if source.is_none() && time.is_none() { Value::Null } else { json!({"source": source, "time": time.map(moment_text)}) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_come_back() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+49 30 123", "'+49 30 123"),
            ("-Anna", "'-Anna"),
            ("@anna", "'@anna"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("''=1", "'''=1"),
            ("'n Anna", "'n Anna"),
            ("Anna=1", "Anna=1"),
            ("", ""),
            ("'", "'"),
        ] {
            assert_eq!(disarm(cell), written);
            assert_eq!(rearm(written), cell);
        }
    }
}
