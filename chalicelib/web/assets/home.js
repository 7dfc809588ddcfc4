import { clockTime } from "./clock.js";
import { open, read, shown } from "./signed-in.js";
import { find, word } from "./words.js";

function list(target, services) {
  target.replaceChildren(
    ...services.map(({ title, detail }) => {
      const item = document.createElement("li");
      const name = document.createElement("b");
      name.textContent = title;
      item.append(name);
      if (detail) {
        const told = document.createElement("p");
        told.textContent = detail;
        item.append(told);
      }
      return item;
    }),
  );
}

const session = await open();
const services = await read("/icegate/services");
list(find("allowed"), services.allowed);
list(find("refused"), services.refused);
find("greeting").textContent = session.legal_name;
find("account-icegate-id").textContent = session.icegate_id;
find("account-legal-name").textContent = session.legal_name;
find("account-until").textContent = word("home.until_text", { time: clockTime(session.expires_at) });
shown();
