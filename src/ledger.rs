//! The ledger: what became of each delivery, and every way in which that may change.
//!
//! A delivery is one issue for one address. Its row is made once, when the issue is enrolled, and then moves by [`step`]
//! alone: whoever writes a row asks here first, so that the rule "nobody twice" stands in one place. What a crash between
//! two steps means is [`recover`]; `docs/ledger.md` says it in a table.

use chrono::{DateTime, Utc};
use std::fmt;

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Enrolled; nobody works on it.
    Pending,
    /// A process works on it; nothing has been said that could deliver it.
    Claimed,
    /// Its final dot may have left.
    Begun,
    /// The server took it (2yz).
    Sent,
    /// The server said later (4yz), or its connection was lost each time: not before this moment.
    Deferred { until: DateTime<Utc> },
    /// The server said no (5yz), or later for too long.
    Bounced,
    /// The final dot may have left, and no reply came: only a person can say whether to send it again.
    Uncertain,
    /// Suppressed or unsubscribed after enrolling.
    Withdrawn,
}

/// The name of a state, without its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StateWord {
    Pending,
    Claimed,
    Begun,
    Sent,
    Deferred,
    Bounced,
    Uncertain,
    Withdrawn,
}

impl StateWord {
    pub const ALL: [StateWord; 8] = [
        StateWord::Pending,
        StateWord::Claimed,
        StateWord::Begun,
        StateWord::Sent,
        StateWord::Deferred,
        StateWord::Bounced,
        StateWord::Uncertain,
        StateWord::Withdrawn,
    ];

    /// As it stands in the store and in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            StateWord::Pending => "pending",
            StateWord::Claimed => "claimed",
            StateWord::Begun => "begun",
            StateWord::Sent => "sent",
            StateWord::Deferred => "deferred",
            StateWord::Bounced => "bounced",
            StateWord::Uncertain => "uncertain",
            StateWord::Withdrawn => "withdrawn",
        }
    }

    pub fn from_word(word: &str) -> Option<StateWord> {
        StateWord::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl fmt::Display for StateWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl DeliveryState {
    pub fn word(self) -> StateWord {
        match self {
            DeliveryState::Pending => StateWord::Pending,
            DeliveryState::Claimed => StateWord::Claimed,
            DeliveryState::Begun => StateWord::Begun,
            DeliveryState::Sent => StateWord::Sent,
            DeliveryState::Deferred { .. } => StateWord::Deferred,
            DeliveryState::Bounced => StateWord::Bounced,
            DeliveryState::Uncertain => StateWord::Uncertain,
            DeliveryState::Withdrawn => StateWord::Withdrawn,
        }
    }
}

/// What happens to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A process takes it up.
    Claim { now: DateTime<Utc> },
    /// The final dot is about to leave.
    Begin,
    /// 2yz after the dot.
    Accept,
    /// 4yz at any step.
    Defer { until: DateTime<Utc> },
    /// The connection was lost before the dot was written, or closed by a 421: later, but no try of this delivery.
    Postpone { until: DateTime<Utc> },
    /// 5yz at any step.
    Bounce,
    /// The connection lost, or no sensible reply, after the dot was written.
    Doubt,
    /// The run ends, the server is away or refuses the sender, or no message can be made, before this delivery was tried
    /// or finished: no attempt, not its fault.
    Release,
    /// Suppressed or unsubscribed since it was enrolled.
    Withdraw,
    /// The user asks to send what is uncertain once more.
    Resend,
}

impl Event {
    /// Where it mostly finds a delivery, so that the store need not look first.
    pub fn usually_from(self) -> Option<DeliveryState> {
        match self {
            Event::Begin => Some(DeliveryState::Claimed),
            Event::Accept | Event::Doubt => Some(DeliveryState::Begun),
            _ => None,
        }
    }
}

/// A change that the ledger does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub state: StateWord,
    pub event: Event,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a delivery that is {} does not change by {:?}", self.state, self.event)
    }
}

impl std::error::Error for Refused {}

/// The next state. All transitions there are; everything else is refused.
pub fn step(state: DeliveryState, event: Event) -> Result<DeliveryState, Refused> {
    use DeliveryState as S;
    use Event as E;
    match (state, event) {
        (S::Pending, E::Claim { .. }) => Ok(S::Claimed),
        (S::Deferred { until }, E::Claim { now }) if until <= now => Ok(S::Claimed),
        // Again, where the connection was lost before the dot was written and a new one is tried at once.
        (S::Claimed | S::Begun, E::Begin) => Ok(S::Begun),
        (S::Begun, E::Accept) => Ok(S::Sent),
        (S::Claimed | S::Begun, E::Defer { until } | E::Postpone { until }) => Ok(S::Deferred { until }),
        (S::Claimed | S::Begun, E::Bounce) => Ok(S::Bounced),
        (S::Begun, E::Doubt) => Ok(S::Uncertain),
        (S::Claimed | S::Begun, E::Release) => Ok(S::Pending),
        (S::Pending | S::Claimed | S::Deferred { .. }, E::Withdraw) => Ok(S::Withdrawn),
        (S::Uncertain, E::Resend) => Ok(S::Pending),
        _ => Err(Refused { state: state.word(), event }),
    }
}

/// What a row of a dead process is worth. `survived` says that the machine has not been restarted since the claim, so
/// that every committed page of the ledger is still there: a claimed row is then one whose dot never left. After a
/// restart, commits that were not synced may be lost, `begun` among them: every unsettled row may have been sent.
pub fn recover(state: DeliveryState, survived: bool) -> DeliveryState {
    match state {
        DeliveryState::Claimed if survived => DeliveryState::Pending,
        DeliveryState::Claimed | DeliveryState::Begun => DeliveryState::Uncertain,
        settled => settled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn states() -> [DeliveryState; 8] {
        use DeliveryState as S;
        [S::Pending, S::Claimed, S::Begun, S::Sent, S::Deferred { until: at(100) }, S::Bounced, S::Uncertain, S::Withdrawn]
    }

    /// Every pair of state and event, as `docs/ledger.md` has it.
    #[test]
    fn the_whole_table() {
        use Event as E;
        let events = [
            (E::Claim { now: at(100) }, ["claimed", "-", "-", "-", "claimed", "-", "-", "-"]),
            (E::Claim { now: at(99) }, ["claimed", "-", "-", "-", "-", "-", "-", "-"]),
            (E::Begin, ["-", "begun", "begun", "-", "-", "-", "-", "-"]),
            (E::Accept, ["-", "-", "sent", "-", "-", "-", "-", "-"]),
            (E::Defer { until: at(200) }, ["-", "deferred", "deferred", "-", "-", "-", "-", "-"]),
            (E::Postpone { until: at(200) }, ["-", "deferred", "deferred", "-", "-", "-", "-", "-"]),
            (E::Bounce, ["-", "bounced", "bounced", "-", "-", "-", "-", "-"]),
            (E::Doubt, ["-", "-", "uncertain", "-", "-", "-", "-", "-"]),
            (E::Release, ["-", "pending", "pending", "-", "-", "-", "-", "-"]),
            (E::Withdraw, ["withdrawn", "withdrawn", "-", "-", "withdrawn", "-", "-", "-"]),
            (E::Resend, ["-", "-", "-", "-", "-", "-", "pending", "-"]),
        ];
        for (event, row) in events {
            let found = states().map(|state| step(state, event).map_or("-", |next| next.word().as_str()));
            assert_eq!(found, row, "{event:?}");
        }
    }

    #[test]
    fn a_deferral_keeps_its_moment() {
        let next = step(DeliveryState::Claimed, Event::Defer { until: at(7) });
        assert_eq!(next, Ok(DeliveryState::Deferred { until: at(7) }));
    }

    #[test]
    fn what_was_begun_is_never_sent_again_by_itself() {
        // From begun, only the server's own word or the knowledge that no dot left leads back to a state that is claimed.
        for state in [recover(DeliveryState::Begun, true), recover(DeliveryState::Begun, false)] {
            assert_eq!(state, DeliveryState::Uncertain);
            assert!(step(state, Event::Claim { now: at(1 << 40) }).is_err());
        }
        assert_eq!(recover(DeliveryState::Claimed, true), DeliveryState::Pending);
        assert_eq!(recover(DeliveryState::Claimed, false), DeliveryState::Uncertain);
        for state in states().into_iter().filter(|state| !matches!(state, DeliveryState::Claimed | DeliveryState::Begun)) {
            assert_eq!((recover(state, true), recover(state, false)), (state, state));
        }
    }

    #[test]
    fn words_come_back() {
        for word in StateWord::ALL {
            assert_eq!(StateWord::from_word(word.as_str()), Some(word));
        }
        assert_eq!(StateWord::from_word("queued"), None);
        let refused = step(DeliveryState::Sent, Event::Begin).unwrap_err();
        assert_eq!(refused.to_string(), "a delivery that is sent does not change by Begin");
    }
}
