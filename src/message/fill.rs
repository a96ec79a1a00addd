//! Slots filled for one recipient, escaped by where they stand.

use super::Recipient;
use super::identity::unsubscribe_url;
use crate::newsletter::{Context, Edition, Slot, Slotted, one_line};

/// The HTML part for one recipient.
pub fn fill_html(edition: &Edition, recipient: &Recipient) -> String {
    fill(&edition.html, edition, recipient)
}

/// The subject for one recipient, before it is encoded.
pub fn fill_subject(edition: &Edition, recipient: &Recipient) -> String {
    fill(&edition.subject, edition, recipient)
}

/// The plain text part for one recipient, with LF line ends.
pub fn fill_text(edition: &Edition, recipient: &Recipient) -> String {
    let mut text = fill(&edition.text, edition, recipient);
    // A slot that stays empty may leave a space at its paragraph's end, where it would join what follows.
    while text.contains(" \n\n") {
        text = text.replace(" \n\n", "\n\n");
    }
    text
}

fn fill(slotted: &Slotted, edition: &Edition, recipient: &Recipient) -> String {
    slotted.fill(|slot, context, before| {
        let starts_line = before.is_empty() || before.ends_with('\n');
        fill_value(value(slot, edition, recipient), context, starts_line)
    })
}

/// A value escaped for where it stands.
pub(super) fn fill_value(value: String, context: Context, starts_line: bool) -> String {
    match context {
        Context::Html => html_escape::encode_quoted_attribute(&value).into_owned(),
        Context::Text if starts_line => stuffed(value),
        Context::Text | Context::Header => value,
    }
}

/// What a slot holds for one recipient, on one line.
pub(super) fn value(slot: &Slot, edition: &Edition, recipient: &Recipient) -> String {
    let or_default = |value: Option<&String>, default: &str| {
        let value = value.map(|value| one_line(value)).unwrap_or_default();
        if value.is_empty() { default.to_owned() } else { value }
    };
    match slot {
        Slot::Name { default } => or_default(recipient.name.as_ref(), default),
        Slot::Field { name, default } => or_default(recipient.fields.get(name), default),
        Slot::Unsubscribe => unsubscribe_url(&edition.unsubscribe_url, &recipient.unsubscribe_token),
    }
}

/// RFC 3676, section 4.4: at the start of a line, `>` would be a quote and `From ` would be changed on its way.
fn stuffed(value: String) -> String {
    if value.starts_with('>') || value.starts_with("From ") { format!(" {value}") } else { value }
}
