//! `docs/PERMISSIONS.md`, the part about roles: written from the table that every door asks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::team::permission::{Permission, Reach, Role, Scope};
use serde_json::Value;

use crate::world::World;

const BEGINS: &str = "\n# Permissions of each role\n";

fn reach(permission: Permission, role: Role) -> &'static str {
    match permission.reach(role) {
        Some(Reach::Organisation) => "all",
        Some(Reach::Own) => "own",
        None => "",
    }
}

/// The routes of each permission, as the API's document tells them.
async fn routes(world: &World) -> BTreeMap<String, Vec<String>> {
    let document = world.call("GET", "/v1/openapi.json", Value::Null).await.1;
    let mut routes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let description = operation["description"].as_str().unwrap_or_default();
            let Some((_, rest)) = description.rsplit_once("Needs the permission `") else { continue };
            let permission = rest.split('`').next().unwrap_or_default().to_owned();
            routes.entry(permission).or_default().push(format!("{} {path}", method.to_uppercase()));
        }
    }
    routes
}

async fn section() -> String {
    let routes = routes(&World::new().await).await;
    let mut text = BEGINS.to_owned();
    text.push_str(
        "\nEvery route of the API asks this table, and so will every other door. *all*: everybody's in the organisation; *own*: the \
         user's own. An\nintegration needs the scope. For things that belong to users (messages, cards) it reaches as far as the user that it \
         names in\n`Telltale-User`; for all others its scope alone decides. The setting `sent_visibility` may narrow `messages.read` to \
         a seller's own.\nWritten by the tests (`UPDATE_PERMISSIONS=1 cargo test -p e2e --test e2e the_page_of_permissions`); they fail \
         when the two differ.\n\n| permission | scope | administrator | manager | seller | routes |\n|---|---|---|---|---|---|\n",
    );
    for permission in Permission::ALL {
        let [administrator, manager, seller] =
            [Role::Administrator, Role::Manager, Role::Seller].map(|role| reach(*permission, role));
        let scope = permission.scope().map(Scope::as_str).unwrap_or_default();
        let name = permission.as_str();
        let routes = routes.get(name).map(|routes| format!("`{}`", routes.join("`, `"))).unwrap_or_default();
        writeln!(text, "| `{name}` | {scope} | {administrator} | {manager} | {seller} | {routes} |").unwrap();
    }
    text
}

#[tokio::test(start_paused = true)]
async fn the_page_of_permissions_shows_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/PERMISSIONS.md");
    let page = std::fs::read_to_string(path).unwrap();
    let functions = page.split(BEGINS).next().unwrap();
    let wanted = format!("{functions}{}", section().await);
    if std::env::var_os("UPDATE_PERMISSIONS").is_some() {
        std::fs::write(path, &wanted).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), wanted, "run the tests once with UPDATE_PERMISSIONS=1");
}
