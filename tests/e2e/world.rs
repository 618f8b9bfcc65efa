//! The world of a test: Telltale on a cloud in memory, with a clock that stands still and a switch on every call.

use aws::clock::Clock;
use aws::ids::Ids;
use bytes::Bytes;
use domain::ground::keyring::KeyRing;
use jiff::{SignedDuration, Timestamp};
use local::Cloud;
use local::telltale::{BUCKET, Parts, Setup, TABLE, Telltale};
use mail_parser::MessageParser;
use serde_json::{Value, json};

pub const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const TRACKING_URL: &str = "https://t.example.com";
/// Time stands still in tests, so that all requests of one test may be one minute.
pub const REQUESTS_PER_MINUTE: u32 = 50_000;
const AWS_URL: &str = "http://127.0.0.1:8081";

/// Monday, 23 November 2026, 8 o'clock.
pub fn start() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

pub struct World {
    pub telltale: Telltale,
    pub cloud: Cloud,
    pub parts: Parts,
    pub key: String,
    pub user: String,
    pub org: String,
}

/// A mail as its recipient gets it.
#[derive(Debug, Clone)]
pub struct Received {
    pub to: String,
    pub raw: Vec<u8>,
    pub html: String,
    pub text: String,
    pub attachments: Vec<(String, Vec<u8>)>,
}

impl Received {
    /// All addresses in the HTML part that begin with this path of the tracking endpoints, in their order.
    pub fn tracked(&self, path: &str) -> Vec<String> {
        let prefix = format!("\"{TRACKING_URL}{path}");
        let starts = self.html.match_indices(&prefix).map(|(at, _)| at + 1);
        starts.map(|at| self.html[at..].split('"').next().unwrap().to_owned()).collect()
    }

    pub fn pixel(&self) -> String {
        self.tracked("/o/").remove(0)
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(Parts::sender).await
    }

    /// A world whose sender is made differently.
    pub async fn with(sender: impl FnOnce(&Parts) -> sender::App) -> Self {
        Self::on(Cloud::memory(Clock::fixed(start())).unwrap(), sender).await
    }

    /// A world on a cloud of one's own.
    pub async fn on(cloud: Cloud, sender: impl FnOnce(&Parts) -> sender::App) -> Self {
        Self::limited(cloud, sender, REQUESTS_PER_MINUTE).await
    }

    /// A world in which each key may make so many requests a minute.
    pub async fn with_limit(requests_per_minute: u32) -> Self {
        let cloud = Cloud::memory(Clock::fixed(start())).unwrap();
        Self::limited(cloud, Parts::sender, requests_per_minute).await
    }

    async fn limited(cloud: Cloud, sender: impl FnOnce(&Parts) -> sender::App, requests_per_minute: u32) -> Self {
        let keys = KeyRing::new(1, [(1, vec![7; 32])].into()).unwrap();
        let setup = Setup {
            aws_url: AWS_URL.to_owned(),
            tracking_url: TRACKING_URL.to_owned(),
            keys,
            requests_per_minute,
            ids: Ids::seeded(1),
        };
        let parts = Parts::new(&cloud, &setup);
        let telltale = Telltale::with_sender(&parts, sender(&parts)).unwrap();
        let mut world = Self { telltale, cloud, parts, key: String::new(), user: String::new(), org: String::new() };
        let (org, user, key) = world.tenant("sales@example.com").await;
        (world.org, world.user, world.key) = (org, user, key);
        world
    }

    /// A new organisation with one user; gives its id, the user's id, and an API key.
    pub async fn tenant(&self, email: &str) -> (String, String, String) {
        let org = self.admin(json!({"action": "create_organisation", "name": "Example"})).await["org"].clone();
        let user = json!({"action": "create_user", "org": org, "email": email, "name": "Søren Sales"});
        let user = self.admin(user).await["user"].clone();
        let key = self.admin(json!({"action": "create_key", "org": org, "user": user})).await["api_key"].clone();
        let text = |value: Value| value.as_str().unwrap().to_owned();
        (text(org), text(user), text(key))
    }

    pub async fn admin(&self, command: Value) -> Value {
        (self.telltale.admin)(command).await.unwrap()
    }

    pub fn now(&self) -> Timestamp {
        self.cloud.clock.now()
    }

    pub fn advance(&self, by: SignedDuration) {
        self.cloud.clock.advance(by);
    }

    /// A request to the API as this user.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.call_as(&self.key, method, path, &[], body).await
    }

    pub async fn call_as(
        &self,
        key: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let authorization = format!("Bearer {key}");
        let mut all = vec![("authorization", authorization.as_str()), ("content-type", "application/json")];
        all.extend(headers);
        let (status, _, body) = self.http(method, path, &all, body).await;
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// Any request to the public door.
    pub async fn http(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> (u16, http::HeaderMap, Bytes) {
        self.http_from("203.0.113.7", method, path, headers, body).await
    }

    /// The same from another network.
    pub async fn http_from(
        &self,
        network: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> (u16, http::HeaderMap, Bytes) {
        let path = path.strip_prefix(TRACKING_URL).unwrap_or(path);
        let mut request = http::Request::builder().method(method).uri(path).header("host", "t.example.com");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let response = self.telltale.gateway.request(request, network.parse().unwrap()).await;
        (response.status().as_u16(), response.headers().clone(), response.into_body())
    }

    /// Saves a draft and gives its id.
    pub async fn draft(&self, draft: Value) -> String {
        let (status, message) = self.call("POST", "/v1/messages", draft).await;
        assert_eq!(status, 201, "{message}");
        message["id"].as_str().unwrap().to_owned()
    }

    /// Saves and sends a message, lets everything happen that follows, and gives its id.
    pub async fn send(&self, draft: Value) -> String {
        let id = self.draft(draft).await;
        self.release(&id).await;
        id
    }

    pub async fn release(&self, id: &str) {
        let (status, message) = self.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await;
        assert_eq!(status, 202, "{message}");
        self.settle().await;
    }

    pub async fn message(&self, id: &str) -> Value {
        let (status, message) = self.call("GET", &format!("/v1/messages/{id}"), Value::Null).await;
        assert_eq!(status, 200, "{message}");
        message
    }

    pub async fn timeline(&self, id: &str) -> Value {
        self.call("GET", &format!("/v1/messages/{id}/timeline"), Value::Null).await.1
    }

    pub async fn kpi(&self, id: &str, name: &str) -> u64 {
        self.message(id).await["kpis"][name].as_u64().unwrap()
    }

    /// Announces a file, uploads it, and gives its id.
    pub async fn attach(&self, message: &str, filename: &str, tracked: bool, bytes: &[u8]) -> String {
        let input =
            json!({"filename": filename, "content_type": "application/pdf", "size": bytes.len(), "tracked": tracked});
        let (status, file) = self.call("POST", &format!("/v1/messages/{message}/attachments"), input).await;
        assert_eq!(status, 201, "{file}");
        assert_eq!(self.upload(&file, bytes).await, 200);
        file["id"].as_str().unwrap().to_owned()
    }

    pub async fn upload(&self, file: &Value, bytes: &[u8]) -> u16 {
        let url = file["upload"]["url"].as_str().unwrap();
        let mut request = http::Request::builder().method("PUT").uri(url).header("host", "127.0.0.1:8081");
        for (name, value) in file["upload"]["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        request.headers_mut().unwrap().insert("content-length", bytes.len().into());
        let request = request.body(Bytes::copy_from_slice(bytes)).unwrap();
        self.cloud.call(request).await.unwrap().status().as_u16()
    }

    /// A visit of a recipient's software.
    pub async fn visit(&self, url: &str) -> (u16, http::HeaderMap) {
        let (status, headers, _) = self.http("GET", url, &[("user-agent", CHROME)], "").await;
        (status, headers)
    }

    /// Lets all queues run dry.
    pub async fn settle(&self) {
        while self.telltale.mappings.poll_once().await.unwrap() > 0 {}
    }

    /// Lets time pass, from message to message and from tick to tick.
    pub async fn run_for(&self, time: SignedDuration) {
        self.run_with(time, |_| Some(SignedDuration::ZERO)).await;
    }

    /// The same with ticks that come late, by less than a minute, or not at all: `lateness` tells for each minute.
    pub async fn run_with(&self, time: SignedDuration, lateness: impl Fn(i64) -> Option<SignedDuration>) {
        let end = self.now() + time;
        let mut minute = self.now().as_second() / 60 + 1;
        while self.now() < end {
            self.settle().await;
            let late = lateness(minute);
            let tick = Timestamp::from_second(minute * 60).unwrap() + late.unwrap_or_default();
            let next = self.next_visible().into_iter().chain([tick, end]).min().unwrap();
            self.advance(next.duration_since(self.now()));
            if next == tick {
                minute += 1;
                if late.is_some() {
                    self.telltale.timers.tick().await;
                }
            }
        }
        self.settle().await;
    }

    /// How many calls it takes until all queues are empty: the depth to which faults can strike what follows.
    pub async fn calls_until_settled(&self) -> usize {
        self.cloud.faults.reset();
        self.settle().await;
        let calls = self.cloud.faults.calls().len();
        assert!(calls > 3, "{calls}");
        calls
    }

    /// When the next message comes out of its delay, or back from a function that failed it.
    fn next_visible(&self) -> Option<Timestamp> {
        let due = self.telltale.mappings.iter().filter_map(|mapping| mapping.due(&self.cloud).unwrap());
        due.filter(|at| *at > self.now()).min()
    }

    /// Everything that is stored: all items of the table and all objects, as text.
    pub async fn stored(&self) -> Vec<String> {
        let scan = json!({"TableName": TABLE}).to_string();
        let request = http::Request::post("/").header("x-amz-target", "DynamoDB_20120810.Scan").body(scan.into());
        let answer = self.cloud.call(request.unwrap()).await.unwrap();
        let page: Value = serde_json::from_slice(answer.body()).unwrap();
        assert!(page["LastEvaluatedKey"].is_null(), "one page holds it all");
        let items = page["Items"].as_array().unwrap().iter().map(Value::to_string);
        let objects = self.cloud.s3.keys(BUCKET).unwrap().into_iter().map(|key| {
            let bytes = self.cloud.s3.read(BUCKET, &key).unwrap().unwrap_or_default();
            format!("{key}: {}", String::from_utf8_lossy(&bytes))
        });
        items.chain(objects).collect()
    }

    /// Every mail that left, oldest first.
    pub fn received(&self) -> Vec<Received> {
        let mut mails = self.cloud.mails();
        mails.reverse();
        mails.iter().map(|mail| received(&mail.destinations[0], &mail.delivered)).collect()
    }
}

fn received(to: &str, raw: &[u8]) -> Received {
    let mail = MessageParser::default().parse(raw).unwrap();
    let part = |part: Option<std::borrow::Cow<'_, str>>| part.unwrap_or_default().into_owned();
    let attachments = mail.attachments().map(|file| {
        (mail_parser::MimeHeaders::attachment_name(file).unwrap_or_default().to_owned(), file.contents().to_vec())
    });
    Received {
        to: to.to_owned(),
        raw: raw.to_vec(),
        html: part(mail.body_html(0)),
        text: part(mail.body_text(0)),
        attachments: attachments.collect(),
    }
}

/// A message to one recipient with a link.
pub fn offer() -> Value {
    json!({
        "to": [{"email": "purchasing@example.org", "name": "Purchasing"}],
        "subject": "Angebot für Sie",
        "html": "<p>Hello <a href=\"https://example.com/offer?a=1&amp;b=2#top\">our offer</a></p>",
    })
}
