//! Width and height of pictures, from the first bytes of their files.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// So much of a file is looked at for what stands at its beginning; a JPEG's size alone may stand further on.
const HEAD_BYTES: u64 = 4096;

/// Width and height in pixels, as the picture is shown; `None` if it is no picture that can be read.
pub fn picture_size(path: &Path) -> Option<(u32, u32)> {
    let mut file = File::open(path).ok()?;
    let mut head = Vec::new();
    (&mut file).take(HEAD_BYTES).read_to_end(&mut head).ok()?;
    let (width, height) = match imagesize::image_type(&head) {
        Ok(kind) => {
            file.seek(SeekFrom::Start(0)).ok()?;
            let size = kind.reader_size(&mut BufReader::new(file)).ok()?;
            let size = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
            if is_on_its_side(&head) { (size.1, size.0) } else { size }
        }
        Err(_) => svg_size(&String::from_utf8_lossy(&head))?,
    };
    (width > 0 && height > 0).then_some((width, height))
}

/// Whether a camera says that its JPEG is to be turned by 90 degrees (Exif 2.32, tag 0x0112), as phones do.
fn is_on_its_side(jpeg: &[u8]) -> bool {
    orientation(jpeg).is_some_and(|orientation| (5..=8).contains(&orientation))
}

fn orientation(jpeg: &[u8]) -> Option<u16> {
    let mut rest = jpeg.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker, high, low, ..] = *rest else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if marker == 0xe1
            && let Some(tiff) = rest.get(4..).and_then(|segment| segment.strip_prefix(b"Exif\0\0"))
        {
            return tiff_orientation(tiff);
        }
        if !(0xe0..=0xef).contains(&marker) {
            return None;
        }
        rest = rest.get(2 + length..)?;
    }
}

/// The orientation in the first directory of a TIFF header.
fn tiff_orientation(tiff: &[u8]) -> Option<u16> {
    let is_big = tiff.starts_with(b"MM");
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let bytes: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let directory = usize::try_from(if is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }).ok()?;
    let count = usize::from(short(directory)?);
    (0..count).map_while(|at| directory.checked_add(2 + at * 12)).find(|at| short(*at) == Some(0x0112)).and_then(|at| short(at + 8))
}

/// The size of an SVG's root: its `width` and `height` in pixels, else its `viewBox`.
fn svg_size(text: &str) -> Option<(u32, u32)> {
    let tag = text.get(text.find("<svg")? + 4..)?;
    let tag = &tag[..tag.find('>')?];
    let value = |name: &str| {
        tag.match_indices(name).find_map(|(at, _)| {
            let rest = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let is_whole = tag[..at].ends_with(char::is_whitespace);
            rest[1..].split(quote).next().filter(|_| is_whole)
        })
    };
    // A picture that is 23.4 pixels wide takes 23.
    let pixels = |text: &str| text.trim().trim_end_matches("px").parse::<f64>().ok().filter(|n| (1.0..1e6).contains(n)).map(|n| n as u32);
    if let (Some(width), Some(height)) = (value("width").and_then(pixels), value("height").and_then(pixels)) {
        return Some((width, height));
    }
    let mut view = value("viewBox")?.split([' ', ',']).filter(|part| !part.is_empty()).skip(2);
    Some((pixels(view.next()?)?, pixels(view.next()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(bytes: &[u8]) -> Option<(u32, u32)> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("picture");
        std::fs::write(&path, bytes).unwrap();
        picture_size(&path)
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &width.to_be_bytes()[..], &height.to_be_bytes(), b"\x08\x02\0\0\0"].concat()
    }

    /// A JPEG of 3 × 2 pixels whose Exif has this orientation, in this order of bytes.
    fn jpeg(orientation: u8, is_big: bool) -> Vec<u8> {
        let exif: &[u8] = if is_big {
            &[b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", &[orientation][..], b"\0\0"].concat()
        } else {
            &[b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", &[orientation][..], b"\0\0\0"].concat()
        };
        let length = u8::try_from(exif.len() + 2).unwrap();
        let start = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xe1\0";
        [start, &[length][..], exif, b"\xff\xc0\0\x11\x08\0\x02\0\x03\x03\x01\x22\0\x02\x11\x01\x03\x11\x01"].concat()
    }

    #[test]
    fn sizes_are_read_from_the_head() {
        assert_eq!(size(&png(640, 480)), Some((640, 480)));
        assert_eq!(size(b"GIF89a\x05\0\x04\0\0\0\0"), Some((5, 4)));
        assert_eq!(size(&png(0, 9)), None);
        for other in ["", "text", "GIF89a", "<svg>", "\u{89}PNG"] {
            assert_eq!(size(other.as_bytes()), None, "{other}");
        }
        assert_eq!(picture_size(Path::new("/nowhere/at/all.png")), None);
    }

    #[test]
    fn a_photo_that_a_phone_turned_is_as_wide_as_it_is_shown() {
        for is_big in [false, true] {
            for (orientation, wanted) in [(0, (3, 2)), (1, (3, 2)), (3, (3, 2)), (6, (2, 3)), (8, (2, 3)), (9, (3, 2))] {
                assert_eq!(size(&jpeg(orientation, is_big)), Some(wanted), "{orientation}");
            }
        }
    }

    #[test]
    fn an_svg_has_the_size_of_its_root() {
        for (text, wanted) in [
            ("<?xml version='1.0'?><svg xmlns=\"x\" width=\"24px\" height='12.6'><rect width=\"9\"/>", Some((24, 12))),
            ("<svg stroke-width=\"2\" viewBox=\"0 0 100,50\">", Some((100, 50))),
            ("<svg width=\"100%\" height=\"100%\" viewBox=\"0 0 3 4\">", Some((3, 4))),
            ("<svg width=\"1em\">", None),
            ("<svg viewBox=\"0 0 NaN 4\">", None),
            ("<svg viewBox=\"0 0 -3 4\">", None),
        ] {
            assert_eq!(size(text.as_bytes()), wanted, "{text}");
        }
    }

    #[test]
    fn no_bytes_do_harm() {
        let starts: [&[u8]; 8] = [
            &png(1, 1),
            &jpeg(6, true),
            &jpeg(6, false),
            b"RIFF\xff\xff\xff\xffWEBPVP8X",
            b"RIFF\x08\0\0\0WEBPVP8 ",
            b"\0\0\0\x1cftypavif\0\0\0\0avifmif1\0\0\0\xffmeta\0\0\0\0\0\0\0\x01iprp",
            b"\xff\x0a\xff\xff\xff\xff",
            b"BM\xff\xff\xff\xff",
        ];
        for start in starts {
            for cut in 0..start.len() {
                for fill in [0_u8, 1, 0x7f, 0xff] {
                    let mut bytes = start[..cut].to_vec();
                    bytes.resize(start.len() + 64, fill);
                    size(&bytes);
                }
            }
        }
    }
}
