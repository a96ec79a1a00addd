//! Feeds and newsletters from a folder of content files.
//!
//! Data goes one way: content → entries → feeds and newsletter → files and mail. See
//! `ARCHITECTURE.md` for the rooms and the storeys that they stand on.

pub mod body;
pub mod catalog;
pub mod cli;
pub mod commands;
pub mod config;
pub mod content;
#[cfg(feature = "send")]
pub mod delivery;
pub mod detect;
pub mod diagnostic;
pub mod entry;
pub mod feed;
pub mod files;
pub mod language;
#[cfg(feature = "send")]
pub mod ledger;
#[cfg(feature = "send")]
pub mod list;
pub mod message;
pub mod newsletter;
pub mod pipeline;
pub mod site;
#[cfg(feature = "send")]
pub mod store;
pub mod template;
#[cfg(feature = "send")]
pub mod transport;
pub mod url;
