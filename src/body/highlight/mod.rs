//! Code in colours, written into each span: readers of feeds and mail have no style sheet for it.

#[cfg(feature = "highlight")]
mod paint;

/// The colours of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Github,
    SolarizedLight,
    SolarizedDark,
    OceanLight,
    OceanDark,
    Eighties,
    Mocha,
}

impl Theme {
    /// The names that a configuration uses.
    pub const NAMES: [(&'static str, Theme); 7] = [
        ("github", Theme::Github),
        ("solarized-light", Theme::SolarizedLight),
        ("solarized-dark", Theme::SolarizedDark),
        ("ocean-light", Theme::OceanLight),
        ("ocean-dark", Theme::OceanDark),
        ("eighties", Theme::Eighties),
        ("mocha", Theme::Mocha),
    ];

    /// Whether this build of tidings can highlight (feature `highlight`).
    pub const IS_BUILT_IN: bool = cfg!(feature = "highlight");
}

/// Code with its colours.
#[derive(Debug, PartialEq, Eq)]
pub struct Painted<'c> {
    /// The style of the block: colours of the page and of plain code.
    pub block: String,
    /// Styles and the code that they apply to, in order; an empty style is the block's.
    pub spans: Vec<(String, &'c str)>,
}

/// The code of a language in colours; `None` where the language is not known, or the code too long.
#[cfg(feature = "highlight")]
pub fn paint<'c>(theme: Theme, language: &str, code: &'c str) -> Option<Painted<'c>> {
    paint::paint(theme, language, code)
}

/// This build has no colours.
#[cfg(not(feature = "highlight"))]
pub fn paint<'c>(_theme: Theme, _language: &str, _code: &'c str) -> Option<Painted<'c>> {
    None
}

/// What is kept of a `style` attribute on code: colours and how letters stand.
pub fn code_style(style: &str) -> Option<String> {
    const KEPT: [&str; 4] = ["color", "background-color", "font-weight", "font-style"];
    let mut out = String::new();
    for rule in style.split(';') {
        let Some((name, value)) = rule.split_once(':') else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase());
        let name = if name == "background" { "background-color".to_owned() } else { name };
        let is_value = (1..=30).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"#-".contains(&byte));
        if KEPT.contains(&name.as_str()) && is_value {
            if !out.is_empty() {
                out.push(';');
            }
            out.push_str(&format!("{name}:{value}"));
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_and_letters_are_kept() {
        assert_eq!(
            code_style("Color: #F00; position:fixed; background: black; font-style:italic").as_deref(),
            Some("color:#f00;background-color:black;font-style:italic")
        );
        for style in ["color:url(x)", "background:url(javascript:x)", "color:expression(1)", "width:3px", "color", "color:\"x\"", ""] {
            assert_eq!(code_style(style), None, "{style}");
        }
    }
}
