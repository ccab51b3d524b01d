//! Settings of a template copied into a request, for hosts that do not know `templateId`.

use super::{Template, v2};
use crate::check;
use crate::client::Outcome;
use crate::container::{Change, Container, Env};
use crate::error::Error;
use crate::id::Id;
use crate::mapped::{Mapped, Note};
use crate::wire::{Request, Wire};

/// A template whose settings go into a request in place of its id.
#[derive(Debug)]
pub(crate) struct Copied {
    pub(crate) settings: Template,
    /// What is to be known of such a request.
    pub(crate) note: Note,
}

/// Reads a template for a host that `refused` its id.
///
/// # Errors
/// The refusal itself when it is about something else, [`Error::Fallback`] with both refusals when the template cannot
/// be read either.
pub(crate) async fn instead_of_id(wire: &Wire, id: Option<&str>, refused: Error) -> Outcome<Copied> {
    let Some(id) = id.filter(|_| refused.knows_no("templateId")) else { return Err(refused) };
    let tried = "copying the settings of the template";
    match read_on_v2(wire, id).await {
        Ok(settings) => Ok(Copied { settings, note: note(id) }),
        Err(then) => Err(Error::Fallback { tried, refused: Box::new(refused), then: Box::new(then) }),
    }
}

/// The template as REST v2 says it, whatever templates are routed to: it goes into a body of REST v2.
async fn read_on_v2(wire: &Wire, id: &str) -> Outcome<Template> {
    let Ok(id) = Id::parse(id) else {
        return check::refuse("templateId", "is no id; an id has only letters, digits, `.`, `_` and `-`");
    };
    let answer = wire.send(&v2::GET, Request::to(&[(&id).into()])).await?;
    Mapped::read(&answer).map(|mapped| mapped.view)
}

fn note(id: &str) -> Note {
    Note::new(format!(
        "This REST v2 host does not know templateId, so the settings of template `{id}` were copied into the request."
    ))
}

impl Template {
    /// The settings under those that were given: a given field wins as a whole, `env` is merged by name, and any
    /// part of a start command replaces all of the template's.
    pub(crate) fn under(self, given: &Container) -> Container {
        let given = given.clone();
        let commanded = given.args.is_some() || given.entrypoint.is_some() || given.cmd.is_some();
        let own =
            if commanded { Command::default() } else { Command::of(self.args, self.entrypoint, self.cmd) };
        Container {
            image: given.image.or(said(self.image)),
            args: given.args.or(own.args),
            entrypoint: given.entrypoint.or(own.entrypoint),
            cmd: given.cmd.or(own.cmd),
            disk_gb: given.disk_gb.or(self.disk_gb),
            env: merged(self.env, given.env),
            ports: given.ports.or(Some(self.ports)),
            registry: given.registry.or(self.registry.map(Change::Set)),
        }
    }
}

/// A start command in one of its two forms. The stored one says it all; the words are for hosts that show no other.
#[derive(Default)]
struct Command {
    args: Option<String>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
}

impl Command {
    fn of(args: String, entrypoint: Vec<String>, cmd: Vec<String>) -> Self {
        let words = |words: Vec<String>| Some(words).filter(|words| !words.is_empty());
        match said(args) {
            Some(args) => Self { args: Some(args), ..Self::default() },
            None => Self { args: None, entrypoint: words(entrypoint), cmd: words(cmd) },
        }
    }
}

fn said(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn merged(mut env: Env, given: Option<Env>) -> Option<Env> {
    env.0.extend(given.unwrap_or_default().0);
    Some(env)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        let said = r#"{"id":"t","image":"i","args":"serve","entrypoint":["sh"],"cmd":["serve"],"disk":30,
            "env":{"A":"1","B":"2"},"ports":["80/http"],"registry":"r"}"#;
        serde_json::from_str(said).expect("a template")
    }

    #[test]
    fn what_is_not_given_comes_from_the_template() {
        let copied = template().under(&Container::default());
        assert_eq!(copied.image.as_deref(), Some("i"));
        assert_eq!((copied.args.as_deref(), copied.entrypoint, copied.cmd), (Some("serve"), None, None));
        assert_eq!((copied.disk_gb, copied.ports), (Some(30), Some(vec!["80/http".to_owned()])));
        assert_eq!(copied.registry, Some(Change::Set("r".to_owned())));
    }

    #[test]
    fn what_is_given_wins_and_variables_are_merged() {
        let env = [("B".to_owned(), "3".to_owned())].into_iter().collect();
        let given = Container {
            cmd: Some(vec!["mine".to_owned()]),
            ports: Some(Vec::new()),
            env: Some(env),
            registry: Some(Change::Clear),
            ..Container::image("mine")
        };
        let copied = template().under(&given);
        assert_eq!((copied.image.as_deref(), copied.args, copied.entrypoint), (Some("mine"), None, None));
        assert_eq!((copied.cmd, copied.ports), (given.cmd, Some(Vec::new())));
        assert_eq!(copied.registry, Some(Change::Clear));
        let env = copied.env.expect("variables").0;
        assert_eq!(env.into_iter().map(|(k, v)| k + &v).collect::<Vec<_>>(), ["A1", "B3"]);
    }

    #[test]
    fn a_command_in_words_is_copied_where_there_is_no_stored_one() {
        let bare = Template { args: String::new(), ..template() };
        let copied = bare.under(&Container::default());
        assert_eq!(copied.args, None);
        assert_eq!(
            (copied.entrypoint, copied.cmd),
            (Some(vec!["sh".to_owned()]), Some(vec!["serve".to_owned()]))
        );
    }
}
