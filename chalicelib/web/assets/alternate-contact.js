import { goOn, heed, open, step } from "./flow.js";
import { readyForm } from "./form.js";
import { forget } from "./keep.js";
import { find } from "./words.js";

await open();
readyForm(find("alternate-contact"), {
  heed,
  async send(values) {
    const view = await step("PUT", "/alternate-contact", values);
    forget("typed:alternate-codes");
    await goOn(view);
  },
});
