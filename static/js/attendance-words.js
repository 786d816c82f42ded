// The page's words, as the server drew them in the reader's language, and its times of day.

const words = document.querySelector("[data-words]").dataset;
const time = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  month: "numeric",
  day: "numeric",
});

export const hm = (moment) => time.format(moment);
export const dayAndTime = (moment) => `${day.format(moment)} ${hm(moment)}`;

// A phrase with names and figures filled in.
export function word(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// An element with properties, a class and children: text is text, never markup.
export function make(tag, { className = "", dataset = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  if (className) element.className = className;
  Object.assign(element.dataset, dataset);
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}
