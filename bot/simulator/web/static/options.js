/** The options below (or above) what is typed into: an ARIA listbox in which keys move a mark while the focus stays. */

import { h } from "./dom.js";

export class Options {
  #input;
  #choose;
  #at = -1;

  /**
   * @param {HTMLElement} input a combobox
   * @param {{id: string, label: string, choose: (value: string, option: HTMLElement) => void}} how
   */
  constructor(input, { id, label, choose }) {
    this.#input = input;
    this.#choose = choose;
    this.element = h("ul", { class: "options", role: "listbox", id, "aria-label": label, hidden: true });
    input.setAttribute("aria-controls", id);
    this.hide();
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** The value of the option that is marked, if one is. */
  get marked() {
    return this.#all()[this.#at]?.dataset.value ?? null;
  }

  /** @param {{value: string, said: (Node | string)[]}[]} options; without any it says so, or hides if there is no `none` */
  show(options, { none = null } = {}) {
    this.element.replaceChildren(...options.map((each, number) => this.#option(each, number)));
    if (options.length === 0 && none) {
      this.element.append(h("li", { role: "option", "aria-disabled": "true", class: "none" }, none));
    }
    this.#opens(this.element.hasChildNodes());
    if (this.isOpen) this.element.scrollIntoView({ block: "nearest" });
  }

  hide() {
    this.#opens(false);
  }

  mark(number) {
    const all = this.#all();
    this.#at = all[number] ? number : -1;
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.#at)));
    if (this.#at < 0) {
      this.#input.removeAttribute("aria-activedescendant");
      return;
    }
    this.#input.setAttribute("aria-activedescendant", all[number].id);
    all[number].scrollIntoView({ block: "nearest" });
  }

  chooseMarked() {
    const option = this.#all()[this.#at];
    if (option) this.#choose(option.dataset.value, option);
  }

  /** Whether a key was for the options: arrows mark one, Enter chooses it, Escape hides them. */
  takes(event) {
    const count = this.#all().length;
    if (!this.isOpen) return false;
    if (event.key === "Escape") this.hide();
    else if (event.key === "ArrowDown" && count) this.mark((this.#at + 1) % count);
    else if (event.key === "ArrowUp" && count) this.mark((Math.max(this.#at, 0) - 1 + count) % count);
    else if (event.key === "Enter" && this.#at >= 0) this.chooseMarked();
    else return false;
    return true;
  }

  #opens(isSo) {
    this.element.hidden = !isSo;
    // Of what is typed into, only a combobox can be said to be expanded: not a text of several lines.
    if (this.#input.role === "combobox") this.#input.setAttribute("aria-expanded", String(isSo));
    this.mark(-1);
  }

  #all() {
    return [...this.element.querySelectorAll("[role=option]:not([aria-disabled])")];
  }

  #option({ value, said }, number) {
    return h(
      "li",
      {
        role: "option",
        id: `${this.element.id}-${number}`,
        "aria-selected": "false",
        data: { value },
        // Before the input loses the focus, which hides the options.
        onmousedown: (event) => event.preventDefault(),
        onclick: (event) => this.#choose(value, event.currentTarget),
      },
      said,
    );
  }
}
