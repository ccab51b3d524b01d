//! ECR delegations: repositories at AWS from which Runpod may pull without a password.

use serde::Deserialize;

use crate::clock::Time;
use crate::world::{Denied, Visit};

/// A repository that may be pulled from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delegation {
    pub(crate) id: String,
    /// Its place in the order of creation.
    pub(crate) born: u64,
    pub(crate) name: Option<String>,
    pub(crate) resource: Resource,
    pub(crate) created: Time,
}

/// The parts of a repository's ARN, `arn:aws:ecr:REGION:ACCOUNT:repository/NAME[:TAG]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) region: String,
    /// Twelve digits.
    pub(crate) owner: String,
    pub(crate) repository: String,
    /// Which images; `*` when the ARN names none.
    pub(crate) tag: String,
}

/// `CreateDelegationRequest` of the contract.
#[derive(Debug, Deserialize)]
pub(crate) struct NewDelegation {
    name: Option<String>,
    resource: String,
}

impl Visit<'_> {
    /// The delegations, the newest first.
    pub(crate) fn delegations(&self) -> Vec<&Delegation> {
        let mut all: Vec<_> = self.account.delegations.values().collect();
        all.sort_by_key(|delegation| std::cmp::Reverse(delegation.born));
        all
    }

    pub(crate) fn create_delegation(&mut self, new: NewDelegation) -> Result<&Delegation, Denied> {
        let resource = Resource::read(&new.resource).ok_or_else(|| {
            let form = "arn:aws:ecr:REGION:ACCOUNT:repository/NAME";
            Denied::contradiction(format!("`{}` is no ECR repository; one is written {form}", new.resource))
        })?;
        let id = format!("cl{}", self.ground.ids.short(23));
        let (born, created) = (self.ground.next_birth(), self.now);
        let delegation = Delegation { id: id.clone(), born, name: new.name, resource, created };
        Ok(self.account.delegations.entry(id).or_insert(delegation))
    }

    pub(crate) fn revoke_delegation(&mut self, id: &str) -> Result<(), Denied> {
        self.account.delegations.remove(id).map(drop).ok_or_else(|| Denied::missing("delegation", id))
    }
}

impl Resource {
    fn read(arn: &str) -> Option<Self> {
        let mut parts = arn.strip_prefix("arn:aws:ecr:")?.splitn(3, ':');
        let (region, owner, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let path = rest.strip_prefix("repository/")?;
        let (repository, tag) = path.split_once(':').unwrap_or((path, "*"));
        let whole = !region.is_empty() && !repository.is_empty() && !tag.is_empty();
        let numbered = owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit());
        let [region, owner, repository, tag] = [region, owner, repository, tag].map(str::to_owned);
        (whole && numbered).then_some(Self { region, owner, repository, tag })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_read_with_and_without_a_tag() {
        let read = |arn| Resource::read(arn).map(|resource| (resource.repository, resource.tag));
        let bare = read("arn:aws:ecr:us-east-1:123456789012:repository/team/app");
        assert_eq!(bare, Some(("team/app".to_owned(), "*".to_owned())));
        let tagged = read("arn:aws:ecr:us-east-1:123456789012:repository/app:v1");
        assert_eq!(tagged, Some(("app".to_owned(), "v1".to_owned())));
    }

    #[test]
    fn what_is_no_ecr_repository_is_not_read() {
        for arn in [
            "",
            "app",
            "arn:aws:s3:::bucket",
            "arn:aws:ecr:us-east-1:1234:repository/app",
            "arn:aws:ecr::123456789012:repository/app",
            "arn:aws:ecr:us-east-1:123456789012:repository/",
            "arn:aws:ecr:us-east-1:123456789012:app",
        ] {
            assert_eq!(Resource::read(arn), None, "{arn}");
        }
    }
}
