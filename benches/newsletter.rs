//! One issue rendered again and again in one process, without writing: `benches/compare/newsletter.py` runs it beside juice.
//!
//!     cargo bench --bench newsletter -- FOLDER ROUNDS
//!
//! Each round reads the entries of the newest issue again, renders their Markdown and all parts of the issue, and inlines its
//! CSS. Prints the median and the fastest in milliseconds.
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a program of its own, which reads files and prints")]

use chrono::Utc;
use std::path::Path;
use std::time::Instant;
use tidings::config::{Overrides, read_config};
use tidings::diagnostic::Source;
use tidings::files::{Folder, WalkRules};
use tidings::pipeline;

/// The program's own.
#[cfg(feature = "allocator")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // `cargo bench` itself gives `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [folder, rounds] = &arguments[..] else {
        println!("newsletter: no folder and rounds are named");
        return;
    };
    let folder = Path::new(folder);
    let rounds: usize = rounds.parse().expect("a number of rounds");
    let text = std::fs::read_to_string(folder.join("tidings.toml")).expect("a tidings.toml");
    let config = read_config(&Source::new("tidings.toml", text), folder, &Overrides::default()).0.expect("a configuration");
    let rules = WalkRules { display_root: folder.to_owned(), ..WalkRules::default() };
    let (content, _) = Folder::open(&config.content.dir, &rules).expect("content");
    let (catalog, faults) = pipeline::read_catalog(&config, &content);
    let (plan, _) = pipeline::plan(&config, &catalog, &faults, Utc::now());
    let spec = config.newsletter.as_ref().expect("a newsletter");
    let issue = plan.issues.first().expect("an issue");
    let mut milliseconds: Vec<f64> = (0..rounds)
        .map(|_| {
            let begun = Instant::now();
            let (edition, _) = pipeline::render_edition(&config, spec, &catalog, issue, &content);
            assert!(edition.html.fixed_len() > 0);
            begun.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    milliseconds.sort_by(f64::total_cmp);
    println!("{:.4} {:.4}", milliseconds[rounds / 2], milliseconds[0]);
}
