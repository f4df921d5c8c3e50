// Small helpers that every other file uses: nodes, numbers, words.
// Text reaches the document through textContent only, so no name can become markup.

const $ = (selector, root = document) => root.querySelector(selector);

function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const clampNumber = (x, low, high) => Math.min(high, Math.max(low, x));
const finite = (x) => typeof x === "number" && Number.isFinite(x);
const range = (n) => Array.from({ length: n }, (_, i) => i);

// Three significant digits, without trailing noise: 0.693, 1.2e-5, 12 300.
function num(x, digits = 3) {
  if (!finite(x)) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size < 1e-3 || size >= 1e6) return x.toExponential(Math.max(0, digits - 1)).replace(/\.?0*e\+?/, "e");
  if (size >= 1000) return grouped(Math.round(x));
  return String(Number(x.toPrecision(digits)));
}

// Thousands are set apart by a thin no-break space, as in print.
function grouped(x) {
  return String(Math.round(x)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

// 312 000 -> "312k": for axes and labels with little room.
function compact(x) {
  if (!finite(x)) return "–";
  const size = Math.abs(x);
  for (const [unit, letter] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ]) {
    if (size >= unit) return Number((x / unit).toPrecision(3)) + letter;
  }
  return num(x);
}

function debounce(fn, wait) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), wait);
  };
}

// The last index whose value is not above `value`; values ascend.
function indexBelow(values, value) {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function nearestIndex(values, value) {
  if (!values.length) return -1;
  const below = indexBelow(values, value);
  const above = Math.min(values.length - 1, below + 1);
  return Math.abs(values[above] - value) < Math.abs(values[below] - value) ? above : below;
}

function quantile(sorted, q) {
  if (!sorted.length) return NaN;
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function say(text) {
  $("#announce").textContent = text;
}

const cut = (text, n) => (text.length > n ? text.slice(0, Math.max(1, n - 1)) + "…" : text);
