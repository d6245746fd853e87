/** What the bot and the outside world said to each other, both ways, newest last. */

import { h } from "./dom.js";
import { state, under } from "./live.js";

const rows = h("ol", { class: "exchanges", tabindex: 0, "aria-label": "Requests and deliveries" });
const drawn = new Map();
const SIGNS = { feldera: "Feldera", slack: "Slack", bot: "bot" };

export const log = h("section", { class: "log-of-calls" }, h("h3", {}, "Said over the wire"), rows);

export function drawLog() {
  const isAtEnd = rows.scrollHeight - rows.scrollTop - rows.clientHeight < 40;
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
      const element = row(said);
      known?.element.replaceWith(element);
      known = { said, element };
      drawn.set(key, known);
    }
    const next = cursor ? cursor.nextSibling : rows.firstChild;
    if (known.element !== next) rows.insertBefore(known.element, next);
    cursor = known.element;
  }
  if (isAtEnd) rows.scrollTop = rows.scrollHeight;
}

function row(said) {
  const line = [
    h("time", {}, said.at),
    h("span", { class: "way" }, `${SIGNS[said.from]} → ${SIGNS[said.to]}`),
    h("code", {}, said.what),
    h("span", { class: ["answer", said.failed && "failed"] }, said.answer),
  ];
  const bodies = [
    said.body && [h("h4", {}, "Sent"), h("pre", { tabindex: 0 }, said.body)],
    said.reply && [h("h4", {}, "Answered"), h("pre", { tabindex: 0 }, said.reply)],
  ].filter(Boolean);
  if (bodies.length === 0) return h("li", {}, h("p", { class: "exchange" }, ...line));
  // Written out only when somebody looks: there are hundreds of them.
  const details = h("details", {}, h("summary", { class: "exchange" }, ...line));
  details.addEventListener("toggle", () => details.open && details.children.length === 1 && details.append(...bodies.flat()));
  return h("li", {}, details);
}
