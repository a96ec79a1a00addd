//! For whom a message is filled.

use super::ComposeError;
use super::fault::refuse_breaks;
use std::collections::BTreeMap;

/// One person that gets an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipient {
    pub address: String,
    pub name: Option<String>,
    /// For `{{ subscriber.fields.X }}`.
    pub fields: BTreeMap<String, String>,
    /// What names this person to the page where one leaves the list; base64url.
    pub unsubscribe_token: String,
}

impl Recipient {
    /// Refuses what would break out of a header, in any field, whether the issue shows it or not.
    pub fn check(&self) -> Result<(), ComposeError> {
        refuse_breaks("address", &self.address)?;
        refuse_breaks("name", self.name.as_deref().unwrap_or_default())?;
        refuse_breaks("unsubscribe_token", &self.unsubscribe_token)?;
        self.fields.iter().try_for_each(|(name, value)| {
            refuse_breaks("fields", name)?;
            refuse_breaks(&format!("fields.{name}"), value)
        })
    }
}

/// Who `message.eml` is for: nobody, so that a build needs no list.
pub fn sample_recipient() -> Recipient {
    Recipient { address: "reader@example.org".to_owned(), unsubscribe_token: "SAMPLE-TOKEN".to_owned(), ..Recipient::default() }
}
