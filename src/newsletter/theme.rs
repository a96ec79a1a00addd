//! How the newsletter looks: colours in light and dark, fonts, logo, and what stands above and below every issue.

use super::colors::{Color, FOR_SHAPES, FOR_TEXT};
use crate::catalog::Image;

/// What `[newsletter.theme]` says, with what it leaves out filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    pub light: Palette,
    pub dark: Palette,
    /// Families as CSS lists them, without double quotes.
    pub body_font: String,
    pub heading_font: String,
    /// Shown instead of icon and title.
    pub logo: Option<Image>,
    /// Shown instead of the logo where pages are dark.
    pub dark_logo: Option<String>,
    /// One line under the site's title.
    pub header: Option<String>,
    /// Markdown above the postal address.
    pub footer: Option<String>,
    pub social: Vec<SocialLink>,
}

/// Where else the publication is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SocialLink {
    pub name: String,
    /// Absolute.
    pub url: String,
}

/// The families of no choice: each system's own.
const FONT: &str = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

impl Theme {
    /// The theme of nothing but an accent.
    pub fn of_accent(accent: Color) -> Theme {
        Theme {
            light: Scheme::Light.palette(accent, &Chosen::default()),
            dark: Scheme::Dark.palette(accent, &Chosen::default()),
            body_font: FONT.into(),
            heading_font: FONT.into(),
            logo: None,
            dark_logo: None,
            header: None,
            footer: None,
            social: Vec::new(),
        }
    }
}

/// Whether pages are light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

/// The colours of a scheme. All text can be read on all grounds that it stands on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Palette {
    /// Around the column.
    pub background: Color,
    /// The column.
    pub card: Color,
    /// Code and heads of tables.
    pub soft: Color,
    pub text: Color,
    /// Dates, quotations, the footer.
    pub muted: Color,
    pub border: Color,
    /// Buttons.
    pub accent: Color,
    /// Text on the accent.
    pub on_accent: Color,
    pub link: Color,
}

/// The colours of a scheme that are chosen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chosen {
    pub background: Option<Color>,
    pub card: Option<Color>,
    pub text: Option<Color>,
    pub muted: Option<Color>,
    pub border: Option<Color>,
    pub accent: Option<Color>,
    pub link: Option<Color>,
}

/// A colour that can't be read on a ground.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreadable {
    /// The keys of text and ground.
    pub text: &'static str,
    pub ground: &'static str,
    pub colors: (Color, Color),
    pub ratio: f64,
    /// A colour for the text that can be read, near the present one.
    pub nearest: Option<Color>,
}

impl Scheme {
    /// The whole palette: what is not chosen is made to go with what is.
    pub fn palette(self, accent: Color, chosen: &Chosen) -> Palette {
        let [background, card, text, muted, border] = match self {
            Scheme::Light => [0xf1f2f4, 0xffffff, 0x1d2127, 0x59616d, 0xe1e4e8],
            Scheme::Dark => [0x101216, 0x1c1f24, 0xeceef1, 0xa9b0ba, 0x343a43],
        }
        .map(|hex: u32| {
            let [_, red, green, blue] = hex.to_be_bytes();
            Color(red, green, blue)
        });
        let background = chosen.background.unwrap_or(background);
        let card = chosen.card.unwrap_or(card);
        let text = chosen.text.unwrap_or(text);
        let muted = chosen.muted.unwrap_or(muted);
        let is_read =
            |soft: &Color| [Some(text), Some(muted), chosen.link].into_iter().flatten().all(|ink| ink.contrast(*soft) >= FOR_TEXT);
        let soft = (0..=7).rev().map(|share| card.mixed(text, share, 100)).find(is_read).unwrap_or(card);
        let accent = chosen.accent.unwrap_or(accent);
        // A button must be seen on a dark page too.
        let accent = match (self, chosen.accent) {
            (Scheme::Dark, None) => accent.nearest(&[card], FOR_SHAPES).unwrap_or(accent),
            _ => accent,
        };
        Palette {
            background,
            card,
            soft,
            text,
            muted,
            border: chosen.border.unwrap_or(border),
            accent,
            on_accent: accent.ink(),
            link: chosen.link.or_else(|| accent.nearest(&[background, card, soft], FOR_TEXT)).unwrap_or(text),
        }
    }
}

impl Palette {
    /// The texts that can't be read, each with the ground where it's read worst.
    pub fn unreadable(&self) -> Vec<Unreadable> {
        let grounds = [("background", self.background), ("card", self.card)];
        let faults = [("text", self.text), ("muted", self.muted), ("link", self.link)].into_iter().filter_map(|(name, color)| {
            let rated = grounds.map(|(ground, of)| (color.contrast(of), ground, of));
            let (ratio, ground, of) = rated.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(ratio, ..)| *ratio < FOR_TEXT)?;
            let nearest = color.nearest(&[self.background, self.card], FOR_TEXT);
            Some(Unreadable { text: name, ground, colors: (color, of), ratio, nearest })
        });
        faults.collect()
    }
}

/// Families of fonts as CSS has them in a `style` attribute: names of more than one word in single quotes. `None` where a
/// name holds what could end it.
pub fn read_fonts(text: &str) -> Option<String> {
    let names: Option<Vec<String>> = text.split(',').map(|name| font(name.trim())).collect();
    names.map(|names| names.join(", "))
}

/// The same for Outlook on Windows, which shows Times New Roman where it doesn't know the first family: the first one that
/// each Windows has, else the nearest.
pub fn office_fonts(fonts: &str) -> &'static str {
    const KNOWN: [&str; 14] = [
        "Arial",
        "Calibri",
        "Cambria",
        "Candara",
        "Consolas",
        "Constantia",
        "Corbel",
        "Courier New",
        "Georgia",
        "Segoe UI",
        "Tahoma",
        "Times New Roman",
        "Trebuchet MS",
        "Verdana",
    ];
    const KINDS: [(&str, &str); 3] = [("serif", "Georgia"), ("monospace", "Consolas"), ("ui-serif", "Georgia")];
    let known = |name: &str| KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(name));
    let kind = |name: &str| KINDS.into_iter().find(|(kind, _)| *kind == name).map(|(_, font)| font);
    fonts.split(',').map(|name| name.trim().trim_matches('\'')).find_map(|name| known(name).or_else(|| kind(name))).unwrap_or("Arial")
}

fn font(name: &str) -> Option<String> {
    let quoted = |quote: char| name.strip_prefix(quote).and_then(|name| name.strip_suffix(quote));
    let name = quoted('\'').or_else(|| quoted('"')).unwrap_or(name).trim();
    let is_name = !name.is_empty() && name.len() <= 100 && name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.'));
    let letters = name.trim_start_matches('-');
    let is_word = letters.starts_with(|c: char| c.is_ascii_alphabetic()) && letters.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_name.then(|| if is_word { name.to_owned() } else { format!("'{name}'") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Color {
        Color::read(text).unwrap()
    }

    #[test]
    fn every_accent_makes_a_palette_that_can_be_read() {
        for step in 0..4096u32 {
            let channel = |shift: u32| u8::try_from((step >> shift & 0xf) * 17).unwrap();
            let theme = Theme::of_accent(Color(channel(8), channel(4), channel(0)));
            for palette in [&theme.light, &theme.dark] {
                assert_eq!(palette.unreadable(), [], "{step:x}");
                for text in [palette.text, palette.muted, palette.link] {
                    assert!(text.contrast(palette.soft) >= FOR_TEXT, "{text} on {}", palette.soft);
                }
                assert!(palette.on_accent.contrast(palette.accent) >= FOR_TEXT);
            }
            assert!(theme.dark.accent.contrast(theme.dark.card) >= FOR_SHAPES);
        }
    }

    #[test]
    fn the_soft_ground_gives_way_to_texts_that_are_just_readable() {
        let chosen = Chosen { text: Some(hex("#767676")), muted: Some(hex("#767676")), card: Some(Color::WHITE), ..Chosen::default() };
        let palette = Scheme::Light.palette(Color::BLACK, &chosen);
        assert!(palette.text.contrast(palette.soft) >= FOR_TEXT, "{palette:?}");
        let chosen = Chosen { background: Some(Color::WHITE), ..Chosen::default() };
        assert_ne!(Scheme::Light.palette(Color::BLACK, &chosen).soft, Color::WHITE);
    }

    #[test]
    fn what_can_t_be_read_is_told_with_a_colour_that_can() {
        let chosen = Chosen { text: Some(hex("#999999")), background: Some(Color::WHITE), ..Chosen::default() };
        let faults = Scheme::Light.palette(Color::BLACK, &chosen).unreadable();
        let [fault] = &faults[..] else { panic!("{faults:?}") };
        assert_eq!((fault.text, fault.ground), ("text", "background"));
        assert!((fault.ratio - 2.85).abs() < 0.01, "{fault:?}");
        assert!(fault.nearest.unwrap().contrast(Color::WHITE) >= FOR_TEXT);
        // Nothing can be read on black and white and what lies between.
        let chosen = Chosen { background: Some(hex("#777777")), card: Some(Color::WHITE), text: Some(Color::WHITE), ..Chosen::default() };
        assert_eq!(Scheme::Light.palette(Color::BLACK, &chosen).unreadable()[0].ground, "card");
    }

    #[test]
    fn outlook_gets_a_font_that_it_has() {
        for (fonts, wanted) in [
            (FONT, "Segoe UI"),
            ("Inter, 'times new roman', serif", "Times New Roman"),
            ("'Source Serif 4', serif", "Georgia"),
            ("Inter, sans-serif", "Arial"),
            ("Inter", "Arial"),
        ] {
            assert_eq!(office_fonts(fonts), wanted, "{fonts}");
        }
    }

    #[test]
    fn fonts_are_names_and_nothing_else() {
        let stack = "Georgia, \"Times New Roman\", 'Noto Sans', -apple-system, ヒラギノ角ゴ, serif";
        assert_eq!(read_fonts(stack).unwrap(), "Georgia, 'Times New Roman', 'Noto Sans', -apple-system, 'ヒラギノ角ゴ', serif");
        for text in ["", "a,,b", "a;color:red", "a'b", "url(x)", "'a", "x\"", "a}b", "</style>", "a\\b", "a\nb", &"x".repeat(101)] {
            assert_eq!(read_fonts(text), None, "{text}");
        }
    }
}
