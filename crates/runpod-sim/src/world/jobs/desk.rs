//! What an account may ask about jobs, of its own endpoints and of public ones.

use chrono::TimeDelta;

use super::request::NewJob;
use super::{Job, Jobs, Mode, Status, public};
use crate::clock::Time;
use crate::ids::Ids;
use crate::world::endpoints::Kind;
use crate::world::{Denied, Visit};

impl Visit<'_> {
    /// The jobs of an endpoint that has a queue.
    pub(crate) fn jobs(&mut self, endpoint: &str) -> Result<&mut Jobs, Denied> {
        let missing = || Denied::missing("endpoint", endpoint);
        match self.account.endpoints.get_mut(endpoint) {
            Some(found) if found.kind == Kind::Queue => Ok(&mut found.jobs),
            Some(_) => Err(Denied::contradiction(format!(
                "endpoint `{endpoint}` is a load balancer and has no queue; send requests to its own address"
            ))),
            None if public::is_live(endpoint) => {
                Ok(self.account.public.entry(endpoint.to_owned()).or_default())
            }
            None => Err(missing()),
        }
    }

    /// A job that may still be asked for.
    pub(crate) fn job(&mut self, endpoint: &str, id: &str) -> Result<&mut Job, Denied> {
        self.jobs(endpoint)?.get_mut(id).ok_or_else(|| Denied::missing("job", id))
    }

    /// Takes a job on; answers its id.
    pub(crate) fn submit(&mut self, endpoint: &str, new: NewJob, mode: Mode) -> Result<String, Denied> {
        self.jobs(endpoint)?;
        self.take_on(endpoint, new, mode)
    }

    /// The same for whatever the endpoint is, also one without a queue.
    pub(crate) fn take_on(&mut self, endpoint: &str, new: NewJob, mode: Mode) -> Result<String, Denied> {
        let id = job_id(&mut self.ground.ids, mode);
        let job = Job::new(id.clone(), new, mode, self.now);
        match self.account.endpoints.get_mut(endpoint) {
            Some(found) => found.jobs.submit(job),
            None => self.jobs(endpoint)?.submit(job),
        }
        self.settle_jobs(endpoint);
        Ok(id)
    }

    /// Ends a job that is not over; of one that is over, nothing changes.
    pub(crate) fn cancel_job(&mut self, endpoint: &str, id: &str) -> Result<Status, Denied> {
        let now = self.now;
        self.job(endpoint, id)?;
        self.jobs(endpoint)?.cancel(id, now);
        self.settle_jobs(endpoint);
        Ok(self.job(endpoint, id)?.status())
    }

    /// Puts a job that failed or ran out of time into the queue again.
    pub(crate) fn retry_job(&mut self, endpoint: &str, id: &str) -> Result<(), Denied> {
        let (now, status) = (self.now, self.job(endpoint, id)?.status());
        if !self.jobs(endpoint)?.retry(id, now) {
            let text =
                format!("only a job that is FAILED or TIMED_OUT can be retried, this one is {status:?}");
            return Err(Denied::contradiction(text));
        }
        self.settle_jobs(endpoint);
        Ok(())
    }

    /// Takes away what waits; tells how many jobs that were.
    pub(crate) fn purge_queue(&mut self, endpoint: &str) -> Result<usize, Denied> {
        let removed = self.jobs(endpoint)?.purge();
        self.settle_jobs(endpoint);
        Ok(removed)
    }

    /// Lets a job be asked for only so long from now on.
    pub(crate) fn keep_job(&mut self, endpoint: &str, id: &str, time: TimeDelta) -> Result<(), Denied> {
        self.job(endpoint, id)?;
        let at = self.now + time;
        self.jobs(endpoint)?.expire_at(id, at);
        Ok(())
    }

    /// When something about a job may next be different, if nobody does anything.
    pub(crate) fn next_of_job(&self, endpoint: &str, id: &str) -> Option<Time> {
        let own = self.account.endpoints.get(endpoint);
        let (jobs, next) = match own {
            Some(own) => (&own.jobs, own.next(self.ground)),
            None => self.account.public.get(endpoint).map(|jobs| (jobs, public::next(jobs)))?,
        };
        [next, jobs.next_chunk(id, self.now)].into_iter().flatten().min()
    }

    fn settle_jobs(&mut self, endpoint: &str) {
        // What is not there any more has nothing to do.
        drop(self.settle_endpoint(endpoint));
        self.account.settle_public(self.now);
    }
}

/// A UUID with the mark of a region; `sync-` tells who waits for it.
fn job_id(ids: &mut Ids, mode: Mode) -> String {
    let [a, b, c, d, e] = [8, 4, 3, 3, 12].map(|length| ids.hex(length));
    let prefix = match mode {
        Mode::Later => "",
        Mode::Now(_) => "sync-",
    };
    format!("{prefix}{a}-{b}-4{c}-a{d}-{e}-u1")
}
