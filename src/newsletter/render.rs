//! An issue rendered: the HTML part, the text part, the page of the archive, and the list of issues.

use super::colors::{Colors, colors};
use super::content::{Medium, fit};
use super::dates::{day, issue_title};
use super::names::{entry_name, one_line, preheader, subject};
use super::slots::{Context, Markers, Slot, has_placeholders};
use super::text;
use super::views::{ArchiveView, EmailView, EntryView, FeedView, InlineCss, IssueView, ListView, PageView, TextEntryView, TextView};
use super::{Edition, IssueEntry, NewsletterSpec, PlannedIssue};
use crate::diagnostic::Diagnostic;
use crate::feed::Detail;
use crate::language::{direction, joins_without_spaces};
use crate::site::Site;
use askama::Template;

/// The language of our own words.
const WORDS: &str = "en";
/// Gmail shows no more of a message than this, in bytes of HTML.
const CLIPPED_AT: usize = 102_000;
/// Renders an issue once, for all recipients. The entries are in the order in which they are shown.
pub fn render_issue(spec: &NewsletterSpec, site: &Site, issue: &PlannedIssue, entries: &[IssueEntry]) -> (Edition, Vec<Diagnostic>) {
    let look = Look::new(spec, site);
    let views_for =
        |medium| -> Vec<EntryView> { entries.iter().enumerate().map(|(at, entry)| entry_view(site, entry, at + 1, medium)).collect() };
    let views = views_for(Medium::Mail);
    let title = issue_title(spec.period, issue);
    let names: Vec<String> = entries.iter().map(entry_name).collect();
    let subject = subject(&site.title, &title, &names);
    let preheader = preheader(&title, &names, entries.first());
    let page_url = site.absolute(&format!("newsletter/{}/", issue.id));
    let greeting = spec.greeting.as_deref().map(one_line).unwrap_or_default();
    let address: Vec<&str> =
        spec.postal_address.iter().flat_map(|text| text.lines()).map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut markers = Markers::new(everything(spec, site, issue, entries));

    let email = EmailView {
        subject: &subject,
        preheader: &preheader,
        language: &site.language,
        direction: look.direction,
        words: WORDS,
        words_direction: direction(WORDS),
        start: look.start,
        colors: &look.colors,
        site_title: &site.title,
        site_url: site.url.as_str(),
        site_host: site.url.host_str().unwrap_or_default(),
        icon: look.icon,
        issue_title: &title,
        page_url: &page_url,
        greeting: &markers.mark_text(&greeting, Context::Html, escape_html),
        entries: &views,
        postal_address: &address,
        unsubscribe: &markers.mark(Slot::Unsubscribe, Context::Html),
    };
    let mut diagnostics = Vec::new();
    let html = markers.cut(&inlined(&rendered(&email), &look));
    diagnostics.extend(size_warning(spec, &issue.id, html.fixed_len(), entries));

    let delsp = joins_without_spaces(&site.language);
    let text_entries: Vec<TextEntryView> = entries.iter().zip(&views).map(|(entry, view)| text_entry(entry, view, delsp)).collect();
    let site_title = one_line(&site.title);
    let reason = format!("You get this because you subscribed to {site_title} at {}.", site.url.host_str().unwrap_or_default());
    let text_address: Vec<String> = address.iter().map(|line| text::paragraph(line, delsp)).collect();
    let text = TextView {
        heading: &text::title(&format!("{site_title}: {title}"), delsp),
        greeting: &text::paragraph(&markers.mark_text(&greeting, Context::Text, str::to_owned), delsp),
        entries: &text_entries,
        reason: &text::paragraph(&reason, delsp),
        postal_address: &text_address,
        page_url: &page_url,
        unsubscribe: &markers.mark(Slot::Unsubscribe, Context::Text),
    };
    let text = markers.cut(&format!("{}\n", rendered(&text).trim_end()));

    let page = ArchiveView {
        page: look.page(site),
        subject: &subject,
        summary: &preheader,
        issue_title: &title,
        page_url: &page_url,
        greeting: if has_placeholders(&greeting) { "" } else { &greeting },
        entries: &views_for(Medium::Page),
    };
    let page = rendered(&page);
    let edition = Edition {
        issue: issue.id.clone(),
        language: site.language.clone(),
        date: issue.date,
        subject,
        html,
        text,
        page,
        page_url,
        unsubscribe_url: spec.unsubscribe_url.clone(),
    };
    (edition, diagnostics)
}

/// The page `newsletter/index.html`: all issues, in the order in which they are given.
pub fn render_archive_list(spec: &NewsletterSpec, site: &Site, issues: &[PlannedIssue]) -> Vec<u8> {
    let look = Look::new(spec, site);
    let views: Vec<IssueView> = issues
        .iter()
        .map(|issue| IssueView {
            title: issue_title(spec.period, issue),
            date: day(issue.date.date_naive()),
            datetime: issue.date.to_rfc3339(),
            url: site.absolute(&format!("newsletter/{}/", issue.id)),
            count: if issue.entries.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", issue.entries.len()) },
        })
        .collect();
    rendered(&ListView { page: look.page(site), issues: &views }).into_bytes()
}

/// What all pages of a site share.
struct Look<'a> {
    direction: &'static str,
    start: &'static str,
    colors: Colors,
    icon: &'a str,
    list_url: String,
    feeds: Vec<FeedView>,
}

impl<'a> Look<'a> {
    fn new(spec: &NewsletterSpec, site: &'a Site) -> Self {
        let direction = direction(&site.language);
        let feed = |format: &crate::feed::Format| FeedView {
            mime_type: format.mime_type(),
            url: site.absolute(format.file_name()),
            title: site.title.clone(),
        };
        Look {
            direction,
            start: start(direction),
            colors: colors(&spec.accent),
            icon: site.icon.as_deref().unwrap_or_default(),
            list_url: site.absolute("newsletter/"),
            feeds: spec.formats.iter().map(feed).collect(),
        }
    }

    fn page(&'a self, site: &'a Site) -> PageView<'a> {
        PageView {
            language: &site.language,
            direction: self.direction,
            words: WORDS,
            words_direction: direction(WORDS),
            colors: &self.colors,
            site_title: &site.title,
            site_url: site.url.as_str(),
            icon: self.icon,
            list_url: &self.list_url,
            feeds: &self.feeds,
            copyright: site.copyright.as_deref().unwrap_or_default(),
        }
    }
}

/// Everything that an issue will hold, for the markers' nonce.
fn everything<'a>(
    spec: &'a NewsletterSpec,
    site: &'a Site,
    issue: &'a PlannedIssue,
    entries: &'a [IssueEntry],
) -> impl Iterator<Item = &'a str> {
    let frame = [Some(issue.id.as_str()), Some(&site.title), spec.greeting.as_deref(), spec.postal_address.as_deref()];
    let entries = entries.iter().flat_map(|entry| {
        let lines = entry.lines.iter().map(|line| line.text.as_str());
        let authors = entry.entry.authors.iter().map(|author| author.name.as_str());
        let parts =
            [entry.entry.title.as_deref(), Some(&entry.html), Some(&entry.summary), entry.image.as_deref(), Some(&entry.entry.head.url)];
        parts.into_iter().flatten().chain(lines).chain(authors)
    });
    frame.into_iter().flatten().chain(entries)
}

fn entry_view(site: &Site, entry: &IssueEntry, number: usize, medium: Medium) -> EntryView {
    let head = &entry.entry.head;
    let date = head.published.map(|date| day(date.with_timezone(&site.timezone).date_naive())).unwrap_or_default();
    let language = head.language.as_deref().unwrap_or(&site.language);
    let authors: Vec<&str> = entry.entry.authors.iter().map(|author| author.name.as_str()).collect();
    let title = one_line(entry.entry.title.as_deref().unwrap_or_default());
    let is_titled = !title.is_empty() || date.is_empty();
    let title = if is_titled { entry_name(entry) } else { date.clone() };
    // Programs show no other images, and what isn't on the web can't be loaded.
    let image = entry.image.as_deref().filter(|image| image.starts_with("https://") || image.starts_with("http://"));
    EntryView {
        title,
        url: head.url.clone(),
        language: language.to_owned(),
        direction: direction(language),
        start: start(direction(language)),
        date: if is_titled { date } else { String::new() },
        authors: one_line(&authors.join(", ")),
        image: image.filter(|image| !entry.html.contains(image)).unwrap_or_default().to_owned(),
        html: fit(&entry.html, number, medium),
        summary: if entry.html.is_empty() { one_line(&entry.summary) } else { String::new() },
    }
}

/// Where lines begin.
fn start(direction: &str) -> &'static str {
    if direction == "rtl" { "right" } else { "left" }
}

fn text_entry(entry: &IssueEntry, view: &EntryView, delsp: bool) -> TextEntryView {
    let byline: Vec<&str> = [view.date.as_str(), &view.authors].into_iter().filter(|part| !part.is_empty()).collect();
    let body = if entry.lines.is_empty() { text::paragraph(&one_line(&entry.summary), delsp) } else { text::block(&entry.lines, delsp) };
    TextEntryView {
        heading: text::heading(&view.title, delsp),
        byline: text::paragraph(&byline.join(" · "), delsp),
        body,
        url: view.url.clone(),
    }
}

fn escape_html(text: &str) -> String {
    html_escape::encode_quoted_attribute(text).into_owned()
}

/// A template that is compiled in fails only where its writer does, and a `String` doesn't.
fn rendered(view: &impl Template) -> String {
    view.render().unwrap_or_default()
}

/// Writes the rules of `inline.css` into `style` attributes; what stands in `<style>` stays.
fn inlined(html: &str, look: &Look) -> String {
    let css = rendered(&InlineCss { colors: &look.colors });
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
        entries.iter().map(|entry| (entry.html.len() + entry.summary.len(), entry.entry.head.path.display.as_str())).collect();
    sizes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let largest: Vec<String> = sizes.iter().take(3).map(|(size, path)| format!("{path} ({size} bytes)")).collect();
    let count = (spec.content == Detail::Summary).then_some(entries.len());
    Some(Diagnostic::message_size(issue, bytes, CLIPPED_AT, &largest.join(", "), count))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{date, entry, full_entry, issue, site, spec};
    use super::*;
    use crate::newsletter::Slotted;

    fn shown(slotted: &Slotted) -> String {
        slotted.fill(|slot, _, _| if *slot == Slot::Unsubscribe { "https://example.org/u".into() } else { "Ada".into() })
    }

    fn edition(entries: &[IssueEntry]) -> Edition {
        render_issue(&spec(), &site(), &issue(), entries).0
    }

    fn html(entries: &[IssueEntry]) -> String {
        shown(&edition(entries).html)
    }

    #[test]
    fn the_html_part_is_what_mail_programs_need() {
        let html =
            html(&[entry("a", "First", "One."), full_entry("b", "Second", "<p>Two. <img src=\"https://example.org/i.png\"></p>", "Two.")]);
        let lower = html.to_ascii_lowercase();
        for wanted in [
            "<!doctype html><html",
            "lang=\"en\"",
            "dir=\"ltr\"",
            "<meta charset=\"utf-8\">",
            "name=\"viewport\"",
            "name=\"color-scheme\"",
            "name=\"supported-color-schemes\"",
            "<title>example news: first and 1 more (9–15 february 2026)</title>",
            "prefers-color-scheme: dark",
            "@media (max-width",
            "<!--[if mso]>",
            "max-width: 600px",
            "unsubscribe",
            "view in browser",
            "1 main street",
            "you get this because",
        ] {
            assert!(lower.replace(">\n<html", "><html").contains(wanted), "{wanted}");
        }
        for refused in ["<script", "<form", "<link", "@import", "javascript:", "<!--[if !mso"] {
            assert!(!lower.contains(refused), "{refused}");
        }
        let outside_head = html.split("</head>").nth(1).unwrap();
        assert!(!outside_head.contains("!important") && !outside_head.contains("var("));
        for table in html.split("<table").skip(1) {
            assert!(table.split('>').next().unwrap().contains("role=\"presentation\""), "{table}");
        }
        for image in html.split("<img").skip(1) {
            assert!(image.split('>').next().unwrap().contains("alt=\""), "{image}");
        }
        let headings: Vec<&str> = ["<h1", "<h2", "<h3"].into_iter().flat_map(|tag| html.matches(tag)).collect();
        assert_eq!(headings, ["<h1", "<h2", "<h2"]);
    }

    #[test]
    fn css_is_inlined_and_the_head_keeps_its_own() {
        let html = html(&[entry("a", "First", "One.")]);
        assert!(html.contains("background-color: #b3261e"), "{html}");
        assert!(html.contains("mso-padding-alt: 12px 24px"), "{html}");
        assert!(html.contains("[data-ogsc] .content a { color: #"), "{html}");
    }

    #[test]
    fn a_wide_table_scrolls_between_visible_edges() {
        let html = html(&[full_entry("a", "A", "<table><tr><td>1</td></tr></table>", "")]);
        let wrapper = html.split("<div class=\"scroll\"").nth(1).and_then(|rest| rest.split('>').next()).unwrap();
        assert!(wrapper.contains("overflow-x: auto"), "{wrapper}");
        let phone = html.split("@media (max-width: 600px)").nth(1).and_then(|rest| rest.split("@media").next()).unwrap();
        assert!(phone.contains(".entry[dir=\"ltr\"] .content .scroll { border-right-width: 1px"), "{phone}");
    }

    #[test]
    fn long_words_break_wherever_words_stand() {
        let spec = NewsletterSpec { greeting: Some("Hello".into()), ..spec() };
        let entries = [entry("a", "First", "One."), full_entry("b", "B", "<p>Two</p>", "")];
        let html = shown(&render_issue(&spec, &site(), &issue(), &entries).0.html);
        for class in ["brand", "title", "greeting", "entry-title", "byline", "summary", "content", "small"] {
            let tag = html.split(&format!("class=\"{class}\"")).nth(1).and_then(|rest| rest.split('>').next()).unwrap();
            assert!(tag.contains("overflow-wrap: break-word"), "{class}: {tag}");
        }
    }

    #[test]
    fn each_title_stands_in_every_part() {
        let entries = [entry("a", "First & <b>", "One."), full_entry("b", "Second", "<p>Two</p>", "Two")];
        let edition = edition(&entries);
        let (html, text) = (shown(&edition.html), shown(&edition.text));
        for part in [&html, &edition.page] {
            assert!(part.contains("First &amp; &lt;b&gt;") || part.contains("First &#38; &#60;b&#62;"), "{part}");
            assert!(part.contains(">Second</a></h2>"), "{part}");
        }
        assert!(text.contains("\nFirst & <b>\n===========\n12 February 2026 · Ada Lovelace\n\nOne.\n\nhttps://example.org/a/\n"), "{text}");
        assert!(text.contains("\nSecond\n======\n"), "{text}");
    }

    #[test]
    fn the_text_ends_with_its_signature() {
        let text = shown(&edition(&[entry("a", "A", "B")]).text);
        let wanted = "\n-- \nYou get this because you subscribed to Example News at example.org.\nExample\n1 Main Street\nParis\n\n\
                      Unsubscribe: https://example.org/u\nView in browser: https://example.org/newsletter/2026-W07/\n";
        assert!(text.ends_with(wanted), "{text}");
        assert!(
            text.starts_with(
                "================================\nExample News: 9–15 February 2026\n================================\n\nHello Ada!\n\nA\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn an_entry_without_title_is_headed_by_its_date() {
        let mut micro = entry("a", "", "A seal on the slipway.");
        micro.entry.title = None;
        let edition = edition(&[micro.clone()]);
        assert!(shown(&edition.html).contains(">12 February 2026</a></h2>"));
        assert_eq!(edition.subject, "Example News: A seal on the slipway. (9–15 February 2026)");
        micro.entry.head.published = None;
        assert!(html(&[micro]).contains(">A seal on the slipway.</a></h2>"));
    }

    #[test]
    fn another_language_has_its_own_direction() {
        let mut hebrew = entry("a", "שלום", "עולם");
        hebrew.entry.head.language = Some("he".into());
        let html = html(&[hebrew, entry("b", "Hello", "World")]);
        let cells: Vec<&str> = html.split("<td class=\"entry\"").skip(1).map(|cell| cell.split('>').next().unwrap()).collect();
        assert!(cells[0].contains("lang=\"he\"") && cells[0].contains("dir=\"rtl\"") && cells[0].contains("align=\"right\""), "{cells:?}");
        assert!(cells[1].contains("lang=\"en\"") && cells[1].contains("dir=\"ltr\"") && cells[1].contains("align=\"left\""), "{cells:?}");
        let site = Site { language: "ar".into(), ..site() };
        let (edition, _) = render_issue(&spec(), &site, &issue(), &[entry("b", "Hello", "World")]);
        assert!(edition.page.contains("<html lang=\"ar\" dir=\"rtl\">"));
        assert!(shown(&edition.html).contains("lang=\"ar\""));
    }

    #[test]
    fn placeholders_in_entries_are_never_evaluated() {
        let braces = "{{ subscriber.name }}";
        let edition = edition(&[entry("a", braces, braces), full_entry("b", "B", &format!("<p>{braces}</p>"), braces)]);
        // Greeting and unsubscribe link are all that is filled.
        assert_eq!((edition.html.slot_count(), edition.text.slot_count()), (2, 2));
        // As written: in title, label, heading, summary, button and content.
        assert_eq!(shown(&edition.html).matches(braces).count(), 6);
        assert!(edition.subject.contains(braces));
    }

    #[test]
    fn the_page_of_the_archive_holds_nothing_personal() {
        let entries = [full_entry("a", "A", "<p>Text</p>", "Text")];
        let page = edition(&entries).page;
        assert!(
            !page.contains("subscriber") && !page.contains("nsubscribe") && !page.contains('\u{10FFF0}') && page.contains("<p>Text</p>")
        );
        for (kind, file) in
            [("application/rss+xml", "feed.xml"), ("application/atom+xml", "atom.xml"), ("application/feed+json", "feed.json")]
        {
            let link = format!("<link rel=\"alternate\" type=\"{kind}\" title=\"Example News\" href=\"https://example.org/{file}\">");
            assert!(page.contains(&link), "{page}");
        }
        let spec = NewsletterSpec { greeting: Some("Hello & welcome".into()), ..spec() };
        assert!(render_issue(&spec, &site(), &issue(), &entries).0.page.contains("Hello &#38; welcome"));
    }

    #[test]
    fn a_large_issue_is_warned_about_with_its_largest_entries() {
        let small = entry("small", "Small", "Little.");
        assert_eq!(render_issue(&spec(), &site(), &issue(), std::slice::from_ref(&small)).1, []);
        let big = full_entry("big", "Big", &format!("<p>{}</p>", "word ".repeat(17_000)), "");
        let (_, diagnostics) = render_issue(&spec(), &site(), &issue(), &[small, big]);
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].code, "message-size");
        assert!(
            diagnostics[0].message.contains("Largest: content/big.md (85007 bytes), content/small.md (7 bytes)"),
            "{:?}",
            diagnostics[0]
        );
    }

    #[test]
    fn an_issue_of_summaries_is_not_told_to_show_summaries() {
        let help = |content| {
            let spec = NewsletterSpec { content, ..spec() };
            let entries: Vec<IssueEntry> = (0..300).map(|at| entry(&format!("e{at}"), "Title", &"word ".repeat(60))).collect();
            render_issue(&spec, &site(), &issue(), &entries).1.remove(0).help
        };
        assert!(help(Detail::Full).contains("content = \"summary\""));
        let help = help(Detail::Summary);
        assert!(help.contains("300 entries") && !help.contains("content ="), "{help}");
    }

    #[test]
    fn only_images_of_the_web_lead_an_entry() {
        let with = |image: &str| IssueEntry { image: Some(image.into()), ..entry("a", "A", "B") };
        assert!(html(&[with("https://example.org/a.png")]).contains("src=\"https://example.org/a.png\""));
        for image in ["data:image/png;base64,AA", "javascript:alert(1)", "a.png"] {
            assert!(!html(&[with(image)]).contains(image), "{image}");
        }
        let mut twice = full_entry("a", "A", "<img src=\"https://example.org/a.png\">", "");
        twice.image = Some("https://example.org/a.png".into());
        assert_eq!(html(&[twice]).matches("a.png").count(), 1);
    }

    #[test]
    fn deep_nesting_is_survived() {
        let deep = format!("{}x{}", "<blockquote>".repeat(20_000), "</blockquote>".repeat(20_000));
        assert!(html(&[full_entry("a", "A", &deep, "x")]).contains("Unsubscribe"));
    }

    #[test]
    fn the_list_names_all_issues() {
        let second = PlannedIssue { id: "2026-W06".into(), date: date("2026-02-09T00:00:00+01:00"), entries: vec![0] };
        let page = String::from_utf8(render_archive_list(&spec(), &site(), &[issue(), second])).unwrap();
        assert!(page.contains("<a href=\"https://example.org/newsletter/2026-W07/\">9–15 February 2026</a>"), "{page}");
        assert!(page.contains("2 entries") && page.contains("1 entry<"), "{page}");
        let none = String::from_utf8(render_archive_list(&spec(), &site(), &[])).unwrap();
        assert!(none.contains("No issue has appeared yet."));
    }
}
