/** Signs, drawn as lines in the color of the text around them. They say nothing that words do not say, too. */

const SVG = "http://www.w3.org/2000/svg";

const LINES = {
  app: "M4 5h16v11H9l-5 4z",
  auto: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 3v18M15 5v14M18 7v10",
  back: "M15 5l-7 7l7 7",
  close: "M6 6l12 12M18 6L6 18",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4A8.5 8.5 0 1 0 20 14.5z",
  down: "M12 5v14M6 13l6 6l6-6",
  eye: "M2 12c5-8.5 15-8.5 20 0c-5 8.5-15 8.5-20 0zM12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6",
  hash: "M10 4l-2 16M16 4l-2 16M5 9h15M4 15h15",
  home: "M4 11l8-7l8 7v9h-5v-6H9v6H4z",
  light: "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 5v14M5 12h14",
  send: "M4 12L20 4l-5 16l-3-7zM12 13l8-9",
  warning: "M12 4L2.5 20h19zM12 10v5M12 17.5v.01",
};

/** @param {keyof LINES} name */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  for (const [attribute, value] of Object.entries({ class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" })) {
    drawing.setAttribute(attribute, value);
  }
  const lines = document.createElementNS(SVG, "path");
  lines.setAttribute("d", LINES[name]);
  drawing.append(lines);
  return drawing;
}
