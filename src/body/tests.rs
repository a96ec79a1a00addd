//! Bodies from end to end: text in, HTML and lines out.

use super::*;
use crate::catalog::{Asset, Reference};
use crate::diagnostic::Source;
use crate::entry::Head;
use proptest::prelude::*;

/// An entry that says nothing but its body.
fn entry(text: &str, markup: Markup) -> Entry {
    let source = Source::new("a.md", text);
    let head = Head {
        path: source.path.clone(),
        id: "".into(),
        url: "https://x.org/a/b/".into(),
        published: None,
        updated: None,
        embargo: None,
        expires: None,
        is_draft: false,
        newsletter: None,
        categories: Box::default(),
        section: None,
        language: None,
        authors: Box::default(),
    };
    Entry {
        head,
        title: None,
        summary: None,
        summary_end: None,
        authors: Vec::new(),
        image: None,
        enclosures: Vec::new(),
        external_url: None,
        relations: Default::default(),
        podcast: None,
        markup,
        syntax: Default::default(),
        body: 0..text.len(),
        source,
        extra: Vec::new(),
    }
}

/// Resolves against one page, as a catalog without entries does.
struct Page;

impl Links for Page {
    fn absolute(&self, target: &str) -> Option<String> {
        let url = url::Url::parse("https://x.org/a/b/").ok()?.join(target).ok()?;
        matches!(url.scheme(), "http" | "https" | "mailto" | "tel").then(|| url.into())
    }

    fn asset(&self, target: &str) -> Option<Asset> {
        target.starts_with("known").then_some(Asset { length: 1, size: Some((640, 480)) })
    }

    fn reference(&self, reference: Reference<'_>) -> Result<String, Diagnostic> {
        let (Reference::Page { path, .. } | Reference::Post(path) | Reference::File(path)) = reference;
        if path.contains("missing") { Err(Diagnostic::link_broken(path, None)) } else { Ok(format!("https://x.org/to/{path}/")) }
    }

    fn fault(&self, target: &str) -> Option<Diagnostic> {
        target.contains("missing.md").then(|| Diagnostic::link_broken(target, None))
    }

    fn site(&self, field: &str) -> Option<String> {
        (field == "title").then(|| "Site".to_owned())
    }
}

fn html_of(text: &str, markup: Markup, first_heading: u8) -> String {
    let entry = entry(text, markup);
    Body::read(&entry, &Page, &Style::default()).0.html(&HtmlPlace { id_prefix: "k".into(), first_heading }, &Page)
}

fn html(text: &str) -> String {
    html_of(text, Markup::Markdown, 1)
}

fn lines(text: &str) -> Vec<String> {
    let entry = entry(text, Markup::Markdown);
    Body::read(&entry, &Page, &Style::default())
        .0
        .lines(&Page)
        .iter()
        .map(|line| format!("{}{}{}", ">".repeat(line.quote), line.text, if line.flowed { "~" } else { "" }))
        .collect()
}

#[test]
fn github_extensions_are_rendered() {
    assert_eq!(html("~~x~~ https://x.org/a_b_c."), "<p><del>x</del> <a href=\"https://x.org/a_b_c\">https://x.org/a_b_c</a>.</p>\n");
    assert_eq!(html("- [ ] a\n- [x] b"), "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n</ul>\n");
    assert_eq!(html("> [!WARNING]\n> x"), "<blockquote>\n<p><strong>Warning</strong></p>\n<p>x</p>\n</blockquote>\n");
    assert_eq!(
        html("|a|b|\n|-|-:|\n|c|d|"),
        "<table>\n<thead>\n<tr>\n<th>a</th><th align=\"right\">b</th></tr>\n</thead>\n<tbody>\n<tr>\n<td>c</td><td align=\"right\">d</td></tr>\n</tbody>\n</table>\n"
    );
}

#[test]
fn code_and_math_stay_as_written() {
    assert_eq!(html("```rust,ignore\na < b\n```"), "<pre><code class=\"language-rust\">a &lt; b\n</code></pre>\n");
    assert_eq!(html("So $a_1 < b_2$ and $$x*y*z$$."), "<p>So $a_1 &lt; b_2$ and $$x*y*z$$.</p>\n");
    assert_eq!(html("It costs $5 or $10."), "<p>It costs $5 or $10.</p>\n");
}

#[test]
fn footnotes_are_gathered_in_order_with_ways_back() {
    assert_eq!(
        html("b[^2] a[^x] b[^2]\n\n[^x]: X\n[^2]: Two\n"),
        "<p>b<sup><a id=\"fnref-k1\" href=\"#fn-k1\">1</a></sup> a<sup><a id=\"fnref-k2\" href=\"#fn-k2\">2</a></sup> b<sup><a id=\"fnref-k1-2\" href=\"#fn-k1\">1</a></sup></p>\n<hr>\n<ol>\n<li id=\"fn-k1\"><p>Two <a href=\"#fnref-k1\" title=\"Back to the text\">↩</a></p></li>\n<li id=\"fn-k2\"><p>X <a href=\"#fnref-k2\" title=\"Back to the text\">↩</a></p></li>\n</ol>\n"
    );
}

#[test]
fn headings_have_ids_and_the_level_that_the_place_asks() {
    assert_eq!(
        html("# Été & `x`\n# Été & `x`\n# A {#own}"),
        "<h1 id=\"k-été--x\">Été &amp; <code>x</code></h1>\n<h1 id=\"k-été--x-1\">Été &amp; <code>x</code></h1>\n<h1 id=\"k-own\">A</h1>\n"
    );
    assert_eq!(html_of("# a\n###### b", Markup::Markdown, 3), "<h3 id=\"k-a\">a</h3>\n<h6 id=\"k-b\">b</h6>\n");
}

#[test]
fn every_address_is_absolute_but_those_of_the_same_text() {
    assert_eq!(
        html("# Top\n\n[c](../c) [t](#top) [n](#none) [m](mailto:a@x.org) [j](javascript:alert(1)) ![A](a.png)"),
        "<h1 id=\"k-top\">Top</h1>\n<p><a href=\"https://x.org/a/c\">c</a> <a href=\"#k-top\">t</a> <a href=\"https://x.org/a/b/#none\">n</a> <a href=\"mailto:a@x.org\">m</a> j <img src=\"https://x.org/a/b/a.png\" alt=\"A\"></p>\n"
    );
    assert_eq!(
        html_of(
            "<img srcset=\"a.png 1x,/b.png 2x, data:image/png;base64,AA 3x\" src=\"a.png\" alt=\"A\" width=\"3\"><video poster=\"p.png\"><source src=v.mp4></video><blockquote cite=q>x</blockquote>",
            Markup::Html,
            1
        ),
        "<img srcset=\"https://x.org/a/b/a.png 1x, https://x.org/b.png 2x\" src=\"https://x.org/a/b/a.png\" alt=\"A\" width=\"3\"><video poster=\"https://x.org/a/b/p.png\" controls=\"\"><source src=\"https://x.org/a/b/v.mp4\"></video>\n<blockquote cite=\"https://x.org/a/b/q\">\nx</blockquote>\n"
    );
}

#[test]
fn ids_are_the_entry_s_own_and_links_follow_them() {
    let text = "# Été\n\n[a](#été) [b](#%C3%A9t%C3%A9) [c](#x) [d](#own)\n\n<a name=x></a><p id=x>again</p>\n\n## Two {#own}\n\n<table><tr><th id=h>1</th><td headers='h h'>2</td></tr></table>";
    let out = html(text);
    assert_eq!(values(&out, "href"), ["#k-été", "#k-été", "#k-x", "#k-own"], "{out}");
    assert_eq!(values(&out, "id"), ["k-été", "k-x", "k-own", "k-h"], "{out}");
    assert_eq!(values(&out, "headers"), ["k-h k-h"], "{out}");
    let entry = entry("# A\n\n[a](#a)[^1]\n\n[^1]: x", Markup::Markdown);
    let at = |prefix: &str| {
        Body::read(&entry, &Page, &Style::default()).0.html(&HtmlPlace { id_prefix: prefix.into(), first_heading: 1 }, &Page)
    };
    let (one, two) = (at("one"), at("two"));
    assert!(values(&one, "id").iter().all(|id| !values(&two, "id").contains(id)), "{one} {two}");
    assert!(html("# a-1\n# a\n# a").matches("k-a-1\"").count() == 1);
}

#[test]
fn every_kind_of_address_is_absolute() {
    for (text, wanted) in [
        ("<ins cite=a>x</ins>", "cite=\"https://x.org/a/b/a\""),
        ("<q cite='/a'>x</q>", "cite=\"https://x.org/a\""),
        ("<video src=a poster=p controls></video>", "src=\"https://x.org/a/b/a\" poster=\"https://x.org/a/b/p\""),
        ("<audio data-src=a></audio>", "<audio src=\"https://x.org/a/b/a\" controls=\"\">"),
        ("<video><source src=a><track src=t kind=captions></video>", "<track src=\"https://x.org/a/b/t\" kind=\"captions\">"),
        ("<picture><source srcset='a 1x,b 2x'><img src=c alt=''></picture>", "srcset=\"https://x.org/a/b/a 1x, https://x.org/a/b/b 2x\""),
        ("<object data=a.pdf></object>", "<a href=\"https://x.org/a/b/a.pdf\">a.pdf</a>"),
        ("<object data=a.svg type=image/svg+xml title=T>no</object>", "<img src=\"https://x.org/a/b/a.svg\" alt=\"T\">"),
        ("<object data=a.pdf>words</object>", "words"),
        ("<iframe src=/map title=Map></iframe>", "<a href=\"https://x.org/map\">Map</a>"),
        ("<img data-srcset='a 1x' data-src=b alt=x width=3 height=4>", "alt=\"x\" width=\"3\" height=\"4\""),
        ("<details open><summary>s</summary>d</details>", "<details open=\"\"><summary>s</summary>d</details>"),
    ] {
        for markup in [Markup::Html, Markup::Markdown] {
            let out = html_of(text, markup, 1);
            assert!(out.contains(wanted), "{text} became {out}");
            assert!(!out.contains("data-") && !out.contains("<object"), "{out}");
        }
    }
    assert_eq!(html("<form action=/a><p>x</form>y").trim(), "y");
    assert_eq!(html("[t](tel:+33) [m](mailto:a@x.org)"), "<p><a href=\"tel:+33\">t</a> <a href=\"mailto:a@x.org\">m</a></p>\n");
}

#[test]
fn nothing_that_runs_survives() {
    for text in [
        "<script>alert(1)</script>",
        "x <script>alert(1)</script> y",
        "<img src=x onerror=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\"data:text/html,alert\">x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<form action=/alert><input></form>",
        "<style>*{alert}</style>",
        "<p style=\"position:fixed;alert\">x</p>",
        "<a href=\" jAvAscript:alert(1)\">x</a>",
        "<img src=\"data:image/svg+xml;base64,alert\">",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=1>\">",
    ] {
        for markup in [Markup::Markdown, Markup::Html] {
            let out = html_of(text, markup, 1);
            for bad in ["alert(", "<script", "javascript", "<img src=x", "data:", "<form", "<input", "position", "<style"] {
                assert!(!out.contains(bad), "{text} became {out}");
            }
        }
    }
}

#[test]
fn links_that_are_not_safe_leave_their_words() {
    assert_eq!(html("[x](data:text/html,y) [x](JavaScript:y) ![x](data:image/svg+xml,y)"), "<p>x x x</p>\n");
}

#[test]
fn frames_become_links() {
    assert_eq!(
        html("<iframe src=\"//www.youtube.com/embed/abc_1?x=y\" title=\"Tide\"></iframe>"),
        "<p><a href=\"https://www.youtube.com/watch?v=abc_1\"><img src=\"https://i.ytimg.com/vi/abc_1/hqdefault.jpg\" alt=\"Tide\" width=\"480\" height=\"360\"></a></p>\n"
    );
}

#[test]
fn shortcodes_and_templates_are_words() {
    assert_eq!(html("a {{ x }} {% y %} b"), "<p>a {{ x }} {% y %} b</p>\n");
    assert!(html("{{< figure src=\"a\" >}}\n\nafter").ends_with("<p>after</p>\n"));
}

#[test]
fn forbidden_characters_go_and_are_told_at_their_place() {
    let mut entry = entry("---\u{8}\nok\na\u{8}b &#11;c\u{ffff}", Markup::Markdown);
    entry.body = 5..entry.source.text.len();
    let (body, faults) = Body::read(&entry, &Page, &Style::default());
    assert_eq!(body.html(&HtmlPlace { id_prefix: String::new(), first_heading: 1 }, &Page), "<p>ok\nab c</p>\n");
    let places: Vec<(usize, usize)> =
        faults.iter().filter_map(|fault| fault.place.as_ref()).map(|place| (place.line, place.column)).collect();
    assert_eq!(places, [(3, 2), (3, 5), (3, 11)]);
}

#[test]
fn the_summary_is_the_marked_part_or_the_first_paragraph() {
    let summary = |text: &str, max: usize| Body::read(&entry(text, Markup::Markdown), &Page, &Style::default()).0.summary(max);
    assert_eq!(summary("# T\n\nOne *two*.\n\nThree.\n\n<!--more-->\n\nFour.", 99), "One two. Three.");
    assert_eq!(summary("# T\n\n![x](y)\n\nOne [two](z)[^1].\n\nThree.\n\n[^1]: Note", 99), "One two.");
    assert_eq!(summary("One two three four", 9), "One two…");
    assert_eq!(summary("10<sup>9</sup> and 1<sup>st</sup>", 99), "10⁹ and 1st");
    assert_eq!(summary("", 9), "");
    let mut own = entry("One.\n\nTwo.\n\n<!-- cut -->\n\nThree.", Markup::Markdown);
    own.summary_end = Some("<!--cut-->".into());
    assert_eq!(Body::read(&own, &Page, &Style::default()).0.summary(99), "One. Two.");
    for (text, end, expected) in [
        ("One.\n\n[Two][t].\n\n\nThree.\n\n[t]: /t\n", "\n\n\n", "One. Two."),
        ("One. Two. [cut] Three.", "[cut]", "One. Two."),
        ("One.\n\nTwo.\n", "[cut]", "One."),
        ("One.\n\n```\n[cut]\n```\n", "[cut]", "One."),
        ("One.\n\nTwo.\n", "", "One."),
    ] {
        let own = Entry { summary_end: Some(end.into()), ..entry(text, Markup::Markdown) };
        let body = Body::read(&own, &Page, &Style::default()).0;
        assert_eq!(body.summary(99), expected, "{text}");
        let plain = entry(text, Markup::Markdown);
        assert_eq!(body.events, Body::read(&plain, &Page, &Style::default()).0.events, "the body stays as it is");
    }
}

#[test]
fn the_lead_image_is_the_first_that_can_be_reached() {
    let lead = |text: &str| Body::read(&entry(text, Markup::Markdown), &Page, &Style::default()).0.lead_image(&Page);
    let image = |url: &str, size| Some(Image { url: url.into(), size });
    assert_eq!(lead("<img src=\"data:image/png;base64,AA\"> ![](a.png) ![](b.png)"), image("https://x.org/a/b/a.png", None));
    assert_eq!(lead("<img src=s.gif width=1 height=1> ![](known.png)"), image("https://x.org/a/b/known.png", Some((640, 480))));
    assert_eq!(lead("<img src=known.png width=320>"), image("https://x.org/a/b/known.png", Some((320, 240))));
    assert_eq!(lead("no"), None);
}

#[test]
fn pictures_beside_the_content_have_their_size() {
    let size = |text: &str| html(text).split("known.png\" alt=\"\"").nth(1).and_then(|rest| rest.split('>').next()).map(str::to_owned);
    assert_eq!(size("![](known.png)").as_deref(), Some(" width=\"640\" height=\"480\""));
    for (given, wanted) in [
        ("width=320", " width=\"320\" height=\"240\""),
        ("height=48", " height=\"48\" width=\"64\""),
        ("width=7 height=9", " width=\"7\" height=\"9\""),
        ("width=50%", " width=\"50%\""),
    ] {
        assert_eq!(size(&format!("<img src=known.png alt='' {given}>")).as_deref(), Some(wanted), "{given}");
    }
    assert!(html("![](a.png)").contains("a.png\" alt=\"\">"));
}

#[test]
fn text_has_references_under_their_section() {
    assert_eq!(
        lines(
            "# Title\n\nA [link](/x), [again](/x), <https://y.org>, [y.org](https://y.org/) and [*two*](z).\n\n## Sub\n\nEnd![pic](p.png)![](q.png)."
        ),
        [
            "Title",
            "-----",
            "",
            "A link [1], again [1], https://y.org, y.org and two [2].",
            "",
            "[1] https://x.org/x",
            "[2] https://x.org/a/b/z",
            "",
            "Sub",
            "---",
            "",
            "End[Image: pic].",
        ]
    );
    // What an earlier section has too stands again; headings in quotations end none.
    let text = lines("[a](/a)\n\n## B\n\n[b](/b) [a](/a)\n\n> ## C\n\n[d](/d)\n");
    let wanted = ["a [1]", "", "[1] https://x.org/a", "", "B", "-", "", "b [2] a [1]", "", ">C", ">-", "", "d [3]", ""];
    assert_eq!(text[..14], wanted);
    assert_eq!(text[14..], ["[1] https://x.org/a", "[2] https://x.org/b", "[3] https://x.org/d"]);
    // A picture that is all of a link says where it leads; a mailbox is no address of the web.
    let text = lines("[![Harbour](h.png)](/h) [a ![b](b.png)](/b) [m](mailto:a@b.example) [s](mailto:a@b.example?subject=x)");
    assert_eq!(
        text,
        [
            "Harbour [1] a [Image: b] [2] m [3] s [4]",
            "",
            "[1] https://x.org/h",
            "[2] https://x.org/b",
            "[3] a@b.example",
            "[4] mailto:a@b.example?subject=x",
        ]
    );
    // A place for other things ends one, too.
    assert_eq!(lines("[a](/a)\n\n\u{10FFF2}\n\nb"), ["a [1]", "", "[1] https://x.org/a", "", "\u{10FFF2}", "", "b"]);
}

#[test]
fn text_keeps_captions_and_what_comes_after_definitions() {
    let table = "<table><caption>All <b>boats</b></caption><tr><th>A<th>B<tr><td>1<td>2</table>";
    assert_eq!(lines(table), ["All boats", "", "A  B", "-  -", "1  2"]);
    assert_eq!(lines("A\n: b\n: c\n\nd"), ["A", "    b", "    c", "", "d"]);
}

#[test]
fn text_keeps_lists_quotes_code_and_tables() {
    assert_eq!(
        lines("1. a\n   - b\n   - c\n2. d\n\n> q\n>\n> > r\n\n```\nx  y\n\tz\n```\n\n| A | B |\n|---|--:|\n| c | 10 |\n"),
        ["1. a", "   - b", "   - c", "2. d", "", ">q", ">", ">>r", "", "    x  y", "        z", "", "A   B", "-  --", "c  10"]
    );
    assert_eq!(lines("> a\n\n<!-- -->\n\n> b\n>\n> > c\n\nd"), [">a", "", ">b", ">", ">>c", "", "d"]);
    assert_eq!(lines("- a\n\n  b\n\n- c"), ["- a", "", "  b", "", "- c"]);
}

#[test]
fn text_has_footnotes_and_raised_numbers() {
    assert_eq!(
        lines("a[^1] 10<sup>9</sup> 1<sup>st</sup>\n\n[^1]: See [x](y)."),
        ["a¹ 10⁹ 1st", "", "------------------------", "", "¹ See x [1].", "", "[1] https://x.org/a/b/y"]
    );
}

#[test]
fn html_in_markdown_is_not_lost_to_the_text() {
    assert_eq!(
        lines("<div><p>One <a href=\"x\">two</a></p>\n<ul><li>a<li>b</ul></div>\n\n<video src=v.mp4>no</video>"),
        ["One two [1]", "", "- a", "- b", "", "Watch the video [2]", "", "[1] https://x.org/a/b/x", "[2] https://x.org/a/b/v.mp4"]
    );
}

#[test]
fn what_tidings_says_is_in_the_texts_language() {
    let entry = entry("> [!TIP]\n> ![quai](a.png)[^1]\n\n<audio src=a.mp3></audio>\n\n[^1]: Là.", Markup::Markdown);
    let style = Style { language: "fr".into(), ..Style::default() };
    let (body, _) = Body::read(&entry, &Page, &style);
    let text: Vec<String> = body.lines(&Page).into_iter().map(|line| line.text).collect();
    assert_eq!(&text[..5], ["Astuce", "", "[Image\u{a0}: quai]¹", "", "Écouter [1]"]);
    let html = body.html(&HtmlPlace { id_prefix: "k".into(), first_heading: 1 }, &Page);
    assert!(html.contains("<strong>Astuce</strong>") && html.contains("title=\"Retour au texte\""), "{html}");
}

#[test]
fn notes_of_all_generators_are_titled_quotations() {
    for text in ["> [!NOTE]\n> a *b*\n> - c\n\nd", "!!! note\n    a *b*\n\n    - c\n\nd", ":::note\na *b*\n- c\n:::\nd"] {
        let entry = entry(text, Markup::Markdown);
        let (body, _) = Body::read(&entry, &Page, &Style { language: "fr".into(), ..Style::default() });
        let html = body.html(&HtmlPlace { id_prefix: "k".into(), first_heading: 1 }, &Page).replace('\n', "");
        let wanted = "<blockquote><p><strong>Remarque</strong></p><p>a <em>b</em></p><ul><li>c</li></ul></blockquote><p>d</p>";
        assert_eq!(html, wanted, "{text}");
    }
}

#[test]
fn colours_of_an_authors_code_are_kept_with_their_page() {
    let html = |text: &str| html_of(text, Markup::Html, 1);
    assert_eq!(
        html(
            "<pre style='color:#eee;background:#222;padding:1em'><code><span style='color:#f92;width:3px' class=k>x</span></code></pre><span style='color:red'>y</span>"
        ),
        "<pre style=\"color:#eee;background-color:#222\"><code><span style=\"color:#f92\">x</span></code></pre>\n<span>y</span>"
    );
    assert_eq!(html("<pre><span style='color:#eee'>x</span></pre>"), "<pre><span>x</span></pre>\n", "on a page of whatever colour");
}

#[cfg(feature = "highlight")]
#[test]
fn code_has_colours_where_they_are_asked_for() {
    let entry = entry("```rust\n// <x> {: .a}\nfn main() {}\n```\n\n```klingon\nx\n```\n\n    y", Markup::Markdown);
    let style = Style { highlight: Some(Theme::Github), ..Style::default() };
    let (body, _) = Body::read(&entry, &Page, &style);
    let html = body.html(&HtmlPlace { id_prefix: "k".into(), first_heading: 1 }, &Page);
    assert!(
        html.starts_with("<pre style=\"color:#323232;background-color:#ffffff\"><code class=\"language-rust\"><span style=\"color:#"),
        "{html}"
    );
    assert!(html.contains("// &lt;x&gt; {: .a}"), "{html}");
    assert!(html.ends_with("<pre><code class=\"language-klingon\">x\n</code></pre>\n<pre><code>y</code></pre>\n"), "{html}");
    assert_eq!(html::sanitize(&html), html, "the sanitiser knows them");
    let lines: Vec<String> = body.lines(&Page).into_iter().map(|line| line.text).collect();
    assert_eq!(&lines[..2], ["    // <x> {: .a}", "    fn main() {}"]);
}

/// Markdown and HTML that is likely to go wrong.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just(" ".to_owned()),
        prop::sample::select(vec![
            "# ",
            "> ",
            "- ",
            "1. ",
            "```\n",
            "    ",
            "|a|b|\n|-|-|\n",
            "[^1]",
            "[^1]: ",
            "**",
            "*",
            "`",
            "~~",
            "$",
            "[x](y)",
            "![x](y)",
            "<https://x.org>",
            "<script>",
            "</script>",
            "<p>",
            "</p>",
            "<table>",
            "<tr>",
            "<td>",
            "</table>",
            "<ul>",
            "<li>",
            "<a href=x>",
            "</a>",
            "<img src=x onerror=y>",
            "<form>",
            "<svg>",
            "<math>",
            "<style>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "&#8;",
            "&amp;",
            "\u{8}",
            "<iframe src=//y>",
            "<pre>",
            "<textarea>",
            "<noscript>",
            "javascript:alert(1)",
            "www.x.org",
            "a@b.org",
            "字",
            "。",
            "❤\u{fe0f}",
            "e\u{301}",
            "\u{202e}",
            "<video src=x>",
            "<sup>2</sup>",
            "<br>",
            "<div id=\"a\">",
            "<div markdown=1>",
            "</div>",
            "{: .x width=\"9\"}",
            "{:toc}",
            "{::comment}",
            "{:/}",
            "!!! note \"t\"\n",
            ":::tip\n",
            ":::\n",
            "\\(",
            "\\)",
            "\\[x^2",
            "\\]",
            "$5",
            "\"",
            "'",
            " ?",
            "Term\n: ",
            "<object data=x>",
            "</object>",
            "<mi>",
            "</math>",
            "<title>",
            "</svg>",
            "</noscript>",
            "<span hidden>",
            "</span>",
            "<picture>",
            "<b>",
            "</b>",
            "<a href=y>z</a>",
            "<tbody>",
            "</tr>",
            "</td>",
            "<ol>",
            "</ul>",
            "</li>",
            "<dl>",
            "<dt>",
            "<h2>",
            "</h2>",
            "<hr>",
            "<figure>",
            "</figure>",
            "<details><summary>",
            "</details>",
            "<ruby>",
            "<rt>",
            "<caption>",
            "<pre style='background:#000;color:red'>",
            "<span style='color:#fff'>",
            "```rust\nfn a() {\n",
            "<ins>",
            "<address>",
            "</pre>",
            "[z](#a)",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,12}",
        "[a-z]{1,90}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// The values of an attribute in HTML that our writer made.
fn values<'t>(html: &'t str, attribute: &str) -> Vec<&'t str> {
    html.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The text without the line ends that stand first in a `pre`: each time that a parser reads it, it passes over one.
fn without_first_line_ends(html: &str) -> String {
    let mut parts = html.split("<pre");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |before, part| match part.split_once('>') {
        Some((tag, text)) => format!("{before}<pre{tag}>{}", text.trim_start_matches('\n')),
        None => format!("{before}<pre{part}"),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn html_is_safe_and_absolute_whatever_comes(text in hostile(), markup in prop::sample::select(vec![Markup::Markdown, Markup::Html, Markup::Text, Markup::Mdx])) {
        let out = html_of(&text, markup, 2);
        let lower = out.to_ascii_lowercase();
        prop_assert!(!lower.contains("<script") && !lower.contains("<style") && !lower.contains("<form") && !lower.contains("<iframe"), "{out}");
        prop_assert!(forbidden(&out).next().is_none() && !out.contains('\r'), "{out:?}");
        let tags: String = out.split('<').skip(1).filter_map(|rest| rest.split('>').next()).collect::<Vec<_>>().join("\n");
        prop_assert!(!tags.split(['\n', ' ']).any(|word| word.starts_with("on") && word.contains('=')), "{tags}");
        for url in ["href", "src", "poster", "cite"].iter().flat_map(|name| values(&out, name)) {
            prop_assert!(url.starts_with('#') || url.starts_with("https://") || url.starts_with("http://") || url.starts_with("mailto:"), "{url} in {out}");
            prop_assert!(!url.starts_with('#') || values(&out, "id").contains(&&url[1..]), "{url} leads nowhere in {out}");
        }
    }

    #[test]
    fn what_is_regular_needs_no_sanitiser(text in hostile(), markup in prop::sample::select(vec![Markup::Markdown, Markup::Html, Markup::Text])) {
        let entry = entry(&text, markup);
        let (body, _) = Body::read(&entry, &Page, &Style::default());
        if !body.has_html || body.is_regular() {
            let html = body.html(&HtmlPlace { id_prefix: "k".into(), first_heading: 1 }, &Page);
            prop_assert_eq!(html::sanitize(&html).replace("&nbsp;", "\u{a0}"), html);
        }
    }

    #[test]
    fn sanitising_twice_changes_nothing(text in hostile()) {
        let html = html_of(&text, Markup::Html, 1);
        let once = without_first_line_ends(&html::sanitize(&html));
        prop_assert_eq!(html::sanitize(&once), once);
    }

    #[test]
    fn lines_fit_and_hold_no_markup(text in hostile()) {
        let entry = entry(&text, Markup::Markdown);
        for line in Body::read(&entry, &Page, &Style::default()).0.lines(&Page) {
            let quote = if line.quote > 0 { line.quote + 1 } else { 0 };
            let columns = unicode_width::UnicodeWidthStr::width(line.text.trim_end()) + quote;
            let is_free = line.text.starts_with("    ") || line.text.contains("://") || line.text.contains("mailto:") || quote > 40;
            prop_assert!(columns <= 72 || is_free, "{columns}: {:?}", line);
            prop_assert!(!line.text.contains('\n'));
        }
    }
}

#[test]
fn dead_links_are_told_at_their_places() {
    let text = "See [a](missing.md) and [b][x], [c](fine.md),\n<a href='missing.md#c'>c</a>.\n\n[x]: sub/missing.md\n";
    let entry = entry(text, Markup::Markdown);
    let (_, faults) = Body::read(&entry, &Page, &Style::default());
    let places: Vec<(usize, usize)> =
        faults.iter().filter_map(|fault| Some((fault.place.as_ref()?.line, fault.place.as_ref()?.column))).collect();
    assert_eq!(places, [(1, 9), (4, 6), (2, 10)]);
    assert!(faults.iter().all(|fault| fault.code == "link-broken"));
}
