//! What a publisher puts at the end of every issue: Markdown of the configuration.

use super::content::{ENTRY_LEVEL, Medium, fit};
use crate::body::{Body, HtmlPlace, Line, Style, clean_for_xml};
use crate::catalog::{Asset, Links, Reference};
use crate::diagnostic::Diagnostic;
use crate::language::words;
use crate::site::Site;

/// As HTML; its ids are none of an issue's.
pub fn footer_html(text: &str, site: &Site, language: &str) -> String {
    let place = HtmlPlace { id_prefix: "footer-".into(), first_heading: 3 };
    let html = body(&clean_for_xml(text), language).html(&place, &FromRoot(site));
    fit(html.trim(), 0, Medium::Mail, ENTRY_LEVEL, words(language))
}

/// As plain text.
pub fn footer_lines(text: &str, site: &Site, language: &str) -> Vec<Line> {
    body(&clean_for_xml(text), language).lines(&FromRoot(site))
}

fn body<'t>(text: &'t str, language: &str) -> Body<'t> {
    Body::of_markdown(text, &Style { language: language.to_owned(), ..Style::default() })
}

/// Links from the root of a site, where nobody knows the files.
struct FromRoot<'a>(&'a Site);

impl Links for FromRoot<'_> {
    fn absolute(&self, target: &str) -> Option<String> {
        let url = self.0.url.join(target.strip_prefix('/').filter(|rest| !rest.starts_with('/')).unwrap_or(target)).ok()?;
        matches!(url.scheme(), "http" | "https" | "mailto" | "tel").then(|| url.into())
    }

    fn asset(&self, _target: &str) -> Option<Asset> {
        None
    }

    fn reference(&self, _reference: Reference<'_>) -> Result<String, Diagnostic> {
        Err(Diagnostic::placeholder_unknown("the footer has no page"))
    }

    fn fault(&self, _target: &str) -> Option<Diagnostic> {
        None
    }

    fn site(&self, _field: &str) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::site;
    use super::*;

    #[test]
    fn a_footer_is_markdown_from_the_site_s_root() {
        let html = footer_html("*Bye*, [about](/about/) [me](mailto:a@b.example).\n\nTwo <script>x</script>", &site(), "en");
        let wanted =
            "<p><em>Bye</em>, <a href=\"https://example.org/about/\">about</a> <a href=\"mailto:a@b.example\">me</a>.</p>\n<p>Two ";
        assert!(html.starts_with(wanted) && !html.contains("script"), "{html}");
        let lines = footer_lines("*Bye*, [about](/about/).", &site(), "en");
        let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(text, ["Bye, about [1].", "", "[1] https://example.org/about/"]);
    }

    #[test]
    fn only_the_web_mail_and_telephones_are_linked() {
        let html = footer_html("[a](javascript:alert(1)) [b](data:text/html,x) [c](tel:1)", &site(), "en");
        assert!(!html.contains("javascript") && !html.contains("data:") && html.contains("tel:1"), "{html}");
    }
}
