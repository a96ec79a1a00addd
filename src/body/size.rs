//! Width and height of pictures: what the author gave, filled up from the file.

use super::event::Element;
use crate::catalog::Size;

/// Pixels, as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pixels {
    pub width: Option<u32>,
    pub height: Option<u32>,
}

impl Element<'_> {
    /// The size that the author gave; `None` where it is a share of the page, which no pixels may overrule.
    pub fn pixels(&self) -> Option<Pixels> {
        let number = |name: &str| match self.get(name) {
            Some(text) if text.ends_with('%') => None,
            text => Some(text.and_then(|text| text.parse().ok()).filter(|pixels| *pixels > 0)),
        };
        Some(Pixels { width: number("width")?, height: number("height")? })
    }
}

impl Pixels {
    /// The author's size, made whole in the file's proportion.
    pub fn fill(self, file: Option<Size>) -> Pixels {
        let Some((width, height)) = file.filter(|(width, height)| *width > 0 && *height > 0) else { return self };
        let scaled = |side: u32, of: u32, other: u32| {
            let other = u64::from(side) * u64::from(other) / u64::from(of);
            Some(u32::try_from(other).unwrap_or(u32::MAX).max(1))
        };
        match (self.width, self.height) {
            (Some(_), Some(_)) => self,
            (Some(given), None) => Pixels { height: scaled(given, width, height), ..self },
            (None, Some(given)) => Pixels { width: scaled(given, height, width), ..self },
            (None, None) => Pixels { width: Some(width), height: Some(height) },
        }
    }

    /// Both sides.
    pub fn whole(self) -> Option<Size> {
        self.width.zip(self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(width: Option<u32>, height: Option<u32>, file: Size) -> Option<Size> {
        Pixels { width, height }.fill(Some(file)).whole()
    }

    #[test]
    fn what_the_author_gave_wins_and_the_rest_follows_the_file() {
        assert_eq!(filled(None, None, (640, 480)), Some((640, 480)));
        assert_eq!(filled(Some(320), None, (640, 480)), Some((320, 240)));
        assert_eq!(filled(None, Some(48), (640, 480)), Some((64, 48)));
        assert_eq!(filled(Some(7), Some(9), (640, 480)), Some((7, 9)));
        assert_eq!(filled(Some(1), None, (5000, 10)), Some((1, 1)), "never nothing");
        assert_eq!(filled(Some(u32::MAX), None, (1, u32::MAX)), Some((u32::MAX, u32::MAX)));
        assert_eq!(filled(None, Some(9), (0, 0)), None);
        assert_eq!(Pixels { width: Some(9), height: None }.fill(None).whole(), None);
    }

    #[test]
    fn a_share_of_the_page_is_no_number_of_pixels() {
        let image = |name, value: &'static str| Element::void("img").with(name, value).pixels();
        assert_eq!(image("width", "50%"), None);
        assert_eq!(image("width", "50"), Some(Pixels { width: Some(50), height: None }));
        assert_eq!(image("height", "0"), Some(Pixels { width: None, height: None }));
    }
}
