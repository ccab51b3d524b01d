//! What a client is told about this server once, at the beginning.
//!
//! Claude Code cuts instructions at 2 KB and shows nothing else before a tool is looked up, so the first sentence
//! says when to come here at all.

use super::Setup;
use crate::config::Surface;

/// The whole text, at most 1,900 bytes.
pub(super) fn text(setup: &Setup) -> String {
    let lists: Vec<_> = LISTS.into_iter().filter(|name| setup.selection.find(name).is_some()).collect();
    let named = if lists.is_empty() { String::new() } else { format!(" ({})", lists.join(", ")) };
    let mini = if setup.surface == Surface::Mini { MINI } else { "" };
    let mut text = format!("{ROUTE}\n{mini}- Ids come from the list tools{named}.{RULES}");
    if setup.policy.read_only {
        text.push_str(READ_ONLY);
    } else if setup.policy.no_spend {
        text.push_str(NO_SPEND);
    }
    if setup.sandbox {
        text.push_str(SANDBOX);
    }
    text
}

const ROUTE: &str = "\
Use this server for anything about a Runpod account or rented GPUs: finding and pricing GPUs, renting, starting, \
stopping or deleting Pods (cloud machines), deploying and scaling Serverless endpoints, templates, network volumes, \
container registries, secrets, SSH keys, Instant Clusters, and what is running or what it costs.
";

const MINI: &str = "\
- Two tools are listed: find-tools finds all others by words and shows their arguments, call-tool calls them.
";

/// Those of the list tools that are needed most.
const LISTS: [&str; 4] = ["list-pods", "list-endpoints", "list-gpu-types", "list-data-centers"];

const RULES: &str = " Never invent one; after a 404 list again.
- Answer questions about the account from a fresh read, quoting ids and figures. An empty list is an answer.
- Before anything that bills (tools that create, start or enlarge), look up price and stock and tell the user what it \
costs per hour. Afterwards say what keeps billing and how to stop it: a stopped Pod still pays for its disk, a \
Serverless worker bills while it runs, minimum workers run always.
- Ask before deleting: deletes are final.
- Starting takes a while, an image is pulled first: pass wait (ms) where a tool has it, and go on with the call that \
the reply names; do not create the same thing again.
- Lists are short by default. Pass detail \"full\" for every field and nextCursor as cursor for more rows.
- An error says what to do next in `hint`; follow it. If an argument that you were told about is refused as unknown, \
the tool list in the client is stale: reconnect.
- If a tool lacks a field you need, the whole REST contract is at https://api.runpod.io/v2/openapi.json.
- The key is the server's business: do not look for it in files or the environment, do not ask the user to paste it.
";

const READ_ONLY: &str = "- This server runs with --read-only: only reading tools exist.\n";

const NO_SPEND: &str = "- This server runs with --no-spend: what starts or raises billing is refused.\n";

const SANDBOX: &str = "\
- SANDBOX: this is an imitation of Runpod in memory. Nothing is rented or billed; prices and stock are samples.\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_text_fits_where_clients_cut() {
        let lists = LISTS.join(", ").len() + "\n- Ids come from the list tools ().".len();
        let longest = ROUTE.len()
            + MINI.len()
            + lists
            + RULES.len()
            + NO_SPEND.len().max(READ_ONLY.len())
            + SANDBOX.len();
        assert!(longest <= 1_900, "{longest} bytes");
    }
}
