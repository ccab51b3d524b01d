//! Answers, each field from the world.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Problem;
use super::schema::Wanted;
use crate::clock::{Time, stamp};
use crate::world::catalog::gpus::{self, GPUS, Gpu, Maker};
use crate::world::catalog::offers::{GpuQuestion, Product};
use crate::world::catalog::sites::{SITES, Site};
use crate::world::catalog::stock::{Cloud, Level, Stock};
use crate::world::endpoints::config::{Compute, Config, Scaling};
use crate::world::endpoints::saved::SavedEndpoint;
use crate::world::endpoints::{Endpoint, Kind};
use crate::world::flash::{Told, Verdict, Wish};
use crate::world::hub::{self, Filter};
use crate::world::pods::cuda_wish;
use crate::world::{Visit, World};

/// The world at an instant, as the holder of a key or a stranger sees it.
pub(super) struct Hall<'w> {
    pub(super) world: &'w mut World,
    pub(super) now: Time,
    pub(super) key: Option<&'w str>,
}

impl Hall<'_> {
    pub(super) fn answer(&mut self, wanted: &[Wanted]) -> Result<Value, Problem> {
        let mut data = Map::new();
        for field in wanted {
            let whole = self.root(field)?;
            data.insert(field.key.clone(), self.pick(&whole, &field.fields)?);
        }
        Ok(data.into())
    }

    /// Everything there is under a field of the root; [`Hall::pick`] leaves out what was not asked for.
    fn root(&mut self, field: &Wanted) -> Result<Value, Problem> {
        Ok(match field.name.as_str() {
            "gpuTypes" => GPUS.iter().map(spell_gpu).collect(),
            "dataCenters" => SITES.iter().map(spell_site).collect(),
            "listings" => hub::listings(&read::<Filter>(field)?).cloned().collect(),
            "allAiApiPublicConfigs" => hub::public_endpoints().to_vec().into(),
            "myself" => match self.visit() {
                Some(visit) => spell_user(&visit),
                None => Value::Null,
            },
            "saveEndpoint" => {
                let input = read::<SavedEndpoint>(field)?;
                let mut visit = self.visit().ok_or_else(|| Problem::failed("Unauthorized"))?;
                spell_endpoint(
                    visit.save_endpoint(input).map_err(|denied| Problem::failed(denied.to_string()))?,
                )
            }
            "createFlashAuthRequest" => {
                let wish = Wish::deserialize(Value::Object(field.arguments.clone()))
                    .map_err(|e| Problem::failed(e.to_string()))?;
                spell_sign_in(&self.world.ask_for_a_key(wish, self.now))
            }
            "flashAuthRequestStatus" => match self.world.read_sign_in(named_sign_in(field), self.now) {
                Some(told) => spell_sign_in(&told),
                None => Value::Null,
            },
            "approveFlashAuthRequest" => {
                let account = self.visit().ok_or_else(|| Problem::failed("Unauthorized"))?.account.id.clone();
                let told =
                    self.world.decide_sign_in(named_sign_in(field), Verdict::Approve(&account), self.now);
                spell_sign_in(&told.map_err(|denied| Problem::failed(denied.to_string()))?)
            }
            other => return Err(Problem::failed(format!("nobody answers \"{other}\""))),
        })
    }

    fn visit(&mut self) -> Option<Visit<'_>> {
        self.world.visit(self.key?, self.now)
    }

    fn pick(&self, whole: &Value, fields: &[Wanted]) -> Result<Value, Problem> {
        match whole {
            _ if fields.is_empty() => Ok(whole.clone()),
            Value::Array(items) => items.iter().map(|item| self.pick(item, fields)).collect(),
            Value::Object(members) => {
                let pick = |field: &Wanted| {
                    let inner = match field.name.as_str() {
                        "lowestPrice" => self.lowest_price(members, field)?,
                        name => members.get(name).cloned().unwrap_or_default(),
                    };
                    Ok((field.key.clone(), self.pick(&inner, &field.fields)?))
                };
                fields.iter().map(pick).collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
            other => Ok(other.clone()),
        }
    }

    fn lowest_price(&self, gpu: &Map<String, Value>, field: &Wanted) -> Result<Value, Problem> {
        let Some(gpu) = gpu.get("id").and_then(Value::as_str).and_then(gpus::gpu) else {
            return Ok(Value::Null);
        };
        // Without an input the real one fails row by row (observed in 2026).
        let missing = || Problem::failed("lowestPrice needs an input");
        let input = field.arguments.get("input").filter(|input| !input.is_null()).ok_or_else(missing)?;
        let question =
            PriceInput::deserialize(input).map_err(|e| Problem::failed(e.to_string()))?.question()?;
        Ok(price(gpu, &question, &Stock::new(&self.world.ground, self.now)))
    }
}

fn read<'a, T: Deserialize<'a>>(field: &'a Wanted) -> Result<T, Problem> {
    let input = field.arguments.get("input").unwrap_or(&Value::Null);
    T::deserialize(input).map_err(|e| Problem::failed(e.to_string()))
}

/// The id that a question about a sign-in names; the schema requires it.
fn named_sign_in(field: &Wanted) -> &str {
    field.arguments.get("flashAuthRequestId").and_then(Value::as_str).unwrap_or_default()
}

fn spell_sign_in(told: &Told) -> Value {
    json!({
        "id": told.id,
        "status": told.status.word(),
        "apiKey": told.key,
        "codeChallenge": told.wish.code_challenge,
        "codeChallengeMethod": told.wish.code_challenge_method,
        "expiresAt": stamp(told.expires),
    })
}

/// `GpuLowestPriceInput` of the schema.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PriceInput {
    gpu_count: Option<u32>,
    secure_cloud: Option<bool>,
    allowed_cuda_versions: Option<Vec<String>>,
}

impl PriceInput {
    fn question(self) -> Result<GpuQuestion, Problem> {
        let cuda = cuda_wish(self.allowed_cuda_versions.as_deref(), None);
        Ok(GpuQuestion {
            products: vec![Product::Pod],
            count: self.gpu_count.unwrap_or(1).max(1),
            cloud: self.secure_cloud.and_then(|only| only.then_some(Cloud::Secure)),
            countries: Vec::new(),
            cuda: cuda.map_err(|denied| Problem::failed(denied.to_string()))?,
        })
    }
}

fn price(gpu: &'static Gpu, question: &GpuQuestion, stock: &Stock<'_>) -> Value {
    let left = question.left(gpu, stock);
    let word = match left.level {
        Level::None => None,
        Level::Low => Some("Low"),
        Level::Medium => Some("Medium"),
        Level::High => Some("High"),
    };
    let clouds = [Cloud::Secure, Cloud::Community].into_iter();
    let offers =
        clouds.filter(|cloud| question.cloud.is_none_or(|only| only == *cloud)).map(|cloud| cloud.offer(gpu));
    let prices = offers.filter(|offer| offer.most >= question.count).map(|offer| offer.price);
    let versions = left.cuda.iter().map(|((major, minor), free)| {
        let availability = if *free { "AVAILABLE" } else { "UNAVAILABLE" };
        json!({ "cudaVersion": format!("{major}.{minor}"), "availability": availability })
    });
    json!({
        "stockStatus": word,
        "uninterruptablePrice": word.and_then(|_| prices.min_by(f64::total_cmp)),
        "gpuTypeCudaVersions": (gpu.maker == Maker::Nvidia).then(|| versions.collect::<Vec<_>>()),
    })
}

fn spell_gpu(gpu: &Gpu) -> Value {
    json!({
        "id": gpu.id, "displayName": gpu.name, "memoryInGb": gpu.memory,
        "secureCloud": gpu.secure.most > 0, "communityCloud": gpu.community.most > 0,
    })
}

/// The name repeats the id, and the place is free text (observed in 2026).
fn spell_site(site: &Site) -> Value {
    let location = match site.country {
        "US" => "United States",
        "CA" => "Canada",
        "JP" => "Japan",
        "AU" => "Australia",
        "SG" => "Singapore",
        _ => "Europe",
    };
    json!({ "id": site.id, "name": site.id, "location": location })
}

fn spell_user(visit: &Visit<'_>) -> Value {
    let mut endpoints = visit.endpoints();
    endpoints.sort_by_key(|endpoint| endpoint.born);
    json!({
        "id": visit.account.id,
        "endpoints": endpoints.into_iter().map(spell_endpoint).collect::<Vec<_>>(),
    })
}

fn spell_endpoint(endpoint: &Endpoint) -> Value {
    let Config { name, compute, scaling, workers, timeout, flashboot, sites, volumes, .. } = &endpoint.config;
    let (scaler, value) = match scaling {
        Scaling::QueueDelay { queue_delay } => ("QUEUE_DELAY", *queue_delay),
        Scaling::RequestCount { request_count } => ("REQUEST_COUNT", f64::from(*request_count)),
    };
    let gpu = match compute {
        Compute::Gpu(wish) => Some(wish),
        Compute::Cpu(_) => None,
    };
    let joined = |words: Vec<&str>| (!words.is_empty()).then(|| words.join(","));
    let volumes: Vec<_> =
        volumes.iter().map(|one| json!({ "networkVolumeId": one.id, "dataCenterId": one.site.id })).collect();
    json!({
        "id": endpoint.id,
        "name": name,
        "gpuIds": gpu.map(|wish| {
            let excluded = wish.excluded.iter().map(|id| format!("-{id}"));
            wish.pools.iter().cloned().chain(excluded).collect::<Vec<_>>().join(",")
        }),
        "gpuCount": gpu.map(|wish| wish.count),
        "workersMin": workers.min,
        "workersMax": workers.max,
        "idleTimeout": workers.idle_timeout,
        "scalerType": scaler,
        "scalerValue": value,
        "executionTimeoutMs": timeout,
        "flashBootType": flashboot,
        "type": if endpoint.kind == Kind::Queue { "QB" } else { "LB" },
        "locations": joined(sites.iter().map(|site| site.id).collect()),
        "templateId": endpoint.bound.as_ref().or(endpoint.template.as_ref()),
        "allowedCudaVersions": gpu.and_then(|wish| joined(wish.cuda.allowed.iter().map(String::as_str).collect())),
        "minCudaVersion": gpu.and_then(|wish| wish.cuda.floor.as_deref()),
        "compliance": [],
        "modelReferences": [],
        "networkVolumeIds": volumes,
    })
}
