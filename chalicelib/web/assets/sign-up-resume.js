import { call } from "./api.js";
import { readyDigits } from "./code-entry.js";
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { signUp } from "./signing-up.js";
import { find } from "./words.js";

const form = find("sign-up-resume");
readyDigits(form);
readyForm(form, {
  async send(values) {
    signUp.begin(await call("POST", "/accounts/registrations/resume", { body: values }));
    forget("typed:sign-up-resume");
    await signUp.goOn();
  },
});
