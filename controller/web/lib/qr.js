/** QR codes, drawn: dark on light in every theme, with the quiet zone that cameras need. */

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;

/** A picture of rows of `0` (light) and `1` (dark), for the ear called `label`. */
export function qrPicture(rows, label) {
  const size = rows.length + 2 * QUIET;
  const svg = make("svg", {
    viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges",
  });
  svg.classList.add("qr");
  const dark = rows.flatMap((row, y) =>
    [...row.matchAll(/1+/g)].map(
      ({ index, 0: run }) => `M${index + QUIET} ${y + QUIET}h${run.length}v1h-${run.length}z`,
    ),
  );
  svg.append(
    make("rect", { width: size, height: size, fill: "#fff" }),
    make("path", { d: dark.join(""), fill: "#000" }),
  );
  return svg;
}

function make(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
