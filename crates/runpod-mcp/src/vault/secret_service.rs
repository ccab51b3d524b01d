//! The Secret Service of desktops (GNOME Keyring, KWallet, KeePassXC), over the session bus.
//!
//! The secret crosses the bus as it is (the `plain` session of the specification): the bus is a socket of this user,
//! and whoever can read along there can ask the service as well.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use zbus::message::Type;
use zbus::names::OwnedErrorName;
use zbus::wire::{DynamicType, ObjectPath, OwnedObjectPath, OwnedVariant, Variant};
use zbus::{Connection, Error, MatchRule, Message, MessageStream, connection};

use super::{Item, Secret, Store, Trouble};

const PLACE: &str = "the keyring of this desktop";
const SERVICE: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
const SERVICE_FACE: &str = "org.freedesktop.Secret.Service";
const ITEM_FACE: &str = "org.freedesktop.Secret.Item";
const COLLECTION_FACE: &str = "org.freedesktop.Secret.Collection";
const PROMPT_FACE: &str = "org.freedesktop.Secret.Prompt";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// The path that stands for "none".
const NONE: &str = "/";

/// How long the service may take for an answer that needs nobody.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a person may take to unlock the keyring.
const PERSON: Duration = Duration::from_secs(90);

/// A secret as the service sends it: session, parameters, value, content type.
type Sent = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// The service at a session bus.
#[derive(Debug)]
pub(super) struct SecretService {
    bus: String,
}

impl SecretService {
    /// The service at the bus of this address.
    pub(super) fn at(bus: String) -> Self {
        Self { bus }
    }

    /// Runs one errand on a runtime of its own: keyrings are asked from threads that may block.
    fn errand<T>(&self, errand: impl AsyncFnOnce(&Talk) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| failed(&e.to_string()))?;
        runtime.block_on(async {
            let talk = Talk::begin(&self.bus).await?;
            errand(&talk).await
        })
    }
}

impl Store for SecretService {
    fn place(&self) -> String {
        PLACE.to_owned()
    }

    fn get(&self, item: Item) -> Result<Option<Secret>, Trouble> {
        self.errand(async |talk| match talk.find(item).await?.first() {
            Some(found) => talk.secret(found).await.map(Some),
            None => Ok(None),
        })
    }

    fn put(&self, item: Item, secret: &Secret) -> Result<(), Trouble> {
        self.errand(async |talk| talk.create(item, secret).await)
    }

    fn remove(&self, item: Item) -> Result<bool, Trouble> {
        self.errand(async |talk| {
            let found = talk.find(item).await?;
            for item in &found {
                talk.delete(item).await?;
            }
            Ok(!found.is_empty())
        })
    }
}

/// A session with the service.
struct Talk {
    bus: Connection,
    session: OwnedObjectPath,
}

impl Talk {
    async fn begin(address: &str) -> Result<Self, Trouble> {
        let bus = connection::Builder::address(address).method_timeout(ANSWER).build().await;
        let bus = bus.map_err(|e| Trouble::Absent(format!("the session bus does not answer: {e}")))?;
        let opening = ("plain", Variant::from(""));
        let opened = call(&bus, ROOT, SERVICE_FACE, "OpenSession", &opening).await.map_err(|e| absent(&e))?;
        let (_, session): (OwnedVariant, OwnedObjectPath) = read(&opened)?;
        Ok(Self { bus, session })
    }

    async fn ask<B>(&self, path: &str, face: &str, method: &str, body: &B) -> Result<Message, Trouble>
    where
        B: serde::Serialize + DynamicType,
    {
        call(&self.bus, path, face, method, body).await.map_err(|e| told(&e))
    }

    /// Our entries, unlocked.
    async fn find(&self, item: Item) -> Result<Vec<OwnedObjectPath>, Trouble> {
        let found = self.ask(ROOT, SERVICE_FACE, "SearchItems", &attributes(item)).await?;
        let (mut open, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) = read(&found)?;
        for path in locked {
            self.unlock(&path, ITEM_FACE).await?;
            open.push(path);
        }
        Ok(open)
    }

    async fn secret(&self, item: &OwnedObjectPath) -> Result<Secret, Trouble> {
        let said = self.ask(item.as_str(), ITEM_FACE, "GetSecret", &self.session).await?;
        let sent: Sent = said.body().deserialize().map_err(|e| told(&e))?;
        let text = String::from_utf8(sent.2).map_err(|_| failed("holds something that is no text"))?;
        Ok(Secret::new(text))
    }

    async fn create(&self, item: Item, secret: &Secret) -> Result<(), Trouble> {
        let collection = self.collection().await?;
        self.unlock(&collection, COLLECTION_FACE).await?;
        let properties = BTreeMap::from([
            ("org.freedesktop.Secret.Item.Label", Variant::from(label(item))),
            ("org.freedesktop.Secret.Item.Attributes", Variant::from(attributes(item))),
        ]);
        let nothing: &[u8] = &[];
        let sent = (&self.session, nothing, secret.reveal().as_bytes(), "text/plain");
        let body = (properties, sent, true);
        let made = self.ask(collection.as_str(), COLLECTION_FACE, "CreateItem", &body).await?;
        let (made, _): (OwnedObjectPath, OwnedObjectPath) = read(&made)?;
        match made.as_str() {
            NONE => Err(Trouble::Locked { place: PLACE.to_owned() }),
            _ => Ok(()),
        }
    }

    async fn delete(&self, item: &OwnedObjectPath) -> Result<(), Trouble> {
        let prompt: OwnedObjectPath = read(&self.ask(item.as_str(), ITEM_FACE, "Delete", &()).await?)?;
        match prompt.as_str() {
            NONE => Ok(()),
            _ => Err(Trouble::Locked { place: PLACE.to_owned() }),
        }
    }

    /// Where new entries go.
    async fn collection(&self) -> Result<OwnedObjectPath, Trouble> {
        let path: OwnedObjectPath = read(&self.ask(ROOT, SERVICE_FACE, "ReadAlias", &"default").await?)?;
        match path.as_str() {
            NONE => Err(Trouble::Absent("the keyring of this desktop was never set up".to_owned())),
            _ => Ok(path),
        }
    }

    /// Unlocks, if need be by asking the person, whose answer is awaited for [`PERSON`].
    async fn unlock(&self, path: &OwnedObjectPath, face: &str) -> Result<(), Trouble> {
        if !self.is_locked(path, face).await? {
            return Ok(());
        }
        let paths: [&ObjectPath<'_>; 1] = [path];
        let body: &[&ObjectPath<'_>] = &paths;
        let asked = self.ask(ROOT, SERVICE_FACE, "Unlock", &body).await?;
        let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = read(&asked)?;
        if prompt.as_str() != NONE {
            self.prompt(&prompt).await?;
        }
        match self.is_locked(path, face).await? {
            true => Err(Trouble::Locked { place: PLACE.to_owned() }),
            false => Ok(()),
        }
    }

    /// Lets the service ask the person, and waits until it is done or dismissed.
    async fn prompt(&self, prompt: &OwnedObjectPath) -> Result<(), Trouble> {
        let rule = MatchRule::builder().msg_type(Type::Signal).interface(PROMPT_FACE).member("Completed");
        let rule = rule.path(prompt.as_str()).build().map_err(|e| told(&e))?;
        // Before the question, so that no answer is missed.
        let done = MessageStream::for_match_rule(rule, &self.bus, None).await;
        let mut done = done.map_err(|e| told(&e))?;
        self.ask(prompt.as_str(), PROMPT_FACE, "Prompt", &"").await?;
        match tokio::time::timeout(PERSON, done.next()).await {
            Ok(Some(Ok(_))) => Ok(()),
            _ => Err(Trouble::Locked { place: PLACE.to_owned() }),
        }
    }

    async fn is_locked(&self, path: &OwnedObjectPath, face: &str) -> Result<bool, Trouble> {
        let said = self.ask(path.as_str(), PROPERTIES, "Get", &(face, "Locked")).await?;
        let value: OwnedVariant = read(&said)?;
        bool::try_from(value).map_err(|e| told(&e))
    }
}

/// What a person sees in the window of the keyring.
fn label(item: Item) -> &'static str {
    match item {
        Item::AccountKey => "Runpod account key (runpod-mcp)",
        Item::SignIns => "Sign-ins at MCP servers (runpod-mcp)",
    }
}

fn attributes(item: Item) -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([("application", "runpod-mcp"), ("item", item.name())])
}

async fn call<B>(bus: &Connection, path: &str, face: &str, method: &str, body: &B) -> zbus::Result<Message>
where
    B: serde::Serialize + DynamicType,
{
    bus.call_method(Some(SERVICE), path, Some(face), method, body).await
}

fn read<T>(message: &Message) -> Result<T, Trouble>
where
    T: serde::de::DeserializeOwned + zbus::wire::Type,
{
    message.body().deserialize_ignore_signature().map_err(|e| told(&e))
}

/// When even the first question fails, there is no such service.
fn absent(error: &Error) -> Trouble {
    Trouble::Absent(format!("this desktop has no keyring: {}", words(error)))
}

fn told(error: &Error) -> Trouble {
    failed(&words(error))
}

/// The name of an error and not its text, which the service may have made from what it was sent.
fn words(error: &Error) -> String {
    match error {
        Error::MethodError(name, ..) => OwnedErrorName::to_string(name),
        other => other.to_string(),
    }
}

fn failed(why: &str) -> Trouble {
    Trouble::Failed { place: PLACE.to_owned(), why: why.to_owned() }
}
