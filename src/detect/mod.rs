//! An existing site to a configuration as written: its generator's own files in, `tidings.toml` and notes out.
//!
//! Each generator has a file that knows where its configuration says what, and which of tidings' settings make the same
//! entries with the same ids and addresses. Programs (`pelicanconf.py`, `astro.config.mjs`) are read for the literals in
//! them and never run; what is not a literal is told.

mod astro;
mod docusaurus;
mod eleventy;
mod hugo;
mod javascript;
mod jekyll;
mod patterns;
mod pelican;
mod plain;
mod python;
mod scope;
mod settings;
mod site_files;
mod starter;
mod tree;
mod zola;

pub use plain::settings_of_folder;
pub use settings::{Settings, render_config};
pub use site_files::{SiteFiles, is_wanted};
pub use starter::starter_files;

use crate::diagnostic::{Diagnostic, Source};
use tree::Tree;

/// A generator whose sites are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generator {
    Hugo,
    Zola,
    Jekyll,
    Pelican,
    Eleventy,
    Astro,
    Docusaurus,
}

impl Generator {
    /// The name for people; in lower case, the one for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Generator::Hugo => "Hugo",
            Generator::Zola => "Zola",
            Generator::Jekyll => "Jekyll",
            Generator::Pelican => "Pelican",
            Generator::Eleventy => "Eleventy",
            Generator::Astro => "Astro",
            Generator::Docusaurus => "Docusaurus",
        }
    }
}

/// Files and folders that only a site has, or that a site has most likely.
pub const MARKS: &[&str] = &[
    "hugo.toml",
    "hugo.yaml",
    "hugo.yml",
    "hugo.json",
    "config/_default",
    "zola.toml",
    "config.toml",
    "config.yaml",
    "config.yml",
    "config.json",
    "_config.yml",
    "_config.yaml",
    "_config.toml",
    "pelicanconf.py",
    "docusaurus.config.js",
    "docusaurus.config.ts",
    "astro.config.mjs",
    "astro.config.js",
    "astro.config.ts",
    "eleventy.config.js",
    "eleventy.config.mjs",
    "eleventy.config.cjs",
    "eleventy.config.ts",
    ".eleventy.js",
];

/// Which generator's site the files are, by its own configuration.
pub fn generator(files: &SiteFiles) -> Option<Generator> {
    generators(files).into_iter().next()
}

/// All generators whose configuration is there; the first is the likeliest.
fn generators(files: &SiteFiles) -> Vec<Generator> {
    let has = |names: &[&str]| files.first(names).is_some();
    let scripts = |name: &str| ["js", "mjs", "cjs", "ts", "mts", "cts"].iter().any(|ext| files.source(&format!("{name}.{ext}")).is_some());
    // Hugo's old file name is Zola's too: one writes baseURL, the other base_url.
    let shared = files.first(hugo::OLD_NAMES).map(zola::is_zola);
    let is_hugo = hugo::sources(files).iter().any(|source| hugo::is_named(source));
    let found = [
        (Generator::Hugo, is_hugo),
        (Generator::Zola, has(&["zola.toml"]) || !is_hugo && shared == Some(true)),
        (Generator::Hugo, !is_hugo && !has(&["zola.toml"]) && shared == Some(false)),
        (Generator::Pelican, has(&["pelicanconf.py"])),
        (Generator::Docusaurus, scripts("docusaurus.config")),
        (Generator::Astro, scripts("astro.config")),
        (Generator::Eleventy, scripts("eleventy.config") || scripts(".eleventy")),
        (Generator::Jekyll, has(jekyll::NAMES) && !jekyll::is_hexo(files)),
    ];
    found.into_iter().filter(|(_, is_there)| *is_there).map(|(generator, _)| generator).collect()
}

/// Reads the configuration of the site that the files are. An error is a fault in it, at its place.
pub fn detect(files: &SiteFiles) -> Option<Result<Settings, Vec<Diagnostic>>> {
    let mut all = generators(files).into_iter();
    let generator = all.next()?;
    let read = match generator {
        Generator::Hugo => hugo::read,
        Generator::Zola => zola::read,
        Generator::Jekyll => jekyll::read,
        Generator::Pelican => pelican::read,
        Generator::Eleventy => eleventy::read,
        Generator::Astro => astro::read,
        Generator::Docusaurus => docusaurus::read,
    };
    let mut settings = Settings { generator: Some(generator), ..Settings::default() };
    Some(read(files, &mut settings).map(|()| {
        let others: Vec<&str> = all.map(Generator::name).collect();
        if !others.is_empty() {
            settings.note(format!(
                "there is a configuration of {} too: if that makes the site, move {}'s away and run this again",
                others.join(" and "),
                generator.name()
            ));
        }
        settings.finish(files);
        settings
    }))
}

/// Reads the first of these files that is there.
fn read_first<'a>(files: &'a SiteFiles, names: &[&str]) -> Result<Option<(&'a Source, Tree)>, Vec<Diagnostic>> {
    match files.first(names) {
        Some(source) => Ok(Some((source, Tree::read(source)?))),
        None => Ok(None),
    }
}

/// A site of these files, read: for the tests of each generator.
#[cfg(test)]
fn settings_of_site(sources: &[(&str, &str)], paths: &[&str]) -> Settings {
    let sources = sources.iter().map(|(path, text)| Source::new(path, *text)).collect();
    detect(&SiteFiles { paths: paths.iter().map(|path| (*path).to_owned()).collect(), sources }).unwrap().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Overrides, read_config};
    use proptest::prelude::*;

    /// Whatever the files hold: no panic, and what is written can be read.
    fn check(path: &str, text: &str) {
        let files = SiteFiles { paths: vec!["content/a.md".into(), "static/a.png".into()], sources: vec![Source::new(path, text)] };
        let Some(Ok(settings)) = detect(&files) else { return };
        let written = render_config(&settings, "Stand-in");
        let (config, faults) = read_config(&Source::new("tidings.toml", &written), std::path::Path::new("."), &Overrides::new());
        assert!(config.is_some() && faults.is_empty(), "{path}: {text:?}\n{written}\n{faults:?}");
    }

    #[test]
    fn one_of_several_configurations_is_taken_and_the_others_told() {
        let found = settings_of_site(&[("hugo.toml", "title = 'H'\nbaseURL = 'https://example.org/'"), ("_config.yml", "title: J")], &[]);
        assert_eq!((found.generator, found.title.as_deref()), (Some(Generator::Hugo), Some("H")));
        assert!(found.notes.iter().any(|note| note.starts_with("there is a configuration of Jekyll too")), "{:?}", found.notes);
        let lone = settings_of_site(&[("config.toml", "title = 'Z'\nbase_url = 'https://example.org/'")], &[]);
        assert_eq!(lone.generator, Some(Generator::Zola));
        assert!(!lone.notes.iter().any(|note| note.contains("too:")), "{:?}", lone.notes);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn any_file_makes_a_configuration_that_can_be_read(text in "(\\PC|[\\[\\]{}'\"`$:/*#=\\\\\n]){0,60}") {
            for path in ["hugo.toml", "_config.yml", "pelicanconf.py", "eleventy.config.js", "astro.config.mjs", "docusaurus.config.ts"] {
                check(path, &text);
            }
        }

        #[test]
        fn any_value_makes_a_configuration_that_can_be_read(value in "\\PC{0,20}") {
            let quoted = format!("\"{}\"", value.replace(['\\', '"'], ""));
            let toml = format!(
                "baseURL = {quoted}\ntitle = {quoted}\nlanguageCode = {quoted}\ntimeZone = {quoted}\ncopyright = {quoted}\ncontentDir = {quoted}\n\
                 [params]\nauthor = {quoted}\n[permalinks]\n{quoted} = {quoted}\n"
            );
            check("hugo.toml", &toml);
            check("config.toml", &format!("base_url = {quoted}\ntitle = {quoted}\ndefault_language = {quoted}\nignored_content = [{quoted}]\n"));
            check("_config.yml", &format!("title: {quoted}\nurl: {quoted}\npermalink: {quoted}\nexclude: [{quoted}]\nshow_drafts: true\n"));
            check("_config.yml", &format!("defaults:\n- scope: {{ path: {quoted} }}\n  values: {{ author: {quoted}, {quoted}: [{quoted}] }}\n"));
            check("hugo.toml", &format!("ignoreFiles = [{quoted}]\n"));
            check(".eleventy.js", &format!("c.ignores.add({quoted}); c.ignores.add('./{{a,b'); x = {{ dir: {{ input: {quoted} }} }}"));
            check("pelicanconf.py", &format!("DEFAULT_METADATA = {{{quoted}: {quoted}, 'status': {quoted}}}\nIGNORE_FILES = [{quoted}]\n"));
            check("pelicanconf.py", &format!("SITENAME = {quoted}\nPATH = {quoted}\nARTICLE_URL = {quoted}\nARTICLE_PATHS = [{quoted}]\n"));
            let script = format!("x = {{ title: {quoted}, site: {quoted}, url: {quoted}, baseUrl: {quoted}, blog: {{ path: {quoted}, routeBasePath: {quoted} }} }}");
            check("docusaurus.config.js", &script);
            check("astro.config.mjs", &script);
        }
    }
}
