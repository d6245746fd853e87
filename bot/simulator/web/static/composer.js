/**
 * The line in which people type. "/" offers the app's commands, + its shortcuts. Enter sends; what is not sent yet stays
 * with the place it was typed in; Up in an empty line brings the last one back.
 */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { act, state } from "./live.js";
import { menu } from "./menu.js";
import { Options } from "./options.js";

const HIGHEST = 200; // px, above which it scrolls
const LONGEST = 12_000; // characters, as the server takes them

const drafts = new Map();
const sent = new Map();

const key = (place) => `${state.get("me").name}/${place.id}`;

/** Put a text into the line that is on the screen. */
export function fills(text) {
  const line = document.getElementById("message");
  line.value = text;
  line.focus();
  line.dispatchEvent(new Event("input"));
}

/** @param {object} place that takes text */
export function composer(place) {
  const mine = key(place);
  const usage = h("p", { class: "usage", id: "usage", hidden: true });
  const line = h("textarea", {
    id: "message",
    rows: 1,
    maxlength: LONGEST,
    "aria-label": `Message #${place.name}`,
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    "aria-describedby": "usage",
    placeholder: `Message #${place.name} · / for commands`,
    value: drafts.get(mine) ?? "",
    data: { key: "message" },
  });
  const options = new Options(line, { id: "commands", label: "Commands", choose: (command) => fills(`${command} `) });

  const look = () => {
    drafts.set(mine, line.value);
    line.style.height = "auto";
    line.style.height = `${Math.min(line.scrollHeight, HIGHEST)}px`;
    const found = offered(line.value);
    options.show(found.map(({ command, description, hint }) => ({ value: command, said: described(command, description, hint) })));
    options.mark(0);
    const [word] = line.value.split(/\s/, 1);
    const known = found.length > 0 ? null : (state.get("commands") ?? []).find((each) => each.command === word);
    usage.hidden = !known;
    usage.textContent = known ? `${known.command} ${known.hint}` : "";
  };
  const send = async () => {
    const text = line.value.trim();
    if (!text) return;
    sent.set(mine, text);
    line.value = "";
    look();
    const { error } = await act("types", { place: place.id, text });
    if (!error || drafts.get(mine)) return;
    // Nobody got it, and it is not to be typed again.
    drafts.set(mine, text);
    if (line.isConnected) fills(text);
  };

  line.addEventListener("input", look);
  line.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const isWhole = options.marked === line.value;
    if (options.isOpen && event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      options.chooseMarked();
    } else if (!(event.key === "Enter" && isWhole) && options.takes(event)) {
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && line.value === "" && sent.has(mine)) {
      event.preventDefault();
      fills(sent.get(mine));
    }
  });
  line.addEventListener("blur", () => options.hide());
  requestAnimationFrame(() => line.isConnected && line.value && look());
  return h(
    "div",
    { class: "composer" },
    options.element,
    usage,
    h(
      "div",
      { class: "line" },
      shortcuts(),
      line,
      h("button", { type: "button", class: "button primary send", "aria-label": "Send", onclick: send }, icon("send")),
    ),
    h("p", { class: "keys", "aria-hidden": "true" }, h("kbd", {}, "Enter"), " to send, ", h("kbd", {}, "Shift Enter"), " for a new line"),
  );
}

function offered(typed) {
  return typed.startsWith("/") ? (state.get("commands") ?? []).filter((each) => each.command.startsWith(typed)) : [];
}

function described(command, description, hint) {
  return [h("strong", {}, command), " ", description, h("small", {}, hint)];
}

function shortcuts() {
  return menu({ label: "Shortcuts", sign: icon("plus") }, () =>
    (state.get("shortcuts") ?? []).map(({ name, description }, number) => {
      const id = `shortcut-${number}`;
      const use = () => act("uses_shortcut", { name });
      const said = { type: "button", "aria-label": name, "aria-describedby": id };
      return h("button", { ...said, onclick: use }, name, h("small", { id }, description));
    }),
  );
}
