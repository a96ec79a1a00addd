//! What the services' words say about a subscription: in an export stand all who ever were on a list, and most of those who left
//! must never get mail again.

use super::SubscriptionState;

/// What a word of a service means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Is(SubscriptionState),
    /// The address bounced or its owner complained: nobody mails it again.
    Suppressed,
}

/// The standing that a word of a column of states names. `None`: it is no such word.
pub(super) fn standing(word: &str) -> Option<Standing> {
    use Standing::{Is, Suppressed};
    use SubscriptionState::{Confirmed, Pending, Unsubscribed};
    Some(match plain(word).as_str() {
        "confirmed" | "subscribed" | "active" | "enabled" | "regular" | "premium" | "gifted" | "free" | "paid" | "comped" => Is(Confirmed),
        // Kit calls those inactive who have not confirmed.
        "pending" | "unconfirmed" | "unactivated" | "inactive" | "waiting" => Is(Pending),
        "unsubscribed" | "nonsubscribed" | "cancelled" | "canceled" | "disabled" | "optout" | "optedout" | "removed" | "deleted"
        | "archived" => Is(Unsubscribed),
        "cleaned" | "bounced" | "bounce" | "hardbounce" | "hardbounced" | "undeliverable" | "invalid" | "complained" | "complaint"
        | "spam" | "spammy" | "junk" | "blocklisted" | "blacklisted" | "blocked" | "suppressed" => Suppressed,
        _ => return None,
    })
}

/// Columns of the services that say more than their name: Ghost's, Substack's and Mailchimp's.
const SIGNS: &[(&str, Sign)] = &[
    ("subscribedtoemails", Sign::NoIsUnsubscribed),
    ("emaildisabled", Sign::YesIsUnsubscribed),
    ("unsubscribed", Sign::YesIsUnsubscribed),
    ("unsubscribedat", Sign::YesIsUnsubscribed),
    ("unsubtime", Sign::YesIsUnsubscribed),
    ("optouttime", Sign::YesIsUnsubscribed),
    ("deletedat", Sign::YesIsUnsubscribed),
    ("cleantime", Sign::YesIsSuppressed),
    ("bouncedat", Sign::YesIsSuppressed),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    NoIsUnsubscribed,
    YesIsUnsubscribed,
    YesIsSuppressed,
}

impl Sign {
    /// What a column of this (plain) name says.
    pub fn of_column(name: &str) -> Option<Sign> {
        SIGNS.iter().find(|(column, _)| *column == name).map(|(_, sign)| *sign)
    }

    /// What a cell that isn't empty says.
    pub fn says(self, cell: &str) -> Option<Standing> {
        let is_no = matches!(plain(cell).as_str(), "" | "false" | "no" | "0" | "null" | "none");
        match self {
            Sign::NoIsUnsubscribed if is_no => Some(Standing::Is(SubscriptionState::Unsubscribed)),
            Sign::YesIsUnsubscribed if !is_no => Some(Standing::Is(SubscriptionState::Unsubscribed)),
            Sign::YesIsSuppressed if !is_no => Some(Standing::Suppressed),
            _ => None,
        }
    }
}

/// Letters and digits only, without case: `Email Address`, `email_address` and `E-Mail address` are one.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_services_are_known() {
        for (word, expected) in [
            ("Subscribed", Some(Standing::Is(SubscriptionState::Confirmed))),
            ("opted-out", Some(Standing::Is(SubscriptionState::Unsubscribed))),
            ("Non-Subscribed", Some(Standing::Is(SubscriptionState::Unsubscribed))),
            ("inactive", Some(Standing::Is(SubscriptionState::Pending))),
            ("blocklisted", Some(Standing::Suppressed)),
            ("California", None),
        ] {
            assert_eq!(standing(word), expected, "{word}");
        }
    }

    #[test]
    fn signs_are_read_from_yes_and_no() {
        let unsubscribed = Some(Standing::Is(SubscriptionState::Unsubscribed));
        assert_eq!(Sign::of_column("subscribedtoemails").unwrap().says("FALSE"), unsubscribed);
        assert_eq!(Sign::of_column("subscribedtoemails").unwrap().says("true"), None);
        assert_eq!(Sign::of_column("unsubtime").unwrap().says("2024-01-02 03:04:05"), unsubscribed);
        assert_eq!(Sign::of_column("emaildisabled").unwrap().says("false"), None);
        assert_eq!(Sign::of_column("cleantime").unwrap().says("2024-01-02"), Some(Standing::Suppressed));
        assert_eq!(Sign::of_column("city"), None);
    }
}
