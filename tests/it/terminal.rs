//! What a person at a terminal sees: a question, a bar, and that Ctrl-C ends a run which the same command resumes.

use crate::mock_smtp::{Act, At, MockSmtp, Plan, say};
use crate::project::Project;
use crate::send::{publication, wait_until};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const CTRL_C: &str = "\x03";

/// The program at a terminal of its own.
struct Terminal {
    /// All that was written to it.
    screen: Arc<Mutex<String>>,
    keys: File,
    program: Child,
}

impl Terminal {
    fn run(project: &Project, arguments: &str) -> Terminal {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        tcsetwinsize(&terminal, Winsize { ws_row: 30, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
        let end = || File::options().read(true).write(true).open(&name).unwrap();
        let ours = project.command_in_front(&arguments.split(' ').collect::<Vec<_>>());
        // A terminal that controls the program turns Ctrl-C into a signal to it.
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(ours.get_program()).args(ours.get_args()).current_dir(project.path()).env("TERM", "xterm");
        for (name, value) in ours.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let program = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let mut output = File::from(terminal);
        let keys = output.try_clone().unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let seen = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // It fails when the program has gone.
            while let Ok(read) = output.read(&mut bytes) {
                seen.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
        });
        Terminal { screen, keys, program }
    }

    fn screen(&self) -> String {
        self.screen.lock().unwrap().clone()
    }

    #[track_caller]
    fn shows(&self, is_meant: impl Fn(&str) -> bool) {
        wait_until(|| self.screen().split(['\r', '\n']).any(&is_meant));
    }

    fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for its end; gives what it wrote in all.
    fn end(mut self) -> (ExitStatus, String) {
        let status = self.program.wait().unwrap();
        // The last words may still be on their way.
        std::thread::sleep(Duration::from_millis(50));
        (status, self.screen())
    }
}

fn people(count: usize) -> String {
    let rows: String = (0..count).map(|n| format!("p{n:02}@example.net\n")).collect();
    format!("email\n{rows}")
}

const CLEAR: &str = "tls = \"none\"\nconnections = 2\n";

#[test]
fn a_send_asks_first() {
    let server = MockSmtp::start(Plan::new());
    let project = publication(server.port(), CLEAR).file("l.csv", people(2));
    project.run("list import l.csv").success();
    let ask = |answer: &str| {
        let mut terminal = Terminal::run(&project, "send latest");
        terminal.shows(|line| line.contains(&format!("to 2 recipients through 127.0.0.1:{}? [y/N] ", server.port())));
        terminal.types(answer);
        terminal.end()
    };
    for no in ["n\n", "\n", "yesterday\n", "\x04"] {
        let (status, screen) = ask(no);
        assert!(status.code() == Some(2) && screen.contains("nothing was sent"), "{no:?}: {status} {screen}");
    }
    // As any program that asks: nothing has begun, so there is nothing to finish.
    assert_eq!(ask(CTRL_C).0.signal(), Some(2));
    assert_eq!(server.record().connections, 0);
    project.run("report latest").code(2).stderr_has("was never sent");
    let (status, screen) = ask("y\n");
    assert!(status.success() && screen.contains("2 of 2 sent"), "{screen}");
    assert_eq!(server.record().messages.len(), 2);
    // What is finished is said, not asked.
    let (status, screen) = Terminal::run(&project, "send latest").end();
    assert!(status.success() && !screen.contains("[y/N]"), "{screen}");
}

#[test]
fn a_bar_tells_how_it_goes_and_ctrl_c_stops_it() {
    let plan = Plan::new().once(At::Rcpt, "p01@", say("450 4.2.0 later")).always(At::Rcpt, "p03@", say("550 5.1.1 no such user"));
    let server = MockSmtp::start(plan.always(At::Dot, "", Act::Wait(Duration::from_millis(100))));
    let project = publication(server.port(), CLEAR).file("l.csv", people(60));
    project.run("list import l.csv").success();
    let mut terminal = Terminal::run(&project, "send latest --yes");
    terminal.shows(|line| line.contains("bounced: p03@example.net: 550 5.1.1 no such user"));
    let parts = ["/60 ", "/s, 1 deferred, 1 failed, ", " s left"];
    terminal.shows(|line| parts.iter().all(|part| line.contains(part)));
    terminal.types(CTRL_C);
    let (status, screen) = terminal.end();
    assert!(status.code() == Some(75) && screen.contains("are left (stopped); run it again to go on."), "{status} {screen}");
    assert!(!screen.contains("[y/N]"), "{screen}");
    let report = project.run("report latest --format json").json();
    assert_eq!((&report["claimed"], &report["uncertain"], &report["bounced"]), (&0.into(), &0.into(), &1.into()));
    let came = server.record().messages.len();
    assert!(came < 59 && report["sent"] == came, "{came}: {report}");
    let (status, screen) = Terminal::run(&project, "send latest --yes").end();
    assert!(status.code() == Some(1) && screen.contains("59 of 60 sent, 1 bounced"), "{status} {screen}");
    let record = server.record();
    let counts: Vec<usize> = (0..60).map(|n| record.count(&format!("p{n:02}@example.net"))).collect();
    assert!(counts.iter().enumerate().all(|(at, count)| *count == usize::from(at != 3)), "{counts:?}");
}

#[test]
fn a_bar_that_waits_tells_when_it_goes_on() {
    let server = MockSmtp::start(Plan::new().rule(At::Rcpt, "p00@", 0, 1, say("450 4.2.0 later")));
    let project = publication(server.port(), CLEAR).file("l.csv", people(2));
    let config = project.read("tidings.toml").replace("first = \"50ms\", max = \"100ms\"", "first = \"5s\", max = \"9s\"");
    let project = project.file("tidings.toml", config);
    project.run("list import l.csv").success();
    // Waiting is no reason to wait for its end.
    for (arguments, shown, told) in [
        ("send latest --yes --at 2100-01-01", "Waiting until 2100-01-01T00:00:00Z; Ctrl-C ends it", "nothing was sent"),
        ("send latest --yes", "1/2  1 deferred, next try in ", "1 is left (stopped); run it again to go on."),
    ] {
        let mut terminal = Terminal::run(&project, arguments);
        terminal.shows(|line| line.contains(shown));
        terminal.types(CTRL_C);
        let (status, screen) = terminal.end();
        assert!(status.code() == Some(75) && screen.contains(told), "{status} {screen}");
    }
    let terminal = Terminal::run(&project, "send latest --yes");
    terminal.shows(|line| line.contains("1/2  next try in "));
    let (status, screen) = terminal.end();
    assert!(status.success() && screen.contains("2 of 2 sent"), "{screen}");
    assert!(!screen.contains(" left"), "{screen}");
}
