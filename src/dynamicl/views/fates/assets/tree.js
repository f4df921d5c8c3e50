// The tree: the run is the trunk at the top, each forked checkpoint a stem down to its own band, and
// in it every fork a branch to its end. The earliest checkpoint has the lowest band: its stem then
// passes to the left of all later ones, and nothing crosses.

let treePanel = null;
const GAP = 13;
const trunkOf = () => (page.parent && page.parent.steps.length ? 66 : 26);

// One time axis for the whole page: margins that leave room for names left and P right.
const margins = (w) => (w < 560 ? [44, 46] : [62, 104]);

function forkTimes() {
  const first = page.parent && page.parent.steps.length ? page.parent.steps[0] : page.at[0];
  return [Math.min(first, page.at[0]), ...page.at.filter((t) => t > 0), page.end];
}

function pageScale(w) {
  const [left, right] = margins(w);
  return timeScale(left, w - right, forkTimes());
}

function buildTree() {
  treePanel = addPanel({
    id: "tree",
    title: "What became of each fork",
    wide: true,
    keys: true,
    controls: [
      segments("scale", "Time", [
        ["linear", "linear time"],
        ["log", "log time"],
      ]),
    ],
    follows: ["scale"],
    cursor: ["at", "fork", "hover"],
    height: (w) => treeRows(w).bottom + 42,
    draw: drawTree,
    overlay: overlayTree,
    rows: treeTable,
    describe: () => `Tree of ${page.about.meta.join(", ")}. Selected: ${forkWords(state.at, forkNow())}`,
    note: () =>
      "Each branch is a fork: the same weights, other data. Blue ones converged, at the dot; orange ones had not by the end. Click one to see its curve.",
    pointer: (x, y, event) => {
      const [i, j] = forkAt(x, y);
      set({ hover: i < 0 ? "" : `${i}.${j}` });
      treePanel.holder.style.cursor = i < 0 ? "" : "pointer";
      if (i < 0) return hideTip();
      const row = page.forks[i][j];
      showTip([`data seed ${row.seed}`, `forked at step ${grouped(page.at[i])}`, outcomeWords(row)], event);
    },
    away: () => set({ hover: "" }),
    click: (x, y) => {
      const [i, j] = forkAt(x, y);
      if (i >= 0) selectFork(i, j);
    },
  });
  treePanel.base.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    selectFork(state.at, state.fork + by);
  });
}

// Heights: `y(i, j)` of a fork, `middle(i)`, `top(i)` and `size(i)` of a band.
function treeRows(w) {
  const n = page.forks.map((rows) => rows.length);
  const all = n.reduce((a, b) => a + b, 0);
  const pitch = clampNumber(700 / all, 1.7, 8);
  const size = n.map((count) => Math.max(w < 560 ? 15 : 26, count * pitch));
  const tops = [];
  let y = trunkOf() + GAP;
  for (let i = n.length - 1; i >= 0; i--) {
    tops[i] = y;
    y += size[i] + GAP;
  }
  const place = (i, j) => tops[i] + (size[i] - (n[i] - 1) * pitch) / 2 + j * pitch;
  return {
    pitch,
    bottom: y - GAP + 6,
    y: place,
    top: (i) => tops[i],
    size: (i) => size[i],
    middle: (i) => tops[i] + size[i] / 2,
  };
}

// How far the branches of a band need to part: never past the first of their ends.
function fanOf(i, xs) {
  const x = xs.place(page.at[i]);
  const first = Math.min(...page.forks[i].filter((row) => finite(row.time)).map((row) => xs.place(row.time)));
  return Math.max(2, Math.min(30, 0.6 * (finite(first) ? first - x : 30), 0.35 * (xs.x1 - x)));
}

function drawTree(pen, w, h) {
  const c = pen.colours;
  const rows = treeRows(w);
  const xs = pageScale(w);
  treePanel.geometry = { rows, xs };
  const frame = { x: xs.x0, y: 0, w: xs.x1 - xs.x0, h: rows.bottom };
  drawFrame(pen, frame, xs, { ticks: [] }, { xName: "training steps", ticksX: frame.w / 90 });
  drawTrunk(pen, xs, w);
  page.at.forEach((step, i) => drawBand(pen, i, rows, xs, w));
  if (!page.parent) pen.text("the run", xs.x0, trunkOf() - 14, { fill: c.ink, weight: 600 });
}

// The run itself: its accuracy above the trunk, and on the trunk what became of it.
function drawTrunk(pen, xs, w) {
  const c = pen.colours;
  const y = trunkOf();
  const root = page.parent;
  if (!root || !root.steps.length) {
    pen.line(xs.x0, y, xs.place(page.at[page.at.length - 1]), y, { stroke: c.ink, width: 2.5 });
    return;
  }
  const low = y - 8;
  const place = (v) => (finite(v) ? low - clampNumber(v, 0, 1) * (low - 12) : NaN);
  for (const [value, words] of [[0, "0"], [1, "1"]]) {
    pen.line(xs.x0, place(value), xs.x1, place(value), { stroke: c.grid });
    pen.text(words, xs.x0 - 7, place(value), { align: "right", size: 10 });
  }
  pen.text(w < 560 ? "run" : "accuracy", xs.x0 - 7, (place(0) + place(1)) / 2, { align: "right", size: 10.5, fill: c.soft });
  pen.poly(root.steps.map(xs.place), root.accuracy.map(place), { stroke: c.ink, width: 1.5 });
  const colour = outcomeColour(root.converged, c);
  const end = xs.place(root.steps[root.steps.length - 1]);
  const turn = root.converged ? xs.place(root.time) : end;
  pen.line(xs.x0, y, turn, y, { stroke: root.converged ? c.ink : colour, width: 2.5 });
  if (!root.converged) return;
  pen.line(turn, y, end, y, { stroke: colour, width: 4 });
  pen.circle(turn, y, 4.5, { fill: colour, stroke: c.paper, width: 1.2 });
  const right = turn > xs.x1 - 70;
  pen.text(`S = ${compact(root.time)}`, turn + (right ? -8 : 4), y - 17, { weight: 600, fill: c.ink, align: right ? "right" : "left" });
}

function drawBand(pen, i, rows, xs, w) {
  const c = pen.colours;
  const x = xs.place(page.at[i]);
  const y = rows.middle(i);
  pen.line(xs.x0, y, x, y, { stroke: c.grid });
  pen.line(x, trunkOf(), x, y, { stroke: c.soft, width: 1.2 });
  pen.circle(x, trunkOf(), 2.4, { fill: c.ink });
  const fan = fanOf(i, xs);
  page.forks[i].forEach((row, j) => drawFork(pen, row, x, y, fan, rows.y(i, j), xs, rows.pitch));
  const [value, low, high] = page.chance.own[i];
  pen.text(compact(page.at[i]), xs.x0 - 7, y, { align: "right", weight: 600, fill: c.ink, size: 11.5 });
  const count = `${page.chance.converged[i]}/${page.chance.forks[i]}`;
  if (w < 560) return pen.text(count, xs.x1 + 5, y, { size: 11, fill: c.ink });
  pen.text(`${count} · P ${value.toFixed(2)}`, xs.x1 + 10, y - 6, { weight: 600, fill: c.ink });
  pen.text(`${low.toFixed(2)} – ${high.toFixed(2)}`, xs.x1 + 10, y + 8, { size: 10 });
}

function drawFork(pen, row, x, y, fan, yRow, xs, pitch) {
  const colour = outcomeColour(row.converged, pen.colours);
  const end = xs.place(finite(row.time) ? row.time : page.followed);
  const thin = clampNumber(0.5 * pitch, 0.8, 1.4);
  const faint = { stroke: colour, width: thin, alpha: row.converged ? 0.4 : 0.75 };
  pen.curve([x, y, x + fan * 0.5, y, x + fan * 0.5, yRow, x + fan, yRow], faint);
  pen.line(x + fan, yRow, end, yRow, faint);
  if (!row.converged) return;
  pen.line(end, yRow, xs.place(page.followed), yRow, { stroke: colour, width: clampNumber(0.72 * pitch, 1.2, 3.6) });
  pen.circle(end, yRow, clampNumber(0.6 * pitch, 1.6, 3.4), { fill: colour });
}

function overlayTree(pen, w) {
  const { rows, xs } = treePanel.geometry || { rows: treeRows(w), xs: pageScale(w) };
  const c = pen.colours;
  pen.rect(2, rows.top(state.at) - GAP / 2, w - 4, rows.size(state.at) + GAP, { fill: c.accent, alpha: 0.07, radius: 6 });
  const [i, j] = state.hover ? state.hover.split(".").map(Number) : [-1, -1];
  if (i >= 0) traceFork(pen, i, j, rows, xs, c.soft, 1.8);
  traceFork(pen, state.at, state.fork, rows, xs, c.ink, 2.4);
}

function traceFork(pen, i, j, rows, xs, colour, width) {
  const row = page.forks[i][j];
  const [x, y, yRow, fan] = [xs.place(page.at[i]), rows.middle(i), rows.y(i, j), fanOf(i, xs)];
  pen.curve([x, y, x + fan * 0.5, y, x + fan * 0.5, yRow, x + fan, yRow], { stroke: colour, width });
  pen.line(x + fan, yRow, xs.place(row.converged || !finite(row.time) ? page.followed : row.time), yRow, { stroke: colour, width });
  if (row.converged)
    pen.circle(xs.place(row.time), yRow, 4.5, { fill: outcomeColour(true, pen.colours), stroke: colour, width: 1.6 });
}

// The fork nearest to a point of the tree: [checkpoint, fork], or [-1, -1].
function forkAt(x, y) {
  const g = treePanel.geometry;
  if (!g) return [-1, -1];
  for (let i = 0; i < page.at.length; i++) {
    if (y < g.rows.top(i) - GAP / 2 || y > g.rows.top(i) + g.rows.size(i) + GAP / 2) continue;
    if (x < g.xs.place(page.at[i]) - 6 || x > g.xs.x1 + 8) return [-1, -1];
    const j = Math.round((y - g.rows.y(i, 0)) / g.rows.pitch);
    return [i, clampNumber(j, 0, page.forks[i].length - 1)];
  }
  return [-1, -1];
}

const treeTable = () => [
  ["forked at", "data seed", "outcome", "time"],
  ...page.forks.flatMap((rows, i) =>
    rows.map((row) => [page.at[i], row.seed, row.outcome, row.time]),
  ),
];
