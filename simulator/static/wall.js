// The wall of codes: search, classes, click is scan.

import { byId, el } from "./dom.js";

const all = "全部";
const groupOf = (item) => (item.kind === "window" ? "窗口" : item.kind === "campaign" ? "活动" : item.class || "其他");

export class Wall {
  // onScan gets the scene of the code that was clicked.
  constructor(onScan) {
    this.onScan = onScan;
    this.items = [];
    this.numbers = false; // codes of this app carry numbers
    this.group = all;
    byId("wall-search").addEventListener("input", () => this.draw());
  }

  set(items) {
    this.items = items;
    this.drawGroups();
    this.draw();
  }

  // use shows the codes of an app.
  use(app) {
    this.numbers = app === "weibo";
    this.draw();
  }

  // sceneOf is what an item's code carries in the app that is used; "" where it
  // has no code there.
  sceneOf(item) {
    return this.numbers ? String(item.number || "") : item.scene;
  }

  // nameOf is whose code a scene is, without the signature it may carry.
  nameOf(scene) {
    const item = this.items.find((known) => this.sceneOf(known) === scene);
    return item ? item.name : "";
  }

  drawGroups() {
    const groups = [all, ...new Set(this.items.map(groupOf))];
    byId("wall-classes").replaceChildren(
      ...groups.map((group) =>
        el("button", { type: "button", "aria-pressed": group === this.group ? "true" : "false", onclick: () => this.choose(group) }, group),
      ),
    );
  }

  choose(group) {
    this.group = group;
    for (const chip of byId("wall-classes").children) chip.setAttribute("aria-pressed", chip.textContent === group ? "true" : "false");
    this.draw();
  }

  draw() {
    const wanted = byId("wall-search").value.trim().toLowerCase();
    const found = this.items.filter(
      (item) =>
        this.sceneOf(item) !== "" &&
        (this.group === all || groupOf(item) === this.group) &&
        (wanted === "" || item.name.toLowerCase().includes(wanted) || this.sceneOf(item).toLowerCase().includes(wanted)),
    );
    byId("wall-count").textContent = found.length === this.items.length ? `共 ${found.length} 个` : `${found.length} / ${this.items.length} 个`;
    byId("wall-codes").replaceChildren(...found.map((item) => this.card(item)));
    if (found.length === 0) byId("wall-codes").append(el("li", { class: "nothing" }, "没有找到。换个词，或清空搜索。"));
  }

  card(item) {
    const scene = this.sceneOf(item);
    const picture = el("img", { src: "/simulator/qr?scene=" + encodeURIComponent(scene), alt: "", loading: "lazy", width: 96, height: 96 });
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "code", "aria-label": `扫码：${item.name}，场景值 ${scene}`, onclick: () => this.onScan(scene) },
        picture,
        el("span", { class: "code-name" }, item.name),
        el("span", { class: "code-scene" }, scene),
      ),
    );
  }
}
