//! Every built-in template in both engines, and what happens when the user's are wrong.

use super::samples::{entry, full_entry, issue, site, spec};
use super::*;
use crate::catalog::Image;
use crate::diagnostic::Source;
#[cfg(feature = "overrides")]
use crate::diagnostic::{Diagnostic, SourcePath};
use crate::site::Site;
use crate::template::Templates;

/// What a template must not let out, in one text.
const HOSTILE: &str =
    "<b>&amp; \"' {{ 7*7 }} {% x %} {# c #} </style></title><script>alert(1)</script> \u{10FFF0}x\u{10FFF1} é灯🌊\u{202E}";

fn hostile_site() -> Site {
    Site { title: HOSTILE.into(), copyright: Some(HOSTILE.into()), ..site() }
}

fn entries() -> Vec<IssueEntry> {
    let mut pictured = entry("a", HOSTILE, HOSTILE);
    pictured.image = Some(Image { url: "https://example.org/i.png?a=1&b=\"'<".into(), size: Some((1200, 630)) });
    pictured.entry.authors = vec![crate::site::Person::named(HOSTILE)];
    let mut bare = full_entry("b", "", "<p>Two &amp; <a href=\"https://example.org/?a&amp;b\">so</a></p>", HOSTILE);
    bare.entry.authors = Vec::new();
    bare.entry.head.published = None;
    let mut rtl =
        full_entry("c", "ج", "<pre style=\"background-color:#fff\"><code><span style=\"color:#a71d5d\">{{ x }}</span></code></pre>", "c");
    rtl.entry.head.language = Some("ar".into());
    pictured.group = Some(HOSTILE.into());
    vec![pictured, bare, rtl]
}

/// A theme with all that one can have.
#[cfg(feature = "overrides")]
fn adorned() -> Theme {
    Theme {
        logo: Some(Image { url: "https://example.org/l.png?a&b".into(), size: Some((240, 96)) }),
        dark_logo: Some("https://example.org/d.png".into()),
        header: Some(HOSTILE.into()),
        footer: Some("A *line* & [a link](https://example.org/)".into()),
        social: vec![
            SocialLink { name: HOSTILE.into(), url: "https://social.example/@a?b&c".into() },
            SocialLink { name: "Two".into(), url: "https://social.example/".into() },
        ],
        ..spec().theme
    }
}

#[cfg(feature = "overrides")]
fn everything(templates: &Templates) -> Vec<String> {
    let mut shown = Vec::new();
    let specs = [
        spec(),
        NewsletterSpec { greeting: None, postal_address: None, ..spec() },
        NewsletterSpec { contents: true, reading_time: true, feed: true, theme: adorned(), ..spec() },
        NewsletterSpec { greeting: Some(format!("{} {{{{ subscriber.name }}}}", "<b>&\"'")), mode: Mode::Post, ..spec() },
    ];
    for spec in specs {
        let spec = NewsletterSpec { templates: templates.clone(), ..spec };
        for site in [site(), hostile_site(), Site { language: "ar".into(), icon: None, copyright: None, ..site() }] {
            for entries in [entries(), vec![entries().remove(1)], Vec::new()] {
                let (edition, faults) = render_issue(&spec, &site, &issue(), None, &entries);
                assert!(faults.is_empty(), "{faults:?}");
                shown.extend([format!("{:?}", edition.html), format!("{:?}", edition.text), edition.page, edition.content]);
            }
            let line = |title: &str, entries| IssueLine {
                language: String::new(),
                title: title.into(),
                date: issue().date,
                url: "https://example.org/?a&b".into(),
                entries,
            };
            for lines in [vec![line(HOSTILE, 3), line("x", 0)], Vec::new()] {
                let (list, faults) = render_archive_list(&spec, &site, &lines);
                assert!(faults.is_empty(), "{faults:?}");
                shown.push(String::from_utf8(list).unwrap());
            }
        }
    }
    shown
}

#[test]
#[cfg(feature = "overrides")]
fn both_engines_make_the_same_bytes() {
    let (compiled, read) = (everything(&Templates::default()), everything(&Templates::at_run_time()));
    assert_eq!(compiled.len(), 4 * 3 * (3 * 4 + 2));
    for (compiled, read) in compiled.iter().zip(&read) {
        assert_eq!(compiled, read);
    }
    assert!(!compiled.iter().filter(|text| text.starts_with("<!doctype")).any(|page| page.contains("<script")));
    assert!(!compiled.iter().any(|text| text.contains("49")));
}

/// The issue with a file of the user's.
#[cfg(feature = "overrides")]
fn with(name: &str, text: &str) -> (Edition, Vec<String>) {
    let path = SourcePath { relative: name.into(), display: format!("templates/{name}").into() };
    let (templates, mut faults) = Templates::read(vec![Source { path, text: text.into() }]);
    let (edition, mut found) = render_issue(&NewsletterSpec { templates, ..spec() }, &site(), &issue(), None, &entries());
    faults.append(&mut found);
    let told = |fault: &Diagnostic| {
        let place = fault.place.as_ref().map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
        format!("{}{place}: {}: {} ({})", fault.path, fault.code, fault.message, fault.help)
    };
    (edition, faults.iter().map(told).collect())
}

#[cfg(feature = "overrides")]
fn shown(slotted: &Slotted) -> String {
    slotted.fill(|slot, context, _| format!("[{slot:?} {context:?}]"))
}

#[test]
#[cfg(feature = "overrides")]
fn a_file_of_the_user_s_replaces_a_part() {
    let own = "<p>Mine: {{ reason|safe }} <a href=\"{{ unsubscribe }}\">{{ say.unsubscribe|upper }}</a></p>";
    let (edition, faults) = with("newsletter/footer.html", own);
    assert_eq!(faults, [""; 0]);
    let html = shown(&edition.html);
    assert!(
        html.contains("<p>Mine: You get this because") && html.contains("<a href=\"[Unsubscribe Html]\">UNSUBSCRIBE</a></p>"),
        "{html}"
    );
    assert!(html.contains("Hello [Name { default: \"reader\" } Html]!"), "{html}");
    assert!(html.contains("class=\"masthead\""));
}

#[test]
#[cfg(feature = "overrides")]
fn style_sheets_are_replaced_too() {
    let (edition, faults) = with("newsletter/inline.css", ".entry-title { color: {{ theme.light.accent }}; }\n");
    assert_eq!(faults, [""; 0]);
    assert!(shown(&edition.html).contains("class=\"entry-title\" style=\"color: #b3261e;\">"), "{}", shown(&edition.html));
    let (edition, _) = with("newsletter/web.css", "body { color: {{ page.theme.light.link }} }");
    assert!(edition.page.contains("<style>\nbody { color: #b3261e }\n</style>"), "{}", edition.page);
}

#[test]
#[cfg(feature = "overrides")]
fn mistakes_are_told_with_their_place_and_the_message_is_whole() {
    let built_in = render_issue(&spec(), &site(), &issue(), None, &entries()).0;
    let unsubscribe = "<a href=\"{{ unsubscribe }}\">x</a>";
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
    let doubled = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}";
    for (name, text, wanted) in [
        (
            "email.html",
            format!("{unsubscribe}\né {{{{ subjct }}}}"),
            "2:6: template-variable: there is no variable `subjct` (did you mean `subject`? there are: after, before,",
        ),
        (
            "email.html",
            format!("{unsubscribe}{{% for e in entries %}}\n{{% if false %}}{{{{ e.titel }}}}{{% endif %}}{{% endfor %}}"),
            "2:20: template-variable: there is no variable `e.titel` (did you mean `title`? there are: anchor, authors,",
        ),
        (
            "entry.html",
            "{{ entry.url }}{{ say.read_onn }}".into(),
            "1:23: template-variable: there is no variable `say.read_onn` (did you mean `read_on`? there",
        ),
        (
            "footer.html",
            format!("{unsubscribe}{{{{ quite.other }}}}"),
            "template-variable: there is no variable `quite` (there are: after, before",
        ),
        (
            "email.html",
            format!("{unsubscribe}\n\n{{% iff x %}}"),
            "3:4: template-invalid: the template can't be shown: unknown statement iff",
        ),
        (
            "email.html",
            format!("{unsubscribe}\n{{{{ subject|uper }}}}"),
            "2:12: template-invalid: the template can't be shown: filter uper is unknown",
        ),
        (
            "email.html",
            format!("{unsubscribe}\n{{% include \"newsletter/fotter.html\" %}}"),
            "2:4: template-missing: there is no template `newsletter/fotter.html` (did you mean `newsletter/footer.html`?)",
        ),
        (
            "email.html",
            format!("{unsubscribe}{{{{ subject.x.y }}}}"),
            "1:44: template-invalid: the template can't be shown: `subject.x` is undefined",
        ),
        ("email.html", format!("{unsubscribe}{endless}"), "template-endless: the template runs on and on"),
        ("email.html", format!("{unsubscribe}{doubled}"), "template-invalid: the template can't be shown: recursion limit"),
        ("email.html", "<p>No way out</p>".into(), "email.html: template-unsubscribe: the HTML part"),
        ("email.html", "<!-- {{ unsubscribe }} -->".into(), "email.html: template-unsubscribe: the HTML part"),
        ("footer.html", "<p>No way out</p>".into(), "footer.html: template-unsubscribe: the HTML part"),
        ("email.txt", "{{ heading }}".into(), "email.txt: template-unsubscribe: the text part"),
        ("email.html", format!("{unsubscribe}{{{{ greeting|upper }}}}"), "email.html: template-slot: a filter changed"),
        (
            "archive.html",
            "{{ page.words }}\n{{ page.word }}".into(),
            "2:9: template-variable: there is no variable `page.word` (did you mean `words`?",
        ),
        (
            "fotter.html",
            String::new(),
            "fotter.html: template-unused: no template has this name, and none includes it (did you mean `newsletter/footer.html`?)",
        ),
    ] {
        let (edition, faults) = with(&format!("newsletter/{name}"), &text);
        assert!(
            faults.len() == 1 && faults[0].starts_with(&format!("templates/newsletter/{name}")) && faults[0].contains(wanted),
            "{wanted}\n{faults:#?}"
        );
        assert_eq!(edition, built_in, "{text}");
    }
}

#[test]
#[cfg(feature = "overrides")]
fn a_file_that_includes_itself_ends() {
    let (_, faults) = with("newsletter/byline.html", "{% include \"newsletter/byline.html\" %}");
    assert!(faults.iter().all(|fault| fault.contains("templates/newsletter/byline.html:1:4: template-invalid: ")), "{faults:?}");
}

#[test]
#[cfg(feature = "overrides")]
fn windows_line_ends_and_unchanged_files_change_nothing() {
    let text = include_str!("../../templates/newsletter/email.txt").replace('\n', "\r\n");
    let source = |text: &str| Source::new("newsletter/email.txt", text);
    assert_eq!(Templates::read(vec![source(&text)]), (Templates::default(), Vec::new()));
    assert_ne!(Templates::read(vec![source(&format!("{text}x"))]).0, Templates::default());
}

#[test]
#[cfg(not(feature = "overrides"))]
fn without_the_feature_a_template_is_refused() {
    let (templates, faults) = Templates::read(vec![Source::new("newsletter/email.txt", "x")]);
    assert_eq!(templates, Templates::default());
    assert_eq!(faults[0].code, "template-unsupported");
    let (edition, _) = render_issue(&NewsletterSpec { templates, ..spec() }, &hostile_site(), &issue(), None, &entries());
    assert!(!edition.page.contains("<script"));
}
