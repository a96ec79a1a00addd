//! Messages (RFC 5322): an edition filled for one recipient, with its headers.

mod compose;
#[cfg(feature = "send")]
mod dkim;
mod fault;
mod fill;
mod header;
mod identity;
mod quoted;
mod recipient;

pub use compose::{Composer, Message};
#[cfg(feature = "send")]
pub use dkim::{DkimSpec, Signer, signed};
pub use fault::ComposeError;
pub use fill::{fill_html, fill_subject, fill_text};
pub use identity::{message_id, token_of};
pub use recipient::{Recipient, sample_recipient};
