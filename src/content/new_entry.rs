//! A new entry, written as the newest of its folder are: their name's form, their syntax, their fields.

use super::dated_name::split_dated_name;
use super::dialect::Dialect;
use super::front_matter::{FrontMatter, Syntax, read_front_matter};
use super::names::{Meaning, meaning};
use super::read::ReadRules;
use super::slug::slugify;
use super::value::{Node, Value};
use crate::diagnostic::Source;
use chrono::{DateTime, FixedOffset, NaiveDateTime};

/// A file to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Below the content folder, with `/` between folders.
    pub path: String,
    pub text: String,
}

/// Makes an entry like `models`, which are the newest of the folder, newest first. `date` is in the zone to be written.
pub fn new_entry(models: &[Source], rules: &ReadRules, title: &str, date: DateTime<FixedOffset>) -> NewEntry {
    let title: String = title.chars().filter(|c| !c.is_control() && !crate::body::is_forbidden(*c)).collect();
    let read: Vec<(&str, FrontMatter, Dialect)> = models
        .iter()
        .map(|source| {
            let (front_matter, _) = read_front_matter(source);
            let dialect = Dialect::of_file(rules.ids, &source.path.relative, &rules.root_name, &front_matter);
            (&*source.path.relative, front_matter, dialect)
        })
        .collect();
    let model = read.first();
    let dialect = model.map_or_else(|| rules.dialect(), |(_, _, dialect)| *dialect);
    let path = path_like(model.map(|(path, ..)| *path), rules, dialect, &title, date);
    let syntax = model.map_or_else(|| default_syntax(dialect), |(_, front_matter, _)| front_matter.syntax);
    let fields = match model {
        Some((_, front_matter, _)) => fields_like(front_matter, dialect, &title, date),
        None => default_fields(dialect, &title, date),
    };
    let text = match syntax {
        Syntax::Yaml => format!("---\n{}---\n\n", lines(&fields, ": ", yaml)),
        Syntax::Toml => format!("+++\n{}+++\n\n", toml(fields, dialect)),
        Syntax::Json => format!("{{\n{}\n}}\n\n", json(&fields)),
        Syntax::Lines => format!("{}\n", headers(&fields)),
        // The first line is the title.
        Syntax::Nothing if path.ends_with(".txt") => format!("{title}\n\n"),
        Syntax::Nothing => format!("# {title}\n\n"),
    };
    NewEntry { path, text }
}

fn default_syntax(dialect: Dialect) -> Syntax {
    match dialect {
        Dialect::Hugo | Dialect::Zola => Syntax::Toml,
        Dialect::Pelican => Syntax::Lines,
        Dialect::Jekyll | Dialect::Plain => Syntax::Yaml,
    }
}

/// Folder, name and extension as the model has them.
fn path_like(model: Option<&str>, rules: &ReadRules, dialect: Dialect, title: &str, date: DateTime<FixedOffset>) -> String {
    let slug = match short_name(&slugify(title, dialect).replace(['/', '\\', '.'], "-")) {
        slug if slug.trim_matches('-').is_empty() => "untitled".to_owned(),
        slug => slug,
    };
    let day = date.format("%Y-%m-%d");
    let Some(model) = model else {
        return match dialect {
            Dialect::Jekyll if rules.root_name == "_posts" => format!("{day}-{slug}.md"),
            Dialect::Jekyll => format!("_posts/{day}-{slug}.md"),
            Dialect::Hugo => format!("posts/{slug}.md"),
            Dialect::Zola | Dialect::Pelican => format!("{slug}.md"),
            Dialect::Plain => format!("{day}-{slug}.md"),
        };
    };
    let (folder, file) = model.rsplit_once('/').unwrap_or(("", model));
    let extension = file.rsplit_once('.').map_or("md", |(_, extension)| extension);
    // A bundle's folder has the name.
    let is_bundle = !folder.is_empty() && file.split('.').next() == Some("index");
    let name = if is_bundle { folder.rsplit('/').next().unwrap_or_default() } else { file };
    let is_draft = folder.split('/').any(|part| part == "_drafts") || rules.root_name == "_drafts";
    let name = match split_dated_name(name.strip_suffix(&format!(".{extension}")).unwrap_or(name)) {
        Some(dated) if !dated.stem.is_empty() => {
            let mark = name
                .rsplit_once(dated.stem)
                .map(|(before, _)| before)
                .and_then(|before| before.chars().last())
                .filter(|c| !c.is_alphanumeric())
                .unwrap_or('-');
            format!("{day}{mark}{slug}")
        }
        Some(_) => format!("{day}-{slug}"),
        None if dialect == Dialect::Jekyll && !is_draft => format!("{day}-{slug}"),
        None => slug,
    };
    let folder = if is_bundle { folder.rsplit_once('/').map_or("", |(above, _)| above) } else { folder };
    let folder = dated_folder(folder, date);
    let folder = if folder.is_empty() { folder } else { format!("{folder}/") };
    // A bundle is a folder of its own.
    if is_bundle { format!("{folder}{name}/{file}") } else { format!("{folder}{name}.{extension}") }
}

/// A name as long as files may have (255 bytes) beside a date and a suffix, cut between words.
fn short_name(slug: &str) -> String {
    const BYTES: usize = 120;
    let parts = slug.split('-').filter(|part| !part.is_empty());
    let mut out = String::new();
    for part in parts {
        let room = BYTES.saturating_sub(out.len() + 1);
        if !out.is_empty() && part.len() > room {
            break;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&part[..part.floor_char_boundary(room)]);
    }
    out
}

/// `2024/05` and `2024/05/01` become those of the new date.
fn dated_folder(folder: &str, date: DateTime<FixedOffset>) -> String {
    let is_digits = |part: &str, len: usize| part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts: Vec<String> = folder.split('/').map(str::to_owned).collect();
    if let Some(at) = parts.iter().position(|part| is_digits(part, 4)) {
        for (part, format) in parts[at..].iter_mut().zip(["%Y", "%m", "%d"]) {
            if !is_digits(part, if format == "%Y" { 4 } else { 2 }) {
                break;
            }
            *part = date.format(format).to_string();
        }
    }
    parts.join("/")
}

/// A field to be written: its name, and its value.
type Field = (String, Value);

fn written_date(dialect: Dialect, date: DateTime<FixedOffset>) -> Value {
    let format = match dialect {
        Dialect::Jekyll => "%Y-%m-%d %H:%M:%S %z",
        Dialect::Pelican => "%Y-%m-%d %H:%M:%S%:z",
        _ => "%Y-%m-%dT%H:%M:%S%:z",
    };
    Value::Bare(date.format(format).to_string())
}

/// The form of a date with a time and no offset, which is in the site's zone.
fn local_form(text: &str, syntax: Syntax) -> Option<&'static str> {
    let forms = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    // TOML's times have seconds.
    let forms = forms.into_iter().filter(|form| syntax != Syntax::Toml || form.ends_with("%S"));
    forms.into_iter().find(|form| NaiveDateTime::parse_from_str(text.trim(), form).is_ok())
}

fn default_fields(dialect: Dialect, title: &str, date: DateTime<FixedOffset>) -> Vec<Field> {
    let names = if dialect == Dialect::Pelican { ["Title", "Date"] } else { ["title", "date"] };
    let mut fields = vec![(names[0].to_owned(), Value::Text(title.to_owned())), (names[1].to_owned(), written_date(dialect, date))];
    if dialect == Dialect::Hugo {
        fields.push(("draft".to_owned(), Value::Bool(true)));
    }
    fields
}

/// The model's fields, in its order, that a new entry has too.
fn fields_like(model: &FrontMatter, dialect: Dialect, title: &str, date: DateTime<FixedOffset>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let (mut has_title, mut has_draft) = (false, false);
    // TOML's reader sorts its keys.
    let mut in_order: Vec<_> = model.fields.iter().collect();
    in_order.sort_by_key(|field| field.node.span.start);
    for field in in_order {
        let value = match meaning(&field.name).map(|(meaning, _)| meaning) {
            Some(Meaning::Title) if !has_title => {
                has_title = true;
                Value::Text(title.to_owned())
            }
            Some(Meaning::Date) => {
                let form = field.node.text().and_then(|text| local_form(text, model.syntax));
                form.map_or_else(|| written_date(dialect, date), |form| Value::Bare(date.format(form).to_string()))
            }
            Some(Meaning::Draft) => {
                has_draft = true;
                Value::Bool(dialect == Dialect::Hugo)
            }
            Some(Meaning::Tags | Meaning::Categories) => Value::List(Vec::new()),
            Some(Meaning::Taxonomies) => emptied(&field.node),
            Some(Meaning::Summary) => Value::Text(String::new()),
            Some(Meaning::Person | Meaning::Authors | Meaning::Language) => field.node.value.clone(),
            _ if field.name.eq_ignore_ascii_case("layout") => field.node.value.clone(),
            _ => continue,
        };
        fields.push((field.name.clone(), value));
    }
    if !has_title {
        let name = if dialect == Dialect::Pelican { "Title" } else { "title" };
        fields.insert(0, (name.to_owned(), Value::Text(title.to_owned())));
    }
    if dialect == Dialect::Hugo && !has_draft {
        fields.push(("draft".to_owned(), Value::Bool(true)));
    }
    fields
}

/// The same table with empty lists.
fn emptied(node: &Node) -> Value {
    match &node.value {
        Value::Table(fields) => {
            let empty = |field: &super::value::Field| super::value::Field {
                name: field.name.clone(),
                node: Node { value: Value::List(Vec::new()), span: field.node.span },
            };
            Value::Table(fields.iter().map(empty).collect())
        }
        _ => Value::List(Vec::new()),
    }
}

fn lines(fields: &[Field], mark: &str, write: fn(&Value) -> String) -> String {
    fields.iter().map(|(name, value)| format!("{name}{mark}{}\n", write(value))).collect()
}

/// A value in YAML's flow style.
fn yaml(value: &Value) -> String {
    match value {
        Value::Text(text) if is_plain(text) => text.clone(),
        Value::Table(fields) => {
            let fields: Vec<String> = fields.iter().map(|field| format!("{}: {}", field.name, yaml(&field.node.value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::List(nodes) => format!("[{}]", nodes.iter().map(|node| yaml(&node.value)).collect::<Vec<_>>().join(", ")),
        other => scalar(other),
    }
}

/// Whether a text needs no quotes in YAML.
fn is_plain(text: &str) -> bool {
    let is_word =
        text.split(' ').all(|word| !matches!(word.to_ascii_lowercase().as_str(), "yes" | "no" | "on" | "off" | "true" | "false" | "null"));
    let has_letter = text.starts_with(char::is_alphabetic);
    has_letter
        && (is_word || text.contains(' '))
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '\''))
        && !text.ends_with(' ')
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Bare(text) => text.clone(),
        Value::Text(text) => quote(text),
        _ => String::new(),
    }
}

/// A text in double quotes, as YAML, TOML and JSON have it.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r', '\t'], " "))
}

/// Tables stand after all other fields.
fn toml(fields: Vec<Field>, dialect: Dialect) -> String {
    let (tables, others): (Vec<Field>, Vec<Field>) =
        fields.into_iter().partition(|(name, value)| matches!(value, Value::Table(_)) && (dialect == Dialect::Zola || name != "author"));
    let mut out = lines(&others, " = ", toml_value);
    for (name, value) in tables {
        if let Value::Table(fields) = value {
            out.push_str(&format!("\n[{name}]\n"));
            out.extend(fields.iter().map(|field| format!("{} = {}\n", field.name, toml_value(&field.node.value))));
        }
    }
    out
}

fn toml_value(value: &Value) -> String {
    match value {
        Value::Table(fields) => {
            let fields: Vec<String> = fields.iter().map(|field| format!("{} = {}", field.name, toml_value(&field.node.value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::List(nodes) => format!("[{}]", nodes.iter().map(|node| toml_value(&node.value)).collect::<Vec<_>>().join(", ")),
        other => scalar(other),
    }
}

fn json(fields: &[Field]) -> String {
    fields.iter().map(|(name, value)| format!("  {}: {}", quote(name), json_value(value))).collect::<Vec<_>>().join(",\n")
}

fn json_value(value: &Value) -> String {
    match value {
        Value::Bare(text) => quote(text),
        Value::Null => "null".into(),
        Value::Table(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|field| format!("{}: {}", quote(&field.name), json_value(&field.node.value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::List(nodes) => format!("[{}]", nodes.iter().map(|node| json_value(&node.value)).collect::<Vec<_>>().join(", ")),
        other => scalar(other),
    }
}

/// `Key: value` lines; what has no value has no line. The reader of such lines has lowered the keys.
fn headers(fields: &[Field]) -> String {
    let capital = |name: &str| name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect::<String>();
    let line = |(name, value): &Field| match value {
        Value::Text(text) | Value::Bare(text) if !text.is_empty() => {
            Some(format!("{}: {}\n", capital(name), text.replace(['\n', '\r'], " ")))
        }
        Value::Bool(flag) => Some(format!("{}: {flag}\n", capital(name))),
        _ => None,
    };
    fields.iter().filter_map(line).collect()
}

#[cfg(test)]
#[path = "new_entry_tests.rs"]
mod tests;
