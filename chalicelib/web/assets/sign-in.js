import { call } from "./api.js";
import { readyForm } from "./form.js";
import { forget, forgetAll, kept } from "./keep.js";
import { readyShowButtons } from "./password.js";
import { find, to, word } from "./words.js";

const why = kept("why");
forget("why");
if (why) {
  find("why").hidden = false;
  find("why").textContent = { expired: word("refusal.session_expired.detail"), required: word("refusal.session_required.detail"), out: word("sign_in.signed_out") }[why];
}

readyShowButtons();
readyForm(find("sign-in"), {
  async send(values) {
    await call("POST", "/sessions", { body: values });
    forgetAll();
    location.assign(to("/home"));
    await new Promise(() => {});
  },
});
