//! Front matter fields to an entry, each under the one name that it has here.

use super::dates::{Doubt, read_date};
use super::dialect::Dialect;
use super::facts::Fields;
use super::front_matter::{FrontMatter, Syntax};
use super::misspelt::{meant_by, misspelt};
use super::names::{Meaning, meaning};
use super::people::read_people;
use super::rare::{Rare, Refused};
use super::template_path::is_template;
use super::value::{Field, Node, Value};
use crate::body::{markdown_words, plain_text};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::entry::Enclosure;
use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;

/// How much is wanted of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// What its head needs, and all faults.
    Head,
    Entry,
}

/// Reads fields; faults are collected on the way.
pub(super) struct FieldReader<'a> {
    pub source: &'a Source,
    pub dialect: Dialect,
    pub timezone: Tz,
    pub depth: Depth,
    pub faults: Vec<Diagnostic>,
}

type Slots<'a> = [Option<(u8, &'a Field)>; Meaning::COUNT];

impl FieldReader<'_> {
    pub fn read(&mut self, front_matter: &FrontMatter) -> Fields {
        let mut entry = Fields { body_start: front_matter.body_start, body_end: self.source.text.len(), ..Fields::default() };
        let mut slots: Slots = [None; Meaning::COUNT];
        let mut nested: Vec<&Field> = Vec::new();
        let mut rare = Rare::default();
        let mut doubtful = Vec::new();
        for field in &front_matter.fields {
            let found = meaning(&field.name);
            if found.is_none() && self.depth == Depth::Head {
                doubtful.extend(meant_by(field).map(|(known, meaning)| (field, known, meaning)));
            }
            match found {
                Some((Meaning::More, _)) => {
                    if let Value::Table(fields) = &field.node.value {
                        nested.extend(fields);
                    }
                }
                Some((Meaning::Enclosure, rank)) if is_episode(field) => {
                    rare.take(field);
                    fill_enclosure(&mut slots, rank, field);
                }
                Some((meaning, rank)) if meaning != Meaning::Ignored => fill(&mut slots, meaning, rank, field),
                _ if self.take(&mut rare, field) => {}
                _ => entry.extra.push((field.name.clone(), field.node.flat())),
            }
        }
        for field in nested {
            match meaning(&field.name) {
                Some((Meaning::Enclosure, rank)) if is_episode(field) => {
                    rare.take(field);
                    fill_enclosure(&mut slots, rank + 100, field);
                }
                // Fields at the top win over those of a theme's table.
                Some((meaning, rank)) if !matches!(meaning, Meaning::More | Meaning::Ignored | Meaning::Path | Meaning::Permalink) => {
                    fill(&mut slots, meaning, rank + 100, field);
                }
                _ if self.take(&mut rare, field) => {}
                _ => entry.extra.push((field.name.clone(), field.node.flat())),
            }
        }
        let rare = rare.finish();
        (entry.relations, entry.podcast) = (rare.relations, rare.podcast);
        let refused = rare.refused;
        let slot = |meaning: Meaning| slots[meaning as usize].map(|(_, field)| field);
        for (field, known, meaning) in doubtful {
            let is_missing = match meaning {
                Meaning::Person | Meaning::Authors => slot(Meaning::Person).or(slot(Meaning::Authors)).is_none(),
                meaning => slot(meaning).is_none(),
            };
            self.faults.extend(is_missing.then(|| misspelt(self.source, entry.body_start, field, known)).flatten());
        }

        entry.id = slot(Meaning::Id).and_then(|field| self.text(field));
        entry.title = slot(Meaning::Title).and_then(|field| self.words(field));
        entry.summary = slot(Meaning::Summary).and_then(|field| match self.depth {
            Depth::Head => self.text(field),
            // Of all generators, only Pelican takes it for Markdown (its FORMATTED_FIELDS).
            Depth::Entry if self.dialect == Dialect::Pelican => self.text(field).map(|text| markdown_words(&text)),
            Depth::Entry => self.words(field),
        });
        // White space may be all of it.
        entry.summary_end = slot(Meaning::SummaryEnd).and_then(|field| match &field.node.value {
            Value::Text(text) | Value::Bare(text) => Some(text.clone()),
            _ => None,
        });
        entry.slug = slot(Meaning::Slug).and_then(|field| self.text(field));
        entry.slug_span = slot(Meaning::Slug).map(|field| field.node.span);
        entry.language = slot(Meaning::Language).and_then(|field| self.language(field));
        // Eleventy's words for what only a history of the file can tell.
        let by_history = slot(Meaning::Date).and_then(|field| field.node.text()).map(str::to_ascii_lowercase);
        match by_history.as_deref() {
            Some("last modified" | "git last modified") => entry.dates_by_change = true,
            Some("created" | "git created") => {}
            _ => entry.published = slot(Meaning::Date).and_then(|field| self.date(field)),
        }
        entry.embargo = slot(Meaning::Embargo).and_then(|field| self.date(field));
        entry.updated = slot(Meaning::Updated).and_then(|field| self.date(field));
        entry.updated_span = slot(Meaning::Updated).map(|field| field.node.span);
        entry.expires = slot(Meaning::Expires).and_then(|field| self.date(field));
        if let Some(field) = slot(Meaning::Published) {
            match field.node.flag() {
                Some(flag) => entry.is_draft = !flag,
                None if entry.published.is_none() => entry.published = self.date(field),
                None => {}
            }
        }
        entry.published = entry.published.or(entry.embargo);
        entry.is_draft |= self.flag(slot(Meaning::Draft));
        entry.is_hidden |= self.flag(slot(Meaning::Hidden));
        if let Some(field) = slot(Meaning::Newsletter).filter(|field| !field.node.is_null()) {
            entry.newsletter = field.node.flag();
            if entry.newsletter.is_none() {
                self.wrong_type(field, "true or false");
            }
        }
        if let Some(status) = slot(Meaning::Status).and_then(|field| field.node.text()) {
            let status = status.to_ascii_lowercase();
            entry.is_draft |= matches!(status.as_str(), "draft" | "private" | "pending");
            entry.is_hidden |= matches!(status.as_str(), "hidden" | "skip");
        }
        // Hugo: `build: {list: never}`, as true or false in older sites; `local` lists it in its own section only.
        if let Some(build) = slot(Meaning::Build) {
            let says = |key: &str, words: &[&str]| build.node.get(key).and_then(Node::text).is_some_and(|text| words.contains(&text));
            entry.is_hidden |= says("list", &["never", "false", "local"]) || says("render", &["never", "false"]);
        }
        self.address(&mut entry, &slots);
        self.categories(&mut entry, &slots, front_matter);
        if let Some(field) = slot(Meaning::Authors).or(slot(Meaning::Person)) {
            self.doubt(field);
            entry.authors = read_people(&field.node, field.name.eq_ignore_ascii_case("authors"));
        }
        if let [author] = entry.authors.as_mut_slice() {
            author.email = author.email.take().or_else(|| slot(Meaning::AuthorEmail)?.node.text().map(str::to_owned));
            author.url = author.url.take().or_else(|| slot(Meaning::AuthorUrl)?.node.text().map(str::to_owned));
        }
        entry.image = slot(Meaning::Image).and_then(|field| first_url(&field.node));
        self.enclosures(&mut entry, &slots);
        // A recipe's season is none of a podcast.
        if !entry.enclosures.is_empty() {
            let fault = |Refused { field, text, help, span }| Diagnostic::podcast_value(&field, &text, help).at(self.source, span);
            self.faults.extend(refused.into_iter().map(fault));
        }
        entry
    }

    /// Takes a field of few entries. A head needs none of them, but their faults.
    fn take(&self, rare: &mut Rare, field: &Field) -> bool {
        match self.depth {
            Depth::Head => {
                if Rare::may_refuse(&field.name) {
                    rare.take(field);
                }
                true
            }
            Depth::Entry => rare.take(field),
        }
    }

    fn flag(&mut self, field: Option<&Field>) -> bool {
        let Some(field) = field.filter(|field| !field.node.is_null()) else { return false };
        field.node.flag().unwrap_or_else(|| {
            self.wrong_type(field, "true or false");
            false
        })
    }

    /// Any scalar; what is something else is a fault.
    fn text(&mut self, field: &Field) -> Option<String> {
        match field.node.text() {
            Some("") => None,
            Some(text) => Some(text.to_owned()),
            None if field.node.is_null() => None,
            None => {
                self.wrong_type(field, "text");
                None
            }
        }
    }

    /// A tag of BCP 47; only its shape is looked at.
    fn language(&mut self, field: &Field) -> Option<String> {
        let tag = self.text(field)?.replace('_', "-");
        let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if tag.len() > 1 && tag.split('-').all(is_part) {
            return Some(tag);
        }
        self.wrong_type(field, "a language tag such as `en` or `pt-BR`");
        None
    }

    /// Text that is shown: without markup, on one line.
    fn words(&mut self, field: &Field) -> Option<String> {
        self.text(field).map(|text| plain_text(&text)).filter(|text| !text.is_empty())
    }

    fn wrong_type(&mut self, field: &Field, expected: &str) {
        self.faults.push(Diagnostic::field_type(&field.name, expected).at(self.source, field.node.span));
    }

    pub fn date(&mut self, field: &Field) -> Option<DateTime<FixedOffset>> {
        // Docusaurus: `last_update: {date: …, author: …}`.
        if let Some(inner) = field.node.get("date") {
            return self.date_text(inner.text()?, inner.span);
        }
        match field.node.text() {
            Some("") => None,
            Some(text) => {
                // A YAML timestamp without an offset is in UTC (YAML 1.1), and so it is with Jekyll; texts are local there, too.
                let is_timestamp = || matches!(field.node.value, Value::Bare(_)) && text.matches(':').count() > 1;
                let zone = if self.dialect == Dialect::Jekyll && is_timestamp() { Tz::UTC } else { self.timezone };
                self.date_in(text, zone, field.node.span)
            }
            None => {
                if !field.node.is_null() {
                    self.wrong_type(field, "a date");
                }
                None
            }
        }
    }

    pub fn date_text(&mut self, text: &str, span: Span) -> Option<DateTime<FixedOffset>> {
        self.date_in(text, self.timezone, span)
    }

    fn date_in(&mut self, text: &str, zone: Tz, span: Span) -> Option<DateTime<FixedOffset>> {
        let Some((date, doubt)) = read_date(text, zone) else {
            self.faults.push(Diagnostic::date_unreadable(text).at(self.source, span));
            return None;
        };
        let Some(doubt) = doubt else { return Some(date) };
        let used = date.to_rfc3339();
        match doubt {
            Doubt::Gap => self.faults.push(Diagnostic::date_gap(text, zone.name(), &used).at(self.source, span)),
            Doubt::ShortYear => self.faults.push(Diagnostic::date_short_year(text, &used).at(self.source, span)),
            Doubt::Fold => self.faults.push(Diagnostic::date_fold(text, zone.name(), &used).at(self.source, span)),
        }
        Some(date)
    }

    fn address(&mut self, entry: &mut Fields, slots: &Slots) {
        let slot = |meaning: Meaning| slots[meaning as usize].map(|(_, field)| field);
        let is_web = |text: &str| text.starts_with("http://") || text.starts_with("https://");
        // `link` and `url` name the entry's own page in one theme and a page elsewhere in another.
        entry.external_url = slot(Meaning::ExternalUrl).and_then(|field| field.node.text()).filter(|text| is_web(text)).map(str::to_owned);
        // Templates in permalinks are Eleventy's.
        let is_template = |field: &&Field| self.dialect != Dialect::Plain && field.node.text().is_some_and(is_template);
        let computed = slot(Meaning::Computed).and_then(|field| Some((field.node.get("permalink")?, field.node.get("permalink")?.span)));
        if let Some((node, span)) = computed.filter(|(node, _)| self.dialect == Dialect::Plain && node.text().is_some()) {
            (entry.permalink, entry.permalink_span) = (node.text().map(str::to_owned), Some(span));
        } else if let Some(field) = slot(Meaning::Permalink).filter(|field| field.node.flag() != Some(false) && !is_template(field)) {
            entry.permalink = self.text(field);
            entry.permalink_span = Some(field.node.span);
        }
        // Eleventy: `permalink: false` writes no page.
        if slot(Meaning::Permalink).is_some_and(|field| matches!(field.node.value, Value::Bool(false))) {
            entry.is_hidden = true;
        }
        if entry.permalink.is_none()
            && matches!(self.dialect, Dialect::Zola | Dialect::Plain)
            && let Some(field) = slot(Meaning::Path)
        {
            entry.permalink = self.text(field);
            entry.permalink_span = Some(field.node.span);
        }
    }

    /// Tags and categories. Both names of one thing may stand in one file (`tag` and `tags`): both count.
    fn categories(&mut self, entry: &mut Fields, slots: &Slots, front_matter: &FrontMatter) {
        let slot = |meaning: Meaning| slots[meaning as usize].map(|(_, field)| field);
        let is_jekyll = self.dialect == Dialect::Jekyll;
        let all = |meaning: Meaning, names: [&str; 2]| {
            let named =
                |name: &&str| front_matter.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name) && !field.node.is_null());
            let mut fields: Vec<&Field> = names.iter().filter_map(named).collect();
            // Of two names for tags, Jekyll takes the first.
            fields.truncate(if is_jekyll && meaning == Meaning::Tags { 1 } else { 2 });
            if fields.is_empty() { slot(meaning).into_iter().collect() } else { fields }
        };
        let mut tags: Vec<&str> = all(Meaning::Tags, ["tag", "tags"]).into_iter().flat_map(|field| self.list(field)).collect();
        let mut categories: Vec<&str> =
            all(Meaning::Categories, ["categories", "category"]).into_iter().flat_map(|field| self.list(field)).collect();
        if let Some(field) = slot(Meaning::Taxonomies)
            && let Value::Table(taxonomies) = &field.node.value
        {
            for taxonomy in taxonomies {
                match meaning(&taxonomy.name) {
                    Some((Meaning::Tags, _)) => tags.extend(self.list(taxonomy)),
                    Some((Meaning::Categories, _)) => categories.extend(self.list(taxonomy)),
                    Some((Meaning::Authors | Meaning::Person, _)) if entry.authors.is_empty() => {
                        entry.authors = read_people(&taxonomy.node, true)
                    }
                    _ => entry.extra.push((taxonomy.name.clone(), taxonomy.node.flat())),
                }
            }
        }
        for name in &tags {
            entry.add_category(name);
        }
        entry.tag_count = entry.categories.len();
        for name in &categories {
            entry.add_category(name);
        }
        entry.address_categories = categories.into_iter().map(str::to_owned).collect();
    }

    /// A list, or a text of several values: by commas, or as the generator splits it.
    fn list<'f>(&mut self, field: &'f Field) -> Vec<&'f str> {
        let is_one = ["tag", "category"].iter().any(|name| field.name.eq_ignore_ascii_case(name));
        let mut names = Vec::new();
        match &field.node.value {
            Value::List(_) => take_names(&field.node, &mut names),
            Value::Table(_) => self.wrong_type(field, "a list of words"),
            _ => {
                let text = field.node.text().unwrap_or_default();
                self.doubt(field);
                match self.dialect {
                    // Jekyll splits at spaces, and takes its singular whole.
                    Dialect::Jekyll if is_one => names.push(text),
                    Dialect::Jekyll => names.extend(text.split_whitespace().map(|part| part.trim_matches(','))),
                    Dialect::Pelican if is_one => names.push(text),
                    Dialect::Pelican if text.contains(';') => names.extend(text.split(';')),
                    _ => names.extend(text.split(',')),
                }
            }
        }
        names.iter_mut().for_each(|name| *name = name.trim());
        names.retain(|name| !name.is_empty());
        names
    }

    /// A number or a flag where words are expected.
    fn doubt(&mut self, field: &Field) {
        if let (Value::Bare(_) | Value::Bool(_), Some(text)) = (&field.node.value, field.node.text()) {
            self.faults.push(Diagnostic::field_doubtful(&field.name, text).at(self.source, field.node.span));
        }
    }

    fn enclosures(&mut self, entry: &mut Fields, slots: &Slots) {
        let slot = |meaning: Meaning| slots[meaning as usize].map(|(_, field)| field);
        let Some(field) = slot(Meaning::Enclosure) else { return };
        let nodes = match &field.node.value {
            Value::List(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(&field.node),
        };
        for node in nodes {
            if let Some(enclosure) = read_enclosure(node) {
                entry.enclosures.push(enclosure);
            } else if !node.is_null() {
                self.wrong_type(field, "a URL, or a table with url, length and type");
            }
        }
        if let [enclosure] = entry.enclosures.as_mut_slice() {
            let number = |meaning: Meaning| slot(meaning).and_then(|field| field.node.text());
            if enclosure.length == 0 {
                enclosure.length = number(Meaning::EnclosureLength).and_then(|text| text.parse().ok()).unwrap_or(0);
            }
            enclosure.duration = enclosure.duration.or_else(|| number(Meaning::EnclosureDuration).and_then(read_duration));
            let durations = slot(Meaning::EnclosureDuration).map(|field| &field.node).into_iter();
            let durations = durations.chain(nodes.iter().filter_map(|node| DURATION.iter().find_map(|key| node.get(key))));
            for node in durations.filter(|node| !node.is_null() && node.text().and_then(read_duration).is_none()) {
                let text = node.text().unwrap_or("a list or a table");
                self.faults.push(Diagnostic::podcast_value("duration", text, DURATION_HELP).at(self.source, node.span));
            }
        }
    }
}

/// Whether the field is the table of an episode, which may name its file too.
fn is_episode(field: &Field) -> bool {
    matches!(field.node.value, Value::Table(_)) && field.name.eq_ignore_ascii_case("podcast")
}

fn fill_enclosure<'a>(slots: &mut Slots<'a>, rank: u8, field: &'a Field) {
    if read_enclosure(&field.node).is_some() {
        fill(slots, Meaning::Enclosure, rank, field);
    }
}

fn fill<'a>(slots: &mut Slots<'a>, meaning: Meaning, rank: u8, field: &'a Field) {
    let slot = &mut slots[meaning as usize];
    let is_blank = field.node.text() == Some("") && meaning != Meaning::SummaryEnd;
    let is_empty = field.node.is_null() || is_blank;
    if !is_empty && slot.is_none_or(|(known, _)| rank < known) {
        *slot = Some((rank, field));
    }
}

/// The names in a list, and in the lists in it. Docusaurus writes tags as `{label, permalink}` too.
fn take_names<'n>(node: &'n Node, names: &mut Vec<&'n str>) {
    match &node.value {
        Value::List(nodes) => nodes.iter().for_each(|node| take_names(node, names)),
        _ => names.extend(node.text().or_else(|| ["label", "name", "title"].iter().find_map(|key| node.get(key)?.text()))),
    }
}

fn first_url(node: &Node) -> Option<String> {
    match &node.value {
        Value::List(nodes) => nodes.iter().find_map(first_url),
        Value::Table(_) => {
            ["url", "src", "path", "image", "feature", "filename", "teaser", "thumbnail"].iter().find_map(|key| first_url(node.get(key)?))
        }
        _ => node.text().filter(|text| !text.is_empty() && !matches!(*text, "true" | "false")).map(str::to_owned),
    }
}

fn read_enclosure(node: &Node) -> Option<Enclosure> {
    let get = |keys: &[&str]| keys.iter().find_map(|key| node.get(key)?.text()).map(str::to_owned);
    if let Value::Table(_) = &node.value {
        return Some(Enclosure {
            url: get(&["url", "file", "src", "href", "audio", "link", "mp3", "path"])?,
            length: get(&["length", "size", "bytes", "size_in_bytes", "filesize"]).and_then(|text| text.parse().ok()).unwrap_or(0),
            mime_type: get(&["type", "mime_type", "mimetype", "mime"]).unwrap_or_default(),
            title: get(&["title", "name"]),
            duration: get(&DURATION).and_then(|text| read_duration(&text)),
        });
    }
    let text = node.text().map(str::trim).filter(|text| !text.is_empty())?;
    // WordPress exports hold url, length and type on three lines. Only then; a file's name may have spaces.
    let parts: Vec<&str> = text.split_whitespace().collect();
    match parts.as_slice() {
        [url, length, rest @ ..] if length.bytes().all(|byte| byte.is_ascii_digit()) => Some(Enclosure {
            url: (*url).to_owned(),
            length: length.parse().unwrap_or(0),
            mime_type: rest.first().copied().unwrap_or_default().to_owned(),
            ..Enclosure::default()
        }),
        _ => Some(Enclosure { url: text.lines().next().unwrap_or_default().trim().to_owned(), ..Enclosure::default() }),
    }
}

/// What a table calls the length of its recording in time.
const DURATION: [&str; 2] = ["duration", "duration_in_seconds"];
const DURATION_HELP: &str = "write it as 1:02:05, 62:05, or a whole number of seconds";

/// Seconds of `3600`, `62:05` or `1:02:05`, whose fraction counts nothing.
fn read_duration(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_fraction = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = text.split_once('.').filter(|(_, fraction)| is_fraction(fraction)).map_or(text, |(whole, _)| whole);
    let parts: Vec<u64> = whole.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [seconds] => Some(*seconds),
        [minutes, seconds] => minutes.checked_mul(60)?.checked_add(*seconds),
        [hours, minutes, seconds] => hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(*seconds),
        _ => None,
    }
}

/// Whether the file is one that says nothing about itself.
pub(super) fn is_bare(front_matter: &FrontMatter) -> bool {
    front_matter.syntax == Syntax::Nothing
}

#[cfg(test)]
mod tests {
    use super::super::front_matter::read_front_matter;
    use super::*;

    fn entry(text: &str, dialect: Dialect) -> (Fields, Vec<Diagnostic>) {
        let source = Source::new("a.md", text);
        let (front_matter, mut faults) = read_front_matter(&source);
        let mut reader = FieldReader { source: &source, dialect, timezone: Tz::UTC, depth: Depth::Entry, faults: Vec::new() };
        let entry = reader.read(&front_matter);
        faults.append(&mut reader.faults);
        (entry, faults)
    }

    #[test]
    fn every_dialect_gives_the_same_entry() {
        let texts = [
            (
                "---\ntitle: T\ndate: 2024-05-01\nlastmod: 2024-05-02\ntags: [a, b]\nauthor: Ann\ndescription: S\ndraft: true\n---\n",
                Dialect::Hugo,
            ),
            (
                "---\ntitle: T\ndate: 2024-05-01 00:00:00 +0000\nlast_modified_at: 2024-05-02\ntags: a b\nauthor: Ann\nexcerpt: S\npublished: false\n---\n",
                Dialect::Jekyll,
            ),
            (
                "+++\ntitle = \"T\"\ndate = 2024-05-01\nupdated = 2024-05-02\ndescription = \"S\"\ndraft = true\nauthors = [\"Ann\"]\n[taxonomies]\ntags = [\"a\", \"b\"]\n+++\n",
                Dialect::Zola,
            ),
            ("Title: T\nDate: 2024-05-01\nModified: 2024-05-02\nTags: a, b\nAuthor: Ann\nSummary: S\nStatus: draft\n\n", Dialect::Pelican),
            (
                "{\"title\": \"T\", \"date\": \"2024-05-01\", \"updated\": \"2024-05-02\", \"tags\": \"a, b\", \"author\": {\"name\": \"Ann\"}, \"summary\": \"S\", \"draft\": true}\n",
                Dialect::Plain,
            ),
            (
                "---\ntitle: T\npubDate: 2024-05-01\nupdatedDate: 2024-05-02\ntags: [{label: a}, b, A]\nauthors: Ann\ndescription: S\nunlisted: true\n---\n",
                Dialect::Plain,
            ),
        ];
        for (text, dialect) in texts {
            let (entry, faults) = entry(text, dialect);
            assert!(faults.is_empty(), "{faults:?}");
            assert_eq!(entry.title.as_deref(), Some("T"), "{text}");
            assert_eq!(entry.published.unwrap().to_rfc3339(), "2024-05-01T00:00:00+00:00", "{text}");
            assert_eq!(entry.updated.unwrap().to_rfc3339(), "2024-05-02T00:00:00+00:00", "{text}");
            assert_eq!(entry.categories, ["a", "b"], "{text}");
            assert_eq!(entry.authors[0].name, "Ann", "{text}");
            assert_eq!(entry.summary.as_deref(), Some("S"), "{text}");
            assert!(entry.is_draft || entry.is_hidden, "{text}");
        }
    }

    #[test]
    fn an_episodes_table_may_name_its_file() {
        for text in [
            "---\npodcast: {url: /a.mp3, length: 12, duration: 65, episode: 3}\n---\n",
            "---\naudio: /a.mp3\npodcast_bytes: 12\nduration: '1:05'\nparams: {podcast: {episode: 3}}\n---\n",
        ] {
            let (entry, faults) = entry(text, Dialect::Hugo);
            assert_eq!(faults, [], "{text}");
            let expected = Enclosure { url: "/a.mp3".into(), length: 12, duration: Some(65), ..Enclosure::default() };
            assert_eq!(entry.enclosures, [expected], "{text}");
            assert_eq!(entry.podcast.unwrap().episode, Some(3), "{text}");
        }
    }

    #[test]
    fn a_recordings_address_is_text_of_one_line_or_of_three() {
        let read = |text: &str| {
            let enclosure = entry(&format!("---\naudio: {text}\n---\n"), Dialect::Hugo).0.enclosures.remove(0);
            (enclosure.url, enclosure.length, enclosure.mime_type)
        };
        assert_eq!(read("/low water.mp3"), ("/low water.mp3".into(), 0, String::new()));
        assert_eq!(read("\"/a.mp3\\n12\\naudio/mpeg\\n\""), ("/a.mp3".into(), 12, "audio/mpeg".into()));
        assert_eq!(read("/a.mp3 12"), ("/a.mp3".into(), 12, String::new()));
    }

    #[test]
    fn what_podcasts_dont_know_is_told_at_its_place() {
        let told = |text: &str| -> Vec<(usize, String)> {
            let (_, faults) = entry(text, Dialect::Hugo);
            assert!(faults.iter().all(|fault| fault.code == "podcast-value" && !fault.is_error()), "{faults:?}");
            faults.iter().map(|fault| (fault.place.as_ref().unwrap().line, fault.message.split('`').nth(1).unwrap().to_owned())).collect()
        };
        let wrong = "---\naudio: /a.mp3\nexplicit: maybe\nepisode: 0\nitunes_season: two\npodcast_duration: 5 min\n\
                     itunes: {episodeType: special, block: perhaps}\n---\n";
        let mut fields = told(wrong);
        fields.sort();
        let expected = [(3, "explicit"), (4, "episode"), (5, "season"), (6, "duration"), (7, "block"), (7, "episodetype")];
        assert_eq!(fields, expected.map(|(line, field)| (line, field.to_owned())));
        let right = "---\naudio: /a.mp3\nexplicit: clean\nepisode: '#7'\nseason: 1\nduration: '00:12:34.567'\nepisodeType: Bonus\n\
                     itunes: {block: no}\n---\n";
        assert_eq!(told(right), []);
        // Without a recording the words mean something else.
        assert_eq!(told("---\nseason: summer\nexplicit: very\n---\n"), []);
    }

    #[test]
    fn zolas_taxonomies_may_hold_authors() {
        let (entry, _) = entry("+++\ntitle = \"T\"\n[taxonomies]\nauthors = [\"Ann\", \"Bo\"]\n+++\n", Dialect::Zola);
        assert_eq!(entry.authors.iter().map(|author| author.name.as_str()).collect::<Vec<_>>(), ["Ann", "Bo"]);
    }

    #[test]
    fn enclosures_come_as_text_tables_and_loose_fields() {
        for text in [
            "---\nenclosure: {url: /a.mp3, length: 12, duration: '1:05'}\n---\n",
            "---\naudio: /a.mp3\npodcast_bytes: 12\npodcast_duration: 65\n---\n",
            "+++\n[[enclosures]]\nurl = \"/a.mp3\"\nsize = 12\nduration = 65\n+++\n",
        ] {
            let (entry, _) = entry(text, Dialect::Hugo);
            assert_eq!(
                entry.enclosures,
                [Enclosure { url: "/a.mp3".into(), length: 12, duration: Some(65), ..Enclosure::default() }],
                "{text}"
            );
        }
    }

    #[test]
    fn a_field_of_the_wrong_type_is_told_and_the_rest_is_read() {
        let (entry, faults) = entry("---\ntitle: [x]\ndraft: maybe\ndate: soon\nslug: s\n---\n", Dialect::Hugo);
        assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["field-type", "date-unreadable", "field-type"]);
        assert_eq!(entry.slug.as_deref(), Some("s"));
    }

    #[test]
    fn a_number_for_words_is_doubted_and_a_wrong_date_told_once() {
        let (found, faults) = entry("---\ntags: 5\nauthor: 3\ncategory: {a: b}\n---\n", Dialect::Hugo);
        assert_eq!((found.categories, found.authors[0].name.as_str()), (vec!["5".to_owned()], "3"));
        let told: Vec<_> = faults.iter().map(|fault| (fault.code, fault.place.as_ref().map_or(0, |place| place.line))).collect();
        assert_eq!(told, [("field-doubtful", 2), ("field-type", 4), ("field-doubtful", 3)]);
        let (_, faults) = entry("---\ndate: [x]\ntags: [1, [2, x], ~]\n---\n", Dialect::Hugo);
        assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["field-type"]);
    }

    #[test]
    fn each_generator_splits_texts_in_its_way() {
        for (dialect, text, expected) in [
            (Dialect::Jekyll, "tags: a b", vec!["a", "b"]),
            (Dialect::Jekyll, "tag: a b", vec!["a b"]),
            (Dialect::Jekyll, "tags: [u]\ntag: t", vec!["t"]),
            (Dialect::Jekyll, "categories: [y]\ncategory: x z", vec!["y", "x z"]),
            (Dialect::Pelican, "tags: a, b; c", vec!["a, b", "c"]),
            (Dialect::Pelican, "category: a, b", vec!["a, b"]),
            (Dialect::Hugo, "tags: a, b", vec!["a", "b"]),
            (Dialect::Plain, "tag: a\ntags: [b, a]", vec!["a", "b"]),
            (Dialect::Plain, "keywords: a", vec!["a"]),
            (Dialect::Plain, "keywords: a\ntags: []", vec![]),
        ] {
            let (found, faults) = entry(&format!("---\n{text}\n---\n"), dialect);
            assert_eq!((found.categories, faults), (expected.into_iter().map(str::to_owned).collect(), Vec::new()), "{dialect:?}: {text}");
        }
    }

    #[test]
    fn unknown_fields_are_kept() {
        let (entry, _) = entry("---\nmood: calm\nextra: {series: one}\n---\n", Dialect::Zola);
        assert_eq!(entry.extra, [("mood".to_owned(), "calm".to_owned()), ("series".to_owned(), "one".to_owned())]);
    }
}
