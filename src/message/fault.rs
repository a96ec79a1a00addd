//! Why a message can't be composed.

use std::error::Error;
use std::fmt;

/// What is refused, and in which field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeError {
    /// CR, LF or NUL: whoever lets them pass lets strangers write headers.
    LineBreak { field: String },
    /// Not an address that any server takes (RFC 5321, section 4.1.2; without SMTPUTF8).
    Address { field: String, value: String },
    /// A value that its header has no place for.
    Value { field: String, value: String },
    /// The builder's own reason.
    Builder(String),
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ComposeError::LineBreak { field } => write!(f, "`{field}` holds a line break or NUL, which no header may"),
            ComposeError::Address { field, value } => write!(f, "`{field}` is not a mail address: {}", value.escape_debug()),
            ComposeError::Value { field, value } => write!(f, "`{field}` can't stand in a header: {}", value.escape_debug()),
            ComposeError::Builder(reason) => write!(f, "the message can't be built: {reason}"),
        }
    }
}

impl Error for ComposeError {}

/// Refuses CR, LF and NUL.
pub fn refuse_breaks(field: &str, value: &str) -> Result<(), ComposeError> {
    if value.contains(['\r', '\n', '\0']) { Err(ComposeError::LineBreak { field: field.to_owned() }) } else { Ok(()) }
}
