//! `tidings list`: who gets the newsletter.

mod import;
mod show;

use super::args::SharedArgs;
use super::sending::{Told, find_store, load, open_store, store_failure};
use super::{Exit, Failure, Voice};
use crate::config::Config;
use crate::delivery::find_secret;
use crate::files;
use crate::list::{
    Address, Consent, Filter, Imported, Segment, Standing, Subscriber, SubscriptionState, UnsubscribeToken, read_language, read_moment,
};
use crate::message::token_of;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};
use import::{ImportArgs, import};
use serde_json::json;
use show::{export, show, show_one};

/// Import, export and look after the list of subscribers
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    #[command(subcommand)]
    command: ListCommand,
}

#[derive(Clone, Debug, Subcommand)]
enum ListCommand {
    /// Import subscribers from CSV, JSON or plain addresses; what is suppressed or unsubscribed stays so
    Import(ImportArgs),
    /// Write the list as CSV (or --format json); `list import` reads both back unchanged
    Export {
        #[command(flatten)]
        filter: FilterArgs,
    },
    /// Add one subscriber
    Add(AddArgs),
    /// Take a subscriber off the list; a suppression stays
    Remove {
        /// Whose, as it is on the list
        address: String,
    },
    /// Never mail an address again, whatever is imported
    Suppress {
        /// Which one, on the list or not
        address: String,
        /// Why, for whoever asks later
        #[arg(long, default_value = "suppressed by hand")]
        reason: String,
    },
    /// Lift a suppression: the address is mailed again if it is confirmed. That it was there is kept
    Unsuppress {
        /// Which one was suppressed
        address: String,
        /// Why, for whoever asks later
        #[arg(long, default_value = "lifted by hand")]
        reason: String,
    },
    /// Take somebody at their word who leaves: no import and no `add` brings the person back
    Unsubscribe {
        /// Whose, on the list or not
        #[arg(required_unless_present = "token")]
        address: Option<String>,
        /// Of the address that a message's link to unsubscribe was signed for: the link, or what follows its `?`
        #[arg(long, conflicts_with = "address")]
        token: Option<String>,
    },
    /// Show the subscribers, or one of them
    Show {
        /// Only this subscriber, with consent and history
        address: Option<String>,
        #[command(flatten)]
        filter: FilterArgs,
    },
}

#[derive(Clone, Debug, Args)]
struct AddArgs {
    /// Where mail goes, such as ann@example.org
    address: String,
    /// What a greeting calls the person
    #[arg(long)]
    name: Option<String>,
    /// BCP 47 tag, such as fr
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Part of the list, as `send --segment tag=TAG` asks for it; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// How the person agreed, such as "sign-up sheet at the fair"
    #[arg(long, value_name = "TEXT")]
    consent_source: Option<String>,
    /// When the person agreed (RFC 3339, or a date)
    #[arg(long, value_name = "TIME")]
    consent_time: Option<String>,
    /// It has not confirmed yet
    #[arg(long)]
    pending: bool,
}

#[derive(Clone, Debug, Args)]
struct FilterArgs {
    /// Only those with this tag
    #[arg(long)]
    tag: Option<String>,
    /// Only those of this language
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Only those in this state; who is suppressed is in no other
    #[arg(long, value_enum)]
    state: Option<StateArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StateArg {
    Confirmed,
    Pending,
    Unsubscribed,
    Suppressed,
}

impl FilterArgs {
    fn filter(&self) -> Filter {
        let segment = Segment { tag: self.tag.clone(), language: self.language.clone(), ..Segment::default() };
        let standing = self.state.map(|state| match state {
            StateArg::Confirmed => Standing::Confirmed,
            StateArg::Pending => Standing::Pending,
            StateArg::Unsubscribed => Standing::Unsubscribed,
            StateArg::Suppressed => Standing::Suppressed,
        });
        Filter { segment, standing }
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
        ListCommand::Import(args) => import(&config, &voice, args),
        ListCommand::Export { filter } => export(&config, &voice, shared.format, &filter.filter()),
        ListCommand::Show { address: None, filter } => show(&config, &voice, &filter.filter()),
        ListCommand::Show { address: Some(address), .. } => show_one(&config, &voice, &read_address(address)?),
        ListCommand::Add(args) => add(&config, &voice, args),
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
            refuse_controls([reason])?;
            let is_new = open_store(&config)?.suppress(address.as_written(), reason, Utc::now()).map_err(|error| store_failure(&error))?;
            voice.object(&json!({"version": 1, "suppressed": is_new}));
            let already = if is_new { "" } else { ", as it was already" };
            voice.result(&format!("{} will not be mailed{already}.", address.as_written()));
            Ok(Exit::Done)
        }
        ListCommand::Unsubscribe { address, token } => {
            let address = match (token, address) {
                (Some(link), _) => token_address(&config, link)?,
                (None, address) => address.clone().unwrap_or_default(),
            };
            unsubscribe(&config, &voice, &read_address(&address)?)
        }
        ListCommand::Unsuppress { address, reason } => unsuppress(&config, &voice, &read_address(address)?, reason),
    }
}

fn read_address(text: &str) -> Result<Address, Failure> {
    Address::read(text).map_err(|reason| Failure::new(format!("`{text}` is not an address: {reason}"), "write it as anna@example.org"))
}

fn refuse_controls<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<(), Failure> {
    match texts.into_iter().find(|text| text.as_ref().contains(char::is_control)) {
        Some(text) => Err(Failure::new(format!("{:?} holds a control character", text.as_ref()), "leave it out")),
        None => Ok(()),
    }
}

fn consent_moment(text: &str) -> Result<DateTime<Utc>, Failure> {
    read_moment(text).ok_or_else(|| Failure::new(format!("--consent-time: `{text}` is not a time"), "write it as 2026-05-01T12:00:00Z"))
}

fn add(config: &Config, voice: &Voice, args: &AddArgs) -> Result<Exit, Failure> {
    let address = read_address(&args.address)?;
    refuse_controls([&args.name, &args.language, &args.consent_source].into_iter().flatten().chain(&args.tags))?;
    let language = args.language.as_deref().map(read_language).transpose();
    let language = language.map_err(|reason| Failure::new(reason, "see BCP 47: a code of two or three letters comes first"))?;
    let text = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let subscriber = Subscriber {
        address: address.as_written().to_owned(),
        name: args.name.as_ref().and_then(text),
        language,
        tags: args.tags.iter().filter_map(text).collect(),
        consent: Consent {
            source: args.consent_source.as_ref().and_then(text),
            time: args.consent_time.as_deref().map(consent_moment).transpose()?,
        },
        ..Subscriber::default()
    };
    let record = Imported { line: 1, subscriber, suppressed: None };
    let count = open_store(config)?.import(&[record], args.pending, Utc::now()).map_err(|error| store_failure(&error))?;
    voice.object(&json!({"version": 1, "imported": count.imported, "updated": count.updated, "suppressed": count.suppressed}));
    let address = address.as_written();
    if count.suppressed > 0 {
        voice.note(&format!("{address} is suppressed or has unsubscribed, and stays so; see `tidings list unsuppress`."));
        return Ok(Exit::Problems);
    }
    voice.result(&format!("{} {address}.", if count.imported > 0 { "Added" } else { "Updated" }));
    Ok(Exit::Done)
}

/// Somebody leaves. A link may be used again and again.
fn unsubscribe(config: &Config, voice: &Voice, address: &Address) -> Result<Exit, Failure> {
    let address = address.as_written().to_owned();
    let failed = |error| store_failure(&error);
    let found = find_store(config)?.map(|store| store.find_listed(&address).map_err(failed)).transpose()?.flatten();
    let is_new = found.is_none_or(|one| one.subscriber.state != SubscriptionState::Unsubscribed);
    if is_new {
        // Also of somebody who is not on the list: a later import must not put the person there.
        let subscriber = Subscriber { address: address.clone(), state: SubscriptionState::Unsubscribed, ..Subscriber::default() };
        open_store(config)?.import(&[Imported { line: 1, subscriber, suppressed: None }], false, Utc::now()).map_err(failed)?;
    }
    voice.object(&json!({"version": 1, "address": address, "unsubscribed": is_new}));
    voice.result(&format!("{address} {}.", if is_new { "has unsubscribed" } else { "had unsubscribed already" }));
    Ok(Exit::Done)
}

/// Whom a link, or its token, unsubscribes. What stands here comes from whoever asks a web server: it is never an address.
fn token_address(config: &Config, link: &str) -> Result<String, Failure> {
    let failure =
        |reason| Failure::new(reason, "links are read with the secret that signed them: see secret_env and secret_file under [list]");
    let source = &config.sending.list.secret;
    // A new one would read nothing.
    let secret = find_secret(source).and_then(|found| found.ok_or_else(|| format!("there is no secret {source}")));
    UnsubscribeToken::verify(&secret.map_err(failure)?, &token_of(link)).map(|token| token.address).ok_or_else(|| {
        Failure::new(
            "the link to unsubscribe is not one that was signed here",
            "give it whole, or what follows its `?`; a new secret makes old links worthless",
        )
    })
}

fn unsuppress(config: &Config, voice: &Voice, address: &Address, reason: &str) -> Result<Exit, Failure> {
    let address = address.as_written();
    refuse_controls([reason])?;
    let failed = |error| store_failure(&error);
    let (lifted, now) = if files::exists(&config.sending.store) {
        let mut store = open_store(config)?;
        (store.unsuppress(address, reason, Utc::now()).map_err(failed)?, store.find_listed(address).map_err(failed)?)
    } else {
        (None, None)
    };
    let state = now.as_ref().map(|one| one.subscriber.state);
    let word = state.map(SubscriptionState::word);
    voice.object(&json!({"version": 1, "lifted": lifted.as_ref().map(|one| &one.reason), "state": word}));
    let Some(was) = lifted else {
        let but = if state == Some(SubscriptionState::Unsubscribed) {
            ": it has unsubscribed. Where the person asks to come back: `tidings list remove`, then `unsuppress`, then `add`"
        } else {
            ""
        };
        voice.note(&format!("{address} is not suppressed{but}."));
        return Ok(Exit::Problems);
    };
    let then = match state {
        Some(SubscriptionState::Confirmed) => "it is confirmed, and gets mail again".to_owned(),
        Some(state) => format!("it is {}, and gets no mail", state.word()),
        None => "it is not on the list; `tidings list add` puts it there".to_owned(),
    };
    voice.result(&format!("{address} is no longer suppressed ({}): {then}.", was.reason));
    Ok(Exit::Done)
}
