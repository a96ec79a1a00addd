use crate::body::style::Style;
use crate::body::{Event, markdown};

/// The events as HTML, as far as these tests go.
fn styled(text: &str, style: &Style) -> String {
    let show = |event: &Event| match event {
        Event::Start(element) => {
            let attributes: String = element.attributes.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            format!("<{}{attributes}>", element.name)
        }
        Event::End(name) => format!("</{name}>"),
        Event::Text(text) => text.to_string(),
        Event::Note { number, .. } => format!("[{number}]"),
        Event::More => String::new(),
    };
    markdown::read(text, style).events.iter().map(show).collect()
}

fn show(text: &str) -> String {
    styled(text, &Style::default())
}

fn smart(text: &str, language: &str) -> String {
    styled(text, &Style { language: language.into(), smart_punctuation: true, ..Style::default() })
}

#[test]
fn attribute_lists_leave_no_trace() {
    for text in [
        "{: .lead}\nWords.",
        "Words.\n{: .lead #x}",
        "Words.\n\n{:.a}\n{:.b}\n",
        "Words.\n{::options toc_levels=\"2\" /}",
        "{::comment}\nnot\n\nthis\n{:/comment}\n\nWords.",
        "{::nomarkdown}Words.{:/nomarkdown}",
    ] {
        assert_eq!(show(text), "<p>Words.</p>", "{text}");
    }
    assert_eq!(show("*a*{: .x} and [b](c){:target=\"_blank\" rel='x'} end"), "<p><em>a</em> and <a href=c>b</a> end</p>");
    assert_eq!(show("`x`{:.language-rust}."), "<p><code>x</code>.</p>");
    assert_eq!(show("![](a.png){: width=\"300\" .x}"), "<p><img src=a.png alt= width=300></p>");
    assert_eq!(show("> q\n{: .prompt-tip }\n\nx"), "<blockquote><p>q</p></blockquote><p>x</p>");
    assert_eq!(show("- a\n- b\n{:.x}\n"), "<ul><li>a</li><li>b</li></ul>");
    assert!(!show("|a|\n|-|\n|b|\n{: .t}\n").contains("{:"));
    assert_eq!(show("## Été\n{: #ete .x}\n\nx"), "<h2 id=ete>Été</h2><p>x</p>");
    assert_eq!(show("## A {#own .x}"), "<h2 id=own>A</h2>");
    assert_eq!(show("## A {: #own }\n\n## B {: .x }"), "<h2 id=own>A</h2><h2 id=b>B</h2>");
}

#[test]
fn braces_that_are_none_stay() {
    for text in ["a {: b} c", "`{: .x}`", "{: open", "set {:a, 1}"] {
        assert_eq!(show(text).replace("<code>", "`").replace("</code>", "`"), format!("<p>{text}</p>"));
    }
    assert_eq!(show("    {: .x}"), "<pre><code>{: .x}</code></pre>");
}

#[test]
fn marks_of_the_contents_leave_no_trace() {
    for text in ["* TOC\n{:toc}\n\nx", "1. x\n{: toc}\n\nx", "[TOC]\n\nx", "[[_TOC_]]\n\nx", "* toc\n{:toc .a}\n\nx"] {
        assert_eq!(show(text).trim(), "<p>x</p>", "{text}");
    }
    assert_eq!(show("the [TOC] mark"), "<p>the [TOC] mark</p>");
}

#[test]
fn formulas_stay_as_written() {
    for text in ["\\(a_1 * b_2 * c\\)", "\\[x^2\n= *y*\\]", "$a_1*b*c$", "$$\nx_1 *y* z\n$$", "so \\(x\\), and \\(y\\)"] {
        assert_eq!(show(text), format!("<p>{text}</p>"), "{text}");
    }
    assert_eq!(show("\\\\(a_1 *b* c\\\\) *d*"), "<p>\\(a_1 *b* c\\) <em>d</em></p>");
    assert_eq!(
        show("|a|\n|-|\n|\\(x_1*y*z\\)|"),
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>\\(x_1*y*z\\)</td></tr></tbody></table>"
    );
    assert_eq!(show("\\[1\\] *a* file\\(s\\)"), "<p>[1] <em>a</em> file(s)</p>");
}

#[test]
fn prices_are_no_formulas() {
    assert_eq!(show("from $5 *now* to US$6"), "<p>from $5 <em>now</em> to US$6</p>");
    assert_eq!(show("costs $5 and $6, or $7–$8."), "<p>costs $5 and $6, or $7–$8.</p>");
    assert_eq!(show("$HOME/*x*/$USER"), "<p>$HOME/<em>x</em>/$USER</p>");
}

#[test]
fn boxes_are_titled_quotations() {
    let wanted = "<blockquote><p><strong>Note</strong></p><p>a <em>b</em></p><ul><li>c</li></ul></blockquote><p>d</p>";
    assert_eq!(show("> [!NOTE]\n> a *b*\n> - c\n\nd").replace('\n', ""), wanted);
    let french = |text: &str| styled(text, &Style { language: "fr".into(), ..Style::default() });
    assert!(french("> [!WARNING]\n> x").contains("<strong>Attention</strong>"));
}

#[test]
fn markdown_in_html_is_read_where_it_is_asked_for() {
    for (text, wanted) in [
        ("<div markdown=\"1\">\n**a**\n- b\n</div>", "<div><p><strong>a</strong></p><ul><li>b</li></ul></div>"),
        (
            "<div markdown>\n\n| a |\n|---|\n| b |\n\n</div>",
            "<div><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table></div>",
        ),
        (
            "<div markdown='block'>\n  | a |\n  |---|\n  | b |\n</div>",
            "<div><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table></div>",
        ),
        ("<table markdown=1>\n<tr><td>*a* <b>b</b></td></tr>\n</table>", "<table><tr><td><em>a</em> <b>b</b></td></tr></table>"),
        (
            "<details markdown=\"1\"><summary>*s*</summary>\n*d*\n</details>\n",
            "<details><summary><em>s</em></summary><p><em>d</em></p></details>",
        ),
        ("<div markdown=\"0\">*a*</div>", "<div>*a*</div>"),
        ("<div>*a*</div>", "<div>*a*</div>"),
        ("<p>markdown *is*</p>", "<p>markdown *is*</p>"),
        ("<div markdown=1><div>*a*</div></div><div>*b*</div>", "<div><div><p><em>a</em></p></div></div><div>*b*</div>"),
    ] {
        assert_eq!(show(text).replace('\n', ""), wanted, "{text}");
    }
}

#[test]
fn definition_lists_are_lists() {
    assert_eq!(show("Tide\n: Rise and *fall*\n: x").replace('\n', ""), "<dl><dt>Tide</dt><dd>Rise and <em>fall</em></dd><dd>x</dd></dl>");
}

#[test]
fn a_colon_alone_defines_nothing() {
    assert_eq!(show("New:\n:tada: x"), "<p>New:\n:tada: x</p>");
    assert_eq!(show("{: .x}\n:::tip\n"), "<p>:::tip</p>");
}

#[test]
fn quotation_marks_are_the_languages_own() {
    for (language, wanted) in [
        ("en", "<p>“a ‘b’ c” – it’s…</p>"),
        ("de", "<p>„a ‚b‘ c“ – it’s…</p>"),
        ("fr", "<p>«\u{202f}a “b” c\u{202f}» – it’s…</p>"),
        ("ja", "<p>「a 『b』 c」 – it’s…</p>"),
    ] {
        assert_eq!(smart("\"a 'b' c\" -- it's...", language), wanted, "{language}");
    }
    assert_eq!(show("\"a\" -- it's..."), "<p>\"a\" -- it's...</p>", "only where it's asked for");
    assert_eq!(smart("`\"a\" ...`", "de"), "<p><code>\"a\" ...</code></p>");
    assert_eq!(
        smart("Vraiment ? *Oui* : « non » !", "fr-FR"),
        "<p>Vraiment\u{202f}? <em>Oui</em>\u{a0}: «\u{202f}non\u{202f}»\u{202f}!</p>"
    );
    assert_eq!(smart("`a ?`", "fr"), "<p><code>a ?</code></p>");
}

#[test]
fn footnotes_are_numbered_by_their_first_mention() {
    let read = markdown::read("b[^2] a[^x] b[^2]\n\n[^x]: X[^z]\n[^2]: Two\n[^z]: Z\n[^unused]: no\n", &Style::default());
    let mentions = |events: &[Event]| -> Vec<(usize, usize)> {
        events
            .iter()
            .filter_map(|event| if let Event::Note { number, mention } = event { Some((*number, *mention)) } else { None })
            .collect()
    };
    assert_eq!(mentions(&read.events), [(1, 1), (2, 1), (1, 2)]);
    assert_eq!(read.notes.len(), 3);
    assert_eq!(mentions(&read.notes[1]), [(3, 1)]);
}

#[test]
fn forbidden_references_are_told_with_their_place() {
    let text = "a &#8; b";
    let read = markdown::read(text, &Style::default());
    assert_eq!(read.forbidden.len(), 1);
    assert_eq!(read.forbidden[0].0, '\u{8}');
    assert!(text[read.forbidden[0].1.clone()].contains("&#8;"));
}

#[test]
fn html_is_seen_but_comments_need_no_cleaning() {
    assert!(markdown::read("a <b>c</b>", &Style::default()).has_html);
    assert!(markdown::read("<div>x</div>", &Style::default()).has_html);
    assert!(!markdown::read("a\n\n<!--more-->\n\nb", &Style::default()).has_html);
}

#[test]
fn boxes_have_the_titles_that_their_authors_wrote() {
    for (text, expected) in [
        (
            "> [!NOTE] My *own* title\n> Body\n>\n> more",
            "<blockquote><p><strong>My <em>own</em> title</strong></p><p>Body</p><p>more</p></blockquote>",
        ),
        ("> [!faq]- Why?\n>\n> So.", "<blockquote><p><strong>Why?</strong></p><p>So.</p></blockquote>"),
        ("> [!info]\n> `x` *y*", "<blockquote><p><strong>Info</strong></p><p><code>x</code> <em>y</em></p></blockquote>"),
        ("> [!my-kind]\n> x", "<blockquote><p><strong>My kind</strong></p><p>x</p></blockquote>"),
        ("> [!NOTE]\n> x", "<blockquote><p><strong>Note</strong></p><p>x</p></blockquote>"),
        ("> [![a](b.png)](c) x", "<blockquote><p><a href=c><img src=b.png alt=a></a> x</p></blockquote>"),
        ("[!NOTE] x", "<p>[!NOTE] x</p>"),
    ] {
        assert_eq!(show(text).replace('\n', ""), expected, "{text}");
    }
}

#[test]
fn code_says_its_language_in_its_first_line_where_pelican_reads_it() {
    let style = Style { code_headers: true, ..Style::default() };
    for (text, expected) in [
        ("    :::python\n    x\n", "<pre><code class=language-python>x\n</code></pre>"),
        ("    :::C++ hl_lines=\"1 2\"\n    x\n", "<pre><code class=language-c++>x\n</code></pre>"),
        ("```\n#!ruby\nx\n```", "<pre><code class=language-ruby>x\n</code></pre>"),
        ("    #!/usr/bin/python\n    x\n", "<pre><code class=language-python>#!/usr/bin/python\nx\n</code></pre>"),
        ("```c\n::x\ny\n```", "<pre><code class=language-c>::x\ny\n</code></pre>"),
        ("    ::std::x();\n    y\n", "<pre><code>::std::x();\ny\n</code></pre>"),
        ("    ::: note that\n", "<pre><code>::: note that\n</code></pre>"),
    ] {
        assert_eq!(styled(text, &style), expected, "{text}");
    }
    assert_eq!(show("    :::python\n    x\n"), "<pre><code>:::python\nx\n</code></pre>");
}
