//! Diagnostics as text with a caret under the place.

use super::{Diagnostic, Severity};
use std::fmt::Write;

/// One diagnostic as text: severity, message, file:line:column, the line with a caret, and the help.
pub fn render(diagnostic: &Diagnostic, color: bool) -> String {
    let (word, paint) = match diagnostic.severity {
        Severity::Error => ("error", "\x1b[1;31m"),
        Severity::Warning => ("warning", "\x1b[1;33m"),
    };
    let (paint, dim, reset) = if color { (paint, "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    let mut out = format!("{paint}{word}[{}]{reset}: {}\n", diagnostic.code, visible(&diagnostic.message));
    if let Some(place) = &diagnostic.place {
        let number = place.line.to_string();
        let pad = " ".repeat(number.len());
        let before = visible(&place.snippet[..place.range.start]);
        let marked = visible(&place.snippet[place.range.clone()]);
        let after = visible(&place.snippet[place.range.end..]);
        let carets = "^".repeat(marked.chars().count().max(1));
        let indent = " ".repeat(before.chars().count());
        let _ = write!(
            out,
            "{pad}{dim}-->{reset} {}:{}:{}\n{pad} {dim}|{reset}\n{number} {dim}|{reset} {before}{marked}{after}\n{pad} {dim}|{reset} {indent}{paint}{carets}{reset}\n",
            visible(&diagnostic.path),
            place.line,
            place.column
        );
    } else if !diagnostic.path.is_empty() {
        let _ = writeln!(out, " {dim}-->{reset} {}", visible(&diagnostic.path));
    }
    if !diagnostic.help.is_empty() {
        let _ = writeln!(out, "  {dim}={reset} help: {}", visible(&diagnostic.help));
    }
    out
}

/// `2 errors, 1 warning`, or nothing.
pub fn render_summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|found| found.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let count = |n: usize, word: &str| match n {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    let parts: Vec<_> = [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Control and direction characters from a hostile file must not reach the terminal.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            '\n' => ' ',
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Diagnostic, Source, Span, render};

    #[test]
    fn the_caret_stands_under_the_place() {
        let source = Source::new("a.md", "---\ndate: soon\n---\n");
        let text = render(&Diagnostic::date_unreadable("soon").at(&source, Span::new(10, 14)), false);
        assert!(text.contains(" --> a.md:2:7\n"), "{text}");
        assert!(text.contains("2 | date: soon\n  |       ^^^^\n"), "{text}");
        assert!(text.contains("= help: "), "{text}");
    }

    #[test]
    fn escape_sequences_of_a_hostile_file_are_not_shown() {
        let text = render(&Diagnostic::file_unreadable("\u{1b}[2J").in_file("x\u{202e}y"), false);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    }
}
