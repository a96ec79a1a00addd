use super::super::address::IdScheme;
use super::*;

fn new(models: &[(&str, &str)], ids: IdScheme, root_name: &str) -> NewEntry {
    let models: Vec<Source> = models.iter().map(|(path, text)| Source::new(path, *text)).collect();
    let rules = ReadRules { ids, root_name: root_name.into(), ..ReadRules::default() };
    let date = DateTime::parse_from_rfc3339("2026-11-25T09:30:00+01:00").unwrap();
    new_entry(&models, &rules, "Été: the \"best\"", date)
}

#[test]
fn the_names_of_new_files_are_as_those_of_the_newest() {
    let yaml = "---\ntitle: x\n---\n";
    for (model, ids, root, path) in [
        ("_posts/2020-01-02-old.markdown", IdScheme::Jekyll, ".", "_posts/2026-11-25-été-the-best.markdown"),
        ("cats/_posts/2020-01-02-old.md", IdScheme::Jekyll, ".", "cats/_posts/2026-11-25-été-the-best.md"),
        ("2020-01-02-old.md", IdScheme::Jekyll, "_posts", "2026-11-25-été-the-best.md"),
        ("2020-01-02_old.md", IdScheme::Permalink, "content", "2026-11-25_été-the-best.md"),
        ("posts/old.md", IdScheme::Hugo, "content", "posts/été-the-best.md"),
        ("posts/old/index.md", IdScheme::Hugo, "content", "posts/été-the-best/index.md"),
        ("posts/2020-01-02-old/index.md", IdScheme::Zola, "content", "posts/2026-11-25-ete-the-best/index.md"),
        ("2024/05/old.md", IdScheme::Permalink, "content", "2026/11/été-the-best.md"),
        ("blog/2024/05/06/old.mdx", IdScheme::Permalink, "content", "blog/2026/11/25/été-the-best.mdx"),
        ("articles/old.md", IdScheme::Pelican, "content", "articles/ete-the-best.md"),
    ] {
        assert_eq!(new(&[(model, yaml)], ids, root).path, path, "{model}");
    }
}

#[test]
fn fields_are_those_of_the_newest_in_its_order_and_syntax() {
    for (ids, model, text) in [
        (
            IdScheme::Jekyll,
            "---\nlayout: post\ntitle: x\ndate: 2020-01-01\ntags: [a]\nimage: a.png\nauthor: Ann\n---\n",
            "---\nlayout: post\ntitle: \"Été: the \\\"best\\\"\"\ndate: 2026-11-25 09:30:00 +0100\ntags: []\nauthor: Ann\n---\n\n",
        ),
        (
            IdScheme::Hugo,
            "+++\ndate = 2020-01-01T00:00:00Z\ntitle = 'x'\nweight = 4\n+++\n",
            "+++\ndate = 2026-11-25T09:30:00+01:00\ntitle = \"Été: the \\\"best\\\"\"\ndraft = true\n+++\n\n",
        ),
        (
            IdScheme::Zola,
            "+++\ntitle = 'x'\ndate = 2020-01-01\ndraft = true\n[taxonomies]\ntags = ['a']\n[extra]\nx = 1\n+++\n",
            "+++\ntitle = \"Été: the \\\"best\\\"\"\ndate = 2026-11-25T09:30:00+01:00\ndraft = false\n\n[taxonomies]\ntags = []\n+++\n\n",
        ),
        (
            IdScheme::Pelican,
            "Title: x\nDate: 2020-01-01\nCategory: a\nAuthor: Ann\n\nText\n",
            "Title: Été: the \"best\"\nDate: 2026-11-25 09:30:00+01:00\nAuthor: Ann\n\n",
        ),
        (
            IdScheme::Permalink,
            "{\"title\": \"x\", \"pubDate\": \"2020-01-01\", \"tags\": [\"a\"]}\nText",
            "{\n  \"title\": \"Été: the \\\"best\\\"\",\n  \"pubDate\": \"2026-11-25T09:30:00+01:00\",\n  \"tags\": [],\n  \"draft\": true\n}\n\n",
        ),
        // A local time has a local time beside it.
        (IdScheme::Pelican, "Title: x\nDate: 2020-01-01 10:20\n\nText\n", "Title: Été: the \"best\"\nDate: 2026-11-25 09:30\n\n"),
        (
            IdScheme::Zola,
            "+++\ntitle = 'x'\ndate = 2020-01-01T00:00:00\n+++\n",
            "+++\ntitle = \"Été: the \\\"best\\\"\"\ndate = 2026-11-25T09:30:00\n+++\n\n",
        ),
        (IdScheme::Permalink, "# x\n\nText\n", "# Été: the \"best\"\n\n"),
    ] {
        assert_eq!(new(&[("2020-01-01-a.md", model)], ids, "content").text, text, "{model}");
    }
    assert_eq!(new(&[("2020-01-01-a.txt", "x\n\nText\n")], IdScheme::Permalink, "content").text, "Été: the \"best\"\n\n");
}

#[test]
fn an_empty_folder_is_written_as_its_generator_would() {
    for (ids, path, start) in [
        (IdScheme::Hugo, "posts/été-the-best.md", "+++\ntitle = "),
        (IdScheme::Zola, "ete-the-best.md", "+++\ntitle = "),
        (IdScheme::Jekyll, "_posts/2026-11-25-été-the-best.md", "---\ntitle: "),
        (IdScheme::Pelican, "ete-the-best.md", "Title: "),
        (IdScheme::Permalink, "2026-11-25-été-the-best.md", "---\ntitle: "),
    ] {
        let found = new(&[], ids, "content");
        assert_eq!((found.path.as_str(), found.text.starts_with(start)), (path, true), "{}", found.text);
    }
}

#[test]
fn yaml_words_that_mean_something_else_are_quoted() {
    for (text, expected) in
        [("A plain title", "A plain title"), ("no", "\"no\""), ("1.10", "\"1.10\""), ("a: b", "\"a: b\""), ("- x", "\"- x\"")]
    {
        assert_eq!(yaml(&Value::Text(text.into())), expected);
    }
}

#[test]
fn names_are_as_long_as_files_may_have() {
    let date = DateTime::parse_from_rfc3339("2026-05-01T10:00:00+02:00").unwrap();
    for (title, expected) in [
        ("word ".repeat(60), format!("2026-05-01-{}.md", vec!["word"; 24].join("-"))),
        ("長".repeat(200), format!("2026-05-01-{}.md", "長".repeat(39))),
        ("a/../../b".to_owned(), "2026-05-01-a-b.md".to_owned()),
    ] {
        let new = new_entry(&[], &ReadRules::default(), title.trim(), date);
        assert_eq!(new.path, expected);
        assert!(new.text.contains(title.trim()), "the title stays whole: {}", new.text);
    }
}
