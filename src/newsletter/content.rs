//! An entry's HTML made fit for a narrow column.

use lol_html::html_content::{ContentType, Element};
use lol_html::{EndTagHandler, RewriteStrSettings, element, rewrite_str};
use std::cell::Cell;
use std::rc::Rc;

/// The column without its padding, in pixels.
const COLUMN: u32 = 536;
/// Elements within elements. The inliner recurses, so a hostile depth would overflow the stack.
const DEPTH: usize = 100;

/// Images get no wider than the column (Outlook obeys their attributes alone), and each has an `alt`; tables stand in
/// a box that scrolls, so that a wide one doesn't widen the message on a phone; too deep elements give up their tags.
pub fn fit(html: &str) -> String {
    let depth = Rc::new(Cell::new(0usize));
    let settings = RewriteStrSettings {
        element_content_handlers: vec![element!("*", move |element| {
            if let Some(handlers) = element.end_tag_handlers() {
                depth.set(depth.get() + 1);
                let depth = Rc::clone(&depth);
                let leave: EndTagHandler<'static> = Box::new(move |_| {
                    depth.set(depth.get().saturating_sub(1));
                    Ok(())
                });
                handlers.push(leave);
            }
            if depth.get() > DEPTH {
                element.remove_and_keep_content();
            } else {
                fit_element(element);
            }
            Ok(())
        })],
        ..RewriteStrSettings::new()
    };
    // Sanitised HTML can be read; what can't is shown as text.
    rewrite_str(html, settings).unwrap_or_else(|_| html_escape::encode_text(html).into_owned())
}

fn fit_element(element: &mut Element) {
    match element.tag_name().as_str() {
        "img" => fit_image(element),
        "table" => {
            element.before("<div class=\"scroll\">", ContentType::Html);
            element.after("</div>", ContentType::Html);
        }
        _ => {}
    }
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

    #[test]
    fn depth_has_an_end() {
        let deep = format!("{}x{}<p>y</p>", "<b>".repeat(50_000), "</b>".repeat(50_000));
        assert_eq!(fit(&deep), format!("{}x{}<p>y</p>", "<b>".repeat(DEPTH), "</b>".repeat(DEPTH)));
        let voids = "<br>".repeat(DEPTH * 2) + "<img src=\"a\" alt=\"\">";
        assert_eq!(fit(&voids), voids);
    }
}
