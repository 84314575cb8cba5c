// The calls under /simulator/api/.

const base = "/simulator/api/";

// CallError carries the status and the text of a problem document.
export class CallError extends Error {
  constructor(status, code, title) {
    super(title);
    this.status = status;
    this.code = code;
  }
}

async function read(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // Something between us and the server answered in its own words.
  }
  if (!response.ok) throw new CallError(response.status, body.code || "", body.title || "模拟器没有答复");
  return body;
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(base + path, options);
  } catch {
    throw new CallError(0, "offline", "连不上服务器。请看启动它的终端，恢复后再试一次。");
  }
  return read(response);
}

export const post = (name, body = {}) =>
  ask(name, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const wall = () => ask("wall");
export const apps = () => ask("apps");
export const history = (citizen) => ask("history?citizen=" + encodeURIComponent(citizen));
