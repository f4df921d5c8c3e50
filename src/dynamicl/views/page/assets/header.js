// Title, summary in words, theme, keys: what every page has.

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
  const unbroken = (text) => text.replace(/(\d) %/g, "$1\u00a0%");
  const parts = item.parts.map((part) =>
    typeof part === "string"
      ? document.createTextNode(unbroken(part))
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

function applyTheme() {
  const name = themeName();
  document.documentElement.dataset.theme = name;
  $("#theme").textContent = name === "dark" ? "light" : "dark";
  $("#theme").setAttribute("aria-label", `Change to the ${name === "dark" ? "light" : "dark"} theme`);
}

// The button, and the system's own wish; `also` draws what no panel draws.
function bindTheme(also = () => {}) {
  $("#theme").addEventListener("click", () => set({ theme: themeName() === "dark" ? "light" : "dark" }));
  watch((changed) => changed.has("theme") && applyTheme());
  darkWanted.addEventListener("change", () => {
    applyTheme();
    also();
    redrawAll();
  });
}

function copyText(words, button) {
  const done = () => {
    const before = button.textContent;
    button.textContent = "copied";
    setTimeout(() => (button.textContent = before), 1200);
  };
  const byHand = () => {
    const area = el("textarea", { "aria-hidden": "true", class: "offscreen" });
    area.value = words;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    done();
  };
  if (navigator.clipboard) navigator.clipboard.writeText(words).then(done, byHand);
  else byHand();
}

// KEYS, each page its own: from a key to what it does.
function bindKeys() {
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("select, input, textarea, dialog")) return;
    if (event.key === " " && target.closest("button, summary, a")) return;
    const action = KEYS[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}
