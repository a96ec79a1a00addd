//! Tests of whole feeds: read again by others, held against the validator's rules, and with any text.

mod archives;
mod conformance;
pub(super) mod extensions;
mod roundtrip;
pub(super) mod rules;
pub(super) mod sample;
pub(super) mod tree;
