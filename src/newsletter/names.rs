//! What an issue and its entries are called where there is one line: subject, preheader, headings.

use super::IssueEntry;
use crate::language::{Words, fill};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// RFC 5322, section 2.1.1: a line, and so a subject, should have no more columns than 78.
const SUBJECT_COLUMNS: usize = 78 - "Subject: ".len();
/// What programs show of a message beside its subject.
const PREHEADER_COLUMNS: usize = 110;
/// What a title keeps beside the issue's name, at least.
const TITLE_COLUMNS: usize = 24;
/// The first words that stand for a title.
const NAME_COLUMNS: usize = 60;

/// What an entry is called where only its name stands: the title, else the first words, else the address.
pub fn entry_name(entry: &IssueEntry) -> String {
    let title = one_line(entry.entry.title.as_deref().unwrap_or_default());
    let words = if title.is_empty() { shortened(&one_line(&entry.summary), NAME_COLUMNS) } else { title };
    if words.is_empty() { entry.entry.head.url.to_string() } else { words }
}

/// `Site: first title and 3 more (February 2026)`, within the columns of a line: what is new first, and then the name
/// that stands as the headline, where it leaves room for the title.
pub fn subject(say: &Words, site_title: &str, issue_title: &str, names: &[String]) -> String {
    let site_title = one_line(site_title);
    // A long title would leave no room for what is new; From names the site anyway.
    let front =
        if site_title.width() <= SUBJECT_COLUMNS / 2 { fill(&say.titled, &[("name", &site_title), ("title", "")]) } else { String::new() };
    let (first, others) = match names {
        [] => (issue_title, 0),
        [first, others @ ..] => (first.as_str(), others.len()),
    };
    let with_more = |title: String| if others == 0 { title } else { say.and_more(&title, others) };
    let left = SUBJECT_COLUMNS.saturating_sub(front.width() + with_more(String::new()).width());
    let issue = format!(" ({issue_title})");
    match left.checked_sub(issue.width()) {
        Some(left) if !names.is_empty() && left >= first.width().min(TITLE_COLUMNS) => {
            format!("{front}{}{issue}", with_more(shortened(first, left)))
        }
        _ => format!("{front}{}", with_more(shortened(first, left))),
    }
}

/// What stands beside the subject: the other titles, or the summary of a lone entry.
pub fn preheader(issue_title: &str, names: &[String], first: Option<&IssueEntry>) -> String {
    let text = match (names, first) {
        ([_, others @ ..], _) if !others.is_empty() => others.join(" · "),
        (_, Some(only)) if !only.summary.trim().is_empty() => one_line(&only.summary),
        _ => issue_title.to_owned(),
    };
    shortened(&text, PREHEADER_COLUMNS)
}

/// Text on one line, without control characters. No-break spaces stay: `« oui »` needs them.
pub fn one_line(text: &str) -> String {
    crate::body::one_line(&text.replace(char::is_control, " "))
}

/// Cuts at a word, or within one where it is long, and marks the cut.
fn shortened(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut width = 0;
    let fits = |&(_, c): &(usize, char)| {
        width += c.width().unwrap_or(0);
        width < columns
    };
    let end = text.char_indices().take_while(fits).last().map_or(0, |(at, c)| at + c.len_utf8());
    let cut = &text[..end];
    let cut = match cut.rfind(' ') {
        // A space in the last third is a better place; before that it would cost too much.
        Some(space) if !text[end..].starts_with(' ') && space * 3 >= cut.len() * 2 => &cut[..space],
        _ => cut,
    };
    format!("{}…", cut.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '–' | '—')))
}

#[cfg(test)]
mod tests {
    use super::super::samples::entry;
    use super::*;
    use crate::language::words;

    #[test]
    fn an_entry_is_called_by_title_words_or_address() {
        let mut micro = entry("a", "T\ti\r\ntle ", "A seal on the slipway.");
        assert_eq!(entry_name(&micro), "T i tle");
        micro.entry.title = None;
        assert_eq!(entry_name(&micro), "A seal on the slipway.");
        micro.summary = " \n".into();
        assert_eq!(entry_name(&micro), "https://example.org/a/");
    }

    #[test]
    fn a_subject_names_the_first_entry_and_fits() {
        let names = |count: usize, name: &str| vec![name.to_owned(); count];
        assert_eq!(subject(words("en"), "News", "Week", &names(1, "One")), "News: One (Week)");
        assert_eq!(subject(words("en"), "News", "Week", &names(3, "One")), "News: One and 2 more (Week)");
        assert_eq!(subject(words("en"), "News", "Week", &[]), "News: Week");
        assert_eq!(subject(words("en"), "The Newest of the News from Everywhere", "Week", &names(1, "One")), "One (Week)");
        // A long name of the issue doesn't cost the title.
        assert_eq!(
            subject(words("en"), "News", &"Week ".repeat(9), &names(1, "The title of one of them")),
            "News: The title of one of them"
        );
        for name in ["long words ".repeat(20), "x".repeat(300), "灯".repeat(90), "e\u{301}".repeat(200)] {
            let subject = subject(words("en"), &name, "Week", &names(12, &name));
            assert!(subject.width() <= SUBJECT_COLUMNS && subject.ends_with("… and 11 more (Week)"), "{subject}");
        }
    }

    #[test]
    fn a_subject_speaks_the_language() {
        let names = ["Un".to_owned(), "Deux".to_owned()];
        assert_eq!(subject(words("fr"), "Le Quai", "Mai", &names), "Le Quai\u{a0}: Un et 1 autre (Mai)");
        assert_eq!(subject(words("ja"), "港", "5月", &names), "港：Unほか1件 (5月)");
    }

    #[test]
    fn a_preheader_goes_on_where_the_subject_ended() {
        let first = entry("a", "One", "About  one.");
        let names = ["One".to_owned(), "Two".to_owned(), "Three".to_owned()];
        assert_eq!(preheader("Week", &names, Some(&first)), "Two · Three");
        assert_eq!(preheader("Week", &names[..1], Some(&first)), "About one.");
        assert_eq!(preheader("Week", &names[..1], Some(&entry("a", "One", ""))), "Week");
    }

    #[test]
    fn cuts_fall_between_words() {
        assert_eq!(shortened("one two, three", 14), "one two, three");
        assert_eq!(shortened("one two, three", 13), "one two…");
        assert_eq!(shortened("one two, three", 9), "one two…");
        assert_eq!(shortened("a verylongword", 10), "a verylon…");
        assert_eq!(shortened("abc", 0), "…");
    }

    #[test]
    fn no_break_spaces_stay() {
        assert_eq!(one_line("«\u{202f}oui\u{a0}» \u{85} non\u{2028}"), "«\u{202f}oui\u{a0}» non");
    }
}
