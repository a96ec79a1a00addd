//! The database: opening it, its tables, and how surely a commit is on disk.

use super::StoreError;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// For others who write.
const PATIENCE: Duration = Duration::from_secs(60);

/// Pages of the log before they are brought into the database: 16 MB.
const LARGEST_LOG: i64 = 4096;

/// Raised with each change of the tables.
const VERSION: i64 = 3;

/// What each version has changed since the one before; a new database runs them all. Moments are milliseconds since 1970, so that SQL can compare them. `key` is `Address::key`.
const STEPS: [&str; VERSION as usize] = [
    "
CREATE TABLE subscribers (
    key TEXT PRIMARY KEY NOT NULL, address TEXT NOT NULL, name TEXT, language TEXT,
    tags TEXT NOT NULL, fields TEXT NOT NULL, state TEXT NOT NULL, since INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE suppressions (
    key TEXT PRIMARY KEY NOT NULL, address TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL
) STRICT;
CREATE TABLE issues (
    issue TEXT PRIMARY KEY NOT NULL, content_hash TEXT NOT NULL, segment TEXT NOT NULL,
    enrolled INTEGER NOT NULL, fence INTEGER NOT NULL
) STRICT;
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY, issue TEXT NOT NULL, key TEXT NOT NULL, address TEXT NOT NULL,
    state TEXT NOT NULL, until INTEGER, fence INTEGER NOT NULL DEFAULT 0, boot TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, first_try INTEGER, reply TEXT, message_id TEXT, updated INTEGER NOT NULL,
    UNIQUE (issue, key)
) STRICT;
CREATE INDEX deliveries_by_state ON deliveries (issue, state, until);
",
    // Suppressions that somebody has lifted are kept: whoever mails such an address must be able to say why.
    "
ALTER TABLE subscribers ADD COLUMN consent_source TEXT;
ALTER TABLE subscribers ADD COLUMN consent_time INTEGER;
CREATE TABLE lifted (
    key TEXT NOT NULL, address TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL, lifted INTEGER NOT NULL, why TEXT NOT NULL
) STRICT;
CREATE INDEX lifted_by_key ON lifted (key);
",
    // Of those alone who wait to be claimed: an index of every state would be written by each step of each delivery.
    "
DROP INDEX deliveries_by_state;
CREATE INDEX deliveries_waiting ON deliveries (issue, state, until) WHERE state = 'pending' OR state = 'deferred';
",
];

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Where a database is, or will be made. SQLite follows symbolic links, and keeps the log beside the file at their end: under any of its
/// names there must be one log and one lock.
pub(super) fn place(path: &Path) -> PathBuf {
    // As many as Linux follows; who opens a circle is told by the system.
    const MOST: usize = 40;
    let mut place = path.to_owned();
    for _ in 0..MOST {
        let Ok(target) = std::fs::read_link(&place) else { break };
        place = place.parent().unwrap_or(Path::new("")).join(target);
    }
    place
}

/// The name under which SQLite opens a file as one that nobody changes (its "URI filenames").
fn immutable(path: &Path) -> String {
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{path}?immutable=1")
}

/// Makes an empty file where there is none that nobody else on this machine may read: it is to hold people's addresses. SQLite gives its log
/// the same rights. What goes wrong here goes wrong again when SQLite opens the file, and is told then.
fn make_private(path: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path));
}

/// How surely a commit is on disk when it returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durability {
    /// Outlives a power cut.
    Synced,
    /// Outlives the process, and never overtakes an earlier commit: SQLite's `synchronous=NORMAL` in WAL mode.
    Ordered,
}

/// An open database.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    durability: Durability,
}

impl Store {
    /// Opens the database, and makes it where there is none.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let path = &place(path);
        let failed =
            |error: rusqlite::Error| StoreError::Failed { doing: "open the database", path: path.to_owned(), reason: error.to_string() };
        make_private(path);
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        // A checkpoint writes each page once, however often the log has it: rarely, since everybody waits for it to be synced.
        connection.pragma_update(None, "wal_autocheckpoint", LARGEST_LOG).map_err(failed)?;
        // The write lock only where there is something to make, and then looked at again: another may have made it.
        if version(&connection).map_err(failed)? < VERSION {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
            let made = usize::try_from(version(&change).map_err(failed)?).unwrap_or(0);
            for step in STEPS.iter().skip(made) {
                change.execute_batch(step).map_err(failed)?;
            }
            if made < STEPS.len() {
                change.pragma_update(None, "user_version", VERSION).map_err(failed)?;
            }
            change.commit().map_err(failed)?;
        }
        Store::known(connection, path).map_err(failed)?
    }

    /// Opens a database that is there, to look at it: needs no right to write, and waits for no writer.
    pub fn open_to_read(path: &Path) -> Result<Store, StoreError> {
        let path = &place(path);
        let failed =
            |error: rusqlite::Error| StoreError::Failed { doing: "read the database", path: path.to_owned(), reason: error.to_string() };
        let look = |connection: rusqlite::Result<Connection>| {
            let connection = connection?;
            connection.busy_timeout(PATIENCE)?;
            version(&connection).map(|version| (connection, version))
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let found = look(Connection::open_with_flags(path, flags)).or_else(|error| {
            // A log can't be shared in a folder that can't be written; where there is none, all that was written is in the file.
            let mut log = path.as_os_str().to_owned();
            log.push("-wal");
            if Path::new(&log).exists() {
                Err(error)
            } else {
                look(Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_URI))
            }
        });
        let (connection, version) = found.map_err(failed)?;
        if version < VERSION {
            return Store::open(path);
        }
        Store::known(connection, path).map_err(failed)?
    }

    /// Of this version's tables.
    fn known(connection: Connection, path: &Path) -> rusqlite::Result<Result<Store, StoreError>> {
        Ok(match version(&connection)? {
            VERSION => Ok(Store { connection, path: path.to_owned(), durability: Durability::Synced }),
            _ => Err(StoreError::Newer { path: path.to_owned() }),
        })
    }

    /// Runs `work` in one transaction that takes the write lock first, so that what it reads can't change under it.
    pub(super) fn change<T>(
        &mut self,
        doing: &'static str,
        durability: Durability,
        work: impl FnOnce(&Transaction) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let path = self.path.clone();
        let named = |fault: Fault| fault.named(doing, &path);
        if self.durability != durability {
            let word = if durability == Durability::Synced { "FULL" } else { "NORMAL" };
            self.connection.pragma_update(None, "synchronous", word).map_err(|error| named(error.into()))?;
            self.durability = durability;
        }
        let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| named(error.into()))?;
        let value = work(&change).map_err(named)?;
        change.commit().map_err(|error| named(error.into()))?;
        Ok(value)
    }

    /// Runs `work` on one snapshot.
    pub(super) fn read<T>(&self, doing: &'static str, work: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        let named = |fault: Fault| fault.named(doing, &self.path);
        let snapshot = self.connection.unchecked_transaction().map_err(|error| named(error.into()))?;
        work(&snapshot).map_err(named)
    }

    /// The log, to sync it while others write.
    pub(super) fn log(&self) -> Result<Log, StoreError> {
        let mut path = self.path.as_os_str().to_owned();
        path.push("-wal");
        let path = PathBuf::from(path);
        match File::open(&path) {
            Ok(file) => Ok(Log { file, path }),
            Err(error) => Err(StoreError::Failed { doing: "open the log", path, reason: error.to_string() }),
        }
    }

    /// Brings everything that was committed to disk, and empties the log where nobody is at work on it: SQLite would wait for who reads, such
    /// as a report in a pager.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        self.log()?.sync()?;
        let empty = || {
            self.connection.busy_timeout(Duration::ZERO)?;
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            self.connection.busy_timeout(PATIENCE)
        };
        empty().map_err(|error| Fault::from(error).named("write the database", &self.path))
    }
}

/// The log of an open database.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    /// Returns when all that was committed before is on disk, as if each commit had been synced. A checkpoint that begins the log anew
    /// meanwhile has synced it, too (SQLite's write-ahead logging, section 3.2).
    pub fn sync(&self) -> Result<(), StoreError> {
        let failed =
            |error: std::io::Error| StoreError::Failed { doing: "sync the log", path: self.path.clone(), reason: error.to_string() };
        self.file.sync_data().map_err(failed)
    }
}

/// A fault inside a transaction, before it is known what was tried.
#[derive(Debug)]
pub(super) enum Fault {
    Sqlite(rusqlite::Error),
    Store(StoreError),
    /// A value in the database that we never wrote.
    Strange(String),
}

impl Fault {
    pub(super) fn named(self, doing: &'static str, path: &Path) -> StoreError {
        let reason = match self {
            Fault::Store(error) => return error,
            Fault::Sqlite(error) => error.to_string(),
            Fault::Strange(what) => format!("it holds {what}, which tidings never writes"),
        };
        StoreError::Failed { doing, path: path.to_owned(), reason }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Fault::Store(error)
    }
}

pub(super) fn millis(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_millis()
}

pub(super) fn moment(millis: i64) -> Result<DateTime<Utc>, Fault> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| Fault::Strange(format!("the moment {millis}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_made_once_and_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        drop(Store::open(&path).unwrap());
        let store = Store::open(&path).unwrap();
        let mode: String = store.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }

    #[cfg(unix)]
    #[test]
    fn a_database_is_nobody_elses_to_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db")).unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        drop(store);
    }

    #[test]
    fn looking_waits_for_nobody_and_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t %23?#.db");
        let mut writer = Store::open(&path).unwrap();
        let change = writer.connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let began = std::time::Instant::now();
        let reader = Store::open_to_read(&path).unwrap();
        assert_eq!(reader.newest_issue().unwrap(), None);
        drop(Store::open(&path).unwrap());
        assert!(began.elapsed() < Duration::from_secs(10), "it waited for the writer");
        drop(change);
        drop((reader, writer));
        let before = std::fs::read(&path).unwrap();
        let mut reader = Store::open_to_read(&path).unwrap();
        assert!(reader.suppress("a@example.org", "asked", Utc::now()).is_err());
        drop(reader);
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert!(Store::open_to_read(&folder.path().join("none.db")).is_err());
        let still = Connection::open_with_flags(immutable(&path), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI).unwrap();
        assert_eq!(version(&still).unwrap(), VERSION);
    }

    #[test]
    fn the_end_waits_for_no_reader() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let mut writer = Store::open(&path).unwrap();
        writer.suppress("a@example.org", "asked", Utc::now()).unwrap();
        let reader = Store::open_to_read(&path).unwrap();
        let snapshot = reader.connection.unchecked_transaction().unwrap();
        let count = || snapshot.query_row("SELECT count(*) FROM suppressions", [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count(), 1);
        writer.suppress("b@example.org", "asked", Utc::now()).unwrap();
        let began = std::time::Instant::now();
        writer.sync().unwrap();
        assert!(began.elapsed() < Duration::from_secs(10), "it waited for the reader");
        assert_eq!(count(), 1);
        drop(snapshot);
        writer.sync().unwrap();
        assert_eq!(std::fs::metadata(folder.path().join("t.db-wal")).unwrap().len(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_database_may_be_a_link() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let name = |name: &str| folder.path().join(name);
        std::fs::create_dir(name("elsewhere")).unwrap();
        std::os::unix::fs::symlink("elsewhere/second", name("first.db")).unwrap();
        std::os::unix::fs::symlink("t.db", name("elsewhere/second")).unwrap();
        let mut store = Store::open(&name("first.db")).unwrap();
        assert_eq!(std::fs::metadata(name("elsewhere/t.db")).unwrap().permissions().mode() & 0o777, 0o600);
        store.suppress("a@example.org", "asked", Utc::now()).unwrap();
        store.log().unwrap().sync().unwrap();
        store.sync().unwrap();
        let lock = super::super::SendLock::take(&name("first.db")).unwrap();
        assert!(matches!(super::super::SendLock::take(&name("elsewhere/t.db")), Err(StoreError::Locked { .. })));
        drop(lock);
        std::os::unix::fs::symlink("circle.db", name("circle.db")).unwrap();
        assert!(Store::open(&name("circle.db")).is_err());
    }

    #[test]
    fn a_database_of_an_earlier_version_is_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(STEPS[0]).unwrap();
        old.execute("INSERT INTO subscribers VALUES ('a@x.org', 'a@x.org', NULL, NULL, '[]', '{}', 'confirmed', 0, 0)", []).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        drop(old);
        let list = Store::open_to_read(&path).unwrap().listed(&Default::default()).unwrap();
        assert_eq!((list.len(), list[0].subscriber.address.as_str()), (1, "a@x.org"));
        let store = Store::open(&path).unwrap();
        assert_eq!(version(&store.connection).unwrap(), VERSION);
    }

    #[test]
    fn what_is_no_database_of_ours_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text.db");
        std::fs::write(&text, "this is a text file, and not a short one, so that SQLite sees that it is none of its own").unwrap();
        assert!(matches!(Store::open(&text), Err(StoreError::Failed { .. })));
        let newer = folder.path().join("newer.db");
        Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Store::open(&newer), Err(StoreError::Newer { .. })));
        assert!(Store::open(&folder.path().join("no/such/folder.db")).is_err());
    }

    #[test]
    fn durability_is_set_for_each_change() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("t.db")).unwrap();
        let level = |transaction: &Transaction| Ok(transaction.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0))?);
        for (durability, number) in [(Durability::Synced, 2), (Durability::Ordered, 1), (Durability::Synced, 2)] {
            assert_eq!(store.change("look", durability, level).unwrap(), number);
        }
        store.sync().unwrap();
    }

    #[test]
    fn a_failed_change_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("t.db")).unwrap();
        let outcome = store.change("try", Durability::Synced, |change| {
            change.execute("INSERT INTO suppressions VALUES ('a', 'a', 'r', 0)", [])?;
            Err::<(), _>(Fault::Strange("x".into()))
        });
        assert_eq!(outcome.unwrap_err().to_string().split(": ").last(), Some("it holds x, which tidings never writes"));
        let count: i64 = store.connection.query_row("SELECT count(*) FROM suppressions", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0);
    }
}
