//! Secrets: from the environment, from a file, or made once.

use crate::list::SecretSource;
use crate::message::{DkimSpec, Signer};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Shorter ones can be guessed.
const SHORTEST: usize = 16;

/// The secret that signs tokens, made where there is none yet.
pub fn open_secret(source: &SecretSource) -> Result<Vec<u8>, String> {
    match (find_secret(source)?, source) {
        (None, SecretSource::Made(path)) => long_enough(make(path)?),
        (found, _) => Ok(found.unwrap_or_default()),
    }
}

/// The secret that has signed tokens; nothing where it is to be made at first need.
pub fn find_secret(source: &SecretSource) -> Result<Option<Vec<u8>>, String> {
    let secret = match source {
        SecretSource::Environment(name) => from_environment(name)?,
        SecretSource::File(path) => from_file(path)?,
        SecretSource::Made(path) => match std::fs::read_to_string(path) {
            Ok(text) => text.trim().to_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("can't read the secret {}: {error}", path.display())),
        },
    };
    long_enough(secret).map(Some)
}

fn long_enough(secret: String) -> Result<Vec<u8>, String> {
    if secret.len() < SHORTEST {
        return Err(format!("the secret that signs unsubscribe links has {} bytes; it needs {SHORTEST}", secret.len()));
    }
    Ok(secret.into_bytes())
}

/// A password, of any length.
pub fn read_password(source: &SecretSource) -> Result<String, String> {
    match source {
        SecretSource::Environment(name) => from_environment(name),
        SecretSource::File(path) | SecretSource::Made(path) => from_file(path),
    }
}

/// The keys that sign messages.
pub fn read_signers(specs: &[DkimSpec]) -> Result<Vec<Signer>, String> {
    let read = |spec: &DkimSpec| {
        let pem = read_password(&spec.key)?;
        Signer::new(&spec.domain, &spec.selector, &pem).map_err(|reason| format!("the DKIM key {} {reason}", spec.key))
    };
    specs.iter().map(read).collect()
}

fn from_environment(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| match error {
        std::env::VarError::NotPresent => format!("the environment variable {name} is not set"),
        std::env::VarError::NotUnicode(_) => format!("the environment variable {name} is not UTF-8"),
    })
}

fn from_file(path: &Path) -> Result<String, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(error) => Err(format!("can't read the secret {}: {error}", path.display())),
    }
}

/// Makes the file beside its place and links it there, so that of two processes both use the secret of the first.
fn make(path: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("can't make the secret {}: {error}", path.display());
    let mut bytes = [0; 32];
    // The one place where a guess must be impossible: the system's randomness, by the way that TLS takes it.
    rustls::crypto::aws_lc_rs::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| format!("can't make the secret {}: the system has no randomness", path.display()))?;
    let secret = URL_SAFE_NO_PAD.encode(bytes);
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let linked = options
        .open(&beside)
        .and_then(|mut file| file.write_all(format!("{secret}\n").as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::hard_link(&beside, path));
    let _ = std::fs::remove_file(&beside);
    match linked {
        Ok(()) => Ok(secret),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => from_file(path),
        Err(error) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let source = SecretSource::Made(folder.path().join("tidings.secret"));
        let first = open_secret(&source).unwrap();
        assert_eq!(first.len(), 43);
        assert_eq!(open_secret(&source).unwrap(), first);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("tidings.secret")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let nowhere = SecretSource::Made(folder.path().join("no/such/secret"));
        assert!(open_secret(&nowhere).unwrap_err().contains("can't make"));
    }

    #[test]
    fn secrets_are_read_and_short_ones_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        std::fs::write(&path, "a long enough secret \r\n").unwrap();
        assert_eq!(open_secret(&SecretSource::File(path.clone())).unwrap(), b"a long enough secret ");
        assert_eq!(read_password(&SecretSource::File(path.clone())).unwrap(), "a long enough secret ");
        std::fs::write(&path, "short\n").unwrap();
        assert!(open_secret(&SecretSource::File(path.clone())).unwrap_err().contains("5 bytes"));
        assert_eq!(read_password(&SecretSource::File(path)).unwrap(), "short");
        let unset = SecretSource::Environment("TIDINGS_TEST_NO_SUCH_VARIABLE".into());
        assert_eq!(open_secret(&unset).unwrap_err(), "the environment variable TIDINGS_TEST_NO_SUCH_VARIABLE is not set");
    }
}
