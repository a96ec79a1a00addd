//! Templates: compiled in by askama, and replaceable at run time by files of the same name in the user's `templates/`.
//!
//! A view is shown by the compiled template unless a file of the user's takes part in it; then minijinja reads that file
//! and the built-in ones around it, which give the same bytes in both engines. A mistake in a file of the user's is told with
//! its place, and the built-in template shows the view instead, so that what comes out is whole.

mod built_in;
#[cfg(feature = "overrides")]
mod mistakes;
#[cfg(feature = "overrides")]
mod run_time;
#[cfg(feature = "overrides")]
mod scan;

pub use built_in::{BUILT_IN, FOLDERS};

use crate::diagnostic::{Diagnostic, Source};
#[cfg(feature = "overrides")]
use std::sync::Arc;

/// What a template shows.
pub trait View: askama::Template + serde::Serialize {
    /// The template's name below `templates/`, such as `newsletter/email.html`.
    const NAME: &'static str;
}

/// Which templates show the views: the built-in ones, or the user's in place of some.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    #[cfg(feature = "overrides")]
    own: Option<Arc<run_time::Own>>,
}

impl PartialEq for Templates {
    #[cfg(feature = "overrides")]
    fn eq(&self, other: &Self) -> bool {
        let sources = |templates: &Self| templates.own.as_ref().map(|own| own.sources().to_vec());
        sources(self) == sources(other)
    }

    #[cfg(not(feature = "overrides"))]
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Templates {}

impl Templates {
    /// Takes the user's files; `relative` in their paths is their name below `templates/`. One that says what the built-in
    /// one of its name says replaces nothing.
    pub fn read(mut sources: Vec<Source>) -> (Templates, Vec<Diagnostic>) {
        for source in &mut sources {
            // Line ends of Windows would end up in the middle of a message.
            source.text = source.text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        }
        sources.retain(|source| built_in(&source.path.relative) != Some(source.text.as_str()));
        if sources.is_empty() {
            return (Templates::default(), Vec::new());
        }
        #[cfg(feature = "overrides")]
        {
            let (own, faults) = run_time::Own::read(sources);
            (Templates { own: Some(Arc::new(own)) }, faults)
        }
        #[cfg(not(feature = "overrides"))]
        {
            let faults = sources.iter().map(|source| Diagnostic::template_unsupported().in_file(&source.path.display));
            (Templates::default(), faults.collect())
        }
    }

    /// All templates as minijinja reads them.
    #[cfg(all(test, feature = "overrides"))]
    pub(crate) fn at_run_time() -> Templates {
        Templates { own: Some(Arc::new(run_time::Own::everything())) }
    }

    /// The user's file in place of a template, or the first of those that take part in it.
    pub fn replaced_by(&self, name: &str) -> Option<&str> {
        #[cfg(feature = "overrides")]
        return self.own.as_ref().and_then(|own| own.replaced_by(name));
        #[cfg(not(feature = "overrides"))]
        return built_in(name).and(None);
    }

    /// The view as its template shows it. A mistake in a file of the user's is told in `faults`.
    pub fn render<V: View>(&self, view: &V, faults: &mut Vec<Diagnostic>) -> String {
        #[cfg(feature = "overrides")]
        if let Some(own) = self.own.as_ref().filter(|own| own.replaces(V::NAME)) {
            match own.render(V::NAME, view) {
                Ok(text) => return text,
                Err(mut found) => faults.append(&mut found),
            }
        }
        #[cfg(not(feature = "overrides"))]
        let _ = faults;
        built_in_only(view)
    }
}

/// The view as the built-in template shows it.
pub fn built_in_only(view: &impl View) -> String {
    // A template that is compiled in fails only where its writer does, and a `String` doesn't.
    view.render().unwrap_or_default()
}

/// The text of a built-in template.
fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
