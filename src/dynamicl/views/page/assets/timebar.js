// The one time axis: a scrubber over the selected run's curve with every transition on it, play,
// and the keys. Everything else on the page follows `state.cursor`.

const play = { on: false, place: 0, last: 0, speed: 1 };
const SWEEP_SECONDS = 14;

function buildTimebar() {
  const bar = $("#timebar");
  const step = (words, text, move) =>
    el("button", { type: "button", class: "round", "aria-label": words, title: words, text, onclick: move });
  const playButton = step("Play (space)", "▶", togglePlay);
  playButton.id = "play";
  const slider = el(
    "div",
    { id: "slider", role: "slider", tabindex: "0", "aria-label": "Training step", "aria-valuemin": "0" },
    el("canvas", { "aria-hidden": "true" }),
  );
  const readout = el("div", { id: "readout", "aria-hidden": "true" }, el("strong"), el("span"));
  const runPick = el(
    "label",
    { class: "pick runpick" },
    el("span", { text: "run" }),
    el("select", {
      id: "choose-run",
      "aria-label": "Run",
      onchange: (event) => selectRun(event.target.selectedIndex),
    }),
  );
  const headPick = el(
    "label",
    { class: "pick headpick" },
    el("span", { text: "head" }),
    el("select", {
      id: "choose-head",
      "aria-label": "Head",
      onchange: (event) => selectHead(...event.target.value.split(".").map(Number)),
    }),
  );
  bar.replaceChildren(
    el(
      "div",
      { class: "buttons" },
      step("Back one record (left arrow)", "‹", () => moveCursor(state.cursor - 1)),
      playButton,
      step("On one record (right arrow)", "›", () => moveCursor(state.cursor + 1)),
    ),
    readout,
    slider,
    el(
      "div",
      { class: "settings" },
      runPick,
      headPick,
      segments("axis", "Time axis", [
        ["sequences", "sequences"],
        ["steps", "steps"],
      ]),
      segments("scale", "Scale of the time axis", [
        ["linear", "linear"],
        ["log", "log"],
      ]),
    ),
  );
  bindSlider(slider);
  arrivals.push(() => redraw(timebarPanel));
  refills.push(fillPicks);
  fillPicks();
  watch((changed) => {
    if (changed.has("run")) $("#choose-run").selectedIndex = state.run;
    if (changed.has("head") || changed.has("layer")) $("#choose-head").value = `${state.layer}.${state.head}`;
    redraw(timebarPanel, changed.size === 1 && changed.has("cursor") ? "top" : "base");
  });
  new ResizeObserver(() => redraw(timebarPanel)).observe(slider);
  redraw(timebarPanel);
}

function fillPicks() {
  $("#choose-run").replaceChildren(
    ...page.runs.map((run, r) => el("option", { value: String(r), text: run.label })),
  );
  $("#choose-run").selectedIndex = state.run;
  $("#choose-run").parentElement.hidden = page.runs.length < 2;
  const heads = page.layers.flatMap((_, l) => page.heads.map((_, h) => [l, h]));
  $("#choose-head").replaceChildren(
    ...heads.map(([l, h]) => el("option", { value: `${l}.${h}`, text: headWords(l, h) })),
  );
  $("#choose-head").value = `${state.layer}.${state.head}`;
  $("#choose-head").parentElement.hidden = !heads.length;
}

// The bar is no panel, but is drawn by the same clock.
const timebarPanel = { visible: true, stale: true, paint: paintTimebar };

function sliderBox() {
  return { x: 14, y: 5, w: $("#slider").clientWidth - 28, h: $("#slider").clientHeight - 22 };
}

function paintTimebar() {
  const slider = $("#slider");
  const box = sliderBox();
  if (box.w < 20 || !page.steps.length) return;
  const pen = new CanvasPen(fit($("canvas", slider), slider.clientWidth, slider.clientHeight), theme());
  const c = pen.colours;
  const xs = timeScale(box.x, box.x + box.w);
  pen.rect(box.x, box.y, box.w, box.h, { fill: c.empty, radius: 3 });
  drawSliderCurve(pen, box, xs);
  drawSliderTransitions(pen, box, xs);
  for (const tick of xs.ticks(box.w / 110))
    pen.text(compact(tick), xs.place(tick), box.y + box.h + 9, { align: "center", size: 10, fill: c.faint });
  const x = xs.place(times()[state.cursor]);
  pen.line(x, box.y - 3, x, box.y + box.h + 2, { stroke: c.ink, width: 2 });
  pen.circle(x, box.y + box.h + 2, 4.5, { fill: c.ink });
  writeReadout(slider);
}

function drawSliderCurve(pen, box, xs) {
  const name = hasArray(state.measure) ? state.measure : "";
  if (!name || !page.runs.length) return;
  const curve = curveOf(name, state.run, state.evaluator, state.layer, state.head);
  if (!curve) return;
  const ys = valueScale([curve], box.y + box.h - 1, box.y + 2);
  pen.poly(xs.all(), Array.from(curve, ys.place), { stroke: runColour(state.run, pen.colours), width: 1.5 });
}

function drawSliderTransitions(pen, box, xs) {
  for (const t of shownTransitions()) {
    const r = page.runs.findIndex((run) => run.id === t.run);
    const x = xs.place(transitionTimes(t)[0]);
    pen.shape(
      [
        [x, box.y + box.h - 6],
        [x - 3.5, box.y + box.h],
        [x + 3.5, box.y + box.h],
      ],
      { fill: runColour(r, pen.colours), alpha: r === state.run ? 1 : 0.55 },
    );
  }
}

function writeReadout(slider) {
  const step = stepNow();
  const sequences = page.sequences[state.cursor];
  const [big, small] = $("#readout").children;
  big.textContent = "step " + grouped(step);
  small.textContent = finite(sequences) ? compact(sequences) + " sequences" : "";
  slider.setAttribute("aria-valuemax", String(page.steps[page.steps.length - 1]));
  slider.setAttribute("aria-valuenow", String(step));
  slider.setAttribute(
    "aria-valuetext",
    finite(sequences) ? `step ${step}, ${sequences} sequences` : `step ${step}`,
  );
}

function bindSlider(slider) {
  const move = (event) => {
    const box = sliderBox();
    moveCursor(timeScale(box.x, box.x + box.w).index(event.clientX - slider.getBoundingClientRect().left));
  };
  slider.addEventListener("pointerdown", (event) => {
    slider.setPointerCapture(event.pointerId);
    stopPlay();
    move(event);
  });
  slider.addEventListener("pointermove", (event) => event.buttons && move(event));
}

function togglePlay() {
  if (play.on) return stopPlay();
  if (page.steps.length < 2) return;
  play.on = true;
  if (state.cursor >= page.steps.length - 1) moveCursor(0);
  play.place = timeScale(0, 1).place(times()[state.cursor]);
  play.last = 0;
  $("#play").textContent = "❚❚";
  $("#play").setAttribute("aria-label", "Pause (space)");
  requestAnimationFrame(playOn);
}

function stopPlay() {
  play.on = false;
  $("#play").textContent = "▶";
  $("#play").setAttribute("aria-label", "Play (space)");
}

// The cursor goes over the axis as it is drawn, at one speed, whatever the density of records.
function playOn(now) {
  if (!play.on) return;
  if (play.last) play.place += (now - play.last) / 1000 / SWEEP_SECONDS;
  play.last = now;
  moveCursor(timeScale(0, 1).index(play.place));
  if (play.place >= 1) return stopPlay();
  requestAnimationFrame(playOn);
}

const KEYS = {
  ArrowLeft: (event) => moveCursor(state.cursor - (event.shiftKey ? 10 : 1)),
  ArrowRight: (event) => moveCursor(state.cursor + (event.shiftKey ? 10 : 1)),
  Home: () => moveCursor(0),
  End: () => moveCursor(page.steps.length - 1),
  " ": togglePlay,
  "[": () => selectRun(state.run - 1),
  "]": () => selectRun(state.run + 1),
  h: () => nextHead(1),
  H: () => nextHead(-1),
  l: () => set({ scale: state.scale === "log" ? "linear" : "log" }),
  s: () => set({ axis: state.axis === "steps" ? "sequences" : "steps" }),
  t: () => jumpToTransition(),
  c: () => page.runs.length && toggleCompare(state.run),
  "+": () => zoomBy(0.5),
  "=": () => zoomBy(0.5),
  "-": () => zoomBy(2),
  0: () => zoomOut(),
  Escape: () => set({ compare: [], hover: -1 }),
  "?": () => $("#help").showModal(),
};

function nextHead(by) {
  const count = page.layers.length * page.heads.length;
  if (!count) return;
  const at = (state.layer * page.heads.length + state.head + by + count) % count;
  selectHead(Math.floor(at / page.heads.length), at % page.heads.length);
}

function jumpToTransition() {
  const transition = transitionOf(state.run);
  if (transition) moveCursor(nearestIndex(page.steps, transition.time_steps[0]));
}
