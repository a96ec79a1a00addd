//! Sources to entries: front matter, dates and addresses first, bodies only when a feed needs them.

mod address;
mod dates;
mod decode;
mod dialect;
mod facts;
mod fields;
mod front_matter;
mod html_head;
mod json;
mod language;
mod lines;
mod names;
mod path;
mod people;
mod permalink;
mod read;
mod slug;
mod smart;
mod title;
mod toml;
mod value;
mod yaml;

pub use address::IdScheme;
pub use dates::read_date;
pub use decode::decode;
pub use dialect::Dialect;
pub use json::read_json;
pub use permalink::Pattern;
pub use read::{ReadRules, read_entry, read_head};
pub use slug::{Slugs, slugify};
pub use toml::read_toml;
pub use value::{Fault, Field, Node, Parsed, Value, find};
pub use yaml::read_yaml;
