import { countdown } from "./clock.js";
import { readyForm } from "./form.js";
import { joining } from "./joining.js";
import { forget } from "./keep.js";
import { readyShowButtons, watchStrength, wrongPasswords } from "./password.js";
import { goOn } from "./signed-in.js";
import { find, word } from "./words.js";

const view = await joining.open();
countdown((time) => word("clock.finish_until", { time }), () => joining.showEnd({ code: "code_expired" }))(view.expires_at);
readyShowButtons();
readyForm(find("staff-join-password"), {
  heed: joining.heed,
  check: (values) => wrongPasswords(values, view.email, word("field.password_contains_username")),
  async send(values) {
    await joining.step("PUT", "/password", values);
    forget("joining", "typed:staff-join", "typed:staff-join-codes");
    await goOn("/sign-in", word("join.done"));
  },
});
watchStrength(find("password"), () => view.email);
