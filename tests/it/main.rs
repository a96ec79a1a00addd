//! The built program, run on folders of input: whole outputs are compared.
#![expect(clippy::disallowed_methods, reason = "tests lay out projects and read what was written")]

mod build;
mod content;
mod errors;
mod feed_rules;
mod golden;
mod newsletter;
mod project;
mod tidy;
