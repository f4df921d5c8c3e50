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
        ? "A row is a run, a column a checkpoint, evenly along the time axis. Click a map to go there."
        : "",
    describe: () => `Grid of attention maps: ${page.runs.length} runs by checkpoints`,
  });
}

function seedGrid(w) {
  const left = w < 520 ? 76 : 130;
  const runs = shownRuns();
  const side = runs.length > 24 ? 26 : runs.length > 10 ? 36 : w < 520 ? 38 : 52;
  const columns = Math.max(1, Math.min(page.checkpoints.length, Math.floor((w - left) / (side + 4))));
  const step = columns > 1 ? (w - left - side - 2) / (columns - 1) : 0;
  return {
    left,
    side,
    runs,
    step: Math.min(step, side + 30),
    checkpoints: spreadCheckpoints(columns),
    top: 22,
    height: 26 + runs.length * (side + 4),
  };
}

// Checkpoints evenly along the axis as it is drawn, without repeats.
function spreadCheckpoints(n) {
  const xs = timeScale(0, 1);
  const picked = range(n).map((i) => nearestIndex(page.checkpoints, page.steps[xs.index(n > 1 ? i / (n - 1) : 1)]));
  return [...new Set(picked)];
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
    g.checkpoints.forEach((k, i) => {
      const x = g.left + i * g.step;
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
    g.runs.flatMap((r) => g.checkpoints.map((k) => [r, k, state.layer, state.head])),
  );
}
