//! The scheduler without HTTP: work comes and goes.

use chrono::TimeDelta;
use serde_json::json;

use super::builds::{Commit, End};
use super::fleet::Status;
use crate::clock::Time;
use crate::world::World;

/// Longer than any container takes to come up.
const BOOT: i64 = 90;

/// An endpoint from zero to three workers that wait ten seconds.
fn world() -> (World, String) {
    let mut world = World::new(1);
    world.open("user", "key");
    let mut visit = world.visit("key", at(0)).unwrap();
    let new = json!({
        "name": "e", "type": "QUEUE", "image": "me/worker:1", "gpu": { "pools": ["AMPERE_80"] },
        "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 }, "dataCenterIds": ["EU-RO-1"],
    });
    let id = visit.create_endpoint(serde_json::from_value(new).unwrap()).unwrap().id.clone();
    (world, id)
}

fn at(seconds: i64) -> Time {
    Time::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

/// How many workers run and how many idle.
fn count(world: &mut World, id: &str, now: Time) -> (usize, usize) {
    let visit = world.visit("key", now).unwrap();
    let endpoint = visit.endpoint(id).unwrap();
    let with = |status| {
        endpoint.fleet.workers.iter().filter(|one| one.status(endpoint.kind, false, now) == status).count()
    };
    (with(Status::Running), with(Status::Idle))
}

fn employ(world: &mut World, id: &str, workers: u32, now: Time) {
    world.visit("key", now).unwrap().employ(id, workers).unwrap();
}

#[test]
fn workers_come_with_the_work_and_go_when_they_waited_long_enough() {
    let (mut world, id) = world();
    employ(&mut world, &id, 2, at(0));
    assert_eq!(count(&mut world, &id, at(BOOT)), (2, 0));
    employ(&mut world, &id, 1, at(200));
    assert_eq!(count(&mut world, &id, at(209)), (1, 1));
    assert_eq!(count(&mut world, &id, at(210)), (1, 0));
    employ(&mut world, &id, 9, at(300));
    assert_eq!(count(&mut world, &id, at(300 + BOOT)), (3, 0), "no more than the maximum");
    employ(&mut world, &id, 0, at(500));
    assert_eq!(count(&mut world, &id, at(509)), (0, 3));
    assert_eq!(count(&mut world, &id, at(510)), (0, 0));
}

#[test]
fn looking_seldom_and_looking_often_show_the_same() {
    let bill = |step: usize| {
        let (mut world, id) = world();
        employ(&mut world, &id, 3, at(0));
        let mut look = |second| assert!(world.visit("key", at(second)).is_some());
        (0..600).step_by(step).for_each(&mut look);
        employ(&mut world, &id, 1, at(600));
        let mut look = |second| assert!(world.visit("key", at(second)).is_some());
        (600..1200).step_by(step).for_each(&mut look);
        let spent = world.visit("key", at(1200)).unwrap().account.meter.spent(at(1200));
        (spent.to_bits(), count(&mut world, &id, at(1200)))
    };
    assert_eq!(bill(1), bill(599));
}

#[test]
fn stale_workers_hand_their_work_over() {
    let (mut world, id) = world();
    employ(&mut world, &id, 2, at(0));
    count(&mut world, &id, at(BOOT));
    let change = serde_json::from_value(json!({ "image": "me/worker:2" })).unwrap();
    world.visit("key", at(100)).unwrap().update_endpoint(&id, change).unwrap();
    assert_eq!(count(&mut world, &id, at(100)), (2, 0));
    assert_eq!(count(&mut world, &id, at(100 + 3 * BOOT)), (2, 0));
    let visit = world.visit("key", at(400)).unwrap();
    let workers = &visit.endpoint(&id).unwrap().fleet.workers;
    assert!(workers.iter().all(|worker| worker.version == 2 && worker.image == "me/worker:2"));
}

#[test]
fn a_build_that_ends_well_is_a_release_and_the_others_are_none() {
    let (mut world, id) = world();
    let mut visit = world.visit("key", at(0)).unwrap();
    let commit = |hash: &str| {
        let (message, branch) = ("Add a handler".to_owned(), "main".to_owned());
        Commit { hash: hash.to_owned(), message, branch, date: at(0) }
    };
    visit.push(&id, commit("a"), End::Failed { error: "no space left".into() }).unwrap();
    visit.push(&id, commit("b"), End::Completed { image: "made:b".into() }).unwrap();
    let visit = world.visit("key", at(379)).unwrap();
    assert_eq!(visit.endpoint(&id).unwrap().version(), 1);
    let visit = world.visit("key", at(10_000)).unwrap();
    let endpoint = visit.endpoint(&id).unwrap();
    let release = endpoint.releases.last().unwrap();
    assert_eq!((release.version, release.created, release.by.as_deref()), (2, at(380), None));
    assert_eq!(release.build.as_ref(), Some(&endpoint.builds[1].id));
    assert_eq!(endpoint.config.container.image, "made:b");
}
