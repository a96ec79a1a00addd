//! Tests of `render`.

use super::*;
use crate::catalog::Image;
use crate::newsletter::Slotted;
use crate::newsletter::samples::{entry, full_entry, issue, site, spec};

fn shown(slotted: &Slotted) -> String {
    slotted.fill(|slot, _, _| if *slot == Slot::Unsubscribe { "https://example.org/u".into() } else { "Ada".into() })
}

fn edition(entries: &[IssueEntry]) -> Edition {
    render_issue(&spec(), &site(), &issue(), None, entries).0
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
fn code_in_colours_is_dark_where_the_message_is() {
    let code = "<pre style=\"color:#323232;background-color:#ffffff\"><code><span style=\"color:#a71d5d\">fn</span></code></pre>";
    let edition = edition(&[full_entry("a", "A", code, "")]);
    for part in [shown(&edition.html), edition.page] {
        let dark = part.split("prefers-color-scheme: dark").find(|rest| rest.contains("a71d5d")).unwrap();
        assert!(dark.contains("pre:not(.night) [style*=\"color:#a71d5d\"] { color: #e56ca4 !important; }"), "{dark}");
        assert!(part.contains("class=\"painted\"") && part.contains("<span style=\"color:#a71d5d\">fn</span>"), "{part}");
    }
}

/// Gmail leaves out a style sheet of more than 8,192 characters.
#[test]
fn the_style_sheet_of_a_message_is_never_too_long_for_gmail() {
    let code: String = (0..100).map(|at| format!("<span style=\"color:#{:06x}\">x</span>", at * 99_991)).collect();
    let theme = Theme {
        dark_logo: Some("https://example.org/d.png".into()),
        logo: site().icon.map(|url| Image { url, size: None }),
        ..spec().theme
    };
    let spec = NewsletterSpec { theme, ..spec() };
    let entries = [full_entry("a", "A", &format!("<pre>{code}</pre>"), "")];
    let html = shown(&render_issue(&spec, &site(), &issue(), None, &entries).0.html);
    let sheet = html.split("<style>").find(|sheet| sheet.contains("@media")).and_then(|rest| rest.split("</style>").next()).unwrap();
    assert!(sheet.contains(".logo-dark") && sheet.contains("[style*=\"color:#"), "{sheet}");
    assert!(sheet.len() <= 8192, "{} characters", sheet.len());
}

#[test]
fn outlook_gets_fonts_that_it_has_and_room_for_the_marks_of_lists() {
    let html = html(&[entry("a", "First", "One.")]);
    let office = html.split("<!--[if mso]>").nth(1).and_then(|rest| rest.split("<![endif]-->").next()).unwrap();
    assert!(office.contains("font-family: 'Segoe UI', sans-serif !important") && office.contains("margin-left: 26px"), "{office}");
}

#[test]
fn a_wide_table_scrolls_between_visible_edges() {
    let html = html(&[full_entry("a", "A", "<table><tr><td>1</td></tr></table>", "")]);
    let wrapper = html.split("<div class=\"scroll\"").nth(1).and_then(|rest| rest.split('>').next()).unwrap();
    assert!(wrapper.contains("overflow-x: auto"), "{wrapper}");
    let phone = html.split("@media (max-width: 600px)").nth(1).and_then(|rest| rest.split("@media").next()).unwrap();
    assert!(phone.contains(".entry[dir=\"ltr\"] .content .scroll { box-shadow: inset -1px 0"), "{phone}");
}

#[test]
fn long_words_break_wherever_words_stand() {
    let spec = NewsletterSpec { greeting: Some("Hello".into()), ..spec() };
    let entries = [entry("a", "First", "One."), full_entry("b", "B", "<p>Two</p>", "")];
    let html = shown(&render_issue(&spec, &site(), &issue(), None, &entries).0.html);
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
    assert!(
        text.contains("\nFirst & <b>\n===========\n12 February 2026 · Ada Lovelace\n\nOne.\n\nRead on: https://example.org/a/\n"),
        "{text}"
    );
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
    assert_eq!(shown(&edition.subject), "Example News: A seal on the slipway. (9–15 February 2026)");
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
    assert!(cells[1].contains("lang=\"en-GB\"") && cells[1].contains("dir=\"ltr\"") && cells[1].contains("align=\"left\""), "{cells:?}");
    let site = Site { language: "ar".into(), ..site() };
    let (edition, _) = render_issue(&spec(), &site, &issue(), None, &[entry("b", "Hello", "World")]);
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
    assert!(shown(&edition.subject).contains(braces));
}

#[test]
fn the_page_of_the_archive_holds_nothing_personal() {
    let entries = [full_entry("a", "A", "<p>Text</p>", "Text")];
    let page = edition(&entries).page;
    assert!(!page.contains("subscriber") && !page.contains("nsubscribe") && !page.contains('\u{10FFF0}') && page.contains("<p>Text</p>"));
    for (kind, file) in [("application/rss+xml", "feed.xml"), ("application/atom+xml", "atom.xml"), ("application/feed+json", "feed.json")]
    {
        let link = format!("<link rel=\"alternate\" type=\"{kind}\" title=\"Example News\" href=\"https://example.org/{file}\">");
        assert!(page.contains(&link), "{page}");
    }
    let spec = NewsletterSpec { greeting: Some("Hello & welcome".into()), ..spec() };
    assert!(render_issue(&spec, &site(), &issue(), None, &entries).0.page.contains("Hello &#38; welcome"));
}

#[test]
fn a_large_issue_is_warned_about_with_its_largest_entries() {
    let small = entry("small", "Small", "Little.");
    assert_eq!(render_issue(&spec(), &site(), &issue(), None, std::slice::from_ref(&small)).1, []);
    let big = full_entry("big", "Big", &format!("<p>{}</p>", "word ".repeat(17_000)), "");
    let (_, diagnostics) = render_issue(&spec(), &site(), &issue(), None, &[small, big]);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].code, "message-size");
    assert!(diagnostics[0].message.contains("Largest: content/big.md (85007 bytes), content/small.md (7 bytes)"), "{:?}", diagnostics[0]);
}

#[test]
fn an_issue_of_summaries_is_not_told_to_show_summaries() {
    let help = |content| {
        let spec = NewsletterSpec { content, ..spec() };
        let entries: Vec<IssueEntry> = (0..300).map(|at| entry(&format!("e{at}"), "Title", &"word ".repeat(60))).collect();
        render_issue(&spec, &site(), &issue(), None, &entries).1.remove(0).help
    };
    assert!(help(Detail::Full).contains("content = \"summary\""));
    let help = help(Detail::Summary);
    assert!(help.contains("300 entries") && !help.contains("content ="), "{help}");
}

#[test]
fn only_images_of_the_web_lead_an_entry() {
    let with = |image: &str| IssueEntry { image: Some(Image { url: image.into(), size: None }), ..entry("a", "A", "B") };
    assert!(html(&[with("https://example.org/a.png")]).contains("src=\"https://example.org/a.png\""));
    for image in ["data:image/png;base64,AA", "javascript:alert(1)", "a.png"] {
        assert!(!html(&[with(image)]).contains(image), "{image}");
    }
    let mut twice = full_entry("a", "A", "<img src=\"https://example.org/a.png\">", "");
    twice.image = Some(Image { url: "https://example.org/a.png".into(), size: None });
    assert_eq!(html(&[twice]).matches("a.png").count(), 1);
}

#[test]
fn a_lead_image_has_its_size_and_no_more_than_the_column() {
    let with = |size| IssueEntry { image: Some(Image { url: "https://example.org/a.png".into(), size }), ..entry("a", "A", "B") };
    let tag = |size| {
        let html = html(&[with(size)]);
        let at = html.find("<img class=\"lead-image\"").unwrap();
        html[at..].split('>').next().unwrap().to_owned()
    };
    assert!(tag(Some((1072, 800))).contains("width=\"536\" height=\"400\""), "{}", tag(Some((1072, 800))));
    let small = tag(Some((64, 48)));
    assert!(small.contains("width=\"64\" height=\"48\"") && small.contains("max-width: 64px"), "{small}");
    assert!(tag(None).contains("width=\"536\" height=\"auto\""), "{}", tag(None));
    let page = render_issue(&spec(), &site(), &issue(), None, &[with(Some((1072, 800)))]).0.page;
    assert!(page.contains("alt=\"\" width=\"1072\" height=\"800\""), "{page}");
}

#[test]
fn deep_nesting_is_survived() {
    let deep = format!("{}x{}", "<blockquote>".repeat(20_000), "</blockquote>".repeat(20_000));
    assert!(html(&[full_entry("a", "A", &deep, "x")]).contains("Unsubscribe"));
}

#[test]
fn the_list_names_all_issues() {
    let line = |edition: Edition| IssueLine {
        title: edition.title,
        date: edition.date,
        url: edition.page_url,
        entries: edition.entries,
        language: edition.language,
    };
    let first = line(edition(&[entry("a", "A", ""), entry("b", "B", "")]));
    let issues = [first.clone(), IssueLine { title: "Older".into(), entries: 1, ..first }];
    let page = String::from_utf8(render_archive_list(&spec(), &site(), &issues).0).unwrap();
    assert!(page.contains("<a href=\"https://example.org/newsletter/2026-W07/\">9–15 February 2026</a>"), "{page}");
    assert!(page.contains("2 entries") && page.contains("1 entry<"), "{page}");
    let none = String::from_utf8(render_archive_list(&spec(), &site(), &[]).0).unwrap();
    assert!(none.contains("No issue has appeared yet."));
}

#[test]
fn the_site_s_language_is_spoken_in_every_part() {
    let site = Site { language: "fr".into(), ..site() };
    let edition = render_issue(&spec(), &site, &issue(), None, &[entry("a", "Un", "Premier.")]).0;
    let (html, text) = (shown(&edition.html), shown(&edition.text));
    for wanted in [">Lire la suite</a>", "aria-label=\"Lire la suite&nbsp;: Un\"", ">Se désabonner</a>", "9–15 février 2026", "lang=\"fr\""]
    {
        assert!(html.contains(wanted), "{wanted}: {html}");
    }
    assert!(html.contains("abonnement à <a class=\"small-link\" dir=\"auto\" href=\"https://example.org/\""), "{html}");
    assert!(
        text.contains(
            "\nSe désabonner\u{a0}: https://example.org/u\nVoir dans le navigateur\u{a0}: https://example.org/newsletter/2026-W07/"
        ),
        "{text}"
    );
    assert!(edition.page.contains("Tous les numéros"), "{}", edition.page);
    for english in ["Read on", "Unsubscribe", "browser<", "You get"] {
        assert!(!html.contains(english) && !text.contains(english) && !edition.page.contains(english), "{english}");
    }
}

#[test]
fn a_post_is_its_own_headline_in_its_own_language() {
    let spec = NewsletterSpec { mode: Mode::Post, ..spec() };
    let mut post = full_entry("a", "Le phare", "<p>Il tourne.</p>", "Il tourne.");
    post.entry.head.language = Some("fr".into());
    let edition = render_issue(&spec, &site(), &issue(), None, &[post]).0;
    assert_eq!((shown(&edition.subject).as_str(), edition.title.as_str(), edition.language.as_str()), ("Le phare", "Le phare", "fr"));
    let (html, text) = (shown(&edition.html), shown(&edition.text));
    for part in [&html, &edition.page] {
        assert!(part.contains("lang=\"fr\" dir=\"ltr\"") && part.contains(">Le phare</h1>") && !part.contains("<h2"), "{part}");
        assert!(part.contains("12 février 2026"), "{part}");
    }
    assert!(html.contains(">Se désabonner</a>"), "{html}");
    assert!(text.contains("\n12 février 2026 · Ada Lovelace\n\nIl tourne.\n\nhttps://example.org/a/\n"), "{text}");
    assert_eq!(text.matches("Le phare").count(), 1, "{text}");
}
