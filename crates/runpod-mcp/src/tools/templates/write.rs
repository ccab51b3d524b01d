//! `create-template`, `update-template`.

use runpod_api::templates::{Category, Create, Settings, Update};
use runpod_api::{Container, Env, Mount};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::reply::Reply;
use crate::tool::container::{Vars, changed_env, keeps_secrets, new_env};
use crate::tool::word::Pick;
use crate::tool::{Card, ClearableId, Cx, Effect, IdArg, Outcome, ToolDef};

/// What a template holds beside name and image.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TemplateArgs {
    /// For Serverless endpoints instead of Pods.
    is_serverless: Option<bool>,
    /// Visible to everybody.
    is_public: Option<bool>,
    /// Exposed ports such as 8888/http.
    ports: Option<Vec<String>>,
    /// Entrypoint in place of the image's; empty changes nothing.
    docker_entrypoint: Option<Vec<String>>,
    /// Command in place of the image's; empty changes nothing.
    docker_start_cmd: Option<Vec<String>>,
    /// Both in the stored form: a shell string, or a JSON object.
    #[schemars(extend("x-unlisted" = true))]
    args: Option<String>,
    /// Environment variables.
    env: Option<Vars>,
    /// Ephemeral disk in GB.
    #[schemars(range(min = 1))]
    container_disk_in_gb: Option<u32>,
    /// GB of a volume that survives restarts; needs volumeMountPath.
    #[schemars(range(min = 1))]
    volume_in_gb: Option<u32>,
    /// Absolute path of the volume.
    volume_mount_path: Option<String>,
    /// Group in the console, NVIDIA when omitted.
    category: Option<Pick<Category>>,
    /// Let in the account's SSH keys, true when omitted.
    start_ssh: Option<bool>,
    /// Start Jupyter, true when omitted.
    start_jupyter: Option<bool>,
    /// Host CUDA versions accepted, such as 12.8; an empty list clears.
    allowed_cuda_versions: Option<Vec<String>>,
    /// Markdown for the console, REST v1 only.
    readme: Option<String>,
    /// From list-container-registry-auths, empty for none.
    container_registry_auth_id: Option<ClearableId>,
}

impl TemplateArgs {
    fn into_parts(self, image: Option<String>, env: Option<Env>) -> (Container, Settings) {
        let words = |words: Option<Vec<String>>| words.filter(|words| !words.is_empty());
        let container = Container {
            image,
            args: self.args,
            entrypoint: words(self.docker_entrypoint),
            cmd: words(self.docker_start_cmd),
            disk_gb: self.container_disk_in_gb,
            env,
            ports: self.ports,
            registry: self.container_registry_auth_id.map(ClearableId::into_change),
        };
        let mount = match (self.volume_in_gb, self.volume_mount_path) {
            (None, None) => None,
            (size_gb, path) => Some(Mount::Persistent { size_gb, path }),
        };
        let settings = Settings {
            mount,
            category: self.category.map(|pick| pick.0),
            public: self.is_public,
            serverless: self.is_serverless,
            start_ssh: self.start_ssh,
            start_jupyter: self.start_jupyter,
            allowed_cuda_versions: self.allowed_cuda_versions,
            readme: self.readme,
        };
        (container, settings)
    }
}

pub(super) struct CreateTemplate;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateTemplateArgs {
    /// Name, unique in the account.
    name: String,
    /// Container image with its tag.
    image_name: String,
    #[serde(flatten)]
    template: TemplateArgs,
}

impl ToolDef for CreateTemplate {
    type Args = CreateTemplateArgs;
    const CARD: Card = Card {
        name: "create-template",
        title: "Create template",
        about: "Saves container settings under a name, to create Pods or endpoints from; costs nothing.",
        effect: Effect::Writes,
        idempotent: false,
        covers: &["createTemplate"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: CreateTemplateArgs) -> Outcome {
        let env = new_env(args.template.env.clone())?;
        let (container, settings) = args.template.into_parts(Some(args.image_name), env);
        let new = Create { name: args.name, container, settings };
        Ok(Reply::of(&cx.client.templates().create(&new).await?))
    }
}

pub(super) struct UpdateTemplate;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdateTemplateArgs {
    /// From list-templates.
    template_id: IdArg,
    /// New name.
    name: Option<String>,
    /// New container image with its tag.
    image_name: Option<String>,
    #[serde(flatten)]
    template: TemplateArgs,
}

impl ToolDef for UpdateTemplate {
    type Args = UpdateTemplateArgs;
    const CARD: Card = Card {
        name: "update-template",
        title: "Update template",
        about: "Changes a template of the account, not what was made from it; what is omitted stays, env and ports are \
                replaced as a whole, [redacted] keeps a stored env value.",
        effect: Effect::Writes,
        idempotent: true,
        covers: &["updateTemplate"],
        ids_from: Some("list-templates"),
    };

    async fn call(cx: &Cx, args: UpdateTemplateArgs) -> Outcome {
        let id = args.template_id.0;
        let stored = match keeps_secrets(args.template.env.as_ref()) {
            true => Some(cx.client.templates().get(&id).await?.raw),
            false => None,
        };
        let env = changed_env(args.template.env.clone(), stored.as_deref())?;
        let (container, settings) = args.template.into_parts(args.image_name, env);
        let change = Update { name: args.name, container, settings };
        Ok(Reply::of(&cx.client.templates().update(&id, &change).await?))
    }
}
