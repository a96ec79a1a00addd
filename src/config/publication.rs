//! `[site]`, `[content]` and `[feeds]`.

use super::ContentSpec;
use super::table::{Given, Table};
use crate::body::Theme;
use crate::content::{Defaults, Field, IdScheme, Pattern, ReadRules, Slugs, Value};
use crate::diagnostic::Diagnostic;
use crate::feed::{Detail, FeedSpec, Format};
use crate::files;
use crate::language;
use crate::site::{Person, Site, Translation};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use url::Url;

pub(super) fn site(top: &mut Table, faults: &mut Vec<Diagnostic>) -> Option<Site> {
    let Some(mut table) = top.table("site") else {
        top.miss("site", "add a table [site] with `title` and `url`, or give --title and --url");
        return None;
    };
    let title = table.text("title").filter(|title| !title.value.trim().is_empty());
    let url_text = table.text("url");
    if title.is_none() {
        table.miss("title", "add `title = \"…\"` under [site], or give --title");
    }
    let url = match &url_text {
        Some(given) => match Site::read_url(&given.value) {
            Ok(url) => Some(url),
            Err(reason) => {
                table.refuse("url", given, &format!("is not a URL that works: {reason}"), "write it whole, such as https://example.org/");
                None
            }
        },
        None => {
            table.miss("url", "add `url = \"https://…\"` under [site], or give --url");
            None
        }
    };
    let description = table.text("description").map(|given| given.value).unwrap_or_default();
    let language = table.text("language").and_then(|given| language_tag(&mut table, given)).unwrap_or_else(|| "en".into());
    let timezone = table.text("timezone").and_then(|given| timezone(&mut table, given)).unwrap_or(Tz::UTC);
    let authors = [table.tables("author"), table.tables("authors")].into_iter().flatten();
    let authors = authors.filter_map(|person| author(person, faults)).collect();
    let copyright = table.text("copyright").map(|given| given.value);
    let (icon, logo) = (table.text("icon"), table.text("logo"));
    let picture = |table: &mut Table, key: &str, given: Option<Given<String>>| {
        let given = given?;
        let found = url.as_ref().and_then(|base| below(base, &given.value));
        if found.is_none() && url.is_some() {
            table.refuse(key, &given, "is not a URL or a path", "write a path such as /icon.png, or a whole URL");
        }
        found
    };
    let icon = picture(&mut table, "icon", icon);
    let logo = picture(&mut table, "logo", logo);
    let translations = translations(&mut table, url.as_ref(), faults);
    faults.append(&mut table.finish());
    Some(Site {
        title: title?.value,
        url: url?,
        url_text: url_text?.value,
        description,
        language,
        authors,
        timezone,
        copyright,
        icon,
        logo,
        translations,
    })
}

/// `[site.languages.fr]`: what the site says of itself in other languages.
fn translations(site: &mut Table, url: Option<&Url>, faults: &mut Vec<Diagnostic>) -> BTreeMap<String, Translation> {
    let mut found = BTreeMap::new();
    for (tag, mut table) in site.named_tables("languages") {
        let title = table.text("title").map(|given| given.value);
        let description = table.text("description").map(|given| given.value);
        let mut home = None;
        if let Some(given) = table.text("url") {
            home = url.and_then(|base| below(base, &given.value));
            if home.is_none() && url.is_some() {
                table.refuse("url", &given, "is not a URL or a path", "write a path such as /fr/, or a whole URL");
            }
        }
        match language::tag(&tag.value) {
            Some(tag) => {
                found.insert(language::usual_form(&tag), Translation { title, description, home });
            }
            None => site.refuse(
                "languages",
                &tag,
                &format!("has the key `{}`, which is no language", tag.value),
                "use a tag such as fr, pt-BR or zh-Hans",
            ),
        }
        faults.append(&mut table.finish());
    }
    found
}

/// A path from the site's root, or a whole web address.
pub(super) fn below(base: &Url, text: &str) -> Option<String> {
    let url = match text.strip_prefix('/') {
        Some(rest) if !rest.starts_with('/') => base.join(&format!("./{rest}")),
        _ => base.join(text),
    };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https")).map(String::from)
}

fn language_tag(table: &mut Table, given: Given<String>) -> Option<String> {
    let tag = language::tag(&given.value);
    if tag.is_none() {
        table.refuse("language", &given, &format!("can't be `{}`", given.value), "use a tag such as en, pt-BR or zh-Hans");
    }
    tag
}

fn timezone(table: &mut Table, given: Given<String>) -> Option<Tz> {
    let found = given.value.parse::<Tz>().ok();
    if found.is_none() {
        let near = chrono_tz::TZ_VARIANTS.iter().map(|zone| (strsim::damerau_levenshtein(zone.name(), &given.value), zone.name())).min();
        let help = match near {
            Some((distance, name)) if distance <= 4 => format!("did you mean `{name}`?"),
            _ => "use a name of the IANA list, such as Europe/Paris or UTC".to_owned(),
        };
        table.refuse("timezone", &given, &format!("knows no zone `{}`", given.value), &help);
    }
    found
}

fn author(mut table: Table, faults: &mut Vec<Diagnostic>) -> Option<Person> {
    let name = table.text("name").map(|given| given.value);
    let email = table.text("email").map(|given| given.value);
    let url = table.text("url").map(|given| given.value);
    if name.is_none() && email.is_none() {
        table.miss("name", "give the author a name");
    }
    faults.append(&mut table.finish());
    Some(Person { name: name.or_else(|| email.clone())?, email, url })
}

pub(super) fn content(top: &mut Table, root: &Path, faults: &mut Vec<Diagnostic>) -> (ContentSpec, ReadRules) {
    let mut spec = ContentSpec { dir: root.join("content"), undated: true, gitignore: true, ..ContentSpec::default() };
    let root_name = |dir: &Path| dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut rules = ReadRules { root_name: root_name(&spec.dir), ..ReadRules::default() };
    let Some(mut table) = top.table("content") else { return (spec, rules) };
    if let Some(dir) = table.text("dir") {
        spec.dir = root.join(dir.value);
        rules.root_name = root_name(&spec.dir);
    }
    spec.static_dir = table.text("static").map(|given| root.join(given.value));
    rules.permalink = table.text("permalink").and_then(|given| pattern(&mut table, "permalink", &given));
    if let Some(mut inner) = table.table("permalinks") {
        for (section, given) in inner.rest("change the value") {
            if let Some(pattern) = pattern(&mut inner, &section, &given) {
                rules.sections.push((section, pattern));
            }
        }
        faults.append(&mut inner.finish());
    }
    rules.translations = table.text("permalink_translations").and_then(|given| pattern(&mut table, "permalink_translations", &given));
    rules.defaults = defaults(&mut table, faults);
    let schemes: Vec<(&str, IdScheme)> = IdScheme::NAMES.iter().filter_map(|name| Some((*name, IdScheme::parse(name)?))).collect();
    rules.ids = table.choice("ids", &schemes).unwrap_or_default();
    spec.include = patterns(&mut table, "include");
    spec.exclude = patterns(&mut table, "exclude");
    rules.slugs = table.choice("slugs", Slugs::NAMES).unwrap_or_default();
    if let Some(given) = table.text("encoding") {
        spec.encoding = encoding_rs::Encoding::for_label(given.value.as_bytes());
        if spec.encoding.is_none() {
            table.refuse(
                "encoding",
                &given,
                &format!("knows no encoding `{}`", given.value),
                "use a name of the WHATWG list, such as utf-8 or windows-1252",
            );
        }
    }
    if let Some(given) = table.texts("languages") {
        rules.languages = given.value.iter().map(|tag| tag.replace('_', "-")).collect();
    }
    spec.gitignore = table.flag_or_bool("gitignore").unwrap_or(true);
    spec.git_dates = table.flag_or_bool("git_dates").unwrap_or(false);
    spec.future = table.flag_or_bool("future").unwrap_or(false);
    spec.drafts = table.flag_or_bool("drafts").unwrap_or(false);
    // These generators' feeds have no pages without a date.
    spec.undated = table.flag_or_bool("undated").unwrap_or(!matches!(rules.ids, IdScheme::Zola | IdScheme::Pelican));
    spec.highlight = highlight(&mut table);
    spec.smart_punctuation = table.flag_or_bool("smart_punctuation").unwrap_or(false);
    rules.smart_titles = spec.smart_punctuation && rules.ids == IdScheme::Pelican;
    rules.undated_left_out = !spec.undated;
    faults.append(&mut table.finish());
    (spec, rules)
}

/// Fields in entries' stead, and whom the keys of authors stand for.
fn defaults(content: &mut Table, faults: &mut Vec<Diagnostic>) -> Defaults {
    let mut defaults = Defaults::default();
    for mut table in content.tables("defaults") {
        let path = table.text("path");
        let pattern = path.as_ref().map(|given| given.value.as_str()).unwrap_or_default();
        match table.fields("values") {
            Some(fields) => {
                if let (Err(reason), Some(path)) = (defaults.add(pattern, fields.value), &path) {
                    table.refuse("path", path, &format!("can't be used: {reason}"), "write it as in .gitignore");
                }
            }
            None if table.has_faults() => {}
            None => match &path {
                Some(path) => table.refuse("path", path, "gives its entries nothing", "add values = { author = \"…\" }"),
                None => table.miss("values", "write the fields, such as values = { author = \"…\" }"),
            },
        }
        faults.append(&mut table.finish());
    }
    if let Some(people) = content.fields("authors") {
        for person in &people.value {
            let fields = match &person.node.value {
                Value::Table(fields) => fields.clone(),
                _ => vec![Field { name: "name".into(), node: person.node.clone() }],
            };
            if !defaults.add_person(&person.name, fields) {
                let key = format!("authors.{}", person.name);
                content.refuse(
                    &key,
                    &Given::at(person.node.span),
                    "names nobody",
                    "write it as { name = \"…\", email = \"…\", url = \"…\" }",
                );
            }
        }
    }
    defaults
}

/// Patterns of files, as in `.gitignore`.
fn patterns(table: &mut Table, key: &'static str) -> Vec<String> {
    let Some(given) = table.texts(key) else { return Vec::new() };
    match files::bad_pattern(&given.value) {
        Some(reason) => {
            table.refuse(key, &given, &format!("has a pattern that can't be used: {reason}"), "write it as in .gitignore");
            Vec::new()
        }
        None => given.value,
    }
}

fn highlight(table: &mut Table) -> Option<Theme> {
    let given = table.text("highlight").filter(|given| given.value != "none")?;
    let found = Theme::NAMES.iter().find(|(name, _)| *name == given.value).map(|(_, theme)| *theme);
    if found.is_none() {
        let names: Vec<&str> = Theme::NAMES.iter().map(|(name, _)| *name).collect();
        table.refuse("highlight", &given, &format!("has no theme `{}`", given.value), &format!("use none, {}", names.join(", ")));
    } else if !Theme::IS_BUILT_IN {
        table.refuse("highlight", &given, "can't colour code", "this build of tidings was made without its feature `highlight`");
    }
    found
}

fn pattern(table: &mut Table, key: &str, given: &Given<String>) -> Option<Pattern> {
    if given.value.trim().is_empty() {
        table.refuse(key, given, "is empty, so that all entries would have one address", "write it as /:year/:month/:slug/");
        return None;
    }
    match Pattern::parse(&given.value) {
        Ok(pattern) => Some(pattern),
        Err((reason, help)) => {
            table.refuse(key, given, &format!("can't be used: {reason}"), &help);
            None
        }
    }
}

pub(super) fn feeds(top: &mut Table, root: &Path, site: Option<&Site>, faults: &mut Vec<Diagnostic>) -> (PathBuf, FeedSpec) {
    let mut spec = FeedSpec::default();
    let mut output = root.join("public");
    let Some(mut table) = top.table("feeds") else { return (output, spec) };
    if let Some(dir) = table.text("dir") {
        output = root.join(dir.value);
    }
    if let Some(given) = table.texts("formats") {
        let formats: Option<Vec<Format>> =
            given.value.iter().map(|name| Format::ALL.into_iter().find(|format| format.name() == name)).collect();
        match formats.filter(|formats| !formats.is_empty()) {
            Some(mut formats) => {
                formats.sort();
                formats.dedup();
                spec.formats = formats;
            }
            None => {
                let is_none = |name: &&String| Format::ALL.into_iter().all(|format| format.name() != *name);
                let reason = match given.value.iter().find(is_none) {
                    Some(name) => format!("names `{name}`, which is no format"),
                    None => "is empty".to_owned(),
                };
                table.refuse("formats", &given, &reason, "use some of \"rss\", \"atom\", \"json\"");
            }
        }
    }
    if let Some(given) = table.number("limit") {
        spec.limit = usize::try_from(given.value).ok().filter(|limit| *limit > 0);
    }
    spec.archive = table.flag_or_bool("archive").unwrap_or(spec.limit.is_none());
    if let Some(content) = table.choice("content", DETAILS) {
        spec.content = content;
    }
    if let Some(own_language_only) = table.choice("entries", &[("all", false), ("language", true)]) {
        spec.own_language_only = own_language_only;
        // What is left out of the site's feed stands there.
        spec.languages = own_language_only;
    }
    for (key, wanted) in [
        ("tags", &mut spec.tags),
        ("authors", &mut spec.authors),
        ("sections", &mut spec.sections),
        ("languages", &mut spec.languages),
        ("index", &mut spec.index),
    ] {
        *wanted = table.flag_or_bool(key).unwrap_or(*wanted);
    }
    if let Some(given) = table.text("hub") {
        spec.hub = site.and_then(|site| below(&site.url, &given.value));
        if spec.hub.is_none() {
            table.refuse("hub", &given, "is not a web address", "write it whole, such as https://hub.example.org/");
        }
    }
    faults.append(&mut table.finish());
    (output, spec)
}

pub(super) const DETAILS: &[(&str, Detail)] = &[("full", Detail::Full), ("summary", Detail::Summary)];

/// The base of a subscription's pages, without a last slash.
pub(super) fn list_url(list: Option<&mut Table>, site: Option<&Site>) -> String {
    let fallback = || site.map(|site| site.url.to_string()).unwrap_or_default();
    let url = match list {
        Some(table) => match table.text("url") {
            Some(given) => match Site::read_url(&given.value) {
                Ok(url) => url.to_string(),
                Err(reason) => {
                    table.refuse(
                        "url",
                        &given,
                        &format!("is not a URL that works: {reason}"),
                        "write it whole, such as https://list.example.org",
                    );
                    fallback()
                }
            },
            None => fallback(),
        },
        None => fallback(),
    };
    url.trim_end_matches('/').to_owned()
}
