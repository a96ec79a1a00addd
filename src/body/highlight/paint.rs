//! The grammars and themes of Sublime Text, by syntect; colours that could not be read are made darker or lighter.

use super::{Painted, Theme};
use std::sync::LazyLock;
use syntect::easy::HighlightLines;
use syntect::highlighting::{Color, FontStyle, Theme as Colors, ThemeSet};
use syntect::parsing::{SyntaxReference, SyntaxSet};
use syntect::util::LinesWithEndings;

/// Longer code stays as it is: grammars take their time, and nobody reads so much in a feed.
const MAX_BYTES: usize = 100_000;
/// WCAG 2.2, success criterion 1.4.3.
const CONTRAST: f64 = 4.5;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);
static THEMES: LazyLock<ThemeSet> = LazyLock::new(ThemeSet::load_defaults);

pub fn paint<'c>(theme: Theme, language: &str, code: &'c str) -> Option<Painted<'c>> {
    let syntax = find(language).filter(|_| code.len() <= MAX_BYTES)?;
    let colors = colors(theme)?;
    let white = Color { r: 255, g: 255, b: 255, a: 255 };
    let page = colors.settings.background.unwrap_or(white);
    let plain = readable(colors.settings.foreground.unwrap_or(Color { r: 0, g: 0, b: 0, a: 255 }), page);
    let mut lines = HighlightLines::new(syntax, colors);
    let mut spans: Vec<(String, &'c str)> = Vec::new();
    let mut at = 0;
    for line in LinesWithEndings::from(code) {
        for (style, piece) in lines.highlight_line(line, &SYNTAXES).ok()? {
            let end = at + piece.len();
            let is_blank = piece.trim().is_empty();
            let style = style_of(readable(style.foreground, page), plain, style.font_style);
            match spans.last_mut() {
                // Blanks have no colour of their own.
                Some((known, words)) if *known == style || is_blank => *words = code.get(end - piece.len() - words.len()..end)?,
                _ => spans.push((style, code.get(at..end)?)),
            }
            at = end;
        }
    }
    let block = format!("color:{};background-color:{}", hex(plain), hex(page));
    (at == code.len()).then_some(Painted { block, spans })
}

/// The grammar of a language, by its name or the extension of its files.
fn find(language: &str) -> Option<&'static SyntaxReference> {
    let language = language.to_ascii_lowercase();
    let known = match language.as_str() {
        "" | "text" | "txt" | "plain" | "plaintext" | "none" => return None,
        "ts" | "tsx" | "jsx" | "typescript" | "mjs" | "cjs" | "node" => "js",
        "shell" | "console" | "zsh" | "shell-session" | "terminal" => "sh",
        "golang" => "go",
        "c++" | "cxx" => "cpp",
        "c#" => "cs",
        "jsonc" | "json5" => "json",
        "vue" | "svelte" | "astro" | "svg" => "html",
        "py3" | "python3" => "python",
        other => other,
    };
    SYNTAXES.find_syntax_by_token(known)
}

fn colors(theme: Theme) -> Option<&'static Colors> {
    let name = match theme {
        Theme::Github => "InspiredGitHub",
        Theme::SolarizedLight => "Solarized (light)",
        Theme::SolarizedDark => "Solarized (dark)",
        Theme::OceanLight => "base16-ocean.light",
        Theme::OceanDark => "base16-ocean.dark",
        Theme::Eighties => "base16-eighties.dark",
        Theme::Mocha => "base16-mocha.dark",
    };
    THEMES.themes.get(name)
}

fn style_of(color: Color, plain: Color, font: FontStyle) -> String {
    let mut rules = Vec::new();
    if color != plain {
        rules.push(format!("color:{}", hex(color)));
    }
    if font.contains(FontStyle::BOLD) {
        rules.push("font-weight:bold".to_owned());
    }
    if font.contains(FontStyle::ITALIC) {
        rules.push("font-style:italic".to_owned());
    }
    rules.join(";")
}

fn hex(color: Color) -> String {
    format!("#{:02x}{:02x}{:02x}", color.r, color.g, color.b)
}

/// The colour, or one of the same hue that can be read on the page.
fn readable(color: Color, page: Color) -> Color {
    let to = if luminance(page) > 0.18 { 0.0 } else { 255.0 };
    let mixed = |step: u32| {
        let share = f64::from(step) / 20.0;
        // Both are below 256.
        let part = |value: u8| (f64::from(value) * (1.0 - share) + to * share).round() as u8;
        Color { r: part(color.r), g: part(color.g), b: part(color.b), a: 255 }
    };
    (0..=20).map(mixed).find(|color| contrast(*color, page) >= CONTRAST).unwrap_or(mixed(20))
}

/// WCAG 2.2's contrast ratio.
fn contrast(a: Color, b: Color) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(color: Color) -> f64 {
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(color.r) + 0.7152 * part(color.g) + 0.0722 * part(color.b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "// über <x>\nfn main() {\n    let a = \"b\";\n}\n";

    #[test]
    fn code_stays_whole_and_every_colour_can_be_read() {
        for (name, theme) in Theme::NAMES {
            let painted = paint(theme, "rust", CODE).unwrap();
            assert_eq!(painted.spans.iter().map(|(_, code)| *code).collect::<String>(), CODE, "{name}");
            assert!(painted.spans.len() > 4, "{name}: {painted:?}");
            let color = |text: &str| {
                let part = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
                Color { r: part(0), g: part(2), b: part(4), a: 255 }
            };
            let page = color(painted.block.rsplit('#').next().unwrap());
            let styles = painted.spans.iter().map(|(style, _)| style).chain([&painted.block]);
            for style in styles.filter_map(|style| style.split("color:#").nth(1)) {
                assert!(contrast(color(style), page) >= CONTRAST, "{name}: {style}");
            }
        }
    }

    #[test]
    fn languages_are_known_by_many_names() {
        for name in [
            "rust",
            "rs",
            "Python",
            "py",
            "js",
            "typescript",
            "bash",
            "sh",
            "console",
            "html",
            "css",
            "json",
            "yaml",
            "yml",
            "c++",
            "c#",
            "go",
        ] {
            assert!(find(name).is_some(), "{name}");
        }
        for name in ["", "text", "klingon"] {
            assert!(paint(Theme::Github, name, CODE).is_none(), "{name}");
        }
        assert!(paint(Theme::Github, "rust", &"x".repeat(MAX_BYTES + 1)).is_none());
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        let gray = |value: u8| Color { r: value, g: value, b: value, a: 255 };
        assert!((contrast(gray(0), gray(255)) - 21.0).abs() < 0.01);
        assert!((contrast(gray(0x76), gray(255)) - 4.54).abs() < 0.01);
        assert_eq!(readable(gray(0x76), gray(255)), gray(0x76));
    }
}
