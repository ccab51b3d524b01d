//! What a worker makes of a job: how long it takes, what it prints, what it answers.
//!
//! The words in an image's name choose the script. Everything follows from the image and the input, so the same
//! job has the same answer whenever and wherever it runs. Whatever the image, an input may carry `sandbox`: `{
//! "seconds", "fail", "bytes", "rows", "chunks", "gapSeconds" }`, which says how long the job takes, that it fails
//! and why, how large its output is, how many chunks it streams and how far apart.

mod scenes;

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::ids::fate;
use crate::world::jobs::made::Made;

/// What will happen when a worker begins now. All times count from then.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) took: TimeDelta,
    pub(crate) outcome: Outcome,
    /// Parts of the output for who streams, in the order of their time.
    pub(crate) chunks: Vec<(TimeDelta, Value)>,
    /// What the program prints, in the order of its time.
    pub(crate) lines: Vec<(TimeDelta, String)>,
}

/// What comes of a job that nobody interrupts.
#[derive(Debug)]
pub(crate) enum Outcome {
    Output(Output),
    Error(String),
}

/// What a job answers.
#[derive(Debug)]
pub(crate) enum Output {
    Value(Value),
    /// Too large to keep.
    Made(Made),
}

/// What a worker can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// Answers its input.
    Echo,
    /// Adds the `numbers`.
    Sum,
    /// Writes tokens to a `prompt` or to `messages`, and streams them.
    Text,
    /// Paints a picture, as base64.
    Image,
    /// Writes down what is said in `audio`.
    Transcript,
    /// Fails whatever it is given.
    Fail,
    /// Answers with a link to what it made: `kind_url`.
    Link(&'static str),
}

/// The words that choose a script; a word of the image that begins with one of them is enough. The first hit wins.
const TABLE: &[(Script, &[&str])] = &[
    (Script::Sum, &["sum"]),
    (Script::Fail, &["fail"]),
    (Script::Transcript, &["whisper", "transcri", "asr"]),
    (Script::Text, &["vllm", "sglang", "llama", "llm", "gpt", "chat", "qwen3", "mistral", "text"]),
    (Script::Image, &["image", "sdxl", "comfy", "a1111", "flux", "diffusion"]),
];

/// What an input may say about the run itself.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Wish {
    seconds: Option<f64>,
    fail: Option<String>,
    bytes: Option<u64>,
    rows: Option<u64>,
    chunks: Option<u32>,
    gap_seconds: Option<f64>,
}

impl Script {
    /// The script of an image.
    pub(crate) fn of(image: &str) -> Self {
        let image = image.to_lowercase();
        let words: Vec<_> = image.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let hit = |keys: &&[&str]| words.iter().any(|word| keys.iter().any(|key| word.starts_with(key)));
        // `sum` begins other words too.
        let sums = words.contains(&"sum");
        let found = TABLE.iter().find(|(script, keys)| hit(keys) && (*script != Self::Sum || sums));
        found.map_or(Self::Echo, |(script, _)| *script)
    }

    /// What comes of this input. `slow` is how many times longer than usual everything takes.
    pub(crate) fn plan(self, id: &str, input: &Map<String, Value>, slow: f64) -> Plan {
        let text = serde_json::to_string(input).unwrap_or_default();
        let luck = fate(11, &[&text]);
        let mut plan = self.scene(input, luck);
        let wish = input.get("sandbox").and_then(|wish| Wish::deserialize(wish).ok()).unwrap_or_default();
        plan.heed(wish);
        plan.stretch(slow);
        plan.sign(id);
        plan
    }
}

impl Plan {
    fn answer(millis: u64, output: Value) -> Self {
        let outcome = Outcome::Output(Output::Value(output));
        Self { took: span(millis), outcome, chunks: Vec::new(), lines: Vec::new() }
    }

    fn error(millis: u64, why: &str) -> Self {
        let outcome = Outcome::Error(why.to_owned());
        let lines = vec![(span(millis), format!("ERROR: {why}"))];
        Self { took: span(millis), outcome, chunks: Vec::new(), lines }
    }

    fn heed(&mut self, wish: Wish) {
        let Wish { seconds, fail, bytes, rows, chunks, gap_seconds } = wish;
        if let Some(made) = bytes.map(Made::Text).or(rows.map(Made::Rows)) {
            self.outcome = Outcome::Output(Output::Made(made));
            self.chunks.clear();
        }
        if let Some(count) = chunks {
            let gap = millis(gap_seconds.unwrap_or(0.1));
            let parts = (1..=count.min(10_000))
                .map(|nth| (span(gap) * nth.try_into().unwrap_or(i32::MAX), json!({ "chunk": nth })));
            self.chunks = parts.collect();
            self.took = self.chunks.last().map_or(self.took, |(last, _)| *last + span(1));
            let all = self.chunks.iter().map(|(_, chunk)| chunk.clone()).collect();
            self.outcome = Outcome::Output(Output::Value(all));
        }
        if let Some(seconds) = seconds {
            self.took = span(millis(seconds));
        }
        if let Some(why) = fail {
            self.lines.push((self.took, format!("ERROR: {why}")));
            self.outcome = Outcome::Error(why);
        }
        self.chunks.retain(|(after, _)| *after <= self.took);
        self.lines.retain(|(after, _)| *after <= self.took);
    }

    fn stretch(&mut self, slow: f64) {
        let longer = |time: TimeDelta| {
            let millis = time.num_milliseconds() as f64 * slow.clamp(0.001, 1e6);
            TimeDelta::milliseconds(millis as i64)
        };
        self.took = longer(self.took);
        self.chunks.iter_mut().for_each(|(after, _)| *after = longer(*after));
        self.lines.iter_mut().for_each(|(after, _)| *after = longer(*after));
    }

    /// The first and the last line, as the worker library of Runpod prints them.
    fn sign(&mut self, id: &str) {
        let say = |message: &str| json!({ "requestId": id, "message": message, "level": "INFO" }).to_string();
        self.lines.insert(0, (TimeDelta::zero(), say("Started.")));
        self.lines.push((self.took, say("Finished.")));
    }
}

fn span(millis: u64) -> TimeDelta {
    TimeDelta::milliseconds(millis.try_into().unwrap_or(i64::MAX / 2))
}

/// Whole milliseconds, at least one and at most a month.
fn millis(seconds: f64) -> u64 {
    (seconds * 1000.0).clamp(1.0, 2.6e9) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_image_choose_the_script() {
        for (image, script) in [
            ("runpod/worker-vllm:stable-cuda12.1.0", Script::Text),
            ("runpod/worker-comfyui:5.1", Script::Image),
            ("acme/whisper-worker:1.4", Script::Transcript),
            ("me/sum:1", Script::Sum),
            ("me/summarize:1", Script::Echo),
            ("me/worker:1", Script::Echo),
        ] {
            assert_eq!(Script::of(image), script, "{image}");
        }
    }

    #[test]
    fn what_is_slow_takes_longer_in_every_part() {
        let input = json!({ "prompt": "hello" });
        let plan = |slow| Script::Text.plan("j", input.as_object().unwrap(), slow);
        let (quick, slow) = (plan(1.0), plan(10.0));
        assert_eq!(quick.took * 10, slow.took);
        assert_eq!(quick.chunks.len(), slow.chunks.len());
        assert!(slow.chunks.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    }

    #[test]
    fn the_sandbox_part_of_an_input_rules_the_run() {
        let plan = |wish: Value| Script::Echo.plan("j", json!({ "sandbox": wish }).as_object().unwrap(), 1.0);
        assert_eq!(plan(json!({ "seconds": 30 })).took, TimeDelta::seconds(30));
        assert!(matches!(plan(json!({ "fail": "no" })).outcome, Outcome::Error(why) if why == "no"));
        let gaps: Vec<_> = plan(json!({ "chunks": 3, "gapSeconds": 5 }))
            .chunks
            .into_iter()
            .map(|(at, _)| at.num_seconds())
            .collect();
        assert_eq!(gaps, [5, 10, 15]);
        let made = plan(json!({ "rows": 7 })).outcome;
        assert!(matches!(made, Outcome::Output(Output::Made(Made::Rows(7)))), "{made:?}");
    }
}
