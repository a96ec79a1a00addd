//! The files of a new working folder.

use super::{Settings, render_config};
use askama::Template;

/// Builds the feeds on each push. Who has no other generator has them published, too.
#[derive(Template)]
#[template(path = "init/feeds.yml", escape = "none")]
struct WorkflowView<'a> {
    /// The generator, where it makes the pages.
    generator: Option<&'static str>,
    output: &'a str,
}

/// A first entry.
#[derive(Template)]
#[template(path = "init/hello.md", escape = "none")]
struct HelloView<'a> {
    date: &'a str,
}

/// A first draft.
#[derive(Template)]
#[template(path = "init/ideas.md", escape = "none")]
struct IdeasView<'a> {
    date: &'a str,
}

const IGNORED: &str = "# What tidings makes\n/public/\n\n# Subscribers, deliveries, and the key that signs their links: private\n/tidings.db*\n\
                       /tidings.secret\n";

/// The files of a folder with these settings, by their paths. `stand_in` is the title of a site whose own is not known,
/// `date` the day of the first entry, `has_ignored` whether there is a `.gitignore` already.
pub fn starter_files(settings: &mut Settings, stand_in: &str, date: &str, has_ignored: bool) -> Vec<(String, String)> {
    let is_new = settings.content_dir.is_empty();
    if is_new {
        settings.content_dir = "content".into();
    }
    let generator = settings.generator.map(super::Generator::name);
    let workflow = WorkflowView { generator, output: &settings.output };
    let mut files = vec![
        ("tidings.toml".to_owned(), render_config(settings, stand_in)),
        (".github/workflows/feeds.yml".to_owned(), workflow.render().unwrap_or_default()),
    ];
    if is_new {
        files.push((format!("content/{date}-hello.md"), HelloView { date }.render().unwrap_or_default()));
        files.push(("content/ideas.md".to_owned(), IdeasView { date }.render().unwrap_or_default()));
    }
    // Another generator's `public` may be no output at all.
    if generator.is_none() && !has_ignored {
        files.push((".gitignore".to_owned(), IGNORED.replace("/public/", &format!("/{}/", settings.output))));
    }
    for (_, text) in &mut files {
        // A template's file has no end of its last line.
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::super::{Generator, SiteFiles, settings_of_folder};
    use super::*;

    fn names(settings: &mut Settings, has_ignored: bool) -> Vec<String> {
        starter_files(settings, "T", "2026-05-01", has_ignored).into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn an_empty_folder_gets_entries_and_one_with_writing_none() {
        let mut empty = settings_of_folder(&SiteFiles::default());
        let all = ["tidings.toml", ".github/workflows/feeds.yml", "content/2026-05-01-hello.md", "content/ideas.md", ".gitignore"];
        assert_eq!(names(&mut empty, false), all);
        let mut written = Settings { content_dir: "posts".into(), output: "public".into(), ..Settings::default() };
        assert_eq!(names(&mut written, true), all[..2]);
        let mut site = Settings { generator: Some(Generator::Hugo), ..written };
        assert_eq!(names(&mut site, false), all[..2]);
    }

    #[test]
    fn only_feeds_without_another_generators_pages_are_published() {
        let mut settings = Settings { content_dir: "posts".into(), output: "public".into(), ..Settings::default() };
        let workflow = |settings: &mut Settings| starter_files(settings, "T", "2026-05-01", true).swap_remove(1).1;
        assert!(workflow(&mut settings).contains("deploy-pages"));
        settings.generator = Some(Generator::Zola);
        let text = workflow(&mut settings);
        assert!(!text.contains("deploy-pages") && text.contains("Zola"), "{text}");
    }
}
