//! How a client starts this program.

use std::path::Path;

/// The package that npm knows this program by.
pub const PACKAGE: &str = "runpod-mcp";

/// A program and what it is told before our own arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The program.
    pub command: String,
    /// What comes first.
    pub args: Vec<String>,
}

impl Launch {
    /// By a binary at this path; by its package when the path is in the cache of a package runner, which is emptied at will.
    ///
    /// The package is the one that the launcher says it started us from, as `NAME@VERSION`, or else the one of this version.
    #[must_use]
    pub fn of(binary: &Path, package: Option<&str>, windows: bool) -> Self {
        if !is_in_runner_cache(binary) {
            return Self { command: binary.display().to_string(), args: Vec::new() };
        }
        let own = || format!("{PACKAGE}@{}", env!("CARGO_PKG_VERSION"));
        let package = package.filter(|said| is_package(said)).map_or_else(own, str::to_owned);
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        match windows {
            // A client cannot start npx.cmd by itself.
            true => Self { command: "cmd".to_owned(), args: words(&["/c", "npx", "-y", &package]) },
            false => Self { command: "npx".to_owned(), args: words(&["-y", &package]) },
        }
    }

    /// The arguments of an entry.
    #[must_use]
    pub fn told(&self, ours: &[String]) -> Vec<String> {
        self.args.iter().chain(ours).cloned().collect()
    }
}

/// Nothing that a shell, or npx itself, takes for anything else than a package.
fn is_package(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@/._+-".contains(c);
    !text.is_empty() && !text.starts_with('-') && text.chars().all(plain)
}

/// npx, pnpm dlx, yarn dlx and bunx unpack what they run into folders of these names.
fn is_in_runner_cache(binary: &Path) -> bool {
    let is_cache =
        |name: &str| name == "_npx" || name == "dlx" || name.starts_with("dlx-") || name.starts_with("bunx-");
    let text = binary.to_string_lossy();
    text.split(['/', '\\']).any(is_cache)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_never_names_the_cache_of_a_package_runner() {
        for cache in [
            "/home/me/.npm/_npx/1a2b/node_modules/runpod-mcp-linux-x64/bin/runpod-mcp",
            "/home/me/.cache/pnpm/dlx/ab/node_modules/x/runpod-mcp",
            "/tmp/bunx-1000-runpod-mcp@latest/node_modules/x/runpod-mcp",
            r"C:\Users\me\AppData\Local\npm-cache\_npx\1a2b\runpod-mcp.exe",
        ] {
            let own = format!("runpod-mcp@{}", env!("CARGO_PKG_VERSION"));
            for (said, package) in [
                (None, &*own),
                (Some("@mirror/runpod-mcp@1.2.3-rc.1"), "@mirror/runpod-mcp@1.2.3-rc.1"),
                (Some("--call=touch x"), &own),
                (Some("x & calc"), &own),
            ] {
                let launch = Launch::of(Path::new(cache), said, false);
                assert_eq!(
                    (&*launch.command, launch.args),
                    ("npx", vec!["-y".to_owned(), package.to_owned()])
                );
            }
        }
        let stable = Launch::of(Path::new("/usr/local/lib/node_modules/runpod-mcp/runpod-mcp"), None, false);
        assert_eq!(stable.told(&["serve".to_owned()]), ["serve"]);
        assert_eq!(Launch::of(Path::new("/x/_npx/y"), None, true).command, "cmd");
    }
}
