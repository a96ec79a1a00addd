//! An issue rendered: the HTML part, the text part, the page of the archive, and the list of issues.

use super::code::inks;
use super::content::{COLUMN, ENTRY_LEVEL, Medium, fit, fit_logo, fit_size};
use super::dates::issue_title;
use super::footer::{footer_html, footer_lines};
use super::names::{entry_name, one_line, preheader, subject};
use super::slots::{Context, Markers, Slot, Slotted, has_placeholders, impersonal};
use super::text;
use super::theme::office_fonts;
use super::views::{
    ArchiveView, BylineView, ContentView, ContentsEntry, ContentsGroup, EditionView, EmailView, EntryView, FeedView, InlineCss, IssueView,
    ListView, PageView, TextEntryView, TextView, ThemeView,
};
use super::written::{Around, Written, marking};
use super::{Edition, IssueEntry, IssueLine, Mode, NewsletterSpec, PlannedIssue, Sibling, Theme};
use crate::catalog::Size;
use crate::diagnostic::Diagnostic;
use crate::feed::Detail;
use crate::language::{Words, direction, fill, joins_without_spaces, own_name, words};
use crate::site::Site;
use crate::template::{Templates, View};
use rayon::prelude::*;

/// Gmail shows no more of a message than this, in bytes of HTML.
const CLIPPED_AT: usize = 102_000;
/// Where the archive stands below the site.
pub const FOLDER: &str = "newsletter/";
/// The level of an issue's title, which a written text and a post stand under at once.
const TITLE_LEVEL: usize = ENTRY_LEVEL - 1;
/// The level of an entry's heading below that of a group.
const GROUPED_LEVEL: usize = ENTRY_LEVEL + 1;

/// Renders an issue once, for all recipients. The entries are in the order in which they are shown; `written` is the text
/// that an issue of mode `written` has around them.
pub fn render_issue(
    spec: &NewsletterSpec,
    site: &Site,
    issue: &PlannedIssue,
    written: Option<&Written>,
    entries: &[IssueEntry],
) -> (Edition, Vec<Diagnostic>) {
    let shown = Shown::new(spec, site, issue, written, entries);
    // The message and the page share nothing but what they show.
    let (message, (page, content, page_faults)) = rayon::join(|| shown.message(), || shown.for_everyone());
    let Message { subject, html, text, mut faults } = message;
    faults.extend(page_faults);
    let edition = Edition {
        issue: issue.id.clone(),
        language: shown.look.language.to_owned(),
        date: issue.date,
        title: shown.impersonal(&shown.title),
        title_language: shown.title_language.to_owned(),
        subject,
        entries: entries.len(),
        text,
        html,
        page,
        content,
        summary: shown.preheader,
        page_url: shown.page_url,
        images: Vec::new(),
        unsubscribe_url: spec.unsubscribe_url.clone(),
    };
    (edition, faults)
}

/// What recipients get.
struct Message {
    subject: Slotted,
    html: Slotted,
    text: Slotted,
    faults: Vec<Diagnostic>,
}

/// An issue with everything that its parts say.
struct Shown<'a> {
    spec: &'a NewsletterSpec,
    site: &'a Site,
    issue: &'a PlannedIssue,
    look: Look<'a>,
    written: Option<&'a Written<'a>>,
    entries: &'a [IssueEntry],
    /// May hold placeholders where the issue is written.
    title: String,
    subject: String,
    /// The language of the title.
    title_language: &'a str,
    preheader: String,
    page_url: String,
    greeting: String,
    address: Vec<&'a str>,
}

impl<'a> Shown<'a> {
    fn new(
        spec: &'a NewsletterSpec,
        site: &'a Site,
        issue: &'a PlannedIssue,
        written: Option<&'a Written<'a>>,
        entries: &'a [IssueEntry],
    ) -> Shown<'a> {
        let is_post = spec.mode == Mode::Post;
        // Posts and written issues speak their own language.
        let speaker = if is_post { entries.first().map(|only| &only.entry) } else { written.map(|written| written.entry) };
        let language = speaker.and_then(|entry| entry.head.language.as_deref()).or(issue.language()).unwrap_or(&site.language);
        let look = Look::new(spec, site, language);
        let names: Vec<String> = entries.iter().map(entry_name).collect();
        let (title, subject) = match (written, names.first()) {
            (Some(written), _) => (one_line(written.entry.title.as_deref().unwrap_or(&issue.id)), one_line(&written.subject())),
            (None, Some(name)) if is_post => (name.clone(), name.clone()),
            _ => {
                let title = issue_title(&spec.period, issue, look.say, language);
                let subject = subject(look.say, &site.title, &title, &names);
                (title, subject)
            }
        };
        let own_summary = written.and_then(|written| written.entry.summary.as_deref()).map(one_line);
        let preheader = own_summary.unwrap_or_else(|| preheader(&title, &names, entries.first()));
        let lines = spec.postal_address.iter().flat_map(|text| text.lines()).map(str::trim);
        Shown {
            preheader: if written.is_some() { impersonal(&preheader) } else { preheader },
            page_url: page_url(site, &issue.id),
            greeting: spec.greeting.as_deref().map(one_line).unwrap_or_default(),
            address: lines.filter(|line| !line.is_empty()).collect(),
            title_language: if speaker.is_some() { language } else { look.say.tag() },
            spec,
            site,
            issue,
            look,
            written,
            entries,
            title,
            subject,
        }
    }

    /// Only what someone has written for subscribers speaks to one of them; braces in entries are words.
    fn personal(&self, markers: &mut Markers, text: &str, context: Context, escape: impl Fn(&str) -> String) -> String {
        if self.written.is_some() { markers.mark_text(text, context, escape) } else { escape(text) }
    }

    fn impersonal(&self, text: &str) -> String {
        if self.written.is_some() { impersonal(text) } else { text.to_owned() }
    }

    /// The message, with its slots.
    fn message(&self) -> Message {
        let mut markers = Markers::new(everything(self.spec, self.site, self.issue, self.written, self.entries));
        let mut faults = Vec::new();
        let views = self.views(Medium::Mail);
        let html = self.html(&views, &mut markers, &mut faults);
        faults.extend(size_warning(self.spec, &self.issue.id, html.fixed_len(), self.entries));
        let subject = self.personal(&mut markers, &self.subject, Context::Header, str::to_owned);
        Message { subject: markers.cut(&subject), html, text: self.text(&views, &mut markers, &mut faults), faults }
    }

    /// The page of the archive, what of it stands in the feed of issues, and their faults.
    fn for_everyone(&self) -> (String, String, Vec<Diagnostic>) {
        let around = self.around(Medium::Page, impersonal);
        let views = self.views(Medium::Page);
        let mut faults = Vec::new();
        let page = self.page(&around, &views, &mut faults);
        let content = if self.spec.feed { self.content(&around, &views, &mut faults) } else { String::new() };
        (page, content, faults)
    }

    fn views(&self, medium: Medium) -> Vec<EntryView> {
        let is_grouped = self.entries.iter().any(|entry| entry.group.is_some());
        let view = |(at, entry): (usize, &IssueEntry)| {
            let is_first =
                is_grouped && at.checked_sub(1).and_then(|above| self.entries.get(above)).is_none_or(|above| above.group != entry.group);
            let group = entry.group.as_ref().unwrap_or(&self.look.say.others);
            let group = if is_first { one_line(group) } else { String::new() };
            EntryView { group, ..entry_view(self.spec, self.site, &self.look, entry, Place { number: at + 1, medium, is_grouped }) }
        };
        self.entries.par_iter().enumerate().map(view).collect()
    }

    /// The table of contents: the titles of the entries, by their groups.
    fn contents(&self, entries: &[EntryView]) -> Vec<ContentsGroup> {
        let mut groups: Vec<ContentsGroup> = Vec::new();
        // A lone entry stands below it at once.
        let is_wanted = self.spec.contents && entries.len() > 1;
        for entry in entries.iter().filter(|_| is_wanted) {
            let line = ContentsEntry { title: entry.title.clone(), language: entry.language.clone(), anchor: entry.anchor.clone() };
            match groups.last_mut().filter(|_| entry.group.is_empty()) {
                Some(group) => group.entries.push(line),
                None => groups.push(ContentsGroup { name: entry.group.clone(), entries: vec![line] }),
            }
        }
        groups
    }

    /// The other editions of the issue, for who reads another language.
    fn editions(&self) -> Vec<EditionView> {
        let others = self.issue.editions.iter().filter(|edition| edition.id != self.issue.id);
        let view = |edition: &Sibling| EditionView {
            language: edition.language.clone(),
            name: own_name(&edition.language),
            url: page_url(self.site, &edition.id),
        };
        others.map(view).collect()
    }

    /// The written text as HTML that fits.
    fn around(&self, medium: Medium, mark: impl FnMut(&str) -> String) -> Around<String> {
        let Around { before, after } = self.written.map(|written| written.html(mark)).unwrap_or_default();
        let fitted = |html: String, number| if html.is_empty() { html } else { fit(&html, number, medium, TITLE_LEVEL, self.look.say) };
        Around { before: fitted(before, self.entries.len() + 1), after: fitted(after, self.entries.len() + 2) }
    }

    fn html(&self, entries: &[EntryView], markers: &mut Markers, faults: &mut Vec<Diagnostic>) -> Slotted {
        let look = &self.look;
        let around = self.around(Medium::Mail, marking(markers, Context::Html));
        let email = EmailView {
            subject: &self.personal(markers, &self.subject, Context::Html, escape_html),
            preheader: &self.preheader,
            language: look.language,
            direction: look.direction,
            say: look.say,
            words: look.say.tag(),
            words_direction: direction(look.say.tag()),
            start: look.start,
            theme: &look.theme,
            inks: &inks(shown_html(&around, entries), look.theme.dark.soft),
            site_title: &self.site.title,
            site_url: self.site.url.as_str(),
            reason: &reason_html(look.say, self.site),
            icon: look.icon,
            issue_title: &self.personal(markers, &self.title, Context::Html, escape_html),
            title_language: self.title_language,
            title_direction: direction(self.title_language),
            page_url: &self.page_url,
            greeting: &markers.mark_text(&self.greeting, Context::Html, escape_html),
            before: &around.before,
            contents: &self.contents(entries),
            entries,
            after: &around.after,
            postal_address: &self.address,
            unsubscribe: &markers.mark(Slot::Unsubscribe, Context::Html),
        };
        let css = InlineCss { theme: &look.theme };
        let show = |templates: &Templates, faults: &mut Vec<Diagnostic>| {
            markers.cut(&inlined(&templates.render(&email, faults), templates.render(&css, faults)))
        };
        self.checked::<EmailView>(Context::Html, markers, faults, show)
    }

    /// A part of the message as the user's templates show it, unless it can't be sent like that.
    fn checked<V: View>(
        &self,
        part: Context,
        markers: &Markers,
        faults: &mut Vec<Diagnostic>,
        show: impl Fn(&Templates, &mut Vec<Diagnostic>) -> Slotted,
    ) -> Slotted {
        let shown = show(&self.spec.templates, faults);
        let Some(file) = self.spec.templates.replaced_by(V::NAME) else { return shown };
        let fault = match part {
            _ if !markers.are_whole(&shown) => Diagnostic::template_slot(),
            Context::Html if !shown.has_way_out(part) => Diagnostic::template_unsubscribe("HTML"),
            _ if !shown.has_way_out(part) => Diagnostic::template_unsubscribe("text"),
            _ => return shown,
        };
        faults.push(fault.in_file(file));
        show(&Templates::default(), &mut Vec::new())
    }

    fn text(&self, views: &[EntryView], markers: &mut Markers, faults: &mut Vec<Diagnostic>) -> Slotted {
        let say = self.look.say;
        let delsp = joins_without_spaces(self.look.language);
        let contents = self.contents(views);
        let entries: Vec<TextEntryView> = self.entries.iter().zip(views).map(|(entry, view)| text_entry(say, entry, view, delsp)).collect();
        let around = self.written.map(|written| written.lines(marking(markers, Context::Text))).unwrap_or_default();
        let site_title = one_line(&self.site.title);
        let reason = fill(&say.reason, &[("site", &site_title), ("host", host(self.site))]);
        let titled = |name: &str, title: &str| fill(&say.titled, &[("name", name), ("title", title)]);
        let title = self.personal(markers, &self.title, Context::Text, str::to_owned);
        let address: Vec<String> = self.address.iter().map(|line| text::paragraph(line, delsp)).collect();
        let social: Vec<String> = self.spec.theme.social.iter().map(|link| titled(&one_line(&link.name), &link.url)).collect();
        let text = TextView {
            heading: &text::title(&titled(&site_title, &title), &titled(&site_title, &self.impersonal(&self.title)), delsp),
            greeting: &text::paragraph(&markers.mark_text(&self.greeting, Context::Text, str::to_owned), delsp),
            before: &text::block(&around.before, delsp),
            contents: &if contents.is_empty() { String::new() } else { text::contents(&say.contents, &contents, delsp) },
            entries: &entries,
            after: &text::block(&around.after, delsp),
            reason: &text::paragraph(&reason, delsp),
            footer: &text::block(
                &footer_lines(self.spec.theme.footer.as_deref().unwrap_or_default(), self.site, self.look.language),
                delsp,
            ),
            social: &social,
            postal_address: &address,
            unsubscribe: &titled(&say.unsubscribe, &markers.mark(Slot::Unsubscribe, Context::Text)),
            view_in_browser: &titled(&say.view_in_browser, &self.page_url),
        };
        let show =
            |templates: &Templates, faults: &mut Vec<Diagnostic>| markers.cut(&format!("{}\n", templates.render(&text, faults).trim_end()));
        self.checked::<TextView>(Context::Text, markers, faults, show)
    }

    /// What the page holds, as the feed of issues has it: for everyone, and without what only a page can show.
    fn content(&self, around: &Around<String>, entries: &[EntryView], faults: &mut Vec<Diagnostic>) -> String {
        let view = ContentView { say: self.look.say, before: &around.before, entries, after: &around.after };
        self.spec.templates.render(&view, faults)
    }

    /// The page of the archive is for everyone.
    fn page(&self, around: &Around<String>, entries: &[EntryView], faults: &mut Vec<Diagnostic>) -> String {
        let view = ArchiveView {
            page: PageView { inks: &inks(shown_html(around, entries), self.look.theme.dark.soft), ..self.look.page(self.site) },
            subject: &self.impersonal(&self.subject),
            summary: &self.preheader,
            issue_title: &self.impersonal(&self.title),
            title_language: self.title_language,
            title_direction: direction(self.title_language),
            page_url: &self.page_url,
            greeting: if has_placeholders(&self.greeting) { "" } else { &self.greeting },
            editions: &self.editions(),
            before: &around.before,
            contents: &self.contents(entries),
            entries,
            after: &around.after,
        };
        self.spec.templates.render(&view, faults)
    }
}

/// The page `newsletter/index.html`: all issues, in the order in which they are given.
pub fn render_archive_list(spec: &NewsletterSpec, site: &Site, issues: &[IssueLine]) -> (Vec<u8>, Vec<Diagnostic>) {
    let look = Look::new(spec, site, &site.language);
    let views: Vec<IssueView> = issues
        .iter()
        .map(|issue| IssueView {
            title: issue.title.clone(),
            date: look.say.day(&site.language, issue.date.date_naive()),
            datetime: issue.date.to_rfc3339(),
            url: issue.url.clone(),
            language: if [&site.language, look.say.tag()].contains(&&*issue.language) { String::new() } else { issue.language.clone() },
            direction: direction(&issue.language),
            count: if spec.mode == Mode::Post { String::new() } else { look.say.entries(issue.entries) },
        })
        .collect();
    let mut faults = Vec::new();
    let list = spec.templates.render(&ListView { page: look.page(site), issues: &views }, &mut faults);
    (list.into_bytes(), faults)
}

/// What all pages of a site share.
struct Look<'a> {
    language: &'a str,
    say: &'static Words,
    direction: &'static str,
    start: &'static str,
    theme: ThemeView<'a>,
    icon: &'a str,
    list_url: String,
    feeds: Vec<FeedView>,
}

impl<'a> Look<'a> {
    fn new(spec: &'a NewsletterSpec, site: &'a Site, language: &'a str) -> Self {
        let direction = direction(language);
        let feed = |folder: &str, title: String, format: &crate::feed::Format| FeedView {
            mime_type: format.mime_type(),
            url: site.absolute(&format!("{folder}{}", format.file_name())),
            title,
        };
        let of_issues = spec.formats.iter().filter(|_| spec.feed);
        let of_issues = of_issues.map(|format| feed(FOLDER, format!("{} – {}", words(&site.language).newsletter, site.title), format));
        Look {
            language,
            say: words(language),
            direction,
            start: start(direction),
            theme: theme_view(&spec.theme, site, language),
            icon: site.icon.as_deref().unwrap_or_default(),
            list_url: site.absolute(FOLDER),
            feeds: of_issues.chain(spec.formats.iter().map(|format| feed("", site.title.clone(), format))).collect(),
        }
    }

    fn page(&'a self, site: &'a Site) -> PageView<'a> {
        PageView {
            language: self.language,
            direction: self.direction,
            say: self.say,
            words: self.say.tag(),
            words_direction: direction(self.say.tag()),
            theme: &self.theme,
            inks: &[],
            site_title: &site.title,
            site_url: site.url.as_str(),
            icon: self.icon,
            list_url: &self.list_url,
            feeds: &self.feeds,
            copyright: site.copyright.as_deref().unwrap_or_default(),
        }
    }
}

fn theme_view<'a>(theme: &'a Theme, site: &'a Site, language: &str) -> ThemeView<'a> {
    let logo = theme.logo.as_ref();
    let (logo_width, logo_height) = logo.and_then(|logo| logo.size).map(fit_logo).unzip();
    let pixels = |side: Option<u32>| side.map(|side| side.to_string()).unwrap_or_default();
    ThemeView {
        light: &theme.light,
        dark: &theme.dark,
        body_font: &theme.body_font,
        heading_font: &theme.heading_font,
        office_font: office_fonts(&theme.body_font),
        office_heading_font: office_fonts(&theme.heading_font),
        logo: logo.map(|logo| logo.url.as_str()).unwrap_or_default(),
        dark_logo: theme.dark_logo.as_deref().unwrap_or_default(),
        logo_width: pixels(logo_width),
        logo_height: pixels(logo_height),
        header: theme.header.as_deref().unwrap_or_default(),
        footer: theme.footer.as_deref().map(|text| footer_html(text, site, language)).unwrap_or_default(),
        footer_language: &site.language,
        social: &theme.social,
    }
}

/// The HTML that an issue has of its content.
fn shown_html<'v>(around: &'v Around<String>, entries: &'v [EntryView]) -> impl Iterator<Item = &'v str> {
    [around.before.as_str(), &around.after].into_iter().chain(entries.iter().map(|entry| entry.html.as_str()))
}

/// Everything that an issue will hold, for the markers' nonce.
fn everything<'a>(
    spec: &'a NewsletterSpec,
    site: &'a Site,
    issue: &'a PlannedIssue,
    written: Option<&'a Written<'a>>,
    entries: &'a [IssueEntry],
) -> impl Iterator<Item = &'a str> {
    let own = written.map(|written| written.entry.source.text.as_str());
    let theme = &spec.theme;
    let social = theme.social.iter().flat_map(|link| [link.name.as_str(), &link.url]);
    let frame = [
        theme.header.as_deref(),
        theme.footer.as_deref(),
        Some(issue.id.as_str()),
        Some(&site.title),
        spec.greeting.as_deref(),
        spec.postal_address.as_deref(),
        own,
    ];
    let entries = entries.iter().flat_map(|entry| {
        let lines = entry.lines.iter().map(|line| line.text.as_str());
        let authors = entry.entry.authors.iter().map(|author| author.name.as_str());
        let parts = [
            entry.entry.title.as_deref(),
            Some(&entry.html),
            Some(&entry.summary),
            entry.image.as_ref().map(|image| image.url.as_str()),
            Some(&entry.entry.head.url),
        ];
        parts.into_iter().flatten().chain(lines).chain(authors)
    });
    frame.into_iter().flatten().chain(social).chain(entries)
}

/// The page of an issue in the archive, absolute.
fn page_url(site: &Site, id: &str) -> String {
    site.absolute(&format!("{FOLDER}{id}/"))
}

/// Where an entry stands.
#[derive(Clone, Copy)]
struct Place {
    /// From 1.
    number: usize,
    medium: Medium,
    /// Whether it stands below the heading of a group.
    is_grouped: bool,
}

fn entry_view(spec: &NewsletterSpec, site: &Site, look: &Look, entry: &IssueEntry, place: Place) -> EntryView {
    let Place { number, medium, is_grouped } = place;
    let head = &entry.entry.head;
    let date = head.published.map(|date| look.say.day(look.language, date.with_timezone(&site.timezone).date_naive())).unwrap_or_default();
    let language = head.language.as_deref().unwrap_or(&site.language);
    let authors: Vec<&str> = entry.entry.authors.iter().map(|author| author.name.as_str()).collect();
    let title = one_line(entry.entry.title.as_deref().unwrap_or_default());
    let is_titled = !title.is_empty() || date.is_empty();
    let name = if is_titled { entry_name(entry) } else { date.clone() };
    // Programs show no other images, and what isn't on the web can't be loaded.
    let image = entry.image.as_ref().filter(|image| image.url.starts_with("https://") || image.url.starts_with("http://"));
    let image = image.filter(|image| !entry.html.contains(&image.url));
    let level = match spec.mode {
        // Its title is the issue's.
        Mode::Post => TITLE_LEVEL,
        _ if is_grouped => GROUPED_LEVEL,
        _ => ENTRY_LEVEL,
    };
    let (image_width, image_height) = image.map(|image| lead_size(image.size, medium)).unwrap_or_default();
    let date = if is_titled || spec.mode == Mode::Post { date } else { String::new() };
    let authors = one_line(&authors.join(", "));
    let reading_time =
        if spec.reading_time && entry.minutes > 0 && entry.entry.title.is_some() { look.say.minutes(entry.minutes) } else { String::new() };
    EntryView {
        byline: byline(look, &date, &authors, &reading_time),
        read_on_about: fill(&look.say.read_on_about, &[("title", &name)]),
        // A post's title is the issue's.
        title: if spec.mode == Mode::Post { String::new() } else { name },
        url: head.url.to_string(),
        language: language.to_owned(),
        direction: direction(language),
        start: start(direction(language)),
        date,
        authors,
        reading_time,
        group: String::new(),
        heading: if is_grouped { "h3" } else { "h2" },
        anchor: if spec.contents { format!("entry-{number}") } else { String::new() },
        image: image.map(|image| image.url.clone()).unwrap_or_default(),
        image_width,
        image_height,
        html: fit(&entry.html, number, medium, level, words(language)),
        summary: if entry.html.is_empty() { one_line(&entry.summary) } else { String::new() },
    }
}

fn byline(look: &Look, date: &str, authors: &str, reading_time: &str) -> Vec<BylineView> {
    let ours = look.say.tag();
    let parts = [(date, ours, direction(ours)), (authors, "", "auto"), (reading_time, ours, direction(ours))];
    let view = |(text, language, direction): (&str, &str, &'static str)| BylineView {
        text: text.to_owned(),
        language: language.to_owned(),
        direction,
    };
    parts.into_iter().filter(|(text, ..)| !text.is_empty()).map(view).collect()
}

/// Width and height of a lead image. In mail it is never wider than the column, since Outlook obeys these alone; and one
/// whose size is not known fills it.
fn lead_size(size: Option<Size>, medium: Medium) -> (String, String) {
    match (size, medium) {
        (Some((width, height)), Medium::Page) => (width.to_string(), height.to_string()),
        (Some(size), Medium::Mail) => {
            let (width, height) = fit_size(size);
            (width.to_string(), height.to_string())
        }
        (None, Medium::Mail) => (COLUMN.to_string(), String::new()),
        (None, Medium::Page) => Default::default(),
    }
}

/// Why a message is received, the site as a link.
fn reason_html(say: &Words, site: &Site) -> String {
    let (url, title) = (escape_html(site.url.as_str()), escape_html(&one_line(&site.title)));
    let link = format!("<a class=\"small-link\" href=\"{url}\" dir=\"auto\">{title}</a>");
    fill(&escape_html(&say.reason), &[("site", &link), ("host", &escape_html(host(site)))])
}

fn host(site: &Site) -> &str {
    site.url.host_str().unwrap_or_default()
}

/// Where lines begin.
fn start(direction: &str) -> &'static str {
    if direction == "rtl" { "right" } else { "left" }
}

fn text_entry(say: &Words, entry: &IssueEntry, view: &EntryView, delsp: bool) -> TextEntryView {
    let byline: Vec<&str> = [view.date.as_str(), &view.authors, &view.reading_time].into_iter().filter(|part| !part.is_empty()).collect();
    let body = if entry.lines.is_empty() { text::paragraph(&one_line(&entry.summary), delsp) } else { text::block(&entry.lines, delsp) };
    TextEntryView {
        group: if view.group.is_empty() { String::new() } else { text::group(&view.group, delsp) },
        heading: if view.title.is_empty() { String::new() } else { text::heading(&view.title, delsp) },
        byline: text::paragraph(&byline.join(" · "), delsp),
        body,
        url: if view.html.is_empty() { fill(&say.titled, &[("name", &say.read_on), ("title", &view.url)]) } else { view.url.clone() },
    }
}

fn escape_html(text: &str) -> String {
    html_escape::encode_quoted_attribute(text).into_owned()
}

/// Writes the rules of `inline.css` into `style` attributes; what stands in `<style>` stays.
fn inlined(html: &str, css: String) -> String {
    let inliner = css_inline::CSSInliner::options()
        .inline_style_tags(false)
        .keep_style_tags(true)
        .load_remote_stylesheets(false)
        .extra_css(Some(css.into()))
        .build();
    // Nothing is loaded and our own rules can be read, so the one thing left that fails is none.
    inliner.inline(html).unwrap_or_else(|_| html.to_owned())
}

fn size_warning(spec: &NewsletterSpec, issue: &str, bytes: usize, entries: &[IssueEntry]) -> Option<Diagnostic> {
    if bytes < CLIPPED_AT / 10 * 9 {
        return None;
    }
    let mut sizes: Vec<(usize, &str)> =
        entries.iter().map(|entry| (entry.html.len() + entry.summary.len(), &*entry.entry.head.path.display)).collect();
    sizes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let largest: Vec<String> = sizes.iter().take(3).map(|(size, path)| format!("{path} ({size} bytes)")).collect();
    let count = (spec.content == Detail::Summary).then_some(entries.len());
    Some(Diagnostic::message_size(issue, bytes, CLIPPED_AT, &largest.join(", "), count))
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
