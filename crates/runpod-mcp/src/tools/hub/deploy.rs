//! `deploy-hub-repo`. Everything is checked before the one request that creates something.

use runpod_api::Word;
use runpod_api::endpoints::{Flashboot, Kind, Scaling};
use runpod_api::hub::{Deploy, Release, Repo};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::env::{Wish, settle};
use super::term;
use crate::error::ToolError;
use crate::reply::Reply;
use crate::reply::clean;
use crate::tool::container::{Vars, new_env};
use crate::tool::word::Pick;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, ToolDef};

/// What the number of workers follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scaler {
    QueueDelay,
    RequestCount,
}

impl Word for Scaler {
    const ALL: &'static [Self] = &[Self::QueueDelay, Self::RequestCount];

    fn as_str(self) -> &'static str {
        match self {
            Self::QueueDelay => "QUEUE_DELAY",
            Self::RequestCount => "REQUEST_COUNT",
        }
    }
}

pub(super) struct DeployHubRepo;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeployHubRepoArgs {
    /// As owner/name.
    repo: Option<String>,
    /// Wins over repo.
    hub_release_id: Option<IdArg>,
    /// Endpoint name.
    name: Option<String>,
    /// Over the release's.
    env: Option<Vars>,
    /// As POOL,POOL,-TYPE.
    gpu_ids: Option<String>,
    /// GPUs per worker.
    #[schemars(range(min = 1))]
    gpu_count: Option<u32>,
    /// Ephemeral disk in GB.
    #[schemars(range(min = 1))]
    container_disk_in_gb: Option<u32>,
    /// Always running and billed.
    workers_min: Option<u32>,
    /// Most at a time.
    #[schemars(range(min = 1))]
    workers_max: Option<u32>,
    /// Seconds until an idle worker stops.
    #[schemars(range(min = 1, max = 3600))]
    idle_timeout: Option<u32>,
    /// What to scale by.
    scaler_type: Option<Pick<Scaler>>,
    /// Queue seconds or requests per worker.
    scaler_value: Option<f64>,
    /// Longest run of a job in ms.
    #[schemars(range(min = 1))]
    execution_timeout_ms: Option<u32>,
    /// Faster cold starts.
    flashboot: Option<Pick<Flashboot>>,
}

impl ToolDef for DeployHubRepo {
    type Args = DeployHubRepoArgs;
    const CARD: Card = Card {
        name: "deploy-hub-repo",
        title: "Deploy Hub repo",
        about: "Creates a Serverless endpoint of a Hub release, with its GPUs, CUDA versions and env unless told otherwise; \
                workers are billed while they run.",
        effect: Effect::Spends,
        idempotent: false,
        covers: &["graphql:listings", "graphql:saveEndpoint"],
        ids_from: Some("list-hub-repos"),
    };

    async fn call(cx: &Cx, mut args: DeployHubRepoArgs) -> Outcome {
        let wanted = Wanted::of(&args)?;
        let env = new_env(args.env.take())?.map(|env| env.0).unwrap_or_default();
        let listing = cx.client.hub().listings(true).await.map_err(ToolError::keyless)?;
        let repos: Vec<Repo> = listing.views()?;
        let choice = Choice::of(wanted.find(&repos)?)?;
        let deploy = choice.deploy(args, env)?;
        let made = cx.client.hub().deploy(&deploy).await?;
        let endpoint: Value = serde_json::from_str(made.raw.get()).unwrap_or_default();
        let id = &made.view.id;
        Ok(Reply::from(json!({
            "endpoint": endpoint,
            "deployed": {
                "repo": name_of(choice.repo), "release": choice.release.tag_name,
                "hubReleaseId": choice.release.id, "imageName": choice.image,
            },
            "note": format!(
                "send jobs with run-endpoint or runsync-endpoint and endpointId {id}; the first one waits for a worker \
                 to start"
            ),
        })))
    }
}

/// `owner/name`.
pub(super) fn name_of(repo: &Repo) -> String {
    format!("{}/{}", repo.repo_owner, repo.repo_name)
}

/// What the caller wants to deploy.
enum Wanted {
    Release(String),
    Repo(String),
}

impl Wanted {
    fn of(args: &DeployHubRepoArgs) -> Result<Self, ToolError> {
        match (&args.hub_release_id, term(args.repo.clone())) {
            (Some(id), _) => Ok(Self::Release(id.0.to_string())),
            (None, Some(repo)) => Ok(Self::Repo(repo)),
            (None, None) => Err(ToolError::bad_argument("neither `repo` nor `hubReleaseId` is given")
                .hint("take one of them from list-hub-repos")),
        }
    }

    fn find<'a>(&self, repos: &'a [Repo]) -> Result<&'a Repo, ToolError> {
        let is_it = |repo: &&Repo| match self {
            Self::Release(id) => repo.listed_release.as_ref().is_some_and(|release| release.id == *id),
            Self::Repo(name) => name_of(repo).to_lowercase() == *name,
        };
        repos.iter().find(is_it).ok_or_else(|| {
            let what = match self {
                Self::Release(_) => "`hubReleaseId` is not a release that is listed now",
                Self::Repo(_) => "`repo` is not in the Hub",
            };
            ToolError::new("not_found", what).status(404)
        })
    }
}

/// The config of a release, as far as a deploy needs it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Config {
    runs_on: Option<String>,
    endpoint_type: Option<String>,
    container_disk_in_gb: Option<u32>,
    gpu_ids: Option<String>,
    gpu_count: Option<u32>,
    allowed_cuda_versions: Option<Vec<String>>,
    env: Option<Vec<Wish>>,
}

/// A release that can be deployed.
struct Choice<'a> {
    repo: &'a Repo,
    release: &'a Release,
    image: &'a str,
    config: Config,
}

impl<'a> Choice<'a> {
    fn of(repo: &'a Repo) -> Result<Self, ToolError> {
        let name = name_of(repo);
        let release = repo.listed_release.as_ref();
        let image = release.and_then(|release| release.build.as_ref()?.image_name.as_deref());
        let (Some(release), Some(image)) = (release, image.filter(|image| !image.is_empty())) else {
            return Err(not_deployable(
                format!("{name} has no release with a built image"),
                "choose another one",
            ));
        };
        if repo.kind != "SERVERLESS" {
            let why = format!("{name} is made for Pods, not for Serverless endpoints");
            return Err(not_deployable(why, "rent a Pod with its imageName: create-pod"));
        }
        let config = match release.config.as_deref().map(str::trim) {
            None | Some("" | "null") => Config::default(),
            Some(text) => serde_json::from_str(text).map_err(|_| {
                not_deployable(
                    format!(
                        "the config of {name} {} cannot be read, so its needs are not known",
                        release.tag_name
                    ),
                    "deploy its imageName with create-endpoint, or another release",
                )
            })?,
        };
        Ok(Self { repo, release, image, config })
    }

    fn deploy(&self, args: DeployHubRepoArgs, given: Vars) -> Result<Deploy, ToolError> {
        let gpu_ids = self.gpus(args.gpu_ids.as_deref())?;
        let kind = match self.config.endpoint_type.as_deref() {
            Some("LB") => Kind::LoadBalancer,
            _ => Kind::Queue,
        };
        let scaling = scaling(kind, args.scaler_type.map(|pick| pick.0), args.scaler_value)?;
        if let (Some(least), Some(most)) = (args.workers_min, args.workers_max)
            && least > most
        {
            return Err(ToolError::bad_argument(format!(
                "`workersMin` is {least} and `workersMax` only {most}"
            )));
        }
        let env = settle(self.config.env.as_deref().unwrap_or_default(), given).map_err(missing)?;
        let name = args.name.filter(|name| !name.trim().is_empty());
        Ok(Deploy {
            name: name.unwrap_or_else(|| {
                format!("{} {}", self.repo.title, self.release.tag_name).trim().to_owned()
            }),
            release_id: self.release.id.clone(),
            kind,
            image: self.image.to_owned(),
            gpu_ids,
            gpu_count: args.gpu_count.or(self.config.gpu_count.filter(|count| *count > 0)).unwrap_or(1),
            disk_gb: args
                .container_disk_in_gb
                .or(self.config.container_disk_in_gb.filter(|gb| *gb > 0))
                .unwrap_or(20),
            workers_min: args.workers_min.unwrap_or(0),
            workers_max: args.workers_max,
            idle_timeout_s: args.idle_timeout.unwrap_or(5),
            scaling,
            execution_timeout_ms: args.execution_timeout_ms.unwrap_or(600_000),
            flashboot: args.flashboot.map_or(Flashboot::On, |pick| pick.0),
            allowed_cuda_versions: self.config.allowed_cuda_versions.clone().unwrap_or_default(),
            env,
        })
    }

    /// The caller's selection or that of the release; it must name a pool.
    fn gpus(&self, given: Option<&str>) -> Result<String, ToolError> {
        let selection = given.or(self.config.gpu_ids.as_deref()).unwrap_or_default();
        let words = || selection.split(',').map(str::trim).filter(|word| !word.is_empty());
        if words().any(|word| !word.starts_with('-')) {
            return Ok(words().collect::<Vec<_>>().join(","));
        }
        let why = match (given, self.config.runs_on.as_deref()) {
            (Some(_), _) => "`gpuIds` names no GPU pool",
            (None, Some("CPU")) => "this release runs on CPUs, which the Hub cannot deploy from here",
            (None, _) => "this release names no GPU pool",
        };
        Err(not_deployable(
            why.to_owned(),
            "give gpuIds such as ADA_24,-NVIDIA L4; list-gpu-types shows pools",
        ))
    }
}

/// A target for the scaler that will be sent, also where it is implied.
fn scaling(kind: Kind, scaler: Option<Scaler>, target: Option<f64>) -> Result<Scaling, ToolError> {
    let scaler = scaler.unwrap_or(match kind {
        Kind::Queue => Scaler::QueueDelay,
        Kind::LoadBalancer => Scaler::RequestCount,
    });
    let target = target.unwrap_or(4.0);
    match scaler {
        Scaler::QueueDelay if kind == Kind::LoadBalancer => Err(ToolError::bad_argument(
            "this release is a load balancer: `scalerType` must be REQUEST_COUNT",
        )),
        Scaler::QueueDelay if target >= 0.5 => Ok(Scaling::QueueDelay(target)),
        Scaler::RequestCount if target.fract() == 0.0 && (1.0..=1e6).contains(&target) =>
        {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole, from 1 to a million"
            )]
            Ok(Scaling::RequestCount(target as u32))
        }
        Scaler::QueueDelay => {
            Err(ToolError::bad_argument("`scalerValue` of QUEUE_DELAY must be 0.5 s or more"))
        }
        Scaler::RequestCount => {
            Err(ToolError::bad_argument("`scalerValue` of REQUEST_COUNT must be a whole number from 1 on"))
        }
    }
}

fn not_deployable(why: String, hint: &'static str) -> ToolError {
    ToolError::new("not_deployable", tidy(why)).status(400).hint(hint)
}

fn missing(names: Vec<String>) -> ToolError {
    let names: Vec<String> = names.into_iter().map(tidy).collect();
    ToolError::bad_argument(format!("`env` lacks what this release needs: {}", names.join(", ")))
        .fact("missing", names)
        .hint("ask the user for these values and pass them in `env`; list-hub-repos with includeConfig describes them")
}

/// Names of the Hub are what others wrote.
fn tidy(mut text: String) -> String {
    clean::text(&mut text);
    text
}
