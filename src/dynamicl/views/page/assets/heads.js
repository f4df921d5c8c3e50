// Head strengths: one plot a layer with a line a head (of the selected run), or the selected head
// in every run; under each plot the values at the cursor as cells that select a head.

let headsPanel = null;

function buildHeads() {
  headsPanel = addPanel({
    id: "heads",
    title: "Heads",
    controls: [
      choose("headMeasure", "measure", () => headMeasures().map((m) => [m, titleOf(m)])),
      segments("headMode", "Heads of a run or a head in every run", [
        ["heads", "heads of this run"],
        ["runs", "this head, every run"],
      ]),
      wholeButton("headsY"),
    ],
    follows: ["run", "headMeasure", "headMode", "axis", "scale", "layer", "head", "compare", "measure", "zoom", "headsY"],
    cursor: ["cursor"],
    height: (w) => (headBoxes(w).at(-1)?.bottom ?? 120) + 4,
    draw: drawHeads,
    overlay: overlayHeads,
    rows: headRows,
    name: () =>
      state.headMode === "runs"
        ? `${capital(titleOf(state.headMeasure))} of ${headWords(state.layer, state.head)} in every run`
        : `${capital(titleOf(state.headMeasure)) || "Heads"}${page.runs.length > 1 ? " · " + runLabel(state.run) : ""}`,
    note: () =>
      state.headMode === "runs"
        ? "One line a run."
        : "One line a head; the cells give the values at the cursor. Click one to select its head.",
    describe: describeHeads,
    pointer: hoverHeads,
    click: clickHeads,
  });
  bindZoom(headsPanel, "headsY");
  watch((changed) => {
    if (["headMeasure", "headMode"].some((key) => changed.has(key)) && !changed.has("headsY")) set({ headsY: "" });
  });
}

const CELL = 30;

function headBoxes(w) {
  if (!page.heads.length || !hasArray(state.headMeasure)) return [];
  if (state.headMode === "runs")
    return [{ layer: state.layer, x: 46, y: 24, w: w - 58, h: 300, cells: 0, bottom: 366 }];
  const abreast = w >= 560 ? Math.min(page.layers.length, 3) : 1;
  const gap = 18;
  const width = (w - gap * (abreast - 1)) / abreast;
  const plot = abreast === 1 && page.layers.length > 1 ? 160 : 330;
  const rowHeight = 24 + plot + 36 + CELL + 18;
  return page.layers.map((_, layer) => {
    const [column, row] = [layer % abreast, Math.floor(layer / abreast)];
    const y = row * rowHeight + 24;
    return {
      layer,
      x: column * (width + gap) + 40,
      y,
      w: width - 56,
      h: plot,
      cells: y + plot + 36,
      bottom: (row + 1) * rowHeight,
    };
  });
}

function drawHeads(pen, w, h) {
  const a = hasArray(state.headMeasure) && arr(state.headMeasure);
  const boxes = headBoxes(w);
  headsPanel.geometry = null;
  if (!boxes.length || !page.runs.length || !page.steps.length)
    return drawEmpty(pen, w, h, "No measures of heads were recorded");
  if (!a) return drawEmpty(pen, w, h, "…");
  const every =
    state.headMode === "runs"
      ? shownRuns().map((r) => curveOf(state.headMeasure, r, 0, state.layer, state.head))
      : page.layers.flatMap((_, l) => page.heads.map((_, k) => curveOf(state.headMeasure, state.run, 0, l, k)));
  const xs = boxes.map((box) => timeScale(box.x, box.x + box.w, times(), zoomTimes(times())));
  const options = { include: state.zoom || state.headsY ? [] : [0], range: valueRange("headsY") };
  const ys = boxes.map((box) => valueScale(every.map(inView), box.y + box.h, box.y, options));
  if (ys.every((scale) => scale.empty)) return drawWords(pen, w, h, unrecordedWords(state.headMeasure));
  headsPanel.geometry = { boxes, xs, ys, every };
  boxes.forEach((box, i) => {
    drawFrame(pen, box, xs[i], ys[i], {
      yName: state.headMode === "runs" ? "" : `layer ${page.layers[box.layer]}`,
      ticksX: box.w / 80,
    });
    const transition = transitionOf(state.run);
    if (transition) pen.clip(box.x, box.y, box.w, box.h, () => drawTransitionBand(pen, box, xs[i], transition));
    drawHeadLines(pen, box, xs[i], ys[i], every);
    if (box.cells) registerCells(pen, box);
  });
}

function drawHeadLines(pen, box, xs, ys, every) {
  const at = xs.all();
  const lines =
    state.headMode === "runs"
      ? shownRuns().map((r, i) => ({ curve: every[i], colour: runColour(r, pen.colours), dash: runDash(r), own: r === state.run }))
      : page.heads.map((_, k) => ({
          curve: every[box.layer * page.heads.length + k],
          colour: headColour(k, pen.colours),
          dash: headDash(k),
          own: box.layer === state.layer && k === state.head,
        }));
  lines.sort((a, b) => a.own - b.own);
  pen.clip(box.x, box.y - 2, box.w + 2, box.h + 4, () => {
    for (const { curve, colour, dash, own } of lines) {
      pen.poly(at, Array.from(curve, ys.place), { stroke: colour, dash, width: own ? 3 : 1.5, alpha: own ? 1 : 0.8 });
    }
  });
}

// Of an array that not all runs have: who has it.
function unrecordedWords(name) {
  const some = page.arrays[name]?.runs || [];
  return [
    `${capital(titleOf(name))} was not recorded in this run.`,
    some.length ? `${some.length} of ${page.runs.length} runs have it, such as ${cutFront(runLabel(some[0]), 40)}.` : "",
  ];
}

const cellWidth = (box) => Math.min(64, (box.w + 6) / page.heads.length);

function registerCells(pen, box) {
  page.heads.forEach((_, k) =>
    pen.hit(
      box.x + k * cellWidth(box),
      box.cells,
      cellWidth(box),
      CELL + 14,
      () => [
        headWords(box.layer, k),
        `${titleOf(state.headMeasure)} ${num(headValue(state.headMeasure, box.layer, k))}`,
      ],
      () => selectHead(box.layer, k),
    ),
  );
}

function headValue(name, layer, head, r = state.run, t = state.cursor) {
  const a = hasArray(name) && arr(name);
  return a ? a.at(r, t, layer, head) : NaN;
}

function overlayHeads(pen) {
  const g = headsPanel.geometry;
  if (!g) return;
  g.boxes.forEach((box, i) => {
    drawCursor(pen, box, g.xs[i]);
    if (box.cells) drawCells(pen, box, g.ys[i]);
  });
  drawZoomFrame(pen, headsPanel);
}

function drawCells(pen, box, ys) {
  const c = pen.colours;
  const width = cellWidth(box);
  const reach = Math.max(Math.abs(ys.low), Math.abs(ys.high), 1e-9);
  page.heads.forEach((head, k) => {
    const value = headValue(state.headMeasure, box.layer, k);
    const rgb = shade(value / reach, c);
    const x = box.x + k * width;
    const own = box.layer === state.layer && k === state.head;
    pen.rect(x + 1, box.cells, width - 2, CELL, { fill: rgb ? css(rgb) : c.empty, radius: 3 });
    if (own) pen.rect(x + 1, box.cells, width - 2, CELL, { stroke: c.ink, width: 2, radius: 3 });
    pen.text(shortNumber(value), x + width / 2, box.cells + CELL / 2, {
      align: "center",
      size: width < 34 ? 9 : 11,
      fill: readable(rgb, c),
    });
    pen.circle(x + width / 2 - 8, box.cells + CELL + 9, 3, { fill: headColour(k, c) });
    pen.text(String(head), x + width / 2 + 2, box.cells + CELL + 9, {
      align: "center",
      size: 10,
      weight: own ? 700 : 400,
      fill: own ? c.ink : c.soft,
    });
  });
}

// .85 in place of 0.85: cells are narrow.
function shortNumber(value) {
  if (!finite(value)) return "–";
  return Math.abs(value) < 10 ? value.toFixed(2).replace(/^(-?)0\./, "$1.") : compact(value);
}

// Ink that reads on a shade.
function readable(rgb, c) {
  if (!rgb) return c.soft;
  const light = (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]) / 255;
  return light > 0.55 ? "#14181c" : "#ffffff";
}

function nearestHeadLine(x, y) {
  const g = headsPanel.geometry;
  if (!g) return null;
  const i = g.boxes.findIndex((b) => x >= b.x && x <= b.x + b.w && y >= b.y - 4 && y <= b.y + b.h + 4);
  if (i < 0) return null;
  const t = g.xs[i].index(x);
  const curves =
    state.headMode === "runs"
      ? g.every
      : g.every.slice(g.boxes[i].layer * page.heads.length, (g.boxes[i].layer + 1) * page.heads.length);
  let best = { k: -1, away: 14 };
  curves.forEach((curve, k) => {
    const away = Math.abs(g.ys[i].place(curve[t]) - y);
    if (away < best.away) best = { k, away, t, layer: g.boxes[i].layer, value: curve[t] };
  });
  return best.k < 0 ? null : best;
}

function hoverHeads(x, y, event) {
  if (frameDrag) return;
  const near = nearestHeadLine(x, y);
  if (!near) return hideTip();
  const name = state.headMode === "runs" ? runLabel(shownRuns()[near.k]) : headWords(near.layer, near.k);
  showTip([name, `${titleOf(state.headMeasure)} ${num(near.value)} at step ${grouped(page.steps[near.t])}`], event);
}

function clickHeads(x, y) {
  const near = nearestHeadLine(x, y);
  if (near && state.headMode === "runs") selectRun(shownRuns()[near.k]);
  else if (near) selectHead(near.layer, near.k);
}

function headRows() {
  const runs = state.headMode === "runs" ? shownRuns() : [state.run];
  const heads = page.layers.flatMap((_, l) => page.heads.map((_, k) => [l, k]));
  const chosen = state.headMode === "runs" ? [[state.layer, state.head]] : heads;
  return [
    ["run", "layer", "head", "step", "sequences", state.headMeasure + precisionOf(state.headMeasure)],
    ...runs.flatMap((r) =>
      chosen.flatMap(([l, k]) => {
        const curve = hasArray(state.headMeasure) && curveOf(state.headMeasure, r, 0, l, k);
        return ownSteps(r, state.headMeasure).map((t) => [
          page.runs[r].id,
          page.layers[l],
          page.heads[k],
          page.steps[t],
          page.sequences[t] ?? "",
          curve ? exactly(state.headMeasure, curve[t]) : NaN,
        ]);
      }),
    ),
  ];
}

function describeHeads() {
  if (!headsPanel.geometry) return "No measures of heads";
  const values = page.layers.flatMap((_, l) =>
    page.heads.map((_, k) => `${headName(l, k)} ${num(headValue(state.headMeasure, l, k), 2)}`),
  );
  return `${titleOf(state.headMeasure)} of every head of ${runLabel(state.run)} at step ${stepNow()}: ${values.join(", ")}`;
}
