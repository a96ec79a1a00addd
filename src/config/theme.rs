//! `[newsletter.theme]`: colours that can be read, fonts, logo, what stands above and below.

use super::publication::below;
use super::table::{Given, Table};
use crate::catalog::Image;
use crate::diagnostic::Diagnostic;
use crate::newsletter::{Chosen, Color, Scheme, SocialLink, Theme, Unreadable, read_fonts};
use crate::site::Site;

/// The accent where none is chosen.
const ACCENT: Color = Color(0xb3, 0x26, 0x1e);
/// Pixels of a logo's sides, at most: the column without its padding.
const LARGEST: u64 = 536;

pub(super) fn theme(newsletter: &mut Table, site: Option<&Site>, faults: &mut Vec<Diagnostic>) -> Theme {
    let accent = color(newsletter, "accent").map_or(ACCENT, |(color, _)| color);
    let mut theme =
        Theme { logo: site.and_then(|site| site.logo.clone()).map(|url| Image { url, size: None }), ..Theme::of_accent(accent) };
    let Some(mut table) = newsletter.table("theme") else { return theme };
    theme.light = palette(&mut table, "light", Scheme::Light, accent, faults);
    theme.dark = palette(&mut table, "dark", Scheme::Dark, accent, faults);
    if let Some(fonts) = fonts(&mut table, "body_font") {
        theme.heading_font.clone_from(&fonts);
        theme.body_font = fonts;
    }
    if let Some(fonts) = fonts(&mut table, "heading_font") {
        theme.heading_font = fonts;
    }
    if let Some(url) = address(&mut table, "logo", site) {
        theme.logo = Some(Image { url, size: None });
    }
    theme.dark_logo = address(&mut table, "dark_logo", site);
    let size = pixels(&mut table, "logo_width").zip(pixels(&mut table, "logo_height"));
    theme.logo = theme.logo.map(|logo| Image { size, ..logo });
    theme.header = table.text("header").map(|given| given.value).filter(|text| !text.trim().is_empty());
    theme.footer = table.text("footer").map(|given| given.value).filter(|text| !text.trim().is_empty());
    for mut link in table.tables("social") {
        let name = link.text("name");
        let url = address(&mut link, "url", site);
        match (name, url) {
            (Some(name), Some(url)) => theme.social.push(SocialLink { name: name.value, url }),
            (None, _) => link.miss("name", "say what the link leads to, such as Mastodon"),
            (_, None) if link.faults.is_empty() => link.miss("url", "give the address of the page"),
            _ => {}
        }
        faults.append(&mut link.finish());
    }
    faults.append(&mut table.finish());
    theme
}

fn palette(
    theme: &mut Table,
    key: &'static str,
    scheme: Scheme,
    accent: Color,
    faults: &mut Vec<Diagnostic>,
) -> crate::newsletter::Palette {
    let Some(mut table) = theme.table(key) else { return scheme.palette(accent, &Chosen::default()) };
    let mut places = Vec::new();
    let mut chosen = Chosen::default();
    for (key, wanted) in [
        ("background", &mut chosen.background),
        ("card", &mut chosen.card),
        ("text", &mut chosen.text),
        ("muted", &mut chosen.muted),
        ("border", &mut chosen.border),
        ("accent", &mut chosen.accent),
        ("link", &mut chosen.link),
    ] {
        if let Some((color, given)) = color(&mut table, key) {
            *wanted = Some(color);
            places.push((key, given));
        }
    }
    let palette = scheme.palette(accent, &chosen);
    for fault in palette.unreadable() {
        // The text's colour is what a publisher would rather change.
        let place = [fault.text, fault.ground].iter().find_map(|key| places.iter().find(|(name, _)| name == key));
        if let Some((key, given)) = place {
            table.refuse_with(given, unreadable(&table.name(key), &fault));
        }
    }
    faults.append(&mut table.finish());
    palette
}

fn unreadable(key: &str, fault: &Unreadable) -> Diagnostic {
    let (text, ground) = fault.colors;
    let nearest = fault.nearest.map(|color| color.to_string());
    // Rounded down: 4.49 is not 4.5.
    let ratio = (fault.ratio * 100.0).floor() / 100.0;
    Diagnostic::contrast_low(
        key,
        (fault.text, &text.to_string()),
        (fault.ground, &ground.to_string()),
        &format!("{ratio:.2}"),
        nearest.as_deref(),
    )
}

fn color(table: &mut Table, key: &'static str) -> Option<(Color, Given<String>)> {
    let given = table.text(key)?;
    match Color::read(&given.value) {
        Some(color) => Some((color, given)),
        None => {
            table.refuse(key, &given, "is not a colour", "write it as #rrggbb, such as #b3261e");
            None
        }
    }
}

fn fonts(table: &mut Table, key: &'static str) -> Option<String> {
    let given = table.text(key)?;
    let fonts = read_fonts(&given.value);
    if fonts.is_none() {
        table.refuse(
            key,
            &given,
            "is not a list of fonts",
            "write names with commas between them, such as Georgia, 'Times New Roman', serif",
        );
    }
    fonts
}

/// A path of the site or a whole URL.
fn address(table: &mut Table, key: &'static str, site: Option<&Site>) -> Option<String> {
    let given = table.text(key)?;
    // Without a site nothing is built, and that is told already.
    let Some(site) = site else { return Some(given.value) };
    let found = below(&site.url, &given.value);
    if found.is_none() {
        table.refuse(key, &given, "is not a URL or a path", "write a path such as /logo.png, or a whole URL");
    }
    found
}

fn pixels(table: &mut Table, key: &'static str) -> Option<u32> {
    let given = table.number(key)?;
    let pixels = u32::try_from(given.value).ok().filter(|_| (1..=LARGEST).contains(&given.value));
    if pixels.is_none() {
        table.refuse(key, &given, &format!("can't be {} pixels", given.value), &format!("write a number from 1 to {LARGEST}"));
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::super::{Overrides, read_config};
    use super::*;
    use crate::diagnostic::Source;
    use std::path::Path;

    /// Line, column, code, message and help.
    type Told = (usize, usize, String, String, String);

    /// The theme, or all faults.
    fn read(newsletter: &str) -> Result<Theme, Vec<Told>> {
        let text = format!("[site]\ntitle = \"x\"\nurl = \"https://example.org/s/\"\nlogo = \"/site.png\"\n[newsletter]\n{newsletter}");
        let (config, faults) = read_config(&Source::new("tidings.toml", text), Path::new("/"), &Overrides::new());
        match config {
            Some(config) if faults.is_empty() => Ok(config.newsletter.unwrap().theme),
            _ => Err(faults
                .into_iter()
                .map(|fault| {
                    let (line, column) = fault.place.as_ref().map_or((0, 0), |place| (place.line, place.column));
                    (line, column, fault.code.to_string(), fault.message.clone(), fault.help.clone())
                })
                .collect()),
        }
    }

    #[test]
    fn everything_that_a_theme_says_arrives() {
        let theme = read(concat!(
            "accent = \"#0b5c7d\"\n[newsletter.theme]\nlogo = \"logo.png\"\ndark_logo = \"https://cdn.example/d.png\"\nlogo_width = 200\nlogo_height = 40\n",
            "header = \"Tides\"\nfooter = \"*Bye*\"\nbody_font = \"Georgia, serif\"\nheading_font = 'Inter, \"Segoe UI\"'\n",
            "social = [{ name = \"Mastodon\", url = \"https://social.example/@x\" }]\n",
            "[newsletter.theme.light]\nbackground = \"#fff8ee\"\n[newsletter.theme.dark]\ncard = \"#000\"\naccent = \"#88ccff\"\n"
        ))
        .unwrap();
        assert_eq!(theme.logo, Some(Image { url: "https://example.org/s/logo.png".into(), size: Some((200, 40)) }));
        assert_eq!(theme.dark_logo.as_deref(), Some("https://cdn.example/d.png"));
        assert_eq!((theme.header.as_deref(), theme.footer.as_deref()), (Some("Tides"), Some("*Bye*")));
        assert_eq!((theme.body_font.as_str(), theme.heading_font.as_str()), ("Georgia, serif", "Inter, 'Segoe UI'"));
        assert_eq!(theme.social, [SocialLink { name: "Mastodon".into(), url: "https://social.example/@x".into() }]);
        assert_eq!((theme.light.background.to_string(), theme.light.accent.to_string()), ("#fff8ee".into(), "#0b5c7d".into()));
        assert_eq!((theme.dark.card, theme.dark.accent.to_string()), (Color::BLACK, "#88ccff".into()));
    }

    #[test]
    fn what_is_left_out_is_the_site_s_or_ours() {
        let plain = read("").unwrap();
        assert_eq!(plain, Theme { logo: plain.logo.clone(), ..Theme::of_accent(ACCENT) });
        assert_eq!(plain.logo.unwrap().url, "https://example.org/s/site.png");
        let body = read("[newsletter.theme]\nbody_font = \"Georgia\"\n").unwrap();
        assert_eq!(body.heading_font, "Georgia");
    }

    #[test]
    fn colours_that_can_t_be_read_are_told_where_they_stand() {
        let faults =
            read("[newsletter.theme.light]\n\ntext = \"#999999\"\nmuted = \"#888\"\n[newsletter.theme.dark]\ncard = \"#808080\"\n");
        let faults = faults.unwrap_err();
        let places: Vec<_> = faults.iter().map(|fault| (fault.0, fault.1, fault.2.as_str())).collect();
        // Of the dark palette's three texts none can be read on the grey; text and muted are told at the ground's key.
        assert_eq!(places[..2], [(8, 8, "contrast-low"), (9, 9, "contrast-low")], "{faults:?}");
        assert!(places[2..].iter().all(|place| *place == (11, 8, "contrast-low")) && places.len() > 2, "{faults:?}");
        assert_eq!(
            faults[0].3,
            "`newsletter.theme.light.text`: #999999 (`text`) on #f1f2f4 (`background`) has a contrast of 2.54:1, text needs 4.5:1"
        );
        assert!(faults[0].4.starts_with("`text` could be #"), "{faults:?}");
        let suggested = faults[0].4.split('#').nth(1).and_then(|hex| Color::read(&format!("#{}", hex.get(..6)?))).unwrap();
        assert!(read(&format!("[newsletter.theme.light]\ntext = \"{suggested}\"\n")).is_ok());
    }

    #[test]
    fn what_a_theme_can_t_have_is_refused() {
        for (written, line, part) in [
            ("[newsletter.theme]\nbody_font = \"x; color: red\"\n", 7, "is not a list of fonts"),
            ("[newsletter.theme]\nlogo = \"javascript:x\"\n", 7, "is not a URL or a path"),
            ("[newsletter.theme]\nlogo_width = 0\nlogo_height = 1\n", 7, "can't be 0 pixels"),
            ("[newsletter.theme]\nfoter = \"x\"\n", 7, "`newsletter.theme.foter`"),
            ("[newsletter.theme.light]\nbackgruond = \"#fff\"\n", 7, "`newsletter.theme.light.backgruond`"),
            ("[newsletter.theme.dark]\n\ncard = \"white\"\n", 8, "is not a colour"),
            ("[newsletter.theme]\nsocial = [{ name = \"x\", url = \"mailto:x@example.org\" }]\n", 7, "is not a URL"),
            ("accent = \"#12\"\n", 6, "is not a colour"),
        ] {
            let faults = read(written).unwrap_err();
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].0 == line && faults[0].3.contains(part), "{faults:?}");
        }
        assert!(read("[newsletter.theme]\nsocial = [{ url = \"https://x.example/\" }, { name = \"x\" }]\n").unwrap_err().len() == 2);
    }
}
