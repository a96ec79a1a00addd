//! A message from an edition and a recipient.

use super::fault::refuse_breaks;
use super::fill::fill_subject;
use super::header::{ascii_phrase, mailbox, mailbox_text, structured, structured_text, unstructured, unstructured_text};
use super::identity::{message_id, read_address, read_recipient, unsubscribe_mailto, unsubscribe_url};
use super::quoted::{BodyHole, BodyPiece, body_pieces, text_pieces};
use super::{ComposeError, Recipient};
use crate::newsletter::{Edition, InlineImage, Mode, NewsletterSpec, Slotted, joins_without_spaces};
use crate::site::Site;
use chrono::{DateTime, Datelike, FixedOffset};
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentDisposition, ContentId, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
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

/// Makes the messages of an issue. All that they share is encoded once; for each recipient, what differs is put between.
#[derive(Clone, Debug)]
pub struct Composer {
    pieces: Vec<Piece>,
    /// Of the issue, for the messages' ids.
    name: String,
    /// Of the sender.
    domain: String,
    unsubscribe_mailto: Option<Address>,
    edition: Edition,
}

/// A part of the message.
#[derive(Clone, Debug)]
enum Piece {
    Fixed(Vec<u8>),
    Hole(Hole),
}

/// What is filled in for each recipient.
#[derive(Clone, Debug)]
enum Hole {
    To,
    Subject,
    Date,
    MessageId,
    ListUnsubscribe,
    Body(BodyHole),
}

impl Composer {
    /// Encodes what all messages of the issue share.
    ///
    /// # Errors
    /// A line break in a header; a sender that no server takes.
    pub fn new(spec: &NewsletterSpec, site: &Site, edition: &Edition) -> Result<Composer, ComposeError> {
        let from = read_address("from", &spec.from.1)?;
        refuse_breaks("unsubscribe_url", &edition.unsubscribe_url)?;
        let mut holes = Holes::default();
        let to = holes.mark(Hole::To);
        // The builder reads the address back from the raw value.
        let to = HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str("To"), from.to_string(), to);
        let envelope = Envelope::new(Some(from.clone()), vec![from.clone()]).map_err(|error| ComposeError::Builder(error.to_string()))?;
        let mut builder =
            lettre::Message::builder().envelope(envelope).raw_header(mailbox("From", spec.from.0.as_deref(), &from)?).raw_header(to);
        if let Some((name, address)) = &spec.reply_to {
            builder = builder.raw_header(mailbox("Reply-To", name.as_deref(), &read_address("reply_to", address)?)?);
        }
        builder = builder.raw_header(match edition.subject.slot_count() {
            0 => unstructured("Subject", &edition.subject.fill(|_, _, _| String::new()))?,
            _ => holes.header("Subject", Hole::Subject),
        });
        builder = builder.raw_header(holes.header("Date", Hole::Date)).raw_header(holes.header("Message-ID", Hole::MessageId));
        for header in list_headers(spec, site, edition, &mut holes)? {
            builder = builder.raw_header(header);
        }
        let text = encoded(text_pieces(&edition.text), &mut holes);
        let shown = with_ids(edition, from.domain());
        let html = encoded(body_pieces(&shown), &mut holes);
        let delsp = if joins_without_spaces(&edition.language) { "; delsp=yes" } else { "" };
        let boundary = boundary(&text, &html);
        let parts = MultiPart::alternative()
            .boundary(boundary.as_str())
            .singlepart(part(&format!("text/plain; charset=utf-8; format=flowed{delsp}"), text)?);
        let html = part("text/html; charset=utf-8", html)?;
        let parts = if edition.images.is_empty() {
            parts.singlepart(html)
        } else {
            parts.multipart(related(html, edition, from.domain(), &boundary)?)
        };
        let message = builder.multipart(parts).map_err(|error| ComposeError::Builder(error.to_string()))?;
        Ok(Composer {
            pieces: holes.cut(&message.formatted()),
            // Two lists on one domain may have issues of one name.
            name: format!("{}/{}", spec.list_id, edition.issue),
            domain: from.domain().to_owned(),
            unsubscribe_mailto: spec.unsubscribe_mailto.as_ref().map(|address| read_address("unsubscribe_mailto", address)).transpose()?,
            edition: edition.clone(),
        })
    }

    /// For messages that are a test: mail programs that show one message for each Message-ID must not take one for the real
    /// one, nor for the test of an earlier text, which another `content_hash` names.
    #[must_use]
    pub fn for_test(self, content_hash: &str) -> Composer {
        // No id of an issue holds a slash.
        Composer { name: format!("{}/test/{content_hash}", self.name), ..self }
    }

    /// Composes the message for one: the same arguments give the same bytes.
    ///
    /// # Errors
    /// A line break in any field of the recipient; an address that no server takes.
    pub fn compose(&self, recipient: &Recipient, date: DateTime<FixedOffset>) -> Result<Message, ComposeError> {
        recipient.check()?;
        let to = read_recipient("address", &recipient.address)?;
        let message_id = message_id(&self.name, &recipient.address, &self.domain);
        let fixed: usize = self.pieces.iter().map(|piece| if let Piece::Fixed(bytes) = piece { bytes.len() } else { 0 }).sum();
        let mut bytes = Vec::with_capacity(fixed + 1024);
        for piece in &self.pieces {
            match piece {
                Piece::Fixed(fixed) => bytes.extend_from_slice(fixed),
                Piece::Hole(Hole::To) => bytes.extend_from_slice(mailbox_text("To", recipient.name.as_deref(), &to)?.as_bytes()),
                Piece::Hole(Hole::Subject) => {
                    bytes.extend_from_slice(unstructured_text("Subject", &fill_subject(&self.edition, recipient))?.as_bytes());
                }
                Piece::Hole(Hole::Date) => bytes.extend_from_slice(date_text(date)?.as_bytes()),
                Piece::Hole(Hole::MessageId) => bytes.extend_from_slice(message_id.as_bytes()),
                Piece::Hole(Hole::ListUnsubscribe) => {
                    let url = unsubscribe_url(&self.edition.unsubscribe_url, &recipient.unsubscribe_token);
                    let mut ways = vec![format!("<{url}>")];
                    if let Some(address) = &self.unsubscribe_mailto {
                        ways = vec![format!("<{url}>,"), format!("<{}>", unsubscribe_mailto(address, &recipient.unsubscribe_token))];
                    }
                    let text = structured_text("List-Unsubscribe", &ways)?;
                    bytes.extend_from_slice(text.as_bytes());
                }
                Piece::Hole(Hole::Body(hole)) => hole.fill(&self.edition, recipient, &mut bytes),
            }
        }
        Ok(Message { message_id, bytes })
    }
}

/// The holes of a message that is being built: they go through the builder as marks of two control characters around a
/// number. No mark can stand in anything else, since headers refuse control characters or encode them, as bodies do.
#[derive(Debug, Default)]
struct Holes(Vec<Hole>);

const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

impl Holes {
    fn mark(&mut self, hole: Hole) -> String {
        self.0.push(hole);
        format!("{OPEN}{}{CLOSE}", self.0.len() - 1)
    }

    /// A header whose value is a hole.
    fn header(&mut self, name: &'static str, hole: Hole) -> HeaderValue {
        // The builder reads a date back, and takes the clock's time where it can't.
        let raw = "Thu, 01 Jan 1970 00:00:00 +0000".to_owned();
        HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), raw, self.mark(hole))
    }

    fn cut(self, message: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut parts = message.split(|byte| *byte == OPEN as u8);
        pieces.extend(parts.next().map(|first| Piece::Fixed(first.to_owned())));
        // The marks come in the order in which they were made, each once.
        for (part, hole) in parts.zip(self.0) {
            let fixed = part.iter().position(|byte| *byte == CLOSE as u8).and_then(|at| part.get(at + 1..)).unwrap_or_default();
            pieces.push(Piece::Hole(hole));
            if !fixed.is_empty() {
                pieces.push(Piece::Fixed(fixed.to_owned()));
            }
        }
        pieces
    }
}

/// A body with its holes marked.
fn encoded(pieces: Vec<BodyPiece>, holes: &mut Holes) -> Vec<u8> {
    let mut body = Vec::new();
    for piece in pieces {
        match piece {
            BodyPiece::Fixed(bytes) => body.extend_from_slice(&bytes),
            BodyPiece::Hole(hole) => body.extend_from_slice(holes.mark(Hole::Body(hole)).as_bytes()),
        }
    }
    body
}

/// RFC 2369, 2919 and 8058, and what names the message's language and stream.
fn list_headers(spec: &NewsletterSpec, site: &Site, edition: &Edition, holes: &mut Holes) -> Result<Vec<HeaderValue>, ComposeError> {
    let fault = || ComposeError::Value { field: "list_id".to_owned(), value: spec.list_id.clone() };
    let is_id = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '(' | ')' | '"' | ',' | ':' | ';' | '@');
    if spec.list_id.is_empty() || spec.list_id.len() > 255 || !spec.list_id.chars().all(is_id) {
        return Err(fault());
    }
    // A title that needs encoded words stays out: programs compare List-Id as bytes.
    let mut list_id = ascii_phrase(&site.title);
    list_id.push(format!("<{}>", spec.list_id));
    let word = |text: &str| vec![text.to_owned()];
    let mut headers = vec![structured("List-Id", &list_id)?, holes.header("List-Unsubscribe", Hole::ListUnsubscribe)];
    if edition.unsubscribe_url.starts_with("https://") {
        // RFC 8058, section 3.1: one click works by https alone.
        headers.push(structured("List-Unsubscribe-Post", &word("List-Unsubscribe=One-Click"))?);
    }
    headers.push(structured("List-Archive", &word(&format!("<{}>", site.absolute("newsletter/"))))?);
    headers.push(structured("List-Post", &word("NO"))?);
    let kind = match spec.mode {
        Mode::Post => "post",
        Mode::Digest => "digest",
        Mode::Written => "written",
    };
    headers.push(structured("Feedback-ID", &word(&format!("{}:{}:{kind}:tidings", feedback_name(&edition.issue), spec.list_id)))?);
    headers.push(structured("Content-Language", &word(&edition.language))?);
    Ok(headers)
}

/// An issue as one field between colons: an id may have any letters and any length, and programs compare the header as bytes.
fn feedback_name(issue: &str) -> String {
    let name = crate::url::encode_path(issue).replace(':', "%3A");
    if name.len() <= 64 { name } else { Sha256::digest(issue).iter().take(16).map(|byte| format!("{byte:02x}")).collect() }
}

/// The Date with its own offset, which the builder's would turn into UTC.
fn date_text(date: DateTime<FixedOffset>) -> Result<String, ComposeError> {
    if !(1900..=9999).contains(&date.year()) {
        return Err(ComposeError::Value { field: "Date".to_owned(), value: date.to_string() });
    }
    Ok(date.format("%a, %d %b %Y %H:%M:%S %z").to_string())
}

fn part(content_type: &str, encoded: Vec<u8>) -> Result<SinglePart, ComposeError> {
    let content_type = ContentType::parse(content_type).map_err(|error| ComposeError::Builder(error.to_string()))?;
    let body = Body::dangerous_pre_encoded(encoded, ContentTransferEncoding::QuotedPrintable);
    Ok(SinglePart::builder().header(content_type).body(body))
}

/// The HTML part, in which the pictures that go with it are named by their ids (RFC 2392).
fn with_ids(edition: &Edition, domain: &str) -> Slotted {
    edition.html.map_fixed(|text| {
        edition.images.iter().fold(text.to_owned(), |text, image| {
            text.replace(&InlineImage::source(&image.url), &format!("src=\"cid:{}@{domain}\"", image.id))
        })
    })
}

/// RFC 2387: the HTML part, and after it its pictures.
fn related(html: SinglePart, edition: &Edition, domain: &str, boundary: &str) -> Result<MultiPart, ComposeError> {
    let fault = |error: &dyn std::fmt::Display| ComposeError::Builder(error.to_string());
    let kind = format!("multipart/related; type=\"text/html\"; boundary=\"{boundary}r\"");
    let kind = ContentType::parse(&kind).map_err(|error| fault(&error))?;
    let mut parts = MultiPart::builder().header(kind).build().singlepart(html);
    let mut there = Vec::new();
    for image in &edition.images {
        // One file may have two addresses.
        if there.contains(&&image.id) {
            continue;
        }
        there.push(&image.id);
        let kind = ContentType::parse(image.mime_type).map_err(|error| fault(&error))?;
        let body = Body::new_with_encoding(image.bytes.to_vec(), ContentTransferEncoding::Base64)
            .map_err(|_| ComposeError::Builder("a picture can't be written as base64".to_owned()))?;
        let part = SinglePart::builder()
            .header(kind)
            .header(ContentId::from(format!("<{}@{domain}>", image.id)))
            .header(ContentDisposition::inline_with_name(&image.name));
        parts = parts.singlepart(part.body(body));
    }
    Ok(parts)
}

/// `=_` stands nowhere in quoted-printable text, so no part can hold its own boundary.
fn boundary(text: &[u8], html: &[u8]) -> String {
    let hash = Sha256::new().chain_update(text).chain_update([0]).chain_update(html).finalize();
    let name: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("=_{name}")
}

#[cfg(test)]
mod tests {
    use super::super::{fill_html, fill_text, sample_recipient};
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

    fn compose(
        spec: &NewsletterSpec,
        site: &Site,
        edition: &Edition,
        recipient: &Recipient,
        date: DateTime<FixedOffset>,
    ) -> Result<Message, ComposeError> {
        Composer::new(spec, site, edition)?.compose(recipient, date)
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
        let composer = Composer::new(&spec(), &site(), &edition).unwrap();
        let test = |hash| composer.clone().for_test(hash).compose(&recipient, date("2026-02-16T00:00:00+01:00")).unwrap();
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

    /// The web's way comes first: programs take the first that they know (RFC 2369, section 2).
    #[test]
    fn one_may_leave_by_mail_too() {
        let spec = NewsletterSpec { unsubscribe_mailto: Some("leave+us%@example.org".into()), ..spec() };
        let message = compose(&spec, &site(), &edition(), &sample_recipient(), date("2026-02-16T00:00:00+01:00")).unwrap();
        assert_well_formed(&message.bytes);
        let text = String::from_utf8(message.bytes).unwrap().replace("\r\n ", " ");
        let wanted = "\r\nList-Unsubscribe: <https://example.org/unsubscribe?t=SAMPLE-TOKEN>, \
                      <mailto:leave+us%25@example.org?subject=unsubscribe%20SAMPLE-TOKEN>\r\n";
        assert!(text.contains(wanted), "{text}");
        let evil = NewsletterSpec { unsubscribe_mailto: Some("x@example.org>\r\nBcc: y@example.org".into()), ..spec };
        assert!(Composer::new(&evil, &site(), &edition()).is_err());
    }

    #[test]
    fn an_issue_may_be_called_anything() {
        let feedback = |issue: &str| {
            let text = compose_now(&Edition { issue: issue.to_owned(), ..edition() }, &sample_recipient()).unwrap().bytes;
            let text = String::from_utf8(text).unwrap();
            let at = text.find("\r\nFeedback-ID: ").unwrap();
            text[at + 15..].split(':').next().unwrap().to_owned()
        };
        assert_eq!(feedback("2026-W07"), "2026-W07");
        assert_eq!(feedback("café: été"), "caf%C3%A9%3A%20%C3%A9t%C3%A9");
        assert_eq!(feedback(&"雨".repeat(100)).len(), 32);
        assert_ne!(feedback(&"雨".repeat(100)), feedback(&"雨".repeat(101)));
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
            ] {
                assert!(compose_now(&edition, &sample_recipient()).is_err());
            }
            // An issue may be called anything, and is encoded.
            let named = compose_now(&Edition { issue: evil(text), ..edition() }, &sample_recipient()).unwrap();
            assert!(!String::from_utf8(named.bytes).unwrap().contains("\nBcc:"));
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

    /// Of every kind of line break what begins like a header, in half of the cases.
    fn hostile() -> impl Strategy<Value = String> {
        let line_break = prop::sample::select(vec!["\r\n", "\n", "\r", "\0", "\u{85}", "\u{2028}", "\r\n ", "=\r\n", "\r\n\r\n"]);
        prop_oneof![any::<String>(), (any::<String>(), line_break).prop_map(|(text, end)| format!("{text}{end}Bcc: victim@example.org"))]
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

        /// Whatever stands in a field is refused, or stays in its place.
        #[test]
        fn no_field_makes_a_header(name in hostile(), town in hostile(), subject in hostile(), title in hostile()) {
            let recipient = Recipient { name: Some(name), fields: BTreeMap::from([("town".to_owned(), town)]), ..sample_recipient() };
            let edition = Edition { subject: subject.into(), ..edition() };
            let site = Site { title, ..site() };
            if let Ok(message) = compose(&spec(), &site, &edition, &recipient, date("2026-02-16T00:00:00+01:00")) {
                assert_well_formed(&message.bytes);
            }
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
