//! Messages written to a folder: a maildir, which mail programs open and other programs deliver, or files to look at.

use super::Begin;
use super::mail::MailObject;
use super::outcome::{Ending, Outcome};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What stays as it is in a file's name.
const NAME: AsciiSet = NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'_').remove(b'-').remove(b'+');

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderFormat {
    /// One folder in the format of qmail: `tmp`, `new`, `cur`; LF line ends.
    Maildir,
    /// `ADDRESS.HASH.eml`; CRLF line ends.
    Eml,
}

/// A folder that takes messages.
#[derive(Clone, Debug)]
pub struct MailFolder {
    pub path: PathBuf,
    pub format: FolderFormat,
}

impl MailFolder {
    /// Writes one message beside its place, and renames it. The same message has the same name, so one that is written again
    /// is there once.
    pub fn send(&self, mail: &MailObject, begin: &mut Begin) -> Outcome {
        let (from, to) = (mail.envelope.from.wire(), mail.envelope.to.wire());
        let hash: String = Sha256::digest(&mail.content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let name = match self.format {
            FolderFormat::Maildir => format!("{hash}.tidings"),
            FolderFormat::Eml => format!("{}.{hash}.eml", utf8_percent_encode(to.trim_start_matches('.'), &NAME)),
        };
        let bytes = match self.format {
            FolderFormat::Maildir => [format!("Return-Path: <{from}>\nDelivered-To: {to}\n").into_bytes(), mail.unix_text()].concat(),
            FolderFormat::Eml => mail.message(),
        };
        let (beside, place) = match self.format {
            FolderFormat::Maildir => (self.path.join("tmp").join(&name), self.path.join("new").join(&name)),
            FolderFormat::Eml => (self.path.join(format!(".{name}")), self.path.join(&name)),
        };
        if let Err(error) = self.make().and_then(|()| write_synced(&beside, &bytes)) {
            return Outcome::Unsent(Ending::Stop(format!("can't write {}: {error}; see `dir` under [smtp]", beside.display())));
        }
        if let Err(reason) = begin() {
            // It is in nobody's way.
            let _ = std::fs::remove_file(&beside);
            return Outcome::Forbidden { reason };
        }
        match std::fs::rename(&beside, &place) {
            Ok(()) => match sync_folder(&place) {
                Ok(()) => Outcome::Sent { reply: format!("written to {}", place.display()) },
                Err(error) => Outcome::Uncertain { reason: format!("{} may not outlive a power cut: {error}", place.display()) },
            },
            Err(error) => Outcome::Unsent(Ending::Stop(format!("can't write {}: {error}; see `dir` under [smtp]", place.display()))),
        }
    }

    fn make(&self) -> std::io::Result<()> {
        match self.format {
            FolderFormat::Maildir => ["tmp", "new", "cur"].iter().try_for_each(|name| std::fs::create_dir_all(self.path.join(name))),
            FolderFormat::Eml => std::fs::create_dir_all(&self.path),
        }
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, bytes)?;
    std::fs::File::open(path)?.sync_all()
}

/// Brings a file's name to disk, where folders can be synced.
fn sync_folder(file: &Path) -> std::io::Result<()> {
    match file.parent() {
        Some(folder) if cfg!(unix) => std::fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Envelope;
    use super::*;
    use crate::list::Address;

    fn send(folder: &Path, format: FolderFormat, to: &str, is_allowed: bool) -> Outcome {
        let address = |text: &str| Address::read(text).unwrap();
        let mail = MailObject::new(Envelope { from: address("news@example.org"), to: address(to) }, b"Subject: x\r\n\r\n.a\r\n".to_vec());
        let folder = MailFolder { path: folder.to_owned(), format };
        folder.send(&mail, &mut || if is_allowed { Ok(None) } else { Err("no".into()) })
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_maildir_has_each_message_once() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            assert!(matches!(send(folder.path(), FolderFormat::Maildir, "b@example.net", true), Outcome::Sent { .. }));
        }
        let new = folder.path().join("new");
        let [name] = names(&new).try_into().unwrap();
        let text = std::fs::read_to_string(new.join(name)).unwrap();
        assert_eq!(text, "Return-Path: <news@example.org>\nDelivered-To: b@example.net\nSubject: x\n\n.a\n");
        assert_eq!(names(&folder.path().join("tmp")), Vec::<String>::new());
    }

    #[test]
    fn an_address_is_no_path() {
        let folder = tempfile::tempdir().unwrap();
        for to in ["a/x/y@example.net", "b+c@example.net"] {
            assert!(matches!(send(folder.path(), FolderFormat::Eml, to, true), Outcome::Sent { .. }), "{to}");
        }
        let found = names(folder.path());
        assert!(found[0].starts_with("a%2Fx%2Fy@example.net.") && found[1].starts_with("b+c@example.net."), "{found:?}");
        assert_eq!(std::fs::read(folder.path().join(&found[1])).unwrap(), b"Subject: x\r\n\r\n.a\r\n".to_vec());
    }

    #[test]
    fn what_the_ledger_forbids_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(send(folder.path(), FolderFormat::Eml, "b@example.net", false), Outcome::Forbidden { reason: "no".into() });
        assert_eq!(names(folder.path()), Vec::<String>::new());
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(matches!(send(&file, FolderFormat::Eml, "b@example.net", true), Outcome::Unsent(Ending::Stop(_))));
    }
}
