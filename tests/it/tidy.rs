//! The house's rules as tests: who may import whom, how long a file may be, which words are ours, and that each
//! diagnostic is documented.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Rooms by storey, from the ground up; within one, left to right (`ARCHITECTURE.md` has the same table).
const STOREYS: [&[&str]; 7] = [
    &["diagnostic", "url", "language", "site", "template", "files"],
    &["entry", "catalog", "list", "ledger"],
    &["body", "content"],
    &["feed", "newsletter", "message"],
    &["store", "transport"],
    &["config", "detect", "pipeline", "delivery"],
    &["commands", "cli", "main"],
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

fn place(room: &str) -> Option<(usize, usize)> {
    STOREYS.iter().enumerate().find_map(|(storey, rooms)| Some((storey, rooms.iter().position(|name| *name == room)?)))
}

fn room_of(file: &str) -> &str {
    file.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default()
}

/// The names that follow `crate::` in code, those in braces too.
fn imports(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(inner) => inner.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        };
        found
            .extend(names.into_iter().map(|name| name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()));
    }
    found
}

#[test]
fn rooms_import_only_what_is_below_or_left() {
    let mut wrong = Vec::new();
    for (file, text) in sources("src") {
        let room = room_of(&file);
        if room == "lib" {
            continue;
        }
        let here = place(room).unwrap_or_else(|| panic!("{file} is in no storey"));
        for name in imports(&text) {
            match place(&name) {
                Some(there) if there <= here => {}
                Some(_) => wrong.push(format!("{file} imports {name}, which stands above it or to its right")),
                None => wrong.push(format!("{file} imports {name}, which is no room")),
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<(usize, String)> = sources("src").into_iter().map(|(file, text)| (text.lines().count(), file)).collect();
    lengths.sort();
    let (longest, file) = lengths.last().unwrap();
    assert!(*longest <= 800, "{file} has {longest} lines");
    let at = |share: usize| lengths[lengths.len() * share / 100].0;
    assert!(at(50) <= 200, "the median file has {} lines", at(50));
    assert!(at(90) <= 450, "one file in ten has more than {} lines", at(90));
    let main = std::fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(main.lines().count() <= 25);
}

#[test]
fn our_words_are_the_fields_words() {
    // Not in code that we name: these are other tools' words for entry, issue, subscriber and suppression.
    let forbidden = ["Campaign", "campaign", "Mailing", "Blocklist", "blocklist", "TODO", "FIXME", "XXX"];
    let mut wrong = Vec::new();
    for (file, text) in sources("src") {
        for word in forbidden {
            if let Some(line) = text.lines().position(|line| line.contains(word)) {
                wrong.push(format!("{file}:{}: {word}", line + 1));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn edges_say_so_and_nobody_else_may_touch_the_world() {
    let edges = ["files", "store", "transport", "delivery", "commands"];
    for (file, text) in sources("src") {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if code.contains("clippy::disallowed_methods") {
            assert!(edges.contains(&room_of(&file)), "{file} is no edge");
            assert!(code.contains("reason = \"edge: "), "{file} does not say why");
        }
    }
}

#[test]
fn every_diagnostic_is_documented_once() {
    let faults = std::fs::read_to_string(root().join("src/diagnostic/faults.rs")).unwrap();
    let mut codes = BTreeSet::new();
    for call in ["error(", "warning("] {
        for (at, _) in faults.match_indices(call) {
            let rest = faults[at + call.len()..].trim_start();
            if let Some(code) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                codes.insert(code.to_owned());
            }
        }
    }
    assert!(codes.len() > 10, "the search finds no codes: {codes:?}");
    let docs = std::fs::read_to_string(root().join("docs/checks.md")).unwrap();
    let documented: BTreeSet<String> =
        docs.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned)).collect();
    assert_eq!(codes, documented, "docs/checks.md and src/diagnostic/faults.rs differ");
}

#[test]
fn every_diagnostic_is_used() {
    let all = sources("src");
    let (faults, others): (Vec<_>, Vec<_>) = all.iter().partition(|(file, _)| file == "src/diagnostic/faults.rs");
    for (at, _) in faults[0].1.match_indices("pub fn ") {
        let name = faults[0].1[at + "pub fn ".len()..].split('(').next().unwrap();
        assert!(others.iter().any(|(_, text)| text.contains(&format!("Diagnostic::{name}("))), "nobody reports {name}");
    }
}
