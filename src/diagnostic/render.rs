//! Diagnostics as text with a caret under the place.

use super::{Diagnostic, Severity};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// One diagnostic as text: severity, code, message, file:line:column, the line with a caret, and the help.
pub fn render(diagnostic: &Diagnostic, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let path = visible(&diagnostic.path);
    let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code);
    let mut group = Group::with_title(title);
    if let Some(place) = &diagnostic.place {
        let (before, marked, after) = place.split();
        let (before, marked, after) = (visible(before), visible(marked), visible(after));
        let span = before.len()..before.len() + marked.len();
        let snippet = Snippet::source(format!("{before}{marked}{after}"))
            .line_start(place.line)
            .path(path)
            .annotation(AnnotationKind::Primary.span(span));
        group = group.element(snippet);
    } else if !path.is_empty() {
        group = group.element(Origin::path(path));
    }
    if !diagnostic.help.is_empty() {
        group = group.element(Level::HELP.message(visible(&diagnostic.help)));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    format!("{}\n", renderer.render(&[group]))
}

/// One diagnostic on one line: severity, code, file:line:column and message, for those that say what others said before.
pub fn render_short(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.place.as_ref().map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
    let (path, message) = (visible(&diagnostic.path), visible(&diagnostic.message));
    format!("{}[{}]: {path}{place}: {message}\n", diagnostic.severity.name(), diagnostic.code)
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
    use crate::diagnostic::{Diagnostic, Source, Span, render, render_short};

    #[test]
    fn the_caret_stands_under_the_place() {
        let source = Source::new("a.md", "---\ndate: soon\n---\n");
        let text = render(&Diagnostic::date_unreadable("soon").at(&source, Span::new(10, 14)), false);
        let expected = "\
error[date-unreadable]: `soon` is not a date
 --> a.md:2:7
  |
2 | date: soon
  |       ^^^^
  |
  = help: write it as 2026-05-01, 2026-05-01 14:30, or 2026-05-01T14:30:00+02:00
";
        assert_eq!(text, expected);
    }

    #[test]
    fn without_a_place_the_file_alone_is_named() {
        let text = render(&Diagnostic::date_missing().in_file("a.md"), false);
        assert!(text.contains("--> a.md\n"), "{text}");
    }

    #[test]
    fn a_byte_that_is_no_text_is_shown_in_its_line() {
        let bytes = b"---\ntitle: caf\xe9 au lait\n---\n";
        let text = render(&Diagnostic::encoding_invalid(14).at_byte("a.md", bytes, 14), false);
        let expected = "\
error[encoding-invalid]: byte 14 is not valid UTF-8
 --> a.md:2:11
  |
2 | title: caf\u{fffd} au lait
  |           ^
";
        assert!(text.starts_with(expected), "{text}");
        for (bytes, offset) in [(&b"\xff"[..], 0), (b"", 0), (b"\n\xff", 1), (b"a", 9), (&[0xff; 1000], 500)] {
            let fault = Diagnostic::encoding_invalid(offset).at_byte("a.md", bytes, offset);
            assert!(render(&fault, false).contains("--> a.md:"), "{fault:?}");
        }
    }

    #[test]
    fn on_one_line_the_place_is_before_the_message() {
        let source = Source::new("a.md", "---\ndate: soon\n---\n");
        let text = render_short(&Diagnostic::date_unreadable("so\non").at(&source, Span::new(10, 14)));
        assert_eq!(text, "error[date-unreadable]: a.md:2:7: `so on` is not a date\n");
        assert!(render_short(&Diagnostic::date_missing().in_file("a.md")).starts_with("warning[date-missing]: a.md: the entry"));
    }

    #[test]
    fn escape_sequences_of_a_hostile_file_are_not_shown() {
        let text = render(&Diagnostic::file_unreadable("\u{1b}[2J").in_file("x\u{202e}y"), false);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    }
}
