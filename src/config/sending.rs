//! `[smtp]`, with its keys of DKIM, `[list]` and `[store]`.

use super::Sending;
use super::providers;
use super::table::{Given, Table};
use super::units::{read_duration, read_rate};
use crate::diagnostic::Diagnostic;
use crate::list::{ListSpec, SecretSource};
use crate::message::DkimSpec;
use crate::newsletter::NewsletterSpec;
use crate::transport::{Auth, Carrier, FolderFormat, RetrySpec, SmtpSpec, Tls};
use crate::url::ascii_domain;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

const RATE: &str = "write it as \"10/s\", \"600/m\" or \"1000/h\"";
const DURATION: &str = "write it as \"500ms\", \"30s\", \"5m\", \"4h\" or \"2d\"";

pub(super) fn read(
    top: &mut Table,
    list: Option<Table>,
    list_url: String,
    newsletter: Option<&NewsletterSpec>,
    root: &Path,
    faults: &mut Vec<Diagnostic>,
) -> Sending {
    let sender = newsletter.and_then(|spec| spec.from.1.rsplit_once('@')).and_then(|(_, domain)| ascii_domain(domain));
    let mut signing = Vec::new();
    let smtp = top.table("smtp").and_then(|mut table| {
        for inner in table.tables("dkim") {
            signing.extend(dkim(inner, sender.as_deref(), root, faults));
        }
        smtp(table, root, faults)
    });
    let secret = list.and_then(|mut table| {
        let secret = secret(&mut table, root, "secret_env", "secret_file");
        faults.append(&mut table.finish());
        secret
    });
    let secret = secret.unwrap_or_else(|| SecretSource::Made(root.join("tidings.secret")));
    let store = top.table("store").and_then(|table| store(table, root, faults)).unwrap_or_else(|| root.join("tidings.db"));
    Sending { smtp, dkim: signing, list: ListSpec { url: list_url, secret }, store }
}

fn secret(table: &mut Table, root: &Path, env_key: &'static str, file_key: &'static str) -> Option<SecretSource> {
    let variable = table.text(env_key);
    let file = table.text(file_key);
    if let (Some(_), Some(file)) = (&variable, &file) {
        table.refuse(file_key, file, "is given beside the environment's variable", "keep one of the two");
    }
    match (variable, file) {
        (Some(given), _) => Some(SecretSource::Environment(given.value)),
        (None, Some(given)) => Some(SecretSource::File(root.join(given.value))),
        (None, None) => None,
    }
}

fn store(mut table: Table, root: &Path, faults: &mut Vec<Diagnostic>) -> Option<PathBuf> {
    let path = table.text("url").and_then(|given| {
        let path = given.value.strip_prefix("sqlite:").filter(|path| !path.trim_start_matches('/').is_empty());
        if path.is_none() {
            table.refuse("url", &given, "is not a store", "write sqlite: and a file, such as sqlite:tidings.db");
        }
        path.map(|path| root.join(path))
    });
    faults.append(&mut table.finish());
    path
}

/// `transport` with its `command`, or its `dir` and `format`.
fn carrier(table: &mut Table, root: &Path) -> Carrier {
    let kind = table.choice("transport", &[("smtp", 0), ("sendmail", 1), ("file", 2)]).unwrap_or(0);
    let command = table.texts("command");
    let dir = table.text("dir");
    let format = table.text("format");
    let stray = "does nothing: `transport` is another one";
    if let (Some(given), 0 | 2) = (&command, kind) {
        table.refuse("command", given, stray, "set transport = \"sendmail\", or leave it out");
    }
    for (key, given) in [("dir", &dir), ("format", &format)] {
        if let (Some(given), 0 | 1) = (given, kind) {
            table.refuse(key, given, stray, "set transport = \"file\", or leave it out");
        }
    }
    let format = format.and_then(|given| match given.value.as_str() {
        "maildir" => Some(FolderFormat::Maildir),
        "eml" => Some(FolderFormat::Eml),
        other => {
            table.refuse("format", &given, &format!("can't be `{other}`"), "use one of `maildir`, `eml`");
            None
        }
    });
    match kind {
        1 => {
            let command = command.map(|given| given.value).filter(|command| !command.is_empty());
            Carrier::Sendmail { command: command.unwrap_or_else(|| vec!["/usr/sbin/sendmail".to_owned()]) }
        }
        2 => {
            let dir = dir.map_or_else(|| "outbox".to_owned(), |given| given.value);
            Carrier::Folder { path: root.join(dir), format: format.unwrap_or(FolderFormat::Maildir) }
        }
        _ => Carrier::Smtp,
    }
}

/// One key of `dkim = [ … ]`. Servers count a signature for the sender's own domain, or one above it, alone (DMARC, RFC 7489,
/// section 3.1.1).
fn dkim(mut table: Table, sender: Option<&str>, root: &Path, faults: &mut Vec<Diagnostic>) -> Option<DkimSpec> {
    let domain = table.text("domain");
    let selector = table.text("selector");
    let key = secret(&mut table, root, "key_env", "key_file");
    let mut dns_name = |key: &'static str, given: Option<&Given<String>>, example: &str| {
        let Some(given) = given else {
            table.miss(key, &format!("name it: {key} = \"{example}\""));
            return None;
        };
        let name = ascii_domain(&given.value).filter(|name| name.len() <= 253 && !name.contains(':'));
        if name.is_none() {
            table.refuse(key, given, "is no name that DNS can have", &format!("write it as {example}"));
        }
        name
    };
    let name = dns_name("domain", domain.as_ref(), "example.org");
    let selector = dns_name("selector", selector.as_ref(), "s1");
    if let (Some(given), Some(name), Some(sender)) = (&domain, &name, sender)
        && sender != name
        && !sender.ends_with(&format!(".{name}"))
    {
        let help = format!("sign for {sender}, the domain of `from` under [newsletter], or for one above it");
        table.refuse(
            "domain",
            given,
            &format!("is not the sender's domain, so that the signature would count for nobody: {sender}"),
            &help,
        );
    }
    if key.is_none() {
        table.miss("key_file", "name the file of the private key in PEM, or a variable of the environment by key_env");
    }
    faults.append(&mut table.finish());
    Some(DkimSpec { domain: name?, selector: selector?, key: key? })
}

fn smtp(mut table: Table, root: &Path, faults: &mut Vec<Diagnostic>) -> Option<SmtpSpec> {
    let carrier = carrier(&mut table, root);
    let named = table.text("provider");
    let provider = named.as_ref().and_then(|given| {
        let found = providers::find(&given.value);
        if found.is_none() {
            table.refuse("provider", given, "is not known", &providers::help(&given.value));
        }
        found
    });
    let host = table.text("host").filter(|given| !given.value.trim().is_empty());
    if host.is_none() && named.is_none() && carrier == Carrier::Smtp {
        table
            .miss("host", "name the server that takes your mail: host = \"smtp.example.org\"; or a provider, such as provider = \"gmail\"");
    }
    let known = provider.as_ref().map(|(_, provider)| *provider);
    let tls = table
        .choice("tls", &[("implicit", Tls::Implicit), ("starttls", Tls::StartTls), ("none", Tls::None)])
        .or(known.map(|provider| provider.tls))
        .unwrap_or(Tls::StartTls);
    let port = table.number("port").and_then(|given| {
        let port = u16::try_from(given.value).ok().filter(|port| *port > 0);
        if port.is_none() {
            table.refuse("port", &given, "is not a port", "use 465 with tls = \"implicit\", 587 with \"starttls\"");
        }
        port
    });
    let port = port.or(known.filter(|provider| provider.tls == tls).map(|provider| provider.port));
    let allow_plaintext = table.flag_or_bool("allow_plaintext").unwrap_or(false);
    let user = table.text("user");
    let auth = table.choice("auth", &[("password", Auth::Password), ("xoauth2", Auth::Token)]);
    let password = secret(&mut table, root, "password_env", "password_file");
    match (&user, &password) {
        (Some(given), None) if carrier == Carrier::Smtp => {
            table.refuse("user", given, "has no password", "name its variable by password_env, or its file by password_file");
        }
        // Without it nobody would be logged in, though the password says that somebody is to be.
        (None, password) if password.is_some() || auth.is_some() => {
            table.miss("user", "name who logs in, or leave password and `auth` out")
        }
        _ => {}
    }
    let connections = table.number("connections").and_then(|given| {
        let count = usize::try_from(given.value).ok().filter(|count| (1..=100).contains(count));
        if count.is_none() {
            table.refuse("connections", &given, "should be from 1 to 100", "4 suits most servers");
        }
        count
    });
    let rate = table.text_as("rate", RATE).and_then(|given| {
        let rate = read_rate(&given.value);
        if rate.is_none() {
            table.refuse("rate", &given, "is not a rate", RATE);
        }
        rate
    });
    let mut per_domain = BTreeMap::new();
    if let Some(mut inner) = table.table("per_domain") {
        for (name, given) in inner.rest(RATE) {
            match (ascii_domain(&name), read_rate(&given.value)) {
                (Some(domain), Some(rate)) => {
                    per_domain.insert(domain, rate);
                }
                (None, _) => inner.refuse(&name, &given, "is not a domain", "write it as \"gmail.com\" = \"5/s\""),
                (_, None) => inner.refuse(&name, &given, "is not a rate", RATE),
            }
        }
        faults.append(&mut inner.finish());
    }
    let messages_per_connection = table.number("messages_per_connection").and_then(|given| {
        let count = u32::try_from(given.value).ok().filter(|count| *count > 0);
        if count.is_none() {
            table.refuse("messages_per_connection", &given, "should be 1 or more", "leave it out where the server has no such limit");
        }
        count
    });
    let policy_stop = table.number("policy_stop").and_then(|given| u32::try_from(given.value).ok()).unwrap_or(10);
    // RFC 5321, section 4.5.3.2: five minutes for the greeting, MAIL and RCPT, less for the others, ten after the final dot.
    let timeout = duration(&mut table, "timeout").unwrap_or(Duration::from_secs(300));
    let final_timeout = duration(&mut table, "final_timeout").unwrap_or(Duration::from_secs(600));
    let retry = retry(&mut table, faults);
    let envelope_from = table.text("envelope_from").and_then(|given| {
        let address = given.value.parse::<lettre::Address>().ok();
        if address.is_none() {
            table.refuse("envelope_from", &given, "is not an address", "write it as bounces@example.org");
        }
        address.map(|address| address.to_string())
    });
    let verp = table.flag_or_bool("verp").unwrap_or(false);
    let is_local = host.as_ref().is_some_and(|host| is_loopback(&host.value));
    if let (Tls::None, false, false, Some(host)) = (tls, allow_plaintext, is_local, &host) {
        let help = "set tls = \"starttls\" or \"implicit\"; allow_plaintext = true sends list and password in the clear";
        table.refuse("host", host, "is not this machine, and tls is \"none\"", help);
    }
    faults.append(&mut table.finish());
    let host = host.map(|given| given.value).or(provider.map(|(host, _)| host));
    let host = if carrier == Carrier::Smtp { host? } else { host.unwrap_or_default() };
    Some(SmtpSpec {
        carrier,
        host,
        port: port.unwrap_or(match tls {
            Tls::Implicit => 465,
            Tls::StartTls => 587,
            Tls::None => 25,
        }),
        tls,
        allow_plaintext,
        user: user.map(|given| given.value),
        auth: auth.unwrap_or_default(),
        password,
        connections: connections.or(known.and_then(|provider| provider.connections)).unwrap_or(4),
        rate: rate.or(known.and_then(|provider| provider.rate)),
        daily: known.and_then(|provider| provider.daily),
        per_domain,
        messages_per_connection,
        policy_stop,
        timeout,
        final_timeout,
        retry,
        envelope_from,
        verp,
    })
}

/// `retry` with its defaults.
fn retry(table: &mut Table, faults: &mut Vec<Diagnostic>) -> RetrySpec {
    let mut spec =
        RetrySpec { first: Duration::from_secs(300), max: Duration::from_secs(4 * 3600), give_up: Duration::from_secs(2 * 86_400) };
    let Some(mut inner) = table.table("retry") else { return spec };
    let (first, max) = (given_duration(&mut inner, "first"), duration(&mut inner, "max"));
    if let (Some((given, first)), Some(max)) = (&first, max)
        && *first > max
    {
        inner.refuse("first", given, "is longer than `max`", "make it shorter, or `max` longer");
    }
    (spec.first, spec.max) = (first.map_or(spec.first, |(_, first)| first), max.unwrap_or(spec.max));
    spec.give_up = duration(&mut inner, "give_up").unwrap_or(spec.give_up);
    faults.append(&mut inner.finish());
    spec
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn duration(table: &mut Table, key: &'static str) -> Option<Duration> {
    given_duration(table, key).map(|(_, duration)| duration)
}

fn given_duration(table: &mut Table, key: &'static str) -> Option<(Given<String>, Duration)> {
    let given: Given<String> = table.text_as(key, DURATION)?;
    let found = read_duration(&given.value).filter(|duration| !duration.is_zero());
    if found.is_none() {
        table.refuse(key, &given, "is not a duration", DURATION);
    }
    found.map(|duration| (given, duration))
}
