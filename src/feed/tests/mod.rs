//! Tests of whole feeds: read again by others, held against the validator's rules, and with any text.

mod archives;
mod conformance;
mod roundtrip;
mod rules;
pub(super) mod sample;
mod tree;
