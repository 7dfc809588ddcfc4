import { call } from "./api.js";
import { startCaptcha } from "./captcha.js";
import { readyDigits } from "./code-entry.js";
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { find, word } from "./words.js";

const withCaptcha = startCaptcha();
const form = find("mobile-stop");
readyDigits(form);
readyForm(form, {
  async send(values) {
    await withCaptcha((captcha) => call("POST", "/mobile-replacements/stop", { body: { ...values, captcha } }));
    forget("typed:mobile-stop");
    find("ask").remove();
    find("stopped").hidden = false;
    document.title = `${word("mobile_stop.stopped")} – ${word("site.name")}`;
    find("stopped-heading").focus();
    await new Promise(() => {});
  },
});
