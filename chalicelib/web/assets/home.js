import { clockTime } from "./clock.js";
import { address } from "./make.js";
import { isStaff, roleName } from "./roles.js";
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

/** Fills in a line of the account's record; what is not known stays hidden. */
function line(name, value) {
  if (!value) return;
  find(`of-${name}`).hidden = false;
  find(`account-${name}`).replaceChildren(value);
}

const session = await open();
const isRegistrant = Boolean(session.icegate_id);
find("greeting").textContent = session.legal_name ?? session.name;
find("account-until").textContent = word("home.until_text", { time: clockTime(session.expires_at) });
if (isRegistrant) {
  const services = await read("/icegate/services");
  list(find("allowed"), services.allowed);
  list(find("refused"), services.refused);
  find("icegate-not").hidden = !services.refused.length;
  line("icegate-id", session.icegate_id);
  line("legal-name", session.legal_name);
  const why = services.refused.map((one) => one.code);
  const isSimplified = why.includes("digital_signature_registration_required");
  line("kind", isSimplified ? word("home.kind_simplified") : word("home.kind_full"));
  find("upgrade").hidden = !isSimplified;
  find("my-full-registration").hidden = isSimplified;
  find("renew-dsc").hidden = !why.includes("digital_signature_expired");
  find("icegate").hidden = false;
} else {
  line("username", session.username && address(session.username));
  line("role", roleName(session.role));
  line("authority", session.authority?.name);
  find("iec").hidden = isStaff(session.role);
  if (!isStaff(session.role)) {
    const { linked } = await read("/iec-links/current");
    find("link-iec").hidden = linked;
    find("my-iec").hidden = !linked;
  }
  find("missing").hidden = !session.missing;
  find("add-authenticator").hidden = session.missing !== "authenticator_required";
  find("confirm-mobile").hidden = session.missing !== "mobile_confirmation_required";
  const isOfDepartment = session.role === "department_officer";
  const administers = session.role === "administrator";
  find("back-office").hidden = !isStaff(session.role) || isOfDepartment || Boolean(session.missing);
  find("departments").hidden = !(isOfDepartment || administers) || Boolean(session.missing);
  find("leading").hidden = session.role === "officer";
  find("inviting").hidden = !administers;
}
shown();
