//! `tidings init`: a working folder, new or from an existing site.

use super::args::{NowArgs, SharedArgs};
use super::{Exit, Failure, Voice, diagnostics_json};
use crate::content;
use crate::detect::{self, Settings, SiteFiles};
use crate::diagnostic::{Diagnostic, Source, SourcePath};
use crate::files;
use crate::template::BUILT_IN;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Make a folder that builds at once, new or from an existing site
#[derive(Clone, Debug, Args)]
pub struct InitArgs {
    /// Folder to make or to add to
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// Find a site of Hugo, Zola, Jekyll, Pelican, Eleventy, Astro or Docusaurus in the folder or around it, or fail
    #[arg(long)]
    detect: bool,
    /// Write the built-in templates to `templates/`, to be changed; only those that are not there yet
    #[arg(long, conflicts_with_all = ["detect", "title", "url", "language", "timezone"])]
    templates: bool,
    /// Title of the site
    #[arg(long)]
    title: Option<String>,
    /// Absolute URL of the site
    #[arg(long)]
    url: Option<String>,
    /// Language of the site (BCP 47)
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Zone of dates without an offset (IANA name)
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    #[command(flatten)]
    now: NowArgs,
}

/// A site's configuration is no larger than this.
const MAX_BYTES: usize = 1024 * 1024;

/// How far up a site is looked for.
const MAX_ANCESTORS: usize = 8;

/// Runs the command.
pub fn run(args: &InitArgs, shared: &SharedArgs) -> Result<Exit, Failure> {
    let voice = shared.voice();
    if args.templates {
        return write_templates(&args.dir, &voice);
    }
    let folder = if args.detect { around(&args.dir)? } else { args.dir.clone() };
    let (site, faults) = read_site(&folder)?;
    let found = match detect::detect(&site) {
        None if args.detect => return Err(nothing_found(&args.dir)),
        None => Ok(detect::settings_of_folder(&site)),
        Some(found) => found,
    };
    let mut settings = match found {
        Ok(settings) if faults.is_empty() => settings,
        Ok(_) => return Ok(refuse(&voice, &faults)),
        Err(more) => return Ok(refuse(&voice, &[faults, more].concat())),
    };
    obey(args, &mut settings)?;
    let today = args.now.now()?.format("%Y-%m-%d").to_string();
    let new = detect::starter_files(&mut settings, &stand_in(&folder), &today, files::exists(&folder.join(".gitignore")));
    let there: Vec<&str> = new.iter().map(|(path, _)| path.as_str()).filter(|path| files::exists(&folder.join(path))).collect();
    if !there.is_empty() {
        let message =
            format!("{} {} there already, and nothing is overwritten", there.join(", "), if there.len() == 1 { "is" } else { "are" });
        return Err(Failure::new(message, "move it away first, or give another folder: tidings init DIR"));
    }
    files::create_files(&folder, &new).map_err(|error| Failure::file("write to", &folder, &error))?;
    tell(&voice, &folder, &settings, &new);
    Ok(Exit::Done)
}

/// The built-in templates, but those whose files are there.
fn write_templates(folder: &Path, voice: &Voice) -> Result<Exit, Failure> {
    let all = BUILT_IN.iter().map(|(name, text)| (format!("templates/{name}"), (*text).to_owned()));
    let (there, new): (Vec<_>, Vec<_>) = all.partition(|(path, _)| files::exists(&folder.join(path)));
    files::create_files(folder, &new).map_err(|error| Failure::file("write to", folder, &error))?;
    let written: Vec<&str> = new.iter().map(|(path, _)| path.as_str()).collect();
    voice.object(&json!({ "version": 1, "generator": null, "written": written, "notes": [], "diagnostics": [] }));
    voice.result(&match written.as_slice() {
        [] => "Wrote nothing: all templates are there.".to_owned(),
        written => format!("Wrote {}.", written.join(", ")),
    });
    if !there.is_empty() {
        voice.note(&format!("note: {} are there already, and stay as they are", there.len()));
    }
    voice.result("Remove those that you don't change: a built-in template shows what an update brings.");
    Ok(Exit::Done)
}

/// The folder or the nearest one around it that looks like a site's.
fn around(dir: &Path) -> Result<PathBuf, Failure> {
    let whole = std::path::absolute(dir).map_err(|error| Failure::file("find", dir, &error))?;
    let is_site = |folder: &&Path| detect::MARKS.iter().any(|mark| files::exists(&folder.join(mark)));
    match whole.ancestors().take(MAX_ANCESTORS).find(is_site) {
        Some(found) if found == whole => Ok(dir.to_owned()),
        Some(found) => Ok(found.to_owned()),
        None => Err(nothing_found(dir)),
    }
}

fn nothing_found(dir: &Path) -> Failure {
    let message = format!("no site of Hugo, Zola, Jekyll, Pelican, Eleventy, Astro or Docusaurus is in {} or around it", dir.display());
    Failure::new(message, "run it where the generator's own configuration is (hugo.toml, _config.yml and the like), or without --detect")
}

/// All names, and the texts of what detection wants.
fn read_site(folder: &Path) -> Result<(SiteFiles, Vec<Diagnostic>), Failure> {
    let mut paths = files::list_files(folder).map_err(|error| Failure::file("read", folder, &error))?;
    let mut site = SiteFiles::default();
    let mut faults = Vec::new();
    for path in paths.iter().filter(|path| detect::is_wanted(path)) {
        let bytes = match files::read_file(&folder.join(path)) {
            Ok(bytes) if bytes.len() <= MAX_BYTES => bytes,
            Ok(_) => continue,
            Err(error) => {
                faults.push(Diagnostic::file_unreadable(&error.to_string()).in_file(path));
                continue;
            }
        };
        match content::decode(&bytes, None) {
            Ok(text) => {
                site.sources.push(Source { path: SourcePath { relative: path.as_str().into(), display: path.as_str().into() }, text })
            }
            Err(offset) => faults.push(Diagnostic::encoding_invalid(offset).in_file(path)),
        }
    }
    // What an earlier build left, even if `.gitignore` names it.
    let built = ["feed.xml", "atom.xml", "feed.json"].map(|name| format!("public/{name}"));
    paths.extend(built.into_iter().filter(|path| files::exists(&folder.join(path))));
    paths.sort();
    paths.dedup();
    site.paths = paths;
    Ok((site, faults))
}

fn refuse(voice: &Voice, faults: &[Diagnostic]) -> Exit {
    voice.diagnostics(faults);
    voice.object(&json!({ "version": 1, "generator": null, "written": [], "notes": [], "diagnostics": diagnostics_json(faults) }));
    voice.result("Nothing was written.");
    Exit::Problems
}

/// What the flags say comes first.
fn obey(args: &InitArgs, settings: &mut Settings) -> Result<(), Failure> {
    if let Some(url) = &args.url {
        crate::site::Site::read_url(url).map_err(|reason| {
            Failure::new(format!("--url: `{url}` is not a URL that works: {reason}"), "write it whole, such as https://example.org/")
        })?;
    }
    if let Some(tag) = args.language.as_ref().filter(|tag| crate::language::tag(tag).is_none()) {
        return Err(Failure::new(format!("--language: `{tag}` is no language"), "use a tag such as en, pt-BR or zh-Hans"));
    }
    if let Some(zone) = &args.timezone {
        zone.parse::<chrono_tz::Tz>().map_err(|_| {
            Failure::new(format!("--timezone: there is no zone `{zone}`"), "use a name of the IANA list, such as Europe/Paris")
        })?;
    }
    for (given, known, what) in [
        (&args.title, &mut settings.title, "title"),
        (&args.url, &mut settings.url, "url"),
        (&args.language, &mut settings.language, "language"),
        (&args.timezone, &mut settings.timezone, "timezone"),
    ] {
        if given.is_some() {
            known.clone_from(given);
            settings.notes.retain(|note| !note.starts_with(&format!("{what} not found")) && !note.starts_with(&format!("{what}: ")));
        }
    }
    Ok(())
}

/// A title for a site that has none: its folder's name.
fn stand_in(folder: &Path) -> String {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = whole.file_name().map(|name| name.to_string_lossy().replace(['-', '_'], " ")).unwrap_or_default();
    let mut letters = name.trim().chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "My Site".into(),
    }
}

fn tell(voice: &Voice, folder: &Path, settings: &Settings, new: &[(String, String)]) {
    let generator = settings.generator.map(|generator| generator.name());
    let written: Vec<String> = new.iter().map(|(path, _)| folder.join(path).to_string_lossy().replace('\\', "/")).collect();
    let written: Vec<&str> = written.iter().map(|path| path.trim_start_matches("./")).collect();
    voice.object(&json!({
        "version": 1,
        "generator": generator.map(str::to_lowercase),
        "written": written,
        "notes": settings.notes,
        "diagnostics": [],
    }));
    if let Some(name) = generator {
        let article = if name.starts_with(['A', 'E']) { "an" } else { "a" };
        voice.result(&format!("Found {article} {name} site ({}).", settings.from));
    }
    voice.result(&format!("Wrote {}.", written.join(", ")));
    for note in &settings.notes {
        voice.note(&format!("note: {note}"));
    }
    let place = match folder.to_string_lossy() {
        name if name == "." => String::new(),
        name if name.contains(char::is_whitespace) => format!("cd \"{name}\" && "),
        name => format!("cd {name} && "),
    };
    voice.result(&format!("Next: {place}tidings build"));
}
