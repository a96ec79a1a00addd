//! `tidings list`: who gets the newsletter.

use super::args::{OutputFormat, SharedArgs};
use super::sending::{Told, find_store, load, open_store, store_failure};
use super::{Exit, Failure, Voice};
use crate::config::Config;
use crate::files;
use crate::list::{
    Address, CsvList, Imported, Listed, Rejected, Segment, Subscriber, SubscriptionState, read_language, read_list, render_csv,
};
use crate::store::ImportCount;
use chrono::Utc;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Import, export and look after the list of subscribers
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    #[command(subcommand)]
    command: ListCommand,
}

#[derive(Clone, Debug, Subcommand)]
enum ListCommand {
    /// Import subscribers; what is suppressed or unsubscribed stays so
    Import {
        /// CSV with a header (email, name, language, tags; other columns become fields), JSON, or an address a line
        file: PathBuf,
        /// They have not confirmed yet
        #[arg(long)]
        pending: bool,
    },
    /// Write the list as CSV (or --format json)
    Export {
        #[command(flatten)]
        segment: SegmentArgs,
    },
    /// Add one subscriber
    Add {
        address: String,
        #[arg(long)]
        name: Option<String>,
        /// BCP 47 tag, such as fr
        #[arg(long, value_name = "TAG")]
        language: Option<String>,
        /// May be given several times
        #[arg(long = "tag", value_name = "TAG")]
        tags: Vec<String>,
        /// It has not confirmed yet
        #[arg(long)]
        pending: bool,
    },
    /// Take a subscriber off the list; a suppression stays
    Remove { address: String },
    /// Never mail an address again, whatever is imported
    Suppress {
        address: String,
        #[arg(long, default_value = "suppressed by hand")]
        reason: String,
    },
    /// Let an address be mailed again that bounced, complained or was suppressed; who unsubscribed stays unsubscribed
    Unsuppress { address: String },
    /// Show the subscribers
    Show {
        #[command(flatten)]
        segment: SegmentArgs,
    },
}

#[derive(Clone, Debug, Args)]
struct SegmentArgs {
    /// Only those with this tag
    #[arg(long)]
    tag: Option<String>,
    /// Only those of this language
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Only those of this state
    #[arg(long, value_enum)]
    state: Option<StateArg>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum StateArg {
    Pending,
    Confirmed,
    Unsubscribed,
    Suppressed,
}

impl SegmentArgs {
    fn segment(&self) -> Segment {
        Segment { tag: self.tag.clone(), language: self.language.clone(), ..Segment::default() }
    }

    /// A suppressed address has no other state: it gets no mail, whatever it was before.
    fn holds(&self, one: &Listed) -> bool {
        let state = match (&one.suppressed, one.subscriber.state) {
            (Some(_), _) => StateArg::Suppressed,
            (None, SubscriptionState::Pending) => StateArg::Pending,
            (None, SubscriptionState::Confirmed) => StateArg::Confirmed,
            (None, SubscriptionState::Unsubscribed) => StateArg::Unsubscribed,
        };
        self.state.is_none_or(|asked| asked == state)
    }
}

impl ListArgs {
    /// Whether `--format csv` means something.
    pub fn writes_csv(&self) -> bool {
        matches!(self.command, ListCommand::Export { .. })
    }
}

/// Runs the command.
pub fn run(args: &ListArgs, shared: &SharedArgs) -> Result<Exit, Failure> {
    let config = match load(shared)? {
        Ok(config) => config,
        Err(Told(exit)) => return Ok(exit),
    };
    let voice = shared.voice();
    match &args.command {
        ListCommand::Import { file, pending } => import(&config, &voice, file, *pending),
        ListCommand::Export { segment } => export(&config, &voice, shared.format, segment),
        ListCommand::Show { segment } => show(&config, &voice, segment),
        ListCommand::Add { address, name, language, tags, pending } => {
            let address = read_address(address)?;
            address.check_mailable().map_err(|reason| Failure::new(format!("{} can't be mailed: {reason}", address.as_written()), ""))?;
            let refused = [name, language].into_iter().flatten().chain(tags).find(|text| text.contains(char::is_control));
            if let Some(text) = refused {
                return Err(Failure::new(format!("{text:?} holds a control character"), "leave it out"));
            }
            let language = language.as_deref().map(read_language).transpose();
            let language = language.map_err(|reason| Failure::new(reason, "see BCP 47: a code of two or three letters comes first"))?;
            let subscriber = Subscriber {
                address: address.as_written().to_owned(),
                name: name.clone(),
                language,
                tags: tags.clone(),
                ..Subscriber::default()
            };
            add(&config, &voice, subscriber, *pending)
        }
        ListCommand::Remove { address } => {
            read_address(address)?;
            let was_there = files::exists(&config.sending.store)
                && open_store(&config)?.remove(address, Utc::now()).map_err(|error| store_failure(&error))?;
            voice.object(&json!({"version": 1, "removed": was_there}));
            if !was_there {
                voice.note(&format!("{address} is not on the list."));
                return Ok(Exit::Problems);
            }
            voice.result(&format!("Removed {address}."));
            Ok(Exit::Done)
        }
        ListCommand::Suppress { address, reason } => {
            let address = read_address(address)?;
            let is_new = open_store(&config)?.suppress(address.as_written(), reason, Utc::now()).map_err(|error| store_failure(&error))?;
            voice.object(&json!({"version": 1, "suppressed": is_new}));
            let already = if is_new { "" } else { ", as it was already" };
            voice.result(&format!("{} will not be mailed{already}.", address.as_written()));
            Ok(Exit::Done)
        }
        ListCommand::Unsuppress { address } => {
            let address = read_address(address)?;
            let was_there = files::exists(&config.sending.store)
                && open_store(&config)?.unsuppress(address.as_written()).map_err(|error| store_failure(&error))?;
            voice.object(&json!({"version": 1, "unsuppressed": was_there}));
            if !was_there {
                voice.note(&format!("{} is not suppressed.", address.as_written()));
                return Ok(Exit::Problems);
            }
            voice.result(&format!("{} is no longer suppressed.", address.as_written()));
            Ok(Exit::Done)
        }
    }
}

fn read_address(text: &str) -> Result<Address, Failure> {
    Address::read(text).map_err(|reason| Failure::new(format!("`{text}` is not an address: {reason}"), "write it as anna@example.org"))
}

fn import(config: &Config, voice: &Voice, file: &Path, pending: bool) -> Result<Exit, Failure> {
    let bytes = files::read_file(file).map_err(|error| Failure::file("read", file, &error))?;
    let CsvList { imported: records, rejected, notes } = read_list(&bytes);
    let left = records.iter().filter(|one| one.suppressed.is_some() || one.subscriber.state != SubscriptionState::Confirmed).count();
    let count = open_store(config)?.import(&records, pending, Utc::now()).map_err(|error| store_failure(&error))?;
    let ImportCount { imported, updated, suppressed } = count;
    let lines = |told: &[Rejected]| told.iter().map(|one| json!({"line": one.line, "reason": one.reason})).collect::<Vec<Value>>();
    let mut object =
        json!({"version": 1, "imported": imported, "updated": updated, "suppressed": suppressed, "rejected": lines(&rejected)});
    if !notes.is_empty() {
        object["notes"] = lines(&notes).into();
    }
    voice.object(&object);
    for one in rejected.iter().chain(&notes) {
        voice.note(&format!("{}:{}: {}", file.display(), one.line, one.reason));
    }
    let kept = if suppressed > 0 { format!(", {suppressed} left as they are (suppressed or unsubscribed)") } else { String::new() };
    let bad = if rejected.is_empty() { String::new() } else { format!(", {} rejected", rejected.len()) };
    voice.result(&format!("Imported {imported} new, updated {updated}{kept}{bad}."));
    if left > 0 {
        voice.result(&format!("{left} of the file get no mail: unsubscribed, suppressed, or not confirmed there."));
    }
    Ok(if rejected.is_empty() { Exit::Done } else { Exit::Problems })
}

fn add(config: &Config, voice: &Voice, subscriber: Subscriber, pending: bool) -> Result<Exit, Failure> {
    let address = subscriber.address.clone();
    let record = Imported { line: 1, subscriber, suppressed: None };
    let count = open_store(config)?.import(&[record], pending, Utc::now()).map_err(|error| store_failure(&error))?;
    voice.object(&json!({"version": 1, "imported": count.imported, "updated": count.updated, "suppressed": count.suppressed}));
    if count.suppressed > 0 {
        voice.note(&format!("{address} is suppressed or has unsubscribed, and stays so."));
        return Ok(Exit::Problems);
    }
    voice.result(&format!("{} {address}.", if count.imported > 0 { "Added" } else { "Updated" }));
    Ok(Exit::Done)
}

fn listed(config: &Config, segment: &SegmentArgs) -> Result<Vec<Listed>, Failure> {
    let Some(store) = find_store(config)? else { return Ok(Vec::new()) };
    let mut list = store.listed(&segment.segment()).map_err(|error| store_failure(&error))?;
    list.retain(|one| segment.holds(one));
    Ok(list)
}

fn to_json(list: &[Listed]) -> Value {
    let one = |one: &Listed| {
        let subscriber = &one.subscriber;
        json!({
            "address": subscriber.address,
            "name": subscriber.name,
            "language": subscriber.language,
            "tags": subscriber.tags,
            "fields": subscriber.fields,
            "state": subscriber.state.word(),
            "suppressed": one.suppressed,
        })
    };
    json!({"version": 1, "subscribers": list.iter().map(one).collect::<Vec<_>>()})
}

fn export(config: &Config, voice: &Voice, format: OutputFormat, segment: &SegmentArgs) -> Result<Exit, Failure> {
    let list = listed(config, segment)?;
    if format == OutputFormat::Json {
        voice.object(&to_json(&list));
    } else {
        // The CSV is what was asked for: `--quiet` does not silence it. A closed pipe is the reader's wish.
        let _ = std::io::stdout().lock().write_all(render_csv(&list).as_bytes());
    }
    Ok(Exit::Done)
}

fn show(config: &Config, voice: &Voice, segment: &SegmentArgs) -> Result<Exit, Failure> {
    let list = listed(config, segment)?;
    voice.object(&to_json(&list));
    let mut lines: Vec<String> = list
        .iter()
        .map(|one| {
            let subscriber = &one.subscriber;
            let mut words = vec![subscriber.address.clone(), subscriber.state.word().to_owned()];
            words.extend(subscriber.name.clone().map(|name| format!("\"{name}\"")));
            words.extend(subscriber.language.clone());
            words.extend(subscriber.tags.iter().map(|tag| format!("#{tag}")));
            words.extend(one.suppressed.as_ref().map(|reason| format!("(suppressed: {reason})")));
            words.join("  ")
        })
        .collect();
    lines.push(match list.len() {
        1 => "1 subscriber".to_owned(),
        count => format!("{count} subscribers"),
    });
    voice.result(&lines.join("\n"));
    Ok(Exit::Done)
}
