//! Colours, and whether one can be read on another.
//!
//! Contrast is that of WCAG 2 (relative luminance); 4.5:1 is its level AA for text.

/// The contrast that text needs.
pub const FOR_TEXT: f64 = 4.5;
/// The contrast that shapes need: buttons, marks (WCAG 2, 1.4.11).
pub const FOR_SHAPES: f64 = 3.0;
const STEPS: u32 = 50;

/// Red, green and blue of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

impl Color {
    pub const BLACK: Color = Color(0, 0, 0);
    pub const WHITE: Color = Color(0xff, 0xff, 0xff);

    /// Reads `#rrggbb` or `#rgb`.
    pub fn read(text: &str) -> Option<Color> {
        let digits = text.strip_prefix('#')?;
        let digit = |at: usize| char::from(*digits.as_bytes().get(at)?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match digits.len() {
            3 => Some(Color(digit(0)? * 17, digit(1)? * 17, digit(2)? * 17)),
            6 => Some(Color(digit(0)? * 16 + digit(1)?, digit(2)? * 16 + digit(3)?, digit(4)? * 16 + digit(5)?)),
            _ => None,
        }
    }

    /// The ratio of the lighter to the darker one: 1 to 21.
    pub fn contrast(self, other: Color) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The least contrast with one of the grounds.
    pub fn least_contrast(self, grounds: &[Color]) -> f64 {
        grounds.iter().map(|ground| self.contrast(*ground)).fold(f64::INFINITY, f64::min)
    }

    /// The nearest colour, made darker or lighter, that has the contrast with all grounds.
    pub fn nearest(self, grounds: &[Color], wanted: f64) -> Option<Color> {
        let steps = (0..=STEPS).flat_map(|step| [Color::BLACK, Color::WHITE].map(|end| self.mixed(end, step, STEPS)));
        steps.into_iter().find(|color| color.least_contrast(grounds) >= wanted)
    }

    /// Of black and white the one that is read better on it: it always has 4.5:1, since the darkest grey that black can
    /// stand on is lighter than white needs.
    pub fn ink(self) -> Color {
        if Color::WHITE.contrast(self) >= FOR_TEXT { Color::WHITE } else { Color::BLACK }
    }

    /// The colour as light as this one is dark, of the same hue (HSL).
    pub fn mirrored(self) -> Color {
        let channels = [self.0, self.1, self.2].map(i16::from);
        let shift = 255 - channels.iter().max().unwrap_or(&0) - channels.iter().min().unwrap_or(&0);
        // Never out of range: the highest becomes 255 less the lowest.
        let [red, green, blue] = channels.map(|channel| u8::try_from(channel + shift).unwrap_or(u8::MAX));
        Color(red, green, blue)
    }

    /// The colour, gone `step` of `steps` towards another one.
    pub fn mixed(self, end: Color, step: u32, steps: u32) -> Color {
        let channel = |a: u8, b: u8| {
            let sum = u32::from(a) * steps.saturating_sub(step) + u32::from(b) * step;
            u8::try_from(sum / steps.max(1)).unwrap_or(u8::MAX)
        };
        Color(channel(self.0, end.0), channel(self.1, end.1), channel(self.2, end.2))
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

/// As CSS has it.
impl serde::Serialize for Color {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_contrasts() {
        assert!((Color::BLACK.contrast(Color::WHITE) - 21.0).abs() < 0.01);
        assert!((Color(0x77, 0x77, 0x77).contrast(Color::WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn colours_are_read_as_they_are_written() {
        assert_eq!(Color::read("#B3261e").unwrap().to_string(), "#b3261e");
        assert_eq!(Color::read("#fa0").unwrap().to_string(), "#ffaa00");
        for text in ["", "red", "#", "#12345", "#12345g", "#é123", "#é1", "#1234567", "#+1+2+3", "#+12"] {
            assert_eq!(Color::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_nearest_colour_is_the_same_where_it_can_be_read() {
        let accent = Color(0xb3, 0x26, 0x1e);
        assert_eq!(accent.nearest(&[Color::WHITE], FOR_TEXT), Some(accent));
        assert_eq!(Color(0x77, 0x77, 0x77).nearest(&[Color::WHITE], FOR_TEXT), Some(Color(0x74, 0x74, 0x74)));
        assert_eq!(accent.nearest(&[Color::WHITE, Color(0x77, 0x77, 0x77), Color::BLACK], FOR_TEXT), None);
    }

    #[test]
    fn a_mirrored_colour_keeps_its_hue() {
        for (color, wanted) in [("#a71d5d", "#e25898"), ("#323232", "#cdcdcd"), ("#000000", "#ffffff"), ("#ff0000", "#ff0000")] {
            assert_eq!(Color::read(color).unwrap().mirrored().to_string(), wanted);
            assert_eq!(Color::read(wanted).unwrap().mirrored().to_string(), color);
        }
    }

    #[test]
    fn ink_can_be_read_on_every_colour() {
        for step in 0..4096u32 {
            let channel = |shift: u32| u8::try_from((step >> shift & 0xf) * 17).unwrap();
            let color = Color(channel(8), channel(4), channel(0));
            assert!(color.ink().contrast(color) >= FOR_TEXT, "{color}");
        }
    }
}
