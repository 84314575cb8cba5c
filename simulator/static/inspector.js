// The inspector: what platform and server really sent each other.

import { app, appWords } from "./apps.js";
import { byId, el, hourMinuteSecond, millis } from "./dom.js";

const kinds = {
  text: "文字", tap: "点链接", scan: "扫码", follow: "关注", unfollow: "取消关注",
  picture: "图片", voice: "语音", place: "位置", click: "点菜单",
};

const faults = {
  no_answer: "三次投递都没有在5秒内得到答复",
  status: "状态码不是200",
  empty: "答复是空的",
  too_big: "答复超过64 KiB",
  bad_envelope: "答复没有加密，或信封不完整",
  bad_signature: "答复的签名不对",
  bad_cipher: "答复解不开，或不是发给这个公众号应用的",
  not_xml: "答复不以 <xml> 开头，或结构损坏",
  wrong_sender: "发送方不是这个账号",
  wrong_receiver: "接收方不是这位市民",
  bad_time: "CreateTime 不是时间",
  not_text: "类型不是 text",
  too_long: "正文太长：微信至多2048字节，微博要少于300字",
  not_json: "答复不是 result 为 true 的 JSON",
  bad_data: "data 不是编码过的 JSON",
};

export const kindName = (kind) => kinds[kind] || kind;

// faultTexts says what is wrong with an answer, in words.
export function faultTexts(entry) {
  return entry.faults.map((code) => {
    if (code === "status" && entry.status === 403 && entry.repeat_of) return "服务器拒收（403）：这条推送多半已超过300秒，按规定不再认可";
    if (code === "status") return `状态码是 ${entry.status}，不是200`;
    return faults[code] || code;
  });
}

export function inspect(entry) {
  const body = byId("inspector");
  const weibo = app() === "weibo";
  if (!entry) {
    body.replaceChildren(el("p", { class: "nothing" }, "发一条消息，或点一个二维码，这里就会出现推送和答复的原文。"));
    return;
  }
  body.replaceChildren(
    el(
      "div",
      { class: "facts" },
      el("strong", {}, (entry.repeat_of ? "再次投递：" : "") + kindName(entry.kind)),
      fact(hourMinuteSecond(entry.at)),
      fact(entry.status ? `HTTP ${entry.status}` : "无答复"),
      fact(millis(entry.ms)),
      entry.tries > 1 ? fact(`投递 ${entry.tries} 次`) : null,
      fact(weibo ? "只签名，不加密" : entry.encrypted ? "安全模式" : "明文模式"),
    ),
    verdict(entry),
    part(weibo ? "推送" : "推送 · 解密后", entry.push, true),
    part(weibo ? "答复 · 解码后" : "答复 · 解密后", entry.answer || "（没有）", true),
    part("推送 · 发出的样子", `POST ${entry.url}\n\n${entry.push_sent}`, false),
    part("答复 · 收到的样子", entry.answer_sent || "（没有）", false),
  );
}

const fact = (text) => el("span", { class: "fact" }, text);

function verdict(entry) {
  const wrong = faultTexts(entry);
  if (wrong.length > 0) return el("ul", { class: "verdict wrong" }, ...wrong.map((text) => el("li", {}, "✗ " + text)));
  const right = entry.answer === "success" ? "✓ 答复 success：平台收下，聊天里什么也不显示" : appWords().right;
  return el("p", { class: "verdict right" }, right);
}

function part(title, text, open) {
  return el("details", { open }, el("summary", {}, title), el("pre", { tabindex: 0, "aria-label": title }, text));
}
