//! `tidings list import`: record by record, so that a list need not fit into memory.

use crate::commands::sending::{open_store, store_failure};
use crate::commands::{Exit, Failure, Voice};
use crate::config::Config;
use crate::list::{Found, ReadOptions, Stop, Told, read_list};
use crate::store::{ImportCount, StoreError};
use chrono::Utc;
use clap::Args;
use encoding_rs::Encoding;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

#[derive(Clone, Debug, Args)]
pub(super) struct ImportArgs {
    /// CSV with a header (email, name, language, tags; other columns become fields), JSON, or an address a line; - is standard input
    file: PathBuf,
    /// They have not confirmed yet
    #[arg(long)]
    pending: bool,
    /// Of a file that is neither UTF-8 nor UTF-16, such as windows-1252
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
}

/// What was told of lines.
#[derive(Default)]
struct Report {
    rejected: Vec<Told>,
    notes: Vec<Told>,
    /// Also where none is kept.
    rejected_count: usize,
}

impl From<StoreError> for Stop<StoreError> {
    fn from(error: StoreError) -> Self {
        Stop::Taker(error)
    }
}

pub(super) fn import(config: &Config, voice: &Voice, args: &ImportArgs) -> Result<Exit, Failure> {
    let ImportArgs { file, pending, encoding } = args;
    let encoding = encoding.as_deref().map(read_encoding).transpose()?;
    let source: Box<dyn Read> = if file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(file).map_err(|error| Failure::file("read", file, &error))?)
    };
    let options = ReadOptions { encoding, name: file.file_name().unwrap_or_default().to_string_lossy().into_owned() };
    let mut report = Report::default();
    let mut tell = |told: Told, is_rejected: bool| {
        voice.note(&format!("{}:{}: {}", file.display(), told.line, told.reason));
        report.rejected_count += usize::from(is_rejected);
        // People have been told; only the object for scripts comes at the end.
        if voice.json {
            if is_rejected { &mut report.rejected } else { &mut report.notes }.push(told);
        }
    };
    let stored = open_store(config)?.import_with(*pending, Utc::now(), |importing| {
        read_list(source, &options, &mut |found| match found {
            Found::Imported(one) => importing.put(&one),
            Found::Rejected(told) => {
                tell(told, true);
                Ok(())
            }
            Found::Note(told) => {
                tell(told, false);
                Ok(())
            }
        })
    });
    let (count, service) = stored.map_err(|stop| match stop {
        Stop::Source(error) => Failure::file("read", file, &error),
        Stop::Taker(error) => store_failure(&error),
    })?;
    let ImportCount { imported, updated, suppressed, unsubscribed, pending, kept } = count;
    let lines = |told: &[Told]| told.iter().map(|one| json!({"line": one.line, "reason": one.reason})).collect::<Vec<Value>>();
    let mut object = json!({
        "version": 1, "imported": imported, "updated": updated, "suppressed": suppressed, "unsubscribed": unsubscribed,
        "pending": pending, "kept": kept,
        "rejected": lines(&report.rejected),
    });
    if !report.notes.is_empty() {
        object["notes"] = lines(&report.notes).into();
    }
    if let Some(service) = &service {
        object["service"] = service.as_str().into();
    }
    voice.object(&object);
    voice.result(&summary(&count, report.rejected_count, service.as_deref()));
    Ok(if report.rejected_count == 0 { Exit::Done } else { Exit::Problems })
}

fn read_encoding(label: &str) -> Result<&'static Encoding, Failure> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        Failure::new(format!("--encoding: `{label}` is not known"), "such as windows-1252, iso-8859-2, macintosh, shift_jis, gb18030")
    })
}

/// What happened, and how many of them get no mail.
fn summary(count: &ImportCount, rejected: usize, service: Option<&str>) -> String {
    let ImportCount { imported, updated, suppressed, unsubscribed, pending, kept } = *count;
    let from = service.map(|service| format!(" from {service}")).unwrap_or_default();
    let mut text = format!("Imported{from}: {imported} new, {updated} updated");
    if rejected > 0 {
        text.push_str(&format!(", {rejected} rejected"));
    }
    text.push('.');
    let silent = [(unsubscribed, "unsubscribed"), (suppressed - unsubscribed, "suppressed"), (pending, "not confirmed yet")];
    let silent: Vec<String> = silent.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    if !silent.is_empty() {
        text.push_str(&format!(" Without mail: {}", silent.join(", ")));
        text.push_str(&if kept > 0 { format!("; {kept} of them were so before, and stay so.") } else { ".".to_owned() });
    }
    text
}
