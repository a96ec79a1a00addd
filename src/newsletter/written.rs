//! Written issues: a text of their own, with entries chosen for it or published since the last one.

use super::slots::{Context, Markers, wrong_placeholders};
use super::{NewsletterSpec, PlannedIssue, editions, last_part};
use crate::body::{Body, HtmlPlace, Line, PLACE, Style};
use crate::catalog::Links;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::entry::{Entry, Head};
use crate::feed::Detail;
use crate::site::Site;
use chrono::{DateTime, FixedOffset, Utc};
use std::cmp::Ordering;

/// Entries of the first issue, which has no issue before it.
const FIRST: usize = 20;

/// An issue that someone has written.
pub struct Written<'a> {
    pub entry: &'a Entry,
    pub links: &'a dyn Links,
    pub id_prefix: String,
    pub style: Style,
}

/// A written text around the entries.
#[derive(Debug, Default)]
pub(super) struct Around<T> {
    pub before: T,
    pub after: T,
}

impl Written<'_> {
    /// The subject as written, which may hold placeholders.
    pub(super) fn subject(&self) -> String {
        let own = extra(self.entry, "subject").filter(|text| !text.trim().is_empty());
        own.or(self.entry.title.as_deref()).map_or_else(|| stem(self.entry), str::to_owned)
    }

    /// The text as HTML, its slots marked by `mark`.
    pub(super) fn html(&self, mark: impl FnMut(&str) -> String) -> Around<String> {
        let entry = self.marked(mark);
        let (body, _) = Body::read(&entry, self.links, &self.style);
        let html = body.html(&HtmlPlace { id_prefix: self.id_prefix.clone(), first_heading: 2 }, self.links);
        match html.split_once(&format!("<p>{PLACE}</p>")) {
            Some((before, after)) => Around { before: before.trim().to_owned(), after: after.trim().to_owned() },
            None => Around { before: html.replace(PLACE, ""), after: String::new() },
        }
    }

    /// The text as plain text, its slots marked by `mark`.
    pub(super) fn lines(&self, mark: impl FnMut(&str) -> String) -> Around<Vec<Line>> {
        let entry = self.marked(mark);
        let (body, _) = Body::read(&entry, self.links, &self.style);
        let mut before = body.lines(self.links);
        let Some(at) = before.iter().position(|line| line.text.trim() == PLACE) else { return Around { before, after: Vec::new() } };
        let mut after = before.split_off(at);
        let is_blank = |line: &Line| line.text.trim().is_empty();
        let blank = after.iter().skip(1).take_while(|line| is_blank(line)).count();
        after.drain(..=blank);
        while before.last().is_some_and(is_blank) {
            before.pop();
        }
        Around { before, after }
    }

    /// The entry with the place of the entries and the slots marked in its text. Lines stay where they are.
    fn marked(&self, mut mark: impl FnMut(&str) -> String) -> Entry {
        let (head, body) = self.entry.source.text.split_at(self.entry.body.start);
        let body = &body[..self.entry.body.end - self.entry.body.start];
        let body = place_entries(&body.replace(PLACE, ""));
        let text = format!("{head}{}", mark(&body));
        let range = head.len()..text.len();
        Entry { source: Source { text, ..self.entry.source.clone() }, body: range, ..self.entry.clone() }
    }
}

/// Puts the mark where `{{ entries }}` stands.
fn place_entries(text: &str) -> String {
    match entries_place(text) {
        Some(place) => format!("{}{PLACE}{}", &text[..place.start], &text[place.end..]),
        None => text.to_owned(),
    }
}

fn entries_place(text: &str) -> Option<std::ops::Range<usize>> {
    text.match_indices("{{").find_map(|(at, _)| {
        let inside = &text[at + 2..at + 2 + text[at + 2..].find("}}")?];
        (inside.trim() == "entries").then(|| at..at + 4 + inside.len())
    })
}

fn extra<'a>(entry: &'a Entry, name: &str) -> Option<&'a str> {
    entry.extra.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The written issues whose date has come, newest first. `heads` are all entries, `visible` those that may be shown.
/// Translations of an issue are its editions.
pub(super) fn plan(
    spec: &NewsletterSpec,
    site: &Site,
    written: &[Entry],
    heads: &[Head],
    visible: &[(usize, &Head)],
    now: DateTime<Utc>,
) -> (Vec<PlannedIssue>, Vec<Diagnostic>) {
    let mut faults = Vec::new();
    let mut issues: Vec<(PlannedIssue, &Head)> = Vec::new();
    for (index, entry) in written.iter().enumerate().filter(|(_, entry)| !entry.head.is_draft) {
        faults.extend(placeholder_faults(entry));
        match entry.head.published {
            Some(date) if date <= now => {
                let issue = PlannedIssue { id: stem(entry), date, written: Some(index), ..PlannedIssue::default() };
                issues.push((issue, &entry.head));
            }
            Some(_) => {}
            None => faults.push(Diagnostic::written_undated().in_file(entry.head.path.display.clone())),
        }
    }
    if spec.editions {
        editions::join(&mut issues, site);
    }
    issues.sort_by(|(a, first), (b, second)| a.date.cmp(&b.date).then_with(|| first.path.cmp(&second.path)));
    let main = |issue: &PlannedIssue| issue.editions.first().map_or_else(|| issue.id.clone(), |main| main.id.clone());
    let dates: Vec<(String, DateTime<FixedOffset>)> = issues.iter().map(|(issue, _)| (main(issue), issue.date)).collect();
    for (at, (issue, _)) in issues.iter_mut().enumerate() {
        let Some(entry) = issue.written.and_then(|index| written.get(index)) else { continue };
        // Editions of one issue have what is new since the issue before it, not since each other.
        let since = dates.iter().take(at).rev().find(|(other, _)| *other != main(issue)).map(|(_, date)| *date);
        issue.entries = match extra(entry, "entries") {
            Some(names) => chosen(entry, names, visible, &mut faults),
            None if entries_place(entry.body_text()).is_some() => {
                let of_edition: Vec<(usize, &Head)> = visible
                    .iter()
                    .filter(|(_, head)| editions::holds(issue, head.language.as_deref().unwrap_or(&site.language)))
                    .copied()
                    .collect();
                published(heads, &of_edition, since, issue.date)
            }
            None => Vec::new(),
        };
        issue.detail = match extra(entry, "content") {
            Some("full") => Detail::Full,
            Some("summary") => Detail::Summary,
            _ => spec.content,
        };
    }
    let mut issues: Vec<PlannedIssue> = issues.into_iter().map(|(issue, _)| issue).collect();
    // Main editions before the others of their date.
    issues.reverse();
    issues.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| if main(a) == main(b) { a.id.cmp(&b.id) } else { Ordering::Equal }));
    (issues, faults)
}

/// The entries between the last issue and this one, newest first.
fn published(heads: &[Head], visible: &[(usize, &Head)], since: Option<DateTime<FixedOffset>>, until: DateTime<FixedOffset>) -> Vec<usize> {
    let is_new = |date: DateTime<FixedOffset>| date <= until && since.is_none_or(|since| date > since);
    let mut entries: Vec<usize> = visible.iter().filter(|(_, head)| head.published.is_some_and(is_new)).map(|(index, _)| *index).collect();
    entries.sort_by(|&a, &b| heads[a].newest_first(&heads[b]));
    if since.is_none() {
        entries.truncate(FIRST);
    }
    entries
}

/// The entries that the issue names, by path, id, address, or the last part of it, in its order.
fn chosen(entry: &Entry, names: &str, visible: &[(usize, &Head)], faults: &mut Vec<Diagnostic>) -> Vec<usize> {
    let mut entries = Vec::new();
    for name in names.split([',', '\n']).map(str::trim).filter(|name| !name.is_empty()) {
        let is_named = |head: &Head| {
            let path = &*head.path.relative;
            [path, &head.path.display, &*head.id, &*head.url].contains(&name) || last_part(&head.url) == name
        };
        match visible.iter().find(|(_, head)| is_named(head)) {
            Some((index, _)) if !entries.contains(index) => entries.push(*index),
            Some(_) => {}
            None => {
                let names = |head: &Head| [head.path.relative.to_string(), last_part(&head.url)];
                let known: Vec<String> = visible.iter().flat_map(|(_, head)| names(head)).collect();
                faults.push(Diagnostic::entry_unknown(name, &known).at(&entry.source, place_of(&entry.source, name)));
            }
        }
    }
    entries
}

/// Where a word stands in the front matter.
fn place_of(source: &Source, word: &str) -> Span {
    let start = source.text.find(word).unwrap_or(0);
    Span { start, end: start + if start == 0 { 0 } else { word.len() } }
}

/// What is wrong with the placeholders of title, subject and text.
fn placeholder_faults(entry: &Entry) -> Vec<Diagnostic> {
    let fault = |reason: &str, span: Span| Diagnostic::placeholder_unknown(reason).at(&entry.source, span);
    let mut faults = Vec::new();
    for text in [entry.title.as_deref(), extra(entry, "subject")].into_iter().flatten() {
        faults.extend(wrong_placeholders(text).iter().map(|(range, reason)| fault(reason, place_of(&entry.source, &text[range.clone()]))));
    }
    let (body, start) = (entry.body_text(), entry.body.start);
    let entries = entries_place(body);
    let wrong = wrong_placeholders(body).into_iter().filter(|(range, _)| Some(range) != entries.as_ref());
    faults.extend(wrong.map(|(range, reason)| fault(&reason, Span { start: start + range.start, end: start + range.end })));
    faults
}

/// `issues/2026-05-letter.md` → `2026-05-letter`.
fn stem(entry: &Entry) -> String {
    let name = entry.head.path.relative.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

/// The text of an issue with its slots marked for one of the message's parts.
pub(super) fn marking(markers: &mut Markers, context: Context) -> impl FnMut(&str) -> String {
    move |text| markers.mark_text(text, context, str::to_owned)
}
