// P(t): each checkpoint's share with its Jeffreys interval, a rising (or falling) curve with its band,
// and the steps at which 50 % and 95 % of forks shared the run's fate. The time axis is the tree's.

let chancePanel = null;

function buildChances() {
  chancePanel = addPanel({
    id: "chances",
    title: "Probability of converging, by the step of the fork",
    wide: true,
    controls: fits().length > 1 ? [segments("band", "Curve and band", fits().map((name) => [name, name]))] : [],
    follows: ["scale", "band"],
    cursor: ["at"],
    height: (w) => (w < 560 ? 250 : 290),
    draw: drawChances,
    overlay: overlayChances,
    rows: chanceRows,
    note: () => {
      const fit = page.chance[state.band];
      const band = fit ? ` Curve and band: ${state.band} fit, 95 % at each step. Diamonds: where 50 % and 95 % were committed.` : "";
      return `Points: share of forks that converged, with 95 % Jeffreys intervals.${band}`;
    },
    describe: () =>
      page.at.map((t, i) => `step ${grouped(t)}: ${page.chance.own[i].map((p) => num(p)).join(", ")}`).join("; "),
  });
}

function chanceBox(w, h) {
  const [left, right] = margins(w);
  return { x: left, y: 22, w: w - left - right, h: h - 22 - 42 };
}

function drawChances(pen, w, h) {
  const c = pen.colours;
  const box = chanceBox(w, h);
  const xs = pageScale(w);
  const ys = { ticks: [0, 0.25, 0.5, 0.75, 1], place: (p) => box.y + box.h * (1 - p) };
  chancePanel.geometry = { box, xs, ys };
  drawFrame(pen, box, xs, ys, { yName: "P(converge)", xName: "step of the fork", ticksX: box.w / 90 });
  drawSteps(pen, box, xs);
  const fit = page.chance[state.band];
  if (fit) {
    const on = (points) => bent(points, xs).map(([t, p]) => [xs.place(t), ys.place(p)]);
    pen.shape(on(fit.band), { fill: c.band, alpha: 0.14 });
    const line = on(fit.at.map((t, i) => [t, fit.value[i]]));
    pen.poly(line.map((p) => p[0]), line.map((p) => p[1]), { stroke: c.band, width: 2 });
    for (const level of ["50", "95"]) drawCommitment(pen, fit.commitment[level], Number(level), xs, ys);
  }
  page.at.forEach((t, i) => drawChance(pen, t, i, xs, ys));
}

// Between checkpoints a fit is linear in time, which a logarithmic axis bends.
function bent(points, xs) {
  if (state.scale !== "log") return points;
  const share = (a, b, x) => (b[0] === a[0] ? 0 : (xs.value(x) - a[0]) / (b[0] - a[0]));
  return points.flatMap((a, i) => {
    const b = points[i + 1];
    if (!b) return [a];
    const [from, to] = [xs.place(a[0]), xs.place(b[0])];
    const n = Math.ceil(Math.abs(to - from) / 6);
    const between = range(Math.max(0, n - 1)).map((k) => share(a, b, from + ((k + 1) / n) * (to - from)));
    return [a, ...between.map((s) => [a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1])])];
  });
}

// The run's own convergence: everything to the left of it was decided before it showed.
function drawSteps(pen, box, xs) {
  const root = page.parent;
  if (!root || !root.converged || !finite(root.time)) return;
  const x = xs.place(root.time);
  pen.line(x, box.y, x, box.y + box.h, { stroke: pen.colours.ink, dash: [5, 4], alpha: 0.7 });
  const right = x > box.x + box.w - 90;
  pen.text("the run converged", x + (right ? -5 : 5), box.y + box.h - 10, { align: right ? "right" : "left", size: 10.5 });
}

function drawCommitment(pen, [value, low, high], level, xs, ys) {
  // What was so from the first checkpoint on has no step at which it came to be so.
  if (!finite(value) || value <= page.at[0]) return;
  const c = pen.colours;
  const y = ys.place((page.chance.falling ? 100 - level : level) / 100);
  const place = (t, open) => (finite(t) ? clampNumber(xs.place(t), xs.x0, xs.x1) : open);
  pen.line(place(low, xs.x0), y, place(high, xs.x1), y, { stroke: c.band, width: 3, alpha: 0.55 });
  const x = place(value, xs.x1);
  pen.shape([[x - 6, y], [x, y - 6], [x + 6, y], [x, y + 6]], { fill: c.band, stroke: c.paper, width: 1.5 });
}

function drawChance(pen, t, i, xs, ys) {
  const c = pen.colours;
  const [value, low, high] = page.chance.own[i];
  const x = xs.place(t);
  pen.line(x, ys.place(low), x, ys.place(high), { stroke: c.ink, width: 1.3, alpha: 0.8 });
  pen.circle(x, ys.place(value), 3.8, { fill: c.ink, stroke: c.paper, width: 1 });
  if (pen.hit)
    pen.hit(
      x - 9,
      ys.place(1) - 8,
      18,
      ys.place(0) - ys.place(1) + 16,
      [
        `forked at step ${grouped(t)}`,
        `${page.chance.converged[i]} of ${page.chance.forks[i]} converged`,
        `P ${num(value)} (${num(low)} – ${num(high)})`,
      ],
      () => selectFork(i, 0),
    );
}

function overlayChances(pen, w, h) {
  const { box, xs, ys } = chancePanel.geometry;
  const x = xs.place(stepNow());
  pen.circle(x, ys.place(page.chance.own[state.at][0]), 7.5, { stroke: pen.colours.accent, width: 2 });
  pen.line(x, box.y + box.h, x, box.y + box.h + 6, { stroke: pen.colours.accent, width: 2.5 });
}

function chanceRows() {
  const iso = page.chance.isotonic;
  const n = page.at.length;
  // The band's outline runs out along its low side and back along the high one.
  const band = (i) => (iso ? [iso.value[i], ...[iso.band[i][1], iso.band[2 * n - 1 - i][1]].sort((a, b) => a - b)] : ["", "", ""]);
  return [
    ["forked at", "forks", "converged", "share", "low", "high", "isotonic", "isotonic low", "isotonic high"],
    ...page.at.map((t, i) => [t, page.chance.forks[i], page.chance.converged[i], ...page.chance.own[i], ...band(i)]),
  ];
}
