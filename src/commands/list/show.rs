//! `tidings list show` and `export`: row by row, so that the list need not fit into memory.

use crate::commands::args::OutputFormat;
use crate::commands::sending::{find_store, store_failure};
use crate::commands::{Exit, Failure, Voice};
use crate::config::Config;
use crate::list::{Address, CsvWriter, Filter, Listed, listed_json, moment_text};
use crate::store::{Lifted, ListView, StoreError};
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

pub(super) fn export(config: &Config, voice: &Voice, format: OutputFormat, filter: &Filter) -> Result<Exit, Failure> {
    match format {
        OutputFormat::Json => write_json(config, voice, filter),
        // The CSV is what was asked for: `--quiet` does not silence it.
        _ => written(look(config, |view| write_csv(view, filter))),
    }
}

/// The view of the list, or of none where there is no store yet.
fn look<T>(config: &Config, work: impl FnOnce(Option<&ListView>) -> Result<T, Stopped>) -> Result<T, Stopped> {
    match find_store(config).map_err(Stopped::Failure)? {
        Some(store) => store.view(|view| work(Some(view))),
        None => work(None),
    }
}

/// Why the writing of rows ended early.
enum Stopped {
    Store(StoreError),
    Output(io::Error),
    Failure(Failure),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Stopped::Store(error)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Stopped::Output(error)
    }
}

fn written(outcome: Result<(), Stopped>) -> Result<Exit, Failure> {
    match outcome {
        Ok(()) => Ok(Exit::Done),
        // The reader has seen enough.
        Err(Stopped::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(Stopped::Output(error)) => Err(Failure::new(format!("can't write the list: {error}"), "check that the disk has room")),
        Err(Stopped::Store(error)) => Err(store_failure(&error)),
        Err(Stopped::Failure(failure)) => Err(failure),
    }
}

/// Gives each row to `write`, and the first fault of writing back.
fn each(view: Option<&ListView>, filter: &Filter, write: &mut dyn FnMut(Listed) -> io::Result<()>) -> Result<(), Stopped> {
    let Some(view) = view else { return Ok(()) };
    let mut outcome = Ok(());
    view.each(filter, &mut |one| match write(one) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            outcome = Err(error);
            ControlFlow::Break(())
        }
    })?;
    Ok(outcome?)
}

fn write_csv(view: Option<&ListView>, filter: &Filter) -> Result<(), Stopped> {
    let fields = view.map(|view| view.field_names(filter)).transpose()?.unwrap_or_default();
    let mut csv = CsvWriter::start(BufWriter::new(io::stdout().lock()), fields)?;
    each(view, filter, &mut |one| csv.write(&one))?;
    Ok(csv.finish()?)
}

/// One object, also where the store fails in the middle: then it ends with the error.
fn write_json(config: &Config, voice: &Voice, filter: &Filter) -> Result<Exit, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut begun = false;
    let outcome = look(config, |view| {
        out.write_all(b"{\"version\":1,\"subscribers\":[")?;
        let mut before = "";
        begun = true;
        each(view, filter, &mut |one| {
            write!(out, "{before}{}", listed_json(&one))?;
            before = ",";
            Ok(())
        })
    });
    let ending = match outcome {
        Ok(()) => Ok("]}\n".to_owned()),
        Err(stopped) => match written(Err(stopped)) {
            Ok(exit) => return Ok(exit),
            Err(failure) if !begun => return Err(failure),
            Err(failure) => Err(failure),
        },
    };
    let end = ending.as_ref().map_or_else(
        |failure| format!("],\"error\":{},\"help\":{},\"diagnostics\":[]}}\n", json!(failure.message), json!(failure.help)),
        String::clone,
    );
    let done = out.write_all(end.as_bytes()).and_then(|()| out.flush());
    match ending {
        Ok(_) => written(done.map_err(Stopped::Output)),
        Err(failure) => {
            drop(out);
            if !voice.json {
                voice.failure(&failure);
            }
            Ok(Exit::CouldNotRun)
        }
    }
}

pub(super) fn show(config: &Config, voice: &Voice, filter: &Filter) -> Result<Exit, Failure> {
    if voice.json {
        return write_json(config, voice, filter);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut count = 0_usize;
    written(look(config, |view| {
        if voice.quiet {
            return Ok(());
        }
        each(view, filter, &mut |one| {
            count += 1;
            writeln!(out, "{}", line(&one))
        })?;
        let people = if count == 1 { "subscriber" } else { "subscribers" };
        writeln!(out, "{count} {people}")?;
        Ok(out.flush()?)
    }))
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
