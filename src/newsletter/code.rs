//! Code in colours where a message is dark: its colours stand in the spans themselves, so rules name each of them.

use super::colors::{Color, FOR_TEXT};
use super::views::InkView;
use std::collections::BTreeSet;

/// Gmail leaves out a style sheet of more than 8,192 characters; code in another colour is as plain as that without.
const MOST: usize = 24;

/// The class of a block of code with colours of its own: `night` where its ground is dark already, so that it stays as it is.
pub fn ground_class(style: &str) -> &'static str {
    let ground = style.split(';').find_map(|rule| Color::read(rule.trim().strip_prefix("background-color:")?.trim()));
    if ground.is_some_and(|ground| ground.ink() == Color::WHITE) { "night" } else { "painted" }
}

/// The colours of code in pieces of HTML, each with one of its hue that can be read on a dark ground.
pub fn inks<'h>(pieces: impl IntoIterator<Item = &'h str>, ground: Color) -> Vec<InkView> {
    let mut colors: BTreeSet<&str> = BTreeSet::new();
    for piece in pieces {
        for block in piece.split("<pre").skip(1).filter_map(|rest| rest.split("</pre>").next()) {
            let code = block.split_once('>').map_or("", |(_, code)| code);
            let is_ink = |(at, _): &(usize, &str)| !code[..*at].ends_with("background-");
            let hex = |(at, name): (usize, &str)| {
                let value = code.get(at + name.len()..)?;
                value.get(..value.find(|c: char| !c.is_ascii_hexdigit() && c != '#')?)
            };
            colors.extend(code.match_indices("color:").filter(is_ink).filter_map(hex));
        }
    }
    let ink = |light: &str| {
        let dark = Color::read(light)?.mirrored().nearest(&[ground], FOR_TEXT)?;
        Some(InkView { light: light.to_owned(), dark })
    };
    colors.into_iter().filter_map(ink).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dark_ground_makes_a_night() {
        for (style, wanted) in [
            ("color:#323232;background-color:#ffffff", "painted"),
            ("color:#c0c5ce; background-color: #2b303b", "night"),
            ("background-color:black", "painted"),
            ("color:#000", "painted"),
        ] {
            assert_eq!(ground_class(style), wanted, "{style}");
        }
    }

    #[test]
    fn every_colour_of_code_has_one_that_can_be_read_in_the_dark() {
        let ground = Color(0x2a, 0x2d, 0x32);
        let html = "<p style=\"color:#010203\"><pre style=\"color:#323232;background-color:#fff\"><span style=\"color:#a71d5d\">x</span>\
                    <span style=\"font-style:italic;color:#969896\">y</span><span style=\"color:red;background-color:#fff\">z</span></pre><i style=\"color:#040506\">";
        let found = inks([html, "<pre><span style=\"color:#a71d5d\"></pre>"], ground);
        let light: Vec<&str> = found.iter().map(|ink| ink.light.as_str()).collect();
        assert_eq!(light, ["#969896", "#a71d5d"]);
        assert!(found.iter().all(|ink| ink.dark.contrast(ground) >= FOR_TEXT), "{found:?}");
        assert_eq!(found[1].dark.to_string(), "#e56ca4");
    }
}
