// Making elements. Whatever comes from a server ends in a text node, so that it
// can never become markup.

export const byId = (id) => document.getElementById(id);

// el makes an element: properties whose name begins with "on" are listeners,
// true and false set or leave out an attribute, children are nodes or texts.
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });
const clockSeconds = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

export const hourMinute = (at) => clock.format(new Date(at));
export const hourMinuteSecond = (at) => clockSeconds.format(new Date(at));

// millis shows a duration: short ones exactly, since they are what is compared.
export const millis = (ms) => (ms < 10 ? `${ms.toFixed(1)} 毫秒` : `${Math.round(ms)} 毫秒`);
