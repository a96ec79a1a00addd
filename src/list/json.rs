//! The list as JSON: an object a line, an array of them, or a document that holds one (our own export, a service's answer).

use super::SubscriptionState;
use super::read::{Stop, Taker, tell};
use super::record::{Column, Origin, Record, flat};
use super::text::{LONGEST_LINE, Line, Lines};
use super::words::{Verdict, plain};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// Keys under which documents have their list.
const LISTS: [&str; 8] = ["subscribers", "members", "contacts", "results", "data", "items", "recipients", "users"];

/// Whether each line of a file is an object.
pub(super) fn is_by_line(head: &[u8], is_whole: bool) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next());
    let is_document = |value: &Value| LISTS.iter().any(|list| value.get(list).is_some_and(|list| list.is_array() || list.is_object()));
    match (serde_json::from_slice::<Value>(first), second) {
        (Ok(Value::Object(object)), _) => !is_document(&Value::Object(object)),
        (Ok(_), _) => false,
        // A first line that is broken takes the others with it only where they are no lines of objects.
        (Err(_), Some(second)) => first.starts_with(b"{") && second.starts_with(b"{") && (second.ends_with(b"}") || !is_whole),
        (Err(_), None) => false,
    }
}

/// What becomes of the values of a file.
struct Values<'a, 't, E> {
    taker: &'a mut Taker<'t, E>,
    origin: Option<Origin>,
    /// The file's name.
    name: &'a str,
    /// The keys of the last object, and what they mean: mostly all objects have the same.
    keys: Vec<String>,
    columns: Vec<Column>,
}

impl<'a, 't, E> Values<'a, 't, E> {
    fn new(name: &'a str, taker: &'a mut Taker<'t, E>) -> Self {
        Values { taker, origin: None, name, keys: Vec::new(), columns: Vec::new() }
    }

    fn value(&mut self, line: usize, value: &Value) -> Result<(), Stop<E>> {
        match value {
            Value::Object(object) => self.object(line, object),
            Value::String(text) => {
                let origin = Origin::of_addresses(self.name);
                let mut record = Record::new(&origin);
                record.plain(text);
                self.taker.record(line, record).map(|_| ())
            }
            _ => self.taker.reject(line, "it should be an object such as {\"email\": \"anna@example.org\"}"),
        }
    }

    fn object(&mut self, line: usize, object: &Map<String, Value>) -> Result<(), Stop<E>> {
        if !object.keys().eq(self.keys.iter()) || self.origin.is_none() {
            self.keys = object.keys().cloned().collect();
            if self.origin.is_none() {
                let origin = Origin::of_object(&self.keys, self.name);
                tell(&origin, self.taker)?;
                self.origin = Some(origin);
            }
            self.columns = self.origin.as_ref().map(|origin| origin.columns(&self.keys)).unwrap_or_default();
        }
        let Some(origin) = &self.origin else { return Ok(()) };
        if !self.columns.iter().any(Column::is_address) {
            return self.taker.reject(line, "it has no `email`");
        }
        let mut record = Record::new(origin);
        for ((key, value), column) in object.iter().zip(&self.columns) {
            match value {
                Value::Array(members) if column.is_tags() => members.iter().for_each(|member| {
                    record.tag(flat(member.get("name").unwrap_or(member)).trim().to_owned());
                }),
                Value::Object(inner) if column.is_attributes() => inner.iter().for_each(|(name, value)| record.attribute(name, value)),
                value if origin.is_own && key == "consent" => record.consent(value),
                // Also of an extract that names its service no longer: who has left must not come back by it.
                Value::Array(lists) if key == "lists" && (origin.service.is_some() || has_subscriptions(lists)) => {
                    take_lists(&mut record, lists);
                }
                // Ghost tells there that an address has bounced or complained.
                value if plain(key) == "emailsuppression" => {
                    if value["suppressed"] == true {
                        let reason = value["info"]["reason"].as_str().unwrap_or("suppressed");
                        record.judge(Verdict::Suppressed, reason);
                    }
                }
                value => record.cell(column, &flat(value)),
            }
        }
        self.taker.record(line, record).map(|_| ())
    }
}

fn has_subscriptions(lists: &[Value]) -> bool {
    lists.iter().any(|list| list.get("subscription_status").is_some())
}

/// listmonk's lists, each with its own subscription: who has left them all, or confirmed none that wants it, gets no mail.
fn take_lists(record: &mut Record, lists: &[Value]) {
    let is = |list: &Value, key: &str, word: &str| list[key].as_str() == Some(word);
    let is_open = |list: &&Value| match list["subscription_status"].as_str() {
        Some("unsubscribed") => false,
        Some("unconfirmed") => !is(list, "optin", "double"),
        _ => true,
    };
    lists.iter().filter(is_open).filter_map(|list| list["name"].as_str()).for_each(|name| record.tag(name.trim().to_owned()));
    if !lists.is_empty() && !lists.iter().any(|list| is_open(&list)) {
        let has_left = lists.iter().all(|list| is(list, "subscription_status", "unsubscribed"));
        let state = if has_left { SubscriptionState::Unsubscribed } else { SubscriptionState::Pending };
        record.judge(Verdict::Is(state), "");
    }
}

/// Reads an object a line. A line that is none takes no other with it.
pub(super) fn read_lines<R: BufRead, E>(mut lines: Lines<R>, name: &str, taker: &mut Taker<E>) -> Result<Origin, Stop<E>> {
    let mut values = Values::new(name, taker);
    let mut line = Vec::new();
    loop {
        match lines.next(&mut line)? {
            Line::Over => return Ok(values.origin.unwrap_or_default()),
            Line::TooLong => values.taker.reject(lines.number, "the line is longer than 1 MiB")?,
            Line::Read if line.trim_ascii().is_empty() => {}
            Line::Read => match serde_json::from_slice::<Value>(&line) {
                Ok(value) => values.value(lines.number, &value)?,
                Err(error) => values.taker.reject(lines.number, format!("the line is no JSON that can be read: {error}"))?,
            },
        }
    }
}

/// Counts lines, and the bytes of a value.
struct Counted<R> {
    source: R,
    line: Rc<Cell<usize>>,
    bytes: Rc<Cell<usize>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(into)?;
        let lines = into.iter().take(read).filter(|byte| **byte == b'\n').count();
        self.line.set(self.line.get() + lines);
        self.bytes.set(self.bytes.get() + read);
        if self.bytes.get() > LONGEST_LINE {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a value has more than 1 MiB"));
        }
        Ok(read)
    }
}

/// Reads documents, one after the other, without holding more than one subscriber.
pub(super) fn read_documents<R: BufRead, E>(source: R, name: &str, taker: &mut Taker<E>) -> Result<Origin, Stop<E>> {
    let (line, bytes) = (Rc::new(Cell::new(1)), Rc::new(Cell::new(0)));
    let counted = Counted { source, line: line.clone(), bytes: bytes.clone() };
    let mut reader = serde_json::Deserializer::from_reader(counted);
    let mut documents = Documents { values: Values::new(name, taker), line, bytes, stopped: None, found: false };
    while reader.end().is_err() {
        if let Err(error) = (Document { documents: &mut documents }).deserialize(&mut reader) {
            if let Some(stopped) = documents.stopped {
                return Err(stopped);
            }
            if let Some(kind) = error.io_error_kind().filter(|kind| *kind != io::ErrorKind::FileTooLarge) {
                return Err(Stop::Source(kind.into()));
            }
            let reason = format!("the file is no JSON that can be read from here on: {error}");
            documents.values.taker.reject(error.line().max(1), reason)?;
            documents.found = true;
            break;
        }
    }
    if !documents.found {
        documents.values.taker.reject(1, "the file holds no subscribers: write one object a line, with an `email`")?;
    }
    Ok(documents.values.origin.unwrap_or_default())
}

struct Documents<'a, 't, E> {
    values: Values<'a, 't, E>,
    line: Rc<Cell<usize>>,
    bytes: Rc<Cell<usize>>,
    /// What ended the reading from outside; the parser only hears that something did.
    stopped: Option<Stop<E>>,
    found: bool,
}

impl<E> Documents<'_, '_, E> {
    fn value<Fault: Error>(&mut self, line: usize, value: &Value) -> Result<(), Fault> {
        self.found = true;
        self.values.value(line, value).map_err(|stop| {
            self.stopped = Some(stop);
            Fault::custom("stopped")
        })
    }
}

/// A document, or what stands under the key of a list in one.
struct Document<'d, 'a, 't, E> {
    documents: &'d mut Documents<'a, 't, E>,
}

impl<'de, E> DeserializeSeed<'de> for Document<'_, '_, '_, E> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.documents.bytes.set(0);
        deserializer.deserialize_any(self)
    }
}

impl<'de, E> Visitor<'de> for Document<'_, '_, '_, E> {
    /// What is no list.
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("subscribers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        self.documents.found = true;
        while sequence.next_element_seed(Element { documents: self.documents })?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let line = self.documents.line.get();
        let (mut object, mut had_list) = (Map::new(), false);
        while let Some(key) = map.next_key::<String>()? {
            let value = if LISTS.contains(&key.as_str()) {
                map.next_value_seed(Document { documents: self.documents })?
            } else {
                Some(map.next_value()?)
            };
            match value {
                Some(value) => drop(object.insert(key, value)),
                None => had_list = true,
            }
        }
        if !had_list && !object.is_empty() {
            self.documents.value(line, &Value::Object(object))?;
        }
        Ok(None)
    }

    fn visit_str<Fault: Error>(self, text: &str) -> Result<Self::Value, Fault> {
        Ok(Some(text.into()))
    }

    fn visit_bool<Fault: Error>(self, value: bool) -> Result<Self::Value, Fault> {
        Ok(Some(value.into()))
    }

    fn visit_i64<Fault: Error>(self, value: i64) -> Result<Self::Value, Fault> {
        Ok(Some(value.into()))
    }

    fn visit_u64<Fault: Error>(self, value: u64) -> Result<Self::Value, Fault> {
        Ok(Some(value.into()))
    }

    fn visit_f64<Fault: Error>(self, value: f64) -> Result<Self::Value, Fault> {
        Ok(Some(value.into()))
    }

    fn visit_unit<Fault: Error>(self) -> Result<Self::Value, Fault> {
        Ok(Some(Value::Null))
    }
}

/// A member of a list.
struct Element<'d, 'a, 't, E> {
    documents: &'d mut Documents<'a, 't, E>,
}

impl<'de, E> DeserializeSeed<'de> for Element<'_, '_, '_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let line = self.documents.line.get();
        self.documents.bytes.set(0);
        let value = <Value as serde::Deserialize>::deserialize(deserializer)?;
        self.documents.value(line, &value)
    }
}
