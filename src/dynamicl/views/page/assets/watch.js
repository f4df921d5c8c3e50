// One object `state` holds what is being looked at, each page its own. `set` changes it, tells the
// panels, and keeps the address in step, so that a copied link opens the same view.

const watchers = [];
const watch = (fn) => watchers.push(fn);

function set(patch) {
  const changed = new Set();
  for (const [key, value] of Object.entries(patch)) {
    const same = Array.isArray(value) ? value.join() === state[key].join() : value === state[key];
    if (!same) changed.add(key);
    state[key] = value;
  }
  if (!changed.size) return;
  for (const fn of watchers) fn(changed);
  if (!(changed.size === 1 && changed.has("hover"))) writeAddress();
}
