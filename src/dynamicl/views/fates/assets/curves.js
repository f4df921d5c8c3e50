// The selected fork's accuracy among its siblings, with the run that they were all forked from.

let curvesPanel = null;

function buildCurves() {
  curvesPanel = addPanel({
    id: "curves",
    title: "Accuracy of a fork",
    controls: [
      choose("at", "checkpoint", () => page.at.map((t, i) => [String(i), `step ${grouped(t)}`]), {
        toState: (v) => Number(v),
      }),
      choose("fork", "fork", () => page.forks[state.at].map((row, j) => [String(j), forkLabel(row)]), {
        toState: (v) => Number(v),
      }),
    ],
    follows: ["at", "fork", "scale"],
    height: (w) => (w < 520 ? 290 : 330),
    draw: drawCurves,
    rows: curveRows,
    name: () => `Fork with data seed ${forkNow().seed}, from step ${grouped(stepNow())}`,
    note: () => `It ${outcomeWords(forkNow()).replace("not converged", "had not converged").replace("still", "was still")}. Thin: its siblings${page.parent ? "; dashed: the run itself" : ""}.`,
    describe: () => forkWords(state.at, forkNow()),
    pointer: hoverCurve,
    away: hideTip,
  });
}

const forkLabel = (row) => `${row.seed} · ${row.converged ? "S = " + compact(row.time) : row.outcome}`;

// The accuracies of one fork; null while they are being unpacked, empty where there are none.
function curveOfFork(i, row) {
  if (!hasArray("accuracy")) return [];
  const a = arr("accuracy");
  if (!a) return null;
  const from = a.row(i, row.fork);
  return a.data.subarray(from, from + a.shape[2]);
}

function curveBox(w, h) {
  return { x: 44, y: 24, w: w - 60, h: h - 24 - 42 };
}

function drawCurves(pen, w, h) {
  const c = pen.colours;
  const own = curveOfFork(state.at, forkNow());
  const box = curveBox(w, h);
  const xs = timeScale(box.x, box.x + box.w, forkTimes());
  const ys = valueScale([[0, 1]], box.y + box.h, box.y);
  curvesPanel.geometry = { box, xs, ys };
  if (!own || !own.length) return drawEmpty(pen, w, h, own ? "Accuracies were not kept" : "…");
  drawFrame(pen, box, xs, { ...ys, ticks: [0, 0.25, 0.5, 0.75, 1] }, { yName: "accuracy", xName: "training steps", ticksX: box.w / 90 });
  const at = page.steps.map(xs.place);
  const begin = xs.place(stepNow());
  pen.line(begin, box.y, begin, box.y + box.h, { stroke: c.faint, dash: [3, 3] });
  for (const row of page.forks[state.at])
    pen.poly(at, Array.from(curveOfFork(state.at, row), ys.place), { stroke: outcomeColour(row.converged, c), width: 0.8, alpha: 0.28 });
  if (page.parent)
    pen.poly(page.parent.steps.map(xs.place), page.parent.accuracy.map(ys.place), { stroke: c.ink, dash: [5, 4], width: 1.3, alpha: 0.8 });
  const chosen = forkNow();
  pen.poly(at, Array.from(own, ys.place), { stroke: outcomeColour(chosen.converged, c), width: 2.6 });
  if (chosen.converged)
    pen.circle(xs.place(chosen.time), ys.place(1), 5, { fill: outcomeColour(true, c), stroke: c.paper, width: 1.5 });
}

function hoverCurve(x, y, event) {
  const g = curvesPanel.geometry;
  const own = curveOfFork(state.at, forkNow());
  if (!g || !own || !own.length || x < g.box.x || x > g.box.x + g.box.w) return hideTip();
  const t = nearestIndex(page.steps, g.xs.value(x));
  if (t < 0 || !finite(own[t])) return hideTip();
  showTip([`accuracy ${num(own[t])}`, `step ${grouped(page.steps[t])}`], event);
}

function curveRows() {
  const rows = page.forks[state.at];
  const curves = rows.map((row) => curveOfFork(state.at, row) || []);
  const run = page.parent ? new Map(page.parent.steps.map((t, k) => [t, page.parent.accuracy[k]])) : new Map();
  return [
    ["step", "run", ...rows.map((row) => `data seed ${row.seed}`)],
    ...page.steps.map((t, k) => [t, run.get(t) ?? "", ...curves.map((curve) => curve[k] ?? "")]),
  ];
}
