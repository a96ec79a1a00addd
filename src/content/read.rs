//! A source to an entry with its address; the body stays where it is.

use super::address::{Fault, IdScheme, permalink};
use super::dates::read_date;
use super::dialect::Dialect;
use super::facts::Fields;
use super::fields::{FieldReader, is_bare};
use super::front_matter::read_front_matter;
use super::html_head::read_html_head;
use super::path::{PathFacts, PathRules, read_path, split_dated_name};
use super::permalink::Pattern;
use super::title::own_title;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::entry::{Entry, Head, Markup};
use crate::site::{Person, Site};
use chrono::{NaiveDate, NaiveTime};

/// How sources are read.
#[derive(Clone, Debug)]
pub struct ReadRules {
    pub dialect: Dialect,
    pub paths: PathRules,
    pub pattern: Pattern,
    pub ids: IdScheme,
}

/// An entry and where it was found.
#[derive(Clone, Debug)]
struct Found {
    pub entry: Fields,
    pub facts: PathFacts,
    /// Absolute URL of the entry's page.
    pub url: String,
    pub id: String,
}

/// Reads one source's head. Sections (`_index.md`) and files with broken front matter have none.
pub fn read_head(source: &Source, rules: &ReadRules, site: &Site) -> (Option<Head>, Vec<Diagnostic>) {
    let (found, faults) = find(source, rules, site, || None);
    (found.map(|found| head(source, found).0), faults)
}

/// Reads one source whole: its head is the same as `read_head` gives.
pub fn read_entry(source: Source, rules: &ReadRules, site: &Site) -> (Option<Entry>, Vec<Diagnostic>) {
    let (found, faults) = find(&source, rules, site, || None);
    let Some(found) = found else { return (None, faults) };
    let (head, fields) = head(&source, found);
    let entry = Entry {
        head,
        title: fields.title,
        summary: fields.summary,
        authors: fields.authors,
        image: fields.image,
        enclosures: fields.enclosures,
        external_url: fields.external_url,
        markup: fields.markup,
        body: fields.body_start..source.text.len(),
        source,
        extra: fields.extra,
    };
    (Some(entry), faults)
}

fn head(source: &Source, found: Found) -> (Head, Fields) {
    let Found { entry, facts, url, id } = found;
    let head = Head {
        path: source.path.clone(),
        id,
        url,
        published: entry.published,
        updated: entry.updated,
        embargo: entry.embargo,
        expires: entry.expires,
        is_draft: entry.is_draft,
        categories: entry.categories.clone(),
        section: facts.folders.into_iter().next(),
        language: entry.language.clone(),
    };
    (head, entry)
}

/// Reads one source. `committed` is asked for the first and last commit's dates only if no other date is found.
/// Without a date an entry has no place among the others: then there is a warning and no entry.
fn find(
    source: &Source,
    rules: &ReadRules,
    site: &Site,
    committed: impl FnOnce() -> Option<(String, String)>,
) -> (Option<Found>, Vec<Diagnostic>) {
    let facts = read_path(&source.path.relative, &rules.paths);
    let (front_matter, mut faults) = read_front_matter(source);
    let broken = !faults.is_empty();
    let mut reader = FieldReader { source, dialect: rules.dialect, timezone: site.timezone, faults: Vec::new() };
    let mut entry = reader.read(&front_matter);
    entry.markup = markup(&source.path.relative);
    if entry.markup == Markup::Html && is_bare(&front_matter) {
        read_html_facts(source, &mut entry, &mut reader);
    }
    if facts.is_section || broken {
        faults.append(&mut reader.faults);
        return (None, faults);
    }
    entry.is_draft |= facts.is_draft;
    entry.language = entry.language.take().or_else(|| facts.language.clone());
    entry.title = entry.title.take().or_else(|| find_own_title(source, &mut entry, &facts, rules, is_bare(&front_matter)));
    if rules.dialect == Dialect::Jekyll {
        for folder in &facts.folders {
            if !entry.address_categories.contains(folder) {
                entry.address_categories.push(folder.clone());
            }
            if !entry.categories.contains(folder) {
                entry.categories.push(folder.clone());
            }
        }
    }
    if rules.dialect == Dialect::Pelican && entry.address_categories.is_empty() {
        // Pelican's category is the folder's name.
        if let Some(folder) = facts.folders.last() {
            entry.address_categories.push(folder.clone());
            if !entry.categories.contains(folder) {
                entry.categories.push(folder.clone());
            }
        }
    }

    let has_bad_date = reader.faults.iter().any(|fault| fault.code == "date-unreadable");
    if entry.published.is_none() && !has_bad_date {
        let day = facts.date.or_else(|| entry.permalink.as_deref().and_then(dated_path));
        if let Some(day) = day {
            entry.published = Some(super::dates::resolve(day.and_time(NaiveTime::MIN), site.timezone).0);
        } else if entry.updated.is_some() && rules.dialect == Dialect::Hugo {
            entry.published = entry.updated;
        } else if let Some((first, last)) = committed() {
            entry.published = read_date(&first, site.timezone).map(|(date, _)| date);
            entry.updated = entry.updated.or_else(|| read_date(&last, site.timezone).map(|(date, _)| date));
        }
    }
    faults.append(&mut reader.faults);
    if entry.published.is_none() {
        if !has_bad_date && !entry.is_draft {
            faults.push(Diagnostic::date_missing().in_file(&source.path.display));
        }
        if !entry.is_draft {
            return (None, faults);
        }
    }
    if let (Some(published), Some(updated)) = (entry.published, entry.updated)
        && updated < published
    {
        faults.push(Diagnostic::date_order().in_file(&source.path.display));
        entry.updated = Some(published);
    }
    locate(source, entry, facts, rules, site, faults)
}

fn locate(
    source: &Source,
    entry: Fields,
    facts: PathFacts,
    rules: &ReadRules,
    site: &Site,
    mut faults: Vec<Diagnostic>,
) -> (Option<Found>, Vec<Diagnostic>) {
    let permalink = match permalink(&entry, &facts, &rules.pattern, site, rules.dialect) {
        Ok(path) => path,
        // A draft may lack what it will have once it's published.
        Err(_) if entry.is_draft => {
            return (Some(Found { entry, facts, url: String::new(), id: String::new() }), faults);
        }
        Err(Fault::Refused(path)) => {
            faults.push(blame(source, &path, Diagnostic::permalink_refused(&path)));
            return (None, faults);
        }
        Err(Fault::Incomplete(token)) => {
            faults.push(Diagnostic::permalink_incomplete(&token).in_file(&source.path.display));
            return (None, faults);
        }
    };
    let url = site.absolute(&permalink);
    let id = entry.id.clone().unwrap_or_else(|| rules.ids.id(&url, entry.published));
    (Some(Found { entry, facts, url, id }), faults)
}

/// Points at `text` where it stands in the source.
pub(super) fn blame(source: &Source, text: &str, fault: Diagnostic) -> Diagnostic {
    match source.text.find(text).filter(|_| !text.is_empty()) {
        Some(at) => fault.at(source, Span::new(at, at + text.len())),
        None => fault.in_file(&source.path.display),
    }
}

fn markup(path: &str) -> Markup {
    match path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "mdx" => Markup::Mdx,
        "html" | "htm" => Markup::Html,
        "txt" => Markup::Text,
        _ => Markup::Markdown,
    }
}

/// The title that the text itself gives; a heading or line on top of the body leaves it.
fn find_own_title(source: &Source, entry: &mut Fields, facts: &PathFacts, rules: &ReadRules, is_bare: bool) -> Option<String> {
    // Jekyll makes titles of file names.
    if rules.dialect == Dialect::Jekyll {
        return Some(titleize(&facts.stem));
    }
    let title = own_title(&source.text[entry.body_start..], entry.markup, is_bare)?;
    entry.body_start += title.taken;
    Some(title.words)
}

/// Jekyll's `titleize_slug`: words with a capital first and small letters after.
fn titleize(slug: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect::<String>()).unwrap_or_default()
    };
    slug.split('-').map(word).collect::<Vec<_>>().join(" ")
}

/// A date that stands in a path: `2024/02/19/slug`, with or without more before it.
fn dated_path(path: &str) -> Option<NaiveDate> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let by_folders = segments.windows(3).find_map(|window| match window {
        [year, month, day] if year.len() == 4 => {
            NaiveDate::from_ymd_opt(year.parse().ok().filter(|year| *year > 0)?, month.parse().ok()?, day.parse().ok()?)
        }
        _ => None,
    });
    by_folders.or_else(|| segments.iter().find_map(|segment| split_dated_name(segment).map(|(day, _)| day)))
}

/// Pelican reads a file's facts from its `meta` elements.
fn read_html_facts(source: &Source, entry: &mut Fields, reader: &mut FieldReader) {
    let (found, body) = read_html_head(&source.text);
    entry.body_start = body.start;
    entry.title = found.get("title").cloned().filter(|title| !title.is_empty());
    let text = |names: &[&str]| names.iter().find_map(|name| found.get(*name)).filter(|text| !text.is_empty());
    if let Some(date) = text(&["date", "created", "pubdate", "article:published_time", "dc.date"]) {
        let at = source.text.find(date.as_str()).unwrap_or(0);
        entry.published = reader.date_text(date, Span::new(at, at + date.len()));
    }
    if let Some(date) = text(&["modified", "last-modified"]) {
        let at = source.text.find(date.as_str()).unwrap_or(0);
        entry.updated = reader.date_text(date, Span::new(at, at + date.len()));
    }
    entry.slug = text(&["slug"]).cloned();
    entry.summary = text(&["summary", "description"]).cloned();
    entry.language = text(&["lang", "language"]).cloned();
    entry.authors =
        text(&["author", "authors"]).into_iter().flat_map(|names| names.split([';', ','])).map(|name| Person::named(name.trim())).collect();
    entry.categories = text(&["tags", "keywords"])
        .into_iter()
        .flat_map(|tags| tags.split(','))
        .map(|tag| tag.trim().to_owned())
        .filter(|tag| !tag.is_empty())
        .collect();
    if let Some(category) = text(&["category"]) {
        entry.address_categories.push(category.clone());
        entry.categories.push(category.clone());
    }
    entry.is_draft |= text(&["status"]).is_some_and(|status| matches!(status.as_str(), "draft" | "hidden"));
}
