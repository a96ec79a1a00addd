//! The built program, run on folders of input: whole outputs are compared.

mod build;
mod content;
mod errors;
mod feed_rules;
mod golden;
mod newsletter;
mod project;
mod tidy;
