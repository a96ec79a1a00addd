//! The `tidings` program: arguments in, exit code out.

use std::process::ExitCode;

/// Front matter is many small strings, which threads ask for and give back all the time.
#[cfg(feature = "allocator")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tidings::cli::main()
}
