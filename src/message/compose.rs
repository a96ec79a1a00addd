//! A message from an edition and a recipient.

use super::fault::refuse_breaks;
use super::header::{ascii_phrase, mailbox, structured, unstructured};
use super::identity::{message_id, read_address, unsubscribe_url};
use super::{ComposeError, Recipient, fill_html, fill_text};
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
    recipient.check()?;
    let from = read_address("from", &spec.from.1)?;
    let to = read_address("address", &recipient.address)?;
    let message_id = message_id(&edition.issue, &recipient.address, from.domain());
    let envelope = Envelope::new(Some(from.clone()), vec![to.clone()]).map_err(|error| ComposeError::Builder(error.to_string()))?;

    let mut builder = lettre::Message::builder()
        .envelope(envelope)
        .raw_header(mailbox("From", spec.from.0.as_deref(), &from)?)
        .raw_header(mailbox("To", recipient.name.as_deref(), &to)?);
    if let Some((name, address)) = &spec.reply_to {
        builder = builder.raw_header(mailbox("Reply-To", name.as_deref(), &read_address("reply_to", address)?)?);
    }
    builder = builder
        .raw_header(unstructured("Subject", &edition.subject)?)
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
/// takes the clock's time where it can't, so that is in the builder's form.
fn date_header(date: DateTime<FixedOffset>) -> Result<HeaderValue, ComposeError> {
    if !(1900..=9999).contains(&date.year()) || !(1900..=9999).contains(&date.naive_utc().year()) {
        return Err(ComposeError::Value { field: "Date".to_owned(), value: date.to_string() });
    }
    let raw = date.naive_utc().format("%a, %d %b %Y %H:%M:%S +0000").to_string();
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
    use crate::newsletter::render_issue;
    use crate::newsletter::samples::{date, entry, issue, site, spec};
    use mail_parser::{MessageParser, MimeHeaders};

    fn edition() -> Edition {
        let entries = [entry("a", "First & <best>", "All of it."), entry("b", "Second", "The rest.")];
        render_issue(&spec(), &site(), &issue(), &entries).0
    }

    fn composed(recipient: &Recipient) -> Message {
        compose(&spec(), &site(), &edition(), recipient, date("2026-02-16T00:00:00+01:00")).unwrap()
    }

    #[test]
    fn the_message_is_read_back() {
        let message = composed(&Recipient { name: Some("Zoë \"Z\" O'Hara".into()), ..sample_recipient() });
        let parsed = MessageParser::default().parse(&message.bytes).unwrap();
        assert_eq!(parsed.subject(), Some("Example News: First & <best> and 1 more"));
        assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some("Zoë \"Z\" O'Hara"));
        assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("Example News"));
        assert_eq!(format!("<{}>", parsed.message_id().unwrap()), message.message_id);
        assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-02-16T00:00:00+01:00");
        assert_eq!(parsed.text_body_count() + parsed.html_body_count(), 2);
        assert_eq!(parsed.part(1).unwrap().content_type().unwrap().attribute("format"), Some("flowed"));
        assert!(parsed.body_text(0).unwrap().contains("Hello Zoë \"Z\" O'Hara!"));
        assert!(parsed.body_html(0).unwrap().contains("Hello Zoë &quot;Z&quot; O&#x27;Hara!"));
    }
}
