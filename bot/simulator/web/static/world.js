/** The drawer: how the bot and the clock are, what can go wrong, what really is out there, and what was said to whom. */

import { confirmed } from "./confirm.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { happen, listen, state } from "./live.js";
import { drawLines, drawLog, log } from "./log.js";
import { showPane } from "./panes.js";
import { drawPipelines, pipelines } from "./pipelines.js";
import { deed, drawSwitches, switches } from "./switches.js";

const MOVES = [
  [1, "1 min", "1 minute"],
  [10, "10 min", "10 minutes"],
  [60, "1 h", "1 hour"],
  [240, "4 h", "4 hours"],
  [1440, "1 d", "1 day"],
];
const pane = document.getElementById("world");
const light = h("span", { class: "dot", "aria-hidden": "true" });
const how = h("span", { role: "status" });
const kills = deed("kills_bot", "kill -9", "danger");
const starts = deed("starts_bot", "Start it again", "primary");
const now = h("time", {});
const ahead = h("span", { class: "hint" });

pane.addEventListener("keydown", (event) => {
  // Of an open menu, Escape closes the menu.
  if (event.key === "Escape" && !pane.querySelector(":popover-open")) toggleWorld();
});
pane.append(
  h(
    "header",
    { class: "bar" },
    h("h2", { tabindex: -1 }, "The outside world"),
    h("section", { class: "bot", "aria-label": "The bot" }, h("p", {}, light, how), kills, starts),
    h("section", { class: "clock", "aria-label": "The clock" }, h("p", {}, now, ahead), ...MOVES.map(move)),
    h(
      "div",
      { class: "tools" },
      h("button", { type: "button", class: "button", onclick: reset }, "Begin anew"),
      h(
        "button",
        { type: "button", class: "tool close", "aria-label": "Close the outside world", onclick: toggleWorld },
        icon("close"),
      ),
    ),
  ),
  h("div", { class: "parts" }, switches, pipelines, log),
);

listen((changed) => {
  if (changed.has("world/feldera")) drawReal(state.get("world/feldera"));
  if (!pane.hidden) draw(changed);
});

export function toggleWorld() {
  pane.hidden = !pane.hidden;
  for (const button of document.querySelectorAll(".tool.world")) {
    button.setAttribute("aria-expanded", String(!pane.hidden));
  }
  if (!pane.hidden) draw(new Set(state.keys()));
  showPane(pane.hidden ? "place" : "world");
  (pane.hidden ? document.querySelector(".tool.world") : pane.querySelector("h2"))?.focus();
}

/** Nobody sees it while it is closed: it is drawn when it opens, and at what changes from then on. */
function draw(changed) {
  const is = (...keys) => keys.some((key) => changed.has(`world/${key}`));
  if (is("bot")) drawBot(state.get("world/bot"));
  if (is("clock")) drawClock(state.get("world/clock"));
  if (is("switches")) drawSwitches();
  if (is("pipelines", "switches")) drawPipelines();
  if ([...changed].some((key) => key.startsWith("world/log/"))) drawLog();
}

function drawReal({ real }) {
  const banner = document.getElementById("real");
  banner.hidden = !real;
  banner.textContent = real ? `A real Feldera is behind this: ${real}. What is cleared here is gone there.` : "";
}

function drawBot(bot) {
  const isUp = bot.state === "up";
  const said = !isUp ? bot.state : bot.connected ? `up, over ${bot.transport}` : "up, not connected to Slack";
  light.classList.toggle("bad", !isUp || !bot.connected);
  const sentence = `The bot is ${said}.`;
  if (how.textContent !== sentence) how.textContent = sentence;
  const hadFocus = [kills, starts].includes(document.activeElement);
  kills.hidden = bot.state === "down";
  starts.hidden = bot.state !== "down";
  if (hadFocus) (kills.hidden ? starts : kills).focus();
  drawLines(bot.log);
}

function drawClock(clock) {
  now.textContent = clock.now;
  ahead.textContent = clock.ahead ? ` (${clock.ahead})` : "";
}

function move([minutes, label, said]) {
  const button = deed("moves_on", `+${label}`, null, { minutes });
  button.setAttribute("aria-label", `Move the clock on by ${said}`);
  return button;
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
