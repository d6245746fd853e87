/**
 * A menu that asks the app for its options while something is typed into it: an ARIA combobox with a list of options.
 * What is typed only looks for them; left without picking one, it shows again what was picked before.
 */

import { h } from "./dom.js";
import { sendFormAction } from "./form_actions.js";
import { Options } from "./options.js";

const PAUSE_MS = 150; // without another key, before the app is asked

export function combobox(block, described) {
  const { value, shortest, placeholder, focus } = block.element;
  const input = h("input", {
    ...described,
    class: "text",
    type: "text",
    role: "combobox",
    value: value ?? "",
    placeholder,
    required: !block.optional,
    autocomplete: "off",
    autofocus: focus,
    "aria-autocomplete": "list",
  });
  let picked = value ?? "";
  let asked = 0;
  let timer = 0;
  const choose = (chosen, option) => {
    picked = input.value = option.textContent;
    options.hide();
    sendFormAction("fills", { block: block.block, value: chosen });
  };
  const options = new Options(input, { id: `${described.id}-options`, label: block.label, choose });

  const ask = async () => {
    if (input.value.length < shortest) return options.hide();
    const mine = (asked += 1);
    input.setAttribute("aria-busy", "true");
    // What was picked looks for nothing: all others are offered.
    const typed = input.value === picked && shortest === 0 ? "" : input.value;
    const answer = await sendFormAction("looks_for", { block: block.block, typed });
    if (mine !== asked || !input.isConnected || document.activeElement !== input) return;
    input.removeAttribute("aria-busy");
    if (answer.error) return options.hide();
    input.form.querySelector(".trouble").textContent = "";
    const found = answer.options ?? [];
    options.show(found.map((each) => ({ value: each.value, said: [each.label] })), { none: "No matches" });
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  input.addEventListener("click", ask);
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asked += 1;
    input.removeAttribute("aria-busy");
    input.value = picked;
    options.hide();
  });
  input.addEventListener("keydown", (event) => {
    if (options.takes(event)) event.preventDefault();
    else if (event.key === "ArrowDown") {
      event.preventDefault();
      ask();
    }
  });
  return h("div", { class: "combobox" }, input, options.element);
}
