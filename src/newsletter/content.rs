//! An entry's HTML made fit for a narrow column.

use lol_html::html_content::{ContentType, Element};
use lol_html::{RewriteStrSettings, element, rewrite_str};

/// The column without its padding, in pixels.
const COLUMN: u32 = 536;

/// Images get no wider than the column (Outlook obeys their attributes alone), and each has an `alt`; tables stand in
/// a box that scrolls, so that a wide one doesn't widen the message on a phone.
pub fn fit(html: &str) -> String {
    let settings = RewriteStrSettings {
        element_content_handlers: vec![
            element!("img", |image| {
                fit_image(image);
                Ok(())
            }),
            element!("table", |table| {
                table.before("<div class=\"scroll\">", ContentType::Html);
                table.after("</div>", ContentType::Html);
                Ok(())
            }),
        ],
        ..RewriteStrSettings::new()
    };
    // Sanitised HTML can be read; what can't stays as it is.
    rewrite_str(html, settings).unwrap_or_else(|_| html.to_owned())
}

fn fit_image(image: &mut Element) {
    if image.get_attribute("alt").is_none() {
        set(image, "alt", "");
    }
    let pixels = |name: &str| image.get_attribute(name).and_then(|value| value.trim().parse::<u32>().ok()).filter(|&pixels| pixels > 0);
    let (Some(width), height) = (pixels("width"), pixels("height")) else { return };
    if width > COLUMN {
        set(image, "width", &COLUMN.to_string());
        if let Some(height) = height {
            let scaled = u64::from(height) * u64::from(COLUMN) / u64::from(width);
            set(image, "height", &scaled.max(1).to_string());
        }
    }
}

fn set(image: &mut Element, name: &str, value: &str) {
    // Fails only for names that aren't ones.
    let _ = image.set_attribute(name, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_images_shrink_in_proportion() {
        let html = fit(r#"<p><img src="a.png" width="1200" height="600"><img src="b.png" alt="b" width="100" height="50"></p>"#);
        assert!(html.contains(r#"<img src="a.png" width="536" height="268" alt="">"#), "{html}");
        assert!(html.contains(r#"<img src="b.png" alt="b" width="100" height="50">"#), "{html}");
    }

    #[test]
    fn odd_sizes_are_left_alone() {
        for size in [r#"width="100%""#, r#"width="0""#, r#"width="-5""#, r#"width="99999999999999""#, ""] {
            let html = format!("<img alt=\"\" src=\"a\" {size}>");
            assert_eq!(fit(&html).matches("536").count(), 0, "{html}");
        }
        assert!(fit(r#"<img alt="" width="4294967295" height="4294967295">"#).contains(r#"height="536""#));
    }

    #[test]
    fn tables_scroll() {
        assert_eq!(fit("<table><tr><td>1</td></tr></table><p>x"), "<div class=\"scroll\"><table><tr><td>1</td></tr></table></div><p>x");
    }
}
