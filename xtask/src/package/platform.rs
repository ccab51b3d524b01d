//! The platforms we build for, in the words of Rust and in those of node, which npm and the bundles share.

/// A platform that has a program.
#[derive(Debug, PartialEq)]
pub(super) struct Platform {
    /// What Rust calls it.
    pub(super) triple: &'static str,
    /// `process.platform` of node.
    pub(super) os: &'static str,
    /// `process.arch` of node.
    pub(super) cpu: &'static str,
    /// The C library, where programs for several exist.
    pub(super) libc: Option<Libc>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Libc {
    Gnu,
    Musl,
}

const fn platform(triple: &'static str, os: &'static str, cpu: &'static str, libc: Option<Libc>) -> Platform {
    Platform { triple, os, cpu, libc }
}

pub(super) const PLATFORMS: [Platform; 8] = [
    platform("aarch64-apple-darwin", "darwin", "arm64", None),
    platform("x86_64-apple-darwin", "darwin", "x64", None),
    platform("aarch64-unknown-linux-gnu", "linux", "arm64", Some(Libc::Gnu)),
    platform("aarch64-unknown-linux-musl", "linux", "arm64", Some(Libc::Musl)),
    platform("x86_64-unknown-linux-gnu", "linux", "x64", Some(Libc::Gnu)),
    platform("x86_64-unknown-linux-musl", "linux", "x64", Some(Libc::Musl)),
    platform("aarch64-pc-windows-msvc", "win32", "arm64", None),
    platform("x86_64-pc-windows-msvc", "win32", "x64", None),
];

impl Platform {
    /// The platform that Rust calls so.
    ///
    /// # Errors
    /// When there is none; the text names all.
    pub(super) fn of(triple: &str) -> Result<&'static Self, String> {
        let known = || PLATFORMS.iter().map(|one| one.triple).collect::<Vec<_>>().join(", ");
        let found = PLATFORMS.iter().find(|one| one.triple == triple);
        found.ok_or_else(|| format!("`{triple}` is no target we release for; there are {}", known()))
    }

    /// `linux-x64-musl`: the name of its package within our scope, and part of the name of its bundle.
    pub(super) fn name(&self) -> String {
        let libc = match self.libc {
            Some(Libc::Gnu) => "-gnu",
            Some(Libc::Musl) => "-musl",
            None => "",
        };
        format!("{}-{}{libc}", self.os, self.cpu)
    }

    /// What the program's file is called there.
    pub(super) fn program(&self) -> &'static str {
        if self.os == "win32" { "runpod-mcp.exe" } else { "runpod-mcp" }
    }
}

impl Libc {
    /// What npm calls it.
    pub(super) fn npm(self) -> &'static str {
        match self {
            Self::Gnu => "glibc",
            Self::Musl => "musl",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn text(file: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn triples() -> Vec<String> {
        let mut triples: Vec<_> = PLATFORMS.iter().map(|platform| platform.triple.to_owned()).collect();
        triples.sort();
        triples
    }

    #[test]
    fn dist_builds_for_these_platforms() {
        let config: toml::Table = toml::from_str(&text("dist-workspace.toml")).unwrap();
        let targets = config["dist"]["targets"].as_array().unwrap();
        let mut targets: Vec<_> = targets.iter().map(|target| target.as_str().unwrap().to_owned()).collect();
        targets.sort();
        assert_eq!(targets, triples());
    }

    #[test]
    fn a_release_builds_for_these_platforms() {
        let workflow = text(".github/workflows/release.yml");
        let targets =
            workflow.split("{ target: ").skip(1).filter_map(|rest| Some(rest.split_once(',')?.0.to_owned()));
        let mut targets: Vec<_> = targets.collect();
        targets.sort();
        assert_eq!(targets, triples());
    }

    #[test]
    fn an_unknown_target_is_refused_with_the_known_ones() {
        let said = Platform::of("riscv64gc-unknown-linux-gnu").unwrap_err();
        assert!(said.contains("aarch64-apple-darwin"), "{said}");
    }
}
