//! Diagnostics as JSON, for scripts and CI.

use super::Diagnostic;
use serde_json::{Value, json};

/// One diagnostic as an object: `code severity message help file line column`; the last three are null where there is no place.
pub fn to_json(diagnostic: &Diagnostic) -> Value {
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity.name(),
        "message": diagnostic.message,
        "help": diagnostic.help,
        "file": (!diagnostic.path.is_empty()).then_some(&diagnostic.path),
        "line": diagnostic.place.as_ref().map(|place| place.line),
        "column": diagnostic.place.as_ref().map(|place| place.column),
    })
}
