//! How a run goes: a bar on a terminal, a line for what needs attention elsewhere.

use super::Voice;
use super::forecast::time_text;
use crate::delivery::{News, Progress};
use crate::ledger::StateWord;
use chrono::{SecondsFormat, Utc};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// A list that is bad throughout must not fill the terminal; `report` has them all.
const FAILURES_TOLD: u64 = 20;

/// What the bar says beside itself. The bar's own rate and time count what earlier runs have sent, too.
#[derive(Default)]
struct Tally {
    started: OnceLock<Instant>,
    /// Settled by earlier runs.
    before: AtomicU64,
    deferred: AtomicU64,
    failed: AtomicU64,
    /// Until when nothing can be done, as milliseconds since 1970.
    waits_until: AtomicI64,
    /// Milliseconds in which nothing could be done: they say nothing of the speed.
    waited: AtomicU64,
}

impl Tally {
    fn told(&self, position: u64, length: u64) -> String {
        let number = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let wait = self.waits_until.load(Ordering::Relaxed) - Utc::now().timestamp_millis();
        let pace = if wait > 0 {
            Pace::Waits(wait as f64 / 1000.0)
        } else {
            let seconds = self.started.get().map_or(0.0, |started| started.elapsed().as_secs_f64()) - number(&self.waited) as f64 / 1000.0;
            let done = position.saturating_sub(number(&self.before));
            Pace::Goes(if seconds > 0.0 { done as f64 / seconds } else { 0.0 })
        };
        told(pace, length.saturating_sub(position), number(&self.deferred), number(&self.failed))
    }
}

enum Pace {
    /// Messages a second.
    Goes(f64),
    /// Seconds until it goes on.
    Waits(f64),
}

/// Such as "287/s, 3 deferred, 1 failed, 8 s left", or "3 deferred, next try in 4 min".
fn told(pace: Pace, left: u64, deferred: u64, failed: u64) -> String {
    let mut parts = Vec::new();
    if let Pace::Goes(rate) = pace {
        parts.push(match rate {
            rate if rate >= 10.0 => format!("{rate:.0}/s"),
            rate if rate >= 1.0 => format!("{rate:.1}/s"),
            rate => format!("{:.1}/min", rate * 60.0),
        });
    }
    parts.extend(
        [(deferred, "deferred"), (failed, "failed")].iter().filter(|(number, _)| *number > 0).map(|(n, word)| format!("{n} {word}")),
    );
    match pace {
        Pace::Waits(seconds) => parts.push(format!("next try in {}", time_text(seconds))),
        Pace::Goes(rate) if rate > 0.0 && left > 0 => parts.push(format!("{} left", time_text(left as f64 / rate))),
        Pace::Goes(_) => {}
    }
    parts.join(", ")
}

/// The bar of a run.
pub(super) struct Bar {
    bar: ProgressBar,
    voice: Voice,
    tally: Arc<Tally>,
    has_waited: AtomicBool,
}

impl Bar {
    pub fn new(voice: &Voice) -> Bar {
        let is_shown = !voice.json && !voice.quiet && std::io::stderr().is_terminal();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let tally = Arc::new(Tally::default());
        let shown = Arc::clone(&tally);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {tally}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let style = style.with_key("tally", move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A bar that can't be drawn stops nothing.
            let _ = out.write_str(&shown.told(state.pos(), state.len().unwrap_or_default()));
        });
        let bar = ProgressBar::with_draw_target(None, target).with_style(style);
        Bar { bar, voice: *voice, tally, has_waited: AtomicBool::new(false) }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn tell(&self, news: &News) {
        match news {
            News::Started(counts) => {
                let before = counts.recipients().saturating_sub(counts.open());
                self.tally.before.store(before, Ordering::Relaxed);
                self.tally.started.get_or_init(Instant::now);
                self.bar.set_length(counts.recipients());
                self.bar.set_position(before);
                // What it says of time changes while nothing happens.
                if !self.bar.is_hidden() {
                    self.bar.enable_steady_tick(Duration::from_secs(1));
                }
            }
            News::Settled { address, state, reply } => match state {
                StateWord::Deferred => {
                    self.tally.deferred.fetch_add(1, Ordering::Relaxed);
                    self.bar.tick();
                }
                StateWord::Sent => self.bar.inc(1),
                _ => {
                    self.bar.inc(1);
                    match self.tally.failed.fetch_add(1, Ordering::Relaxed) {
                        told if told < FAILURES_TOLD => {
                            self.bar.suspend(|| self.voice.note(&format!("{state}: {address}: {reply}")));
                        }
                        FAILURES_TOLD => self.bar.suspend(|| self.voice.note("… more failed, and are not told one by one.")),
                        _ => {}
                    }
                }
            },
            News::Waiting { until, reason } => {
                let milliseconds = until.signed_duration_since(Utc::now()).num_milliseconds();
                if milliseconds <= 0 {
                    return;
                }
                self.tally.waits_until.store(until.timestamp_millis(), Ordering::Relaxed);
                self.tally.waited.fetch_add(milliseconds.unsigned_abs(), Ordering::Relaxed);
                let wait = time_text(milliseconds as f64 / 1000.0);
                let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
                let is_first = !self.has_waited.swap(true, Ordering::Relaxed);
                let hint = if is_first { "\nCtrl-C ends it; the same command goes on." } else { "" };
                self.bar.suspend(|| self.voice.note(&format!("Waiting {wait}, until {until}: {reason}{hint}")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_told_in_a_line() {
        assert_eq!(told(Pace::Goes(0.0), 100, 0, 0), "0.0/min");
        assert_eq!(told(Pace::Goes(287.0), 2296, 3, 1), "287/s, 3 deferred, 1 failed, 8 s left");
        assert_eq!(told(Pace::Goes(0.5), 60, 0, 0), "30.0/min, 2 min left");
        assert_eq!(told(Pace::Goes(2.5), 0, 0, 2), "2.5/s, 2 failed");
        assert_eq!(told(Pace::Waits(240.0), 3, 3, 1), "3 deferred, 1 failed, next try in 4 min");
    }

    /// What an earlier run has sent is neither this one's speed nor its work.
    #[test]
    fn what_was_waited_is_no_part_of_the_speed() {
        let bar = Bar::new(&Voice { json: true, quiet: true, color: false });
        bar.tell(&News::Started(crate::store::Counts { pending: 3, ..Default::default() }));
        let until = Utc::now() + chrono::TimeDelta::milliseconds(200);
        bar.tell(&News::Waiting { until, reason: "1 deferred" });
        assert_eq!(bar.tally.told(1, 3), "next try in 1 s");
        std::thread::sleep(Duration::from_millis(210));
        assert!(bar.tally.told(1, 3).contains("/s"), "{}", bar.tally.told(1, 3));
    }

    #[test]
    fn a_resumed_run_tells_its_own_speed() {
        let bar = Bar::new(&Voice { json: true, quiet: true, color: false });
        let counts = crate::store::Counts { sent: 879, pending: 2125, ..Default::default() };
        bar.tell(&News::Started(counts));
        assert_eq!(bar.tally.told(bar.bar.position(), 3004), "0.0/min");
        bar.tell(&News::Settled { address: "a@example.org", state: StateWord::Deferred, reply: "450 later" });
        assert!(bar.tally.told(879, 3004).ends_with("1 deferred"));
        std::thread::sleep(std::time::Duration::from_millis(100));
        let rate: f64 = bar.tally.told(880, 3004).split('/').next().unwrap().parse().unwrap();
        assert!(rate <= 10.0, "{rate}");
    }
}
