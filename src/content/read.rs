//! A source to an entry with its address; the body stays where it is.

use super::address::{AddressRules, Fault, IdScheme, is_language_of_site, permalink};
use super::dated_name::split_dated_name;
use super::defaults::Defaults;
use super::dialect::Dialect;
use super::facts::Fields;
use super::fields::{Depth, FieldReader, is_bare};
use super::folders::Folders;
use super::front_matter::{FrontMatter, read_front_matter};
use super::html_head;
use super::language::detect_language;
use super::names::{Meaning, meaning};
use super::path::{PathFacts, PathRules, read_path};
use super::permalink::Pattern;
use super::slug::Slugs;
use super::smart::smarten;
use super::template_path;
use super::title::{own_title, titleize};
use crate::body::find_heading;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::entry::{Entry, Head, Markup};
use crate::site::Site;
use crate::url::encode_path;
use chrono::{NaiveDate, NaiveTime};
use std::sync::Arc;

/// How sources are read: what `[content]` says.
#[derive(Clone, Debug, Default)]
pub struct ReadRules {
    /// Naming a generator also says that the site's addresses are made as that generator makes them.
    pub ids: IdScheme,
    /// Where entries are found; by default where the generator puts them, else `/:year/:month/:slug/`.
    pub permalink: Option<Pattern>,
    /// Patterns of single sections, by the path of their folder.
    pub sections: Vec<(String, Pattern)>,
    /// Where entries in another language than the site's are found, if elsewhere (Pelican's `ARTICLE_LANG_URL`).
    pub translations: Option<Pattern>,
    /// What `[[content.defaults]]` and `[content.authors]` say.
    pub defaults: Defaults,
    /// How names become segments of addresses.
    pub slugs: Slugs,
    /// Whether titles have typographic marks, too, as with Pelican.
    pub smart_titles: bool,
    /// Entries without a date are left out on purpose, so that nobody needs to be told.
    pub undated_left_out: bool,
    /// The languages that folders and suffixes of file names may name; empty: any that a name looks like.
    pub languages: Vec<String>,
    /// The name of the content folder itself: Jekyll's is `_posts`.
    pub root_name: String,
}

impl ReadRules {
    /// The dialect of the site's addresses.
    pub(super) fn dialect(&self) -> Dialect {
        Dialect::of_scheme(self.ids).unwrap_or_default()
    }

    /// The pattern of the deepest folder that has one; `/` names the content folder itself.
    fn pattern(&self, folders: &[String]) -> &Pattern {
        let concerns = |key: &str| {
            let mut names = key.split('/').filter(|name| !name.is_empty()).peekable();
            match names.peek() {
                None => folders.is_empty(),
                Some(_) => names
                    .zip(folders.iter().map(Some).chain(std::iter::repeat(None)))
                    .all(|(name, folder)| Some(name) == folder.map(String::as_str)),
            }
        };
        let own = self.sections.iter().filter(|(key, _)| concerns(key)).max_by_key(|(key, _)| key.len()).map(|(_, pattern)| pattern);
        own.or(self.permalink.as_ref()).unwrap_or_else(|| self.dialect().default_permalink())
    }

    /// Whether a file is an entry and not a page of the site's own or a part of another.
    fn is_entry(relative: &str, dialect: Dialect, folders: &Folders) -> bool {
        let is_post = || relative.split('/').any(|folder| matches!(folder, "_posts" | "_drafts"));
        match dialect {
            Dialect::Pelican => !relative.starts_with("pages/"),
            Dialect::Hugo => !folders.is_resource(relative),
            Dialect::Zola => true,
            Dialect::Jekyll | Dialect::Plain => !folders.has_posts || is_post(),
        }
    }
}

/// Reads one source's head. There is none for what is no entry (`_index.md`, a page of the site's own) and for files with
/// errors.
pub fn read_head(source: &Source, rules: &ReadRules, folders: &Folders, site: &Site) -> (Option<Head>, Vec<Diagnostic>) {
    let (found, faults) = find(source, rules, folders, site, Depth::Head);
    (found.map(|(head, _, _)| head), faults)
}

/// Reads one source whole: its head is the same as `read_head` gives.
pub fn read_entry(source: Source, rules: &ReadRules, folders: &Folders, site: &Site) -> (Option<Entry>, Vec<Diagnostic>) {
    let (found, faults) = find(&source, rules, folders, site, Depth::Entry);
    let Some((head, fields, dialect)) = found else { return (None, faults) };
    let entry = Entry {
        head,
        title: fields.title,
        summary: fields.summary,
        summary_end: fields.summary_end,
        authors: fields.authors,
        image: fields.image,
        enclosures: fields.enclosures,
        external_url: fields.external_url,
        relations: fields.relations,
        podcast: fields.podcast,
        markup: fields.markup,
        syntax: dialect.syntax(),
        body: fields.body_start..fields.body_end,
        source,
        extra: fields.extra,
    };
    (Some(entry), faults)
}

/// Points at what an entry is known by: its id, permalink, slug or date, else its first line.
pub fn identity_span(source: &Source) -> Span {
    let (front_matter, _) = read_front_matter(source);
    let of = |wanted: Meaning| {
        let field = front_matter.fields.iter().find(|field| meaning(&field.name).is_some_and(|(meaning, _)| meaning == wanted));
        field.map(|field| field.node.span)
    };
    let identity = [Meaning::Id, Meaning::Permalink, Meaning::Path, Meaning::Slug, Meaning::Date];
    identity.into_iter().find_map(of).unwrap_or_else(|| first_line(source))
}

fn first_line(source: &Source) -> Span {
    Span::new(0, source.text.lines().next().map_or(0, str::len))
}

fn find(
    source: &Source,
    rules: &ReadRules,
    folders: &Folders,
    site: &Site,
    depth: Depth,
) -> (Option<(Head, Fields, Dialect)>, Vec<Diagnostic>) {
    let relative = &*source.path.relative;
    let (mut front_matter, mut faults) = read_front_matter(source);
    let dialect = Dialect::of_file(rules.ids, relative, &rules.root_name, &front_matter);
    let is_bare = is_bare(&front_matter);
    let facts = read_path(relative, PathRules { dialect, root_name: &rules.root_name, languages: &rules.languages }, folders);
    if facts.is_section || !ReadRules::is_entry(relative, dialect, folders) || faults.iter().any(Diagnostic::is_error) {
        return (None, faults);
    }
    if dialect == Dialect::Jekyll && facts.date.is_none() && !facts.is_draft {
        faults.push(Diagnostic::name_undated().at(source, first_line(source)));
        return (None, faults);
    }
    folders.complete(relative, Some(facts.language.as_deref().unwrap_or(&site.language)), &site.language, dialect, &mut front_matter);
    rules.defaults.complete(relative, &mut front_matter);
    let mut reader = FieldReader { source, dialect, timezone: site.timezone, depth, faults: Vec::new() };
    let mut fields = reader.read(&front_matter);
    fields.markup = markup(relative);
    if fields.markup == Markup::Html && is_bare {
        html_head::read_fields(source, &mut fields, &mut reader);
    }
    faults.append(&mut reader.faults);
    if fields.is_hidden {
        return (None, faults);
    }
    fields.is_draft |= facts.is_draft || dialect == Dialect::Zola && folders.in_draft(relative);
    resolve(&mut fields, relative, folders, &rules.defaults);
    add_folders(&mut fields, &facts, dialect);
    // Only Jekyll itself names even a bare file after its name.
    name(source, &mut fields, &facts, dialect, is_bare && rules.ids != IdScheme::Jekyll);
    if rules.ids == IdScheme::Jekyll || rules.smart_titles {
        fields.title = fields.title.map(|title| smarten(&title));
    }
    speak(source, &mut fields, &facts, site, is_bare);
    date(source, &mut fields, &facts, folders, dialect, site, &mut faults);
    if fields.published.is_none() && !fields.is_draft && !rules.undated_left_out && !faults.iter().any(Diagnostic::is_error) {
        faults.push(Diagnostic::date_missing().at(source, first_line(source)));
    }
    if let Some(template) = fields.permalink.take_if(|text| template_path::is_template(text)) {
        fields.permalink =
            template_path::expand(&template, fields.published, &|name| template_value(name, relative, &front_matter, &facts));
        if fields.permalink.is_none() {
            let span = fields.permalink_span.unwrap_or_else(|| first_line(source));
            faults.push(Diagnostic::permalink_template(&template).at(source, span));
        }
    }
    let address = AddressRules {
        pattern: rules.pattern(&facts.folders),
        translations: rules.translations.as_ref(),
        site,
        folders,
        read_as: dialect,
        made_as: rules.dialect(),
        slugs: rules.slugs,
    };
    let url = match permalink(&fields, &facts, &address) {
        Ok(path) => Arc::from(site.absolute(&path)),
        Err(fault) => {
            // A draft may lack what it will have once it's published.
            if !fields.is_draft || matches!(fault, Fault::Refused(_)) {
                faults.push(refusal(source, &fields, fault));
            }
            let path = relative.rsplit_once('.').map_or(relative, |(path, _)| path);
            site.absolute(&encode_path(path)).into()
        }
    };
    if faults.iter().any(Diagnostic::is_error) {
        return (None, faults);
    }
    let head = Head {
        path: source.path.clone(),
        id: match fields.id.take() {
            Some(own) => own.into(),
            None => rules.ids.id(&url, fields.slug.as_deref().unwrap_or(&facts.stem), fields.published),
        },
        url,
        published: fields.published,
        updated: fields.updated,
        embargo: fields.embargo,
        expires: fields.expires,
        is_draft: fields.is_draft,
        newsletter: fields.newsletter,
        categories: fields.categories.iter().map(|name| name.as_str().into()).collect(),
        section: facts.folders.first().map(|folder| folder.as_str().into()),
        language: fields.language.as_deref().map(Into::into),
        authors: fields.authors.iter().map(|author| author.name.as_str().into()).collect(),
    };
    (Some((head, fields, dialect)), faults)
}

/// What a name in a permalink's template stands for.
fn template_value(name: &str, relative: &str, front_matter: &FrontMatter, facts: &PathFacts) -> Option<String> {
    match name {
        "page.fileSlug" => Some(facts.stem.clone()),
        "page.filePathStem" => {
            let path = relative.rsplit_once('.').map_or(relative, |(path, _)| path);
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let name = if name == "index" { name } else { &facts.stem };
            Some([folder, name].iter().filter(|part| !part.is_empty()).fold(String::new(), |path, part| format!("{path}/{part}")))
        }
        name => super::value::find(&front_matter.fields, name)?.text().map(str::to_owned),
    }
}

/// Keys that stand for people and tags elsewhere.
fn resolve(fields: &mut Fields, relative: &str, folders: &Folders, defaults: &Defaults) {
    for author in fields.authors.iter_mut().filter(|author| author.email.is_none() && author.url.is_none()) {
        let known = folders.person(relative, &author.name).or_else(|| defaults.person(&author.name).cloned());
        if let Some(known) = known {
            *author = known;
        }
    }
    for category in &mut fields.categories {
        if let Some(label) = folders.tag(relative, category) {
            *category = label.to_owned();
        }
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

/// The categories that folders give.
fn add_folders(fields: &mut Fields, facts: &PathFacts, dialect: Dialect) {
    match dialect {
        // Those of Jekyll's folders come first.
        Dialect::Jekyll => {
            let own = std::mem::take(&mut fields.address_categories);
            for category in facts.folders.iter().cloned().chain(own) {
                if !fields.address_categories.contains(&category) {
                    fields.address_categories.push(category);
                }
            }
            fields.categories.truncate(fields.tag_count);
            for name in fields.address_categories.clone() {
                fields.add_category(&name);
            }
        }
        // Pelican's category is the folder's name, unless the file names one.
        Dialect::Pelican if fields.address_categories.is_empty() => {
            if let Some(folder) = facts.folders.last() {
                fields.address_categories.push(folder.clone());
                fields.add_category(folder);
            }
        }
        _ => {}
    }
}

/// Finds a title where the fields have none; a heading or line on top that is the title leaves the body.
fn name(source: &Source, fields: &mut Fields, facts: &PathFacts, dialect: Dialect, is_bare: bool) {
    let body = &source.text[fields.body_start..fields.body_end];
    match &fields.title {
        // The title again on top of the body would be shown twice.
        Some(title) => {
            let top = body.trim_start();
            let may_repeat = fields.markup != Markup::Text && (top.starts_with("# ") || top.starts_with("<h1"));
            if may_repeat
                && let Some(heading) = find_heading(body, fields.markup)
                && heading.is_first
                && heading.words.to_lowercase() == title.to_lowercase()
            {
                fields.body_start += heading.range.end;
            }
        }
        // Jekyll makes titles of file names.
        None if dialect == Dialect::Jekyll && !is_bare => fields.title = Some(titleize(&facts.stem)),
        None => {
            if let Some(title) = own_title(body, fields.markup, is_bare, &facts.stem) {
                fields.body_start += title.taken;
                fields.title = Some(title.words);
            }
        }
    }
}

/// The language, if it is not the site's.
fn speak(source: &Source, fields: &mut Fields, facts: &PathFacts, site: &Site, is_bare: bool) {
    if fields.language.is_none() {
        fields.language = facts.language.clone();
    }
    if fields.language.is_none() && is_bare {
        fields.language = detect_language(&source.text[fields.body_start..fields.body_end], fields.markup).map(str::to_owned);
    }
    fields.language = fields.language.take().filter(|language| !is_language_of_site(language, &site.language));
}

/// The date of publication where the fields have none, and the order of the dates.
fn date(
    source: &Source,
    fields: &mut Fields,
    facts: &PathFacts,
    folders: &Folders,
    dialect: Dialect,
    site: &Site,
    faults: &mut Vec<Diagnostic>,
) {
    let commits = folders.commits.get(&*source.path.relative).copied();
    if fields.published.is_none() && !faults.iter().any(Diagnostic::is_error) {
        let day = facts.date.or_else(|| fields.permalink.as_deref().and_then(dated_path));
        fields.published = match (day, &facts.time) {
            (Some(day), Some(time)) => super::dates::read_date(&format!("{day}T{time}"), site.timezone).map(|(date, _)| date),
            (Some(day), None) => Some(super::dates::resolve(day.and_time(NaiveTime::MIN), site.timezone).0),
            // Hugo takes the last change for want of something better.
            (None, _) if dialect == Dialect::Hugo && fields.updated.is_some() => fields.updated,
            (None, _) => commits.map(|(first, last)| if fields.dates_by_change { last } else { first }),
        };
    }
    if fields.updated.is_none() {
        fields.updated = commits.map(|(_, last)| last).filter(|last| fields.published.is_some_and(|published| *last > published));
    }
    if let (Some(published), Some(updated)) = (fields.published, fields.updated)
        && updated < published
    {
        faults.push(Diagnostic::date_order().at(source, fields.updated_span.unwrap_or_else(|| first_line(source))));
        fields.updated = Some(published);
    }
}

/// Points at the field that is to blame for an address that can't be.
fn refusal(source: &Source, fields: &Fields, fault: Fault) -> Diagnostic {
    let (fault, span) = match fault {
        Fault::Refused(path) => (Diagnostic::permalink_refused(&path), fields.permalink_span.or(fields.slug_span)),
        Fault::Incomplete(token) => (Diagnostic::permalink_incomplete(&token), fields.permalink_span),
    };
    fault.at(source, span.unwrap_or_else(|| first_line(source)))
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
    by_folders.or_else(|| segments.iter().find_map(|segment| split_dated_name(segment).map(|dated| dated.day)))
}

/// Points at a text that stands somewhere in the source.
pub(super) fn span_of(source: &Source, text: &str) -> Span {
    let at = source.text.find(text).unwrap_or(0);
    Span::new(at, at + text.len())
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
