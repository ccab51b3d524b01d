//! `list-hub-repos`.

use runpod_api::Word;
use runpod_api::hub::{Release, Repo};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{holds, is, term};
use crate::error::ToolError;
use crate::reply::list::Sheet;
use crate::tool::word::Pick;
use crate::tool::{Card, Cx, Effect, Outcome, Page, ToolDef};

/// A repository in full: what the API said, its texts put together.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FullRepo<'a> {
    id: &'a str,
    repo: String,
    title: &'a str,
    description: Option<&'a str>,
    r#type: &'a str,
    category: Option<&'a str>,
    tags: &'a [String],
    language: Option<&'a str>,
    stars: u64,
    deploys: u64,
    views: u64,
    github_url: String,
    hub_url: String,
    created_at: Option<&'a str>,
    updated_at: Option<&'a str>,
    listed_release: Option<FullRelease<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FullRelease<'a> {
    hub_release_id: &'a str,
    name: Option<&'a str>,
    tag_name: &'a str,
    created_at: Option<&'a str>,
    image_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Value>,
}

/// What a list shows of it.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct RepoLine {
    repo: String,
    title: Option<String>,
    description: Option<String>,
    r#type: Option<String>,
    category: Option<String>,
    tags: Option<Vec<String>>,
    stars: Option<u64>,
    deploys: Option<u64>,
    hub_url: Option<String>,
    listed_release: Option<ReleaseLine>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReleaseLine {
    hub_release_id: String,
    tag_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Value>,
}

/// What a repository is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Serverless,
    Pod,
}

impl Word for Kind {
    const ALL: &'static [Self] = &[Self::Serverless, Self::Pod];

    fn as_str(self) -> &'static str {
        match self {
            Self::Serverless => "SERVERLESS",
            Self::Pod => "POD",
        }
    }
}

pub(super) struct ListHubRepos;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListHubReposArgs {
    /// Part of any text.
    search_term: Option<String>,
    /// Such as audio, embedding, image, language, video.
    category: Option<String>,
    /// Made for which.
    r#type: Option<Pick<Kind>>,
    /// GitHub owner.
    repo_owner: Option<String>,
    /// Add needs and env of each release; large.
    include_config: Option<bool>,
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListHubRepos {
    type Args = ListHubReposArgs;
    const CARD: Card = Card {
        name: "list-hub-repos",
        title: "List Hub repos",
        about: "Lists workers of the Runpod Hub that can be deployed as they are, most deployed first.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["graphql:listings"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListHubReposArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let with_config = args.include_config.unwrap_or(false);
        let listing = cx.client.hub().listings(with_config).await.map_err(ToolError::keyless)?;
        let filter = Filter {
            term: term(args.search_term),
            category: term(args.category),
            owner: term(args.repo_owner),
            kind: args.r#type.map(|pick| pick.0.as_str()),
        };
        let mut repos: Vec<Repo> = listing.views()?;
        repos.retain(|repo| filter.keeps(repo));
        // In the end by id: rows must not change places between two pages.
        repos.sort_by(|a, b| b.deploys.cmp(&a.deploys).then_with(|| a.id.cmp(&b.id)));
        let texts: Vec<String> =
            repos.iter().map(|repo| serde_json::to_string(&full(repo)).unwrap_or_default()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        sheet.page_of_all::<RepoLine>(Map::new(), &texts)
    }
}

/// What the caller wants to see; all of it is decided here.
struct Filter {
    term: Option<String>,
    category: Option<String>,
    owner: Option<String>,
    kind: Option<&'static str>,
}

impl Filter {
    fn keeps(&self, repo: &Repo) -> bool {
        let texts = [
            &*repo.title,
            repo.description.as_deref().unwrap_or_default(),
            &repo.repo_name,
            &repo.repo_owner,
        ];
        let texts = texts.into_iter().chain(repo.tags.iter().map(String::as_str));
        holds(self.term.as_ref(), texts)
            && is(self.category.as_ref(), repo.category.as_deref())
            && is(self.owner.as_ref(), Some(&repo.repo_owner))
            && self.kind.is_none_or(|kind| repo.kind == kind)
    }
}

fn full(repo: &Repo) -> FullRepo<'_> {
    let name = super::deploy::name_of(repo);
    FullRepo {
        id: &repo.id,
        title: &repo.title,
        description: repo.description.as_deref(),
        r#type: &repo.kind,
        category: repo.category.as_deref(),
        tags: &repo.tags,
        language: repo.language.as_deref(),
        stars: repo.stars,
        deploys: repo.deploys,
        views: repo.views,
        github_url: format!("https://github.com/{name}"),
        hub_url: format!("https://console.runpod.io/hub/{name}"),
        repo: name,
        created_at: repo.created_at.as_deref(),
        updated_at: repo.updated_at.as_deref(),
        listed_release: repo.listed_release.as_ref().map(full_release),
    }
}

fn full_release(release: &Release) -> FullRelease<'_> {
    let Release { id, name, tag_name, created_at, config, build } = release;
    FullRelease {
        hub_release_id: id,
        name: name.as_deref(),
        tag_name,
        created_at: created_at.as_deref(),
        image_name: build.as_ref().and_then(|build| build.image_name.as_deref()),
        // Broken JSON is shown as the text that it is.
        config: config
            .as_ref()
            .map(|text| serde_json::from_str(text).unwrap_or_else(|_| text.clone().into())),
    }
}
