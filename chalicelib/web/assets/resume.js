import { call } from "./api.js";
import { begin, goOn } from "./flow.js";
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { find } from "./words.js";

readyForm(find("resume"), {
  async send(values) {
    const view = await call("POST", "/icegate/registrations/resume", { body: values });
    begin(view);
    forget("typed:resume");
    await goOn(view);
  },
});
