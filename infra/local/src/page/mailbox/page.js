// The mailbox page: reads /_local/mails, lists it, shows one mail. Everything from a mail goes in as text, never as markup;
// its HTML part is only ever loaded into a sandboxed frame.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const base = "/_local/mailbox";
const instant = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
let mails = [];

const chosenId = () => decodeURIComponent(location.pathname.slice(base.length + 1));
const bytes = (size) => (size < 1024 ? `${size} B` : size < 1048576 ? `${(size / 1024).toFixed(1)} KB` : `${(size / 1048576).toFixed(1)} MB`);

function listed(mail) {
  const link = element("a", { href: `${base}/${mail.id}` },
    element("span", { className: "to", textContent: mail.envelope_to.join(", ") }),
    element("span", { className: "what", textContent: mail.subject || "(no subject)" }),
    element("time", { className: "at", dateTime: mail.received_at, textContent: instant.format(new Date(mail.received_at)) }));
  if (mail.id === chosenId()) link.setAttribute("aria-current", "page");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    show();
    $("#mail").focus();
  });
  return element("li", {}, link);
}

function list() {
  const select = $("#recipient");
  const recipients = [...new Set(mails.flatMap((mail) => mail.envelope_to))].sort();
  const known = [...select.options].slice(1).map((option) => option.value);
  if (recipients.join() !== known.join()) {
    const chosen = select.value;
    select.replaceChildren(select.options[0], ...recipients.map((address) => new Option(address, address)));
    select.value = recipients.includes(chosen) ? chosen : "";
  }
  const shown = mails.filter((mail) => !select.value || mail.envelope_to.includes(select.value));
  const focused = document.activeElement?.getAttribute("href");
  $("#list").replaceChildren(...shown.map(listed));
  $("#count").textContent = shown.length === 1 ? "1 mail" : `${shown.length} mails`;
  if (focused) $(`#list a[href="${CSS.escape(focused)}"]`)?.focus();
}

function views(mail) {
  const text = (content) => () => element("pre", { textContent: content });
  const frame = () => element("iframe", {
    title: "The mail's HTML part", src: `/_local/mails/${mail.id}/html`,
    sandbox: "allow-popups allow-popups-to-escape-sandbox allow-downloads", referrerPolicy: "no-referrer",
  });
  const found = [];
  if (mail.has_html) found.push(["HTML", frame]);
  if (mail.text !== null) found.push(["Text", text(mail.text)]);
  found.push(["Headers", text(mail.headers.map(({ name, value }) => `${name}: ${value}`).join("\n"))]);
  return found;
}

function tabs(article, found) {
  const [bar, panel] = [$(".views", article), $(".view", article)];
  panel.id = "panel";
  const buttons = found.map(([name], n) => element("button", { type: "button", role: "tab", id: `tab-${n}`, textContent: name }));
  const select = (n) => {
    buttons.forEach((button, m) => {
      button.setAttribute("aria-selected", String(m === n));
      button.tabIndex = m === n ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `tab-${n}`);
    panel.replaceChildren(found[n][1]());
  };
  buttons.forEach((button, n) => {
    button.setAttribute("aria-controls", "panel");
    button.addEventListener("click", () => select(n));
    button.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!step) return;
      const next = (n + step + buttons.length) % buttons.length;
      select(next);
      buttons[next].focus();
    });
  });
  bar.replaceChildren(...buttons);
  select(0);
}

// Sends what the recipient writes as a real mail, which comes in as SES would receive it.
async function reply(event, mail) {
  event.preventDefault();
  const form = event.target;
  const response = await fetch(`/_local/mails/${mail.id}/reply`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text: $("textarea", form).value }),
  }).catch(() => null);
  $("[role=status]", form).textContent = response?.ok ? "Sent. The timeline of the message shows it." : "The reply was not sent.";
  if (response?.ok) form.reset();
}

function reading(mail) {
  const article = $("#reading").content.cloneNode(true);
  $(".subject", article).textContent = mail.subject || "(no subject)";
  const rows = [["Delivered to", mail.envelope_to.join(", ")], ["From", mail.from], ["To", mail.to], ["Cc", mail.cc],
    ["Sent", instant.format(new Date(mail.received_at))]];
  $(".envelope", article).append(...rows.filter(([, value]) => value).flatMap(([name, value]) =>
    [element("dt", { textContent: name }), element("dd", { textContent: value })]));
  $(".envelope", article).append(element("dt", { textContent: "Source" }),
    element("dd", {}, element("a", { href: `/_local/mails/${mail.id}/raw`, textContent: `${mail.id}.eml` })));
  $(".files ul", article).append(...mail.attachments.map((file, n) => element("li", {},
    element("a", { href: `/_local/mails/${mail.id}/attachments/${n}`, textContent: `${file.name} (${bytes(file.size)})` }))));
  if (!mail.attachments.length) $(".files", article).remove();
  tabs(article, views(mail));
  $(".reply", article).addEventListener("submit", (event) => reply(event, mail));
  return article;
}

function show() {
  list();
  const mail = mails.find((candidate) => candidate.id === chosenId());
  document.title = `${mail ? mail.subject || "(no subject)" : "Mailbox"} · Telltale`;
  const empty = element("p", { className: "empty", textContent: "Choose a mail. New ones appear by themselves." });
  $("#mail").replaceChildren(mail ? reading(mail) : empty);
}

async function refresh() {
  const response = await fetch("/_local/mails", { headers: { accept: "application/json" } }).catch(() => null);
  if (!response?.ok) {
    $("#count").textContent = "Telltale does not answer.";
    return;
  }
  const { items } = await response.json();
  const first = mails.length === 0;
  mails = items;
  if (first) show();
  else list();
}

$("#recipient").addEventListener("change", list);
addEventListener("popstate", show);
refresh();
setInterval(() => document.hidden || refresh(), 2000);
