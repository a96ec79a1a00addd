//! `tidings list import`: record by record, so that a list need not fit into memory.

use super::{consent_moment, refuse_controls};
use crate::commands::sending::{open_store, store_failure};
use crate::commands::{Exit, Failure, Voice};
use crate::config::Config;
use crate::list::{Consent, Found, ReadOptions, Stop, Told, read_list};
use crate::store::{ImportCount, StoreError};
use chrono::Utc;
use clap::Args;
use encoding_rs::Encoding;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek};
use std::path::{Path, PathBuf};

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
    /// Tag them; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// How they agreed, where the file doesn't say it
    #[arg(long, value_name = "TEXT")]
    consent_source: Option<String>,
    /// When they agreed (RFC 3339, or a date), where the file doesn't say it
    #[arg(long, value_name = "TIME")]
    consent_time: Option<String>,
    /// Suppress all addresses of the file instead, with this reason: a list of bounces or complaints
    #[arg(long, value_name = "REASON", conflicts_with_all = ["pending", "tags", "consent_source", "consent_time"])]
    suppress: Option<String>,
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
    let ImportArgs { file, pending, encoding, tags, consent_source, consent_time, suppress } = args;
    let encoding = encoding.as_deref().map(read_encoding).transpose()?;
    refuse_controls(tags.iter().chain(consent_source).chain(suppress))?;
    let consent = Consent { source: consent_source.clone(), time: consent_time.as_deref().map(consent_moment).transpose()? };
    let bar = reading_bar(voice);
    let is_input = file.as_os_str() == "-";
    let shown = if is_input { "standard input".to_owned() } else { file.display().to_string() };
    let unreadable = |error: io::Error| match is_input {
        true => {
            Failure::new(format!("can't read standard input: {error}"), "see what writes it, and whether there is room beside the list")
        }
        false => Failure::file("read", file, &error),
    };
    let source = open(file, is_input, &config.sending.store).map_err(unreadable)?;
    bar.set_length(source.metadata().map_or(0, |metadata| metadata.len()));
    // Who says why all of them are suppressed needs no guess by the file's name.
    let name = if suppress.is_some() { None } else { file.file_name() };
    let options = ReadOptions { encoding, name: name.unwrap_or_default().to_string_lossy().into_owned() };
    let mut report = Report::default();
    let mut tell = |told: Told, is_rejected: bool| {
        bar.suspend(|| voice.note(&format!("{shown}:{}: {}", told.line, told.reason)));
        report.rejected_count += usize::from(is_rejected);
        // People have been told; only the object for scripts comes at the end.
        if voice.json {
            if is_rejected { &mut report.rejected } else { &mut report.notes }.push(told);
        }
    };
    let stored = open_store(config)?.import_with(*pending, Utc::now(), |importing| {
        read_list(bar.wrap_read(source), &options, &mut |found| match (found, suppress) {
            (Found::Imported(one), Some(reason)) => importing.suppress(&one, reason),
            (Found::Imported(mut one), None) => {
                let subscriber = &mut one.subscriber;
                let further: Vec<String> = tags.iter().filter(|tag| !subscriber.tags.contains(tag)).cloned().collect();
                subscriber.tags.extend(further);
                if subscriber.consent == Consent::default() {
                    subscriber.consent = consent.clone();
                }
                importing.put(&one)
            }
            (Found::Rejected(told), _) => {
                tell(told, true);
                Ok(())
            }
            (Found::Note(told), _) => {
                tell(told, false);
                Ok(())
            }
        })
    });
    bar.finish_and_clear();
    let (count, service) = stored.map_err(|stop| match stop {
        Stop::Source(error) => unreadable(error),
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

/// The file, whole. A pipe may be slow, and while records are stored nobody else can write to the list or the ledger: it is
/// read to its end before, into a file without a name beside them.
fn open(file: &Path, is_input: bool, store: &Path) -> io::Result<File> {
    let mut pipe: Box<dyn Read> = if is_input {
        Box::new(io::stdin().lock())
    } else {
        let opened = File::open(file)?;
        if opened.metadata()?.is_file() {
            return Ok(opened);
        }
        Box::new(opened)
    };
    let mut kept = tempfile::tempfile_in(store.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    io::copy(&mut pipe, &mut kept)?;
    kept.rewind()?;
    Ok(kept)
}

/// How much of the file is read, on a terminal.
fn reading_bar(voice: &Voice) -> ProgressBar {
    let is_shown = !voice.json && !voice.quiet && io::stderr().is_terminal();
    let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}  {eta} left");
    ProgressBar::with_draw_target(None, target).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
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
