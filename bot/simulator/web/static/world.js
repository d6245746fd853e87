/** The drawer: what really is out there, what can go wrong with it, and what the bot and the world said to each other. */

import { popup } from "./composer.js";
import { confirmed } from "./confirm.js";
import { arrows, h, refill } from "./dom.js";
import { happen, listen, state } from "./live.js";
import { drawLog, log } from "./log.js";
import { toggleWorld } from "./tools.js";

const MOVES = [
  [1, "1 min"],
  [10, "10 min"],
  [60, "1 hour"],
  [240, "4 hours"],
  [1440, "1 day"],
];
const pane = document.getElementById("world");
const parts = Object.fromEntries(
  ["bot", "clock", "feldera", "slack", "pipelines"].map((name) => [name, h("section", { class: name })]),
);

pane.addEventListener("keydown", (event) => event.key === "Escape" && toggleWorld());
pane.append(
  h(
    "header",
    { class: "bar" },
    h("h2", { tabindex: -1 }, "The outside world"),
    h("button", { type: "button", class: "button danger", onclick: reset }, "Begin anew"),
    h("button", { type: "button", class: "close", "aria-label": "Close the outside world", onclick: toggleWorld }, "✕"),
  ),
  h("div", { class: "parts", tabindex: 0, role: "group", "aria-label": "What is out there" }, ...Object.values(parts), log),
);

listen((changed) => {
  const is = (...keys) => keys.some((key) => changed.has(`world/${key}`));
  if (is("feldera")) drawReal(state.get("world/feldera"));
  if (is("bot")) drawBot(state.get("world/bot"));
  if (is("clock")) drawClock(state.get("world/clock"));
  if (is("switches", "feldera")) {
    drawSwitches(parts.feldera, "Feldera");
    drawSwitches(parts.slack, "Slack");
  }
  if (is("pipelines", "switches")) drawPipelines();
  if ([...changed].some((key) => key.startsWith("world/log/"))) drawLog();
});

function drawReal({ real }) {
  const banner = document.getElementById("real");
  banner.hidden = !real;
  banner.textContent = real ? `A real Feldera is behind this: ${real}. What is cleared here is gone there.` : "";
}

function drawBot(bot) {
  const how = bot.state !== "up" ? bot.state : bot.connected ? `up, over ${bot.transport}` : "up, not connected to Slack";
  const isDown = bot.state === "down";
  refill(
    parts.bot,
    h("h3", {}, "The bot"),
    h("p", {}, light(bot.state === "up" && bot.connected), `It is ${how}.`),
    h(
      "div",
      { class: "deeds" },
      isDown
        ? deed("starts_bot", "Start it again", "primary")
        : deed("kills_bot", "kill -9", "danger"),
    ),
    h("details", {}, h("summary", { data: { key: "bot-log" } }, "What it logs"), h("pre", { class: "lines", tabindex: 0 }, bot.log.join("\n"))),
  );
}

function drawClock(clock) {
  refill(
    parts.clock,
    h("h3", {}, "The clock"),
    h("p", {}, h("time", {}, clock.now), clock.ahead && h("span", { class: "hint" }, ` ${clock.ahead}`)),
    h(
      "div",
      { class: "deeds" },
      ...MOVES.map(([minutes, label]) =>
        h(
          "button",
          {
            type: "button",
            class: "button",
            "aria-label": `Move the clock on by ${label}`,
            data: { key: `moves-${minutes}` },
            onclick: () => happen("moves_on", { minutes }),
          },
          `+ ${label}`,
        ),
      ),
    ),
  );
}

function drawSwitches(part, group) {
  const switches = state.get("world/switches").filter((each) => each.group === group);
  part.hidden = switches.length === 0;
  const once = switches.filter((each) => each.kind === "once");
  refill(
    part,
    h("h3", {}, group),
    ...switches
      .filter((each) => each.kind === "toggle")
      .map((each) =>
        h(
          "label",
          { class: "choice" },
          h("input", {
            type: "checkbox",
            role: "switch",
            checked: each.on,
            data: { key: each.do },
            onchange: (event) => happen(each.do, { on: event.target.checked }),
          }),
          h("span", {}, each.label),
        ),
      ),
    h("div", { class: "deeds" }, ...once.map((each) => deed(each.do, each.label))),
  );
}

function deed(verb, label, style = null, more = {}) {
  return h(
    "button",
    { type: "button", class: ["button", style], data: { key: verb }, onclick: () => happen(verb, more) },
    label,
  );
}

function light(isOn) {
  return h("span", { class: ["dot", !isOn && "bad"], "aria-hidden": "true" });
}

function drawPipelines() {
  const pipelines = state.get("world/pipelines");
  parts.pipelines.hidden = pipelines.length === 0;
  const open = parts.pipelines.querySelector("details[open]")?.dataset.name;
  const heads = ["Pipeline", "Deployment", "Storage", "Program", "Clears", ""];
  refill(
    parts.pipelines,
    h("h3", {}, "Pipelines, as they really are"),
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ...heads.map((head) => (head ? h("th", { scope: "col" }, head) : h("td"))))),
      h("tbody", {}, ...pipelines.map((each) => row(each, each.name === open))),
    ),
  );
}

function row(pipeline, isOpen) {
  const { deployment, desired, storage, checkpoints } = pipeline;
  const kept = checkpoints ? `${storage}, ${checkpoints} checkpoint${checkpoints === 1 ? "" : "s"}` : storage;
  return h(
    "tr",
    {},
    h("th", { scope: "row", title: `id ${pipeline.id}…` }, pipeline.name),
    h("td", {}, deployment === desired ? deployment : `${deployment} → ${desired}`, pipeline.error && h("small", {}, pipeline.error)),
    h("td", {}, kept),
    h("td", {}, pipeline.program),
    h("td", {}, String(pipeline.clears)),
    h("td", {}, menu(pipeline, isOpen)),
  );
}

function menu(pipeline, isOpen) {
  const deeds = state.get("world/switches").filter((each) => each.about === "pipeline");
  const list = h(
    "div",
    { class: "menu" },
    ...deeds.map((each) => {
      const isOn = each.kind === "toggle" && each.on.includes(pipeline.name);
      return h(
        "button",
        {
          type: "button",
          "aria-pressed": each.kind === "toggle" ? String(isOn) : null,
          data: { key: `${pipeline.name}/${each.do}` },
          onclick: (event) => {
            event.currentTarget.closest("details").open = false;
            happen(each.do, { pipeline: pipeline.name, on: !isOn });
          },
        },
        `${isOn ? "✓ " : ""}${each.label}`,
      );
    }),
  );
  arrows(list, "button");
  const details = popup(`What happens to ${pipeline.name}`, "⋯", list);
  details.dataset.name = pipeline.name;
  details.querySelector("summary").dataset.key = `menu-${pipeline.name}`;
  details.open = isOpen;
  return details;
}

async function reset() {
  const asked = {
    title: "Begin anew?",
    text: ["Everybody's messages, the bot's database and every pipeline are as they were at the start."],
    confirm: "Begin anew",
    deny: "Keep it",
  };
  if (await confirmed(asked, "danger")) await happen("resets");
}
