//! Colours that can be read: the accent, and what stands on it and beside it.
//!
//! Contrast is that of WCAG 2 (relative luminance); 4.5:1 is its level AA for text.

const WANTED: f64 = 4.5;
const WHITE: Rgb = Rgb(0xff, 0xff, 0xff);
/// The least favourable grounds that links stand on in light and dark: those of code and table heads.
const LIGHT: Rgb = Rgb(0xf1, 0xf2, 0xf4);
const DARK: Rgb = Rgb(0x28, 0x2d, 0x35);
/// Used where the configured accent is no `#rrggbb`.
const DEFAULT_ACCENT: Rgb = Rgb(0xb3, 0x26, 0x1e);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rgb(u8, u8, u8);

/// The colours of a theme, as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colors {
    pub accent: String,
    /// Text on the accent.
    pub on_accent: String,
    /// Links in light.
    pub link: String,
    /// Links in the dark.
    pub dark_link: String,
}

/// The colours that go with an accent.
pub fn colors(accent: &str) -> Colors {
    let accent = read(accent).unwrap_or(DEFAULT_ACCENT);
    let black = Rgb(0, 0, 0);
    // Of black and white one always has 4.5:1: the darkest grey that black can stand on is lighter than needed.
    let on_accent = if contrast(WHITE, accent) >= WANTED { WHITE } else { black };
    Colors {
        accent: write(accent),
        on_accent: write(on_accent),
        link: write(readable(accent, LIGHT, black)),
        dark_link: write(readable(accent, DARK, WHITE)),
    }
}

/// The colour, moved towards `towards` until it can be read on `ground`.
fn readable(color: Rgb, ground: Rgb, towards: Rgb) -> Rgb {
    let steps = 50u32;
    (0..=steps).map(|step| mix(color, towards, step, steps)).find(|mixed| contrast(*mixed, ground) >= WANTED).unwrap_or(towards)
}

fn mix(a: Rgb, b: Rgb, step: u32, steps: u32) -> Rgb {
    let channel = |a: u8, b: u8| {
        let sum = u32::from(a) * (steps - step) + u32::from(b) * step;
        u8::try_from(sum / steps).unwrap_or(u8::MAX)
    };
    Rgb(channel(a.0, b.0), channel(a.1, b.1), channel(a.2, b.2))
}

fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(Rgb(red, green, blue): Rgb) -> f64 {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn read(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#')?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (digits.len() == 6).then_some(Rgb(channel(0)?, channel(2)?, channel(4)?))
}

fn write(Rgb(red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_contrasts() {
        assert!((contrast(Rgb(0, 0, 0), WHITE) - 21.0).abs() < 0.01);
        assert!((contrast(Rgb(0x77, 0x77, 0x77), WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn every_accent_can_be_read_everywhere() {
        for step in 0..4096u32 {
            let channel = |shift: u32| u8::try_from((step >> shift & 0xf) * 17).unwrap();
            let accent = write(Rgb(channel(8), channel(4), channel(0)));
            let colors = colors(&accent);
            assert_eq!(colors.accent, accent);
            let pairs = [(&colors.on_accent, read(&accent).unwrap()), (&colors.link, LIGHT), (&colors.dark_link, DARK)];
            for (text, ground) in pairs {
                assert!(contrast(read(text).unwrap(), ground) >= WANTED, "{text} for {accent}");
            }
        }
    }

    #[test]
    fn a_readable_accent_stays_as_it_is() {
        assert_eq!(colors("#b3261e").link, "#b3261e");
    }

    #[test]
    fn what_is_no_color_is_the_default() {
        for text in ["", "red", "#12345", "#12345g", "#é123", "#1234567", "#+1+2+3"] {
            assert_eq!(colors(text).accent, "#b3261e", "{text}");
        }
    }
}
