//! What the commands about list and ledger share: the configuration with its store, and issues by their names.

use super::args::{SharedArgs, SiteArgs};
use super::load::{is_there, load_config, missing, open_content};
use super::{Exit, Failure, Voice, diagnostics_json};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::files::{self, Folder};
use crate::newsletter::{Mode, PlannedIssue};
use crate::pipeline::{self, Plan};
use crate::store::{Counts, Store, StoreError};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// Faults in the user's files were told; the command ends with this.
pub(super) struct Told(pub Exit);

/// Tells faults, as diagnostics for people or as the one object for scripts.
pub(super) fn tell(voice: &Voice, what: &str, faults: &[Diagnostic]) -> Told {
    voice.diagnostics(faults);
    voice.object(&json!({"version": 1, "error": what, "diagnostics": diagnostics_json(faults)}));
    Told(Exit::Problems)
}

pub(super) fn load(shared: &SharedArgs) -> Result<Result<Config, Told>, Failure> {
    if !is_there(shared) {
        return Err(missing(""));
    }
    let (config, faults) = load_config(shared, &SiteArgs::default())?;
    let voice = shared.voice();
    Ok(match config {
        Some(config) => {
            voice.diagnostics(&faults);
            Ok(config)
        }
        None => Err(tell(&voice, "the configuration has errors", &faults)),
    })
}

/// Opens the store, and makes it.
pub(super) fn open_store(config: &Config) -> Result<Store, Failure> {
    Store::open(&config.sending.store).map_err(|error| store_failure(&error))
}

/// The store to look at, if there is one: looking makes no file, and needs no right to write.
pub(super) fn find_store(config: &Config) -> Result<Option<Store>, Failure> {
    let path = &config.sending.store;
    if files::exists(path) { Store::open_to_read(path).map(Some).map_err(|error| store_failure(&error)) } else { Ok(None) }
}

pub(super) fn store_failure(error: &StoreError) -> Failure {
    let help = match error {
        StoreError::Failed { reason, .. } if reason.contains("not a database") => {
            "`url` under [store] names a file of another kind: name another one; if this was your list, put a copy of it back"
        }
        StoreError::Failed { reason, .. } if reason.contains("unable to open") => {
            "check that its folder is there, and that you may write in it"
        }
        StoreError::Failed { reason, .. } if reason.contains("malformed") => {
            "the file is damaged: put a copy of it back, or save what can be read with `sqlite3 tidings.db .recover`; a new one knows neither who has left nor who has got what"
        }
        StoreError::OtherSegment { .. } => {
            "leave --segment out to go on, or name the same one with --enrol-new; another segment gets the next issue"
        }
        StoreError::Nobody { .. } => "see `tidings list show`, and check --segment; `tidings list import FILE` fills the list",
        StoreError::Failed { .. } => "check that the disk has room and that you may write there",
        _ => "",
    };
    Failure::new(error.to_string(), help)
}

/// What to do about deliveries whose fate nobody knows.
pub(super) const UNCERTAIN: &str = "Uncertain: the connection broke before the server's answer, and they may have it. `tidings send --resend-uncertain` sends it to them again.";

/// The publication as it would be built now.
pub(super) struct Publication {
    pub folder: Folder,
    pub catalog: Catalog,
    pub plan: Plan,
}

/// Reads all content. Errors in it are told: who sends must not leave out what can't be read.
pub(super) fn read_publication(config: &Config, voice: &Voice, now: DateTime<Utc>) -> Result<Result<Publication, Told>, Failure> {
    Ok(gather(config, now)?.map_err(|faults| tell(voice, "the content has errors", &faults)))
}

/// Reads all content, or gives its faults.
pub(super) fn gather(config: &Config, now: DateTime<Utc>) -> Result<Result<Publication, Vec<Diagnostic>>, Failure> {
    let (folder, mut faults) = open_content(config)?;
    let (catalog, mut found) = pipeline::read_catalog(config, &folder);
    let (plan, mut planned) = pipeline::plan(config, &catalog, &found, now);
    faults.append(&mut found);
    faults.append(&mut planned);
    if faults.iter().any(Diagnostic::is_error) {
        return Ok(Err(faults));
    }
    Ok(Ok(Publication { folder, catalog, plan }))
}

/// The issue that a name means: its id, or `latest`.
pub(super) fn find_issue<'a>(plan: &'a Plan, mode: Option<Mode>, name: &str) -> Result<&'a PlannedIssue, Failure> {
    let found = match name {
        "latest" => plan.issues.first(),
        id => plan.issues.iter().find(|issue| issue.id == id),
    };
    found.ok_or_else(|| {
        let ids: Vec<&str> = plan.issues.iter().take(5).map(|issue| issue.id.as_str()).collect();
        match ids.as_slice() {
            [] => Failure::new(
                "there is no issue yet",
                match mode {
                    Some(Mode::Written) => {
                        "an issue is a Markdown file in `issues/` that is no draft and whose `date` has come; `tidings build` tells what one lacks"
                    }
                    Some(Mode::Post) => "an issue is an entry that is no draft and whose date has come; `tidings build` tells what one lacks",
                    _ => "an issue exists when its period is over and has entries; see `period` under [newsletter]",
                },
            ),
            ids => Failure::new(format!("there is no issue {name}"), format!("the newest are: {}", ids.join(", "))),
        }
    })
}

/// How the deliveries of an issue stand, as `report` and `send` say it to scripts.
pub(super) fn counts_json(issue: &str, counts: &Counts) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("version".into(), json!(1));
    object.insert("issue".into(), json!(issue));
    let numbers = [
        ("recipients", counts.recipients()),
        ("pending", counts.pending),
        ("claimed", counts.claimed + counts.begun),
        ("sent", counts.sent),
        ("deferred", counts.deferred),
        ("bounced", counts.bounced),
        ("uncertain", counts.uncertain),
        ("suppressed", counts.withdrawn),
    ];
    object.extend(numbers.map(|(name, number)| (name.to_owned(), json!(number))));
    object
}

/// The same for people.
pub(super) fn counts_text(counts: &Counts) -> String {
    let numbers = [
        ("pending", counts.pending),
        ("being sent", counts.claimed + counts.begun),
        ("deferred", counts.deferred),
        ("bounced", counts.bounced),
        ("uncertain", counts.uncertain),
        ("suppressed", counts.withdrawn),
    ];
    let others: String = numbers.iter().filter(|(_, number)| *number > 0).map(|(word, number)| format!(", {number} {word}")).collect();
    format!("{} of {} sent{others}", counts.sent, counts.recipients())
}

/// A number with its noun.
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
