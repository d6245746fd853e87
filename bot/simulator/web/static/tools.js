/** The buttons at the top: the color theme, and the simulation controls. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { listen, state } from "./live.js";
import { toggleControls } from "./controls.js";

const THEMES = { auto: "same as system", light: "light", dark: "dark" };
const CHOSEN = "theme";

export function tools() {
  const drawer = document.getElementById("controls");
  const controls = h(
    "button",
    {
      type: "button",
      class: "tool controls",
      "aria-expanded": String(!drawer.hidden),
      "aria-controls": "controls",
      onclick: toggleControls,
    },
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("span", { class: "label" }, "Simulation controls"),
  );
  const theme = h("button", { type: "button", class: "tool", onclick: nextTheme });
  nameTheme(theme);
  queueMicrotask(dot);
  return h("div", { class: "tools" }, theme, controls);
}

function nextTheme(event) {
  const names = Object.keys(THEMES);
  localStorage.setItem(CHOSEN, names[(names.indexOf(chosen()) + 1) % names.length]);
  applyTheme();
  nameTheme(event.currentTarget);
}

function nameTheme(button) {
  button.replaceChildren(icon(chosen()));
  button.setAttribute("aria-label", `Color theme: ${THEMES[chosen()]}`);
  button.title = `Color theme: ${THEMES[chosen()]}`;
}

function chosen() {
  const kept = localStorage.getItem(CHOSEN);
  return Object.hasOwn(THEMES, kept) ? kept : "auto";
}

export function applyTheme() {
  const theme = chosen();
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Whether the bot is connected and Feldera is up, at a glance; the drawer says it in words. */
function dot() {
  const bot = state.get("simulation/bot");
  const isWell = bot?.state === "up" && bot.connected && state.get("simulation/feldera")?.up;
  for (const each of document.querySelectorAll(".tool.controls .dot")) each.classList.toggle("bad", !isWell);
}

listen((changed) => (changed.has("simulation/bot") || changed.has("simulation/feldera")) && dot());
