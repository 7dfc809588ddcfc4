// A small bar chart by day, drawn from numbers. What it says stands in words beside it, and in full in a table.
import { dayOfDate } from "./clock.js";
import { make } from "./make.js";
import { word } from "./words.js";
import { written } from "./written.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 320;
const HEIGHT = 80;

const drawn = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
};

/** One figure: `name` of what was counted, and {day, count} for each day, the oldest first. */
export function barChart(name, days) {
  const counts = days.map((one) => one.count);
  const most = Math.max(...counts, 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" });
  const width = WIDTH / days.length;
  days.forEach(({ count }, at) => {
    if (!count) return;
    // What happened is seen, however little it was beside the most.
    const height = Math.max(2, (count / most) * (HEIGHT - 2));
    svg.append(drawn("rect", { x: (at * width + width * 0.1).toFixed(2), y: (HEIGHT - height).toFixed(2), width: (width * 0.8).toFixed(2), height: height.toFixed(2) }));
  });
  svg.append(drawn("line", { x1: 0, y1: HEIGHT - 0.5, x2: WIDTH, y2: HEIGHT - 0.5 }));
  const peak = days.find((one) => one.count === most);
  const told = total ? word("department_stats.chart_told", { total: written(total), most: written(most), day: dayOfDate(peak.day) }) : word("department_stats.chart_none");
  return make(
    "figure",
    { class: "chart" },
    make("figcaption", {}, make("b", {}, name), " ", make("span", {}, told)),
    svg,
    make("p", { class: "ends", "aria-hidden": "true" }, make("span", {}, dayOfDate(days[0].day)), make("span", {}, dayOfDate(days.at(-1).day))),
  );
}
