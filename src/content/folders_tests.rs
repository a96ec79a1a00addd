//! Folders that say something about their entries.

use super::*;
use crate::diagnostic::Source;

fn folders(files: &[(&str, &str)], languages: &[&str]) -> (Folders, Vec<Diagnostic>) {
    let source = |(path, text): &(&str, &str)| Source::new(path, *text);
    let is_data = |path: &str| path.ends_with("json") || path.ends_with("yml");
    let sources: Vec<SourcePath> = files.iter().filter(|(path, _)| !is_data(path)).map(|file| source(file).path).collect();
    let assets = files.iter().filter(|(path, _)| is_data(path)).map(|(path, _)| (*path).to_owned()).collect();
    let languages: Vec<String> = languages.iter().map(|tag| (*tag).to_owned()).collect();
    Folders::read(&sources, &assets, &languages, &|path| {
        Ok(source(files.iter().find(|(name, _)| *name == &*path.relative).expect("only files that are there are read")))
    })
}

fn completed(folders: &Folders, path: &str, text: &str, dialect: Dialect) -> Vec<(String, String)> {
    completed_in("en", folders, path, text, dialect)
}

fn completed_in(language: &str, folders: &Folders, path: &str, text: &str, dialect: Dialect) -> Vec<(String, String)> {
    let (mut front_matter, _) = read_front_matter(&Source::new(path, text));
    folders.complete(path, Some(language), "en", dialect, &mut front_matter);
    assert!(front_matter.fields.iter().all(|field| field.node.span.end <= text.len()), "places lie in the entry's own file");
    front_matter.fields.iter().map(|field| (field.name.clone(), field.node.flat())).collect()
}

#[test]
fn a_cascade_gives_what_the_entry_lacks_the_nearest_first() {
    let (found, _) = folders(
        &[
            ("_index.md", "---\ncascade:\n  author: Ann\n  mood: calm\n---\n"),
            (
                "blog/_index.md",
                "+++\n[[cascade]]\nmood = 'wild'\n[cascade.target]\npath = '/blog/**'\n[[cascade]]\ndraft = true\n[cascade.target]\npath = '/news/**'\n+++\n",
            ),
            ("blog/a.md", ""),
        ],
        &[],
    );
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect::<Vec<_>>();
    assert_eq!(completed(&found, "blog/x/a.md", "---\nby: Bob\n---\n", Dialect::Hugo), pairs(&[("by", "Bob"), ("mood", "wild")]));
    assert_eq!(completed(&found, "a.md", "---\nx: 1\n---\n", Dialect::Hugo), pairs(&[("x", "1"), ("author", "Ann"), ("mood", "calm")]));
}

#[test]
fn data_files_give_fields_and_tags_but_no_collections() {
    let (found, faults) = folders(
        &[
            ("posts/posts.json", "{\"tags\": [\"posts\", \"sea\"], \"author\": \"Ann\"}"),
            ("posts/other.json", "not read"),
            ("posts/a.md", ""),
        ],
        &[],
    );
    assert_eq!(faults, []);
    let fields = completed(&found, "posts/a.md", "---\ntags: tide\n---\n", Dialect::Plain);
    assert_eq!(fields, [("tags".to_owned(), "sea, tide".to_owned()), ("author".to_owned(), "Ann".to_owned())]);
    assert_eq!(completed(&found, "posts/a.md", "---\ntags: tide\n---\n", Dialect::Hugo).len(), 1, "only Eleventy has such files");
}

#[test]
fn a_data_file_that_cannot_be_read_is_told_at_its_place() {
    let (_, faults) = folders(&[("blog/authors.yml", "ann:\n  name: [\n"), ("blog/a.md", "")], &[]);
    assert_eq!(
        faults.iter().map(|fault| (fault.code, fault.path.as_str())).collect::<Vec<_>>(),
        [("front-matter-invalid", "blog/authors.yml")]
    );
}

#[test]
fn keys_stand_for_people_and_tags() {
    let (found, _) = folders(
        &[
            ("authors.yml", "ann:\n  name: Ann Lee\n  title: Captain\n  url: https://ann.example\nghost:\n  url: https://x.example\n"),
            ("tags.yml", "tide:\n  label: High Tide\n"),
            ("2024/a.md", ""),
        ],
        &[],
    );
    let ann = found.person("2024/a.md", "ann").unwrap();
    assert_eq!((ann.name.as_str(), ann.url.as_deref()), ("Ann Lee", Some("https://ann.example")));
    assert_eq!((found.person("2024/a.md", "bob"), found.person("2024/a.md", "ghost")), (None, None));
    assert_eq!((found.tag("2024/a.md", "tide"), found.tag("2024/a.md", "sea")), (Some("High Tide"), None));
}

#[test]
fn folders_are_languages_by_their_names_and_neighbours() {
    let found = |paths: &[&str], languages: &[&str]| {
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, "")).collect();
        folders(&files, languages).0.languages.into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found(&["fr/a.md", "posts/a.md"], &[]), "fr");
    assert_eq!(found(&["ml/a.md", "posts/a.md", "is/b.md"], &[]), "", "machine learning");
    assert_eq!(found(&["is/a.md", "en/a.md", "pt-BR/x/a.md"], &[]), "en is pt-BR");
    assert_eq!(found(&["blog/en/a.md", "blog/fr/a.md", "docs/en/a.md"], &[]), "blog/en blog/fr");
    assert_eq!(found(&["fr/a.md", "ml/a.md", "zh_hant/a.md"], &["ml", "zh-Hant"]), "ml zh_hant");
}

#[test]
fn sections_bundles_and_drafts_are_known() {
    let (found, _) = folders(
        &[
            ("a/b/_index.md", "---\nslug: Bee\n---\n"),
            ("a/c/_index.md", "---\ntitle: Sea\ndraft: true\n---\n"),
            ("a/b/post/index.fr.md", ""),
            ("index.md", ""),
            ("cats/_posts/x.md", ""),
        ],
        &[],
    );
    let path = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!((found.section_depth(&path("a/b/x"), ""), found.section_depth(&path("a/x"), ""), found.section_depth(&[], "")), (2, 1, 0));
    assert_eq!(found.section_names(&path("a/b/x"), ""), ["a", "Bee"]);
    assert_eq!(found.section_names(&path("a/c"), ""), ["a", "Sea"]);
    assert!(found.in_draft("a/c/d/x.md") && !found.in_draft("a/b/x.md"));
    assert!(found.is_resource("a/b/post/note.md") && found.is_resource("a/b/post/deep/index.md"));
    assert!(!found.is_resource("a/b/post/index.fr.md") && !found.is_resource("a/b/x.md"), "an index.md at the top is no bundle");
    assert!(found.has_posts);
}

#[test]
fn a_cascade_is_of_its_own_language() {
    let cascade = |mood: &str| format!("---\ncascade: {{mood: {mood}}}\n---\n");
    let (found, _) = folders(
        &[("b/_index.fr.md", &cascade("doux")), ("b/_index.md", &cascade("calm")), ("de/b/_index.md", &cascade("ruhig")), ("b/a.md", "")],
        &["en", "fr", "de"],
    );
    for (language, path, mood) in [
        ("en", "b/a.md", "calm"),
        ("en", "b/a.en.md", "calm"),
        ("fr", "b/a.fr.md", "doux"),
        ("de", "de/b/a.md", "ruhig"),
        ("de", "b/a.de.md", ""),
    ] {
        let fields = completed_in(language, &found, path, "", Dialect::Hugo);
        assert_eq!(fields.first().map_or("", |(_, text)| text), mood, "{path}");
    }
}
