//! The command line: arguments in, exit code out; the one place where a failure is printed.

#[cfg(feature = "send")]
use crate::commands::args::OutputFormat;
use crate::commands::args::SharedArgs;
use crate::commands::{self, Exit, Failure, Voice};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Feeds and newsletters from a folder of content files.
#[derive(Debug, Parser)]
#[command(name = "tidings", version, about, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    shared: SharedArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(commands::init::InitArgs),
    New(commands::new::NewArgs),
    Build(commands::build::BuildArgs),
    #[cfg(feature = "send")]
    List(commands::list::ListArgs),
    #[cfg(feature = "send")]
    Send(commands::send::SendArgs),
    #[cfg(feature = "send")]
    Report(commands::report::ReportArgs),
}

#[cfg(feature = "send")]
impl Command {
    fn writes_csv(&self) -> bool {
        matches!(self, Command::List(args) if args.writes_csv())
    }
}

/// Runs the program and gives its exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let done = match &cli.command {
        #[cfg(feature = "send")]
        other if cli.shared.format == OutputFormat::Csv && !other.writes_csv() => {
            Err(Failure::new("--format csv is for `list export`", "use --format json"))
        }
        Command::Init(args) => commands::init::run(args, &cli.shared),
        Command::New(args) => commands::new::run(args, &cli.shared),
        Command::Build(args) => commands::build::run(args, &cli.shared),
        #[cfg(feature = "send")]
        Command::List(args) => commands::list::run(args, &cli.shared),
        #[cfg(feature = "send")]
        Command::Send(args) => commands::send::run(args, &cli.shared),
        #[cfg(feature = "send")]
        Command::Report(args) => commands::report::run(args, &cli.shared),
    };
    done.unwrap_or_else(|failure| {
        cli.shared.voice().failure(&failure);
        Exit::CouldNotRun
    })
    .into()
}

/// Help and version are results; wrong usage is a failure, which a script that asked for JSON gets as JSON.
fn usage(error: &clap::Error) -> ExitCode {
    let mut words = std::env::args_os().skip_while(|word| word != "--format" && word != "--format=json");
    let asked_json = words.next().is_some_and(|word| word == "--format=json") || words.next().is_some_and(|word| word == "json");
    if error.use_stderr() && asked_json {
        let message = error.to_string();
        // The fault with the words that it names on lines of their own; usage comes after an empty one.
        let fault = message.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default();
        let fault = fault.split_whitespace().collect::<Vec<_>>().join(" ");
        Voice { json: true, quiet: false, color: false }.failure(&Failure::new(fault, "see tidings --help"));
    } else {
        // A closed pipe is no reason to fail.
        let _ = error.print();
    }
    if error.use_stderr() { Exit::CouldNotRun } else { Exit::Done }.into()
}
