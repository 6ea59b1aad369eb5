"use strict";
// Sorts and filters the table of students. Without a script the table is whole, in the order of the names.
for (const form of document.querySelectorAll("form.filters")) {
  const table = document.getElementById(form.dataset.table);
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const headings = Array.from(table.tHead.rows[0].cells);
  const chosen = form.querySelector("select");
  const inputs = [];
  const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const number = (cell) => (cell.dataset.sort ? Number(cell.dataset.sort) : NaN);

  // Rows without a figure stay at the end, whichever way the others go.
  const sort = (column, heading) => {
    const down = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const keys = new Map(rows.map((row) => {
      const cell = row.cells[column];
      return [row, heading.dataset.kind === "number" ? number(cell) : cell.textContent.trim()];
    }));
    const empty = (key) => key === "" || Number.isNaN(key);
    rows.sort((one, other) => {
      const [a, b] = [keys.get(one), keys.get(other)];
      if (empty(a) || empty(b)) return empty(a) - empty(b);
      return down * (typeof a === "number" ? a - b : words.compare(a, b));
    });
    for (const each of headings) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down > 0 ? "ascending" : "descending");
    body.append(...rows);
  };

  const bounds = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "": (a, b) => a === b };
  const suits = (cell, kind, wanted) => {
    if (kind === "text") return cell.textContent.toLowerCase().includes(wanted);
    if ("open".startsWith(wanted)) return cell.hasAttribute("data-open");
    const read = /^([<>]=?|)\s*=?\s*(\d+(?:[.,]\d*)?)$/.exec(wanted);
    return !read || bounds[read[1]](number(cell), Number(read[2].replace(",", ".")));
  };

  const filter = () => {
    let shown = 0;
    const asked = inputs.filter(({ input }) => input.value.trim());
    for (const row of rows) {
      const remarks = row.dataset.remarks.split("\n");
      const label = chosen.value === "" || (chosen.value === "*" ? row.dataset.remarks !== "" : remarks.includes(chosen.value));
      const fits = asked.every(({ input, column, kind }) => suits(row.cells[column], kind, input.value.trim().toLowerCase()));
      row.hidden = !(label && fits);
      shown += !row.hidden;
    }
    form.querySelector("output").textContent = `${shown} of ${rows.length} shown`;
  };

  const fields = table.tHead.insertRow();
  headings.forEach((heading, column) => {
    const place = fields.appendChild(document.createElement("td"));
    place.className = heading.className;
    if (!heading.dataset.kind) return;
    const name = heading.firstChild.textContent.trim();
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(column, heading));
    heading.append(button);
    const input = place.appendChild(document.createElement("input"));
    input.setAttribute("aria-label", `Filter by ${name}`);
    input.addEventListener("input", filter);
    inputs.push({ input, column, kind: heading.dataset.kind });
  });
  chosen.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    for (const { input } of inputs) input.value = "";
    setTimeout(filter);
  });
  form.hidden = false;
  filter();
}
