//! Tools over the Hub and the public endpoints: what others made, to deploy or to call.

mod deploy;
mod env;
mod public;
mod repos;

use crate::tool::Tool;

pub(super) static TOOLS: [Tool; 3] = [
    Tool::of::<repos::ListHubRepos>(),
    Tool::of::<deploy::DeployHubRepo>(),
    Tool::of::<public::ListPublicEndpoints>(),
];

/// What a search looks for; nothing when there is only white space, which would fit everything.
fn term(given: Option<String>) -> Option<String> {
    given.map(|term| term.trim().to_lowercase()).filter(|term| !term.is_empty())
}

/// Whether a word is the one that was asked for, whatever its letter case.
fn is(wanted: Option<&String>, word: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| word.is_some_and(|word| word.to_lowercase() == *wanted))
}

/// Whether any of some texts holds a word.
fn holds<'a>(wanted: Option<&String>, texts: impl IntoIterator<Item = &'a str>) -> bool {
    wanted.is_none_or(|wanted| texts.into_iter().any(|text| text.to_lowercase().contains(wanted)))
}
