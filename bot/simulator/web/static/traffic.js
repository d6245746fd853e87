/** API traffic: every exchange of the bot with Feldera and Slack, in both directions, oldest first; and the bot's log. */

import { h } from "./dom.js";
import { Following } from "./following.js";
import { state, under } from "./live.js";
import { segmented } from "./segmented.js";

const NAMES = { feldera: "Feldera", slack: "Slack", bot: "bot" };
const VIEWS = [
  ["all", "All"],
  ["feldera", "Feldera"],
  ["slack", "Slack"],
  ["lines", "Bot log"],
];

const rows = h("ol", { class: "exchanges", tabindex: 0, "aria-label": "API requests and Slack deliveries" });
const lines = h("pre", { class: "lines", tabindex: 0, "aria-label": "Bot log", role: "region" });
const drawn = new Map();
const ends = { rows: new Following(rows), lines: new Following(lines) };

export const traffic = h(
  "section",
  { class: "traffic", "aria-label": "API traffic", data: { view: "all" } },
  segmented({ legend: "API traffic", name: "view", options: VIEWS, chosen: "all", choose: showView }),
  rows,
  lines,
);

function showView(view) {
  traffic.dataset.view = view;
  showNewest();
}

/** Scroll to the newest entry, which is the last. */
export function showNewest() {
  ends.rows.toEnd();
  ends.lines.toEnd();
}

export function drawTraffic() {
  const keys = under("simulation/traffic/");
  for (const [key, { element }] of drawn) {
    if (state.has(key)) continue;
    element.remove();
    drawn.delete(key);
  }
  let cursor = null;
  for (const key of keys) {
    const exchange = state.get(key);
    let known = drawn.get(key);
    if (known?.exchange !== exchange) {
      const element = row(exchange, known?.element);
      known?.element.replaceWith(element);
      known = { exchange, element };
      drawn.set(key, known);
    }
    const next = cursor ? cursor.nextSibling : rows.firstChild;
    if (known.element !== next) rows.insertBefore(known.element, next);
    cursor = known.element;
  }
  ends.rows.settle();
}

export function drawLines(log) {
  const text = log.join("\n");
  if (text === lines.textContent) return;
  lines.textContent = text;
  ends.lines.settle();
}

function row(exchange, before) {
  const line = [
    h("time", {}, exchange.at),
    h("span", { class: "way" }, `${NAMES[exchange.from]} → ${NAMES[exchange.to]}`),
    h("code", {}, exchange.what),
    h("span", { class: ["answer", exchange.failed && "failed"] }, exchange.answer),
  ];
  const other = exchange.from === "bot" ? exchange.to : exchange.from;
  const bodies = [
    exchange.body && [h("p", { class: "which" }, "Request"), h("pre", {}, exchange.body)],
    exchange.reply && [h("p", { class: "which" }, "Response"), h("pre", {}, exchange.reply)],
  ].filter(Boolean);
  if (bodies.length === 0) return h("li", { data: { with: other } }, h("p", { class: "exchange" }, ...line));
  // Written out only when somebody looks: there are hundreds of them.
  const details = h("details", {}, h("summary", { class: "exchange" }, ...line));
  const opens = () => details.open && details.children.length === 1 && details.append(...bodies.flat());
  details.addEventListener("toggle", opens);
  details.open = Boolean(before?.querySelector("details[open]"));
  return h("li", { data: { with: other } }, details);
}
