//! Messages given to a program in the manner of sendmail: the envelope as arguments, the message on standard input.

use super::Begin;
use super::mail::MailObject;
use super::outcome::{Blame, Ending, Outcome};
use super::stream::poll;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Of what the program says, so much is kept.
const LONGEST_WORD: u64 = 4096;
/// What the program has said and read is known at its end, unless others hold its ends of the pipes.
const LAST_WORD: Duration = Duration::from_secs(1);

/// A program that takes messages.
#[derive(Clone, Debug)]
pub struct Sendmail {
    /// The program and arguments of its own.
    pub command: Vec<String>,
    pub timeout: Duration,
}

impl Sendmail {
    /// Gives one message to the program. `begin` is called before the program starts: if we end while it reads, it takes what it
    /// has got for the whole message.
    pub fn send(&self, mail: &MailObject, begin: &mut Begin) -> Outcome {
        let Some((program, arguments)) = self.command.split_first() else {
            return Outcome::Unsent(Ending::Stop("`command` under [smtp] is empty".into()));
        };
        if let Err(reason) = begin() {
            return Outcome::Forbidden { reason };
        }
        let (from, to) = (mail.envelope.from.wire(), mail.envelope.to.wire());
        let started = Command::new(program)
            .args(arguments)
            // No dot ends the message; the sender of the envelope; no more options.
            .args(["-i", "-f", &from, "--", &to])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        match started {
            Ok(child) => self.finish(child, mail),
            Err(error) if program.contains(' ') => {
                let words: Vec<&str> = program.split_whitespace().collect();
                Outcome::Unsent(Ending::Stop(format!("can't run {program}: {error}; if it has arguments, write command = {words:?}")))
            }
            Err(error) => Outcome::Unsent(Ending::Stop(format!("can't run {program}: {error}; see `command` under [smtp]"))),
        }
    }

    fn finish(&self, mut child: Child, mail: &MailObject) -> Outcome {
        let (input, errors) = (child.stdin.take(), child.stderr.take());
        let text = mail.unix_text();
        let written = aside(move || input.map(|mut input| input.write_all(&text)).transpose().is_ok());
        let said = aside(move || {
            let mut said = Vec::new();
            // What can't be read is not worth a failure: the exit code is the verdict.
            let _ = errors.map(|errors| errors.take(LONGEST_WORD).read_to_end(&mut said));
            String::from_utf8_lossy(&said).split_whitespace().collect::<Vec<_>>().join(" ")
        });
        let status = poll(self.timeout, || child.try_wait().transpose());
        if status.is_none() {
            // It may be gone by itself now.
            let _ = child.kill();
            let _ = child.wait();
        }
        let is_whole = written.recv_timeout(LAST_WORD).unwrap_or(false);
        let said = said.recv_timeout(LAST_WORD).unwrap_or_default();
        match status {
            Some(Ok(status)) => verdict(status, is_whole, &said),
            Some(Err(error)) => Outcome::Uncertain { reason: format!("what became of the program is not known: {error}") },
            None => Outcome::Uncertain { reason: format!("the program took more than {:?}", self.timeout) },
        }
    }
}

/// Runs it beside; who has no time left goes on without the answer. A program may leave others behind that hold its ends of the pipes
/// for as long as they like.
fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (done, answer) = channel();
    // Nobody may be there to take it.
    std::thread::spawn(move || drop(done.send(work())));
    answer
}

/// What an exit code means (sysexits.h).
fn verdict(status: ExitStatus, is_whole: bool, said: &str) -> Outcome {
    let reply = |text: &str| if said.is_empty() { text.to_owned() } else { format!("{text}: {said}") };
    match status.code() {
        Some(0) if is_whole => Outcome::Sent { reply: reply("taken by the program") },
        Some(0) => Outcome::Uncertain { reason: reply("the program took the message before its end") },
        // EX_DATAERR, EX_NOUSER, EX_NOHOST.
        Some(67) => Outcome::Bounced { reply: reply("5.1.1 no such user (exit code 67)"), blame: Blame::Recipient },
        Some(code @ (65 | 68)) => Outcome::Bounced { reply: reply(&format!("refused (exit code {code})")), blame: Blame::Message },
        // EX_USAGE, EX_NOPERM, EX_CONFIG, and what a shell says of a program that is not there.
        Some(code @ (64 | 77 | 78 | 126 | 127)) => {
            Outcome::Unsent(Ending::Stop(reply(&format!("the program can't send (exit code {code})"))))
        }
        Some(code) => Outcome::Deferred { reply: reply(&format!("later (exit code {code})")) },
        None => Outcome::Uncertain { reason: reply("the program was killed") },
    }
}

#[cfg(test)]
mod tests {
    use super::super::Envelope;
    use super::*;
    use crate::list::Address;

    fn mail() -> MailObject {
        let address = |text: &str| Address::read(text).unwrap();
        let envelope = Envelope { from: address("news@example.org"), to: address("-b@example.net") };
        MailObject::new(envelope, b"Subject: x\r\n\r\n.a\r\n".to_vec())
    }

    fn send(script: &str, seconds: u64) -> Outcome {
        let command = ["sh", "-c", script, "sendmail"].map(str::to_owned).to_vec();
        Sendmail { command, timeout: Duration::from_secs(seconds) }.send(&mail(), &mut || Ok(None))
    }

    #[test]
    fn a_program_with_its_arguments_in_one_word_is_told_how_to_write_them() {
        let sendmail = Sendmail { command: vec!["./none -a news".into()], timeout: Duration::from_secs(1) };
        let outcome = sendmail.send(&mail(), &mut || Ok(None));
        let wanted = "write command = [\"./none\", \"-a\", \"news\"]";
        assert!(matches!(&outcome, Outcome::Unsent(Ending::Stop(reason)) if reason.ends_with(wanted)), "{outcome:?}");
    }

    #[test]
    fn the_program_gets_envelope_and_message() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mail");
        let outcome = send(&format!("echo \"$@\" > {0}; cat >> {0}", file.display()), 10);
        assert_eq!(outcome, Outcome::Sent { reply: "taken by the program".into() });
        let text = std::fs::read_to_string(file).unwrap();
        assert_eq!(text, "-i -f news@example.org -- -b@example.net\nSubject: x\n\n.a\n");
    }

    /// The program's end is the verdict, whatever it leaves behind; and its time is over for those that it waits for, too.
    #[test]
    fn nobody_waits_for_what_a_program_leaves_behind() {
        let began = std::time::Instant::now();
        assert_eq!(send("sleep 30 & cat > /dev/null", 10), Outcome::Sent { reply: "taken by the program".into() });
        assert!(
            matches!(send("cat > /dev/null; sleep 30; true", 1), Outcome::Uncertain { reason } if reason.contains("took more than 1s"))
        );
        assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    }

    #[test]
    fn its_exit_code_is_the_verdict() {
        let read = |code: i32| format!("cat > /dev/null; echo why >&2; exit {code}");
        let bounced = |reply: &str, blame| Outcome::Bounced { reply: reply.into(), blame };
        assert_eq!(send(&read(67), 10), bounced("5.1.1 no such user (exit code 67): why", Blame::Recipient));
        assert_eq!(send(&read(65), 10), bounced("refused (exit code 65): why", Blame::Message));
        assert_eq!(send(&read(75), 10), Outcome::Deferred { reply: "later (exit code 75): why".into() });
        assert!(matches!(send(&read(78), 10), Outcome::Unsent(Ending::Stop(_))));
        assert!(matches!(send("kill -9 $$", 10), Outcome::Uncertain { .. }));
        assert!(matches!(send("exec sleep 30", 1), Outcome::Uncertain { reason } if reason.contains("took more than 1s")));
        let missing = Sendmail { command: vec!["/nowhere/sendmail".into()], timeout: Duration::from_secs(1) };
        assert!(
            matches!(missing.send(&mail(), &mut || Ok(None)), Outcome::Unsent(Ending::Stop(reason)) if reason.contains("/nowhere/sendmail"))
        );
        assert_eq!(missing.send(&mail(), &mut || Err("no".into())), Outcome::Forbidden { reason: "no".into() });
    }
}
