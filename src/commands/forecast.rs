//! What a run would do: to how many, where they are, and how long it takes.

use super::sending::counts_text;
use crate::store::Counts;
use crate::transport::SmtpSpec;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Domains that are told; the rest of a long list is a number.
const DOMAINS_TOLD: usize = 5;
/// The same for scripts.
const DOMAINS_LISTED: usize = 100;

/// The recipients of a run that has not begun.
#[derive(Clone, Debug, Default)]
pub(super) struct Forecast {
    /// How many each domain has.
    pub domains: BTreeMap<String, u64>,
    /// How the issue stands after earlier runs.
    pub before: Option<Counts>,
}

impl Forecast {
    pub fn recipients(&self) -> u64 {
        self.domains.values().sum()
    }

    /// What is behind the issue already, and why nobody would get it.
    pub fn note(&self) -> Option<String> {
        match (&self.before, self.recipients()) {
            (Some(counts), 0) => {
                Some(format!("It is finished: {}. Nobody gets it again; --enrol-new sends it to who is new.", counts_text(counts)))
            }
            (Some(counts), _) => Some(format!("Until now: {}.", counts_text(counts))),
            (None, 0) => Some("Nobody would get it: see `tidings list show`, and check --segment.".to_owned()),
            (None, _) => None,
        }
    }

    /// Seconds at least; nothing where no rate is set.
    pub fn seconds(&self, smtp: &SmtpSpec) -> Option<f64> {
        let of_all = smtp.rate.map(|rate| self.recipients() as f64 / rate);
        let of_one = |(domain, rate): (&String, &f64)| self.domains.get(domain).map(|number| *number as f64 / rate);
        smtp.per_domain.iter().filter_map(of_one).chain(of_all).reduce(f64::max)
    }

    /// The domains with the most recipients first.
    fn largest(&self) -> Vec<(&str, u64)> {
        let mut domains: Vec<(&str, u64)> = self.domains.iter().map(|(domain, number)| (domain.as_str(), *number)).collect();
        domains.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        domains
    }

    /// For scripts.
    pub fn domains_json(&self) -> Value {
        self.largest().into_iter().take(DOMAINS_LISTED).map(|(domain, number)| json!({"domain": domain, "recipients": number})).collect()
    }

    /// Such as "gmail.com 512, example.org 100, 390 in 57 other domains".
    pub fn domains_text(&self) -> String {
        let largest = self.largest();
        let (told, rest) = largest.split_at(largest.len().min(DOMAINS_TOLD));
        let mut parts: Vec<String> = told.iter().map(|(domain, number)| format!("{domain} {number}")).collect();
        if !rest.is_empty() {
            let number: u64 = rest.iter().map(|(_, number)| number).sum();
            parts.push(format!("{number} in {} other domain{}", rest.len(), if rest.len() == 1 { "" } else { "s" }));
        }
        parts.join(", ")
    }
}

/// A time as people say it.
pub(super) fn time_text(seconds: f64) -> String {
    let whole = seconds.ceil() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, 0, _) => format!("{h} h"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_domains_are_named() {
        let named = |domains: &[(&str, u64)]| Forecast {
            domains: domains.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect(),
            before: None,
        };
        let few = named(&[("b.example", 2), ("a.example", 2), ("c.example", 9)]);
        assert_eq!((few.recipients(), few.domains_text().as_str()), (13, "c.example 9, a.example 2, b.example 2"));
        assert_eq!(few.domains_json()[0], json!({"domain": "c.example", "recipients": 9}));
        let many = named(&[("a", 9), ("b", 8), ("c", 7), ("d", 6), ("e", 5), ("f", 2), ("g", 1)]);
        assert_eq!(many.domains_text(), "a 9, b 8, c 7, d 6, e 5, 3 in 2 other domains");
        assert_eq!(named(&[]).domains_text(), "");
    }

    #[test]
    fn times_are_said_as_people_do() {
        let texts = [0.0, 0.2, 59.0, 60.0, 61.5, 3600.0, 3660.0, 90_000.0].map(time_text);
        assert_eq!(texts, ["0 s", "1 s", "59 s", "1 min", "1 min 2 s", "1 h", "1 h 1 min", "25 h"]);
    }
}
