//! Many waits at a time over one process.

use futures_util::future::join_all;
use runpod_sim::{Action, Match, Seed};
use serde_json::json;

use crate::rig::Rig;

/// More than the exchanges with Runpod that may be under way at a time.
const WAITS: usize = 200;

#[tokio::test]
async fn two_hundred_waits_hold_nothing_that_another_call_needs() {
    let rig = Rig::new(Seed::Empty).await;
    let starting = Action::status(200).body(json!({"id": "abc", "status": "STARTING"}));
    rig.sim.faults().add(Match::operation("getPod").then(starting));
    let wait = || rig.call("get-pod", json!({"podId": "abc", "wait": 60_000}));
    let waits = join_all(std::iter::repeat_with(wait).take(WAITS));
    let others = async {
        while rig.sim.journal().count("getPod") < WAITS {
            tokio::task::yield_now().await;
        }
        // The clock stands still, so all of them are between two looks now, or about to be.
        rig.call("list-pods", json!({})).await.ok();
        let looks = rig.sim.journal().count("getPod");
        for _ in 0..70 {
            rig.pass(1);
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        }
        looks
    };
    let (ended, looks) = tokio::join!(waits, others);
    assert_eq!(looks, WAITS);
    assert!(ended.into_iter().all(|answer| answer.ok()["wait"]["done"] == json!(false)));
}
