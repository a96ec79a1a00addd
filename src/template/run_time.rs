//! The user's templates, read and rendered by minijinja.

use super::mistakes::Mistakes;
use super::{BUILT_IN, View, built_in, scan};
use crate::diagnostic::{Diagnostic, Source};
use askama::filters::{Escaper, Html};
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// A template may run so many instructions; a digest of a thousand entries takes a hundredth.
const FUEL: u64 = 10_000_000;
/// Includes and macros may stand so deep in each other, in minijinja's measure (an include counts ten).
const DEPTH: usize = 200;
/// What a template makes has at most so many bytes.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// The user's templates, and the built-in ones around them.
#[derive(Debug)]
pub struct Own {
    engine: Environment<'static>,
    sources: Vec<Source>,
    /// Which templates each built-in one takes in, itself and those of the user's among them.
    reach: BTreeMap<&'static str, BTreeSet<String>>,
    /// Whether the built-in ones are read at run time although nothing replaces them.
    always: bool,
}

impl Own {
    /// Reads them; one that can't be read is told, and replaces nothing.
    pub fn read(sources: Vec<Source>) -> (Own, Vec<Diagnostic>) {
        let mut engine = engine();
        let mut faults = Vec::new();
        let mut read = Vec::with_capacity(sources.len());
        for source in sources {
            match engine.add_template_owned(source.path.relative.to_string(), source.text.clone()) {
                Ok(()) => read.push(source),
                Err(error) => {
                    faults.push(Mistakes { own: std::slice::from_ref(&source), values: &Value::UNDEFINED, around: &[] }.explain(&error))
                }
            }
        }
        let text = |name: &str| read.iter().find(|source| *source.path.relative == *name).map(|source| source.text.as_str());
        let text = |name: &str| text(name).or_else(|| built_in(name));
        let reach: BTreeMap<_, _> = BUILT_IN.iter().map(|(name, _)| (*name, closure(name, &text))).collect();
        let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        let is_open = read.iter().any(|source| scan::takes_in(&source.text).is_none());
        for source in read.iter().filter(|_| !is_open) {
            if !reach.values().any(|names| names.contains(&*source.path.relative)) {
                faults.push(Diagnostic::template_unused(&source.path.relative, &names).in_file(&source.path.display));
            }
        }
        (Own { engine, sources: read, reach, always: false }, faults)
    }

    #[cfg(test)]
    pub fn everything() -> Own {
        Own { always: true, ..Own::read(Vec::new()).0 }
    }

    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The user's file in place of a built-in template, or the first of those that take part in it.
    pub fn replaced_by(&self, name: &str) -> Option<&str> {
        let reached = self.reach.get(name)?;
        let own = self.sources.iter().find(|source| *source.path.relative == *name);
        let own = own.or_else(|| self.sources.iter().find(|source| reached.contains(&*source.path.relative)));
        own.map(|source| &*source.path.display)
    }

    /// Whether a built-in template is read at run time.
    pub fn replaces(&self, name: &str) -> bool {
        self.always || self.replaced_by(name).is_some()
    }

    /// Renders a view; the error is every mistake that was found.
    pub fn render<V: View>(&self, name: &str, view: &V) -> Result<String, Vec<Diagnostic>> {
        let values = Value::from(Serde(view));
        let reached = self.reach.get(name);
        let is_reached = |other: &str| reached.is_some_and(|names| names.contains(other));
        let own: Vec<Source> = self.sources.iter().filter(|source| is_reached(&source.path.relative)).cloned().collect();
        let is_replaced = |other: &str| own.iter().any(|source| *source.path.relative == *other);
        let around: Vec<&str> = BUILT_IN.iter().filter(|(name, _)| is_reached(name) && !is_replaced(name)).map(|(_, text)| *text).collect();
        let mistakes = Mistakes { own: &own, values: &values, around: &around };
        let found = mistakes.names();
        if !found.is_empty() {
            return Err(found);
        }
        let mut out = Bounded::default();
        let rendered = self.engine.get_template(name).and_then(|template| template.render_captured_to(values.clone(), &mut out).map(drop));
        match rendered {
            Ok(()) => Ok(String::from_utf8(out.bytes).unwrap_or_default()),
            Err(_) if out.is_full => {
                Err(vec![Diagnostic::template_endless("makes more than 32 MB").in_file(self.replaced_by(name).unwrap_or(name))])
            }
            Err(error) => Err(vec![mistakes.explain(&error)]),
        }
    }
}

/// Takes what a template makes, up to a limit.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    is_full: bool,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_BYTES {
            self.is_full = true;
            return Err(io::Error::other("too much"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// minijinja as askama has it, with the built-in templates.
fn engine() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(DEPTH);
    engine.set_auto_escape_callback(auto_escape);
    engine.set_formatter(format);
    engine.add_filter("escape", escape);
    engine.add_filter("e", escape);
    for (name, text) in BUILT_IN {
        // A test reads each of them.
        let _ = engine.add_template(name, text);
    }
    engine
}

/// A style sheet that stands in a page is escaped like the page; the one that is inlined is read by itself.
fn auto_escape(name: &str) -> AutoEscape {
    let is_plain = name.ends_with(".txt") || name == "newsletter/inline.css";
    if is_plain { AutoEscape::None } else { AutoEscape::Html }
}

/// Writes a value as askama does.
fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let written = match value.as_str() {
        _ if value.is_safe() || matches!(state.auto_escape(), AutoEscape::None) => write!(out, "{value}"),
        Some(text) => Html.write_escaped_str(out, text),
        None => Html.write_escaped_str(out, &value.to_string()),
    };
    written.map_err(Error::from)
}

fn escape(value: &Value) -> Result<Value, Error> {
    if value.is_safe() {
        return Ok(value.clone());
    }
    let mut escaped = String::new();
    let failed = |_| Error::new(ErrorKind::InvalidOperation, "can't be written");
    Html.write_escaped_str(&mut escaped, &value.to_string()).map_err(failed)?;
    Ok(Value::from_safe_string(escaped))
}

/// A template and all that it takes in.
fn closure<'t>(name: &str, text: &impl Fn(&str) -> Option<&'t str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        let Some(text) = text(&name).filter(|_| !found.contains(&name)) else { continue };
        open.extend(scan::takes_in(text).unwrap_or_default().into_iter().map(str::to_owned));
        found.insert(name);
    }
    found
}
