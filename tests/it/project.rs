//! The fluent fixture: a temporary project, files in it, the program run in it, and what it said and wrote.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A temporary folder with a project in it.
pub struct Project {
    dir: tempfile::TempDir,
}

/// What a run of the program did.
pub struct Run {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

/// A site that needs nothing else.
pub const SITE: &str = "[site]\ntitle = \"Example\"\nurl = \"https://example.org\"\n";

impl Project {
    /// An empty folder.
    pub fn empty() -> Project {
        Project { dir: tempfile::tempdir().unwrap() }
    }

    /// A folder with a minimal `tidings.toml`.
    pub fn new() -> Project {
        Project::empty().file("tidings.toml", SITE)
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file, with its folders.
    #[track_caller]
    pub fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Project {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    /// Adds to `tidings.toml`.
    #[track_caller]
    pub fn config(self, more: &str) -> Project {
        let text = std::fs::read_to_string(self.path().join("tidings.toml")).unwrap();
        self.file("tidings.toml", format!("{text}{more}"))
    }

    /// The program, about to run in the project with a fixed `now` and none of this machine's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
        command.current_dir(self.path()).args(arguments).env("SOURCE_DATE_EPOCH", "1767225600");
        for name in ["TIDINGS_CONFIG", "TIDINGS_SECRET", "NO_COLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command
    }

    /// The same, heeding each signal, also where the tests run in the background or by `nohup` and ignore some.
    #[cfg(all(feature = "send", target_os = "linux"))]
    pub fn command_in_front(&self, arguments: &[&str]) -> Command {
        let own = self.command(arguments);
        let mut command = Command::new("env");
        command.args(["--default-signal=INT,HUP"]).arg(own.get_program()).args(own.get_args()).current_dir(self.path());
        for (name, value) in own.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// Runs the program; words are separated by spaces.
    #[track_caller]
    pub fn run(&self, arguments: &str) -> Run {
        self.run_words(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    #[track_caller]
    pub fn run_words(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).expect("the program speaks UTF-8");
        Run { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code().expect("not killed by a signal") }
    }

    /// A file that the program wrote.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}; there are {:#?}", self.files("")))
    }

    /// All files below a folder of the project, sorted.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let root = self.path().join(folder);
        let mut found = Vec::new();
        let mut open: Vec<PathBuf> = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    found.push(path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"));
                }
            }
        }
        found.sort();
        found
    }
}

impl Run {
    #[track_caller]
    pub fn code(self, code: i32) -> Run {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn success(self) -> Run {
        self.code(0)
    }

    /// The whole of standard error.
    #[track_caller]
    pub fn stderr(self, expected: &str) -> Run {
        assert_eq!(self.stderr, expected);
        self
    }

    #[track_caller]
    pub fn stdout_has(self, text: &str) -> Run {
        assert!(self.stdout.contains(text), "no {text:?} in:\n{}", self.stdout);
        self
    }

    #[track_caller]
    pub fn stderr_has(self, part: &str) -> Run {
        assert!(self.stderr.contains(part), "no {part:?} in:\n{}", self.stderr);
        self
    }

    /// Standard output as the one JSON object that it must be.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {:?}; stderr:\n{}", self.stdout, self.stderr))
    }
}
