// Attention: every head of every layer as a small map; and one head large, before the transition,
// at the cursor and at the end, with its tokens along the axes and arrows for the strongest weights.

let attentionPanel = null;
let focusPanel = null;

function buildAttention() {
  attentionPanel = addPanel({
    id: "attention",
    title: "Attention of every head",
    wide: true,
    controls: [choose("source", "show", sourceOptions)],
    follows: ["run", "source"],
    cursor: ["cursor", "layer", "head"],
    height: (w) => (hasOwnMaps() ? multiples(w).height + 22 : 90),
    draw: (pen, w, h) => drawMultiplesBase(pen, w, h),
    overlay: drawMultiples,
    rows: attentionRows,
    live: () =>
      hasOwnMaps()
        ? `Rows of a map: where the query stands; columns: where it looks. ${state.source === "role" ? "Averaged over sequences in which either pair may match. " : ""}Click a head to enlarge it.`
        : "",
    describe: () =>
      `Attention maps of ${page.layers.length * page.heads.length} heads at checkpoint ${page.checkpoints[checkpointNow()] ?? "none"}`,
  });
  focusPanel = addPanel({
    id: "focus",
    title: "One head",
    wide: true,
    tokens: true,
    controls: [
      segments("arrows", "Arrows", [
        [true, "map & arrows"],
        [false, "map"],
      ]),
    ],
    follows: ["run", "source", "layer", "head", "arrows", "measure", "evaluator"],
    cursor: ["cursor"],
    height: (w) => (hasOwnMaps() ? focusFrames(w).height : 90),
    draw: drawFocus,
    overlay: overlayFocus,
    rows: focusRows,
    name: () =>
      page.heads.length
        ? `${capital(headWords(state.layer, state.head))}: before, at the cursor, at the end`
        : "One head",
    live: focusWords,
    describe: () =>
      `Attention of ${page.heads.length ? headWords(state.layer, state.head) : "no head"} before the transition, at the cursor and at the end`,
  });
}

const hasMaps = () => page.checkpoints.length > 0 && page.runs.length > 0 && sourceOptions().length > 0;

const hasOwnMaps = () => hasMaps() && ownMaps(state.run).length > 0;

function drawNoMaps(pen, w, h) {
  const some = page.runs.findIndex((_, r) => hasMaps() && ownMaps(r).length > 0);
  const where = some < 0 ? "" : `Others have them, such as ${cutFront(runLabel(some), 40)}.`;
  drawWords(pen, w, h, [`No attention maps were kept${some < 0 ? "" : " of this run"}`, where].filter(Boolean));
}

// Where each head's map stands. Heads that would get too small for a finger go on in a second row.
function multiples(w) {
  const narrow = w < 520;
  const left = narrow ? 0 : 58;
  const gap = 6;
  let across = page.heads.length;
  while (across > 4 && (w - left) / across < 50) across = Math.ceil(across / 2);
  const side = Math.min(136, Math.floor((w - left + gap) / across) - gap);
  const rows = Math.ceil(page.heads.length / across);
  const head = narrow || rows > 1 ? 14 : 0;
  const layerHeight = rows * (side + gap + head) + (narrow ? 22 : 0);
  const top = narrow ? 4 : 22;
  const place = (l, k) => [
    left + (k % across) * (side + gap),
    top + l * layerHeight + (narrow ? 22 : 0) + Math.floor(k / across) * (side + gap + head) + head,
  ];
  return { left, top, side, head, narrow, layerHeight, place, height: top + page.layers.length * layerHeight + 2 };
}

function drawMultiplesBase(pen, w, h) {
  if (!hasOwnMaps()) return drawNoMaps(pen, w, h);
  const g = multiples(w);
  drawWeightScale(pen, w, g.height + 12);
  page.layers.forEach((layer, l) => {
    const y = g.narrow ? g.place(l, 0)[1] - g.head - 10 : g.place(l, 0)[1] + g.side / 2;
    pen.text("layer " + layer, 0, y, { weight: 600 });
    page.heads.forEach((head, k) => {
      const [x, up] = g.place(l, k);
      if (g.head || !l)
        pen.text((k ? "" : "head ") + head, x + g.side / 2, g.head ? up - 8 : 10, { align: "center", size: 11 });
      pen.hit(
        x,
        up,
        g.side,
        g.side,
        () => headWords(l, k),
        () => selectHead(l, k),
      );
    });
  });
}

// What the shades mean.
function drawWeightScale(pen, w, y) {
  const [x, length] = [w - 146, 120];
  pen.text("weight  0", x - 8, y, { align: "right", size: 10 });
  pen.heat(x, y - 4, length, 8, 1, 48, (_, k) => k / 47);
  pen.text("1", x + length + 8, y, { size: 10 });
}

function drawMultiples(pen, w) {
  if (!hasOwnMaps()) return;
  const source = attentionSource();
  if (!source) return;
  const g = multiples(w);
  const checkpoint = checkpointNow();
  page.layers.forEach((_, l) =>
    page.heads.forEach((_, k) => {
      const [x, y] = g.place(l, k);
      drawMap(pen, source, source.at(state.run, checkpoint, l, k), x, y, g.side);
      const own = l === state.layer && k === state.head;
      if (own) pen.rect(x - 2, y - 2, g.side + 4, g.side + 4, { stroke: pen.colours.ink, width: 2, radius: 2 });
    }),
  );
}

function drawMap(pen, source, value, x, y, side, height = side) {
  pen.rect(x, y, side, height, { fill: pen.colours.empty });
  pen.heat(x, y, side, height, source.rows, source.columns, value);
  pen.rect(x, y, side, height, { stroke: pen.colours.rule });
}

// Frames of the enlarged head: three abreast; on a phone the one at the cursor large, the others small below it.
function focusFrames(w) {
  const source = attentionSource();
  const n = source ? Math.max(source.rows, source.columns) : 5;
  const label = source && source.role ? 62 : 40;
  const narrow = w < 640;
  const across = narrow ? 1 : 3;
  const side = Math.min(300, (w - label * across) / across - (narrow ? 6 : 22));
  const arrows = state.arrows && n <= 40 ? side * 0.3 + 46 : 0;
  const block = 24 + label + side + arrows + 16;
  const small = Math.min(side, (w - 18) / 2);
  const frame = (key, i) =>
    narrow && key !== "cursor"
      ? { key, x: i ? small + 18 : 0, y: block + 26, side: small, label: 0, arrows: 0 }
      : { key, x: (narrow ? 0 : i * (w / across)) + label, y: 24 + label, side, label, arrows };
  return {
    frames: ["before", "cursor", "end"].map(frame),
    height: block + (narrow ? small + 34 : 0),
    source,
  };
}

// The checkpoint of a frame: before the transition (or the first), at the cursor, the last.
function frameCheckpoint(key) {
  if (key === "cursor") return checkpointNow();
  const own = ownMaps(state.run);
  if (key === "end") return own[own.length - 1];
  const transition = transitionOf(state.run);
  if (!transition) return own[0];
  const [value, low] = transition.time_steps;
  const width = finite(transition.width) ? transition.width : 0;
  const begin = Math.min(finite(low) ? low : value, value - width);
  return own[indexBelow(own.map((k) => page.checkpoints[k]), begin)];
}

const FRAME_WORDS = { before: "before", cursor: "at the cursor", end: "at the end" };

// Where the last token (the query) looks most in the end, and how much of its attention went there before.
function focusWords() {
  const source = hasOwnMaps() ? attentionSource() : null;
  if (!source) return "";
  const q = source.rows - 1;
  const rows = ["before", "cursor", "end"].map((key) => {
    const value = source.at(state.run, frameCheckpoint(key), state.layer, state.head);
    return range(source.columns).map((j) => value(q, j));
  });
  const [before, now, end] = rows;
  const j = end.indexOf(Math.max(...end.filter(finite)));
  const arrows = state.arrows ? " Arrows: weights of 0.15 and more." : "";
  if (j < 0) return arrows.trim();
  const share = (row) => (finite(row[j]) ? `${Math.round(100 * row[j])} %` : "–");
  const name = (tokens, i) => tokenName(tokens[i], i);
  return (
    `Of the attention of ${name(source.tokensDown(state.run), q)}, ${name(source.tokensAcross(state.run), j)} gets ` +
    `${share(before)} before, ${share(now)} at the cursor, ${share(end)} at the end.${arrows}${lacksTokens(source)}`
  );
}

const lacksTokens = (source) =>
  source.role || sequencesOf(state.run).length ? "" : " The tokens of this run were not kept: numbers are their places.";

function drawFocus(pen, w, h) {
  if (!hasOwnMaps()) return drawNoMaps(pen, w, h);
  const { frames, source } = focusFrames(w);
  if (!source) return drawEmpty(pen, w, h, "…");
  for (const frame of frames) {
    if (frame.label) drawFrameTokens(pen, frame, source);
    if (frame.key !== "cursor") drawFrameMap(pen, frame, source);
    registerFrame(pen, frame, source);
  }
}

function overlayFocus(pen, w) {
  if (!hasOwnMaps()) return;
  const { frames, source } = focusFrames(w);
  if (source) drawFrameMap(pen, frames[1], source);
}

function drawFrameTokens(pen, f, source) {
  const [cw, ch] = [f.side / source.columns, f.side / source.rows];
  const size = Math.min(12, Math.max(7, cw * 0.5));
  source.tokensDown(state.run).forEach((t, i) => drawAxisToken(pen, t, f.x - f.label, f.y + i * ch, f.label, ch, size));
  source.tokensAcross(state.run).forEach((t, i) => drawAxisToken(pen, t, f.x + i * cw, f.y - f.label, cw, f.label, size));
  if (f.arrows) {
    const y = f.y + f.side + f.arrows - 40;
    const side = Math.min(cw, 40);
    source.tokensAcross(state.run).forEach((t, i) =>
      drawToken(pen, t, f.x + i * cw + (cw - side) / 2, y, side, { size: Math.min(size, 10) }),
    );
  }
}

function drawAxisToken(pen, token, x, y, w, h, size) {
  const side = Math.min(w, h);
  if (token.role) {
    token.text
      .split(" ")
      .slice(0, 2)
      .forEach((line, i, all) =>
        pen.text(
          line,
          x + (w > h ? w - 6 : w / 2),
          y + (w > h ? h / 2 : h - 8 - 12 * (all.length - 1)) + (w > h ? (i - (all.length - 1) / 2) * 12 : i * 12),
          { align: w > h ? "right" : "center", size: 10.5 },
        ),
      );
    return;
  }
  drawToken(pen, token, x + (w - side) / (w > h ? 1.2 : 2), y + (h - side) / (w > h ? 2 : 1.2), side, { size });
}

function drawFrameMap(pen, f, source) {
  const c = pen.colours;
  const k = frameCheckpoint(f.key);
  const value = source.at(state.run, k, state.layer, state.head);
  pen.text(FRAME_WORDS[f.key], f.x, f.y - f.label - 12, {
    size: 12,
    weight: 600,
    fill: f.key === "cursor" ? c.accent : c.ink,
  });
  pen.text("step " + grouped(page.checkpoints[k]), f.x + f.side, f.y - f.label - 12, { align: "right" });
  drawMap(pen, source, value, f.x, f.y, f.side);
  const [cw, ch] = [f.side / source.columns, f.side / source.rows];
  if (cw >= 30) {
    for (let q = 0; q < source.rows; q++)
      for (let j = 0; j < source.columns; j++) {
        const v = value(q, j);
        if (finite(v) && v >= 0.01)
          pen.text(shortNumber(v), f.x + (j + 0.5) * cw, f.y + (q + 0.5) * ch, {
            align: "center",
            size: 10,
            fill: readable(shade(v, c), c),
          });
      }
  }
  if (f.key === "cursor") pen.rect(f.x - 1, f.y - 1, f.side + 2, f.side + 2, { stroke: c.accent, width: 2 });
  if (f.arrows) drawArrows(pen, f, source, value);
}

// Arcs above a row of tokens; width and darkness follow the weight.
function drawArrows(pen, f, source, value) {
  const cw = f.side / source.columns;
  const floor = f.y + f.side + f.arrows - 43;
  const tallest = f.arrows - 54;
  const span = Math.max(1, source.columns - 1);
  for (const { q, j, v } of strongest(source, value)) {
    const [from, to] = [f.x + (q + 0.5) * cw, f.x + (j + 0.5) * cw];
    const style = { stroke: pen.colours.accent, width: 0.6 + 3.4 * v, alpha: 0.25 + 0.7 * v, cap: "round" };
    const lift = floor - (q === j ? 14 : 10 + (tallest - 10) * (Math.abs(q - j) / span)) * 1.2;
    if (q === j) pen.curve([from - 4, floor, from - 12, lift, from + 12, lift, from + 4, floor], style);
    else pen.curve([from, floor, from, lift, to, lift, to, floor - 4], style);
    const s = 3 + 2.5 * v;
    if (q !== j)
      pen.shape(
        [
          [to - s, floor - s - 1],
          [to + s, floor - s - 1],
          [to, floor + 1],
        ],
        { fill: pen.colours.accent, alpha: style.alpha },
      );
  }
}

function strongest(source, value) {
  const out = [];
  for (let q = 0; q < source.rows; q++)
    for (let j = 0; j < source.columns; j++) {
      const v = value(q, j);
      // The first token can look at nothing but itself: an arrow would say nothing.
      if (finite(v) && v >= 0.15 && q + j > 0) out.push({ q, j, v });
    }
  return out
    .sort((a, b) => b.v - a.v)
    .slice(0, 3 * source.rows)
    .reverse();
}

function registerFrame(pen, f, source) {
  const [cw, ch] = [f.side / source.columns, f.side / source.rows];
  pen.hit(f.x, f.y, f.side, f.side, (x, y) => {
    const q = clampNumber(Math.floor((y - f.y) / ch), 0, source.rows - 1);
    const j = clampNumber(Math.floor((x - f.x) / cw), 0, source.columns - 1);
    const v = source.at(state.run, frameCheckpoint(f.key), state.layer, state.head)(q, j);
    return [num(v), `from ${tokenName(source.tokensDown(state.run)[q], q)}`, `to ${tokenName(source.tokensAcross(state.run)[j], j)}`];
  });
}

function mapRows(source, cases) {
  const head = ["run", "step", "layer", "head", "query", "key", `attention${source ? precisionOf(source.name) : ""}`];
  if (!source) return [head];
  return [
    head,
    ...cases.flatMap(([r, k, l, h]) => {
      const value = source.at(r, k, l, h);
      const [down, across] = [source.tokensDown(r), source.tokensAcross(r)];
      return range(source.rows).flatMap((q) =>
        range(source.columns).map((j) => [
          page.runs[r].id,
          page.checkpoints[k],
          page.layers[l],
          page.heads[h],
          tokenName(down[q], q),
          tokenName(across[j], j),
          exactly(source.name, value(q, j)),
        ]),
      );
    }),
  ];
}

const attentionRows = () =>
  mapRows(
    hasOwnMaps() ? attentionSource() : null,
    page.layers.flatMap((_, l) => page.heads.map((_, h) => [state.run, checkpointNow(), l, h])),
  );
const focusRows = () =>
  mapRows(
    hasOwnMaps() ? attentionSource() : null,
    ["before", "cursor", "end"].map((key) => [state.run, frameCheckpoint(key), state.layer, state.head]),
  );
