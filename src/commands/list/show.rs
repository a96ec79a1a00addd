//! `tidings list show` and `export`: row by row, so that the list need not fit into memory.

use crate::commands::args::OutputFormat;
use crate::commands::rows::{Stopped, each, write_object, written};
use crate::commands::sending::{find_store, store_failure};
use crate::commands::{Exit, Failure, Voice};
use crate::config::Config;
use crate::list::{Address, CsvWriter, Filter, Listed, listed_json, moment_text};
use crate::store::{Lifted, Store};
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};

pub(super) fn export(config: &Config, voice: &Voice, format: OutputFormat, filter: &Filter) -> Result<Exit, Failure> {
    let store = find_store(config)?;
    match format {
        OutputFormat::Json => write_json(store.as_ref(), voice, filter),
        // The CSV is what was asked for: `--quiet` does not silence it.
        _ => written(write_csv(store.as_ref(), filter)),
    }
}

/// Gives each row to `write`, if there is a list.
fn list(store: Option<&Store>, filter: &Filter, write: impl FnMut(Listed) -> io::Result<()>) -> Result<(), Stopped> {
    store.map_or(Ok(()), |store| store.view(|view| each(|take| view.each(filter, take), write)))
}

fn write_csv(store: Option<&Store>, filter: &Filter) -> Result<(), Stopped> {
    let start = |fields| CsvWriter::start(BufWriter::new(io::stdout().lock()), fields);
    let Some(store) = store else { return Ok(start(Vec::new())?.finish()?) };
    store.view(|view| {
        let mut csv = start(view.field_names(filter)?)?;
        each(|take| view.each(filter, take), |one| csv.write(&one))?;
        Ok(csv.finish()?)
    })
}

fn write_json(store: Option<&Store>, voice: &Voice, filter: &Filter) -> Result<Exit, Failure> {
    write_object(voice, "{\"version\":1,\"subscribers\":[", |write| list(store, filter, |one| write(&listed_json(&one))))
}

pub(super) fn show(config: &Config, voice: &Voice, filter: &Filter) -> Result<Exit, Failure> {
    let store = find_store(config)?;
    if voice.json {
        return write_json(store.as_ref(), voice, filter);
    }
    if voice.quiet {
        return Ok(Exit::Done);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut count = 0_usize;
    let mut write = || {
        list(store.as_ref(), filter, |one| {
            count += 1;
            writeln!(out, "{}", line(&one))
        })?;
        let people = if count == 1 { "subscriber" } else { "subscribers" };
        writeln!(out, "{count} {people}")?;
        Ok(out.flush()?)
    };
    written(write())
}

fn line(one: &Listed) -> String {
    let subscriber = &one.subscriber;
    let mut words = vec![subscriber.address.clone(), subscriber.state.word().to_owned()];
    words.extend(subscriber.name.as_ref().map(|name| format!("\"{name}\"")));
    words.extend(subscriber.language.clone());
    words.extend(subscriber.tags.iter().map(|tag| format!("#{tag}")));
    words.extend(one.suppressed.as_ref().map(|suppressed| format!("(suppressed: {})", suppressed.reason)));
    words.join("  ")
}

/// All that the store knows about one address.
pub(super) fn show_one(config: &Config, voice: &Voice, address: &Address) -> Result<Exit, Failure> {
    let failed = |error| store_failure(&error);
    let (found, lifted) = match find_store(config)? {
        Some(store) => (store.find_listed(address.as_written()).map_err(failed)?, store.lifted(address.as_written()).map_err(failed)?),
        None => (None, Vec::new()),
    };
    let lifted_json =
        |one: &Lifted| json!({"reason": one.reason, "since": moment_text(one.since), "lifted": moment_text(one.lifted), "why": one.why});
    voice.object(&json!({
        "version": 1,
        "subscribers": found.iter().map(listed_json).collect::<Vec<Value>>(),
        "lifted": lifted.iter().map(lifted_json).collect::<Vec<Value>>(),
    }));
    let mut lines: Vec<String> = found.iter().flat_map(details).collect();
    lines.extend(lifted.iter().map(|one| {
        format!("suppressed from {} to {}: {}; lifted: {}", moment_text(one.since), moment_text(one.lifted), one.reason, one.why)
    }));
    if found.is_none() {
        voice.note(&format!("{} is not on the list.", address.as_written()));
    }
    if !lines.is_empty() {
        voice.result(&lines.join("\n"));
    }
    Ok(if found.is_some() { Exit::Done } else { Exit::Problems })
}

fn details(one: &Listed) -> Vec<String> {
    let subscriber = &one.subscriber;
    let mut lines = vec![line(one)];
    lines.extend(one.suppressed.as_ref().and_then(|one| one.since).map(|since| format!("suppressed since {}", moment_text(since))));
    let consent = [subscriber.consent.source.clone(), subscriber.consent.time.map(moment_text)];
    let consent: Vec<String> = consent.into_iter().flatten().collect();
    if !consent.is_empty() {
        lines.push(format!("consent: {}", consent.join(", ")));
    }
    lines.extend(subscriber.fields.iter().map(|(name, text)| format!("{name}: {text}")));
    lines
}
