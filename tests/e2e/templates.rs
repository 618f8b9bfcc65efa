//! Templates: saved, found, filled, and what became of the mail that was made from them.

use serde_json::{Value, json};

use crate::world::World;

fn confirmation() -> Value {
    json!({
        "name": "Order confirmation", "language": "en", "subject": "Your order {{ values.order_number }}",
        "html": "<p>Dear {{ recipient.name }},</p><p>we got your order <a href=\"https://example.com/orders/{{ values.order_number }}\">\
            {{ values.order_number }}</a> for {{ record.name }}.</p><p>{{ sender.name }}</p>",
    })
}

async fn template(world: &World, input: Value) -> String {
    let (status, template) = world.call("POST", "/v1/templates", input).await;
    assert_eq!(status, 201, "{template}");
    template["id"].as_str().unwrap().to_owned()
}

fn draft(template: &str, values: &Value) -> Value {
    json!({
        "to": [{"email": "purchasing@example.org", "name": "A&B <Purchasing>"}],
        "regarding": {"type": "opportunity", "id": "o-7"},
        "template": {"id": template, "values": values},
    })
}

#[tokio::test(start_paused = true)]
async fn a_template_fills_a_draft_and_the_author_adapts_it() {
    let world = World::new().await;
    world.call("PUT", "/v1/records/opportunity/o-7", json!({"name": "200 chairs"})).await;
    let id = template(&world, confirmation()).await;
    let (status, message) = world.call("POST", "/v1/messages", draft(&id, &json!({"order_number": "47/11"}))).await;
    assert_eq!(status, 201, "{message}");
    assert_eq!((&message["subject"], &message["template"]["id"]), (&json!("Your order 47/11"), &json!(id)));
    let html = "<p>Dear A&amp;B &lt;Purchasing>,</p><p>we got your order <a href=\"https://example.com/orders/47%2F11\">47/11</a> \
        for 200 chairs.</p><p>Søren Sales</p>";
    let got = message["html"].as_str().unwrap().replace("&gt;", ">");
    assert_eq!(got, html);
    assert!(message["text"].as_str().unwrap().starts_with("Dear A&B <Purchasing>,"), "{}", message["text"]);

    let path = format!("/v1/messages/{}", message["id"].as_str().unwrap());
    let (_, adapted) = world.call("PATCH", &path, json!({"subject": "Thank you"})).await;
    assert_eq!((&adapted["subject"], &adapted["html"]), (&json!("Thank you"), &message["html"]));
    assert_eq!(adapted["template"]["id"], json!(id), "its use is remembered");
    let (_, forgotten) = world.call("PATCH", &path, json!({"template": null})).await;
    assert_eq!((&forgotten["template"], &forgotten["subject"]), (&Value::Null, &json!("Thank you")));
    let again = json!({"template": {"id": id, "values": {"order_number": 12}}, "text": "Mine"});
    let (_, again) = world.call("PATCH", &path, again).await;
    assert_eq!((&again["subject"], &again["text"]), (&json!("Your order 12"), &json!("Mine")), "what is given wins");
}

#[tokio::test(start_paused = true)]
async fn a_missing_value_is_named_and_a_preview_lists_it() {
    let world = World::new().await;
    let id = template(&world, confirmation()).await;
    let (status, problem) = world.call("POST", "/v1/messages", draft(&id, &json!({}))).await;
    assert_eq!((status, &problem["code"]), (422, &json!("missing_value")));
    let pointers: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(pointers, ["/template/values/order_number", "/regarding"], "{problem}");
    let (_, list) = world.call("GET", "/v1/messages", Value::Null).await;
    assert_eq!(list["items"], json!([]), "nothing is half written");

    let path = format!("/v1/templates/{id}/render");
    let input = json!({"values": {"order_number": "<b>"}, "recipient": {"email": "a@example.org", "name": "Ann"}});
    let (status, preview) = world.call("POST", &path, input).await;
    assert_eq!((status, &preview["missing"]), (200, &json!(["record.name"])), "{preview}");
    assert_eq!(preview["subject"], json!("Your order <b>"));
    let html = preview["html"].as_str().unwrap();
    assert!(html.contains("orders/%3Cb%3E\">&lt;b") && html.contains("for {{ record.name }}."), "{html}");
    let (_, nothing) = world.call("POST", &path, json!({})).await;
    assert_eq!(nothing["missing"], json!(["values.order_number", "recipient.name", "record.name"]));
    let (_, unknown) = world.call("POST", "/v1/messages", draft("tpl_1", &json!({}))).await;
    assert_eq!(unknown["errors"][0]["pointer"], json!("/template/id"));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_template_is_refused_with_field_and_place() {
    let world = World::new().await;
    for (change, code, pointer, detail) in [
        (json!({"html": "<p>\n{% if a %}"}), "invalid_template", "/html", "line 2, column 1: "),
        (json!({"html": "<p onclick=\"{{ values.x }}\">"}), "invalid_template", "/html", "line 1, column 13: "),
        (json!({"html": "<script>{{ values.x }}</script>"}), "invalid_template", "/html", "line 1, column 9: "),
        (json!({"html": "<a href={{ values.x }}>"}), "invalid_template", "/html", ""),
        (json!({"subject": "{{ name }}"}), "invalid_template", "/subject", "line 1, column 1: "),
        (json!({"text": "{{ values.x|upper }}"}), "invalid_template", "/text", "line 1, column 1: filters"),
        (json!({"language": "German"}), "invalid_language", "/language", ""),
        (json!({"name": " "}), "missing_field", "/name", ""),
        (json!({"html": ""}), "missing_field", "/html", ""),
        (json!({"html": "x".repeat(200 * 1024 + 1)}), "too_long", "/html", "at most 200 KiB"),
    ] {
        let mut input = confirmation();
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (status, problem) = world.call("POST", "/v1/templates", input).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some(code)), "{problem}");
        let error = &problem["errors"][0];
        assert_eq!(error["pointer"], json!(pointer));
        assert!(error["detail"].as_str().unwrap().starts_with(detail), "{error}");
    }
    let mut address = confirmation();
    address["html"] = json!("<a href=\"{{ values.order_number }}\">{{ values.order_number }}</a>");
    let id = template(&world, address).await;
    let (status, problem) =
        world.call("POST", "/v1/messages", draft(&id, &json!({"order_number": "javascript:x"}))).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("/template/values/order_number")));
}

#[tokio::test(start_paused = true)]
async fn templates_are_found_by_language_and_words_page_by_page() {
    let world = World::new().await;
    for (name, language) in [("Meeting", "en"), ("Bestätigung", "de"), ("Dank", "de-AT"), ("introduction", "en")] {
        let mut input = confirmation();
        (input["name"], input["language"]) = (json!(name), json!(language));
        template(&world, input).await;
    }
    for (query, want) in [
        ("", "Bestätigung Dank introduction Meeting"),
        ("?language=de", "Bestätigung Dank"),
        ("?q=MEET", "Meeting"),
        ("?q=order%20dank", "Dank"),
        ("?language=fr", ""),
    ] {
        assert_eq!(names(&world.call("GET", &format!("/v1/templates{query}"), Value::Null).await.1), want, "{query}");
    }
    let (_, first) = world.call("GET", "/v1/templates?limit=3", Value::Null).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let (_, second) = world.call("GET", &format!("/v1/templates?limit=3&cursor={cursor}"), Value::Null).await;
    assert_eq!((names(&second), &second["next_cursor"]), ("Meeting".to_owned(), &Value::Null));
    let (status, _) = world.call("GET", &format!("/v1/templates?language=de&cursor={cursor}"), Value::Null).await;
    assert_eq!(status, 422, "a cursor is good for its list only");
}

fn names(page: &Value) -> String {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[tokio::test(start_paused = true)]
async fn a_template_is_changed_and_forgotten_and_its_mail_stays() {
    let world = World::new().await;
    let mut input = confirmation();
    input["html"] = json!("<p>Hello</p>");
    input["subject"] = json!("Hello");
    let id = template(&world, input.clone()).await;
    let message = world.send(draft(&id, &json!({}))).await;
    input["name"] = json!("New name");
    let path = format!("/v1/templates/{id}");
    assert_eq!(world.call("PUT", &path, input).await.1["name"], json!("New name"));
    assert_eq!(world.call("GET", &path, Value::Null).await.1["name"], json!("New name"));
    assert_eq!(world.call("DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(world.call("GET", &path, Value::Null).await.0, 404);
    assert_eq!(world.message(&message).await["template"]["id"], json!(id));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_makes_one_template() {
    let world = World::new().await;
    let once = [("idempotency-key", "one")];
    let (_, first) = world.call_as(&world.key, "POST", "/v1/templates", &once, confirmation()).await;
    let (_, second) = world.call_as(&world.key, "POST", "/v1/templates", &once, confirmation()).await;
    assert_eq!(first, second);
    let (_, list) = world.call("GET", "/v1/templates", Value::Null).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn templates_of_another_organisation_are_not_there() {
    let world = World::new().await;
    let (_, _, other) = world.tenant("other@example.com").await;
    let id = template(&world, confirmation()).await;
    let path = format!("/v1/templates/{id}");
    for (method, path) in
        [("GET", path.clone()), ("PUT", path.clone()), ("DELETE", path.clone()), ("POST", path + "/render")]
    {
        let body = if method == "GET" { Value::Null } else { json!({}) };
        assert_eq!(world.call_as(&other, method, &path, &[], body).await.0, 404, "{method} {path}");
    }
    assert_eq!(world.call_as(&other, "GET", "/v1/templates", &[], Value::Null).await.1["items"], json!([]));
    let (status, problem) = world.call_as(&other, "POST", "/v1/messages", &[], draft(&id, &json!({}))).await;
    assert_eq!((status, &problem["code"]), (422, &json!("unknown_template")));
}

#[tokio::test(start_paused = true)]
async fn a_template_names_the_record_of_its_recipient_and_what_the_message_is_about() {
    let world = World::new().await;
    for (record, input) in [
        (
            "contact/c-1",
            json!({"name": "Ann Berg", "emails": ["ann@example.org"], "address": {"city": "Graz"},
            "fields": {"customer_number": "K-9"}}),
        ),
        ("opportunity/o-7", json!({"name": "200 chairs", "fields": {"order_number": "4711"}})),
    ] {
        assert_eq!(world.call("PUT", &format!("/v1/records/{record}"), input).await.0, 201);
    }
    let mut input = confirmation();
    input["subject"] = json!("{{ regarding.name }} {{ regarding.fields.order_number }}");
    input["html"] = json!(
        "<p>{{ recipient.name }} {{ recipient.email }} {{ recipient.record.city }} \
        {{ recipient.record.fields.customer_number }} {{ sender.name }} {{ values.x }}</p>"
    );
    let id = template(&world, input).await;
    let draft = json!({"to": [{"email": "ann@example.org"}], "regarding": {"type": "opportunity", "id": "o-7"},
        "template": {"id": id, "values": {"x": "1"}}});
    let (status, message) = world.call("POST", "/v1/messages", draft).await;
    assert_eq!((status, &message["subject"]), (201, &json!("200 chairs 4711")), "{message}");
    let html = "<p>Ann Berg ann@example.org Graz K-9 Søren Sales 1</p>";
    assert_eq!(message["html"], json!(html));

    let path = format!("/v1/templates/{id}/render");
    let preview = json!({"values": {"x": "1"}, "recipient": {"email": "ann@example.org"},
        "regarding": {"type": "opportunity", "id": "o-7"}});
    let (status, preview) = world.call("POST", &path, preview).await;
    assert_eq!((status, &preview["missing"], &preview["html"]), (200, &json!([]), &json!(html)), "{preview}");
    assert_eq!(preview["subject"], "200 chairs 4711");
    let (_, preview) = world.call("POST", &path, json!({"recipient": {"email": "bo@example.org"}})).await;
    let missing = [
        "regarding.name",
        "regarding.fields.order_number",
        "recipient.name",
        "recipient.record.city",
        "recipient.record.fields.customer_number",
        "values.x",
    ];
    assert_eq!(preview["missing"], json!(missing));
}

#[tokio::test(start_paused = true)]
async fn templates_are_sorted_by_name_have_languages_and_are_patched() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for (name, language) in [("B", "en"), ("A", "de-AT"), ("C", "en")] {
        let mut input = confirmation();
        (input["name"], input["language"]) = (json!(name), json!(language));
        ids.push(template(&world, input).await);
    }
    let (status, languages) = world.call("GET", "/v1/templates/languages", Value::Null).await;
    assert_eq!((status, &languages["items"]), (200, &json!(["de-AT", "en"])), "{languages}");
    for (query, want) in [("?sort=name", "A B C"), ("?sort=-reply_rate", "A B C"), ("?recommended=true", "")] {
        assert_eq!(names(&world.call("GET", &format!("/v1/templates{query}"), Value::Null).await.1), want, "{query}");
    }
    let (status, problem) = world.call("GET", "/v1/templates?sort=colour", Value::Null).await;
    assert_eq!((status, &problem["errors"][0]["parameter"]), (422, &json!("sort")));
    let path = format!("/v1/templates/{}", ids[0]);
    let (status, patched) = world.call("PATCH", &path, json!({"name": "New", "text": "Plain"})).await;
    assert_eq!((status, &patched["name"], &patched["text"]), (200, &json!("New"), &json!("Plain")), "{patched}");
    assert_eq!((&patched["subject"], &patched["html"]), (&confirmation()["subject"], &confirmation()["html"]));
    let (_, patched) = world.call("PATCH", &path, json!({"text": null})).await;
    assert_eq!(patched["text"], Value::Null);
    for (change, pointer) in [(json!({"name": null}), "/name"), (json!({"html": null}), "/html")] {
        let (status, problem) = world.call("PATCH", &path, change).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!(pointer)), "{problem}");
    }
}
