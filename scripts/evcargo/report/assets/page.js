// The page works without this file; it adds sorting, filtering, hovering and a choice of theme.
"use strict";

const make = (tag, attributes, text) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
};

// Theme: as the system has it, until the reader chooses.
const tools = document.querySelector(".tools");
const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = make("button", { type: "button" });
const isDark = () => (document.documentElement.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
const name_theme = () => { theme.textContent = isDark() ? "Light" : "Dark"; theme.title = "Change the colours of the page"; };
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  name_theme();
});
dark.addEventListener("change", name_theme);
name_theme();
const print_page = make("button", { type: "button" }, "Print");
print_page.addEventListener("click", () => window.print());
tools.append(theme, print_page);

// Sorting: a click on a head sorts up, then down; missing values stay last.
const value_of = (cell) => (cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v);
const compare = (one, two) => {
  const [a, b] = [Number(one), Number(two)];
  return Number.isNaN(a) || Number.isNaN(b) ? one.localeCompare(two, "en", { numeric: true }) : a - b;
};
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = make("button", { type: "button" });
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows].map((row) => [value_of(row.cells[column]), row]);
      rows.sort(([a], [b]) => (a === "") - (b === "") || (a === "" ? 0 : sign * compare(a, b)));
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
  if (table.dataset.filter === "yes") add_filter(table);
}

// Filtering: rows that hold all the words.
function add_filter(table) {
  const rows = [...table.tBodies[0].rows];
  const label = make("label", { class: "filter" }, "Filter rows ");
  const field = make("input", { type: "search", "aria-label": `Filter rows: ${table.caption.textContent}` });
  const count = make("span", { role: "status" });
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = words.length ? `${shown} of ${rows.length}` : `${rows.length} rows`;
  };
  field.addEventListener("input", show);
  label.append(field, count);
  table.parentElement.before(label);
  show();
}

// A link into a closed part opens it; evidence of one sample is filtered by the reader's link.
const reveal = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let part = target.parentElement; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  target.scrollIntoView({ block: "center" });
};
addEventListener("hashchange", reveal);
reveal();

// Volcanoes: the still picture until the reader asks for names.
const specs = JSON.parse(document.getElementById("specs").textContent);
for (const live of document.querySelectorAll("[data-spec]")) {
  const still = live.previousElementSibling;
  const button = make("button", { type: "button", class: "explore", "aria-pressed": "false" }, "Explore: show names on hovering");
  live.parentElement.before(button);
  button.addEventListener("click", async () => {
    const on = live.hidden;
    [live.hidden, still.hidden] = [!on, on];
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Back to the still picture" : "Explore: show names on hovering";
    if (on && !live.firstChild) await window.evcargoEmbed(live, specs[live.dataset.spec], { actions: false, renderer: "svg" });
  });
}
addEventListener("beforeprint", () => {
  for (const live of document.querySelectorAll("[data-spec]")) [live.hidden, live.previousElementSibling.hidden] = [true, false];
});

// The section that is being read, in the list of sections.
const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
const visible = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) visible[entry.isIntersecting ? "add" : "delete"](entry.target.id);
  const shown = [...links.keys()].filter((id) => visible.has(id));
  const current = scrollY < 80 ? links.keys().next().value : shown.pop();
  for (const [id, link] of links) link[id === current ? "setAttribute" : "removeAttribute"]("aria-current", "true");
}, { rootMargin: "-10% 0px -80% 0px" });
for (const id of links.keys()) watcher.observe(document.getElementById(id));
