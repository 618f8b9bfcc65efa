//! A switch on every call between the SDK and a service: what can go wrong there in life, on demand and always the same way.
//!
//! Plans count calls, so a test learns with [`Faults::calls`] what a flow does and then runs it again once for every place where it
//! can break.

use std::future::{Future, pending};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::cloud::wire::Call;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The connection is refused: the call is not applied.
    Before,
    /// The call is applied and its answer is lost.
    After,
    /// The service says "too fast", in its own words.
    Throttle,
    /// The service says "not now" (HTTP 500 or 503).
    Unavailable,
    /// The calling process dies before the call is applied.
    CrashBefore,
    /// The calling process dies when the call has been applied.
    CrashAfter,
}

impl Fault {
    /// Every kind of fault, for suites that enumerate them.
    pub const ALL: [Self; 6] =
        [Self::Before, Self::After, Self::Throttle, Self::Unavailable, Self::CrashBefore, Self::CrashAfter];
}

struct Plan {
    filter: Option<String>,
    calls_until: usize,
    fault: Fault,
}

#[derive(Default)]
struct State {
    plans: Vec<Plan>,
    calls: Vec<Call>,
    crashed: bool,
    calls_until_stop: Option<usize>,
}

/// The switch. Clones are the same switch.
#[derive(Clone, Default)]
pub struct Faults {
    state: Arc<Mutex<State>>,
    crash: Arc<Notify>,
    stopped: Arc<Notify>,
    go_on: Arc<Notify>,
}

impl Faults {
    /// Lets `fault` strike the `nth` call from now; 0 is the next one. Any number of plans can wait at the same time.
    pub fn plan(&self, nth: usize, fault: Fault) {
        self.state().plans.push(Plan { filter: None, calls_until: nth, fault });
    }

    /// The same, counting only the calls that `filter` names: a service (`sqs`) or an operation (`sqs.SendMessage`).
    pub fn plan_on(&self, filter: &str, nth: usize, fault: Fault) {
        self.state().plans.push(Plan { filter: Some(filter.to_owned()), calls_until: nth, fault });
    }

    /// How many plans have not struck yet.
    pub fn waiting(&self) -> usize {
        self.state().plans.len()
    }

    /// Every call that was tried since the last reset, in order, those that were struck included.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// Forgets plans, the log of calls, and a crash.
    pub fn reset(&self) {
        *self.state() = State::default();
    }

    /// Runs `work` as a process of its own: `None` when a planned crash killed it, wherever it stood.
    ///
    /// The process is started again with the next call of this function.
    pub async fn run_until_crash<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let crash = self.crash.notified();
        let outcome = tokio::select! {
            biased;
            () = crash => None,
            done = work => Some(done),
        };
        self.state().crashed = false;
        outcome
    }

    /// Runs `first` up to before its `nth` call, then all of `second`, then the rest of `first`: what two processes do at
    /// once, in one order of many. Without a call of that number `second` does not run.
    pub async fn interleave<A, B>(
        &self,
        nth: usize,
        first: impl Future<Output = A>,
        second: impl Future<Output = B>,
    ) -> (A, Option<B>) {
        self.state().calls_until_stop = Some(nth);
        let mut first = std::pin::pin!(first);
        tokio::select! {
            biased;
            done = &mut first => {
                self.state().calls_until_stop = None;
                (done, None)
            }
            () = self.stopped.notified() => {
                let second = second.await;
                self.go_on.notify_one();
                (first.await, Some(second))
            }
        }
    }

    /// Waits here when this is the call before which a flow is to stop.
    pub(crate) async fn stop(&self) {
        let stops = {
            let mut state = self.state();
            let left = state.calls_until_stop;
            state.calls_until_stop = left.and_then(|left| left.checked_sub(1));
            left == Some(0)
        };
        if stops {
            self.stopped.notify_one();
            self.go_on.notified().await;
        }
    }

    /// Notes a call, and says what happens to it.
    pub(crate) fn strike(&self, call: &Call) -> Option<Fault> {
        let mut state = self.state();
        state.calls.push(call.clone());
        let mut struck = None;
        state.plans.retain_mut(|plan| {
            if plan.filter.as_ref().is_some_and(|filter| !call.is(filter)) {
                return true;
            }
            let due = plan.calls_until == 0;
            plan.calls_until = plan.calls_until.saturating_sub(1);
            if due {
                struck = struck.or(Some(plan.fault));
            }
            !due
        });
        struck
    }

    /// The death of the process: the call that meets it never returns.
    pub(crate) async fn crash<T>(&self) -> T {
        self.state().crashed = true;
        self.crash.notify_waiters();
        pending().await
    }

    /// Returns at once while the process lives. The dead make no calls.
    pub(crate) async fn alive(&self) {
        if self.state().crashed {
            pending::<()>().await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::wire::Service;

    fn call(operation: &str) -> Call {
        Call { service: Service::Sqs, operation: operation.to_owned() }
    }

    #[test]
    fn plans_count_calls_from_the_moment_they_are_made() {
        let faults = Faults::default();
        faults.plan(1, Fault::After);
        faults.plan(2, Fault::Before);
        let struck: Vec<_> = (0..4).map(|_| faults.strike(&call("SendMessage"))).collect();
        assert_eq!(struck, [None, Some(Fault::After), Some(Fault::Before), None]);
        assert_eq!((faults.waiting(), faults.calls().len()), (0, 4));
    }

    #[test]
    fn a_filtered_plan_counts_only_its_calls() {
        let faults = Faults::default();
        faults.plan_on("sqs.SendMessage", 1, Fault::Throttle);
        assert_eq!(faults.strike(&call("SendMessage")), None);
        assert_eq!(faults.strike(&call("ReceiveMessage")), None);
        assert_eq!(faults.strike(&call("SendMessage")), Some(Fault::Throttle));
    }

    #[tokio::test]
    async fn a_flow_stops_before_a_call_until_another_one_is_through() {
        let faults = Faults::default();
        let steps = Mutex::new(String::new());
        let step = async |name: char| {
            faults.stop().await;
            steps.lock().unwrap().push(name);
        };
        let first = async {
            step('a').await;
            step('b').await;
        };
        let ((), second) = faults.interleave(1, first, step('x')).await;
        assert_eq!((second, steps.lock().unwrap().as_str()), (Some(()), "axb"));

        let ((), second) = faults.interleave(1, step('c'), step('x')).await;
        assert_eq!((second, steps.lock().unwrap().as_str()), (None, "axbc"));
    }

    #[tokio::test]
    async fn a_crash_drops_the_work_where_it_stands_and_stops_what_it_started() {
        let faults = Faults::default();
        let dies = faults.run_until_crash(async {
            faults.crash::<()>().await;
            unreachable!("the dead do not go on");
        });
        assert_eq!(dies.await, None::<()>);
        let lives = faults.run_until_crash(async {
            faults.alive().await;
            "again"
        });
        assert_eq!(lives.await, Some("again"));
    }
}
