//! `tidings report`: who got an issue.

use super::args::{NowArgs, SharedArgs};
use super::rows::{each, write_object, written};
use super::sending::{Told, UNCERTAIN, counts_json, counts_text, find_issue, find_store, gather, load, store_failure};
use super::{Exit, Failure};
use crate::config::Config;
use crate::ledger::{DeliveryState, StateWord};
use crate::store::{DeliveryRow, Store};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

/// Tell who got an issue, and who did not
#[derive(Clone, Debug, Args)]
pub struct ReportArgs {
    /// An issue's id, or `latest`
    issue: String,
    /// Also the deliveries that were sent
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    now: NowArgs,
}

/// Runs the command.
pub fn run(args: &ReportArgs, shared: &SharedArgs) -> Result<Exit, Failure> {
    let config = match load(shared)? {
        Ok(config) => config,
        Err(Told(exit)) => return Ok(exit),
    };
    let voice = shared.voice();
    let store = find_store(&config)?;
    let (issue, note) = match (args.issue.as_str(), &store) {
        ("latest", Some(store)) => latest(&config, store, args.now.now()?)?,
        ("latest", None) => return Err(Failure::new("no issue was sent yet", "tidings send latest")),
        (id, _) => (id.to_owned(), None),
    };
    let never = || Failure::new(format!("issue {issue} was never sent"), format!("tidings send {issue}"));
    let store = store.as_ref().ok_or_else(never)?;
    let counts = store.counts(&issue).map_err(|error| store_failure(&error))?.ok_or_else(never)?;
    let mut object = counts_json(&issue, &counts);
    if let Some(note) = note {
        voice.note(&note);
        object.insert("note".into(), note.into());
    }
    let rows = |take: &mut dyn FnMut(DeliveryRow) -> ControlFlow<()>| store.each_delivery(&issue, args.all, take);
    if voice.json {
        let object = Value::Object(object).to_string();
        let beginning = format!("{},\"deliveries\":[", object.trim_end_matches('}'));
        return write_object(&voice, &beginning, |write| each(rows, |row| write(&delivery_json(&row))));
    }
    if voice.quiet {
        return Ok(Exit::Done);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut write = || {
        writeln!(out, "Issue {issue}: {}", counts_text(&counts))?;
        each(rows, |row| {
            let reply = row.reply.as_ref().map(|reply| format!("  {reply}")).unwrap_or_default();
            let until = until(&row).map(|until| format!(" until {until}")).unwrap_or_default();
            writeln!(out, "{}  {}{until}{reply}", row.address, state_word(row.state.word()))
        })?;
        Ok(out.flush()?)
    };
    let exit = written(write());
    if counts.claimed + counts.begun > 0 {
        voice.note("Being sent: by the run that is at work; where none is, `tidings send` goes on with them.");
    }
    if counts.uncertain > 0 {
        voice.note(UNCERTAIN);
    }
    exit
}

/// The latest issue of the content; where that can't be read, the one that was sent last: what was sent does not depend on it.
/// With it what to tell of that.
fn latest(config: &Config, store: &Store, now: DateTime<Utc>) -> Result<(String, Option<String>), Failure> {
    let planned = match gather(config, now) {
        Ok(Ok(publication)) => {
            return find_issue(&publication.plan, config.newsletter.as_ref().map(|spec| spec.mode), "latest")
                .map(|issue| (issue.id.clone(), None));
        }
        Ok(Err(_)) => "the content has errors: see `tidings build`".to_owned(),
        Err(failure) => failure.message,
    };
    let issue = store.newest_issue().map_err(|error| store_failure(&error))?;
    let issue = issue.ok_or_else(|| Failure::new("no issue was sent yet", planned.clone()))?;
    Ok((issue, Some(format!("This is the issue that was sent last, since {planned}."))))
}

/// What people and scripts see: a delivery in the middle of its dot is still claimed.
fn state_word(state: StateWord) -> &'static str {
    match state {
        StateWord::Begun => StateWord::Claimed.as_str(),
        StateWord::Withdrawn => "suppressed",
        other => other.as_str(),
    }
}

/// When a deferred delivery is tried again at the earliest.
fn until(row: &DeliveryRow) -> Option<String> {
    match row.state {
        DeliveryState::Deferred { until } => Some(until.to_rfc3339_opts(SecondsFormat::Secs, true)),
        _ => None,
    }
}

fn delivery_json(row: &DeliveryRow) -> Value {
    json!({
        "address": row.address,
        "state": state_word(row.state.word()),
        "attempts": row.attempts,
        "reply": row.reply,
        "until": until(row),
        "message_id": row.message_id,
        "updated": row.updated.to_rfc3339_opts(SecondsFormat::Secs, true),
    })
}
