//! The scripts, one function each.

use serde_json::{Map, Value, json};

use super::{Plan, Script, span};
use crate::ids::draw;

/// A picture of one pixel: what matters about it is that it is one.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const WORDS: &[&str] = &[
    " the", " a", " model", " answers", " with", " words", " that", " follow", " from", " its", " input",
    " and", " from", " nothing", " else", ",", " so", " every", " run", " reads", " the", " same", ".",
    " Once", " more", ":", " tokens", " come", " one", " by", " one", ".",
];

/// Most tokens that are written, whatever was asked for.
const TOKENS: u64 = 2048;

impl Script {
    pub(super) fn scene(self, input: &Map<String, Value>, luck: u64) -> Plan {
        match self {
            Self::Echo => Plan::answer(80 + luck % 320, Value::Object(input.clone())),
            Self::Sum => sum(input),
            Self::Text => text(input, luck),
            Self::Image => image(input, luck),
            Self::Transcript => transcript(input, luck),
            Self::Fail => Plan::error(120, "this worker fails whatever it is given"),
            Self::Link(kind) => link(kind, luck),
        }
    }
}

fn sum(input: &Map<String, Value>) -> Plan {
    let numbers = input.get("numbers").and_then(Value::as_array);
    let numbers: Option<Vec<f64>> = numbers.and_then(|all| all.iter().map(Value::as_f64).collect());
    match numbers {
        Some(numbers) => {
            let sum: f64 = numbers.iter().sum();
            Plan::answer(20, json!({ "sum": sum, "count": numbers.len() }))
        }
        None => Plan::error(20, "`numbers` must be a list of numbers"),
    }
}

/// Answers in the form of vLLM's worker: what was streamed, all together.
fn text(input: &Map<String, Value>, luck: u64) -> Plan {
    let said = input.get("prompt").and_then(Value::as_str).map(str::len);
    let messages = || input.get("messages").map(|all| all.to_string().len());
    let Some(length) = said.or_else(messages) else {
        return Plan::error(50, "the input needs a `prompt` or `messages`");
    };
    let asked =
        input.get("sampling_params").unwrap_or(&Value::Null).get("max_tokens").or(input.get("max_tokens"));
    let count = asked.and_then(Value::as_u64).unwrap_or(24).clamp(1, TOKENS);
    let usage = json!({ "input": length.div_ceil(4), "output": count });
    let tokens: Vec<_> = (0..count).map(|nth| word(luck, nth)).collect();
    let chunk = |tokens: &[&str]| json!({ "choices": [{ "tokens": [tokens.concat()] }], "usage": usage });
    let mut plan = Plan::answer(200 + 25 * count, json!([chunk(&tokens)]));
    let parts = (1..).zip(tokens.chunks(4));
    plan.chunks = parts.map(|(nth, part)| (span(200 + 100 * nth), chunk(part))).collect();
    plan.chunks.iter_mut().for_each(|(after, _)| *after = (*after).min(plan.took));
    plan.lines = vec![(plan.took, format!("generated {count} tokens"))];
    plan
}

fn word(luck: u64, nth: u64) -> &'static str {
    let place = usize::try_from(draw(luck, nth) % WORDS.len() as u64).unwrap_or_default();
    WORDS.get(place).copied().unwrap_or_default()
}

fn image(input: &Map<String, Value>, luck: u64) -> Plan {
    if !["prompt", "workflow", "image"].iter().any(|name| input.contains_key(*name)) {
        return Plan::error(50, "the input needs a `prompt` or a `workflow`");
    }
    let seed = input.get("seed").and_then(Value::as_u64).unwrap_or(luck % 1_000_000);
    let took = 2500 + luck % 3500;
    let picture = json!({ "filename": format!("out_{seed}.png"), "type": "base64", "data": PIXEL });
    let mut plan = Plan::answer(took, json!({ "images": [picture], "seed": seed }));
    plan.lines = (1..=4).map(|nth| (span(took * nth / 5), format!("step {}/20", nth * 5))).collect();
    plan
}

fn transcript(input: &Map<String, Value>, luck: u64) -> Plan {
    if !["audio", "audio_base64"].iter().any(|name| input.contains_key(*name)) {
        return Plan::error(50, "the input needs `audio`, a URL, or `audio_base64`");
    }
    let text: String = (0..18).map(|nth| word(luck, nth)).collect();
    let segment = json!({ "id": 0, "start": 0.0, "end": 6.4, "text": text });
    let model = input.get("model").and_then(Value::as_str).unwrap_or("base");
    Plan::answer(
        900 + luck % 2100,
        json!({ "detected_language": "en", "device": "cuda", "model": model, "segments": [segment],
            "transcription": text.trim() }),
    )
}

/// The form of public endpoints; the address leads nowhere.
fn link(kind: &str, luck: u64) -> Plan {
    let cost = 0.001 + (luck % 50) as f64 / 1000.0;
    let url = format!("https://sandbox.invalid/{kind}/{luck:016x}");
    Plan::answer(300 + luck % 2000, json!({ format!("{kind}_url"): url, "cost": cost }))
}
