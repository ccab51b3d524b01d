//! What a person sees: the programs on a terminal of their own, drawn by a small imitation of one.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::session::command;

/// A terminal this wide: our end, and the one for a program.
fn terminal(columns: u16) -> (File, OwnedFd) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    unlockpt(&ours).unwrap();
    tcsetwinsize(&ours, Winsize { ws_row: 200, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (File::from(ours), theirs)
}

/// Everything that a program writes on a terminal of so many columns.
async fn written(args: &[&str], env: &[(&str, &str)], columns: u16) -> String {
    let (mut ours, theirs) = terminal(columns);
    let reading = tokio::task::spawn_blocking(move || {
        let (mut all, mut piece) = (Vec::new(), [0; 4096]);
        // The system says EIO when the last program has left the terminal.
        while let Ok(read @ 1..) = ours.read(&mut piece) {
            all.extend_from_slice(&piece[..read]);
        }
        String::from_utf8(all).unwrap()
    });
    let out = theirs.try_clone().unwrap();
    let mut program = command(args, env);
    program.stdout(Stdio::from(out)).stderr(Stdio::from(theirs));
    let mut child = program.spawn().unwrap();
    // It holds the other end of the terminal as long as it lives.
    drop(program);
    assert!(child.wait().await.unwrap().success());
    reading.await.unwrap()
}

/// What stands on the terminal in the end, and each line that stood there for a while.
fn drawn(text: &str, columns: usize) -> (Vec<String>, Vec<String>) {
    let (mut lines, mut passing, mut line, mut column) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                passing.push(line.iter().collect());
                column = 0;
            }
            '\n' => {
                lines.push(line.drain(..).collect());
                column = 0;
            }
            '\u{1b}' => {
                let sequence: String = chars.by_ref().take(2).collect();
                assert_eq!(sequence, "[K", "nothing but the rest of a line is cleared");
                line.truncate(column);
            }
            c => {
                assert!(!c.is_control(), "{c:?}");
                assert!(column < columns, "{} wraps", line.iter().collect::<String>());
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                column += 1;
            }
        }
    }
    lines.extend((!line.is_empty()).then(|| line.into_iter().collect()));
    (lines, passing)
}

#[tokio::test]
async fn the_demo_shows_how_far_it_is_and_leaves_nothing_of_that_behind() {
    let text = written(&["demo"], &[("TERM", "xterm")], 100).await;
    let (lines, passing) = drawn(&text, 100);
    assert!(
        passing.iter().any(|line: &String| line.starts_with('[') && line.contains(" %  Pod ")),
        "{text:?}"
    );
    let left: Vec<_> = lines.iter().filter(|line| line.contains(" %  ") || line.starts_with('[')).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(lines.iter().any(|line| line.contains("no endpoints")), "{lines:?}");
}

#[tokio::test]
async fn what_is_overwritten_fits_into_a_narrow_terminal() {
    let text = written(&["demo"], &[("TERM", "xterm"), ("NO_COLOR", "1")], 30).await;
    // Only what is overwritten must not wrap; the story may.
    let steps: Vec<_> =
        text.split('\r').filter(|part| part.ends_with("\u{1b}[K") && part.len() > 3).collect();
    assert!(!steps.is_empty(), "{text:?}");
    for step in steps {
        assert!(step.trim_end_matches("\u{1b}[K").chars().count() < 30, "{step:?}");
    }
}

#[tokio::test]
async fn a_dumb_terminal_gets_plain_lines() {
    let text = written(&["demo"], &[("TERM", "dumb")], 100).await;
    assert!(!text.contains('\u{1b}') && text.contains("Pod "), "{text:?}");
}

#[tokio::test]
async fn a_call_on_a_terminal_prints_its_answer_and_nothing_beside_it() {
    let text = written(&["call", "list-pods", "--sandbox"], &[("TERM", "xterm")], 100).await;
    let printed = text.rsplit("\u{1b}[K").next().unwrap();
    let answer: serde_json::Value = serde_json::from_str(printed).unwrap_or_else(|e| panic!("{e}: {text:?}"));
    assert!(answer["items"].is_array(), "{answer}");
}
