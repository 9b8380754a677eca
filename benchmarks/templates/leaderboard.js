"use strict";

const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");
// The address carries the colours that were chosen from page to page.
const asked = new URLSearchParams(location.search).get("theme");
let chosen = { dark: true, light: false }[asked] ?? null;

const NAMES = { light: "Use light colours", dark: "Use dark colours" };

function showTheme() {
  const dark = chosen ?? systemDark.matches;
  root.classList.toggle("dark", dark);
  root.classList.toggle("light", !dark);
  const button = document.getElementById("theme");
  if (button) button.textContent = dark ? NAMES.light : NAMES.dark;
}

function offerThemes() {
  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    chosen = !root.classList.contains("dark");
    showTheme();
    const kept = new URLSearchParams(location.search);
    kept.set("theme", chosen ? "dark" : "light");
    keepAddress(kept);
  });
}

// What is seen is kept in the address of this page, and goes along to the other pages.
function keepAddress(kept) {
  const query = kept.size ? `?${kept}` : "";
  if (query !== location.search) {
    history.replaceState(null, "", `${location.pathname}${query}${location.hash}`);
  }
  for (const link of document.querySelectorAll('a[href*=".html"]')) link.search = query;
}

// Filters, search, boxes and order are kept in the address, so that a link shows what was seen.
function readAddress(form) {
  const kept = new URLSearchParams(location.search);
  for (const field of form.elements) {
    const value = kept.get(field.name);
    if (value === null) continue;
    if (field.type === "checkbox") field.checked = value === "1";
    else field.value = value;
  }
  return kept.get("sort")?.split(" ") ?? null;
}

function writeAddress(form, sorted) {
  const kept = new URLSearchParams();
  for (const field of form.elements) {
    const value = field.type === "checkbox" ? (field.checked ? "1" : "") : field.value;
    if (value !== "") kept.set(field.name, value);
  }
  if (sorted) kept.set("sort", sorted.join(" "));
  if (chosen !== null) kept.set("theme", chosen ? "dark" : "light");
  keepAddress(kept);
}

async function sortAndFilter() {
  const { default: DataTable } = await window.dataTables;
  // A column is known in the address by its first word.
  const heads = [...document.querySelectorAll("#methods thead th")].map(
    ({ textContent }) => textContent.trim().split(" ")[0],
  );
  const track = heads.indexOf("track");
  const form = document.getElementById("filters");
  const start = readAddress(form);
  const fixed = { pre: [[track, "asc"]] };
  const table = new DataTable("#methods", {
    paging: false,
    autoWidth: false,
    layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
    order: start && heads.includes(start[0]) ? [[heads.indexOf(start[0]), start[1] ?? "asc"]] : [],
    orderFixed: fixed,
    columnDefs: [
      { targets: [track, heads.indexOf("recipe")], visible: false },
      { targets: "_all", orderSequence: ["asc", "desc"] },
    ],
    rowGroup: { dataSrc: (row) => row[track].display },
    language: {
      zeroRecords: "No method fits these filters.",
      emptyTable: "No method is ranked yet.",
      aria: { orderable: ": sort", orderableReverse: ": sort the other way", orderableRemove: ": sort" },
    },
  });
  const selects = [...form.querySelectorAll("[data-filter]")];
  const { search, across, alone } = form.elements;
  const nodes = table.rows().nodes().toArray();
  const folds = nodes.some(({ dataset }) => !("alone" in dataset));
  const fits = ({ dataset }) => {
    const asked = selects.filter(({ value }) => value !== "");
    if ("reference" in dataset && asked.some(({ name }) => name !== "track")) return false;
    if (folds && "alone" in dataset && !alone.checked && !asked.length && search.value === "") return false;
    return asked.every(({ name, value }) => dataset[name] === value);
  };
  const showCount = () => {
    const shown = table.rows({ search: "applied" }).nodes().toArray();
    const [found, all] = [shown, nodes].map((some) => some.filter((row) => "method" in row.dataset).length);
    document.getElementById("count").textContent = `${found} of ${all} methods`;
  };
  // DataTables takes the direction of the first order, which is the fixed one here.
  const own = () => table.order().find(([column]) => across.checked || column !== track);
  const showDirection = () => {
    const [column, direction] = own() ?? [];
    table.columns(":visible").every(function () {
      const sorted = this.index() === column;
      if (sorted) this.header().setAttribute("aria-sort", `${direction}ending`);
      else this.header().removeAttribute("aria-sort");
    });
  };
  const showAcross = () => {
    table.order.fixed(across.checked ? {} : fixed);
    if (across.checked) table.rowGroup().disable();
    else table.rowGroup().enable();
    table.column(track).visible(across.checked);
  };
  table.search.fixed("chosen", (text, data, index) => fits(table.row(index).node()));
  table.on("draw", () => {
    showCount();
    showDirection();
    const [column, direction] = own() ?? [];
    writeAddress(form, column === undefined ? null : [heads[column], direction]);
  });
  form.addEventListener("input", () => {
    showAcross();
    table.search(search.value).draw();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  showAcross();
  table.search(search.value).draw();
}

const pointed = () => location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));

// Methods were sections of this page once: an old link to one leads to its page.
function followOldLink() {
  const target = pointed();
  if (target instanceof HTMLAnchorElement && target.closest("#methods")) location.replace(target.href);
}

// Whoever comes back from a method goes on from its row.
function returnFocus() {
  const target = pointed();
  if (target && target.matches("#methods tr")) target.querySelector("a").focus();
}

// A link into what is folded away unfolds it.
function openFolded() {
  const target = pointed();
  const folded = target && target.closest("details");
  if (folded) folded.open = true;
}

showTheme();
systemDark.addEventListener("change", showTheme);
addEventListener("hashchange", () => {
  followOldLink();
  openFolded();
});
addEventListener("keydown", ({ key }) => {
  const back = document.querySelector(".method .back");
  if (key === "Escape" && back) location.assign(back.href);
});
addEventListener("DOMContentLoaded", () => {
  showTheme();
  offerThemes();
  keepAddress(new URLSearchParams(location.search));
  if (!document.getElementById("methods")) return;
  followOldLink();
  sortAndFilter().then(returnFocus);
  openFolded();
});
