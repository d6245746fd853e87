/** The buttons at the top: light or dark, and the outside world. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { listen, state } from "./live.js";
import { toggleWorld } from "./world.js";

const THEMES = { auto: "as the system", light: "light", dark: "dark" };
const CHOSEN = "theme";

export function tools() {
  const drawer = document.getElementById("world");
  const world = h(
    "button",
    {
      type: "button",
      class: "tool world",
      "aria-expanded": String(!drawer.hidden),
      "aria-controls": "world",
      onclick: toggleWorld,
    },
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("span", { class: "label" }, "The outside world"),
  );
  const theme = h("button", { type: "button", class: "tool", onclick: nextTheme });
  nameTheme(theme);
  queueMicrotask(dot);
  return h("div", { class: "tools" }, theme, world);
}

function nextTheme(event) {
  const names = Object.keys(THEMES);
  localStorage.setItem(CHOSEN, names[(names.indexOf(chosen()) + 1) % names.length]);
  applyTheme();
  nameTheme(event.currentTarget);
}

function nameTheme(button) {
  button.replaceChildren(icon(chosen()));
  button.setAttribute("aria-label", `Colours: ${THEMES[chosen()]}`);
  button.title = `Colours: ${THEMES[chosen()]}`;
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

/** Whether all is well out there, at a glance; the words are in the drawer. */
function dot() {
  const bot = state.get("world/bot");
  const isWell = bot?.state === "up" && bot.connected && state.get("world/feldera")?.up;
  for (const each of document.querySelectorAll(".tool.world .dot")) each.classList.toggle("bad", !isWell);
}

listen((changed) => (changed.has("world/bot") || changed.has("world/feldera")) && dot());
