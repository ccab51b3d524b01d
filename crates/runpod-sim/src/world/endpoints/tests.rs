//! The scheduler without HTTP: work comes and goes.

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::builds::{Commit, End};
use super::fleet::Status;
use crate::clock::Time;
use crate::world::World;
use crate::world::jobs::Mode;
use crate::world::jobs::request::NewJob;

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

#[test]
fn a_bound_template_is_part_of_its_endpoint() {
    let (mut world, id) = world();
    let mut visit = world.visit("key", at(0)).unwrap();
    let template = json!({ "name": "t", "image": "i", "serverless": true });
    let template = visit.create_template(serde_json::from_value(template).unwrap()).unwrap().id.clone();
    assert_eq!(visit.templates().len(), 1);
    visit.bind(&id, &template).unwrap();
    assert!(visit.templates().is_empty());
    assert!(visit.delete_template(&template).unwrap_err().to_string().contains("bound to endpoint"));
    assert!(visit.template(&template).is_ok());
    visit.delete_endpoint(&id).unwrap();
    assert!(visit.template(&template).is_err());
}

/// Something that happens to an endpoint.
#[derive(Clone, Debug)]
enum Event {
    Employ(u32),
    Change(Value),
    Submit,
    Cancel,
    Push,
    Crash,
    Throttle,
    Heal,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (0..5_u32).prop_map(Event::Employ),
        (0..4_u32).prop_map(|min| Event::Change(json!({ "workers": { "min": min, "max": 3 } }))),
        (1..90_u32).prop_map(|idle| Event::Change(json!({ "workers": { "idleTimeout": idle } }))),
        (0..3_u32).prop_map(|tag| Event::Change(json!({ "image": format!("me/worker:{tag}") }))),
        Just(Event::Change(json!({ "image": "me/does-not-exist" }))),
        Just(Event::Change(json!({ "gpu": { "pools": ["BLACKWELL_180"], "count": 8 } }))),
        Just(Event::Change(json!({ "gpu": { "pools": ["AMPERE_80"], "count": 1 } }))),
    ]
}

/// Of what happens all of it, also what is not the owner's doing.
fn any_event() -> impl Strategy<Value = Event> {
    let others = [Event::Cancel, Event::Push, Event::Crash, Event::Throttle, Event::Heal];
    prop_oneof![2 => event(), 2 => Just(Event::Submit), 1 => prop::sample::select(others.to_vec())]
}

fn happen(world: &mut World, id: &str, (event, now): (Event, Time)) {
    let commit = Commit { hash: "c".into(), message: "m".into(), branch: "main".into(), date: now };
    let mut visit = world.visit("key", now).unwrap();
    match event {
        Event::Employ(workers) => visit.employ(id, workers).map(drop).unwrap(),
        Event::Change(change) => {
            let change = serde_json::from_value(change).unwrap();
            visit.update_endpoint(id, change).map(drop).unwrap();
        }
        Event::Submit => visit.submit(id, NewJob::new(Map::new()), Mode::Later).map(drop).unwrap(),
        Event::Cancel => {
            let open = visit.jobs(id).unwrap().all().find(|job| !job.status().is_terminal());
            let open = open.map(|job| job.id.clone());
            open.iter().for_each(|job| assert!(visit.cancel_job(id, job).is_ok()));
        }
        Event::Push => visit.push(id, commit, End::Completed { image: "made:1".into() }).unwrap(),
        Event::Crash => world.ground.trouble.crash_looping.push("e".into()),
        Event::Throttle => world.ground.trouble.throttled.push("e".into()),
        Event::Heal => world.heal("e"),
    }
}

/// Lives through the events, looks often in between, and tells all there is to tell; every time before it looks it
/// wakes the endpoints, or never.
fn live_through(events: &[(i64, Event)], wakes: bool) -> String {
    let ((mut world, id), mut now) = (world(), 0);
    let wake = |world: &mut World| {
        let endpoints = world.accounts.values_mut().flat_map(|account| account.endpoints.values_mut());
        endpoints.for_each(drop);
    };
    for (seconds, event) in events {
        for moment in (now..now + seconds).step_by(7) {
            world.visit("key", at(moment)).unwrap();
            if wakes {
                wake(&mut world);
            }
        }
        now += seconds;
        happen(&mut world, &id, (event.clone(), at(now)));
    }
    wake(&mut world);
    world.visit("key", at(now + 400)).unwrap();
    wake(&mut world);
    format!("{:?}", world.accounts)
}

/// Lives through the events, looks every so many seconds in between, and tells what was paid and who is there.
fn live(events: &[(i64, Event)], look: usize) -> (u64, Vec<(String, Status)>) {
    let ((mut world, id), mut now) = (world(), 0);
    for (seconds, event) in events {
        for moment in (now..now + seconds).step_by(look) {
            let visit = world.visit("key", at(moment)).unwrap();
            let fleet = &visit.endpoint(&id).unwrap().fleet;
            assert!(fleet.workers.len() <= 4, "the maximum, and one that replaces another");
        }
        now += seconds;
        happen(&mut world, &id, (event.clone(), at(now)));
    }
    let visit = world.visit("key", at(now + 400)).unwrap();
    let endpoint = visit.endpoint(&id).unwrap();
    let states = endpoint
        .fleet
        .workers
        .iter()
        .map(|one| (one.id.clone(), one.status(endpoint.kind, false, visit.now)));
    (visit.account.meter.spent(visit.now).to_bits(), states.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nobody_can_tell_how_often_somebody_looked(
        events in prop::collection::vec((1..400_i64, event()), 1..12)
    ) {
        prop_assert_eq!(live(&events, 1), live(&events, 1000));
    }

    #[test]
    fn nobody_can_tell_whether_quiet_endpoints_were_passed_over(
        events in prop::collection::vec((1..200_i64, any_event()), 1..16)
    ) {
        prop_assert_eq!(live_through(&events, false), live_through(&events, true));
    }
}
