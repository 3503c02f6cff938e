// Controls without a name, fields without a label, ids that occur twice.
() => {
  const named = (node) =>
    node.getAttribute("aria-label") ||
    node.getAttribute("aria-labelledby") ||
    node.innerText?.trim() ||
    node.labels?.length;
  const shown = (node) => node.checkVisibility();
  const nameless = [...document.querySelectorAll("button, a, input, select, textarea, [role=dialog]")]
    .filter((node) => shown(node) && !named(node))
    .map((node) => `nameless ${node.outerHTML.slice(0, 120)}`);
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `id twice: ${id}`);
  return [...nameless, ...twice];
};
