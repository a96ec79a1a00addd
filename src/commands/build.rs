//! `tidings build`: content in, feeds and newsletter out.

use super::args::{NowArgs, SharedArgs, SiteArgs};
use super::load::{load_config, open_content};
use super::{Exit, Failure, Voice, diagnostics_json};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::files::{Care, Changes, Outdated, Output};
use crate::pipeline::{self, Plan};
use clap::Args;
use serde_json::json;
use std::mem::ManuallyDrop;
use std::time::Instant;

/// Build feeds and newsletter
#[derive(Clone, Debug, Args)]
pub struct BuildArgs {
    #[command(flatten)]
    site: SiteArgs,
    #[command(flatten)]
    now: NowArgs,
    /// Publish the entries that are right although others are not (exit code 1)
    #[arg(long)]
    keep_going: bool,
    /// Write nothing; fail (exit code 1) if the output folder is not what would be written
    #[arg(long)]
    locked: bool,
    /// End only when all is on the disk (fsync)
    #[arg(long, conflicts_with = "locked")]
    durable: bool,
}

#[derive(Default)]
struct Report {
    sources: usize,
    plan: Plan,
    changes: Changes,
    faults: Vec<Diagnostic>,
}

/// Runs the command.
pub fn run(args: &BuildArgs, shared: &SharedArgs) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let voice = shared.voice();
    let report = build(args, shared)?;
    let failed = report.faults.iter().any(Diagnostic::is_error);
    voice.diagnostics(&report.faults);
    report.tell(&voice, begun.elapsed().as_secs_f64(), failed && (!args.keep_going || args.locked));
    // A flag's value is no fault of the user's files.
    let misused = report.faults.iter().any(|fault| fault.code == "config-value" && fault.path.is_empty());
    Ok(match failed {
        _ if misused => Exit::CouldNotRun,
        true => Exit::Problems,
        false => Exit::Done,
    })
}

fn build(args: &BuildArgs, shared: &SharedArgs) -> Result<Report, Failure> {
    let now = args.now.now()?;
    let (config, faults) = load_config(shared, &args.site)?;
    let mut report = Report { faults, ..Report::default() };
    let Some(config) = config else { return Ok(report) };
    let (folder, mut found) = open_content(&config)?;
    report.faults.append(&mut found);
    report.sources = folder.sources().len();
    let (catalog, found) = pipeline::read_catalog(&config, &folder);
    // The program ends soon, and its memory with it: to give back each of 100,000 heads by itself takes a while.
    let catalog = ManuallyDrop::new(catalog);
    let (plan, mut planned) = pipeline::plan(&config, &catalog, &found, now);
    report.faults.extend(found);
    report.faults.append(&mut planned);
    report.plan = plan;
    // Even a build that will write nothing renders everything, so that all problems are told in one run.
    let care = match (args.locked, args.durable) {
        (true, _) => Care::Locked,
        (false, true) => Care::Durable,
        (false, false) => Care::Usual,
    };
    let output = Output::open(&config.output, care);
    let mut found = pipeline::run(&config, &catalog, &report.plan, &folder, &output)
        .map_err(|error| Failure::file("write to", &config.output, &error))?;
    report.faults.append(&mut found);
    let foreign = output.foreign();
    let shown = |path: &String| shown(&config, path);
    report.faults.extend(foreign.kept.iter().map(|path| Diagnostic::output_kept().in_file(shown(path))));
    report.faults.extend(foreign.refused.iter().map(|path| Diagnostic::output_foreign().in_file(shown(path))));
    if args.locked {
        report.faults.extend(output.outdated().iter().map(|(path, kind)| {
            let state = match kind {
                Outdated::Missing => "is not there",
                Outdated::Changed => "holds something else than the build makes",
                Outdated::Stale => "is no longer made by the build",
            };
            Diagnostic::output_outdated(state).in_file(shown(path))
        }));
        report.changes.unchanged = output.unchanged();
        return Ok(report);
    }
    if args.keep_going || !report.faults.iter().any(Diagnostic::is_error) {
        report.changes = output.commit().map_err(|error| Failure::file("write to", &config.output, &error))?;
    }
    Ok(report)
}

/// A file of the output folder as the user would name it.
fn shown(config: &Config, path: &str) -> String {
    config.output.strip_prefix(&config.root).unwrap_or(&config.output).join(path).to_string_lossy().replace('\\', "/")
}

impl Report {
    fn tell(&self, voice: &Voice, seconds: f64, nothing_written: bool) {
        let Report { sources, plan, changes, faults } = self;
        voice.object(&json!({
            "version": 1,
            "sources": sources,
            "entries": plan.visible.len(),
            "drafts": plan.drafts,
            "future": plan.future,
            "expired": plan.expired,
            "undated": plan.undated,
            "feeds": plan.feeds.len(),
            "issues": plan.issues.iter().map(|issue| issue.id.as_str()).collect::<Vec<_>>(),
            "written": changes.written,
            "unchanged": changes.unchanged,
            "removed": changes.removed,
            "seconds": seconds,
            "diagnostics": diagnostics_json(faults),
        }));
        if nothing_written {
            voice.result("Nothing was written.");
            return;
        }
        // Pages that describe a section or stand outside of the feed, hidden ones, files with errors: each file is told.
        let told = plan.visible.len() + plan.drafts + plan.future + plan.expired + plan.undated;
        let other = sources.saturating_sub(told);
        let no_entry = if other == 1 { "no entry" } else { "no entries" };
        let left_out =
            [(plan.drafts, "draft"), (plan.future, "future"), (plan.expired, "expired"), (plan.undated, "undated"), (other, no_entry)];
        let left_out: Vec<String> =
            left_out.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        let left_out = if left_out.is_empty() { String::new() } else { format!(" (left out: {})", left_out.join(", ")) };
        voice.result(&format!(
            "Read {}, published {}{left_out}: {}, {}.\nFiles: {} written, {} unchanged, {} removed, in {seconds:.2} s.",
            count(*sources, "file", "files"),
            count(plan.visible.len(), "entry", "entries"),
            count(plan.feeds.len(), "feed", "feeds"),
            issues_text(plan.issues.iter().map(|issue| issue.id.as_str())),
            changes.written,
            changes.unchanged,
            changes.removed,
        ));
    }
}

/// With the id of the newest, which `send` wants to be told.
fn issues_text<'a>(mut ids: impl ExactSizeIterator<Item = &'a str>) -> String {
    let issues = count(ids.len(), "issue", "issues");
    match (ids.next(), ids.next()) {
        (None, _) => issues,
        (Some(only), None) => format!("{issues} ({only})"),
        (Some(newest), Some(_)) => format!("{issues} (the newest is {newest})"),
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_issue_is_named() {
        let told = [&[][..], &["2025-12"], &["2025-12", "2025-11"]].map(|ids| issues_text(ids.iter().copied()));
        assert_eq!(told, ["0 issues", "1 issue (2025-12)", "2 issues (the newest is 2025-12)"]);
    }
}
