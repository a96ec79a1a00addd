//! `tidings new`: an entry to write on, made as the folder's newest are.

use super::args::{NowArgs, SharedArgs, SiteArgs};
use super::load::{is_there, load_config, missing, open_content};
use super::{Exit, Failure, diagnostics_json};
use crate::content;
use crate::diagnostic::{Diagnostic, Source};
use crate::files;
use crate::pipeline;
use clap::Args;
use serde_json::json;

/// Start a new entry, written as the folder's newest are
#[derive(Clone, Debug, Args)]
pub struct NewArgs {
    /// Title of the entry
    #[arg(value_name = "TITLE")]
    words: String,
    #[command(flatten)]
    site: SiteArgs,
    #[command(flatten)]
    now: NowArgs,
}

/// So many of the newest entries show how the folder is written.
const MODELS: usize = 5;

/// Runs the command.
pub fn run(args: &NewArgs, shared: &SharedArgs) -> Result<Exit, Failure> {
    let voice = shared.voice();
    let now = args.now.now()?;
    let title = args.words.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err(Failure::new("the title is empty", "give one: tidings new \"A title\""));
    }
    let mut site = args.site.clone();
    if !is_there(shared) {
        if site.content.is_none() {
            return Err(missing(", or give --content"));
        }
        // An entry is written without them; to read the others, there must be some.
        site.url.get_or_insert_with(|| "https://example.org/".to_owned());
        site.title.get_or_insert_with(|| "Untitled".to_owned());
    }
    let (config, faults) = load_config(shared, &site)?;
    let Some(config) = config.filter(|_| !faults.iter().any(Diagnostic::is_error)) else {
        voice.diagnostics(&faults);
        voice.object(&json!({ "version": 1, "path": null, "diagnostics": diagnostics_json(&faults) }));
        return Ok(Exit::Problems);
    };
    let mut models = Vec::new();
    // A content folder that isn't there yet is made with its first entry.
    if files::exists(&config.content.dir) {
        let (folder, _) = open_content(&config)?;
        let (catalog, _) = pipeline::read_catalog(&config, &folder);
        let mut heads: Vec<_> = catalog.heads().iter().filter(|head| head.published.is_some()).collect();
        // A translation has a name of its own kind.
        heads.sort_by(|a, b| a.language.is_some().cmp(&b.language.is_some()).then_with(|| a.newest_first(b)));
        for head in heads.into_iter().take(MODELS) {
            let mut bytes = Vec::new();
            let text = folder.read(&head.path, &mut bytes).ok().and_then(|()| content::decode(&bytes, config.content.encoding).ok());
            models.extend(text.map(|text| Source { path: head.path.clone(), text }));
        }
    }
    let date = now.with_timezone(&config.site.timezone).fixed_offset();
    let new = content::new_entry(&models, &config.rules, &title, date);
    let path = config.content.dir.join(&new.path);
    let shown = path.to_string_lossy().replace('\\', "/").trim_start_matches("./").to_owned();
    if files::exists(&path) {
        return Err(Failure::new(format!("{shown} is there already, and nothing is overwritten"), "give another title, or edit that file"));
    }
    files::create_files(&config.content.dir, &[(new.path, new.text)]).map_err(|error| Failure::file("write", &path, &error))?;
    voice.object(&json!({ "version": 1, "path": shown, "diagnostics": [] }));
    voice.result(&shown);
    Ok(Exit::Done)
}
