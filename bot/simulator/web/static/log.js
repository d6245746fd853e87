/** What the bot and the outside world said to each other, both ways, newest last; and the lines of the bot's own log. */

import { h } from "./dom.js";
import { Following } from "./following.js";
import { state, under } from "./live.js";

const NAMES = { feldera: "Feldera", slack: "Slack", bot: "bot" };
const VIEWS = [
  ["all", "All"],
  ["feldera", "Feldera"],
  ["slack", "Slack"],
  ["lines", "The bot's log"],
];

const rows = h("ol", { class: "exchanges", tabindex: 0, "aria-label": "Requests and deliveries" });
const lines = h("pre", { class: "lines", tabindex: 0, "aria-label": "The bot's log", role: "region" });
const drawn = new Map();
const ends = { rows: new Following(rows), lines: new Following(lines) };

export const log = h(
  "section",
  { class: "wire", "aria-label": "Said over the wire", data: { view: "all" } },
  h("fieldset", { class: "views" }, h("legend", {}, "Said over the wire"), ...VIEWS.map(view)),
  rows,
  lines,
);

function view([name, label]) {
  const choose = () => {
    log.dataset.view = name;
    ends.rows.toEnd();
    ends.lines.toEnd();
  };
  const input = h("input", { type: "radio", name: "view", class: "unseen", checked: name === "all", onchange: choose });
  return h("label", {}, input, h("span", {}, label));
}

export function drawLog() {
  const keys = under("world/log/");
  for (const [key, { element }] of drawn) {
    if (state.has(key)) continue;
    element.remove();
    drawn.delete(key);
  }
  let cursor = null;
  for (const key of keys) {
    const said = state.get(key);
    let known = drawn.get(key);
    if (known?.said !== said) {
      const element = row(said, known?.element);
      known?.element.replaceWith(element);
      known = { said, element };
      drawn.set(key, known);
    }
    const next = cursor ? cursor.nextSibling : rows.firstChild;
    if (known.element !== next) rows.insertBefore(known.element, next);
    cursor = known.element;
  }
  ends.rows.settle();
}

export function drawLines(said) {
  const text = said.join("\n");
  if (text === lines.textContent) return;
  lines.textContent = text;
  ends.lines.settle();
}

function row(said, before) {
  const line = [
    h("time", {}, said.at),
    h("span", { class: "way" }, `${NAMES[said.from]} → ${NAMES[said.to]}`),
    h("code", {}, said.what),
    h("span", { class: ["answer", said.failed && "failed"] }, said.answer),
  ];
  const other = said.from === "bot" ? said.to : said.from;
  const bodies = [
    said.body && [h("p", { class: "which" }, "Sent"), h("pre", { tabindex: 0 }, said.body)],
    said.reply && [h("p", { class: "which" }, "Answered"), h("pre", { tabindex: 0 }, said.reply)],
  ].filter(Boolean);
  if (bodies.length === 0) return h("li", { data: { with: other } }, h("p", { class: "exchange" }, ...line));
  // Written out only when somebody looks: there are hundreds of them.
  const details = h("details", {}, h("summary", { class: "exchange" }, ...line));
  const opens = () => details.open && details.children.length === 1 && details.append(...bodies.flat());
  details.addEventListener("toggle", opens);
  details.open = Boolean(before?.querySelector("details[open]"));
  return h("li", { data: { with: other } }, details);
}
