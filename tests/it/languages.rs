//! An issue in each language that tidings has words of: nothing in it is English that should not be.

use crate::project::Project;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/language/words")
}

/// The words of a language, by their keys; plural forms have their category after it.
fn table(tag: &str) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(folder().join(format!("{tag}.toml"))).unwrap();
    let mut words = BTreeMap::new();
    for (key, value) in text.parse::<toml::Table>().unwrap() {
        match value {
            toml::Value::String(text) => {
                words.insert(key, text);
            }
            toml::Value::Table(forms) => {
                words.extend(forms.into_iter().map(|(form, text)| (format!("{key}.{form}"), text.as_str().unwrap().to_owned())))
            }
            _ => panic!("{tag}: {key}"),
        }
    }
    words
}

/// What people see of HTML or hear: its text, and the attributes that are read out.
fn shown(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((text, tail)) = rest.split_once('<') {
        out.push_str(text);
        let (tag, after) = tail.split_once('>').unwrap_or((tail, ""));
        for name in ["alt", "aria-label", "aria-roledescription", "title", "content"] {
            // What robots read of `meta` is no words, but for the description.
            let is_words = name != "content" || tag.contains("name=\"description\"");
            if let Some((_, value)) = tag.split_once(&format!(" {name}=\"")).filter(|_| is_words) {
                out.push_str(&format!(" {} ", value.split('"').next().unwrap()));
            }
        }
        out.push(' ');
        rest = match tag.split([' ', '\n']).next() {
            Some("style") => after.split_once("</style>").map_or("", |(_, after)| after),
            _ if tag.starts_with("!--") => tail.split_once("-->").map_or("", |(_, after)| after),
            _ => after,
        };
    }
    out.push_str(rest);
    html_escape::decode_html_entities(&out).into_owned()
}

/// Without addresses, which have no language.
fn without_addresses(text: &str) -> String {
    let is_address = |word: &&str| word.contains("://") || word.contains("example.org");
    text.split_whitespace().filter(|word| !is_address(word)).collect::<Vec<_>>().join(" ")
}

/// All pages and parts of a newsletter in a language, whose own words are digits: `1`, `2 3`.
fn newsletter(tag: &str) -> Vec<(String, String)> {
    let project = Project::empty()
        .file(
            "tidings.toml",
            format!(
                "[site]\ntitle = \"◆\"\nurl = \"https://example.org\"\nlanguage = \"{tag}\"\n[newsletter]\nfrom = \"◆ <news@example.org>\"\n\
                 content = \"full\"\ngroup = \"tag\"\ncontents = true\nfeed = true\npostal_address = \"1\"\n"
            ),
        )
        .file("content/1.md", format!("---\ntitle: \"1\"\ndate: 2025-02-10\ntags: [\"7\"]\n---\n{}\n", "1 ".repeat(800)))
        .file("content/2.md", "---\ntitle: \"2\"\ndate: 2025-02-11\n---\n![3](https://example.org/3.png)\n\n<video src=\"https://example.org/v.mp4\"></video>\n\n<audio src=\"https://example.org/a.mp3\"></audio>\n\n> [!NOTE]\n> 4[^1]\n\n<iframe src=\"https://example.org/e\"></iframe>\n\n[^1]: 5\n")
        .file("content/3.md", "---\ndate: 2025-02-20\n---\n6 7 8.\n");
    project.run("build").success();
    let config = project.read("tidings.toml");
    let mut parts = Vec::new();
    let mut read = |project: &Project, name: &str| {
        let text = project.read(&format!("public/{name}"));
        parts.push((name.to_owned(), if name.ends_with(".html") { shown(&text) } else { text }));
    };
    for name in ["index.html", "newsletter/index.html"] {
        read(&project, name);
    }
    for issue in ["2025-W07", "2025-W08"] {
        for file in ["email.html", "email.txt", "index.html"] {
            read(&project, &format!("newsletter/{issue}/{file}"));
        }
    }
    let summary = project.file("tidings.toml", config.replace("\"full\"", "\"summary\""));
    summary.run("build").success();
    for file in ["email.html", "email.txt", "index.html"] {
        read(&summary, &format!("newsletter/2025-W07/{file}"));
    }
    parts.into_iter().map(|(name, text)| (name, without_addresses(&text))).collect()
}

#[test]
fn no_issue_says_anything_in_another_language() {
    let english = table("en");
    let mut tags: Vec<String> =
        std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    tags.sort();
    assert!(tags.len() >= 18, "{tags:?}");
    for tag in tags.iter().filter(|tag| *tag != "en") {
        let own = table(tag);
        let has_other_letters = own.values().flat_map(|text| text.chars()).any(|c| c.is_alphabetic() && c as u32 > 0x370);
        for (name, text) in newsletter(tag) {
            for (key, value) in english.iter().filter(|(key, _)| key.as_str() != "own_name") {
                // Some words are the same in both, such as Newsletter.
                let is_own = own.values().any(|text| text.to_lowercase().contains(&value.to_lowercase()));
                for piece in value.split(['{', '}']).step_by(2).map(str::trim).filter(|piece| piece.len() > 3 && !is_own) {
                    let is_said = text.match_indices(piece).any(|(at, _)| {
                        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
                        !is_letter(text[..at].chars().next_back()) && !is_letter(text[at + piece.len()..].chars().next())
                    });
                    assert!(!is_said, "{tag}: {name} says {piece:?} ({key}): {text}");
                }
            }
            for month in ["January", "February", "Feb "] {
                assert!(!text.contains(month), "{tag}: {name} says {month}: {text}");
            }
            if has_other_letters {
                let names = ["RSS", "Atom", "JSON", "Feed", "OPML", "https"];
                let latin = text.split(|c: char| !c.is_ascii_alphabetic()).find(|word| word.len() > 1 && !names.contains(word));
                assert_eq!(latin, None, "{tag}: {name}: {text}");
            }
        }
    }
}

#[test]
fn an_issue_says_what_it_should_in_each_language() {
    for (tag, wanted) in [
        (
            "fr",
            ["Dans ce numéro", "Autres", "3\u{a0}min de lecture", "Lire la suite", "10–16 février 2025", "Voir dans le navigateur\u{a0}:"],
        ),
        ("de", ["In dieser Ausgabe", "Weiteres", "3 Min.", "Weiterlesen", "10.–16. Februar 2025", "Abbestellen"]),
        ("ru", ["В этом выпуске", "Прочее", "3 мин", "Читать дальше", "10–16 февраля 2025", "Отписаться"]),
        ("ja", ["今号の内容", "その他", "約3分で読めます", "続きを読む", "2025年2月10日～16日", "配信を停止する"]),
        ("ar", ["في هذا العدد", "المزيد", "3 دقائق", "تابع القراءة", "فبراير 2025", "إلغاء الاشتراك"]),
    ] {
        let all: String = newsletter(tag).into_iter().map(|(_, text)| text + "\n").collect();
        for words in wanted {
            // Lines were put together at their spaces.
            assert!(all.replace('\u{a0}', " ").contains(&words.replace('\u{a0}', " ")), "{tag}: no {words:?} in {all}");
        }
    }
}
