//! From flags and files to a configuration and a content folder.

use super::Failure;
use super::args::{SharedArgs, SiteArgs};
use crate::config::{Config, read_config};
use crate::content::IdScheme;
use crate::diagnostic::{Diagnostic, Source, SourcePath};
use crate::files::{self, Folder, GitFault, WalkRules};
use crate::newsletter::Mode;
use crate::template::{self, Templates};
use std::path::{Path, PathBuf};

const FILE_NAME: &str = "tidings.toml";

/// Whether there is a configuration, or one is named that should be there.
pub(super) fn is_there(shared: &SharedArgs) -> bool {
    shared.config.is_some() || files::exists(Path::new(FILE_NAME))
}

/// What to say where no configuration is; `flags` is what the command takes in its place.
pub(super) fn missing(flags: &str) -> Failure {
    let help = format!("run it in the folder that has one, name it with --config, make one with `tidings init`{flags}");
    Failure::new(format!("there is no {FILE_NAME} here"), help)
}

/// Whether flags say enough without a file.
fn flags_suffice(site: &SiteArgs) -> Result<(), Failure> {
    let flags = [("--content", site.content.is_some()), ("--url", site.url.is_some()), ("--title", site.title.is_some())];
    let absent: Vec<&str> = flags.iter().filter(|(_, is_given)| !is_given).map(|(flag, _)| *flag).collect();
    match absent.as_slice() {
        // The content folder has a usual name.
        [] | ["--content"] => Ok(()),
        [flag] => Err(missing(&format!(", or give {flag}, too"))),
        [first, last] => Err(missing(&format!(", or give {first} and {last}, too"))),
        _ => Err(missing(", or give --content, --url and --title")),
    }
}

/// Reads the configuration; without a file, flags must say enough.
pub(super) fn load_config(shared: &SharedArgs, site: &SiteArgs) -> Result<(Option<Config>, Vec<Diagnostic>), Failure> {
    let path = shared.config.clone().unwrap_or_else(|| PathBuf::from(FILE_NAME));
    let text = if !is_there(shared) {
        flags_suffice(site)?;
        String::new()
    } else {
        let bytes = files::read_file(&path).map_err(|error| Failure::file("read", &path, &error))?;
        String::from_utf8(bytes).map_err(|error| {
            Failure::new(format!("{} is not UTF-8 from byte {} on", path.display(), error.utf8_error().valid_up_to()), "save it as UTF-8")
        })?
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let root = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let overrides = site.overrides(root == Path::new("."));
    let source = Source { path: SourcePath { relative: name.as_str().into(), display: name.into() }, text };
    let (mut config, mut faults) = read_config(&source, root, &overrides);
    if let Some(config) = &mut config {
        let (templates, mut found) = read_templates(root);
        faults.append(&mut found);
        if let Some(newsletter) = &mut config.newsletter {
            newsletter.templates = templates.clone();
        }
        config.feeds.templates = templates;
    }
    Ok((config, faults))
}

/// The files in `templates/` that may replace built-in ones.
fn read_templates(root: &Path) -> (Templates, Vec<Diagnostic>) {
    let mut sources = Vec::new();
    let mut faults = Vec::new();
    for folder in template::FOLDERS {
        let path = root.join("templates").join(folder);
        let mut names = files::list_all_files(&path);
        names.retain(|name| [".html", ".txt", ".css"].iter().any(|ending| name.ends_with(ending)));
        for name in names {
            let relative = format!("{folder}/{name}");
            let display = format!("templates/{relative}");
            let read = files::read_file(&path.join(&name)).map_err(|error| Diagnostic::file_unreadable(&error.to_string()));
            let text = read
                .and_then(|bytes| String::from_utf8(bytes).map_err(|error| Diagnostic::encoding_invalid(error.utf8_error().valid_up_to())));
            match text {
                Ok(text) => sources.push(Source { path: SourcePath { relative: relative.into(), display: display.into() }, text }),
                Err(fault) => faults.push(fault.in_file(display)),
            }
        }
    }
    let (templates, mut found) = Templates::read(sources);
    faults.append(&mut found);
    (templates, faults)
}

/// Walks the content folder.
pub(super) fn open_content(config: &Config) -> Result<(Folder, Vec<Diagnostic>), Failure> {
    if files::is_same(&config.output, &config.content.dir) {
        let help = "set another `dir` under [feeds], or give another --output";
        return Err(Failure::new(format!("{} is the content folder and the output folder at once", config.output.display()), help));
    }
    let rules = WalkRules {
        except: vec![config.output.clone()],
        include: config.content.include.clone(),
        exclude: config.content.exclude.clone(),
        no_gitignore: !config.content.gitignore,
        // These generators read such names, too.
        underscores: matches!(config.rules.ids, IdScheme::Hugo | IdScheme::Zola | IdScheme::Pelican),
        display_root: config.root.clone(),
    };
    let (mut folder, mut faults) = Folder::open(&config.content.dir, &rules).map_err(|error| {
        let help = "set `dir` under [content] in tidings.toml, or give --content";
        Failure::new(format!("the content folder {} can't be read: {error}", config.content.dir.display()), help)
    })?;
    if let Some(root) = &config.content.static_dir {
        folder.add_static(root, &rules).map_err(|error| {
            let help = "set `static` under [content] in tidings.toml to a folder that is there, or leave it out";
            Failure::new(format!("the static folder {} can't be read: {error}", root.display()), help)
        })?;
    }
    if config.content.git_dates {
        match files::read_history(&config.content.dir) {
            Ok(history) => folder.history = history,
            Err(fault) => faults.push(git_fault(&fault)),
        }
    }
    if config.newsletter.as_ref().is_some_and(|spec| spec.mode == Mode::Written) {
        let root = config.root.join("issues");
        folder.add_issues(&config.root).map_err(|error| Failure::file("read", &root, &error))?;
    }
    Ok((folder, faults))
}

fn git_fault(fault: &GitFault) -> Diagnostic {
    let fault = match fault {
        GitFault::Missing => Diagnostic::git_unreadable("there is no program `git`"),
        GitFault::Refused(words) => Diagnostic::git_unreadable(words),
        GitFault::Shallow => Diagnostic::git_shallow(),
    };
    fault.in_file(FILE_NAME)
}
