//! A job as whoever asks is told about it: `Job` of the contract.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{Job, Status};
use crate::world::jobs::made::Made;
use crate::world::jobs::script::{Outcome, Output};

/// The members of the answer. They are in the order of the alphabet, as the real ones are, so `status` comes behind
/// an `output` of any size.
#[derive(Debug)]
pub(crate) struct Told<'j> {
    before: Map<String, Value>,
    output: Option<&'j Output>,
    after: Map<String, Value>,
}

/// The text of an answer whose middle is made while it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) before: Bytes,
    pub(crate) made: Made,
    pub(crate) after: Bytes,
}

impl Job {
    pub(crate) fn told(&self) -> Told<'_> {
        let (output, error) = match self.outcome() {
            Some(Outcome::Output(output)) => (Some(output), None),
            Some(Outcome::Error(why)) => (None, Some(why.clone())),
            None => (None, (self.status() == Status::TimedOut).then(|| "job timed out".to_owned())),
        };
        let some = |name: &str, value: Option<Value>| value.map(|value| (name.to_owned(), value));
        let before = [
            some("delayTime", self.delay().map(Value::from)),
            some("error", error.map(Value::from)),
            some("executionTime", self.execution().map(Value::from)),
            some("id", Some(self.id.clone().into())),
        ];
        let status = serde_json::to_value(self.status()).ok();
        let worker = self.shift().map(|shift| shift.worker.clone().into());
        let after = [some("status", status), some("workerId", worker)];
        Told {
            before: before.into_iter().flatten().collect(),
            output,
            after: after.into_iter().flatten().collect(),
        }
    }
}

impl Told<'_> {
    /// The size of an output that is not kept.
    pub(crate) fn made(&self) -> Option<Made> {
        match self.output {
            Some(Output::Made(made)) => Some(*made),
            _ => None,
        }
    }

    /// Everything at once; an output that is not kept is left out.
    pub(crate) fn whole(self) -> Value {
        let mut all = self.before;
        if let Some(Output::Value(output)) = self.output {
            all.insert("output".to_owned(), output.clone());
        }
        all.extend(self.after);
        all.into()
    }

    /// The text around an output that is not kept.
    pub(crate) fn around(self, made: Made) -> Parts {
        let (before, after) = (Value::from(self.before).to_string(), Value::from(self.after).to_string());
        let before = format!("{},\"output\":", before.trim_end_matches('}'));
        let after = format!(",{}", after.trim_start_matches('{'));
        Parts { before: before.into(), made, after: after.into() }
    }
}
