//! A folder with the syntax of each generator: what readers see of it, and what the author is told.

use crate::project::Project;
use serde_json::Value;

/// The HTML of the entry of that title.
fn content(feed: &Value, title: &str) -> String {
    let items = feed["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["title"] == title).unwrap_or_else(|| panic!("no {title} in {feed}"));
    item["content_html"].as_str().unwrap().to_owned()
}

fn project() -> Project {
    Project::new()
        .file(
            "content/hugo.md",
            "---\ntitle: Hugo\ndate: 2024-01-01\n---\n{{< figure src=\"tide.png\" alt=\"Tide\" caption=\"A *high* tide\" >}}\n\n\
             See [Jekyll]({{< ref \"2024-01-02-jekyll\" >}}#top), [nothing]({{< ref \"nothing.md\" >}}) and {{< own >}}the *inside*{{< /own >}}.\n\n\
             {{% alert title=\"Mind\" %}}\nThe gap.\n{{% /alert %}}\n\n```\n{{</* sample */>}}\n```\n",
        )
        .file(
            "content/2024-01-02-jekyll.md",
            "---\ntitle: Jekyll\n---\nBack to [Hugo]({% link hugo.md %}), {{ page.title }}, {{ site.title }}{: .x }, {{ nobody }}.\n\n\
             {% highlight rust %}\nfn main() {}\n{% endhighlight %}\n\n{% raw %}Literal {{ braces }}.{% endraw %}\n\n[Draft](draft.md)\n",
        )
        .file(
            "content/zola.md",
            "+++\ntitle = \"Zola\"\ndate = 2024-01-03\n[extra]\nx = 1\n+++\n[Hugo](@/hugo.md) {{ youtube(id=\"abc\") }}\n\n\
             {% quote(author=\"Me\") %}\nWords\n{% end %}\n\n`{{closure}}` {{/* shown() */}}\n",
        )
        .file(
            "content/pelican.md",
            "Title: Pelican\nDate: 2024-01-04\n\n[TOC]\n\n[Hugo]({filename}/hugo.md) ![a]({static}/images/a.png) [tag]({tag}Sea Side)\n",
        )
        .file(
            "content/docs.mdx",
            "---\ntitle: Docs\ndate: 2024-01-05\n---\nimport Tabs from '@theme/Tabs';\nimport shot from './shot.png';\n\n\
             <Tabs>\n  <TabItem value=\"a\" label=\"First\">\n\n    ```js\n    const {x} = y;\n    ```\n\n  </TabItem>\n</Tabs>\n\n\
             <img src={shot} alt=\"Shot\" style={{width: 3}} />\n\n:::tip[Try *it*]\n\nNow {/* later */}{version}.\n\n:::\n\n[Zola](./zola.md)\n",
        )
        .file(
            "content/plain.md",
            "---\ntitle: Plain\ndate: 2024-01-06\n---\nTemplates say {{ name }} and `{{< ref >}}`.\n\n    {% code %}\n\nGone: [a](gone.md)\n",
        )
        .file("content/draft.md", "---\ntitle: Draft\ndate: 2024-01-07\ndraft: true\n---\nx\n")
}

#[test]
fn readers_see_what_the_generators_would_show() {
    let project = project();
    project.run("build").success();
    let feed: Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let url = |title: &str| {
        let item = feed["items"].as_array().unwrap().iter().find(|item| item["title"] == title).unwrap();
        item["url"].as_str().unwrap().to_owned()
    };
    let hugo = content(&feed, "Hugo");
    assert!(hugo.contains("<figcaption>A <em>high</em> tide</figcaption></figure>"), "{hugo}");
    assert!(hugo.contains(&format!("<a href=\"{}#top\">Jekyll</a>, nothing and the <em>inside</em>.", url("Jekyll"))), "{hugo}");
    assert!(
        hugo.contains("<blockquote><p><strong>Mind</strong></p>") || hugo.contains("<blockquote>\n<p><strong>Mind</strong></p>"),
        "{hugo}"
    );
    assert!(hugo.contains("{{&lt; sample &gt;}}"), "{hugo}");
    let jekyll = content(&feed, "Jekyll");
    assert!(jekyll.contains(&format!("<a href=\"{}\">Hugo</a>, Jekyll, Example, .", url("Hugo"))), "{jekyll}");
    assert!(jekyll.contains("<pre><code class=\"language-rust\">fn main() {}\n</code></pre>"), "{jekyll}");
    assert!(jekyll.contains("Literal {{ braces }}."), "{jekyll}");
    let zola = content(&feed, "Zola");
    assert!(zola.contains(&format!("<a href=\"{}\">Hugo</a> <a href=\"https://www.youtube.com/watch?v=abc\">", url("Hugo"))), "{zola}");
    assert!(zola.contains("<p>— Me</p>") && zola.contains("<code>{{closure}}</code> {{ shown() }}"), "{zola}");
    let pelican = content(&feed, "Pelican");
    assert!(pelican.contains(&format!("<a href=\"{}\">Hugo</a>", url("Hugo"))), "{pelican}");
    assert!(pelican.contains("src=\"https://example.org/images/a.png\"") && pelican.contains("/tag/sea-side.html"), "{pelican}");
    let docs = content(&feed, "Docs");
    assert!(docs.starts_with("<p><strong>First</strong></p>") && docs.contains("const {x} = y;\n</code>"), "{docs}");
    assert!(
        docs.contains("shot.png\" alt=\"Shot\"") && docs.contains("<strong>Try <em>it</em></strong>") && docs.contains("<p>Now .</p>"),
        "{docs}"
    );
    assert!(docs.contains(&format!("<a href=\"{}\">Zola</a>", url("Zola"))), "{docs}");
    let plain = content(&feed, "Plain");
    assert!(plain.contains("{{ name }}") && plain.contains("<code>{{&lt; ref &gt;}}</code>") && plain.contains("{% code %}"), "{plain}");
}

#[test]
fn the_author_is_told_once_for_each_file_and_each_dead_link() {
    let project = project();
    let report = project.run("build --format json").success().json();
    let told: Vec<String> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            format!("{}:{}:{} {}: {}", fault["file"], fault["line"], fault["column"], fault["code"], fault["message"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        told,
        [
            "content/2024-01-02-jekyll.md:4:80 shortcode-unknown: tidings doesn't know `{{ nobody }}`, so only the text inside was kept",
            "content/2024-01-02-jekyll.md:12:9 link-draft: the link leads to `draft.md`, which is a draft",
            "content/docs.mdx:22:18 shortcode-unknown: tidings doesn't know `{…}`, so only the text inside was kept",
            "content/hugo.md:7:62 link-broken: the link to `nothing.md` leads to no content file",
            "content/hugo.md:7:92 shortcode-unknown: tidings doesn't know `{{< own >}}`, so only the text inside was kept",
            "content/plain.md:9:11 link-broken: the link to `gone.md` leads to no content file",
        ]
    );
}

/// Zola and Hugo would stop: here the text stays, told and without an address that leads nowhere.
#[test]
fn a_dead_link_leaves_its_text() {
    let body = "[Zola](@/gone.md#a) [Plain](gone.md) [Hugo]({{< ref \"gone.md\" >}}) [Pelican]({filename}/gone.md) [Draft](draft.md)\n\
                [reference][r], [Out](../gone.md), <a href=\"@/gone.md\" title=\"T\">HTML</a>\n\n[r]: @/gone.md\n";
    let project = Project::new()
        .config("[newsletter]\nfrom = \"N <n@example.org>\"\nmode = \"digest\"\nperiod = \"all\"\ncontent = \"full\"\npostal_address = \"1 Quay\"\n")
        .file("content/a.md", format!("---\ntitle: A\ndate: 2024-01-01\n---\n{body}"))
        .file("content/draft.md", "---\ntitle: D\ndate: 2024-01-01\ndraft: true\n---\nx\n");
    let report = project.run("build --format json").success().json();
    let told = report["diagnostics"].as_array().unwrap().iter();
    let told: Vec<String> = told.map(|fault| format!("{} {}:{}", fault["code"], fault["line"], fault["column"]).replace('"', "")).collect();
    let broken = ["5:8", "5:29", "5:45", "5:78", "6:23", "6:45", "8:6"].map(|place| format!("link-broken {place}"));
    assert_eq!(told, [&broken[..4], &["link-draft 5:106".to_owned()], &broken[4..]].concat());
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let html = feed["items"][0]["content_html"].as_str().unwrap();
    assert_eq!(html, "<p>Zola Plain Hugo Pelican Draft\nreference, Out, HTML</p>\n");
    let text = project.read("public/newsletter/all/email.txt");
    assert!(!text.contains("gone") && !html.contains("gone"), "{text}");
}

#[test]
fn both_parts_of_a_message_are_free_of_syntax() {
    let project = project().config(
        "[newsletter]\nfrom = \"N <n@example.org>\"\nmode = \"digest\"\nperiod = \"all\"\ncontent = \"full\"\npostal_address = \"1 Quay\"\n",
    );
    project.run("build --now 2024-02-01T00:00:00Z").success();
    let text = project.read("public/newsletter/all/email.txt");
    for part in ["A high tide", "Mind", "Try it", "First", "Literal {{ braces }}."] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    for left in ["{{< figure", "{{% alert", "{% highlight", ":::", "import ", "[TOC]", "about:blank", "{: .x"] {
        assert!(!text.contains(left), "{left:?} in {text}");
    }
}

/// Jekyll's addresses are paths, and people write the site's address before them, once or twice.
#[test]
fn addresses_of_jekyll_are_whole_once() {
    let body = "[1]({{ site.url }}{{ site.baseurl }}{{ page.url }}) [2]({{ page.url | prepend: site.baseurl }}) [3]({{ page.url | absolute_url }})\n\
                [4]({% post_url 2024-01-01-a %}) [5]({{ site.baseurl }}{% post_url 2024-01-01-a %}) [6]({{ site.url }}{% post_url 2024-01-01-a %})\n\
                [7]({{ site.url }}{{ site.baseurl }}{% link _posts/2024-01-01-a.md %})\n\n\
                {% highlight text %}{% raw %}{{ x }}{% endraw %}{% endhighlight %}\n";
    let project = crate::project::Project::empty()
        .file("tidings.toml", "[site]\ntitle = \"J\"\nurl = \"https://j.example/b\"\n[content]\ndir = \".\"\nids = \"jekyll\"\npermalink = \"/:year/:month/:day/:title.html\"\n")
        .file("_posts/2024-01-01-a.md", format!("---\ntitle: A\n---\n{body}"));
    project.run("build").success().stderr("");
    let feed: serde_json::Value = serde_json::from_str(&project.read("public/feed.json")).unwrap();
    let html = feed["items"][0]["content_html"].as_str().unwrap();
    assert_eq!(html.matches("href=\"https://j.example/b/2024/01/01/a.html\"").count(), 7, "{html}");
    assert!(html.contains("{{ x }}") && !html.contains("raw"), "{html}");
}
