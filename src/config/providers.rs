//! Servers of providers, by name: host, port, TLS, and the limits that they publish (as of November 2026; theirs to change).

use crate::transport::Tls;

/// What `provider` under `[smtp]` stands for.
#[derive(Clone, Copy, Debug)]
pub struct Provider {
    pub name: &'static str,
    pub host: &'static str,
    pub port: u16,
    pub tls: Tls,
    /// Messages a second; none where the plan decides.
    pub rate: Option<f64>,
    pub connections: Option<usize>,
    /// Recipients a day; none where the plan decides.
    pub daily: Option<u64>,
}

const fn provider(name: &'static str, host: &'static str, port: u16, tls: Tls) -> Provider {
    Provider { name, host, port, tls, rate: None, connections: None, daily: None }
}

/// All that are known, by their names.
pub const PROVIDERS: [Provider; 18] = [
    provider("brevo", "smtp-relay.brevo.com", 587, Tls::StartTls),
    provider("fastmail", "smtp.fastmail.com", 465, Tls::Implicit),
    Provider { daily: Some(500), ..provider("gmail", "smtp.gmail.com", 465, Tls::Implicit) },
    Provider { daily: Some(2000), ..provider("google-workspace", "smtp.gmail.com", 465, Tls::Implicit) },
    Provider { daily: Some(1000), ..provider("icloud", "smtp.mail.me.com", 587, Tls::StartTls) },
    provider("infomaniak", "mail.infomaniak.com", 465, Tls::Implicit),
    provider("mailersend", "smtp.mailersend.net", 587, Tls::StartTls),
    provider("mailgun", "smtp.mailgun.org", 465, Tls::Implicit),
    provider("mailgun-eu", "smtp.eu.mailgun.org", 465, Tls::Implicit),
    provider("mailjet", "in-v3.mailjet.com", 587, Tls::StartTls),
    provider("migadu", "smtp.migadu.com", 465, Tls::Implicit),
    // 30 messages a minute, 3 connections (learn.microsoft.com, "Exchange Online limits").
    Provider {
        rate: Some(0.5),
        connections: Some(3),
        daily: Some(10_000),
        ..provider("office365", "smtp.office365.com", 587, Tls::StartTls)
    },
    // The stream for newsletters; the other one is for receipts and passwords.
    provider("postmark", "smtp-broadcasts.postmarkapp.com", 587, Tls::StartTls),
    provider("resend", "smtp.resend.com", 465, Tls::Implicit),
    provider("scaleway", "smtp.tem.scaleway.com", 465, Tls::Implicit),
    provider("sendgrid", "smtp.sendgrid.net", 465, Tls::Implicit),
    provider("sparkpost", "smtp.sparkpostmail.com", 587, Tls::StartTls),
    provider("zoho", "smtp.zoho.com", 465, Tls::Implicit),
];

/// The provider of a name. Amazon has a server in each region: `ses:eu-west-1`.
pub fn find(name: &str) -> Option<(String, Provider)> {
    if let Some(region) = name.strip_prefix("ses:") {
        let is_region = region.len() > 5 && region.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let ses = provider("ses", "", 465, Tls::Implicit);
        return is_region.then(|| (format!("email-smtp.{region}.amazonaws.com"), ses));
    }
    PROVIDERS.iter().find(|provider| provider.name == name).map(|provider| (provider.host.to_owned(), *provider))
}

/// What to write instead of a name that is not known.
pub fn help(name: &str) -> String {
    let given = name.to_ascii_lowercase();
    if given.starts_with("ses") || given.starts_with("amazon") || given.starts_with("aws") {
        return "name the region, too, such as ses:eu-west-1".to_owned();
    }
    let names: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
    let nearest = names.iter().map(|known| (strsim::damerau_levenshtein(&given, known), *known)).min();
    let meant = nearest.filter(|(distance, _)| *distance <= 2).map(|(_, known)| format!("did you mean `{known}`? Otherwise "));
    format!("{}use one of {}, ses:REGION; or name `host` instead", meant.unwrap_or_default(), names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_none_is_in_the_clear() {
        for provider in PROVIDERS {
            let (host, found) = find(provider.name).unwrap();
            assert!(host.contains('.') && found.tls != Tls::None && matches!(found.port, 465 | 587), "{host}");
            assert_eq!(found.port == 465, found.tls == Tls::Implicit, "{host}");
        }
        assert!(PROVIDERS.is_sorted_by_key(|provider| provider.name));
        assert_eq!(find("ses:eu-west-1").unwrap().0, "email-smtp.eu-west-1.amazonaws.com");
        for bad in ["", "ses", "ses:", "ses:evil.example/", "Gmail!"] {
            assert!(find(bad).is_none(), "{bad}");
        }
    }
}
