// The chat: bubbles, tap links, and what can be done with each message.

import { appWords } from "./apps.js";
import { el, hourMinute, millis } from "./dom.js";
import { faultTexts } from "./inspector.js";

const quiet = 3 * 60 * 1000; // after such a pause a message shows its time

// Chat draws a citizen's entries. The handlers are onTap(piece),
// onRepeat(entry), onInspect(entry) and nameOf(scene).
export class Chat {
  constructor(list, scroll, handlers) {
    this.list = list;
    this.scroll = scroll;
    this.handlers = handlers;
    this.before = 0;
  }

  clear() {
    this.list.replaceChildren();
    this.before = 0;
  }

  // pending shows what was just sent until its exchange is there, and returns
  // the function that takes it away again.
  pending(entry) {
    const item = el("li", { class: "pending" }, this.own(entry));
    this.list.append(item);
    this.toEnd();
    return () => item.remove();
  }

  add(entry) {
    const at = new Date(entry.at).getTime();
    if (at - this.before > quiet) this.list.append(el("li", { class: "time" }, hourMinute(entry.at)));
    this.before = at;
    const item = el("li", { "data-entry": entry.id }, entry.repeat_of ? this.repeated(entry) : this.own(entry), this.meta(entry));
    const said = this.said(entry);
    if (said) item.append(said);
    this.list.append(item);
    this.toEnd();
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  // own is what the citizen did.
  own(entry) {
    switch (entry.kind) {
      case "text":
      case "tap":
        return mine(el("p", { class: "bubble" }, entry.text));
      case "picture":
        return mine(el("img", { class: "picture", src: "/simulator/static/sample.jpg", alt: "市民发的照片（样张）", width: 150, height: 112 }));
      case "voice":
        return mine(el("p", { class: "bubble" }, "语音 6″：" + (entry.text || "")));
      case "place":
        return mine(el("p", { class: "bubble place" }, el("strong", {}, entry.label || "位置"), el("span", {}, "位置")));
      case "scan": {
        const name = this.handlers.nameOf(entry.scene);
        return note(`扫了${name ? "「" + name + "」的" : ""}二维码 ${entry.scene}`);
      }
      case "follow":
        return note(`关注了${appWords().account}`);
      case "unfollow":
        return note("取消了关注");
      case "click":
        return note(`点了菜单「${entry.text}」`);
    }
    return note(entry.kind);
  }

  repeated(entry) {
    const what = entry.same ? "答复与第一次完全相同" : entry.faults.length > 0 ? "没有得到合格的答复" : "答复与第一次不同";
    return note(`平台把同一条推送又投递了一次：${what}`);
  }

  // meta is the line of small print under what the citizen did.
  meta(entry) {
    const right = ["text", "tap", "picture", "voice", "place"].includes(entry.kind) && !entry.repeat_of;
    return el(
      "p",
      { class: right ? "meta mine" : "meta" },
      el("span", {}, millis(entry.ms)),
      entry.repeat_of ? null : el("button", { type: "button", title: "平台没等到答复，会把同一条推送再投一次；答复应当与第一次相同，也不会重复计入", onclick: () => this.handlers.onRepeat(entry) }, "再次投递"),
      el("button", { type: "button", title: "看这条消息的推送和答复原文", onclick: () => this.handlers.onInspect(entry) }, "看报文"),
    );
  }

  // said is what the account answers, or what a phone shows where it fails to.
  said(entry) {
    if (entry.faults.length > 0) {
      return el(
        "div",
        { class: "failed" },
        el("p", { class: "note" }, appWords().failed),
        ...faultTexts(entry).map((text) => el("p", { class: "fault" }, "✗ " + text)),
      );
    }
    if (entry.pieces.length === 0) return note(appWords().nothing);
    const bubble = el("p", { class: "bubble" });
    for (const piece of entry.pieces) bubble.append(this.piece(piece));
    return el("div", { class: "row" }, el("img", { class: "avatar", src: "/simulator/static/icon.svg", alt: appWords().account, width: 40, height: 40 }), bubble);
  }

  // piece is tappable only where it is a menu link; an ordinary link is shown
  // with its address and not opened.
  piece(piece) {
    if (piece.send) return el("button", { type: "button", class: "tap", onclick: () => this.handlers.onTap(piece) }, piece.text);
    if (piece.href) return el("span", { class: "outer", title: piece.href }, piece.text);
    return document.createTextNode(piece.text);
  }
}

const note = (text) => el("p", { class: "note" }, text);
const mine = (content) => el("div", { class: "row mine" }, el("span", { class: "avatar me", "aria-hidden": "true" }, "我"), content);
