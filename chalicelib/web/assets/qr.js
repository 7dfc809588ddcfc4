// The QR code: its path data from the API, drawn into elements of our own. No markup of it enters the page.
const SVG = "http://www.w3.org/2000/svg";
const PATH = /^[MmLlHhVvZz0-9 .,-]+$/;
const NUMBER = /^[0-9]+(\.[0-9]+)?$/;

/** Draws `text` (an SVG of a QR code: paths over a square) into `target` and describes it. */
export function drawQr(target, text, description) {
  const given = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const size = given.getAttribute("viewBox")?.split(" ")[2] ?? given.getAttribute("width");
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", description);
  for (const one of given.getElementsByTagName("path")) {
    const data = one.getAttribute("d");
    const scale = /^scale\(([0-9.]+)\)$/.exec(one.getAttribute("transform") ?? one.parentNode.getAttribute("transform") ?? "scale(1)")?.[1];
    if (!PATH.test(data) || !NUMBER.test(scale)) continue;
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", data);
    path.setAttribute("transform", `scale(${scale})`);
    path.setAttribute("class", one.hasAttribute("stroke") ? "dark" : "light");
    svg.append(path);
  }
  target.replaceChildren(svg);
}
