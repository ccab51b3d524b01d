//! Laws of sending: no line twice, none without its beginning on the disk, none unaccounted for.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use proptest::prelude::*;
use runpod_api::Clock;
use serde_json::json;

use super::super::ledger::Ledger;
use super::*;
use crate::files::grown::{self, Paper};

/// A clock on which sleeping takes no time.
#[derive(Debug, Default)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
        Box::pin(tokio::task::yield_now())
    }
}

/// How Runpod meets one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Takes,
    /// Takes it, and its answer is lost.
    Loses,
    Refuses(u16),
    TooFast,
    Unreachable,
}

type Disk = Arc<Mutex<Vec<u8>>>;

/// An endpoint that answers by a script, then takes everything.
#[derive(Debug, Default)]
struct Fake {
    script: Mutex<VecDeque<Answer>>,
    asked: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
    /// How often each line was taken.
    taken: Mutex<BTreeMap<usize, usize>>,
    /// Where the beginning of a line has to be before it comes here.
    disk: Option<Disk>,
    clock: Arc<Hand>,
}

impl Queue for Arc<Fake> {
    async fn submit(&self, line: &Line) -> Result<Id, Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(under_way, Ordering::SeqCst);
        if let Some(disk) = &self.disk {
            let written = String::from_utf8_lossy(&held(disk)).into_owned();
            assert!(written.contains(&ledger::sending(line)), "{} is sent before it is written", line.number);
        }
        tokio::task::yield_now().await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        let answer = held(&self.script).pop_front().unwrap_or(Answer::Takes);
        if matches!(answer, Answer::Takes | Answer::Loses) {
            *held(&self.taken).entry(line.number).or_default() += 1;
        }
        let (operation, write) = ("runJob", true);
        match answer {
            Answer::Takes => Ok(Id::parse(&format!("job-{}", line.number)).unwrap()),
            Answer::Loses => {
                Err(Error::Timeout { operation, after: Duration::from_secs(30), sent: true, write })
            }
            Answer::Refuses(status) => {
                let (said, problems) = ("no".to_owned(), Vec::new());
                Err(Error::Refused { operation, status, said, problems })
            }
            Answer::TooFast => {
                let (said, hint) = (String::new(), String::new());
                let after = Some(Duration::from_secs(3));
                Err(Error::TooFast { operation, said, after, sure: true, hint })
            }
            Answer::Unreachable => {
                Err(Error::Connection { operation, why: "refused".to_owned(), sent: false, write })
            }
        }
    }
}

fn lines(count: usize) -> Vec<Line> {
    let input = |number| json!({ "n": number }).as_object().unwrap().clone();
    (1..=count).map(|number| Line { number, input: input(number) }).collect()
}

fn sending(queue: &Arc<Fake>, pen: Option<Pen>, time: Duration) -> Sending<Arc<Fake>> {
    let clock: Arc<dyn Clock> = queue.clock.clone();
    Sending {
        queue: Arc::clone(queue),
        pen,
        until: Deadline::after(&clock, time),
        stop: CancellationToken::new(),
        leaving: (CancellationToken::new(), Duration::ZERO),
        tell: Box::new(|_, _| ()),
    }
}

const LONG: Duration = Duration::from_secs(3600);

async fn course(script: impl IntoIterator<Item = Answer>, count: usize) -> (Course, Arc<Fake>) {
    let queue = Arc::new(Fake { script: Mutex::new(script.into_iter().collect()), ..Fake::default() });
    (sending(&queue, None, LONG).all(lines(count)).await, queue)
}

fn submitted(course: &Course) -> usize {
    course.fates.values().filter(|fate| matches!(fate, Fate::Submitted(_))).count()
}

#[tokio::test]
async fn all_lines_are_sent_several_at_a_time_and_no_faster_than_an_endpoint_takes_them() {
    let (course, queue) = course([], 1100).await;
    assert_eq!((submitted(&course), course.stopped), (1100, None));
    assert_eq!(queue.most.load(Ordering::SeqCst), LANES);
    assert!(queue.clock.now() >= 2 * WINDOW, "1100 lines at 500 in 10 s");
}

#[tokio::test]
async fn what_is_wrong_with_all_of_them_is_asked_for_once() {
    for status in [401, 402, 403, 404] {
        let (course, queue) = course([Answer::Refuses(status)], 50).await;
        assert_eq!((course.fates.len(), queue.asked.load(Ordering::SeqCst)), (1, 1), "{status}");
        assert!(course.stopped.unwrap().contains(&status.to_string()));
    }
    let (course, _) = course([Answer::Refuses(400), Answer::Refuses(422)], 50).await;
    assert_eq!((submitted(&course), course.fates.len(), course.stopped), (48, 50, None));
}

#[tokio::test]
async fn a_line_that_came_too_fast_is_sent_again_after_the_pause_that_was_asked_for() {
    let (slow, queue) = course([Answer::Takes, Answer::TooFast, Answer::TooFast], 5).await;
    assert_eq!((submitted(&slow), slow.stopped), (5, None));
    assert!(queue.clock.now() >= Duration::from_secs(3));
    let (stuck, _) = course(vec![Answer::TooFast; 100], 5).await;
    assert!(stuck.stopped.unwrap().contains("pause of 3 s"));
    assert!(stuck.fates.values().all(|fate| matches!(fate, Fate::Failed(_))), "it certainly was not taken");
}

#[tokio::test]
async fn a_pause_that_is_longer_than_the_call_ends_the_batch() {
    let script = VecDeque::from([Answer::Takes, Answer::TooFast]);
    let queue = Arc::new(Fake { script: Mutex::new(script), ..Fake::default() });
    let course = sending(&queue, None, Duration::from_secs(2)).all(lines(40)).await;
    assert!(course.stopped.unwrap().contains("pause of 3 s"));
    assert!(course.fates.len() < 40 && queue.clock.now() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_not_sent_all_of_a_batch() {
    for (answer, is_unknown) in [(Answer::Loses, true), (Answer::Unreachable, false)] {
        let (course, queue) = course(vec![answer; 500], 200).await;
        assert!(course.stopped.unwrap().starts_with("5 failures in a row"));
        assert!(queue.asked.load(Ordering::SeqCst) <= FAILURES + LANES);
        assert!(course.fates.values().all(|fate| matches!(fate, Fate::Unknown(_)) == is_unknown));
    }
}

#[tokio::test]
async fn nothing_is_begun_after_the_time_or_for_nobody_or_long_after_the_client_left() {
    let queue = Arc::new(Fake::default());
    let late = sending(&queue, None, Duration::ZERO).all(lines(3)).await;
    assert_eq!((late.fates.len(), late.stopped.as_deref()), (0, Some("the time of one call is up")));
    let unwanted = sending(&queue, None, LONG);
    unwanted.stop.cancel();
    assert_eq!(unwanted.all(lines(3)).await.fates.len(), 0);
    let left = sending(&queue, None, LONG);
    left.leaving.0.cancel();
    let left = left.all(lines(5000)).await;
    assert_eq!(left.stopped.as_deref(), Some("the client ended its input"));
    assert!(!left.fates.is_empty() && left.fates.len() < 5000);
}

/// A disk that takes so many bytes more, and then nothing: the process is gone.
struct Crashing {
    disk: Disk,
    left: usize,
}

impl Paper for Crashing {
    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        let kept = bytes.get(..self.left).unwrap_or(bytes);
        held(&self.disk).extend_from_slice(kept);
        self.left -= kept.len();
        if kept.len() < bytes.len() { Err(io::Error::other("crash")) } else { Ok(()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One call with the same file, which ends by itself or by a crash after so many bytes.
async fn call(queue: &Arc<Fake>, disk: &Disk, count: usize, left: usize) -> Course {
    let endpoint = Id::parse("e").unwrap();
    let known = {
        let mut bytes = held(disk);
        let (known, whole) = grown::lines(&bytes).unwrap();
        bytes.truncate(whole);
        known
    };
    let before = Ledger::read(&known, &endpoint).expect("no crash makes a ledger unreadable");
    before.compare(&lines(count)).expect("no crash changes an input");
    let pen = Pen::on(Crashing { disk: Arc::clone(disk), left });
    if known.is_empty() && pen.write(&ledger::head(&endpoint)).await.is_err() {
        return Course::default();
    }
    let due = lines(count).into_iter().filter(|line| !before.keeps(line)).collect();
    sending(queue, Some(pen), LONG).all(due).await
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        4 => Just(Answer::Takes),
        1 => Just(Answer::Loses),
        1 => prop::sample::select(vec![400, 401, 500, 503]).prop_map(Answer::Refuses),
        1 => Just(Answer::TooFast),
        1 => Just(Answer::Unreachable),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn whatever_crashes_at_whatever_byte_no_line_is_sent_twice(
        count in 1usize..24,
        script in prop::collection::vec(answer(), 0..40),
        crashes in prop::collection::vec(0usize..4000, 0..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let disk = Disk::default();
            let script = Mutex::new(script.into());
            let queue = Arc::new(Fake { script, disk: Some(Arc::clone(&disk)), ..Fake::default() });
            for left in crashes {
                call(&queue, &disk, count, left).await;
            }
            held(&queue.script).clear();
            call(&queue, &disk, count, usize::MAX).await;
            let taken = held(&queue.taken).clone();
            prop_assert!(taken.values().all(|times| *times == 1), "{taken:?}");
            // And nothing is left over that could still be sent: each line is a job, or may be one.
            let (known, _) = grown::lines(&held(&disk)).unwrap();
            let ledger = Ledger::read(&known, &Id::parse("e").unwrap()).unwrap();
            prop_assert!(lines(count).iter().all(|line| ledger.keeps(line)));
            prop_assert_eq!(call(&queue, &disk, count, usize::MAX).await.fates.len(), 0);
            Ok(())
        })?;
    }
}
