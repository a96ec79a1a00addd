//! Header values as bytes: encoded words (RFC 2047), phrases, folding.
//!
//! The builder's own encoder lets `=?utf-8?q?…?=` in a title pass, which readers then decode; it doesn't quote a dot
//! in a display name, panics at a line break there, and can't fold a long word. So values come here first.

use super::ComposeError;
use super::fault::refuse_breaks;
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};

/// Columns at which headers are folded (RFC 5322, section 2.1.1).
const COLUMNS: usize = 78;
/// The most octets of a line (RFC 5322, section 2.1.1).
const LONGEST_LINE: usize = 998;
/// The most characters of an encoded word (RFC 2047, section 2).
const ENCODED_WORD: usize = 75;
const FRAME: usize = "=?utf-8?q?".len() + "?=".len();

/// A header of free text, such as Subject.
pub fn unstructured(name: &'static str, text: &str) -> Result<HeaderValue, ComposeError> {
    unstructured_text(name, text).map(|value| header(name, value))
}

/// The same as the text that follows the header's name.
pub fn unstructured_text(name: &str, text: &str) -> Result<String, ComposeError> {
    refuse_breaks(name, text)?;
    // The first word stands beside the header's name: a line of nothing but the name and a fold confuses readers.
    let room = |at: usize| if at == 0 { COLUMNS - name.len() - 2 } else { COLUMNS - 1 };
    let is_plain = text.split(' ').enumerate().all(|(at, word)| is_plain_word(word) && word.len() <= room(at));
    let words = if is_plain || text.is_empty() { text.split(' ').map(str::to_owned).collect() } else { encoded_words(name, text) };
    Ok(folded(name, &words))
}

/// A header of one mailbox: From, To, Reply-To.
pub fn mailbox(name: &'static str, display: Option<&str>, address: &Address) -> Result<HeaderValue, ComposeError> {
    let encoded = mailbox_text(name, display, address)?;
    // The builder reads addresses back from the raw value, so it holds nothing else.
    Ok(HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), address.to_string(), encoded))
}

/// The same as the text that follows the header's name.
pub fn mailbox_text(name: &str, display: Option<&str>, address: &Address) -> Result<String, ComposeError> {
    refuse_breaks(name, display.unwrap_or_default())?;
    let mut words = phrase(name, display.unwrap_or_default());
    words.push(if words.is_empty() { address.to_string() } else { format!("<{address}>") });
    Ok(folded(name, &words))
}

/// A header of words that are ASCII already and may be parted between each other only; a long one makes a long line.
pub fn structured(name: &'static str, words: &[String]) -> Result<HeaderValue, ComposeError> {
    structured_text(name, words).map(|value| header(name, value))
}

/// The same as the text that follows the header's name.
pub fn structured_text(name: &str, words: &[String]) -> Result<String, ComposeError> {
    let longest = LONGEST_LINE - name.len() - ": ".len();
    match words.iter().find(|word| !is_graphic(word) || word.trim().is_empty() || word.len() > longest) {
        Some(word) => Err(ComposeError::Value { field: name.to_owned(), value: word.clone() }),
        None => Ok(folded(name, words)),
    }
}

/// A display name without encoded words, or nothing where it needs some.
pub fn ascii_phrase(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || text.contains("=?") {
        return Vec::new();
    }
    let is_atom = |word: &str| !word.is_empty() && word.bytes().all(is_atext);
    if text.split(' ').all(is_atom) {
        return text.split(' ').map(str::to_owned).collect();
    }
    let escaped: String = text.chars().flat_map(|c| matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c])).collect();
    // A quoted string may be folded at a space too (RFC 5322, section 3.2.4); of several, the others stay with a word.
    let mut words: Vec<String> = Vec::new();
    for word in format!("\"{escaped}\"").split(' ') {
        match words.last_mut() {
            Some(last) if word.is_empty() || last.trim_matches(['"', ' ']).is_empty() => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

fn phrase(name: &str, text: &str) -> Vec<String> {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = ascii_phrase(&text);
    let fits = words.iter().all(|word| word.len() < COLUMNS - name.len() - 2);
    if words.is_empty() || !fits { encoded_words(name, text.trim()) } else { words }
}

/// RFC 5322, section 3.2.3.
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_graphic(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

fn is_plain_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic()) && !word.contains("=?")
}

/// The text in encoded words; the first one leaves room for the header's name.
fn encoded_words(name: &str, text: &str) -> Vec<String> {
    let quoted_length: usize = text.bytes().map(quoted_length).sum();
    // `q` can be read as it stands, and needless `b` looks like spam to filters: it may cost half as much again.
    let is_quoted = quoted_length <= text.len() * 2;
    let mut room = (COLUMNS - name.len() - 2).min(ENCODED_WORD) - FRAME;
    let mut words = Vec::new();
    let mut piece = String::new();
    for character in text.chars() {
        // Readers decode each word for itself, so a character must not be split.
        let longer = payload_length(&piece, Some(character), is_quoted);
        if longer > room && !piece.is_empty() {
            words.push(encoded_word(&piece, is_quoted));
            piece.clear();
            room = ENCODED_WORD - FRAME;
        }
        piece.push(character);
    }
    if !piece.is_empty() {
        words.push(encoded_word(&piece, is_quoted));
    }
    words
}

fn payload_length(piece: &str, more: Option<char>, is_quoted: bool) -> usize {
    let mut buffer = [0; 4];
    let more = more.map_or("", |character| character.encode_utf8(&mut buffer));
    if is_quoted { piece.bytes().chain(more.bytes()).map(quoted_length).sum() } else { (piece.len() + more.len()).div_ceil(3) * 4 }
}

fn quoted_length(byte: u8) -> usize {
    if is_quoted_plain(byte) || byte == b' ' { 1 } else { 3 }
}

/// What a `q` word may hold as it is, in a phrase too (RFC 2047, section 5, rule 3).
fn is_quoted_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!*+-/".contains(&byte)
}

fn encoded_word(piece: &str, is_quoted: bool) -> String {
    use base64::Engine;
    if !is_quoted {
        return format!("=?utf-8?b?{}?=", base64::engine::general_purpose::STANDARD.encode(piece));
    }
    let payload: String = piece
        .bytes()
        .map(|byte| match byte {
            b' ' => "_".to_owned(),
            byte if is_quoted_plain(byte) => char::from(byte).to_string(),
            byte => format!("={byte:02X}"),
        })
        .collect();
    format!("=?utf-8?q?{payload}?=")
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

/// Words with spaces or folds between them.
fn folded(name: &str, words: &[String]) -> String {
    let mut out = String::new();
    let mut column = name.len() + ": ".len();
    for (index, word) in words.iter().enumerate() {
        let space = usize::from(index > 0);
        if column + space + word.len() > COLUMNS && space == 1 {
            out.push_str("\r\n ");
            column = 1;
        } else if space == 1 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(header: HeaderValue) -> String {
        let mut headers = lettre::message::header::Headers::new();
        headers.insert_raw(header);
        headers.to_string()
    }

    fn subject(text: &str) -> String {
        encoded(unstructured("Subject", text).unwrap())
    }

    fn to(name: &str) -> String {
        encoded(mailbox("To", Some(name), &Address::new("a", "example.org").unwrap()).unwrap())
    }

    #[test]
    fn ascii_stays_readable_and_folds_at_spaces() {
        assert_eq!(subject("A: b, c"), "Subject: A: b, c\r\n");
        let long = subject("word ".repeat(40).trim_end());
        assert!(long.lines().all(|line| line.len() <= 78) && long.lines().count() == 3, "{long}");
        assert!(long.lines().skip(1).all(|line| line.starts_with(" word")), "{long}");
    }

    #[test]
    fn what_readers_would_change_is_encoded() {
        assert_eq!(subject("=?utf-8?q?x?="), "Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=\r\n");
        assert_eq!(subject("a  b "), "Subject: =?utf-8?q?a__b_?=\r\n");
        assert_eq!(subject("caf\u{e9}"), "Subject: =?utf-8?q?caf=C3=A9?=\r\n");
        assert_eq!(subject("港の灯台"), "Subject: =?utf-8?b?5riv44Gu54Gv5Y+w?=\r\n");
        assert!(subject(&"x".repeat(2000)).lines().all(|line| line.len() <= 78));
    }

    #[test]
    fn encoded_words_hold_whole_characters() {
        for text in ["é".repeat(300), "🌍".repeat(100), format!("{}é", "a".repeat(200))] {
            let header = subject(&text);
            for word in header.trim_start_matches("Subject: ").split_whitespace() {
                assert!(word.len() <= 75 && word.starts_with("=?utf-8?") && word.ends_with("?="), "{word}");
                let raw = format!("Subject: {word}\r\n\r\n");
                let parsed = mail_parser::MessageParser::default().parse(raw.as_bytes()).unwrap().subject().unwrap().to_owned();
                assert!(!parsed.contains('\u{fffd}'), "{word}");
            }
        }
    }

    #[test]
    fn display_names_are_atoms_strings_or_encoded_words() {
        assert_eq!(to("Ada Lovelace"), "To: Ada Lovelace <a@example.org>\r\n");
        assert_eq!(to("Lovelace, A."), "To: \"Lovelace, A.\" <a@example.org>\r\n");
        assert_eq!(to("a\"b\\c"), "To: \"a\\\"b\\\\c\" <a@example.org>\r\n");
        assert_eq!(to("Zoë"), "To: =?utf-8?q?Zo=C3=AB?= <a@example.org>\r\n");
        assert_eq!(to("victim@example.net <"), "To: \"victim@example.net <\" <a@example.org>\r\n");
        assert_eq!(to(""), "To: a@example.org\r\n");
        assert_eq!(to(" \t "), "To: a@example.org\r\n");
    }

    #[test]
    fn the_builder_panics_where_we_refuse() {
        let name = Some("a\r\nBcc: x@example.org".to_owned());
        assert!(mailbox("To", name.as_deref(), &Address::new("a", "example.org").unwrap()).is_err());
        let panicked = std::panic::catch_unwind(|| {
            let mailbox = lettre::message::Mailbox::new(name, Address::new("a", "example.org").unwrap());
            let to = lettre::message::header::To::from(lettre::message::Mailboxes::from(mailbox));
            lettre::message::header::Header::display(&to)
        });
        assert!(panicked.is_err(), "{panicked:?}");
    }

    #[test]
    fn structured_values_are_never_encoded() {
        let long = format!("<https://example.org/{}>", "a".repeat(80));
        assert_eq!(encoded(structured("List-Unsubscribe", std::slice::from_ref(&long)).unwrap()), format!("List-Unsubscribe: {long}\r\n"));
        let words = ["a".repeat(70), long.clone(), "b".into()];
        assert_eq!(encoded(structured("List-Id", &words).unwrap()), format!("List-Id: {}\r\n {long}\r\n b\r\n", "a".repeat(70)));
        assert!(structured("List-Unsubscribe", &["a".repeat(980)]).is_ok() && structured("List-Unsubscribe", &["a".repeat(981)]).is_err());
        for bad in ["é", "a\r\nb", "", "a\u{0}"] {
            assert!(structured("List-Id", &[bad.to_owned()]).is_err(), "{bad:?}");
        }
    }
}
