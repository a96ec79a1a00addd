//! What is wrong with a template of the user's, where, and what there is instead.

use super::scan::{self, Made, Names};
use crate::diagnostic::{Diagnostic, Source, Span};
use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};
use std::collections::HashSet;

/// Names that minijinja itself knows.
const ALWAYS: [&str; 12] =
    ["loop", "self", "super", "caller", "varargs", "kwargs", "range", "dict", "namespace", "debug", "lipsum", "cycler"];
/// Names stand for others at most so often.
const MAX_STEPS: usize = 8;

/// What mistakes are told from.
pub struct Mistakes<'a> {
    /// The user's files that take part.
    pub own: &'a [Source],
    /// What the view holds.
    pub values: &'a Value,
    /// The built-in templates that take part.
    pub around: &'a [&'a str],
}

impl Mistakes<'_> {
    /// Each name that the user's files ask for and that there isn't.
    pub fn names(&self) -> Vec<Diagnostic> {
        let read: Vec<Names> = self.own.iter().map(|source| scan::names(&source.text)).collect();
        let made = self.made();
        let mut found = Vec::new();
        for (source, names) in self.own.iter().zip(&read) {
            // One mistake is told once a file.
            let mut told = HashSet::new();
            for asked in &names.asked {
                if let Some((at, known)) = self.missing(&asked.path, &made)
                    && told.insert(&asked.path[..=at])
                {
                    let start = asked.span.start + asked.path[..at].iter().map(|part| part.len() + 1).sum::<usize>();
                    let is_spaced = source.text.get(asked.span.start..asked.span.end).is_none_or(|text| text.contains(char::is_whitespace));
                    let span = if is_spaced { asked.span } else { Span::new(start, start + asked.path[at].len()) };
                    let fault = Diagnostic::template_variable(&asked.path[..=at].join("."), asked.path[at], &known);
                    found.push(fault.at(source, span));
                }
            }
        }
        found
    }

    /// The names that templates make, in the user's files and around them: an include sees those of the file that takes it in.
    fn made(&self) -> Vec<Made<'_>> {
        let texts = self.own.iter().map(|source| source.text.as_str()).chain(self.around.iter().copied());
        texts.flat_map(|text| scan::names(text).made).collect()
    }

    /// Which part of a path is missing, and what there is in its place.
    fn missing(&self, path: &[&str], made: &[Made]) -> Option<(usize, Vec<String>)> {
        let root = path.first()?;
        let values = self.stands_for(root, made, 0);
        if values.is_empty() {
            let is_known = ALWAYS.contains(root) || made.iter().any(|made| made.name == *root);
            return (!is_known).then(|| (0, keys(self.values)));
        }
        // A name may stand for several things; one that has the attribute is enough.
        let mut first = None;
        for value in values {
            match missing_in(&value, path) {
                Some(missing) => first = first.or(Some(missing)),
                None => return None,
            }
        }
        first
    }

    /// The values that a name may stand for; none where nobody knows.
    fn stands_for(&self, name: &str, made: &[Made], steps: usize) -> Vec<Value> {
        let mut values: Vec<Value> = attribute(self.values, name).into_iter().collect();
        for made_here in made.iter().filter(|made| made.name == name) {
            let Some((root, rest)) = made_here.path.as_ref().and_then(|path| path.split_first()).filter(|_| steps < MAX_STEPS) else {
                return Vec::new();
            };
            let roots =
                if *root == name { attribute(self.values, name).into_iter().collect() } else { self.stands_for(root, made, steps + 1) };
            let reached = |value: Value| rest.iter().try_fold(value, |value, part| attribute(&value, part));
            let reached: Vec<Value> = roots.into_iter().filter_map(reached).collect();
            if reached.is_empty() {
                return Vec::new();
            }
            for value in reached {
                match value.try_iter().ok().map(|mut items| items.next()) {
                    Some(Some(item)) if made_here.is_item => values.push(item),
                    _ if made_here.is_item => return Vec::new(),
                    _ => values.push(value),
                }
            }
        }
        values
    }

    /// What minijinja says.
    pub fn explain(&self, error: &Error) -> Diagnostic {
        // The innermost of the user's files is where to look: around it stand those that take it in.
        let mut errors = vec![error];
        while let Some(inner) = errors.last().and_then(|error| std::error::Error::source(*error)?.downcast_ref::<Error>()) {
            errors.push(inner);
        }
        let file = |error: &&Error| self.own.iter().find(|source| Some(&*source.path.relative) == error.name());
        let innermost = errors.last().copied().unwrap_or(error);
        let placed = errors.iter().rev().find_map(|error| Some((*error, file(error)?)));
        let what = innermost.detail().map_or_else(|| innermost.kind().to_string(), str::to_owned);
        let fault = match innermost.kind() {
            ErrorKind::OutOfFuel => Diagnostic::template_endless("runs on and on"),
            ErrorKind::TemplateNotFound => {
                let names = super::BUILT_IN.iter().map(|(name, _)| (*name).to_owned());
                Diagnostic::template_missing(
                    &what,
                    &names.chain(self.own.iter().map(|source| source.path.relative.to_string())).collect::<Vec<_>>(),
                )
            }
            _ => Diagnostic::template_invalid(&what),
        };
        match placed {
            Some((error, source)) => {
                let line_start = |line: usize| source.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
                let range = error.range().or_else(|| error.line().map(|line| line_start(line)..line_start(line)));
                match range {
                    Some(range) => fault.at(source, Span::new(range.start, range.end)),
                    None => fault.in_file(&source.path.display),
                }
            }
            None => fault.in_file(self.own.first().map_or("templates", |source| &source.path.display)),
        }
    }
}

/// Where a path leaves a value that is known.
fn missing_in(value: &Value, path: &[&str]) -> Option<(usize, Vec<String>)> {
    let mut value = value.clone();
    for (at, part) in path.iter().enumerate().skip(1) {
        match attribute(&value, part) {
            Some(next) => value = next,
            None if value.kind() == ValueKind::Map => return Some((at, keys(&value))),
            None => return None,
        }
    }
    None
}

fn attribute(value: &Value, name: &str) -> Option<Value> {
    value.get_attr(name).ok().filter(|value| !value.is_undefined())
}

/// The names in a value, sorted.
fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.try_iter().into_iter().flatten().map(|key| key.to_string()).collect();
    keys.sort();
    keys
}
