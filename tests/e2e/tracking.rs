//! Opens, clicks and downloads: from the recipient's request to the figures.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{CHROME, World, offer};

#[tokio::test(start_paused = true)]
async fn an_open_a_click_and_a_download_are_seen_with_who_and_what() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    world.attach(&id, "offer.pdf", true, b"%PDF-1.7 offer").await;
    world.release(&id).await;
    world.advance(SignedDuration::from_mins(5));
    let mail = world.received().remove(0);
    let (status, headers) = world.visit(&mail.pixel()).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "image/gif"));
    world.advance(SignedDuration::from_secs(20));
    let (status, headers) = world.visit(&mail.tracked("/c/")[0]).await;
    assert_eq!((status, headers["location"].to_str().unwrap()), (302, "https://example.com/offer?a=1&b=2#top"));
    world.advance(SignedDuration::from_secs(20));
    let (status, headers) = world.visit(&mail.tracked("/a/")[0]).await;
    assert_eq!(status, 302);
    let address = headers["location"].to_str().unwrap();
    let request = http::Request::get(address).header("host", "127.0.0.1:8081").body(bytes::Bytes::new()).unwrap();
    let file = world.cloud.call(request).await.unwrap();
    assert_eq!(file.body().as_ref(), b"%PDF-1.7 offer");
    assert!(file.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"offer.pdf\""));
    world.settle().await;

    let message = world.message(&id).await;
    for (kpi, want) in [("opens", 1), ("link_clicks", 1), ("attachment_views", 1), ("machine_opens", 0)] {
        assert_eq!(message["kpis"][kpi], want, "{kpi}");
    }
    assert_eq!(message["summary"], "Last opened just now");
    let timeline = world.timeline(&id).await;
    let kinds: Vec<&str> = timeline["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["attachment_view", "click", "open", "delivered", "sent"], "the newest first");
    let click = &timeline["events"][1];
    assert_eq!(click["link"], "https://example.com/offer?a=1&b=2#top");
    assert_eq!((&click["recipient"], &click["device"]), (&json!("purchasing@example.org"), &json!("desktop")));
    assert_eq!(click["verdict"], json!({"class": "human", "reasons": ["mail_or_browser_agent"]}));
    assert_eq!(timeline["events"][0]["attachment"]["filename"], "offer.pdf");
}

#[tokio::test(start_paused = true)]
async fn machines_are_kept_apart_from_people() {
    let world = World::new().await;
    let id = world.send(offer()).await;
    world.advance(SignedDuration::from_mins(1));
    let mail = world.received().remove(0);
    for agent in ["curl/8.5.0", "Mozilla/5.0", ""] {
        world.http("GET", &mail.pixel(), &[("user-agent", agent)], "").await;
    }
    world.http("GET", &mail.pixel(), &[("user-agent", CHROME), ("sec-purpose", "prefetch")], "").await;
    let (status, headers, body) = world.http("HEAD", &mail.tracked("/c/")[0], &[("user-agent", CHROME)], "").await;
    assert_eq!((status, headers.contains_key("location"), body.len()), (302, true, 0));
    world.settle().await;
    let kpis = world.message(&id).await["kpis"].clone();
    assert_eq!((&kpis["opens"], &kpis["machine_opens"]), (&json!(0), &json!(4)));
    assert_eq!((&kpis["link_clicks"], &kpis["machine_clicks"]), (&json!(0), &json!(0)), "HEAD is not counted");
    assert_eq!(world.message(&id).await["summary"], "Not opened yet");
}

#[tokio::test(start_paused = true)]
async fn tokens_that_are_none_are_answered_alike() {
    let world = World::new().await;
    let id = world.send(offer()).await;
    let mail = world.received().remove(0);
    let good = mail.pixel();
    let forged = format!("{}AAAA", &good[..good.len() - 4]);
    let click = mail.tracked("/c/").remove(0);
    for path in [forged.as_str(), "/o/x", "/o/%0d%0aSet-Cookie:a=b"] {
        let (status, headers, body) = world.http("GET", path, &[], "").await;
        assert_eq!((status, body.len()), (200, 42), "{path}");
        assert_eq!(headers["content-type"], "image/gif");
    }
    let mut pages = Vec::new();
    for path in [
        "/c/x".to_owned(),
        format!("{}AAAA", &click[..click.len() - 4]),
        good.replace("/o/", "/c/"),
        "/a/<script>".replace(['<', '>'], "%3c"),
    ] {
        let (status, headers, body) = world.http("GET", &path, &[], "").await;
        assert_eq!(status, 404, "{path}");
        assert!(!headers.contains_key("location"));
        pages.push(body);
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "nothing is reflected");
    world.settle().await;
    assert_eq!(world.timeline(&id).await["events"].as_array().unwrap().len(), 2, "only that it was sent and delivered");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_cached_sniffed_indexed_or_told_on() {
    let world = World::new().await;
    world.send(offer()).await;
    let mail = world.received().remove(0);
    for url in [mail.pixel(), mail.tracked("/c/")[0].clone(), "/c/none".to_owned()] {
        let (_, headers, _) = world.http("GET", &url, &[], "").await;
        assert!(headers["cache-control"].to_str().unwrap().contains("no-store"));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["x-robots-tag"], "noindex, nofollow");
        for absent in ["set-cookie", "etag", "last-modified"] {
            assert!(!headers.contains_key(absent), "{absent}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn visitors_are_served_whatever_is_broken() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    world.attach(&id, "offer.pdf", true, b"bytes").await;
    world.release(&id).await;
    let mail = world.received().remove(0);
    for n in 0..20 {
        world.cloud.faults.plan_on("sqs", n, local::Fault::Before);
        world.cloud.faults.plan_on("dynamodb", n, local::Fault::Unavailable);
    }
    assert_eq!(world.visit(&mail.pixel()).await.0, 200);
    assert_eq!(world.visit(&mail.tracked("/c/")[0]).await.0, 302);
    assert_eq!(world.visit(&mail.tracked("/a/")[0]).await.0, 503, "a file needs the table, and says so politely");
    world.cloud.faults.reset();
    assert_eq!(world.visit(&mail.tracked("/a/")[0]).await.0, 302);
}

#[tokio::test(start_paused = true)]
async fn a_revoked_or_expired_file_is_gone() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    let file = world.attach(&id, "offer.pdf", true, b"bytes").await;
    world.release(&id).await;
    let url = world.received()[0].tracked("/a/")[0].clone();
    let path = format!("/v1/messages/{id}/attachments/{file}");
    for (change, want) in [
        (json!({"revoked": true}), 410),
        (json!({"revoked": false}), 302),
        (json!({"expires_at": "2026-11-23T08:00:00Z"}), 410),
        (json!({"expires_at": null}), 302),
    ] {
        assert_eq!(world.call("PATCH", &path, change.clone()).await.0, 200, "{change}");
        assert_eq!(world.visit(&url).await.0, want, "{change}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_pixel_and_the_link_make_one_call_and_no_read() {
    let world = World::new().await;
    world.send(offer()).await;
    let mail = world.received().remove(0);
    for url in [mail.pixel(), mail.tracked("/c/")[0].clone()] {
        world.cloud.faults.reset();
        world.visit(&url).await;
        let calls: Vec<String> = world.cloud.faults.calls().iter().map(ToString::to_string).collect();
        assert_eq!(calls, ["sqs.SendMessage"], "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_on_one_message_is_bounded() {
    let world = World::new().await;
    let id = world.send(offer()).await;
    let pixel = world.received()[0].pixel();
    for _ in 0..9 {
        for _ in 0..100 {
            world.http("GET", &pixel, &[("user-agent", "curl/8")], "").await;
        }
        world.settle().await;
    }
    let timeline = world.timeline(&id).await;
    assert_eq!((timeline["events"].as_array().unwrap().len(), &timeline["more"]), (502, &json!(400)));
    assert_eq!(world.kpi(&id, "machine_opens").await, 500);
    world.cloud.reset_meter();
    world.http("GET", &pixel, &[("user-agent", "curl/8")], "").await;
    world.settle().await;
    let used = world.cloud.meter().capacity;
    // Message, figures, settings, and what the recipient allows.
    assert!(used.read <= 5.0 && used.write <= 2.0, "{used:?}");
}

#[tokio::test(start_paused = true)]
async fn links_lead_on_after_their_key_was_given_up() {
    use domain::ground::keyring::KeyRing;
    use domain::ground::token::TokenSigner;
    let world = World::new().await;
    world.send(offer()).await;
    let click = world.received()[0].tracked("/c/")[0].clone();
    let token = click.rsplit('/').next().unwrap();
    let other = KeyRing::new(2, [(2, vec![8; 32])].into()).unwrap();
    let app = redirect::App { signer: TokenSigner::new(&other), ..world.parts.redirect() };
    let event = |token: &str| {
        serde_json::from_value(json!({"pathParameters": {"token": token}, "requestContext":
        {"requestId": "r", "timeEpoch": 0, "http": {"method": "GET", "sourceIp": "203.0.113.7"}}}))
        .unwrap()
    };
    let true_way = ("location", "https://example.com/offer?a=1&b=2#top".into());
    assert!(redirect::handle(&app, event(token)).await.headers.contains(&true_way));
    let forger = TokenSigner::new(&KeyRing::new(1, [(1, vec![9; 32])].into()).unwrap());
    let honest = TokenSigner::new(&KeyRing::new(1, [(1, vec![7; 32])].into()).unwrap());
    let mut claim = honest.verify(domain::ground::token::TokenKind::Click, token).unwrap();
    claim.destination = "https://evil.example".to_owned();
    let response = redirect::handle(&app, event(&forger.sign(&claim).unwrap())).await;
    assert!(response.headers.contains(&true_way), "no open redirect: {:?}", response.headers);
}

#[tokio::test(start_paused = true)]
async fn one_recipients_scanner_does_not_blind_the_author_for_the_others() {
    let world = World::new().await;
    let mut draft = offer();
    draft["to"].as_array_mut().unwrap().push(json!({"email": "buyer@example.org"}));
    let id = world.send(draft).await;
    world.advance(SignedDuration::from_mins(30));
    let mails = world.received();
    for _ in 0..6 {
        for _ in 0..100 {
            world.http("GET", &mails[0].pixel(), &[("user-agent", "curl/8")], "").await;
        }
        world.settle().await;
    }
    assert_eq!(world.kpi(&id, "opens").await, 0);
    for url in [mails[1].pixel(), mails[1].tracked("/c/")[0].clone(), mails[0].pixel()] {
        world.advance(SignedDuration::from_mins(1));
        world.visit(&url).await;
        world.settle().await;
    }
    let kpis = world.message(&id).await["kpis"].clone();
    assert_eq!((&kpis["opens"], &kpis["link_clicks"]), (&json!(2), &json!(1)), "{kpis}");
    let cards = world.call("GET", "/v1/cards", Value::Null).await.1;
    assert_eq!(cards["items"].as_array().unwrap().len(), 2, "a card for each first open");
    let more = world.timeline(&id).await["more"].clone();

    world.advance(SignedDuration::from_mins(1));
    world.visit(&mails[1].pixel()).await;
    world.settle().await;
    assert_eq!(world.kpi(&id, "opens").await, 2, "the second look of the same person is counted only");
    assert_eq!(world.timeline(&id).await["more"], more.as_u64().unwrap() + 1);
}

#[tokio::test(start_paused = true)]
async fn the_card_of_an_open_goes_when_it_was_a_machine() {
    let world = World::new().await;
    let id = world.send(offer()).await;
    let pixel = world.received()[0].pixel();
    world.advance(SignedDuration::from_hours(1));
    let open = async |network: &str| {
        let headers = [("user-agent", CHROME)];
        assert_eq!(world.http_from(network, "GET", &pixel, &headers, "").await.0, 200);
        world.settle().await;
    };
    open("203.0.113.7").await;
    assert_eq!(crate::time::cards(&world, "active").await.len(), 1);

    for network in ["198.51.100.7", "192.0.2.7"] {
        world.advance(SignedDuration::from_secs(10));
        open(network).await;
    }
    let kpis = &world.message(&id).await["kpis"];
    assert_eq!((kpis["opens"].as_u64(), kpis["machine_opens"].as_u64()), (Some(0), Some(3)));
    assert_eq!(crate::time::cards(&world, "all").await, Vec::<Value>::new());

    world.advance(SignedDuration::from_hours(5));
    open("203.0.113.9").await;
    assert_eq!(crate::time::cards(&world, "active").await.len(), 1, "now it is a person");
}
