//! `tidings list import`.

use crate::commands::sending::{open_store, store_failure};
use crate::commands::{Exit, Failure, Voice};
use crate::config::Config;
use crate::files;
use crate::list::{CsvList, Rejected, read_list};
use crate::store::ImportCount;
use chrono::Utc;
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn import(config: &Config, voice: &Voice, file: &Path, pending: bool) -> Result<Exit, Failure> {
    let bytes = files::read_file(file).map_err(|error| Failure::file("read", file, &error))?;
    let CsvList { imported: records, rejected, notes } = read_list(&bytes);
    let count = open_store(config)?.import(&records, pending, Utc::now()).map_err(|error| store_failure(&error))?;
    let ImportCount { imported, updated, suppressed, pending, kept } = count;
    let lines = |told: &[Rejected]| told.iter().map(|one| json!({"line": one.line, "reason": one.reason})).collect::<Vec<Value>>();
    let mut object = json!({
        "version": 1, "imported": imported, "updated": updated, "suppressed": suppressed, "pending": pending, "kept": kept,
        "rejected": lines(&rejected),
    });
    if !notes.is_empty() {
        object["notes"] = lines(&notes).into();
    }
    voice.object(&object);
    for one in rejected.iter().chain(&notes) {
        voice.note(&format!("{}:{}: {}", file.display(), one.line, one.reason));
    }
    voice.result(&summary(&count, rejected.len()));
    Ok(if rejected.is_empty() { Exit::Done } else { Exit::Problems })
}

/// What happened, and how many of them get no mail.
fn summary(count: &ImportCount, rejected: usize) -> String {
    let ImportCount { imported, updated, suppressed, pending, kept } = *count;
    let mut text = format!("Imported {imported} new, updated {updated}");
    if rejected > 0 {
        text.push_str(&format!(", {rejected} rejected"));
    }
    text.push('.');
    let silent: Vec<String> = [
        (pending, "not confirmed yet"),
        (suppressed - kept, "suppressed or unsubscribed by this file"),
        (kept, "suppressed or unsubscribed before, and left so"),
    ]
    .iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("{number} {what}"))
    .collect();
    if !silent.is_empty() {
        text.push_str(&format!(" They get no mail: {}.", silent.join("; ")));
    }
    text
}
