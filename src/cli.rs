//! The command line: arguments in, exit code out.

use clap::Parser;
use std::process::ExitCode;

/// Feeds and newsletters from a folder of content files.
#[derive(Debug, Parser)]
#[command(name = "tidings", version, about)]
struct Cli {}

/// Runs the program and gives its exit code.
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(Cli {}) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = error.print();
            ExitCode::from(if error.use_stderr() { 2 } else { 0 })
        }
    }
}
