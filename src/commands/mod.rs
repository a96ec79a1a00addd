//! The subcommands: one file each, with its arguments and its `run`.
#![expect(clippy::disallowed_methods, reason = "edge: commands print, read the environment and the clock")]

pub mod args;
pub mod build;
#[cfg(feature = "send")]
mod forecast;
pub mod init;
#[cfg(feature = "send")]
pub mod list;
mod load;
pub mod new;
#[cfg(feature = "send")]
mod progress;
#[cfg(feature = "send")]
pub mod report;
#[cfg(feature = "send")]
mod rows;
#[cfg(feature = "send")]
pub mod send;
#[cfg(feature = "send")]
mod sending;

use crate::diagnostic::{Diagnostic, render, render_short, render_summary, to_json};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    /// Problems in the user's files, or deliveries that failed for good.
    Problems = 1,
    /// Wrong usage, no configuration, disk, network.
    CouldNotRun = 2,
    /// Deliveries are left for later (EX_TEMPFAIL of sysexits.h).
    Left = 75,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}

/// Why a command could not run: what, where, and what to do.
#[derive(Debug)]
pub struct Failure {
    pub message: String,
    pub help: String,
}

impl Failure {
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure { message: message.into(), help: help.into() }
    }

    /// A file that can't be read or written.
    pub fn file(verb: &str, path: &std::path::Path, error: &std::io::Error) -> Failure {
        Failure::new(format!("can't {verb} {}: {error}", path.display()), "check that it exists and that you may use it")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "\n  help: {}", self.help) }
    }
}

/// What a command says: its result on standard output, everything else on standard error.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    pub json: bool,
    pub quiet: bool,
    pub color: bool,
}

/// So many warnings of one code are shown with their line and help; the others have a line each.
const WARNED_WHOLE: usize = 5;

impl Voice {
    /// Shows diagnostics, and how many there were; JSON has them in its object.
    pub fn diagnostics(&self, faults: &[Diagnostic]) {
        if self.json {
            return;
        }
        let mut out = std::io::stderr().lock();
        let mut warned: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut short, mut whole) = (Vec::new(), Vec::new());
        for fault in faults.iter().filter(|fault| fault.is_error() || !self.quiet) {
            let count = warned.entry(fault.code).or_default();
            *count += 1;
            if fault.is_error() || *count <= WARNED_WHOLE { whole.push(fault) } else { short.push(fault) }
        }
        // A closed standard error is no reason to stop.
        for fault in whole {
            let _ = writeln!(out, "{}\n", render(fault, self.color).trim_end_matches('\n'));
        }
        let has_short = !short.is_empty();
        for fault in short {
            let _ = write!(out, "{}", render_short(fault));
        }
        if has_short {
            let _ = writeln!(out);
        }
        let shown = faults.iter().any(|fault| fault.is_error() || !self.quiet);
        if let Some(summary) = render_summary(faults).filter(|_| shown) {
            let _ = writeln!(out, "{summary}");
        }
    }

    /// The result for people.
    pub fn result(&self, text: &str) {
        if !self.json && !self.quiet {
            let _ = writeln!(std::io::stdout().lock(), "{text}");
        }
    }

    /// What people should know besides the result.
    pub fn note(&self, text: &str) {
        if !self.json && !self.quiet {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    /// Why a command ended that has told its result: also where it is to be quiet.
    pub fn error(&self, text: &str) {
        if !self.json {
            let _ = writeln!(std::io::stderr().lock(), "error: {text}");
        }
    }

    /// The result for scripts: exactly one object.
    pub fn object(&self, object: &Value) {
        if self.json {
            let _ = writeln!(std::io::stdout().lock(), "{object}");
        }
    }

    /// A failure, for people or scripts.
    pub fn failure(&self, failure: &Failure) {
        if self.json {
            self.object(&json!({ "version": 1, "error": failure.message, "help": failure.help, "diagnostics": [] }));
        } else {
            let _ = writeln!(std::io::stderr().lock(), "{failure}");
        }
    }
}

/// Diagnostics as a JSON array.
pub fn diagnostics_json(faults: &[Diagnostic]) -> Value {
    faults.iter().map(to_json).collect()
}
