//! The mailing list: who gets issues, and who never does.

use std::collections::BTreeMap;

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubscriptionState {
    /// Asked, not yet confirmed.
    Pending,
    #[default]
    Confirmed,
    Unsubscribed,
}

/// A person on the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscriber {
    /// As the person writes it; compared without regard to case.
    pub address: String,
    pub name: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    pub tags: Vec<String>,
    /// Further columns of an import, for `{{ subscriber.fields.X }}`.
    pub fields: BTreeMap<String, String>,
    pub state: SubscriptionState,
}

/// What `[list]` says: where the pages of a subscription are, and what signs their links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSpec {
    /// Absolute, without a last slash.
    pub url: String,
    pub secret: SecretSource,
}

/// Where a secret is kept. Secrets never stand in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    Environment(String),
    File(std::path::PathBuf),
    /// Made at first need, mode 0600.
    Made(std::path::PathBuf),
}
