/** Finds the focused element again after the elements around it were redrawn. */

/**
 * How to find an element of `area` later: by its key, or, if no other is like it, by what it does. Slack gives the blocks
 * of a message new ids with each edit, so that a button's key may be another one then.
 * @param {Element} element
 * @param {ParentNode} area
 */
export function trace(element, area) {
  const { key, action } = element.dataset;
  return { key, action: action && alike(area, "action", action).length === 1 ? action : null };
}

/** The corresponding element in `area`; null if there is none. */
export function heir(area, { key, action }) {
  const [same] = key ? alike(area, "key", key) : [];
  if (same) return same;
  const similar = action ? alike(area, "action", action) : [];
  return similar.length === 1 ? similar[0] : null;
}

function alike(area, name, value) {
  return area.querySelectorAll(`[data-${name}="${CSS.escape(value)}"]`);
}
