//! This machine: is another sender at work, and has it been restarted?

use super::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// Held while `send` works on a ledger. The kernel frees it when the process dies, however it dies, so there is never
/// a stale one. The file stays: removing it would let two processes lock two files of one name.
#[derive(Debug)]
pub struct SendLock {
    _file: File,
}

impl SendLock {
    /// Takes the lock beside `database`, or says that somebody has it.
    pub fn take(database: &Path) -> Result<SendLock, StoreError> {
        let mut name = super::sqlite::place(database).into_os_string();
        name.push(".lock");
        let path = std::path::PathBuf::from(name);
        let failed = |error: std::io::Error| StoreError::Failed { doing: "lock the ledger", path: path.clone(), reason: error.to_string() };
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(SendLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// What changes when the machine is restarted, and at no other time. Where a system tells no such thing, each process
/// gets a word of its own: every unsettled delivery of a dead one is then uncertain, which is safe, if too careful.
pub fn boot_id() -> String {
    let linux = || std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let mac = || {
        let out = std::process::Command::new("sysctl").args(["-n", "kern.bootsessionuuid"]).output().ok()?;
        out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
    };
    let named = linux().or_else(mac).map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    named.unwrap_or_else(|| {
        let nanos = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
        format!("process {} {nanos}", std::process::id())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sender_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("t.db");
        let first = SendLock::take(&database).unwrap();
        assert!(matches!(SendLock::take(&database), Err(StoreError::Locked { .. })));
        drop(first);
        assert!(SendLock::take(&database).is_ok());
        let nowhere = folder.path().join("no/such/t.db");
        assert!(matches!(SendLock::take(&nowhere), Err(StoreError::Failed { .. })));
    }

    #[test]
    fn the_boot_id_stays_while_the_machine_runs() {
        assert_eq!(boot_id(), boot_id());
        assert!(!boot_id().is_empty());
    }
}
