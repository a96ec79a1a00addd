//! The one way of the data, in two passes: first all heads and a plan, then the entries that the plan asks for.
//!
//! Nothing is held whole: an entry is rendered when the first feed asks for it and dropped after the last one, or sooner
//! where there are too many.

mod inline;

use crate::body::{Body, HtmlPlace, Style};
use crate::catalog::{Asset, Catalog, EntryLinks, Links, Look, Size};
use crate::config::Config;
use crate::content::{self, Folders, Pattern, ReadRules};
use crate::diagnostic::{Diagnostic, Source, SourcePath, Span};
use crate::entry::{Attachment, Enclosure, Entry, Head, Names, Origin};
use crate::feed::{self, Detail, Document, FeedEntry, FeedSpec, IndexEntry, PlannedFeed, RenderedEntry, Topic};
use crate::files::History;
use crate::message;
use crate::newsletter::{self, Edition, Group, IssueEntry, IssueLine, Mode, NewsletterSpec, PlannedIssue, Written};
use crate::site::Site;
use base64::Engine;
use chrono::{DateTime, FixedOffset, Utc};
use inline::{NamedFiles, Remembering};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// Where content comes from.
pub trait Reader: Sync {
    /// All content files, sorted by their relative path.
    fn sources(&self) -> &[SourcePath];
    /// The files beside them, by their relative path.
    fn assets(&self) -> &Arc<BTreeSet<String>>;
    /// The commits of the files, where they were asked for.
    fn history(&self) -> Option<&History> {
        None
    }
    /// The written issues, sorted by name.
    fn issues(&self) -> &[SourcePath];
    /// Reads a content file or a written issue in place of what `bytes` holds.
    fn read(&self, path: &SourcePath, bytes: &mut Vec<u8>) -> io::Result<()>;
    /// Of an asset, in bytes.
    fn asset_length(&self, asset: &str) -> Option<u64>;
    /// Width and height of an asset that is a picture, in pixels.
    fn picture_size(&self, asset: &str) -> Option<Size>;
    /// The bytes of an asset, of which one has no more than so many.
    fn read_asset(&self, asset: &str, most: usize) -> io::Result<Vec<u8>>;
}

/// Where files go.
pub trait Sink: Sync {
    /// Takes a file; `path` is below the output folder, with `/` between its parts.
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.write_pieces(path, &[bytes])
    }

    /// Takes a file in pieces, which are not put together in memory.
    fn write_pieces(&self, path: &str, pieces: &[&[u8]]) -> io::Result<()>;
}

impl Reader for crate::files::Folder {
    fn sources(&self) -> &[SourcePath] {
        self.sources()
    }

    fn assets(&self) -> &Arc<BTreeSet<String>> {
        self.assets()
    }

    fn history(&self) -> Option<&History> {
        Some(&self.history)
    }

    fn issues(&self) -> &[SourcePath] {
        self.issues()
    }

    fn read(&self, path: &SourcePath, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.read(path, bytes)
    }

    fn asset_length(&self, asset: &str) -> Option<u64> {
        self.asset_length(asset)
    }

    fn picture_size(&self, asset: &str) -> Option<Size> {
        self.picture_size(asset)
    }

    fn read_asset(&self, asset: &str, most: usize) -> io::Result<Vec<u8>> {
        self.read_asset(asset, most)
    }
}

impl Sink for crate::files::Output {
    fn write_pieces(&self, path: &str, pieces: &[&[u8]]) -> io::Result<()> {
        self.write_pieces(path, pieces)
    }
}

/// What will be written, and what was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The entries that are published, as indices into the catalog's heads.
    pub visible: Vec<usize>,
    pub drafts: usize,
    pub future: usize,
    pub expired: usize,
    /// Entries without a date, where they are left out.
    pub undated: usize,
    pub feeds: Vec<PlannedFeed>,
    /// Newest first.
    pub issues: Vec<PlannedIssue>,
}

impl Plan {
    /// The feeds but that of the issues, whose entries are none of the heads.
    fn feeds_of_entries(&self) -> &[PlannedFeed] {
        let count = self.feeds.iter().take_while(|feed| !feed.is_of_issues()).count();
        self.feeds.get(..count).unwrap_or_default()
    }
}

/// What files say about the folders they stand in: both passes read entries with it.
fn read_folders(config: &Config, reader: &dyn Reader) -> (Folders, Vec<Diagnostic>) {
    let read = |path: &SourcePath| read_source(config, reader, path);
    let (mut folders, faults) = Folders::read(reader.sources(), reader.assets(), &config.rules.languages, &read);
    folders.commits = reader.history().cloned().unwrap_or_default();
    (folders, faults)
}

/// So many files are read between two times that their heads are put to the others: what they have in common is then
/// held once.
const AT_ONCE: usize = 2048;

/// A thread takes so many files at a time, at most, and entries and documents one by one: for the last that it holds all
/// others wait.
const FILES_A_TIME: usize = 32;

/// A file's memory is used for the next one, unless it is larger than this.
const KEPT_BYTES: usize = 1024 * 1024;

/// Pass 1: reads every file's head.
pub fn read_catalog(config: &Config, reader: &dyn Reader) -> (Catalog, Vec<Diagnostic>) {
    let (folders, mut faults) = read_folders(config, reader);
    let sources = reader.sources();
    let mut heads = Vec::with_capacity(sources.len());
    let mut others = BTreeSet::new();
    let mut names = Names::default();
    let read_head = |memory: &mut Memory, path: &SourcePath| match read_source_into(config, reader, path, memory) {
        Ok(source) => {
            let read = content::read_head(&source, &config.rules, &folders, &config.site);
            memory.take_back(source);
            read
        }
        Err(fault) => (None, vec![fault]),
    };
    let read = |paths: &[SourcePath]| -> Vec<(Option<Head>, Vec<Diagnostic>)> {
        paths.par_iter().with_max_len(FILES_A_TIME).map_init(Memory::default, read_head).collect()
    };
    let mut put = |paths: &[SourcePath], read: Vec<(Option<Head>, Vec<Diagnostic>)>| {
        for ((head, mut found), path) in read.into_iter().zip(paths) {
            match head {
                Some(mut head) => {
                    head.share(&mut names);
                    heads.push(head);
                }
                None => {
                    others.insert(path.relative.to_string());
                }
            }
            faults.append(&mut found);
        }
    };
    // One portion is put to the others while the next is read.
    let mut last: (&[SourcePath], Vec<_>) = Default::default();
    for paths in sources.chunks(AT_ONCE) {
        let (next, ()) = rayon::join(|| read(paths), || put(last.0, last.1));
        last = (paths, next);
    }
    put(last.0, last.1);
    let (catalog, mut duplicates) = Catalog::new(&config.site, heads, Arc::clone(reader.assets()), config.content.drafts);
    for fault in &mut duplicates {
        let head = catalog.heads().iter().find(|head| *head.path.display == *fault.path);
        if let Some(source) = head.and_then(|head| read_source(config, reader, &head.path).ok()) {
            *fault = fault.clone().at(&source, content::identity_span(&source));
        }
    }
    faults.append(&mut duplicates);
    let issues = read_issues(config, reader, &mut faults);
    (catalog.with_others(others).with_issues(issues), faults)
}

/// The written issues, whole: they are few.
fn read_issues(config: &Config, reader: &dyn Reader, faults: &mut Vec<Diagnostic>) -> Vec<Entry> {
    let rules = ReadRules { permalink: Pattern::parse("/newsletter/:filename/").ok(), ..ReadRules::default() };
    let mut issues = Vec::new();
    for path in reader.issues() {
        match read_source(config, reader, path) {
            Ok(source) => {
                let (entry, mut found) = content::read_entry(source, &rules, &Folders::default(), &config.site);
                // Planning says it in the words of an issue.
                found.retain(|fault| fault.code != "date-missing");
                faults.append(&mut found);
                issues.extend(entry);
            }
            Err(fault) => faults.push(fault),
        }
    }
    issues
}

fn read_source(config: &Config, reader: &dyn Reader, path: &SourcePath) -> Result<Source, Diagnostic> {
    read_source_into(config, reader, path, &mut Memory::default())
}

/// Memory that is used for one file after another.
#[derive(Default)]
struct Memory {
    bytes: Vec<u8>,
    text: String,
}

impl Memory {
    /// Takes back the memory of a source that is done with, unless it is large.
    fn take_back(&mut self, source: Source) {
        if source.text.capacity() <= KEPT_BYTES {
            self.text = source.text;
        }
        if self.bytes.capacity() > KEPT_BYTES {
            self.bytes = Vec::new();
        }
    }
}

/// Reads a source into memory that was used before.
fn read_source_into(config: &Config, reader: &dyn Reader, path: &SourcePath, memory: &mut Memory) -> Result<Source, Diagnostic> {
    let Memory { bytes, text } = memory;
    reader.read(path, bytes).map_err(|error| Diagnostic::file_unreadable(&error.to_string()).in_file(&path.display))?;
    match content::decode_into(bytes, config.content.encoding, text) {
        Ok(()) => Ok(Source { path: path.clone(), text: std::mem::take(text) }),
        Err(offset) => Err(Diagnostic::encoding_invalid(offset).at_byte(&path.display, bytes, offset)),
    }
}

/// Decides what is written. `now` decides only what is future and which periods are over; `faults` are those of pass 1,
/// whose files are left out.
pub fn plan(config: &Config, catalog: &Catalog, faults: &[Diagnostic], now: DateTime<Utc>) -> (Plan, Vec<Diagnostic>) {
    let broken: HashSet<&str> = faults.iter().filter(|fault| fault.is_error()).map(|fault| fault.path.as_str()).collect();
    let mut plan = Plan::default();
    for (at, head) in catalog.heads().iter().enumerate() {
        if broken.contains(&*head.path.display) {
            continue;
        }
        if head.published.is_none() && !config.content.undated {
            plan.undated += 1;
            continue;
        }
        let is_future = [head.published, head.embargo].into_iter().flatten().any(|date| date > now);
        if head.is_draft && !config.content.drafts {
            plan.drafts += 1;
        } else if head.expires.is_some_and(|date| date <= now) {
            plan.expired += 1;
        } else if is_future && !config.content.future {
            plan.future += 1;
        } else {
            plan.visible.push(at);
        }
    }
    plan.feeds = feed::plan_feeds(&config.feeds, &config.site, catalog.heads(), &plan.visible);
    let mut found = Vec::new();
    if let Some(spec) = &config.newsletter {
        (plan.issues, found) = newsletter::plan_issues(spec, &config.site, catalog.heads(), &plan.visible, catalog.issues(), now);
        if spec.feed {
            plan.feeds.push(feed::plan_issue_feed(&config.feeds, &config.site, newsletter::FOLDER, plan.issues.len()));
        }
    }
    (plan, found)
}

/// Pass 2: reads and renders what the plan asks for, and gives it to the sink. An error is the sink's.
pub fn run(config: &Config, catalog: &Catalog, plan: &Plan, reader: &dyn Reader, sink: &dyn Sink) -> io::Result<Vec<Diagnostic>> {
    let kitchen = Kitchen::new(config, catalog, reader);
    let mut faults = kitchen.write_feeds(plan, sink)?;
    if let Some(spec) = &config.newsletter {
        faults.append(&mut kitchen.write_issues(spec, plan, sink)?);
    }
    // An entry that stands in several places tells its faults once.
    let mut seen = HashSet::new();
    faults.retain(|fault| seen.insert(format!("{fault:?}")));
    faults.sort_by(|a, b| {
        let place = |fault: &Diagnostic| fault.place.as_ref().map(|place| (place.line, place.column));
        (&a.path, place(a), a.code).cmp(&(&b.path, place(b), b.code))
    });
    Ok(faults)
}

/// One issue as it is sent.
pub fn render_edition(
    config: &Config,
    spec: &NewsletterSpec,
    catalog: &Catalog,
    issue: &PlannedIssue,
    reader: &dyn Reader,
) -> (Edition, Vec<Diagnostic>) {
    Kitchen::new(config, catalog, reader).render_issue(spec, issue)
}

/// What rendering needs at hand.
struct Kitchen<'a> {
    config: &'a Config,
    catalog: &'a Catalog,
    reader: &'a dyn Reader,
    assets: Assets<'a>,
    folders: Folders,
}

/// Assets, each looked at once: one may stand in all entries.
struct Assets<'a> {
    reader: &'a dyn Reader,
    known: Mutex<HashMap<String, Asset>>,
}

impl Look for Assets<'_> {
    fn asset(&self, path: &str) -> Asset {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asset) = known().get(path) {
            return *asset;
        }
        let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
        let is_picture =
            ["avif", "bmp", "gif", "heic", "heif", "ico", "jfif", "jpeg", "jpg", "jxl", "png", "svg", "webp"].contains(&extension.as_str());
        let size = if is_picture { self.reader.picture_size(path) } else { None };
        let asset = Asset { length: self.reader.asset_length(path).unwrap_or(0), size };
        known().insert(path.to_owned(), asset);
        asset
    }
}

impl<'a> Kitchen<'a> {
    fn new(config: &'a Config, catalog: &'a Catalog, reader: &'a dyn Reader) -> Self {
        Kitchen { config, catalog, reader, folders: read_folders(config, reader).0, assets: Assets { reader, known: Mutex::default() } }
    }

    fn style(&self, entry: &Entry) -> Style {
        let language = entry.head.language.as_deref().unwrap_or(&self.config.site.language).to_string();
        Style {
            language,
            smart_punctuation: self.config.content.smart_punctuation,
            highlight: self.config.content.highlight,
            ..Style::default()
        }
    }

    fn links(&self, at: usize) -> EntryLinks<'_> {
        self.catalog.links_from(&self.catalog.heads()[at], &self.assets)
    }

    fn write_feeds(&self, plan: &Plan, sink: &dyn Sink) -> io::Result<Vec<Diagnostic>> {
        let heads = self.catalog.heads();
        let oldest = plan.visible.iter().filter_map(|at| heads[*at].published).min();
        let icon = self.config.site.icon.as_deref();
        let icon_size = plan.visible.first().and_then(|at| self.links(*at).asset(icon?)?.size);
        let spec = FeedSpec { icon_size, ..self.config.feeds.clone() };
        let mut pantry = Pantry::new(plan.feeds_of_entries());
        let mut faults: Vec<Diagnostic> = self.podcast_image(plan).into_iter().collect();
        let mut newest = Vec::new();
        let documents: Vec<Document> = plan.feeds_of_entries().iter().flat_map(PlannedFeed::documents).collect();
        for documents in batches(&documents) {
            let wanted: BTreeSet<usize> = documents.iter().flat_map(Document::entries).copied().collect();
            let missing: Vec<usize> = wanted.into_iter().filter(|at| !pantry.ready.contains_key(at)).collect();
            let made: Vec<_> = missing.into_par_iter().with_max_len(1).map(|at| (at, self.feed_entry(at, oldest))).collect();
            let mut fresh = HashMap::with_capacity(made.len());
            for (at, (entry, mut found)) in made {
                fresh.extend(entry.map(|entry| (at, entry)));
                // What is made again has told its faults.
                if pantry.told.insert(at) {
                    faults.append(&mut found);
                }
            }
            pantry.largest = pantry.largest.max(fresh.values().map(|entry: &Ready| entry.rendered.weight()).sum());
            let entry = |at: &usize| pantry.ready.get(at).or(fresh.get(at));
            if let Some(first) = documents.iter().find(|document| document.feed.topic == Topic::Site && document.archive.is_none()) {
                newest = first.entries().iter().filter_map(entry).take(LISTED).map(|entry| entry.row.clone()).collect();
            }
            let files: Vec<_> = documents.iter().flat_map(|document| spec.formats.iter().map(move |format| (document, *format))).collect();
            files.into_par_iter().with_max_len(1).try_for_each(|(document, format)| {
                let entries: Vec<&RenderedEntry> = document.entries().iter().filter_map(entry).map(|entry| &entry.rendered).collect();
                let pieces = feed::render_document(format, &self.config.site, &spec, document, &entries, oldest);
                sink.write_pieces(&document.path(format), &pieces.iter().map(Cow::as_ref).collect::<Vec<_>>())
            })?;
            for document in documents {
                pantry.put_away(document.entries(), &mut fresh);
            }
        }
        sink.write("feeds.opml", &feed::render_opml(&self.config.site, &self.config.feeds, &plan.feeds))?;
        let archive = self.config.newsletter.as_ref().map(|_| self.config.site.absolute(newsletter::FOLDER));
        if self.config.feeds.index {
            let (page, mut found) = feed::render_index(&self.config.site, &self.config.feeds, &plan.feeds, &newest, archive);
            faults.append(&mut found);
            sink.write("index.html", &page)?;
        }
        sink.write(feed::STYLESHEET_NAME, &feed::stylesheet(&self.config.site))?;
        Ok(faults)
    }

    /// What is wrong with the podcast's picture, if that is one of the site's files.
    fn podcast_image(&self, plan: &Plan) -> Option<Diagnostic> {
        let podcast = self.config.feeds.podcast.as_ref()?;
        let links = self.links(*plan.visible.first()?);
        let image = podcast.image.as_ref().or(self.config.site.icon.as_ref())?;
        let (width, height) = links.asset(image)?.size?;
        if width == height && (1400..=3000).contains(&width) {
            return None;
        }
        let path = links.asset_path(image)?;
        let content = &self.config.content;
        let file = match (path.strip_prefix('/'), &content.static_dir) {
            (Some(rest), Some(folder)) => folder.join(rest),
            _ => content.dir.join(&path),
        };
        let shown = file.strip_prefix(&self.config.root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        Some(Diagnostic::podcast_image((width, height)).in_file(shown))
    }

    /// The newsletter with the size of its logo, if that is one of the site's files.
    fn with_logo_size(&self, spec: &NewsletterSpec) -> NewsletterSpec {
        let mut spec = spec.clone();
        if let Some(logo) = spec.theme.logo.as_mut().filter(|logo| logo.size.is_none()) {
            logo.size = self.catalog.heads().first().and_then(|head| self.catalog.links_from(head, &self.assets).asset(&logo.url)?.size);
        }
        spec
    }

    fn write_issues(&self, spec: &NewsletterSpec, plan: &Plan, sink: &dyn Sink) -> io::Result<Vec<Diagnostic>> {
        let feed = plan.feeds.iter().find(|feed| feed.is_of_issues());
        let written: Vec<(IssueLine, Option<RenderedEntry>, Vec<Diagnostic>)> = plan
            .issues
            .par_iter()
            .enumerate()
            .map(|(at, issue)| {
                let (edition, mut faults) = self.render_issue(spec, issue);
                let sample = message::sample_recipient();
                let folder = format!("{}{}", newsletter::FOLDER, edition.issue);
                sink.write(&format!("{folder}/index.html"), edition.page.as_bytes())?;
                sink.write(&format!("{folder}/email.html"), message::fill_html(&edition, &sample).as_bytes())?;
                sink.write(&format!("{folder}/email.txt"), message::fill_text(&edition, &sample).as_bytes())?;
                let composer = message::Composer::new(spec, &self.config.site, &edition);
                match composer.and_then(|composer| composer.compose(&sample, edition.date)) {
                    Ok(message) => sink.write(&format!("{folder}/message.eml"), &message.bytes)?,
                    Err(error) => faults.push(Diagnostic::message_refused(&edition.issue, &error.to_string())),
                }
                let is_in_feed = feed.is_some_and(|feed| feed.entries.contains(&at));
                let entry = is_in_feed
                    .then(|| feed::render_entry(&self.config.site, &self.config.feeds, &issue_as_entry(&edition, &self.config.site), None));
                let Edition { title, date, title_language: language, entries, page_url: url, .. } = edition;
                let line = IssueLine { title, date, url, language, entries };
                Ok((line, entry, faults))
            })
            .collect::<io::Result<_>>()?;
        let mut lines = Vec::with_capacity(written.len());
        let mut entries = Vec::new();
        let mut faults = Vec::new();
        for (line, entry, mut found) in written {
            lines.push(line);
            entries.extend(entry);
            faults.append(&mut found);
        }
        let files = feed.into_iter().flat_map(|feed| self.config.feeds.formats.iter().map(|format| (feed.subscription(), format)));
        for (document, format) in files {
            let pieces = feed::render_document(*format, &self.config.site, &self.config.feeds, &document, &entries, None);
            sink.write_pieces(&document.path(*format), &pieces.iter().map(Cow::as_ref).collect::<Vec<_>>())?;
        }
        let (list, mut found) = newsletter::render_archive_list(&self.with_logo_size(spec), &self.config.site, &lines);
        faults.append(&mut found);
        sink.write(&format!("{}index.html", newsletter::FOLDER), &list)?;
        Ok(faults)
    }

    fn render_issue(&self, spec: &NewsletterSpec, issue: &PlannedIssue) -> (Edition, Vec<Diagnostic>) {
        let spec = &self.with_logo_size(spec);
        let language = issue.language().unwrap_or(&self.config.site.language);
        let made: Vec<_> = issue.entries.par_iter().map(|at| self.issue_entry(spec, issue.detail, *at)).collect();
        let mut faults = Vec::new();
        let mut entries = Vec::with_capacity(made.len());
        let mut files = BTreeMap::new();
        for (number, (entry, mut found)) in made.into_iter().enumerate() {
            faults.append(&mut found);
            let group = issue.groups.get(number).cloned().flatten();
            let group =
                group.map(|name| if spec.group == Some(Group::Section) { self.folders.section_title(&name, language) } else { name });
            if let Some((entry, named)) = entry {
                files.extend(named);
                entries.push(IssueEntry { group, ..entry });
            }
        }
        let written = issue.written.and_then(|at| self.catalog.issues().get(at));
        let links = written.map(|entry| self.catalog.links_from(&entry.head, &self.assets));
        let links = links.as_ref().map(Remembering::new);
        let written = written.zip(links.as_ref()).map(|(entry, links)| {
            let style = self.style(entry);
            faults.append(&mut Body::read(entry, links, &style).1);
            Written { entry, links, id_prefix: id_prefix(entry), style }
        });
        let (mut edition, mut found) = newsletter::render_issue(spec, &self.config.site, issue, written.as_ref(), &entries);
        faults.append(&mut found);
        if spec.inline_images {
            files.extend(links.map(Remembering::found).unwrap_or_default());
            files.extend(self.own_pictures(spec));
            let html = edition.html.fill(|_, _, _| String::new());
            let (images, mut found) = inline::read_images(&edition.issue, &html, &files, self.reader);
            faults.append(&mut found);
            edition.images = images;
        }
        (edition, faults)
    }

    /// The publication's own pictures, by their URLs.
    fn own_pictures(&self, spec: &NewsletterSpec) -> Vec<(String, String)> {
        let Some(head) = self.catalog.heads().first() else { return Vec::new() };
        let links = self.catalog.links_from(head, &self.assets);
        let theme = &spec.theme;
        let urls = [theme.logo.as_ref().map(|logo| &logo.url), theme.dark_logo.as_ref(), self.config.site.icon.as_ref()];
        urls.into_iter().flatten().filter_map(|url| Some((url.clone(), links.asset_path(url)?))).collect()
    }

    /// Reads an entry again. Its own faults were told in pass 1; that it changed since then is a new one.
    fn entry(&self, at: usize) -> Result<Entry, Diagnostic> {
        let head = &self.catalog.heads()[at];
        let source = read_source(self.config, self.reader, &head.path)?;
        match content::read_entry(source, &self.config.rules, &self.folders, &self.config.site).0 {
            Some(entry) if entry.head == *head => Ok(entry),
            _ => Err(Diagnostic::file_changed().in_file(&head.path.display)),
        }
    }

    fn feed_entry(&self, at: usize, oldest: Option<DateTime<FixedOffset>>) -> (Option<Ready>, Vec<Diagnostic>) {
        let mut entry = match self.entry(at) {
            Ok(entry) => entry,
            Err(fault) => return (None, vec![fault]),
        };
        let links = self.links(at);
        let (body, mut faults) = Body::read(&entry, &links, &self.style(&entry));
        let html = match self.config.feeds.content {
            Detail::Full => body.html(&HtmlPlace { id_prefix: id_prefix(&entry), first_heading: 1 }, &links),
            Detail::Summary => String::new(),
        };
        let summary = entry.summary.clone().unwrap_or_else(|| body.summary(SUMMARY_CHARS));
        // A picture, a sound or a link may be all that there is to say.
        let has_more = entry.image.is_some() || entry.external_url.is_some() || entry.relations.in_reply_to.is_some();
        if entry.body_text().trim().is_empty() && summary.is_empty() && entry.enclosures.is_empty() && !has_more {
            faults.push(Diagnostic::entry_empty().in_file(&entry.head.path.display));
        }
        let image = entry.image.as_deref().and_then(|image| links.image(image));
        let enclosures = entry.enclosures.iter().filter_map(|enclosure| known(enclosure, &links, &entry, &mut faults)).collect();
        resolve(&mut entry, &links);
        let entry = FeedEntry { html, summary, image, enclosures, entry };
        let rendered = feed::render_entry(&self.config.site, &self.config.feeds, &entry, oldest);
        (Some(Ready { rendered, row: index_entry(entry) }), faults)
    }

    /// An entry for an issue, and the files that it names, by their URLs.
    fn issue_entry(&self, spec: &NewsletterSpec, detail: Detail, at: usize) -> (Option<(IssueEntry, NamedFiles)>, Vec<Diagnostic>) {
        let entry = match self.entry(at) {
            Ok(entry) => entry,
            Err(fault) => return (None, vec![fault]),
        };
        let links = self.links(at);
        let links = Remembering::new(&links);
        let (body, faults) = Body::read(&entry, &links, &self.style(&entry));
        let first_heading = if spec.mode == Mode::Post { 2 } else { 3 };
        let (html, lines) = match detail {
            Detail::Full => (body.html(&HtmlPlace { id_prefix: id_prefix(&entry), first_heading }, &links), body.lines(&links)),
            Detail::Summary => Default::default(),
        };
        let summary = entry.summary.clone().unwrap_or_else(|| body.summary(SUMMARY_CHARS));
        let image = match (&entry.image, detail) {
            (Some(image), _) => links.image(image),
            (None, Detail::Summary) => body.lead_image(&links),
            // The body shows it already.
            (None, Detail::Full) => None,
        };
        let minutes = body.reading_minutes();
        drop(body);
        (Some((IssueEntry { minutes, html, lines, summary, image, group: None, entry }, links.found())), faults)
    }
}

/// An issue as an entry of the feed of issues: its page is its id.
fn issue_as_entry(edition: &Edition, site: &Site) -> FeedEntry {
    let url: Arc<str> = edition.page_url.as_str().into();
    let head = Head {
        path: SourcePath { relative: edition.issue.as_str().into(), display: edition.issue.as_str().into() },
        id: Arc::clone(&url),
        url,
        published: Some(edition.date),
        updated: None,
        embargo: None,
        expires: None,
        is_draft: false,
        newsletter: None,
        categories: Box::default(),
        section: None,
        language: Some(edition.language.as_str().into()).filter(|_| edition.language != site.language),
        authors: Box::default(),
    };
    let entry = Entry {
        head,
        title: Some(edition.title.clone()),
        summary: None,
        summary_end: None,
        authors: Vec::new(),
        image: None,
        enclosures: Vec::new(),
        external_url: None,
        relations: Default::default(),
        podcast: None,
        markup: Default::default(),
        syntax: Default::default(),
        source: Source::new(&edition.issue, ""),
        body: 0..0,
        extra: Vec::new(),
    };
    FeedEntry { entry, html: edition.content.clone(), summary: edition.summary.clone(), image: None, enclosures: Vec::new() }
}

/// The index page lists so many entries.
const LISTED: usize = 50;

fn index_entry(entry: FeedEntry) -> IndexEntry {
    let FeedEntry { entry, summary, .. } = entry;
    IndexEntry {
        title: entry.title.unwrap_or(summary),
        url: entry.head.url.to_string(),
        date: entry.head.published,
        language: entry.head.language.as_deref().map(str::to_owned),
    }
}

/// A rendered entry.
struct Ready {
    rendered: RenderedEntry,
    row: IndexEntry,
}

/// Rendered entries take so much memory, at most: those of the largest batch, and those that are kept for later ones. What
/// doesn't fit is rendered again.
const PANTRY_BYTES: usize = 32 * 1024 * 1024;

/// The rendered entries that later documents need as well.
struct Pantry {
    ready: HashMap<usize, Ready>,
    bytes: usize,
    /// What the entries of the largest batch took.
    largest: usize,
    /// In how many more documents each entry stands.
    uses: HashMap<usize, usize>,
    /// The entries whose faults are told.
    told: HashSet<usize>,
}

impl Pantry {
    fn new(feeds: &[PlannedFeed]) -> Pantry {
        let mut uses: HashMap<usize, usize> = HashMap::new();
        for at in feeds.iter().flat_map(PlannedFeed::documents).flat_map(|document| document.entries()) {
            *uses.entry(*at).or_default() += 1;
        }
        Pantry { ready: HashMap::new(), bytes: 0, largest: 0, uses, told: HashSet::new() }
    }

    /// After a document of `entries` is written: keeps what is needed again and drops what isn't.
    fn put_away(&mut self, entries: &[usize], fresh: &mut HashMap<usize, Ready>) {
        for at in entries {
            let Some(left) = self.uses.get_mut(at) else { continue };
            *left -= 1;
            if *left == 0 {
                self.uses.remove(at);
                self.bytes -= self.ready.remove(at).map_or(0, |entry| entry.rendered.weight());
            } else if let Some(entry) = fresh.remove(at)
                && self.bytes + self.largest + entry.rendered.weight() <= PANTRY_BYTES
            {
                self.bytes += entry.rendered.weight();
                self.ready.insert(*at, entry);
            }
        }
    }
}

/// Documents that are made together have so many entries, at most: enough to keep all threads at work, and few enough to be
/// held.
const BATCH: usize = 400;

/// Consecutive documents with at most [`BATCH`] entries together; one that has more stands alone.
fn batches<'d, 'p>(documents: &'d [Document<'p>]) -> Vec<&'d [Document<'p>]> {
    let (mut batches, mut start, mut sum) = (Vec::new(), 0, 0);
    for (at, document) in documents.iter().enumerate() {
        let count = document.entries().len();
        if at > start && sum + count > BATCH {
            batches.extend(documents.get(start..at));
            (start, sum) = (at, 0);
        }
        sum += count;
    }
    batches.extend(documents.get(start..).filter(|rest| !rest.is_empty()));
    batches
}

/// A summary that tidings makes has at most so many characters.
const SUMMARY_CHARS: usize = 300;

/// Keeps the ids of headings and footnotes apart where several entries stand on one page, and the same whatever else is there.
fn id_prefix(entry: &Entry) -> String {
    let hash = Sha256::digest(entry.head.id.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..6])
}

/// The type of a file of chapters (podcastindex.org/namespace/1.0).
const CHAPTERS: &str = "application/json+chapters";

/// Makes the addresses of an entry's relations and of its episode absolute.
fn resolve(entry: &mut Entry, links: &dyn Links) {
    let resolve = |target: &mut Option<String>| *target = target.as_deref().and_then(|target| links.absolute(target));
    let relations = &mut entry.relations;
    [&mut relations.comments, &mut relations.via, &mut relations.in_reply_to, &mut relations.banner].into_iter().for_each(resolve);
    relations.source = relations.source.take().and_then(|source| Some(Origin { url: links.absolute(&source.url)?, ..source }));
    let Some(podcast) = &mut entry.podcast else { return };
    resolve(&mut podcast.image);
    podcast.people.iter_mut().for_each(|participant| {
        resolve(&mut participant.image);
        resolve(&mut participant.person.url);
    });
    let attachment =
        |file: Attachment| Some(Attachment { url: links.absolute(&file.url)?, mime_type: typed(&file.mime_type, &file.url), ..file });
    // The Podcast namespace has a type of its own for them.
    let is_plain = |file: &Attachment| file.mime_type.is_empty() && file.url.ends_with(".json");
    let chapters =
        podcast.chapters.take().map(|file| if is_plain(&file) { Attachment { mime_type: CHAPTERS.into(), ..file } } else { file });
    podcast.chapters = chapters.and_then(attachment);
    podcast.transcripts = std::mem::take(&mut podcast.transcripts).into_iter().filter_map(attachment).collect();
}

/// A MIME type as given, or by the name of the file.
fn typed(given: &str, url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    match (given, path.rsplit('.').next()) {
        ("", Some("srt")) => "application/x-subrip".to_owned(),
        ("", Some("vtt")) => "text/vtt".to_owned(),
        ("", _) => mime_guess::from_path(path).first_or_octet_stream().to_string(),
        (given, _) => given.to_owned(),
    }
}

/// An enclosure with an absolute URL, a length and a type, as far as anyone knows them.
fn known(enclosure: &Enclosure, links: &dyn Links, entry: &Entry, faults: &mut Vec<Diagnostic>) -> Option<Enclosure> {
    let url = links.absolute(&enclosure.url)?;
    let length = match enclosure.length {
        0 => links.asset(&enclosure.url).map_or(0, |asset| asset.length),
        length => length,
    };
    if length == 0 {
        let fault = Diagnostic::enclosure_length(&url);
        let at = entry.source.text.get(..entry.body.start).and_then(|fields| fields.find(&enclosure.url));
        faults.push(match at {
            Some(at) => fault.at(&entry.source, Span::new(at, at + enclosure.url.len())),
            // Another file says it in the entry's stead.
            None => fault.in_file(&entry.head.path.display),
        });
    }
    let mime_type = typed(&enclosure.mime_type, &url);
    Some(Enclosure { url, length, mime_type, ..enclosure.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_made_together_until_there_are_too_many_entries() {
        let feed = |count: usize| PlannedFeed {
            topic: Topic::Site,
            folder: String::new(),
            entries: (0..count).collect(),
            newest: count,
            archive_size: 0,
            is_complete: false,
        };
        let sizes = |counts: &[usize]| -> Vec<usize> {
            let feeds: Vec<PlannedFeed> = counts.iter().map(|count| feed(*count)).collect();
            let documents: Vec<Document> = feeds.iter().map(PlannedFeed::subscription).collect();
            batches(&documents).iter().map(|batch| batch.len()).collect()
        };
        assert_eq!(sizes(&[BATCH, 1, BATCH - 1, BATCH + 1, 0, 1]), [1, 2, 1, 2]);
        assert_eq!(sizes(&[]), [0; 0]);
    }
}
