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
  const track = [...document.querySelectorAll("#methods thead th")].findIndex(
    ({ textContent }) => textContent === "track",
  );
  const table = new DataTable("#methods", {
    paging: false,
    autoWidth: false,
    layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
    order: [],
    orderFixed: { pre: [[track, "asc"]] },
    columnDefs: [
      { targets: track, visible: false },
      { targets: "_all", orderSequence: ["asc", "desc"] },
    ],
    rowGroup: { dataSrc: (row) => row[track].display },
    language: {
      zeroRecords: "No method fits these filters.",
      emptyTable: "No method is ranked yet.",
      aria: { orderable: ": sort", orderableReverse: ": sort the other way", orderableRemove: ": sort" },
    },
  });
  const form = document.getElementById("filters");
  const selects = [...form.querySelectorAll("[data-filter]")];
  const search = document.getElementById("search");
  const fits = (row) =>
    selects.every(({ dataset, value }) => value === "" || row.dataset[dataset.filter] === value);
  const showCount = () => {
    const { recordsDisplay, recordsTotal } = table.page.info();
    document.getElementById("count").textContent = `${recordsDisplay} of ${recordsTotal} methods`;
  };
  // DataTables takes the direction of the first order, which is the fixed one here.
  const showDirection = () => {
    const [column, direction] = table.order()[0] ?? [];
    table.columns(":visible").every(function () {
      const sorted = this.index() === column;
      if (sorted) this.header().setAttribute("aria-sort", `${direction}ending`);
      else this.header().removeAttribute("aria-sort");
    });
  };
  table.search.fixed("chosen", (text, data, index) => fits(table.row(index).node()));
  table.on("draw", showCount);
  table.on("draw", showDirection);
  form.addEventListener("input", () => table.search(search.value).draw());
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  showCount();
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
