//! A call and the client behind it: progress goes to the client while the call runs, and the call learns when the
//! client leaves or does not want the answer any more.

use std::future::Future;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::calling::Asked;
use super::{Era, Server};
use crate::tool::progress::{Follower, Step};

/// Steps that may wait while the client does not read; what comes then is left out.
const ROOM: usize = 4;

/// The end of a client's input, as the transport under a request tells it.
#[derive(Clone, Debug, Default)]
pub struct Hangup {
    /// There will be no more input.
    pub ended: CancellationToken,
    /// Nobody waits for the calls that still run.
    pub gone: CancellationToken,
}

impl Server {
    /// Runs a call for a request: what it reports becomes progress notifications, all of them before the answer.
    /// `None` when the client does not want the answer any more.
    pub(super) async fn follow<T, F>(
        &self,
        context: &RequestContext<RoleServer>,
        call: impl FnOnce(Asked) -> F,
    ) -> Option<T>
    where
        F: Future<Output = T>,
    {
        let hangup = context.extensions.get::<Hangup>().cloned().unwrap_or_default();
        let (id, era) = (Some(context.id.to_string()), Era::of_context(context));
        let asked = Asked { id, era, leaving: hangup.ended, ..Asked::default() };
        let answered = async {
            match context.meta.get_progress_token() {
                None => call(asked).await,
                Some(token) => self.told(&context.peer, &token, asked, call).await,
            }
        };
        // Dropping the call is what stops it.
        tokio::select! {
            biased;
            answer = answered => Some(answer),
            () = context.ct.cancelled() => None,
            () = hangup.gone.cancelled() => None,
        }
    }

    async fn told<T, F>(
        &self,
        peer: &Peer<RoleServer>,
        token: &ProgressToken,
        asked: Asked,
        call: impl FnOnce(Asked) -> F,
    ) -> T
    where
        F: Future<Output = T>,
    {
        let (steps, mut inbox) = mpsc::channel(ROOM);
        let follower = Follower::new(self.0.setup.client.clock(), move |step| drop(steps.try_send(step)));
        let leaving = asked.leaving.clone();
        let asked = Asked { progress: follower.progress(), ..asked };
        let calling = async {
            let answer = call(asked).await;
            drop(follower);
            answer
        };
        let telling = async {
            while let Some(step) = inbox.recv().await {
                // A client that cannot be told anything will not get its answer either; the transport sees to that.
                if peer.notify_progress(notification(token, step)).await.is_err() {
                    return;
                }
            }
        };
        // After the end of the input rmcp passes on answers and nothing else.
        let telling = async {
            tokio::select! {
                () = leaving.cancelled() => (),
                () = telling => (),
            }
        };
        // Not raced: a step that is half on its way must not arrive after the answer.
        let (answer, ()) = tokio::join!(calling, telling);
        answer
    }
}

fn notification(token: &ProgressToken, step: Step) -> ProgressNotificationParam {
    let Step { done, total, message } = step;
    let told = ProgressNotificationParam::new(token.clone(), done).with_message(message);
    match total {
        Some(total) => told.with_total(total),
        None => told,
    }
}
