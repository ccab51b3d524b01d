//! The Tasks extension: a call that would only wait is handed back as a task, and the client looks after it.
//!
//! Only for requests that declare the extension. A task is the id of something at Runpod and of the read that looks at
//! it ([`Later`]), so nothing is kept here between two requests, and any process answers for any task. What a task
//! leads to is asked for with the caller's own key: an id opens nothing to anybody else.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat};
use rmcp::RoleServer;
use rmcp::model::{
    CallToolResult, CreateTaskResult, DetailedTask, ErrorData, GetTaskResult, JsonObject, Task, TaskPayload,
    TaskStatus,
};
use rmcp::service::RequestContext;
use serde_json::Value;

use super::answering::result;
use super::calling::{Answer, Asked, Who};
use super::{Era, Server};
use crate::reply::later::Later;

/// How often a client should look, in ms.
const POLL_MS: u64 = 5000;

/// The `wait` of a look, which is handed back before it begins: any that the tools take.
const LOOK: Duration = Duration::from_secs(60);

impl Server {
    /// The task that an answer is handed back as.
    pub(super) fn task(&self, later: &Later) -> CreateTaskResult {
        let now = millis();
        CreateTaskResult::new(described(later, now))
    }

    /// How a task stands: its read is made once more.
    ///
    /// # Errors
    /// When there is no such task.
    pub(crate) async fn look_at(
        &self,
        task_id: &str,
        who: &Who,
        asked: &Asked,
    ) -> Result<GetTaskResult, ErrorData> {
        let (later, began) = Later::of_task(task_id).ok_or_else(no_such_task)?;
        let until = began.saturating_add(later.wait.as_millis().try_into().unwrap_or(u64::MAX));
        // When its time is up, the read says so itself: it waits for no more than a moment, and is not handed back.
        let is_late = millis() >= until;
        let wait = if is_late { Duration::from_millis(1) } else { later.wait.min(LOOK) };
        let mut args = later.args();
        args.insert("wait".to_owned(), u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).into());
        let asked = Asked { takes_tasks: !is_late, ..asked.clone() };
        let answer = self.call_for(later.tool(), args, who, &asked).await;
        let answer = answer.map_err(|unknown| ErrorData::invalid_params(unknown.to_string(), None))?;
        let tag = |result| self.tagged(result, asked.era);
        Ok(GetTaskResult::new(stands(answer, &later, began, tag)?))
    }

    /// Cancels what a task waits for, if that is a job. What else is waited for goes on, only nobody looks at it.
    ///
    /// # Errors
    /// When there is no such task, or Runpod or the policy refuses.
    pub(crate) async fn call_off(&self, task_id: &str, who: &Who, asked: &Asked) -> Result<(), ErrorData> {
        let (later, _) = Later::of_task(task_id).ok_or_else(no_such_task)?;
        if later.tool() != "get-job-status" {
            return Ok(());
        }
        let answer = self.call_for("cancel-job", later.args(), who, asked).await;
        let answer = answer.map_err(|unknown| ErrorData::invalid_params(unknown.to_string(), None))?;
        match answer.failed {
            false => Ok(()),
            true => Err(ErrorData::internal_error("the job was not cancelled", Some(answer.json()))),
        }
    }

    /// Whether the client of a request takes a task for an answer.
    pub(super) fn takes_tasks(context: &RequestContext<RoleServer>) -> bool {
        Era::of_context(context).is_modern()
            && context.client_capabilities().is_some_and(|client| client.supports_tasks())
    }
}

fn stands(
    answer: Answer,
    later: &Later,
    began: u64,
    tag: impl FnOnce(CallToolResult) -> CallToolResult,
) -> Result<DetailedTask, ErrorData> {
    if let Some(Later { state, .. }) = &answer.later {
        let now = later.clone().at(state.clone());
        return Ok(DetailedTask::new(described(&now, began), TaskPayload::Working));
    }
    let result = serde_json::to_value(tag(result(answer)));
    let Ok(Value::Object(result)) = result else {
        return Err(ErrorData::internal_error("the result cannot be written", None));
    };
    Ok(DetailedTask::new(
        described(later, began),
        TaskPayload::Completed { result: JsonObject::from_iter(result) },
    ))
}

fn described(later: &Later, began: u64) -> Task {
    let task = Task::new(later.task_id(began), TaskStatus::Working, stamp(began), stamp(millis()));
    let task = task.with_poll_interval_ms(POLL_MS);
    if later.state.is_empty() { task } else { task.with_status_message(later.state.clone()) }
}

/// What is answered to tasks/update.
pub(crate) fn no_task_asks() -> ErrorData {
    ErrorData::invalid_params("no task of this server asks for anything", None)
}

fn no_such_task() -> ErrorData {
    ErrorData::invalid_params("`taskId` is not one that this server gave", None)
}

fn millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// ISO 8601.
fn stamp(millis: u64) -> String {
    let at = DateTime::from(UNIX_EPOCH + Duration::from_millis(millis));
    DateTime::<chrono::Utc>::to_rfc3339_opts(&at, SecondsFormat::Millis, true)
}
