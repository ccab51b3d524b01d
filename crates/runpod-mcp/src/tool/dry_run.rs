//! `dryRun`: the requests a call would send, and what its machines would cost, without a change being made.
//!
//! Every tool that is not `Reads` takes the argument; none of them knows of it. Reads that the call needs are made,
//! its first change is written down by the client and ends it.

use runpod_api::Sketch;
use serde_json::{Map, Value, json};

use super::{Card, Cx, Effect, Outcome, Price, ToolDef};
use crate::error::SKETCHED;
use crate::reply::{Reply, redact};

const ARGUMENT: &str = "dryRun";

/// Adds the argument to the schema of a tool that can change something.
pub(super) fn offer(card: &Card, mut schema: Value) -> Value {
    if card.effect != Effect::Reads
        && let Some(Value::Object(properties)) = schema.get_mut("properties")
    {
        let about = json!({"type": "boolean", "description": "Show request and price only."});
        properties.insert(ARGUMENT.to_owned(), about);
    }
    schema
}

/// Takes the argument out again, so that the tool does not see it.
pub(super) fn asked(args: &mut Value) -> bool {
    let taken = args.as_object_mut().and_then(|args| args.shift_remove(ARGUMENT));
    taken == Some(Value::Bool(true))
}

/// Makes the call, or shows it when there is a sketchbook.
pub(super) async fn or_real<T: ToolDef>(cx: &Cx, args: T::Args) -> Outcome {
    let Some(book) = &cx.sketchbook else { return T::call(cx, args).await };
    let price = T::price(cx, &args).await?;
    let notes = match T::call(cx, args).await {
        Err(error) if error.code != SKETCHED => return Err(error),
        Err(_) => Vec::new(),
        Ok(reply) => reply.into_notes(),
    };
    Ok(report(&book.take(), price.as_ref()).notes(notes))
}

fn report(sketches: &[Sketch], price: Option<&Price>) -> Reply {
    let mut fields = Map::from_iter([
        ("dryRun".to_owned(), Value::Bool(true)),
        ("requests".to_owned(), sketches.iter().map(request).collect()),
    ]);
    if let Some(Price { per_hour, of }) = price {
        fields.insert("estimatedCostPerHour".to_owned(), ((*per_hour * 1e6).round() / 1e6).into());
        fields.insert("estimateOf".to_owned(), (*of).into());
    }
    Reply::from(Value::Object(fields)).note("nothing was sent; repeat without dryRun to do it")
}

fn request(sketch: &Sketch) -> Value {
    let mut request = json!({"method": sketch.method, "url": sketch.url});
    if let (Some(body), Some(fields)) = (&sketch.body, request.as_object_mut()) {
        let mut body = body.clone();
        redact::env(&mut body);
        fields.insert("body".to_owned(), body);
    }
    request
}
