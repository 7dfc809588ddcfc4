// My documents: what was fetched from DigiLocker, to see, download and remove.
import { readyButton } from "./form.js";
import { make } from "./make.js";
import { called, ownDocumentCard } from "./own-document.js";
import { ask, open, read, shown } from "./signed-in.js";
import { find, say, word } from "./words.js";

const form = find("no-fields");
const at = (one) => `/own-documents/${encodeURIComponent(one.document_id)}`;

function button(one, key, act) {
  const words = { download: [word("my_documents.download"), word("my_documents.download_named", { name: called(one) })], remove: [word("my_documents.remove"), word("my_documents.remove_named", { name: called(one) })] };
  const [text, label] = words[key];
  const made = make("button", { type: "button", class: "quiet small", "data-busy": word("my_documents.busy"), "aria-label": label }, text);
  readyButton(made, form, async () => {
    form.hidden = false;
    await act();
  });
  return made;
}

const download = (one) =>
  button(one, "download", async () => {
    const { url } = await ask("GET", at(one));
    location.assign(url); // saved, never shown: this page stays
  });

const remove = (one) =>
  button(one, "remove", async () => {
    await ask("DELETE", at(one));
    await refresh();
    say(find("documents-status"), word("my_documents.removed", { name: called(one) }), "good");
    find("documents-status").focus();
  });

async function refresh() {
  const { documents } = await read("/own-documents");
  find("none").hidden = documents.length > 0;
  find("lead").hidden = documents.length === 0;
  find("document-list").replaceChildren(...documents.map((one) => ownDocumentCard(one, download(one), " ", remove(one))));
}

await open();
await refresh();
shown();
