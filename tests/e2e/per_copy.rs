//! Templates that are filled for each copy: everybody reads their own name.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{World, offer};

async fn template(world: &World) -> String {
    let input = json!({
        "name": "Offer", "language": "en", "subject": "For {{ recipient.name }}: {{ values.offer }}",
        "html": "<p>Dear {{ recipient.name }}, <a href=\"https://example.com/?to={{ recipient.email }}\">yours</a>, \
            <a href=\"https://example.com/all\">all</a></p>",
    });
    let (status, template) = world.call("POST", "/v1/templates", input).await;
    assert_eq!(status, 201, "{template}");
    template["id"].as_str().unwrap().to_owned()
}

async fn draft(world: &World, more: Value) -> Value {
    let mut draft = json!({
        "to": [{"email": "ann@example.org", "name": "Ann Buyer"}, {"email": "bob@example.org", "name": "Bob Boss"}],
        "template": {"id": template(world).await, "values": {"offer": "200 chairs"}, "per_copy": true},
    });
    for (name, value) in more.as_object().unwrap() {
        draft[name] = value.clone();
    }
    let (status, message) = world.call("POST", "/v1/messages", draft).await;
    assert_eq!(status, 201, "{message}");
    message
}

fn path(message: &Value, rest: &str) -> String {
    format!("/v1/messages/{}{rest}", message["id"].as_str().unwrap())
}

fn subject(raw: &[u8]) -> String {
    mail_parser::MessageParser::default().parse(raw).unwrap().subject().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn each_copy_is_filled_for_its_own_recipient() {
    for tracked in [true, false] {
        let world = World::new().await;
        let message = draft(&world, json!({"tracking": tracked})).await;
        assert_eq!(
            (&message["subject"], &message["template"]["per_copy"]),
            (&json!("For Ann Buyer: 200 chairs"), &json!(true))
        );
        assert!(message["html"].as_str().unwrap().contains("Dear Ann Buyer"));
        world.release(message["id"].as_str().unwrap()).await;
        let mails = world.received();
        assert_eq!(mails.len(), 2);
        for (mail, name) in mails.iter().zip(["Ann Buyer", "Bob Boss"]) {
            assert_eq!(subject(&mail.raw), format!("For {name}: 200 chairs"));
            assert!(mail.html.contains(&format!("Dear {name},")), "{}", mail.html);
            assert!(mail.text.contains(&format!("Dear {name},")), "{}", mail.text);
        }
        if tracked {
            world.advance(SignedDuration::from_mins(10));
            let (status, headers) = world.visit(&mails[1].tracked("/c/")[0]).await;
            assert_eq!(
                (status, headers["location"].to_str().unwrap()),
                (302, "https://example.com/?to=bob%40example.org")
            );
            world.settle().await;
            let timeline = world.timeline(message["id"].as_str().unwrap()).await;
            let click =
                timeline["events"].as_array().unwrap().iter().find(|event| event["kind"] == "click").unwrap().clone();
            assert_eq!(click["link"], "https://example.com/?to=bob%40example.org");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_template_is_never_silently_filled_with_the_first() {
    let world = World::new().await;
    let message = draft(&world, json!({})).await;
    let template = message["template"]["id"].clone();
    let neither = json!({"to": message["to"], "template": {"id": template, "values": {"offer": "x"}}});
    let (status, problem) = world.call("POST", "/v1/messages", neither).await;
    assert_eq!((status, &problem["code"]), (422, &json!("ambiguous_recipient")));

    let own = json!({"html": "<p>Dear Ann</p>"});
    let (status, problem) = world.call("PATCH", &path(&message, ""), own).await;
    assert_eq!(
        (status, &problem["code"], &problem["errors"][0]["pointer"]),
        (422, &json!("ambiguous_recipient"), &json!("/html"))
    );
    let turned = json!({"to": [message["to"][1], message["to"][0]], "subject": "One for all"});
    let (status, changed) = world.call("PATCH", &path(&message, ""), turned).await;
    assert_eq!((status, &changed["subject"]), (200, &json!("One for all")), "{changed}");
    assert!(changed["html"].as_str().unwrap().contains("Dear Bob Boss"));
    let taken_away = json!({"template": null, "html": "<p>Dear all</p>"});
    let (status, changed) = world.call("PATCH", &path(&message, ""), taken_away).await;
    assert_eq!((status, &changed["html"]), (200, &json!("<p>Dear all</p>")));
    world.release(message["id"].as_str().unwrap()).await;
    assert!(world.received().iter().all(|mail| mail.html.contains("Dear all") && subject(&mail.raw) == "One for all"));
}

#[tokio::test(start_paused = true)]
async fn a_value_that_one_recipient_lacks_stops_the_message() {
    let world = World::new().await;
    let to = json!([{"email": "ann@example.org", "name": "Ann Buyer"}, {"email": "bob@example.org"}]);
    let message = draft(&world, json!({"to": to})).await;
    let checked = world.call("POST", &path(&message, "/check"), Value::Null).await.1;
    let problem = &checked["problems"][0];
    assert_eq!((&problem["code"], &problem["pointer"]), (&json!("missing_value"), &json!("/to/1/name")), "{checked}");
    let (status, refused) = world.call("POST", &path(&message, "/send"), json!({})).await;
    assert_eq!((status, &refused["errors"][0]["detail"]), (422, &problem["detail"]));

    let known = json!({"name": "Bob Boss", "emails": ["bob@example.org"]});
    world.call("PUT", "/v1/records/contact/c-2", known).await;
    assert_eq!(
        world.call("POST", &path(&message, "/check"), Value::Null).await.1["ready"],
        true,
        "the record has a name"
    );
    world.release(message["id"].as_str().unwrap()).await;
    assert!(world.received()[1].html.contains("Dear Bob Boss"));
}

#[tokio::test(start_paused = true)]
async fn who_is_forgotten_meanwhile_is_in_nobodys_copy() {
    let world = World::new().await;
    world.call("PUT", "/v1/records/contact/c-1", json!({"name": "Ann Buyer", "emails": ["ann@example.org"]})).await;
    let message = draft(&world, json!({})).await;
    let at = json!({"at": "2026-11-23T10:00:00Z"});
    assert_eq!(world.call("POST", &path(&message, "/send"), at).await.0, 202);
    world.call("POST", "/v1/records/contact/c-1/erase", json!({})).await;
    let stored = world.stored().await;
    assert!(stored.iter().all(|item| !item.contains("Ann Buyer") && !item.contains("ann@example.org")), "{stored:#?}");
    let now = world.call("POST", &path(&message, "/send"), json!({})).await;
    assert_eq!(now.0, 202, "{}", now.1);
    world.settle().await;
    let mails = world.received();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].html.contains("Dear Bob Boss") && subject(&mails[0].raw) == "For Bob Boss: 200 chairs");
}

#[tokio::test(start_paused = true)]
async fn an_ordinary_message_knows_nothing_of_it() {
    let world = World::new().await;
    world.send(offer()).await;
    assert!(world.stored().await.iter().all(|item| !item.contains("per_copy") || item.starts_with("answers/")));
}
