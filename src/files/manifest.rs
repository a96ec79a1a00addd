//! The list of files that an earlier build wrote: only those are ever removed.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

pub(super) const NAME: &str = ".tidings-manifest.json";

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    pub files: BTreeSet<String>,
}

impl Manifest {
    pub fn new(files: BTreeSet<String>) -> Manifest {
        Manifest { version: 1, files }
    }

    /// Reads a manifest. One that can't be read is empty: then nothing is removed.
    pub fn read(bytes: &[u8]) -> Manifest {
        let mut manifest: Manifest = serde_json::from_slice(bytes).unwrap_or_default();
        // A manifest that someone edited must not reach outside the output folder.
        manifest.files.retain(|path| is_below(path));
        manifest
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// Whether a path with `/` between its parts stays below the folder that it is joined to.
pub(super) fn is_below(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':', '\0']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reaches_nothing_outside() {
        let manifest = Manifest::read(br#"{"version":1,"files":["feed.xml","../x","/etc/passwd","a/../../b","tags/a/feed.xml"]}"#);
        assert_eq!(manifest.files.into_iter().collect::<Vec<_>>(), ["feed.xml", "tags/a/feed.xml"]);
        assert!(Manifest::read(b"nonsense").files.is_empty());
    }
}
