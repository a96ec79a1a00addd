//! A TOML table read key by key: wrong types, and keys that nobody asked for, become diagnostics at their place.

use crate::body::clean_for_xml;
use crate::content::{Field, fields_of_table};
use crate::diagnostic::{Diagnostic, Source, Span};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Values from the command line, by their key in the file (`site.url`): the flag's name and its value.
pub type Overrides = BTreeMap<&'static str, (&'static str, String)>;

/// What people write above all tables, though it stands in `[site]`.
const SITE_KEYS: [&str; 8] = ["title", "url", "description", "language", "timezone", "author", "authors", "copyright"];

/// What people call a password that stands in the file.
const PASSWORDS: [&str; 4] = ["password", "pass", "passwd", "pw"];

const LEAVE_OUT: &str = "change the value, or leave the key out";

/// A value and where it was given.
#[derive(Clone, Debug)]
pub(super) struct Given<T> {
    pub value: T,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    File(Span),
    Flag(&'static str),
}

/// One table of the configuration.
pub(super) struct Table<'a> {
    source: &'a Source,
    overrides: &'a Overrides,
    /// `site.` for the table `[site]`.
    prefix: String,
    entries: Vec<(Spanned<String>, Spanned<DeValue<'a>>)>,
    known: Vec<&'static str>,
    pub faults: Vec<Diagnostic>,
}

impl Given<()> {
    /// A place in the file.
    pub fn at(span: Span) -> Given<()> {
        Given { value: (), place: Place::File(span) }
    }
}

impl<'a> Table<'a> {
    pub fn root(source: &'a Source, overrides: &'a Overrides, table: DeTable<'a>) -> Table<'a> {
        Table::new(source, overrides, String::new(), table)
    }

    fn new(source: &'a Source, overrides: &'a Overrides, prefix: String, table: DeTable<'a>) -> Table<'a> {
        let own = |(key, value): (Spanned<std::borrow::Cow<'a, str>>, _)| (Spanned::new(key.span(), key.into_inner().into_owned()), value);
        Table { source, overrides, prefix, entries: table.into_iter().map(own).collect(), known: Vec::new(), faults: Vec::new() }
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        self.known.push(key);
        let at = self.entries.iter().position(|(name, _)| name.get_ref() == key)?;
        Some(self.entries.swap_remove(at).1)
    }

    fn flag(&self, key: &str) -> Option<Given<String>> {
        let (flag, value) = self.overrides.get(format!("{}{key}", self.prefix).as_str())?;
        Some(Given { value: value.clone(), place: Place::Flag(flag) })
    }

    /// A table below this one; what it finds comes back by `finish`.
    pub fn table(&mut self, key: &'static str) -> Option<Table<'a>> {
        let prefix = format!("{}{key}.", self.prefix);
        match self.take(key) {
            Some(value) => {
                let span = value.span();
                match value.into_inner() {
                    DeValue::Table(table) => Some(Table::new(self.source, self.overrides, prefix, table)),
                    _ => {
                        self.wrong_type(key, span, "a table");
                        None
                    }
                }
            }
            None if self.overrides.keys().any(|name| name.starts_with(&prefix)) => {
                Some(Table::new(self.source, self.overrides, prefix, DeTable::new()))
            }
            None => None,
        }
    }

    /// The tables of an array of tables, or the one table that stands in its place.
    pub fn tables(&mut self, key: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let span = value.span();
        let values = match value.into_inner() {
            DeValue::Array(values) => values.into_iter().map(|value| (value.span(), value.into_inner())).collect(),
            one => vec![(span, one)],
        };
        let mut tables = Vec::new();
        for (span, value) in values {
            match value {
                DeValue::Table(table) => tables.push(Table::new(self.source, self.overrides, format!("{}{key}.", self.prefix), table)),
                // A name alone is enough for a person.
                DeValue::String(name) => {
                    let mut table = DeTable::new();
                    table.insert(Spanned::new(span.clone(), "name".into()), Spanned::new(span, DeValue::String(name)));
                    tables.push(Table::new(self.source, self.overrides, format!("{}{key}.", self.prefix), table));
                }
                _ => self.wrong_type(key, span, "a table such as { name = \"…\" }"),
            }
        }
        tables
    }

    /// The tables in a table whose keys are the user's own names, each with its name.
    pub fn named_tables(&mut self, key: &'static str) -> Vec<(Given<String>, Table<'a>)> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let span = value.span();
        let DeValue::Table(table) = value.into_inner() else {
            self.wrong_type(key, span, "a table of tables");
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (name, value) in table {
            let (name_span, span) = (name.span(), value.span());
            let name = name.into_inner().into_owned();
            match value.into_inner() {
                DeValue::Table(table) => {
                    let inner = Table::new(self.source, self.overrides, format!("{}{key}.{name}.", self.prefix), table);
                    tables.push((Given { value: name, place: Place::File(Span::new(name_span.start, name_span.end)) }, inner));
                }
                _ => self.wrong_type(&format!("{key}.{name}"), span, "a table"),
            }
        }
        tables
    }

    pub fn text(&mut self, key: &'static str) -> Option<Given<String>> {
        self.text_as(key, LEAVE_OUT)
    }

    /// Text with a form of its own, which `help` shows to who gives a number or the like.
    pub fn text_as(&mut self, key: &'static str, help: &str) -> Option<Given<String>> {
        let value = self.take(key);
        if let Some(given) = self.flag(key) {
            return Some(given);
        }
        let value = value?;
        let span = value.span();
        match value.into_inner() {
            DeValue::String(text) => {
                let span = Span::new(span.start, span.end);
                // Feeds leave them out wherever they stand; the user should know.
                if let Some(character) = text.chars().find(|c| clean_for_xml(c.encode_utf8(&mut [0; 4])).is_empty()) {
                    self.faults.push(Diagnostic::control_removed(character).at(self.source, span));
                }
                Some(Given { value: text.into_owned(), place: Place::File(span) })
            }
            _ => {
                self.refuse(key, &Given::at(Span::new(span.start, span.end)), "should be text in quotes", help);
                None
            }
        }
    }

    /// A table of the user's own keys and values, with its place.
    pub fn fields(&mut self, key: &'static str) -> Option<Given<Vec<Field>>> {
        let value = self.take(key)?;
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Some(Given { value: fields_of_table(table), place: Place::File(Span::new(span.start, span.end)) }),
            _ => {
                self.wrong_type(key, span, "a table such as { author = \"…\" }");
                None
            }
        }
    }

    /// Whether the key's value is text, or missing.
    pub fn is_text(&self, key: &str) -> bool {
        let value = self.entries.iter().find(|(name, _)| name.get_ref() == key);
        value.is_none_or(|(_, value)| matches!(value.get_ref(), DeValue::String(_)))
    }

    /// A day, as TOML writes it, or as text in the same form.
    pub fn date(&mut self, key: &'static str) -> Option<Given<NaiveDate>> {
        let value = self.take(key)?;
        let span = value.span();
        let found: Option<NaiveDate> = match value.into_inner() {
            DeValue::Datetime(date) => date.to_string().parse().ok(),
            DeValue::String(text) => text.parse().ok(),
            _ => None,
        };
        if found.is_none() {
            self.wrong_type(key, span.clone(), "a day, such as 2026-01-01");
        }
        found.map(|value| Given { value, place: Place::File(Span::new(span.start, span.end)) })
    }

    /// Whether anything was found wrong so far.
    pub fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    pub fn flag_or_bool(&mut self, key: &'static str) -> Option<bool> {
        let value = self.take(key);
        if let Some(given) = self.flag(key) {
            return Some(given.value == "true");
        }
        let value = value?;
        let span = value.span();
        match value.into_inner() {
            DeValue::Boolean(flag) => Some(flag),
            _ => {
                self.wrong_type(key, span, "true or false");
                None
            }
        }
    }

    /// A whole number of zero or more.
    pub fn number(&mut self, key: &'static str) -> Option<Given<u64>> {
        let value = self.take(key);
        let given = match (self.flag(key), value) {
            (Some(given), _) => given,
            (None, Some(value)) => {
                let place = Place::File(Span::new(value.span().start, value.span().end));
                match value.into_inner() {
                    DeValue::Integer(number) => Given { value: number.to_string(), place },
                    _ => Given { value: String::new(), place },
                }
            }
            (None, None) => return None,
        };
        match given.value.replace('_', "").parse() {
            Ok(number) => Some(Given { value: number, place: given.place }),
            Err(_) => {
                self.refuse(key, &given, "should be a whole number, 0 or more", "write it without quotes, such as 50");
                None
            }
        }
    }

    pub fn texts(&mut self, key: &'static str) -> Option<Given<Vec<String>>> {
        let value = self.take(key)?;
        let span = value.span();
        let place = Place::File(Span::new(span.start, span.end));
        let texts = match value.into_inner() {
            DeValue::Array(values) => values
                .into_iter()
                .map(|value| match value.into_inner() {
                    DeValue::String(text) => Some(text.into_owned()),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>(),
            // A list of one.
            DeValue::String(text) => Some(vec![text.into_owned()]),
            _ => None,
        };
        if texts.is_none() {
            self.wrong_type(key, span, "a list of texts, such as [\"rss\", \"atom\"]");
        }
        texts.map(|value| Given { value, place })
    }

    /// All keys that are left, each with its text: a table whose keys are the user's own names.
    pub fn rest(&mut self, help: &str) -> Vec<(String, Given<String>)> {
        let mut found = Vec::new();
        for (key, value) in std::mem::take(&mut self.entries) {
            let span = value.span();
            match value.into_inner() {
                DeValue::String(text) => {
                    found.push((key.into_inner(), Given { value: text.into_owned(), place: Place::File(Span::new(span.start, span.end)) }));
                }
                _ => {
                    let name = format!("{}{}", self.prefix, key.get_ref());
                    self.faults.push(
                        Diagnostic::config_value(&name, "should be text in quotes", help).at(self.source, Span::new(span.start, span.end)),
                    );
                }
            }
        }
        found
    }

    fn wrong_type(&mut self, key: &str, span: std::ops::Range<usize>, expected: &str) {
        self.refuse(key, &Given::at(Span::new(span.start, span.end)), &format!("should be {expected}"), LEAVE_OUT);
    }

    /// Says that a value can't be used.
    pub fn refuse<T>(&mut self, key: &str, given: &Given<T>, reason: &str, help: &str) {
        let key = format!("{}{key}", self.prefix);
        self.faults.push(match &given.place {
            Place::File(span) => Diagnostic::config_value(&key, reason, help).at(self.source, *span),
            Place::Flag(flag) => Diagnostic::config_value(flag, reason, help),
        });
    }

    /// The key with those of the tables that hold it.
    pub fn name(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Tells a fault of a value at its place.
    pub fn refuse_with<T>(&mut self, given: &Given<T>, fault: Diagnostic) {
        self.faults.push(match &given.place {
            Place::File(span) => fault.at(self.source, *span),
            Place::Flag(_) => fault,
        });
    }

    /// Tells what no single value is to blame for.
    pub fn advise(&mut self, fault: Diagnostic) {
        self.faults.push(fault.in_file(&self.source.path.display));
    }

    /// Says that a key must be there.
    pub fn miss(&mut self, key: &str, help: &str) {
        self.faults.push(Diagnostic::config_missing(&format!("{}{key}", self.prefix), help).in_file(&self.source.path.display));
    }

    /// A value of a fixed set of words.
    pub fn choice<T: Clone>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
        let help = format!("use one of {}", names.join(", "));
        let given = self.text_as(key, &help)?;
        let found = choices.iter().find(|(name, _)| *name == given.value).map(|(_, choice)| choice.clone());
        if found.is_none() {
            self.refuse(key, &given, &format!("can't be `{}`", given.value), &help);
        }
        found
    }

    /// Reports the keys that nobody asked for, and gives all faults of this table.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        for (key, _) in &self.entries {
            let name = key.get_ref();
            let nearest = self.known.iter().map(|known| (strsim::damerau_levenshtein(name, known), *known)).min();
            let suggestion = nearest.filter(|(distance, known)| *distance <= 2.max(known.len() / 3)).map(|(_, known)| known);
            let known = self.known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
            let mut fault = Diagnostic::config_unknown_key(&format!("{}{name}", self.prefix), suggestion, &known);
            if self.prefix.is_empty() && SITE_KEYS.contains(&name.as_str()) {
                fault.help = "write it below a line `[site]`".to_owned();
            }
            if self.prefix == "smtp." && PASSWORDS.contains(&name.as_str()) {
                fault.help = "secrets never stand in this file: name a variable by password_env, or a file by password_file".to_owned();
            }
            self.faults.push(fault.at(self.source, Span::new(key.span().start, key.span().end)));
        }
        self.faults
    }
}
