//! A message from an edition and a recipient.

use super::fault::refuse_breaks;
use super::header::{ascii_phrase, mailbox, structured, unstructured};
use super::identity::{message_id, read_address, unsubscribe_url};
use super::{ComposeError, Recipient, fill_html, fill_subject, fill_text};
use crate::newsletter::{Edition, NewsletterSpec, joins_without_spaces};
use crate::site::Site;
use chrono::{DateTime, Datelike, FixedOffset};
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

/// A message ready for the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// With angle brackets.
    pub message_id: String,
    /// RFC 5322, CRLF line ends, no line above 998 octets, ASCII only.
    pub bytes: Vec<u8>,
}

/// Composes the message: the same arguments give the same bytes.
///
/// # Errors
/// A line break in any field of the recipient or in a header; an address that no server takes.
pub fn compose(
    spec: &NewsletterSpec,
    site: &Site,
    edition: &Edition,
    recipient: &Recipient,
    date: DateTime<FixedOffset>,
) -> Result<Message, ComposeError> {
    // Two lists on one domain may have issues of one name.
    compose_as(&format!("{}/{}", spec.list_id, edition.issue), spec, site, edition, recipient, date)
}

/// Composes the message for a test: mail programs that show one message for each Message-ID must not take it for the real
/// one, nor for the test of an earlier text, which another `content_hash` names.
///
/// # Errors
/// As [`compose`].
pub fn compose_test(
    spec: &NewsletterSpec,
    site: &Site,
    edition: &Edition,
    recipient: &Recipient,
    date: DateTime<FixedOffset>,
    content_hash: &str,
) -> Result<Message, ComposeError> {
    // No id of an issue holds a slash.
    compose_as(&format!("{}/{}/test/{content_hash}", spec.list_id, edition.issue), spec, site, edition, recipient, date)
}

fn compose_as(
    name: &str,
    spec: &NewsletterSpec,
    site: &Site,
    edition: &Edition,
    recipient: &Recipient,
    date: DateTime<FixedOffset>,
) -> Result<Message, ComposeError> {
    recipient.check()?;
    let from = read_address("from", &spec.from.1)?;
    let to = read_address("address", &recipient.address)?;
    let message_id = message_id(name, &recipient.address, from.domain());
    let envelope = Envelope::new(Some(from.clone()), vec![to.clone()]).map_err(|error| ComposeError::Builder(error.to_string()))?;

    let mut builder = lettre::Message::builder()
        .envelope(envelope)
        .raw_header(mailbox("From", spec.from.0.as_deref(), &from)?)
        .raw_header(mailbox("To", recipient.name.as_deref(), &to)?);
    if let Some((name, address)) = &spec.reply_to {
        builder = builder.raw_header(mailbox("Reply-To", name.as_deref(), &read_address("reply_to", address)?)?);
    }
    builder = builder
        .raw_header(unstructured("Subject", &fill_subject(edition, recipient))?)
        .raw_header(date_header(date)?)
        .raw_header(structured("Message-ID", std::slice::from_ref(&message_id))?);
    for header in list_headers(spec, site, edition, recipient)? {
        builder = builder.raw_header(header);
    }
    let text = wire_text(&fill_text(edition, recipient));
    let html = wire_text(&fill_html(edition, recipient));
    let delsp = if joins_without_spaces(&edition.language) { "; delsp=yes" } else { "" };
    let boundary = boundary(&text, &html);
    let parts = MultiPart::alternative()
        .boundary(boundary)
        .singlepart(part(&format!("text/plain; charset=utf-8; format=flowed{delsp}"), text)?)
        .singlepart(part("text/html; charset=utf-8", html)?);
    let message = builder.multipart(parts).map_err(|error| ComposeError::Builder(error.to_string()))?;
    Ok(Message { message_id, bytes: message.formatted() })
}

/// RFC 2369, 2919 and 8058, and what names the message's language and stream.
fn list_headers(spec: &NewsletterSpec, site: &Site, edition: &Edition, recipient: &Recipient) -> Result<Vec<HeaderValue>, ComposeError> {
    let fault = || ComposeError::Value { field: "list_id".to_owned(), value: spec.list_id.clone() };
    let is_id = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '(' | ')' | '"' | ',' | ':' | ';' | '@');
    if spec.list_id.is_empty() || spec.list_id.len() > 255 || !spec.list_id.chars().all(is_id) {
        return Err(fault());
    }
    refuse_breaks("unsubscribe_url", &edition.unsubscribe_url)?;
    // A title that needs encoded words stays out: programs compare List-Id as bytes.
    let mut list_id = ascii_phrase(&site.title);
    list_id.push(format!("<{}>", spec.list_id));
    let unsubscribe = unsubscribe_url(&edition.unsubscribe_url, &recipient.unsubscribe_token);
    let word = |text: &str| vec![text.to_owned()];
    let mut headers = vec![structured("List-Id", &list_id)?, structured("List-Unsubscribe", &word(&format!("<{unsubscribe}>")))?];
    if unsubscribe.starts_with("https://") {
        // RFC 8058, section 3.1: one click works by https alone.
        headers.push(structured("List-Unsubscribe-Post", &word("List-Unsubscribe=One-Click"))?);
    }
    headers.push(structured("List-Archive", &word(&format!("<{}>", site.absolute("newsletter/"))))?);
    headers.push(structured("List-Post", &word("NO"))?);
    headers.push(structured("Feedback-ID", &word(&format!("{}:{}:digest:tidings", edition.issue, spec.list_id)))?);
    headers.push(structured("Content-Language", &word(&edition.language))?);
    Ok(headers)
}

/// The Date with its own offset, which the builder's would turn into UTC. The builder reads the raw value back, and
/// takes the clock's time where it can't, as for every year before 1970: so that is one that it can read.
fn date_header(date: DateTime<FixedOffset>) -> Result<HeaderValue, ComposeError> {
    if !(1900..=9999).contains(&date.year()) {
        return Err(ComposeError::Value { field: "Date".to_owned(), value: date.to_string() });
    }
    let raw = "Thu, 01 Jan 1970 00:00:00 +0000".to_owned();
    let encoded = date.format("%a, %d %b %Y %H:%M:%S %z").to_string();
    Ok(HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str("Date"), raw, encoded))
}

fn part(content_type: &str, body: String) -> Result<SinglePart, ComposeError> {
    let content_type = ContentType::parse(content_type).map_err(|error| ComposeError::Builder(error.to_string()))?;
    let body = Body::new_with_encoding(body, ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| ComposeError::Builder("a part can't be quoted-printable".to_owned()))?;
    Ok(SinglePart::builder().header(content_type).body(body))
}

/// Text with CRLF line ends and without NUL: a lone CR or LF would be encoded as a character.
fn wire_text(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "");
    lines.replace('\n', "\r\n")
}

/// `=_` stands nowhere in quoted-printable text, so no part can hold its own boundary.
fn boundary(text: &str, html: &str) -> String {
    let hash = Sha256::new().chain_update(text.as_bytes()).chain_update([0]).chain_update(html.as_bytes()).finalize();
    let name: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("=_{name}")
}

#[cfg(test)]
mod tests {
    use super::super::sample_recipient;
    use super::*;
    use crate::newsletter::samples::{date, entry, full_entry, issue, site, spec};
    use crate::newsletter::{IssueEntry, render_issue};
    use mail_parser::{MessageParser, MimeHeaders};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn edition_of(entries: &[IssueEntry]) -> Edition {
        render_issue(&spec(), &site(), &issue(), None, entries).0
    }

    fn edition() -> Edition {
        edition_of(&[entry("a", "First & <best>", "All of it."), entry("b", "Second", "The rest.")])
    }

    fn compose_now(edition: &Edition, recipient: &Recipient) -> Result<Message, ComposeError> {
        compose(&spec(), &site(), edition, recipient, date("2026-02-16T00:00:00+01:00"))
    }

    /// What every message must be, whatever is in it.
    fn assert_well_formed(bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).unwrap();
        assert!(text.is_ascii() && !text.contains('\0'));
        assert!(text.ends_with("--\r\n"));
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF");
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines.iter().all(|line| line.len() <= 78), "{:?}", lines.iter().find(|line| line.len() > 78));
        let head: Vec<&str> = lines.iter().take_while(|line| !line.is_empty()).copied().collect();
        assert!(head.iter().all(|line| !line.trim().is_empty()));
        let names: Vec<&str> = head.iter().filter(|line| !line.starts_with(' ')).map(|line| line.split(':').next().unwrap()).collect();
        let wanted = [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "List-Id",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "List-Archive",
            "List-Post",
            "Feedback-ID",
            "Content-Language",
            "MIME-Version",
            "Content-Type",
        ];
        assert_eq!(names, wanted);
        let never_encoded = ["Message-ID", "List-Id", "List-Unsubscribe"];
        assert!(!head.iter().any(|line| never_encoded.iter().any(|name| line.starts_with(name)) && line.contains("=?")));
    }

    #[test]
    fn the_message_is_read_back() {
        let message = compose_now(&edition(), &Recipient { name: Some("Zoë \"Z\" O'Hara".into()), ..sample_recipient() }).unwrap();
        assert_well_formed(&message.bytes);
        let parsed = MessageParser::default().parse(&message.bytes).unwrap();
        assert_eq!(parsed.subject(), Some("Example News: First & <best> and 1 more (9–15 February 2026)"));
        assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some("Zoë \"Z\" O'Hara"));
        assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("Example News"));
        assert_eq!(format!("<{}>", parsed.message_id().unwrap()), message.message_id);
        assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-02-16T00:00:00+01:00");
        let kinds: Vec<_> = parsed.parts.iter().map(|part| part.content_type().unwrap().subtype().unwrap()).collect();
        assert_eq!(kinds, ["alternative", "plain", "html"]);
        assert_eq!(parsed.part(1).unwrap().content_type().unwrap().attribute("format"), Some("flowed"));
        assert_eq!(parsed.part(1).unwrap().content_type().unwrap().attribute("delsp"), None);
        assert!(parsed.body_text(0).unwrap().contains("Hello Zoë \"Z\" O'Hara!"));
        assert!(parsed.body_html(0).unwrap().contains("Hello Zoë &quot;Z&quot; O&#x27;Hara!"));
    }

    #[test]
    fn a_test_has_an_id_of_its_own_for_each_text() {
        let (edition, recipient) = (edition(), sample_recipient());
        let test = |hash| compose_test(&spec(), &site(), &edition, &recipient, date("2026-02-16T00:00:00+01:00"), hash).unwrap();
        let ids = [compose_now(&edition, &recipient).unwrap().message_id, test("a").message_id, test("b").message_id];
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
        assert_eq!(test("a"), test("a"));
        assert_well_formed(&test("a").bytes);
    }

    #[test]
    fn list_headers_let_a_program_unsubscribe() {
        let message = compose_now(&edition(), &Recipient { unsubscribe_token: "abc-_123".into(), ..sample_recipient() }).unwrap();
        let text = String::from_utf8(message.bytes).unwrap();
        for header in [
            "\r\nList-Id: Example News <news.example.org>\r\n",
            "\r\nList-Unsubscribe: <https://example.org/unsubscribe?t=abc-_123>\r\n",
            "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            "\r\nList-Archive: <https://example.org/newsletter/>\r\n",
            "\r\nList-Post: NO\r\n",
            "\r\nContent-Language: en-GB\r\n",
        ] {
            assert!(text.contains(header), "{header}");
        }
    }

    #[test]
    fn one_click_needs_https() {
        let edition = Edition { unsubscribe_url: "http://127.0.0.1:8080/unsubscribe".into(), ..edition() };
        let text = String::from_utf8(compose_now(&edition, &sample_recipient()).unwrap().bytes).unwrap();
        assert!(text.contains("List-Unsubscribe: <http://127.0.0.1:8080/unsubscribe?t=SAMPLE-TOKEN>") && !text.contains("One-Click"));
    }

    #[test]
    fn the_same_arguments_give_the_same_bytes() {
        assert_eq!(compose_now(&edition(), &sample_recipient()), compose_now(&edition(), &sample_recipient()));
        let other = Recipient { address: "other@example.org".into(), ..sample_recipient() };
        assert_ne!(compose_now(&edition(), &other).unwrap().message_id, compose_now(&edition(), &sample_recipient()).unwrap().message_id);
    }

    #[test]
    fn header_injection_is_refused_in_every_field() {
        let evil = |text: &str| format!("x{text}Bcc: victim@example.org");
        for text in ["\r\n", "\n", "\r", "\0"] {
            let refused = [
                ("address", Recipient { address: evil(text), ..sample_recipient() }),
                ("name", Recipient { name: Some(evil(text)), ..sample_recipient() }),
                ("unsubscribe_token", Recipient { unsubscribe_token: evil(text), ..sample_recipient() }),
                ("fields.town", Recipient { fields: BTreeMap::from([("town".to_owned(), evil(text))]), ..sample_recipient() }),
                ("fields", Recipient { fields: BTreeMap::from([(evil(text), String::new())]), ..sample_recipient() }),
            ];
            for (field, recipient) in refused {
                assert_eq!(compose_now(&edition(), &recipient), Err(ComposeError::LineBreak { field: field.into() }));
            }
            let specs = [
                ("From", NewsletterSpec { from: (Some(evil(text)), "news@example.org".into()), ..spec() }),
                ("from", NewsletterSpec { from: (None, evil(text)), ..spec() }),
                ("Reply-To", NewsletterSpec { reply_to: Some((Some(evil(text)), "a@example.org".into())), ..spec() }),
                ("reply_to", NewsletterSpec { reply_to: Some((None, evil(text))), ..spec() }),
                ("list_id", NewsletterSpec { list_id: evil(text), ..spec() }),
            ];
            for (field, spec) in specs {
                let error = compose(&spec, &site(), &edition(), &sample_recipient(), edition().date).unwrap_err();
                assert!(error.to_string().contains(&format!("`{field}`")), "{field}: {error}");
            }
            for edition in [
                Edition { subject: evil(text).into(), ..edition() },
                Edition { unsubscribe_url: evil(text), ..edition() },
                Edition { language: evil(text), ..edition() },
                Edition { issue: evil(text), ..edition() },
            ] {
                assert!(compose_now(&edition, &sample_recipient()).is_err());
            }
            let site = Site { title: evil(text), ..site() };
            let message = compose(&spec(), &site, &edition(), &sample_recipient(), edition().date).unwrap();
            assert_well_formed(&message.bytes);
        }
    }

    #[test]
    fn a_bad_address_is_named() {
        let error = compose_now(&edition(), &Recipient { address: "no one".into(), ..sample_recipient() }).unwrap_err();
        assert_eq!(error.to_string(), "`address` is not a mail address: no one");
    }

    #[test]
    fn no_date_comes_from_the_clock() {
        let far = date("1899-12-31T23:59:59-10:00");
        assert!(matches!(compose(&spec(), &site(), &edition(), &sample_recipient(), far), Err(ComposeError::Value { .. })));
        for text in [
            "1970-01-01T00:00:00+00:00",
            "2026-03-29T02:30:00+13:45",
            "1969-12-31T23:00:00-01:00",
            "1900-06-01T00:00:00+00:00",
            "9999-12-31T23:59:59-10:00",
        ] {
            let message = compose(&spec(), &site(), &edition(), &sample_recipient(), date(text));
            let Ok(message) = message else { panic!("{text}") };
            let wanted = date(text).format("Date: %a, %d %b %Y %H:%M:%S %z\r\n").to_string();
            assert!(String::from_utf8(message.bytes).unwrap().contains(&wanted), "{text}");
        }
    }

    #[test]
    fn scripts_without_spaces_have_delsp() {
        let site = Site { language: "ja".into(), title: "港".into(), ..site() };
        let (edition, _) = render_issue(&spec(), &site, &issue(), None, &[entry("a", "灯台", &"新しい明かり。".repeat(30))]);
        let message = compose(&spec(), &site, &edition, &sample_recipient(), edition.date).unwrap();
        let parsed = MessageParser::default().parse(&message.bytes).unwrap();
        assert_eq!(parsed.part(1).unwrap().content_type().unwrap().attribute("delsp"), Some("yes"));
        let text = parsed.body_text(0).unwrap();
        assert!(text.replace(" \r\n", "").contains(&"新しい明かり。".repeat(30)), "{text}");
        assert!(String::from_utf8(message.bytes.clone()).unwrap().contains("\r\nList-Id: <news.example.org>\r\n"));
    }

    #[test]
    fn nothing_is_left_to_fill() {
        let message = compose_now(&edition(), &Recipient { name: Some("{{ subscriber.name }}".into()), ..sample_recipient() }).unwrap();
        let parsed = MessageParser::default().parse(&message.bytes).unwrap();
        for body in [parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap()] {
            // The one pair of braces is the name itself, which is never read as a placeholder.
            assert_eq!((body.matches("{{").count(), body.matches('\u{10FFF0}').count()), (1, 0), "{body}");
            assert!(body.contains("t=SAMPLE-TOKEN"));
        }
    }

    #[test]
    fn hostile_values_are_escaped_by_context() {
        let name = "</p><script>alert(\"1\")</script> & 'x'";
        let edition = edition();
        let recipient = Recipient { name: Some(name.into()), unsubscribe_token: "\"><b>".into(), ..sample_recipient() };
        let html = fill_html(&edition, &recipient);
        assert!(!html.contains("<script") && !html.contains("\"><b>"), "{html}");
        assert!(html.contains("&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#x27;x&#x27;"), "{html}");
        assert!(fill_text(&edition, &recipient).contains(name));
    }

    #[test]
    fn a_value_at_the_start_of_a_line_is_no_quote() {
        let spec = NewsletterSpec { greeting: Some("{{ subscriber.name }}, hello".into()), ..spec() };
        let (edition, _) = render_issue(&spec, &site(), &issue(), None, &[entry("a", "A", "B")]);
        for (name, wanted) in [("> x", "\n > x, hello\n"), ("From me", "\n From me, hello\n"), (" a\u{7}b ", "\na b, hello\n")] {
            let text = fill_text(&edition, &Recipient { name: Some(name.into()), ..sample_recipient() });
            assert!(text.contains(wanted), "{text}");
        }
    }

    #[test]
    fn an_empty_slot_leaves_no_flowing_line() {
        let spec = NewsletterSpec { greeting: Some("Hello {{ subscriber.fields.town }}".into()), ..spec() };
        let (edition, _) = render_issue(&spec, &site(), &issue(), None, &[entry("a", "A", "B")]);
        assert!(fill_text(&edition, &sample_recipient()).contains("\n\nHello\n\nA\n"));
    }

    fn unbroken() -> impl Strategy<Value = String> {
        any::<String>().prop_map(|text| text.replace(['\r', '\n', '\0'], "\u{1f30d}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(192))]

        #[test]
        fn any_subject_survives(subject in unbroken()) {
            let message = compose_now(&Edition { subject: subject.clone().into(), ..edition() }, &sample_recipient()).unwrap();
            assert_well_formed(&message.bytes);
            let parsed = MessageParser::default().parse(&message.bytes).unwrap();
            prop_assert_eq!(parsed.subject().unwrap_or_default(), subject);
        }

        #[test]
        fn any_name_survives(name in unbroken()) {
            let message = compose_now(&edition(), &Recipient { name: Some(name.clone()), ..sample_recipient() }).unwrap();
            assert_well_formed(&message.bytes);
            let parsed = MessageParser::default().parse(&message.bytes).unwrap();
            let shown: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let to = parsed.to().unwrap().first().unwrap();
            prop_assert_eq!(to.name().unwrap_or_default(), shown.trim());
            prop_assert_eq!(to.address(), Some("reader@example.org"));
        }

        #[test]
        fn any_body_survives(summary in any::<String>(), title in any::<String>(), line in any::<String>()) {
            let html = format!("<p>{}</p>", html_escape::encode_text(&line.replace(['\0', '\r'], "")));
            let edition = edition_of(&[entry("a", &title, &summary), full_entry("b", "B", &html, &line)]);
            let message = compose_now(&edition, &sample_recipient()).unwrap();
            assert_well_formed(&message.bytes);
            let parsed = MessageParser::default().parse(&message.bytes).unwrap();
            let unix = |text: &str| text.replace("\r\n", "\n");
            prop_assert_eq!(unix(&parsed.body_html(0).unwrap()), fill_html(&edition, &sample_recipient()));
            prop_assert_eq!(unix(&parsed.body_text(0).unwrap()), unix(&fill_text(&edition, &sample_recipient())).replace('\r', "\n").replace('\0', ""));
        }
    }
}
