//! Texts of each generator from end to end, before they are parsed.

use super::*;
use crate::catalog::{Asset, Links, Reference};
use crate::diagnostic::Diagnostic;
use proptest::prelude::*;

struct Site;

impl Links for Site {
    fn absolute(&self, target: &str) -> Option<String> {
        Some(target.to_owned())
    }

    fn asset(&self, _target: &str) -> Option<Asset> {
        None
    }

    fn reference(&self, reference: Reference<'_>) -> Result<String, Diagnostic> {
        let (Reference::Page { path, .. } | Reference::Post(path) | Reference::File(path)) = reference;
        if path.contains("missing") { Err(Diagnostic::link_broken(path, None)) } else { Ok(format!("https://x.org/{path}/")) }
    }

    fn fault(&self, _target: &str) -> Option<Diagnostic> {
        None
    }

    fn site(&self, field: &str) -> Option<String> {
        match field {
            "url" => Some("https://x.org".to_owned()),
            "baseurl" => Some(String::new()),
            "title" => Some("Site".to_owned()),
            _ => None,
        }
    }
}

fn read(text: &str, markup: Markup, syntax: Syntax) -> Option<Translated> {
    let page = |field: &str| (field == "title").then(|| "Page".to_owned());
    translate(text, markup, syntax, Context { links: &Site, page: &page, words: crate::language::words("en") })
}

/// The translated text, and the faults behind it: codes with the words that they point at.
fn show(text: &str, markup: Markup, syntax: Syntax) -> String {
    let Some(translated) = read(text, markup, syntax) else { return text.to_owned() };
    let faults: Vec<String> =
        translated.faults.iter().map(|(fault, range)| format!("{} at {}", fault.code, &text[range.clone()])).collect();
    let words: Vec<&str> = translated.text().split_whitespace().collect();
    if faults.is_empty() { words.join(" ") } else { format!("{} !{}", words.join(" "), faults.join(", ")) }
}

#[track_caller]
fn assert_all(markup: Markup, syntax: Syntax, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(show(text, markup, syntax), *expected, "{text}");
    }
}

#[test]
fn a_figure_between_words_keeps_what_its_caption_says() {
    assert_all(
        Markup::Markdown,
        Syntax::Hugo,
        &[
            ("a {{< figure src=\"x.png\" caption=\"Cap\" >}} b", "a <img src=\"x.png\" alt=\"Cap\"> b"),
            ("a {{< figure src=\"x.png\" alt=\"A\" caption=\"C *d*\" >}} b", "a <img src=\"x.png\" alt=\"A\"> (C <em>d</em>) b"),
            ("a {{< figure src=\"x.png\" title=\"T\" caption=\"C\" >}} b", "a <img src=\"x.png\" alt=\"C\"> (<strong>T</strong> C) b"),
        ],
    );
}

#[test]
fn hugo() {
    assert_all(
        Markup::Markdown,
        Syntax::Hugo,
        &[
            ("[a]({{< ref \"b\" >}})", "[a](https://x.org/b/)"),
            ("[a]({{<relref b.md>}}#c)", "[a](https://x.org/b.md/#c)"),
            ("[a]: {{< ref \"my post\" >}}", "[a]: https://x.org/my%20post/"),
            ("![a]({{% ref path=\"b\" lang=\"fr\" %}})", "![a](https://x.org/b/)"),
            ("[a]({{< ref \"missing\" >}}) b", "[a](about:blank) b !link-broken at {{< ref \"missing\" >}}"),
            ("See {{< ref b >}}.", "See https://x.org/b/."),
            ("{{< param title >}} {{< param \"x.y\" >}}!", "Page ! !shortcode-unknown at {{< param \"x.y\" >}}"),
            ("[a](https://x.org/{{< param v >}}/b)", "[a](about:blank/b) !shortcode-unknown at {{< param v >}}"),
            ("{{< figure src=\"a.png\" >}}\nText", "<p><img src=\"a.png\" alt=\"\"></p> Text"),
            ("a {{< figure src=\"a.png\" caption=\"b\" >}} c", "a <img src=\"a.png\" alt=\"b\"> c"),
            ("{{% alert title=\"T\" %}}\nA *b*.\n{{% /alert %}}", "<blockquote><p><strong>T</strong></p> A *b*. </blockquote>"),
            ("{{< note >}}x{{< /note >}}", "<blockquote><p><strong>Note</strong></p> x </blockquote>"),
            ("a {{< note >}}x{{< /note >}} b", "a x b"),
            ("{{< highlight go \"linenos=table\" >}}\na := `b`\n{{< /highlight >}}", "```go a := `b` ```"),
            ("Use {{< highlight go >}}x{{< /highlight >}}.", "Use `x`."),
            ("{{< tabs >}}{{< tab \"A\" >}}x{{< /tab >}}{{< /tabs >}}", "x"),
            ("{{< tabs >}}\n{{< tab \"A\" >}}\nx\n{{< /tab >}}\n{{< /tabs >}}", "<p><strong>A</strong></p> x"),
            ("{{< own >}}*x*{{< /own >}} {{< other/>}} {{< own />}}", "*x* !shortcode-unknown at {{< own >}}"),
            ("{{</* ref \"x\" */>}} and `{{%/* y */%}}`", "{{< ref \"x\" >}} and `{{% y %}}`"),
            ("```\n{{</* x */>}}\n{{< y >}} {{< param title >}}\n```", "``` {{< x >}} {{< y >}} Page ```"),
            ("{{< details \"S\" >}}\nx\n{{< /details >}}", "<details><summary>S</summary> x </details>"),
            ("{{< button href=\"/a\" >}}Go{{< /button >}}", "<a href=\"/a\">Go</a>"),
            ("{{< qr text=\"x\" />}}{{< comment >}}x{{< /comment >}}y", "y"),
            ("{{< katex >}}a_b{{< /katex >}}", "$$a_b$$"),
            ("{{< glossary_tooltip text=\"pods\" term_id=\"pod\" >}}", "pods"),
            ("{{< rawhtml >}}<b>x</b>{{< /rawhtml >}}", "<b>x</b>"),
            ("{{ .Title }} {{ x }}", "{{ .Title }} {{ x }}"),
        ],
    );
}

#[test]
fn zola() {
    assert_all(
        Markup::Markdown,
        Syntax::Zola,
        &[
            ("{{ youtube(id=\"a\") }}", "<p><iframe src=\"https://www.youtube.com/embed/a\" title=\"\"></iframe></p>"),
            ("{% quote(author=\"V\") %}\nx\n{% end %}", "<blockquote> x <p>— V</p></blockquote>"),
            ("{% own() %}x{% end %} y {{ own(a=1) }}", "x y !shortcode-unknown at {% own() %}"),
            ("{{/* youtube(id=\"a\") */}} `{%/* end */%}`", "{{ youtube(id=\"a\") }} `{% end %}`"),
            ("`{{ youtube(id=\"a\") }}` {{closure}} {% x %}", "`{{ youtube(id=\"a\") }}` {{closure}} {% x %}"),
            ("`impl::{{impl}}::new`", "`impl::{{impl}}::new`"),
        ],
    );
}

#[test]
fn jekyll() {
    assert_all(
        Markup::Markdown,
        Syntax::Liquid,
        &[
            ("[a]({% post_url 2013-05-06-a %})", "[a](https://x.org/2013-05-06-a/)"),
            ("[a]({{ site.baseurl }}{% post_url b %}#c)", "[a](https://x.org/b/#c)"),
            ("[a]({{ site.url }}{% post_url b %})", "[a](https://x.org/b/)"),
            ("<a href=\"{{ site.url }}{{ site.baseurl }}{% link b.md %}\">a</a>", "<a href=\"https://x.org/b.md/\">a</a>"),
            ("[a](https://y.org{% post_url b %})", "[a](https://y.orghttps://x.org/b/)"),
            ("[a]({% link\n_posts/b.md %})", "[a](https://x.org/_posts/b.md/)"),
            ("[a]: {% post_url missing %}", "[a]: about:blank !link-broken at {% post_url missing %}"),
            ("[a]({{ site.repository }}/issues/1)", "[a](about:blank/issues/1) !shortcode-unknown at {{ site.repository }}"),
            ("![a]({{ site.url }}/b.png) {{ '/c d' | relative_url }}", "![a](https://x.org/b.png) /c d"),
            ("{{ page.title }} {{ page.other }}.", "Page . !shortcode-unknown at {{ page.other }}"),
            ("{% highlight ruby linenos %}\ndef x\n  y\nend\n{% endhighlight %}", "```ruby def x y end ```"),
            ("{% raw %}`{{ x }}`{% endraw %} `{% raw %}{% if %}{% endraw %}`", "`{{ x }}` `{% if %}`"),
            ("`{{ site.title }}` `{{ x }}` `{% for %}`", "`Site` `{{ x }}` `{% for %}`"),
            ("a{% comment %} x {% if %} {% endcomment %}b", "ab"),
            (
                "{% assign v = \"1|2\" | split: \"|\" %}{% for i in v %}\n[#{{ i }}]: {{ site.url }}/{{ i }}\n{% endfor %}",
                "[#1]: https://x.org/1 [#2]: https://x.org/2",
            ),
            ("{% for p in site.posts %}{{ p.title }}{% endfor %}x", "x !shortcode-unknown at {% for p in site.posts %}"),
            ("{% if site.x %}a{% else %}b{% endif %}c", "ac !shortcode-unknown at {% if site.x %}"),
            ("{% case x %}{% when 1 %}a{% when 2 %}b{% endcase %}c", "ac !shortcode-unknown at {% case x %}"),
            (
                "{% include figure.html src=\"a.png\" caption=page.title %}",
                "<figure><img src=\"a.png\" alt=\"Page\"><figcaption>Page</figcaption></figure>",
            ),
            ("{% include nav.html %}x", "x !shortcode-unknown at {% include nav.html %}"),
            ("{% gist a/1 %}", "<p><a href=\"https://gist.github.com/a/1\">https://gist.github.com/a/1</a></p>"),
            ("{% own %}x{% endown %}", "x !shortcode-unknown at {% own %}"),
            ("<a href=\"{{ site.url }}/x\">y</a>", "<a href=\"https://x.org/x\">y</a>"),
            ("<img src=\"{{ page.x }}/y\">", "<img src=\"about:blank/y\"> !shortcode-unknown at {{ page.x }}"),
        ],
    );
    assert_all(
        Markup::Html,
        Syntax::Liquid,
        &[("<p>{% highlight js %}\na<b\n{% endhighlight %}</p>", "<p><pre><code class=\"language-js\">a&lt;b</code></pre></p>")],
    );
}

#[test]
fn mdx() {
    assert_all(
        Markup::Mdx,
        Syntax::Unknown,
        &[
            (
                "import A from './a.png'\nexport const x = {\n  y: 1,\n}\n\nText <Image src={A} alt=\"b\" />",
                "Text <img src=\"./a.png\" alt=\"b\">",
            ),
            ("a{' '}b {/* c */} {x.y} {`t`}", "a b t !shortcode-unknown at {x.y}"),
            (
                "<Tabs>\n  <TabItem value=\"a\" label=\"A\">\n\n    ```js\n    let {x} = y\n    ```\n\n  </TabItem>\n</Tabs>",
                "<p><strong>A</strong></p> ```js let {x} = y ```",
            ),
            (":::note[Title]\n\n*x*\n\n:::", "<blockquote><p><strong>Title</strong></p> *x* </blockquote>"),
            ("<Own a={1}>x</Own><Own />", "x !shortcode-unknown at <Own a={1}>"),
            ("<div className=\"a\" style={{color: 'red'}}>x</div>", "<div class=\"a\">x</div>"),
            ("`{x}` `<A>`", "`{x}` `<A>`"),
            ("1 < 2 and <https://x.org>", "1 < 2 and <https://x.org>"),
            ("$a_{1}$", "$a_{1}$"),
            ("<Admonition type=\"tip\" title=\"T\">x</Admonition>", "<blockquote><p><strong>T</strong></p> x </blockquote>"),
            ("{/* truncate */}", "<!--more-->"),
        ],
    );
}

#[test]
fn files_of_no_generator() {
    assert_all(
        Markup::Markdown,
        Syntax::Unknown,
        &[
            ("{{ x }} {{ subscriber.name }} {x} {%", "{{ x }} {{ subscriber.name }} {x} {%"),
            ("`{{< x >}}` `{% raw %}`", "`{{< x >}}` `{% raw %}`"),
            ("    {{< x >}}", "    {{< x >}}"),
            ("```\n:::note\n:::\n```", "```\n:::note\n:::\n```"),
            ("{{< ref b >}}", "https://x.org/b/"),
            (":::tip Title\nx\n:::", "<blockquote><p><strong>Title</strong></p> x </blockquote>"),
            ("::::own\n:::info\nx\n:::\n::::", "<blockquote><p><strong>Info</strong></p> x </blockquote> !shortcode-unknown at ::::own"),
            (":::alone", ":::alone"),
            ("a\n\n!!! tip \"T\"\n    b\n\n    - c\n\nd", "a <blockquote><p><strong>T</strong></p> b - c </blockquote> d"),
            ("??? own\n    b", "b !shortcode-unknown at ??? own"),
            ("wow!!! really", "wow!!! really"),
            ("import Own from \"./a\"\n\n<Own x={1}>b</Own>", "b !shortcode-unknown at <Own x={1}>"),
        ],
    );
    assert_all(Markup::Text, Syntax::Hugo, &[("{{< x >}}", "{{< x >}}")]);
}

#[test]
fn places_on_lists_and_quotations_are_kept() {
    let text = |source: &str| read(source, Markup::Markdown, Syntax::Hugo).unwrap().text().to_owned();
    assert_eq!(text("- {{< figure src=a >}}\n- b"), "- <p><img src=\"a\" alt=\"\"></p>\n\n- b");
    assert_eq!(
        text("1. x\n\n   {{< note >}}\n   y\n   {{< /note >}}"),
        "1. x\n\n   <blockquote><p><strong>Note</strong></p>\n   \n   \n   y\n\n   </blockquote>\n"
    );
    assert_eq!(text("> {{< figure src=a >}}\n> b"), "> <p><img src=\"a\" alt=\"\"></p>\n>\n> b");
    assert_eq!(
        text("{{< tabs >}}\n\n    {{< tab A >}}\n    x\n    {{< /tab >}}\n{{< /tabs >}}").replace('\n', "|"),
        "||<p><strong>A</strong></p>|||x||||"
    );
}

#[test]
fn one_warning_names_all_that_was_left_out() {
    let text = "{{< a >}}{{< b >}}{{< a >}}{{< c >}}{{< d >}}{{< e >}}{{< f >}}{{< g >}}";
    let translated = read(text, Markup::Markdown, Syntax::Hugo).unwrap();
    let messages: Vec<&str> = translated.faults.iter().map(|(fault, _)| fault.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "tidings doesn't know `{{< a >}}`, `{{< b >}}`, `{{< c >}}`, `{{< d >}}`, `{{< e >}}` and 2 more, so only the text inside was kept"
        ]
    );
}

#[test]
fn hostile_texts_end() {
    let many = |unit: &str| unit.repeat(4_000);
    for text in [
        many("{% raw %}"),
        many("{{< a "),
        many("{{< a >}}"),
        many("{{"),
        many("{%"),
        many("<A>"),
        many("<A b={"),
        many("{`"),
        many("{/*"),
        many(":::a\n"),
        many("{{< a \""),
        many("{% x %}"),
        many("{{ a(b=["),
        format!("{{% assign x = 'ab' %}}{}{{{{ x }}}}", "{% assign x = x | append: x %}".repeat(64)),
        format!("{}x{}", "{% for i in (1..1000) %}".repeat(30), "{% endfor %}".repeat(30)),
    ] {
        for (markup, syntax) in [(Markup::Markdown, Syntax::Liquid), (Markup::Markdown, Syntax::Hugo), (Markup::Mdx, Syntax::Unknown)] {
            let length = read(&text, markup, syntax).map_or(0, |translated| translated.text().len());
            assert!(length < text.len() * 10 + 200_000, "{length} bytes of {}", &text[..20]);
        }
    }
}

fn markups() -> impl Strategy<Value = (Markup, Syntax)> {
    let syntaxes = prop_oneof![Just(Syntax::Unknown), Just(Syntax::Hugo), Just(Syntax::Zola), Just(Syntax::Liquid), Just(Syntax::Pelican)];
    (prop_oneof![Just(Markup::Markdown), Just(Markup::Mdx), Just(Markup::Html)], syntaxes)
}

proptest! {
    #[test]
    fn text_without_syntax_is_unchanged(text in "[^{<:\\[]{0,200}", (markup, syntax) in markups()) {
        if let Some(translated) = read(&text, markup, syntax) {
            // Only a line that imports is left out.
            prop_assert!(markup == Markup::Mdx && (text.contains("import ") || text.contains("export ")), "{}", translated.text());
        }
    }

    #[test]
    fn no_text_is_too_odd(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{{", "}}", "{%", "%}", "{{<", ">}}", "{{%", "%}}", "/*", "*/", "\"", "'", "`", "=", "(", ")", "[", "](", "|", ":", ":::", "\n", "\n\n", " ",
            "    ", "- ", "> ", "<", ">", "</", "/>", "{", "}", "raw", "endraw", "highlight", "endhighlight", "if", "else", "endif", "for x in (1..9)", "endfor", "figure", "a", "é",
            "import ", " from ", "export const ", "Tabs", "note", "ref", "end", "site.url", "{:", "```", "$",
        ]), 0..60),
        (markup, syntax) in markups(),
    ) {
        let text = parts.concat();
        if let Some(translated) = read(&text, markup, syntax) {
            for at in 0..=translated.text().len() {
                prop_assert!(translated.original(at) <= text.len());
            }
            for (_, range) in &translated.faults {
                prop_assert!(text.get(range.clone()).is_some());
            }
        }
    }
}
