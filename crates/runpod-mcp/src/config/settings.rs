//! Everything that can be set. Flags, variables, file keys, `--help` and `--print-config` all come from here.

/// One thing that can be set.
#[derive(Debug)]
pub struct Setting {
    /// Key in the file, and flag with `--` in front.
    pub key: &'static str,
    /// Environment variable, and other spellings of it.
    pub env: &'static [&'static str],
    /// What values it takes.
    pub kind: Kind,
    /// Where it stands in `--help`.
    pub section: Section,
    /// What it does, in one line without a full stop.
    pub about: &'static str,
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// true or false; the flag alone means true.
    Switch,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Names, separated by commas; in the file an array or one string.
    Words(&'static str),
    /// An http or https address.
    Url,
    /// Free text.
    Text(&'static str),
    /// A whole number.
    Number(&'static str),
    /// Text that is never shown and that has no flag and no place in the file.
    Secret,
    /// Text that may have a password in it.
    ProxyUrl,
}

/// Where a setting stands in `--help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Account,
    Tools,
    Log,
    Addresses,
    Network,
    Versions,
    Hosted,
}

/// Every setting.
pub static SETTINGS: &[Setting] = &[
    Setting {
        key: "api-key",
        env: &["RUNPOD_API_KEY"],
        kind: Kind::Secret,
        section: Section::Account,
        about: "Key of the Runpod account",
    },
    Setting {
        key: "sandbox",
        env: &["RUNPOD_MCP_SANDBOX"],
        kind: Kind::Switch,
        section: Section::Account,
        about: "Talk to an embedded imitation of Runpod: no key, nothing is rented",
    },
    Setting {
        key: "surface",
        env: &["RUNPOD_MCP_SURFACE"],
        kind: Kind::Word(&["full", "mini"]),
        section: Section::Tools,
        about: "full or mini: list every tool, or only two that find and call the others [default: full]",
    },
    Setting {
        key: "toolsets",
        env: &["RUNPOD_MCP_TOOLSETS"],
        kind: Kind::Words("SETS"),
        section: Section::Tools,
        about: "Offer these sets of tools: all, core, pods, serverless, ... [default: all]",
    },
    Setting {
        key: "tools",
        env: &["RUNPOD_MCP_TOOLS"],
        kind: Kind::Words("NAMES"),
        section: Section::Tools,
        about: "Offer these single tools, alone or beside --toolsets",
    },
    Setting {
        key: "exclude-tools",
        env: &["RUNPOD_MCP_EXCLUDE_TOOLS"],
        kind: Kind::Words("NAMES"),
        section: Section::Tools,
        about: "Leave out these tools",
    },
    Setting {
        key: "read-only",
        env: &["RUNPOD_MCP_READ_ONLY"],
        kind: Kind::Switch,
        section: Section::Tools,
        about: "Offer only tools that change nothing",
    },
    Setting {
        key: "no-spend",
        env: &["RUNPOD_MCP_NO_SPEND"],
        kind: Kind::Switch,
        section: Section::Tools,
        about: "Refuse what starts or raises billing; stopping and deleting stay possible",
    },
    Setting {
        key: "files-dir",
        env: &["RUNPOD_MCP_FILES_DIR"],
        kind: Kind::Text("FOLDER"),
        section: Section::Tools,
        about: "Let tools read and write files inside of this folder [default: none]",
    },
    Setting {
        key: "detail",
        env: &["RUNPOD_MCP_DETAIL"],
        kind: Kind::Word(&["summary", "full"]),
        section: Section::Tools,
        about: "summary or full: what lists show unless a call says [default: summary]",
    },
    Setting {
        key: "log",
        env: &["RUNPOD_MCP_LOG"],
        kind: Kind::Word(&["off", "error", "warn", "info", "debug", "trace"]),
        section: Section::Log,
        about: "off, error, warn, info, debug or trace: what goes to stderr [default: info]",
    },
    Setting {
        key: "verbose-logs",
        env: &["MCP_VERBOSE_LOGS"],
        kind: Kind::Switch,
        section: Section::Log,
        about: "At least --log debug",
    },
    url("rest-v2-api-url", &["RUNPOD_REST_V2_API_URL"], "REST v2 [default: https://api.runpod.io/v2]"),
    url("api-base-url", &["RUNPOD_API_BASE_URL"], "REST v2 without /v2; --rest-v2-api-url wins over it"),
    url("rest-api-url", &["RUNPOD_REST_API_URL"], "REST v1 [default: https://rest.runpod.io/v1]"),
    url(
        "serverless-api-url",
        &["RUNPOD_SERVERLESS_API_URL"],
        "Serverless jobs [default: https://api.runpod.ai/v2]",
    ),
    url("authed-graphql-url", &["RUNPOD_AUTHED_GRAPHQL_URL"], "GraphQL that gets the key"),
    url("public-graphql-url", &["RUNPOD_PUBLIC_GRAPHQL_URL"], "GraphQL that never gets the key"),
    url("graphql-url", &["RUNPOD_GRAPHQL_URL"], "GraphQL of the hosted sign-in; never gets the key"),
    Setting {
        key: "https-proxy",
        env: &["HTTPS_PROXY", "https_proxy"],
        kind: Kind::ProxyUrl,
        section: Section::Network,
        about: "Proxy for https addresses",
    },
    Setting {
        key: "no-proxy",
        env: &["NO_PROXY", "no_proxy"],
        kind: Kind::Text("HOSTS"),
        section: Section::Network,
        about: "Hosts that are reached without the proxy",
    },
    Setting {
        key: "ssl-cert-file",
        env: &["SSL_CERT_FILE"],
        kind: Kind::Text("FILE"),
        section: Section::Network,
        about: "PEM certificates to trust instead of the built-in ones",
    },
    version(
        "rest-version",
        &["RUNPOD_REST_VERSION"],
        "v1, v2 or auto: REST version to speak; auto is v2 where the host has it [default: v2]",
    ),
    version("rest-version-pods", &["RUNPOD_REST_VERSION_PODS"], "The same for Pods"),
    version("rest-version-templates", &["RUNPOD_REST_VERSION_TEMPLATES"], "The same for templates"),
    version("rest-version-network-volumes", &["RUNPOD_REST_VERSION_NETWORK_VOLUMES"], "The same for volumes"),
    version("rest-version-registries", &["RUNPOD_REST_VERSION_REGISTRIES"], "The same for registries"),
    version("rest-version-gpus", &["RUNPOD_REST_VERSION_GPUS"], "The same for GPU types"),
    version("rest-version-cpus", &["RUNPOD_REST_VERSION_CPUS"], "The same for CPU types"),
    version("rest-version-data-centers", &["RUNPOD_REST_VERSION_DATA_CENTERS"], "The same for data centers"),
    version("rest-version-endpoints", &["RUNPOD_REST_VERSION_ENDPOINTS"], "The same for endpoints"),
    version("rest-version-workers", &["RUNPOD_REST_VERSION_WORKERS"], "The same for workers"),
    version("rest-version-billing", &["RUNPOD_REST_VERSION_BILLING"], "The same for billing"),
    version("rest-version-jobs", &["RUNPOD_REST_VERSION_JOBS"], "Ignored: jobs have no version"),
    hosted(
        "public-url",
        &["MCP_PUBLIC_URL"],
        Kind::Url,
        "Address that clients reach it under, such as https://mcp.example.com",
    ),
    hosted(
        "allowed-hosts",
        &["MCP_ALLOWED_HOSTS"],
        Kind::Words("HOSTS"),
        "Further names that it may be called by: name, or name:port",
    ),
    hosted(
        "allowed-origins",
        &["MCP_ALLOWED_ORIGINS"],
        Kind::Words("ORIGINS"),
        "Web pages that may call it; * for all [default: https pages; local ones on a local address]",
    ),
    hosted(
        "trusted-proxies",
        &["MCP_TRUSTED_PROXIES"],
        Kind::Words("NETWORKS"),
        "Proxies that are believed who the client is: 10.0.0.0/8, 127.0.0.1",
    ),
    hosted("tls-cert", &["MCP_TLS_CERT_FILE"], Kind::Text("FILE"), "PEM certificate chain to encrypt with"),
    hosted("tls-key", &["MCP_TLS_KEY_FILE"], Kind::Text("FILE"), "PEM key of that certificate"),
    hosted(
        "plain-http",
        &["MCP_PLAIN_HTTP"],
        Kind::Switch,
        "Listen on a public address without encryption: something in front encrypts",
    ),
    hosted(
        "require-auth",
        &["MCP_REQUIRE_AUTH"],
        Kind::Switch,
        "With --sandbox: ask for a key, and let clients sign in at the sandbox's console",
    ),
    hosted(
        "platform-timeout-seconds",
        &["MCP_PLATFORM_TIMEOUT_SECONDS"],
        Kind::Number("SECONDS"),
        "How long the platform lets a request run; calls end before that [default: 60]",
    ),
    hosted(
        "max-connections",
        &["MCP_MAX_CONNECTIONS"],
        Kind::Number("COUNT"),
        "Open connections [default: 4096]",
    ),
    hosted(
        "max-connections-per-ip",
        &["MCP_MAX_CONNECTIONS_PER_IP"],
        Kind::Number("COUNT"),
        "Open connections of one address [default: 256]",
    ),
    hosted(
        "max-requests",
        &["MCP_MAX_REQUESTS"],
        Kind::Number("COUNT"),
        "Requests that are worked on at once [default: 1024]",
    ),
    hosted(
        "skip-credential-check",
        &["MCP_SKIP_CREDENTIAL_CHECK"],
        Kind::Switch,
        "Do not ask Runpod whether a key is in force before a request is served",
    ),
    hosted(
        "state-url",
        &["MCP_STATE_URL"],
        Kind::ProxyUrl,
        "Valkey or Redis that replicas share limits in: redis://HOST:PORT [default: memory]",
    ),
    hosted(
        "state-secret",
        &["MCP_STATE_SECRET"],
        Kind::Secret,
        "What digests in there are keyed with, the same on all replicas [default: the password]",
    ),
    hosted(
        "seal-keys",
        &["MCP_SEAL_KEYS"],
        Kind::Secret,
        "Keys that seal what the sign-in hands out: KID:BASE64 of 32 bytes, comma separated, the first one seals",
    ),
    hosted(
        "console-base-url",
        &["CONSOLE_BASE_URL"],
        Kind::Url,
        "Where people approve a sign-in [default: https://console.runpod.io]",
    ),
    hosted(
        "api-key-name",
        &["RUNPOD_API_KEY_NAME"],
        Kind::Text("NAME"),
        "Name of the keys that a sign-in makes; set and empty: none [default: runpod-mcp]",
    ),
    hosted(
        "allowed-redirect-uris",
        &["MCP_ALLOWED_REDIRECT_URIS"],
        Kind::Words("URIS"),
        "Where a sign-in may lead back to, beside loopback addresses and Claude",
    ),
    hosted(
        "flash-timeout-ms",
        &["MCP_FLASH_TIMEOUT_MS"],
        Kind::Number("MS"),
        "How long the sign-in waits for Runpod [default: 10000]",
    ),
    hosted(
        "oauth-callback-mode",
        &["MCP_OAUTH_CALLBACK_MODE"],
        Kind::Word(&["direct", "sealed"]),
        "direct or sealed: the console leads back to the client, or to this server first [default: direct]",
    ),
    hosted(
        "consent",
        &["MCP_CONSENT"],
        Kind::Word(&["off", "unlisted", "always"]),
        "off, unlisted or always: when a page names the client before the console does [default: off]",
    ),
    hosted(
        "cimd",
        &["MCP_CIMD"],
        Kind::Word(&["off", "allowlist", "open"]),
        "off, allowlist or open: whose clients may be known by a document on the web [default: allowlist]",
    ),
    hosted(
        "cimd-hosts",
        &["MCP_CIMD_HOSTS"],
        Kind::Words("HOSTS"),
        "Hosts of such documents [default: none]",
    ),
    hosted(
        "sealed-tokens",
        &["MCP_SEALED_TOKENS"],
        Kind::Switch,
        "Hand out sealed tokens instead of keys; needs MCP_SEAL_KEYS",
    ),
    hosted("require-sealed-tokens", &["MCP_REQUIRE_SEALED_TOKENS"], Kind::Switch, "Take sealed tokens only"),
    hosted(
        "accept-legacy-client-ids",
        &["MCP_ACCEPT_LEGACY_CLIENT_IDS"],
        Kind::Switch,
        "Take client ids of servers that did not seal them",
    ),
    hosted(
        "resource-uri",
        &["MCP_RESOURCE_URI"],
        Kind::Url,
        "What the metadata calls this server [default: its address]",
    ),
    hosted(
        "otlp-endpoint",
        &["OTEL_EXPORTER_OTLP_ENDPOINT"],
        Kind::Url,
        "Collector that spans are sent to, over HTTP in JSON [default: none]",
    ),
    hosted(
        "otlp-traces-endpoint",
        &["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"],
        Kind::Url,
        "The same, with the path for spans; wins over --otlp-endpoint",
    ),
    hosted(
        "otlp-headers",
        &["OTEL_EXPORTER_OTLP_HEADERS"],
        Kind::Secret,
        "Headers for the collector: name=value, comma separated",
    ),
    hosted(
        "otlp-service",
        &["OTEL_SERVICE_NAME"],
        Kind::Text("NAME"),
        "What the collector calls this server [default: runpod-mcp]",
    ),
    hosted(
        "log-format",
        &["MCP_LOG_FORMAT"],
        Kind::Word(&["text", "json"]),
        "text or json: form of the log [default: json with --http, else text]",
    ),
];

const fn url(key: &'static str, env: &'static [&'static str], about: &'static str) -> Setting {
    Setting { key, env, kind: Kind::Url, section: Section::Addresses, about }
}

const fn hosted(key: &'static str, env: &'static [&'static str], kind: Kind, about: &'static str) -> Setting {
    Setting { key, env, kind, section: Section::Hosted, about }
}

const fn version(key: &'static str, env: &'static [&'static str], about: &'static str) -> Setting {
    Setting { key, env, kind: Kind::Word(&["v1", "v2", "auto"]), section: Section::Versions, about }
}

impl Setting {
    /// Whether it may stand on the command line and in the file.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.kind != Kind::Secret
    }
}

/// The setting of a key.
pub(super) fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_variables_are_unique() {
        let mut names: Vec<_> = SETTINGS.iter().flat_map(|s| s.env.iter().copied().chain([s.key])).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
