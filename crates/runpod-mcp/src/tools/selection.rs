//! Which of the tools a server has: `--toolsets`, `--tools`, `--exclude-tools`.

use super::{CORE, TOOLSETS, all};
use crate::near;
use crate::tool::Tool;

/// Tools in the order of the list.
#[derive(Clone, Debug)]
pub struct Selection(Vec<&'static Tool>);

impl Selection {
    /// Every tool.
    #[must_use]
    pub fn everything() -> Self {
        Self(all().collect())
    }

    /// The tools of these sets (`all` and `core` are sets too) and these single tools, without the excluded ones.
    /// Neither sets nor tools means all.
    ///
    /// # Errors
    /// One sentence for each name that does not exist, or one when nothing is left.
    pub fn of(sets: &[String], tools: &[String], excluded: &[String]) -> Result<Self, Vec<String>> {
        let unknown_sets = sets.iter().filter(|set| members(set).is_none()).map(|set| no_set(set));
        let unknown = |flag: &'static str, names: &[String]| {
            let strangers = names.iter().filter(|name| super::find(name).is_none());
            strangers.map(|name| no_tool(flag, name)).collect::<Vec<_>>()
        };
        let problems: Vec<_> =
            unknown_sets.chain(unknown("tools", tools)).chain(unknown("exclude-tools", excluded)).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let of_sets: Vec<_> = sets.iter().filter_map(|set| members(set)).flatten().collect();
        let named = |tool: &Tool| of_sets.contains(&tool.card.name) || names(tools, tool);
        let open = sets.is_empty() && tools.is_empty();
        let left: Vec<_> = all().filter(|tool| (open || named(tool)) && !names(excluded, tool)).collect();
        match left.is_empty() {
            true => Err(vec!["`exclude-tools` leaves no tool at all".to_owned()]),
            false => Ok(Self(left)),
        }
    }

    /// Those of these tools that are in these sets.
    ///
    /// # Errors
    /// One sentence for each set that does not exist, or one when nothing is left.
    pub fn within(&self, sets: &[String]) -> Result<Self, Vec<String>> {
        let wanted = Self::of(sets, &[], &[])?;
        let left: Vec<_> = self.iter().filter(|tool| wanted.find(tool.card.name).is_some()).collect();
        match left.is_empty() {
            true => Err(vec![format!("none of the tools of this server is in {}", sets.join(", "))]),
            false => Ok(Self(left)),
        }
    }

    /// The tools.
    pub fn iter(&self) -> impl Iterator<Item = &'static Tool> {
        self.0.iter().copied()
    }

    /// The tool of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static Tool> {
        self.iter().find(|tool| tool.card.name == name)
    }
}

fn names(list: &[String], tool: &Tool) -> bool {
    list.iter().any(|name| name == tool.card.name)
}

/// The tools of a set. `core` names some that come with later versions of this program.
fn members(set: &str) -> Option<Vec<&'static str>> {
    match set {
        "all" => Some(all().map(|tool| tool.card.name).collect()),
        "core" => Some(CORE.to_vec()),
        _ => {
            let set = TOOLSETS.iter().find(|known| known.name == set)?;
            Some(set.tools.iter().map(|tool| tool.card.name).collect())
        }
    }
}

fn no_set(name: &str) -> String {
    let known: Vec<_> = ["all", "core"].into_iter().chain(TOOLSETS.iter().map(|set| set.name)).collect();
    format!("`toolsets`: there is no {name:?}; there are {}", known.join(", "))
}

fn no_tool(flag: &str, name: &str) -> String {
    match near::to(name, all().map(|tool| tool.card.name)).as_slice() {
        [] => format!("`{flag}`: there is no tool {name:?}; `runpod-mcp tools` lists them"),
        near => format!("`{flag}`: there is no tool {name:?}; did you mean {}?", near.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(sets: &[&str], tools: &[&str], excluded: &[&str]) -> Result<Vec<&'static str>, Vec<String>> {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let selection = Selection::of(&own(sets), &own(tools), &own(excluded))?;
        Ok(selection.iter().map(|tool| tool.card.name).collect())
    }

    #[test]
    fn nothing_said_means_everything() {
        let everything: Vec<_> = all().map(|tool| tool.card.name).collect();
        assert_eq!(selected(&[], &[], &[]).unwrap(), everything);
        assert_eq!(selected(&["all"], &[], &[]).unwrap(), everything);
        assert_eq!(selected(&["all"], &["get-pod"], &[]).unwrap(), everything);
    }

    #[test]
    fn core_keeps_only_what_it_names() {
        let core = selected(&["core"], &[], &[]).unwrap();
        assert!(core.iter().all(|name| CORE.contains(name)) && core.contains(&"create-pod"));
    }

    #[test]
    fn single_tools_are_the_whole_selection_or_add_to_sets() {
        assert_eq!(selected(&[], &["get-pod", "list-pods"], &[]).unwrap(), ["list-pods", "get-pod"]);
        assert!(selected(&["pods"], &[], &["get-pod"]).unwrap().iter().all(|name| *name != "get-pod"));
        let one = selected(&[], &["get-pod"], &["get-pod"]).unwrap_err();
        assert_eq!(one, ["`exclude-tools` leaves no tool at all"]);
    }

    #[test]
    fn every_stranger_is_named_at_once() {
        let problems = selected(&["podz"], &["list_pods"], &["zzz"]).unwrap_err();
        assert_eq!(problems.len(), 3);
        assert!(
            problems[0].contains("pods") && problems[1].contains("did you mean list-pods?"),
            "{problems:?}"
        );
    }
}
