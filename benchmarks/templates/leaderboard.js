"use strict";

const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;

function showTheme() {
  const dark = chosen ?? systemDark.matches;
  root.classList.toggle("dark", dark);
  root.classList.toggle("light", !dark);
  document.getElementById("theme")?.setAttribute("aria-pressed", String(dark));
}

function offerThemes() {
  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    chosen = !root.classList.contains("dark");
    showTheme();
  });
}

async function sortAndFilter() {
  const { default: DataTable } = await window.dataTables;
  const table = new DataTable("#methods", {
    paging: false,
    order: [],
    autoWidth: false,
    layout: { topStart: "search", topEnd: null, bottomStart: "info", bottomEnd: null },
    language: {
      search: "search",
      info: "_TOTAL_ methods",
      infoEmpty: "no method",
      infoFiltered: "of _MAX_",
      zeroRecords: "No method fits these filters.",
      emptyTable: "No method is ranked yet.",
    },
  });
  const selects = [...document.querySelectorAll("[data-filter]")];
  const fits = (row) =>
    selects.every(({ dataset, value }) => value === "" || row.dataset[dataset.filter] === value);
  table.search.fixed("chosen", (text, data, index) => fits(table.row(index).node()));
  for (const select of selects) select.addEventListener("change", () => table.draw());
  document.getElementById("filters").hidden = false;
}

function returnFocus({ oldURL }) {
  const left = new URL(oldURL).hash;
  const isOpen = document.querySelector(".method:target") !== null;
  if (!isOpen && left.length > 1) document.querySelector(`#methods a[href="${left}"]`)?.focus();
}

showTheme();
systemDark.addEventListener("change", showTheme);
addEventListener("hashchange", returnFocus);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.querySelector(".method:target")) location.hash = "#table";
});
addEventListener("DOMContentLoaded", () => {
  showTheme();
  offerThemes();
  sortAndFilter();
});
