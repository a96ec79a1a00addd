//! The newsletter: which entries make an issue, and the issue as HTML, as plain text and as a page of the archive.

mod code;
mod colors;
mod content;
mod dates;
mod editions;
mod footer;
mod groups;
mod issue;
mod names;
mod plan;
mod render;
#[cfg(test)]
pub(crate) mod samples;
mod slots;
mod spec;
#[cfg(test)]
mod template_tests;
mod text;
mod theme;
mod views;
mod written;

pub use crate::language::joins_without_spaces;
pub use colors::Color;
pub use issue::{Edition, InlineImage, IssueEntry, IssueLine, PlannedIssue, Sibling};
pub use names::one_line;
pub use plan::{last_part, plan_issues};
pub use render::{FOLDER, render_archive_list, render_issue};
pub use slots::{Context, Piece, Slot, Slotted, check_placeholders};
pub use spec::{Dates, Group, Mode, NewsletterSpec, Period};
pub use theme::{Chosen, Palette, Scheme, SocialLink, Theme, Unreadable, read_fonts};
pub use written::Written;
