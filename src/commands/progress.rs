//! How a run goes: a bar on a terminal, a line for what needs attention elsewhere.

use super::Voice;
use crate::delivery::{News, Progress};
use crate::ledger::StateWord;
use chrono::{SecondsFormat, Utc};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};

/// A list that is bad throughout must not fill the terminal; `report` has them all.
const FAILURES_TOLD: u64 = 20;

/// The bar of a run.
pub(super) struct Bar {
    bar: ProgressBar,
    voice: Voice,
    deferred: AtomicU64,
    failed: AtomicU64,
}

impl Bar {
    pub fn new(voice: &Voice) -> Bar {
        let is_shown = !voice.json && !voice.quiet && std::io::stderr().is_terminal();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {per_sec}  {msg}  {eta} left");
        let bar = ProgressBar::with_draw_target(None, target).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar { bar, voice: *voice, deferred: AtomicU64::new(0), failed: AtomicU64::new(0) }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn tell(&self, news: &News) {
        match news {
            News::Started(counts) => {
                self.bar.set_length(counts.recipients());
                self.bar.set_position(counts.recipients().saturating_sub(counts.open()));
                self.bar.reset_eta();
            }
            News::Settled { address, state, reply } => {
                match state {
                    StateWord::Deferred => {
                        self.deferred.fetch_add(1, Ordering::Relaxed);
                    }
                    StateWord::Sent => self.bar.inc(1),
                    _ => {
                        self.bar.inc(1);
                        if self.failed.fetch_add(1, Ordering::Relaxed) < FAILURES_TOLD {
                            self.bar.suspend(|| self.voice.note(&format!("{state}: {address}: {reply}")));
                        }
                    }
                }
                let (deferred, failed) = (self.deferred.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed));
                if deferred + failed > 0 {
                    self.bar.set_message(format!("{deferred} deferred, {failed} failed"));
                }
            }
            News::Waiting { until, reason } => {
                let milliseconds = until.signed_duration_since(Utc::now()).num_milliseconds();
                if milliseconds <= 0 {
                    return;
                }
                let seconds = milliseconds.saturating_add(999) / 1000;
                let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
                self.bar.suspend(|| self.voice.note(&format!("Waiting {seconds} s, until {until}: {reason}")));
            }
        }
    }
}
