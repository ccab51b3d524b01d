//! Arguments of a verb, made known to clap when the verb is used and not before.
//!
//! A client starts this program for each conversation, and makes known all flags of all verbs only to use those of one:
//! that was most of what a start took.

use clap::error::Error;
use clap::{ArgMatches, Args, Command, FromArgMatches};

/// Arguments that are declared late.
#[derive(Debug, Default)]
pub(super) struct Deferred<A>(pub(super) A);

impl<A: Args> Args for Deferred<A> {
    fn augment_args(verb: Command) -> Command {
        verb.defer(declare::<A>)
    }

    fn augment_args_for_update(verb: Command) -> Command {
        verb.defer(A::augment_args_for_update)
    }
}

/// What a verb is about is said where the verbs are; a group of flags in it must not say otherwise.
fn declare<A: Args>(verb: Command) -> Command {
    let (about, more) = (verb.get_about().cloned(), verb.get_long_about().cloned());
    let verb = A::augment_args(verb).about(None).long_about(None);
    let verb = about.into_iter().fold(verb, Command::about);
    more.into_iter().fold(verb, Command::long_about)
}

impl<A: Args> FromArgMatches for Deferred<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        A::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}
