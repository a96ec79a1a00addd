//! The list as JSON: an object a line, a list of them, or a document that holds one (our own export, a service's).

use super::csv::{Columns, CsvList, Rejected};
use serde_json::Value;
use serde_json::value::RawValue;

/// Whether a file is JSON and no CSV.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Reads all subscribers of a JSON file. Faults never stop the reading.
pub(super) fn read_json(bytes: &[u8]) -> CsvList {
    let mut list = CsvList::default();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let line = line_of(bytes, error.valid_up_to());
            list.rejected.push(Rejected { line, reason: "the file is not UTF-8: save it as UTF-8".into() });
            return list;
        }
    };
    match document(text) {
        Some(Ok(members)) => {
            let (mut from, mut line) = (0, 1);
            for (at, member) in members {
                line += line_of(bytes.get(from..at).unwrap_or_default(), at) - 1;
                from = at;
                read_object(&mut list, line, member);
            }
        }
        Some(Err(rejected)) => list.rejected.push(rejected),
        None => {
            for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                read_object(&mut list, at + 1, line);
            }
        }
    }
    list
}

/// The members of the list that a file is or holds, with their places. `None`: each line is an object.
fn document(text: &str) -> Option<Result<Vec<(usize, &str)>, Rejected>> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let is_object = text.trim_start().starts_with('{');
    // One object on one line that holds a list of objects is a document, too.
    if is_object && serde_json::from_str::<Value>(first).is_ok_and(|value| list_in(&value).is_none()) {
        return None;
    }
    let place =
        |error: serde_json::Error| Rejected { line: error.line(), reason: format!("the file is no JSON that can be read: {error}") };
    let found = if is_object {
        serde_json::from_str::<std::collections::BTreeMap<&str, &RawValue>>(text).map(|object| {
            let is_list = |value: &&&RawValue| serde_json::from_str::<Value>(value.get()).is_ok_and(|value| is_list(&value));
            object.values().find(is_list).map(|value| value.get())
        })
    } else {
        Ok(Some(text.trim()))
    };
    Some(match found {
        Err(error) => Err(place(error)),
        Ok(None) => {
            let reason = "the file holds no list of subscribers: write one object a line, with an `email`".into();
            Err(Rejected { line: 1, reason })
        }
        Ok(Some(inner)) => serde_json::from_str::<Vec<&RawValue>>(inner)
            .map(|members| members.into_iter().map(|member| (offset(text, member.get()), member.get())).collect())
            .map_err(place),
    })
}

/// Where a part of a text stands in it.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

fn is_list(value: &Value) -> bool {
    value.as_array().is_some_and(|members| !members.is_empty() && members.iter().all(Value::is_object))
}

fn list_in(value: &Value) -> Option<&Value> {
    let object = value.as_object()?;
    let has_address = object.keys().any(|key| matches!(super::status::plain(key).as_str(), "email" | "emailaddress" | "address" | "mail"));
    object.values().find(|value| !has_address && is_list(value))
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// An object as a record whose header is its keys.
fn read_object(list: &mut CsvList, line: usize, text: &str) {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            list.rejected.push(Rejected { line, reason: format!("the line is no JSON that can be read: {error}") });
            return;
        }
    };
    let mut cells: Vec<(String, String)> = Vec::new();
    let Value::Object(object) = value else {
        list.rejected.push(Rejected { line, reason: "it should be an object such as {\"email\": \"anna@example.org\"}".into() });
        return;
    };
    for (key, value) in object {
        match value {
            // What services and our own export keep apart.
            Value::Object(inner) if matches!(key.as_str(), "fields" | "attribs" | "attributes" | "metadata" | "custom_fields") => {
                cells.extend(inner.into_iter().filter_map(|(key, value)| Some((key, flat(&value)?))));
            }
            Value::Object(inner) if key == "consent" => {
                cells.extend(inner.into_iter().filter_map(|(key, value)| Some((format!("consent_{key}"), flat(&value)?))));
            }
            value => cells.extend(flat(&value).map(|text| (key, text))),
        }
    }
    let header: csv::ByteRecord = cells.iter().map(|(key, _)| key.as_bytes()).collect();
    let record: csv::ByteRecord = cells.iter().map(|(_, text)| text.as_bytes()).collect();
    match Columns::read(&header) {
        Ok(columns) => {
            columns.read_into(list, line, &record);
        }
        Err(_) => list.rejected.push(Rejected { line, reason: "it has no `email`".into() }),
    }
}

/// A value as a cell has it; none for what says nothing.
fn flat(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        // Tags, and labels that are objects with a name.
        Value::Array(members) => {
            Some(members.iter().filter_map(|member| flat(member.get("name").unwrap_or(member))).collect::<Vec<_>>().join(", "))
        }
        other => Some(other.to_string()),
    }
}
