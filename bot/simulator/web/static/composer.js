/**
 * The line in which people type. "/" offers the app's commands, + its shortcuts. Enter sends; what is not sent yet stays
 * with the place it was typed in; Up in an empty line brings the last one back.
 */

import { arrows, h } from "./dom.js";
import { act, state } from "./live.js";

const drafts = new Map();
const sent = new Map();

const key = (place) => `${state.get("me").name}/${place.id}`;

/** @param {object} place that takes text */
export function composer(place) {
  const mine = key(place);
  const options = h("ul", { class: "options", role: "listbox", id: "commands", "aria-label": "Commands", hidden: true });
  const hint = h("p", { class: "usage", id: "usage", hidden: true });
  const line = h("textarea", {
    id: "message",
    rows: 1,
    role: "combobox",
    "aria-label": `Message #${place.name}`,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    "aria-controls": "commands",
    "aria-describedby": "usage",
    placeholder: `Message #${place.name}, or / for a command`,
    value: drafts.get(mine) ?? "",
    data: { key: "message" },
  });

  const offered = () => {
    const typed = line.value;
    const all = state.get("commands") ?? [];
    if (!typed.startsWith("/")) return [];
    return all.filter((each) => each.command.startsWith(typed));
  };
  const look = () => {
    drafts.set(mine, line.value);
    line.style.height = "auto";
    line.style.height = `${Math.min(line.scrollHeight, 200)}px`;
    const found = offered();
    options.replaceChildren(...found.map((each, number) => option(each, number, choose)));
    options.hidden = found.length === 0;
    line.setAttribute("aria-expanded", String(found.length > 0));
    if (found.length) line.setAttribute("aria-activedescendant", "command-0");
    else line.removeAttribute("aria-activedescendant");
    const [word] = line.value.split(/\s/, 1);
    const known = found.length ? null : (state.get("commands") ?? []).find((each) => each.command === word);
    hint.hidden = !known;
    hint.textContent = known ? `${known.command} ${known.hint}` : "";
  };
  const choose = (command) => {
    line.value = `${command.command} `;
    look();
    line.focus();
  };
  const send = async () => {
    const text = line.value.trim();
    if (!text) return;
    sent.set(mine, text);
    line.value = "";
    look();
    await act("types", { place: place.id, text });
  };

  line.addEventListener("input", look);
  line.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const [first] = offered();
    if (first && (event.key === "Tab" || (event.key === "Enter" && line.value !== first.command))) {
      event.preventDefault();
      choose(first);
    } else if (event.key === "Escape") {
      options.hidden = true;
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && line.value === "" && sent.has(mine)) {
      event.preventDefault();
      line.value = sent.get(mine);
      look();
    }
  });
  queueMicrotask(look);
  return h(
    "div",
    { class: "composer" },
    options,
    hint,
    h(
      "div",
      { class: "line" },
      shortcuts(),
      line,
      h("button", { type: "button", class: "button primary", "aria-label": "Send", onclick: send }, "➤"),
    ),
  );
}

function option(command, number, choose) {
  return h(
    "li",
    {
      role: "option",
      id: `command-${number}`,
      "aria-selected": number === 0 ? "true" : "false",
      onmousedown: (event) => event.preventDefault(),
      onclick: () => choose(command),
    },
    h("strong", {}, command.command),
    " ",
    command.description,
    h("small", {}, command.hint),
  );
}

function shortcuts() {
  const list = h(
    "div",
    { class: "menu" },
    ...(state.get("shortcuts") ?? []).map((each) =>
      h(
        "button",
        {
          type: "button",
          title: each.description,
          onclick: (event) => {
            event.currentTarget.closest("details").open = false;
            act("uses_shortcut", { name: each.name });
          },
        },
        each.name,
      ),
    ),
  );
  arrows(list, "button");
  return popup("Shortcuts", "+", list);
}

/** A menu that a button opens; Escape and a click elsewhere close it. */
export function popup(label, sign, content) {
  const details = h(
    "details",
    {
      class: "popup",
      onkeydown: (event) => {
        if (event.key !== "Escape" || !details.open) return;
        event.stopPropagation();
        details.open = false;
        details.querySelector("summary").focus();
      },
    },
    h("summary", { "aria-label": label, title: label }, sign),
    content,
  );
  document.addEventListener("click", (event) => {
    if (!details.contains(event.target)) details.open = false;
  });
  return details;
}
