//! The floor: walks a folder, reads its files and parses their YAML heads into events, on two threads, and does nothing
//! with them. `benches/compare/build.py` runs it beside tidings: a build can hardly take less.
//!
//!     cargo bench --bench heads -- FOLDER
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a program of its own, which reads files and prints")]

use rayon::prelude::*;
use saphyr_parser::{Event, Parser};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

fn main() -> io::Result<()> {
    // `cargo bench` itself gives `--bench`.
    let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        println!("heads: no folder is named");
        return Ok(());
    };
    let begun = Instant::now();
    let _ = rayon::ThreadPoolBuilder::new().num_threads(2).build_global();
    let mut files = Vec::new();
    walk(Path::new(&folder), &mut files)?;
    let walked = begun.elapsed();
    let scalars: usize = files.par_iter().map_init(Vec::new, |buffer, path| events(buffer, path)).sum();
    let all = begun.elapsed();
    println!("{} files, {scalars} scalars: walk {} ms, all {} ms", files.len(), walked.as_millis(), all.as_millis());
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
    Ok(())
}

/// The scalars in the head of a file.
fn events(buffer: &mut Vec<u8>, path: &Path) -> usize {
    buffer.clear();
    let read = std::fs::File::open(path).and_then(|mut file| file.read_to_end(buffer));
    let text = read.ok().and_then(|_| std::str::from_utf8(buffer).ok()).unwrap_or_default();
    let head = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or("", |(head, _)| head);
    let events = Parser::new_from_str(head).map_while(Result::ok);
    events.filter(|(event, _)| matches!(event, Event::Scalar(..))).count()
}
