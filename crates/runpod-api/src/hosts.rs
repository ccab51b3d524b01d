//! Which addresses Runpod has, and which of them may be sent the key.
//!
//! Discovery over GraphQL is public and often pointed at stubs, so it never carries a credential, even when its
//! address equals that of the authorised host. That is why there are three GraphQL addresses and not one.
//!
//! Nothing here reads the environment; [`Hosts`] is built at the edge and passed down.

use http::Uri;

use crate::op::Api;

/// A base address: scheme, authority, and a path prefix without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(String);

/// Why a text is not a base address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBase {
    /// Not an absolute URL.
    #[error("is not an absolute URL such as https://api.runpod.io/v2")]
    NotAbsolute,
    /// A key would travel in clear text.
    #[error("must be https; http is accepted for loopback addresses only")]
    Clear,
    /// Credentials, a query or a fragment do not belong in a base address.
    #[error("must not contain user information, a query or a fragment")]
    Extra,
}

impl Base {
    /// Checks an address. Surrounding white space and trailing slashes are not part of it.
    ///
    /// # Errors
    /// [`BadBase`] says what is accepted.
    pub fn parse(text: &str) -> Result<Self, BadBase> {
        let text = text.trim().trim_end_matches('/');
        let uri: Uri = text.parse().map_err(|_| BadBase::NotAbsolute)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(BadBase::NotAbsolute);
        };
        // `Uri` accepts an authority that is only a port; the engine would refuse it at the first call.
        if reqwest::Url::parse(text).is_err() {
            return Err(BadBase::NotAbsolute);
        }
        if authority.as_str().contains('@') || uri.query().is_some() || text.contains('#') {
            return Err(BadBase::Extra);
        }
        match scheme {
            "https" => Ok(Self(text.to_owned())),
            "http" if is_loopback(authority.host()) => Ok(Self(text.to_owned())),
            "http" => Err(BadBase::Clear),
            _ => Err(BadBase::NotAbsolute),
        }
    }

    /// The address as text, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host name without port.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.0.split("://").nth(1).unwrap_or_default();
        let authority = authority.split('/').next().unwrap_or_default();
        match authority.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        }
    }

    /// Whether this is one of Runpod's own hosts.
    #[must_use]
    pub fn is_runpod(&self) -> bool {
        let host = self.host().to_ascii_lowercase();
        ["runpod.io", "runpod.ai"]
            .iter()
            .any(|own| host == *own || host.strip_suffix(own).is_some_and(|rest| rest.ends_with('.')))
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The addresses in use.
#[derive(Clone, Debug)]
pub struct Hosts {
    /// REST v2; gets the key.
    pub rest_v2: Base,
    /// REST v1; gets the key.
    pub rest_v1: Base,
    /// Serverless runtime; gets the key.
    pub serverless: Base,
    /// GraphQL for the account; gets the key.
    pub graphql_authed: Base,
    /// GraphQL for public listings; never gets the key.
    pub graphql_public: Base,
}

impl Hosts {
    /// Every address with the name that people know it by.
    #[must_use]
    pub fn named(&self) -> [(&'static str, &Base); 5] {
        [
            ("REST v2", &self.rest_v2),
            ("REST v1", &self.rest_v1),
            ("Serverless", &self.serverless),
            ("GraphQL", &self.graphql_authed),
            ("public GraphQL", &self.graphql_public),
        ]
    }

    pub(crate) fn base(&self, api: Api) -> &Base {
        match api {
            Api::RestV2 => &self.rest_v2,
            Api::RestV1 => &self.rest_v1,
            Api::Serverless => &self.serverless,
            Api::GraphqlPublic | Api::SignIn => &self.graphql_public,
            Api::GraphqlAuthed => &self.graphql_authed,
        }
    }
}

impl Default for Hosts {
    /// Runpod's production hosts (observed 2026-08; the older v2-rest.runpod.io serves the same REST v2).
    fn default() -> Self {
        let fixed = |text: &str| Base(text.to_owned());
        Self {
            rest_v2: fixed("https://api.runpod.io/v2"),
            rest_v1: fixed("https://rest.runpod.io/v1"),
            serverless: fixed("https://api.runpod.ai/v2"),
            graphql_authed: fixed("https://api.runpod.io/graphql"),
            graphql_public: fixed("https://api.runpod.io/graphql"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_loopback_may_speak_in_clear() {
        assert!(Base::parse("http://127.0.0.1:8080/v2/").is_ok_and(|b| b.as_str().ends_with("8080/v2")));
        assert!(Base::parse("http://[::1]:1/v2").is_ok());
        assert_eq!(Base::parse("http://api.runpod.io/v2"), Err(BadBase::Clear));
        assert_eq!(Base::parse("http://localhost.evil.example"), Err(BadBase::Clear));
        assert_eq!(Base::parse("ftp://api.runpod.io"), Err(BadBase::NotAbsolute));
        assert_eq!(Base::parse("api.runpod.io"), Err(BadBase::NotAbsolute));
        assert_eq!(Base::parse("https://:443/v2"), Err(BadBase::NotAbsolute));
        assert_eq!(Base::parse("https://key@api.runpod.io"), Err(BadBase::Extra));
    }

    proptest! {
        #[test]
        fn an_accepted_address_is_safe_to_send_a_key_to(text in "(https?|ftp)://[a-z0-9.:@\\[\\]/?# %-]{0,30}|\\PC{0,30}") {
            if let Ok(base) = Base::parse(&text) {
                let url = reqwest::Url::parse(base.as_str()).unwrap();
                prop_assert!(url.scheme() == "https" || is_loopback(base.host()));
                prop_assert!(url.username().is_empty() && url.password().is_none());
                prop_assert!(url.query().is_none() && url.fragment().is_none());
                prop_assert!(!base.host().is_empty() && !base.as_str().ends_with('/'));
            }
        }
    }

    #[test]
    fn lookalikes_are_not_runpod() {
        let own = |text| Base::parse(text).is_ok_and(|b| b.is_runpod());
        assert!(own("https://api.runpod.io/v2") && own("https://API.RUNPOD.AI"));
        assert!(!own("https://evilrunpod.io") && !own("https://runpod.io.evil.example"));
    }
}
