//! `tidings send`: an issue to its subscribers.

use super::args::{NowArgs, SharedArgs};
use super::forecast::{Forecast, time_text};
use super::progress::Bar;
use super::sending::{
    Publication, Told, UNCERTAIN, counted, counts_json, counts_text, find_issue, find_store, load, read_publication, store_failure, tell,
};
use super::{Exit, Failure, Voice};
use crate::config::{Config, read_rate};
use crate::delivery::{
    Consignment, Ended, NotSent, SendOptions, Summary, find_secret, open_secret, read_password, read_signers, send, send_one,
};
use crate::diagnostic::Diagnostic;
use crate::files;
use crate::list::{Address, Audience, Segment, Subscriber, UnsubscribeToken};
use crate::message::{ComposeError, Composer, Message, Recipient, Signer, fill_subject, sample_recipient, signed};
use crate::newsletter::{Edition, NewsletterSpec, PlannedIssue};
use crate::pipeline::render_edition;
use crate::store::StoreError;
use crate::transport::{Carrier, SmtpSpec, Transport};
use crate::url::ascii_domain;
use chrono::{DateTime, FixedOffset, Utc};
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Send an issue to its subscribers
#[derive(Clone, Debug, Args)]
pub struct SendArgs {
    /// An issue's id, or `latest`
    issue: String,
    /// Show what would be sent to how many, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Send one message to this address, past the list and the ledger
    #[arg(long, value_name = "ADDRESS", conflicts_with = "dry_run")]
    test: Option<String>,
    /// Don't ask
    #[arg(long)]
    yes: bool,
    /// Only part of the list, such as tag=beta or language=fr
    #[arg(long, value_name = "KEY=VALUE", value_parser = read_segment)]
    segment: Option<Segment>,
    /// Messages at most, such as 10/s
    #[arg(long, value_parser = parse_rate)]
    rate: Option<f64>,
    /// Messages at most to the recipients of a domain, such as gmail.com=5/s
    #[arg(long, value_name = "DOMAIN=RATE", value_parser = read_domain_rate, value_delimiter = ',')]
    per_domain: Vec<(String, f64)>,
    /// Connections at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
    connections: Option<u8>,
    /// Wait until then before anybody is enrolled or mailed (RFC 3339, or a local time of the site)
    #[arg(long, value_name = "TIME", conflicts_with_all = ["dry_run", "test"])]
    at: Option<String>,
    /// One pass: don't wait for deferred deliveries (exit code 75 if any are left)
    #[arg(long)]
    once: bool,
    /// Send again what may have been sent already, because no reply came
    #[arg(long)]
    resend_uncertain: bool,
    /// Send although the issue has changed since some got it
    #[arg(long)]
    allow_changed: bool,
    /// Send to those, too, who have come onto the list since the issue was first sent
    #[arg(long)]
    enrol_new: bool,
    #[command(flatten)]
    now: NowArgs,
}

fn read_segment(text: &str) -> Result<Segment, String> {
    match text.split_once('=') {
        Some(("tag", tag)) if !tag.is_empty() => Ok(Segment { tag: Some(tag.to_owned()), ..Segment::default() }),
        Some(("language", language)) if !language.is_empty() => Ok(Segment { language: Some(language.to_owned()), ..Segment::default() }),
        _ => Err("write it as tag=NAME or language=TAG".into()),
    }
}

fn read_domain_rate(text: &str) -> Result<(String, f64), String> {
    let found = text.split_once('=').and_then(|(domain, rate)| Some((ascii_domain(domain.trim())?, read_rate(rate)?)));
    found.ok_or_else(|| "write it as gmail.com=5/s".into())
}

fn parse_rate(text: &str) -> Result<f64, String> {
    read_rate(text).ok_or_else(|| "write it as 10/s, 600/m or 1000/h".into())
}

/// What is to be added where it is missing, as the least that works.
const NEWSLETTER: &str = "say who sends it; add to tidings.toml:\n
[newsletter]
from = \"Example News <news@example.org>\"";
const SMTP: &str = "name the server that takes your mail; add to tidings.toml:\n
[smtp]
host = \"smtp.example.org\"
user = \"news@example.org\"
password_file = \"smtp-password\"";

/// An issue with all that its messages need.
struct Letter<'a> {
    site: &'a crate::site::Site,
    edition: Edition,
    composer: Composer,
    /// Who is to get it.
    segment: Segment,
    secret: Vec<u8>,
    signers: Vec<Signer>,
}

impl<'a> Letter<'a> {
    fn new(spec: &NewsletterSpec, site: &'a crate::site::Site, edition: Edition, segment: Segment) -> Result<Letter<'a>, Failure> {
        let composer = Composer::new(spec, site, &edition).map_err(|error| unsendable(&edition, &error))?;
        Ok(Letter { site, edition, composer, segment, secret: Vec::new(), signers: Vec::new() })
    }

    fn message(&self, composer: &Composer, subscriber: &Subscriber, date: DateTime<Utc>) -> Result<Message, String> {
        let date = self.local(date);
        let message = composer.compose(&self.recipient(subscriber), date).map_err(|error| error.to_string())?;
        Ok(Message { bytes: signed(&self.signers, message.bytes, date)?, ..message })
    }

    fn local(&self, date: DateTime<Utc>) -> DateTime<FixedOffset> {
        date.with_timezone(&self.site.timezone).fixed_offset()
    }

    fn recipient(&self, subscriber: &Subscriber) -> Recipient {
        let token = UnsubscribeToken { issue: self.edition.issue.clone(), address: subscriber.address.clone() };
        Recipient {
            address: subscriber.address.clone(),
            name: subscriber.name.clone(),
            fields: subscriber.fields.clone(),
            unsubscribe_token: token.sign(&self.secret),
        }
    }

    /// The message to nobody: its bytes name the issue's content.
    fn sample(&self) -> Result<Message, Failure> {
        self.composer.compose(&sample_recipient(), self.edition.date).map_err(|error| unsendable(&self.edition, &error))
    }
}

fn unsendable(edition: &Edition, error: &ComposeError) -> Failure {
    Failure::new(format!("issue {} can't be sent: {error}", edition.issue), "see [newsletter] in tidings.toml")
}

/// Runs the command.
pub fn run(args: &SendArgs, shared: &SharedArgs) -> Result<Exit, Failure> {
    let config = match load(shared)? {
        Ok(config) => config,
        Err(Told(exit)) => return Ok(exit),
    };
    let voice = shared.voice();
    let spec = config.newsletter.as_ref().ok_or_else(|| Failure::new("there is no [newsletter] in the configuration", NEWSLETTER))?;
    let publication = match read_publication(&config, &voice, args.now.now()?)? {
        Ok(publication) => publication,
        Err(Told(exit)) => return Ok(exit),
    };
    let Publication { folder, catalog, plan } = &publication;
    let issue = find_issue(plan, Some(spec.mode), &args.issue)?;
    let (edition, faults) = render_edition(&config, spec, catalog, issue, folder);
    if faults.iter().any(Diagnostic::is_error) {
        return Ok(tell(&voice, "the issue has errors", &faults).0);
    }
    voice.diagnostics(&faults);
    let segment = Segment { audience: audience(issue), ..args.segment.clone().unwrap_or_default() };
    let mut letter = Letter::new(spec, &config.site, edition, segment)?;
    let sample = letter.sample()?;
    letter.signers = read_signers(&config.sending.dkim).map_err(|reason| Failure::new(reason, "see `dkim` under [smtp]"))?;
    let smtp_spec = smtp_spec(&config, args)?;
    let moment = args.at.as_ref().map(|text| read_moment(text, &config.site)).transpose()?;
    let hash = Sha256::digest(&sample.bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    if args.dry_run {
        let forecast = forecast(args, &config, &letter, &hash)?;
        let exit = dry_run(&voice, spec, &letter, sample.bytes.len(), &forecast, &smtp_spec, &missing(&config, &smtp_spec));
        return Ok(exit);
    }
    letter.secret =
        open_secret(&config.sending.list.secret).map_err(|reason| Failure::new(reason, "see secret_env and secret_file under [list]; without them tidings.secret is made beside tidings.toml, where you must be able to write"))?;
    let sender = smtp_spec.envelope_from.as_ref().unwrap_or(&spec.from.1);
    let from = Address::read(sender)
        .map_err(|reason| Failure::new(format!("the sender {sender} is no address: {reason}"), "see `from` under [newsletter]"))?;
    let password = smtp_spec.password.as_ref().map(read_password).transpose();
    let password = password.map_err(|reason| Failure::new(reason, "see password_env and password_file under [smtp]"))?;
    let transport = Transport::new(smtp_spec.clone(), password).map_err(|reason| Failure::new(reason, ""))?;
    if let Some(address) = &args.test {
        return test(address, &config, &voice, &letter, &hash, &transport, &from);
    }
    if !args.yes {
        confirm(&voice, &letter, &forecast(args, &config, &letter, &hash)?, &smtp_spec)?;
    }
    let compose = |subscriber: &Subscriber, date| letter.message(&letter.composer, subscriber, date);
    let consignment = Consignment { issue: &letter.edition.issue, content_hash: &hash, from, verp: smtp_spec.verp, compose: &compose };
    let options = SendOptions {
        segment: letter.segment.clone(),
        once: args.once,
        resend_uncertain: args.resend_uncertain,
        allow_changed: args.allow_changed,
        enrol_new: args.enrol_new,
    };
    let stop = stop_on_signals()?;
    if let Some(moment) = moment
        && !wait_until(moment, &letter, &stop, &voice)
    {
        voice.object(&json!({"version": 1, "issue": letter.edition.issue, "ended": "left", "reason": "stopped"}));
        voice.result("Stopped before its time; nothing was sent.");
        return Ok(Exit::Left);
    }
    let bar = Bar::new(&voice);
    let result = send(&config.sending.store, &transport, &smtp_spec, &consignment, &options, &stop, &bar);
    bar.finish();
    let exit = result.map(|summary| tell_summary(&voice, &letter.edition.issue, &summary)).map_err(|error| store_failure(&error))?;
    let others: Vec<&str> = letter.segment.audience.others().collect();
    if !others.is_empty() {
        voice.note(&format!("Its other editions go by themselves: {}", others.join(", ")));
    }
    Ok(exit)
}

/// The moment of `--at`; one without an offset is local to the site.
fn read_moment(text: &str, site: &crate::site::Site) -> Result<DateTime<Utc>, Failure> {
    let fault = || {
        Failure::new(
            format!("--at: `{text}` is not a time"),
            "write it as 2026-05-01T07:00:00+02:00, or 2026-05-01 07:00 in the site's time",
        )
    };
    crate::content::read_date(text, site.timezone).map(|(date, _)| date.with_timezone(&Utc)).ok_or_else(fault)
}

/// False if the user stopped it before.
fn wait_until(moment: DateTime<Utc>, letter: &Letter, stop: &AtomicBool, voice: &Voice) -> bool {
    let shown = letter.local(moment).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    voice.note(&match moment > Utc::now() {
        true => format!("Waiting until {shown}; Ctrl-C ends it"),
        false => format!("{shown} is over: it begins now"),
    });
    while Utc::now() < moment {
        if stop.load(Ordering::Relaxed) {
            return false;
        }
        let left = moment.signed_duration_since(Utc::now()).to_std().unwrap_or_default();
        std::thread::sleep(left.min(std::time::Duration::from_millis(200)));
    }
    true
}

/// Whom an edition is for.
fn audience(issue: &PlannedIssue) -> Audience {
    let own = issue.editions.iter().position(|edition| edition.id == issue.id).unwrap_or(0);
    let editions = issue.editions.iter().map(|edition| (edition.id.clone(), edition.language.clone())).collect();
    Audience { editions, own }
}

/// `[smtp]` with what the flags replace.
fn smtp_spec(config: &Config, args: &SendArgs) -> Result<SmtpSpec, Failure> {
    let spec = config.sending.smtp.clone();
    let mut spec = spec.ok_or_else(|| Failure::new("there is no [smtp] in the configuration", SMTP))?;
    spec.rate = args.rate.or(spec.rate);
    spec.per_domain.extend(args.per_domain.iter().cloned());
    spec.connections = args.connections.map_or(spec.connections, usize::from);
    Ok(spec)
}

/// Who would get it now, or why a run would be refused.
fn forecast(args: &SendArgs, config: &Config, letter: &Letter, hash: &str) -> Result<Forecast, Failure> {
    let Some(store) = find_store(config)? else { return Ok(Forecast::default()) };
    let (issue, segment) = (&letter.edition.issue, &letter.segment);
    let read = || {
        let before = store.enrolled(issue, hash, segment, args.allow_changed, args.enrol_new)?;
        let domains = store.due_by_domain(issue, segment, args.resend_uncertain, args.enrol_new)?;
        // Who gets a finished issue after all gets what the others got.
        if before.is_some_and(|enrolled| enrolled.is_changed) && !domains.is_empty() {
            return Err(StoreError::Changed { issue: issue.clone() });
        }
        Ok(Forecast { domains, before: store.counts(issue)? })
    };
    read().map_err(|error| store_failure(&error))
}

/// What a run would need and does not find here. A dry run goes on without: where it is made, such as a check of somebody
/// else's change, there are often no secrets.
fn missing(config: &Config, smtp: &SmtpSpec) -> Vec<String> {
    let mut missing: Vec<String> = smtp.password.as_ref().and_then(|password| read_password(password).err()).into_iter().collect();
    missing.extend(find_secret(&config.sending.list.secret).err());
    if let Carrier::Sendmail { command } = &smtp.carrier
        && let Some(program) = command.first()
        && program.contains('/')
        && !files::exists(Path::new(program))
    {
        missing.push(format!("there is no program {program}; see `command` under [smtp]"));
    }
    missing
}

fn dry_run(
    voice: &Voice,
    spec: &NewsletterSpec,
    letter: &Letter,
    bytes: usize,
    forecast: &Forecast,
    smtp: &SmtpSpec,
    missing: &[String],
) -> Exit {
    let edition = &letter.edition;
    let subject = fill_subject(edition, &sample_recipient());
    let (recipients, seconds) = (forecast.recipients(), forecast.seconds(smtp));
    voice.object(&json!({
        "version": 1, "dry_run": true, "issue": edition.issue, "subject": subject, "from": spec.from.1, "recipients": recipients,
        "domains": forecast.domains_json(), "bytes": bytes, "server": smtp.server(), "seconds": seconds,
        "sent": forecast.before.map_or(0, |counts| counts.sent), "note": forecast.note(), "missing": missing,
        "unsubscribe_url": spec.unsubscribe_url,
        "dkim": letter.signers.iter().map(|key| json!({"name": key.dns_name(), "txt": key.dns_record()})).collect::<Vec<_>>(),
    }));
    let domains = if recipients > 0 { format!(" ({})", forecast.domains_text()) } else { String::new() };
    let time = match seconds {
        Some(seconds) => format!("{} at the rates that are set", time_text(seconds)),
        None => format!("as fast as the server takes them over {}", counted(smtp.connections as u64, "connection")),
    };
    voice.result(&format!(
        "Issue {}: \"{subject}\", {bytes} bytes, from {}, to {}{domains}\nthrough {}, {time}. Nothing was sent.",
        edition.issue,
        spec.from.1,
        counted(recipients, "recipient"),
        smtp.server()
    ));
    voice.result(&format!("Who leaves goes to {}, where your web server answers (docs/sending.md).", spec.unsubscribe_url));
    if let Some(note) = forecast.note() {
        voice.note(&note);
    }
    if let Some(daily) = smtp.daily.filter(|daily| recipients > *daily) {
        voice.note(&format!("The provider is known to take {daily} recipients a day: it will defer or refuse the rest"));
    }
    for reason in missing {
        voice.note(&format!("A run would be refused: {reason}"));
    }
    for key in &letter.signers {
        voice.result(&format!("Signed; DNS should have: {} TXT \"{}\"", key.dns_name(), key.dns_record()));
    }
    Exit::Done
}

fn test(
    address: &str,
    config: &Config,
    voice: &Voice,
    letter: &Letter,
    hash: &str,
    transport: &Transport,
    from: &Address,
) -> Result<Exit, Failure> {
    let to = Address::read(address).map_err(|reason| Failure::new(format!("`{address}` is not an address: {reason}"), ""))?;
    // With the person's own name and fields, where it is on the list.
    let listed = match find_store(config)? {
        Some(store) => store.find_listed(to.as_written()).map_err(|error| store_failure(&error))?,
        None => None,
    };
    let on_list = listed.map(|one| one.subscriber);
    let subscriber = on_list.unwrap_or_else(|| Subscriber { address: to.as_written().to_owned(), ..Subscriber::default() });
    let composer = letter.composer.clone().for_test(hash);
    let message = letter.message(&composer, &subscriber, Utc::now()).map_err(|reason| Failure::new(reason, ""))?;
    let reply = match send_one(transport, from, &to, message) {
        Ok(reply) => reply,
        Err(NotSent::Refused(reply)) => {
            let failure = Failure::new(format!("the test was not sent: the server refuses it: {reply}"), "");
            voice.failure(&failure);
            return Ok(Exit::Problems);
        }
        Err(NotSent::Failed(reason)) => return Err(Failure::new(format!("the test was not sent: {reason}"), "see [smtp] in tidings.toml")),
    };
    voice.object(&json!({"version": 1, "test": address, "issue": letter.edition.issue, "reply": reply}));
    voice.result(&format!("Sent issue {} to {address}: {reply}", letter.edition.issue));
    Ok(Exit::Done)
}

/// Asks; not where nobody would get anything, which the run says by itself.
fn confirm(voice: &Voice, letter: &Letter, forecast: &Forecast, smtp: &SmtpSpec) -> Result<(), Failure> {
    if voice.json || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::new("nothing was sent: there is nobody to ask", "say --yes, or try --dry-run or --test ADDRESS first"));
    }
    let recipients = forecast.recipients();
    if recipients == 0 {
        return Ok(());
    }
    let mut err = std::io::stderr().lock();
    let asked = write!(
        err,
        "Send \"{}\" to {} through {}? [y/N] ",
        fill_subject(&letter.edition, &sample_recipient()),
        counted(recipients, "recipient"),
        smtp.server()
    )
    .and_then(|()| err.flush());
    let mut answer = String::new();
    let read = asked.and_then(|()| std::io::stdin().read_line(&mut answer));
    match (read, answer.trim().to_lowercase().as_str()) {
        (Ok(_), "y" | "yes") => Ok(()),
        _ => Err(Failure::new("nothing was sent", "")),
    }
}

/// SIGINT and SIGTERM end the run after the messages in flight; a second one ends the program at once. The end of the terminal, such as of
/// a connection by SSH, ends the run in order, too, however often it is told: the shell passes it on, and the kernel says it again.
fn stop_on_signals() -> Result<Arc<AtomicBool>, Failure> {
    use signal_hook::{consts, flag};
    let stop = Arc::new(AtomicBool::new(false));
    let failed = |error: std::io::Error| Failure::new(format!("can't listen to signals: {error}"), "");
    for signal in [consts::SIGINT, consts::SIGTERM] {
        flag::register_conditional_shutdown(signal, Exit::Left as i32, Arc::clone(&stop)).map_err(failed)?;
        flag::register(signal, Arc::clone(&stop)).map_err(failed)?;
    }
    #[cfg(unix)]
    if !ignores_hangup() {
        flag::register(consts::SIGHUP, Arc::clone(&stop)).map_err(failed)?;
    }
    Ok(stop)
}

/// Whether somebody has asked that the run outlives its terminal (`nohup`). Where the system does not tell, it is left as it is.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_none_or(|mask| mask >> (signal_hook::consts::SIGHUP - 1) & 1 == 1)
}

fn tell_summary(voice: &Voice, issue: &str, summary: &Summary) -> Exit {
    let counts = &summary.counts;
    let (word, reason) = match &summary.ended {
        Ended::Finished => ("finished", None),
        Ended::Unmade(_) => ("unmade", None),
        Ended::Left(reason) => ("left", Some(reason)),
        Ended::Policy(reason) => ("policy", Some(reason)),
        Ended::Stopped(reason) => ("stopped", Some(reason)),
    };
    let mut object = counts_json(issue, counts);
    object.insert("ended".into(), json!(word));
    object.insert("reason".into(), json!(reason));
    if word == "stopped" {
        object.insert("error".into(), json!(reason));
    }
    voice.object(&Value::Object(object));
    voice.result(&format!("Issue {issue}: {}.", counts_text(counts)));
    if summary.is_changed {
        voice.note("The issue has changed since it was sent; nobody gets it again.");
    } else if summary.was_finished {
        voice.note("It was finished before: this run sent nothing. --enrol-new sends it to who is new.");
    }
    if summary.suppressed > 0 {
        let who = if summary.suppressed == 1 { "1 address is".to_owned() } else { format!("{} addresses are", summary.suppressed) };
        voice.note(&format!("{who} unknown to the server and will not be mailed again: `tidings list show --state suppressed`."));
    }
    let left = if counts.open() == 1 { "1 is left".to_owned() } else { format!("{} are left", counts.open()) };
    match &summary.ended {
        Ended::Finished if counts.bounced + counts.uncertain > 0 => {
            voice.note(&format!("`tidings report {issue}` lists those that failed."));
            if counts.uncertain > 0 {
                voice.note(UNCERTAIN);
            }
            Exit::Problems
        }
        Ended::Finished => Exit::Done,
        Ended::Unmade(number) => {
            voice.note(&format!("For {number} no message could be made; they are left: mend their data or the issue, and run it again."));
            Exit::Problems
        }
        Ended::Left(reason) => {
            voice.note(&format!("{left} ({reason}); run it again to go on."));
            Exit::Left
        }
        Ended::Policy(reply) => {
            let nobody = if summary.suppressed == 0 { "; nobody was suppressed" } else { "" };
            voice.note(&format!("The server refuses the sender: {reply}\n{left}{nobody}."));
            if counts.open() > 0 { Exit::Left } else { Exit::Problems }
        }
        Ended::Stopped(reason) => {
            voice.error(reason);
            Exit::CouldNotRun
        }
    }
}
