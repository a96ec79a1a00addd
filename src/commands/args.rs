//! Flags that several commands share.

use super::{Failure, Voice};
use crate::config::Overrides;
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use std::path::PathBuf;

/// For people, or one JSON object for scripts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    #[default]
    Human,
    Json,
    /// Only of `list export`.
    #[cfg(feature = "send")]
    Csv,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// The heading of what any command takes, so that its own flags come first.
const EVERYWHERE: &str = "With every command";

/// Flags of every command.
#[derive(Clone, Debug, Args)]
pub struct SharedArgs {
    /// Configuration file [default: tidings.toml in this folder]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE", env = "TIDINGS_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// Say nothing but errors
    #[arg(short, long, global = true, help_heading = EVERYWHERE)]
    pub quiet: bool,
    /// Colours in what is said
    #[arg(long, global = true, help_heading = EVERYWHERE, value_enum, default_value_t)]
    pub color: Color,
    /// What standard output holds
    #[arg(long, global = true, help_heading = EVERYWHERE, value_enum, default_value_t)]
    pub format: OutputFormat,
}

impl SharedArgs {
    pub fn voice(&self) -> Voice {
        let wanted = || std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && std::io::stderr().is_terminal();
        let color = match self.color {
            Color::Auto => wanted(),
            Color::Always => true,
            Color::Never => false,
        };
        Voice { json: self.format == OutputFormat::Json, quiet: self.quiet, color }
    }
}

/// What replaces values of the configuration, or all of it.
#[derive(Clone, Debug, Default, Args)]
pub struct SiteArgs {
    /// Folder of content files
    #[arg(long, value_name = "DIR", help_heading = "Instead of tidings.toml")]
    pub content: Option<PathBuf>,
    /// Folder that feeds and newsletter are written to
    #[arg(long, value_name = "DIR", help_heading = "Instead of tidings.toml")]
    pub output: Option<PathBuf>,
    /// Absolute URL of the site
    #[arg(long, help_heading = "Instead of tidings.toml")]
    pub url: Option<String>,
    /// Title of the site
    #[arg(long, help_heading = "Instead of tidings.toml")]
    pub title: Option<String>,
    /// Language of the site (BCP 47)
    #[arg(long, value_name = "TAG", help_heading = "Instead of tidings.toml")]
    pub language: Option<String>,
    /// Zone of dates without an offset (IANA name)
    #[arg(long, value_name = "ZONE", help_heading = "Instead of tidings.toml")]
    pub timezone: Option<String>,
    /// Permalink pattern, such as /:year/:month/:slug/
    #[arg(long, value_name = "PATTERN", help_heading = "Instead of tidings.toml")]
    pub permalink: Option<String>,
    /// How ids are made: permalink, tag, jekyll, pelican, hugo, zola
    #[arg(long, value_name = "SCHEME", help_heading = "Instead of tidings.toml")]
    pub ids: Option<String>,
    /// The most entries in a feed; 0: all
    #[arg(long, value_name = "N", value_parser = whole_number, help_heading = "Instead of tidings.toml")]
    pub limit: Option<u64>,
    /// Publish entries dated in the future
    #[arg(long, help_heading = "Instead of tidings.toml")]
    pub future: bool,
    /// Publish drafts
    #[arg(long, help_heading = "Instead of tidings.toml")]
    pub drafts: bool,
    /// No feeds for tags
    #[arg(long, help_heading = "Instead of tidings.toml")]
    pub no_tag_feeds: bool,
}

fn whole_number(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "it should be a whole number, such as 50")
}

impl SiteArgs {
    /// The flags by their keys in the configuration. Paths are relative to where the command runs, which `is_here` says is
    /// where the configuration is, too: then they stay as they were given, and files are named by them.
    pub fn overrides(&self, is_here: bool) -> Overrides {
        let mut overrides = Overrides::new();
        let path = |path: &PathBuf| {
            let whole = std::path::absolute(path).ok().filter(|_| !is_here);
            whole.as_ref().unwrap_or(path).to_string_lossy().into_owned()
        };
        let values = [
            ("content.dir", "--content", self.content.as_ref().map(path)),
            ("feeds.dir", "--output", self.output.as_ref().map(path)),
            ("site.url", "--url", self.url.clone()),
            ("site.title", "--title", self.title.clone()),
            ("site.language", "--language", self.language.clone()),
            ("site.timezone", "--timezone", self.timezone.clone()),
            ("content.permalink", "--permalink", self.permalink.clone()),
            ("content.ids", "--ids", self.ids.clone()),
            ("feeds.limit", "--limit", self.limit.map(|limit| limit.to_string())),
            ("content.future", "--future", self.future.then(|| "true".to_owned())),
            ("content.drafts", "--drafts", self.drafts.then(|| "true".to_owned())),
            ("feeds.tags", "--no-tag-feeds", self.no_tag_feeds.then(|| "false".to_owned())),
        ];
        for (key, flag, value) in values {
            if let Some(value) = value {
                overrides.insert(key, (flag, value));
            }
        }
        overrides
    }
}

/// The moment that decides what is future.
#[derive(Clone, Debug, Default, Args)]
pub struct NowArgs {
    /// The moment that decides what is future and which issues are over (RFC 3339) [default: SOURCE_DATE_EPOCH, or the clock]
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
}

impl NowArgs {
    /// The flag's time, else `SOURCE_DATE_EPOCH`, else the clock's.
    pub fn now(&self) -> Result<DateTime<Utc>, Failure> {
        if let Some(text) = &self.now {
            return match crate::content::read_date(text, chrono_tz::Tz::UTC) {
                Some((date, _)) => Ok(date.with_timezone(&Utc)),
                None => Err(Failure::new(format!("--now: `{text}` is not a time"), "write it as 2026-05-01T12:00:00Z")),
            };
        }
        match std::env::var("SOURCE_DATE_EPOCH") {
            Ok(text) if !text.is_empty() => {
                let seconds = text.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
                seconds.ok_or_else(|| {
                    Failure::new(
                        format!("SOURCE_DATE_EPOCH: `{text}` is not a number of seconds since 1970"),
                        "set it to a number, or unset it",
                    )
                })
            }
            _ => Ok(Utc::now()),
        }
    }
}
