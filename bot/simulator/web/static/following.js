/** Keeps a scrolling element at its end for as long as the reader is there: until they scroll away from it. */

const NEAR_THE_END = 40; // px

export class Following {
  #element;
  #size = "";

  /** @param {(isAtEnd: boolean) => void} [moved] hears of where the reader scrolled to */
  constructor(element, moved = () => {}) {
    this.#element = element;
    this.isOn = true;
    element.addEventListener("scroll", () => {
      // When the element changes its size the browser scrolls, too, to keep in sight what was: that is not the reader.
      if (this.#isResized()) return;
      this.isOn = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_THE_END;
      moved(this.isOn);
    });
    new ResizeObserver(() => this.settle()).observe(element);
  }

  /** To be called when what stands in it changed. */
  settle() {
    if (this.isOn) this.toEnd();
    this.#isResized();
  }

  toEnd() {
    this.isOn = true;
    this.#element.scrollTop = this.#element.scrollHeight;
  }

  #isResized() {
    const { clientWidth, clientHeight, scrollHeight } = this.#element;
    const before = this.#size;
    this.#size = `${clientWidth} ${clientHeight} ${scrollHeight}`;
    return this.#size !== before;
  }
}
