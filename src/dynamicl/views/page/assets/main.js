// Start: read the payload, restore the view, build the panels; and, when served, keep up with the store.

function goTo({ run, head, step }) {
  const patch = {};
  const r = page.runs.findIndex((x) => x.id === run);
  if (r >= 0) patch.run = r;
  if (head) [patch.layer, patch.head] = head;
  if (finite(step) && page.steps.length) patch.cursor = nearestIndex(page.steps, step);
  set(patch);
}

function bindHeader() {
  $("#share").addEventListener("click", () => copyText(location.href.split("#")[0] + addressText(), $("#share")));
  $("#alldata").addEventListener("click", saveEverything);
  $("#helpbutton").addEventListener("click", () => $("#help").showModal());
  $("#closehelp").addEventListener("click", () => $("#help").close());
  bindTheme(() => {
    fillLegend();
    redraw(timebarPanel);
  });
  addEventListener("hashchange", () => set(viewFromAddress()));
}

function restoreView(address) {
  defaultView();
  Object.assign(state, viewFromAddress(address));
  if (!state.compare.every((r) => r < page.runs.length)) state.compare = [];
}

// New data under the same view; a cursor at the end stays at the end.
function swapPayload(payload) {
  const atEnd = state.cursor >= page.steps.length - 1;
  const address = addressText();
  usePayload(payload);
  restoreView(address);
  if (atEnd) state.cursor = Math.max(0, page.steps.length - 1);
  buildHeader();
  refills.forEach((refill) => refill());
  redraw(timebarPanel);
  redrawAll(true);
}

async function keepUp(mark = "") {
  try {
    const answer = await fetch("payload.json", {
      headers: mark ? { "If-None-Match": mark } : {},
      cache: "no-store",
    });
    $("#live").dataset.state = answer.ok || answer.status === 304 ? "on" : "waiting";
    if (answer.status === 200) {
      const next = answer.headers.get("ETag") || "";
      const payload = await answer.json();
      if (next !== page.mark) swapPayload({ ...payload, mark: next });
      mark = next;
    }
  } catch (problem) {
    $("#live").dataset.state = "lost";
  }
  const words = { on: "live", waiting: "waiting for the store", lost: "server gone" };
  $("#live").textContent = words[$("#live").dataset.state];
  setTimeout(() => keepUp(mark), page.live * 1000);
}

function start() {
  usePayload(JSON.parse($("#payload").textContent));
  restoreView(location.hash);
  applyTheme();
  buildHeader();
  buildTimebar();
  buildCurves();
  buildHeads();
  buildAttention();
  buildSeeds();
  buildSweep();
  buildCircuit();
  buildSteps();
  buildClamping();
  buildTables();
  observePanels();
  bindHeader();
  bindKeys();
  redrawAll(true);
  drawDirty();
  document.documentElement.dataset.ready = "yes";
  if (page.live) {
    $("#live").hidden = false;
    keepUp(page.mark);
  }
}

start();
