// Start: read the payload, restore the view, build the panels; and, when served, keep up with the store.

function buildHeader() {
  $("#title").textContent = page.title;
  document.title = page.title;
  $("#meta").replaceChildren(...page.about.meta.map((text) => el("span", { text })));
  $("#headline").replaceChildren(...page.headline.map(headlineItem));
  $("#notes").replaceChildren(...page.notes.map((text) => el("li", { text })));
  $("#notes").hidden = !page.notes.length;
}

// A sentence; parts that name a head, a run or a moment take the page there.
function headlineItem(item) {
  const parts = item.parts.map((part) =>
    typeof part === "string"
      ? document.createTextNode(part)
      : el("a", {
          class: "go",
          href: "#panels",
          text: part.text,
          onclick: (event) => {
            event.preventDefault();
            goTo(part);
          },
        }),
  );
  return el("div", { class: "answer" }, el("h3", { text: item.title }), el("p", {}, ...parts));
}

function goTo({ run, head, step }) {
  const patch = {};
  const r = page.runs.findIndex((x) => x.id === run);
  if (r >= 0) patch.run = r;
  if (head) [patch.layer, patch.head] = head;
  if (finite(step) && page.steps.length) patch.cursor = nearestIndex(page.steps, step);
  set(patch);
}

function applyTheme() {
  const name = themeName();
  document.documentElement.dataset.theme = name;
  $("#theme").textContent = name === "dark" ? "light" : "dark";
  $("#theme").setAttribute("aria-label", `Change to the ${name === "dark" ? "light" : "dark"} theme`);
}

function bindHeader() {
  $("#theme").addEventListener("click", () => set({ theme: themeName() === "dark" ? "light" : "dark" }));
  $("#share").addEventListener("click", () => copyText(location.href.split("#")[0] + addressText(), $("#share")));
  $("#helpbutton").addEventListener("click", () => $("#help").showModal());
  $("#closehelp").addEventListener("click", () => $("#help").close());
  watch((changed) => changed.has("theme") && applyTheme());
  darkWanted.addEventListener("change", () => {
    applyTheme();
    fillLegend();
    redraw(timebarPanel);
    redrawAll();
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
  buildCircuit();
  buildSteps();
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
