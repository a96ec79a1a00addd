//! Bytes of a content file to text.

use std::borrow::Cow;

/// The text of a file: UTF-8 with or without a byte order mark, UTF-16 by its mark, else the encoding
/// configured. The error is the offset of the first byte that does not belong.
pub fn decode(bytes: &[u8], encoding: Option<&'static encoding_rs::Encoding>) -> Result<String, usize> {
    let mut text = String::new();
    decode_into(bytes, encoding, &mut text)?;
    Ok(text)
}

/// The same in place of what `text` holds, whose memory is used again.
pub fn decode_into(bytes: &[u8], encoding: Option<&'static encoding_rs::Encoding>, text: &mut String) -> Result<(), usize> {
    text.clear();
    if let Some((marked, length)) = encoding_rs::Encoding::for_bom(bytes)
        && marked != encoding_rs::UTF_8
    {
        *text = checked(marked, &bytes[length..], length)?;
        return Ok(());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match (simdutf8::basic::from_utf8(bytes), encoding) {
        (Ok(valid), _) => text.push_str(valid),
        (Err(_), Some(encoding)) if encoding != encoding_rs::UTF_8 => *text = checked(encoding, bytes, 0)?,
        (Err(_), _) => return Err(std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len)),
    }
    Ok(())
}

fn checked(encoding: &'static encoding_rs::Encoding, bytes: &[u8], skipped: usize) -> Result<String, usize> {
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(Cow::into_owned(text)),
        None => {
            // Found by halves: the prefix that still decodes.
            let (mut good, mut bad) = (0, bytes.len());
            while bad - good > 1 {
                let middle = good + (bad - good) / 2;
                let mut decoder = encoding.new_decoder_without_bom_handling();
                let mut out = String::with_capacity(decoder.max_utf8_buffer_length(middle).unwrap_or(middle * 3));
                let (result, _) = decoder.decode_to_string_without_replacement(&bytes[..middle], &mut out, false);
                match result {
                    encoding_rs::DecoderResult::Malformed(..) => bad = middle,
                    _ => good = middle,
                }
            }
            Err(skipped + good)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off_and_obeyed() {
        assert_eq!(decode(b"\xef\xbb\xbfa", None).unwrap(), "a");
        assert_eq!(decode(b"\xff\xfea\0\xe9\0", None).unwrap(), "aé");
        assert_eq!(decode(b"\xfe\xff\0a", None).unwrap(), "a");
    }

    #[test]
    fn the_offset_is_that_of_the_bad_byte() {
        assert_eq!(decode(b"caf\xe9", None), Err(3));
        assert_eq!(decode(b"caf\xe9", Some(encoding_rs::WINDOWS_1252)).unwrap(), "café");
        assert_eq!(decode("é".as_bytes(), Some(encoding_rs::WINDOWS_1252)).unwrap(), "é", "UTF-8 first");
    }
}
