//! What other files say about the entries of their folders: `_index.md`, `authors.yml`, Eleventy's data files.

use super::dialect::Dialect;
use super::front_matter::{FrontMatter, read_front_matter};
use super::json::read_json;
use super::names::{Meaning, meaning};
use super::path::{is_common_language, is_language};
use super::people::read_people;
use super::value::{Field, Node, Value, find};
use super::yaml::read_yaml;
use crate::body::plain_text;
use crate::diagnostic::{Diagnostic, Source, SourcePath, Span};
use crate::site::Person;
use chrono::{DateTime, FixedOffset};
use ignore::gitignore::GitignoreBuilder;
use std::collections::{BTreeMap, BTreeSet};

/// Tags that Eleventy's data files give to a whole folder to gather it: collections, not subjects.
const COLLECTIONS: [&str; 6] = ["all", "nav", "post", "posts", "article", "articles"];

/// What is known about the folders below the content folder, by their paths; the content folder itself is "".
#[derive(Clone, Debug, Default)]
pub struct Folders {
    sections: BTreeMap<String, Section>,
    /// Fields for all entries below, from Eleventy's data files.
    data: BTreeMap<String, Vec<Field>>,
    /// The titles that `_index.md` gives to folders, by the language in its name, which is empty where there is none.
    titles: BTreeMap<String, BTreeMap<String, String>>,
    /// Those with an `index.md`.
    bundles: BTreeSet<String>,
    /// Those that name a language.
    languages: BTreeSet<String>,
    /// `authors.yml` and `tags.yml` of Docusaurus: keys and what they stand for.
    people: BTreeMap<String, Vec<Field>>,
    tags: BTreeMap<String, Vec<Field>>,
    /// The first and last commit of files, where dates may come from them.
    pub commits: BTreeMap<String, (DateTime<FixedOffset>, DateTime<FixedOffset>)>,
    /// Whether there is a `_posts`: what stands elsewhere is a page, not a post.
    pub has_posts: bool,
}

/// What `_index.md` says.
#[derive(Clone, Debug, Default)]
struct Section {
    /// Its `slug`, else its title.
    name: Option<String>,
    is_draft: bool,
    cascades: Vec<Cascade>,
}

/// Fields for the entries below (Hugo's `cascade`).
#[derive(Clone, Debug, Default)]
struct Cascade {
    /// The language in the name of its file: each language's sections are its own.
    suffix: String,
    path: Option<String>,
    language: Option<String>,
    fields: Vec<Field>,
}

impl Folders {
    /// Reads what is there. `languages` are the site's, where the configuration names them; `read` gives a file's text.
    pub fn read(
        sources: &[SourcePath],
        assets: &BTreeSet<String>,
        languages: &[String],
        read: &dyn Fn(&SourcePath) -> Result<Source, Diagnostic>,
    ) -> (Folders, Vec<Diagnostic>) {
        let mut folders = Folders { languages: find_languages(sources, languages), ..Folders::default() };
        let mut faults = Vec::new();
        let mut last = "";
        for path in sources {
            let (folder, name) = split(&path.relative);
            if folder != last {
                folders.has_posts |= folder.split('/').any(|folder| folder == "_posts");
                last = folder;
            }
            if !name.starts_with(['i', '_']) {
                continue;
            }
            let mut words = name.split('.');
            match words.next() {
                Some("index") if !folder.is_empty() => {
                    folders.bundles.insert(folder.to_owned());
                }
                // Its own faults are told when its head is read.
                Some("_index") if words.next_back().is_some() => {
                    if let Ok(source) = read(path) {
                        let suffix = words.next();
                        let is_main = suffix.is_none();
                        let front_matter = read_front_matter(&source).0;
                        let mut section = Section::read(&front_matter, suffix.unwrap_or_default());
                        if let Some(title) = text_of(&front_matter, "title") {
                            let titles = folders.titles.entry(folder.to_owned()).or_default();
                            titles.insert(suffix.unwrap_or_default().to_lowercase(), title);
                        }
                        match folders.sections.get_mut(folder) {
                            Some(known) if !is_main => known.cascades.append(&mut section.cascades),
                            known => {
                                section.cascades.extend(known.map(|known| std::mem::take(&mut known.cascades)).unwrap_or_default());
                                folders.sections.insert(folder.to_owned(), section);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        let above = sources.first().and_then(|path| path.display.strip_suffix(&*path.relative)).unwrap_or_default();
        for relative in assets {
            let (folder, name) = split(relative);
            let stem = folder.rsplit('/').next().unwrap_or_default();
            let of_folder = [".json", ".11tydata.json"].into_iter().any(|end| name.strip_suffix(end) == Some(stem));
            let table = match name {
                "authors.yml" | "authors.yaml" => &mut folders.people,
                "tags.yml" | "tags.yaml" => &mut folders.tags,
                _ if of_folder && !stem.is_empty() => &mut folders.data,
                _ => continue,
            };
            let path = SourcePath { display: format!("{above}{relative}").into(), relative: relative.as_str().into() };
            match read(&path).and_then(|source| read_table(&source)) {
                Ok(fields) => {
                    table.insert(folder.to_owned(), fields);
                }
                Err(fault) => faults.push(fault),
            }
        }
        (folders, faults)
    }

    /// Whether a folder's name is a language, not a section.
    pub fn is_language(&self, folder: &str) -> bool {
        self.languages.contains(folder)
    }

    /// Whether a file belongs to another that is its folder's `index.md`: Hugo calls it a resource.
    pub fn is_resource(&self, relative: &str) -> bool {
        let (folder, name) = split(relative);
        let is_index = name.split('.').next() == Some("index");
        !self.bundles.is_empty() && above(folder).skip(usize::from(is_index)).any(|folder| self.bundles.contains(folder))
    }

    /// Whether a section around the file is a draft.
    pub fn in_draft(&self, relative: &str) -> bool {
        above(split(relative).0).any(|folder| self.sections.get(folder).is_some_and(|section| section.is_draft))
    }

    /// How many of the folders lead to the deepest that is a section: the first always is one.
    pub fn section_depth(&self, folders: &[String], before: &str) -> usize {
        let path =
            |depth: usize| [before, &folders[..depth].join("/")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        (1..=folders.len()).rev().find(|depth| *depth == 1 || self.sections.contains_key(&path(*depth))).unwrap_or(0)
    }

    /// What a section, a first folder, is called: the title that its `_index.md` has, in the language if there is one; else its
    /// name, `tide-tables` as `Tide tables`.
    pub fn section_title(&self, section: &str, language: &str) -> String {
        let language = language.to_lowercase();
        let primary = language.split('-').next().unwrap_or_default();
        // `blog/_index.fr.md`, or `fr/blog/_index.md`.
        let places = [&*language, primary, ""].into_iter().flat_map(|tag| {
            let folder = if tag.is_empty() { None } else { Some((format!("{tag}/{section}"), "")) };
            [Some((section.to_owned(), tag)), folder]
        });
        let mut titles = places.flatten().filter_map(|(folder, tag)| self.titles.get(&folder)?.get(tag));
        if let Some(title) = titles.next() {
            return plain_text(title);
        }
        let words = section.replace(['-', '_'], " ");
        let mut letters = words.trim().chars();
        letters.next().map_or_else(|| section.to_owned(), |first| first.to_uppercase().chain(letters).collect())
    }

    /// What stands for each section in addresses: the first folder's, and of those below it with an `_index.md`.
    pub fn section_names(&self, folders: &[String], before: &str) -> Vec<String> {
        let mut path = before.to_owned();
        let mut names = Vec::new();
        for (depth, folder) in folders.iter().enumerate() {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(folder);
            match self.sections.get(&path) {
                Some(section) => names.push(section.name.clone().unwrap_or_else(|| folder.clone())),
                None if depth == 0 => names.push(folder.clone()),
                None => {}
            }
        }
        names
    }

    /// Gives an entry the fields that its folders have and itself hasn't. `site` is the site's own language.
    pub fn complete(&self, relative: &str, language: Option<&str>, site: &str, dialect: Dialect, front_matter: &mut FrontMatter) {
        if self.sections.is_empty() && self.data.is_empty() {
            return;
        }
        let own: Vec<Meaning> = front_matter.fields.iter().filter_map(|field| Some(meaning(&field.name)?.0)).collect();
        let folder = split(relative).0;
        let mut given: Vec<Field> = Vec::new();
        for folder in above(folder) {
            let cascades = self.sections.get(folder).map(|section| section.cascades.as_slice()).unwrap_or_default();
            let cascades = cascades.iter().filter(|cascade| cascade.concerns(relative, language, site)).flat_map(|cascade| &cascade.fields);
            let data = self.data.get(folder).filter(|_| dialect == Dialect::Plain).into_iter().flatten();
            // Data of Eleventy's is joined; a cascade of Hugo's only fills what is missing.
            for (field, is_joined) in cascades.map(|field| (field, false)).chain(data.map(|field| (field, true))) {
                let is_known = |fields: &[Field]| find(fields, &field.name).is_some();
                if is_joined && is_known(&front_matter.fields) && meaning(&field.name).is_some_and(|(meaning, _)| meaning == Meaning::Tags)
                {
                    join_tags(&mut front_matter.fields, field);
                } else if !is_known(&front_matter.fields)
                    && !is_known(&given)
                    && meaning(&field.name).is_none_or(|(meaning, _)| !own.iter().any(|own| is_same(*own, meaning)))
                {
                    given.push(field.clone());
                }
            }
        }
        front_matter.fields.extend(given);
    }

    /// Who a key of `authors.yml` is.
    pub fn person(&self, relative: &str, key: &str) -> Option<Person> {
        let node = self.known(&self.people, relative, key)?;
        let person = read_people(node, false).into_iter().next()?;
        // An author may be described by everything but a name.
        Some(person).filter(|_| node.get("name").is_some())
    }

    /// The label of a key of `tags.yml`.
    pub fn tag(&self, relative: &str, key: &str) -> Option<&str> {
        self.known(&self.tags, relative, key)?.get("label")?.text()
    }

    fn known<'a>(&self, tables: &'a BTreeMap<String, Vec<Field>>, relative: &str, key: &str) -> Option<&'a Node> {
        if tables.is_empty() {
            return None;
        }
        above(split(relative).0).find_map(|folder| tables.get(folder)?.iter().find(|field| field.name == key).map(|field| &field.node))
    }
}

impl Section {
    fn read(front_matter: &FrontMatter, suffix: &str) -> Section {
        let text = |name: &str| text_of(front_matter, name);
        let cascades = match find(&front_matter.fields, "cascade").map(|node| &node.value) {
            Some(Value::List(nodes)) => nodes.iter().filter_map(|node| Cascade::read(node, suffix)).collect(),
            Some(Value::Table(_)) => {
                find(&front_matter.fields, "cascade").and_then(|node| Cascade::read(node, suffix)).into_iter().collect()
            }
            _ => Vec::new(),
        };
        Section {
            name: text("slug").or_else(|| text("title")),
            is_draft: find(&front_matter.fields, "draft").and_then(Node::flag).unwrap_or(false),
            cascades,
        }
    }
}

impl Cascade {
    /// A table of fields, with or without a `target`.
    fn read(node: &Node, suffix: &str) -> Option<Cascade> {
        let Value::Table(fields) = &node.value else { return None };
        let target = node.get("target").or_else(|| node.get("_target"));
        let of_target = |name: &str| Some(target?.get(name)?.text()?.to_ascii_lowercase());
        if of_target("kind").is_some_and(|kind| kind != "page") {
            return None;
        }
        let fields = fields.iter().filter(|field| !matches!(field.name.as_str(), "target" | "_target")).map(placeless).collect();
        Some(Cascade { suffix: suffix.replace('_', "-").to_lowercase(), path: of_target("path"), language: of_target("lang"), fields })
    }

    fn concerns(&self, relative: &str, language: Option<&str>, site: &str) -> bool {
        let path = relative.rsplit_once('.').map_or(relative, |(path, _)| path).to_lowercase();
        let is_there = self.path.as_deref().is_none_or(|pattern| {
            let mut globs = GitignoreBuilder::new("");
            // A pattern that can't be read concerns nothing.
            globs.add_line(None, pattern).is_ok()
                && globs.build().is_ok_and(|globs| globs.matched_path_or_any_parents(&path, false).is_ignore())
        });
        let wanted = language.unwrap_or_default().to_lowercase();
        let own = split(relative).1.rsplit('.').nth(1).map(|part| part.replace('_', "-").to_lowercase()).filter(|part| *part == wanted);
        let is_of_language = match own {
            Some(own) => self.suffix == own || self.suffix.is_empty() && own.eq_ignore_ascii_case(site),
            None => self.suffix.is_empty() || self.suffix == wanted,
        };
        is_of_language
            && is_there
            && self.language.as_deref().is_none_or(|wanted| language.is_none_or(|language| language.eq_ignore_ascii_case(wanted)))
    }
}

/// Whether two names are of one thing: who names `authors` needs no `author`.
pub(super) fn is_same(one: Meaning, other: Meaning) -> bool {
    let is_person = |meaning| matches!(meaning, Meaning::Person | Meaning::Authors);
    one == other || is_person(one) && is_person(other)
}

/// A field of another file has no place in the entry's: its faults are told at the top.
pub(super) fn placeless(field: &Field) -> Field {
    fn strip(node: &mut Node) {
        node.span = Span::new(0, 0);
        match &mut node.value {
            Value::List(nodes) => nodes.iter_mut().for_each(strip),
            Value::Table(fields) => fields.iter_mut().for_each(|field| strip(&mut field.node)),
            _ => {}
        }
    }
    let mut field = field.clone();
    strip(&mut field.node);
    field
}

/// Eleventy joins the tags of data files and entries, in this order.
fn join_tags(fields: &mut [Field], more: &Field) {
    let nodes = |node: &Node| match &node.value {
        Value::List(nodes) => nodes.clone(),
        Value::Null => Vec::new(),
        _ => vec![node.clone()],
    };
    if let Some(own) = fields.iter_mut().find(|field| field.name.eq_ignore_ascii_case(&more.name)) {
        let mut all = nodes(&more.node);
        all.extend(nodes(&own.node));
        own.node.value = Value::List(all);
    }
}

fn read_table(source: &Source) -> Result<Vec<Field>, Diagnostic> {
    let is_json = source.path.relative.ends_with(".json");
    let parsed = match is_json {
        true => read_json(&source.text).unwrap_or_else(|| Ok(Default::default())).map(|(parsed, _)| parsed),
        false => read_yaml(&source.text, 0),
    };
    let fields = parsed
        .map_err(|(reason, span)| Diagnostic::front_matter_invalid(if is_json { "JSON" } else { "YAML" }, &reason).at(source, span))?
        .fields;
    Ok(fields.iter().map(placeless).map(without_collections).collect())
}

fn without_collections(mut field: Field) -> Field {
    let is_collection = |node: &Node| node.text().is_some_and(|text| COLLECTIONS.contains(&text));
    if field.name == "tags" {
        let is_one = is_collection(&field.node);
        match &mut field.node.value {
            Value::List(nodes) => nodes.retain(|node| !is_collection(node)),
            _ if is_one => field.node.value = Value::Null,
            _ => {}
        }
    }
    field
}

/// Folders that name a language: those that the configuration names; else the first below the content folder, and those
/// that stand beside others, if their names are tags of well-known languages. Rare languages' codes are words and
/// abbreviations too (`ml`, `is`): they need a well-known one beside them.
fn find_languages(sources: &[SourcePath], configured: &[String]) -> BTreeSet<String> {
    let mut siblings: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut last = "";
    for path in sources {
        let folder = split(&path.relative).0;
        if folder == last {
            continue;
        }
        last = folder;
        for path in above(folder).filter(|path| !path.is_empty()) {
            let (parent, name) = split(path);
            siblings.entry(parent).or_default().insert(name);
        }
    }
    let mut found = BTreeSet::new();
    for (parent, names) in siblings {
        let common = names.iter().filter(|name| is_common_language(name)).count();
        for name in names.iter() {
            let is_one = match configured {
                [] => is_common_language(name) && (parent.is_empty() || common > 1) || common > 0 && parent.is_empty() && is_language(name),
                tags => parent.is_empty() && tags.iter().any(|tag| tag.eq_ignore_ascii_case(&name.replace('_', "-"))),
            };
            if is_one {
                found.insert(if parent.is_empty() { (*name).to_owned() } else { format!("{parent}/{name}") });
            }
        }
    }
    found
}

fn text_of(front_matter: &FrontMatter, name: &str) -> Option<String> {
    find(&front_matter.fields, name).and_then(Node::text).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// The folder and the name of a path.
fn split(path: &str) -> (&str, &str) {
    // Names are short: a search for long texts takes longer to begin than this to end.
    path.bytes().rposition(|byte| byte == b'/').map_or(("", path), |at| (&path[..at], &path[at + 1..]))
}

/// A folder and all around it, up to the content folder "".
fn above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| split(folder).0))
}

#[cfg(test)]
#[path = "folders_tests.rs"]
mod tests;
