// Tables that are cards on a narrow screen: each cell bears the name of its column.
import { make } from "./make.js";

/** A row of `table`: `cells` are texts or elements in the order of its columns; the first is what the row is about. A card leaves empty ones out. */
export function row(table, cells) {
  const names = [...table.querySelectorAll("thead th")].map((one) => one.textContent);
  return make(
    "tr",
    { role: "row" },
    ...cells.map((cell, at) =>
      at === 0
        ? make("th", { scope: "row", role: "rowheader" }, cell)
        : make("td", { role: "cell", class: cell === "" ? "none" : null }, make("span", { class: "column", "aria-hidden": "true" }, names[at]), make("span", {}, cell)),
    ),
  );
}
