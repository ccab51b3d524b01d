//! How an endpoint scales: arguments that create-endpoint and update-endpoint share.

use runpod_api::Word;
use runpod_api::endpoints::{Kind, Scaling, Workers};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::ToolError;
use crate::tool::word::Pick;

/// What the number of workers follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scaler {
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

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScaleArgs {
    /// Workers that always run and are billed.
    pub(super) workers_min: Option<u32>,
    /// Most workers at a time.
    pub(super) workers_max: Option<u32>,
    /// Seconds without work before a worker stops.
    #[schemars(range(min = 1, max = 3600))]
    idle_timeout: Option<u32>,
    /// What to scale by.
    scaler_type: Option<Pick<Scaler>>,
    /// Target: seconds in the queue, or requests per worker.
    #[schemars(range(min = 0.5))]
    scaler_value: Option<f64>,
}

impl ScaleArgs {
    pub(super) fn workers(&self) -> Workers {
        Workers { min: self.workers_min, max: self.workers_max, idle_timeout_s: self.idle_timeout }
    }

    /// Whether more may run than nothing: what `--no-spend` must refuse, since the present numbers are not known.
    pub(super) fn raises(&self) -> bool {
        [self.workers_min, self.workers_max].into_iter().flatten().any(|workers| workers > 0)
    }

    /// Whether the present scaler is needed to make sense of the target.
    pub(super) fn needs_current(&self) -> bool {
        self.scaler_value.is_some() && self.scaler_type.is_none()
    }

    /// The scaler of a new endpoint, if one is asked for.
    ///
    /// # Errors
    /// `bad_argument` for a target that the scaler, also the implied one, does not take.
    pub(super) fn for_new(&self, kind: Kind) -> Result<Option<Scaling>, ToolError> {
        self.for_change(Some(Scaling::default_for(kind)))
    }

    /// The scaler of a change, if it changes. `current` is the present one.
    ///
    /// # Errors
    /// As [`ScaleArgs::for_new`].
    pub(super) fn for_change(&self, current: Option<Scaling>) -> Result<Option<Scaling>, ToolError> {
        match (self.scaler_type, self.scaler_value) {
            (None, None) => Ok(None),
            (Some(pick), _) => self.aim(pick.0.default_scaling()).map(Some),
            (None, Some(_)) => self.aim(current.unwrap_or(Scaling::default_for(Kind::Queue))).map(Some),
        }
    }

    fn aim(&self, scaling: Scaling) -> Result<Scaling, ToolError> {
        let Some(target) = self.scaler_value else { return Ok(scaling) };
        scaling.with_target(target).map_err(|error| {
            ToolError::from(error).hint(format!(
                "`scalerValue` {target} is aimed at {}; scalerType REQUEST_COUNT takes whole numbers from 1, \
                 QUEUE_DELAY seconds from 0.5",
                Scaler::of(scaling).as_str()
            ))
        })
    }
}

impl Scaler {
    fn default_scaling(self) -> Scaling {
        match self {
            Self::QueueDelay => Scaling::default_for(Kind::Queue),
            Self::RequestCount => Scaling::default_for(Kind::LoadBalancer),
        }
    }

    fn of(scaling: Scaling) -> Self {
        match scaling {
            Scaling::QueueDelay(_) => Self::QueueDelay,
            Scaling::RequestCount(_) => Self::RequestCount,
        }
    }
}
