//! Which tools some words are about, best first.
//!
//! A word of a name counts most, then what people say instead of it, then the name of the set, then what the tool says
//! of itself. Nothing here is learned or fuzzy: the same words find the same tools.

use std::collections::BTreeSet;

use crate::tool::Tool;

/// Words that say nothing about what is looked for.
const EMPTY: [&str; 20] = [
    "a", "an", "the", "my", "of", "for", "to", "in", "on", "with", "and", "or", "how", "do", "i", "what",
    "is", "are", "all", "tool",
];

/// What people say, and the word of our names that they mean.
const MEANT: [(&str, &str); 37] = [
    ("launch", "create"),
    ("deploy", "create"),
    ("rent", "create"),
    ("make", "create"),
    ("new", "create"),
    ("add", "create"),
    ("spin", "create"),
    ("remove", "delete"),
    ("destroy", "delete"),
    ("terminate", "delete"),
    ("kill", "delete"),
    ("revoke", "delete"),
    ("show", "get"),
    ("read", "get"),
    ("describe", "get"),
    ("status", "get"),
    ("find", "list"),
    ("browse", "list"),
    ("edit", "update"),
    ("change", "update"),
    ("rename", "update"),
    ("scale", "update"),
    ("resize", "update"),
    ("grow", "update"),
    ("resume", "start"),
    ("boot", "start"),
    ("pause", "stop"),
    ("reboot", "restart"),
    ("machine", "pod"),
    ("vm", "pod"),
    ("instance", "pod"),
    ("disk", "volume"),
    ("cost", "billing"),
    ("bill", "billing"),
    ("spend", "billing"),
    ("spent", "billing"),
    ("region", "center"),
];

const IN_NAME: u32 = 10;
const MEANS_NAME: u32 = 7;
const IN_SET: u32 = 4;
const IN_TEXT: u32 = 3;
const IN_ARGUMENTS: u32 = 1;

/// The tools that the words are about.
pub(super) fn rank(
    words: &str,
    offered: impl Iterator<Item = (&'static str, &'static Tool)>,
) -> Vec<&'static Tool> {
    let asked: BTreeSet<String> = split(words).filter(|word| !EMPTY.contains(&word.as_str())).collect();
    let mut hits: Vec<_> =
        offered.map(|(set, tool)| (score(&asked, set, tool), tool)).filter(|(score, _)| *score > 0).collect();
    // A stable sort: equals stay in the order of the list.
    hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let least = hits.first().map_or(0, |(best, _)| best / 3);
    hits.into_iter().filter(|(score, _)| *score > least).map(|(_, tool)| tool).collect()
}

fn score(asked: &BTreeSet<String>, set: &str, tool: &Tool) -> u32 {
    let name: Vec<_> = split(tool.card.name).collect();
    let text: BTreeSet<_> = split(tool.card.about).chain(split(tool.card.title)).collect();
    let arguments: BTreeSet<_> =
        arguments(tool).flat_map(|name| split(&spaced(name)).collect::<Vec<_>>()).collect();
    let worth = |word: &String| {
        let meant = MEANT.iter().find(|(said, _)| said == word).map(|(_, meant)| (*meant).to_owned());
        match () {
            () if name.contains(word) => IN_NAME,
            () if meant.is_some_and(|meant| name.contains(&meant)) => MEANS_NAME,
            () if split(set).any(|of| of == *word) => IN_SET,
            () if text.contains(word) => IN_TEXT,
            () if arguments.contains(word) => IN_ARGUMENTS,
            () => 0,
        }
    };
    let sum: u32 = asked.iter().map(worth).sum();
    let besides = name.iter().filter(|word| !asked.contains(*word)).count();
    // What else the name says makes it a little less likely, never unlikely.
    (sum * 4).saturating_sub(u32::try_from(besides).unwrap_or(u32::MAX)).max(u32::from(sum > 0))
}

fn arguments(tool: &Tool) -> impl Iterator<Item = &str> {
    let properties = tool.accepts().get("properties").and_then(|all| all.as_object());
    properties.into_iter().flat_map(|all| all.keys().map(String::as_str))
}

/// `sshPublicKey` as `ssh Public Key`.
fn spaced(name: &str) -> String {
    let letters = name.chars().flat_map(|c| c.is_uppercase().then_some(' ').into_iter().chain([c]));
    letters.collect()
}

/// Words in small letters, without the `s` of a plural.
fn split(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
        let word = word.to_lowercase();
        match word.strip_suffix('s') {
            Some(one) if one.len() > 2 && !one.ends_with('s') => one.to_owned(),
            _ => word,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::TOOLSETS;

    fn found(words: &str) -> Vec<&'static str> {
        let all = TOOLSETS.iter().flat_map(|set| set.tools.iter().map(|tool| (set.name, tool)));
        rank(words, all).iter().map(|tool| tool.card.name).collect()
    }

    #[test]
    fn the_tool_that_is_meant_comes_first() {
        for (words, first) in [
            ("create pod", "create-pod"),
            ("rent a GPU machine", "create-pod"),
            ("Pods", "list-pods"),
            ("list all my pods", "list-pods"),
            ("pods of a cluster", "list-cluster-pods"),
            ("terminate the pod", "delete-pod"),
            ("stop", "stop-pod"),
            ("scale endpoint workers", "update-endpoint"),
            ("price of gpus", "list-gpu-types"),
            ("stock cuda", "get-capacity"),
            ("what did I spend, cost per pod", "get-billing"),
            ("network volume grow", "update-network-volume"),
            ("ssh keys", "get-ssh-keys"),
            ("deploy from the hub", "deploy-hub-repo"),
            ("registry username", "create-container-registry-auth"),
            ("regions", "list-data-centers"),
        ] {
            assert_eq!(found(words).first(), Some(&first), "{words}: {:?}", found(words));
        }
    }

    #[test]
    fn every_tool_is_found_by_its_name_in_words() {
        for set in TOOLSETS {
            for tool in set.tools {
                let words = tool.card.name.replace('-', " ");
                assert_eq!(found(&words).first(), Some(&tool.card.name));
            }
        }
    }

    #[test]
    fn what_is_about_nothing_finds_nothing() {
        assert!(found("zebra").is_empty());
        assert!(found("the of a").is_empty());
    }
}
