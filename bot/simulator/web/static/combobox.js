/**
 * A menu that asks the app for its options while something is typed into it: an ARIA combobox with a list of options.
 */

import { h } from "./dom.js";
import { act } from "./live.js";

const PAUSE = 150; // ms without another key before the app is asked

export function combobox(block, described) {
  const { value, shortest, placeholder, focus } = block.element;
  const list = h("ul", { class: "options", role: "listbox", id: `${described.id}-options`, hidden: true });
  list.setAttribute("aria-label", block.label);
  const input = h("input", {
    ...described,
    class: "text",
    type: "text",
    role: "combobox",
    value: value ?? "",
    placeholder,
    autocomplete: "off",
    autofocus: focus,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
  });
  let asked = 0;
  let timer = 0;
  let active = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const shows = (isSo) => {
    list.hidden = !isSo;
    input.setAttribute("aria-expanded", String(isSo));
    if (!isSo) mark(-1);
  };
  const mark = (number) => {
    active = number;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === number)));
    if (number < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", options()[number].id);
      options()[number].scrollIntoView({ block: "nearest" });
    }
  };
  const pick = (option) => {
    input.value = option.textContent;
    shows(false);
    act("fills", { block: block.block, value: option.dataset.value });
  };
  const shown = (option, number) =>
    h(
      "li",
      {
        role: "option",
        id: `${list.id}-${number}`,
        "aria-selected": "false",
        data: { value: option.value },
        // Before the input loses the focus, which closes the list.
        onmousedown: (event) => event.preventDefault(),
        onclick: (event) => pick(event.currentTarget),
      },
      option.label,
    );
  const ask = async () => {
    if (input.value.length < shortest) return shows(false);
    const mine = (asked += 1);
    const answer = await act("looks_for", { block: block.block, typed: input.value });
    if (mine !== asked || !input.isConnected || document.activeElement !== input) return;
    const found = answer.options ?? [];
    const none = h("li", { role: "presentation", class: "none" }, "No matches");
    list.replaceChildren(...(found.length > 0 ? found.map(shown) : [none]));
    mark(-1);
    shows(true);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("focus", ask);
  input.addEventListener("blur", () => {
    asked += 1;
    shows(false);
  });
  input.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      shows(false);
    } else if (event.key === "ArrowDown" && count) {
      event.preventDefault();
      if (list.hidden) shows(true);
      mark((active + 1) % count);
    } else if (event.key === "ArrowUp" && count) {
      event.preventDefault();
      mark((active - 1 + count) % count);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      pick(options()[active]);
    }
  });
  return h("div", { class: "combobox" }, input, list);
}
