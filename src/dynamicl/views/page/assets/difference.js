// The selected run less another one: a curve of its own, with the standard error of a difference where both have one.

// The run that is taken away: the one that was chosen, else another one of the comparison, else the first other.
function minusRun() {
  const chosen = page.runs.findIndex((run) => run.id === state.minus);
  const others = [chosen, ...state.compare, ...range(page.runs.length)];
  return others.find((r) => r >= 0 && r !== state.run) ?? -1;
}

const isDifference = () => state.mode === "difference" && minusRun() >= 0;

function differenceOf(name) {
  const [own, other] = [state.run, minusRun()].map((r) => curveOf(name, r, state.evaluator, state.layer, state.head));
  return own && other ? Array.from(own, (v, t) => v - other[t]) : [];
}

function differenceError() {
  const name = errorOf(state.measure);
  const [own, other] = [state.run, minusRun()].map((r) => (name ? curveOf(name, r, state.evaluator) : null));
  return own && other ? Array.from(own, (v, t) => Math.hypot(v, other[t])) : [];
}

function drawDifference(pen, box, at, ys, curve) {
  const zero = ys.place(0);
  pen.line(box.x, zero, box.x + box.w, zero, { stroke: pen.colours.soft, width: 1.25 });
  const error = differenceError();
  const colour = runColour(state.run, pen.colours);
  if (error.length)
    fillBetween(pen, at, curve.map((v, t) => ys.place(v - 2 * error[t])), curve.map((v, t) => ys.place(v + 2 * error[t])), {
      fill: colour,
      alpha: 0.16,
    });
  pen.poly(at, curve.map(ys.place), { stroke: colour, width: 2.4 });
}

const differenceNote = () =>
  minusRun() < 0
    ? "There is one run only: nothing to take away."
    : `${runLabel(state.run)}, less ${runLabel(minusRun())}.${errorOf(state.measure) ? " Band: two standard errors of the difference." : ""}`;

function differenceRows() {
  const curve = differenceOf(state.measure);
  const error = differenceError();
  return [
    ["run", "minus", "step", "sequences", `${state.measure}${evaluatorWords()}, difference`, ...(error.length ? ["standard error"] : [])],
    ...ownSteps(state.run, state.measure, state.evaluator)
      .filter((t) => finite(curve[t]))
      .map((t) => [
        page.runs[state.run].id,
        page.runs[minusRun()].id,
        page.steps[t],
        page.sequences[t] ?? "",
        curve[t],
        ...(error.length ? [error[t]] : []),
      ]),
  ];
}
