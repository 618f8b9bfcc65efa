//! Lists of messages: an owner's and a record's, in every order, page after page.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::inbound::{answer, post};
use crate::world::{World, offer};

const FIGURES: [&str; 6] = ["sent_at", "opens", "last_opened_at", "attachment_views", "link_clicks", "replies"];

async fn page(world: &World, key: &str, query: &str) -> Value {
    let (status, page) = world.call_as(key, "GET", &format!("/v1/messages?{query}"), &[], Value::Null).await;
    assert_eq!(status, 200, "{page}");
    page
}

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap().clone()
}

/// The subjects of all pages.
async fn subjects(world: &World, query: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = page(world, &world.key, &format!("{query}{cursor}")).await;
        all.extend(items(&page).iter().map(|item| item["subject"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn about(subject: &str, record: &Value) -> Value {
    let mut draft = offer();
    (draft["subject"], draft["regarding"]) = (json!(subject), record.clone());
    draft
}

fn chairs() -> Value {
    json!({"type": "opportunity", "id": "o-7"})
}

/// Eight messages with figures, many of them equal.
async fn lively() -> World {
    let world = World::new().await;
    for (n, (opens, clicks, views, replies)) in
        [(0, 0, 0, 0), (2, 1, 0, 1), (1, 0, 1, 0), (0, 0, 0, 1), (2, 2, 0, 0), (1, 1, 1, 0), (0, 0, 0, 0), (3, 0, 0, 1)]
            .into_iter()
            .enumerate()
    {
        let id = world.draft(about(&n.to_string(), &chairs())).await;
        world.attach(&id, "offer.pdf", true, b"%PDF").await;
        world.release(&id).await;
        let mail = world.received().pop().unwrap();
        for (path, times) in [("/o/", opens), ("/c/", clicks), ("/a/", views)] {
            for _ in 0..times {
                world.advance(SignedDuration::from_mins(3));
                world.visit(&mail.tracked(path)[0]).await;
            }
        }
        if replies > 0 {
            post(&world, &answer(&mail, "", "Yes.").replace("<1@", &format!("<{n}@"))).await;
        }
        world.settle().await;
        world.advance(SignedDuration::from_mins(3));
    }
    world
}

#[tokio::test(start_paused = true)]
async fn every_order_is_the_same_in_pages_of_any_size_and_its_ties_are_in_order_of_time() {
    let world = lively().await;
    let sources = [String::new(), "regarding=opportunity:o-7&".to_owned()];
    for (source, figure) in sources.iter().flat_map(|source| FIGURES.map(|figure| (source, figure))) {
        let all = items(&page(&world, &world.key, &format!("{source}limit=100")).await);
        let place = |item: &Value| {
            let value = if figure == "sent_at" { &Value::Null } else { &item["kpis"][figure] };
            (value.as_u64(), value.as_str().map(str::to_owned), item["sent_at"].as_str().unwrap().to_owned())
        };
        let mut sorted: Vec<_> = all.iter().map(|item| (place(item), item["subject"].as_str().unwrap())).collect();
        sorted.sort();
        let ascending: Vec<&str> = sorted.into_iter().map(|(_, subject)| subject).collect();
        assert_eq!(ascending.len(), 8);
        let descending: Vec<&str> = ascending.iter().rev().copied().collect();
        for limit in [1, 2, 3, 8, 100] {
            let query = |sort: &str| format!("{source}tracked=true&sort={sort}{figure}&limit={limit}");
            assert_eq!(subjects(&world, &query("")).await, ascending, "{source}{figure} {limit}");
            assert_eq!(subjects(&world, &query("-")).await, descending, "{source}-{figure} {limit}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn figures_and_mail_that_come_between_two_pages_repeat_and_skip_nothing_that_is_unchanged() {
    for (source, sort) in ["", "record=opportunity:o-7&"]
        .into_iter()
        .flat_map(|source| ["-opens", "opens", "-last_opened_at", "-sent_at", "sent_at"].map(|sort| (source, sort)))
    {
        let world = lively().await;
        let mails = world.received();
        let query = format!("{source}sort={sort}&limit=2");
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut cursor = String::new();
        for round in 0.. {
            let page = page(&world, &world.key, &format!("{query}{cursor}")).await;
            for item in items(&page) {
                *seen.entry(item["subject"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
            if round == 0 {
                // These two move; another one is new.
                for n in [0, 4] {
                    world.advance(SignedDuration::from_mins(3));
                    world.visit(&mails[n].pixel()).await;
                }
                world.send(about("new", &chairs())).await;
            }
        }
        for unchanged in ["1", "2", "3", "5", "6", "7"] {
            assert_eq!(seen.get(unchanged), Some(&1), "{unchanged} in {query}: {seen:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_window_of_a_list_by_a_figure_is_stated() {
    let world = World::new().await;
    for n in 0..1001 {
        world.draft(json!({"subject": n.to_string(), "tracking": false})).await;
        world.advance(SignedDuration::from_secs(1));
        if n == 999 {
            let first = page(&world, &world.key, "sort=opens&limit=1").await;
            let want = json!({"messages": 1000, "complete": true, "since": "2026-11-23T08:00:00.000Z"});
            assert_eq!((&first["window"], &first["items"][0]["subject"]), (&want, &json!("0")));
        }
    }
    let later = page(&world, &world.key, "sort=opens&limit=1").await;
    let want = json!({"messages": 1000, "complete": false, "since": "2026-11-23T08:00:01.000Z"});
    assert_eq!((&later["window"], &later["items"][0]["subject"]), (&want, &json!("1")));
    let oldest = page(&world, &world.key, "sort=sent_at&limit=1").await;
    assert_eq!((&oldest["window"], &oldest["items"][0]["subject"]), (&Value::Null, &json!("0")), "time has no window");
}

#[tokio::test(start_paused = true)]
async fn a_record_lists_the_mail_of_everybody_and_an_owner_narrows_it() {
    let world = World::new().await;
    let user = json!({"action": "create_user", "org": world.org, "email": "inside@example.com", "name": "Inside"});
    let colleague = world.admin(user).await["user"].clone();
    let key = json!({"action": "create_key", "org": world.org, "user": colleague});
    let key = world.admin(key).await["api_key"].as_str().unwrap().to_owned();
    let person = json!({"name": "Purchasing", "emails": ["purchasing@example.org"]});
    world.call("PUT", "/v1/records/contact/c-1", person).await;
    let contact = json!({"type": "contact", "id": "c-1"});
    world.send(about("mine", &contact)).await;
    world.advance(SignedDuration::from_mins(1));
    world.send(about("to them, about chairs", &chairs())).await;
    world.advance(SignedDuration::from_mins(1));
    let (_, theirs) = world.call_as(&key, "POST", "/v1/messages", &[], about("theirs", &contact)).await;
    let path = format!("/v1/messages/{}/send", theirs["id"].as_str().unwrap());
    assert_eq!(world.call_as(&key, "POST", &path, &[], json!({})).await.0, 202);
    world.settle().await;
    world.draft(about("a draft", &contact)).await;
    let colleague = colleague.as_str().unwrap();
    for (query, want) in [
        ("regarding=contact:c-1".to_owned(), vec!["theirs", "mine"]),
        ("record=contact:c-1".to_owned(), vec!["theirs", "to them, about chairs", "mine"]),
        ("record=contact:c-1&regarding=opportunity:o-7".to_owned(), vec!["to them, about chairs"]),
        (format!("regarding=contact:c-1&owner={colleague}"), vec!["theirs"]),
        (format!("regarding=contact:c-1&owner={}", world.user), vec!["mine"]),
        (format!("record=contact:c-1&owner={}&sort=-opens", world.user), vec!["to them, about chairs", "mine"]),
        ("regarding=contact:c-1&status=draft".to_owned(), vec!["a draft"]),
        ("regarding=contact:c-2".to_owned(), vec![]),
    ] {
        assert_eq!(subjects(&world, &query).await, want, "{query}");
    }
    let (_, _, other) = world.tenant("other@example.com").await;
    for query in ["regarding=contact:c-1", "record=contact:c-1&sort=-opens", &format!("owner={}", world.user)] {
        assert_eq!(items(&page(&world, &other, query).await), Vec::<Value>::new(), "{query}");
    }
    assert_eq!(world.call("GET", "/v1/messages?record=x", Value::Null).await.1["errors"][0]["parameter"], "record");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_moved_is_there_once_and_one_that_is_taken_back_is_not() {
    let world = World::new().await;
    let moved = world.draft(about("moved", &chairs())).await;
    let back = world.draft(about("taken back", &chairs())).await;
    for id in [&moved, &back] {
        let path = format!("/v1/messages/{id}");
        world.call("POST", &format!("{path}/send"), json!({"at": "2026-11-23T10:00:00Z"})).await;
        world.call("PUT", &format!("{path}/schedule"), json!({"at": "2026-11-23T12:00:00Z"})).await;
    }
    world.call("DELETE", &format!("/v1/messages/{back}/schedule"), Value::Null).await;
    for sort in ["sent_at", "-sent_at", "opens", "-opens"] {
        for limit in [1, 10] {
            let query = format!("regarding=opportunity:o-7&sort={sort}&limit={limit}");
            assert_eq!(subjects(&world, &query).await, ["moved"], "{query}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn figures_are_found_although_the_messages_between_are_many() {
    let world = World::new().await;
    // Written first, sent last: all other figures lie between.
    let old = world.draft(about("old", &chairs())).await;
    for n in 0..60 {
        world.advance(SignedDuration::from_mins(1));
        world.send(about(&n.to_string(), &json!(null))).await;
        world.visit(&world.received().pop().unwrap().pixel()).await;
    }
    world.advance(SignedDuration::from_mins(1));
    world.release(&old).await;
    world.advance(SignedDuration::from_mins(5));
    world.visit(&world.received().pop().unwrap().pixel()).await;
    world.settle().await;
    let page = page(&world, &world.key, "limit=3").await;
    let opens = |item: &Value| (item["subject"].clone(), item["kpis"]["opens"].clone());
    let opens: Vec<_> = items(&page).iter().map(opens).collect();
    assert_eq!(opens, [("old", 1), ("59", 1), ("58", 1)].map(|(subject, opens)| (json!(subject), json!(opens))));
}

#[tokio::test(start_paused = true)]
async fn without_following_lists_by_a_figure_are_in_order_of_time_and_empty_of_figures() {
    let world = lively().await;
    world.call("PATCH", "/v1/settings", json!({"tracking_enabled": false})).await;
    for source in ["", "regarding=opportunity:o-7&"] {
        let page = page(&world, &world.key, &format!("{source}sort=-opens")).await;
        let shown: Vec<_> = items(&page).iter().map(|item| json!([item["subject"], item["kpis"]["opens"]])).collect();
        assert_eq!(shown, ["7", "6", "5", "4", "3", "2", "1", "0"].map(|subject| json!([subject, null])));
    }
}

#[tokio::test(start_paused = true)]
async fn the_recipients_of_drafts_are_looked_up_and_shown_where_they_object() {
    let world = World::new().await;
    let person = json!({"name": "Boss", "emails": ["boss@example.org"], "tracking": "deny"});
    world.call("PUT", "/v1/records/contact/c-1", person).await;
    for to in [["purchasing@example.org", "boss@example.org"], ["boss@example.org", "a@example.org"]] {
        world.draft(json!({"to": to.map(|email| json!({"email": email})), "subject": "Our offer", "html": "x"})).await;
        world.advance(SignedDuration::from_secs(1));
    }
    world.draft(offer()).await;
    let drafts = items(&page(&world, &world.key, "status=draft").await);
    let states: Vec<_> = drafts.iter().map(|draft| draft["tracking"]["state"].clone()).collect();
    assert_eq!(states, ["on", "blocked", "blocked"]);
    assert!(drafts[1..].iter().all(|draft| draft["tracking"]["blocked_by"][0]["email"] == "boss@example.org"));
}

#[tokio::test(start_paused = true)]
async fn a_list_is_narrowed_by_words_address_template_time_and_what_was_seen() {
    let world = World::new().await;
    let template = json!({"name": "Offer", "language": "en", "subject": "From a template", "html": "<p>Hi</p>"});
    let template = world.call("POST", "/v1/templates", template).await.1["id"].as_str().unwrap().to_owned();
    let (mut chairs, mut tables) = (offer(), offer());
    (chairs["subject"], tables["subject"]) = (json!("Chairs"), json!("Tables"));
    tables["to"] = json!([{"email": "other@example.org", "name": "Other"}]);
    world.send(chairs).await;
    world.advance(SignedDuration::from_mins(10));
    world.visit(&world.received()[0].pixel()).await;
    world.settle().await;
    let between = world.now();
    world.advance(SignedDuration::from_mins(10));
    world.send(tables).await;
    world.advance(SignedDuration::from_mins(1));
    world.send(json!({"to": [{"email": "third@example.org"}], "template": {"id": template}})).await;
    world.advance(SignedDuration::from_mins(1));
    let draft = about("Draft", &json!({"type": "contact", "id": "c-9"}));
    world.draft(draft).await;
    for (query, want) in [
        ("q=chair", vec!["Chairs"]),
        ("q=OTHER", vec!["Tables"]),
        ("to=Other@example.org", vec!["Tables"]),
        (&format!("template={template}"), vec!["From a template"]),
        (&format!("sent_before={between}"), vec!["Chairs"]),
        (&format!("sent_after={between}&sort=sent_at"), vec!["Tables", "From a template"]),
        ("seen=true", vec!["Chairs"]),
        ("seen=false&sort=sent_at", vec!["Tables", "From a template"]),
        ("tracked=true&status=draft", vec!["Draft"]),
        ("tracked=false", vec![]),
        ("record=contact:c-9&status=draft", vec!["Draft"]),
        ("sort=created_at", vec!["Chairs", "Tables", "From a template", "Draft"]),
    ] {
        assert_eq!(subjects(&world, query).await, want, "{query}");
    }
    for (query, parameter) in [("to=nobody", "to"), ("template=x", "template"), ("scope=all", "scope")] {
        let (status, problem) = world.call("GET", &format!("/v1/messages?{query}"), Value::Null).await;
        assert_eq!((status, &problem["errors"][0]["parameter"]), (422, &json!(parameter)), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_organisations_list_shows_what_the_caller_may_see() {
    let world = World::new().await;
    let seller = crate::team::Member::new(&world, "seller@example.com", "seller").await;
    let mut own = offer();
    own["subject"] = json!("Own");
    world.send(own).await;
    world.advance(SignedDuration::from_mins(1));
    let mut theirs = offer();
    theirs["subject"] = json!("Theirs");
    let (_, sent) = world.call_as(&seller.key, "POST", "/v1/messages", &[], theirs.clone()).await;
    let path = format!("/v1/messages/{}/send", sent["id"].as_str().unwrap());
    world.call_as(&seller.key, "POST", &path, &[], json!({})).await;
    world.settle().await;
    theirs["subject"] = json!("Their draft");
    world.call_as(&seller.key, "POST", "/v1/messages", &[], theirs).await;
    assert_eq!(subjects(&world, "scope=organisation&limit=1").await, ["Theirs", "Own"], "no drafts of others");
    assert_eq!(subjects(&world, "scope=mine").await, ["Own"]);
    let listed = page(&world, &seller.key, "scope=organisation").await;
    assert_eq!(items(&listed).len(), 3);
    world.call("PATCH", "/v1/settings", json!({"sent_visibility": "owner"})).await;
    let listed = page(&world, &seller.key, "scope=organisation").await;
    assert_eq!(items(&listed).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_the_last_page_is_empty_however_far_a_filter_has_to_look() {
    let world = World::new().await;
    for n in 0..230 {
        let mut draft = offer();
        draft["subject"] = json!(if n == 0 { "Needle" } else { "Hay" });
        world.draft(draft).await;
        world.advance(SignedDuration::from_secs(1));
    }
    let found = page(&world, &world.key, "q=needle").await;
    assert_eq!((items(&found).len(), &found["next_cursor"]), (1, &Value::Null));
}
