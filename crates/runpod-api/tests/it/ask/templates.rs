use runpod_api::Client;
use runpod_api::templates::{Create, Query, Settings, Update};

use super::{Said, notes, nothing};
use crate::input::Input;

pub(super) async fn ask(client: &Client, operation: &str, mut input: Input) -> Said {
    let templates = client.templates();
    match operation {
        "listTemplates" => {
            let query = Query {
                page: input.page(),
                include_runpod: input.flag("includeRunpodTemplates"),
                include_public: input.flag("includePublicTemplates"),
                include_endpoint_bound: input.flag("includeEndpointBoundTemplates"),
            };
            input.end();
            nothing(templates.list(&query).await)
        }
        "listPublicTemplates" => nothing(templates.public(input.word("source")).await),
        "getTemplate" => notes(templates.get(&input.id("templateId")).await),
        "createTemplate" => {
            let new = Create {
                name: input.take("name"),
                container: input.container(),
                settings: settings(&mut input),
            };
            input.end();
            notes(templates.create(&new).await)
        }
        "updateTemplate" => {
            let id = input.id("templateId");
            let change = Update {
                name: input.take("name"),
                container: input.container(),
                settings: settings(&mut input),
            };
            input.end();
            notes(templates.update(&id, &change).await)
        }
        "deleteTemplate" => nothing(templates.delete(&input.id("templateId")).await),
        other => panic!("{other} is no operation on templates"),
    }
}

fn settings(input: &mut Input) -> Settings {
    Settings {
        mount: input.mount(),
        category: input.word("category"),
        public: input.take("isPublic"),
        serverless: input.take("isServerless"),
        start_ssh: input.take("startSsh"),
        start_jupyter: input.take("startJupyter"),
        allowed_cuda_versions: input.take("allowedCudaVersions"),
        readme: input.take("readme"),
    }
}
