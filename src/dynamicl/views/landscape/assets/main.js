// What the reader does, and what the page shows for it.

const find = (id) => document.getElementById(id);
const first = JSON.parse(find("payload").textContent);
const state = { start: [0, 0], index: 0, run: null, playing: 0 };
const WIDEST = { xi: 12, alpha: 8 };

function setting() {
  const pairs = Number(find("pairs").value);
  // More labels than pairs are allowed, fewer are not: the labels' slider gives way.
  const labels = Math.max(Number(find("labels").value), pairs);
  if (Number(find("labels").value) < pairs) find("labels").value = pairs;
  return {
    labels, pairs, expected: find("expected").checked, rate: 10 ** Number(find("rate").value),
    steps: Math.round(10 ** Number(find("steps").value)), beta1: Number(find("startbeta").value),
  };
}

function extent() {
  const zoom = 2 ** -Number(find("zoom").value);
  return { xi: WIDEST.xi * zoom, alpha: WIDEST.alpha * Math.min(zoom, 1.5) };
}

const digits = (x) => (Math.abs(x) < 0.001 && x !== 0 ? x.toExponential(2) : x.toFixed(4));
const percent = (x) => `${(100 * x).toFixed(1)} %`;

function again() {
  const now = setting();
  state.run = descend([...state.start, now.beta1], now);
  moveTo(Number(find("time").value));
}

function moveTo(thousandths) {
  const path = state.run.path, last = path[path.length - 1].step;
  const at = find("logtime").checked ? (1 + last) ** (thousandths / 1000) - 1 : (last * thousandths) / 1000;
  let index = path.findIndex(({ step }) => step >= at);
  if (index < 0) index = path.length - 1;
  state.index = index;
  draw();
}

function draw() {
  const now = setting(), { path } = state.run, here = path[state.index];
  const steps = path.map(({ step }) => step), logarithmic = find("logtime").checked;
  drawMap(find("map"), now, extent(), path, state.index, state.start);
  drawCurves(find("lossplot"), steps, [{ colour: colour("--ink"), values: path.map(({ loss }) => loss) }], here.step, logarithmic);
  const lines = ["--xi", "--alpha", "--beta"].map((name, i) => ({ colour: colour(name), values: path.map(({ point }) => point[i]) }));
  drawCurves(find("logitplot"), steps, lines, here.step, logarithmic);
  tell(now, here);
}

function tell(now, here) {
  const show = {
    loss: digits(here.loss), step: here.step.toLocaleString("en"), xi: digits(here.point[0]), alpha: digits(here.point[1]),
    beta1: digits(here.point[2]), probability: percent(here.probability), correct: percent(here.correct),
    previous: percent(here.previous), labelsvalue: now.labels, pairsvalue: now.pairs, startbetavalue: now.beta1.toFixed(1),
    ratevalue: +now.rate.toPrecision(2), stepsvalue: now.steps.toLocaleString("en"), zoomvalue: `±${+extent().xi.toPrecision(2)}`,
  };
  for (const [id, text] of Object.entries(show)) find(id).textContent = text;
  find("cut").textContent = `Cut at β₁ = ${here.point[2].toFixed(2)}, that of the step shown. ${document.documentElement.dataset.theme === "dark" ? "Brighter" : "Darker"} is lower. Drag the green start.`;
  find("verdict").textContent = verdict(now);
}

function verdict(now) {
  const { path, diverged, settled } = state.run, end = path[path.length - 1];
  if (diverged) return `This learning rate diverges after step ${end.step.toLocaleString("en")}: take a smaller one.`;
  const slope = Math.hypot(...end.slope);
  if (end.loss > 0.1 && slope < 1e-7) return "The slope vanishes here: a start exactly on the saddle goes nowhere.";
  const way = end.point[0] < 0 && end.point[1] < 0 ? "by elimination: it attends away from the right label and reads labels with the opposite sign" : "in context";
  if (settled !== null) return `Learnt ${way}, at loss ${Math.min(0.1, path[0].loss / 2).toPrecision(2)} by step ${settled.toLocaleString("en")}.`;
  return `Not learnt after ${now.steps.toLocaleString("en")} steps: give it more.`;
}

function dragTo(event) {
  const box = find("map").getBoundingClientRect(), scale = mapScale(box.width, box.height, extent()), bound = extent();
  const hold = (value, most) => Math.min(most, Math.max(-most, value));
  state.start = [hold(scale.xi(event.clientX - box.left), bound.xi), hold(scale.alpha(event.clientY - box.top), bound.alpha)];
  again();
}

function play() {
  if (state.playing) { cancelAnimationFrame(state.playing); state.playing = 0; find("run").textContent = "play"; return; }
  if (Number(find("time").value) >= 1000) find("time").value = 0;
  find("run").textContent = "pause";
  const frame = () => {
    const time = Math.min(1000, Number(find("time").value) + 4);
    find("time").value = time;
    moveTo(time);
    if (time >= 1000) { state.playing = 0; find("run").textContent = "play"; return; }
    state.playing = requestAnimationFrame(frame);
  };
  state.playing = requestAnimationFrame(frame);
}

function theme(name) {
  document.documentElement.dataset.theme = name;
  find("theme").textContent = name === "dark" ? "light" : "dark";
}

function listen() {
  for (const id of ["labels", "pairs", "startbeta", "rate", "steps", "expected"]) find(id).addEventListener("input", again);
  for (const id of ["time", "logtime"]) find(id).addEventListener("input", () => moveTo(Number(find("time").value)));
  find("zoom").addEventListener("input", draw);
  find("run").addEventListener("click", play);
  find("theme").addEventListener("click", () => { theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"); draw(); });
  for (const button of document.querySelectorAll("[data-start]")) button.addEventListener("click", () => { state.start = button.dataset.start.split(",").map(Number); again(); });
  const map = find("map");
  map.addEventListener("pointerdown", (event) => { map.setPointerCapture(event.pointerId); dragTo(event); });
  map.addEventListener("pointermove", (event) => { if (map.hasPointerCapture(event.pointerId)) dragTo(event); });
  map.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const bound = extent();
    state.start = [state.start[0] + (way[0] * bound.xi) / 40, state.start[1] + (way[1] * bound.alpha) / 40];
    again();
  });
  window.addEventListener("resize", draw);
}

find("labels").max = Math.max(64, first.labels);
find("pairs").max = Math.max(32, first.pairs);
find("labels").value = first.labels;
find("pairs").value = first.pairs;
theme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
listen();
again();
document.documentElement.dataset.ready = "yes";
