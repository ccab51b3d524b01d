//! Logs as the twin streams them.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use runpod_sim::{Action, Fault, Match, Seed};
use serde_json::{Value, json};

use crate::desk::{Desk, Events, desk};

/// A Pod that was just asked for, and its path.
async fn pod(desk: &Desk) -> String {
    let new = json!({ "name": "p", "image": "acme/a:1", "gpu": { "id": "NVIDIA L4", "count": 1 }, "ports": ["80/http"] });
    let made = desk.post("/v2/pods", new).await.expect(201);
    format!("/v2/pods/{}", made["id"].as_str().unwrap())
}

/// Opens a stream and leaves it open.
async fn open(desk: &Desk, path: &str, last_event_id: Option<&str>) -> Events {
    let request = Request::get(path).header("authorization", format!("Bearer {}", desk.twin.key()));
    let request = match last_event_id {
        Some(id) => request.header("last-event-id", id),
        None => request,
    };
    let answer = desk.twin.answer(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status(), 200);
    Events::new(answer.into_body())
}

/// The events of a text, as id and data.
fn events(text: &str) -> Vec<(String, Value)> {
    let event = |event: &str| {
        let (id, data) = event.split_once('\n').unwrap();
        let data = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        (id.strip_prefix("id: ").unwrap().to_owned(), data)
    };
    text.split_terminator("\n\n").map(event).collect()
}

fn lines(text: &str) -> Vec<String> {
    events(text).into_iter().map(|(_, data)| data["line"].as_str().unwrap().to_owned()).collect()
}

/// What the log says now.
pub(crate) async fn read(desk: &Desk, path: &str, last_event_id: Option<&str>) -> Vec<(String, Value)> {
    events(&open(desk, path, last_event_id).await.so_far().await)
}

fn print(by: &str, line: &str, times: u32) -> Fault {
    Fault {
        on: Match::default(),
        action: Action::Print { by: by.into(), line: line.into(), times, system: false },
    }
}

#[tokio::test]
async fn a_boot_streams_as_the_clock_moves_and_says_what_a_later_reader_is_told_at_once() {
    let desk = desk(Seed::Empty);
    let path = format!("{}/logs", pod(&desk).await);
    let mut stream = open(&desk, &path, None).await;
    let mut live = stream.so_far().await;
    for _ in 0..60 {
        desk.pass(1);
        live.push_str(&stream.so_far().await);
    }
    let whole = lines(&live);
    assert!(whole.first().unwrap().starts_with("create container acme/a:1"), "{whole:?}");
    assert_eq!(whole.last().unwrap(), "Ready");
    assert_eq!(read(&desk, &path, None).await, events(&live));
}

#[tokio::test]
async fn whatever_place_a_reader_goes_on_from_it_misses_and_repeats_nothing() {
    let desk = desk(Seed::Empty);
    let path = format!("{}/logs", pod(&desk).await);
    desk.pass(60);
    let whole = read(&desk, &path, None).await;
    for (at, (id, data)) in whole.iter().enumerate() {
        assert_eq!(read(&desk, &path, Some(id)).await, whole[at + 1..]);
        // The id without its number stands for all lines of its instant.
        let (ts, number) = id.split_once('/').unwrap();
        assert_eq!((ts, number), (data["ts"].as_str().unwrap(), format!("{:012}", at + 1).as_str()));
        let later: Vec<_> =
            whole.iter().filter(|(_, data)| data["ts"].as_str() > Some(ts)).cloned().collect();
        assert_eq!(read(&desk, &path, Some(ts)).await, later);
        let since: Vec<_> =
            whole.iter().filter(|(_, data)| data["ts"].as_str() >= Some(ts)).cloned().collect();
        assert_eq!(read(&desk, &format!("{path}?since={ts}&tail=1"), None).await, since);
    }
    let id = &whole[2].0;
    assert_eq!(
        read(&desk, &format!("{path}?since={}&tail=1", "2026-06-01T12:00:00Z"), Some(id)).await,
        whole[3..]
    );
    assert_eq!(read(&desk, &format!("{path}?tail=2"), None).await, whole[whole.len() - 2..]);
    assert_eq!(read(&desk, &format!("{path}?tail=0"), None).await, []);
}

#[tokio::test]
async fn a_source_is_a_part_of_the_log_with_the_places_of_the_whole() {
    let desk = desk(Seed::Empty);
    let path = format!("{}/logs", pod(&desk).await);
    desk.pass(60);
    let whole = read(&desk, &path, None).await;
    let mut parts = Vec::new();
    for source in ["system", "container"] {
        let part = read(&desk, &format!("{path}?source={source}"), None).await;
        assert!(!part.is_empty() && part.iter().all(|(_, data)| data["source"] == source));
        let last = read(&desk, &format!("{path}?source={source}&tail=1"), None).await;
        assert_eq!(last, part[part.len() - 1..]);
        parts.extend(part);
    }
    parts.sort_by(|(a, _), (b, _)| a.split_once('/').unwrap().1.cmp(b.split_once('/').unwrap().1));
    assert_eq!(parts, whole);
}

#[tokio::test]
async fn a_line_that_is_printed_now_comes_without_the_clock_and_the_end_of_a_pod_ends_its_log() {
    let desk = desk(Seed::Empty);
    let pod = pod(&desk).await;
    desk.pass(60);
    let mut stream = open(&desk, &format!("{pod}/logs?tail=0"), None).await;
    assert_eq!(stream.so_far().await, "");
    desk.twin.faults().add(print("p", "hello", 2));
    desk.get("/v2/pods").await.expect(200);
    assert_eq!(lines(&stream.next().await.unwrap().unwrap()), ["hello", "hello"]);
    desk.post(&format!("{pod}/action"), json!({ "action": "stop" })).await.expect(200);
    assert!(lines(&stream.next().await.unwrap().unwrap())[0].starts_with("stop container"));
    desk.delete(&pod).await.expect(204);
    assert!(stream.next().await.is_none());
    desk.get(&format!("{pod}/logs")).await.refused(404);
}

#[tokio::test]
async fn a_tail_is_a_hundred_lines_unless_said_and_a_full_log_drops_the_oldest() {
    let desk = desk(Seed::Empty);
    let pod = pod(&desk).await;
    desk.twin.faults().add(print("p", "again", 6000));
    desk.get("/v2/pods").await.expect(200);
    assert_eq!(read(&desk, &format!("{pod}/logs"), None).await.len(), 100);
    let all = read(&desk, &format!("{pod}/logs?tail=5000"), None).await;
    assert!(all.len() <= 5000 && all.len() > 4900, "{}", all.len());
    desk.get(&format!("{pod}/logs?tail=5001")).await.refused(422);
    desk.get(&format!("{pod}/logs?source=both")).await.refused(422);
    desk.get(&format!("{pod}/logs?since=yesterday")).await.refused(422);
}

#[tokio::test]
async fn a_place_that_is_none_is_refused() {
    let desk = desk(Seed::Empty);
    let path = format!("{}/logs", pod(&desk).await);
    for id in ["", "7", "yesterday", "2026-06-01T12:00:00Z/x", "x/1"] {
        let request = Request::get(&path)
            .header("authorization", format!("Bearer {}", desk.twin.key()))
            .header("last-event-id", id);
        let said = desk.raw(request.body(Body::empty()).unwrap()).await.refused(422);
        assert!(said.contains("Last-Event-ID"), "{id:?}: {said}");
    }
}

/// What the only worker of a new endpoint prints in this many seconds, and where the workers are.
async fn printed_by_a_worker(desk: &Desk, seconds: u64) -> (Vec<String>, String) {
    let new = json!({ "name": "e", "type": "QUEUE", "image": "acme/worker:1",
        "gpu": { "pools": ["ADA_24"], "count": 1 }, "workers": { "min": 1, "max": 1 },
        "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 } });
    let made = desk.post("/v2/serverless", new).await.expect(201);
    let workers = format!("/v2/serverless/{}/workers", made["id"].as_str().unwrap());
    let worker = desk.get(&workers).await.expect(200)["workers"][0]["id"].as_str().unwrap().to_owned();
    let mut stream = open(desk, &format!("{workers}/{worker}/logs"), None).await;
    let mut live = stream.so_far().await;
    for _ in 0..seconds {
        desk.pass(1);
        live.push_str(&stream.so_far().await);
    }
    (lines(&live), workers)
}

#[tokio::test]
async fn a_worker_has_a_log_of_its_own() {
    let desk = desk(Seed::Empty);
    let (live, workers) = printed_by_a_worker(&desk, 90).await;
    assert!(live.iter().any(|line| line.contains("begin")), "nothing came by time alone: {live:#?}");
    desk.get(&format!("{workers}/nobody0here/logs")).await.refused(404);
}

#[tokio::test]
async fn a_stream_can_be_cut_late_or_silent() {
    let desk = desk(Seed::Empty);
    let path = format!("{}/logs", pod(&desk).await);
    desk.pass(60);
    desk.twin.faults().add(Match::operation("getPodLogs").times(1).then(Action::CutBody));
    let mut stream = open(&desk, &path, None).await;
    let half = stream.next().await.unwrap().unwrap();
    assert!(half.contains("\n\n") && !half.ends_with("\n\n"), "{half}");
    assert!(stream.next().await.unwrap().is_err());
    desk.twin.faults().add(Match::operation("getPodLogs").times(1).then(Action::Truncated));
    let mut stream = open(&desk, &path, None).await;
    assert_eq!(stream.next().await.unwrap().unwrap(), half);
    assert!(stream.next().await.is_none());
    desk.twin.faults().add(Match::any().times(1).then(Action::slow(Duration::from_secs(5))));
    let late = async {
        tokio::task::yield_now().await;
        desk.pass(5);
    };
    let (mut stream, ()) = tokio::join!(open(&desk, &path, None), late);
    assert!(!stream.so_far().await.is_empty());
}
#[tokio::test]
async fn a_worker_that_crashes_over_and_over_shows_it_in_its_log() {
    let desk = desk(Seed::Empty);
    desk.twin
        .faults()
        .add(Fault { on: Match::default(), action: Action::CrashLoop { endpoint: "e".into() } });
    let (live, _) = printed_by_a_worker(&desk, 300).await;
    assert!(live.iter().filter(|line| line.contains("exited with code")).count() > 1, "{live:#?}");
}
