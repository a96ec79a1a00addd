//! `tidings report`: who got an issue.

use super::args::{NowArgs, SharedArgs};
use super::sending::{Told, counts_json, counts_text, find_issue, find_store, load, read_publication, store_failure};
use super::{Exit, Failure};
use crate::ledger::StateWord;
use crate::store::DeliveryRow;
use chrono::SecondsFormat;
use clap::Args;
use serde_json::{Value, json};

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
    let issue = if args.issue == "latest" {
        match read_publication(&config, &voice, args.now.now()?)? {
            Ok(publication) => find_issue(&publication.plan, "latest")?.id.clone(),
            Err(Told(exit)) => return Ok(exit),
        }
    } else {
        args.issue.clone()
    };
    let never = || Failure::new(format!("issue {issue} was never sent"), format!("tidings send {issue}"));
    let store = find_store(&config)?.ok_or_else(never)?;
    let counts = store.counts(&issue).map_err(|error| store_failure(&error))?.ok_or_else(never)?;
    let deliveries = store.deliveries(&issue, args.all).map_err(|error| store_failure(&error))?;
    let mut object = counts_json(&issue, &counts);
    object.insert("deliveries".into(), deliveries.iter().map(delivery_json).collect());
    voice.object(&Value::Object(object));
    let mut lines = vec![format!("Issue {issue}: {}", counts_text(&counts))];
    lines.extend(deliveries.iter().map(|row| {
        let reply = row.reply.as_ref().map(|reply| format!("  {reply}")).unwrap_or_default();
        format!("{}  {}{reply}", row.address, state_word(row.state.word()))
    }));
    voice.result(&lines.join("\n"));
    Ok(Exit::Done)
}

/// What people and scripts see: a delivery in the middle of its dot is still claimed.
fn state_word(state: StateWord) -> &'static str {
    match state {
        StateWord::Begun => StateWord::Claimed.as_str(),
        StateWord::Withdrawn => "suppressed",
        other => other.as_str(),
    }
}

fn delivery_json(row: &DeliveryRow) -> Value {
    json!({
        "address": row.address,
        "state": state_word(row.state.word()),
        "attempts": row.attempts,
        "reply": row.reply,
        "message_id": row.message_id,
        "updated": row.updated.to_rfc3339_opts(SecondsFormat::Secs, true),
    })
}
