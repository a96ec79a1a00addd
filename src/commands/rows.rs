//! Rows on standard output, one by one, so that what is told need not fit into memory.

use super::sending::store_failure;
use super::{Exit, Failure, Voice};
use crate::store::StoreError;
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

/// Why the writing of rows ended early.
pub(super) enum Stopped {
    Store(StoreError),
    Output(io::Error),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Stopped::Store(error)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Stopped::Output(error)
    }
}

/// How the command ends after its rows.
pub(super) fn written(outcome: Result<(), Stopped>) -> Result<Exit, Failure> {
    match outcome {
        Ok(()) => Ok(Exit::Done),
        // The reader has seen enough.
        Err(Stopped::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(Stopped::Output(error)) => Err(Failure::new(format!("can't write the result: {error}"), "check that the disk has room")),
        Err(Stopped::Store(error)) => Err(store_failure(&error)),
    }
}

/// Hands what the store gives to `write`, and the first fault of writing back.
pub(super) fn each<T>(
    read: impl FnOnce(&mut dyn FnMut(T) -> ControlFlow<()>) -> Result<(), StoreError>,
    mut write: impl FnMut(T) -> io::Result<()>,
) -> Result<(), Stopped> {
    let mut outcome = Ok(());
    read(&mut |one| match write(one) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            outcome = Err(error);
            ControlFlow::Break(())
        }
    })?;
    Ok(outcome?)
}

/// Writes one object, whose last member is a list of rows; also where the store fails among them: then the error ends it.
/// `beginning` is the object up to the list's bracket.
pub(super) fn write_object(
    voice: &Voice,
    beginning: &str,
    rows: impl FnOnce(&mut dyn FnMut(&Value) -> io::Result<()>) -> Result<(), Stopped>,
) -> Result<Exit, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut before = "";
    let outcome = out.write_all(beginning.as_bytes()).map_err(Stopped::from).and_then(|()| {
        rows(&mut |row| {
            write!(out, "{before}{row}")?;
            before = ",";
            Ok(())
        })
    });
    let failure = match written(outcome) {
        Ok(Exit::Done) => {
            let done = out.write_all(b"]}\n").and_then(|()| out.flush());
            return written(done.map_err(Stopped::Output));
        }
        Ok(exit) => return Ok(exit),
        Err(failure) => failure,
    };
    let end = format!("],\"error\":{},\"help\":{},\"diagnostics\":[]}}\n", json!(failure.message), json!(failure.help));
    // Where that can't be written either, the exit code says it.
    let _ = out.write_all(end.as_bytes()).and_then(|()| out.flush());
    drop(out);
    if !voice.json {
        voice.failure(&failure);
    }
    Ok(Exit::CouldNotRun)
}
