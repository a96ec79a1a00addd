//! The disk: content files in, built files out. The only room that builds touch files through.
#![expect(clippy::disallowed_methods, reason = "edge: files are read and written here")]

mod fresh;
mod git;
mod manifest;
mod output;
mod picture;
mod staging;
mod tree;
mod walk;

pub use fresh::{create_files, list_all_files, list_files};
pub use git::{GitFault, History, read_history};
pub use output::{Care, Changes, Outdated, Output};
pub use picture::picture_size;
pub use walk::{Folder, WalkRules, bad_pattern};

use std::io::{self, Read};
use std::path::Path;

/// A content file may have so many bytes: a front matter typo must not load a video.
const MAX_CONTENT_BYTES: u64 = 64 * 1024 * 1024;

/// Nearly all have fewer, so that their lengths need not be asked for first.
const USUAL_BYTES: u64 = 64 * 1024;

/// Memory that most of them fit in.
const FIRST_BYTES: usize = 16 * 1024;

/// Reads a file of at most `MAX_CONTENT_BYTES`.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_file_into(path, &mut bytes)?;
    Ok(bytes)
}

/// Reads a file in place of what `bytes` holds, whose memory is used again.
fn read_file_into(path: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    let file = std::fs::File::open(path)?;
    bytes.clear();
    bytes.reserve(FIRST_BYTES);
    if (&file).take(USUAL_BYTES).read_to_end(bytes)? < USUAL_BYTES as usize {
        return Ok(());
    }
    let length = file.metadata()?.len();
    if length > MAX_CONTENT_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has {length} bytes; {MAX_CONTENT_BYTES} are read at most")));
    }
    bytes.reserve_exact(usize::try_from(length.saturating_sub(USUAL_BYTES)).unwrap_or(0) + 1);
    file.take(MAX_CONTENT_BYTES + 1 - USUAL_BYTES).read_to_end(bytes)?;
    if bytes.len() as u64 > MAX_CONTENT_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {MAX_CONTENT_BYTES} bytes")));
    }
    Ok(())
}

/// Whether there is such a file.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether two paths lead to one folder.
pub fn is_same(a: &Path, b: &Path) -> bool {
    std::fs::canonicalize(a).is_ok_and(|a| std::fs::canonicalize(b).is_ok_and(|b| a == b))
}

/// Writes a file beside its place and renames it, so that nobody ever sees half of it.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tidings-new");
    let beside = path.with_file_name(name);
    std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&beside);
    })
}
