//! Where files wait until all of them are ready: inside the output folder, so that a rename never crosses devices.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

const PREFIX: &str = ".tidings-staging-";

/// A hidden folder of this process's own, made when the first file needs it and gone with this value.
#[derive(Debug)]
pub(super) struct Staging {
    root: PathBuf,
    /// Whether the output folder was there before.
    had_root: bool,
    opened: Mutex<Option<Opened>>,
}

#[derive(Debug)]
struct Opened {
    folder: PathBuf,
    /// Locked as long as this process lives: a staging folder whose lock is free belongs to nobody.
    _lock: File,
}

impl Staging {
    pub fn new(root: &Path) -> Staging {
        Staging { root: root.to_owned(), had_root: root.exists(), opened: Mutex::new(None) }
    }

    /// The folder.
    pub fn open(&self) -> io::Result<PathBuf> {
        let mut opened = self.opened.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(opened) = &*opened {
            return Ok(opened.folder.clone());
        }
        let folder = self.root.join(format!("{PREFIX}{}", std::process::id()));
        let lock = loop {
            std::fs::create_dir_all(&folder)?;
            let lock = File::create(folder.join("lock"))?;
            // Where the file system has no locks, a folder that a killed build left stays.
            let _ = lock.try_lock();
            // Another build may have taken the folder for a dead one's before it was locked.
            if folder.join("lock").exists() {
                break lock;
            }
        };
        self.remove_dead(&folder);
        *opened = Some(Opened { folder: folder.clone(), _lock: lock });
        Ok(folder)
    }

    /// Removes what killed builds left.
    fn remove_dead(&self, own: &Path) {
        for entry in std::fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_staging = entry.file_name().to_string_lossy().starts_with(PREFIX);
            if is_staging && path != own && File::open(path.join("lock")).is_ok_and(|lock| lock.try_lock().is_ok()) {
                let _ = std::fs::remove_dir_all(path);
            }
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Some(opened) = self.opened.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner).take() {
            let _ = std::fs::remove_dir_all(&opened.folder);
            if !self.had_root {
                // Fails where files came into it, which is just what is wanted.
                let _ = std::fs::remove_dir(&self.root);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_build_left_is_removed_and_a_living_ones_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (dead, living) = (dir.path().join(".tidings-staging-1"), dir.path().join(".tidings-staging-2"));
        for folder in [&dead, &living] {
            std::fs::create_dir(folder).unwrap();
            File::create(folder.join("lock")).unwrap();
        }
        let lock = File::open(living.join("lock")).unwrap();
        lock.try_lock().unwrap();
        let staging = Staging::new(dir.path());
        staging.open().unwrap();
        assert!(!dead.exists() && living.exists());
    }
}
