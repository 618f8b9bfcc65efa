//! The first thing a newcomer reads: where it is, with which key, and something to paste.

use crate::page::local_api::Info;

/// What is printed at the start. The first line has the address and the key.
pub fn greeting(info: &Info) -> String {
    let Info { api, api_key, .. } = info;
    format!(
        "Telltale: {api} with API key {api_key}\n\
         Mailbox:  {api}/_local/mailbox shows every mail that leaves\n\
         \n\
         A first message, with a tracked link and a tracked file. Paste it into another terminal:\n\
         \n{}\n\
         \n\
         Ctrl-C stops.",
        first_message(api, api_key)
    )
}

/// A script for any POSIX shell with curl.
fn first_message(api: &str, api_key: &str) -> String {
    FIRST_MESSAGE.replace("{api}", api).replace("{key}", api_key)
}

const FIRST_MESSAGE: &str = r#"  call() { curl -sS -H "Authorization: Bearer {key}" -H "Content-Type: application/json" "$@"; }
  message=$(call {api}/v1/messages -d '{"to": [{"email": "purchasing@example.com", "name": "Purchasing"}],
    "subject": "Our offer", "html": "<p>Hello, here is <a href=\"https://example.com/offer?a=1&amp;b=2\">our offer</a>.</p>"}' |
    sed 's/.*"id":"\(msg_[0-9a-f]*\)".*/\1/')
  upload=$(call {api}/v1/messages/$message/attachments -d '{"filename": "offer.txt", "content_type": "text/plain",
    "size": 12, "tracked": true}' | sed 's/.*"url":"\([^"]*\)".*/\1/')
  curl -sS -X PUT -H "Content-Type: text/plain" -H "If-None-Match: *" --data-binary "All for 42.
" "$upload"
  call {api}/v1/messages/$message/send -d '{}'; echo
  call {api}/v1/messages/$message/timeline; echo"#;
