import { countdown } from "./clock.js";
import { readyForm } from "./form.js";
import { readyShowButtons, watchStrength, wrongPasswords } from "./password.js";
import { reset } from "./resetting.js";
import { find, word } from "./words.js";

const view = await reset.open();
countdown((time) => word("clock.finish_until", { time }), () => reset.showEnd({ code: "code_expired" }))(view.expires_at);
readyShowButtons();
readyForm(find("reset-password"), {
  heed: reset.heed,
  check: (values) => wrongPasswords(values, view.username, word("field.password_contains_username")),
  async send(values) {
    await reset.step("PUT", "/password", values);
    await reset.goOn();
  },
});
watchStrength(find("password"), () => view.username);
