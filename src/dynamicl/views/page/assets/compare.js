// Choosing several runs: the loop drawn over the curves, the list of runs, the table beside them.

function bindLasso(panel) {
  panel.holder.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType === "touch" || !event.shiftKey) return;
    drag = { points: [pointIn(panel, event)], done: false };
  });
  panel.holder.addEventListener("pointermove", (event) => {
    if (!drag || drag.done || !event.buttons) return;
    const point = pointIn(panel, event);
    const last = drag.points[drag.points.length - 1];
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) < 4) return;
    drag.points.push(point);
    hideTip();
    redraw(panel, "top");
  });
  window.addEventListener("pointerup", () => {
    if (!drag || drag.done) return;
    if (drag.points.length > 3) {
      drag.done = true;
      const inside = runsInside(drag.points);
      drag.points = [];
      if (inside.length) set({ compare: inside });
      redraw(panel, "top");
      say(`${inside.length} runs compared`);
      setTimeout(() => (drag = null));
    } else drag = null;
  });
}

function runsInside(loop) {
  const g = panels.find((p) => p.id === "curves").geometry;
  const at = g.xs.all();
  return shownRuns().filter((r) =>
    Array.prototype.some.call(g.curves[r], (v, t) => insideLoop(at[t], g.ys.place(v), loop)),
  );
}

// Even-odd rule.
function insideLoop(x, y, loop) {
  if (!finite(y)) return false;
  let inside = false;
  for (let i = 0, j = loop.length - 1; i < loop.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [loop[i], loop[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function fillLegend() {
  const chips = page.runs.map((run, r) => {
    const dot = el("i", { "aria-hidden": "true" });
    dot.style.background = runColour(r, theme());
    const chip = el(
      "button",
      {
        type: "button",
        class: "chip" + (run.status === "diverged" ? " diverged" : ""),
        "data-run": run.id,
        "aria-pressed": String(r === state.run),
        "aria-label": `Select run ${run.label}${run.status === "diverged" ? ", diverged" : ""}`,
        onclick: (event) => (event.shiftKey ? toggleCompare(r) : selectRun(r)),
        onpointerenter: () => set({ hover: r }),
        onpointerleave: () => set({ hover: -1 }),
      },
      dot,
      el("span", { text: cutFront(run.label, 40) }),
    );
    if (state.compare.includes(r)) chip.classList.add("compared");
    return chip;
  });
  $("#legend").replaceChildren(...chips);
  $("#legend").hidden = page.runs.length < 2;
  fillCompare();
}

function toggleCompare(r) {
  set({ compare: state.compare.includes(r) ? state.compare.filter((x) => x !== r) : [...state.compare, r] });
}

function fillCompare() {
  const holder = $("#compare");
  if (!state.compare.length) return holder.replaceChildren();
  const keys = [...new Set(state.compare.flatMap((r) => Object.keys(page.runs[r].differs)))].slice(0, 6);
  const rows = state.compare.map((r) => {
    const transition = transitionOf(r);
    const curve = curveOf(state.measure, r, state.evaluator, state.layer, state.head) || [];
    return [
      runLabel(r),
      ...keys.map((key) => page.runs[r].differs[key] ?? "–"),
      transition ? intervalWords(transitionTimes(transition)) : "none",
      num(lastFinite(curve)),
    ];
  });
  holder.replaceChildren(
    el(
      "div",
      { class: "comparehead" },
      el("strong", { text: `${state.compare.length} ${state.compare.length === 1 ? "run" : "runs"} compared` }),
      el("button", { type: "button", class: "quiet", text: "show all runs", onclick: () => set({ compare: [] }) }),
    ),
    tableOf(["run", ...keys, `transition (${timeName()})`, `${titleOf(state.measure)} at the end`], rows),
  );
}

function lastFinite(curve) {
  for (let t = curve.length - 1; t >= 0; t--) if (finite(curve[t])) return curve[t];
  return NaN;
}
