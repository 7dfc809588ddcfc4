// A question before what cannot be taken back.
import { make } from "./make.js";
import { find, word } from "./words.js";

/** Asks in a dialog; `yes` is the button that does it. Resolves to whether it was pressed; the focus goes back to where it was. */
export function sure(heading, text, yes) {
  const go = make("button", { type: "button", class: "danger", id: "sure-yes" }, yes);
  const no = make("button", { type: "button", class: "quiet", id: "sure-no" }, word("department.no"));
  const box = make(
    "dialog",
    { id: "sure", "aria-labelledby": "sure-heading", "aria-describedby": "sure-text" },
    make("h2", { id: "sure-heading" }, heading),
    make("p", { id: "sure-text" }, text),
    make("div", { class: "actions" }, no, go),
  );
  find("main").append(box);
  return new Promise((answered) => {
    let isSure = false;
    go.addEventListener("click", () => {
      isSure = true;
      box.close();
    });
    no.addEventListener("click", () => box.close());
    box.addEventListener("close", () => {
      box.remove();
      answered(isSure);
    });
    box.showModal();
  });
}
