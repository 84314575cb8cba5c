// The page's state: who is there, who holds the phone, what was sent.

import * as api from "./api.js";
import { app, appWords } from "./apps.js";
import { Chat } from "./chat.js";
import { byId, el } from "./dom.js";
import { inspect } from "./inspector.js";
import { Wall } from "./wall.js";

const names = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"];
const kept = "pingyi-simulator-citizens"; // in sessionStorage: handles of this page's citizens
const hintSeen = "pingyi-simulator-hint"; // in localStorage

const state = { people: [], active: 0, following: false, queue: Promise.resolve(), others: {} };

// On a narrow screen the phone is one of three tabs; else it is always there.
const narrow = window.matchMedia("(max-width: 759px)");

const wall = new Wall((scene) => {
  if (narrow.matches) show("phone");
  act("scan", { scene });
});

const chat = new Chat(byId("chat"), byId("chat-scroll"), {
  onTap: (piece) => act("tap", { text: piece.send, mark: piece.mark || "" }),
  onRepeat: (entry) => act("redeliver", { entry: entry.id }),
  onInspect: (entry) => {
    inspect(entry);
    show("inspector");
  },
  nameOf: (scene) => wall.nameOf(scene),
});

// act sends what the citizen does. One thing follows another, as on a phone;
// what is still waiting when the phone is handed on goes to who sent it.
function act(name, body) {
  const who = state.people[state.active];
  if (!who) return;
  const kind = name === "send" ? "text" : name;
  const unpend = name === "redeliver" ? () => {} : chat.pending({ kind, ...body, label: "马鞍山市政务服务中心" });
  state.queue = state.queue.then(async () => {
    busy(true);
    try {
      const answer = await api.post(name, { citizen: who.id, ...body });
      unpend();
      if (who === state.people[state.active]) take(answer);
    } catch (err) {
      unpend();
      if (err.code === "unknown_citizen") {
        await renew(who);
        hand(state.active);
      }
      // What was written is not written twice.
      if (name === "send" && who === state.people[state.active] && byId("words").value === "") byId("words").value = body.text;
      complain(err.message);
    } finally {
      busy(false);
    }
  });
}

// take draws what an answer brings.
function take(answer) {
  follow(answer.following);
  for (const entry of answer.entries) chat.add(entry);
  if (answer.entries.length > 0) inspect(answer.entries[answer.entries.length - 1]);
  byId("welcome").hidden = state.following || (app() === "weibo" && byId("chat").childElementCount > 0);
  byId("error").hidden = true;
  chat.toEnd();
}

function follow(following) {
  state.following = following;
  byId("unfollow").hidden = !following && app() !== "weibo";
  byId("unfollow").textContent = following ? "取消关注" : "关注";
  if (!following) extras(false);
  const may = following || app() === "weibo"; // there strangers may write as well
  for (const control of document.querySelectorAll(".composer input, .composer button, .extras button, .menu button")) control.disabled = !may;
  byId("words").placeholder = may ? "发消息" : "关注以后才能发消息";
}

function busy(on) {
  byId("chat-title").textContent = on ? "对方正在输入…" : "政风行风评议";
  byId("chat-scroll").setAttribute("aria-busy", on ? "true" : "false");
}

function complain(text) {
  byId("error").textContent = text;
  byId("error").hidden = false;
}

function show(tab) {
  document.body.dataset.tab = tab;
  for (const button of document.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", button.dataset.show === tab ? "true" : "false");
  if (tab === "phone") chat.toEnd();
  // What had the focus may be on a tab that is not shown any more.
  if (!document.activeElement.checkVisibility()) document.querySelector(`[data-show="${tab}"]`).focus();
}

// People.

function keep() {
  state.others[app()] = { people: state.people, active: state.active };
  sessionStorage.setItem(kept, JSON.stringify({ app: app(), apps: state.others }));
}

function drawPeople() {
  byId("people").replaceChildren(
    ...state.people.map((who, i) =>
      el("button", { type: "button", "aria-pressed": i === state.active ? "true" : "false", onclick: () => hand(i) }, "市民" + who.name),
    ),
  );
  byId("person-add").hidden = state.people.length >= names.length;
  // On a narrow screen not all of them fit.
  byId("people").querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

async function addPerson() {
  const made = await api.post("citizens", { app: app() });
  state.people.push({ id: made.citizen, name: names[state.people.length] });
  await hand(state.people.length - 1);
}

// renew gives a citizen whom the server no longer knows a new identity.
async function renew(who) {
  const made = await api.post("citizens", { app: app() });
  who.id = made.citizen;
  keep();
}

// hand gives the phone to another citizen and shows their chat, after what is
// still being sent, so that nothing is drawn twice or in the wrong chat.
function hand(to) {
  state.active = to;
  keep();
  drawPeople();
  byId("chat-scroll").setAttribute("aria-busy", "true");
  const shown = state.queue.then(() => showChat(state.people[to]));
  state.queue = shown.catch(() => {});
  return shown;
}

async function showChat(who) {
  if (who !== state.people[state.active]) return;
  try {
    let past;
    try {
      past = await api.history(who.id);
    } catch (err) {
      if (err.code !== "unknown_citizen") throw err;
      await renew(who);
      past = await api.history(who.id);
    }
    if (who !== state.people[state.active]) return;
    chat.clear();
    inspect(null);
    take(past);
  } finally {
    busy(false);
  }
}

function restore() {
  try {
    const before = JSON.parse(sessionStorage.getItem(kept) || "{}");
    for (const [name, one] of Object.entries(before.apps || {})) {
      const people = one.people.slice(0, names.length).map((who, i) => ({ id: String(who.id), name: names[i] }));
      state.others[name] = { people, active: Math.min(Math.max(Number(one.active) || 0, 0), Math.max(people.length - 1, 0)) };
    }
    return before.app;
  } catch {
    state.others = {};
  }
}

// Apps.

// openApp shows an app with its own citizens, codes and words, once what is still
// being sent has been.
async function openApp(name) {
  await state.queue;
  document.body.dataset.app = name;
  for (const button of document.querySelectorAll("[data-open]")) button.setAttribute("aria-pressed", button.dataset.open === name ? "true" : "false");
  const mine = state.others[name] || { people: [], active: 0 };
  state.people = mine.people;
  state.active = mine.active;
  byId("welcome-text").textContent = appWords().welcome;
  byId("follow").textContent = "关注" + appWords().account;
  byId("menu").setAttribute("aria-label", appWords().account + "菜单");
  wall.use(name);
  if (state.people.length === 0) await addPerson();
  else await hand(state.active);
}

function drawApps(list) {
  byId("apps").hidden = list.length < 2;
  byId("apps").replaceChildren(
    ...list.map((name) => el("button", { type: "button", "data-open": name, "aria-pressed": "false", onclick: () => guard(openApp(name)) }, appWords(name).name)),
  );
}

// Wiring.

function listen() {
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("words").value;
    if (text.trim() === "") return;
    byId("words").value = "";
    act("send", { text });
  });
  byId("more").addEventListener("click", () => extras(byId("extras").hidden));
  for (const button of document.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => {
      extras(false);
      act(button.dataset.act, {});
    });
  }
  for (const button of document.querySelectorAll("[data-key]")) button.addEventListener("click", () => act("click", { text: button.dataset.key }));
  for (const button of document.querySelectorAll("[data-show]")) button.addEventListener("click", () => show(button.dataset.show));
  byId("follow").addEventListener("click", () => act("follow", {}));
  byId("unfollow").addEventListener("click", () => act(state.following ? "unfollow" : "follow", {}));
  byId("go-scan").addEventListener("click", () => show("wall"));
  byId("person-add").addEventListener("click", () => guard(addPerson()));
  byId("hint-close").addEventListener("click", () => {
    localStorage.setItem(hintSeen, "1");
    byId("hint").hidden = true;
  });
}

function extras(open) {
  byId("extras").hidden = !open;
  byId("more").setAttribute("aria-expanded", open ? "true" : "false");
  chat.toEnd();
}

const guard = (work) => work.catch((err) => complain(err.message));

async function start() {
  byId("hint").hidden = localStorage.getItem(hintSeen) === "1";
  follow(false);
  inspect(null);
  listen();
  if (!narrow.matches) show("wall");
  const before = restore();
  const [codes, phones] = await Promise.all([api.wall(), api.apps()]);
  wall.set(codes.items);
  drawApps(phones.apps);
  await openApp(phones.apps.includes(before) ? before : phones.apps[0]);
}

guard(start());
