// One head across runs and time: a grid of small maps, a row a run, a column a checkpoint.

let seedsPanel = null;

function buildSeeds() {
  seedsPanel = addPanel({
    id: "seeds",
    title: "The same head in every run",
    wide: true,
    follows: ["source", "layer", "head", "scale", "axis", "run", "compare"],
    cursor: ["cursor"],
    height: (w) => (hasMaps() ? seedGrid(w).height : 90),
    draw: drawSeeds,
    overlay: overlaySeeds,
    rows: seedRows,
    name: () =>
      page.heads.length
        ? `${capital(headWords(state.layer, state.head))} in every run`
        : "The same head in every run",
    note: () =>
      hasMaps()
        ? `A row is a run, a column a checkpoint, evenly along the time axis. Click a map to go there.${leftOut()}`
        : "",
    describe: () => `Grid of attention maps: ${page.runs.length} runs by checkpoints`,
  });
}

const mappedRuns = () => shownRuns().filter((r) => ownMaps(r).length);

function leftOut() {
  const n = shownRuns().length - mappedRuns().length;
  return n ? ` ${n} ${n === 1 ? "run" : "runs"} without maps left out.` : "";
}

function seedGrid(w) {
  const runs = mappedRuns();
  const longest = Math.max(0, ...runs.map((r) => runLabel(r).length));
  const left = Math.min(w < 520 ? 100 : 190, 20 + 6.6 * longest);
  const side = runs.length > 24 ? 26 : runs.length > 10 ? 36 : w < 520 ? 38 : 52;
  const own = ownMaps(runs.includes(state.run) ? state.run : runs[0]);
  const columns = Math.max(1, Math.min(own.length, Math.floor((w - left) / (side + 4))));
  const step = columns > 1 ? (w - left - side - 2) / (columns - 1) : 0;
  return {
    left,
    side,
    runs,
    step: Math.min(step, side + 30),
    checkpoints: spreadCheckpoints(columns, own),
    top: 22,
    height: 26 + Math.max(1, runs.length) * (side + 4),
  };
}

// Checkpoints of the selected run evenly along the axis as it is drawn, from its first to its last, without repeats.
function spreadCheckpoints(n, own) {
  const steps = own.map((k) => page.checkpoints[k]);
  const xs = timeScale(0, 1);
  const place = (step) => xs.place(times()[nearestIndex(page.steps, step)]);
  const [from, to] = [place(steps[0]), place(steps[steps.length - 1])];
  const at = (i) => page.steps[xs.index(n > 1 ? from + (i / (n - 1)) * (to - from) : to)];
  return [...new Set(range(n).map((i) => own[nearestIndex(steps, at(i))]))];
}

// The map of a run that belongs in a column: its own nearest one, if no other column is nearer to that; else -1.
function mapInColumn(g, r, i) {
  const steps = g.checkpoints.map((k) => page.checkpoints[k]);
  const k = mapNear(r, steps[i]);
  return k >= 0 && nearestIndex(steps, page.checkpoints[k]) === i ? k : -1;
}

function drawSeeds(pen, w, h) {
  if (!hasMaps()) return drawEmpty(pen, w, h, "No attention maps were kept");
  const source = attentionSource();
  if (!source) return drawEmpty(pen, w, h, "…");
  const g = seedGrid(w);
  const c = pen.colours;
  g.checkpoints.forEach((k, i) =>
    pen.text(compact(page.checkpoints[k]), g.left + i * g.step + g.side / 2, 10, { align: "center", size: 10 }),
  );
  g.runs.forEach((r, row) => {
    const y = g.top + row * (g.side + 4);
    pen.rect(0, y, 3, g.side, { fill: runColour(r, c) });
    pen.text(cutFront(runLabel(r), Math.floor((g.left - 12) / 6.5)), 10, y + g.side / 2, {
      weight: r === state.run ? 700 : 400,
      fill: r === state.run ? c.ink : c.soft,
    });
    g.checkpoints.forEach((_, i) => {
      const x = g.left + i * g.step;
      const k = mapInColumn(g, r, i);
      if (k < 0) return;
      drawMap(pen, source, source.at(r, k, state.layer, state.head), x, y, g.side);
      pen.hit(
        x,
        y,
        g.side,
        g.side,
        () => [runLabel(r), `step ${grouped(page.checkpoints[k])}`],
        () => set({ run: r, cursor: nearestIndex(page.steps, page.checkpoints[k]) }),
      );
    });
  });
}

// The column at the cursor and the row of the selected run are framed.
function overlaySeeds(pen, w) {
  if (!hasMaps()) return;
  const g = seedGrid(w);
  const steps = g.checkpoints.map((k) => page.checkpoints[k]);
  if (!steps.length) return;
  const i = nearestIndex(steps, stepNow());
  const x = g.left + i * g.step;
  pen.rect(x - 2, g.top - 2, g.side + 4, g.runs.length * (g.side + 4), {
    stroke: pen.colours.accent,
    width: 1.5,
    radius: 2,
  });
  const row = g.runs.indexOf(state.run);
  if (row >= 0)
    pen.rect(x - 1, g.top + row * (g.side + 4) - 1, g.side + 2, g.side + 2, { stroke: pen.colours.ink, width: 2 });
}

function seedRows() {
  const source = hasMaps() ? attentionSource() : null;
  if (!source) return mapRows(null, []);
  const g = seedGrid((seedsPanel.size || [900])[0]);
  return mapRows(
    source,
    g.runs.flatMap((r) =>
      range(g.checkpoints.length)
        .map((i) => mapInColumn(g, r, i))
        .filter((k) => k >= 0)
        .map((k) => [r, k, state.layer, state.head]),
    ),
  );
}
