// Building and patching the document.
//
// Everything the page shows is made here with createElement and text nodes, so text
// that a stranger wrote can never become markup. Lists are patched by key: a node
// whose content did not change is left alone, and with it focus, selection and scroll.

const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "indeterminate", "open"]);
const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (`onclick`) and children (text or nodes). */
export function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) setAttribute(node, name, value);
  node.append(...flat(children));
  return node;
}

function setAttribute(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "dataset") Object.assign(node.dataset, value);
  else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** An SVG element; used by the icons only. */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Replace what a node holds, and give the node back. */
export function fill(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

/** Text for screen readers only. */
export function unseen(text) {
  return h("span", { class: "unseen" }, text);
}

/**
 * Make `parent` show `items`, touching only what changed.
 *
 * `key` names an item, `signature` is equal as long as its picture is, `render`
 * draws it. Focus inside a redrawn node moves to the same control of the new one.
 */
export function patchList(parent, items, { key, signature, render }) {
  const before = new Map([...parent.children].map((node) => [node.patchKey, node]));
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const picture = signature(item);
    let node = before.get(name);
    before.delete(name);
    if (!node || node.patchSignature !== picture) {
      const fresh = Object.assign(render(item), { patchKey: name, patchSignature: picture });
      if (node) {
        if (cursor === node) cursor = fresh;
        replaceKeepingFocus(node, fresh);
      }
      node = fresh;
    }
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  }
  for (const gone of before.values()) gone.remove();
}

/** Swap a node for its redrawn self; the focused control is found again by `data-focus`. */
export function replaceKeepingFocus(old, fresh) {
  const active = document.activeElement;
  const held = old.contains(active) ? active : null;
  const place = held && { name: held.dataset.focus, start: held.selectionStart, end: held.selectionEnd };
  old.replaceWith(fresh);
  if (!place) return;
  const match = place.name && fresh.querySelector(`[data-focus="${CSS.escape(place.name)}"]`);
  const target = match || fresh;
  target.focus({ preventScroll: true });
  if (match && typeof place.start === "number") match.setSelectionRange(place.start, place.end);
}

/** Run `work` now; calls that come while it runs become one more run afterwards. */
export function coalesced(work) {
  let running = null;
  let again = false;
  const run = async () => {
    do {
      again = false;
      await work();
    } while (again);
  };
  return () => {
    if (running) again = true;
    else running = run().finally(() => (running = null));
    return running;
  };
}
