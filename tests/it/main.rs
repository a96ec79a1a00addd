//! The built program, run on folders of input: whole outputs are compared.
#![expect(clippy::disallowed_methods, reason = "tests lay out projects and read what was written")]

mod any_bytes;
mod browser;
mod build;
mod content;
mod corpora;
mod detect;
#[cfg(feature = "send")]
mod dkim;
mod errors;
#[cfg(feature = "send")]
mod faults;
mod feed_rules;
mod generators;
mod golden;
mod highlight;
#[cfg(feature = "send")]
mod issues;
#[cfg(feature = "send")]
mod kills;
mod languages;
#[cfg(feature = "send")]
mod lettre_faults;
#[cfg(feature = "send")]
mod lists;
mod messages;
#[cfg(feature = "send")]
mod mock_smtp;
mod newsletter;
mod pictures;
mod project;
#[cfg(feature = "send")]
mod publisher;
mod readers;
mod reading;
#[cfg(feature = "send")]
mod send;
#[cfg(feature = "send")]
mod servers;
mod syntax;
mod templates;
#[cfg(all(feature = "send", target_os = "linux"))]
mod terminal;
mod tidy;
mod unchanged;
